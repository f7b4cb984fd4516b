//! What the page "Systeem" says of what was found; the command `doctor` has words of its own.

use chrono::TimeDelta;

use crate::domain::heartbeat::{Worker, WorkerStatus};
use crate::links;
use crate::services::operations::findings::Finding;
use crate::services::operations::system::{EndpointLook, Sign, WorkerLook};
use crate::store::Fault;
use crate::words::{counted, date_only_nl, moment_nl};

/// A number of bytes, for people.
pub(super) fn size(bytes: u64) -> String {
    const UNITS: [(&str, u64); 3] = [("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)];
    let unit = UNITS.into_iter().find(|(_, unit)| bytes >= *unit);
    unit.map_or_else(
        || format!("{bytes} bytes"),
        |(name, unit)| format!("{},{} {name}", bytes / unit, bytes % unit * 10 / unit),
    )
}

/// How far a clock is from the database's.
pub(super) fn skew(ahead: TimeDelta) -> String {
    match ahead.num_seconds() {
        0 => "Minder dan een seconde".to_owned(),
        ahead if ahead > 0 => format!("{} voor", seconds(ahead)),
        behind => format!("{} achter", seconds(-behind)),
    }
}

fn seconds(count: i64) -> String {
    if count == 1 { "1 seconde".to_owned() } else { format!("{count} seconden") }
}

/// What a worker does.
pub(super) fn worker_name(worker: Worker) -> &'static str {
    match worker {
        Worker::Mail => "Mails versturen",
        Worker::Planner => "Herinneringen plannen",
        Worker::Checks => "Verbindingen controleren",
        Worker::Bulk => "Werk voor veel scholen tegelijk",
        Worker::Webhooks => "Webhooks sturen",
    }
}

/// How a worker is.
pub(super) fn worker(look: &WorkerLook) -> String {
    let beat = look.beat.map_or_else(|| "nog geen teken".to_owned(), |at| format!("laatste teken {}", moment_nl(at)));
    match look.status {
        WorkerStatus::Runs => format!("In orde, {beat}"),
        WorkerStatus::Silent { .. } => format!("Staat stil, {beat}"),
        WorkerStatus::Behind { since } => format!("Loopt achter sinds {}, {beat}", moment_nl(since)),
    }
}

/// How an endpoint is, and what waits for it.
pub(super) fn endpoint(look: &EndpointLook) -> String {
    let state = match (look.endpoint.stopped, look.endpoint.failing_since) {
        (Some(stopped), _) => format!("Gestopt sinds {}", moment_nl(stopped.at)),
        (None, Some(since)) => format!("Komt niet aan sinds {}", moment_nl(since)),
        (None, None) => "In orde".to_owned(),
    };
    match look.waiting {
        0 => format!("{state}, er wacht niets"),
        1 => format!("{state}, 1 bericht wacht"),
        more => format!("{state}, {} berichten wachten", counted(more)),
    }
}

/// The name of a sign for tests.
pub(super) fn sign_key(sign: &Sign) -> &'static str {
    match sign {
        Sign::Found(Finding::BackupOverdue { .. }) => "backup",
        Sign::Found(_) => "finding",
        Sign::WorkerStill(_) => "worker",
        Sign::LittleRoom(_) => "disk",
        Sign::MailsFailed(_) => "mails",
        Sign::EndpointFails(..) | Sign::EndpointStopped(..) => "webhook",
    }
}

/// Something that asks for somebody, with what to do.
pub(super) fn sign(sign: &Sign) -> String {
    match sign {
        Sign::Found(found) => finding(found),
        Sign::WorkerStill(look) => {
            let name = worker_name(look.worker);
            format!("{name}: {}. Vraag de technisch beheerder om Koppelklaar opnieuw te starten.", lower(&worker(look)))
        }
        Sign::LittleRoom(free) => {
            format!(
                "De schijf van de database heeft nog {} vrij. Vraag de technisch beheerder om ruimte te maken.",
                size(*free)
            )
        }
        Sign::MailsFailed(1) => "1 mail is mislukt. Bekijk waarom, en verstuur hem opnieuw.".to_owned(),
        Sign::MailsFailed(more) => {
            format!("{} mails zijn mislukt. Bekijk waarom, en verstuur ze opnieuw.", counted(*more))
        }
        Sign::EndpointFails(endpoint, since) => format!(
            "Sinds {} komt er niets aan bij {}. Vraag wie dat systeem beheert om ernaar te kijken.",
            moment_nl(*since),
            endpoint.url.as_str()
        ),
        Sign::EndpointStopped(endpoint, at) => format!(
            "Koppelklaar stuurt sinds {} niets meer naar {}. Zet de webhook weer aan of verwijder hem.",
            moment_nl(*at),
            endpoint.url.as_str()
        ),
    }
}

