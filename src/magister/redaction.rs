//! What Magister said, made fit to keep: one short line without our secrets and without what could point to a pupil.

use crate::domain::text::{is_invisible, turns_direction};

/// The longest line that is kept, in signs.
const SIGNS_MAX: usize = 160;
/// From this many digits in a row it could be a number of a pupil.
const DIGITS_MAX: usize = 4;
/// A word this long with digits in it could be a token.
const TOKEN_SIGNS: usize = 16;
/// A version or the number of a column has fewer digits than a token of that length.
const TOKEN_DIGITS: usize = 3;
/// A word this long that goes to and fro between letters and digits, or between small letters and capitals, could be one.
const SHORT_TOKEN_SIGNS: usize = 8;
/// How often it does.
const ALTERNATIONS: usize = 3;
/// What stands in the place of something left out.
const LEFT_OUT: char = '…';

/// Cleans a text; `None` when nothing is left.
pub(super) fn redact(text: &str, secrets: &[&str]) -> Option<String> {
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

/// Whether a word looks drawn rather than written. Who refuses a log-in has given no token that could be looked for, so
/// what looks like one is left out whatever it is.
fn is_like_a_token(word: &str) -> bool {
    word.split(|sign: char| !(sign.is_alphanumeric() || "-_.+/=~".contains(sign))).any(|part| {
        let signs = part.chars().count();
        let count = |is_kind: fn(char) -> bool| part.chars().filter(|sign| is_kind(*sign)).count();
        let throttle = |is_kind: fn(char) -> bool| {
            let kinds: Vec<bool> = part.chars().filter(|sign| sign.is_alphanumeric()).map(is_kind).collect();
            kinds.windows(2).filter(|two| two[0] != two[1]).count()
        };
        let is_long = signs >= TOKEN_SIGNS && count(char::is_numeric) >= TOKEN_DIGITS && count(char::is_alphabetic) > 0;
        let is_mixed = signs >= SHORT_TOKEN_SIGNS && throttle(char::is_numeric) >= ALTERNATIONS;
        // A name of the field has two or three capitals: KurveLeerlingData.
        let is_drawn = signs >= TOKEN_SIGNS && throttle(char::is_uppercase) >= 3 * ALTERNATIONS;
        is_long || is_mixed || is_drawn
    })
}

/// Control signs, and what turns or hides text.
fn is_odd(sign: char) -> bool {
    sign.is_control() || turns_direction(sign) || is_invisible(sign)
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
            ("Kurve;Planted-Token-4711 is onbekend", Some("… is onbekend")),
            ("sessie {3F2504E0-4F89-11D3-9A0C-0305E82C3301}", Some("sessie …")),
            ("gebruik a1b2c3d4 of QmFzZVNpeHR5Rm91ckxldHRlcnM=", Some("gebruik … of …")),
            (
                "De gebruikersnaam of het wachtwoord is onjuist.",
                Some("De gebruikersnaam of het wachtwoord is onjuist."),
            ),
            (
                "Gebruikersaccountinstellingen: HTTP/1.1, windows-1252",
                Some("Gebruikersaccountinstellingen: HTTP/1.1, windows-1252"),
            ),
            ("lijst KurveLeerlingData van versie 7.2.14", Some("lijst KurveLeerlingData van versie 7.2.14")),
            ("EMGeneralFailure, Loginaccount.Naam_12", Some("EMGeneralFailure, Loginaccount.Naam_12")),
        ] {
            assert_eq!(redact(text, &["hunter2", ""]).as_deref(), kept, "{text:?}");
        }
        assert_eq!(redact(&"é".repeat(500), &[]).map(|text| text.chars().count()), Some(SIGNS_MAX));
    }
}
