//! What ends or lays aside something for a whole school: who may, who hears of it, and how it is undone.

use chrono::TimeDelta;
use koppelklaar::domain::onboarding::{Command, Refusal};
use koppelklaar::services::ServiceError;
use koppelklaar::services::onboarding::{credentials, onboardings};

use crate::journey::Table;
use crate::support::acting::reason;
use crate::support::{Page, TestApp, run};

const STOP: [(&str, &str); 2] = [("choice", "stoppen"), ("reason", "We kiezen een ander product.")];
const PAUSE: [(&str, &str); 2] = [("reason", "Eerst de toetsweek."), ("until", "2026-12-24")];

async fn press(table: &Table, path: &str, form: &str, fields: &[(&str, &str)]) -> Page {
    table.portal.open(path).await.submit(&table.portal, form, fields).await
}

#[test]
fn whoever_heard_that_a_school_stopped_hears_when_it_may_import_again() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        table.open_import().await;
        let kurve = app.kurve_again().await;
        let noord = app.school_beside(kurve, &table.school, "Noord", "13CD").await;
        app.activate(kurve, &[&noord]).await;
        app.new_mails().await;
        let stop =
            Command::Withdraw { school: noord.id, reason: reason("De licentie verliep."), chose_option_b: false };
        let by = [app.call(kurve), app.call_of(&table.school)];

        for call in by {
            onboardings::act(app.context(), &call, noord.connection, &stop, None).await.expect("both may");
            let stopped = told(&app).await;
            app.command(kurve, &noord, &[Command::Reopen { school: noord.id }]).await;
            app.activate(kurve, &[&noord]).await;
            let opened = told(&app).await;

            assert!(stopped.iter().any(|(to, _)| *to == table.school.email), "{stopped:?}");
            let is_told = |(to, said): &(String, String)| *to == table.school.email && said.contains("Noord");
            assert!(opened.iter().any(is_told), "{opened:?}");
        }
    });
}

/// To whom mails went, and what they said in one line.
async fn told(app: &TestApp) -> Vec<(String, String)> {
    let mut told: Vec<(String, String)> = app
        .new_mails()
        .await
        .into_iter()
        .map(|mail| (mail.to, mail.text.split_whitespace().collect::<Vec<_>>().join(" ")))
        .collect();
    told.sort();
    told
}

#[test]
fn who_is_not_vouched_for_reads_why_not_and_what_then_and_a_direct_post_is_refused() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let csrf = table.portal.open("/collegas").await.attributes("input[name=csrf]", "value").remove(0);
        let posted = |fields: &[(&str, &str)]| -> Vec<(String, String)> {
            let all = [&[("csrf", csrf.as_str())], fields].concat();
            all.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
        };

        for (path, fields) in [("/stoppen", &STOP), ("/pauze", &PAUSE)] {
            let page = table.portal.open(path).await;
            let direct = table.portal.post(&table.portal.at(path), &posted(fields)).await;

            assert!(!page.has("main form"), "{path}: {}", page.body);
            for said in [page.text("[data-refusal]"), direct.text("[data-refusal]")] {
                assert!(said.contains("met toegang") && said.contains("Collega's"), "{path}: {said}");
            }
            assert_eq!(direct.status, 422, "{path}");
        }
        let imported = table.portal.post(&table.portal.at("/import-gedaan"), &posted(&[])).await;
        let undone = table.portal.post(&table.portal.at("/terugdraaien"), &posted(&[])).await;

        assert_eq!((imported.status, undone.status), (422, 422));
        assert!(imported.body.contains("met toegang"), "{}", imported.body);
        let file = onboardings::load_file(app.context(), table.school.connection).await.expect("it is there");
        assert_eq!(file.state.lifecycle().as_str(), "active");
        assert_eq!(told(&app).await, []);
    });
}

#[test]
fn an_import_that_is_open_can_be_reported_done_only_by_who_is_vouched_for() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        table.open_import().await;
        let colleague = "piet@bonhoeffer.example";
        let fields = [("name", "Piet Jansen"), ("email", colleague), ("role", "contactpersoon")];
        table.kurve("", "add_contact", &fields).await;
        app.new_mails().await;
        let piet = app.portal_as(colleague).await;

        let seen = piet.open("").await;
        let done = press(&table, "", "form[action$='/import-gedaan']", &[]).await;

        assert!(!seen.has("[data-action=import-reported]"), "{}", seen.body);
        assert!(seen.text("[data-report-refusal]").contains("met toegang"));
        assert_eq!(done.status, 303, "{}", done.body);
        let told = told(&app).await;
        let to: Vec<&str> = told.iter().map(|(to, _)| to.as_str()).collect();
        assert_eq!(to, [table.school.email.as_str(), colleague, "support@kurve.nl"]);
        assert!(told.iter().all(|(_, said)| said.contains("Anna de Wit meldde")), "{told:?}");
        assert!(!piet.open("").await.has("[data-action=undo]"), "undoing takes a vouch too");
    });
}

