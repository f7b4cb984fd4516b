//! The query file that a school loads in Decibel: a template with the values of one connection.
//!
//! How a template is checked stands in [`query_template`](super::query_template), how values are made harmless in
//! `neutral`. There is no password in it: that is set by hand. The text is Kurve's property: no `Debug` prints it.

use std::fmt;

use sha2::{Digest, Sha256};

use super::neutral::neutral;
use super::query_template::{Part, QueryFacts, Template};

/// The file for one connection.
#[derive(Clone, PartialEq, Eq)]
pub struct QueryFile {
    /// Its bytes, with CRLF line ends and in the encoding of the template; seal them before they are stored.
    pub bytes: Vec<u8>,
    /// The SHA-256 of the bytes, in hexadecimal.
    pub sha256_hex: String,
    /// The version of the template it was made from.
    pub template_version: String,
    /// How its name ends: as that of the template's own file.
    pub extension: String,
    /// The name to download it under.
    pub file_name: String,
}

impl fmt::Debug for QueryFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueryFile").field("file_name", &self.file_name).finish_non_exhaustive()
    }
}

impl Template {
    /// The file for a connection; the same facts and template always give the same file.
    ///
    /// Values are put in once: what looks like a placeholder in a value stays text.
    pub fn render(&self, facts: &QueryFacts) -> QueryFile {
        let text: String = self
            .parts
            .iter()
            .map(|part| match part {
                Part::Text(text) => text.replace('\n', "\r\n"),
                Part::Value(placeholder) => neutral(&placeholder.value(facts)),
            })
            .collect();
        let bytes = self.encoding.write(&text);
        let sha256_hex = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        let made_from = MadeFrom { version: self.version.clone(), extension: self.extension.clone() };
        QueryFile::from_stored(facts, bytes, sha256_hex, made_from)
    }
}

impl QueryFile {
    /// The file as it was rendered and kept when the credentials were issued.
    pub fn from_stored(facts: &QueryFacts, bytes: Vec<u8>, sha256_hex: String, made_from: MadeFrom) -> Self {
        let file_name = file_name(facts, &made_from);
        let MadeFrom { version, extension } = made_from;
        Self { bytes, sha256_hex, template_version: version, extension, file_name }
    }
}

/// The template that a file was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeFrom {
    /// Its version.
    pub version: String,
    /// How its name ends.
    pub extension: String,
}

