//! The first password of each pupil: drawn, or composed by the school from a column and a fixed word. Chance comes from the
//! caller. What Numo asks of a password is not public, so nothing is asked here but that the file stays readable.

use serde::{Deserialize, Serialize};

use crate::faults::{Fault, Place};
use crate::limits;
use crate::mapping::Field;
use crate::write::is_formula;

/// Signs of a drawn password: none that looks like another.
const SIGNS: &[u8; 55] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789";
/// How many signs a drawn password has.
pub const LENGTH: usize = 10;
/// Bytes of chance that a drawn password takes.
pub const CHANCE_BYTES: usize = LENGTH * 4;

/// How passwords come about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "how")]
pub enum PasswordRule {
    /// Drawn for each pupil.
    Drawn,
    /// A fixed word with the value of a column in it: whoever knows the rule can guess them.
    Composed {
        /// What stands before the value.
        before: String,
        /// The column.
        field: Field,
        /// What stands after the value.
        after: String,
    },
}

impl PasswordRule {
    /// Reads a rule such as `proef-{Stamnr}`.
    #[must_use]
    pub fn parse(rule: &str) -> Option<Self> {
        let (before, rest) = rule.split_once('{')?;
        let (name, after) = rest.split_once('}')?;
        if after.contains('{') {
            return None;
        }
        Some(Self::Composed { before: before.to_owned(), field: Field::of_name(name)?, after: after.to_owned() })
    }

    /// Whether each password would be the gebruikersnaam of its pupil.
    #[must_use]
    pub fn is_username(&self) -> bool {
        matches!(self, Self::Composed { before, field: Field::Stamnr, after } if before.is_empty() && after.is_empty())
    }

    pub(crate) fn check(&self) -> Result<(), Fault> {
        let Self::Composed { before, after, .. } = self else { return Ok(()) };
        let is_long = before.chars().count() + after.chars().count() > limits::VALUE_SIGNS / 10;
        let is_untidy = before.starts_with(' ') || after.ends_with(' ');
        if is_formula(before) || is_long || is_untidy || before.chars().chain(after.chars()).any(char::is_control) {
            return Err(Fault::BadWord);
        }
        Ok(())
    }

    /// The password of a pupil whose column has this value.
    pub(crate) fn password(
        &self,
        value: impl Fn(Field) -> (String, Place),
        chance: &mut dyn FnMut() -> Option<u32>,
    ) -> Result<String, Fault> {
        match self {
            Self::Drawn => draw(chance).ok_or(Fault::NoChance),
            Self::Composed { before, field, after } => {
                let (value, place) = value(*field);
                if value.is_empty() {
                    return Err(Fault::NoPassword(place));
                }
                Ok(format!("{before}{value}{after}"))
            }
        }
    }
}

/// With 32 bits a sign, one of 55 is favoured by less than one in seventy million.
fn draw(chance: &mut dyn FnMut() -> Option<u32>) -> Option<String> {
    (0..LENGTH).map(|_| chance().map(|drawn| char::from(SIGNS[drawn as usize % SIGNS.len()]))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_has_one_column() {
        let rule = PasswordRule::parse("proef-{Stamnr}!");

        assert_eq!(
            rule,
            Some(PasswordRule::Composed { before: "proef-".to_owned(), field: Field::Stamnr, after: "!".to_owned() })
        );
        for none in ["proef", "{BSN}", "{Stamnr}{Klas}", "}{", "{Stamnr"] {
            assert_eq!(PasswordRule::parse(none), None, "{none}");
        }
        let faulty = |rule: &str| PasswordRule::parse(rule).expect("a rule").check().is_err();
        assert!(["={Stamnr}", "@{Klas}", "a\t{Klas}", " a{Klas}", "{Klas} "].into_iter().all(faulty));
        assert!(!["{Stamnr}", "Welkom {Klas}!"].into_iter().any(faulty));
    }

    #[test]
    fn a_stamnr_alone_is_the_username() {
        let is_username = |rule: &str| PasswordRule::parse(rule).expect("a rule").is_username();

        assert!(is_username("{Stamnr}"));
        assert!(!["{Stamnr}!", "a{Stamnr}", "{Klas}"].into_iter().any(is_username));
        assert!(!PasswordRule::Drawn.is_username());
    }

    #[test]
    fn drawn_passwords_use_all_signs_and_none_that_looks_like_another() {
        let mut next = 0;
        let mut chance = || {
            next += 1;
            Some(next)
        };
        let drawn: String = (0..6).filter_map(|_| draw(&mut chance)).collect();

        assert_eq!(drawn.len(), 60);
        assert!(SIGNS.iter().all(|sign| drawn.contains(char::from(*sign))));
        assert!(!drawn.contains(['0', 'O', 'o', '1', 'l', 'I', 'i']));
        assert_eq!(draw(&mut || None), None);
    }
}
