//! The shape of the crate: who may import whom. Change a rule here only with a reason, and write the reason down.

mod signatures;
mod source;
mod style;
mod words;

use source::{Import, Source, sources, text_files};

/// What each room may import from the crate, beside itself. Rooms that are not named know everything: `app` and `cli`
/// wire the rest together, `lib` and `main` hold it.
const ROOMS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("clock", &[]),
    ("chance", &[]),
    ("links", &["domain"]),
    ("meters", &[]),
    ("words", &["domain"]),
    ("shutdown", &[]),
    ("telemetry", &[]),
    ("store", &["domain", "clock", "chance", "links"]),
    ("mail", &["domain", "clock", "chance", "links"]),
    ("magister", &["domain", "clock", "chance", "links"]),
    ("webhook", &["domain", "clock", "chance", "links", "http_client"]),
    ("http_client", &["clock", "chance"]),
    ("crypto", &["domain", "clock", "chance", "links"]),
    (
        "services",
        &["domain", "store", "mail", "magister", "webhook", "crypto", "clock", "chance", "links", "meters", "words"],
    ),
    ("web", &["domain", "store", "mail", "crypto", "services", "clock", "chance", "links", "meters", "words"]),
    ("jobs", &["domain", "store", "services", "clock", "chance", "links", "meters"]),
];

const WIRING: [&str; 4] = ["app", "cli", "lib", "main"];

/// Imports against the table above, each with its reason. A row that is no longer needed must go.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("src/jobs/mod.rs", "app::App", "jobs run on the whole app: office, post room and clock"),
    ("src/jobs/checks.rs", "app::App", "the worker takes office, Magister and clock"),
    ("src/jobs/mail.rs", "app::App", "the worker takes office, post room and clock"),
    ("src/jobs/pulse.rs", "app::App", "a sign of life takes the database and the clock"),
    ("src/jobs/timer.rs", "app::App", "each knock runs jobs on the whole app"),
    ("src/jobs/timer.rs", "web::Site", "the knock of every minute forgets idle rate limits, which the site holds"),
];

/// Libraries that only one room knows.
const LIBRARIES: &[(&str, &[&str])] = &[
    ("sea_orm", &["store"]),
    ("sea_orm_migration", &["store"]),
    ("entity", &["store"]),
    ("migration", &["store"]),
    ("axum", &["web"]),
    ("axum_extra", &["web"]),
    ("tower", &["web"]),
    ("tower_http", &["web"]),
    ("hyper", &["web", "magister"]),
    ("hyper_util", &["web", "magister"]),
    ("governor", &["web"]),
    ("rust_embed", &["web"]),
    ("qrcode", &["web"]),
    ("prometheus", &["meters"]),
    ("utoipa", &["web"]),
    ("lettre", &["mail"]),
    ("askama", &["services", "web"]),
    ("tokio_cron_scheduler", &["jobs"]),
    ("argon2", &["crypto"]),
    ("chacha20poly1305", &["crypto"]),
    ("hkdf", &["crypto"]),
    ("hmac", &["crypto"]),
    ("subtle", &["crypto"]),
    ("totp_rs", &["crypto"]),
    ("rand_core", &["chance"]),
    ("rand_chacha", &["chance"]),
    ("tracing_subscriber", &["telemetry"]),
    ("clap", &["cli", "main", "telemetry"]),
];

/// What the rules may not touch: the outside, the clock, and waiting.
const NOT_IN_DOMAIN: [&str; 14] = [
    "async fn",
    "async move",
    "async {",
    ".await",
    "tokio::",
    "tracing::",
    "std::fs",
    "std::net",
    "std::env",
    "std::io",
    "std::process",
    "Instant::now",
    "SystemTime",
    "Utc::now",
];

/// No file is longer; near 80 is usual.
const LONGEST_FILE: usize = 400;

#[test]
fn imports_point_down_and_never_sideways() {
    let mut wrong = vec![];
    let mut used = vec![];
    for source in sources().iter().filter(|source| !WIRING.contains(&source.room.as_str())) {
        let Some((_, allowed)) = ROOMS.iter().find(|(room, _)| *room == source.room) else {
            wrong.push(format!("{}: the room {} has no row in ROOMS", source.path, source.room));
            continue;
        };
        for import in source.imports() {
            if import.room == source.room || allowed.contains(&import.room.as_str()) {
                continue;
            }
            match EXCEPTIONS.iter().position(|(path, what, _)| *path == source.path && import.path.starts_with(what)) {
                Some(row) => used.push(row),
                None => wrong.push(format!("{} imports {}", source.path, import.path)),
            }
        }
    }

    let unused: Vec<_> = (0..EXCEPTIONS.len()).filter(|row| !used.contains(row)).map(|row| EXCEPTIONS[row]).collect();
    assert!(wrong.is_empty() && unused.is_empty(), "against the rule: {wrong:#?}\nno longer needed: {unused:#?}");
}

