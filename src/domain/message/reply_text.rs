//! What somebody wrote in an answer by mail, without what they answered to and without their signature.
//!
//! Each mail program marks what it quotes in its own way: with `>`, with a sentence ("Op … schreef …:"), with a line of
//! dashes or with a block of headers. What is no more than likely a quote stays: Kurve would rather read too much than miss
//! a line. Where nothing is left at all, whoever asks here decides what to show.

/// Lines over which a sentence before a quote may be spread.
const SENTENCE_LINES: usize = 3;

/// Lines within which the headers of a quoted mail stand together.
const HEADER_LINES: usize = 7;

/// Lines of a signature at most; with more it may be more than that.
const SIGNATURE_LINES: usize = 30;

/// Words from which on a line under a greeting may be something that somebody says.
const WORDS_OF_A_SENTENCE: usize = 7;

/// What begins the headers of a quoted mail.
const FROM: [&str; 2] = ["van:", "from:"];

/// What else stands among those headers.
const BESIDE_FROM: [&str; 10] =
    ["verzonden:", "sent:", "datum:", "date:", "aan:", "to:", "onderwerp:", "subject:", "cc:", "beantwoorden:"];

/// Lines that a mail program puts above a mail that it quotes or hands on, without the dashes around them.
const ABOVE_A_QUOTE: [&str; 8] = [
    "oorspronkelijk bericht",
    "original message",
    "doorgestuurd bericht",
    "forwarded message",
    "begin doorgestuurd bericht:",
    "begin forwarded message:",
    "oorspronkelijke mail",
    "original appointment",
];

/// What telephones and programs say of themselves.
const OF_A_PROGRAM: [&str; 11] = [
    "verzonden vanaf ",
    "verzonden vanuit ",
    "verzonden met ",
    "verstuurd vanaf ",
    "verstuurd met ",
    "sent from ",
    "outlook voor ios downloaden",
    "outlook voor android downloaden",
    "download outlook ",
    "get outlook for ",
    "outlook for ",
];

/// What stands above a name at the end.
const GREETINGS: [&str; 17] = [
    "met vriendelijke groet",
    "met vriendelijke groeten",
    "met hartelijke groet",
    "met hartelijke groeten",
    "vriendelijke groet",
    "vriendelijke groeten",
    "hartelijke groet",
    "hartelijke groeten",
    "groet",
    "groeten",
    "groetjes",
    "mvg",
    "m.v.g",
    "kind regards",
    "with kind regards",
    "best regards",
    "regards",
];

/// Words of what lawyers put under mails: from there on nobody says anything.
const OF_LAWYERS: [&str; 5] = ["vertrouwelijk", "confidential", "geadresseerde", "disclaimer", "uitsluitend bestemd"];

/// The words of whoever answered; empty where there are none but a quote and a signature.
pub fn own_words(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n").replace('\u{a0}', " ");
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let start = (0..lines.len()).find_map(|at| quote_at(&lines, at));
    let mut own = match start {
        None => unquoted(&lines),
        Some(quote) => {
            let mut own = without_signature(&unquoted(&lines[..quote.at]));
            let below = &lines[quote.at + quote.lines..];
            // Where each quoted line is marked, what is not marked below them was written by whoever answered.
            if below.iter().any(|line| is_marked(line)) {
                own.extend(unquoted(below));
            }
            own
        }
    };
    own = without_signature(&own);
    own.retain(|line| !is_of_program(line));
    tidied(&own)
}

/// Where a quote begins, with how many lines say so.
struct Quote {
    at: usize,
    lines: usize,
}

fn quote_at(lines: &[&str], at: usize) -> Option<Quote> {
    let line = bare(lines[at]);
    if is_marked(lines[at]) {
        return None;
    }
    let has_words = |wanted: &[&str]| wanted.iter().any(|one| line.trim_matches(|sign| " -_*".contains(sign)) == *one);
    if has_words(&ABOVE_A_QUOTE) && (line.contains("--") || line.ends_with(':')) {
        return Some(Quote { at, lines: 1 });
    }
    let is_rule = line.len() >= 10 && line.chars().all(|sign| sign == '_' || sign == '-');
    let next = lines[at + 1..].iter().position(|line| !line.trim().is_empty()).map(|after| at + 1 + after);
    if is_rule && next.is_some_and(|next| is_header_block(&lines[next..])) {
        return Some(Quote { at, lines: 1 });
    }
    if is_header_block(&lines[at..]) {
        return Some(Quote { at, lines: 1 });
    }
    sentence(lines, at)
}

