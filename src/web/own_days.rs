//! Days of a school's own, as both the school and Kurve fill them in and see them.

use chrono::NaiveDate;
use serde::Deserialize;

use crate::domain::reminder::{OwnDayKind, OwnDays, Period};
use crate::web::form::FieldErrors;
use crate::words;

/// A stretch of days as typed, or one of the list as posted back.
#[derive(Debug, Default, Deserialize)]
pub struct OwnDaysForm {
    /// A stored name of [`OwnDayKind`].
    #[serde(default)]
    pub kind: String,
    /// The first day.
    #[serde(default)]
    pub first_day: String,
    /// The last day; empty for one day alone.
    #[serde(default)]
    pub last_day: String,
}

/// A stretch of days in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnDayRow {
    /// A stored name of [`OwnDayKind`].
    pub kind: &'static str,
    /// What that is called.
    pub name: &'static str,
    /// The days in words.
    pub days: String,
    /// The first day, as posted back.
    pub first_day: NaiveDate,
    /// The last day, as posted back.
    pub last_day: NaiveDate,
}

/// The stretches that are not over.
pub fn rows(own_days: &OwnDays, today: NaiveDate) -> Vec<OwnDayRow> {
    let row = |(period, kind): (Period, OwnDayKind)| OwnDayRow {
        kind: kind.as_str(),
        name: words::own_days_name(kind),
        days: words::period_nl(period),
        first_day: period.first_day,
        last_day: period.last_day,
    };
    own_days.ahead(today).into_iter().map(row).collect()
}

/// A stretch as typed; what is wrong is noted at its field.
pub fn read(form: &OwnDaysForm, errors: &mut FieldErrors) -> Option<(OwnDayKind, Period)> {
    let kind = errors.choose("kind", form.kind.parse().ok(), "Kies of jullie vrij zijn of juist werken.");
    let wanted = "Vul de eerste dag in: dag, maand en jaar.";
    let first_day = errors.date("first_day", &form.first_day, wanted);
    let last_day = match form.last_day.trim() {
        "" => first_day,
        typed => errors.date("last_day", typed, "Vul de laatste dag in (dag, maand en jaar), of laat dit leeg."),
    };
    Some((kind?, Period { first_day: first_day?, last_day: last_day? }))
}

/// A stretch of the list, as its own button posts it back.
pub fn read_row(form: &OwnDaysForm) -> Option<(OwnDayKind, Period)> {
    read(form, &mut FieldErrors::default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(kind: &str, first_day: &str, last_day: &str) -> OwnDaysForm {
        OwnDaysForm { kind: kind.into(), first_day: first_day.into(), last_day: last_day.into() }
    }

    #[test]
    fn one_day_alone_needs_no_last_day() {
        let day = NaiveDate::from_ymd_opt(2026, 12, 7).expect("a date");
        let mut errors = FieldErrors::default();

        let days = read(&form("closed", "7-12-2026", " "), &mut errors);

        assert_eq!(days, Some((OwnDayKind::Closed, Period { first_day: day, last_day: day })));
        assert!(errors.is_empty());
    }

    #[test]
    fn every_field_that_is_wrong_is_named_at_once() {
        for (typed, wrong) in [
            (form("", "", ""), vec!["kind", "first_day"]),
            (form("open", "2026-12-07", "morgen"), vec!["last_day"]),
            (form("dicht", "30-2-2026", "31-2-2026"), vec!["kind", "first_day", "last_day"]),
        ] {
            let mut errors = FieldErrors::default();

            assert_eq!(read(&typed, &mut errors), None);
            assert_eq!(errors.all().iter().map(|error| error.field).collect::<Vec<_>>(), wrong, "{typed:?}");
            assert_eq!(read_row(&typed), None);
        }
    }
}
