//! Rows with the same stamnr. Equal rows become one; another klas or studie is for the school to choose; anything else that
//! differs is a fault, since it may well be two pupils.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use unicode_normalization::UnicodeNormalization as _;

use crate::cell::{loose, same};
use crate::mapping::Field;

/// A pupil, as far as the export tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pupil {
    /// The row as Excel shows it.
    pub row: u32,
    /// The stamnr as it stands there, before zeros.
    pub written: String,
    /// The values in the order of the fields; the stamnr with its zeros.
    pub values: [String; 7],
}

impl Pupil {
    /// The value of a field.
    #[must_use]
    pub fn value(&self, field: Field) -> &str {
        &self.values[field.place()]
    }
}

/// One of several rows for a pupil.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Candidate {
    /// The row as Excel shows it.
    pub row: u32,
    /// The class in that row.
    pub klas: String,
    /// The study in that row.
    pub studie: String,
}

/// A row that stands in the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clash {
    /// The later row.
    pub row: u32,
    /// The earlier one.
    pub other: u32,
    /// What differs.
    pub field: Field,
}

/// What came of the rows.
#[derive(Debug, Default)]
pub struct Sorted {
    /// The pupils, each once, in the order of their first rows.
    pub pupils: Vec<Pupil>,
    /// How many rows went into an equal one.
    pub merged: usize,
    /// Rows that went into an equal one, though their stamnr was written with other zeros.
    pub merged_over_zeros: Vec<u32>,
    /// How many rows were left out because the school chose another.
    pub left_out: usize,
    /// Rows among which the school must choose.
    pub questions: Vec<Vec<Candidate>>,
    /// Rows that may be two pupils.
    pub clashes: Vec<Clash>,
}

/// Sorts out pupils that stand in several rows, with the rows that the school chose.
#[must_use]
pub fn sort(pupils: Vec<Pupil>, chosen: &BTreeSet<u32>) -> Sorted {
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut groups: Vec<Vec<Pupil>> = vec![];
    for pupil in pupils {
        let place = *places.entry(pupil.value(Field::Stamnr).to_owned()).or_insert(groups.len());
        if place == groups.len() {
            groups.push(vec![]);
        }
        groups[place].push(pupil);
    }
    let mut sorted = Sorted::default();
    for group in groups {
        sorted.take(group, chosen);
    }
    sorted
}

impl Sorted {
    fn take(&mut self, group: Vec<Pupil>, chosen: &BTreeSet<u32>) {
        // Each way of writing klas and studie once, in the order of the rows.
        let mut ways: Vec<Pupil> = vec![];
        let mut places: BTreeMap<(String, String), usize> = BTreeMap::new();
        let mut merged = 0;
        for pupil in group {
            if let Some(first) = ways.first()
                && let Some(field) = difference(first, &pupil)
            {
                self.clashes.push(Clash { row: pupil.row, other: first.row, field });
                continue;
            }
            let place = *places.entry(way(&pupil)).or_insert(ways.len());
            match ways.get_mut(place) {
                None => ways.push(pupil),
                Some(way) => {
                    merged += 1;
                    if way.written != pupil.written {
                        self.merged_over_zeros.push(pupil.row);
                    }
                    // The school may have chosen any of the equal rows.
                    if chosen.contains(&pupil.row) {
                        *way = pupil;
                    }
                }
            }
        }
        self.merged += merged;
        let is_chosen = |way: &&Pupil| chosen.contains(&way.row);
        let one = match ways.iter().filter(is_chosen).count() {
            _ if ways.len() == 1 => ways.first(),
            1 => ways.iter().find(is_chosen),
            _ => None,
        };
        if let Some(one) = one {
            self.left_out += ways.len() - 1;
            self.pupils.push(one.clone());
        } else {
            self.questions.push(ways.iter().map(candidate).collect());
        }
    }
}

fn candidate(pupil: &Pupil) -> Candidate {
    let value = |field| pupil.value(field).to_owned();
    Candidate { row: pupil.row, klas: value(Field::Klas), studie: value(Field::Studie) }
}

fn difference(one: &Pupil, other: &Pupil) -> Option<Field> {
    [Field::Roepnaam, Field::Tussenvoegsel, Field::Achternaam, Field::Email]
        .into_iter()
        .find(|field| !same(one.value(*field), other.value(*field)))
}

/// A way of writing klas and studie: what nobody can tell apart is one.
fn way(pupil: &Pupil) -> (String, String) {
    (pupil.value(Field::Klas).nfc().collect(), loose(pupil.value(Field::Studie)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pupil(row: u32, stamnr: &str, name: &str, klas: &str) -> Pupil {
        let values = [stamnr, name, "", "Proef", klas, "Havo 4", ""].map(str::to_owned);
        Pupil { row, written: stamnr.trim_start_matches('0').to_owned(), values }
    }

    #[test]
    fn equal_rows_become_one_and_are_counted() {
        let sorted = sort(
            vec![pupil(2, "1", "Lot", "4ha"), pupil(3, "2", "Bo", "4ha"), pupil(4, "1", "Lot", "4ha")],
            &BTreeSet::new(),
        );

        assert_eq!(sorted.pupils.iter().map(|pupil| pupil.row).collect::<Vec<_>>(), [2, 3]);
        assert_eq!((sorted.merged, sorted.questions.len(), sorted.clashes.len()), (1, 0, 0));
    }

    #[test]
    fn another_klas_is_a_question_until_one_row_is_chosen() {
        let rows = || vec![pupil(2, "1", "Kiki", "4ha"), pupil(3, "1", "Kiki", "4va"), pupil(4, "1", "Kiki", "4va")];

        let open = sort(rows(), &BTreeSet::new());
        assert_eq!(
            open.questions[0].iter().map(|way| (way.row, &*way.klas)).collect::<Vec<_>>(),
            [(2, "4ha"), (3, "4va")]
        );
        assert!(open.pupils.is_empty());
        for (chosen, klas) in [(2, "4ha"), (3, "4va"), (4, "4va")] {
            let sorted = sort(rows(), &BTreeSet::from([chosen]));
            assert_eq!(sorted.pupils[0].value(Field::Klas), klas);
            assert_eq!((sorted.left_out, sorted.merged, sorted.questions.len()), (1, 1, 0));
        }
        assert_eq!(sort(rows(), &BTreeSet::from([2, 3])).questions.len(), 1, "two rows are no choice");
    }

    #[test]
    fn another_name_is_another_pupil() {
        let sorted = sort(vec![pupil(2, "1", "Kiki", "4ha"), pupil(3, "1", "Koko", "4ha")], &BTreeSet::new());

        assert_eq!(sorted.clashes, [Clash { row: 3, other: 2, field: Field::Roepnaam }]);
    }
}
