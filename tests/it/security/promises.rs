//! What `docs/security.md` promises: the table of the standard, the inventory of keys, and what no other test holds by name.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use koppelklaar::crypto::Purpose;
use koppelklaar::domain::actor::StaffRole;
use koppelklaar::links;
use koppelklaar::web::middleware::client_address;
use koppelklaar::web::rate_limit::Allowance;
use koppelklaar::web::{WebOptions, WebState};
use strum::IntoEnumIterator;

use crate::support::app::nonzero;
use crate::support::database::texts;
use crate::support::program::Program;
use crate::support::{TestApp, Visitor, on_each_database, run};

/// The requirements of OWASP ASVS 5.0.0 of levels 1 and 2, by section.
const STANDARD: &str = "1.1:1-2 1.2:1-9 1.3:1-11 1.4:1-3 1.5:1-2 2.1:1-3 2.2:1-3 2.3:1-4 2.4:1 3.2:1-2 3.3:1-4 3.4:1-6 \
    3.5:1-5 3.7:1-2 4.1:1-3 4.2:1 4.3:1-2 4.4:1-4 5.1:1 5.2:1-3 5.3:1-2 5.4:1-3 6.1:1-3 6.2:1-12 6.3:1-4 6.4:1-4 \
    6.5:1-5 6.6:1-3 6.8:1-4 7.1:1-3 7.2:1-4 7.3:1-2 7.4:1-5 7.5:1-2 7.6:1-2 8.1:1-2 8.2:1-3 8.3:1 8.4:1 9.1:1-3 9.2:1-4 \
    10.1:1-2 10.2:1-2 10.3:1-4 10.4:1-11 10.5:1-5 10.6:1-2 10.7:1-3 11.1:1-2 11.2:1-3 11.3:1-3 11.4:1-4 11.5:1 11.6:1 \
    12.1:1-3 12.2:1-2 12.3:1-4 13.1:1 13.2:1-5 13.3:1-2 13.4:1-5 14.1:1-2 14.2:1-4 14.3:1-3 15.1:1-3 15.2:1-3 15.3:1-7 \
    16.1:1 16.2:1-5 16.3:1-4 16.4:1-3 16.5:1-3 17.1:1 17.2:1-4 17.3:1-2";

fn at_root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn text_of(path: &str) -> String {
    std::fs::read_to_string(at_root(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every number of the standard, in its order.
fn standard() -> Vec<String> {
    let numbers = |part: &str| {
        let (section, range) = part.split_once(':').expect("a section");
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        let number = |text: &str| text.parse::<u32>().expect("a number");
        (number(first)..=number(last)).map(|last| format!("{section}.{last}")).collect::<Vec<_>>()
    };
    STANDARD.split_whitespace().flat_map(numbers).collect()
}

/// A row of the table: its numbers, how it stands, and why.
struct Row {
    numbers: String,
    stands: String,
    why: String,
}

fn rows() -> Vec<Row> {
    let read = |line: &str| {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [numbers, _, stands, why] = &*cells else { panic!("four cells: {line}") };
        Row { numbers: (*numbers).to_owned(), stands: (*stands).to_owned(), why: (*why).to_owned() }
    };
    let text = text_of("docs/security.md");
    let (_, table) = text.split_once("## OWASP ASVS").expect("it is there");
    let is_row =
        |line: &&str| line.strip_prefix("| ").is_some_and(|rest| rest.starts_with(|sign: char| sign.is_ascii_digit()));
    table.lines().filter(is_row).map(read).collect()
}

/// The numbers of a row: one, several, or all from one to another.
fn expand(numbers: &str, all: &[String]) -> Vec<String> {
    let Some((first, last)) = numbers.split_once('–') else {
        return numbers.split(", ").map(str::to_owned).collect();
    };
    let at = |number: &str| all.iter().position(|known| known == number).unwrap_or_else(|| panic!("{number} is none"));
    all[at(first)..=at(last)].to_vec()
}

/// What stands between back-ticks and could be the name of a test.
fn names(why: &str) -> Vec<&str> {
    let is_name = |text: &&str| {
        text.contains('_')
            && text.bytes().all(|sign| sign.is_ascii_lowercase() || sign == b'_' || sign.is_ascii_digit())
    };
    why.split('`').skip(1).step_by(2).filter(is_name).collect()
}

/// The names of all tests.
fn tests() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders: Vec<PathBuf> = ["src", "tests", "optie-b", "entity", "migration"].map(at_root).into();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.extend(tests_in(&std::fs::read_to_string(&path).expect("a source")));
            }
        }
    }
    found
}