/// Headers of a mail, one below the other.
fn is_header_block(lines: &[&str]) -> bool {
    let starts = |line: &str, wanted: &[&str]| wanted.iter().any(|name| bare(line).starts_with(name));
    let Some(first) = lines.first().filter(|line| starts(line, &FROM)) else { return false };
    // Some programs write them all on one line.
    let others = lines.iter().skip(1).take(HEADER_LINES).filter(|line| starts(line, &BESIDE_FROM)).count();
    let within = BESIDE_FROM.iter().filter(|name| bare(first).contains(&format!(" {name}"))).count();
    others >= 2 || within >= 2
}

/// "Op … schreef …:", over some lines.
fn sentence(lines: &[&str], at: usize) -> Option<Quote> {
    let first = bare(lines[at]);
    if !(first.starts_with("op ") || first.starts_with("on ")) {
        return None;
    }
    let mut whole = String::new();
    for (many, line) in lines[at..].iter().take(SENTENCE_LINES).enumerate() {
        if line.trim().is_empty() || is_marked(line) {
            return None;
        }
        whole.push(' ');
        whole.push_str(&bare(line));
        if whole.ends_with(':') {
            let says = [" schreef", " geschreven:", " wrote:"].iter().any(|word| whole.contains(word));
            let has_moment = whole.bytes().filter(u8::is_ascii_digit).count() >= 3;
            return (says && has_moment).then_some(Quote { at, lines: many + 1 });
        }
    }
    None
}

/// A line for comparing: in lower case, without the signs of bold text.
fn bare(line: &str) -> String {
    line.trim().trim_matches('*').to_lowercase().replace(":*", ":").replace("*:", ":")
}

fn is_marked(line: &str) -> bool {
    line.trim_start().starts_with('>')
}

fn unquoted<'a>(lines: &[&'a str]) -> Vec<&'a str> {
    lines.iter().copied().filter(|line| !is_marked(line)).collect()
}

fn is_of_program(line: &str) -> bool {
    let line = bare(line);
    line.chars().count() < 120 && OF_A_PROGRAM.iter().any(|start| line.starts_with(start))
}

/// Lines up to a signature.
fn without_signature<'a>(lines: &[&'a str]) -> Vec<&'a str> {
    // Mail programs take the space away behind the dashes.
    let end = lines.iter().position(|line| *line == "--" || *line == "—");
    let lines = &lines[..end.unwrap_or(lines.len())];
    let is_greeting = |line: &str| GREETINGS.contains(&bare(line).trim_end_matches([',', '.', '!']).trim_end());
    let greeting = lines.iter().position(|line| is_greeting(line)).filter(|at| is_signature(&lines[at + 1..]));
    lines[..greeting.unwrap_or(lines.len())].to_vec()
}

/// Whether nobody says anything any more in what stands under a greeting.
fn is_signature(lines: &[&str]) -> bool {
    let is_law = |line: &&str| OF_LAWYERS.iter().any(|word| bare(line).contains(word));
    let before_law = lines.iter().take_while(|line| !is_law(line));
    let says = |line: &str| {
        let line = bare(line);
        let is_afterthought = ["ps", "p.s"].iter().any(|start| line.starts_with(start));
        let words = line.split_whitespace().filter(|word| word.chars().filter(|sign| sign.is_alphabetic()).count() > 1);
        line.ends_with('?') || is_afterthought || words.count() >= WORDS_OF_A_SENTENCE
    };
    let said: Vec<&&str> = before_law.filter(|line| !line.trim().is_empty()).collect();
    said.len() <= SIGNATURE_LINES && !said.into_iter().any(|line| says(line))
}

/// Lines as a text, with no more than one empty line between two.
fn tidied(lines: &[&str]) -> String {
    let mut text = String::new();
    for line in lines {
        if !(line.trim().is_empty() && (text.is_empty() || text.ends_with("\n\n"))) {
            text.push_str(line);
            text.push('\n');
        }
    }
    text.trim().to_owned()
}

#[cfg(test)]
#[path = "reply_text_tests.rs"]
mod tests;
