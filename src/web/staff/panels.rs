//! The parts of a connection's page beside its steps: credentials, contacts, the whole and mails.

use super::ask::Ask;
use super::contact_address::{self, AddressForm};
use super::credentials::expires_mark;
use super::forms;
use super::mails::{MailReader, MailRow, mail_row, unreadable_row};
use super::school_forms::{self, WithdrawForm};
use super::view::lifecycle_tag;
use crate::domain::credential::ClosedReason;
use crate::domain::onboarding::progress::{TaskKind, kurve_tasks};
use crate::domain::onboarding::{Lifecycle, SchoolProgress, Step};
use crate::domain::roles::Roles;
use crate::domain::school::Contact;
use crate::links;
use crate::services::Call;
use crate::services::onboarding::credentials::Issued;
use crate::services::onboarding::onboardings::ConnectionFile;
use crate::store::mail::outbox::Reading;
use crate::words::{self, Names};

/// A name and its value.
pub(super) struct Fact {
    pub(super) name: &'static str,
    pub(super) value: String,
}

/// Password and query, without the password.
pub(super) struct CredentialsPanel {
    /// The version; 0 when none were issued.
    pub(super) version: u32,
    /// What is said of them in one line.
    pub(super) said: String,
    /// Where links to it lead; empty where making them has a card of its own.
    pub(super) place: String,
    pub(super) facts: Vec<Fact>,
    /// What is rarely asked for.
    pub(super) details: Vec<Fact>,
    /// Why nothing can be issued yet; empty when it can.
    pub(super) blocked: String,
    pub(super) asks: Vec<Ask>,
}

/// The panel of the credentials.
pub(super) fn credentials(
    file: &ConnectionFile,
    issued: Option<&Issued>,
    call: &Call,
    can_act: bool,
) -> CredentialsPanel {
    let state = &file.state;
    let missing: Vec<&str> = state.missing_for(Step::CredentialsIssued).into_iter().map(words::step_name).collect();
    let blocked = match (missing.is_empty(), state.lifecycle().is_withdrawn()) {
        (_, true) => "De school is gestopt met de koppeling.".to_owned(),
        (false, false) => format!("Dit kan nog niet. Eerst moet klaar zijn: {}.", missing.join(", ")),
        (true, false) => String::new(),
    };
    let mut asks = vec![];
    if can_act && blocked.is_empty() {
        let mut issue = forms::issue(file, call, "", "");
        issue.is_open |= kurve_tasks(state).iter().any(|task| matches!(task.kind, TaskKind::NewPassword(_)));
        asks.push(issue);
        let again = issued.filter(|issued| issued.closed.is_none() && state.is_yes(Step::CredentialsIssued));
        asks.extend(again.map(|issued| forms::hand_again(file, &expires_mark(issued))));
    }
    CredentialsPanel {
        version: issued.map_or(0, |issued| issued.version),
        said: issued.map_or_else(|| "nog niet klaargezet".to_owned(), said),
        place: "wachtwoord".to_owned(),
        facts: issued.map(facts).into_iter().flatten().chain(asked_fact(file)).collect(),
        details: issued.map(details).unwrap_or_default(),
        blocked,
        asks,
    }
}

/// That the school asked for a new password, by whom and when.
fn asked_fact(file: &ConnectionFile) -> Option<Fact> {
    let asked = file.state.access().asked()?;
    let names = file.contacts.iter().map(|person| (person.id, person.name.to_string())).collect();
    let who = words::actor_name(&asked.by, &Names { contacts: names, ..Names::default() });
    Some(Fact { name: "Nieuw wachtwoord gevraagd", value: format!("{who}, op {}", words::date_nl(asked.at)) })
}

fn said(issued: &Issued) -> String {
    match issued.closed {
        Some(_) => format!("versie {}, niet meer te bekijken", issued.version),
        None => format!("versie {}, nog {} keer te bekijken", issued.version, issued.reveals_left),
    }
}

fn facts(issued: &Issued) -> Vec<Fact> {
    let shown = match issued.closed {
        Some(ClosedReason::Renewed) => "Niet meer te bekijken: er is een nieuw wachtwoord.".to_owned(),
        Some(ClosedReason::Proven) => "Niet meer te bekijken: de verbinding is ermee gecontroleerd.".to_owned(),
        Some(ClosedReason::Withdrawn) => "Niet meer te bekijken: ingetrokken.".to_owned(),
        None => format!("Nog {} keer, tot {}", issued.reveals_left, words::moment_nl(issued.expires_at)),
    };
    vec![
        Fact {
            name: "Klaargezet",
            value: format!("Versie {}, {}", issued.version, words::moment_nl(issued.issued_at)),
        },
        Fact { name: "Bekijken", value: shown },
    ]
}

fn details(issued: &Issued) -> Vec<Fact> {
    vec![
        Fact { name: "Sjabloon van de query", value: issued.template_version.clone() },
        Fact { name: "SHA-256 van de query", value: issued.query_sha256.clone() },
    ]
}

/// A contact.
pub(super) struct ContactRow {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) email: String,
    /// The same as people read it.
    pub(super) shown: String,
    pub(super) role: &'static str,
    /// The roles that the school gave and Kurve has not looked at; empty if there are none.
    pub(super) proposed: &'static str,
    /// Who vouched, when and on what ground; empty if nobody did.
    pub(super) vouched: String,
    /// That mail does not arrive, since when; empty while it does. See [`super::addresses`].
    pub(super) unreached: String,
    /// That they want no reminders, since when; empty if they do.
    pub(super) unreminded: String,
    /// Where links to them lead; empty where vouching for them has a card of its own.
    pub(super) place: String,
    /// What asks to be done.
    pub(super) urgent: Vec<Ask>,
    /// Everything else that a colleague can do.
    pub(super) asks: Vec<Ask>,
}

