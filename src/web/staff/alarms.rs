//! What stands above every page of Kurve while something of the health of the workers needs a person.

use crate::domain::heartbeat::{Worker, WorkerStatus};
use crate::domain::stranger::Counted;
use crate::links;
use crate::services::operations::setup::SetupFlaw;
use crate::services::operations::worker_health::WorkerHealth;
use crate::services::people::strangers::DoneToday;
use crate::store::mail::outbox::MailStatus;
use crate::store::onboarding::overview::NamedConnection;
use crate::words::{self, date_nl, moment_nl};

/// One banner.
#[derive(Clone)]
pub(super) struct Alarm {
    /// Its name for tests.
    pub(super) key: &'static str,
    /// `error`, or `warning` for what somebody wants so.
    pub(super) kind: &'static str,
    pub(super) title: &'static str,
    /// What it means and what to do.
    pub(super) text: String,
    /// Where to look; empty when there is nothing to see.
    pub(super) href: String,
    pub(super) link: &'static str,
}

/// How many connections that cannot be read a page names.
const MOST_NAMED: usize = 20;

/// A connection that cannot be read.
pub(super) struct UnreadableRow {
    pub(super) name: String,
    pub(super) brin: String,
    pub(super) href: String,
    pub(super) since: String,
}

/// The connections of which something cannot be read, or whose reminders stay unplanned.
pub(super) struct Unreadable {
    pub(super) schools: Vec<UnreadableRow>,
    /// How many there are beside those that are named.
    pub(super) more: usize,
}

/// What lists leave out.
pub(super) fn unreadable(schools: &[NamedConnection]) -> Unreadable {
    let row = |school: &NamedConnection| UnreadableRow {
        name: school.name.clone(),
        brin: school.carried.clone(),
        href: links::staff_school(links::STAFF_SCHOOL, school.id),
        since: date_nl(school.since),
    };
    let more = schools.len().saturating_sub(MOST_NAMED);
    Unreadable { schools: schools.iter().take(MOST_NAMED).map(row).collect(), more }
}

/// The banners that a condition calls for.
pub(super) fn alarms(condition: &WorkerHealth) -> Vec<Alarm> {
    let still = condition.workers.iter().filter_map(|(worker, status)| alarm(*worker, *status));
    let setup = condition.setup.iter().copied().map(flaw);
    condition
        .held
        .map(held)
        .into_iter()
        .chain(setup)
        .chain(still)
        .chain(condition.strangers.iter().map(pressed))
        .collect()
}

/// What strangers did unusually often: nothing has to be done at once, for limits hold.
fn pressed(done: &DoneToday) -> Alarm {
    let DoneToday { what, count } = done;
    let mails = |what_for: &str| {
        format!(
            "Sinds gisteren zijn er {count} mails aangevraagd om {what_for}. Komt er nog eens zo veel bij, dan gaan ze een poos \
             niet meer uit. Vraag de technisch beheerder om in het logboek te kijken."
        )
    };
    let (title, text) = match what {
        Counted::WrongCode => (
            "Misschien raadt iemand inlogcodes",
            format!(
                "Sinds gisteren zijn er {count} verkeerde inlogcodes ingevuld. Tussen twee codes moet nu even worden gewacht. \
                 Met de link uit de mail kan iedereen gewoon inloggen. Vraag de technisch beheerder om in het logboek te kijken."
            ),
        ),
        Counted::Confirmation => ("Ongewoon veel aanmeldingen", mails("een aanmelding te bevestigen")),
        Counted::SignIn => ("Ongewoon veel inlogmails", mails("in te loggen")),
    };
    Alarm { key: what.as_str(), kind: "warning", title, text, href: String::new(), link: "" }
}

fn flaw(flaw: SetupFlaw) -> Alarm {
    let (key, title, text) = match flaw {
        SetupFlaw::MailFolder => (
            "mail_folder",
            "Niemand krijgt mail",
            "Koppelklaar zet alle mails als bestand in een map op de server. Ook inlogmails komen niet aan. Vraag de \
             technisch beheerder om een mailserver in te stellen.",
        ),
        SetupFlaw::NoTrustedProxy => (
            "no_proxy",
            "Alle bezoekers tellen als één",
            "Koppelklaar weet niet dat er een proxy voor staat. Daardoor delen alle bezoekers samen wat er voor één bezoeker \
             is, en kan één van hen de anderen buitensluiten. Vraag de technisch beheerder om de proxy in te stellen.",
        ),
    };
    Alarm { key, kind: "warning", title, text: text.to_owned(), href: String::new(), link: "" }
}

