//! Pieces of subjects: which school or connection, in one line.

use super::facts::SchoolFacts;

/// Signs of a school's name in a subject at most, so that what to do stays in sight.
const LONGEST_NAME: usize = 60;

/// What stands between what to do and the school, in mails to a school.
const OF_THE_COUPLING: &str = " – koppeling Numo (";

/// The subject of a mail to a school: what to do, and of which school or connection.
pub(super) fn about(school: &SchoolFacts, what_to_do: &str) -> String {
    about_named(&whole(school), what_to_do)
}

/// The same with the name as it is to stand there.
pub(super) fn about_named(name: &str, what_to_do: &str) -> String {
    format!("{}{OF_THE_COUPLING}{name})", one_line(what_to_do))
}

/// The subject of a mail to Kurve: what to do, and the school with its BRIN.
pub(super) fn for_kurve(school: &SchoolFacts, what_to_do: &str) -> String {
    format!("{what_to_do}: {}", named(&school.name, &school.brin))
}

/// A school by its name, or a connection by its name and how many schools it carries.
pub(super) fn whole(school: &SchoolFacts) -> String {
    let many = one_line(&school.brin);
    let name = shortened(&school.name);
    if many.ends_with("scholen") { format!("{name}, {many}") } else { name }
}

/// What a subject asks, without the school.
pub(super) fn what_of(subject: &str) -> &str {
    subject.split_once(OF_THE_COUPLING).map_or(subject, |(what, _)| what)
}

/// The school or connection that a subject names; empty where it names none.
pub(super) fn school_of(subject: &str) -> &str {
    let named = subject.split_once(OF_THE_COUPLING).map_or("", |(_, named)| named);
    named.strip_suffix(')').unwrap_or(named)
}

/// A subject that says that the mail has more, and whether of other schools.
pub(super) fn with_more(subject: &str, more: usize, of_others: bool) -> String {
    let messages = if more == 1 { "bericht" } else { "berichten" };
    let said = format!("{}, en nog {more} {messages}", what_of(subject));
    match school_of(subject) {
        "" => said,
        school if of_others => about_named(&format!("{school} en andere"), &said),
        school => about_named(school, &said),
    }
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
