//! What people write in their own words: reasons, notes, and the number of a ticket.
//!
//! Text of several lines is kept with `\n` line ends. A tab becomes a space and signs without width are dropped, since
//! both come along unseen when someone pastes from Word or a web page; other control signs are refused.

use super::{TextError, is_invisible, is_odd_line_end, turns_direction};

const REASON_SHORT: TextError = TextError::new("Vul dit in: schrijf in een paar woorden waarom.");
const REASON_LONG: TextError = TextError::new(
    "Deze uitleg is te lang. Maak er hoogstens 1000 tekens van. Schrijf alleen wat de ander moet weten.",
);
const REASON_CONTROL: TextError =
    TextError::new("In je tekst staat een teken dat we niet kunnen opslaan. Plak de tekst niet, maar typ hem zelf.");
const NOTE_EMPTY: TextError =
    TextError::new("Schrijf eerst je notitie. Bijvoorbeeld: gebeld met de school, ze gaan maandag verder.");
const NOTE_LONG: TextError = TextError::new(
    "Deze notitie is te lang. Maak er hoogstens 4000 tekens van. Bijvoorbeeld: gebeld met de school, ze gaan maandag \
     verder.",
);
const NOTE_CONTROL: TextError = TextError::new(
    "In deze notitie zit een teken dat we niet kunnen bewaren. Typ de tekst zelf. Bijvoorbeeld: gebeld met de school, ze \
     gaan maandag verder.",
);
const MESSAGE_EMPTY: TextError = TextError::new("Schrijf eerst je bericht. Bijvoorbeeld: het schuifje staat nu aan.");
const MESSAGE_LONG: TextError =
    TextError::new("Dit bericht is te lang. Maak er hoogstens 4000 tekens van, of stuur het in twee keer.");
const MESSAGE_CONTROL: TextError =
    TextError::new("In je tekst staat een teken dat we niet kunnen opslaan. Plak de tekst niet, maar typ hem zelf.");

/// Signs of a message at most, as people type it.
const MESSAGE_SIGNS: usize = 4_000;

/// Signs that are kept of one that came by mail.
const RECEIVED_SIGNS: usize = 8_000;

/// What stands in the place of what was cut off.
const CUT: &str = "\n\n[De rest van de mail is weggelaten.]";

const TICKET: TextError = TextError::new(
    "Dit ticketnummer is te lang of bevat een teken dat we niet kennen. Typ het over uit het ticketsysteem van Magister, in \
     maximaal 40 tekens. Weet je het niet? Laat het veld leeg.",
);

/// Why someone did something, in their own words: 3 to 1000 signs.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reason(String);

text_traits!(Reason);

impl Reason {
    /// Reads a reason of one or more lines.
    ///
    /// # Errors
    /// When it is too short, too long, or holds a control sign.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let text = lines(text).ok_or(REASON_CONTROL)?;
        match text.chars().count() {
            0..=2 => Err(REASON_SHORT),
            3..=1000 => Ok(Self(text)),
            _ => Err(REASON_LONG),
        }
    }

    /// The reason, with `\n` between its lines.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A note of Kurve with a school: 1 to 4000 signs.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NoteText(String);

text_traits!(NoteText);

impl NoteText {
    /// Reads a note of one or more lines.
    ///
    /// # Errors
    /// When it is empty, too long, or holds a control sign.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let text = lines(text).ok_or(NOTE_CONTROL)?;
        match text.chars().count() {
            0 => Err(NOTE_EMPTY),
            1..=4000 => Ok(Self(text)),
            _ => Err(NOTE_LONG),
        }
    }

    /// The note, with `\n` between its lines.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A message between Kurve and a school: 1 to 4000 signs as typed, more where it came by mail. What it says is nobody
/// else's business: `Debug` does not print it.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MessageText(String);

impl std::fmt::Debug for MessageText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MessageText(…)")
    }
}

impl MessageText {
    /// Reads a message of one or more lines as somebody typed it.
    ///
    /// # Errors
    /// When it is empty, too long, or holds a control sign.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let text = lines(text).ok_or(MESSAGE_CONTROL)?;
        match text.chars().count() {
            0 => Err(MESSAGE_EMPTY),
            1..=MESSAGE_SIGNS => Ok(Self(text)),
            _ => Err(MESSAGE_LONG),
        }
    }

    /// What is kept of a text that came by mail, where nobody can be asked to write it otherwise; `None` for an empty one.
    pub fn received(text: &str) -> Option<Self> {
        let is_kept = |sign: &char| !(turns_direction(*sign) || sign.is_control() && *sign != '\n');
        let text: String = text.replace("\r\n", "\n").replace('\t', " ").chars().filter(is_kept).collect();
        let text = lines(&text.replace(is_odd_line_end, "\n"))?;
        if text.is_empty() {
            return None;
        }
        match text.char_indices().nth(RECEIVED_SIGNS) {
            Some((end, _)) => Some(Self(format!("{}{CUT}", text[..end].trim_end()))),
            None => Some(Self(text)),
        }
    }

    /// A message as it is kept.
    ///
    /// # Errors
    /// When it holds a control sign.
    pub fn stored(text: &str) -> Result<Self, TextError> {
        lines(text).filter(|text| !text.is_empty()).map(Self).ok_or(MESSAGE_CONTROL)
    }

    /// The message, with `\n` between its lines.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The reference of a ticket at Magister: 1 to 40 letters, digits, spaces and `-_/.#`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TicketRef(String);