#[test]
fn a_school_that_stopped_goes_on_by_itself_within_seven_days_with_the_same_password() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        table.open_import().await;
        app.new_mails().await;

        let stopped = press(&table, "/stoppen", "main form:has([name=choice])", &STOP).await;
        let stop_told = told(&app).await;
        app.advance(TimeDelta::days(6));
        table.portal.open("").await;
        let portal = app.portal(&table.school).await;
        let page = portal.open("").await;
        let undone = page.submit(&portal, "form:has([data-action=undo])", &[]).await;
        let again = page.submit(&portal, "form:has([data-action=undo])", &[]).await;

        assert_eq!(stopped.status, 303, "{}", stopped.body);
        let to: Vec<&str> = stop_told.iter().map(|(to, _)| to.as_str()).collect();
        assert_eq!(to, [table.school.email.as_str(), "support@kurve.nl"], "one mail each");
        assert!(stop_told.iter().all(|(_, said)| said.contains("Anna de Wit meldde")), "{stop_told:?}");
        assert!(
            stop_told[0].1.contains("Tot maandag 30 november 2026 kan de school het zelf terugdraaien"),
            "{stop_told:?}"
        );
        assert!(page.text("[data-next]").contains("maandag 30 november 2026"), "{}", page.body);
        assert!(!page.text("[data-next]").contains("Mail dan Kurve"), "{}", page.body);
        assert_eq!((undone.status, again.status), (303, 303), "{}", undone.body);
        assert!(portal.follow(&again).await.text("[data-flash]").contains("Dit stond al zo"));
        let file = onboardings::load_file(app.context(), table.school.connection).await.expect("it is there");
        assert_eq!(file.state.lifecycle().as_str(), "active");
        assert_eq!(file.state.credential_version(), 1);
        let issued = credentials::find_issued(app.context(), table.school.connection).await.expect("the store answers");
        assert_eq!(issued.expect("they are there").closed, None, "what the stop closed is open again");
        let undo_told = told(&app).await;
        let mail = |to: &str| undo_told.iter().any(|(who, said)| who == to && said.contains("Anna de Wit draaide"));
        assert!(mail(&table.school.email) && mail("support@kurve.nl"), "{undo_told:?}");
    });
}

#[test]
fn after_seven_days_or_when_kurve_stopped_it_only_kurve_can() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        table.open_import().await;
        let (school, connection) = (table.school.id, table.school.connection);
        let undo = Command::UndoEnd { school };
        press(&table, "/stoppen", "main form:has([name=choice])", &STOP).await;
        app.advance(TimeDelta::days(7));

        let late = onboardings::act(app.context(), &app.call_of(&table.school), connection, &undo, None).await;
        app.new_mails().await;
        let page = app.portal(&table.school).await.open("").await;
        let kurve = app.kurve_again().await;
        let by_kurve = [
            Command::Reopen { school },
            Command::Withdraw { school, reason: reason("De licentie verliep."), chose_option_b: false },
        ];
        for command in by_kurve {
            onboardings::act(app.context(), &app.call(kurve), connection, &command, None).await.expect("Kurve may");
        }
        let not_theirs = onboardings::act(app.context(), &app.call_of(&table.school), connection, &undo, None).await;

        assert!(!page.has("[data-action=undo]"), "{}", page.body);
        for refused in [late, not_theirs] {
            assert!(matches!(refused, Err(ServiceError::Refused(Refusal::UndoTooLate))), "{refused:?}");
        }
        app.new_mails().await;
    });
}

#[test]
fn a_pause_is_told_to_all_with_the_name_and_ended_by_the_school_itself() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        table.vouch().await;
        app.new_mails().await;

        let paused = press(&table, "/pauze", "main form:has([name=until])", &PAUSE).await;
        let told = told(&app).await;
        let resumed = press(&table, "", "form:has([data-action=resume])", &[]).await;
        let ended = self::told(&app).await;

        assert_eq!((paused.status, resumed.status), (303, 303), "{}", paused.body);
        let to: Vec<&str> = told.iter().map(|(to, _)| to.as_str()).collect();
        assert_eq!(to, [table.school.email.as_str(), "support@kurve.nl"]);
        assert!(
            told.iter()
                .all(|(_, said)| said.contains("Anna de Wit zette") && said.contains("donderdag 24 december 2026"))
        );
        assert!(told.iter().all(|(_, said)| said.contains("Eerst de toetsweek.")), "{told:?}");
        let to: Vec<&str> = ended.iter().map(|(to, _)| to.as_str()).collect();
        assert_eq!(to, [table.school.email.as_str(), "support@kurve.nl"]);
        assert!(
            ended.iter().all(|(_, said)| said.contains("Anna de Wit haalde") && said.contains("van de pauze")),
            "{ended:?}"
        );
    });
}

