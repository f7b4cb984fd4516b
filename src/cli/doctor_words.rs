//! What `koppelklaar doctor` says of what is found of the installation.

use crate::services::operations::findings::Finding;
use crate::services::operations::machine_clock::ClockFault;
use crate::store::Fault;

/// A finding in one line, with what to do.
pub(super) fn sentence(finding: &Finding) -> String {
    match finding {
        Finding::Base { url, is_safe: true } => format!("base URL: {url}"),
        Finding::Base { url, is_safe: false } => {
            format!("base URL: {url} has no HTTPS. Put a proxy with TLS before it and set KOPPELKLAAR_BASE_URL.")
        }
        Finding::DatabaseWorks => "database: answers, and is up to date".to_owned(),
        Finding::DatabaseIll(fault) => format!("database: {fault}. {}", advice(*fault)),
        Finding::StepsBehind(behind) => format!("database: {behind} step(s) behind. Run `koppelklaar migrate`."),
        Finding::ListsIncomplete => {
            "database: the list of schools or the worklist is not complete. Run `koppelklaar migrate`.".to_owned()
        }
        Finding::ClockRight => "clock: is the database's".to_owned(),
        Finding::ClockOff(ahead) => {
            let fault = if *ahead > 0 { ClockFault::Ahead(*ahead) } else { ClockFault::Behind(-*ahead) };
            format!("clock: {fault}. Until then nothing is sent and planned from here.")
        }
        Finding::MailHeld => {
            "mail: KOPPELKLAAR_MAIL=hold keeps every mail and sends none. Set it to send and restart to let them go."
                .to_owned()
        }
        Finding::MailOnlyToSome => {
            "mail: only receivers in KOPPELKLAAR_MAIL_ONLY_TO get mail; the others show on the page Post.".to_owned()
        }
        Finding::HolidaysUntil(day, false) => format!("school holidays: known until {day}"),
        Finding::HolidaysUntil(day, true) => format!(
            "school holidays: known until {day}; after that schools are reminded in their holidays. Get the JSON of infotype \
             schoolholidays at opendata.rijksoverheid.nl and run `koppelklaar holidays load FILE`."
        ),
        Finding::HolidaysUnknown => "school holidays: none are known for some region".to_owned(),
        Finding::BackedUp(at) => format!("backup: last one noted at {}", at.format("%Y-%m-%d %H:%M UTC")),
        Finding::BackupOverdue { is_sqlite: true, .. } => {
            "backup: none was noted in the last three days. Run `koppelklaar backup FILE` each night.".to_owned()
        }
        Finding::BackupOverdue { is_sqlite: false, .. } => {
            "backup: none was noted in the last three days. Run `pg_dump` each night, and `koppelklaar backup --note` \
             after it."
                .to_owned()
        }
    }
}

fn advice(fault: Fault) -> &'static str {
    match fault {
        Fault::Away => "Check that it runs and can be reached.",
        Fault::Busy => "See what holds it, and end that.",
        Fault::Full => "Make room on it.",
        Fault::Damaged => "Stop `serve`, keep the file as it is, and go back to a backup.",
    }
}
