//! Everything that is kept of a person, to hand over to them: as JSON, and as a page that anybody can read.

use askama::Template;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::finding;
use crate::domain::privacy::{Kind, Section};
use crate::domain::text::EmailAddress;
use crate::services::{Context, ServiceError};
use crate::words;

/// Everything that is kept of a person. Without `Debug`: it is personal data.
pub struct Dossier {
    /// By which address.
    pub address: EmailAddress,
    /// When it was looked up.
    pub at: DateTime<Utc>,
    /// What there is, by sort; sorts of which there is nothing are left out.
    pub sections: Vec<Section>,
    /// How many texts of theirs cannot be erased: they stand in the chain of the audit itself.
    pub inside_the_chain: u64,
}

/// How much there is of one sort.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// Which sort.
    pub kind: Kind,
    /// How much.
    pub rows: u64,
}

/// Looks up everything that is kept of the person with an address. Nothing is changed.
pub async fn look(context: &Context, at: DateTime<Utc>, address: EmailAddress) -> Result<Dossier, ServiceError> {
    let conn = context.db.reader();
    let known = finding::know(context, conn, &address).await?;
    let found = finding::find(context, conn, &address, known).await?;
    let sections = found.sections();
    Ok(Dossier { address, at, sections, inside_the_chain: found.audit.old })
}

impl Dossier {
    /// How much there is of each sort.
    pub fn counts(&self) -> Vec<Count> {
        counts(&self.sections)
    }

    /// As JSON, with a list for each sort.
    pub fn to_json(&self) -> Value {
        let head = [("address", json!(self.address.as_str())), ("looked_up_at", json!(self.at))];
        let head = head.map(|(name, value)| (name.to_owned(), value));
        let lists =
            self.sections.iter().map(|section| (section.kind.as_str().to_owned(), Value::Array(section.rows.clone())));
        Value::Object(head.into_iter().chain(lists).collect())
    }

    /// As a page in Dutch, complete by itself.
    ///
    /// # Errors
    /// When the page cannot be written.
    pub fn to_page(&self) -> Result<String, ServiceError> {
        let parts = self.sections.iter().map(|section| Part {
            name: words::privacy::kind_name(section.kind),
            rows: section.rows.iter().map(lines).collect(),
        });
        let page = DossierPage { address: self.address.shown(), at: words::moment_nl(self.at), parts: parts.collect() };
        page.render().map_err(|_| ServiceError::Broken("a page that cannot be written"))
    }
}

pub(super) fn counts(sections: &[Section]) -> Vec<Count> {
    sections.iter().map(|section| Count { kind: section.kind, rows: section.rows.len() as u64 }).collect()
}

#[derive(Template)]
#[template(path = "privacy/dossier.html")]
struct DossierPage {
    address: String,
    at: String,
    parts: Vec<Part>,
}

struct Part {
    name: &'static str,
    rows: Vec<Vec<Line>>,
}

struct Line {
    name: String,
    text: String,
}

/// What a row says, without what it says nothing of.
fn lines(row: &Value) -> Vec<Line> {
    let nothing = Map::new();
    let fields = row.as_object().unwrap_or(&nothing).iter().filter(|(_, value)| !value.is_null());
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    fields.map(|(name, value)| Line { name: name.replace('_', " "), text: text(value) }).collect()
}
