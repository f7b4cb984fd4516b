//! Mail that comes back: what a report changes, what it must not change, and how a mark goes away again.

use chrono::TimeDelta;
use koppelklaar::domain::ids::MailId;
use koppelklaar::jobs::Job;
use koppelklaar::mail::message::BuiltMail;
use koppelklaar::services::mail::bounces::{self, Outcome};
use koppelklaar::store::mail::outbox::{self, MailStatus, OutboxMail};
use koppelklaar::store::operations::audit;
use koppelklaar::store::people::address_marks;

use crate::journey::Table;
use crate::support::{TestApp, TestSchool, reports, run_to_failure};

mod answers;
mod cases;
mod elsewhere;
mod late;
mod strange;

/// Puts a mail to a school's contact in the outbox and sends it.
pub(super) async fn sent(app: &TestApp, school: &TestSchool, key: &str) -> BuiltMail {
    app.new_mails().await;
    let mail = super::dispatch::waiting(app, school, key);
    let message_id = mail.message_id.clone();
    outbox::insert_all(app.context().db.writer(), &[mail]).await.expect("a fresh key");
    app.new_mails().await;
    let mails = app.mailbox.mails();
    mails.into_iter().find(|mail| mail.message_id == message_id).expect("the mail went")
}

fn id_of(mail: &BuiltMail) -> MailId {
    let inside = mail.message_id.trim_start_matches('<').split('@').next().expect("a first part");
    inside.parse().expect("the id of the mail")
}

async fn stored(app: &TestApp, mail: &BuiltMail) -> OutboxMail {
    outbox::find(app.context().db.reader(), id_of(mail)).await.expect("the store answers").expect("the row is there")
}

async fn take(app: &TestApp, report: &str) -> Outcome {
    bounces::take(app.context(), app.now(), report.as_bytes(), None).await.expect("the store answers")
}

pub(super) async fn is_marked(app: &TestApp, address: &str) -> bool {
    let key = app.context().keys.email_key(address);
    address_marks::find(app.context().db.reader(), &key).await.expect("the store answers").bounced.is_some()
}

async fn actions(app: &TestApp, school: &TestSchool) -> Vec<&'static str> {
    let entries =
        audit::list(app.context().db.reader(), school.connection, None, 100).await.expect("the audit can be read");
    let about_mail = |name: &&str| name.starts_with("mail_") || name.starts_with("address_");
    entries.iter().map(|entry| entry.action.name()).filter(about_mail).collect()
}

#[test]
fn each_mail_has_an_envelope_of_its_own_that_names_it() {
    run_to_failure(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;

        let (one, other) = (sent(&app, &school, "1").await, sent(&app, &school, "2").await);

        for mail in [&one, &other] {
            let (local, domain) = mail.from.split_once('@').expect("an address");
            assert!(local.starts_with("bounces+") && local.len() <= 64 && domain == "kurve.nl", "{}", mail.from);
            let raw = String::from_utf8(mail.bytes.clone()).expect("ASCII");
            assert!(raw.contains("From: Koppelklaar <koppelklaar@kurve.nl>") && !raw.contains(local), "{raw}");
        }
        assert_ne!(one.from, other.from);
    });
}

#[test]
fn reports_of_every_server_mark_the_address_and_ask_kurve_once_for_another_contact() {
    let all = [
        reports::POSTFIX_UNKNOWN,
        reports::MICROSOFT_UNKNOWN,
        reports::GMAIL_UNKNOWN,
        reports::EXIM_WORDS,
        reports::EXIM_REPORT,
    ];
    for report in all {
        run_to_failure(|app| async move {
            let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
            let (one, other) = (sent(&app, &school, "1").await, sent(&app, &school, "2").await);
            app.new_mails().await;

            let first = take(&app, &reports::about(report, &one)).await;
            let again = take(&app, &reports::about(report, &one)).await;
            let second = take(&app, &reports::about(report, &other)).await;

            assert_eq!((first, again, second), (Outcome::Marked, Outcome::NothingToDo, Outcome::Noted));
            assert!(is_marked(&app, &school.email).await);
            let came_back = stored(&app, &one).await;
            assert_eq!(came_back.status, MailStatus::Failed);
            assert!(came_back.last_error.is_some_and(|why| why.starts_with("came back: 5.")));
            let asked = app.only_mail_to("support@kurve.nl").await;
            assert!(asked.subject.starts_with("Zoek een ander adres, mail komt niet aan: "), "{}", asked.subject);
            assert!(asked.text.contains(&school.email) && asked.text.contains("#contact-"), "{}", asked.text);
            assert_eq!(actions(&app, &school).await, ["mail_returned", "address_bounced", "mail_returned"]);
        });
    }
}