fn file_name(facts: &QueryFacts, made_from: &MadeFrom) -> String {
    let whose = match &*facts.schools {
        [only] => only.brin.as_str(),
        _ => facts.domain.label(),
    };
    format!("kurve-query-{whose}-{}.{}", made_from.version, made_from.extension)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Grammar;
    use super::super::query_template::tests::{body, code, written_in};
    use super::*;
    use crate::domain::school::SchoolDetails;
    use crate::domain::text::{Brin, SchoolDomain, SchoolName};

    const SAMPLE: &str = include_str!("../../../templates/query/sample.sql");
    const GOLDEN: &str = include_str!("golden/bonhoeffer.sql");
    const EVERYWHERE: &str = "-- koppelklaar-query-template: v1\n-- {{ school }}\nSELECT '{{school}}', \"{{ school }}\"\n\
         /* {{ school }}{{ school }}*/ FROM x -- {{ school }}";

    fn text(file: &QueryFile) -> &str {
        std::str::from_utf8(&file.bytes).expect("UTF-8")
    }

    fn rendered(template: &Template, name: &str) -> String {
        text(&template.render(&school(name))).to_owned()
    }

    fn details(name: &str, brin: &str) -> SchoolDetails {
        SchoolDetails { name: SchoolName::parse(name).expect("a name"), brin: Brin::parse(brin).expect("a BRIN") }
    }

    fn school(name: &str) -> QueryFacts {
        let only = details(name, "12AB00");
        let domain = SchoolDomain::parse("bonhoeffer").expect("a label");
        QueryFacts { name: only.name.clone(), domain, schools: vec![only] }
    }

    #[test]
    fn the_sample_renders_to_the_golden_file() {
        let template = Template::parse(SAMPLE).expect("the sample is sound");

        let file = template.render(&school("Bonhoeffer College, locatie 't Één #1 {{ brin }}"));

        assert_eq!(text(&file), GOLDEN);
        assert_eq!(file.file_name, "kurve-query-12AB00-sample-2.sql");
        assert_eq!((file.template_version.as_str(), template.version()), ("sample-2", "sample-2"));
        assert_eq!(file.sha256_hex.len(), 64);
        assert_eq!(file, template.render(&school("Bonhoeffer College, locatie 't Één #1 {{ brin }}")));
    }

    #[test]
    fn the_sample_says_that_it_is_one_and_names_the_list_and_its_columns() {
        for word in
            ["SAMPLE", "NOT", "{{ user }}", "KurveLeerlingData", "idGebr", "ExterneId", "opleidingscode", "stamnr"]
        {
            assert!(SAMPLE.contains(word), "{word}");
        }
    }

    #[test]
    fn the_hash_is_that_of_the_bytes() {
        let file = body("x").expect("sound").render(&school("De Hof"));

        assert_eq!(file.bytes, b"x\r\n");
        assert_eq!(file.sha256_hex, "b35e09fa2ced9ebcad9d16336fb961146fe34bfbebc562679da85f8a314c9dca");
    }

    #[test]
    fn braces_and_line_ends_are_otherwise_free() {
        let template = body("a { b } }} -- it's\r'it''s {x} {{brin}}'\r\n\"{{ user }}\" -- {{domain}}").expect("sound");

        let text = rendered(&template, "De Hof");

        assert_eq!(text, "a { b } }} -- it's\r\n'it''s {x} 12AB00'\r\n\"Kurve\" -- bonhoeffer\r\n");
    }

    #[test]
    fn a_connection_with_more_schools_is_named_and_lists_them_all() {
        let template =
            body("-- {{ school }}: {{ schools }} / {{ brin }} / {{ domain }}\n-- {{schools}}").expect("sound");
        let schools = vec![details("De Hof", "12AB"), details("'t Veld -- #x#", "34CD01")];
        let one = template.render(&school("De Hof"));

        let file = template.render(&QueryFacts { schools, ..school("Rivierenland") });

        let line = "De Hof (12AB), t Veld - x (34CD01)";
        assert_eq!(text(&file), format!("-- Rivierenland: {line} / 12AB, 34CD01 / bonhoeffer\r\n-- {line}\r\n"));
        assert_eq!(file.file_name, format!("kurve-query-bonhoeffer-{}.sql", template.version()));
        assert_eq!(text(&one).lines().last(), Some("-- De Hof (12AB00)"));
    }

    #[test]
    fn a_nasty_name_stays_where_it_was_put() {
        let template = Template::parse(EVERYWHERE).expect("sound");
        let harmless = rendered(&template, "De Hof");

        for name in [
            "x'; DROP TABLE pupil; --",
            "x*/ DROP /*",
            "--'a\"--",
            "-x-",
            "/x*",
            "#id#",
            "{{ brin }}{{ user }}",
            "x\\",
            "ʼ＇′",
            "''''x",
            "a/*b*/c",
            "x{{",
            "}}x",
            "&amp;x",
            "x%0d%0a",
        ] {
            let text = rendered(&template, name);

            assert_eq!(code(Grammar::Sql, &text), code(Grammar::Sql, &harmless), "{name}");
            assert_eq!(text.lines().count(), harmless.lines().count(), "{name}");
            assert!(!text.contains(['#', '{', '}', '\\']), "{name}");
            assert!(!text.contains("12AB00") && !text.contains("Kurve"), "{name}");
        }
    }

    #[test]
    fn debug_prints_neither_template_nor_file() {
        let template = body("very-secret").expect("sound");

        let shown = format!("{template:?} {:?}", template.render(&school("De Hof")));

        assert!(!shown.contains("very-secret"), "{shown}");
    }

    #[test]
    fn the_sample_gives_the_four_columns_by_name() {
        let sql = rendered(&Template::parse(SAMPLE).expect("sound"), "De Hof");
        let code: String = sql.lines().filter(|line| !line.trim_start().starts_with("--")).collect();

        let names: Vec<&str> =
            code.split(" AS ").skip(1).filter_map(|after| after.split([',', ';', ' ']).next()).collect();

        assert_eq!(names, ["idGebr", "ExterneId", "opleidingscode", "stamnr"]);
    }

    #[test]
    fn a_file_keeps_the_encoding_and_the_extension_of_its_template() {
        let header = "koppelklaar-query-template: v1 ini\n";
        let windows = [header.as_bytes(), b"[caf\xe9]\nnaam={{ school }} \x80\n"].concat();
        let utf_16: Vec<u8> =
            format!("\u{FEFF}{header}naam={{{{ school }}}} é").encode_utf16().flat_map(u16::to_be_bytes).collect();

        let plain = Template::parse(&windows).expect("sound").render(&school("Één"));
        let other = Template::parse(&utf_16).and_then(|template| template.with_extension("DEC")).expect("sound");
        let other = other.render(&school("Één"));

        assert_eq!(plain.bytes, b"[caf\xe9]\r\nnaam=Een \x80\r\n");
        assert_eq!(plain.file_name, "kurve-query-12AB00-v1.ini");
        let expected: Vec<u8> = "\u{FEFF}naam=Een é\r\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!((other.bytes, other.file_name.as_str()), (expected, "kurve-query-12AB00-v1.dec"));
        assert!(
            Template::parse(format!("\u{FEFF}-- {header}x=y"))
                .expect("sound")
                .render(&school("De Hof"))
                .bytes
                .starts_with(b"\xef\xbb\xbf")
        );
    }

    /// Every place where a value may stand.
    const PLACES: [(Grammar, &str); 4] = [
        (
            Grammar::Sql,
            "-- {{ school }}\nSELECT '{{school}}', \"{{ school }}\"\n/* {{ school }}{{ school }}*/ -- {{ school }}",
        ),
        (
            Grammar::Xml,
            "<?xml version='1.0'?>\n<a b='{{ school }}' c=\"{{ school }}\">{{ school }}<!-- {{school}}--><![CDATA[{{ school }}]]></a>",
        ),
        (Grammar::Ini, "[x]\n; {{ school }}\nnaam={{ school }}\nquery=\"SELECT '{{ school }}'\"\nz=1"),
        (Grammar::Text, "{{ school }} <'{{ school }}=\n{{school}}"),
    ];

    proptest! {
        #[test]
        fn no_name_leaves_its_comment_string_or_text(name in "\\PC{2,60}|[-'#{}*/ \"&;a\\\\<>=\\[\\]]{2,60}") {
            let Ok(parsed) = SchoolName::parse(&name) else { return Ok(()) };
            for (grammar, place) in PLACES {
                let template = written_in(grammar, place).expect("sound");
                let harmless = rendered(&template, "De Hof");

                let file = template.render(&QueryFacts { name: parsed.clone(), ..school("De Hof") });

                let text = text(&file);
                prop_assert_eq!(code(grammar, text), code(grammar, &harmless));
                prop_assert_eq!(text.matches('\n').count(), harmless.matches('\n').count());
                for sign in ["'", "\"", "--", "*/", "/*", "\r\n", "<", ">", "=", ";", "[", "]", "&"] {
                    prop_assert_eq!(text.matches(sign).count(), harmless.matches(sign).count(), "{}", sign);
                }
                let is_plain = text.is_ascii() && !text.contains(['#', '{', '}']);
                prop_assert!(is_plain);
            }
        }
    }
}
