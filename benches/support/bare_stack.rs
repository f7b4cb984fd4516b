//! The same libraries with nothing of ours around them: a router, the statements of a page one after the other, and a
//! template with as many rows, cells and bytes as the page has.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path as UrlPath, State};
use axum::http::StatusCode;
use axum::response::Html;
use axum::routing::get;
use chrono::{DateTime, Utc};
use koppelklaar::store::{Db, Heard};
use sea_orm::{ConnectionTrait, QueryResult, Statement, TryGetable};
use serde::{Deserialize, Serialize};

use crate::client::Ask;
use crate::recorder::Recorder;

/// The argument with which this program is that server.
pub(crate) const ARGUMENT: &str = "bare-stack";

/// The path that answers when it serves.
pub(crate) const READY: &str = "/ready";

/// What one page shows, and by which request of ours it is asked for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Shape {
    pub(crate) ask: Ask,
    pub(crate) rows: usize,
    pub(crate) cells: usize,
    pub(crate) bytes: usize,
    /// Whether only the statement that reads a connection by its key is asked.
    pub(crate) is_by_key: bool,
}

impl Shape {
    /// Of a page of ours.
    pub(crate) fn of(ask: &Ask, html: &str) -> Self {
        let count = |tags: &[&str]| tags.iter().map(|tag| html.matches(tag).count()).sum();
        let (rows, cells) = (count(&["<tr"]), count(&["<td", "<th"]));
        let (rows, cells) = if rows == 0 { (count(&["<li"]), count(&["<li"])) } else { (rows, cells) };
        Self { ask: ask.clone(), rows, cells, bytes: html.len(), is_by_key: false }
    }

    /// One row by its key, as a page asks for it among others.
    pub(crate) fn by_key(ask: &Ask) -> Self {
        Self { ask: ask.clone(), rows: 1, cells: 8, bytes: 2_000, is_by_key: true }
    }

    /// What of the statements of the page is asked: what changes nothing.
    fn takes(&self, statement: &Statement) -> bool {
        let is_by_key = statement.sql.contains(r#"WHERE "connection"."id" = "#);
        statement.sql.starts_with("SELECT") && (is_by_key || !self.is_by_key)
    }
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<!doctype html>
<html lang="nl"><head><meta charset="utf-8"><title>{{ title }}</title><link rel="stylesheet" href="/assets/app.css"></head>
<body><main><h1>{{ title }}</h1><table>
{%- for row in rows %}
<tr role="row">{% for cell in row %}<td role="cell" data-label="Kolom">{{ cell }}</td>{% endfor %}</tr>
{%- endfor %}
</table>
{%- for line in lines %}
<p class="line">{{ line }}</p>
{%- endfor %}
</main></body></html>"#
)]
struct BarePage<'a> {
    title: &'a str,
    rows: &'a [Vec<&'a str>],
    lines: &'a [&'a str],
}

/// A text as long as a sentence of a page.
const LINE: &str = "Zo staat het er nu voor met deze koppeling, en dit is wat er nog moet.";

/// How a column is read.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Text,
    Long,
    Short,
    Flag,
    Id,
    Moment,
    Bytes,
    Unknown,
}

impl Kind {
    const ALL: [Self; 7] = [Self::Text, Self::Long, Self::Short, Self::Flag, Self::Id, Self::Moment, Self::Bytes];

    fn read(self, row: &QueryResult, at: usize) -> Option<String> {
        fn text<T: TryGetable + ToString>(row: &QueryResult, at: usize) -> Option<String> {
            let value: Option<T> = row.try_get_by_index(at).ok()?;
            Some(value.map(|value| value.to_string()).unwrap_or_default())
        }
        match self {
            Self::Text => row.try_get_by_index::<Option<String>>(at).ok().map(Option::unwrap_or_default),
            Self::Long => text::<i64>(row, at),
            Self::Short => text::<i32>(row, at),
            Self::Flag => text::<bool>(row, at),
            Self::Id => text::<uuid::Uuid>(row, at),
            Self::Moment => text::<DateTime<Utc>>(row, at),
            Self::Bytes => row.try_get_by_index::<Option<Vec<u8>>>(at).ok().map(|_| String::new()),
            Self::Unknown => Some(String::new()),
        }
    }
}

/// A statement with how its columns are read.
struct Known {
    statement: Statement,
    columns: Vec<Kind>,
}

/// A page with what is known of its statements.
struct Ready {
    shape: Shape,
    statements: Vec<Known>,
    /// Which of them has most to show.
    shown: usize,
    lines: usize,
}

struct Stack {
    db: Db,
    pages: Vec<Ready>,
}

