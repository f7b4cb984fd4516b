//! What a caller asks: the pairs of a query string or form, names in any case; or a SOAP log-in.

use std::collections::HashMap;

use quick_xml::Reader;
use quick_xml::events::Event;

/// The pairs, names in lower case.
#[derive(Default)]
pub(super) struct Query(HashMap<String, String>);

impl Query {
    /// Reads pairs as a form writes them.
    pub(super) fn parse(text: &str) -> Self {
        let pairs = form_urlencoded::parse(text.as_bytes());
        Self(pairs.map(|(name, value)| (name.to_ascii_lowercase(), value.into_owned())).collect())
    }

    /// Reads the elements of a SOAP call as pairs.
    pub(super) fn parse_soap(text: &str) -> Self {
        let mut reader = Reader::from_str(text);
        let (mut pairs, mut name) = (HashMap::<String, String>::new(), String::new());
        while let Ok(event) = reader.read_event() {
            match event {
                Event::Start(tag) => name = tag.local_name().into_inner().to_ascii_lowercase(),
                Event::Text(text) => pairs.entry(name.clone()).or_default().push_str(&text),
                Event::GeneralRef(entity) => {
                    let sign = quick_xml::escape::resolve_predefined_entity(&entity).unwrap_or_default();
                    pairs.entry(name.clone()).or_default().push_str(sign);
                }
                Event::Eof => break,
                _ => {}
            }
        }
        Self(pairs)
    }

    pub(super) fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    pub(super) fn is(&self, name: &str, value: &str) -> bool {
        self.get(name).eq_ignore_ascii_case(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_and_a_soap_call_are_read() {
        let query = Query::parse("LIBRARY=Data&function=GetData&Parameters=&x=a%26b+c");
        assert!(query.is("library", "data") && query.is("function", "GETDATA"));
        assert_eq!((query.get("x"), query.get("parameters"), query.get("y")), ("a&b c", "", ""));

        let soap =
            Query::parse_soap("<e:E><q:Login><UserName>Kurve</UserName><Password>a&amp;b</Password></q:Login></e:E>");
        assert_eq!((soap.get("username"), soap.get("password")), ("Kurve", "a&b"));
    }
}
