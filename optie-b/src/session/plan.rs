//! From rows to pupils: values, zeros, duplicates, codes, ids. It goes on past a fault, so that a school sees all of them.

use std::collections::{BTreeMap, BTreeSet};

use super::{Answers, Question, Review, Session};
use crate::cell::{Cell, loose};
use crate::duplicates::{self, Pupil};
use crate::faults::{Fault, File, Place};
use crate::ids::Joined;
use crate::limits;
use crate::mapping::Field;
use crate::passwords::PasswordRule;
use crate::stamnr::{self, NoStamnr, Seen, Zeros};
use crate::studies::{self, Studies};
use crate::table::Table;
use crate::write::{self, is_formula};

/// What a file would be made of.
#[derive(Default)]
pub(super) struct Plan {
    pub(super) pupils: Vec<Pupil>,
    pub(super) review: Review,
    joined: Option<Joined>,
    columns: BTreeMap<Field, String>,
}

/// A row with values, before its zeros.
struct Valued {
    row: u32,
    values: [String; 7],
    is_number: bool,
}

impl Session {
    pub(super) fn plan(&self) -> Option<Plan> {
        let table = self.export.as_ref()?;
        let mut plan = Plan {
            columns: Field::ALL.into_iter().map(|field| (field, table.column_name(field))).collect(),
            ..Plan::default()
        };
        plan.review.counts.rows = table.rows.len();
        plan.review.faults.extend(table.mapping.doubts().iter().map(|field| Fault::SeveralColumns(*field)));
        let rows = plan.values(table);
        let digits = plan.zeros(&rows, self.ids.as_ref().map_or_else(Vec::new, |ids| ids.stamnrs()), &self.answers);
        plan.sort(rows, digits, &self.answers);
        plan.codes(self);
        if let Some(ids) = &self.ids {
            let pupils: Vec<(u32, &str)> =
                plan.pupils.iter().map(|pupil| (pupil.row, pupil.value(Field::Stamnr))).collect();
            let joined = ids.join(&pupils, digits);
            plan.review.notes.ids = Some(joined.clone());
            plan.joined = Some(joined);
        }
        plan.passwords(&self.answers);
        plan.encoding(self);
        plan.review.counts.pupils = plan.pupils.len();
        Some(plan)
    }
}

impl Plan {
    fn place(&self, row: u32, field: Field) -> Place {
        let column = self.columns.get(&field).cloned().unwrap_or_else(|| field.name().to_owned());
        Place { file: File::Export, row, column }
    }

    fn values(&mut self, table: &Table) -> Vec<Valued> {
        let mut rows = vec![];
        for row in &table.rows {
            let mut valued = Valued {
                row: row.number,
                values: <[String; 7]>::default(),
                is_number: matches!(row.cell(Field::Stamnr), Cell::Number(_)),
            };
            let mut is_whole = true;
            for field in Field::ALL {
                let value = row
                    .cell(field)
                    .value()
                    .map_err(|why| Fault::spoiled(why, self.place(row.number, field)))
                    .and_then(|value| self.checked(value, row.number, field));
                match value {
                    Ok(value) => valued.values[field.place()] = value,
                    Err(fault) => {
                        is_whole = false;
                        self.review.faults.push(fault);
                    }
                }
            }
            if is_whole {
                rows.push(valued);
            }
        }
        rows
    }

    fn checked(&self, value: String, row: u32, field: Field) -> Result<String, Fault> {
        let place = || self.place(row, field);
        if value.is_empty() {
            return if field.is_required() { Err(Fault::Missing(place())) } else { Ok(value) };
        }
        if value.chars().nth(limits::VALUE_SIGNS).is_some() {
            return Err(Fault::TooLong(place()));
        }
        match field {
            Field::Stamnr => stamnr::parse(&value).map(str::to_owned).map_err(|why| match why {
                NoStamnr::NotDigits if is_formula(&value) => Fault::Formula(place()),
                NoStamnr::NotDigits => Fault::NotDigits(place()),
                NoStamnr::Scientific => Fault::Scientific(place()),
            }),
            // It is not written: its code is.
            Field::Studie => Ok(value),
            Field::Roepnaam | Field::Tussenvoegsel | Field::Achternaam | Field::Klas | Field::Email => {
                if is_formula(&value) { Err(Fault::Formula(place())) } else { Ok(value) }
            }
        }
    }

