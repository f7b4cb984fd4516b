//! What a text of Kurve leaves open, `{{school}}`, and what is filled in for one connection.

use std::fmt;

use strum::{EnumIter, EnumString, IntoEnumIterator, IntoStaticStr};

/// Something that is filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, EnumIter, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Placeholder {
    /// What the connection is called.
    School,
    /// Its BRIN, or how many schools it carries.
    Brin,
    /// The address of its Magister.
    Schooldomein,
    /// The steps that the school can do now, a line each.
    Stappen,
    /// The address of its page.
    Pagina,
    /// Who writes.
    Collega,
}

impl Placeholder {
    /// All of them, as they are typed.
    pub fn all_as_typed() -> Vec<String> {
        Self::iter().map(|one| format!("{{{{{}}}}}", <&str>::from(one))).collect()
    }
}

/// What is filled in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values {
    /// See [`Placeholder::School`].
    pub school: String,
    /// See [`Placeholder::Brin`].
    pub brin: String,
    /// See [`Placeholder::Schooldomein`].
    pub domain: String,
    /// See [`Placeholder::Stappen`].
    pub steps: String,
    /// See [`Placeholder::Pagina`].
    pub page: String,
    /// See [`Placeholder::Collega`].
    pub colleague: String,
}

impl Values {
    fn of(&self, placeholder: Placeholder) -> &str {
        match placeholder {
            Placeholder::School => &self.school,
            Placeholder::Brin => &self.brin,
            Placeholder::Schooldomein => &self.domain,
            Placeholder::Stappen => &self.steps,
            Placeholder::Pagina => &self.page,
            Placeholder::Collega => &self.colleague,
        }
    }
}

/// What stands between braces and is nothing that we can fill in; as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown(pub String);

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How much of something unknown is repeated.
const SHOWN_SIGNS: usize = 40;

/// Fills in a text.
///
/// # Errors
/// The first thing between braces that is unknown, or that never ends.
pub fn fill(text: &str, values: &Values) -> Result<String, Unknown> {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let unknown = |name: &str| Unknown(format!("{{{{{}", name.chars().take(SHOWN_SIGNS).collect::<String>()));
        let Some((name, behind)) = after.split_once("}}").filter(|(name, _)| !name.contains('\n')) else {
            return Err(unknown(after.lines().next().unwrap_or_default()));
        };
        let known = name.trim().to_lowercase().parse::<Placeholder>();
        let placeholder = known.map_err(|_| unknown(&format!("{name}}}}}")))?;
        filled.push_str(before);
        filled.push_str(values.of(placeholder));
        rest = behind;
    }
    filled.push_str(rest);
    Ok(filled)
}

/// Whether everything in a text can be filled in.
///
/// # Errors
/// As [`fill`].
pub fn check(text: &str) -> Result<(), Unknown> {
    fill(text, &Values::default()).map(drop)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn values() -> Values {
        Values { school: "{{brin}}".to_owned(), brin: "12AB".to_owned(), ..Values::default() }
    }

    #[test]
    fn what_is_known_is_filled_in_once_and_what_is_filled_in_is_not_read_again() {
        assert_eq!(
            fill("{{school}} ({{ Brin }}), {een} {x}}", &values()).as_deref(),
            Ok("{{brin}} (12AB), {een} {x}}")
        );
        for placeholder in Placeholder::all_as_typed() {
            assert_eq!(check(&placeholder), Ok(()), "{placeholder}");
        }
    }

    #[test]
    fn what_is_unknown_is_refused_by_its_name() {
        for (text, unknown) in [
            ("Beste {{naam}},", "{{naam}}"),
            ("{{}}", "{{}}"),
            ("{{school", "{{school"),
            ("{{school\n}}", "{{school"),
            ("{{school}} {{ {{brin}}", "{{ {{brin}}"),
        ] {
            assert_eq!(fill(text, &values()), Err(Unknown(unknown.to_owned())), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_text_without_braces_stays_as_it_is(text in "[^{]*") {
            prop_assert_eq!(fill(&text, &values()), Ok(text));
        }

        #[test]
        fn any_text_is_filled_in_or_refused(text in "[{}a-z \\n]{0,40}") {
            let filled = fill(&text, &values());
            prop_assert_eq!(check(&text).is_ok(), filled.is_ok());
        }
    }
}
