//! Numo's side: the verdict, for machines.

use axum::http::{HeaderMap, Method, header};

use crate::it::support::{TestApp, Visitor, run};

#[test]
fn an_unknown_path_under_api_is_a_problem_and_no_page() {
    run(|app: TestApp| async move {
        let visitor = app.anonymous();

        let answer = visitor.get("/api/v2/nothing").await;

        assert_eq!((answer.status, answer.header("content-type")), (404, "application/problem+json"));
    });
}

async fn ask(visitor: &Visitor, path: &str, key: &str) -> crate::it::support::Page {
    let mut headers = HeaderMap::new();
    headers.insert(header::AUTHORIZATION, format!("Bearer {key}").parse().expect("a value"));
    visitor.send(Method::GET, path, headers, String::new()).await
}

#[test]
fn a_working_key_and_an_unknown_school_give_404() {
    run(|app: TestApp| async move {
        let key = app.api_key().await;

        let answer = ask(&app.anonymous(), "/api/v1/import-gate/12AB", &key).await;

        assert_eq!((answer.status, answer.header("content-type")), (404, "application/problem+json"));
    });
}
