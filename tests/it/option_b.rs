//! A school that chose Optie B: how its contacts get to the page, and what is kept of the school when they press for it.

use std::sync::Arc;

use chrono::TimeDelta;
use koppelklaar::app::App;
use koppelklaar::domain::onboarding::Command;
use koppelklaar::links::{self, OfConnection};
use koppelklaar::services::Context;
use koppelklaar::web::rate_limit::Allowance;
use koppelklaar::web::{WebOptions, WebState, router};
use optie_b::studies::Codes;

use crate::journey::Table;
use crate::secrets::{everything_stored, holds};
use crate::support::acting::reason;
use crate::support::app::nonzero;
use crate::support::program::Program;
use crate::support::{DatabaseKind, Page, TestApp, TestSchool, Visitor, block_on, run};

const TABLE: &str = "Studie;opleidingscode\r\nHavo 4;VERZONNEN-H4\r\nVwo 5;VERZONNEN-V5\r\n";

/// A school whose only contact stopped, for Optie B or altogether.
pub(crate) async fn stopped(app: &TestApp, chose_option_b: bool) -> TestSchool {
    let kurve = app.kurve().await;
    let school = app.school_by_services("Maasplein", "99XK", "maasplein").await;
    app.vouch(kurve, &school).await;
    stop(app, &school, chose_option_b).await;
    school
}

async fn stop(app: &TestApp, school: &TestSchool, chose_option_b: bool) {
    let contact = app.call_of(school).actor;
    // What is said does not count, but what was chosen.
    let reason = reason("Optie B leek ons wat.");
    app.command(contact, school, &[Command::Withdraw { school: school.id, reason, chose_option_b }]).await;
    app.new_mails().await;
}

fn path(school: &TestSchool, path: OfConnection) -> String {
    path.school(koppelklaar::domain::school::SchoolRef { connection: school.connection, school: school.id })
}

/// What the page of Optie B starts with.
fn start(page: &Page) -> serde_json::Value {
    let text = page.attributes("[data-converter]", "data-start").remove(0);
    serde_json::from_str(&text).expect("JSON")
}

/// Presses one of the buttons of the converter, whose forms stand in templates of the page.
async fn press(visitor: &Visitor, school: &TestSchool, form: OfConnection, fields: &[(&str, &str)]) -> Page {
    let (_, values) = visitor.get(&path(school, links::SCHOOL_OPTION_B_TABLE)).await.form("main form");
    let of_table = path(school, form) == path(school, links::SCHOOL_OPTION_B_TABLE);
    let hidden = values.into_iter().filter(|(name, _)| name == "csrf" || (of_table && name == "version"));
    let typed = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    visitor.post(&path(school, form), &hidden.chain(typed).collect::<Vec<_>>()).await
}

#[test]
fn who_stops_for_optie_b_lands_on_its_page_and_gets_there_again_by_one_press() {
    run(|app: TestApp| async move {
        let kurve = app.kurve().await;
        let school = app.school_by_services("Maasplein", "99XK", "maasplein").await;
        app.vouch(kurve, &school).await;
        let portal = app.portal(&school).await;
        assert!(!portal.open("").await.has(&format!("a[href='{}']", school.at(links::SCHOOL_OPTION_B))));

        let page = portal.open("/stoppen").await;
        let done = page.submit(&portal, "main form", &[("choice", "optie_b"), ("reason", "Twee klassen.")]).await;
        let landed = portal.follow(&done).await;
        app.new_mails().await;
        // Weeks later, on another PC.
        app.advance(TimeDelta::days(30));
        let later = app.portal(&school).await;
        let overview = later.open("").await;
        let next = overview.attributes("a[data-action=next]", "href");
        let there = later.get(&next[0]).await;

        assert_eq!(done.location(), school.at(links::SCHOOL_OPTION_B));
        for page in [&landed, &there] {
            assert_eq!(page.status, 200, "{}", page.body);
            assert_eq!(page.attributes("[data-converter]", "data-kept"), ["Maasplein"]);
            assert!(page.header("content-security-policy").contains("'wasm-unsafe-eval'"));
            assert_eq!(page.texts(".site-nav [aria-current=page]"), ["Optie B"]);
            assert!(page.has("[data-manual] [data-manual-step='14']"), "the manual stands there in full");
        }
        assert!(landed.text("[data-flash]").contains("gestopt"), "{}", landed.body);
    });
}

