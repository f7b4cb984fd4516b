//! Schools that Kurve puts in: one by one, and from spreadsheets as people make them.

mod command;
mod files;
mod mails;
mod one;
mod pages;
mod runs;
mod states;
mod twice;

use koppelklaar::domain::actor::Actor;
use koppelklaar::domain::roster::{FileName, MailChoice, Mapping, Sheet, Verb};
use koppelklaar::services::roster::{self, RowOutcome, Terms};
use sea_orm::{ConnectionTrait, Statement};

use crate::support::TestApp;

/// How many rows came out how: made, joined, changed, left.
type Counts = [usize; 4];

/// Carries out every row of a file that can be, and says how they came out.
async fn carry_out(app: &TestApp, kurve: Actor, bytes: &[u8], terms: &Terms) -> Counts {
    let sheet = Sheet::read(bytes).expect("a list of schools");
    let mapping = Mapping::suggest(&sheet.headers);
    let dry = roster::dry_run(app.context(), &sheet, &mapping).await.expect("the store answers");
    assert_eq!(dry.faulty(), 0, "{:?}", dry.planned.iter().filter(|one| one.intent.is_err()).collect::<Vec<_>>());
    let mut counts = Counts::default();
    let mut planned = Counts::default();
    for (place, verb) in [Verb::Make, Verb::Join, Verb::Change, Verb::Leave].into_iter().enumerate() {
        planned[place] = dry.count(verb);
    }
    for row in dry.good() {
        let outcome = roster::carry_out(app.context(), &app.call(kurve), row, terms).await;
        match outcome.unwrap_or_else(|error| panic!("row {}: {error}", row.number)) {
            RowOutcome::Carried(carried) => counts[carried.verb as usize] += 1,
            RowOutcome::Faulty(faults) => panic!("row {}: {faults:?}", row.number),
        }
    }
    assert_eq!(planned, counts, "the dry run says what happens");
    counts
}

fn terms(file: &str, mails: MailChoice) -> Terms {
    Terms { file: Some(FileName::of(file)), mails, occasion: format!("run/{file}") }
}

/// Everything that a file may change, as text.
async fn everything(app: &TestApp) -> Vec<String> {
    let conn = app.context().db.reader();
    let queries = [
        "SELECT connection_id || '/' || version || '/' || state AS line FROM onboarding ORDER BY connection_id",
        "SELECT id || '/' || name || '/' || domain || '/' || region || '/' || school_count AS line FROM connection ORDER BY id",
        "SELECT id || '/' || name || '/' || brin AS line FROM school ORDER BY id",
        "SELECT id || '/' || name || '/' || email || '/' || roles AS line FROM contact ORDER BY id",
        "SELECT id || '/' || kind || '/' || status AS line FROM outbox ORDER BY id",
        "SELECT 'audit/' || COUNT(*) AS line FROM audit",
    ];
    let mut lines = vec![];
    for query in queries {
        let rows = conn.query_all_raw(Statement::from_string(conn.get_database_backend(), text_ids(app, query))).await;
        for row in rows.expect("the rows are read") {
            lines.push(row.try_get_by_index::<String>(0).expect("a text"));
        }
    }
    lines
}

/// Ids are bytes on SQLite and have a type of their own on PostgreSQL.
fn text_ids(app: &TestApp, query: &str) -> String {
    let id = |column: &str| {
        if app.database.is_postgres() { format!("CAST({column} AS TEXT)") } else { format!("HEX({column})") }
    };
    query.replacen("SELECT connection_id", &format!("SELECT {}", id("connection_id")), 1).replacen(
        "SELECT id",
        &format!("SELECT {}", id("id")),
        1,
    )
}