#[test]
fn a_mark_shows_to_kurve_and_to_colleagues_and_goes_by_a_button() {
    run_to_failure(|app| async move {
        let table = Table::set(&app).await;
        let mail = sent(&app, &table.school, "1").await;
        take(&app, &reports::about(reports::POSTFIX_UNKNOWN, &mail)).await;

        let worklist = table.staff.get("/beheer").await;
        let page = table.staff_page().await;
        let colleagues = table.portal.open("/collegas").await;
        let post = table.staff.get("/beheer/post").await;

        assert!(worklist.text("[data-kind=address]").contains("Mail aan Anna de Wit, "));
        assert!(page.text("[data-contact] [data-unreached]").contains("code 5.1.1"));
        assert!(colleagues.text("[data-contacts] tbody").contains("Mail komt niet aan"), "{}", colleagues.body);
        assert!(post.body.contains("De mail kwam terug"), "{}", post.body);

        let done = page.submit(&table.staff, "form[data-form=address_works]", &[]).await;
        let after = table.staff_page().await;
        let twice = page.submit(&table.staff, "form[data-form=address_works]", &[]).await;

        assert_eq!((done.status, twice.status), (303, 303));
        assert!(!after.has("[data-unreached]") && !after.has("form[data-form=address_works]"));
        assert!(!is_marked(&app, &table.school.email).await);
        assert_eq!(actions(&app, &table.school).await[0], "address_works");
    });
}

#[test]
fn an_address_that_does_not_work_gets_no_mail_by_itself_until_its_holder_signs_in() {
    run_to_failure(|app| async move {
        let table = Table::set(&app).await;
        let mail = sent(&app, &table.school, "1").await;
        take(&app, &reports::about(reports::GMAIL_UNKNOWN, &mail)).await;
        app.new_mails().await;

        app.advance(TimeDelta::days(3));
        assert_eq!(app.run(Job::PlanReminders).await, 0, "nobody can be reminded");
        let staff = app.staff().await;
        let page = staff.get(&format!("/beheer/scholen/{}", table.school.connection)).await;
        let ground = "Gebeld via het algemene nummer van de school.";
        let contact = table.school.contact.to_string();
        page.submit(&staff, "form[data-form=issue]", &[("contact", &contact), ("ground", ground)]).await;
        let to_school = app.new_mails().await.into_iter().filter(|mail| mail.to == table.school.email).count();
        assert_eq!(to_school, 0, "no mail that password and query are ready");

        app.portal(&table.school).await;

        assert!(!is_marked(&app, &table.school.email).await, "the link to sign in came by mail");
        // Wednesday: four working days later, the next rung.
        app.advance(TimeDelta::days(6));
        app.run(Job::PlanReminders).await;
        assert_eq!(app.only_mail_to(&table.school.email).await.to, table.school.email);
    });
}

#[test]
fn what_could_not_go_to_an_address_that_does_not_work_shows_and_goes_by_a_button() {
    run_to_failure(|app| async move {
        let table = Table::set(&app).await;
        let mail = sent(&app, &table.school, "1").await;
        take(&app, &reports::about(reports::GMAIL_UNKNOWN, &mail)).await;
        table.issue().await;
        app.new_mails().await;

        let failed = table.staff.get("/beheer/post?stand=failed&soort=credentials_ready").await;
        assert!(failed.body.contains("Op dit adres komt geen mail aan."), "{}", failed.body);
        let page = table.staff_page().await;
        page.submit(&table.staff, "form[data-form=address_works]", &[]).await;
        failed.submit(&table.staff, "form:has([data-action=retry])", &[]).await;

        assert!(app.only_mail_to(&table.school.email).await.text.contains("staan klaar"));
    });
}

#[test]
fn a_sign_in_with_a_link_from_before_the_report_proves_nothing() {
    run_to_failure(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let mail = sent(&app, &school, "1").await;
        let visitor = app.anonymous();
        visitor.get("/inloggen").await.submit(&visitor, "main form", &[("email", &school.email)]).await;
        let link = app.only_mail_to(&school.email).await.path_of("/inloggen/link/");
        app.advance(TimeDelta::minutes(1));
        take(&app, &reports::about(reports::POSTFIX_UNKNOWN, &mail)).await;

        visitor.get(&link).await.submit(&visitor, "main form", &[]).await;

        assert!(is_marked(&app, &school.email).await);
    });
}

