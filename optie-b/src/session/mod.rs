//! What the five steps of the page share: the export, the ids, the table of studies, and what the school answered. Each
//! step asks anew what is found, what is open and what is wrong; nothing of that is kept.

mod plan;
mod report;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

pub(crate) use report::Said;
pub use report::{Column, Counts, Found, Notes, Question, Review};

use crate::faults::Fault;
use crate::ids::Ids;
use crate::passwords::PasswordRule;
use crate::studies::{Codes, Studies};
use crate::table::{Table, Wanted};
use crate::write::{self, Encoding};

/// What the school answered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Answers {
    /// Whether stamnrs are filled up with zeros.
    pub fill_zeros: Option<bool>,
    /// Of pupils in several rows, the row that counts.
    pub keep_rows: BTreeSet<u32>,
    /// How letters become bytes; unless all names fit, the school must say so.
    pub encoding: Option<Encoding>,
    /// How passwords come about.
    pub password: Option<PasswordRule>,
}

/// One way from export to file.
#[derive(Debug, Default)]
pub struct Session {
    export: Option<Table>,
    /// Tells another file from the same one that is read again with other columns.
    fingerprint: Option<(usize, u32)>,
    ids: Option<Ids>,
    /// The school's table.
    pub studies: Studies,
    /// The codes that may be used, if there is a list.
    pub codes: Option<Codes>,
    /// What was answered so far.
    pub answers: Answers,
}

/// The file for Numo.
#[derive(Debug, PartialEq, Eq)]
pub struct Made {
    /// Its bytes.
    pub file: Vec<u8>,
    /// How many pupils are in it.
    pub pupils: usize,
    /// How it is written.
    pub encoding: Encoding,
}

impl Session {
    /// Reads the export. What was answered about the rows and letters of another file is forgotten. Of the same file
    /// what was read stays as long as a column that is chosen for it cannot be one.
    ///
    /// # Errors
    /// Why there is no table in it.
    pub fn open(&mut self, bytes: &[u8], wanted: &Wanted) -> Result<(), Fault> {
        let fingerprint = Some((bytes.len(), crc32fast::hash(bytes)));
        if self.fingerprint != fingerprint {
            self.export = None;
            if self.fingerprint.is_some() {
                self.answers = Answers { password: self.answers.password.take(), ..Answers::default() };
            }
        }
        self.fingerprint = fingerprint;
        match Table::read(bytes, wanted) {
            Ok(table) => {
                self.export = Some(table);
                Ok(())
            }
            Err(fault) => {
                if fault.field().is_none() {
                    self.export = None;
                }
                Err(fault)
            }
        }
    }

    /// Reads the file with `Stamnr` and `IDGebr`, in the place of an earlier one.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn open_ids(&mut self, bytes: &[u8]) -> Result<(), Vec<Fault>> {
        self.ids = None;
        self.ids = Some(Ids::read(bytes)?);
        Ok(())
    }

    /// Goes on without ids.
    pub fn without_ids(&mut self) {
        self.ids = None;
    }

    /// What is in the export; names are masked unless they are to be shown. Nothing without an export.
    #[must_use]
    pub fn found(&self, is_shown: bool) -> Option<Found> {
        self.export.as_ref().map(|table| Found::of(table, is_shown))
    }

    /// What is open and what is wrong. Nothing without an export.
    #[must_use]
    pub fn review(&self) -> Option<Review> {
        self.plan().map(|plan| plan.review)
    }

    /// Makes the file, if nothing is open or wrong. `chance` gives bits for passwords that are drawn.
    ///
    /// # Errors
    /// What is open and what is wrong.
    pub fn convert(&self, chance: &mut dyn FnMut() -> Option<u32>) -> Result<Made, Box<Review>> {
        let mut plan = self.plan().unwrap_or_default();
        if !plan.review.is_ready() {
            return Err(Box::new(plan.review));
        }
        let rule = self.answers.password.as_ref().unwrap_or(&PasswordRule::Drawn);
        let passwords: Result<Vec<String>, Fault> =
            plan.pupils.iter().map(|pupil| rule.password(|field| plan.password_part(pupil, field), chance)).collect();
        let passwords = match passwords {
            Ok(passwords) => passwords,
            Err(fault) => {
                plan.review.faults.push(fault);
                return Err(Box::new(plan.review));
            }
        };
        let encoding = self.answers.encoding.unwrap_or_default();
        let file = write::file(plan.rows(&self.studies, &passwords), encoding);
        Ok(Made { file, pupils: plan.pupils.len(), encoding })
    }
}
