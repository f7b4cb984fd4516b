//! How far a school is, as somebody wrote it in a cell: "consent gegeven, allowlisting bevestigd", "import open". What is
//! said to be so is taken over with all that it needs; what is said not to be so may not contradict it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use strum::IntoEnumIterator;

use crate::domain::onboarding::Step;
use crate::domain::text::fold;

/// How far a school is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stand {
    /// The steps that are done, with all that they need; of the details nothing is said, which come with the row.
    pub done: BTreeSet<Step>,
    /// What was written, for the ground.
    pub words: String,
}

/// Why a text says nothing of how far a school is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StandFault {
    /// This part is not known.
    Unknown(String),
    /// It says that one thing is done, and that another is not which the first needs.
    Contradicts {
        /// What is said to be done.
        done: Step,
        /// What is said not to be.
        missing: Step,
    },
    /// Only one half of what can only be taken over together: the query without the password.
    Half,
}

/// What a part of a text is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Subject {
    Nothing,
    Is(Step),
}

impl Stand {
    /// Reads what was written; nothing is nothing done.
    ///
    /// # Errors
    /// What cannot be read, or cannot be.
    pub fn parse(text: &str) -> Result<Self, StandFault> {
        let (mut said, mut denied) = (BTreeSet::new(), BTreeSet::new());
        for part in parts(text) {
            let words = words(&part);
            let (subject, is_denied) = read(&words).ok_or_else(|| StandFault::Unknown(part.trim().to_owned()))?;
            match subject {
                Subject::Nothing => {}
                Subject::Is(step) if is_denied => {
                    denied.insert(step);
                }
                Subject::Is(step) => {
                    said.insert(step);
                }
            }
        }
        for done in &said {
            let needed = with_needs(*done);
            if let Some(missing) = denied.iter().find(|missing| needed.contains(missing)) {
                return Err(StandFault::Contradicts { done: *done, missing: *missing });
            }
        }
        let mut done: BTreeSet<Step> = said.iter().flat_map(|step| with_needs(*step)).collect();
        if done.contains(&Step::QueryExecuted) && !done.contains(&Step::PasswordSet) {
            return Err(StandFault::Half);
        }
        // Whoever set the password there did the rest on the same page.
        if done.contains(&Step::PasswordSet) {
            done.insert(Step::PermissionsChecked);
        }
        done.remove(&Step::DetailsSubmitted);
        Ok(Self { done, words: text.trim().to_owned() })
    }
}

/// A step and everything it needs.
fn with_needs(step: Step) -> BTreeSet<Step> {
    let mut all = BTreeSet::from([step]);
    // What a step needs always comes before it.
    let steps: Vec<Step> = Step::iter().collect();
    for known in steps.into_iter().rev() {
        if all.contains(&known) {
            all.extend(known.needs());
        }
    }
    all
}

fn parts(text: &str) -> Vec<String> {
    let text = fold_lines(text);
    let parts = text.split([',', ';', '+', '|', '&', '\n']).flat_map(|part| part.split(" en "));
    parts.filter(|part| !words(part).is_empty()).map(str::to_owned).collect()
}

/// A sentence ends at a full stop before a space, and not within a date.
fn fold_lines(text: &str) -> String {
    text.replace(". ", "\n").replace(['\r', '\u{2028}'], "\n").to_lowercase()
}

/// The words of a part without dates, numbers and what says when.
fn words(part: &str) -> Vec<String> {
    const WHEN: [&str; 28] = [
        "op",
        "sinds",
        "per",
        "dd",
        "d",
        "in",
        "is",
        "door",
        "de",
        "het",
        "al",
        "ja",
        "januari",
        "februari",
        "maart",
        "april",
        "mei",
        "juni",
        "juli",
        "augustus",
        "september",
        "oktober",
        "november",
        "december",
        "jan",
        "feb",
        "sep",
        "okt",
    ];
    let folded = fold(part);
    let all = folded.split(|sign: char| !sign.is_alphanumeric()).filter(|word| !word.is_empty());
    let is_when = |word: &&str| WHEN.contains(word) || word.chars().all(|sign| sign.is_ascii_digit());
    all.filter(|word| !is_when(word)).map(str::to_owned).collect()
}

