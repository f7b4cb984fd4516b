//! One row as typed values, or everything that is wrong with it. Pasted values are cleaned as a form cleans them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::mapping::{Field, Mapping};
use super::sheet::{Entry, SheetRow};
use super::stand::{Stand, StandFault};
use crate::domain::onboarding::Step;
use crate::domain::roles::{ContactRole, Roles};
use crate::domain::school::Region;
use crate::domain::text::{Brin, EmailAddress, PersonName, SchoolDomain, SchoolName, TextError, fold};

/// A row of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RosterRow {
    /// Its number, as Excel shows it.
    pub number: u32,
    /// The school.
    pub school: SchoolName,
    /// Its number at the ministry.
    pub brin: Brin,
    /// Its Magister.
    pub domain: SchoolDomain,
    /// Its holiday region, if it was given.
    pub region: Option<Region>,
    /// A contact, if one was given.
    pub person: Option<Person>,
    /// How far it is.
    pub stand: Stand,
    /// What somebody has to look at.
    pub looks: Vec<Look>,
}

/// A person in a row. Personal data; `Debug` names nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Their name.
    pub name: PersonName,
    /// Where they get mail.
    pub email: EmailAddress,
    /// What they are in Magister, if it was given.
    pub roles: Option<Roles>,
}

/// Something that can be carried out, and is worth a look before it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Look {
    /// Another BRIN than was written is read.
    ReadsBrin {
        /// What was written.
        written: String,
        /// What is read.
        brin: Brin,
    },
    /// No region was given for a new connection.
    NoRegion,
    /// An earlier row gives the connection another region, which counts.
    OtherRegion {
        /// Which row.
        row: u32,
    },
    /// An earlier row calls the contact otherwise, which counts.
    OtherName {
        /// Which row.
        row: u32,
    },
    /// The school domain is here: the school comes to this connection.
    Joins {
        /// What the connection is called.
        name: SchoolName,
    },
    /// The contact was removed here, and stays away.
    ContactRemoved,
    /// The step was yes and fell: the file says nothing of it any more.
    Fell {
        /// Which step.
        step: Step,
    },
    /// The school has stopped, and stays so.
    Stopped,
    /// The school is not activated: that takes a check that passed.
    NeedsCheck,
}

impl Look {
    /// The column that it is about.
    pub fn field(&self) -> Field {
        match self {
            Self::ReadsBrin { .. } | Self::Stopped => Field::Brin,
            Self::NoRegion | Self::OtherRegion { .. } => Field::Region,
            Self::OtherName { .. } => Field::Contact,
            Self::Joins { .. } => Field::Domain,
            Self::ContactRemoved => Field::Email,
            Self::Fell { .. } | Self::NeedsCheck => Field::Stand,
        }
    }
}

/// What keeps a row from being carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Which row, as Excel shows it.
    pub row: u32,
    /// In which column.
    pub field: Field,
    /// What stands there.
    pub found: String,
    /// What is wrong with it.
    pub why: Why,
}

/// What is wrong with a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// Nothing stands there.
    Missing,
    /// An error, or text that cannot be read or is too long.
    Spoiled,
    /// The text is no value of its kind.
    Text(TextError),
    /// No such region.
    UnknownRegion,
    /// No such role.
    UnknownRole,
    /// How far the school is cannot be read, or cannot be.
    Stand(StandFault),
    /// A number or a date stands where words are read.
    NotWords,
    /// A new connection takes a contact, and no row gives one.
    NeedsContact,
    /// The same school with the same contact stands in an earlier row.
    Twice {
        /// Which row.
        row: u32,
    },
    /// An earlier row gives the same BRIN another name or school domain.
    OtherThan {
        /// Which row.
        row: u32,
    },
    /// The school is here, under another school domain.
    Elsewhere {
        /// Under which.
        domain: SchoolDomain,
    },
    /// The connection has as many schools as it can.
    TooManySchools,
}