    /// To how many digits stamnrs are filled up, if they are.
    fn zeros(&mut self, rows: &[Valued], ids: Vec<&str>, answers: &Answers) -> Option<usize> {
        let seen: Vec<Seen<'_>> =
            rows.iter().map(|row| Seen { stamnr: &row.values[0], is_number: row.is_number }).collect();
        let Zeros { digits, examples, is_asked } = stamnr::zeros(&seen, &ids);
        match answers.fill_zeros {
            Some(true) => return Some(digits),
            Some(false) => self.differing_zeros(rows),
            None if is_asked => self.review.questions.push(Question::Zeros { digits, examples }),
            None => {}
        }
        None
    }

    fn differing_zeros(&mut self, rows: &[Valued]) {
        let mut first: BTreeMap<&str, &Valued> = BTreeMap::new();
        for row in rows {
            let earlier = *first.entry(stamnr::bare(&row.values[0])).or_insert(row);
            if earlier.values[0] != row.values[0] {
                let place = self.place(row.row, Field::Stamnr);
                self.review.faults.push(Fault::ZerosDiffer { place, other: earlier.row });
            }
        }
    }

    fn sort(&mut self, rows: Vec<Valued>, digits: Option<usize>, answers: &Answers) {
        let pupils = rows
            .into_iter()
            .map(|mut row| {
                let written = row.values[0].clone();
                if let Some(digits) = digits {
                    row.values[0] = stamnr::filled(&written, digits);
                }
                Pupil { row: row.row, written, values: row.values }
            })
            .collect();
        let sorted = duplicates::sort(pupils, &answers.keep_rows);
        for clash in sorted.clashes {
            let place = self.place(clash.row, clash.field);
            self.review.faults.push(Fault::SameStamnr { place, other: clash.other });
        }
        self.review.questions.extend(sorted.questions.into_iter().map(|rows| Question::Duplicate { rows }));
        self.review.counts.merged = sorted.merged;
        self.review.counts.left_out = sorted.left_out;
        self.review.notes.merged_over_zeros = sorted.merged_over_zeros;
        self.pupils = sorted.pupils;
    }

    fn codes(&mut self, session: &Session) {
        // Of a pupil about whom is asked, either row may come to count.
        let asked: Vec<String> = self
            .review
            .questions
            .iter()
            .filter_map(|question| if let Question::Duplicate { rows } = question { Some(rows) } else { None })
            .flatten()
            .map(|row| row.studie.clone())
            .collect();
        let followed = self.pupils.iter().map(|pupil| pupil.value(Field::Studie));
        let counted = studies::count(followed.clone());
        let of_study: BTreeMap<&str, usize> = counted.iter().map(|(study, pupils)| (study.as_str(), *pupils)).collect();
        let with_asked: BTreeSet<&str> = followed.chain(asked.iter().map(String::as_str)).collect();
        let without: Vec<(String, usize)> = studies::count(with_asked.iter().copied())
            .into_iter()
            .filter(|(study, _)| session.studies.code(study).is_none())
            .map(|(study, _)| {
                let pupils = of_study.get(study.as_str()).copied().unwrap_or_default();
                (study, pupils)
            })
            .collect();
        let mut faults = vec![];
        if let Some(codes) = &session.codes {
            let names: Vec<String> =
                studies::count(with_asked.iter().copied()).into_iter().map(|(name, _)| name).collect();
            let used: BTreeSet<&str> = names.iter().map(String::as_str).collect();
            faults = studies::unknown(&used, &session.studies, codes);
        }
        // Those too that have no pupil before a question is answered.
        let known: BTreeSet<String> = counted.iter().map(|(study, _)| loose(study)).collect();
        let further = studies::count(asked.iter().map(String::as_str).filter(|study| !known.contains(&loose(study))));
        self.review.studies = counted
            .into_iter()
            .chain(further.into_iter().map(|(study, _)| (study, 0)))
            .map(|(study, pupils)| {
                let code = session.studies.code(&study).map(str::to_owned);
                (study, pupils, code)
            })
            .collect();
        if !without.is_empty() {
            self.review.questions.push(Question::Studies { studies: without });
        }
        self.review.faults.extend(faults);
    }