#[test]
fn what_no_longer_stands_when_its_mail_goes_is_not_told() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        table.open_import().await;
        app.new_mails().await;
        let by_kurve = [("reason", "Wij wachten op Magister."), ("until", "2027-01-11")];

        // No mail goes in between.
        table.kurve("", "pause", &by_kurve).await;
        app.advance(TimeDelta::minutes(1));
        table.kurve("", "resume", &[]).await;
        app.advance(TimeDelta::minutes(1));
        press(&table, "/pauze", "main form:has([name=until])", &PAUSE).await;
        app.advance(TimeDelta::minutes(1));
        press(&table, "", "form:has([data-action=resume])", &[]).await;
        app.advance(TimeDelta::minutes(1));
        press(&table, "/pauze", "main form:has([name=until])", &[PAUSE[0], ("until", "2026-12-21")]).await;
        let told = told(&app).await;

        let to: Vec<&str> = told.iter().map(|(to, _)| to.as_str()).collect();
        assert_eq!(to, [table.school.email.as_str(), "support@kurve.nl"], "{told:?}");
        assert!(told.iter().all(|(_, said)| said.contains("maandag 21 december 2026")), "{told:?}");
    });
}

#[test]
fn when_kurve_stops_a_school_its_contacts_hear_that_from_kurve_whether_its_import_was_open_or_not() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let kurve = app.kurve_again().await;
        let (school, connection) = (table.school.id, table.school.connection);
        let stop = Command::Withdraw { school, reason: reason("De licentie verliep."), chose_option_b: false };

        onboardings::act(app.context(), &app.call(kurve), connection, &stop, None).await.expect("Kurve may");
        let closed = told(&app).await;
        let reopen = Command::Reopen { school };
        onboardings::act(app.context(), &app.call(kurve), connection, &reopen, None).await.expect("Kurve may");
        table.open_import().await;
        app.new_mails().await;
        onboardings::act(app.context(), &app.call(kurve), connection, &stop, None).await.expect("Kurve may");
        let open = told(&app).await;

        for told in [closed, open] {
            let to: Vec<&str> = told.iter().map(|(to, _)| to.as_str()).collect();
            assert_eq!(to, [table.school.email.as_str()], "{told:?}");
            assert!(told[0].1.contains("Kurve stopte op") && told[0].1.contains("De licentie verliep."), "{told:?}");
            assert!(!told[0].1.contains("zelf terugdraaien"), "{told:?}");
        }
    });
}

#[test]
fn het_lukt_niet_is_answered_to_who_wrote_it() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        table.school("consent_given", "stuck", &[("reason", "We zien het schuifje niet.")]).await;

        let mail = app.only_mail_to("support@kurve.nl").await;

        assert_eq!(mail.reply_to.as_deref(), Some(table.school.email.as_str()));
    });
}

#[test]
fn a_school_that_reported_its_import_and_then_stops_is_told_to_have_stopped() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        table.open_import().await;
        let contact = app.call_of(&table.school).actor;
        app.command(contact, &table.school, &[Command::ReportImported { school: table.school.id }]).await;
        told(&app).await;

        press(&table, "/stoppen", "main form:has([name=choice])", &STOP).await;

        let told = told(&app).await;
        let to: Vec<&str> = told.iter().map(|(to, _)| to.as_str()).collect();
        assert_eq!(to, [table.school.email.as_str(), "support@kurve.nl"]);
        assert!(told.iter().all(|(_, said)| said.contains("stopt met de koppeling")), "{told:?}");
    });
}

#[test]
fn an_import_that_was_reported_done_by_mistake_is_open_again_within_seven_days_and_all_are_told_by_whom() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        table.open_import().await;
        let key = app.api_key().await;
        press(&table, "", "form[action$='/import-gedaan']", &[]).await;
        app.advance(TimeDelta::days(6));
        app.new_mails().await;
        let portal = app.portal(&table.school).await;
        app.new_mails().await;

        let page = portal.open("").await;
        let undone = page.submit(&portal, "form:has([data-action=undo])", &[]).await;

        assert_eq!(undone.status, 303, "{}", undone.body);
        let verdict = table.verdict(&app, &key).await;
        assert_eq!((&verdict["state"], &verdict["verdict"]), (&"active".into(), &"open".into()));
        let told = told(&app).await;
        let to: Vec<&str> = told.iter().map(|(to, _)| to.as_str()).collect();
        assert_eq!(to, [table.school.email.as_str(), "support@kurve.nl"]);
        assert!(told.iter().all(|(_, said)| said.contains("Anna de Wit draaide")), "{told:?}");
    });
}
