//! Made-up schools and people: the same for the same number, and no two schools with one BRIN or domain.

use super::pick::Pick;
use crate::domain::school::Region;
use crate::domain::text::{Brin, EmailAddress, PersonName, SchoolDomain, SchoolName, TextError};

/// A name, and how it stands in a domain.
const STEMS: [(&str, &str); 36] = [
    ("De Wilgen", "wilgen"),
    ("Noorderlicht", "noorderlicht"),
    ("Het Baken", "baken"),
    ("Zuiderpoort", "zuiderpoort"),
    ("De Meent", "meent"),
    ("Oosterlicht", "oosterlicht"),
    ("De Lindenhof", "lindenhof"),
    ("Rivierenland", "rivieren"),
    ("Sint-Jan", "sint-jan"),
    ("'t Hof", "thof"),
    ("De Ark", "ark"),
    ("Het Kompas", "kompas"),
    ("Duinzicht", "duinzicht"),
    ("De Vuurtoren", "vuurtoren"),
    ("Reggedal", "reggedal"),
    ("Maaswaal", "maaswaal"),
    ("De Akker", "akker"),
    ("Heidebloem", "heidebloem"),
    ("Het Anker", "anker"),
    ("De Springplank", "springplank"),
    ("Veenrand", "veenrand"),
    ("De Kastanje", "kastanje"),
    ("Erasmus", "erasmus"),
    ("Christiaan Huygens", "huygens"),
    ("Jac. P. Thijsse", "thijsse"),
    ("Anna Maria van Schurman", "schurman"),
    ("Marie Curie", "curie"),
    ("Comenius", "comenius"),
    ("Johan de Witt", "dewitt"),
    ("Aletta Jacobs", "aletta"),
    ("Spinoza", "spinoza"),
    ("Willem van Oranje", "oranje"),
    ("Stella Matutina", "stella"),
    ("Over de Brug", "overdebrug"),
    ("De Nieuwe Veste", "veste"),
    ("Hof van Tienen", "tienen"),
];

const KINDS: [&str; 8] =
    ["College", "Lyceum", "Gymnasium", "Scholengemeenschap", "Atheneum", "Mavo", "Vakcollege", "Daltoncollege"];

const PLACES: [&str; 30] = [
    "Assen",
    "Zwolle",
    "Deventer",
    "Almelo",
    "Apeldoorn",
    "Nijmegen",
    "Tiel",
    "Amersfoort",
    "Houten",
    "Gouda",
    "Leiden",
    "Delft",
    "Hoorn",
    "Alkmaar",
    "Haarlem",
    "Almere",
    "Lelystad",
    "Emmeloord",
    "Sneek",
    "Drachten",
    "Winschoten",
    "Emmen",
    "Goes",
    "Middelburg",
    "Breda",
    "Tilburg",
    "Helmond",
    "Venlo",
    "Weert",
    "'s-Hertogenbosch",
];

const SITES: [&str; 6] = ["Noord", "Centrum", "Zuid", "West", "Oost", "Stationsweg"];

const FIRST_NAMES: [&str; 20] = [
    "Anna", "Mehmet", "Sjoerd", "Fatima", "Joke", "Pieter", "Noor", "Daan", "Ilse", "Youssef", "Marijke", "Bram",
    "Sanne", "Wietske", "Jeroen", "Lotte", "Hans", "Esra", "Tom", "Femke",
];

/// A family name, and how it stands in an address.
const LAST_NAMES: [(&str, &str); 20] = [
    ("de Wit", "dewit"),
    ("Yılmaz", "yilmaz"),
    ("Hoekstra", "hoekstra"),
    ("el Amrani", "elamrani"),
    ("van den Berg", "vandenberg"),
    ("Jansen", "jansen"),
    ("Bakker", "bakker"),
    ("de Vries", "devries"),
    ("Smit", "smit"),
    ("Mulder", "mulder"),
    ("Visser", "visser"),
    ("Peters", "peters"),
    ("van Dijk", "vandijk"),
    ("Dekker", "dekker"),
    ("Brouwer", "brouwer"),
    ("Postma", "postma"),
    ("Kaya", "kaya"),
    ("Willems", "willems"),
    ("van der Meer", "vandermeer"),
    ("Bosch", "bosch"),
];

