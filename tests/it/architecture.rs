//! The shape of the crate: who may import whom. Change a rule here only with a reason, and write the reason down.

mod findings;
mod graph;
mod signatures;
mod source;
mod style;
mod words;

use graph::Graph;
use source::{Import, Source, sources, text_files};

/// What each room may import from the crate, beside itself.
const ROOMS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("clock", &[]),
    ("chance", &[]),
    ("links", &["domain"]),
    ("metrics", &[]),
    ("words", &["domain"]),
    ("shutdown", &[]),
    ("telemetry", &[]),
    ("store", &["domain", "clock", "chance", "links"]),
    ("mail", &["domain", "clock", "chance", "links"]),
    ("net", &["domain"]),
    ("magister", &["domain", "net", "clock", "chance", "links"]),
    ("webhook", &["domain", "net"]),
    ("oidc", &["domain", "clock", "chance", "links"]),
    ("simulator", &["chance", "net", "magister"]),
    ("crypto", &["domain", "clock", "chance", "links"]),
    (
        "services",
        &[
            "domain", "store", "mail", "magister", "webhook", "oidc", "crypto", "clock", "chance", "links", "metrics",
            "words",
        ],
    ),
    ("demo", &["domain", "store", "net", "magister", "simulator", "crypto", "services", "chance"]),
    ("app", &["magister", "webhook", "services", "clock", "metrics"]),
    (
        "web",
        &[
            "domain", "store", "mail", "crypto", "services", "demo", "app", "clock", "chance", "links", "metrics",
            "words",
        ],
    ),
    ("jobs", &["domain", "store", "services", "app", "clock", "chance", "links", "metrics"]),
    ("settings", &["domain", "mail", "oidc", "services", "web", "links", "telemetry"]),
    (
        "startup",
        &[
            "domain", "store", "mail", "net", "magister", "webhook", "oidc", "crypto", "services", "app", "web",
            "jobs", "settings", "clock", "chance", "metrics",
        ],
    ),
];

/// Rooms that may import every other: the commands, and what holds all of it.
const WIRING: [&str; 3] = ["cli", "lib", "main"];

/// More files of one room need each other in no circle; over rooms none do.
const CIRCLE_MAX: usize = 2;

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
    ("hyper", &["web", "net", "magister", "webhook", "oidc", "simulator"]),
    ("hyper_util", &["web", "net", "oidc", "simulator"]),
    ("openidconnect", &["oidc"]),
    ("governor", &["web"]),
    ("rust_embed", &["web"]),
    ("qrcode", &["web"]),
    ("prometheus", &["metrics"]),
    ("utoipa", &["web"]),
    ("lettre", &["mail"]),
    ("askama", &["services", "web"]),
    ("tokio_cron_scheduler", &["jobs"]),
    ("argon2", &["crypto"]),
    ("chacha20poly1305", &["crypto"]),
    ("hkdf", &["crypto"]),
    ("hmac", &["crypto"]),
    ("ring", &["crypto"]),
    ("subtle", &["crypto"]),
    ("totp_rs", &["crypto"]),
    ("zxcvbn", &["crypto"]),
    ("rand_core", &["chance"]),
    ("rand_chacha", &["chance"]),
    ("rcgen", &["simulator"]),
    ("tracing_subscriber", &["telemetry"]),
    ("clap", &["cli", "settings", "telemetry"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
];

/// What the rules may not touch: the outside, the clock, and waiting.
const NOT_IN_DOMAIN: [&str; 14] = [
    "async fn",
    "async move",
    "async{",
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
    for source in sources().iter().filter(|source| !WIRING.contains(&source.room.as_str())) {
        let Some((_, allowed)) = ROOMS.iter().find(|(room, _)| *room == source.room) else {
            wrong.push(format!("{}: the room {} has no row in ROOMS", source.path, source.room));
            continue;
        };
        for import in source.imports() {
            if import.room != source.room && !allowed.contains(&import.room.as_str()) {
                wrong.push(format!("{} imports {}", source.path, import.path));
            }
        }
    }

    assert!(wrong.is_empty(), "against the rule: {wrong:#?}");
}

#[test]
fn the_rules_name_only_rooms_that_exist() {
    let sources = sources();
    let rows = ROOMS.iter().flat_map(|(room, allowed)| allowed.iter().chain([room]));
    let named = rows.chain(&WIRING).chain(LIBRARIES.iter().flat_map(|(_, rooms)| *rooms));
    let gone: Vec<_> = named.filter(|room| !sources.iter().any(|source| source.room == **room)).collect();

    assert!(gone.is_empty(), "{gone:?}");
}

#[test]
fn files_need_each_other_in_no_circle() {
    let wrong: Vec<_> = Graph::of(sources())
        .circles()
        .into_iter()
        .filter(|circle| circle.rooms.len() > 1 || circle.files.len() > CIRCLE_MAX)
        .collect();

    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_circle_is_found_through_what_is_handed_on_and_a_hand_on_alone_makes_none() {
    let sources = [
        Source::read("src/a/mod.rs", "mod b;\npub mod c;\npub use b::B;\npub struct A(c::C);\n"),
        Source::read("src/a/b.rs", "pub struct B;\nfn f() { dbg(crate::d::g()); }\n"),
        Source::read("src/a/c.rs", "pub struct C;\n#[cfg(test)]\nmod tests {\n    use super::super::A;\n}\n"),
        Source::read("src/d.rs", "use crate::a;\npub fn g() { format!(\"{}\", a::B); }\n"),
    ];

    let circles = Graph::of(&sources).circles();

    let found: Vec<_> = circles.iter().map(|circle| (circle.files.join(" "), circle.rooms.len())).collect();
    assert_eq!(found, [("src/a/b.rs src/d.rs".to_owned(), 2)]);
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
    let sources = source::in_folder("migration/src");
    let wrong: Vec<_> = sources.iter().filter(|source| source.uses("entity")).map(|source| &source.path).collect();

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
    let (_, links) = text_files().into_iter().find(|(path, _)| path == "src/links.rs").expect("the paths are there");
    let links = syn::parse_file(&links).expect("it is Rust");
    let dense: String = all.iter().filter(|source| source.room == "web").map(|source| source.code.as_str()).collect();
    let paths: Vec<String> = links.items.iter().filter_map(path_constant).collect();

    let wrong: Vec<_> = paths
        .iter()
        .map(|name| (name, dense.matches(&format!(".route(links::{name},")).count()))
        .filter(|(_, count)| *count != 1)
        .collect();

    assert!(paths.len() > 50, "the constants are read: {paths:?}");
    assert!(wrong.is_empty(), "path and number of routes: {wrong:?}");
}

/// The name of a public constant that holds a path.
fn path_constant(item: &syn::Item) -> Option<String> {
    let syn::Item::Const(constant) = item else { return None };
    let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) = &*constant.expr else { return None };
    let is_public = matches!(constant.vis, syn::Visibility::Public(_));
    (is_public && text.value().starts_with('/')).then(|| constant.ident.to_string())
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
    let text = "//! crate::web\nuse crate::{cli, store::{Db, notes::Note}};\nconst X: &str = \"crate::mail\"; // crate::jobs\n\
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
