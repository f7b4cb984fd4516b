//! Samples, and workbooks made on the spot.

use std::io::Write as _;
use std::path::PathBuf;

use optie_b::passwords::PasswordRule;
use optie_b::studies::Studies;
use optie_b::table::Wanted;
use optie_b::{Fault, Session};

/// A file of the samples: what a school has (`in`) and the right file for Numo (`out`).
pub(crate) fn sample(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/samples").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The files of the samples in which pupils stand, and the one with ids.
pub(crate) const FILES: [&str; 6] = [
    "in/01-gewoon.xlsx",
    "in/01-idgebr.csv",
    "in/02-titel-en-nullen.xlsx",
    "in/03-ansi-dubbel.csv",
    "in/05-oud.xls",
    "in/studies.csv",
];

/// A session over an export, with the samples' table and their rule for passwords.
pub(crate) fn session(export: &[u8]) -> Result<Session, Fault> {
    let mut session = Session::default();
    session.studies = Studies::read(&sample("in/studies.csv")).expect("the table of the samples");
    session.answers.password = PasswordRule::parse("proef-{Stamnr}");
    session.open(export, &Wanted::default())?;
    Ok(session)
}

/// What keeps an export from being read.
pub(crate) fn refusal(export: &[u8]) -> Fault {
    match session(export) {
        Ok(session) => panic!("it was read: {:?}", session.review()),
        Err(fault) => fault,
    }
}

/// The faults of an export that can be read.
pub(crate) fn faults(export: &[u8]) -> Vec<Fault> {
    let session = session(export).unwrap_or_else(|fault| panic!("{fault}"));
    session.review().expect("a review").faults
}

/// The sentences of them.
pub(crate) fn sentences(export: &[u8]) -> Vec<String> {
    faults(export).iter().map(Fault::to_string).collect()
}

/// The file for Numo, as text.
pub(crate) fn made(session: &Session) -> String {
    let made = session.convert(&mut || None).unwrap_or_else(|review| panic!("{review:?}"));
    encoding_rs::WINDOWS_1252.decode(&made.file).0.into_owned()
}

pub(crate) const HEADER: [&str; 7] = ["Stamnr", "Roepnaam", "Tussenv.", "Achternaam", "Klas", "Studie", "E-mail"];

/// A text with a header row and one pupil a line.
pub(crate) fn text(lines: &[&str]) -> Vec<u8> {
    let mut text = HEADER.join(";");
    for line in lines {
        text.push_str("\r\n");
        text.push_str(line);
    }
    text.into_bytes()
}

/// An archive of parts that are not packed.
pub(crate) fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let packed: Vec<Part<'_>> = parts
        .iter()
        .map(|(name, bytes)| Part {
            name,
            method: 0,
            packed: bytes.to_vec(),
            size: bytes.len() as u64,
            checksum: crc32fast::hash(bytes),
        })
        .collect();
    zip(&packed)
}

/// A part as it stands in an archive; what it says of itself may be untrue.
pub(crate) struct Part<'a> {
    pub(crate) name: &'a str,
    pub(crate) method: u16,
    pub(crate) packed: Vec<u8>,
    pub(crate) size: u64,
    pub(crate) checksum: u32,
}

