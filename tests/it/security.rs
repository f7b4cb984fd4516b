//! Who may see and do what: every route for every kind of visitor, and what surrounds every answer.

mod looked_at;
mod promises;
pub(crate) mod table;

use std::collections::BTreeSet;

use axum::http::{HeaderMap, Method, header};
use koppelklaar::domain::actor::StaffRole;
use koppelklaar::links;

use self::table::May::{self, Enter, Key, No, SignIn, StaffSignIn};
use self::table::{DEMO, ELSEWHERE, TABLE};
use crate::option_b::stopped;
use crate::support::{Page, TestApp, TestSchool, Visitor, run};

#[test]
fn every_path_of_the_product_is_in_the_table() {
    // A long path stands on a line of its own.
    let source = include_str!("../../src/links.rs").replace("=\n    ", "= ");

    let known: BTreeSet<&str> = source.lines().filter_map(path_of).map(|(_, path)| path).collect();

    let listed: BTreeSet<&str> = TABLE.iter().map(|(_, path, _)| *path).chain(DEMO).chain(ELSEWHERE).collect();
    assert_eq!(known, listed);
}

/// The name and the path that a line of `src/links.rs` declares.
fn path_of(line: &str) -> Option<(&str, &str)> {
    let (name, rest) = line.strip_prefix("pub const ")?.split_once(": ")?;
    let path = rest.strip_prefix("&str = \"").or_else(|| rest.strip_prefix("OfConnection = OfConnection::new(\""))?;
    Some((name, path.split_once('"')?.0))
}

pub(crate) fn sample(path: &str, school: &str) -> String {
    path.replace("{school}", school)
        .replace("{connection}", school)
        .replace("{step}", "consent_given")
        .replace("{brin}", "12AB")
        .replace("{*path}", "release/koppelklaar.css")
        .replace("{token}", &"A".repeat(43))
        .replace("{contact}", "01890000-0000-7000-8000-000000000000")
        .replace("{check}", "01890000-0000-7000-8000-000000000000")
        .replace("{run}", "01890000-0000-7000-8000-000000000000")
        .replace("{request}", "01890000-0000-7000-8000-000000000000")
        .replace("{mail}", "01890000-0000-7000-8000-000000000000")
        .replace("{attachment}", "01890000-0000-7000-8000-000000000000")
        .replace("{template}", "01890000-0000-7000-8000-000000000000")
        .replace("{note}", "01890000-0000-7000-8000-000000000000")
        .replace("{colleague}", "01890000-0000-7000-8000-000000000000")
        .replace("{view}", "01890000-0000-7000-8000-000000000000")
}

/// The token that this browser's forms carry.
async fn csrf(visitor: &Visitor) -> String {
    let (_, values) = visitor.get(links::REGISTER).await.form("main form");
    values.into_iter().find(|(name, _)| name == "csrf").expect("every form has one").1
}

async fn request(visitor: &Visitor, method: &str, path: &str) -> Page {
    match method {
        "GET" => visitor.get(path).await,
        _ => visitor.post(path, &[("csrf".to_owned(), csrf(visitor).await)]).await,
    }
}

/// A visitor of a kind, in the order of the table's columns.
async fn sign_in(app: &TestApp, school: &TestSchool, kind: usize) -> Visitor {
    match kind {
        0 => app.anonymous(),
        1 => app.portal(school).await,
        2 => app.staff_as("lezer@kurve.nl", StaffRole::Reader).await,
        _ => app.staff().await,
    }
}

fn seen(page: &Page) -> May {
    match (page.status, page.location()) {
        (303, links::SIGN_IN) => SignIn,
        (303, links::STAFF_SIGN_IN) => StaffSignIn,
        (403, _) => No,
        (401, _) => Key,
        _ => Enter,
    }
}