impl RosterRow {
    /// Reads a row.
    ///
    /// # Errors
    /// Everything that is wrong with it, in the order of the fields.
    pub fn parse(row: &SheetRow, mapping: &Mapping) -> Result<Self, Vec<Fault>> {
        let mut cells = Cells { row, mapping, faults: vec![], looks: vec![] };
        let school = cells.required(Field::School, SchoolName::parse);
        let brin = cells.brin();
        let domain = cells.required(Field::Domain, SchoolDomain::parse);
        let region = cells.optional(Field::Region, |text| region(text).ok_or(Why::UnknownRegion));
        let person = cells.person();
        let stand = cells.stand();
        let Cells { faults, looks, .. } = cells;
        let (Some(school), Some(brin), Some(domain), true) = (school, brin, domain, faults.is_empty()) else {
            return Err(faults);
        };
        Ok(Self { number: row.number, school, brin, domain, region, person, stand, looks })
    }

    /// What is wrong with a cell of this row.
    pub fn fault(&self, field: Field, why: Why) -> Fault {
        let found = match field {
            Field::School => self.school.to_string(),
            Field::Brin => self.brin.to_string(),
            Field::Domain => self.domain.label().to_owned(),
            Field::Region => self.region.map(Region::label_nl).unwrap_or_default().to_owned(),
            Field::Contact => self.person.as_ref().map(|person| person.name.to_string()).unwrap_or_default(),
            Field::Email => self.person.as_ref().map(|person| person.email.to_string()).unwrap_or_default(),
            Field::Role => String::new(),
            Field::Stand => self.stand.words.clone(),
        };
        Fault { row: self.number, field, found, why }
    }

    /// The steps that the row says are done.
    pub fn done(&self) -> &BTreeSet<Step> {
        &self.stand.done
    }
}

/// The cells of a row, and what is found wrong with them.
struct Cells<'a> {
    row: &'a SheetRow,
    mapping: &'a Mapping,
    faults: Vec<Fault>,
    looks: Vec<Look>,
}

impl<'a> Cells<'a> {
    fn entry(&self, field: Field) -> &'a Entry {
        const BLANK: &Entry = &Entry::Blank;
        self.mapping.column(field).map_or(BLANK, |column| self.row.entry(column))
    }

    fn wrong(&mut self, field: Field, why: Why) {
        let found = self.entry(field).text().to_owned();
        self.faults.push(Fault { row: self.row.number, field, found, why });
    }

    /// The text of a cell; `None` where there is none, or none that can be read, which is then noted.
    fn text(&mut self, field: Field) -> Option<&'a str> {
        match self.entry(field) {
            Entry::Blank => None,
            Entry::Spoiled => {
                self.wrong(field, Why::Spoiled);
                None
            }
            Entry::Text(text) | Entry::Number(text) => Some(text),
        }
    }

    fn required<T>(&mut self, field: Field, parse: impl Fn(&str) -> Result<T, TextError>) -> Option<T> {
        if *self.entry(field) == Entry::Blank {
            self.wrong(field, Why::Missing);
        }
        self.optional(field, |text| parse(text).map_err(Why::Text))
    }

    fn optional<T>(&mut self, field: Field, parse: impl Fn(&str) -> Result<T, Why>) -> Option<T> {
        match parse(self.text(field)?) {
            Ok(value) => Some(value),
            Err(why) => {
                self.wrong(field, why);
                None
            }
        }
    }

    /// A letter O among the digits is a zero, and a zero that was lost in front comes back; somebody looks at both.
    fn brin(&mut self) -> Option<Brin> {
        if *self.entry(Field::Brin) == Entry::Blank {
            self.wrong(Field::Brin, Why::Missing);
        }
        let written = self.text(Field::Brin)?;
        match Brin::parse(written) {
            Ok(brin) => Some(brin),
            Err(error) => match mended_brin(written) {
                Some(brin) => {
                    self.looks.push(Look::ReadsBrin { written: written.to_owned(), brin: brin.clone() });
                    Some(brin)
                }
                None => {
                    self.wrong(Field::Brin, Why::Text(error));
                    None
                }
            },
        }
    }

    /// Name and address come together or not at all.
    fn person(&mut self) -> Option<Person> {
        let (contact, email) = (self.text(Field::Contact), self.text(Field::Email));
        let is_spoiled = |cells: &Self, field| *cells.entry(field) == Entry::Spoiled;
        match (contact, email) {
            (None, None) => {
                self.role();
                return None;
            }
            (None, Some(_)) if !is_spoiled(self, Field::Contact) => self.wrong(Field::Contact, Why::Missing),
            (Some(_), None) if !is_spoiled(self, Field::Email) => self.wrong(Field::Email, Why::Missing),
            (Some(_) | None, Some(_)) | (Some(_), None) => {}
        }
        let name = contact.and_then(|text| self.kept(Field::Contact, PersonName::parse(text)));
        let email = email.and_then(|text| self.kept(Field::Email, EmailAddress::parse_typed(text)));
        let roles = self.role();
        Some(Person { name: name?, email: email?, roles })
    }

    fn kept<T>(&mut self, field: Field, parsed: Result<T, TextError>) -> Option<T> {
        parsed.map_err(|error| self.wrong(field, Why::Text(error))).ok()
    }

    fn role(&mut self) -> Option<Roles> {
        self.optional(Field::Role, |text| roles(text).ok_or(Why::UnknownRole))
    }

    fn stand(&mut self) -> Stand {
        if let Entry::Number(_) = self.entry(Field::Stand) {
            self.wrong(Field::Stand, Why::NotWords);
            return Stand::default();
        }
        self.optional(Field::Stand, |text| Stand::parse(text).map_err(Why::Stand)).unwrap_or_default()
    }
}