    fn passwords(&mut self, answers: &Answers) {
        match &answers.password {
            None => self.review.questions.push(Question::Password),
            Some(PasswordRule::Drawn) => {}
            Some(rule) if rule.is_username() => self.review.questions.push(Question::Password),
            Some(rule @ PasswordRule::Composed { before, field, .. }) => {
                self.review.notes.are_passwords_guessable = true;
                self.review.faults.extend(rule.check().err());
                let value = |pupil: &Pupil| pupil.value(*field).to_owned();
                for pupil in &self.pupils {
                    let place = self.place(pupil.row, *field);
                    if value(pupil).is_empty() {
                        self.review.faults.push(Fault::NoPassword(place));
                    } else if before.is_empty() && is_formula(pupil.value(*field)) {
                        self.review.faults.push(Fault::Formula(place));
                    }
                }
            }
        }
    }

    fn encoding(&mut self, session: &Session) {
        let encoding = session.answers.encoding.unwrap_or_default();
        let written = [Field::Roepnaam, Field::Tussenvoegsel, Field::Achternaam, Field::Klas, Field::Email];
        let mut places = vec![];
        for pupil in &self.pupils {
            let fits = |field: &Field| encoding.fits(pupil.value(*field));
            places.extend(written.iter().filter(|field| !fits(field)).map(|field| self.place(pupil.row, *field)));
            let code = session.studies.code(pupil.value(Field::Studie)).unwrap_or_default();
            if !encoding.fits(code) {
                places.push(self.place(pupil.row, Field::Studie));
            }
            // Of the other columns it is said above.
            if let Some(PasswordRule::Composed { before, field, after }) = &session.answers.password {
                let study = if *field == Field::Studie { pupil.value(*field) } else { "" };
                if ![before, study, after].into_iter().all(|part| encoding.fits(part)) {
                    places.push(self.place(pupil.row, *field));
                }
            }
        }
        let ids = self.joined.iter().flat_map(|joined| joined.ids.iter().zip(&self.pupils));
        let alien_ids = ids.filter(|(id, _)| id.as_ref().is_some_and(|id| !encoding.fits(id)));
        places.extend(alien_ids.map(|(_, pupil)| Place {
            file: File::Export,
            row: pupil.row,
            column: crate::ids::ID.to_owned(),
        }));
        if !places.is_empty() {
            self.review.questions.push(Question::Encoding { places });
        }
    }

    /// The value that a password is composed of, and where it stands.
    pub(super) fn password_part(&self, pupil: &Pupil, field: Field) -> (String, Place) {
        (pupil.value(field).to_owned(), self.place(pupil.row, field))
    }

    /// The rows of the file, with its header.
    pub(super) fn rows<'a>(&'a self, studies: &'a Studies, passwords: &'a [String]) -> Vec<Vec<&'a str>> {
        let mut header = write::HEADER.to_vec();
        if self.joined.is_some() {
            header.push(crate::ids::ID);
        }
        let mut rows = vec![header];
        for (index, (pupil, password)) in self.pupils.iter().zip(passwords).enumerate() {
            let value = |field| pupil.value(field);
            let mut row = vec![
                value(Field::Stamnr),
                value(Field::Roepnaam),
                value(Field::Tussenvoegsel),
                value(Field::Achternaam),
                value(Field::Klas),
                studies.code(value(Field::Studie)).unwrap_or_default(),
                value(Field::Email),
                password,
                write::ROLE,
            ];
            if let Some(joined) = &self.joined {
                row.push(joined.ids.get(index).and_then(Option::as_deref).unwrap_or_default());
            }
            rows.push(row);
        }
        rows
    }
}