fn held(waiting: u64) -> Alarm {
    let waiting = match waiting {
        0 => "Er staan nu geen mails klaar.".to_owned(),
        1 => "Er staat nu 1 mail klaar.".to_owned(),
        more => format!("Er staan nu {} mails klaar.", words::counted(more)),
    };
    Alarm {
        key: "held",
        kind: "warning",
        title: "Mails worden vastgehouden",
        text: format!(
            "Koppelklaar bewaart alle mails en verstuurt er geen. Zo heeft de technisch beheerder dat ingesteld. Ook inlogmails gaan niet \
             weg. {waiting}"
        ),
        href: waiting_mails(),
        link: "Bekijk wat er wacht",
    }
}

fn waiting_mails() -> String {
    format!("{}?stand={}", links::STAFF_MAILS, MailStatus::Waiting.as_str())
}

fn alarm(worker: Worker, status: WorkerStatus) -> Option<Alarm> {
    let (key, title, text) = match (worker, status) {
        (_, WorkerStatus::Runs) => return None,
        (Worker::Mail, WorkerStatus::Silent { since }) => (
            "mail",
            "Er worden nu geen mails verstuurd",
            format!(
                "Koppelklaar verstuurt geen mails meer sinds {}. Misschien antwoordt de mailserver niet. Staat deze \
                 melding er over 15 minuten nog? Vraag de technisch beheerder om Koppelklaar opnieuw te starten. Er \
                 gaan geen mails verloren.",
                moment_nl(since)
            ),
        ),
        (Worker::Mail, WorkerStatus::Behind { since }) => (
            "mail",
            "Mails blijven liggen",
            format!(
                "De oudste mail wacht al sinds {}. Bij heel veel mails tegelijk is dat gewoon. Staat deze melding er \
                 over 15 minuten nog? Vraag de technisch beheerder om in het logboek te kijken.",
                moment_nl(since)
            ),
        ),
        (Worker::Planner, WorkerStatus::Behind { since }) => (
            "planner",
            "Herinneringen blijven liggen",
            format!(
                "Van een of meer scholen worden de herinneringen niet gepland. De eerste wacht al sinds {}. Op de werklijst staat welke \
                 scholen het zijn. Staat deze melding er over 15 minuten nog? Vraag de technisch beheerder om in het \
                     logboek te kijken.",
                moment_nl(since)
            ),
        ),
        (Worker::Planner, WorkerStatus::Silent { since }) => (
            "planner",
            "Er worden nu geen herinneringen gepland",
            format!(
                "Koppelklaar plant geen herinneringen meer sinds {}. Scholen horen nu niet dat ze aan de beurt zijn. \
                 Vraag de technisch beheerder om Koppelklaar opnieuw te starten. Herinneringen die nu uitblijven, \
                 komen later alsnog.",
                moment_nl(since)
            ),
        ),
        (Worker::Checks, WorkerStatus::Silent { since } | WorkerStatus::Behind { since }) => (
            "checks",
            "Er worden nu geen verbindingen gecontroleerd",
            format!(
                "Koppelklaar controleert geen verbindingen met Magister meer sinds {}. Vraag de technisch beheerder \
                 om Koppelklaar opnieuw te starten. Controles die zijn gestart, gaan later alsnog door.",
                moment_nl(since)
            ),
        ),
        (Worker::Bulk, WorkerStatus::Silent { since } | WorkerStatus::Behind { since }) => (
            "bulk",
            "Wat voor veel scholen tegelijk is gekozen, gaat nu niet verder",
            format!(
                "Koppelklaar voert dit niet meer uit sinds {}. Vraag de technisch beheerder om Koppelklaar opnieuw \
                 te starten. Er gaat niets verloren: wat is begonnen, gaat verder waar het bleef.",
                moment_nl(since)
            ),
        ),
        (Worker::Webhooks, WorkerStatus::Silent { since } | WorkerStatus::Behind { since }) => (
            "webhooks",
            "Er gaan nu geen berichten naar andere systemen",
            format!(
                "Koppelklaar stuurt geen webhooks meer sinds {}. Vraag de technisch beheerder om Koppelklaar opnieuw \
                 te starten. Er gaat niets verloren: de berichten komen later alsnog aan.",
                moment_nl(since)
            ),
        ),
    };
    let (href, link) = match worker {
        Worker::Mail => (waiting_mails(), "Bekijk wat er wacht"),
        Worker::Planner if matches!(status, WorkerStatus::Behind { .. }) => {
            (links::STAFF.to_owned(), "Bekijk de werklijst")
        }
        Worker::Planner | Worker::Webhooks => (String::new(), ""),
        Worker::Checks => (links::STAFF_CONNECTIONS.to_owned(), "Bekijk de verbindingen"),
        Worker::Bulk => (links::STAFF_BULK.to_owned(), "Bekijk wat je zelf begon"),
    };
    Some(Alarm { key, kind: "error", title, text, href, link })
}
