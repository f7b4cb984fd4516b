//! The worklist of Kurve: all that waits stands on it, and is cleared from it.

use chrono::TimeDelta;
use koppelklaar::domain::actor::StaffRole;
use koppelklaar::domain::address_mark::Bounced;
use koppelklaar::domain::check::CheckCode;
use koppelklaar::domain::check::certificate::Certificate;
use koppelklaar::domain::new_schools::NewSchools;
use koppelklaar::domain::onboarding::{Command, Step};
use koppelklaar::domain::school::ContactRef;
use koppelklaar::jobs::Job;
use koppelklaar::links;
use koppelklaar::services::people::{contacts, registrations};
use koppelklaar::services::{AnonymousCall, Context};
use koppelklaar::store::checks::check_status::{self, CheckStatus};
use koppelklaar::store::onboarding::upkeep;
use koppelklaar::store::people::address_marks;
use koppelklaar::store::schema;

use crate::support::acting::{STEPS_OF_SCHOOL, reason};
use crate::support::database::{sql, texts};
use crate::support::{Page, TestApp, TestSchool, Visitor, run};

/// What is known of the checks of a school, as if the newest one ended so.
async fn know(app: &TestApp, school: &TestSchool, known: impl FnOnce(CheckStatus) -> CheckStatus) {
    let conn = app.context().db.reader();
    let before = check_status::load(conn, school.connection).await.expect("the store answers");
    let tx = app.context().db.begin_write().await.expect("the store answers");
    check_status::save(tx.conn(), &known(before)).await.expect("the store answers");
    tx.commit().await.expect("the store answers");
}

async fn bounce(app: &TestApp, school: &TestSchool) {
    let key = app.context().keys.email_key(&school.email);
    let bounced = Bounced { at: app.now(), code: "5.1.1".to_owned() };
    let tx = app.context().db.begin_write().await.expect("the store answers");
    address_marks::mark_bounced(tx.conn(), &key, &bounced).await.expect("the store answers");
    tx.commit().await.expect("the store answers");
}

async fn report_stuck(app: &TestApp, school: &TestSchool) {
    let command = Command::ReportStuck { step: Step::ConsentGiven, reason: reason("Het schuifje staat er niet bij.") };
    app.command(app.call_of(school).actor, school, &[command]).await;
}

/// Kurve vouches for nobody there any more.
async fn without_vouch(app: &TestApp, school: &TestSchool) {
    let kurve = app.kurve_again().await;
    app.issue(kurve, school).await;
    app.add_contact(kurve, school, &format!("bea-{}@school.example", school.brin.to_lowercase())).await;
    let who = ContactRef { connection: school.connection, contact: school.contact };
    contacts::remove(app.context(), &app.call(kurve), who, None).await.expect("another is there");
}

