//! Holds the rows of a file together. Two rows of one school are one school with two contacts; two rows of one contact are
//! one contact with what either says. Where rows contradict each other, the first counts or the later is refused.

use std::collections::BTreeMap;

use super::mapping::Field;
use super::row::{Fault, Look, Person, RosterRow, Why, joined};
use crate::domain::roles::Roles;
use crate::domain::school::Region;
use crate::domain::text::{SchoolDomain, SchoolName, fold};

/// A row of a file, or what is wrong with it.
pub type ReadRow = Result<RosterRow, Vec<Fault>>;

/// What earlier rows said.
#[derive(Default)]
struct Said {
    schools: BTreeMap<String, SaidSchool>,
    regions: BTreeMap<SchoolDomain, SaidRegion>,
    people: BTreeMap<PersonKey, SaidPerson>,
    /// The school with the contact, or with none.
    pairs: BTreeMap<(String, Option<String>), u32>,
}

struct SaidSchool {
    row: u32,
    name: SchoolName,
    domain: SchoolDomain,
}

struct SaidRegion {
    row: u32,
    region: Region,
}

/// A person at a connection.
type PersonKey = (SchoolDomain, String);

struct SaidPerson {
    row: u32,
    person: Person,
}

/// The rows as they are carried out: each with what the file as a whole says of its school, connection and contact.
pub fn prepare(rows: Vec<ReadRow>) -> Vec<ReadRow> {
    let mut said = Said::default();
    let rows: Vec<ReadRow> = rows.into_iter().map(|row| row.and_then(|row| said.hold(row))).collect();
    let lent = first_people(&rows);
    rows.into_iter().map(|row| row.map(|row| completed(row, &said, &lent))).collect()
}

impl Said {
    fn hold(&mut self, mut row: RosterRow) -> ReadRow {
        let (brin, number) = (row.brin.key(), row.number);
        if let Some(known) = self.schools.get(&brin) {
            let why = Why::OtherThan { row: known.row };
            if known.domain != row.domain {
                return Err(vec![row.fault(Field::Domain, why)]);
            }
            if fold(known.name.as_str()) != fold(row.school.as_str()) {
                return Err(vec![row.fault(Field::School, why)]);
            }
            row.school = known.name.clone();
        }
        let email = row.person.as_ref().map(|person| person.email.key_form());
        if let Some(row_before) = self.pairs.get(&(brin.clone(), email.clone())) {
            return Err(vec![row.fault(Field::Brin, Why::Twice { row: *row_before })]);
        }
        self.pairs.insert((brin.clone(), email), number);
        let school = SaidSchool { row: number, name: row.school.clone(), domain: row.domain.clone() };
        self.schools.entry(brin).or_insert(school);
        if let Some(region) = row.region {
            let known = self.regions.entry(row.domain.clone()).or_insert(SaidRegion { row: number, region });
            if known.region != region {
                row.looks.push(Look::OtherRegion { row: known.row });
            }
        }
        self.hold_person(&mut row);
        Ok(row)
    }

    fn hold_person(&mut self, row: &mut RosterRow) {
        let Some(person) = &row.person else { return };
        let key = (row.domain.clone(), person.email.key_form());
        let fresh = || SaidPerson { row: row.number, person: person.clone() };
        let known = self.people.entry(key).or_insert_with(fresh);
        if fold(known.person.name.as_str()) != fold(person.name.as_str()) {
            row.looks.push(Look::OtherName { row: known.row });
        }
        known.person.roles = merged(known.person.roles, person.roles);
    }
}

fn merged(one: Option<Roles>, other: Option<Roles>) -> Option<Roles> {
    match (one, other) {
        (Some(one), Some(other)) => Some(joined(one, other)),
        (known, None) | (None, known) => known,
    }
}

/// The first contact that the file has of each connection.
fn first_people(rows: &[ReadRow]) -> BTreeMap<SchoolDomain, Person> {
    let mut first = BTreeMap::new();
    for row in rows.iter().flatten() {
        if let Some(person) = &row.person {
            first.entry(row.domain.clone()).or_insert_with(|| person.clone());
        }
    }
    first
}

/// A row without a contact gets the first of its connection, so that it can be carried out before the row that names them.
fn completed(mut row: RosterRow, said: &Said, lent: &BTreeMap<SchoolDomain, Person>) -> RosterRow {
    row.region = said.regions.get(&row.domain).map(|known| known.region);
    let person = row.person.take().or_else(|| lent.get(&row.domain).cloned());
    let whole = |person: Person| {
        let known = said.people.get(&(row.domain.clone(), person.email.key_form()));
        known.map_or(person, |known| known.person.clone())
    };
    row.person = person.map(whole);
    row
}
