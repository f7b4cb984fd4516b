//! What the pages tell after a check that did not pass: the overview, the step and the check itself say one thing, and
//! ask for nothing that cannot be done.

use std::time::Duration;

use koppelklaar::domain::check::CheckPolicy;
use koppelklaar::domain::onboarding::Step::{
    AllowlistingConfirmed, AllowlistingRequested, ConsentGiven, DetailsSubmitted, PasswordSet, PermissionsChecked,
    QueryExecuted,
};
use koppelklaar::domain::onboarding::{Command, Step};
use koppelklaar::jobs::Job;
use koppelklaar::links;
use koppelklaar::magister::Limits;

use super::support::{Checks, limits, run, run_with};
use crate::journey::verdict_of;
use crate::support::acting::reason;
use crate::support::{Page, TestSchool};

const ALL: [Step; 6] =
    [ConsentGiven, QueryExecuted, PasswordSet, PermissionsChecked, AllowlistingRequested, AllowlistingConfirmed];

/// Silence has to end some time.
fn short() -> Limits {
    Limits { connect: Duration::from_secs(2), ..limits() }
}

/// A school that reported everything.
async fn reported(checks: &Checks) -> TestSchool {
    let school = checks.school("12AB", "bonhoeffer").await;
    for step in ALL {
        checks.app.claim(&school, step).await.expect("its turn has come");
    }
    school
}

/// The look and the answer of a question.
fn answer(page: &Page, gate: &str) -> (String, String) {
    let place = format!("[data-gate={gate}]");
    (page.attributes(&place, "data-look").concat(), page.text(&format!("{place} .gate__answer")))
}

fn told(look: &str, answer: &str) -> (String, String) {
    (look.to_owned(), format!("Antwoord: {answer}"))
}

#[test]
fn what_was_said_and_not_seen_is_no_plain_yes_on_the_overview_nor_on_kurves_page() {
    run_with(CheckPolicy::Advise, short(), |checks: Checks| async move {
        let school = reported(&checks).await;
        let portal = checks.app.portal(&school).await;
        let before = portal.open("").await;
        checks.behaves(&school, "bonhoeffer", "silent").await;
        checks.check(&school).await;

        let overview = portal.open("").await;
        let staff = checks.app.staff().await;
        let kurves = staff.get(&links::staff_school(links::STAFF_SCHOOL, school.connection)).await;

        assert_eq!(answer(&before, "allowlisting"), told("yes", "Ja"));
        for page in [&overview, &kurves] {
            for gate in ["webservice", "password", "allowlisting"] {
                assert_eq!(answer(page, gate), told("unseen", "Ja, nog niet gezien"), "{gate}");
            }
            assert_eq!(answer(page, "consent"), told("yes", "Ja"));
            assert!(page.text("[data-progress]").contains("4 daarvan zijn nog niet gezien."), "{}", page.body);
        }
        assert_eq!(overview.text(".progress__text"), "8 van 9 stappen klaar");
        let wagons = overview.attributes(".train__cars i", "data-state");
        assert_eq!(wagons, ["done", "done", "done", "unseen", "unseen", "unseen", "done", "unseen", "wait"]);
        assert_eq!(kurves.attributes("[data-gate]", "data-look"), ["yes", "unseen", "unseen", "unseen", "now"]);
    });
}

#[test]
fn a_refused_step_counts_for_nothing_beside_the_train_though_the_rules_still_say_yes() {
    run(|checks: Checks| async move {
        let school = checks.open_school("12AB", "bonhoeffer").await;
        let portal = checks.app.portal(&school).await;
        checks.behaves(&school, "bonhoeffer", "wrong_password").await;
        checks.check(&school).await;

        let overview = portal.open("").await;

        assert!(checks.state(&school).await.is_yes(PasswordSet), "what a check saw keeps its tries");
        assert_eq!(answer(&overview, "password"), told("refused", "Klopt nu niet"));
        assert_eq!(answer(&overview, "allowlisting"), told("yes", "Ja"));
        assert_eq!(overview.text(".progress__text"), "8 van 9 stappen klaar");
        assert_eq!(overview.text("[data-not-seen]"), "1 stap klopt nu niet.");
        let card = overview.text("[data-next]");
        assert!(card.contains("niet geslaagd") && !card.contains("Op alle vijf vragen"), "{card}");
        assert_eq!(overview.attributes(".train__cars i", "data-state")[4], "refused");
    });
}

