//! Where somebody is led who named no connection: to their only one, or to choosing among several.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use crate::domain::check::{Newest, Truths};
use crate::domain::connection::Carried;
use crate::domain::import_gate::open_schools;
use crate::domain::onboarding::{Lifecycle, Party};
use crate::links;
use crate::services::checks;
use crate::services::people::portal_access::{self, Choice};
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::SchoolVisitor;
use crate::web::flash::see_other;
use crate::web::page::{self, Frame};
use crate::words;

/// One of the visitor's connections.
struct ConnectionRow {
    id: String,
    name: String,
    /// Two can have one name.
    carried: String,
    href: String,
    /// None when it cannot be read.
    standing: Option<Standing>,
    /// "4 van 9 stappen klaar"; empty when it cannot be read.
    done: String,
}

/// Where a connection stands.
struct Standing {
    /// For tests.
    state: &'static str,
    /// Of the tag.
    kind: &'static str,
    words: String,
}

#[derive(Template)]
#[template(path = "portal/choose.html")]
struct ChoosePage {
    frame: Frame,
    connections: Vec<ConnectionRow>,
    /// One of them carries several schools.
    has_many: bool,
    sign_out: &'static str,
}

pub(super) async fn show(State(web): State<WebState>, who: SchoolVisitor) -> Result<Response, PageError> {
    let found = portal_access::list_choices(&web.context, &who.email_key).await?;
    if let [only] = found.as_slice() {
        return Ok(see_other(&links::SCHOOL.at(only.connection)));
    }
    let ids: Vec<_> = found.iter().map(|choice| choice.connection).collect();
    let newest = checks::list_newest(&web.context, &ids).await?;
    let frame = Frame { home: links::SCHOOLS.to_owned(), ..who.visit.frame(&web) };
    page::show(&ChoosePage {
        frame,
        has_many: found.iter().any(|choice| matches!(choice.carried, Carried::Many(_))),
        connections: found.iter().map(|choice| row(choice, newest.get(&choice.connection).copied())).collect(),
        sign_out: links::SIGN_OUT,
    })
}

fn row(choice: &Choice, newest: Option<Newest>) -> ConnectionRow {
    let truths = choice.state.as_ref().map(|state| Truths { state, newest });
    ConnectionRow {
        id: choice.connection.to_string(),
        name: choice.name.to_string(),
        carried: match &choice.carried {
            Carried::One(brin) => format!("BRIN {brin}"),
            Carried::Many(_) => choice.carried.to_string(),
        },
        href: links::SCHOOL.at(choice.connection),
        done: truths.as_ref().map(words::done_sentence).unwrap_or_default(),
        standing: truths.as_ref().map(standing),
    }
}

fn standing(truths: &Truths<'_>) -> Standing {
    let state = truths.state;
    let (open, live) = (open_schools(state).len(), state.live().count());
    let (state, kind, words) = match state.lifecycle() {
        Lifecycle::Withdrawn { .. } => ("withdrawn", "neutral", "Gestopt".to_owned()),
        Lifecycle::Paused { until, .. } => {
            ("paused", "neutral", format!("Op pauze tot {}", words::date_only_nl(until)))
        }
        Lifecycle::Completed { .. } => ("completed", "ready", "Geïmporteerd".to_owned()),
        Lifecycle::Active if open > 0 && live > 1 => {
            ("open", "now", format!("Je kunt importeren voor {open} van de {live} scholen"))
        }
        Lifecycle::Active if open > 0 => ("open", "now", "Je kunt importeren".to_owned()),
        Lifecycle::Active if truths.waits_on_since(Party::School).is_some() => {
            ("school", "now", "Jullie zijn aan de beurt".to_owned())
        }
        Lifecycle::Active if truths.waits_on_since(Party::Magister).is_some() => {
            ("magister", "magister", "Magister is aan de beurt".to_owned())
        }
        Lifecycle::Active => ("kurve", "kurve", "Kurve is aan de beurt".to_owned()),
    };
    Standing { state, kind, words }
}