/// What a part is about, and whether it is said not to be so.
fn read(words: &[String]) -> Option<(Subject, bool)> {
    const NOT: [&str; 5] = ["nee", "niet", "geen", "nog", "zonder"];
    let is_denied = words.iter().any(|word| NOT.contains(&word.as_str()));
    let rest: Vec<&str> = words.iter().map(String::as_str).filter(|word| !NOT.contains(word)).collect();
    if rest.is_empty() {
        return Some((Subject::Nothing, false));
    }
    let has = |known: &[&str]| rest.iter().any(|word| known.iter().any(|start| word.starts_with(start)));
    let subject = if has(&["consent", "toestemming"]) {
        Subject::Is(Step::ConsentGiven)
    } else if has(&["allowlist", "whitelist", "ticket"]) {
        let is_asked = has(&["aangevraagd", "gevraagd", "ticket", "ingediend"]) && !has(&["bevestigd", "akkoord"]);
        Subject::Is(if is_asked { Step::AllowlistingRequested } else { Step::AllowlistingConfirmed })
    } else if has(&["wachtwoord", "rechten"]) {
        Subject::Is(Step::PasswordSet)
    } else if has(&["webservice", "query", "decibel"]) {
        Subject::Is(Step::QueryExecuted)
    } else if has(&["import", "geactiveerd", "gekoppeld", "gereed", "klaar", "afgerond"]) {
        Subject::Is(Step::ActivationConfirmed)
    } else if has(&[
        "nieuw",
        "niets",
        "onderweg",
        "bezig",
        "aangemeld",
        "start",
        "begonnen",
        "gestart",
        "nvt",
        "onbekend",
    ]) {
        Subject::Nothing
    } else {
        return None;
    };
    Some((subject, is_denied))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Step::{
        ActivationConfirmed, AllowlistingConfirmed, AllowlistingRequested, ConsentGiven, CredentialsIssued,
        PasswordSet, PermissionsChecked, QueryExecuted,
    };

    const WEBSERVICE: [Step; 4] = [CredentialsIssued, QueryExecuted, PasswordSet, PermissionsChecked];

    #[test]
    fn what_is_done_is_taken_over_with_all_that_it_needs() {
        let all: Vec<Step> = Step::iter().filter(|step| *step != Step::DetailsSubmitted).collect();
        for (written, done) in [
            ("", vec![]),
            ("-", vec![]),
            ("nieuw", vec![]),
            ("Bezig", vec![]),
            ("consent gegeven", vec![ConsentGiven]),
            ("Consent: ja (12-9-2026)", vec![ConsentGiven]),
            ("toestemming gegeven op 3 oktober", vec![ConsentGiven]),
            ("allowlisting aangevraagd", vec![AllowlistingRequested]),
            ("ticket ingediend", vec![AllowlistingRequested]),
            ("Allowlisting bevestigd", vec![AllowlistingRequested, AllowlistingConfirmed]),
            (
                "consent gegeven, allowlisting bevestigd",
                vec![ConsentGiven, AllowlistingRequested, AllowlistingConfirmed],
            ),
            ("consent gegeven; allowlisting nee", vec![ConsentGiven]),
            ("consent gegeven en nog geen allowlisting", vec![ConsentGiven]),
            ("wachtwoord ingesteld", WEBSERVICE.to_vec()),
            ("webservice actief + wachtwoord aangemaakt", WEBSERVICE.to_vec()),
            ("import open", all.clone()),
            ("Geactiveerd", all.clone()),
            ("import nog niet open", vec![]),
        ] {
            let stand = Stand::parse(written);

            assert_eq!(stand.map(|stand| stand.done), Ok(done.into_iter().collect()), "{written}");
        }
    }

    #[test]
    fn what_cannot_be_or_is_not_known_is_said() {
        let no_allowlisting = StandFault::Contradicts { done: ActivationConfirmed, missing: AllowlistingConfirmed };
        for (written, fault) in [
            ("import open, allowlisting nee", no_allowlisting.clone()),
            ("allowlisting niet bevestigd; import open", no_allowlisting),
            ("consent gegeven, weet ik niet", StandFault::Unknown("weet ik niet".to_owned())),
            ("directeur", StandFault::Unknown("directeur".to_owned())),
            ("query geplaatst", StandFault::Half),
        ] {
            assert_eq!(Stand::parse(written), Err(fault), "{written}");
        }
    }
}