#[test]
fn where_kurve_is_to_activate_the_card_knows_what_the_newest_check_denies() {
    run(|checks: Checks| async move {
        let school = reported(&checks).await;
        let portal = checks.app.portal(&school).await;
        checks.behaves(&school, "bonhoeffer", "right").await;
        checks.check(&school).await;
        let before = portal.open("").await.text("[data-next]");
        checks.behaves(&school, "bonhoeffer", "wrong_password").await;
        checks.check(&school).await;

        let card = portal.open("").await.text("[data-next]");

        assert!(before.contains("Alles van jullie kant is klaar"), "{before}");
        assert!(card.contains("klopte iets nog niet") && !card.contains("klaar"), "{card}");
        checks.app.new_mails().await;
    });
}

#[test]
fn a_step_after_a_refusal_says_once_what_the_check_saw_and_one_thing_to_do() {
    run(|checks: Checks| async move {
        let school = reported(&checks).await;
        let portal = checks.app.portal(&school).await;
        checks.behaves(&school, "bonhoeffer", "wrong_password").await;
        checks.check(&school).await;

        let step = portal.open("/stap/password_set").await;
        let row = portal.open("").await.text("[data-step=password_set]");

        assert_eq!(step.texts("[data-sight]").len(), 1, "{}", step.body);
        assert!(step.has("[data-fallen] [data-sight]") && step.has("[data-fallen] [data-to-do]"), "{}", step.body);
        assert!(!step.body.contains("Vraag Kurve om een nieuw wachtwoord"), "{}", step.body);
        assert!(row.contains("Dit was gemeld. Controle van") && !row.contains("weigerde Magister"), "{row}");
        checks.app.new_mails().await;
    });
}

#[test]
fn a_password_that_worked_and_is_refused_for_good_is_kurves_to_replace_and_nobody_elses() {
    run(|checks: Checks| async move {
        let school = checks.open_school("12AB", "bonhoeffer").await;
        let portal = checks.app.portal(&school).await;
        checks.behaves(&school, "bonhoeffer", "wrong_password").await;
        checks.fail_for_hours(&school).await;

        let step = portal.open("/stap/password_set").await;
        let check = portal.open("/verbinding").await;

        for page in [&step, &check] {
            let main = page.text("main");
            assert_eq!(main.matches("Kurve maakt een nieuw wachtwoord").count(), 1, "{main}");
            for asks in ["Vraag Kurve", "Hebben jullie het nog", "Heb je het niet meer", "Vul het wachtwoord opnieuw"] {
                assert!(!main.contains(asks), "{asks}: {main}");
            }
        }
        assert!(step.has("[data-action=ask-password]"), "{}", step.body);
        checks.app.new_mails().await;
    });
}

#[test]
fn a_password_that_worked_and_is_refused_now_is_kurves_on_every_page() {
    run(|checks: Checks| async move {
        let school = checks.open_school("12AB", "bonhoeffer").await;
        let (portal, staff) = (checks.app.portal(&school).await, checks.app.staff().await);
        checks.behaves(&school, "bonhoeffer", "wrong_password").await;
        checks.check(&school).await;

        let (step, overview) = (portal.open("/stap/password_set").await, portal.open("").await);
        let check = portal.open("/verbinding").await;
        let kurves = staff.get(&links::staff_school(links::STAFF_SCHOOL, school.connection)).await;
        let (worklist, list) = (staff.get(links::STAFF).await, staff.get(links::STAFF_CONNECTIONS).await);

        assert_eq!(step.text("[data-holder]"), "Kurve is aan de beurt.");
        assert!(step.has("[data-action=ask-password]"), "{}", step.body);
        assert!(overview.text("[data-step=password_set] [data-who]").starts_with("Kurve ·"), "{}", overview.body);
        assert_eq!(check.text("[data-check] .next-step__label"), "Kurve is aan de beurt");
        let on_kurves = kurves.text(".ledger [data-step=password_set]");
        assert!(on_kurves.contains("Bij Kurve") && on_kurves.contains("Nieuw wachtwoord maken"), "{on_kurves}");
        let row = worklist.text("[data-work=password_set]");
        assert!(row.contains("Nieuw wachtwoord maken") && row.contains("Klaarzetten"), "{row}");
        assert!(row.contains("inloggen geweigerd. We proberen het vanzelf opnieuw."), "{row}");
        assert!(!worklist.has("[data-kind=check][data-work=check]"), "{}", worklist.body);
        // An import rests on it: the form says what a new password takes down.
        let place = format!("{}#wachtwoord", links::staff_school(links::STAFF_SCHOOL, school.connection));
        assert_eq!(worklist.attributes("[data-work=password_set] .work__do a", "href"), [place]);
        assert!(list.text("[data-tally-row=login_refused]").ends_with("Kurve"), "{}", list.body);

        checks.behaves(&school, "bonhoeffer", "right").await;
        checks.app.advance(chrono::TimeDelta::minutes(2));
        checks.check(&school).await;
        assert!(!staff.get(links::STAFF).await.has("[data-work=password_set]"));
        assert_eq!(portal.open("/stap/password_set").await.text("[data-holder]"), "");
    });
}