/// The functions that follow a line that makes them tests.
fn tests_in(source: &str) -> Vec<String> {
    let (mut names, mut is_test) = (vec![], false);
    for line in source.lines().map(str::trim) {
        let named = line.split_once("fn ").and_then(|(_, rest)| rest.split_once('('));
        match named {
            Some((name, _)) if is_test => {
                names.push(name.to_owned());
                is_test = false;
            }
            _ if line.starts_with("#[test]") || line.starts_with("#[tokio::test") => is_test = true,
            _ if line.starts_with("#[") || line.starts_with("//") => {}
            _ => is_test = false,
        }
    }
    names
}

#[test]
fn the_table_has_every_number_of_the_standard_once_and_names_tests_that_exist() {
    let (all, tests) = (standard(), tests());
    assert_eq!(all.len(), 253);
    let mut seen = vec![];
    let mut counts = BTreeMap::<String, usize>::new();
    for Row { numbers, stands, why } in rows() {
        let before = seen.len();
        seen.extend(expand(&numbers, &all));
        *counts.entry(stands.clone()).or_default() += seen.len() - before;
        let named = names(&why);
        let gone: Vec<_> = named.iter().filter(|name| !tests.contains(**name)).collect();
        assert!(gone.is_empty(), "{numbers}: no such test: {gone:?}");
        match &*stands {
            "met" => assert!(!named.is_empty(), "{numbers} is met by which test?"),
            "not met" | "not applicable" => assert!(!why.is_empty(), "{numbers}: why?"),
            other => panic!("{numbers} is {other}"),
        }
    }
    assert_eq!(seen, all);
    let said = format!(
        "Of 253 requirements {} are met, {} are not applicable, and {} are not met.",
        counts["met"], counts["not applicable"], counts["not met"]
    );
    assert!(text_of("docs/security.md").contains(&said), "{said}");
}

#[test]
fn the_inventory_names_every_use_of_a_key() {
    let text = text_of("docs/security.md");
    let (_, rest) = text.split_once("## Keys and what is made with them").expect("it is there");
    let (inventory, _) = rest.split_once("\n## ").expect("more follows");

    let missing: Vec<_> =
        Purpose::iter().map(Purpose::as_str).filter(|name| !inventory.contains(&format!("`{name}`"))).collect();

    assert_eq!(missing, Vec::<&str>::new());
}

#[test]
fn nothing_unsafe_runs_on_the_server() {
    assert!(text_of("Cargo.toml").contains("unsafe_code = \"forbid\""));
    for part in ["Cargo.toml", "entity/Cargo.toml", "migration/Cargo.toml", "optie-b/Cargo.toml"] {
        let text = text_of(part);
        assert!(text.contains("[lints]\nworkspace = true"), "{part}");
    }
}

#[test]
fn crates_come_from_one_registry_and_ci_holds_them_to_the_list() {
    let lock = text_of("Cargo.lock");
    let sources: BTreeSet<&str> = lock.lines().filter_map(|line| line.strip_prefix("source = ")).collect();
    assert_eq!(sources, ["\"registry+https://github.com/rust-lang/crates.io-index\""].into());
    assert!(text_of(".ci/run").contains("cargo-deny --locked --workspace check bans licenses sources"));
    let listed = text_of("deny.toml");
    for part in ["[licenses]", "[bans]", "unknown-registry = \"deny\"", "unknown-git = \"deny\""] {
        assert!(listed.contains(part), "{part}");
    }
}

#[test]
fn no_script_puts_anything_aside() {
    let folder = at_root("templates/assets");
    for entry in std::fs::read_dir(folder).expect("the assets") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|ending| ending == "js") {
            let script = std::fs::read_to_string(&path).expect("a script");
            for place in ["localStorage", "sessionStorage", "indexedDB", "document.cookie", "caches.", "serviceWorker"]
            {
                assert!(!script.contains(place), "{place} in {}", path.display());
            }
        }
    }
}

#[test]
fn no_answer_lets_another_origin_read_it_and_every_answer_says_what_it_is() {
    run(|app: TestApp| async move {
        let visitor = app.anonymous();
        let mut headers = HeaderMap::new();
        headers.insert("origin", HeaderValue::from_static("https://elders.example"));
        for path in ["/", "/nergens", "/aanmelden", "/api/v1/import-gate/12AB", "/api/v1/openapi.json", "/health/live"]
        {
            for method in [Method::GET, Method::OPTIONS] {
                let answer = visitor.send(method.clone(), path, headers.clone(), String::new()).await;

                let allowed = answer.headers.keys().filter(|name| name.as_str().starts_with("access-control"));
                assert_eq!(allowed.count(), 0, "{method} {path}");
                let kind = answer.header("content-type");
                assert_eq!(kind.is_empty(), answer.body.is_empty(), "{method} {path}: {kind}");
                assert!(!kind.starts_with("text/") || kind.ends_with("charset=utf-8"), "{method} {path}: {kind}");
            }
        }
    });
}

