//! Numo's side: the verdict, for machines.

use axum::http::{HeaderMap, Method, header};

use crate::it::journey::Table;
use crate::it::support::{Page, TestApp, Visitor, run};

async fn ask(visitor: &Visitor, brin: &str, key: &str, known: Option<&str>) -> Page {
    let mut headers = HeaderMap::new();
    headers.insert(header::AUTHORIZATION, format!("Bearer {key}").parse().expect("a value"));
    if let Some(known) = known {
        headers.insert(header::IF_NONE_MATCH, known.parse().expect("a value"));
    }
    visitor.send(Method::GET, &format!("/api/v1/import-gate/{brin}"), headers, String::new()).await
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
            (visitor.get("/api").await, 404),
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
fn a_revoked_key_no_longer_works() {
    run(|app: TestApp| async move {
        let key = app.api_key().await;
        let visitor = app.anonymous();
        let before = ask(&visitor, "12AB", &key, None).await;

        koppelklaar::services::api_keys::revoke(app.office(), app.now(), "numo").await.expect("the key works");

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
