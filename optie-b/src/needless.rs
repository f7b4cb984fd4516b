//! Columns with personal data that Numo never asks for, such as a BSN or a date of birth. They are dropped like every other
//! column; but a school that knows it has them in its export can leave them out next time, and nothing should suggest them.

use crate::mapping::{Field, folded};

/// Names, folded, that are these whole words.
const WHOLE: [&str; 17] = [
    "adres", "bsn", "geslacht", "gsm", "iban", "land", "leeftijd", "m/v", "m/v/x", "pgn", "plaats", "sekse", "straat",
    "tel", "telnr", "telthuis", "v/m",
];

/// How such a name may begin, folded.
const BEGINNINGS: [&str; 17] = [
    "bsn",
    "burgerservice",
    "foto",
    "gebdat",
    "gebland",
    "geboorte",
    "gebplaats",
    "huisn",
    "mobiel",
    "nationaliteit",
    "onderwijsnummer",
    "persoonsgebonden",
    "postcode",
    "sofi",
    "straat",
    "telefoon",
    "woon",
];

/// What such a name may have somewhere, folded: what is of the people at home, or medical.
const PARTS: [&str; 8] = ["ouder", "verzorger", "vader", "moeder", "mobiel", "telefoon", "medisch", "diagnose"];

/// Whether a column of this name holds personal data that Numo does not need.
#[must_use]
pub fn is_needless(name: &str) -> bool {
    if Field::of_name(name).is_some() {
        return false;
    }
    let folded = folded(name);
    let is_address = folded.ends_with("adres") && !folded.contains("mail");
    WHOLE.contains(&folded.as_str())
        || BEGINNINGS.iter().any(|word| folded.starts_with(word))
        || PARTS.iter().any(|word| folded.contains(word))
        || is_address
}

/// The places of such columns among these names, counted from 0.
#[must_use]
pub fn places(headers: &[String]) -> Vec<usize> {
    (0..headers.len()).filter(|column| is_needless(&headers[*column])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn personal_data_that_numo_does_not_need_is_known_by_its_name() {
        for name in [
            "BSN",
            "Burgerservicenummer",
            "Onderwijsnummer",
            "Geb. datum",
            "Geboortedatum",
            "Geb.plaats",
            "M/V",
            "Geslacht",
            "Adres",
            "Woonadres",
            "Straat",
            "Huisnr.",
            "Postcode",
            "Woonplaats",
            "Tel. thuis",
            "Telefoon",
            "Telefoonnummer moeder",
            "Mobiel nr.",
            "E-mail ouder",
            "Nationaliteit",
            "Pasfoto ouders",
        ] {
            assert!(is_needless(name), "{name}");
        }
    }

    #[test]
    fn what_a_school_may_point_at_is_never_among_it() {
        let known = Field::ALL.map(Field::name);
        for name in known.into_iter().chain([
            "Stamklas",
            "Mentorgroep",
            "Groep",
            "Onderbouw",
            "Bovenbouw",
            "Mailadres",
            "E-mailadres leerling",
            "Mail school",
            "Profiel",
            "Studierichting",
            "Leerjaar",
            "Volgnummer",
            "Telling",
            "Landstede",
            "",
        ]) {
            assert!(!is_needless(name), "{name}");
        }
        assert_eq!(places(&["BSN", "Klas", "Adres"].map(str::to_owned)), [0, 2]);
    }
}
