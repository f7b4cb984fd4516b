//! The pages of the post: every mail with what became of it, what it says, and what a colleague can do about it.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use koppelklaar::domain::actor::StaffRole;
use koppelklaar::domain::ids::MailId;
use koppelklaar::domain::notice::MailKind;
use koppelklaar::jobs::Job;
use koppelklaar::links;
use koppelklaar::mail::transport::SendErrorKind;
use koppelklaar::store::LeaseTerm;
use koppelklaar::store::mail::outbox::lease::{self, Mark};
use koppelklaar::store::mail::outbox::{self, MailStatus, OutboxMail};

use crate::dispatch::{new_lease, spoil, waiting};
use crate::support::database::texts;
use crate::support::{Page, TestApp, TestSchool, Visitor, run, run_to_failure};

pub(super) async fn put(app: &TestApp, mails: &[OutboxMail]) {
    outbox::insert_all(app.context().db.writer(), mails).await.expect("fresh keys");
}

async fn status(app: &TestApp, mail: MailId) -> MailStatus {
    outbox::find(app.context().db.reader(), mail).await.expect("the store answers").expect("it is there").status
}

pub(super) fn page_of(mail: MailId) -> String {
    links::staff_mail(links::STAFF_MAIL, mail)
}

fn listed(page: &Page) -> Vec<String> {
    page.attributes("tr[data-mail]", "data-mail")
}

/// The mails of a list over all its pages.
pub(super) async fn walk(visitor: &Visitor, start: &str) -> Vec<String> {
    let mut found = vec![];
    let mut path = start.to_owned();
    loop {
        let page = visitor.get(&path).await;
        assert_eq!(page.status, 200, "{path}\n{}", page.body);
        let rows = listed(&page);
        assert!(rows.len() <= 50, "{path}");
        found.extend(rows);
        match page.attributes("[data-next]", "href").pop() {
            Some(next) => path = next,
            None => return found,
        }
    }
}

/// A mail of a school for each status, and some of other kinds.
async fn all_fates(app: &TestApp, school: &TestSchool) -> [MailId; 5] {
    app.send_mails().await;
    let mails = ["waits", "sent", "skipped", "failed", "dropped"].map(|key| waiting(app, school, key));
    put(app, &mails).await;
    let ids = mails.map(|mail| mail.id);
    spoil(app, ids[1], "status = 'sent'").await;
    spoil(app, ids[2], "status = 'skipped', last_error = 'contact_removed'").await;
    spoil(app, ids[3], "status = 'failed', last_error = 'RCPT TO: refused with 550 5.1.1'").await;
    spoil(app, ids[4], "status = 'dropped', last_error = 'Al gebeld.'").await;
    ids
}

#[test]
fn mails_are_found_by_fate_kind_and_school() {
    run_to_failure(|app| async move {
        let one = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let other = app.school_by_services("Het Molenveld", "13CD", "molenveld").await;
        let ids = all_fates(&app, &one).await.map(|id| id.to_string());
        let other_mail = waiting(&app, &other, "other");
        put(&app, std::slice::from_ref(&other_mail)).await;
        let staff = app.staff().await;
        let found = async |query: &str| {
            let all: BTreeSet<String> = walk(&staff, &format!("/beheer/post?{query}")).await.into_iter().collect();
            let known = [ids.to_vec(), vec![other_mail.id.to_string()]].concat();
            known.into_iter().enumerate().filter(|(_, id)| all.contains(id)).map(|(at, _)| at).collect::<Vec<_>>()
        };

        assert_eq!(found("").await, [0, 1, 2, 3, 4, 5]);
        assert_eq!(found("stand=waiting").await, [0, 5]);
        assert_eq!(found("stand=sent").await, [1]);
        assert_eq!(found("stand=skipped").await, [2]);
        assert_eq!(found("stand=failed").await, [3]);
        assert_eq!(found("stand=dropped").await, [4]);
        assert_eq!(found("stand=nonsense").await, [0, 1, 2, 3, 4, 5]);
        assert_eq!(found("soort=request_confirmed").await, [0, 1, 2, 3, 4, 5]);
        assert_eq!(found("soort=digest").await, Vec::<usize>::new());
        assert_eq!(found("school=molenVELD").await, [5]);
        assert_eq!(found("school=12.ab&stand=failed").await, [3]);
        assert_eq!(found("school=nergens").await, Vec::<usize>::new());
        assert_eq!(found(&format!("van={}&stand=waiting&soort=request_confirmed", other.connection)).await, [5]);
        let of_one = staff.get(&format!("/beheer/post?van={}", other.connection)).await;
        assert_eq!(of_one.text("[data-of-school]"), "Alleen mails over Het Molenveld.");
        let on_school = staff.get(&links::staff_school(links::STAFF_SCHOOL, other.connection)).await;
        assert_eq!(
            on_school.attributes("[data-all-mails]", "href"),
            [format!("/beheer/post?van={}", other.connection)]
        );
    });
}

