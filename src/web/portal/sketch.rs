//! The lines of an instruction, and which of them have a sketch of the screen that they are about.

use crate::domain::onboarding::Step;
use crate::words;

/// Where a sketch belongs: at the line of a step that holds these words. Its name is known to
/// `components/sketches.html`.
const SKETCHES: [(Step, &str, &str); 7] = [
    (Step::ConsentGiven, "schuifje", "consent"),
    (Step::QueryExecuted, "Magister Desktop", "desktop"),
    (Step::QueryExecuted, "dagwachtwoord", "day_password"),
    (Step::QueryExecuted, "“Laden”", "load"),
    (Step::QueryExecuted, "“Uitvoeren”", "run"),
    (Step::PasswordSet, "> Gebruikers", "users"),
    (Step::PasswordSet, "“Wachtwoord”", "password"),
];

/// One line of an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) text: &'static str,
    /// The name of its sketch, or nothing.
    pub(super) sketch: &'static str,
}

/// How a step is done, without the lines that lead to this page: the reader is here.
pub(super) fn lines(step: Step) -> Vec<Line> {
    let lines = words::instruction(step);
    let lines = if step == Step::PasswordSet { &lines[1..] } else { lines };
    lines.iter().map(|text| Line { text, sketch: sketch_of(step, text) }).collect()
}

/// What one sees afterwards, as a sketch where there is one.
pub(super) fn afterwards(step: Step) -> &'static str {
    if step == Step::QueryExecuted { "listed" } else { "" }
}

fn sketch_of(step: Step, text: &str) -> &'static str {
    SKETCHES.iter().find(|(of, part, _)| *of == step && text.contains(part)).map_or("", |(.., name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DRAWN: &str = include_str!("../../../templates/components/sketches.html");

    #[test]
    fn every_sketch_stands_at_one_line_and_is_drawn() {
        for (step, part, name) in SKETCHES {
            let at: Vec<Line> = lines(step).into_iter().filter(|line| line.sketch == name).collect();

            assert_eq!(at.len(), 1, "{name} stands at the one line with {part}: {at:?}");
            assert!(DRAWN.contains(&format!("kind == \"{name}\"")), "{name}");
        }
    }

    #[test]
    fn a_sketch_names_what_its_line_names() {
        for (step, named) in [
            (
                Step::QueryExecuted,
                ["Magister Desktop", "Onderhoud", "Decibel", "Batch", "Laden", "Uitvoeren"].as_slice(),
            ),
            (Step::PasswordSet, &["Gebruikers", "Kurve", "Wachtwoord"]),
            (Step::ConsentGiven, &["accounts.magister.net/admin", "Numo UWLR smalle set"]),
        ] {
            let said: String = lines(step).iter().map(|line| line.text).collect();
            for name in named {
                assert!(said.contains(name), "{name} is in the instruction of {step:?}");
                assert!(DRAWN.contains(&format!(">{name}")), "{name} is drawn");
            }
        }
    }
}