pub(crate) fn zip(parts: &[Part<'_>]) -> Vec<u8> {
    let (mut bytes, mut directory) = (vec![], vec![]);
    let put = |into: &mut Vec<u8>, part: &[u8]| into.write_all(part).expect("memory takes it");
    for part in parts {
        let at = u32::try_from(bytes.len()).expect("small");
        let numbers = [
            part.checksum.to_le_bytes(),
            u32::try_from(part.packed.len()).expect("small").to_le_bytes(),
            u32::try_from(part.size).expect("small").to_le_bytes(),
        ]
        .concat();
        let name = u16::try_from(part.name.len()).expect("short").to_le_bytes();
        let method = part.method.to_le_bytes();
        put(
            &mut bytes,
            &[b"PK\x03\x04\x14\0\0\0", &method[..], &[0; 4], &numbers, &name, &[0; 2], part.name.as_bytes()].concat(),
        );
        put(&mut bytes, &part.packed);
        put(
            &mut directory,
            &[
                b"PK\x01\x02\x14\0\x14\0\0\0",
                &method[..],
                &[0; 4],
                &numbers,
                &name,
                &[0; 12],
                &at.to_le_bytes(),
                part.name.as_bytes(),
            ]
            .concat(),
        );
    }
    let count = u16::try_from(parts.len()).expect("few").to_le_bytes();
    let (size, at) = (directory.len(), bytes.len());
    put(&mut bytes, &directory);
    let tail =
        [u32::try_from(size).expect("small").to_le_bytes(), u32::try_from(at).expect("small").to_le_bytes()].concat();
    put(&mut bytes, &[b"PK\x05\x06\0\0\0\0", &count[..], &count, &tail, &[0; 2]].concat());
    bytes
}

/// A workbook of Excel with one sheet, given the XML of its rows.
pub(crate) fn xlsx(rows: &str, strings: &str) -> Vec<u8> {
    archive(
        &xlsx_parts(&sheet_xml(rows), strings).iter().map(|(name, text)| (*name, text.as_bytes())).collect::<Vec<_>>(),
    )
}

pub(crate) fn sheet_xml(rows: &str) -> String {
    format!("<worksheet><sheetData>{rows}</sheetData></worksheet>")
}

pub(crate) fn xlsx_parts(sheet: &str, strings: &str) -> Vec<(&'static str, String)> {
    const KIND: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    vec![
        (
            "xl/workbook.xml",
            format!(
                "<workbook xmlns:r=\"{KIND}\"><sheets><sheet name=\"Deelnemers\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                "<Relationships><Relationship Id=\"r1\" Type=\"{KIND}/worksheet\" Target=\"worksheets/sheet1.xml\"/>\
                 <Relationship Id=\"r2\" Type=\"{KIND}/sharedStrings\" Target=\"sharedStrings.xml\"/></Relationships>"
            ),
        ),
        ("xl/sharedStrings.xml", format!("<sst>{strings}</sst>")),
        ("xl/worksheets/sheet1.xml", sheet.to_owned()),
    ]
}

/// The XML of a row of texts.
pub(crate) fn xml_row(number: usize, values: &[&str]) -> String {
    let cells: String = values.iter().map(|value| format!("<c t=\"inlineStr\"><is><t>{value}</t></is></c>")).collect();
    format!("<row r=\"{number}\">{cells}</row>")
}

/// A container of old workbooks with streams in it.
pub(crate) fn container(streams: &[(&str, &[u8])]) -> Vec<u8> {
    const SECTOR: usize = 512;
    const END: u32 = 0xFFFF_FFFE;
    // The table of chains comes first, in as many sectors as it needs for itself and all that follows.
    let data: usize = streams.iter().map(|(_, stream)| stream.len().div_ceil(SECTOR)).sum();
    let tables = (data + 2).div_ceil(SECTOR / 4 - 1);
    let mut chains: Vec<u32> = vec![0xFFFF_FFFD; tables];
    chains.push(END);
    let mut directory = vec![];
    let mut sectors = vec![];
    let mut entry = |name: &str, kind: u8, start: u32, length: usize| {
        let mut bytes = [0_u8; 128];
        let units: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        bytes[..units.len()].copy_from_slice(&units);
        bytes[64..66].copy_from_slice(&(u16::try_from(units.len()).expect("short") + 2).to_le_bytes());
        bytes[66] = kind;
        bytes[116..120].copy_from_slice(&start.to_le_bytes());
        bytes[120..124].copy_from_slice(&u32::try_from(length).expect("small").to_le_bytes());
        directory.extend(bytes);
    };
    entry("Root Entry", 5, END, 0);
    for (name, stream) in streams {
        let start = u32::try_from(chains.len()).expect("few");
        let count = u32::try_from(stream.len().div_ceil(SECTOR)).expect("few");
        entry(name, 2, start, stream.len());
        chains.extend((1..=count).map(|step| if step == count { END } else { start + step }));
        sectors.extend(*stream);
        sectors.resize(sectors.len().next_multiple_of(SECTOR), 0);
    }
    directory.resize(SECTOR, 0);
    let mut header = [0_u8; SECTOR];
    header[..8].copy_from_slice(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]);
    header[26] = 3;
    header[30] = 9;
    header[32] = 6;
    header[44..48].copy_from_slice(&u32::try_from(tables).expect("few").to_le_bytes());
    header[48..52].copy_from_slice(&u32::try_from(tables).expect("few").to_le_bytes());
    header[60..64].copy_from_slice(&END.to_le_bytes());
    header[68..72].copy_from_slice(&END.to_le_bytes());
    header[76..].fill(0xFF);
    for (index, place) in (0..tables.min(109)).zip(header[76..].chunks_exact_mut(4)) {
        place.copy_from_slice(&u32::try_from(index).expect("few").to_le_bytes());
    }
    let mut table: Vec<u8> = chains.iter().flat_map(|next| next.to_le_bytes()).collect();
    table.resize(tables * SECTOR, 0xFF);
    [&header[..], &table, &directory, &sectors].concat()
}

/// A record of an old workbook.
pub(crate) fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    [&kind.to_le_bytes(), &u16::try_from(data.len()).expect("short").to_le_bytes(), data].concat()
}