#[test]
fn kurve_says_so_for_a_school_that_called() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;

        table.kurve("", "withdraw", &[("reason", "De school belde."), ("option_b", "ja")]).await;

        let page = table.portal.open("/optie-b").await;
        let kurves = table.staff_page().await;
        assert_eq!((page.status, page.attributes("[data-converter]", "data-kept").len()), (200, 1));
        assert!(kurves.body.contains("Gestopt met de koppeling voor Optie B. Reden: De school belde."));
        assert!(kurves.body.contains("2026 voor Optie B."), "{}", kurves.body);
    });
}

#[test]
fn a_school_that_goes_on_or_stopped_altogether_has_no_such_page_and_none_has_that_of_another() {
    run(|app: TestApp| async move {
        let school = stopped(&app, false).await;
        let portal = app.portal(&school).await;
        let other = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let stranger = app.portal(&other).await;
        let csrf = portal.open("/collegas").await.attributes("input[name=csrf]", "value").remove(0);

        assert!(!portal.open("").await.has("a[data-action=next]"));
        for path in [
            school.at(links::SCHOOL_OPTION_B),
            path(&school, links::SCHOOL_OPTION_B_OF),
            path(&school, links::SCHOOL_OPTION_B_TABLE),
            path(&TestSchool { id: other.id, ..school.clone() }, links::SCHOOL_OPTION_B_OF),
        ] {
            assert_eq!(portal.get(&path).await.status, 404, "{path}");
            assert_eq!(stranger.get(&path).await.status, 404, "{path}");
        }
        for form in [links::SCHOOL_OPTION_B_TABLE, links::SCHOOL_OPTION_B_MADE, links::SCHOOL_OPTION_B_CLEANED] {
            let fields = [("csrf".to_owned(), csrf.clone()), ("studies".to_owned(), TABLE.to_owned())];
            assert_eq!(portal.post(&path(&school, form), &fields).await.status, 404);
            assert_eq!(portal.post(&path(&school, form), &[]).await.status, 403, "a form carries its token");
        }
    });
}

#[test]
fn the_table_is_kept_with_the_school_and_is_there_next_year_on_another_pc() {
    run(|app: TestApp| async move {
        let school = stopped(&app, true).await;
        let portal = app.portal(&school).await;
        let before = portal.open("/optie-b").await;

        let kept = press(&portal, &school, links::SCHOOL_OPTION_B_TABLE, &[("studies", TABLE)]).await;
        let again = press(&portal, &school, links::SCHOOL_OPTION_B_TABLE, &[("studies", TABLE)]).await;
        app.advance(TimeDelta::days(300));
        let next_year = app.portal(&school).await;
        let page = next_year.open("/optie-b").await;
        let as_text = next_year.get(&path(&school, links::SCHOOL_OPTION_B_TABLE)).await;

        assert_eq!(start(&before)["studies"], serde_json::json!([]));
        assert_eq!((kept.status, again.status), (303, 303), "{}", kept.body);
        assert_eq!(
            start(&page)["studies"],
            serde_json::json!([
                { "study": "Havo 4", "code": "VERZONNEN-H4" },
                { "study": "Vwo 5", "code": "VERZONNEN-V5" },
            ])
        );
        assert_eq!(page.text("[data-table-kept]"), "Bewaard op maandag 23 november 2026");
        assert!(as_text.text("textarea").contains("Havo 4;VERZONNEN-H4"), "{}", as_text.body);
        let changed =
            as_text.submit(&next_year, "main form", &[("studies", "Studie\topleidingscode\nHavo 4\tX")]).await;
        assert_eq!(start(&next_year.follow(&changed).await)["studies"][0]["code"], "X");
        let timeline = app.staff().await.get(&links::staff_school(links::STAFF_SCHOOL, school.connection)).await;
        assert_eq!(timeline.body.matches("Optie B: tabel bewaard").count(), 2, "what was so already is not told");
    });
}

