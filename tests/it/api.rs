//! Numo's side: the verdict, for machines.

use axum::Router;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::routing::get;
use koppelklaar::web::rate_limit::Allowance;
use koppelklaar::web::{WebOptions, WebState, surround};

use crate::journey::Table;
use crate::support::app::nonzero;
use crate::support::{Page, TestApp, Visitor, run};

async fn ask(visitor: &Visitor, brin: &str, key: &str, known: Option<&str>) -> Page {
    let mut headers = HeaderMap::new();
    headers.insert(header::AUTHORIZATION, format!("Bearer {key}").parse().expect("a value"));
    if let Some(known) = known {
        headers.insert(header::IF_NONE_MATCH, known.parse().expect("a value"));
    }
    visitor.send(Method::GET, &format!("/api/v1/import-gate/{brin}"), headers, String::new()).await
}

fn key_of(key: &str) -> HeaderMap {
    [(header::AUTHORIZATION, format!("Bearer {key}").parse().expect("a value"))].into_iter().collect()
}

fn body(answer: &Page) -> serde_json::Value {
    serde_json::from_str(&answer.body).unwrap_or_else(|_| panic!("not JSON: {}", answer.body))
}

#[test]
fn every_error_is_a_problem_and_never_a_page() {
    run(|app: TestApp| async move {
        let key = app.api_key().await;
        let visitor = app.anonymous();

        let answers = [
            (ask(&visitor, "12AB", &key, None).await, 404),
            (ask(&visitor, "geen-brin", &key, None).await, 422),
            (ask(&visitor, "12AB", "kk_wrong", None).await, 401),
            (visitor.get("/api/v1/import-gate/12AB").await, 401),
            (visitor.get("/api/v2/nothing").await, 404),
            (visitor.get("/api/v2").await, 404),
            (visitor.post("/api/v1/import-gate/12AB", &[]).await, 405),
        ];

        for (answer, status) in answers {
            assert_eq!(
                (answer.status, answer.header("content-type")),
                (status, "application/problem+json"),
                "{}",
                answer.path
            );
            let problem = body(&answer);
            assert_eq!(problem["status"], status);
            assert!(problem["type"].as_str().is_some_and(|kind| kind.starts_with("urn:koppelklaar:problem:")));
            assert!(!problem["title"].as_str().unwrap_or_default().is_empty());
            assert_eq!(answer.header("set-cookie"), "", "{}", answer.path);
        }
    });
}

#[test]
fn what_is_refused_before_our_handlers_is_a_problem_too() {
    run(|app: TestApp| async move {
        let key = app.api_key().await;
        let visitor = app.anonymous();
        let path = "/api/v1/import-gate/12AB";
        let with = |name: header::HeaderName, value: &str| {
            let mut headers = key_of(&key);
            headers.insert(name, value.parse().expect("a value"));
            headers
        };
        let cross_site = {
            let mut headers = with(header::ORIGIN, "https://evil.example");
            headers.insert("sec-fetch-site", "cross-site".parse().expect("a value"));
            headers
        };
        let get = |path: &'static str, headers| visitor.send(Method::GET, path, headers, String::new());

        let answers = [
            (get("/api/v1/import-gate/%FF", key_of(&key)).await, 400),
            (get(path, with(header::HOST, "evil.example")).await, 421),
            (visitor.send(Method::POST, path, cross_site, String::new()).await, 403),
            (visitor.send(Method::POST, path, with(header::CONTENT_LENGTH, "100000"), "a".repeat(100_000)).await, 413),
        ];

        for (answer, status) in answers {
            check_problem(&answer, status);
            assert!(!answer.body.contains("evil"), "{}", answer.body);
        }
    });
}

#[test]
fn a_handler_that_panics_or_takes_too_long_answers_with_a_problem_under_the_api_and_a_page_elsewhere() {
    run(|app: TestApp| async move {
        let allowance = Allowance { per_client: nonzero(1), per_address: nonzero(1) };
        let routes = Router::new()
            .route("/panic", get(panics))
            .route("/api/panic", get(panics))
            .route("/slow", get(late))
            .route("/api/slow", get(late));
        let router = surround(routes, WebState::new(&app.app, WebOptions { allowance, trusted_proxies: 1 }, None));

        let mut seen = vec![];
        for path in ["/panic", "/slow", "/api/panic", "/api/slow"] {
            seen.push(app.anonymous().at_router(&router).get(path).await);
        }

        let statuses: Vec<u16> = seen.iter().map(|answer| answer.status).collect();
        assert_eq!(statuses, [500, 503, 500, 503]);
        for page in &seen[..2] {
            assert!(page.has("main h1") && page.has("[data-request-id]"), "{}", page.body);
        }
        for problem in &seen[2..] {
            check_problem(problem, problem.status);
        }
        assert_eq!(seen[3].header("retry-after"), "7");
    });
}

