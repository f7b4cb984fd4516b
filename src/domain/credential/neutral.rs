//! Makes a value harmless inside a comment or a quoted string of the query file.
//!
//! Which SQL Decibel speaks, and in which encoding it reads, is not public. So nothing is escaped; what could mean
//! something anywhere is left out. What comes out is never empty and consists of `A-Z a-z 0-9 space . , ( ) + _ -`,
//! with no two hyphens in a row and none at either end. It therefore cannot end a line, a comment or a string, start a
//! comment, also not together with the signs around it, or hold a `#` (a parameter to Decibel) or a brace.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::domain::text::plain_letters;

/// The value as it may stand in the file.
///
/// Letters lose their accents, `&` becomes `+`, quotes and `#` go, anything else becomes `_`.
pub(super) fn neutral(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for sign in value.nfd() {
        match sign {
            'A'..='Z' | 'a'..='z' | '0'..='9' | ' ' | '.' | ',' | '(' | ')' | '+' => text.push(sign),
            '-' | '‐' | '‑' | '–' | '—' if text.ends_with('-') => {}
            '-' | '‐' | '‑' | '–' | '—' => text.push('-'),
            '&' => text.push('+'),
            '#' | '\'' | '"' | '`' | '´' | '‘' | '’' | '‚' | '“' | '”' | '„' => {}
            mark if is_combining_mark(mark) => {}
            '\u{A0}' => text.push(' '),
            other => text.push_str(plain_letters(other).unwrap_or("_")),
        }
    }
    match text.trim_matches([' ', '-']) {
        "" => "_".to_owned(),
        trimmed => trimmed.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn plain_names_stay_readable_and_the_rest_goes() {
        for (value, expected) in [
            ("Bonhoeffer College", "Bonhoeffer College"),
            ("Kunst & Techniek (vmbo), loc. 2", "Kunst + Techniek (vmbo), loc. 2"),
            ("'t Hof", "t Hof"),
            ("Colle\u{300}ge Zui\u{308}d", "College Zuid"),
            ("Őrség, Ţurcan, Vẽ", "Orseg, Turcan, Ve"),
            ("Øre Æther Œuvre Straße Ĳssel łąıİ", "Ore AEther OEuvre Strasse IJssel laiI"),
            ("a-\u{338}-b≠\u{301}\u{37E}\u{1FEF}c", "a-b__c"),
            ("Collège Zuïd – Łódź", "College Zuid - Lodz"),
            ("Sint--Jan - ", "Sint-Jan"),
            ("-'-#-x-'-", "x"),
            ("x'; DROP TABLE y; --", "x_ DROP TABLE y_"),
            ("*/ x /*", "__ x __"),
            ("{{ brin }}", "__ brin __"),
            ("#naam#", "naam"),
            ("a\r\nb\u{2028}c\0d", "a__b_c_d"),
            ("a\\b|c:d@e%f$g[h]", "a_b_c_d_e_f_g_h_"),
            ("＃＇ʼ‐‐", "___"),
            ("学校", "__"),
            ("'", "_"),
            ("", "_"),
        ] {
            assert_eq!(neutral(value), expected, "{value:?}");
        }
    }

    proptest! {
        #[test]
        fn no_value_gets_a_sign_through_that_means_something(value in "\\PC{0,40}|[-'#{}*/ \r\n\"&;]{0,40}") {
            let text = neutral(&value);

            prop_assert!(!text.is_empty());
            prop_assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b" .,()+_-".contains(&b)), "{}", text);
            prop_assert!(!text.contains("--") && !text.starts_with('-') && !text.ends_with('-'), "{}", text);
            prop_assert_eq!(neutral(&text), text);
        }
    }
}
