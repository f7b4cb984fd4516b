//! The two forms in which school holidays come in.

use super::date;
use crate::domain::reminder::{Holiday, HolidaysError, Period, SchoolHolidays};
use crate::domain::school::Region;

const HEADER: &str = "holiday,region,first_day,last_day";

/// The government's form, with its stray spaces, a nationwide holiday, and the two ways it writes a day.
const GOVERNMENT: &str = r#"[
  {"id": "a", "type": "schoolvakanties", "content": [{"title": "Schoolvakanties", "schoolyear": "\n  2029-2030 \n", "vacations": [
    {"type": "\n   Herfstvakantie \n ", "compulsorydates": "false", "regions": [
      {"region": "noord", "startdate": "2029-10-19T22:00:00.000Z", "enddate": "2029-10-28T22:59:00.000Z"},
      {"region": " Midden", "startdate": "2029-10-20T00:00:00.000Z", "enddate": "2029-10-28T22:59:00.000Z"},
      {"region": "zuid\n", "startdate": "2029-10-13T00:00:00.000Z", "enddate": "2029-10-21T21:59:00.000Z"}]},
    {"type": "Kerstvakantie", "compulsorydates": "true", "regions": [
      {"region": "heel Nederland", "startdate": "2029-12-22T00:00:00.000Z", "enddate": "2030-01-06T22:59:00.000Z"}]},
    {"type": "Voorjaarsvakantie", "regions": [
      {"region": "noord", "startdate": "2030-02-16", "enddate": "2030-02-24"},
      {"region": "oost", "startdate": "2030-02-16", "enddate": "2030-02-24"},
      {"region": "zuid", "startdate": "nog niet bekend", "enddate": "2030-03-03"}]}
  ]}], "notice": "\u00b9 advies"},
  {"id": "b", "content": [{"schoolyear": "2029-2030", "vacations": [
    {"type": "Kerstvakantie", "regions": [
      {"region": "noord", "startdate": "2029-12-22T00:00:00.000Z", "enddate": "2030-01-06T22:59:00.000Z"}]}]}]}
]"#;

#[test]
fn the_holidays_that_come_with_the_program_are_all_there() {
    let holidays = SchoolHolidays::built_in();

    assert_eq!(holidays.list().len(), 54);
    assert_eq!(holidays.known_until(), Some(date("2030-01-06")));
    for (region, first_day, last_day) in [
        (Region::Noord, "2026-07-04", "2026-08-16"),
        (Region::Midden, "2027-04-24", "2027-05-02"),
        (Region::Zuid, "2029-12-22", "2030-01-06"),
    ] {
        let (first_day, last_day) = (date(first_day), date(last_day));
        assert!(!holidays.contains(region, first_day.pred_opt().expect("a day before")));
        assert!(holidays.contains(region, first_day) && holidays.contains(region, last_day));
        assert!(!holidays.contains(region, last_day.succ_opt().expect("a day after")));
    }
}

#[test]
fn every_holiday_that_comes_with_the_program_runs_from_saturday_to_sunday() {
    for Holiday { name, region, period: Period { first_day, last_day } } in SchoolHolidays::built_in().list() {
        let days = [first_day, last_day].map(|day| day.format("%a").to_string());
        assert_eq!(days, ["Sat", "Sun"], "{name} {region:?}");
    }
}

#[test]
fn the_table_reads_back_as_it_was_written() {
    let holidays = SchoolHolidays::built_in();

    let again = SchoolHolidays::parse_csv(&holidays.to_csv());

    assert_eq!(again, Ok(holidays));
}

#[test]
fn remarks_empty_lines_windows_line_ends_and_a_byte_order_mark_do_no_harm() {
    let text = format!("\u{FEFF}# Kurve\r\n\r\n{HEADER}\r\nherfst 2030, zuid ,2030-10-12,2030-10-20\r\n# einde\r\n");

    let loaded = SchoolHolidays::parse(&text).expect("a table");

    assert_eq!(loaded.holidays.to_csv(), format!("{HEADER}\nherfst 2030,zuid,2030-10-12,2030-10-20\n"));
    assert!(loaded.skipped.is_empty());
}