/// Serves the pages of a file at an address, until it is killed.
pub(crate) async fn serve(recorder: Recorder, url: &str, file: &Path, address: SocketAddr) {
    let bytes = std::fs::read(file).expect("the file with the pages");
    let shapes: Vec<Shape> = serde_json::from_slice(&bytes).expect("pages");
    let db = Db::connect(url).await.expect("the database opens");
    let mut pages = vec![];
    for shape in shapes {
        let heard = recorder.record(&shape.ask).await.expect("a page that answered before");
        pages.push(Ready::new(&db, shape, heard).await);
    }
    drop(recorder);
    let routes = Router::new().route("/page/{number}", get(show)).route(READY, get(async || "ready"));
    let listener = tokio::net::TcpListener::bind(address).await.expect("a free address");
    axum::serve(listener, routes.with_state(Arc::new(Stack { db, pages }))).await.expect("it serves");
}

async fn show(
    State(stack): State<Arc<Stack>>,
    UrlPath(number): UrlPath<usize>,
) -> Result<Html<String>, (StatusCode, String)> {
    let page = stack.pages.get(number).ok_or((StatusCode::NOT_FOUND, String::new()))?;
    let shown = page.ask(&stack.db).await.map_err(|error| (StatusCode::INTERNAL_SERVER_ERROR, error))?;
    Ok(Html(page.render(&shown)))
}

impl Ready {
    /// Runs each statement once, to see what its columns are.
    async fn new(db: &Db, shape: Shape, heard: Vec<Heard>) -> Self {
        let conn = db.reader();
        let (mut statements, mut shown, mut most) = (vec![], 0, 0);
        let mut taken: Vec<_> = heard.into_iter().map(|told| told.statement).filter(|one| shape.takes(one)).collect();
        taken.truncate(if shape.is_by_key { 1 } else { usize::MAX });
        for (place, statement) in taken.into_iter().enumerate() {
            let rows = conn.query_all_raw(statement.clone()).await;
            let rows = rows.unwrap_or_else(|error| panic!("{statement}: {error}"));
            let width = rows.first().map_or(0, |row| row.column_names().len());
            let reads = |at: usize, kind: &Kind| rows.iter().all(|row| kind.read(row, at).is_some());
            let kind = |at| Kind::ALL.into_iter().find(|kind| reads(at, kind)).unwrap_or(Kind::Unknown);
            statements.push(Known { statement, columns: (0..width).map(kind).collect() });
            if rows.len() * width > most {
                (shown, most) = (place, rows.len() * width);
            }
        }
        let mut ready = Self { shape, statements, shown, lines: 0 };
        let found = ready.ask(db).await.expect("it was asked before");
        let rest = ready.shape.bytes.saturating_sub(ready.render(&found).len());
        ready.lines = rest / (LINE.len() + "\n<p class=\"line\"></p>".len());
        ready
    }

    /// Runs every statement and reads every cell; the rows of the one that has most.
    async fn ask(&self, db: &Db) -> Result<Vec<Vec<String>>, String> {
        let conn = db.reader();
        let mut shown = vec![];
        for (place, known) in self.statements.iter().enumerate() {
            let rows = conn.query_all_raw(known.statement.clone()).await.map_err(|error| error.to_string())?;
            let read = |row: &QueryResult| {
                let cells = known.columns.iter().enumerate();
                cells.map(|(at, kind)| kind.read(row, at).unwrap_or_default()).collect::<Vec<String>>()
            };
            let rows: Vec<Vec<String>> = rows.iter().map(read).collect();
            if place == self.shown {
                shown = rows;
            }
        }
        Ok(shown)
    }

    /// As many rows and cells as the page has, with the texts that were found.
    fn render(&self, shown: &[Vec<String>]) -> String {
        let width = self.shape.cells.checked_div(self.shape.rows).unwrap_or(0).max(1);
        let nothing = [String::new()];
        let found = |number: usize| match shown {
            [] => &nothing[..],
            some => &some[number % some.len()][..],
        };
        let cell = |row: usize, column: usize| found(row).iter().cycle().nth(column).map_or("", String::as_str);
        let rows = (0..self.shape.rows).map(|row| (0..width).map(|column| short(cell(row, column))).collect());
        let rows: Vec<Vec<&str>> = rows.collect();
        let page = BarePage { title: "Scholen", rows: &rows, lines: &vec![LINE; self.lines] };
        page.render().expect("a text can be written")
    }
}

/// What a cell of a page holds at most: states and the like are not shown whole.
fn short(text: &str) -> &str {
    text.char_indices().nth(40).map_or(text, |(end, _)| &text[..end])
}