/// How many BRINs without a site there are here: none that starts with 99, which are those of the demo's own schools.
const BRINS: u32 = 99 * 26 * 26;

/// How many sites of one BRIN a connection has to itself.
const SITES_EACH: u32 = 10;

/// What a connection and its schools are called.
#[derive(Debug, Clone)]
pub(super) struct Names {
    pub(super) connection: SchoolName,
    pub(super) domain: SchoolDomain,
    pub(super) region: Region,
    /// In the order in which they came.
    pub(super) schools: Vec<NamedSchool>,
}

/// What one school is called.
#[derive(Debug, Clone)]
pub(super) struct NamedSchool {
    pub(super) name: SchoolName,
    pub(super) brin: Brin,
}

/// What a person is called.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) name: PersonName,
    pub(super) email: EmailAddress,
}

impl Names {
    /// The names of a connection that carries so many schools.
    pub(super) fn of(number: u32, schools: u32, pick: &mut Pick) -> Result<Self, TextError> {
        let (stem, label) = pick.one_of(&STEMS);
        let (kind, place) = (pick.one_of(&KINDS), pick.one_of(&PLACES));
        let only = match pick.below(4) {
            0 => format!("{kind} {stem}"),
            1 => format!("{kind} {stem}, {place}"),
            2 => format!("{stem} {kind} {place}"),
            _ => format!("{stem} {kind}"),
        };
        let name_of = |site: u32| match SITES.get(site as usize) {
            Some(site) if schools > 1 => format!("{only}, locatie {site}"),
            _ => only.clone(),
        };
        let named = (0..schools.min(SITES_EACH))
            .map(|site| Ok(NamedSchool { name: SchoolName::parse(&name_of(site))?, brin: brin(number, site)? }));
        let connection = if schools > 1 { format!("Scholengroep {stem} {place}") } else { only.clone() };
        Ok(Self {
            connection: SchoolName::parse(&connection)?,
            domain: SchoolDomain::parse(&format!("{label}{number}"))?,
            region: pick.one_of(&[Region::Noord, Region::Midden, Region::Zuid]),
            schools: named.collect::<Result<_, TextError>>()?,
        })
    }
}

impl Person {
    /// Somebody at a school; `place` keeps two of one connection apart.
    pub(super) fn at(domain: &SchoolDomain, place: usize, pick: &mut Pick) -> Result<Self, TextError> {
        let (first, (last, label)) = (pick.one_of(&FIRST_NAMES), pick.one_of(&LAST_NAMES));
        let initial = first.to_lowercase().chars().take(1).collect::<String>();
        let more = if place == 0 { String::new() } else { (place + 1).to_string() };
        Ok(Self {
            name: PersonName::parse(&format!("{first} {last}"))?,
            email: EmailAddress::parse(&format!("{initial}.{label}{more}@{}.example", domain.label()))?,
        })
    }
}

/// The BRIN of a site of a connection; the first of them is written without it.
fn brin(number: u32, site: u32) -> Result<Brin, TextError> {
    let letter = |of: u32| char::from(b'A' + u8::try_from(of % 26).unwrap_or_default());
    let (place, site) = (number % BRINS, number / BRINS * SITES_EACH + site);
    let plain = format!("{:02}{}{}", place / 676, letter(place / 26), letter(place));
    Brin::parse(&if site == 0 { plain } else { format!("{plain}{site:02}") })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_schools_share_a_brin_nor_two_connections_a_domain() {
        let (mut brins, mut domains) = (BTreeSet::new(), BTreeSet::new());
        // Around the number from which a BRIN comes again, with another site.
        let numbers = (0..3000).chain(BRINS - 1500..BRINS + 3000);

        for number in numbers {
            let names = Names::of(number, 6, &mut Pick::of(number)).expect("names that the rules take");
            assert!(domains.insert(names.domain.label().to_owned()), "{number}");
            for school in names.schools {
                let key = school.brin.key();
                assert!(!key.starts_with("99"), "{key} may be one of the demo's own");
                assert!(brins.insert(key), "{number} {}", school.brin.as_str());
            }
        }
    }
}