#[test]
fn each_kind_has_its_row_that_says_why_and_since_when() {
    run(|app: TestApp| async move {
        let kurve = app.kurve().await;
        let expired = app.school_by_services("Wachtwoord", "10AA", "wachtwoord").await;
        app.issue(kurve, &expired).await;
        app.claim(&expired, Step::QueryExecuted).await.expect("its turn has come");
        app.advance(TimeDelta::days(60));
        app.run(Job::EndPasswords).await;
        let [_, stuck, person, ready, unreached, silent, looked, certified] = [
            app.school_by_services("Nieuw", "11AA", "nieuw").await,
            app.school_by_services("Vast", "12AA", "vast").await,
            app.school_by_services("Persoon", "13AA", "persoon").await,
            app.school_by_services("Klaar", "14AA", "klaar").await,
            app.school_by_services("Adres", "15AA", "adres").await,
            app.school_by_services("Stil", "16AA", "stil").await,
            app.school_by_services("Nakijken", "17AA", "nakijken").await,
            app.school_by_services("Certificaat", "18AA", "certificaat").await,
        ];
        for school in [&ready, &stuck, &unreached, &silent, &looked, &certified] {
            app.issue(kurve, school).await;
        }
        for step in STEPS_OF_SCHOOL {
            app.claim(&ready, step).await.expect("its turn has come");
        }
        report_stuck(&app, &stuck).await;
        without_vouch(&app, &person).await;
        bounce(&app, &unreached).await;
        let now = app.now();
        let invalid = |known| CheckStatus { last: Some((CheckCode::CertificateInvalid, now)), ..known };
        know(&app, &looked, invalid).await;
        let certificate = Some(Certificate { until: now + TimeDelta::days(20), seen_at: now });
        know(&app, &certified, |known| CheckStatus { certificate, last: Some((CheckCode::Ok, now)), ..known }).await;
        app.rewrite(
            "UPDATE onboarding SET no_answer_since = updated_at
                WHERE connection_id = (SELECT connection_id FROM school WHERE brin = '16AA')",
        )
        .await;
        Box::pin(crate::messages::school_writes(&app, "Bericht", "21AA")).await;
        let token = app.ask_for_school("Erbij", "19AA", "nieuw", "erbij@nieuw.example").await;
        let asked = AnonymousCall::new(app.now(), "test");
        registrations::confirm(app.context(), asked, &token, None).await.expect("it waits");
        let token = app.ask_for_school("Wachtend", "22AA", "wachtend", "wim@wachtend.example").await;
        let review = Context { new_schools: NewSchools::Review, ..app.context().clone() };
        let asked = AnonymousCall::new(app.now(), "test");
        registrations::confirm(&review, asked, &token, None).await.expect("it waits for Kurve");
        app.ask_for_school("Onbevestigd", "20AA", "onbevestigd", "joke@onbevestigd.example").await;
        app.advance(TimeDelta::minutes(61));
        let staff = app.staff().await;

        let page = staff.get(links::STAFF).await;

        let today = koppelklaar::words::date_nl(now);
        for (kind, school, why, verb) in [
            ("stuck", "Vast", "Consent geven", "Antwoorden"),
            ("issue", "Nieuw", "Nieuwe school", "Klaarzetten"),
            ("reply", "Bericht", "heeft geantwoord", "Lezen"),
            ("join", "Nieuw", "Anna de Wit vraagt 1 school erbij", "Bekijken"),
            ("vouch", "Persoon", "Toegang geven aan", "Toegang geven"),
            ("password", "Wachtwoord", "Nieuw wachtwoord maken", "Klaarzetten"),
            ("activate", "Klaar", "activeren", "Activeren"),
            ("check", "Nakijken", "Certificaat ongeldig", "Bekijken"),
            ("certificate", "Certificaat", "geldt tot", "Bekijken"),
            ("address", "Adres", "komt niet aan", "Bekijken"),
            ("begin", "Wachtend", "Anna de Wit wil beginnen", "Bekijken"),
            ("unconfirmed", "Onbevestigd", "bevestigde het adres niet", "Mail opnieuw sturen"),
            ("silent", "Stil", "deed niets", "Bekijken"),
        ] {
            let rows = page.texts(&format!("[data-kind={kind}]"));
            let row = rows.first().unwrap_or_else(|| panic!("no row of {kind}:\n{}", page.body));
            assert!(row.starts_with(school) && row.contains(why) && row.contains(verb), "{kind}: {row}");
            if !["password", "certificate"].contains(&kind) {
                assert!(row.contains(&today), "{kind}: {row}");
            }
            assert_eq!(
                page.texts(&format!("[data-kind={kind}] .work__do a, [data-kind={kind}] .work__do button")).len(),
                rows.len()
            );
            let chip = page.text(&format!("[data-chip={kind}]"));
            assert!(chip.ends_with(&format!(" {}", rows.len())), "{chip}");
            let only = staff.get(&page.attributes(&format!("[data-chip={kind}]"), "href")[0]).await;
            assert!(only.attributes("[data-kind]", "data-kind").iter().all(|found| found == kind), "{kind}");
        }
        assert_eq!(page.attributes("[data-kind]", "data-kind")[0], "stuck", "stuck comes first");
        let certificate = page.text("[data-kind=certificate] .work__since");
        let began = koppelklaar::words::date_nl(now - TimeDelta::days(10));
        assert!(certificate.contains(&began), "{certificate}");
        app.new_mails().await;
    });
}