#[test]
fn of_two_colleagues_who_change_the_table_at_once_neither_overwrites_the_other_unseen() {
    run(|app: TestApp| async move {
        let school = stopped(&app, true).await;
        let portal = app.portal(&school).await;
        press(&portal, &school, links::SCHOOL_OPTION_B_TABLE, &[("studies", TABLE)]).await;
        app.advance(TimeDelta::minutes(1));
        let open = portal.get(&path(&school, links::SCHOOL_OPTION_B_TABLE)).await;
        let theirs = [("studies", "Studie;opleidingscode\nHavo 4;VAN-ANNA\n")];
        press(&portal, &school, links::SCHOOL_OPTION_B_TABLE, &theirs).await;
        app.advance(TimeDelta::minutes(1));

        let mine = "Studie;opleidingscode\nHavo 4;VAN-MIJ\n";
        let refused = open.submit(&portal, "main form", &[("studies", mine)]).await;
        let meanwhile = portal.open("/optie-b").await;
        let once_more = refused.submit(&portal, "main form", &[]).await;

        assert_eq!(refused.status, 409, "{}", refused.body);
        let said = refused.text("[data-error-for=studies]");
        assert!(
            said.contains("Anna de Wit bewaarde intussen een andere tabel, op maandag 23 november 2026."),
            "{said}"
        );
        assert_eq!(refused.text("textarea"), mine.replace('\n', " ").trim());
        assert_eq!(refused.texts("[data-now] td"), ["VAN-ANNA"]);
        assert_eq!(start(&meanwhile)["studies"][0]["code"], "VAN-ANNA");
        assert_eq!(start(&portal.follow(&once_more).await)["studies"][0]["code"], "VAN-MIJ");
        // Who starts from nothing while something is kept overwrites nothing either.
        let (_, values) = open.form("main form");
        let csrf = values.into_iter().filter(|(name, _)| name == "csrf");
        let fields: Vec<_> = csrf.chain([("studies".to_owned(), TABLE.to_owned())]).collect();
        assert_eq!(portal.post(&path(&school, links::SCHOOL_OPTION_B_TABLE), &fields).await.status, 409);
    });
}

#[test]
fn without_scripts_a_contact_says_by_ordinary_forms_that_the_file_is_made_and_all_is_cleaned_up() {
    run(|app: TestApp| async move {
        let school = stopped(&app, true).await;
        let portal = app.portal(&school).await;

        for form in ["gemaakt", "opgeruimd"] {
            let page = portal.open("/optie-b").await;
            let said = page.submit(&portal, &format!("section[data-kept] form[action$='/{form}']"), &[]).await;
            assert_eq!(said.status, 303, "{form}: {}", said.body);
        }

        let page = portal.open("/optie-b").await;
        assert_eq!(page.text("[data-file-made]"), "Gemaakt op maandag 23 november 2026");
        assert_eq!(page.text("[data-cleaned-up]"), "Opgeruimd op maandag 23 november 2026, door Anna de Wit");
    });
}

#[test]
fn what_is_no_table_of_studies_comes_back_as_typed_and_nothing_of_it_is_kept() {
    run(|app: TestApp| async move {
        let school = stopped(&app, true).await;
        let portal = app.portal(&school).await;
        let table = "Studie;opleidingscode\nHavo 4;H4\n";

        for (line, said) in [
            ("Zonnestraal Planteman 101001;H4", "Rij 3 lijkt een nummer"),
            ("Zonnestraal Planteman;123456782", "Rij 3 lijkt een nummer"),
            ("zonnestraal@planteman.example;H4", "Rij 3 lijkt een nummer"),
            ("Havo 4;H4;Zonnestraal;Planteman", "Rij 3 heeft meer dan twee kolommen"),
        ] {
            let typed = format!("{table}{line}");
            let page = press(&portal, &school, links::SCHOOL_OPTION_B_TABLE, &[("studies", &typed)]).await;

            assert_eq!(page.status, 422, "{}", page.body);
            assert!(page.text("[data-error-for=studies]").contains(said), "{line}: {}", page.body);
            assert!(page.text("title").starts_with("Fout: "));
            assert_eq!(page.text("textarea"), typed.replace('\n', " "));
        }
        let none = press(&portal, &school, links::SCHOOL_OPTION_B_TABLE, &[]).await;

        assert_eq!(none.status, 422);
        assert_eq!(start(&portal.open("/optie-b").await)["studies"], serde_json::json!([]));
        let stored = everything_stored(&app).await.to_ascii_lowercase();
        assert!(!holds(&stored, b"zonnestraal") && !holds(&stored, b"planteman"));
    });
}

