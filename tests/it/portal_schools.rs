//! The pages of a contact whose connection carries several schools: what each school has of its own.

mod stopping;

use std::collections::BTreeMap;

use koppelklaar::domain::actor::Actor;
use koppelklaar::domain::import_gate::open_schools;
use koppelklaar::domain::onboarding::{Command, Step};
use koppelklaar::links;

use crate::support::acting::{STEPS_OF_SCHOOL, reason};
use crate::support::{Page, TestApp, TestSchool, Visitor, run};

/// Everything that the schools do once.
async fn do_what_is_shared(app: &TestApp, kurve: Actor, school: &TestSchool) {
    app.issue(kurve, school).await;
    for step in STEPS_OF_SCHOOL {
        app.claim(school, step).await.expect("its turn has come");
    }
}

/// Each school with its own end: Zuid may import, Noord did, Midden waits, Oost stopped.
async fn at_four_stages(app: &TestApp) -> ([TestSchool; 4], Visitor) {
    let kurve = app.kurve().await;
    let board = app.board(kurve).await;
    let [zuid, noord, _, oost] = &board;
    do_what_is_shared(app, kurve, zuid).await;
    app.activate(kurve, &[zuid, noord]).await;
    let school = app.call_of(zuid).actor;
    app.command(school, zuid, &[Command::ReportImported { school: noord.id }]).await;
    let stop = Command::Withdraw {
        school: oost.id,
        reason: reason("We kiezen Optie B. Oost gaat fuseren."),
        chose_option_b: false,
    };
    app.command(school, zuid, &[stop]).await;
    app.new_mails().await;
    let portal = app.portal(zuid).await;
    (board, portal)
}

/// Where each row says that its school stands, by BRIN.
fn states(page: &Page) -> BTreeMap<String, String> {
    let brins = page.attributes("[data-schools] [data-school-row]", "data-school-row");
    let states = page.attributes("[data-schools] [data-school-state]", "data-school-state");
    assert_eq!(brins.len(), states.len(), "{}", page.body);
    brins.into_iter().zip(states).collect()
}

fn told(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(brin, state)| ((*brin).to_owned(), (*state).to_owned())).collect()
}

fn row(brin: &str) -> String {
    format!("[data-school-row='{brin}']")
}

/// The field that names a school.
fn field(school: &TestSchool) -> String {
    format!("school-{}", school.id)
}

#[test]
fn the_overview_says_of_each_school_where_it_stands_and_gives_it_its_own_end() {
    run(|app: TestApp| async move {
        let (_, portal) = at_four_stages(&app).await;

        let page = portal.open("").await;

        assert_eq!(page.text("[data-school]"), "Scholengroep Rivierenland · 4 scholen in één Magister");
        assert_eq!(states(&page), told(&[("99XA", "open"), ("99XB", "done"), ("99XC", "closed"), ("99XD", "stopped")]));
        let verdicts = page.attributes("[data-schools] [data-verdict]", "data-verdict");
        assert_eq!(verdicts, ["open", "closed", "open", "closed"], "what asks something comes first");
        assert!(page.text(&row("99XA")).contains("Geactiveerd op maandag 23 november 2026."), "{}", page.body);
        let noord = page.text(&row("99XB"));
        assert!(noord.contains("Gemeld door Anna de Wit, superbeheerder, op maandag 23 november 2026."), "{noord}");
        assert!(page.text(&row("99XC")).contains("Kurve is aan de beurt sinds"), "{}", page.body);
        let oost = page.text(&row("99XD"));
        assert!(oost.contains("Gestopt op") && oost.contains("Reden: We kiezen Optie B."), "{oost}");
        let forms = page.texts("[data-schools] form:has([data-action=import-reported])");
        assert_eq!(forms, ["Import melden: Rivierenland Zuid"], "only who may import can report it");
        let undone = page.texts("[data-schools] form:has([data-action=undo])");
        assert_eq!(undone, ["Terugdraaien: Rivierenland Noord", "Terugdraaien: Rivierenland Oost"]);
        let beside = page.attributes("[data-school-row='99XD'] > .school__do", "class");
        assert_eq!(beside.len(), 1, "what can be done with a school stands together: {}", page.body);
        assert!(page.text("[data-import-for]").contains("Rivierenland Noord en Rivierenland Zuid"), "{}", page.body);
        assert!(!page.has("#import form"), "each school has its own button");
        assert_eq!(page.attributes("[data-next]", "data-next"), ["import"]);
        assert!(page.text(".next-step__title").contains("Rivierenland Zuid"));
        assert!(page.text("[data-progress]").contains("2 van 3 scholen geactiveerd"), "{}", page.body);
        let step = page.text("[data-step=activation_confirmed]");
        assert!(step.contains("2 van 3 scholen geactiveerd.") && step.contains("Kurve · sinds"), "{step}");
    });
}