/// The form that is open in the list.
const OPEN: &str = "[data-open] form";

#[test]
fn a_request_is_issued_in_three_presses_and_the_next_one_opens() {
    run(|app: TestApp| async move {
        for (name, brin) in [("Een", "11AA"), ("Twee", "12AA"), ("Drie", "13AA")] {
            app.school_by_services(name, brin, &name.to_lowercase()).await;
            app.advance(TimeDelta::minutes(1));
        }
        let staff = app.staff().await;
        let list = staff.get(links::STAFF).await;
        assert!(!list.has(OPEN));

        let first = staff.get(&list.attributes("[data-kind=issue] .work__do a", "href")[0]).await;
        assert_eq!(first.text("[data-open] .issue__title"), "Klaarzetten voor Een");
        assert_eq!(first.attributes("[data-open] [name=contact][checked]", "value").len(), 1);
        assert!(!first.has("[data-open] [name=how][checked]"), "how a colleague knows it is theirs to say");
        let nothing = first.submit(&staff, OPEN, &[("next", "ja")]).await;
        assert_eq!(nothing.status, 422, "{}", nothing.body);
        let done = first.submit(&staff, OPEN, &[("how", "called"), ("next", "ja")]).await;
        let second = staff.follow(&done).await;

        assert!(
            second.text("[data-flash]").starts_with("Een: Het wachtwoord en de query staan klaar."),
            "{}",
            second.body
        );
        assert_eq!(second.text("[data-open] .issue__title"), "Klaarzetten voor Twee");
        let done = second.submit(&staff, OPEN, &[("how", "other"), ("other", "Kwam langs."), ("next", "")]).await;
        let third = staff.follow(&done).await;
        assert!(
            done.location().contains("#rij-") && !third.has(OPEN),
            "only the next row, not its form: {}",
            done.location()
        );
        assert_eq!(third.texts("[data-kind=issue] th a"), ["Drie"]);

        let grounds = texts(
            &app.database.url,
            "SELECT vouch_ground FROM contact WHERE vouch_ground IS NOT NULL ORDER BY created_at",
        );
        assert_eq!(grounds.await, ["Teruggebeld via het nummer op de website van de school", "Kwam langs."]);
        let taken = texts(&app.database.url, "SELECT action FROM audit WHERE action = 'connection_taken'").await;
        assert_eq!(taken.len(), 2, "who acts from the list takes what nobody took");
        app.new_mails().await;
    });
}

#[test]
fn a_form_that_comes_back_keeps_what_was_typed_and_the_way_back() {
    run(|app: TestApp| async move {
        app.school_by_services("Een", "11AA", "een").await;
        app.school_by_services("Twee", "12AA", "twee").await;
        let staff = app.staff().await;
        let list = staff.get("/beheer?soort=issue").await;
        let open = staff.get(&list.attributes("[data-kind=issue] .work__do a", "href")[0]).await;

        let again = open.submit(&staff, OPEN, &[("how", ""), ("next", "ja")]).await;
        let done = again.submit(&staff, "form[data-form=issue]", &[("ground", "Gebeld met de directeur.")]).await;

        assert_eq!((again.status, done.status), (422, 303), "{}\n{}", again.body, done.body);
        assert!(done.location().starts_with("/beheer?soort=issue"), "{}", done.location());
        app.new_mails().await;
    });
}

#[test]
fn a_school_that_is_stuck_is_answered_in_its_row() {
    run(|app: TestApp| async move {
        let school = app.school_by_services("Vast", "12AA", "vast").await;
        report_stuck(&app, &school).await;
        let staff = app.staff().await;
        let list = staff.get(links::STAFF).await;

        let open = staff.get(&list.attributes("[data-kind=stuck] .work__do a", "href")[0]).await;
        assert!(open.text("[data-open] [data-stuck-reason]").contains("Het schuifje staat er niet bij."));
        let done = open.submit(&staff, OPEN, &[("answer", "Kijk bij Beheer."), ("next", "")]).await;
        let after = staff.follow(&done).await;

        assert!(after.text("[data-flash]").starts_with("Vast: "), "{}", after.body);
        assert!(!after.has("[data-kind=stuck]"), "{}", after.body);
        app.new_mails().await;
    });
}