#[test]
fn a_table_that_is_wrong_says_on_which_line_and_why() {
    for (rows, line, problem) in [
        ("herfst 2030,oost,2030-10-12,2030-10-20", 3, "\"oost\" is no region"),
        ("herfst 2030,Noord,2030-10-12,2030-10-20", 3, "\"Noord\" is no region"),
        ("herfst 2030,noord,12-10-2030,2030-10-20", 3, "\"12-10-2030\" is no date"),
        ("herfst 2030,noord,2030-10-12,2030-10-32", 3, "\"2030-10-32\" is no date"),
        ("herfst 2030,noord,2030-10-12", 3, "expected 4 fields"),
        ("herfst 2030,noord,2030-10-12,2030-10-20,advies", 3, "expected 4 fields"),
        ("\n,noord,2030-10-12,2030-10-20", 4, "is no name for a holiday"),
        ("herfst 2030,noord,2030-10-20,2030-10-12", 3, "ends before it begins"),
        ("herfst 2030,noord,2030-10-12,2031-10-20", 3, "lasts 374 days"),
        ("h 2030,noord,2030-10-12,2030-10-20\nk 2030,noord,2030-10-20,2030-10-21", 4, "overlaps h 2030"),
        ("h 2030,noord,2030-10-12,2030-10-20\n\nh 2030,noord,2030-11-20,2030-11-21", 5, "stands here twice"),
    ] {
        let error = SchoolHolidays::parse_csv(&format!("# remark\n{HEADER}\n{rows}\n")).expect_err(rows);

        let HolidaysError::Line { line: found, problem: said } = &error else { panic!("{error}") };
        assert_eq!(*found, line, "{error}");
        assert!(said.contains(problem), "{error}");
    }
    let semicolons = SchoolHolidays::parse_csv("holiday;region;first_day;last_day\n").expect_err("another header");
    assert_eq!(semicolons.to_string(), format!("line 1: expected the header {HEADER}"));
    assert_eq!(SchoolHolidays::parse_csv("# nothing\n"), Err(HolidaysError::Empty));
    assert_eq!(SchoolHolidays::parse_csv(HEADER), Err(HolidaysError::Empty));
}

#[test]
fn the_governments_json_gives_the_dates_in_the_netherlands() {
    let loaded = SchoolHolidays::parse(GOVERNMENT).expect("the government's form");

    assert_eq!(
        loaded.holidays.to_csv(),
        format!(
            "{HEADER}\nherfst 2029,noord,2029-10-20,2029-10-28\nkerst 2029,noord,2029-12-22,2030-01-06\n\
             voorjaar 2030,noord,2030-02-16,2030-02-24\nherfst 2029,midden,2029-10-20,2029-10-28\n\
             kerst 2029,midden,2029-12-22,2030-01-06\nherfst 2029,zuid,2029-10-13,2029-10-21\n\
             kerst 2029,zuid,2029-12-22,2030-01-06\n"
        )
    );
    assert_eq!(loaded.skipped, ["unknown region \"oost\"", "unknown date \"nog niet bekend\""]);
}

#[test]
fn one_school_year_alone_is_read_too_and_agrees_with_what_we_know() {
    let one = GOVERNMENT.trim_start_matches('[').split_once(",\n  {\"id\": \"b\"").expect("two documents").0;

    let loaded = SchoolHolidays::parse(one).expect("one document");

    let known = SchoolHolidays::built_in();
    let new = loaded.holidays.list().into_iter().filter(|holiday| !known.list().contains(holiday)).count();
    assert_eq!((loaded.holidays.list().len(), new), (7, 1));
}

#[test]
fn json_of_something_else_is_refused() {
    assert_eq!(SchoolHolidays::parse("[]"), Err(HolidaysError::Empty));
    assert_eq!(SchoolHolidays::parse(r#"{"status": 404}"#), Err(HolidaysError::Empty));
    assert!(matches!(SchoolHolidays::parse("[{\"content\": 3}]"), Err(HolidaysError::Json(_))));
    assert!(matches!(SchoolHolidays::parse("{\"content\": ["), Err(HolidaysError::Json(_))));
}

#[test]
fn newer_holidays_replace_those_of_the_same_name_and_days_and_leave_the_rest() {
    let newer = format!(
        "{HEADER}\nherfst 2029,noord,2029-10-13,2029-10-21\nvoorjaar 2030,noord,2030-02-16,2030-02-24\n\
         wintersport 2029,noord,2029-02-19,2029-02-25\n"
    );
    let newer = SchoolHolidays::parse_csv(&newer).expect("a table");

    let all = SchoolHolidays::built_in().with_newer(newer);

    assert_eq!(all.list().len(), 55);
    assert!(all.contains(Region::Noord, date("2029-10-15")) && !all.contains(Region::Noord, date("2029-10-25")));
    assert!(all.contains(Region::Noord, date("2030-02-20")) && all.contains(Region::Noord, date("2029-12-24")));
    assert!(!all.contains(Region::Noord, date("2029-02-17")) && all.contains(Region::Midden, date("2029-10-25")));
    assert_eq!(SchoolHolidays::parse_csv(&all.to_csv()), Ok(all));
}
