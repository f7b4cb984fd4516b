//! How a colleague knows that somebody belongs to a school: the usual ways as choices, any other in words.

use serde::Deserialize;

use super::ask::Choice;

/// The choice of which the words are typed.
pub(super) const OTHER: &str = "other";

/// The usual ways, by their names in a form.
const USUAL: [(&str, &str); 2] =
    [("called", "Teruggebeld via het nummer op de website van de school"), ("known", "Al bekend bij Kurve")];

/// The choices, by their names in a form, with what they say; none of them is made beforehand, for each is somebody's
/// word.
pub(super) fn named() -> impl Iterator<Item = (&'static str, &'static str)> {
    USUAL.into_iter().chain([(OTHER, "Anders")])
}

/// The same, as choices of a form that opens.
pub(super) fn choices() -> Vec<Choice> {
    named().map(|(value, label)| Choice { value: value.to_owned(), label: label.to_owned() }).collect()
}

/// The usual way with this name.
pub(super) fn usual(name: &str) -> Option<&'static str> {
    USUAL.iter().find(|(known, _)| *known == name).map(|(_, words)| *words)
}

/// What was chosen or typed.
#[derive(Debug, Default, Deserialize)]
pub(super) struct GroundForm {
    #[serde(default)]
    ground: String,
    #[serde(default)]
    how: String,
    #[serde(default)]
    other: String,
}

impl GroundForm {
    /// The ground in words; empty where nothing was chosen and nothing typed.
    pub(super) fn words(&self) -> &str {
        match usual(&self.how) {
            Some(words) => words,
            None if self.how == OTHER => &self.other,
            None => &self.ground,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_a_ground_in_words_and_another_is_what_was_typed() {
        let typed = |how: &str| GroundForm { how: how.into(), other: "Kwam langs".into(), ground: "Ik ken hem".into() };
        for (how, words) in [
            ("called", "Teruggebeld via het nummer op de website van de school"),
            ("known", "Al bekend bij Kurve"),
            ("other", "Kwam langs"),
            ("", "Ik ken hem"),
        ] {
            assert_eq!(typed(how).words(), words, "{how}");
        }
    }
}