#[test]
fn a_password_that_worked_and_is_refused_once_the_query_is_back_is_kurves_and_no_reminder_names_it() {
    run(|checks: Checks| async move {
        let school = reported(&checks).await;
        checks.check(&school).await;
        let back = Command::SendBack { step: QueryExecuted, reason: reason("Er stond een fout in de query.") };
        checks.app.command(checks.kurve, &school, &[back]).await;
        checks.app.claim(&school, QueryExecuted).await.expect("its turn has come");
        checks.behaves(&school, "bonhoeffer", "wrong_password").await;
        checks.app.advance(chrono::TimeDelta::minutes(2));
        checks.check(&school).await;
        checks.app.new_mails().await;
        let (portal, staff) = (checks.app.portal(&school).await, checks.app.staff().await);

        let (step, check) = (portal.open("/stap/password_set").await, portal.open("/verbinding").await);
        assert_eq!(check.text("[data-check] .next-step__label"), "Kurve is aan de beurt");
        assert!(step.text("[data-holder]").starts_with("Kurve is aan de beurt"), "{}", step.body);
        assert_eq!(step.text("[data-state] [data-tag]"), "Bij Kurve");
        let overview = portal.open("").await.text("[data-step=password_set] [data-who]");
        assert!(overview.starts_with("Kurve · sinds"), "{overview}");
        let row = staff.get(links::STAFF).await.text("[data-work=password_set]");
        assert!(row.contains("Nieuw wachtwoord maken") && row.contains("inloggen geweigerd"), "{row}");
        let listed = async |holder: &str| {
            let list = staff.get(&format!("{}?holder={holder}", links::STAFF_SCHOOLS)).await;
            list.texts("[data-school-row]").concat()
        };
        assert!(listed("kurve").await.contains("Kurve"), "the list of schools knows whose turn it is");
        let told = verdict_of(&checks.app, &checks.app.api_key().await, &school.brin).await;
        let missing = told["reasons"].as_array().into_iter().flatten().flat_map(|reason| reason["missing"].as_array());
        let password = missing.flatten().find(|step| step["step"] == "password_set").expect("it is open");
        assert_eq!(password["holder"], "kurve", "{told}");

        for _ in 0..16 {
            checks.app.advance(chrono::TimeDelta::hours(12));
            checks.app.run(Job::PlanReminders).await;
            for mail in checks.app.new_mails().await {
                assert!(!mail.text.contains("Wachtwoord instellen"), "{}", mail.text);
            }
        }
    });
}

