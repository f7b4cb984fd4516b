//! What is said of messages between Kurve and a school, and of the files that come with them.

use crate::domain::audit::MessageDone;
use crate::domain::message::{LARGEST_FILE, LeftOut, MOST_FILES, Placeholder, Unknown};

/// What stands in the place of a text that held a password.
pub const WITHHELD: &str = "In deze mail stond een wachtwoord van de koppeling. Daarom is de tekst niet bewaard. Vraag de \
    school om een nieuw bericht zonder wachtwoord, en zet een nieuw wachtwoord klaar.";

/// What stands in the place of a text that is not there.
pub const NO_TEXT: &str = "Zonder tekst.";

/// What is said where somebody writes more in a day than a school does.
pub const TOO_MANY_MESSAGES: &str =
    "Jullie hebben vandaag al veel berichten gestuurd. Bel Kurve, of stuur morgen weer een bericht.";

/// What is said where one of those whom a message is to is no contact any more.
pub const UNKNOWN_RECEIVER: &str = "Kies minstens één contactpersoon. Is iemand intussen verwijderd? Kies dan opnieuw.";

/// What is said where two templates would be called the same.
pub const TEMPLATE_NAME_TAKEN: &str = "Er is al een sjabloon met deze naam. Kies een andere naam.";

/// What is said where there are as many templates as there may be.
pub const TOO_MANY_TEMPLATES: &str = "Er zijn al 200 sjablonen. Verwijder er eerst een.";

/// Bytes in a megabyte, as people count them here.
const MEGABYTE: usize = 1024 * 1024;

/// What was done about messages, in one line.
pub(super) fn message_done(done: &MessageDone) -> &'static str {
    match done {
        MessageDone::MessageSent { message: _ } => "Bericht gestuurd.",
        MessageDone::MessageReceived { message: _ } => "Bericht van de school ontvangen.",
        MessageDone::MessagesRead => "Berichten van de school gelezen.",
        MessageDone::MessageTemplateSaved { template: _, version: 1 } => "Sjabloon gemaakt.",
        MessageDone::MessageTemplateSaved { .. } => "Sjabloon gewijzigd.",
        MessageDone::MessageTemplateRemoved { template: _ } => "Sjabloon verwijderd.",
    }
}

/// Why a file was not kept.
pub fn left_out(why: LeftOut) -> String {
    match why {
        LeftOut::OtherKind => "niet bewaard: geen plaatje en geen PDF".to_owned(),
        LeftOut::TooLarge => format!("niet bewaard: groter dan {} MB", LARGEST_FILE / MEGABYTE),
        LeftOut::TooMany => format!("niet bewaard: er waren al {MOST_FILES} bijlagen"),
    }
}

/// What to do where a file of a form is not kept.
pub fn wrong_file(why: LeftOut) -> String {
    let megabytes = LARGEST_FILE / MEGABYTE;
    match why {
        LeftOut::OtherKind => "Kies een plaatje of een PDF. Een ander bestand kunnen we niet aannemen.".to_owned(),
        LeftOut::TooLarge => format!("Dit bestand is te groot. Kies een bestand van hoogstens {megabytes} MB."),
        LeftOut::TooMany => format!("Kies hoogstens {MOST_FILES} bestanden."),
    }
}

/// What is said of a placeholder that is none.
pub fn unknown_placeholder(unknown: &Unknown) -> String {
    format!(
        "{unknown} kunnen we niet invullen. Haal het weg, of gebruik een van deze: {}.",
        Placeholder::all_as_typed().join(", ")
    )
}

/// How large a file is.
pub fn size_nl(bytes: u64) -> String {
    let kilobytes = bytes.div_ceil(1024);
    if kilobytes < 1024 {
        return format!("{kilobytes} kB");
    }
    let tenths = bytes * 10 / MEGABYTE as u64;
    format!("{},{} MB", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_reads_as_people_say_it() {
        for (bytes, said) in
            [(0, "0 kB"), (1, "1 kB"), (230_000, "225 kB"), (1_600_000, "1,5 MB"), (5_242_880, "5,0 MB")]
        {
            assert_eq!(size_nl(bytes), said);
        }
    }

    #[test]
    fn whoever_typed_something_unknown_reads_what_is_known() {
        let said = unknown_placeholder(&Unknown("{{naam}}".to_owned()));

        assert!(said.starts_with("{{naam}} ") && said.contains("{{school}}") && said.contains("{{pagina}}"), "{said}");
    }
}
