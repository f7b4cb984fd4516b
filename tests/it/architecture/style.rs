//! The style sheets: colours are tokens, red is for errors, and mails wear the same colours as pages.

use std::collections::BTreeSet;

use super::source::text_files;

/// The only file in which colours are made.
const TOKENS: &str = "templates/assets/tokens.css";

/// What may stand in a colour beside tokens: no colour at all, the colour of the letters, and the reader's own.
const NO_COLOURS: [&str; 10] = [
    "transparent",
    "currentColor",
    "inherit",
    "none",
    "Canvas",
    "CanvasText",
    "Highlight",
    "HighlightText",
    "GrayText",
    "Mark",
];

/// What stands in such a value that is not about colour.
const SHAPES: [&str; 5] = ["solid", "dashed", "inset", "deg", "linear-gradient"];

/// The properties that hold a colour, alone or among others; `--c` is a colour that a part hands to its own signs.
const COLOURED: [&str; 10] = [
    "color",
    "background",
    "border",
    "outline",
    "fill",
    "stroke",
    "box-shadow",
    "accent-color",
    "text-decoration-color",
    "--c",
];

/// Parts that say that something is wrong: with a form, with what was asked, or with the rung on which a check broke.
const ERRORS: [&str; 6] =
    ["field--error", "field__error", "error-summary", "banner--error", "gate--broke", "tag--fault"];

/// Parts that ask for attention, and so may be pink.
const ATTENTION: [&str; 8] = [
    // What is to be done now, and whose turn it is.
    "next-step__label",
    "train__cars",
    "stages",
    "todo__label",
    // The school's turn, in a chart.
    "chart .is-school",
    // Where to press in Magister.
    "sketch__hand",
    // What is easily misread in a password.
    "secret__digit",
    // What has the focus.
    ":root",
];

/// One line of a style sheet, such as `color: red` of `.a`.
struct Declaration {
    file: String,
    selector: String,
    property: String,
    value: String,
}

impl Declaration {
    fn told(&self) -> String {
        format!("{}: {} {{ {}: {} }}", self.file, self.selector, self.property, self.value)
    }

    fn is_coloured(&self) -> bool {
        let kind = self.property.as_str();
        let is_size = ["-width", "-radius", "-collapse", "-style", "-offset", "stroke-line"];
        COLOURED.iter().any(|name| kind == *name || kind.starts_with(&format!("{name}-")))
            && !is_size.iter().any(|end| kind.contains(end))
    }
}

#[test]
fn no_style_sheet_but_the_tokens_makes_a_colour() {
    let all = declarations();
    let coloured: Vec<_> = all.iter().filter(|one| one.file != TOKENS && one.is_coloured()).collect();
    let wrong: Vec<String> = coloured
        .iter()
        .filter(|one| words(&one.value).any(|word| !NO_COLOURS.contains(&word) && !SHAPES.contains(&word)))
        .map(|one| one.told())
        .collect();

    assert!(coloured.len() > 150, "the style sheets are read: {}", coloured.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_token_that_is_worn_is_made_and_every_one_made_is_worn() {
    let all = declarations();
    let made: BTreeSet<&str> =
        all.iter().filter(|one| one.file == TOKENS).filter_map(|one| one.property.strip_prefix("--")).collect();
    let worn: BTreeSet<&str> = all.iter().flat_map(|one| tokens(&one.value)).filter(|name| *name != "c").collect();

    assert_eq!(made, worn);
}

#[test]
fn red_is_for_errors_and_nothing_else() {
    let all = declarations();
    let red: Vec<_> = all
        .iter()
        .filter(|one| one.file != TOKENS && tokens(&one.value).any(|name| name.starts_with("error")))
        .collect();
    let wrong: Vec<String> = red
        .iter()
        .filter(|one| {
            let is_error =
                |part: &str| part.contains("[aria-invalid=") || ERRORS.iter().any(|name| part.contains(name));
            !one.selector.split(',').all(is_error)
        })
        .map(|one| one.told())
        .collect();

    assert!(red.len() > 6, "{}", red.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn pink_is_for_what_asks_for_attention_and_nothing_else() {
    let all = declarations();
    let pink: Vec<_> = all.iter().filter(|one| tokens(&one.value).any(|name| name == "pink")).collect();
    let wrong: Vec<String> = pink
        .iter()
        .filter(|one| !one.selector.split(',').all(|part| ATTENTION.iter().any(|name| part.contains(name))))
        .map(|one| one.told())
        .collect();

    assert!(pink.len() > 6, "{}", pink.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn mails_wear_the_colours_of_the_pages() {
    let made: String =
        declarations().iter().filter(|one| one.file == TOKENS).map(|one| format!("{} ", one.value)).collect();
    let known: BTreeSet<String> = hexes(&made).collect();
    let mails: Vec<_> = text_files()
        .into_iter()
        .filter(|(path, _)| path.starts_with("templates/mail/") && path.ends_with(".html"))
        .collect();
    let worn: Vec<(String, String)> =
        mails.iter().flat_map(|(path, text)| hexes(text).map(move |hex| (path.clone(), hex))).collect();
    let wrong: Vec<_> = worn.iter().filter(|(_, hex)| !known.contains(hex)).collect();

    assert!(worn.len() > 10, "{worn:?}");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Everything that the style sheets declare, whatever it is nested in.
fn declarations() -> Vec<Declaration> {
    let sheets = text_files().into_iter().filter(|(path, _)| path.ends_with(".css"));
    sheets.flat_map(|(path, text)| read(&path, &without_comments(&text))).collect()
}

fn without_comments(text: &str) -> String {
    text.split("/*")
        .enumerate()
        .map(|(at, part)| if at == 0 { part } else { part.split_once("*/").map_or("", |(_, rest)| rest) })
        .collect()
}

fn read(file: &str, text: &str) -> Vec<Declaration> {
    let mut found = vec![];
    let mut around: Vec<String> = vec![];
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}', ';']) {
        let said = rest[..at].trim();
        match &rest[at..=at] {
            "{" => around.push(said.to_owned()),
            end => {
                if let Some((property, value)) = said.split_once(':') {
                    found.push(Declaration {
                        file: file.to_owned(),
                        selector: around.last().cloned().unwrap_or_default(),
                        property: property.trim().to_owned(),
                        value: value.trim().to_owned(),
                    });
                }
                if end == "}" {
                    around.pop();
                }
            }
        }
        rest = &rest[at + 1..];
    }
    found
}

/// The names of the tokens in a value.
fn tokens(value: &str) -> impl Iterator<Item = &str> {
    value.split("var(--").skip(1).filter_map(|rest| rest.split_once(')').map(|(name, _)| name))
}

/// The words of a value: names of colours and shapes, and colours by number; no sizes and no tokens.
fn words(value: &str) -> impl Iterator<Item = &str> {
    let parts = value.split([' ', ',', '(', ')']).filter(|part| !part.is_empty());
    parts.filter(|part| *part != "var" && !part.starts_with("--")).filter(|part| {
        let is_size = part.trim_start_matches(['-', '.']).starts_with(|sign: char| sign.is_ascii_digit());
        !is_size && *part != "!important"
    })
}

/// Colours by number, written out in six digits.
fn hexes(text: &str) -> impl Iterator<Item = String> {
    text.split('#').skip(1).filter_map(|rest| {
        let end = rest.find(|sign: char| !sign.is_ascii_hexdigit()).unwrap_or(rest.len());
        match end {
            6 => Some(rest[..6].to_lowercase()),
            3 => Some(rest[..3].chars().flat_map(|sign| [sign, sign]).collect()),
            _ => None,
        }
    })
}
