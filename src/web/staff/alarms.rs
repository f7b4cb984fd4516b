//! What stands above every page of Kurve while something of the machine room needs a person.

use crate::domain::heartbeat::{Standing, Worker};
use crate::links;
use crate::services::machine_room::Condition;
use crate::words::moment_nl;

/// One banner.
#[derive(Clone)]
pub(super) struct Alarm {
    /// Its name for tests.
    pub(super) key: &'static str,
    pub(super) title: &'static str,
    /// What it means and what to do.
    pub(super) text: String,
    /// Where to look; empty when there is nothing to see.
    pub(super) href: String,
    pub(super) link: &'static str,
}

/// The banners that a condition calls for.
pub(super) fn alarms(condition: &Condition) -> Vec<Alarm> {
    condition.workers.iter().filter_map(|(worker, standing)| alarm(*worker, *standing)).collect()
}

fn alarm(worker: Worker, standing: Standing) -> Option<Alarm> {
    let (key, title, text) = match (worker, standing) {
        (_, Standing::Runs) => return None,
        (Worker::Mail, Standing::Silent { since }) => (
            "mail",
            "Er gaan nu geen mails uit",
            format!(
                "Het deel van Koppelklaar dat mails verstuurt, gaf na {} geen teken van leven meer. Er gaat niets verloren: \
                 mails wachten tot het weer loopt. Vraag je beheerder om Koppelklaar opnieuw te starten.",
                moment_nl(since)
            ),
        ),
        (Worker::Mail, Standing::Behind { since }) => (
            "mail",
            "Mails blijven liggen",
            format!(
                "De oudste mail wacht al sinds {}. Bij heel veel mails tegelijk is dat gewoon. Staat dit er na een kwartier nog? \
                 Vraag je beheerder dan om in het logboek te kijken.",
                moment_nl(since)
            ),
        ),
        (Worker::Planner, Standing::Silent { since } | Standing::Behind { since }) => (
            "planner",
            "Er worden nu geen herinneringen gepland",
            format!(
                "Het deel van Koppelklaar dat herinneringen plant, gaf na {} geen teken van leven meer. Scholen horen nu niet \
                 dat ze aan zet zijn. Loopt het weer, dan komen die herinneringen alsnog. Vraag je beheerder om \
                 Koppelklaar opnieuw te starten.",
                moment_nl(since)
            ),
        ),
    };
    let (href, link) = match worker {
        Worker::Mail => (format!("{}?stand=waiting", links::STAFF_MAILS), "Bekijk wat er wacht"),
        Worker::Planner => (String::new(), ""),
    };
    Some(Alarm { key, title, text, href, link })
}
