//! The school holidays per region: those that come with the program, and newer ones that an installation loads.
//!
//! Two forms are read: our own table, strictly, with the number of the line that is wrong; and the government's JSON
//! ([`super::government`]), which changes its clothes now and then. A holiday has a name of kind and year, `herfst 2027`,
//! by which a newer file replaces an older one.

use std::collections::BTreeMap;
use std::fmt::Write;

use chrono::NaiveDate;
use strum::IntoEnumIterator;

use super::government;
use super::period::Period;
use crate::domain::school::Region;

/// The table that comes with the program.
const BUILT_IN: &str = include_str!("school-holidays.csv");

const HEADER: &str = "holiday,region,first_day,last_day";

/// The longest school holiday is some eight weeks with its weekends; a longer one is a mistyped year.
const LONGEST_DAYS: i64 = 70;

/// Why a file with holidays was refused. Nothing of it was taken over.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HolidaysError {
    /// One line of the table is wrong.
    #[error("line {line}: {problem}")]
    Line {
        /// Which line, from 1.
        line: usize,
        /// What is wrong and what is expected.
        problem: String,
    },
    /// The file is not the government's JSON.
    #[error("this is not the JSON of infotype schoolholidays: {0}")]
    Json(String),
    /// The file was read, and has no holidays.
    #[error("there is no holiday in this file")]
    Empty,
}

/// A holiday of one region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holiday<'a> {
    /// Its kind and year, such as `herfst 2027`.
    pub name: &'a str,
    /// Which region's.
    pub region: Region,
    /// Its days.
    pub period: Period,
}

/// What a file held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadedHolidays {
    /// The holidays that could be read.
    pub holidays: SchoolHolidays,
    /// What was left out of the government's file, and why; for the operator to look at.
    pub skipped: Vec<String>,
}

/// The school holidays of all regions, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SchoolHolidays {
    by_region: BTreeMap<Region, BTreeMap<String, Period>>,
}

impl SchoolHolidays {
    /// Those that come with the program: from summer 2026 to Christmas 2029.
    ///
    /// # Panics
    /// Never: the table is part of the program and a test reads it.
    pub fn built_in() -> Self {
        Self::parse_csv(BUILT_IN).expect("a test reads the table that comes with the program")
    }

    /// Reads either form, whichever it is.
    ///
    /// # Errors
    /// When it is neither, or empty.
    pub fn parse(text: &str) -> Result<LoadedHolidays, HolidaysError> {
        let text = text.trim_start_matches('\u{FEFF}');
        if text.trim_start().starts_with(['[', '{']) {
            government::parse(text)
        } else {
            Ok(LoadedHolidays { holidays: Self::parse_csv(text)?, skipped: vec![] })
        }
    }

    /// Reads our own table: a header, then a holiday per line; a line that begins with `#` is a remark.
    ///
    /// # Errors
    /// On the first line that is not exactly so, and on a table without holidays.
    pub fn parse_csv(text: &str) -> Result<Self, HolidaysError> {
        let numbered = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim()));
        let mut rows = numbered.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        let (line, header) = rows.next().ok_or(HolidaysError::Empty)?;
        if header != HEADER {
            return Err(HolidaysError::Line { line, problem: format!("expected the header {HEADER}") });
        }
        let mut found = Self::default();
        for (line, row) in rows {
            found.add_row(row).map_err(|problem| HolidaysError::Line { line, problem })?;
        }
        if found.is_empty() { Err(HolidaysError::Empty) } else { Ok(found) }
    }

    fn add_row(&mut self, row: &str) -> Result<(), String> {
        let fields: Vec<&str> = row.split(',').map(str::trim).collect();
        let [name, region, first_day, last_day] = fields[..] else {
            return Err(format!("expected 4 fields ({HEADER}), found {}", fields.len()));
        };
        let region =
            region.parse::<Region>().map_err(|_| format!("\"{region}\" is no region: write noord, midden or zuid"))?;
        let date = |text: &str| {
            NaiveDate::parse_from_str(text, "%Y-%m-%d")
                .map_err(|_| format!("\"{text}\" is no date: write it as 2026-07-04"))
        };
        self.add(name, region, Period { first_day: date(first_day)?, last_day: date(last_day)? })
    }

    /// Adds one holiday, if it is a sensible one that is not there yet.
    pub(super) fn add(&mut self, name: &str, region: Region, period: Period) -> Result<(), String> {
        let days = (period.last_day - period.first_day).num_days() + 1;
        // What could not be read back from the table.
        if name.trim().is_empty() || name.starts_with('#') || name.contains([',', '\n', '\r']) {
            return Err(format!("{name:?} is no name for a holiday: write one like herfst 2027"));
        }
        if days < 1 {
            return Err(format!("{name} ends before it begins"));
        }
        if days > LONGEST_DAYS {
            return Err(format!("{name} lasts {days} days, at most {LONGEST_DAYS} is believed"));
        }
        let of_region = self.by_region.entry(region).or_default();
        if let Some((other, _)) = of_region.iter().find(|(_, other)| other.overlaps(&period)) {
            return Err(format!("{name} overlaps {other} in {}", region.as_str()));
        }
        if of_region.contains_key(name) {
            return Err(format!("{name} stands here twice for {}", region.as_str()));
        }
        of_region.insert(name.to_owned(), period);
        Ok(())
    }

    /// These holidays, with those of a newer file added; where both have one of the same name or days, the newer counts.
    #[must_use]
    pub fn with_newer(mut self, newer: Self) -> Self {
        for (region, holidays) in newer.by_region {
            let of_region = self.by_region.entry(region).or_default();
            of_region.retain(|_, older| !holidays.values().any(|period| period.overlaps(older)));
            of_region.extend(holidays);
        }
        self
    }

    /// Whether a day is in a holiday of the region.
    pub fn contains(&self, region: Region, date: NaiveDate) -> bool {
        self.by_region.get(&region).is_some_and(|holidays| holidays.values().any(|period| period.contains(date)))
    }

    /// The last day up to which the holidays of every region are known; after it too much counts as a working day.
    pub fn known_until(&self) -> Option<NaiveDate> {
        let last_of = |region| self.by_region.get(&region)?.values().map(|period| period.last_day).max();
        Region::iter().map(last_of).min().flatten()
    }

    /// Every holiday, by region and day.
    pub fn list(&self) -> Vec<Holiday<'_>> {
        let mut found: Vec<_> = self
            .by_region
            .iter()
            .flat_map(|(region, holidays)| {
                holidays.iter().map(|(name, period)| Holiday { name, region: *region, period: *period })
            })
            .collect();
        found.sort_by_key(|holiday| (holiday.region, holiday.period));
        found
    }

    /// The table that [`Self::parse_csv`] reads, to keep what was loaded.
    pub fn to_csv(&self) -> String {
        let mut text = format!("{HEADER}\n");
        for Holiday { name, region, period: Period { first_day, last_day } } in self.list() {
            writeln!(text, "{name},{},{first_day},{last_day}", region.as_str())
                .expect("writing to a string never fails");
        }
        text
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.by_region.values().all(BTreeMap::is_empty)
    }
}
