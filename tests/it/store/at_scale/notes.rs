//! Which statements an app ran, and for what.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use koppelklaar::store::Heard;
use sea_orm::Statement;

/// What is heard of one app.
#[derive(Debug, Clone, Default)]
pub(super) struct Notes(Arc<Mutex<Page>>);

/// What was heard since the notes were begun.
#[derive(Debug, Default)]
struct Page {
    /// What is being done; nothing is kept while this is empty.
    what: String,
    /// Each statement once, by its words: with what it was first run for.
    asked: BTreeMap<String, Asked>,
}

/// A statement.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) what: String,
    pub(super) statement: Statement,
}

impl Notes {
    /// What an app is to tell.
    pub(super) fn ear(&self) -> impl Fn(&Heard) + Clone + Send + Sync + 'static {
        let notes = self.clone();
        move |heard| {
            let mut page = notes.0.lock().expect("nobody panicked");
            let words = shape(&heard.statement.sql);
            if !page.what.is_empty() && !page.asked.contains_key(&words) {
                let asked = Asked { what: page.what.clone(), statement: heard.statement.clone() };
                page.asked.insert(words, asked);
            }
        }
    }

    /// Says what is done from now on.
    pub(super) fn begin(&self, what: &str) {
        what.clone_into(&mut self.0.lock().expect("nobody panicked").what);
    }

    /// Every statement, each once.
    pub(super) fn take(&self) -> Vec<Asked> {
        let mut page = self.0.lock().expect("nobody panicked");
        page.what.clear();
        std::mem::take(&mut page.asked).into_values().collect()
    }
}

/// The words of a statement: a list of three values and one of four are alike.
fn shape(sql: &str) -> String {
    let mut shape = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some((before, after)) = rest.split_once(" IN (") {
        let (list, behind) = after.split_once(')').unwrap_or((after, ""));
        let is_values = list.chars().all(|sign| "?$0123456789, ".contains(sign));
        shape.push_str(before);
        shape.push_str(" IN (");
        if is_values {
            shape.push_str("…)");
            rest = behind;
        } else {
            rest = after;
        }
    }
    // PostgreSQL numbers its values, so that what follows a list has other numbers.
    (shape + rest).chars().filter(|sign| !sign.is_ascii_digit()).collect()
}
