//! Something else writes, and goes on writing: who reads is not kept waiting, and who writes is told when to come again.

use std::time::Instant;

use axum::http::{Method, header};
use chrono::TimeDelta;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection};

use crate::support::{TestApp, Visitor, run};

/// Holds what is written by who uses a page or asks for a link, until it is dropped.
async fn hold(app: &TestApp) -> DatabaseConnection {
    let mut options = ConnectOptions::new(&app.database.url);
    options.max_connections(1);
    let holder = Database::connect(options).await.expect("the database opens");
    let sql = if app.database.is_postgres() {
        "BEGIN; LOCK TABLE session, api_key, access_link IN SHARE ROW EXCLUSIVE MODE"
    } else {
        "BEGIN IMMEDIATE"
    };
    holder.execute_unprepared(sql).await.expect("nobody else holds it");
    holder
}

async fn read(visitor: &Visitor, path: &str) {
    let began = Instant::now();
    let page = visitor.get(path).await;
    assert_eq!(page.status, 200, "{path}: {}", page.body);
    assert!(began.elapsed().as_secs() < 2, "{path} took {:?}", began.elapsed());
}

#[test]
fn pages_and_verdicts_are_read_while_something_else_writes_also_when_it_is_time_to_note_that_somebody_was_there() {
    run(|app: TestApp| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let (portal, staff, key) = (app.portal(&school).await, app.staff().await, app.api_key().await);
        let overview = portal.at("");
        app.advance(TimeDelta::minutes(5));
        let holder = hold(&app).await;

        read(&portal, &overview).await;
        for path in ["/beheer", "/beheer/scholen"] {
            read(&staff, path).await;
        }
        let headers =
            [(header::AUTHORIZATION, format!("Bearer {key}").parse().expect("a value"))].into_iter().collect();
        let asked = app.anonymous().send(Method::GET, "/api/v1/import-gate/12AB", headers, String::new()).await;
        assert_eq!(asked.status, 200, "{}", asked.body);

        drop(holder);
    });
}

#[test]
fn who_writes_while_something_else_does_is_told_when_to_come_again() {
    run(|app: TestApp| async move {
        let visitor = app.anonymous();
        let page = visitor.get("/inloggen").await;
        let holder = hold(&app).await;

        let refused = page.submit(&visitor, "main form", &[("email", "anna@school.example")]).await;
        holder.close().await.expect("it lets go");
        let taken = page.submit(&visitor, "main form", &[("email", "anna@school.example")]).await;

        assert_eq!(refused.status, 503, "{}", refused.body);
        assert_eq!(refused.headers.get("retry-after").expect("when to come again"), "5");
        assert!(refused.text("h1").contains("even niet bereikbaar"), "{}", refused.body);
        assert_eq!(taken.status, 303, "{}", taken.body);
        app.send_mails().await;
    });
}