#[test]
fn every_route_is_locked_for_whom_it_should_be() {
    run(|app: TestApp| async move {
        let school = app.school("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let id = school.connection.to_string();

        let mut wrong = vec![];
        // What is only read changes nothing, as another test proves, so that one visitor of each kind reads all of it.
        let mut readers = vec![];
        for kind in 0..4 {
            readers.push(sign_in(&app, &school, kind).await);
        }
        let (reads, changes): (Vec<_>, Vec<_>) = TABLE.iter().copied().partition(|(method, ..)| *method == "GET");
        for (method, path, expected) in reads.into_iter().chain(changes) {
            for (kind, may) in expected.iter().enumerate() {
                let own = if method == "GET" { None } else { Some(sign_in(&app, &school, kind).await) };
                let visitor = own.as_ref().unwrap_or(&readers[kind]);
                let page = request(visitor, method, &sample(path, &id)).await;
                // Signing out as Kurve and a sign-in page lead where a lock would.
                let is_way_out = [links::STAFF_SIGN_OUT, links::SIGN_OUT].contains(&path);
                if seen(&page) != *may && !(is_way_out && page.status == 303) {
                    wrong.push(format!("{method} {path} [{kind}]: {} {}", page.status, page.location()));
                }
                assert!(page.status != 500, "{method} {path} [{kind}]\n{}", page.body);
                if own.is_some() {
                    // Where this contact or school was withdrawn, later requests still find a lock first.
                    app.advance(chrono::TimeDelta::minutes(20));
                }
            }
        }

        assert_eq!(wrong, Vec::<String>::new());
    });
}

#[test]
fn no_get_changes_anything() {
    run(|app: TestApp| async move {
        let school = app.school("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let portal = app.portal(&school).await;
        let staff = app.staff().await;
        let before = count_audit(&app).await;

        for (_, path, _) in TABLE.iter().filter(|(method, _, _)| *method == "GET") {
            let path = sample(path, &school.connection.to_string());
            portal.get(&path).await;
            staff.get(&path).await;
        }

        assert_eq!(count_audit(&app).await, before);
        assert_eq!(app.new_mails().await.len(), 0);
    });
}

/// How much was done, by anybody.
async fn count_audit(app: &TestApp) -> usize {
    let rows = koppelklaar::store::operations::audit::list_raw(app.context().db.reader(), 0, 10_000).await;
    rows.expect("the audit can be read").len()
}

#[test]
fn a_post_without_the_forms_token_changes_nothing() {
    run(|app: TestApp| async move {
        let school = app.school("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let portal = app.portal(&school).await;
        let other = csrf(&app.anonymous()).await;

        let without = portal.post(&portal.at("/stap/consent_given/gedaan"), &[]).await;
        let fields = [("csrf".to_owned(), other)];
        let of_another_browser = portal.post(&portal.at("/stap/consent_given/gedaan"), &fields).await;

        assert_eq!((without.status, of_another_browser.status), (403, 403));
        assert!(portal.open("").await.has("[data-step=consent_given] [data-tag=now], [data-next-step]"));
    });
}

#[test]
fn a_post_from_another_site_is_refused_before_anything_else() {
    run(|app: TestApp| async move {
        let visitor = app.anonymous();
        let token = csrf(&visitor).await;
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, "application/x-www-form-urlencoded".parse().expect("a value"));
        headers.insert(header::ORIGIN, "https://evil.example".parse().expect("a value"));
        headers.insert("sec-fetch-site", "cross-site".parse().expect("a value"));

        let answer = visitor.send(Method::POST, "/inloggen", headers, format!("csrf={token}&email=a%40b.nl")).await;

        assert_eq!(answer.status, 403);
        assert_eq!(answer.text("h1"), "Deze pagina is verlopen");
        assert_eq!(app.new_mails().await.len(), 0);
    });
}

#[test]
fn an_unknown_host_is_refused_and_never_repeated() {
    run(|app: TestApp| async move {
        let visitor = app.anonymous();
        for host in ["evil.example", "koppelklaar.test.evil.example", "koppelklaar.test:81", "127.0.0.1"] {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, host.parse().expect("a value"));

            let answer = visitor.send(Method::GET, "/inloggen", headers, String::new()).await;

            assert_eq!(answer.status, 421, "{host}");
            assert!(!answer.body.contains("evil"), "{}", answer.body);
        }
    });
}

#[test]
fn every_answer_has_the_headers_that_protect_it() {
    run(|app: TestApp| async move {
        let visitor = app.anonymous();
        for path in ["/", "/nergens", "/school", "/api/v1/import-gate/12AB", "/health/live"] {
            let answer = visitor.get(path).await;

            let policy = answer.header("content-security-policy");
            assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}");
            assert!(!policy.contains("unsafe-inline"), "{path}");
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
            assert_eq!(answer.header("referrer-policy"), "strict-origin", "{path}");
            assert_eq!(answer.header("cache-control"), "no-store", "{path}");
            assert!(answer.header("strict-transport-security").starts_with("max-age="), "{path}");
            assert!(!answer.header("x-request-id").is_empty(), "{path}");
        }
    });
}

