//! What Magister said, made fit to keep: one short line without our secrets and without what could point to a pupil.

/// The longest line that is kept, in signs.
const SIGNS_MAX: usize = 160;
/// From this many digits in a row it could be a number of a pupil.
const DIGITS_MAX: usize = 4;
/// From this many letters and digits in one word it could be a token.
const TOKEN_SIGNS: usize = 16;
/// What stands in the place of something left out.
const LEFT_OUT: char = '…';

/// Cleans a text; `None` when nothing is left.
pub(super) fn clean(text: &str, secrets: &[&str]) -> Option<String> {
    let text: String = text.chars().map(|sign| if is_odd(sign) { ' ' } else { sign }).collect();
    let text = without_secrets(text, secrets);
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        if word.contains('@') || is_like_a_token(word) {
            line.push(LEFT_OUT);
        } else {
            push_without_long_numbers(&mut line, word);
        }
    }
    let short: String = line.chars().take(SIGNS_MAX).collect();
    (!short.trim_matches([' ', LEFT_OUT]).is_empty()).then_some(short)
}

fn is_like_a_token(word: &str) -> bool {
    word.split(|sign: char| !sign.is_alphanumeric()).any(|part| {
        let has = |is_kind: fn(char) -> bool| part.contains(is_kind);
        part.chars().count() >= TOKEN_SIGNS && has(char::is_numeric) && has(char::is_alphabetic)
    })
}

/// Control signs, and what turns or hides text.
fn is_odd(sign: char) -> bool {
    sign.is_control()
        || matches!(sign, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

/// Leaves secrets out, in whatever case they are echoed.
pub(super) fn without_secrets(mut text: String, secrets: &[&str]) -> String {
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        let (lower, secret) = (text.to_ascii_lowercase(), secret.to_ascii_lowercase());
        let mut rest = 0;
        let mut clean = String::with_capacity(text.len());
        for (at, found) in lower.match_indices(&secret) {
            clean.push_str(&text[rest..at]);
            clean.push(LEFT_OUT);
            rest = at + found.len();
        }
        clean.push_str(&text[rest..]);
        text = clean;
    }
    text
}

fn push_without_long_numbers(line: &mut String, word: &str) {
    let mut digits = String::new();
    for sign in word.chars().chain(['\0']) {
        if sign.is_numeric() {
            digits.push(sign);
            continue;
        }
        match digits.chars().count() {
            0..=DIGITS_MAX => line.push_str(&digits),
            _ => line.push(LEFT_OUT),
        }
        digits.clear();
        if sign != '\0' {
            line.push(sign);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_one_short_line() {
        for (text, kept) in [
            ("Geen recht op deze layout!", Some("Geen recht op deze layout!")),
            ("  twee\r\n regels\u{202E} \u{0} ", Some("twee regels")),
            ("", None),
            (" \n ", None),
            ("hunter2", None),
            ("wachtwoord HUNTER2 fout", Some("wachtwoord … fout")),
            ("Kurve;hunter2hunter2", Some("Kurve;……")),
            ("leerling 123456 en 1234", Some("leerling … en 1234")),
            ("mail j.jansen@school.nl nu", Some("mail … nu")),
            ("fout10, 20260101T12", Some("fout10, …T12")),
            ("token=0123456789ABCDEF0", None),
            ("sessie 0123456789ABCDEF0 verlopen", Some("sessie … verlopen")),
        ] {
            assert_eq!(clean(text, &["hunter2", ""]).as_deref(), kept, "{text:?}");
        }
        assert_eq!(clean(&"é".repeat(500), &[]).map(|text| text.chars().count()), Some(SIGNS_MAX));
    }
}
