//! Pieces of subjects: which school or connection, in one line.

use super::facts::SchoolFacts;

/// Signs of a school's name in a subject at most, so that what to do stays in sight.
const LONGEST_NAME: usize = 60;

/// The subject of a mail about one school, or about a connection that carries more.
pub(super) fn about(school: &SchoolFacts, what_to_do: &str) -> String {
    format!("{}: {what_to_do}", named(&school.name, &school.brin))
}

/// A school by its name and BRIN, or a connection by its name and how many schools it carries.
pub(super) fn named(name: &str, brin: &str) -> String {
    format!("{} ({})", shortened(name), one_line(brin))
}

/// A name in one line that is not too long.
pub(super) fn shortened(name: &str) -> String {
    let name = one_line(name);
    if name.chars().count() <= LONGEST_NAME {
        return name;
    }
    let start: String = name.chars().take(LONGEST_NAME - 1).collect();
    format!("{}…", start.trim_end())
}

/// A line end in a header would start another header.
fn one_line(text: &str) -> String {
    let is_gap = |sign: char| sign.is_whitespace() || sign.is_control();
    text.split(is_gap).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}
