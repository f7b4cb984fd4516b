//! The reader alone: what it makes of answers, and that no answer makes it panic or grow.

use std::convert::Infallible;

use futures_util::FutureExt;
use futures_util::stream;
use http_body_util::StreamBody;
use hyper::body::{Bytes, Frame};
use proptest::prelude::*;

use super::*;
use crate::domain::check::Oddity;
use crate::magister::reply::{self, Reply, Strange};

const BOUNDS: Limits = Limits {
    connect: Duration::ZERO,
    total: Duration::ZERO,
    list: Duration::ZERO,
    soap: Duration::ZERO,
    log_out: Duration::ZERO,
    list_bytes: 0,
    answer_bytes: 0,
    piece_bytes: 2_000,
    depth: 12,
    rows: 50,
    stamnrs: 20,
    courtesy: Courtesy { pause: Duration::ZERO, at_once: 1, rest_after: 1, rest: Duration::ZERO },
};

/// So tight that many mutated answers pass them.
const TIGHT: Limits = Limits { piece_bytes: 40, depth: 6, rows: 2, stamnrs: 1, ..BOUNDS };

/// Reads bytes that come in chunks of a size.
fn read_in(bytes: &[u8], chunk: usize) -> Result<Reply, Oddity> {
    read_within(&BOUNDS, 20_000, bytes, chunk)
}

fn read_within(bounds: &Limits, bytes_max: u64, bytes: &[u8], chunk: usize) -> Result<Reply, Oddity> {
    measured(bounds, bytes_max, bytes, chunk).0.map_err(|strange| strange.oddity)
}

/// Reads, and gives with it the most bytes that reading had in hand at once.
fn measured(bounds: &Limits, bytes_max: u64, bytes: &[u8], chunk: usize) -> (Result<Reply, Strange>, u64) {
    let bytes = Bytes::copy_from_slice(bytes);
    let parts: Vec<Bytes> =
        (0..bytes.len()).step_by(chunk).map(|at| bytes.slice(at..bytes.len().min(at + chunk))).collect();
    let mut read = None;
    let memory = allocation_counter::measure(|| {
        let frames = parts.into_iter().map(|part| Ok::<_, Infallible>(Frame::data(part)));
        let body = StreamBody::new(stream::iter(frames));
        // All of it is there, so nothing has to be waited for.
        read = reply::read(body, bytes_max, bounds, [7; 16]).now_or_never();
    });
    (read.expect("nothing has to be waited for"), memory.bytes_max)
}

fn read(text: &str) -> Result<Reply, Oddity> {
    read_in(text.as_bytes(), 1_000)
}

const LIST: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<Response><Result>True</Result><Table><Leerlingen>\
    <Leerling><idGebr>1</idGebr><ExterneId>é&amp;x</ExterneId><opleidingscode>h1</opleidingscode><stamnr>10</stamnr></Leerling>\
    <Leerling><idGebr/><ExterneId>b</ExterneId><opleidingscode> </opleidingscode><stamnr>11</stamnr></Leerling>\
    <Leerling><idGebr>3</idGebr><ExterneId>c</ExterneId><opleidingscode><![CDATA[v]]></opleidingscode><stamnr> 10 </stamnr></Leerling>\
    </Leerlingen></Table></Response>";

#[test]
fn a_list_is_counted_whatever_the_size_of_its_chunks() {
    for chunk in [1, 2, 3, 7, 64, 10_000] {
        let reply = read_in(LIST.as_bytes(), chunk).expect("a list");

        let counts = reply.table.counts();
        assert_eq!(
            (counts.rows, counts.without_id_gebr, counts.without_opleidingscode, counts.double_stamnr),
            (3, 1, 1, 1)
        );
        assert!(!reply.table.lacks_column() && reply.result == Some(true));
    }
}

