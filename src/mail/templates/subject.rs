//! The subject of each mail: which school, and what to do.

use super::content::{Content, DigestKind, DigestPart, ReminderItem, SchoolFacts};
use crate::words::{step_name, step_short};

/// Signs of a school's name in a subject at most, so that what to do stays in sight.
const LONGEST_NAME: usize = 60;

/// The subject: always one line.
pub(super) fn of(content: &Content) -> String {
    match content {
        Content::ConfirmAddress { school, .. } => about(school, "bevestig je e-mailadres"),
        Content::SupportRequest { school, .. } => about(school, "nieuwe aanvraag, zet wachtwoord en query klaar"),
        Content::RequestConfirmed { school, .. } => about(school, "aanvraag ontvangen, dit kun je nu al doen"),
        Content::AlreadyRegistered { school, .. } => about(school, "nieuwe aanvraag voor je school, kijk of dat klopt"),
        Content::SignIn { schools, .. } => match schools.as_slice() {
            [] => "Log in bij Koppelklaar".to_owned(),
            [only] => format!("{}: log in bij Koppelklaar", shortened(only)),
            [_, _, ..] => format!("{} scholen: log in bij Koppelklaar", schools.len()),
        },
        Content::CredentialsReady { school, is_renewal: false, .. } => about(school, "haal wachtwoord en query op"),
        Content::CredentialsReady { school, is_renewal: true, .. } => about(school, "stel het nieuwe wachtwoord in"),
        Content::CredentialsRevealed { school, .. } => about(school, "wachtwoord bekeken, kijk of dat klopt"),
        Content::StepSentBack { school, step, .. } => {
            about(school, &format!("doe deze stap opnieuw: {}", step_name(*step)))
        }
        Content::StepHandedOver { school, step, .. } => about(school, &format!("doe deze stap: {}", step_name(*step))),
        Content::StuckReported { school, step, .. } => {
            about(school, &format!("vastgelopen, help bij: {}", step_name(*step)))
        }
        Content::StuckAnswered { school, step, .. } => about(school, &format!("probeer opnieuw: {}", step_name(*step))),
        Content::ActivationAsked { school, .. } => about(school, "alles gereed, activeer de koppeling in Numo"),
        Content::ImportOpen { school, .. } => about(school, "de import is open, je kunt importeren"),
        Content::ImportClosed { school, is_stopped: true, .. } => {
            about(school, "import dicht, de koppeling is gestopt")
        }
        Content::ImportClosed { school, step: Some(step), .. } => {
            about(school, &format!("import weer dicht, eerst: {}", step_short(*step)))
        }
        Content::ImportClosed { school, step: None, .. } => about(school, "import weer dicht, kijk waarom"),
        Content::StepLost { school, step, .. } => {
            about(school, &format!("verbinding kwijt, doe deze stap opnieuw: {}", step_short(*step)))
        }
        Content::ConnectionLost { school, .. } => about(school, "verbinding kwijt, zoek uit waarom"),
        Content::ConnectionsOutage { failing, worked_before, .. } => {
            format!("Koppelklaar: storing bij {failing} van {worked_before} verbindingen, kijk wat er is")
        }
        Content::ConnectionsOutageEnded { .. } => {
            "Koppelklaar: de storing is voorbij, je hoeft niets te doen".to_owned()
        }
        Content::ContactAdded { school, .. } => about(school, "je bent contactpersoon, log in bij Koppelklaar"),
        Content::Reminder { items, .. } => reminder(items),
        Content::AddressBounced { schools, .. } => match schools.as_slice() {
            [] => "Koppelklaar: mail komt niet aan, zoek een ander adres".to_owned(),
            [(only, _)] => about(only, "mail komt niet aan, zoek een ander adres"),
            [(first, _), ..] => {
                let named = format!("{} ({}) en andere", shortened(&first.name), one_line(&first.brin));
                format!("{named}: mail komt niet aan, zoek een ander adres")
            }
        },
        Content::Digest { parts, failed_mails, .. } => digest(parts, *failed_mails),
    }
}

fn reminder(items: &[ReminderItem]) -> String {
    let named = |item: &ReminderItem| format!("{} ({})", shortened(&item.school), one_line(&item.brin));
    let is_one_school = items.windows(2).all(|pair| pair[0].brin == pair[1].brin);
    match items {
        [only] => format!("{}: nog te doen: {}", named(only), step_name(only.step)),
        [first, ..] if is_one_school => format!("{}: nog {} stappen te doen", named(first), items.len()),
        [first, ..] => format!("{} en andere: nog {} stappen te doen", named(first), items.len()),
        [] => "Koppelklaar: er staat niets meer open".to_owned(),
    }
}

fn digest(parts: &[DigestPart], failed_mails: u64) -> String {
    let mut said: Vec<String> = parts.iter().map(digest_part).collect();
    said.extend(match failed_mails {
        0 => None,
        1 => Some("1 mail mislukt".to_owned()),
        many => Some(format!("{many} mails mislukt")),
    });
    format!("Koppelklaar: {}", said.join(", "))
}

fn digest_part(part: &DigestPart) -> String {
    let rows = part.rows.len() as u64;
    let all = rows + part.more;
    match (part.kind, all) {
        (DigestKind::Waiting, 1) => "1 stap wacht op Kurve".to_owned(),
        // Of the schools beyond the rows it is not counted how many steps wait.
        (DigestKind::Waiting, _) if part.more > 0 => format!("meer dan {rows} stappen wachten op Kurve"),
        (DigestKind::Waiting, many) => format!("{many} stappen wachten op Kurve"),
        (DigestKind::Silent, 1) => "1 school zonder antwoord".to_owned(),
        (DigestKind::Silent, many) => format!("{many} scholen zonder antwoord"),
        (DigestKind::Lost, 1) => "1 verbinding kwijt".to_owned(),
        (DigestKind::Lost, many) => format!("{many} verbindingen kwijt"),
        (DigestKind::Failing, 1) => "1 verbinding om na te kijken".to_owned(),
        (DigestKind::Failing, many) => format!("{many} verbindingen om na te kijken"),
        (DigestKind::Addresses, 1) => "1 adres om na te kijken".to_owned(),
        (DigestKind::Addresses, many) => format!("{many} adressen om na te kijken"),
    }
}

fn about(school: &SchoolFacts, what_to_do: &str) -> String {
    format!("{} ({}): {what_to_do}", shortened(&school.name), one_line(&school.brin))
}

fn shortened(name: &str) -> String {
    let name = one_line(name);
    if name.chars().count() <= LONGEST_NAME {
        return name;
    }
    let start: String = name.chars().take(LONGEST_NAME - 1).collect();
    format!("{}…", start.trim_end())
}

/// A line end in a header would start another header.
fn one_line(text: &str) -> String {
    let is_gap = |sign: char| sign.is_whitespace() || sign.is_control();
    text.split(is_gap).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}