#[test]
fn what_a_colleague_took_is_theirs_for_all_to_see_and_locks_nothing() {
    run(|app: TestApp| async move {
        let school = app.school_by_services("Een", "11AA", "een").await;
        app.school_by_services("Twee", "12AA", "twee").await;
        let (eva, bram) = (app.staff().await, app.staff_as("bram@kurve.nl", StaffRole::Support).await);
        let own = links::staff_school(links::STAFF_SCHOOL, school.connection);
        let stale = bram.get(&own).await;

        let list = eva.get(links::STAFF).await;
        let taken = list.submit(&eva, "[data-work] form:has([data-action=take])", &[]).await;
        assert!(eva.follow(&taken).await.text("[data-flash]").starts_with("Een: "));
        let mine = eva.get("/beheer?van=mij").await;
        assert_eq!(
            (mine.texts("[data-work] th a"), mine.text("[data-taker=mij]")),
            (vec!["Een".to_owned()], "Van mij 1".to_owned())
        );
        assert!(mine.text("[data-work] .work__who").contains("(jij)"));
        let nobodys = bram.get("/beheer?van=niemand").await;
        assert_eq!(nobodys.texts("[data-work] th a"), ["Twee"]);
        assert!(!bram.get(links::STAFF).await.texts(".work__who")[0].contains("(jij)"));

        // No lock, and a page of before is still good: taking is no change of the onboarding.
        let issued = stale
            .submit(&bram, "form[data-form=issue]", &[("contact", &school.contact.to_string()), ("ground", "Gebeld.")])
            .await;
        assert_eq!(issued.status, 303, "{}", issued.body);

        let page = eva.get(&own).await;
        assert!(page.text("[data-taking]").contains("(jij), sinds"), "{}", page.body);
        let given = page.submit(&eva, "form[data-form=give]", &[]).await;
        assert_eq!(given.status, 303, "{}", given.body);
        assert!(bram.get(&own).await.text("[data-taking]").contains("(jij), sinds"));
        let gone = bram.get(&own).await.submit(&bram, "[data-taking] form:has([data-action=let_go])", &[]).await;
        let twice = bram.get(&own).await;
        assert_eq!((gone.status, twice.has("[data-action=let_go]")), (303, false));
        let told =
            texts(&app.database.url, "SELECT action FROM audit WHERE action LIKE 'connection_%' ORDER BY id").await;
        assert_eq!(told, ["connection_taken", "connection_taken", "connection_let_go"]);
        app.new_mails().await;
    });
}

#[test]
fn the_search_box_finds_the_rows_of_a_school_and_keeps_the_filter() {
    run(|app: TestApp| async move {
        app.school_by_services("Bonhoeffer College", "11AA", "bonhoeffer").await;
        let other = app.school_by_services("Het Molenveld", "12AA", "molenveld").await;
        report_stuck(&app, &other).await;
        let staff = app.staff().await;

        for typed in ["molenveld", "12AA", "veld"] {
            let found = staff.get(&format!("/beheer?q={typed}")).await;
            assert_eq!(found.attributes("[data-kind]", "data-kind"), ["stuck", "issue"], "{typed}");
            assert_eq!(found.text("[data-chip='']"), "Alles 2", "{typed}");
        }
        let found = staff.get("/beheer?q=molenveld&soort=issue&van=niemand").await;
        assert_eq!(found.texts("[data-work] th a"), ["Het Molenveld"]);
        assert_eq!(found.attributes("[role=search] [type=hidden]", "value"), ["issue", "niemand"]);
        let nothing = staff.get("/beheer?q=zeker%20niet").await;
        assert!(nothing.text("[data-empty]").contains("filter"), "{}", nothing.body);
        app.new_mails().await;
    });
}