#[test]
fn the_colleagues_of_who_cannot_be_reached_are_reminded_instead_and_the_ladder_goes_on_without_anybody() {
    run_to_failure(|app| async move {
        let table = Table::set(&app).await;
        let fields = [("name", "Bram Yılmaz"), ("email", "bram@bonhoeffer.example"), ("role", "superbeheerder")];
        table.kurve("", "add_contact", &fields).await;
        let mail = sent(&app, &table.school, "1").await;
        take(&app, &reports::about(reports::POSTFIX_UNKNOWN, &mail)).await;
        app.new_mails().await;

        app.advance(TimeDelta::days(3));
        app.run(Job::PlanReminders).await;
        let reminded: Vec<String> = app.new_mails().await.into_iter().map(|mail| mail.to).collect();
        assert_eq!(reminded, ["bram@bonhoeffer.example"]);

        let mail = app.mailbox.mails().into_iter().rfind(|mail| mail.to == "bram@bonhoeffer.example");
        take(&app, &reports::about(reports::POSTFIX_UNKNOWN, &mail.expect("the reminder"))).await;
        app.new_mails().await;
        for _ in 0..80 {
            app.advance(TimeDelta::hours(24));
            app.run(Job::PlanReminders).await;
            let mails = app.new_mails().await;
            assert!(mails.iter().all(|mail| !mail.to.ends_with("bonhoeffer.example")), "nobody is reminded");
        }
        assert!(app.staff().await.get("/beheer").await.has("[data-kind=silent]"), "Kurve sees that nobody answers");
    });
}

#[test]
fn a_full_mailbox_is_tried_again_for_two_days_and_then_given_up_without_a_mark() {
    run_to_failure(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let mail = sent(&app, &school, "1").await;
        let report = reports::about(reports::POSTFIX_FULL, &mail);
        let start = app.now();

        let mut outcomes = vec![];
        loop {
            app.advance(TimeDelta::minutes(10));
            let report = dated(&report, &app.now().to_rfc2822());
            outcomes.push(take(&app, &report).await);
            assert_eq!(take(&app, &report).await, Outcome::NothingToDo, "the same report twice");
            let row = stored(&app, &mail).await;
            if row.status != MailStatus::Waiting {
                break;
            }
            assert!(row.next_attempt_at - app.now() >= TimeDelta::hours(6));
            app.clock.set(row.next_attempt_at);
            assert_eq!(app.send_mails().await.sent, 1);
        }

        assert_eq!(outcomes.pop(), Some(Outcome::GivenUp));
        assert!(outcomes.len() >= 6 && outcomes.iter().all(|one| *one == Outcome::ToSendAgain), "{outcomes:?}");
        assert!(app.now() - start <= TimeDelta::hours(48));
        assert_eq!(stored(&app, &mail).await.status, MailStatus::Failed);
        assert!(!is_marked(&app, &school.email).await);
        let copies: Vec<_> = app.mailbox.mails().into_iter().filter(|one| one.message_id == mail.message_id).collect();
        let undated = |copy: &BuiltMail| {
            let text = String::from_utf8(copy.bytes.clone()).expect("ASCII");
            text.lines().filter(|line| !line.starts_with("Date: ")).map(str::to_owned).collect::<Vec<_>>()
        };
        assert!(copies.iter().all(|copy| undated(copy) == undated(&mail)), "each try says the same");
    });
}

/// A report of its own: that of another try.
fn dated(report: &str, date: &str) -> String {
    let first = "Date: Mon, 23 Nov 2026 11:00:09 +0100";
    assert!(report.contains(first));
    report.replace(first, &format!("Date: {date}"))
}