#[test]
fn wrappers_may_have_any_name_or_be_left_out() {
    let row = "<idGebr>1</idGebr><ExterneId>1</ExterneId><opleidingscode>1</opleidingscode><stamnr>1</stamnr>";
    for (text, rows) in [
        (format!("<response><result>TRUE</result><table><x><y>{row}</y><y>{row}</y></x></table></response>"), 2),
        (format!("<R><Result>1</Result><Table><y>{row}</y><y>{row}</y></Table></R>"), 2),
        (format!("<R><Result>-1</Result><Rows><y>{row}</y></Rows></R>"), 1),
        (
            format!(
                "<s:E xmlns:s='x'><s:B><R><Result>true</Result><a:Table><x><y>{row}</y></x></a:Table></R></s:B></s:E>"
            ),
            1,
        ),
        ("<R><Result>True</Result></R>".into(), 0),
        ("<R><Result>True</Result><Table/></R>".into(), 0),
        ("<R><Result>True</Result><Table><Leerlingen/></Table></R>".into(), 0),
        ("<R><Result>True</Result><Table><Leerlingen></Leerlingen></Table></R>".into(), 0),
        ("\u{FEFF}<?xml version='1.0'?><!-- x --><R><?pi x?><Result> True\n</Result></R>trailing".into(), 0),
    ] {
        let reply = read(&text).unwrap_or_else(|oddity| panic!("{text}: {oddity:?}"));

        assert_eq!((reply.result, reply.table.counts().rows), (Some(true), rows), "{text}");
    }
}

#[test]
fn verdicts_are_read_under_either_tag() {
    let fault = read(
        "<Response><Result>False</Result><Table><Regels><Regel><Regelnr>1</Regelnr><FOUT_NUMMER>10</FOUT_NUMMER>\
                      <Fout_omschrijving>Geen recht</Fout_omschrijving></Regel></Regels></Table></Response>",
    )
    .expect("a verdict");
    assert_eq!((fault.result, fault.fault_code.as_deref()), (Some(false), Some("10")));
    assert_eq!(fault.fault_text.as_deref(), Some("Geen recht"));

    let exception =
        read("<Response><Exception>EMGeneralFailure</Exception><ExceptionMsg>x &#38; y</ExceptionMsg></Response>");
    assert_eq!(exception.expect("a verdict").exception.as_deref(), Some("EMGeneralFailure x & y"));

    for (text, said) in [
        ("<Response><Exception/></Response>", None),
        ("<Response><Exception> \n</Exception><ExceptionMsg></ExceptionMsg></Response>", None),
        ("<Response><Exception/><ExceptionMsg>Geen toegang</ExceptionMsg></Response>", Some("Geen toegang")),
        ("<Response><Exception>EMGeneralFailure</Exception><ExceptionMsg/></Response>", Some("EMGeneralFailure")),
    ] {
        assert_eq!(read(text).expect("a verdict").exception.as_deref(), said, "{text}");
    }

    let log_in = read("<a><b><SessionToken>  abc </SessionToken></b></a>").expect("a verdict");
    assert_eq!(log_in.token.as_ref().map(|token| token.expose()), Some("abc"));
    assert_eq!(format!("{:?}", log_in.token), "Some(SessionToken(…))");

    let long = read(&format!("<a><SessionToken>{}</SessionToken></a>", "x".repeat(600))).expect("a verdict");
    assert!(long.token.is_none());
}

#[test]
fn what_is_no_answer_has_a_name() {
    let deep = "<a>".repeat(13);
    let rows = format!("<R><Table><x>{}</x></Table></R>", "<y><z>1</z></y>".repeat(51));
    for (text, oddity) in [
        ("", Oddity::CutShort),
        ("  \n", Oddity::CutShort),
        ("<", Oddity::CutShort),
        ("<a><b>x", Oddity::CutShort),
        ("<a><!-- ", Oddity::CutShort),
        ("Geen toegang", Oddity::NotXml),
        ("<a></b>", Oddity::NotXml),
        ("</a>", Oddity::NotXml),
        ("<html><body/></html>", Oddity::Html),
        ("<!doctype HTML><p>", Oddity::Html),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", Oddity::Dtd),
        ("<a>&b;</a>", Oddity::Dtd),
        ("<a>&#xD800;</a>", Oddity::Dtd),
        (&deep, Oddity::TooDeep),
        (&rows, Oddity::TooBig),
        (&format!("<a>{}</a>", "x".repeat(4_000)), Oddity::TooBig),
        (&format!("<a b='{}'/>", "x".repeat(4_000)), Oddity::TooBig),
        (&format!("<!-- {} --><a/>", "x".repeat(4_000)), Oddity::TooBig),
        (&format!("<a>{}</a>", "<b></b>".repeat(4_000)), Oddity::TooBig),
        ("<?xml version='1.0' encoding='utf-7'?><a/>", Oddity::NotXml),
        ("<?xml version='1.0' encoding='ISO-2022-JP'?><a/>", Oddity::NotXml),
        ("<?xml version='1.0' encoding='utf-16'?><a/>", Oddity::NotUtf16),
        ("<?xml version='1.0' encoding=\"UTF-16BE\"?><a/>", Oddity::NotUtf16),
        ("<R><Table><x><y><!DOCTYPE z><a>&b;</a></y></x></Table></R>", Oddity::Dtd),
    ] {
        assert_eq!(read(text).err(), Some(oddity), "{text}");
    }
}