/// What pages may load and run, letter for letter; [`CONVERTERS`] may run a module of WebAssembly as well.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; \
     connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// The same of a page with the converter: it compiles its module and starts its worker.
const CONVERTER_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src 'self'; \
     font-src 'self'; connect-src 'self'; worker-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// The pages that make Numo's file in the browser, for all.
const CONVERTERS: [&str; 1] = [links::OPTION_B_CONVERTER];

/// Pages around a mail in a frame, and the mail itself.
const OF_MAILS: [&str; 2] = [links::STAFF_MAIL, links::STAFF_MAIL_HTML];

#[test]
fn only_the_converter_of_option_b_may_run_a_module() {
    run(|app: TestApp| async move {
        let school = app.school("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let visitors = [app.anonymous(), app.portal(&school).await, app.staff().await];
        let module = "script-src 'self' 'wasm-unsafe-eval'";

        let mut converters = BTreeSet::new();
        for (method, path, _) in TABLE.iter().filter(|(_, path, _)| !OF_MAILS.contains(path)) {
            for visitor in &visitors {
                let page = request(visitor, method, &sample(path, &school.connection.to_string())).await;
                let policy = page.header("content-security-policy");
                if policy.contains(module) {
                    converters.insert(*path);
                    assert_eq!(policy, CONVERTER_POLICY, "{path}");
                } else {
                    assert_eq!(policy, POLICY, "{method} {path}");
                }
            }
        }

        assert_eq!(converters, BTreeSet::from(CONVERTERS));
    });
}

#[test]
fn of_a_school_that_chose_option_b_only_the_page_with_the_converter_may_run_a_module() {
    run(|app: TestApp| async move {
        let school = stopped(&app, true).await;
        let portal = app.portal(&school).await;

        let mut converters = BTreeSet::new();
        let of_schools = TABLE.iter().copied().filter(|(_, path, _)| path.starts_with("/school/{connection}"));
        // What is sent may let the school go on.
        let (reads, changes): (Vec<_>, Vec<_>) = of_schools.partition(|(method, ..)| *method == "GET");
        for (method, path, _) in reads.into_iter().chain(changes) {
            let of_school = path.replace("{school}", &school.id.to_string());
            let page = request(&portal, method, &sample(&of_school, &school.connection.to_string())).await;
            let policy = page.header("content-security-policy");
            if policy == CONVERTER_POLICY {
                converters.insert(path);
            } else {
                assert_eq!(policy, POLICY, "{method} {path}");
            }
        }

        let expected = [links::SCHOOL_OPTION_B.route(), links::SCHOOL_OPTION_B_OF.route()];
        assert_eq!(converters, BTreeSet::from(expected));
    });
}

#[test]
fn no_page_holds_anything_inline() {
    run(|app: TestApp| async move {
        let school = app.school("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let portal = app.portal(&school).await;
        let staff = app.staff().await;
        let id = school.connection.to_string();

        for (_, path, _) in TABLE.iter().filter(|(method, _, _)| *method == "GET") {
            for visitor in [&portal, &staff] {
                let page = visitor.get(&sample(path, &id)).await;
                if !page.header("content-type").starts_with("text/html") {
                    continue;
                }
                for inline in
                    ["script:not([src])", "style", "[style]", "[onclick]", "[onsubmit]", "a[href^='javascript:']"]
                {
                    assert!(!page.has(inline), "{inline} on {path}");
                }
                assert!(!page.body.contains("{connection}"), "a link about nothing on {path}");
                assert!(!page.text("title").is_empty(), "{path}");
                assert_eq!(page.texts("h1").len(), 1, "{path}\n{}", page.body);
            }
        }
    });
}

#[test]
fn a_body_that_is_too_large_is_refused() {
    run(|app: TestApp| async move {
        let visitor = app.anonymous();
        let token = csrf(&visitor).await;

        let fields = [("csrf".to_owned(), token), ("email".to_owned(), "a".repeat(100_000))];
        let answer = visitor.post("/inloggen", &fields).await;

        assert!([413, 422].contains(&answer.status), "{}", answer.status);
    });
}

#[test]
fn what_is_refused_before_our_handlers_is_a_page_with_a_code_for_support() {
    run(|app: TestApp| async move {
        let visitor = app.anonymous();
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_LENGTH, "100000".parse().expect("a value"));

        let answers = [
            (visitor.send(Method::POST, "/inloggen", headers, "a".repeat(100_000)).await, 413, "Dit is te veel tekst"),
            (app.staff().await.get("/beheer/scholen/%FF").await, 400, "Deze pagina is er niet"),
            (
                visitor.send(Method::PUT, "/inloggen", HeaderMap::new(), String::new()).await,
                405,
                "Deze pagina is er niet",
            ),
        ];

        for (answer, status, title) in answers {
            assert_eq!((answer.status, answer.text("h1").as_str()), (status, title), "{}", answer.path);
            assert_eq!(answer.header("content-type"), "text/html; charset=utf-8", "{}", answer.path);
            assert!(!answer.text("[data-request-id]").is_empty());
        }
    });
}

#[test]
fn a_contact_sees_only_their_own_school() {
    run(|app: TestApp| async move {
        let one = app.school("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let other = app.school("Het Molenveld", "13CD", "molenveld").await;
        let portal = app.portal(&one).await;

        let page = portal.open("").await;
        let led_on = portal.get(links::SCHOOLS).await;
        let staff_page = portal.get(&links::staff_school(links::STAFF_SCHOOL, other.connection)).await;

        assert!(page.body.contains("Bonhoeffer College") && !page.body.contains("Molenveld"));
        assert_eq!(led_on.location(), links::SCHOOL.at(one.connection));
        assert_eq!(staff_page.location(), links::STAFF_SIGN_IN);
    });
}

#[test]
fn every_page_and_form_of_a_school_of_others_is_not_there_and_changes_nothing() {
    run(|app: TestApp| async move {
        let one = app.school("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let other = app.school("Het Molenveld", "13CD", "molenveld").await;
        let portal = app.portal(&one).await;
        let before = count_audit(&app).await;

        let routes = TABLE.iter().filter(|(_, path, _)| path.starts_with("/school/{connection}"));
        let mut looked_at = 0;
        for (method, path, _) in routes {
            for of in [other.connection.to_string(), "01890000-0000-7000-8000-000000000000".to_owned(), "x".to_owned()]
            {
                let page = request(&portal, method, &sample(path, &of)).await;
                assert_eq!(page.status, 404, "{method} {path} of {of}\n{}", page.body);
                assert_eq!(page.text("h1"), "Deze pagina is er niet", "{method} {path} of {of}");
                looked_at += 1;
            }
        }

        assert!(looked_at > 60, "{looked_at}");
        assert_eq!(count_audit(&app).await, before);
        assert_eq!(app.new_mails().await.len(), 0);
    });
}