#[test]
fn a_report_that_is_brought_again_after_the_mail_went_again_counts_once() {
    run_to_failure(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let mail = sent(&app, &school, "1").await;
        let named = |id: &str| {
            let report = reports::about(reports::POSTFIX_FULL, &mail);
            report.replacen("From: MAILER-DAEMON", &format!("Message-ID: <{id}@mx>\nFrom: MAILER-DAEMON"), 1)
        };
        let (first, second) = (reports::about(reports::POSTFIX_FULL, &mail), named("1"));
        let mut outcomes = vec![];

        for report in [&first, &second] {
            outcomes.push(take(&app, report).await);
            app.advance(TimeDelta::hours(7));
            assert_eq!(app.send_mails().await.sent, 1);
        }
        outcomes.push(take(&app, &first).await);
        outcomes.push(take(&app, &format!("Received: from mx2\n{second}")).await);
        app.advance(TimeDelta::days(3));
        outcomes.push(take(&app, &second).await);

        let (again, nothing) = (Outcome::ToSendAgain, Outcome::NothingToDo);
        assert_eq!(outcomes, [again, again, nothing, nothing, nothing]);
        assert_eq!(stored(&app, &mail).await.status, MailStatus::Sent);
        assert_eq!(actions(&app, &school).await, ["mail_returned"; 2]);
    });
}

#[test]
fn a_mail_with_a_token_that_came_back_is_never_sent_again() {
    run_to_failure(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let visitor = app.anonymous();
        visitor.get("/inloggen").await.submit(&visitor, "main form", &[("email", &school.email)]).await;
        app.new_mails().await;
        let mail = app.mailbox.mails().pop().expect("the sign-in mail");

        let soft = take(&app, &reports::about(reports::POSTFIX_FULL, &mail)).await;
        app.advance(TimeDelta::hours(7));

        assert_eq!((soft, stored(&app, &mail).await.status), (Outcome::GivenUp, MailStatus::Failed));
        assert_eq!(app.send_mails().await.sent, 0);
    });
}

#[test]
fn a_sign_in_mail_that_does_not_arrive_marks_the_address_too() {
    run_to_failure(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let visitor = app.anonymous();
        visitor.get("/inloggen").await.submit(&visitor, "main form", &[("email", &school.email)]).await;
        app.new_mails().await;
        let mail = app.mailbox.mails().pop().expect("the sign-in mail");

        assert_eq!(take(&app, &reports::about(reports::POSTFIX_UNKNOWN, &mail)).await, Outcome::Marked);
    });
}

#[test]
fn a_refusal_of_one_mail_and_a_delay_do_not_mark_the_address() {
    run_to_failure(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let (one, other) = (sent(&app, &school, "1").await, sent(&app, &school, "2").await);

        let delayed = take(&app, &reports::about(reports::POSTFIX_DELAYED, &one)).await;
        let refused = take(&app, &reports::about(reports::POLICY, &other)).await;

        assert_eq!((delayed, refused), (Outcome::NothingToDo, Outcome::GivenUp));
        assert_eq!(
            (stored(&app, &one).await.status, stored(&app, &other).await.status),
            (MailStatus::Sent, MailStatus::Failed)
        );
        assert!(!is_marked(&app, &school.email).await);
    });
}

#[test]
fn a_mark_belongs_to_the_address_at_every_school_and_not_to_another_address() {
    run_to_failure(|app| async move {
        let one = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let other = app.school_by_services("Het Molenveld", "34CD", "molenveld").await;
        let staff = app.staff().await;
        for school in [&one, &other] {
            let page = staff.get(&format!("/beheer/scholen/{}", school.connection)).await;
            let fields = [("name", "Bram Yılmaz"), ("email", "bram@scholen.example"), ("role", "superbeheerder")];
            page.submit(&staff, "form[data-form=add_contact]", &fields).await;
        }
        app.new_mails().await;
        let mail = app.mailbox.mails().into_iter().rfind(|mail| mail.to == "bram@scholen.example").expect("a mail");

        take(&app, &reports::about(reports::POSTFIX_UNKNOWN, &mail)).await;

        let asked = app.only_mail_to("support@kurve.nl").await;
        assert!(asked.text.contains("Bonhoeffer College (12AB)") && asked.text.contains("Het Molenveld (34CD)"));
        for school in [&one, &other] {
            let page = staff.get(&format!("/beheer/scholen/{}", school.connection)).await;
            assert_eq!(page.texts("[data-contact] [data-unreached]").len(), 1, "only Bram's");
            assert!(actions(&app, school).await.contains(&"address_bounced"));
        }
        let digest_day = app.run(Job::Digest).await;
        let digest = app.only_mail_to("support@kurve.nl").await;
        assert_eq!(digest_day, 1);
        assert!(digest.text.contains("mail aan Bram Yılmaz komt niet aan (5.1.1)"), "{}", digest.text);
    });
}
