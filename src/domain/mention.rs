//! Colleagues who are named in a note with `@`: by their name, by their first name if nobody else has it, or by the part
//! of their address before its own @.

use std::collections::BTreeSet;

use super::ids::StaffId;
use super::text::{EmailAddress, PersonName};

/// A colleague who can be named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nameable {
    /// Who.
    pub id: StaffId,
    /// Their name.
    pub name: String,
    /// The part of their address before the @.
    pub handle: String,
}

impl Nameable {
    /// The colleague with this name and address.
    pub fn new(id: StaffId, name: &PersonName, email: &EmailAddress) -> Self {
        let handle = email.as_str().split('@').next().unwrap_or_default();
        Self { id, name: name.to_string(), handle: handle.to_owned() }
    }
}

/// Who is named in a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mentions {
    /// Who was found.
    pub people: BTreeSet<StaffId>,
    /// What stands behind an @ and is nobody, each once, in the order of the text.
    pub unknown: Vec<String>,
}

/// Who is named in a text. The longest name that fits counts; an @ inside a word, as in an address, names nobody.
pub fn read(text: &str, people: &[Nameable]) -> Mentions {
    let names = names(people);
    let mut found = Mentions::default();
    let mut before = None;
    for (place, sign) in text.char_indices() {
        let begins = sign == '@' && !before.is_some_and(is_of_word);
        before = Some(sign);
        if !begins {
            continue;
        }
        let rest = &text[place + sign.len_utf8()..];
        let longest = names.iter().filter(|(name, _)| begins_with(rest, name)).max_by_key(|(name, _)| name.len());
        if let Some((_, id)) = longest {
            found.people.insert(*id);
            continue;
        }
        let word: String = rest.chars().take_while(|sign| is_of_word(*sign)).collect();
        let word = word.trim_end_matches(['.', '-', '_']);
        if !word.is_empty() && !found.unknown.iter().any(|known| known == word) {
            found.unknown.push(word.to_owned());
        }
    }
    found
}

/// Everything that names one colleague and nobody else.
fn names(people: &[Nameable]) -> Vec<(String, StaffId)> {
    let first = |person: &Nameable| person.name.split_whitespace().next().unwrap_or_default().to_lowercase();
    let of = |person: &Nameable| {
        [person.handle.to_lowercase(), person.name.to_lowercase(), first(person)].map(|name| (name, person.id))
    };
    let all: Vec<(String, StaffId)> = people.iter().flat_map(of).collect();
    // A handle goes before a name; either counts where nobody else has it.
    let is_handle = |(name, id): &(String, StaffId)| {
        let mut owners = people.iter().filter(|person| person.handle.to_lowercase() == *name);
        owners.next().is_some_and(|owner| owner.id == *id) && owners.next().is_none()
    };
    let is_alone = |(name, id): &(String, StaffId)| all.iter().all(|(other, of)| other != name || of == id);
    all.iter().filter(|named| is_handle(named) || is_alone(named)).cloned().collect()
}

/// Whether a text begins with a name, in letters of either case, and the name ends there.
fn begins_with(text: &str, name: &str) -> bool {
    let mut signs = text.chars();
    let mut wanted = name.chars().peekable();
    while wanted.peek().is_some() {
        let Some(sign) = signs.next() else { return false };
        if !sign.to_lowercase().all(|lower| wanted.next() == Some(lower)) {
            return false;
        }
    }
    match signs.next() {
        Some(sign) if is_mark(sign) => !signs.next().is_some_and(char::is_alphanumeric),
        Some(sign) => !sign.is_alphanumeric(),
        None => true,
    }
}

fn is_of_word(sign: char) -> bool {
    sign.is_alphanumeric() || is_mark(sign)
}

/// What may stand inside a word, and ends none where a letter follows.
fn is_mark(sign: char) -> bool {
    matches!(sign, '.' | '-' | '_')
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn person(number: u128, name: &str, handle: &str) -> Nameable {
        Nameable { id: StaffId::from_uuid(Uuid::from_u128(number)), name: name.into(), handle: handle.into() }
    }

    fn team() -> Vec<Nameable> {
        vec![
            person(1, "Eva Jansen", "eva"),
            person(2, "Eva de Boer", "e.deboer"),
            person(3, "José Núñez", "jose"),
            person(4, "Jan", "jan.smit"),
            person(5, "Jan Willem", "jw"),
        ]
    }

    fn named(text: &str) -> (Vec<u128>, Vec<String>) {
        let Mentions { people, unknown } = read(text, &team());
        (people.into_iter().map(|id| id.as_uuid().as_u128()).collect(), unknown)
    }

    #[test]
    fn a_colleague_is_named_by_name_or_by_the_begin_of_the_address() {
        for (text, who) in [
            ("@eva kijk jij?", vec![1]),
            ("@EVA, kijk jij?", vec![1]),
            ("@Eva de Boer belt.", vec![2]),
            ("(@e.deboer)", vec![2]),
            ("@e.deboer.", vec![2]),
            ("Dit is voor @José Núñez en @jose.", vec![3]),
            ("@josé", vec![3]),
            ("@Jan Willem", vec![5]),
            ("@jan.smit en @jw", vec![4, 5]),
            ("regel\n@eva\n@jw", vec![1, 5]),
            ("zonder naam", vec![]),
        ] {
            assert_eq!(named(text), (who, vec![]), "{text}");
        }
    }

    #[test]
    fn what_is_nobody_is_told_once_and_an_address_names_nobody() {
        for (text, unknown) in [
            ("@piet en @piet, en @Klaas-Jan.", vec!["piet", "Klaas-Jan"]),
            ("@evaline", vec!["evaline"]),
            ("@eva.jansen", vec!["eva.jansen"]),
            ("Mail eva@kurve.nl of a.b@jw", vec![]),
            ("5 stuks @ 3 euro", vec![]),
        ] {
            assert_eq!(named(text), (vec![], unknown.into_iter().map(str::to_owned).collect()), "{text}");
        }
    }

    #[test]
    fn a_name_that_two_have_names_neither() {
        let people = [person(1, "Kim Bos", "kim.bos"), person(2, "Kim Bos", "k.bos")];

        assert_eq!(read("@Kim Bos", &people).unknown, ["Kim"]);
        assert_eq!(read("@k.bos", &people).people, BTreeSet::from([people[1].id]));
    }
}
