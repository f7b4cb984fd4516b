//! The command of Optie B on the samples: the right file, for its owner only, and what it says on the way.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::program::Answer;

/// A folder with the samples in it, as somebody of support has them.
struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for entry in std::fs::read_dir(samples().join("in")).expect("samples") {
            let path = entry.expect("an entry").path();
            std::fs::copy(&path, folder.path().join(path.file_name().expect("a name"))).expect("a copy");
        }
        Self(folder)
    }

    fn convert(&self, arguments: &[&str]) -> Answer {
        let output = Command::new(env!("CARGO_BIN_EXE_koppelklaar"))
            .env_clear()
            .current_dir(self.0.path())
            .args(["optie-b", "convert", "--studies", "studies.csv"])
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .expect("the program starts");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the program writes text");
        Answer { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.0.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn put(&self, name: &str, text: &str) {
        std::fs::write(self.0.path().join(name), text).expect("a file");
    }

    fn has(&self, name: &str) -> bool {
        self.0.path().join(name).exists()
    }
}

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("optie-b/tests/samples")
}

#[test]
fn every_sample_gives_the_right_file_byte_for_byte() {
    let desk = Desk::new();
    for (name, file, more) in [
        ("01-gewoon", "xlsx", &["--ids", "01-idgebr.csv", "--encoding", "utf-8"][..]),
        ("02-titel-en-nullen", "xlsx", &["--fill-zeros", "yes"]),
        ("03-ansi-dubbel", "csv", &["--keep-row", "8"]),
        ("05-oud", "xls", &[]),
    ] {
        let answer = desk.convert(&[&[&*format!("{name}.{file}"), "--password", "proef-{Stamnr}"], more].concat());

        assert!(answer.out.contains(&format!("leerlingen: {name}.numo.csv")), "{answer:?}");
        let right = std::fs::read(samples().join(format!("out/{name}.numo.csv"))).expect("a sample");
        assert_eq!(desk.read(&format!("{name}.numo.csv")), right, "{name}");
        for pupil in ["Zo\u{eb}lle", "Aagje", "Fenneke", "Wout", "Proefman"] {
            assert!(!answer.out.contains(pupil) && !answer.err.contains(pupil), "{answer:?}");
        }
    }
}

#[test]
fn what_is_left_out_and_what_is_asked_is_said_with_the_option_that_answers() {
    let desk = Desk::new();

    let zeros = desk.convert(&["02-titel-en-nullen.xlsx"]).refusal();
    for said in [
        "Blad: Deelnemers overzicht.",
        "Niet gebruikte bladen: Parameters.",
        "Niet overgenomen: Geb. datum, M/V, BSN.",
        "Persoonsgegevens die Numo niet nodig heeft (laat ze weg uit de export): Geb. datum, M/V, BSN.",
        "Overgeslagen lege rijen: 1.",
        "Overgeslagen rijen met een totaal of opmerking: 11.",
        "(--fill-zeros yes|no)",
        "koppelklaar: no file was made: 0 fault(s) and 1 question(s), see above",
    ] {
        assert!(zeros.contains(said), "{said}: {zeros}");
    }
    let twice = desk.convert(&["03-ansi-dubbel.csv"]).refusal();
    assert!(twice.contains("rij 7 (4ha, Havo 4), rij 8 (4va, Vwo 4). (--keep-row ROW)"), "{twice}");
    let letters = desk.convert(&["01-gewoon.xlsx"]).refusal();
    assert!(letters.contains("(--encoding utf-8)"), "{letters}");
    assert!(!desk.has("01-gewoon.numo.csv"));
}

#[test]
fn a_fault_names_row_and_column_and_no_file_is_made() {
    let desk = Desk::new();
    desk.put(
        "fout.csv",
        "Stamnr;Roepnaam;Achternaam;Klas;Studie\n101001;Zeldzaam;Proef;;Havo 4\n1,23E+05;Zeldzaam;=Proef;1a;Havo 4\n",
    );

    let refusal = desk.convert(&["fout.csv"]).refusal();

    for said in [
        "Niet in de export: Tussenv., E-mail.",
        "Rij 2, kolom Klas: ",
        "Rij 3, kolom Stamnr: ",
        "Rij 3, kolom Achternaam: ",
        "3 fault(s)",
    ] {
        assert!(refusal.contains(said), "{said}: {refusal}");
    }
    assert!(!refusal.contains("Zeldzaam") && !desk.has("fout.numo.csv"), "{refusal}");
    desk.put("pagina.xls", "<html>");
    assert!(desk.convert(&["pagina.xls"]).refusal().contains("pagina.xls: Dit bestand is een webpagina of XML"));
    assert!(desk.convert(&["nergens.xlsx"]).refusal().contains("nergens.xlsx cannot be read"));
}

#[test]
fn a_file_that_is_there_stays_unless_it_is_to_be_replaced() {
    let desk = Desk::new();
    desk.put("05-oud.numo.csv", "van eerder");

    assert!(desk.convert(&["05-oud.xls"]).refusal().contains("--force"));
    assert_eq!(desk.read("05-oud.numo.csv"), b"van eerder");
    assert!(desk.convert(&["05-oud.xls", "--out", "05-oud.xls", "--force"]).refusal().contains("the export itself"));
    desk.convert(&["05-oud.xls", "--force"]).good();

    let drawn = desk.read("05-oud.numo.csv");
    let passwords: std::collections::BTreeSet<&[u8]> =
        drawn.split(|byte| *byte == b'\n').skip(1).filter_map(|line| line.split(|byte| *byte == b';').nth(7)).collect();
    assert!(passwords.len() == 4 && passwords.iter().all(|password| password.len() == 10), "{passwords:?}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let file = std::fs::metadata(desk.0.path().join("05-oud.numo.csv")).expect("a file");
        assert_eq!(file.permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn columns_and_codes_can_be_chosen() {
    let desk = Desk::new();
    desk.put("export.csv", "Stamnr;Roepnaam;Achternaam;Klas;Stamklas;Studie\n101001;Anna;Proef;a;b;Havo 4\n");
    desk.put("codes.txt", "VERZONNEN-H4\nVERZONNEN-H5\n");
    desk.put("andere.txt", "A1\n");

    assert!(desk.convert(&["export.csv"]).refusal().contains("Er zijn meer kolommen voor Klas."));
    let wrong = desk.convert(&["export.csv", "--column", "Klas=Groep"]).refusal();
    assert!(wrong.contains("there is no column \"Groep\"; there are Stamnr, Roepnaam"), "{wrong}");
    let unknown = desk.convert(&["export.csv", "--column", "klas=Stamklas", "--numo-codes", "andere.txt"]).refusal();
    assert!(unknown.contains("De code VERZONNEN-H4 van studie Havo 4"), "{unknown}");
    desk.convert(&["export.csv", "--column", "klas=Stamklas", "--numo-codes", "codes.txt", "--password", "x{Klas}"])
        .good();

    assert!(
        String::from_utf8_lossy(&desk.read("export.numo.csv"))
            .contains("101001;Anna;;Proef;b;VERZONNEN-H4;;xb;leerling")
    );
}