#[test]
fn pages_of_mails_follow_one_another_newest_first_and_keep_the_filter() {
    run(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let other = app.school_by_services("Het Baken", "13AB", "baken").await;
        app.send_mails().await;
        let (mut mails, mut others) = (vec![], vec![]);
        for number in 0..103 {
            app.advance(TimeDelta::milliseconds(7));
            mails.push(waiting(&app, &school, &number.to_string()));
            app.advance(TimeDelta::milliseconds(7));
            let kind = if number % 2 == 0 { MailKind::RequestConfirmed } else { MailKind::AlreadyRegistered };
            others.push(OutboxMail { kind, ..waiting(&app, &other, &format!("other/{number}")) });
        }
        put(&app, &mails).await;
        put(&app, &others).await;
        let newest_first: Vec<String> = mails.iter().rev().map(|mail| mail.id.to_string()).collect();
        let staff = app.staff().await;

        let of_school = format!("van={}", school.connection);
        for filter in ["school=bonhoeffer", &of_school, "soort=request_confirmed&school=bonhoeffer"] {
            let filter = format!("stand=waiting&{filter}");
            assert_eq!(walk(&staff, &format!("/beheer/post?{filter}")).await, newest_first, "{filter}");
        }
        assert_eq!(walk(&staff, "/beheer/post?stand=waiting").await.len(), 206);
        assert_eq!(walk(&staff, "/beheer/post?stand=waiting&soort=already_registered").await.len(), 51);

        let filter = "soort=request_confirmed&school=bonhoeffer";
        let first = staff.get(&format!("/beheer/post?stand=waiting&{filter}")).await;
        let second = staff.get(&first.attributes("[data-next]", "href")[0]).await;
        assert_eq!(second.attributes("[data-first]", "href"), [format!("/beheer/post?stand=waiting&{filter}")]);
        // Another status starts at its newest, with the rest of the filter.
        let tabs = second.attributes(".tabs a", "href");
        assert_eq!(tabs[0], format!("/beheer/post?{filter}"));
        assert!(tabs.iter().all(|tab| tab.ends_with(filter)), "{tabs:?}");
        app.send_mails().await;
    });
}

#[test]
fn each_fate_is_said_in_dutch_with_its_reason_and_the_school() {
    run_to_failure(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let [waits, sent, skipped, failed, dropped] = all_fates(&app, &school).await;
        spoil(&app, sent, "handed_again_at = created_at").await;
        let staff = app.staff().await;
        let list = staff.get(links::STAFF_MAILS).await;

        for (mail, words, reason) in [
            (waits, "Wacht op verzending", None),
            (sent, "Verstuurd", None),
            (skipped, "Niet meer nodig", Some("De contactpersoon is verwijderd.")),
            (failed, "Mislukt", Some("De mailserver weigert dit adres.")),
            (dropped, "Niet verstuurd", Some("Al gebeld.")),
        ] {
            let row = format!("[data-mail='{mail}']");
            assert_eq!(list.texts(&format!("{row} .tag"))[0], words);
            assert_eq!(list.texts(&format!("{row} [data-mail-reason]")).first().map(String::as_str), reason);
            let page = staff.get(&page_of(mail)).await;
            assert!(page.text("[data-mail-fate]").starts_with(words), "{}", page.body);
            assert_eq!(page.has("[data-double]"), mail == sent, "{mail}");
            assert_eq!(page.text(".caption"), "Bonhoeffer College");
            assert!(page.text(".facts").contains("Anna de Wit, superbeheerder"), "{}", page.body);
            assert_eq!(page.body.contains(&school.email), mail == failed, "{}", page.body);
        }
        let page = staff.get(&page_of(failed)).await;
        assert_eq!(page.text("[data-detail][lang=en]"), "RCPT TO: refused with 550 5.1.1");
        assert!(list.attributes("[data-alarms]", "role") == ["status"]);
    });
}

