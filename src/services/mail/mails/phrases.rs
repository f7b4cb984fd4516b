//! Small pieces of text that a template cannot make itself. Arguments are references, since askama passes those.

use crate::domain::onboarding::{Party, Step};
use crate::words;

/// All that a mail says about how a step is done.
pub(super) struct StepSheet {
    pub(super) name: &'static str,
    pub(super) lines: &'static [&'static str],
    pub(super) who: &'static str,
    pub(super) check: &'static str,
}

/// The sheet of a step.
pub(super) fn sheet(step: &Step) -> StepSheet {
    StepSheet {
        name: words::step_name(*step),
        lines: words::instruction(*step),
        who: words::who_can(*step),
        check: words::check_afterwards(*step),
    }
}

/// Which steps the school can begin with, and who does them; the allowlisting, if it is one of them, comes last.
pub(super) fn to_begin_with(steps: &[Step]) -> &'static str {
    match (steps.contains(&Step::ConsentGiven), steps.contains(&Step::AllowlistingRequested)) {
        (true, true) => {
            "Jullie kunnen nu al twee stappen doen. De superbeheerder geeft consent in Magister. Een collega vraagt \
             allowlisting aan. Begin op tijd met allowlisting: jullie moeten wachten tot Magister die bevestigt."
        }
        (true, false) => "Jullie kunnen nu al één stap doen: de superbeheerder geeft consent in Magister.",
        (false, true) => {
            "Jullie kunnen nu al één stap doen: een collega vraagt allowlisting aan. Begin op tijd: jullie moeten wachten \
             tot Magister die bevestigt."
        }
        (false, false) => "",
    }
}

/// Whom a contact asks who cannot do most steps.
pub(super) fn whom_to_involve() -> &'static str {
    "De meeste stappen doet een collega. Consent geeft de superbeheerder. De query en het wachtwoord doet meestal de \
     applicatiebeheerder. Vraag hen bij de stap in Koppelklaar: zij krijgen dan een mail met uitleg."
}

/// A code as one reads it aloud: `1234 5678`.
pub(super) fn spaced_code(code: &str) -> String {
    let signs: Vec<char> = code.chars().filter(|sign| !sign.is_whitespace()).collect();
    signs.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// Columns of a quoted line at most: the mark must come back on every line, so these lines are wrapped here already.
const QUOTED_COLUMNS: usize = 76;

/// Lines of someone's own words, each marked as a quotation.
pub(super) fn quoted(text: &str) -> String {
    let mut quotation = String::new();
    for line in text.lines() {
        let mut column = 0;
        quotation.push_str(if quotation.is_empty() { ">" } else { "\n>" });
        for word in line.split_whitespace() {
            let width = word.chars().count();
            if column > 0 && column + 1 + width > QUOTED_COLUMNS {
                quotation.push_str("\n>");
                column = 0;
            }
            quotation.push(' ');
            quotation.push_str(word);
            column += 1 + width;
        }
    }
    quotation
}

/// How often a password may still be looked at, inside a sentence.
pub(super) fn times_left(left: &u32) -> String {
    if *left == 0 { "niet meer".to_owned() } else { format!("nog {left} keer") }
}

/// Whether Kurve does this step, and not the school.
pub(super) fn is_of_kurve(step: &Step) -> bool {
    match step.party() {
        Party::School | Party::Magister => false,
        Party::Kurve => true,
    }
}
