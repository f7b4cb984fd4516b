//! Reads the government's JSON of school holidays (opendata.rijksoverheid.nl, infotype schoolholidays).
//!
//! One document per school year, or a list of them; each with `content`, then `vacations`, then `regions`. Texts carry
//! stray spaces and line ends. A day is a moment in UTC: the first day at 00:00Z or at midnight in the Netherlands, the
//! last day at 23:59 in the Netherlands; so the date there is the day meant.

use chrono::{DateTime, Datelike, NaiveDate};
use serde::Deserialize;
use strum::IntoEnumIterator;

use super::period::Period;
use super::school_holidays::{Holiday, HolidaysError, LoadedHolidays, SchoolHolidays};
use crate::domain::onboarding::decide::amsterdam_date;
use crate::domain::school::Region;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Document {
    content: Vec<SchoolYear>,
}

#[derive(Deserialize)]
struct SchoolYear {
    #[serde(default)]
    vacations: Vec<Vacation>,
}

#[derive(Deserialize)]
struct Vacation {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    regions: Vec<RegionDates>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RegionDates {
    region: String,
    startdate: String,
    enddate: String,
}

/// Takes over what can be read and says what was left out; what is there twice counts once.
pub(super) fn parse(text: &str) -> Result<LoadedHolidays, HolidaysError> {
    let mut loaded = LoadedHolidays { holidays: SchoolHolidays::default(), skipped: vec![] };
    let years = documents(text)?.into_iter().flat_map(|document| document.content);
    for vacation in years.flat_map(|year| year.vacations) {
        for dates in &vacation.regions {
            if let Err(problem) = take_over(&mut loaded, &vacation.kind, dates) {
                loaded.skipped.push(problem);
            }
        }
    }
    if loaded.holidays.is_empty() { Err(HolidaysError::Empty) } else { Ok(loaded) }
}

fn documents(text: &str) -> Result<Vec<Document>, HolidaysError> {
    let is_list = text.trim_start().starts_with('[');
    let read =
        if is_list { serde_json::from_str(text) } else { serde_json::from_str(text).map(|document| vec![document]) };
    read.map_err(|error| HolidaysError::Json(error.to_string()))
}

fn take_over(loaded: &mut LoadedHolidays, kind: &str, dates: &RegionDates) -> Result<(), String> {
    let period = Period { first_day: day(&dates.startdate)?, last_day: day(&dates.enddate)? };
    let name = format!("{} {}", short_kind(kind), period.first_day.year());
    for region in regions(&dates.region)? {
        let is_so = loaded.holidays.list().contains(&Holiday { name: name.as_str(), region, period });
        if !is_so && let Err(problem) = loaded.holidays.add(&name, region, period) {
            loaded.skipped.push(problem);
        }
    }
    Ok(())
}

/// `Voorjaarsvakantie` is `voorjaar` in our table.
fn short_kind(kind: &str) -> String {
    let kind = kind.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let short = kind.strip_suffix("vakantie").unwrap_or(&kind);
    if short == "voorjaars" { "voorjaar".to_owned() } else { short.to_owned() }
}

fn regions(text: &str) -> Result<Vec<Region>, String> {
    let text = text.trim().to_lowercase();
    if text == "heel nederland" {
        return Ok(Region::iter().collect());
    }
    text.trim_start_matches("regio ").parse().map(|region| vec![region]).map_err(|_| format!("unknown region {text:?}"))
}

fn day(text: &str) -> Result<NaiveDate, String> {
    let text = text.trim();
    let moment = DateTime::parse_from_rfc3339(text).map(|moment| amsterdam_date(moment.to_utc()));
    moment.or_else(|_| text.parse()).map_err(|_| format!("unknown date {text:?}"))
}