#[test]
fn that_the_file_was_made_and_all_was_cleaned_up_is_kept_only_by_a_press_and_kurve_sees_it() {
    run(|app: TestApp| async move {
        let school = stopped(&app, true).await;
        let portal = app.portal(&school).await;
        let staff = app.staff().await;
        let kurves = links::staff_school(links::STAFF_SCHOOL, school.connection);
        portal.open("/optie-b").await;
        let before = staff.get(&kurves).await;

        press(&portal, &school, links::SCHOOL_OPTION_B_TABLE, &[("studies", TABLE)]).await;
        let made = press(&portal, &school, links::SCHOOL_OPTION_B_MADE, &[]).await;
        app.advance(TimeDelta::days(1));
        let portal = app.portal(&school).await;
        let cleaned = press(&portal, &school, links::SCHOOL_OPTION_B_CLEANED, &[]).await;
        let there = portal.follow(&cleaned).await;
        let twice = press(&portal, &school, links::SCHOOL_OPTION_B_CLEANED, &[]).await;

        let staff = app.staff_as("bo@kurve.nl", koppelklaar::domain::actor::StaffRole::Reader).await;
        let after = staff.get(&kurves).await;
        let of = "[data-option-b-of='99XK']";
        assert_eq!(before.text(&format!("{of} [data-file-made]")), "Nog niet genoteerd");
        assert_eq!([made.status, cleaned.status, twice.status], [303; 3]);
        assert!(there.text("[data-flash]").contains("Bewaard bij jullie school"), "{}", there.body);
        assert_eq!(there.text("[data-file-made]"), "Gemaakt op maandag 23 november 2026");
        assert_eq!(there.text("[data-cleaned-up]"), "Opgeruimd op dinsdag 24 november 2026, door Anna de Wit");
        assert_eq!(
            after.text(&format!("{of} [data-cleaned-up]")),
            "Opgeruimd op dinsdag 24 november 2026, door Anna de Wit"
        );
        assert_eq!(after.text(&format!("{of} [data-file-made]")), "Gemaakt op maandag 23 november 2026");
        assert_eq!(after.texts(&format!("{of} [data-studies] td")), ["VERZONNEN-H4", "VERZONNEN-V5"]);
        assert_eq!(after.body.matches("alle bestanden met leerlingen zijn opgeruimd").count(), 1);
        assert_eq!(app.new_mails().await.iter().filter(|mail| mail.subject.contains("Optie B")).count(), 0);
    });
}

#[test]
fn each_of_several_schools_has_a_table_of_its_own_while_the_others_go_on() {
    run(|app: TestApp| async move {
        let kurve = app.kurve().await;
        let [zuid, noord, midden, _] = &app.board(kurve).await;
        app.vouch(kurve, zuid).await;
        for school in [noord, midden] {
            stop(&app, school, true).await;
        }
        let portal = app.portal(zuid).await;

        press(&portal, noord, links::SCHOOL_OPTION_B_TABLE, &[("studies", TABLE)]).await;
        let of_noord = portal.get(&path(noord, links::SCHOOL_OPTION_B_OF)).await;
        let of_midden = portal.get(&path(midden, links::SCHOOL_OPTION_B_OF)).await;
        let first = portal.open("/optie-b").await;
        let overview = portal.open("").await;

        assert_eq!(start(&of_noord)["studies"].as_array().map(Vec::len), Some(2));
        assert_eq!(start(&of_midden)["studies"].as_array().map(Vec::len), Some(0));
        assert_eq!(first.attributes("[data-converter]", "data-kept"), ["Rivierenland Midden"]);
        assert_eq!(first.texts("[data-other-schools] a"), ["Rivierenland Noord"]);
        assert_eq!(portal.get(&path(zuid, links::SCHOOL_OPTION_B_OF)).await.status, 404);
        let link = |school: &TestSchool| overview.has(&format!("[data-school-row='{}'] a", school.brin));
        assert!(link(noord) && link(midden) && !link(zuid), "{}", overview.body);
    });
}