#[test]
fn of_one_school_that_goes_on_nothing_is_counted_and_a_school_that_was_done_and_stops_is_not_under_way() {
    run(|app: TestApp| async move {
        let (board, portal) = at_four_stages(&app).await;
        let [zuid, noord, midden, _] = &board;
        let school = app.call_of(zuid).actor;
        let stop = |one: &TestSchool| Command::Withdraw {
            school: one.id,
            reason: reason("We kiezen Optie B. Alle drie."),
            chose_option_b: true,
        };
        app.command(school, zuid, &[stop(noord), stop(midden)]).await;
        app.new_mails().await;

        let page = portal.open("").await;
        let staff = app.staff().await;
        let kurves = staff.get(&links::staff_school(links::STAFF_SCHOOL, zuid.connection)).await;

        for page in [&page, &kurves] {
            assert!(!page.body.contains("1 van 1 scholen"), "{}", page.body);
            assert!(!page.body.contains("Rivierenland Noord is weer bezig"), "{}", page.body);
        }
        assert!(kurves.body.contains("Rivierenland Noord is gestopt voor Optie B"), "{}", kurves.body);
    });
}

#[test]
fn before_anything_is_open_the_rows_and_the_panel_say_what_comes_first() {
    run(|app: TestApp| async move {
        let kurve = app.kurve().await;
        let [zuid, noord, ..] = &app.board(kurve).await;
        let portal = app.portal(zuid).await;

        let fresh = portal.open("").await;
        do_what_is_shared(&app, kurve, zuid).await;
        let waits = portal.open("").await;
        app.activate(kurve, &[noord]).await;
        app.command(app.call_of(zuid).actor, zuid, &[Command::ReportImported { school: noord.id }]).await;
        let between = portal.open("").await;
        app.new_mails().await;

        for page in [&fresh, &waits] {
            assert!(states(page).values().all(|state| state == "closed"), "{}", page.body);
            assert_eq!(page.attributes("[data-lifecycle]", "data-verdict"), ["closed"]);
        }
        assert!(fresh.texts("[data-schools] .step__meta").iter().all(|said| said.contains("Eerst de vier vragen")));
        assert_eq!(waits.attributes("[data-next]", "data-next"), ["activation_confirmed"]);
        assert!(waits.text("[data-next]").contains("0 van 4 scholen geactiveerd."), "{}", waits.body);
        assert_eq!(between.attributes("[data-next]", "data-next"), ["activation_confirmed"]);
        assert!(between.text("[data-next]").contains("1 van 4 scholen geactiveerd."), "{}", between.body);
        assert_eq!(between.attributes("[data-lifecycle]", "data-verdict"), ["open"], "Noord may import again");
    });
}

#[test]
fn an_import_is_reported_for_the_school_of_its_row_and_for_no_other() {
    run(|app: TestApp| async move {
        let kurve = app.kurve().await;
        let [zuid, noord, midden, oost] = &app.board(kurve).await;
        app.open_import(kurve, zuid).await;
        app.new_mails().await;
        let portal = app.portal(zuid).await;
        let page = portal.open("").await;
        assert!(page.text(".next-step__title").contains("4 scholen"), "{}", page.body);

        let done = page.submit(&portal, &format!("{} form", row("99XC")), &[]).await;
        let after = portal.follow(&done).await;
        let again = page.submit(&portal, &format!("{} form", row("99XC")), &[]).await;

        assert_eq!((done.status, again.status), (303, 303));
        assert_eq!(states(&after)["99XC"], "done");
        assert_eq!(states(&after).values().filter(|state| *state == "open").count(), 3);
        let state = app.file(zuid).await.state;
        assert!(state.school(midden.id).is_some_and(|school| school.is_completed()));
        assert_eq!(open_schools(&state).len(), 4);

        let (path, mut fields) = after.form(&format!("{} form", row("99XA")));
        fields.extend([(field(noord), "ja".to_owned()), (field(oost), "ja".to_owned())]);
        portal.post(&path, &fields).await;
        let all = portal.open("").await;
        assert!(states(&all).values().all(|state| state == "done"), "{}", all.body);
        assert_eq!(all.attributes("[data-next]", "data-next"), ["completed"]);
        assert!(!all.has("[data-action=import-reported]"));
        app.new_mails().await;
    });
}

