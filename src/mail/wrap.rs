//! Wrapping of the text part of a mail, for readers whose screen does not do it.

/// Columns of a line: what RFC 5322 advises, so that no server on the way breaks it elsewhere.
const COLUMNS: usize = 78;

/// Wraps lines at 78 columns between words; a longer word, such as a URL, stays whole on a line of its own.
///
/// Lines that fit stay as they are. The rest of a list item or an indented line is indented as deep as its text.
/// Spaces at the end of a line are dropped, except in the line `-- ` that starts a signature.
pub fn wrap_text(text: &str) -> String {
    let mut wrapped = String::with_capacity(text.len() + text.len() / 16);
    for line in text.lines() {
        if line == "-- " {
            wrapped.push_str(line);
        } else {
            wrap_line(line.trim_end(), &mut wrapped);
        }
        wrapped.push('\n');
    }
    wrapped
}

fn wrap_line(line: &str, wrapped: &mut String) {
    if columns(line) <= COLUMNS {
        wrapped.push_str(line);
        return;
    }
    let LineParts { before, hanging, text } = parts(line);
    wrapped.push_str(before);
    let mut column = columns(before);
    let mut is_line_empty = true;
    for word in text.split_whitespace() {
        let width = columns(word);
        if !is_line_empty && column + 1 + width > COLUMNS {
            wrapped.push('\n');
            wrapped.push_str(&hanging);
            column = columns(&hanging);
            is_line_empty = true;
        }
        if !is_line_empty {
            wrapped.push(' ');
            column += 1;
        }
        wrapped.push_str(word);
        column += width;
        is_line_empty = false;
    }
}

/// A line of a text, taken apart to be wrapped.
struct LineParts<'a> {
    /// Spaces and a list mark.
    before: &'a str,
    /// The spaces that hang under them.
    hanging: String,
    text: &'a str,
}

fn parts(line: &str) -> LineParts<'_> {
    let spaces = line.len() - line.trim_start().len();
    let after_spaces = &line[spaces..];
    let mark = after_spaces.split_once(' ').map_or(0, |(word, _)| if is_list_mark(word) { word.len() + 1 } else { 0 });
    let (before, text) = line.split_at(spaces + mark);
    LineParts { before, hanging: " ".repeat(columns(before)), text }
}

fn is_list_mark(word: &str) -> bool {
    let number = word.strip_suffix(['.', ')']);
    matches!(word, "-" | "*" | "•")
        || number
            .is_some_and(|number| (1..=2).contains(&number.len()) && number.bytes().all(|sign| sign.is_ascii_digit()))
}

fn columns(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn short_lines_stay_as_they_are() {
        let text = "Beste Jan,\n\n  ingesprongen   met   gaten\n-- \nKoppelklaar\n";

        assert_eq!(wrap_text(text), text);
    }

    #[test]
    fn line_ends_become_one_kind_and_loose_spaces_go() {
        assert_eq!(wrap_text("een \r\ntwee\t\r\n\r\ndrie"), "een\ntwee\n\ndrie\n");
    }

    #[test]
    fn long_lines_break_between_words() {
        let text = "woord ".repeat(30);

        let wrapped = wrap_text(&text);

        let lines: Vec<_> = wrapped.lines().collect();
        assert_eq!(lines, ["woord ".repeat(13).trim_end(), "woord ".repeat(13).trim_end(), "woord woord woord woord"]);
    }

    #[test]
    fn a_line_of_exactly_78_columns_stays_and_signs_count_not_bytes() {
        let line = format!("{} {}", "é".repeat(40), "ë".repeat(37));

        assert_eq!(wrap_text(&line), format!("{line}\n"));
        assert_eq!(wrap_text(&format!("{line}é")), format!("{}\n{}é\n", "é".repeat(40), "ë".repeat(37)));
    }

    #[test]
    fn a_url_is_never_broken() {
        let url = format!("https://koppelklaar.example/inloggen/{}", "a".repeat(90));

        let wrapped = wrap_text(&format!("Open deze pagina om in te loggen: {url} en druk op de knop."));

        assert_eq!(wrapped, format!("Open deze pagina om in te loggen:\n{url}\nen druk op de knop.\n"));
    }

    #[test]
    fn the_rest_of_a_list_item_hangs_under_its_text() {
        for mark in ["- ", "  * ", "12. "] {
            let wrapped = wrap_text(&format!("{mark}{}", "woord ".repeat(20)));

            let second = wrapped.lines().nth(1).expect("a second line");
            assert_eq!(second.len() - second.trim_start().len(), mark.len(), "{wrapped}");
            assert!(wrapped.starts_with(&format!("{mark}woord")), "{wrapped}");
        }
    }

    proptest! {
        #[test]
        fn no_word_is_lost_and_only_single_words_are_too_long(text in "([ -]{0,3}[a-zé/:.]{1,100}[ \n]{1,2}){0,30}") {
            let wrapped = wrap_text(&text);

            prop_assert!(text.split_whitespace().eq(wrapped.split_whitespace()));
            for line in wrapped.lines() {
                let words = line.split_whitespace().filter(|word| !is_list_mark(word)).count();
                prop_assert!(columns(line) <= COLUMNS || words == 1, "{:?}", line);
            }
            prop_assert_eq!(wrap_text(&wrapped), wrapped.clone());
        }
    }
}