/// The contacts who were not removed, oldest first.
pub(super) fn contacts(file: &ConnectionFile, names: &Names, can_act: bool) -> Vec<ContactRow> {
    let is_last = forms::active(file).count() == 1;
    forms::active(file).map(|person| contact(file, person, names, can_act, is_last)).collect()
}

fn contact(file: &ConnectionFile, person: &Contact, names: &Names, can_act: bool, is_last: bool) -> ContactRow {
    let (mut urgent, mut asks) = (vec![], vec![]);
    if can_act {
        if !person.is_vouched() {
            urgent.push(forms::vouch(file, person, ""));
        }
        let change = forms::change_contact(file, person, person.name.as_str(), person.roles.as_str());
        if person.proposed.is_some() {
            urgent.push(change)
        } else {
            asks.push(change)
        }
        asks.push(contact_address::form(file, person, &AddressForm::of(person)));
        if !is_last {
            asks.push(forms::remove_contact(file, person));
        }
    }
    let vouched = person.vouch.as_ref().map(|vouch| {
        let by = names.staff.get(&vouch.by).map_or("een collega", String::as_str);
        format!("{by}, {}: {}", words::date_nl(vouch.at), vouch.ground)
    });
    ContactRow {
        id: person.id.to_string(),
        name: person.name.to_string(),
        email: person.email.to_string(),
        shown: person.email.shown(),
        role: person.roles.label_nl(),
        proposed: person.proposed.map(Roles::words_nl).unwrap_or_default(),
        vouched: vouched.unwrap_or_default(),
        unreached: String::new(),
        unreminded: String::new(),
        place: format!("contact-{}", person.id),
        urgent,
        asks,
    }
}

/// The onboarding as a whole.
pub(super) struct LifePanel {
    pub(super) key: &'static str,
    pub(super) kind: &'static str,
    pub(super) words: &'static str,
    /// Since or until when; empty while it is under way.
    pub(super) line: String,
    /// Why; empty while it is under way.
    pub(super) reason: String,
    pub(super) asks: Vec<Ask>,
}

/// The panel of the whole, with what can be done about it.
pub(super) fn life(file: &ConnectionFile, can_act: bool) -> LifePanel {
    let lifecycle = &file.state.lifecycle();
    let own_progress = file.only_school().and_then(|school| file.state.school(school.id));
    let for_what = words::for_option_b(own_progress.is_some_and(SchoolProgress::chose_option_b));
    let (line, reason) = match lifecycle {
        Lifecycle::Active => (String::new(), String::new()),
        Lifecycle::Paused { since, reason, until } => {
            let line = format!("Sinds {}. Gaat verder op {}.", words::date_nl(*since), words::date_only_nl(*until));
            (line, reason.to_string())
        }
        Lifecycle::Withdrawn { at, reason } => {
            (format!("Gestopt op {}{for_what}.", words::date_nl(*at)), reason.to_string())
        }
        Lifecycle::Completed { at } => (format!("Import gemeld op {}.", words::date_nl(*at)), String::new()),
    };
    let shared = match lifecycle {
        Lifecycle::Active => Some(forms::pause(file, "", "")),
        Lifecycle::Paused { .. } => Some(forms::resume(file)),
        Lifecycle::Withdrawn { .. } | Lifecycle::Completed { .. } => None,
    };
    // Of several schools each stops by itself, in its own row.
    let own = file.only_school().map(|school| match lifecycle {
        Lifecycle::Withdrawn { .. } => school_forms::reopen(file, school),
        Lifecycle::Active | Lifecycle::Paused { .. } | Lifecycle::Completed { .. } => {
            school_forms::withdraw(file, school, &WithdrawForm::default())
        }
    });
    let asks = shared.into_iter().chain(own).collect();
    let (kind, tag_words) = lifecycle_tag(lifecycle);
    let asks = if can_act { asks } else { vec![] };
    LifePanel { key: lifecycle.as_str(), kind, words: tag_words, line, reason, asks }
}

/// How many mails always show.
const MAILS_SHOWN: usize = 3;

/// The newest mails of a connection.
pub(super) struct MailsPanel {
    /// The newest, and those that ask for somebody.
    pub(super) shown: Vec<MailRow>,
    /// The rest, folded.
    pub(super) rest: Vec<MailRow>,
    /// All of them, with a filter.
    pub(super) all: String,
}

/// The mails, newest first.
pub(super) fn mails(mails: &[Reading], file: &ConnectionFile, reader: MailReader) -> MailsPanel {
    let rows = mails.iter().map(|one| mail(one, file, reader)).enumerate();
    let (shown, rest): (Vec<_>, Vec<_>) = rows.partition(|(place, row)| *place < MAILS_SHOWN || row.kind == "stuck");
    let plain = |rows: Vec<(usize, MailRow)>| rows.into_iter().map(|(_, row)| row).collect();
    let all = format!("{}?van={}", links::STAFF_MAILS, file.connection.id);
    MailsPanel { shown: plain(shown), rest: plain(rest), all }
}

/// A mail of the connection with who gets it.
fn mail(mail: &Reading, file: &ConnectionFile, reader: MailReader) -> MailRow {
    let mail = match mail {
        Ok(mail) => mail,
        Err(unreadable) => return unreadable_row(unreadable, String::new(), reader.can_act),
    };
    let contact = mail.contact.map(|contact| file.contact(contact));
    let to = match contact {
        Some(contact) => contact.map_or("Een contactpersoon", |contact| contact.name.as_str()),
        None => "Kurve",
    };
    let address = contact.flatten().map(|contact| contact.email.shown()).unwrap_or_default();
    mail_row(mail, to.to_owned(), reader).with_address(address)
}