#[test]
fn a_table_with_the_password_of_the_connection_is_refused() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        table.issue().await;
        table.claim(&["consent_given", "query_executed"]).await;
        let page = table.portal.open("/stap/password_set").await;
        let shown = page.submit(&table.portal, "form[action$='/wachtwoord']", &[]).await.text("[data-secret]");
        let password: String = shown.split_whitespace().collect();
        stop(&app, &table.school, true).await;

        let typed = format!("Studie;opleidingscode\nHavo 4;{password}\n");
        let page = press(&table.portal, &table.school, links::SCHOOL_OPTION_B_TABLE, &[("studies", &typed)]).await;

        assert_eq!(page.status, 422, "{}", page.body);
        assert!(page.text("[data-error-for=studies]").contains("Hier staat het wachtwoord"));
        assert!(!page.body.contains(&password));
    });
}

#[test]
fn an_installation_with_a_list_of_codes_offers_them_with_and_without_an_account() {
    run(|app: TestApp| async move {
        let school = stopped(&app, true).await;
        let codes = Codes::read(b"code;omschrijving\nVERZONNEN-H4;Havo 4\n").expect("a list");
        let context = Context { numo_codes: Some(Arc::new(codes)), ..app.context().clone() };
        let with_codes = App { context, ..app.app.clone() };
        let allowance = Allowance { per_client: nonzero(100), per_address: nonzero(100) };
        let web = WebState::new(&with_codes, WebOptions { allowance, trusted_proxies: 1 }, None);
        let without = app.anonymous().get(links::OPTION_B_CONVERTER).await;

        let router = router(web);
        let of_all = app.anonymous().at_router(&router).get(links::OPTION_B_CONVERTER).await;
        let of_school = app.portal(&school).await.at_router(&router).open("/optie-b").await;

        assert_eq!(start(&without)["codes"], serde_json::Value::Null);
        for page in [&of_all, &of_school] {
            assert_eq!(start(page)["codes"], serde_json::json!([{ "code": "VERZONNEN-H4", "name": "Havo 4" }]));
        }
    });
}

#[test]
fn a_list_of_codes_is_read_at_the_start_and_the_doctor_looks_at_it() {
    block_on(async {
        let program = Program::migrated(DatabaseKind::Sqlite).await;
        let folder = program.database.folder.path();
        std::fs::write(folder.join("codes.csv"), "code;omschrijving\nVERZONNEN-H4;Havo 4\nVERZONNEN-H5\n")
            .expect("a file");
        std::fs::write(folder.join("leeg.csv"), "code;omschrijving\n").expect("a file");
        let setting = "KOPPELKLAAR_NUMO_CODES";

        let good = program.run_with(&["doctor"], &[(setting, "codes.csv")]).good();
        let empty = program.run_with(&["doctor"], &[(setting, "leeg.csv")]);
        let refusal = program.run_with(&["serve"], &[(setting, "leeg.csv")]).refusal();

        assert!(good.contains("ok    codes of Numo: codes.csv, 2 of them"), "{good}");
        let all = &empty.out;
        assert!(all.contains("FAIL  KOPPELKLAAR_NUMO_CODES: leeg.csv: there is no code in it"), "{all}");
        assert!(all.contains("ok    database: answers"), "the rest is looked at all the same: {all}");
        empty.refusal();
        assert!(refusal.contains("KOPPELKLAAR_NUMO_CODES: leeg.csv"), "{refusal}");
    });
}

#[test]
fn the_choice_page_says_what_each_option_asks_of_a_school_in_people_and_in_time() {
    run(|app: TestApp| async move {
        let page = app.anonymous().get(links::HOME).await;

        for (option, asked, people, time) in [
            ("a", ["Mensen", "Vooraf", "Daarna"], "De superbeheerder", "Tussendoor wacht je op Kurve en op Magister."),
            ("b", ["Mensen", "Elke keer", "Volgend jaar"], "AVG-autorisatie", "Je wacht niet op Kurve of Magister."),
        ] {
            let of = format!("[data-option='{option}'] [data-asks]");
            let told = page.texts(&format!("{of} dd"));
            assert_eq!(page.texts(&format!("{of} dt")), asked);
            assert!(told[0].contains(people) && told[1].ends_with(time), "{told:?}");
        }
    });
}
