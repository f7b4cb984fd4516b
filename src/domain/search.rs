//! What a school is found by: the words that are kept of it, and what somebody asks of them, typed or pasted.

use std::collections::BTreeSet;

use super::text::{Brin, EmailAddress, SchoolDomain, fold};

/// How many words of a search count.
const MOST_WORDS: usize = 12;

/// As many pieces as a BRIN is typed in: each sign by itself.
const BRIN_PIECES: usize = 6;

/// A word shorter than this is the beginning of a word; any other is a part of one.
const PART_SIGNS: usize = 3;

/// What a school must have to be found: all of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    /// Texts that stand somewhere in its [words](search_text), three signs or longer each.
    pub parts: BTreeSet<String>,
    /// Labels under `swp.nl` of which its connection has one.
    pub domains: BTreeSet<String>,
    /// Addresses of contacts of its connection, by the key that is looked up.
    pub people: BTreeSet<String>,
}

impl Search {
    /// Reads what was typed or pasted: parts of names in any order, a BRIN in any form, a school domain as an address,
    /// an e-mail address; `key_of` makes the key of such an address.
    pub fn of(typed: &str, key_of: impl Fn(&EmailAddress) -> String) -> Self {
        let mut search = Self::default();
        let mut words: Vec<String> = vec![];
        for word in typed.split_whitespace().take(MOST_WORDS) {
            if let Some(address) = address(word) {
                if word.contains('<') {
                    // As mail programs copy it: before it stands a name, perhaps another than ours.
                    words.clear();
                }
                search.people.insert(key_of(&address));
            } else if let Some(label) = domain(word) {
                search.domains.insert(label);
            } else {
                words.push(word.to_owned());
            }
        }
        let mut words = &*words;
        while let Some((first, rest)) = words.split_first() {
            words = match brin(words) {
                Some((brin, after)) => {
                    search.parts.insert(start(&brin.as_str().to_lowercase()));
                    after
                }
                None if is_label_of_brin(first) && brin_after(rest) => rest,
                None => {
                    search.parts.extend(parts(first));
                    rest
                }
            };
        }
        search
    }