text_traits!(TicketRef);

impl TicketRef {
    /// Reads a reference; white space around it goes.
    ///
    /// # Errors
    /// When it is empty, too long, holds another sign, or has no letter or digit.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let text = text.trim();
        let is_allowed = |b: u8| b.is_ascii_alphanumeric() || b"-_/.# ".contains(&b);
        let is_ticket =
            text.len() <= 40 && text.bytes().all(is_allowed) && text.bytes().any(|b| b.is_ascii_alphanumeric());
        if is_ticket { Ok(Self(text.to_owned())) } else { Err(TICKET) }
    }

    /// The reference as typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The text with `\n` line ends, trimmed; `None` when it holds a control sign or turns its direction.
fn lines(text: &str) -> Option<String> {
    let text = text.replace("\r\n", "\n").replace(['\r', '\u{2028}', '\u{2029}'], "\n").replace('\t', " ");
    let is_refused = |sign: char| (sign.is_control() && sign != '\n') || turns_direction(sign) || is_odd_line_end(sign);
    if text.chars().any(is_refused) {
        return None;
    }
    let shown: String = text.chars().filter(|sign| !is_invisible(*sign)).collect();
    Some(shown.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_are_made_alike_and_pasted_oddities_go() {
        for (typed, stored) in [
            (" Een.\r\nTwee.\rDrie.\nVier.\n\n", "Een.\nTwee.\nDrie.\nVier."),
            ("Een\ttwee", "Een twee"),
            ("\u{FEFF}web\u{AD}service\u{200B}", "webservice"),
            ("Regel\u{2028}regel", "Regel\nregel"),
            ("Het lukt niet: <b>#{{'\"</b> één ☹", "Het lukt niet: <b>#{{'\"</b> één ☹"),
        ] {
            assert_eq!(Reason::parse(typed).expect(typed).as_str(), stored);
            assert_eq!(NoteText::parse(typed).expect(typed).as_str(), stored);
        }
    }

    #[test]
    fn other_control_signs_are_refused() {
        for sign in ['\0', '\u{8}', '\u{B}', '\u{1B}', '\u{7F}', '\u{85}', '\u{9B}', '\u{202E}', '\u{2067}', '\u{200F}']
        {
            let typed = format!("Het lukt{sign} niet");

            assert_eq!(Reason::parse(&typed), Err(REASON_CONTROL), "{sign:?}");
            assert_eq!(NoteText::parse(&typed), Err(NOTE_CONTROL), "{sign:?}");
        }
    }

    #[test]
    fn lengths_count_signs_after_tidying() {
        assert_eq!(Reason::parse("  ja \u{200B}"), Err(REASON_SHORT));
        assert!(Reason::parse("nee").is_ok());
        assert!(Reason::parse(&"é".repeat(1000)).is_ok());
        assert_eq!(Reason::parse(&"é".repeat(1001)), Err(REASON_LONG));
        assert_eq!(NoteText::parse(" \r\n "), Err(NOTE_EMPTY));
        assert!(NoteText::parse("x").is_ok());
        assert!(NoteText::parse(&"é".repeat(4000)).is_ok());
        assert_eq!(NoteText::parse(&"é".repeat(4001)), Err(NOTE_LONG));
    }

    #[test]
    fn a_ticket_is_a_short_plain_reference() {
        for (typed, stored) in
            [(" #12345\n", "#12345"), ("MAG-2026/08.15_b", "MAG-2026/08.15_b"), ("T 1", "T 1"), ("7", "7")]
        {
            assert_eq!(TicketRef::parse(typed).expect(typed).as_str(), stored);
        }
        for typed in ["", "  ", "#", "- -", "12\n34", "12<34", "12;34", "één", "1\t2", "12\0", "１", &"1".repeat(41)]
        {
            assert_eq!(TicketRef::parse(typed), Err(TICKET), "{typed:?}");
        }
        assert!(TicketRef::parse(&"1".repeat(40)).is_ok());
    }
}