#[test]
fn pages_take_types_from_the_store_and_ask_the_services_for_rows() {
    let is_function = |import: &Import| import.room == "store" && import.path.split("::").last().is_some_and(is_lower);
    let wrong: Vec<_> = sources()
        .iter()
        .filter(|source| source.room == "web")
        .flat_map(|source| {
            source.imports().into_iter().filter(is_function).map(|import| (source.path.clone(), import.path))
        })
        .collect();

    assert!(wrong.is_empty(), "a page does one service call: {wrong:#?}");
}

fn is_lower(name: &str) -> bool {
    name.starts_with(|sign: char| sign.is_ascii_lowercase())
}

#[test]
fn each_library_stays_in_its_room() {
    let mut wrong = vec![];
    for source in sources() {
        for (library, rooms) in LIBRARIES {
            if !rooms.contains(&source.room.as_str()) && source.uses(library) {
                wrong.push(format!("{} uses {library}", source.path));
            }
        }
    }

    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_rules_are_pure() {
    let mut wrong = vec![];
    for source in sources().iter().filter(|source| source.room == "domain") {
        for word in NOT_IN_DOMAIN {
            if source.code.contains(word) {
                wrong.push(format!("{} has {word}", source.path));
            }
        }
    }

    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn migrations_do_not_know_the_entities() {
    let wrong: Vec<_> = source::in_folder("migration/src").into_iter().filter(|source| source.uses("entity")).collect();

    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn nothing_is_left_undone_or_silenced() {
    let mut wrong = vec![];
    let folders = ["src", "entity/src", "migration/src"];
    for source in folders.iter().flat_map(|folder| source::in_folder(folder)) {
        for word in ["todo!", "unimplemented!", "dbg!", "#[allow(", "#![allow(", ".unwrap()", "use sea_orm::*"] {
            if source.code.contains(word) {
                wrong.push(format!("{} has {word}", source.path));
            }
        }
        if !["cli", "main"].contains(&source.room.as_str()) && source.code.contains("println!") {
            wrong.push(format!("{} prints", source.path));
        }
    }

    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_module_says_what_it_is() {
    let folders = ["src", "entity/src", "migration/src", "tests"];
    let silent: Vec<String> = folders
        .iter()
        .flat_map(|folder| source::rust_files(folder))
        .filter(|(_, text)| !text.starts_with("//! "))
        .map(|(path, _)| path)
        .collect();

    assert!(silent.is_empty(), "{silent:#?}");
}

#[test]
fn no_file_is_longer_than_the_end() {
    let endings = [".rs", ".html", ".txt", ".css", ".js", ".sql"];
    let long: Vec<String> = text_files()
        .into_iter()
        .filter(|(path, text)| endings.iter().any(|end| path.ends_with(end)) && text.lines().count() > LONGEST_FILE)
        .map(|(path, text)| format!("{path}: {} lines", text.lines().count()))
        .collect();

    assert!(long.is_empty(), "{long:#?}");
}

#[test]
fn every_path_leads_to_one_route() {
    let all = sources();
    let links = all.iter().find(|source| source.path == "src/links.rs").expect("the paths are there");
    let dense: String =
        all.iter().filter(|source| source.room == "web").flat_map(|source| source.code.split_whitespace()).collect();
    let paths: Vec<&str> = links
        .code
        .lines()
        .filter_map(|line| line.strip_prefix("pub const ")?.split_once(": &str = \"/").map(|(name, _)| name))
        .collect();

    let wrong: Vec<_> = paths
        .iter()
        .map(|name| (*name, dense.matches(&format!(".route(links::{name},")).count()))
        .filter(|(_, count)| *count != 1)
        .collect();

    assert!(paths.len() > 50, "the constants are read: {paths:?}");
    assert!(wrong.is_empty(), "path and number of routes: {wrong:?}");
}

#[test]
fn nothing_names_a_folder_of_one_machine() {
    // In two parts, so that this file does not hold them.
    let folders = [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/tm", "p/kk")];
    let wrong: Vec<String> = text_files()
        .into_iter()
        .flat_map(|(path, text)| {
            folders
                .iter()
                .filter(move |folder| text.contains(**folder))
                .map(move |folder| format!("{path} names {folder}"))
        })
        .collect();

    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_source_is_read_without_its_comments_texts_and_tests() {
    let text = "//! crate::web\nuse crate::{cli, store::{Db, notes::Note}};\nlet x = \"crate::mail\"; // crate::jobs\n\
        fn f() -> crate::domain::Gate {}\n#[cfg(test)]\nmod tests {\n    use crate::app::App;\n}\n";

    let source = Source::read("src/services/some.rs", text);

    let imports: Vec<String> = source.imports().into_iter().map(|import| import.path).collect();
    assert_eq!(imports, ["cli", "store::Db", "store::notes::Note", "domain::Gate"]);
    let above = Source::read("src/web/mod.rs", "use super::store::Db;\nuse self::page::Page;\n");
    assert_eq!(above.imports().into_iter().map(|import| import.path).collect::<Vec<_>>(), ["store::Db"]);
    let inside = Source::read("src/web/portal/view.rs", "use super::super::super::store::Db;\nuse super::step::Row;\n");
    assert_eq!(
        inside.imports().into_iter().map(|import| import.path).collect::<Vec<_>>(),
        ["store::Db", "web::portal::step::Row"]
    );
}
