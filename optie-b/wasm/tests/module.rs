//! The module that is served: it belongs to the source beside it, asks nothing of the page, says the same as the native
//! build byte for byte, and keeps nothing once it is wiped. It runs in an interpreter, so that nobody needs a browser.

#[path = "../../tests/it/drawing.rs"]
mod drawing;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use optie_b::Session;
use optie_b::passwords::PasswordRule;
use optie_b::session::Answers;
use optie_b::wire::{self, Ask};
use optie_b::write::Encoding;
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use wasmi::{Engine, Instance, Linker, Memory, Module, Store};

const MODULE: &str = "templates/assets/optie-b.wasm";
const NOTE: &str = "templates/assets/optie-b.wasm.source.txt";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn file(name: &str) -> Vec<u8> {
    std::fs::read(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn sample(name: &str) -> Vec<u8> {
    file(&format!("optie-b/tests/samples/{name}"))
}

/// The module in an interpreter, called as the page calls it.
struct Page {
    store: Store<()>,
    instance: Instance,
    memory: Memory,
}

impl Page {
    fn new() -> Self {
        let engine = Engine::default();
        let module = Module::new(&engine, file(MODULE)).expect("a module");
        let mut store = Store::new(&engine, ());
        let instance = Linker::new(&engine).instantiate_and_start(&mut store, &module).expect("it imports nothing");
        let memory = instance.get_memory(&store, "memory").expect("its memory");
        Self { store, instance, memory }
    }

    fn ask(&mut self, message: &[u8]) -> Vec<u8> {
        let room = self.instance.get_typed_func::<u32, u32>(&self.store, "room").expect("room");
        let read = self.instance.get_typed_func::<(), u32>(&self.store, "read").expect("read");
        let take = self.instance.get_typed_func::<(), u32>(&self.store, "take").expect("take");
        let length = u32::try_from(message.len()).expect("small");
        let at = room.call(&mut self.store, length).expect("room") as usize;
        self.memory.write(&mut self.store, at, message).expect("it lies in memory");
        let at = read.call(&mut self.store, ()).expect("an answer") as usize;
        let length = take.call(&mut self.store, ()).expect("its length") as usize;
        self.memory.data(&self.store)[at..at + length].to_vec()
    }

    fn wipe(&mut self) {
        let wipe = self.instance.get_typed_func::<(), ()>(&self.store, "wipe").expect("wipe");
        wipe.call(&mut self.store, ()).expect("it is wiped");
    }

    fn holds(&self, text: &[u8]) -> bool {
        self.memory.data(&self.store).windows(text.len()).any(|window| window == text)
    }
}

fn message(ask: &Ask, file: &[u8]) -> Vec<u8> {
    wire::message(serde_json::to_string(ask).expect("JSON").as_bytes(), file)
}

fn open(file: &[u8]) -> Vec<u8> {
    message(&Ask::Open { sheet: None, columns: BTreeMap::new() }, file)
}

fn answers(keep_row: u32) -> Vec<u8> {
    let answers = Answers {
        fill_zeros: Some(true),
        keep_rows: BTreeSet::from([keep_row]),
        encoding: Some(Encoding::Utf8),
        password: Some(PasswordRule::Drawn),
    };
    message(&Ask::Answer { answers }, &[])
}

/// What the page asks on the way to a file, with chance that is none.
fn walk(export: &[u8], ids: Option<&[u8]>) -> Vec<Vec<u8>> {
    let chance: Vec<u8> = (0..=255).cycle().take(8_000).collect();
    let mut walk = vec![message(&Ask::Studies, &sample("in/studies.csv")), open(export)];
    walk.extend(ids.map(|ids| message(&Ask::Ids, ids)));
    walk.extend([
        message(&Ask::Look { shown: true }, &[]),
        message(&Ask::Convert, &[]),
        answers(8),
        message(&Ask::Convert, &chance),
        message(&Ask::SaveStudies, &[]),
    ]);
    walk
}

/// Asks the same natively and in the module; gives the file of the last answer that has one.
#[track_caller]
fn assert_same(page: &mut Page, walk: &[Vec<u8>]) {
    let mut native = Session::default();
    for ask in walk {
        let (expected, found) = (wire::answer(&mut native, ask), page.ask(ask));
        assert!(expected == found, "{}\n{}", String::from_utf8_lossy(&expected), String::from_utf8_lossy(&found));
    }
    page.wipe();
}

#[test]
fn the_module_says_the_same_as_the_native_build_of_every_sample() {
    let mut page = Page::new();
    for name in
        ["in/01-gewoon.xlsx", "in/02-titel-en-nullen.xlsx", "in/03-ansi-dubbel.csv", "in/05-oud.xls", "in/studies.csv"]
    {
        let ids = name.contains("01").then(|| sample("in/01-idgebr.csv"));
        assert_same(&mut page, &walk(&sample(name), ids.as_deref()));
    }
}

#[test]
fn the_module_makes_the_right_file_of_every_sample() {
    let mut page = Page::new();
    for (name, encoding, right) in [
        ("in/01-gewoon.xlsx", Encoding::Utf8, "out/01-gewoon.numo.csv"),
        ("in/02-titel-en-nullen.xlsx", Encoding::Windows1252, "out/02-titel-en-nullen.numo.csv"),
        ("in/03-ansi-dubbel.csv", Encoding::Windows1252, "out/03-ansi-dubbel.numo.csv"),
        ("in/05-oud.xls", Encoding::Windows1252, "out/05-oud.numo.csv"),
    ] {
        let answers = Answers {
            fill_zeros: Some(true),
            keep_rows: BTreeSet::from([8]),
            encoding: Some(encoding),
            password: PasswordRule::parse("proef-{Stamnr}"),
        };
        page.ask(&message(&Ask::Studies, &sample("in/studies.csv")));
        page.ask(&open(&sample(name)));
        if name.contains("01") {
            page.ask(&message(&Ask::Ids, &sample("in/01-idgebr.csv")));
        }
        page.ask(&message(&Ask::Answer { answers }, &[]));
        let reply = page.ask(&message(&Ask::Convert, &[]));
        assert_eq!(wire::split(&reply).map(|(_, file)| file), Some(&*sample(right)), "{name}");
        page.wipe();
    }
}

#[test]
fn nothing_of_a_pupil_stays_once_the_module_is_wiped() {
    let mut page = Page::new();
    let planted = ["Zo\u{eb}lle", "Proefman", "Testhof", "101001", "rling.proefcoll", "900001"];
    for ask in walk(&sample("in/01-gewoon.xlsx"), Some(&sample("in/01-idgebr.csv"))) {
        page.ask(&ask);
    }
    // The file stands in the answer until it is fetched or wiped.
    page.ask(&message(&Ask::Look { shown: true }, &[]));
    assert!(page.holds(planted[0].as_bytes()), "what is looked for is there to be found");

    page.wipe();

    for name in planted {
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(!page.holds(name.as_bytes()) && !page.holds(&wide), "{name}");
    }
}

#[test]
fn too_much_is_given_no_room() {
    let mut page = Page::new();
    let room = page.instance.get_typed_func::<u32, u32>(&page.store, "room").expect("room");

    assert_eq!(room.call(&mut page.store, u32::MAX).expect("an answer"), 0);
    assert_eq!(room.call(&mut page.store, 25 * 1024 * 1024).expect("an answer"), 0);
}

#[test]
fn the_module_imports_nothing_and_has_four_functions() {
    let module = Module::new(&Engine::default(), file(MODULE)).expect("a module");

    assert_eq!(module.imports().count(), 0);
    let functions: BTreeSet<&str> =
        module.exports().filter(|export| export.ty().func().is_some()).map(|export| export.name()).collect();
    assert_eq!(functions.into_iter().collect::<Vec<_>>(), ["read", "room", "take", "wipe"]);
    let memory = module.exports().find_map(|export| export.ty().memory().copied()).expect("a memory");
    assert_eq!(memory.maximum(), Some(256 * 1024 * 1024 / 65_536), "no file may take more");
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[A-Za-z\u{e9}\u{141} ]{1,9}",
        2 => "[0-9]{4,6}",
        1 => Just(String::new()),
        1 => "[=+@;\"\n\u{a0}#0-9A-Z,.-]{1,6}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_module_says_the_same_of_what_is_drawn(rows in proptest::collection::vec(proptest::collection::vec(value(), 7), 0..9), cut in 0..400_usize) {
        let names = ["Stamnr", "Roepnaam", "Tussenv.", "Achternaam", "Klas", "Studie", "E-mail"].map(str::to_owned);
        let rows: Vec<Vec<String>> = std::iter::once(names.to_vec()).chain(rows).collect();
        let quoted = |value: &String| format!("\"{}\"", value.replace('"', "\"\""));
        let lines: Vec<String> = rows.iter().map(|row| row.iter().map(quoted).collect::<Vec<_>>().join(";")).collect();
        let mut workbook = rust_xlsxwriter::Workbook::new();
        let sheet = workbook.add_worksheet();
        for (row, values) in (0..).zip(&rows) {
            for (column, value) in (0..).zip(values) {
                match value.parse::<f64>() {
                    Ok(number) if number.is_finite() && !value.starts_with('0') => sheet.write_number(row, column, number),
                    _ => sheet.write_string(row, column, value),
                }.expect("it fits");
            }
        }
        let mut page = Page::new();
        let text = lines.join("\r\n").into_bytes();
        assert_same(&mut page, &walk(&text, None));
        assert_same(&mut page, &walk(&text[..cut.min(text.len())], Some(&text)));
        assert_same(&mut page, &walk(&workbook.save_to_buffer().expect("memory takes it"), None));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_module_makes_the_file_that_drawn_pupils_ask_for_as_the_native_build_does(
        drawn in drawing::drawn(),
        separator in prop_oneof![Just(';'), Just(','), Just('\t')],
        has_mark: bool,
    ) {
        let text = drawn.text(separator);
        let marked = format!("{}{text}", if has_mark { "\u{feff}" } else { "" }).into_bytes();
        // What does not fit in windows-1252 was never in such a file; these letters are numbered alike in both.
        let latin: Option<Vec<u8>> = text.chars().map(|sign| u8::try_from(u32::from(sign)).ok()).collect();
        let mut page = Page::new();
        for export in [Some(marked), latin, Some(drawn.workbook())].into_iter().flatten() {
            let answers = Answers {
                fill_zeros: Some(true),
                keep_rows: drawn.kept_rows(),
                encoding: Some(Encoding::Utf8),
                password: PasswordRule::parse("proef-{Stamnr}"),
            };
            let start = [
                message(&Ask::Studies, &sample("in/studies.csv")),
                open(&export),
                message(&Ask::Look { shown: true }, &[]),
                message(&Ask::Answer { answers }, &[]),
            ];
            let mut native = Session::default();
            for ask in &start {
                prop_assert_eq!(wire::answer(&mut native, ask), page.ask(ask));
            }
            let made = page.ask(&message(&Ask::Convert, &[]));
            prop_assert_eq!(&wire::answer(&mut native, &message(&Ask::Convert, &[])), &made);
            let file = wire::split(&made).map(|(_, file)| String::from_utf8_lossy(file).into_owned());
            prop_assert_eq!(file, Some(String::from_utf8_lossy(&drawn.expected()).into_owned()));
            page.wipe();
        }
    }
}

/// Which module belongs to which source, as the note beside the module says it.
fn note() -> String {
    let mut source = Sha256::new();
    let mut add = |name: &str, bytes: &[u8]| {
        source.update(format!("{name}\0{}\0", bytes.len()));
        source.update(bytes);
    };
    for name in sources() {
        // Git may have given a checkout other line ends.
        add(&name, file(&name).iter().copied().filter(|byte| *byte != b'\r').collect::<Vec<_>>().as_slice());
    }
    for package in packages() {
        add(&package, &[]);
    }
    let hex = |digest: &[u8]| digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    format!("source {}\nmodule {}\n", hex(&source.finalize()), hex(&Sha256::digest(file(MODULE))))
}

fn sources() -> Vec<String> {
    let mut names = ["build-wasm.sh", "Cargo.toml", "wasm/Cargo.toml"].map(|name| format!("optie-b/{name}")).to_vec();
    let mut folders = vec!["optie-b/src".to_owned(), "optie-b/wasm/src".to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(root().join(&folder)).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = format!("{folder}/{}", path.file_name().unwrap_or_default().to_string_lossy());
            if path.is_dir() { folders.push(name) } else { names.push(name) }
        }
    }
    names.sort();
    names
}

/// What the module is built from beside its own source: each package with its version and features. Cargo is asked, for
/// the lock also holds what the rest of the workspace and the tests need.
fn packages() -> BTreeSet<String> {
    let tree = std::process::Command::new(env!("CARGO"))
        .args(
            "tree --locked --offline --package optie-b-wasm --edges normal --target wasm32-unknown-unknown".split(' '),
        )
        .args(["--prefix", "none", "--no-dedupe", "--format", "{p} [{f}]"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let lines = String::from_utf8(tree.stdout).expect("text");
    lines.lines().filter(|line| !line.starts_with("optie-b")).map(str::to_owned).collect()
}

#[test]
fn the_module_belongs_to_its_source() {
    let path: &Path = &root().join(NOTE);
    let note = note();
    if std::env::var_os("OPTIE_B_NOTE_SOURCE").is_some() {
        std::fs::write(path, &note).expect("the note");
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default().replace('\r', "");

    assert_eq!(kept, note, "the source of Optie B changed: run optie-b/build-wasm.sh");
}