    /// Whether it asks for nothing, so that every school has it.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The beginning of a word, as it stands in the [words](search_text) of a school.
fn start(word: &str) -> String {
    format!("  {word}")
}

/// What a word asks for: what stands between its points and hyphens, which others write differently.
fn parts(word: &str) -> Vec<String> {
    let folded = fold(word);
    let bare = folded.trim_matches([',', ';', ':', '"', '(', ')', '<', '>', '[', ']', '{', '}']);
    let bare = if bare.is_empty() { &folded } else { bare };
    let pieces = bare.split([' ', '-', '.', '\'', '/']).filter(|piece| !piece.is_empty());
    let mut pieces: Vec<&str> = pieces.collect();
    if pieces.is_empty() && !bare.is_empty() {
        pieces.push(bare);
    }
    let is_short = |piece: &str| piece.chars().count() < PART_SIGNS;
    pieces.into_iter().map(|piece| if is_short(piece) { start(piece) } else { piece.to_owned() }).collect()
}

/// The e-mail address that a word is, also as a link or between `<` and `>`.
fn address(word: &str) -> Option<EmailAddress> {
    if !word.contains('@') {
        return None;
    }
    let around = ['<', '>', '(', ')', '[', ']', '"', '\'', ',', ';', ':', '.'];
    let bare = word.trim_matches(around);
    let bare = match bare.get(..7) {
        Some(scheme) if scheme.eq_ignore_ascii_case("mailto:") => &bare[7..],
        _ => bare,
    };
    let bare = bare.split('?').next().unwrap_or(bare).trim_end_matches(around);
    EmailAddress::parse_typed(bare).ok()
}

/// The label that a host under `swp.nl` begins with, or an address with such a host.
fn domain(word: &str) -> Option<String> {
    let lower = word.to_lowercase();
    let lower = lower.trim_matches(['<', '>', '(', ')', '[', ']', '"', '\'', ',', ';']);
    let rest = lower.split_once("://").map_or(lower, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or(rest);
    let host = authority.rsplit('@').next().unwrap_or(authority);
    let host = host.split(':').next().unwrap_or(host).trim_end_matches('.');
    let label = host.strip_suffix(".swp.nl")?.rsplit('.').next()?;
    SchoolDomain::parse(label).ok().map(|domain| domain.label().to_owned())
}

/// The BRIN that words begin with, in as many pieces as it was typed, with the words after it.
fn brin(words: &[String]) -> Option<(Brin, &[String])> {
    let mut typed = String::new();
    let mut found = None;
    for (piece, after) in words.iter().zip(1..).take(BRIN_PIECES) {
        typed.push_str(&fold(piece).replace(['/', '_', ',', ';', ':', '(', ')', '"'], ""));
        if let Some(brin) = read_brin(&typed) {
            found = Some((brin, &words[after..]));
        }
    }
    found
}

fn read_brin(typed: &str) -> Option<Brin> {
    Brin::parse(typed.strip_prefix("brin").unwrap_or(typed)).ok()
}

fn brin_after(words: &[String]) -> bool {
    brin(words).is_some()
}

/// Whether a word only says that a BRIN comes after it.
fn is_label_of_brin(word: &str) -> bool {
    let letters: String = fold(word).chars().filter(|sign| sign.is_alphanumeric()).collect();
    ["brin", "brinnr", "brinnummer", "brincode"].contains(&&*letters)
}

/// The words of these texts, [folded](fold), each once, with two spaces before it: so that the start of a word is three
/// signs long, and an index of every three signs finds words by one sign too.
///
/// A word with other signs in it is also there without them, and in its parts: `O.L.V.-college` is found by `olv`.
pub fn search_text<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let mut words = BTreeSet::new();
    for text in texts {
        for word in fold(text).split(' ').filter(|word| !word.is_empty()) {
            words.insert(word.to_owned());
            let is_other = |sign: char| !sign.is_alphanumeric();
            words.extend(word.split(is_other).filter(|part| !part.is_empty()).map(str::to_owned));
            words.insert(word.replace(is_other, ""));
        }
    }
    words.remove("");
    words.iter().flat_map(|word| ["  ", word]).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(typed: &str) -> String {
        let Search { parts, domains, people } = Search::of(typed, |address| address.as_str().to_owned());
        let of = |kind: &str, all: BTreeSet<String>| all.into_iter().map(|one| format!("{kind}{one}")).collect();
        let all: [Vec<String>; 3] = [of("", parts), of("@", domains), of("<", people)];
        all.concat().join("|")
    }

    #[test]
    fn what_is_typed_or_pasted_is_read_as_what_it_is() {
        for (typed, expected) in [
            ("", ""),
            ("   ", ""),
            ("wilg", "wilg"),
            ("noord riv", "noord|riv"),
            ("riv  NOORD riv", "noord|riv"),
            ("Collège", "college"),
            ("'t Hof", "  t|hof"),
            ("sint-jan", "jan|sint"),
            ("O.L.V.", "  l|  o|  v"),
            ("de wit", "  de|wit"),
            ("A_B", "a_b"),
            ("100%", "100%"),
            ("%", "  %"),
            ("-", "  -"),
            ("\\", "  \\"),
            ("\"", "  \""),
            ("\"noord\",", "noord"),
            ("12AB", "  12ab"),
            ("12 ab", "  12ab"),
            ("12ab-00", "  12ab00"),
            ("12AB/01", "  12ab01"),
            ("1 2 A B 0 1", "  12ab01"),
            ("1.2-a b", "  12ab"),
            ("BRIN 12AB", "  12ab"),
            ("brin: 12.ab", "  12ab"),
            ("BRIN-nummer 12AB04,", "  12ab04"),
            ("BRIN12AB", "  12ab"),
            ("brin", "brin"),
            ("jan 12ab", "  12ab|jan"),
            ("12ab jan", "  12ab|jan"),
            ("12AB 34CD", "  12ab|  34cd"),
            ("２４ＡＢ", "  24ab"),
            ("2AB", "2ab"),
            ("rivierenland.swp.nl", "@rivierenland"),
            ("Rivierenland.SWP.nl.", "@rivierenland"),
            ("https://rivierenland.swp.nl:8800/x?y", "@rivierenland"),
            ("http://rivierenland.swp.nl", "@rivierenland"),
            ("www.rivierenland.swp.nl/doc", "@rivierenland"),
            ("<https://rivierenland.swp.nl/>,", "@rivierenland"),
            ("https://iemand@rivierenland.swp.nl/", "@rivierenland"),
            ("swp.nl", "  nl|swp"),
            ("noord rivierenland.swp.nl", "noord|@rivierenland"),
            ("jan@x.nl", "<jan@x.nl"),
            ("JAN@X.NL", "<JAN@x.nl"),
            ("mailto:jan@x.nl?subject=Hoi", "<jan@x.nl"),
            ("Jan Bos <jan@x.nl>", "<jan@x.nl"),
            ("\"Bos, Jan\" <jan@x.nl>;", "<jan@x.nl"),
            ("jan@x.nl noord", "noord|<jan@x.nl"),
            ("(jan@x.nl).", "<jan@x.nl"),
            ("jan@", "jan@"),
            ("a\0b\u{200b}c", "abc"),
        ] {
            assert_eq!(read(typed), expected, "{typed:?}");
        }
    }

    #[test]
    fn a_long_search_asks_for_its_first_words() {
        let typed: String = (100..200).flat_map(|number| [number.to_string(), " ".to_owned()]).collect();

        assert_eq!(read(&typed).split('|').count(), MOST_WORDS);
    }

    proptest! {
        #[test]
        fn whatever_is_typed_asks_for_nothing_that_an_index_of_three_signs_does_not_know(typed in "\\PC{0,60}|.{0,40}") {
            let search = Search::of(&typed, |address| address.as_str().to_owned());

            for part in search.parts {
                prop_assert!(part.chars().count() >= 3 && !part.chars().any(char::is_control), "{:?}", part);
            }
        }

        #[test]
        fn a_name_is_found_by_each_of_its_words(name in "[a-zA-Zéç0-9'. -]{1,30}") {
            let kept = search_text([&*name]);
            for word in name.split_whitespace() {
                let search = Search::of(word, |address| address.as_str().to_owned());
                if search.domains.is_empty() && search.people.is_empty() {
                    prop_assert!(search.parts.iter().all(|part| kept.contains(part)), "{:?} in {:?}", search, kept);
                }
            }
        }
    }

    #[test]
    fn each_word_is_there_once_and_without_other_signs_too() {
        for (texts, expected) in [
            (&["Het Molenveld", "molenveld", "13CD", "13CD00"][..], "  13cd  13cd00  het  molenveld"),
            (&["O.L.V.-college"][..], "  college  l  o  o.l.v.-college  olvcollege  v"),
            (&["'t Hof", "-"][..], "  't  -  hof  t"),
            (&["", " "][..], ""),
        ] {
            assert_eq!(search_text(texts.iter().copied()), expected);
        }
    }
}
