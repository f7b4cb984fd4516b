//! Messages whose parts cannot be told apart as they stand, since their header and their body do not agree.

use std::borrow::Cow;

use mail_parser::{MessageParser, MimeHeaders};

/// Bytes of a line that may be a boundary: RFC 2046 allows 70, and two signs before it.
const LONGEST_BOUNDARY: usize = 200;

/// The message with the boundary that its body has where its header names another, and as a text where it has none.
pub(super) fn mended(message: &[u8]) -> Cow<'_, [u8]> {
    mend(message).map_or(Cow::Borrowed(message), Cow::Owned)
}

fn mend(message: &[u8]) -> Option<Vec<u8>> {
    let headers = MessageParser::default().parse_headers(message)?;
    let boundary = headers.content_type()?.attribute("boundary")?;
    let end = [&b"\n\n"[..], b"\n\r\n"].into_iter().filter_map(|gap| find(message, gap)).min()?;
    let (head, body) = message.split_at(end + 1);
    if boundary.is_empty() || find(body, format!("--{boundary}").as_bytes()).is_some() {
        return None;
    }
    let (_, kind) = headers.headers_raw().find(|(name, _)| name.eq_ignore_ascii_case("Content-Type"))?;
    let mended = match boundary_of(body) {
        Some(found) => kind.replacen(boundary, &found, 1),
        None => format!(" text/plain;{}", kind.split_once(';')?.1),
    };
    let at = find(head, kind.as_bytes())?;
    Some([&head[..at], mended.as_bytes(), &head[at + kind.len()..], body].concat())
}

/// The boundary that stands above the first part of a body.
fn boundary_of(body: &[u8]) -> Option<String> {
    let lines: Vec<&[u8]> = body.split(|byte| *byte == b'\n').collect();
    let begins_part = |line: &[u8]| line.get(..8).is_some_and(|begin| begin.eq_ignore_ascii_case(b"content-"));
    let found = lines.windows(2).find(|pair| {
        pair[0].starts_with(b"--") && (3..LONGEST_BOUNDARY).contains(&pair[0].len()) && begins_part(pair[1])
    })?;
    let line = std::str::from_utf8(&found[0][2..]).ok()?.trim_end();
    let is_sign = |sign: char| sign.is_ascii_alphanumeric() || "'()+_,-./:=? ".contains(sign);
    line.chars().all(is_sign).then(|| line.to_owned())
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|part| part == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(named: &str, stands: &str) -> String {
        format!(
            "Subject: x\nContent-Type: multipart/report;\n report-type=delivery-status; boundary=\"{named}\"\n\n\
             {stands}\nContent-Type: text/plain\n\nSorry\n{stands}\nContent-Type: message/delivery-status\n\nStatus: 5.1.1\n"
        )
    }

    #[test]
    fn the_boundary_of_the_body_wins() {
        let right = report("a.1/mx", "--a.1/mx");
        assert!(matches!(mended(right.as_bytes()), Cow::Borrowed(_)));

        let wrong = report("a.2/mx", "--a.1/mx");
        assert_eq!(String::from_utf8_lossy(&mended(wrong.as_bytes())), right);
    }

    #[test]
    fn what_has_no_boundary_is_a_text() {
        let lost = report("a.1/mx", "");
        let mended = mended(lost.as_bytes());

        let message = MessageParser::default().parse(mended.as_ref()).expect("it is a message");

        assert!(message.body_text(0).is_some_and(|text| text.contains("Sorry") && text.contains("Status: 5.1.1")));
        let kind = message.content_type().expect("a type");
        assert_eq!((kind.ctype(), kind.attribute("report-type")), ("text", Some("delivery-status")));
    }

    #[test]
    fn what_is_no_report_of_parts_stays_as_it_is() {
        for text in ["", "Subject: x\n\n--a\nContent-Type: text/plain\n", "Content-Type: multipart/mixed\n\nx"] {
            assert!(matches!(mended(text.as_bytes()), Cow::Borrowed(_)), "{text}");
        }
    }
}
