//! How the installation itself is, for an admin: what there is to read, and on top what asks for somebody.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::desk::{self, Nav};
use super::system_words as said;
use crate::links;
use crate::services::operations::system::{self, EndpointLook, MailTo, RELEASE, System, WorkerLook};
use crate::web::error::PageError;
use crate::web::extract::Admin;
use crate::web::page::Frame;
use crate::web::{WebState, page};
use crate::words;

/// Something that asks for somebody.
struct Attention {
    /// Its name for tests.
    key: &'static str,
    /// What it is and what to do.
    text: String,
    /// Where to look; empty when there is nothing to see.
    href: &'static str,
    link: &'static str,
}

struct Fact {
    name: String,
    value: String,
}

/// Facts under a heading, with where there is more to see.
struct Section {
    key: &'static str,
    title: &'static str,
    facts: Vec<Fact>,
    href: &'static str,
    link: &'static str,
}

#[derive(Template)]
#[template(path = "staff/system.html")]
struct SystemPage {
    frame: Frame,
    nav: Nav,
    attention: Vec<Attention>,
    /// Whether something stands above the page already.
    has_alarms: bool,
    sections: Vec<Section>,
    /// What `doctor` says too.
    findings: Vec<String>,
}

/// Shows it.
pub(super) async fn show(State(web): State<WebState>, Admin(staff): Admin) -> Result<Response, PageError> {
    let now = staff.visit.now;
    let found = system::look(&web.context, &web.mailer, &staff.worker_health, now).await?;
    let nav = Nav::new(&staff, links::STAFF_COLLEAGUES);
    let signs = found.signs();
    let attention = signs.iter().map(|sign| {
        let (key, text, (href, link)) = (said::sign_key(sign), said::sign(sign), said::where_to(sign));
        Attention { key, text, href, link }
    });
    let since = fact("Draait sinds", words::moment_nl(web.watch.watched_since(now)));
    let release = section("release", "Uitgave", vec![fact("Koppelklaar", RELEASE.to_owned()), since]);
    page::show(&SystemPage {
        frame: desk::frame(&web, &staff),
        attention: attention.collect(),
        has_alarms: !nav.alarms.is_empty() || !nav.unreadable.schools.is_empty(),
        nav,
        sections: [release].into_iter().chain(sections(&found)).collect(),
        findings: found.findings.iter().map(said::finding).collect(),
    })
}

fn fact(name: impl Into<String>, value: String) -> Fact {
    Fact { name: name.into(), value }
}

fn section(key: &'static str, title: &'static str, facts: Vec<Fact>) -> Section {
    Section { key, title, facts, href: "", link: "" }
}

fn sections(found: &System) -> Vec<Section> {
    let mails = vec![
        fact(
            "Mailserver",
            match &found.mail_to {
                MailTo::Server(host) => host.clone(),
                MailTo::Files => "Geen: mails worden bestanden".to_owned(),
            },
        ),
        fact("Wachten", words::counted(found.mails_waiting)),
        fact("Mislukt", words::counted(found.mails_failed)),
    ];
    let mut sections = vec![
        section("database", "Database", database(found)),
        Section { href: links::STAFF_MAILS, link: "Bekijk de mails", ..section("mails", "Mails", mails) },
        webhooks(&found.endpoints),
        section("workers", "Wat vanzelf loopt", found.workers.iter().map(worker).collect()),
        section("clock", "Klok", vec![fact("Verschil met de database", said::skew(found.clock_ahead))]),
    ];
    sections.extend(found.certificates.map(|ending| {
        let ending = vec![fact("Lopen af binnen 30 dagen", words::counted(ending))];
        let section = section("certificates", "Certificaten van Magister", ending);
        Section { href: links::STAFF_CONNECTIONS, link: "Bekijk de verbindingen", ..section }
    }));
    sections
}

fn database(found: &System) -> Vec<Fact> {
    let kind = if found.is_sqlite { "SQLite" } else { "PostgreSQL" };
    let mut facts = vec![fact("Soort", kind.to_owned()), fact("Grootte", said::size(found.size.bytes))];
    facts.extend(found.size.free_bytes.map(|free| fact("Vrij op de schijf", said::size(free))));
    let backup = found.last_backup.map_or_else(|| "Nooit genoteerd".to_owned(), words::moment_nl);
    facts.extend([
        fact("Stappen van het schema", found.steps.applied.to_string()),
        fact("Nieuwste stap", found.steps.newest.clone()),
        fact("Laatste back-up", backup),
    ]);
    facts
}

fn webhooks(endpoints: &[EndpointLook]) -> Section {
    let look = |look: &EndpointLook| fact(look.endpoint.url.as_str(), said::endpoint(look));
    let facts = match endpoints {
        [] => vec![fact("Ontvangers", "Geen".to_owned())],
        some => some.iter().map(look).collect(),
    };
    let section = section("webhooks", "Webhooks", facts);
    Section { href: links::STAFF_WEBHOOKS, link: "Bekijk de webhooks", ..section }
}

fn worker(look: &WorkerLook) -> Fact {
    fact(said::worker_name(look.worker), said::worker(look))
}