/// Where to look, and what the link says.
pub(super) fn where_to(sign: &Sign) -> (&'static str, &'static str) {
    match sign {
        Sign::MailsFailed(_) => (links::STAFF_MAILS, "Bekijk de mails"),
        Sign::EndpointFails(..) | Sign::EndpointStopped(..) => (links::STAFF_WEBHOOKS, "Bekijk de webhooks"),
        Sign::Found(_) | Sign::WorkerStill(_) | Sign::LittleRoom(_) => ("", ""),
    }
}

fn lower(text: &str) -> String {
    let mut signs = text.chars();
    signs.next().map(|first| first.to_lowercase().chain(signs).collect()).unwrap_or_default()
}

/// A finding, with what to do.
pub(super) fn finding(finding: &Finding) -> String {
    match finding {
        Finding::Base { url, is_safe: true } => format!("Koppelklaar staat op {url}."),
        Finding::Base { url, is_safe: false } => {
            format!("Koppelklaar staat op {url}, zonder https. Vraag de technisch beheerder om https in te stellen.")
        }
        Finding::DatabaseWorks => "De database antwoordt en is bijgewerkt.".to_owned(),
        Finding::DatabaseIll(fault) => database_fault(*fault).to_owned(),
        Finding::StepsBehind(behind) => format!(
            "De database loopt {behind} stappen achter. Vraag de technisch beheerder om koppelklaar migrate uit te voeren."
        ),
        Finding::ListsIncomplete => {
            "In de lijsten ontbreken rijen. Vraag de technisch beheerder om koppelklaar migrate uit te voeren."
                .to_owned()
        }
        Finding::ClockRight => "De klok loopt gelijk met die van de database.".to_owned(),
        Finding::ClockOff(ahead) => format!(
            "De klok loopt {}, vergeleken met die van de database. Er wordt nu niets verstuurd of gepland. Vraag de technisch \
             beheerder om beide klokken gelijk te zetten.",
            skew(TimeDelta::seconds(*ahead))
        ),
        Finding::MailHeld => {
            "Alle mails worden vastgehouden. Zo heeft de technisch beheerder dat ingesteld.".to_owned()
        }
        Finding::MailOnlyToSome => {
            "Alleen sommige ontvangers krijgen mail. Zo heeft de technisch beheerder dat ingesteld.".to_owned()
        }
        Finding::HolidaysUntil(day, false) => format!("De schoolvakanties zijn bekend tot {}.", date_only_nl(*day)),
        Finding::HolidaysUntil(day, true) => format!(
            "De schoolvakanties zijn bekend tot {}. Daarna krijgen scholen ook in hun vakantie herinneringen. Vraag de \
             technisch beheerder om nieuwe vakanties te laden.",
            date_only_nl(*day)
        ),
        Finding::HolidaysUnknown => {
            "Van een of meer regio's zijn geen schoolvakanties bekend. Vraag de technisch beheerder om ze te laden."
                .to_owned()
        }
        Finding::BackedUp(at) => format!("De laatste back-up is van {}.", moment_nl(*at)),
        Finding::BackupOverdue { last, .. } => {
            let last = last.map(|at| format!(" De laatste is van {}.", moment_nl(at))).unwrap_or_default();
            format!(
                "Er is de laatste drie dagen geen back-up genoteerd.{last} Vraag de technisch beheerder om elke nacht een \
                 back-up te maken."
            )
        }
    }
}

fn database_fault(fault: Fault) -> &'static str {
    match fault {
        Fault::Away => "De database antwoordt niet. Vraag de technisch beheerder om te kijken of die draait.",
        Fault::Busy => "Iets anders houdt de database bezet. Vraag de technisch beheerder om ernaar te kijken.",
        Fault::Full => "De schijf van de database is vol. Vraag de technisch beheerder om ruimte te maken.",
        Fault::Damaged => {
            "De database is beschadigd. Vraag de technisch beheerder meteen om Koppelklaar te stoppen en een back-up terug \
             te zetten."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_said_in_the_largest_unit_that_fits() {
        let said = [0, 999, 1_000, 1_550_000, 2_000_000_000].map(size);

        assert_eq!(said, ["0 bytes", "999 bytes", "1,0 kB", "1,5 MB", "2,0 GB"]);
    }
}