#[test]
fn a_mail_that_failed_or_was_put_off_is_tried_now_when_a_colleague_says_so() {
    run(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        app.send_mails().await;
        let mails = ["failed", "put off", "fresh"].map(|key| waiting(&app, &school, key));
        let [failed, put_off, fresh] = [mails[0].id, mails[1].id, mails[2].id];
        put(&app, &mails).await;
        let (conn, leased, later) = (app.context().db.writer(), new_lease(&app), app.now() + TimeDelta::hours(3));
        lease::acquire(&app.context().db, leased, LeaseTerm { now: app.now(), until: later }, 10)
            .await
            .expect("the store answers");
        let tried = Mark { attempts: Some(4), ..Mark::later(later, "connect: no connection") };
        lease::mark(conn, leased, put_off, &tried).await.expect("it is held");
        lease::mark(conn, leased, failed, &Mark::failed("RCPT TO: refused with 550 5.1.1")).await.expect("it is held");
        lease::release(conn, leased).await.expect("the store answers");
        let staff = app.staff().await;

        let pages = [staff.get(&page_of(failed)).await, staff.get(&page_of(put_off)).await];
        for page in &pages {
            let done = page.submit(&staff, "form:has([data-action=retry])", &[]).await;
            let again = page.submit(&staff, "form:has([data-action=retry])", &[]).await;
            assert_eq!((done.status, done.location(), again.status), (303, page.path.as_str(), 303));
        }
        let of_fresh = staff.get(&page_of(fresh)).await.has("[data-action=retry]");
        let history = staff.get(&page_of(failed)).await.texts(".timeline li p");

        assert!(!of_fresh);
        assert!(history.contains(&"Mail opnieuw laten proberen.".to_owned()), "{history:?}");
        assert!(history.iter().any(|line| line.contains("Eva Jansen")), "{history:?}");
        let audited = texts(&app.database.url, "SELECT payload FROM audit WHERE action = 'mail_retried'").await;
        assert_eq!(audited.len(), 2, "{audited:?}");
        assert_eq!(app.send_mails().await.sent, 3);
    });
}

#[test]
fn who_retried_or_dropped_a_mail_about_no_school_stands_on_its_page() {
    run(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        app.send_mails().await;
        let digest = |key: &str| OutboxMail {
            kind: MailKind::Digest,
            connection: None,
            contact: None,
            ..waiting(&app, &school, key)
        };
        let mails = ["retried", "untouched"].map(digest);
        let [retried, untouched] = [mails[0].id, mails[1].id];
        put(&app, &mails).await;
        spoil(&app, retried, "status = 'failed', last_error = 'RCPT TO: refused with 550 5.1.1'").await;
        let staff = app.staff().await;
        let page = staff.get(&page_of(retried)).await;

        page.submit(&staff, "form:has([data-action=retry])", &[]).await;
        page.submit(&staff, "form[data-form=drop]", &[("reason", "Al gebeld.")]).await;
        let history = staff.get(&page_of(retried)).await.texts(".timeline li");
        let other = staff.get(&page_of(untouched)).await.texts(".timeline li");

        assert_eq!(history.len(), 3, "{history:?}");
        assert!(
            history[1].contains("Mail opnieuw laten proberen.") && history[1].contains("Eva Jansen"),
            "{history:?}"
        );
        assert!(history[2].contains("Al gebeld.") && history[2].contains("Eva Jansen"), "{history:?}");
        assert_eq!(other.len(), 1, "{other:?}");
        app.send_mails().await;
    });
}

#[test]
fn a_mail_is_taken_out_of_the_line_with_a_reason_and_not_without() {
    run(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        app.send_mails().await;
        let mails = ["dropped", "sent"].map(|key| waiting(&app, &school, key));
        let [dropped, sent] = [mails[0].id, mails[1].id];
        put(&app, &mails).await;
        let staff = app.staff().await;
        let (page, stale) = (staff.get(&page_of(dropped)).await, staff.get(&page_of(sent)).await);
        let form = "form[data-form=drop]";

        let without = page.submit(&staff, form, &[("reason", "  ")]).await;
        let done = without.submit(&staff, form, &[("reason", "De school is al gebeld.")]).await;
        let after = staff.follow(&done).await;
        let twice = page.submit(&staff, form, &[("reason", "De school is al gebeld.")]).await;
        app.send_mails().await;
        let late = stale.submit(&staff, form, &[("reason", "De school is al gebeld.")]).await;

        assert_eq!((without.status, done.status, twice.status, late.status), (422, 303, 303, 409));
        assert!(without.has("[data-error-for=reason]") && without.has("[data-error-summary]"), "{}", without.body);
        assert_eq!(late.text("[data-refusal] p:last-child"), "De mail is intussen verstuurd.");
        assert_eq!((status(&app, dropped).await, status(&app, sent).await), (MailStatus::Dropped, MailStatus::Sent));
        assert_eq!(after.text("[data-flash]"), "De mail wordt niet verstuurd.");
        assert!(!after.has(form) && !after.has("[data-action=retry]"), "{}", after.body);
    });
}

