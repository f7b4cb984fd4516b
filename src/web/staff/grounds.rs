//! How a colleague knows that somebody belongs to a school: the usual ways as choices, any other in words.

use serde::Deserialize;

use super::ask::Choice;

/// The choice of which the words are typed.
pub(super) const OTHER: &str = "other";

/// The usual ways, by their names in a form.
const USUAL: [(&str, &str); 2] =
    [("called", "Teruggebeld via het nummer op de website van de school"), ("known", "Al bekend bij Kurve")];

/// The choices; none of them is made beforehand, for each is somebody's word.
pub(super) fn choices() -> Vec<Choice> {
    let other = (OTHER, "Anders");
    let all = USUAL.into_iter().chain([other]);
    all.map(|(value, label)| Choice { value: value.to_owned(), label: label.to_owned() }).collect()
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
        let usual = USUAL.iter().find(|(name, _)| *name == self.how);
        match usual {
            Some((_, words)) => words,
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