async fn panics() -> &'static str {
    panic!("on purpose")
}

/// What the layer with the time limit answers, with a header that must stay.
async fn late() -> (StatusCode, [(header::HeaderName, &'static str); 1]) {
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "7")])
}

fn check_problem(answer: &Page, status: u16) {
    let seen = (answer.status, answer.header("content-type"));
    assert_eq!(seen, (status, "application/problem+json"), "{}: {}", answer.path, answer.body);
    let problem = body(answer);
    assert_eq!(problem["status"], status);
    assert!(problem["type"].as_str().is_some_and(|kind| kind.starts_with("urn:koppelklaar:problem:")));
    assert!(!problem["title"].as_str().unwrap_or_default().is_empty());
}

#[test]
fn the_verdict_of_a_school_on_its_way_and_of_an_open_one() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let key = app.api_key().await;
        let visitor = app.anonymous();

        let closed = ask(&visitor, "12AB", &key, None).await;
        table.open_import().await;
        let open = ask(&visitor, "12ab00", &key, None).await;

        let all = format!("{}\n{}", pretty(&closed), pretty(&open));
        insta::with_settings!({prepend_module_to_snapshot => false, snapshot_path => "snapshots"}, {
            insta::assert_snapshot!("verdicts", all);
        });
    });
}

fn pretty(answer: &Page) -> String {
    serde_json::to_string_pretty(&body(answer)).expect("JSON can be written")
}

#[test]
fn an_unchanged_verdict_is_not_sent_again_and_a_changed_one_is() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let key = app.api_key().await;
        let visitor = app.anonymous();

        let first = ask(&visitor, "12AB", &key, None).await;
        let tag = first.header("etag").to_owned();
        let same = ask(&visitor, "12AB", &key, Some(&tag)).await;
        table.claim(&["consent_given"]).await;
        let changed = ask(&visitor, "12AB", &key, Some(&tag)).await;

        assert!(tag.starts_with('"') && tag.ends_with('"'), "{tag}");
        assert_eq!((first.status, same.status, changed.status), (200, 304, 200));
        assert_eq!(same.body, "");
        assert_ne!(changed.header("etag"), tag);
    });
}

#[test]
fn the_scheme_of_a_key_is_read_in_any_case() {
    run(|app: TestApp| async move {
        let key = app.api_key().await;
        let visitor = app.anonymous();

        for (given, status) in [
            (format!("bearer {key}"), 404),
            (format!("BEARER  {key}"), 404),
            (format!("Basic {key}"), 401),
            (format!("Bearer{key}"), 401),
            (key.clone(), 401),
        ] {
            let headers = [(header::AUTHORIZATION, given.parse().expect("a value"))].into_iter().collect();
            let answer = visitor.send(Method::GET, "/api/v1/import-gate/12AB", headers, String::new()).await;

            assert_eq!(answer.status, status, "{}", given.replace(&key, "KEY"));
        }
    });
}

#[test]
fn a_revoked_key_no_longer_works() {
    run(|app: TestApp| async move {
        let key = app.api_key().await;
        let visitor = app.anonymous();
        let before = ask(&visitor, "12AB", &key, None).await;

        koppelklaar::services::operations::api_keys::revoke(app.context(), &app.operator(), "numo")
            .await
            .expect("the key works");

        assert_eq!((before.status, ask(&visitor, "12AB", &key, None).await.status), (404, 401));
    });
}

#[test]
fn the_description_tells_of_the_verdict_and_its_errors() {
    run(|app: TestApp| async move {
        let description = body(&app.anonymous().get("/api/v1/openapi.json").await);

        let responses = &description["paths"]["/api/v1/import-gate/{brin}"]["get"]["responses"];
        for status in ["200", "304", "401", "404", "422"] {
            assert!(responses[status].is_object(), "{status} is not in {responses}");
        }
    });
}