#[test]
fn a_reader_sees_a_mail_and_has_no_buttons() {
    run_to_failure(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let mails = all_fates(&app, &school).await;
        let reader = app.staff_as("lezer@kurve.nl", StaffRole::Reader).await;

        for mail in mails {
            let page = reader.get(&page_of(mail)).await;
            assert_eq!(page.status, 200);
            assert!(!page.has("main form"), "{}", page.body);
        }
        assert!(!reader.get(links::STAFF_MAILS).await.has("main form[method=post]"));
    });
}

#[test]
fn a_mail_whose_row_cannot_be_read_shows_with_what_is_known_of_it_and_can_be_dropped() {
    run_to_failure(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        app.send_mails().await;
        let mails = ["of an unknown kind", "about nonsense", "good"].map(|key| waiting(&app, &school, key));
        put(&app, &mails).await;
        let [unknown, nonsense, good] = mails.map(|mail| mail.id);
        spoil(&app, unknown, "kind = 'unheard_of'").await;
        spoil(&app, nonsense, "about = '{'").await;
        let staff = app.staff().await;

        app.send_mails().await;
        let list = staff.get(&links::failed_mails()).await;
        let of_school = staff.get(&links::staff_school(links::STAFF_SCHOOL, school.connection)).await;
        let pages = [staff.get(&page_of(unknown)).await, staff.get(&page_of(nonsense)).await];

        assert_eq!(status(&app, good).await, MailStatus::Sent);
        for (mail, name) in [(unknown, "Onbekende mail"), (nonsense, "Aanmelding ontvangen")] {
            for page in [&list, &of_school] {
                let row = format!("[data-mail='{mail}']");
                assert_eq!(page.text(&format!("{row} th, {row} .mails__what > a")), name, "{}", page.body);
                assert_eq!(page.texts(&format!("{row} .tag")), ["Niet te lezen"]);
                assert!(
                    page.text(&format!("{row} [data-mail-reason]")).starts_with("Koppelklaar kan deze mail niet lezen")
                );
                let lead = format!("{row} .table__do a, {row} .mails__fate a");
                assert_eq!(page.attributes(&lead, "href"), [page_of(mail)]);
            }
        }
        assert!(pages[1].text("[data-detail]").ends_with("in outbox: about"), "{}", pages[1].body);
        let form = "form[data-form=drop]";
        let without = pages[0].submit(&staff, form, &[("reason", " ")]).await;
        assert_eq!(without.status, 422, "{}", without.body);
        for page in &pages {
            let done = page.submit(&staff, form, &[("reason", "Al gebeld.")]).await;
            let twice = page.submit(&staff, form, &[("reason", "Al gebeld.")]).await;
            assert_eq!((done.status, twice.status), (303, 303), "{}", done.body);
        }
        let after = staff.get(&page_of(unknown)).await;
        assert_eq!((after.text("[data-mail-reason]").as_str(), after.has(form)), ("Al gebeld.", false));
        assert_eq!(listed(&staff.get(&links::failed_mails()).await), Vec::<String>::new());
        let audited = texts(&app.database.url, "SELECT action FROM audit WHERE action = 'mail_dropped'").await;
        assert_eq!(audited.len(), 2, "{audited:?}");
    });
}

#[test]
fn what_may_have_arrived_and_is_no_longer_kept_goes_anew_by_hand_and_the_page_says_that_it_may_be_double() {
    run(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        app.send_mails().await;
        let mail = waiting(&app, &school, "old");
        put(&app, std::slice::from_ref(&mail)).await;
        app.mailbox.fail_next(SendErrorKind::Unknown);
        app.send_mails().await;
        spoil(&app, mail.id, "status = 'failed'").await;
        app.advance(TimeDelta::days(31));
        app.run(Job::DeleteExpired).await;
        let staff = app.staff().await;

        let before = staff.get(&page_of(mail.id)).await;
        before.submit(&staff, "form:has([data-action=retry])", &[]).await;
        let sent = app.send_mails().await.sent;
        let after = staff.get(&page_of(mail.id)).await;

        assert!(before.text("[data-preview]").contains("dan komt hij dubbel aan"), "{}", before.body);
        assert!(!before.has("[data-double]"));
        assert_eq!((sent, status(&app, mail.id).await), (1, MailStatus::Sent));
        assert!(after.has("[data-double]"), "{}", after.body);
    });
}