#[test]
fn a_method_that_no_page_has_is_refused() {
    run(|app: TestApp| async move {
        let visitor = app.anonymous();
        for method in [Method::TRACE, Method::PUT, Method::DELETE, Method::PATCH] {
            for path in ["/", "/aanmelden", "/school", "/beheer", "/api/v1/import-gate/12AB"] {
                let answer = visitor.send(method.clone(), path, HeaderMap::new(), "geheim=1".to_owned()).await;

                assert!((400..500).contains(&answer.status), "{method} {path}: {}", answer.status);
                assert!(!answer.body.contains("geheim=1"), "{method} {path}");
            }
        }
    });
}

#[test]
fn what_a_client_says_of_itself_before_our_proxy_does_not_count() {
    run(|app: TestApp| async move {
        let peer = ConnectInfo("127.0.0.1:4000".parse().expect("an address"));
        let allowance = Allowance { per_client: nonzero(10), per_address: nonzero(10) };
        let seen = |trusted_proxies, said: &[&str]| {
            let web = WebState::new(&app.app, WebOptions { allowance, trusted_proxies }, None);
            let mut headers = HeaderMap::new();
            for line in said {
                let name = HeaderName::from_static("x-forwarded-for");
                headers.append(name, line.parse().expect("a value"));
            }
            client_address(&web, &headers, Some(&peer)).to_string()
        };

        for (proxies, said, expected) in [
            (1, &["192.0.2.9, 198.51.100.7"][..], "198.51.100.7"),
            (1, &["192.0.2.9", "198.51.100.7"], "198.51.100.7"),
            (2, &["192.0.2.9, 198.51.100.7, 203.0.113.1"], "198.51.100.7"),
            (0, &["192.0.2.9"], "127.0.0.1"),
            (1, &[], "127.0.0.1"),
            (1, &["192.0.2.9, geen adres"], "127.0.0.1"),
        ] {
            assert_eq!(seen(proxies, said), expected, "{proxies} {said:?}");
        }
    });
}

#[test]
fn every_password_is_typed_in_a_field_that_hides_it() {
    run(|app: TestApp| async move {
        let token = app.invite("nieuw@kurve.nl", StaffRole::Support).await;
        let staff = app.staff().await;
        let invite = format!("/beheer/uitnodiging/{}", token.expose_text());
        for (visitor, path, fewest) in [
            (&app.anonymous(), links::STAFF_SIGN_IN, 1),
            (&app.anonymous(), &*invite, 2),
            (&staff, links::STAFF_ACCOUNT, 3),
        ] {
            let page = visitor.get(path).await;

            let hidden = page.attributes("input[type=password]", "autocomplete");
            assert!(hidden.len() >= fewest, "{path}: {hidden:?}");
            assert!(
                hidden.iter().all(|kind| kind == "current-password" || kind == "new-password"),
                "{path}: {hidden:?}"
            );
            let shown = page.attributes("input:not([type=password])", "autocomplete");
            assert!(!shown.iter().any(|kind| kind.ends_with("-password")), "{path}: {shown:?}");
            assert!(!page.body.contains("onpaste"), "{path}");
        }
    });
}

#[test]
fn every_page_behind_a_door_has_the_way_out() {
    run(|app: TestApp| async move {
        let school = app.school("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let (portal, staff) = (app.portal(&school).await, app.staff().await);
        let of_school =
            [school.at(links::SCHOOL), school.at(links::SCHOOL_CONTACTS), school.at(links::SCHOOL_MESSAGES)];
        let of_kurve =
            [links::STAFF, links::STAFF_SCHOOLS, links::STAFF_MAILS, links::STAFF_COLLEAGUES, links::STAFF_ACCOUNT];

        let look = async |visitor: &Visitor, path: &str, way_out: &str| {
            let page = visitor.get(path).await;
            let forms = page.attributes("form[method=post]", "action");
            assert!(page.status == 200 && forms.iter().any(|form| form == way_out), "{path}: {forms:?}");
        };
        for path in &of_school {
            look(&portal, path, links::SIGN_OUT).await;
        }
        for path in of_kurve {
            look(&staff, path, links::STAFF_SIGN_OUT).await;
        }
    });
}

#[test]
fn passwords_are_hashed_at_the_cost_that_is_promised() {
    run(|app: TestApp| async move {
        app.staff().await;

        let hashes = texts(&app.database.url, "SELECT password_hash FROM staff").await;

        assert_eq!(hashes.len(), 1);
        assert!(hashes[0].starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hashes[0]);
    });
}

#[test]
fn a_new_installation_has_no_account_and_no_key() {
    on_each_database(async |kind| {
        let program = Program::migrated(kind).await;

        let mut counts = BTreeMap::new();
        for table in ["staff", "staff_invite", "api_key", "contact", "session"] {
            let count = texts(&program.database.url, &format!("SELECT CAST(count(*) AS text) FROM {table}")).await;
            counts.insert(table, count);
        }

        assert!(counts.values().all(|count| count == &["0"]), "{counts:?}");
    });
}
