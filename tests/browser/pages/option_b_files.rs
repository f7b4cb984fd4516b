//! Files as schools have them by mistake, for the look at the faults of Optie B.

use std::fmt::Write as _;
use std::path::PathBuf;

use crate::option_b::walk::file;
use crate::support::Stage;

pub(super) const HEADER: &str = "Stamnr;Roepnaam;Tussenv.;Achternaam;Klas;Studie;E-mail\r\n";

/// A text with a header and these rows.
pub(super) fn with_rows(rows: &[&str]) -> String {
    format!("{HEADER}{}\r\n", rows.join("\r\n"))
}

/// A workbook with pupils on two sheets.
pub(super) fn two_sheets(stage: &Stage, name: &str) -> PathBuf {
    let path = stage.folder.join(name);
    let mut book = rust_xlsxwriter::Workbook::new();
    for name in ["Onderbouw", "Bovenbouw"] {
        let sheet = book.add_worksheet();
        sheet.set_name(name).expect("a name");
        for (row, line) in [HEADER.trim_end(), "101001;Bo;;Proef;1a;Havo;"].into_iter().enumerate() {
            let row = u32::try_from(row).expect("small");
            sheet.write_row(row, 0, line.split(';')).expect("it fits");
        }
    }
    book.save(&path).expect("the stage has a folder");
    path
}

/// A workbook that says of itself that it is two gigabytes, unpacked.
pub(super) fn bomb(stage: &Stage) -> PathBuf {
    let path = two_sheets(stage, "bom.xlsx");
    let mut bytes = std::fs::read(&path).expect("it was just made");
    let entry = bytes.windows(4).rposition(|window| window == b"PK\x01\x02").expect("a directory");
    bytes[entry + 24..entry + 28].copy_from_slice(&0x7FFF_FFFF_u32.to_le_bytes());
    std::fs::write(&path, bytes).expect("the stage has a folder");
    path
}

/// A workbook with a password, as Excel saves it: an old container with what is encrypted in it.
pub(super) fn with_password(stage: &Stage) -> PathBuf {
    const SECTOR: usize = 512;
    const END: u32 = 0xFFFF_FFFE;
    let mut bytes = vec![0_u8; 3 * SECTOR];
    let mut put = |at: usize, part: &[u8]| bytes[at..at + part.len()].copy_from_slice(part);
    put(0, &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]);
    put(26, &[3, 0]);
    put(30, &[9, 0, 6, 0]);
    // One sector with the table of chains, and after it the directory.
    put(44, &1_u32.to_le_bytes());
    put(48, &1_u32.to_le_bytes());
    put(60, &END.to_le_bytes());
    put(68, &END.to_le_bytes());
    put(76, &[0xFF; SECTOR - 76]);
    put(76, &0_u32.to_le_bytes());
    put(SECTOR, &[0xFF; SECTOR]);
    put(SECTOR, &0xFFFF_FFFD_u32.to_le_bytes());
    put(SECTOR + 4, &END.to_le_bytes());
    for (place, (name, kind)) in
        [("Root Entry", 5), ("EncryptionInfo", 2), ("EncryptedPackage", 2)].into_iter().enumerate()
    {
        let at = 2 * SECTOR + place * 128;
        let letters: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        put(at, &letters);
        put(at + 64, &u16::try_from(letters.len() + 2).expect("short").to_le_bytes());
        put(at + 66, &[kind]);
        put(at + 116, &END.to_le_bytes());
    }
    let path = stage.folder.join("wachtwoord.xlsx");
    std::fs::write(&path, bytes).expect("the stage has a folder");
    path
}

/// Far more text than pupils have, in a file that is small enough: in windows-1252 a letter with an accent is one byte.
pub(super) fn too_much_text(stage: &Stage) -> PathBuf {
    let value = vec![0xE9; 130];
    let row = [b"101001".as_slice(), &[value.as_slice(); 5].join(&b';'), b""].join(&b';');
    let path = stage.folder.join("tekst.csv");
    let rows = vec![row; 19_900].join(&b"\r\n"[..]);
    std::fs::write(&path, [HEADER.as_bytes(), &rows].concat()).expect("the stage has a folder");
    path
}

/// Two columns for addresses, zeros, a pupil in two classes, letters that do not fit, and each kind of wrong cell.
pub(super) fn with_all_faults(stage: &Stage) -> PathBuf {
    let mut text = HEADER.replace("E-mail\r\n", "E-mail;Email\r\n");
    for (number, rest) in [
        ("101001", "Łoes;;Şahin;4ha;Havo 4;a@b.example;"),
        ("1234", "Bo;;Kort;4ha;Havo 4;;"),
        ("101003", "Kiki;;Twee;4ha;Havo 4;;"),
        ("101003", "Kiki;;Twee;4va;Vwo 4;;"),
        ("1,23E+05", "Wet;;Getal;4ha;Havo 4;;"),
        ("101005", "=Som;;Formule;4ha;Havo 4;;"),
        ("101006", "Leeg;;;4ha;Havo 4;;"),
        ("101007", "Fout;;Cel;#N/B;Havo 4;;"),
        ("101008", "Een;;Naam;4ha;Havo 4;;"),
        ("101008", "Ander;;Naam;4ha;Havo 4;;"),
        ("geen", "Geen;;Cijfers;4ha;Havo 4;;"),
        ("001234", "Nul;;Verschil;4ha;Havo 4;;"),
        ("101010", "On\tzichtbaar;;Teken;4ha;Havo 4;;"),
        ("101011", &*format!("Lang;;{};4ha;Havo 4;;", "x".repeat(501))),
    ] {
        write!(text, "{number};{rest}\r\n").expect("a text grows");
    }
    file(stage, "fouten.csv", &text)
}
