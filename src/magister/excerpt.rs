//! A short excerpt of an answer that we do not know: the title of a web page, a line of plain text, the tags of other
//! XML.
//!
//! It goes to Kurve, so that the next version can know it. Pupils could be in it, so text is taken from nowhere where a
//! cell of a list could stand. What comes out is still as Magister wrote it; `redaction` makes it fit to keep.

use quick_xml::Reader;
use quick_xml::events::Event;

use super::table::is_name;

/// How many tags of other XML are named.
const TAGS_MAX: usize = 8;
/// The tags of a web page whose text is taken.
const HEADINGS: [&str; 2] = ["title", "h1"];
/// The tags of other XML whose text is taken wherever they stand: none is a column.
const WORDS: [&str; 8] =
    ["faultcode", "faultstring", "message", "error", "exception", "exceptionmsg", "resultmessage", "melding"];

/// The same within a fault of SOAP 1.2, which calls its words text.
const FAULT: &str = "fault";
const FAULT_WORDS: &str = "text";

/// What the beginning of an answer says; `None` when that is nothing.
pub(super) fn of(head: &str) -> Option<String> {
    let head = head.trim_start_matches(|sign: char| sign.is_whitespace() || sign == '\u{FEFF}');
    if head.starts_with('<') { of_tags(head) } else { of_line(head) }
}

/// The first line of plain text. Not where there is markup, or what separates the cells of a row.
fn of_line(head: &str) -> Option<String> {
    let line = head.lines().next()?.trim();
    let is_plain = !head.contains(['<', '>']) && !line.contains([';', '\t', '|']) && line.matches(',').count() < 3;
    (is_plain && !line.is_empty()).then(|| line.to_owned())
}

/// As far as the markup can be followed; a web page is rarely XML.
fn of_tags(head: &str) -> Option<String> {
    let mut reader = Reader::from_str(head);
    reader.config_mut().check_end_names = false;
    reader.config_mut().allow_unmatched_ends = true;
    reader.config_mut().allow_dangling_amp = true;
    let mut outline = Outline::default();
    while let Ok(event) = reader.read_event() {
        match event {
            Event::DocType(name) => outline.is_page |= is_html(name.trim_start().get(..4).unwrap_or_default()),
            Event::Start(tag) | Event::Empty(tag) => outline.open(tag.local_name().into_inner()),
            Event::End(_) => outline.takes_text = false,
            Event::Text(text) => outline.text(&text),
            Event::CData(text) => outline.text(&text),
            Event::Eof => break,
            Event::GeneralRef(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
    let said = outline.said.join(" ");
    (!said.is_empty()).then_some(said)
}

fn is_html(name: &str) -> bool {
    name.eq_ignore_ascii_case("html")
}

#[derive(Default)]
struct Outline {
    is_page: bool,
    is_begun: bool,
    is_in_fault: bool,
    takes_text: bool,
    tags: usize,
    said: Vec<String>,
}

impl Outline {
    fn open(&mut self, name: &str) {
        let is_in = |names: &[&str]| names.iter().any(|known| known.eq_ignore_ascii_case(name));
        let is_root = !std::mem::replace(&mut self.is_begun, true);
        self.is_page |= is_root && is_html(name);
        if self.is_page {
            self.takes_text = is_in(&HEADINGS);
            return;
        }
        self.is_in_fault |= name.eq_ignore_ascii_case(FAULT);
        self.takes_text = is_in(&WORDS) || (self.is_in_fault && name.eq_ignore_ascii_case(FAULT_WORDS));
        let tag = format!("<{name}>");
        if self.tags < TAGS_MAX && is_name(name) && !self.said.contains(&tag) {
            self.tags += 1;
            self.said.push(tag);
        }
    }

    fn text(&mut self, text: &str) {
        let text = text.trim();
        if self.takes_text && !text.is_empty() {
            self.said.push(text.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_says_what_it_is_and_nothing_of_a_row() {
        let row = "<naam>Proefleerling</naam><idGebr>900007</idGebr>";
        for (head, said) in [
            ("", None),
            (" \n", None),
            ("Er is iets misgegaan\r\nProefleerling", Some("Er is iets misgegaan")),
            ("\u{FEFF}Onderhoud, probeer het straks", Some("Onderhoud, probeer het straks")),
            ("900007;Proefleerling;havo", None),
            ("900007\tProefleerling", None),
            ("900007,Proef,leer,ling", None),
            ("Proefleerling</naam><stamnr>", None),
            (
                "<!DOCTYPE html><html><head><title>Onderhoud</title><body><h1>Even weg</h1><td>Proefleerling",
                Some("Onderhoud Even weg"),
            ),
            ("<HTML><meta charset=utf-8><Title>Inloggen</Title><br><p>Proefleerling", Some("Inloggen")),
            ("<rss><channel><title>Proefleerling</title></channel></rss>", Some("<rss> <channel> <title>")),
            ("<Antwoord>Proefleerling</Antwoord>", Some("<Antwoord>")),
            ("<idGebr>Proefleerling</idGebr>", Some("<idGebr>")),
            (&format!("<R><Rows><y>{row}</y><y>{row}</y></Rows></R>"), Some("<R> <Rows> <y> <naam> <idGebr>")),
            (&format!("<R>{row}"), Some("<R> <naam> <idGebr>")),
            (
                "<s:Envelope><s:Body><s:Fault><faultstring>Geen licentie</faultstring>",
                Some("<Envelope> <Body> <Fault> <faultstring> Geen licentie"),
            ),
            (
                "<s:Envelope><s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code><s:Reason><s:Text>Onbekend &eacute; & \
                 fout</s:Text>",
                Some("<Envelope> <Fault> <Code> <Value> <Reason> <Text> Onbekend & fout"),
            ),
            ("<R><y><Text>Proefleerling</Text>", Some("<R> <y> <Text>")),
            ("<a><b/><c/><d/><e/><f/><g/><h/><i/><j/></a>", Some("<a> <b> <c> <d> <e> <f> <g> <h>")),
            ("<R><idGebr900007</idGebr>", Some("<R>")),
            ("<?xml version='1.0'?><!-- Proefleerling --><a", None),
        ] {
            assert_eq!(of(head).as_deref(), said, "{head}");
        }
    }
}