#[test]
fn the_keys_are_turned_off_for_one_colleague_and_stay_so() {
    run(|app: TestApp| async move {
        app.school_by_services("Een", "11AA", "een").await;
        let (eva, bram) = (app.staff().await, app.staff_as("bram@kurve.nl", StaffRole::Support).await);
        let list = eva.get(links::STAFF).await;
        assert!(list.has("[data-has-keys]"));

        let off = list.submit(&eva, "form[data-keys]", &[("keys", "uit")]).await;

        assert_eq!(off.status, 303);
        assert!(!eva.get(links::STAFF).await.has("[data-has-keys]"));
        assert!(bram.get(links::STAFF).await.has("[data-has-keys]"));
        eva.get(links::STAFF).await.submit(&eva, "form[data-keys]", &[("keys", "aan")]).await;
        assert!(eva.get(links::STAFF).await.has("[data-has-keys]"));
    });
}

#[test]
fn all_mails_that_failed_are_tried_again_in_one_press() {
    run(|app: TestApp| async move {
        let kurve = app.kurve().await;
        let one = app.school_by_services("Een", "11AA", "een").await;
        let other = app.school_by_services("Twee", "12AA", "twee").await;
        app.issue(kurve, &one).await;
        app.issue(kurve, &other).await;
        let staff = app.staff().await;
        let failed = "UPDATE outbox SET status = 'failed' WHERE status = 'waiting'";
        sql(&app.database.url, failed).await;
        let list = staff.get(links::STAFF).await;
        assert_eq!(list.attributes("[data-failed-mails]", "data-failed-mails"), ["2"]);

        let done = list.submit(&staff, "[data-failed-mails] form", &[]).await;
        let twice = list.submit(&staff, "[data-failed-mails] form", &[]).await;

        assert_eq!((done.status, twice.status), (303, 303));
        assert!(!staff.get(links::STAFF).await.has("[data-failed-mails]"));
        assert_eq!(app.new_mails().await.len(), 2, "they leave");
    });
}

#[test]
fn rows_that_are_missing_are_told_and_made_by_the_next_migration() {
    run(|app: TestApp| async move {
        app.school_by_services("Een", "11AA", "een").await;
        let db = &app.context().db;
        let rows = "SELECT key FROM work_item ORDER BY key";
        let before = texts(&app.database.url, rows).await;
        assert!(upkeep::are_complete(db.reader()).await.expect("the store answers"));

        sql(&app.database.url, "DELETE FROM work_item").await;
        assert!(!upkeep::are_complete(db.reader()).await.expect("the store answers"));
        assert_eq!(upkeep::list_untrue_work(db.reader()).await.expect("the store answers"), before);
        schema::migrate(db).await.expect("it runs");

        assert_eq!(texts(&app.database.url, rows).await, before);
        app.new_mails().await;
    });
}

#[test]
fn forty_requests_are_cleared_by_two_colleagues_at_no_more_than_three_presses_a_school() {
    run(|app: TestApp| async move {
        for number in 0..40 {
            let (name, brin) = (format!("School {number}"), format!("{:02}AB", number + 10));
            app.school_by_services(&name, &brin, &format!("school{number}")).await;
            app.advance(TimeDelta::minutes(1));
        }
        let colleagues = [app.staff().await, app.staff_as("bram@kurve.nl", StaffRole::Support).await];
        let mut presses = 0;

        for (colleague, half) in colleagues.iter().zip([20, 20]) {
            let mut page = open_first(colleague).await;
            presses += 1;
            for _ in 0..half {
                // A ground, and the button.
                presses += 2;
                let done = page.submit(colleague, OPEN, &[("how", "called"), ("next", "ja")]).await;
                page = colleague.follow(&done).await;
            }
        }

        let left = colleagues[0].get(links::STAFF).await;
        assert!(!left.has("[data-kind]"), "{}", left.body);
        assert!(presses <= 3 * 40, "{presses}");
        app.new_mails().await;
    });
}

async fn open_first(colleague: &Visitor) -> Page {
    let list = colleague.get("/beheer?soort=issue").await;
    colleague.get(&list.attributes("[data-kind=issue] .work__do a", "href")[0]).await
}