#[test]
fn a_report_that_names_no_school_of_the_connection_changes_nothing() {
    run(|app: TestApp| async move {
        let kurve = app.kurve().await;
        let [zuid, ..] = &app.board(kurve).await;
        app.open_import(kurve, zuid).await;
        let other = app.school_by_services("Ander Lyceum", "14EF", "ander").await;
        app.open_import(kurve, &other).await;
        app.new_mails().await;
        let portal = app.portal(zuid).await;
        let (path, fields) = portal.open("").await.form(&format!("{} form", row("99XA")));
        let named = |school: &str| -> Vec<(String, String)> {
            let others = fields.iter().filter(|(name, _)| !name.starts_with("school-")).cloned();
            others.chain([(school.to_owned(), "ja".to_owned())]).collect()
        };
        let (mine, theirs) = (app.file(zuid).await.state, app.file(&other).await.state);

        for name in [field(&other), "school-onzin".to_owned(), "iets".to_owned()] {
            let refused = portal.post(&path, &named(&name)).await;
            assert_eq!(refused.status, 422, "{name}");
            assert!(refused.text("[data-error-for=schools]").contains("Kies minstens één school."), "{}", refused.body);
            assert!(refused.has(&row("99XA")) && refused.has("[data-error-summary]"), "it is the same page");
        }
        assert_eq!((app.file(zuid).await.state, app.file(&other).await.state), (mine, theirs));
    });
}

#[test]
fn a_pause_is_of_all_schools() {
    run(|app: TestApp| async move {
        let kurve = app.kurve().await;
        let [zuid, noord, ..] = &app.board(kurve).await;
        do_what_is_shared(&app, kurve, zuid).await;
        app.activate(kurve, &[noord]).await;
        app.new_mails().await;
        let portal = app.portal(zuid).await;
        let fields = [("reason", "Toetsweek"), ("until", "2026-12-07")];
        portal.open("/pauze").await.submit(&portal, "main form:has([data-action=pause])", &fields).await;

        let page = portal.open("").await;

        assert_eq!(page.attributes("[data-next]", "data-next"), ["paused"]);
        assert_eq!(states(&page)["99XB"], "open", "a pause closes no import");
        assert!(page.text(&row("99XA")).contains("Op pauze tot maandag 7 december 2026."), "{}", page.body);
    });
}

#[test]
fn the_steps_about_each_school_list_them_and_their_lines_name_one() {
    run(|app: TestApp| async move {
        let (board, portal) = at_four_stages(&app).await;

        let activation = portal.open("/stap/activation_confirmed").await;
        let details = portal.open("/stap/details_submitted").await;
        let consent = portal.open("/stap/consent_given").await;

        let rows = activation.texts("[data-activation] li");
        assert_eq!(rows.len(), 4);
        for (brin, tag) in
            [("99XA", "Geactiveerd"), ("99XB", "Geactiveerd"), ("99XC", "Bij Kurve"), ("99XD", "Gestopt")]
        {
            assert!(activation.text(&row(brin)).ends_with(tag), "{brin}: {rows:?}");
        }
        let history = activation.text("[data-history]");
        assert!(history.contains("(Rivierenland Noord)") && history.contains("(Rivierenland Zuid)"), "{history}");
        assert!(!consent.text("[data-history]").contains("(Rivierenland"), "what all share names none");
        let carried = details.texts("[data-carried] li");
        assert_eq!(carried.len(), board.len());
        assert!(carried.contains(&"Rivierenland Oost, BRIN 99XD".to_owned()), "{carried:?}");
    });
}

#[test]
fn a_school_whose_activation_was_sent_back_says_why_in_its_row() {
    run(|app: TestApp| async move {
        let kurve = app.kurve().await;
        let [zuid, noord, ..] = &app.board(kurve).await;
        app.open_import(kurve, zuid).await;
        let back = Command::Deactivate { school: noord.id, reason: reason("Noord staat dubbel in Numo.") };
        app.command(kurve, zuid, &[back]).await;
        app.new_mails().await;
        let portal = app.portal(zuid).await;

        let page = portal.open("").await;
        let step = portal.open("/stap/activation_confirmed").await;

        assert!(page.text(&row("99XB")).contains("Reden: Noord staat dubbel in Numo."), "{}", page.body);
        assert!(page.text("[data-next]").contains("3 van 4 scholen geactiveerd."), "{}", page.body);
        assert!(step.text(&row("99XB")).contains("Reden: Noord staat dubbel in Numo."));
        assert!(!step.has("[data-fallen]"));
    });
}