#[test]
fn what_cannot_be_read_in_a_row_spoils_its_cell_and_nothing_else() {
    for spoiled in ["a & b", "a &", "&b; c", "&#0;", "&#xD800;", "&eacute;", "x &amp y", "&&amp;"] {
        let row = |text: &str| {
            format!("<y><naam>{spoiled}</naam><idGebr>1</idGebr><opleidingscode>{text}</opleidingscode></y>")
        };
        let rows = row(spoiled) + &row("a &amp; b") + &row("<![CDATA[a & b]]>");
        for text in
            [format!("<R><Result>True</Result><Table><x>{rows}</x></Table></R>"), format!("<R><Rows>{rows}</Rows></R>")]
        {
            let read = read_in(text.as_bytes(), 3);
            if text.contains("Rows") && spoiled.contains(';') && read.is_err() {
                // Outside a table only our own columns are known to be of a row.
                assert_eq!(read.err(), Some(Oddity::Dtd), "{spoiled}");
                continue;
            }
            let counts = read.unwrap_or_else(|oddity| panic!("{text}: {oddity:?}")).table.counts();

            assert_eq!((counts.rows, counts.without_id_gebr, counts.without_opleidingscode), (3, 0, 1), "{text}");
        }
    }
}

#[test]
fn every_encoding_of_the_field_is_read() {
    let body = "<R><Result>True</Result><ResultMessage>Ontbréékt</ResultMessage></R>";
    let in_1252 = |text: &str| encoding_rs::WINDOWS_1252.encode(text).0.into_owned();
    let in_utf16: Vec<u8> = format!("\u{FEFF}{body}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    for bytes in [
        body.as_bytes().to_vec(),
        format!("\u{FEFF}{body}").into_bytes(),
        format!("<?xml version='1.0' encoding='UTF-8'?>{body}").into_bytes(),
        in_1252(body),
        in_1252(&format!("<?xml version=\"1.0\" encoding = \"Windows-1252\" ?>{body}")),
        in_1252(&format!("<?xml version='1.0' encoding='iso-8859-1'?>{body}")),
        in_1252(&format!("<?xml version='1.0' encoding='utf-8'?>{body}")),
        in_utf16,
        format!("<?xml version='1.0' encoding='utf-16'?>{body}").encode_utf16().flat_map(u16::to_le_bytes).collect(),
        body.encode_utf16().flat_map(u16::to_be_bytes).collect(),
    ] {
        let reply = read_in(&bytes, 1_000).expect("an answer");

        assert_eq!(reply.message.as_deref(), Some("Ontbréékt"));
    }
}

#[test]
fn the_sample_of_the_query_makes_a_list_of_the_right_shape() {
    let sample = include_str!("../../../templates/query/sample.sql");
    let names = sample.split(" AS ").skip(1).filter_map(|after| after.split([',', ';']).next());
    let cells: String = names.map(|name| format!("<{name}>1</{name}>")).collect();

    let reply = read(&format!("<R><Result>True</Result><Table><Ls><L>{cells}</L></Ls></Table></R>")).expect("a list");

    assert_eq!((reply.table.counts().rows, reply.table.lacks_column()), (1, false), "{cells}");
}

/// SplitMix64: cheap, and the same on every run of one seed.
fn next(seed: &mut u64) -> usize {
    *seed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *seed;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    usize::try_from((z ^ (z >> 31)) >> 33).expect("31 bits")
}

/// What stands in the rows, and nowhere else; with signs that no tag has, for an answer may break within a tag.
const PUPILS: [&str; 3] = ["d'Ancona", "900007", "havo/4b"];

