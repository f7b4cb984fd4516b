//! What people really paste into each field, and what becomes of it.

use super::super::{Brin, EmailAddress, PersonName, SchoolDomain, SchoolName, TextError};
use crate::domain::doubt;

/// What becomes of a pasted text.
#[derive(Debug, PartialEq, Eq)]
enum Read {
    /// It is this.
    Is(&'static str),
    /// It is this, and whoever typed it is asked whether they are sure.
    Asked(&'static str),
    /// It is refused, with a sentence that has these words.
    No(&'static str),
}

use Read::{Asked, Is, No};

fn hold<T>(
    table: &[(&str, Read)],
    parse: impl Fn(&str) -> Result<T, TextError>,
    shown: impl Fn(&T) -> String,
    doubt: impl Fn(&T) -> Option<&'static str>,
) -> usize {
    for (typed, expected) in table {
        match (parse(typed), expected) {
            (Ok(value), Is(read)) => {
                assert_eq!((shown(&value).as_str(), doubt(&value)), (*read, None), "{typed:?}");
            }
            (Ok(value), Asked(read)) => {
                assert_eq!(shown(&value), *read, "{typed:?}");
                assert!(doubt(&value).is_some_and(|asked| asked.contains("Weet je het zeker?")), "{typed:?}");
            }
            (Err(error), No(words)) => assert!(error.sentence().contains(words), "{typed:?}: {error}"),
            (Ok(value), No(_)) => panic!("{typed:?} is read as {}", shown(&value)),
            (Err(error), Is(_) | Asked(_)) => panic!("{typed:?}: {error}"),
        }
    }
    table.len()
}

#[test]
fn school_domains_are_read_from_what_the_address_bar_and_mails_give() {
    let count = hold(DOMAINS, SchoolDomain::parse, |domain| domain.label().to_owned(), doubt::of_domain);

    assert!(count >= 40, "{count}");
}

#[test]
fn brin_numbers_are_read_from_what_lists_and_websites_give() {
    let count = hold(BRINS, Brin::parse, ToString::to_string, |_| None);

    assert!(count >= 35, "{count}");
}

#[test]
fn addresses_are_read_from_what_mail_programs_give() {
    let count = hold(ADDRESSES, EmailAddress::parse_typed, EmailAddress::shown, doubt::of_email);

    assert!(count >= 35, "{count}");
}

#[test]
fn names_are_read_from_what_documents_give() {
    let people = hold(PEOPLE, PersonName::parse_typed, ToString::to_string, |_| None);
    let schools = hold(SCHOOLS, SchoolName::parse_typed, ToString::to_string, |_| None);

    assert!(people + schools >= 25, "{people} and {schools}");
}

#[rustfmt::skip]
const DOMAINS: &[(&str, Read)] = &[
    ("bonhoeffer", Is("bonhoeffer")),
    ("Bonhoeffer ", Is("bonhoeffer")),
    ("bonhoeffer.swp.nl", Is("bonhoeffer")),
    ("bonhoeffer.swp.nl.", Is("bonhoeffer")),
    ("https://bonhoeffer.swp.nl", Is("bonhoeffer")),
    ("https://bonhoeffer.swp.nl/", Is("bonhoeffer")),
    ("http://bonhoeffer.swp.nl:8800/", Is("bonhoeffer")),
    ("https://bonhoeffer.swp.nl:8800/doc", Is("bonhoeffer")),
    ("https://bonhoeffer.swp.nl:8800/doc?library=Algemeen&function=Login", Is("bonhoeffer")),
    ("https://bonhoeffer.swp.nl:8801/doc/?a=1#top", Is("bonhoeffer")),
    ("https://bonhoeffer.swp.nl/magister/#/vandaag", Is("bonhoeffer")),
    ("https://bonhoeffer.swp.nl:8800/doc?user=j@school.nl", Is("bonhoeffer")),
    ("HTTPS://BONHOEFFER.SWP.NL:8800/DOC?X", Is("bonhoeffer")),
    ("<https://bonhoeffer.swp.nl:8800/>", Is("bonhoeffer")),
    ("\"https://bonhoeffer.swp.nl\"", Is("bonhoeffer")),
    ("\u{201E}bonhoeffer\u{201D}", Is("bonhoeffer")),
    ("\u{2018}bonhoeffer\u{2019}", Is("bonhoeffer")),
    ("(bonhoeffer.swp.nl),", Is("bonhoeffer")),
    ("bonhoeffer.swp.nl;", Is("bonhoeffer")),
    ("\u{200B}bonhoeffer\u{FEFF}", Is("bonhoeffer")),
    ("\u{202A}https://bonhoeffer.swp.nl\u{202C}", Is("bonhoeffer")),
    ("\u{200E}bonhoeffer", Is("bonhoeffer")),
    ("\u{A0}bonhoeffer\u{A0}", Is("bonhoeffer")),
    ("bon\u{AD}hoeffer.swp.nl", Is("bonhoeffer")),
    ("sint\u{2013}jan.swp.nl", Is("sint-jan")),
    ("sint\u{2011}jan", Is("sint-jan")),
    ("rdp.swp.nl", Asked("rdp")),
    ("saas", Asked("saas")),
    ("https://remote.swp.nl:8800/doc", Asked("remote")),
    ("test", Asked("test")),
    ("bonhoeffer-test.swp.nl", Asked("bonhoeffer-test")),
    ("https://bonhoeffer.swp.nl:443", No("poort")),
    ("https://bonhoeffer.swp.nl:443/doc?x", No("poort")),
    ("bonhoeffer.swp.nl:8080", No("poort 8800")),
    ("https://bonhoeffer.magister.net/magister/#/vandaag", No("waarop je inlogt")),
    ("accounts.magister.net", No("waarop je inlogt")),
    ("https://???.swp.nl", No("vraagtekens")),
    ("j.jansen@bonhoeffer.nl", No("e-mailadres")),
    ("https://user:geheim@bonhoeffer.swp.nl", No("e-mailadres")),
    ("www.bonhoeffer.nl", No("geen schooldomein")),
    ("https://www.swp.nl", No("niet het schooldomein")),
    ("Bonhoeffer College", No("letters zonder accent")),
    ("bonhoéffer", No("letters zonder accent")),
    ("\u{202E}reffeohnob", No("letters zonder accent")),
    ("evil.example/bonhoeffer.swp.nl", No("geen schooldomein")),
    ("bonhoeffer.swp.nl.evil.example/doc?bonhoeffer.swp.nl", No("geen schooldomein")),
    ("magister", No("niet het schooldomein")),
    ("", No("Vul het schooldomein")),
    (" \u{200B} ", No("Vul het schooldomein")),
];

#[rustfmt::skip]
const BRINS: &[(&str, Read)] = &[
    ("12AB", Is("12AB")),
    ("12ab", Is("12AB")),
    ("12AB00", Is("12AB00")),
    ("12AB 00", Is("12AB00")),
    ("12AB-00", Is("12AB00")),
    ("12AB\u{2013}00", Is("12AB00")),
    ("12AB\u{2014}00", Is("12AB00")),
    ("12AB\u{2011}00", Is("12AB00")),
    ("12AB\u{2212}00", Is("12AB00")),
    ("12AB \u{2013} 00", Is("12AB00")),
    ("12AB/00", Is("12AB00")),
    ("12AB / 00", Is("12AB00")),
    ("12AB_00", Is("12AB00")),
    ("12.AB.00", Is("12AB00")),
    ("1 2 A B", Is("12AB")),
    ("BRIN 12AB", Is("12AB")),
    ("brin: 12AB00", Is("12AB00")),
    ("BRIN-nummer: 12AB", Is("12AB")),
    ("Brinnummer 12ab\u{2013}01", Is("12AB01")),
    ("BRIN nummer 12AB", Is("12AB")),
    ("brinnr. 12AB", Is("12AB")),
    ("Brin-code 12AB", Is("12AB")),
    ("BRIN12AB", Is("12AB")),
    ("(12AB)", Is("12AB")),
    ("12AB.", Is("12AB")),
    ("12AB,", Is("12AB")),
    ("\u{201C}12AB\u{201D}", Is("12AB")),
    ("'12AB", Is("12AB")),
    ("\u{FEFF}12AB\u{200B}", Is("12AB")),
    ("12\u{A0}AB", Is("12AB")),
    ("\t12AB00\r\n", Is("12AB00")),
    ("\u{202A}12AB\u{202C}", Is("12AB")),
    ("O2AB", No("letter O")),
    ("1OAB", No("letter O")),
    ("12AB0O", No("letter O")),
    ("12AB-OO", No("letter O")),
    ("120B", No("cijfer 0")),
    ("I2AB", No("letter O of I")),
    ("BRIN O2AB", No("letter O")),
    ("12345", No("geen BRIN-nummer")),
    ("AB12", No("geen BRIN-nummer")),
    ("12AB 13CD", No("geen BRIN-nummer")),
    ("Bonhoeffer College", No("geen BRIN-nummer")),
    ("brin", No("Vul het BRIN-nummer")),
    ("", No("Vul het BRIN-nummer")),
];

#[rustfmt::skip]
const ADDRESSES: &[(&str, Read)] = &[
    ("jan@school.nl", Is("jan@school.nl")),
    ("Jan@School.NL", Is("Jan@school.nl")),
    (" jan@school.nl\r\n", Is("jan@school.nl")),
    ("mailto:jan@school.nl", Is("jan@school.nl")),
    ("MAILTO:jan@school.nl?subject=Numo", Is("jan@school.nl")),
    ("Jan <jan@school.nl>", Is("jan@school.nl")),
    ("Jan de Wit <jan@school.nl>", Is("jan@school.nl")),
    ("\"Wit, Jan de\" <jan@school.nl>", Is("jan@school.nl")),
    ("\"Wit, Jan de\" <jan@school.nl>;", Is("jan@school.nl")),
    ("<jan@school.nl>", Is("jan@school.nl")),
    ("<mailto:jan@school.nl>", Is("jan@school.nl")),
    ("jan@school.nl <mailto:jan@school.nl>", Is("jan@school.nl")),
    ("jan@school.nl<mailto:jan@school.nl>", Is("jan@school.nl")),
    ("'jan@school.nl' <jan@school.nl>", Is("jan@school.nl")),
    ("(jan@school.nl)", Is("jan@school.nl")),
    ("[jan@school.nl]", Is("jan@school.nl")),
    ("jan@school.nl.", Is("jan@school.nl")),
    ("jan@school.nl;", Is("jan@school.nl")),
    ("jan@school.nl, ", Is("jan@school.nl")),
    ("\u{201C}jan@school.nl\u{201D}", Is("jan@school.nl")),
    ("\u{2018}jan@school.nl\u{2019}", Is("jan@school.nl")),
    ("E-mail: jan@school.nl", Is("jan@school.nl")),
    ("e-mailadres: jan@school.nl", Is("jan@school.nl")),
    ("\u{200B}jan@school.nl\u{200B}", Is("jan@school.nl")),
    ("\u{202A}jan@school.nl\u{202C}", Is("jan@school.nl")),
    ("jan@sint\u{2011}jan.nl", Is("jan@sint-jan.nl")),
    ("o\u{2019}brien@school.nl", Is("o'brien@school.nl")),
    ("jan@schoöl.nl", Is("jan@schoöl.nl")),
    ("Jan <jan@école.example>", Is("jan@école.example")),
    ("jan@xn--schol-mua.nl", Is("jan@schoöl.nl")),
    ("noreply@school.nl", Asked("noreply@school.nl")),
    ("No-Reply <no-reply@school.nl>", Asked("no-reply@school.nl")),
    ("niet.beantwoorden@school.nl", Asked("niet.beantwoorden@school.nl")),
    ("jan@school.nl; piet@school.nl", No("e-mailadres")),
    ("jan@school.nl <piet@school.nl>", No("twee e-mailadressen")),
    ("Jan <jan@school.nl>, Piet <piet@school.nl>", No("twee e-mailadressen")),
    ("jan de wit@school.nl", No("geen volledig e-mailadres")),
    ("jan@school", No("geen volledig e-mailadres")),
    ("jan@school,nl", No("geen volledig e-mailadres")),
    ("jan school.nl", No("geen volledig e-mailadres")),
    ("Jan de Wit", No("geen volledig e-mailadres")),
    ("jörg@school.nl", No("accent")),
    ("jan@ѕchool.nl", No("andere bijzondere tekens")),
    ("\u{202E}ln.loohcs@naj", No("accent")),
    ("", No("Vul een e-mailadres in")),
];

#[rustfmt::skip]
const PEOPLE: &[(&str, Read)] = &[
    ("Joke Jansen", Is("Joke Jansen")),
    (" Joke\u{A0}Jansen\u{200B} ", Is("Joke Jansen")),
    ("\u{202A}Joke Jansen\u{202C}", Is("Joke Jansen")),
    ("Joke\r\nJansen", Is("Joke Jansen")),
    ("Joke\tJansen", Is("Joke Jansen")),
    ("Joke O\u{2019}Brien", Is("Joke O'Brien")),
    ("Joke van \u{2018}t Hof", Is("Joke van 't Hof")),
    ("Anne\u{2013}Fleur Smit", Is("Anne–Fleur Smit")),
    ("Jo\u{AD}ke Jansen", Is("Joke Jansen")),
    ("Mr. A.B. van der Berg", Is("Mr. A.B. van der Berg")),
    ("joke@school.nl", No("Dit is een e-mailadres")),
    ("Joke Jansen <joke@school.nl>", No("Dit is een e-mailadres")),
    ("mailto:joke@school.nl", No("Dit is een e-mailadres")),
    ("Joke Jansen joke@school.nl", No("webadres of e-mailadres")),
    ("www.school.nl", No("webadres")),
    ("\u{202E}nesnaJ ekoJ", No("onzichtbaar teken")),
    ("12", No("te kort")),
    ("", No("Vul een voornaam en achternaam in")),
];

#[rustfmt::skip]
const SCHOOLS: &[(&str, Read)] = &[
    ("\u{2019}t Hof", Is("'t Hof")),
    ("Lyceum \u{201C}De Brug\u{201D}", Is("Lyceum \"De Brug\"")),
    ("Bonhoeffer College\r\nlocatie Bruggertstraat", Is("Bonhoeffer College locatie Bruggertstraat")),
    ("\u{FEFF}Bonhoeffer\u{200B} College", Is("Bonhoeffer College")),
    ("Sint\u{2011}Janslyceum", Is("Sint‑Janslyceum")),
    ("Bonhoeffer College \u{2013} vmbo", Is("Bonhoeffer College – vmbo")),
    ("Collège Zuïd", Is("Collège Zuïd")),
    ("St.Jan College", Is("St.Jan College")),
    ("https://www.bonhoeffer.nl", No("webadres")),
    ("??", No("te kort")),
];