/// A BRIN with what people and Excel do to one undone; `None` where it is none either way.
fn mended_brin(written: &str) -> Option<Brin> {
    let plain: String = written.chars().filter(|sign| sign.is_ascii_alphanumeric()).collect();
    let as_digit = |sign: char| if matches!(sign, 'O' | 'o') { '0' } else { sign };
    let swapped = |digits: std::ops::Range<usize>| -> String {
        plain.chars().enumerate().map(|(at, sign)| if digits.contains(&at) { as_digit(sign) } else { sign }).collect()
    };
    let with_zeros = |text: String| -> String {
        text.chars().enumerate().map(|(at, sign)| if at >= 4 { as_digit(sign) } else { sign }).collect()
    };
    let tries = [with_zeros(swapped(0..2)), format!("0{plain}")];
    tries.into_iter().find_map(|text| Brin::parse(&text).ok())
}

fn region(text: &str) -> Option<Region> {
    let folded = fold(text);
    let word = folded.trim_start_matches("vakantieregio").trim_start_matches("regio").trim();
    match word {
        "noord" | "n" => Some(Region::Noord),
        "midden" | "m" => Some(Region::Midden),
        "zuid" | "z" => Some(Region::Zuid),
        _ => None,
    }
}

/// The roles that a text names: one, or two with a comma, a stroke or `en` between them.
fn roles(text: &str) -> Option<Roles> {
    let folded = fold(text).replace(" en ", ",").replace(" - ", ",");
    let named = folded.split([',', '/', '+', '&', ';']).map(str::trim).filter(|word| !word.is_empty());
    let mut found: Option<Roles> = None;
    for name in named {
        let plain: String = name.chars().filter(|sign| sign.is_alphanumeric()).collect();
        let one = match plain.as_str() {
            "superbeheerder" | "super" | "sb" | "superuser" => Roles::of(ContactRole::Superbeheerder),
            "applicatiebeheerder" | "appbeheerder" | "ab" | "magisterbeheerder" | "applicatiebeheer" => {
                Roles::of(ContactRole::Applicatiebeheerder)
            }
            "contactpersoon" | "contact" | "cp" => Roles::of(ContactRole::Contactpersoon),
            "beide" | "allebei" => Roles::of(ContactRole::Superbeheerder).with(ContactRole::Applicatiebeheerder),
            _ => return None,
        };
        found = Some(found.map_or(one, |known| joined(known, one)));
    }
    found
}

/// What either says that somebody is.
pub(super) fn joined(one: Roles, other: Roles) -> Roles {
    [ContactRole::Superbeheerder, ContactRole::Applicatiebeheerder]
        .into_iter()
        .filter(|role| other.contains(*role))
        .fold(one, Roles::with)
}

#[cfg(test)]
#[path = "row_tests.rs"]
mod tests;