const BASES: [&str; 5] = [
    "<Response><Result>True</Result><Table><Ls><L><idGebr>d'Ancona</idGebr><opleidingscode>havo/4b</opleidingscode>\
     <stamnr>900007</stamnr></L><L><idGebr/><stamnr>900007</stamnr></L></Ls></Table></Response>",
    "<R><Result>1</Result><Rows><y><ExterneId>d'Ancona</ExterneId><stamnr>900007</stamnr></y></Rows></R>",
    "<?xml version='1.0' encoding='windows-1252'?><R><Result>False</Result><Table><Regels><Regel><Foutcode>10</Foutcode>\
     <Fout_omschrijving>geen recht &amp; &#233;</Fout_omschrijving></Regel></Regels></Table></R>",
    "<s:E xmlns:s='x'><s:B><q:LoginResponse><SessionToken>abc</SessionToken></q:LoginResponse></s:B></s:E>",
    "<Response><Exception>E</Exception><ExceptionMsg><![CDATA[x]]></ExceptionMsg><!-- c --></Response>",
];
const BITS: [&[u8]; 22] = [
    b"<",
    b">",
    b"&",
    b"</",
    b"/>",
    b"<Table>",
    b"</Table>",
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"-->",
    b"<?",
    b"?>",
    b"<!DOCTYPE",
    b"&#x110000;",
    b"&#0;",
    b"\xFF\xFE",
    b"\xEF\xBB\xBF",
    b"\0",
    b"\xC3",
    b"<stamnr>",
    b"</L><L>",
];

/// What reading may have in hand: a piece and a chunk, some of them twice while their room grows, and what is kept.
fn memory_cap(bounds: &Limits, chunk: usize) -> u64 {
    (12_000 + 8 * (bounds.piece_bytes + chunk)) as u64
}

/// One in so many answers is blown up, to far more than may be in memory.
const BLOWN_UP: usize = 200;

fn mutated(seed: &mut u64) -> Vec<u8> {
    let mut bytes = BASES[next(seed) % BASES.len()].as_bytes().to_vec();
    for _ in 0..=next(seed) % 4 {
        let at = next(seed) % (bytes.len() + 1);
        let to = (at + next(seed) % 24).min(bytes.len());
        match next(seed) % 5 {
            0 => drop(bytes.splice(at..at, BITS[next(seed) % BITS.len()].iter().copied())),
            1 => drop(bytes.drain(at..to)),
            2 => bytes.truncate(at.max(1)),
            3 => {
                let part = bytes[at..to].to_vec();
                bytes.splice(at..at, part.iter().copied().cycle().take(part.len() * (1 + next(seed) % 4)));
            }
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = (next(seed) % 256) as u8;
                }
            }
        }
    }
    if next(seed).is_multiple_of(BLOWN_UP) && !bytes.is_empty() {
        let at = next(seed) % bytes.len();
        let to = (at + 1 + next(seed) % 100).min(bytes.len());
        let part = bytes[at..to].to_vec();
        bytes.splice(at..at, part.into_iter().cycle().take(80_000));
    }
    bytes
}

proptest! {
    // Two hundred answers a case: 100,000 in all, in a few seconds.
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_answer_makes_the_reader_panic_or_take_more_memory_than_it_may_or_keep_a_row(seed in any::<u64>()) {
        let mut seed = seed;
        for _ in 0..200 {
            let bytes = mutated(&mut seed);
            let chunk = 1 + next(&mut seed) % 300;
            let (bounds, bytes_max) = if next(&mut seed).is_multiple_of(2) { (&BOUNDS, 200_000) } else { (&TIGHT, 250) };

            let (read, memory) = measured(bounds, bytes_max, &bytes, chunk);
            let cap = memory_cap(bounds, chunk);
            prop_assert!(memory <= cap, "{memory} bytes of {cap} for {} bytes", bytes.len());
            let kept = match read {
                Ok(reply) => {
                    let counts = reply.table.counts();
                    let rows = counts.rows;
                    prop_assert!(rows <= bounds.rows && reply.table.columns().len() <= 64);
                    let parts = [counts.without_opleidingscode, counts.without_id_gebr, counts.double_stamnr];
                    prop_assert!(parts.iter().all(|part| *part <= rows));
                    let token = reply.token.as_ref().map(|token| token.expose().to_owned());
                    let texts = [&reply.message, &reply.exception, &reply.fault_code, &reply.fault_text, &reply.excerpt];
                    texts.into_iter().flatten().chain(&token).chain(reply.table.columns()).cloned().collect()
                }
                Err(strange) => Vec::from_iter(strange.raw_text),
            };
            prop_assert!(kept.iter().all(|text| text.len() <= bounds.piece_bytes + chunk + 2_048));
            for text in kept {
                let is_of_a_row = PUPILS.iter().any(|pupil| text.contains(pupil));
                prop_assert!(!is_of_a_row, "{text} of {:?}", String::from_utf8_lossy(&bytes));
            }
        }
    }
}