#[test]
fn taking_a_shared_step_back_names_what_falls_once() {
    run(|app: TestApp| async move {
        let kurve = app.kurve().await;
        let [zuid, ..] = &app.board(kurve).await;
        app.open_import(kurve, zuid).await;
        app.new_mails().await;
        let portal = app.portal(zuid).await;

        let page = portal.open("/stap/consent_given").await;

        let falls = page.texts("#toch-niet li");
        let mut once = falls.clone();
        once.dedup();
        assert!(!falls.is_empty() && falls == once, "{falls:?}");
        assert!(page.text("#toch-niet").contains("Jullie kunnen dan niet meer importeren in Numo."));
    });
}

#[test]
fn long_names_stay_whole_and_many_are_counted() {
    run(|app: TestApp| async move {
        let kurve = app.kurve().await;
        let [zuid, ..] = &app.board(kurve).await;
        let long = format!("{} voor voortgezet onderwijs", "Scholengemeenschap-".repeat(4));
        app.school_beside(kurve, zuid, &long, "98XA").await;
        app.school_beside(kurve, zuid, "Vrije <School>", "98XB").await;
        app.open_import(kurve, zuid).await;
        app.new_mails().await;
        let portal = app.portal(zuid).await;

        let page = portal.open("").await;

        assert!(page.text(&format!("{} h3", row("98XA"))) == long);
        assert_eq!(page.text(&format!("{} h3", row("98XB"))), "Vrije <School>");
        assert!(page.text("[data-next]").contains("en 2 andere scholen."), "{}", page.body);
    });
}

#[test]
fn a_page_of_one_school_says_no_more_than_before() {
    run(|app: TestApp| async move {
        let kurve = app.kurve().await;
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        app.open_import(kurve, &school).await;
        app.new_mails().await;
        let portal = app.portal(&school).await;

        for path in ["", "/stoppen", "/stap/activation_confirmed", "/stap/details_submitted"] {
            let page = portal.open(path).await;
            let several = "[data-schools], [data-school-row], [data-carried], [data-field=schools], [data-import-for]";
            assert!(!page.has(several), "{path}: {}", page.body);
            // The one place from which further schools can be named.
            let way_in = page.texts("main [data-more-schools]").concat();
            assert!(!page.text("main").replace(&way_in, "").contains("scholen"), "{path}: {}", page.body);
        }
        let overview = portal.open("").await;
        assert_eq!(overview.text("[data-school]"), "Bonhoeffer College · 12AB");
        assert_eq!(overview.attributes("#import input[value=ja]", "name"), [field(&school)]);
        let (path, mut fields) = overview.form("#import form");
        fields.retain(|(name, _)| !name.starts_with("school-"));
        assert_eq!(portal.post(&path, &fields).await.status, 303, "a form of before named none");
        assert!(app.file(&school).await.state.lifecycle().is_completed());
        app.new_mails().await;
    });
}

#[test]
fn who_has_several_connections_sees_where_each_stands() {
    run(|app: TestApp| async move {
        let ([zuid, ..], _) = at_four_stages(&app).await;
        let kurve = app.kurve_again().await;
        let other = app.school_by_services("Ander Lyceum", "14EF", "ander").await;
        app.new_mails().await;
        app.add_contact(kurve, &other, &zuid.email).await;
        let portal = app.portal_as(&zuid.email).await;

        let page = portal.get(links::SCHOOLS).await;

        assert_eq!(page.texts("[data-connection] a"), ["Ander Lyceum", "Scholengroep Rivierenland"]);
        let states = page.attributes("[data-connection] [data-connection-state]", "data-connection-state");
        assert_eq!(states, ["school", "open"]);
        assert!(page.text("main").contains("Je kunt importeren voor 2 van de 3 scholen"), "{}", page.body);
        assert!(page.text("main").contains("4 scholen") && page.text("main").contains("BRIN 14EF"));
        assert!(!page.has("main form"), "plain links");
        let overview = portal.get(&zuid.at(links::SCHOOL)).await;
        assert_eq!(overview.text("nav a[href='/school']"), "Andere koppeling");
        assert!(app.file(&zuid).await.state.is_yes(Step::ConsentGiven));
    });
}
