//! School holidays from a file: the command, and every instance's planner after it.

use chrono::TimeDelta;
use koppelklaar::domain::reminder::SchoolHolidays;
use koppelklaar::jobs::{self, Job};
use koppelklaar::services::operations::holidays;

use crate::journey::Table;
use crate::reminders::let_time_pass;
use crate::support::program::Program;
use crate::support::{TestApp, on_each_database, run};

const HEADER: &str = "holiday,region,first_day,last_day";

/// Autumn of 2030 in the government's form, and one line that no table can hold.
const GOVERNMENT: &str = r#"{"content": [{"schoolyear": "2030-2031", "vacations": [
    {"type": "Herfstvakantie", "regions": [
        {"region": "noord", "startdate": "2030-10-12T00:00:00.000Z", "enddate": "2030-10-20T21:59:00.000Z"},
        {"region": "oost", "startdate": "2030-10-12", "enddate": "2030-10-20"}]}]}]}"#;

/// Runs a test with an installation of its own, once on each kind of database.
fn with(test: impl Fn(Program)) {
    on_each_database(async |kind| test(Program::migrated(kind).await));
}

fn file(program: &Program, name: &str, text: &str) {
    std::fs::write(program.database.folder.path().join(name), text).expect("a file");
}

#[test]
fn newer_holidays_are_loaded_over_those_that_come_with_the_program() {
    with(|program| {
        file(
            &program,
            "new.csv",
            &format!("{HEADER}\nkerst 2029,zuid,2029-12-22,2030-01-13\nzomer 2030,zuid,2030-07-06,2030-08-18\n"),
        );

        let first = program.run(&["holidays", "load", "new.csv"]).good();
        let again = program.run(&["holidays", "load", "new.csv"]).good();
        let listed = program.run(&["holidays", "list"]).good();

        assert!(first.contains("- kerst 2029           zuid    2029-12-22 2030-01-06"), "{first}");
        assert!(first.contains("+ kerst 2029           zuid    2029-12-22 2030-01-13"), "{first}");
        assert!(first.contains("+ zomer 2030           zuid    2030-07-06 2030-08-18"), "{first}");
        assert!(first.contains("Known for every region until: 2030-01-06"), "the other regions go no further: {first}");
        assert!(again.contains("Nothing changed"), "{again}");
        assert!(listed.contains("zomer 2030           zuid    2030-07-06 2030-08-18  loaded"), "{listed}");
        assert!(listed.contains("kerst 2029           noord   2029-12-22 2030-01-06  built in"), "{listed}");
        assert!(!listed.contains("kerst 2029           zuid    2029-12-22 2030-01-06"), "{listed}");
    });
}

#[test]
fn a_second_file_adds_to_the_first() {
    with(|program| {
        file(&program, "one.csv", &format!("{HEADER}\nzomer 2030,zuid,2030-07-06,2030-08-18\n"));
        file(&program, "two.json", GOVERNMENT);
        program.run(&["holidays", "load", "one.csv"]).good();

        let second = program.run(&["holidays", "load", "two.json"]).good();
        let listed = program.run(&["holidays", "list"]).good();

        assert!(second.contains("left out: unknown region \"oost\""), "{second}");
        assert!(second.contains("+ herfst 2030          noord   2030-10-12 2030-10-20"), "{second}");
        for known in ["zomer 2030", "herfst 2030", "herfst 2026"] {
            assert!(listed.contains(known), "{known} in {listed}");
        }
    });
}

#[test]
fn a_file_that_is_wrong_is_refused_by_its_line_and_changes_nothing() {
    with(|program| {
        let before = program.run(&["holidays", "list"]).good();
        for (text, said) in [
            (
                format!("{HEADER}\nzomer 2030,zuid,2030-07-06,2030-08-18\nkerst 2030,west,2030-12-21,2031-01-05\n"),
                "line 3: \"west\" is no region",
            ),
            (format!("{HEADER}\nzomer 2030,zuid,2030-08-18,2030-07-06\n"), "line 2: zomer 2030 ends before it begins"),
            ("region;from;to\n".to_owned(), "line 1: expected the header"),
            (HEADER.to_owned(), "there is no holiday in this file"),
            ("{\"content\": 3}".to_owned(), "this is not the JSON of infotype schoolholidays"),
        ] {
            file(&program, "wrong", &text);

            let refusal = program.run(&["holidays", "load", "wrong"]).refusal();

            assert!(refusal.contains(said) && refusal.contains("Nothing was changed"), "{text}: {refusal}");
        }
        let gone = program.run(&["holidays", "load", "nowhere.csv"]).refusal();
        assert!(gone.contains("nowhere.csv: cannot be read"), "{gone}");
        assert_eq!(program.run(&["holidays", "list"]).good(), before);
    });
}

#[test]
fn the_doctor_says_until_when_school_holidays_are_known() {
    with(|program| {
        let said = program.run(&["doctor"]).out;

        assert!(said.contains("school holidays: known until 2030-01-06"), "{said}");
    });
}

#[test]
fn what_one_instance_loads_every_instance_plans_with_at_once() {
    run(|app: TestApp| async move {
        app.advance(TimeDelta::days(23));
        Table::set(&app).await;
        // On Wednesday 16 December the third working day is in January, and the planner means to sleep until then.
        app.run(Job::PlanReminders).await;
        let other = app.second_instance().await;
        jobs::run(&other, Job::PlanReminders, app.now()).await.expect("nothing is due");
        let newer = SchoolHolidays::parse_csv(&format!("{HEADER}\nkerst 2026,noord,2026-12-26,2027-01-03\n"));

        let change = holidays::load(&other.context, app.now(), newer.expect("a good table")).await.expect("the first");

        assert_eq!(change.schools, 1);
        let sent = let_time_pass(&app, "2026-12-22T12:00:00Z").await;
        assert_eq!(sent.iter().map(|(at, _)| at.as_str()).collect::<Vec<_>>(), ["Mon 2026-12-21 07:00"]);
    });
}