#[test]
fn of_a_list_that_lacks_a_column_kurve_sets_out_a_new_query_and_the_school_runs_it() {
    run(|checks: Checks| async move {
        let school = checks.school("12AB", "oud").await;
        for step in [QueryExecuted, PasswordSet] {
            checks.app.claim(&school, step).await.expect("its turn has come");
        }
        checks.behaves(&school, "oud", "old_columns").await;
        checks.check(&school).await;
        checks.app.new_mails().await;
        let (portal, staff) = (checks.app.portal(&school).await, checks.app.staff().await);

        let worklist = staff.get(links::STAFF).await;
        let row = worklist.text("[data-work=query_executed]");
        assert!(row.contains("Nieuwe query klaarzetten") && row.contains("kolom ontbreekt."), "{row}");
        worklist.submit(&staff, "[data-work=query_executed] .work__do form", &[]).await;

        let state = checks.state(&school).await;
        assert_eq!((state.credential_version(), state.is_yes(QueryExecuted)), (2, false));
        let step = portal.open("/stap/query_executed").await;
        assert!(step.text("[data-fallen]").contains("ontbreekt een kolom. Voer de nieuwe query uit"), "{}", step.body);
        let check = portal.open("/verbinding").await;
        assert_eq!(check.text("[data-check] .next-step__label"), "Jullie zijn aan de beurt");
        assert!(check.text("[data-check]").contains("Voer de query die nu klaarstaat uit"), "{}", check.body);
        assert!(!staff.get(links::STAFF).await.has("[data-work=query_executed]"));
        let mails = checks.app.new_mails().await;
        let ready = mails.iter().find(|mail| mail.subject.contains("Voer de nieuwe query uit")).expect("who may hears");
        assert!(ready.text.contains("Voer eerst de nieuwe query uit, in Decibel."), "{}", ready.text);
    });
}

#[test]
fn the_history_of_a_step_says_which_refusal_made_it_fall() {
    run(|checks: Checks| async move {
        let school = reported(&checks).await;
        checks.activate_despite(&school, "Gezien in Numo.").await.expect("all before it is yes");
        checks.behaves(&school, "bonhoeffer", "wrong_password").await;
        checks.check(&school).await;
        checks.app.new_mails().await;
        let portal = checks.app.portal(&school).await;

        // The activation fell along: by what, is said of the step that was refused.
        for step in ["password_set", "activation_confirmed"] {
            let page = portal.open(&format!("/stap/{step}")).await;
            let history = page.text("[data-history]");
            assert!(history.contains("weigerde Magister de gebruiker Kurve"), "{step}: {history}");
        }
        checks.app.new_mails().await;
    });
}

#[test]
fn the_step_of_a_wrong_school_domain_leads_to_the_form_that_corrects_it() {
    run(|checks: Checks| async move {
        let school = checks.school("12AB", "bonhoefer").await;
        checks.behaves(&school, "bonhoefer", "unknown_host").await;
        checks.check(&school).await;
        let portal = checks.app.portal(&school).await;

        let step = portal.open("/stap/details_submitted").await;
        let place = step.attributes("[data-to-do] a", "href");
        let (path, anchor) = place[0].split_once('#').expect("a place on the page");
        let there = portal.get(path).await;

        assert_eq!(path, portal.at("/verbinding"));
        assert!(there.has(&format!("#{anchor}")) && there.has("[data-form=domain]"), "{}", there.body);
        assert_eq!(there.attributes("[data-action=fix]", "href"), [place[0].clone()]);

        // Also while a newer check waits.
        checks.app.advance(chrono::TimeDelta::minutes(2));
        checks.ask(&school).await.expect("it may be asked for");
        assert!(portal.get(path).await.has("[data-form=domain]"));
        checks.run_all().await;
    });
}

#[test]
fn where_an_import_rests_on_a_school_domain_the_school_is_led_to_write_the_right_one_to_kurve() {
    run(|checks: Checks| async move {
        let school = reported(&checks).await;
        checks.activate_despite(&school, "Gezien in Numo.").await.expect("all before it is yes");
        checks.app.new_mails().await;
        checks.behaves(&school, "bonhoeffer", "unknown_host").await;
        checks.check(&school).await;
        let portal = checks.app.portal(&school).await;

        let step = portal.open("/stap/details_submitted").await;
        let check = portal.open("/verbinding").await;

        for page in [&step, &check] {
            assert!(
                page.text("main").contains("Stuur het goede schooldomein in een bericht aan Kurve"),
                "{}",
                page.body
            );
            assert!(!page.body.contains("#schooldomein") && !page.has("[data-form=domain]"), "{}", page.body);
        }
        let write = format!("{}#schrijven", portal.at("/berichten"));
        assert_eq!(check.attributes("[data-action=fix]", "href"), [write.as_str()]);
        assert_eq!(step.attributes("[data-to-do] a", "href"), [write]);
        checks.app.new_mails().await;
        assert_eq!(step.text("[data-state] [data-tag]"), "Klopt nu niet");
        assert!(checks.state(&school).await.is_yes(DetailsSubmitted));
    });
}
