//! The timeline: one Dutch line for each thing in the audit.
//!
//! Who did it stands beside the line, see [`super::actor_name`]. The ground on which Kurve vouched for someone is left out: a
//! school reads the timeline too, and should not learn what convinces Kurve.

use super::access::access_change;
use super::dates::{date_only_nl, period_nl};
use super::falls::{connection_lost, fall_cause, fall_reason};
use super::messages::message_done;
use super::names::{own_days_name, role_name, step_name};
use super::webhooks;
use super::who::Names;
use crate::domain::audit::{Action, Entry, RegistrationDone};
use crate::domain::onboarding::{Change, Evidence, Ground, Step};
use crate::domain::text::Reason;

/// What an entry tells, in one line; with the name of the school it is about, where there are several.
pub fn entry_sentence(entry: &Entry, names: &Names) -> String {
    let line = change_sentence(&entry.action, names);
    match (entry.school.and_then(|school| names.schools.get(&school)), &entry.action) {
        (Some(school), Action::Onboarding(Change::Withdrawn { reason, chose_option_b })) => {
            format!("{school} is gestopt{}. Reden: {}", for_option_b(*chose_option_b), one_line(reason))
        }
        (Some(school), Action::Onboarding(Change::Reopened)) => format!("{school} doet weer mee."),
        (Some(school), _) => format!("{line} ({school})"),
        (None, _) => line,
    }
}

/// What follows "gestopt" of a school that goes on with Optie B.
pub fn for_option_b(chose_option_b: bool) -> &'static str {
    if chose_option_b { " voor Optie B" } else { "" }
}

/// What was done, in one line.
pub fn change_sentence(action: &Action, names: &Names) -> String {
    match action {
        Action::Onboarding(change) => onboarding_change(change, names),
        Action::SchoolRegistered => "School aangemeld bij Koppelklaar.".into(),
        Action::RegistrationRepeated => "Nog een keer aangemeld. Er is niets veranderd.".into(),
        Action::JoinAsked { request: _ } => "Iemand vroeg om mee te doen.".into(),
        Action::JoinAccepted { request: _ } => "Aanmelding toegelaten.".into(),
        Action::JoinDeclined { request: _, reason } => format!("Aanmelding afgewezen. Reden: {}", one_line(reason)),
        Action::Registration(done) => registration_done(done),
        Action::DetailsChanged => "Gegevens van de school aangepast.".into(),
        Action::ImportOpened => "De school kan importeren.".into(),
        Action::ImportClosed => "De school kan niet meer importeren.".into(),
        Action::ContactAdded { contact, roles } => {
            format!("Contactpersoon toegevoegd: {}, {}.", names.contact(*contact), roles.words_nl())
        }
        Action::ContactEntered { contact, roles } => {
            format!("Contactpersoon toegevoegd met de school: {}, {}.", names.contact(*contact), roles.words_nl())
        }
        Action::TakenFromFile { ground } => format!("Overgenomen. {}", one_line(ground)),
        Action::ContactChanged { contact, roles } => {
            format!("Rol aangepast: {} is nu {}.", names.contact(*contact), roles.words_nl())
        }
        Action::ContactRemoved { contact } => format!("Contactpersoon verwijderd: {}.", names.contact(*contact)),
        Action::ContactVouched { contact, ground: _ } => {
            format!("Toegang gegeven aan {}.", names.contact(*contact))
        }
        Action::ContactAddressCorrected { contact, is_vouched: true } => {
            format!("E-mailadres van {} verbeterd. Deze persoon houdt toegang.", names.contact(*contact))
        }
        Action::ContactAddressCorrected { contact, is_vouched: false } => {
            format!("E-mailadres van {} verbeterd.", names.contact(*contact))
        }
        Action::ReaderNamed { contact, name } => {
            format!("{name} leest de gedeelde mailbox van {}.", names.contact(*contact))
        }
        Action::VouchesCleared => {
            "Niemand van de school heeft nog toegang tot het wachtwoord: het BRIN-nummer of het schooldomein is veranderd.".into()
        }
        Action::PasswordRevealed { version, left } => {
            let left = if *left == 0 { "niet meer".into() } else { format!("nog {left} keer") };
            format!("Wachtwoord bekeken (versie {version}). Dat kan hierna {left}.")
        }
        Action::CredentialsHandedAgain { version } => {
            format!("Hetzelfde wachtwoord opnieuw klaargezet (versie {version}).")
        }
        Action::RevealClosed { version } => {
            format!("We hebben met het wachtwoord ingelogd (versie {version}). Het is niet meer te bekijken.")
        }
        Action::ConnectionLost { code } => connection_lost(code).to_owned(),
        Action::ConnectionBack => "De verbinding werkt weer.".into(),
        Action::CheckOverridden { version: _, reason } => {
            format!("Toestemming om te activeren zonder geslaagde controle. Reden: {}", one_line(reason))
        }
        Action::OutageBegan { worked_before, failing } => {
            format!("Storing: {failing} van {worked_before} werkende verbindingen gaven geen goed antwoord.")
        }
        Action::OutageEnded => "De storing is voorbij.".into(),
        Action::QueryDownloaded { version } => format!("Query gedownload (versie {version})."),
        Action::ContactSignedIn | Action::StaffSignedIn => "Ingelogd.".into(),
        Action::Message(done) => message_done(done).into(),
        Action::NoteAdded { note: _ } => "Notitie geschreven.".into(),
        Action::ConnectionTaken { staff } => format!("Opgepakt door {}.", names.colleague(*staff)),
        Action::ConnectionLetGo => "Niet meer opgepakt: iedereen bij Kurve kan ermee verder.".into(),
        Action::NoteChanged { note: _ } => "Notitie gewijzigd.".into(),
        Action::NoteDeleted { note: _ } => "Notitie verwijderd.".into(),
        Action::MailRetried { mail: _ } => "Mail opnieuw laten proberen.".into(),
        Action::ConfirmationSentAgain { registration: _ } => {
            "Mail om het adres te bevestigen opnieuw verstuurd.".into()
        }
        Action::MailDropped { mail: _, reason } => format!("Mail niet verstuurd. Reden: {}", one_line(reason)),
        Action::RemindersSnoozed { until } => format!("Herinneringen uitgesteld tot {}.", date_only_nl(*until)),
        Action::RemindersWoken => "Herinneringen weer aangezet.".into(),
        Action::OwnDaysAdded { kind, period } => {
            format!("Dagen toegevoegd: {}, {}.", own_days_name(*kind).to_lowercase(), period_nl(*period))
        }
        Action::OwnDaysRemoved { kind, period } => {
            format!("Dagen weggehaald: {}, {}.", own_days_name(*kind).to_lowercase(), period_nl(*period))
        }
        Action::HolidaysLoaded { version: _ } => "Schoolvakanties ingelezen.".into(),
        Action::MailReturned { mail: _, code } => format!("Een mail kwam terug (code {code})."),
        Action::AddressBounced { contact, code } => {
            format!("Mail aan {} komt niet aan (code {code}).", names.contact(*contact))
        }
        Action::AddressWorks { contact } => format!("Mail aan {} komt weer aan.", names.contact(*contact)),
        Action::RemindersStopped { contact } => {
            format!("Herinneringen aan {} uitgezet, met de link in een mail.", names.contact(*contact))
        }
        Action::RemindersResumed { contact } => format!("Herinneringen aan {} weer aangezet.", names.contact(*contact)),
        Action::DigestStopped => "Dagoverzicht uitgezet, met de link in een mail.".into(),
        Action::DigestResumed => "Dagoverzicht weer aangezet.".into(),
        Action::OptionBTableKept { studies: 1 } => "Optie B: tabel bewaard, met 1 studie.".into(),
        Action::OptionBTableKept { studies } => format!("Optie B: tabel bewaard, met {studies} studies."),
        Action::OptionBFileMade => "Optie B: gemeld dat het bestand voor Numo is gemaakt.".into(),
        Action::OptionBCleanedUp => "Optie B: gemeld dat alle bestanden met leerlingen zijn opgeruimd.".into(),
        Action::StaffAdded { staff } => format!("Account gemaakt: {}.", names.colleague(*staff)),
        Action::StaffRoleChanged { staff, role } => {
            format!("Rol gewijzigd: {} is nu {}.", names.colleague(*staff), role_name(*role))
        }
        Action::StaffEnabled { staff } => format!("Account weer aangezet: {}.", names.colleague(*staff)),
        Action::StaffDisabled { staff } => format!("Account uitgezet: {}.", names.colleague(*staff)),
        Action::StaffInvited { staff } => format!("Nieuwe uitnodiging gemaakt: {}.", names.colleague(*staff)),
        Action::StaffInviteWithdrawn { staff } => format!("Uitnodiging ingetrokken: {}.", names.colleague(*staff)),
        Action::StaffReset { staff } => format!("Wachtwoord en code-app weggehaald: {}.", names.colleague(*staff)),
        Action::StaffPasswordChanged => "Eigen wachtwoord gewijzigd.".into(),
        Action::StaffFactorChanged => "Eigen code-app gewijzigd.".into(),
        Action::StaffSessionsEnded { sessions: 1 } => "Ergens anders uitgelogd.".into(),
        Action::StaffSessionsEnded { sessions } => format!("Op {sessions} andere plekken uitgelogd."),
        Action::StaffEnrolled => "Wachtwoord gekozen en inlogcodes ingesteld.".into(),
        Action::StaffIdentityLinked => "Account van de organisatie gekoppeld.".into(),
        Action::StaffIdentityUnlinked { staff } => {
            format!("Account van de organisatie losgekoppeld: {}.", names.colleague(*staff))
        }
        Action::StaffLocked { staff } => {
            format!("Vaak een fout wachtwoord getypt bij het account van {}.", names.colleague(*staff))
        }
        Action::StaffCodesTried { staff } => {
            format!("Goed wachtwoord met foute codes bij het account van {}.", names.colleague(*staff))
        }
        Action::ApiKeyAdded { key: _ } => "API-sleutel gemaakt.".into(),
        Action::ApiKeyReplaced { key: _ } => "API-sleutel vervangen.".into(),
        Action::ApiKeyRevoked { key: _ } => "API-sleutel ingetrokken.".into(),
        Action::Webhook(done) => webhooks::webhook_done(done).into(),
        Action::PersonErased { texts: _, rows: _ } => "Gegevens van een persoon gewist.".into(),
        Action::ConnectionCleared { texts: _, rows: _ } => {
            "Opgeruimd: contactpersonen, teksten, mails, controles en wachtwoord zijn weg.".into()
        }
        Action::ConnectionKept => "Langer bewaard: de termijn begint opnieuw.".into(),
    }
}

fn registration_done(done: &RegistrationDone) -> String {
    match done {
        RegistrationDone::RegistrationWaits { registration: _ } => "Iemand meldde een nieuwe school aan.".into(),
        RegistrationDone::RegistrationAccepted { registration: _ } => {
            "Aanmelding nagekeken: de school mag beginnen.".into()
        }
        RegistrationDone::RegistrationDeclined { registration: _, reason } => {
            format!("Aanmelding van een nieuwe school afgewezen. Reden: {}", one_line(reason))
        }
    }
}

fn onboarding_change(change: &Change, names: &Names) -> String {
    match change {
        Change::StepAnswered { step, evidence, ground } => answered(*step, *evidence, ground),
        Change::EvidenceFell { step, evidence } => {
            let what = match evidence {
                Evidence::Claimed => "De melding",
                Evidence::Confirmed => "De bevestiging",
                Evidence::Proven => "De controle",
            };
            format!("{what} van “{}” telt niet meer. De stap blijft klaar.", step_name(*step))
        }
        Change::StepFell { step, cause } => {
            let line = format!("Weer open: “{}”. {}", step_name(*step), fall_cause(cause));
            match fall_reason(cause) {
                Some(reason) => format!("{line} Reden: {}", one_line(reason)),
                None => line,
            }
        }
        Change::StepRestored { step } => {
            format!("De verbinding werkt weer. Daarom is “{}” weer klaar.", step_name(*step))
        }
        Change::CompletionRestored => "De verbinding werkt weer. De koppeling is weer klaar.".into(),
        Change::CredentialsIssued { version: 1 } => "Wachtwoord en query klaargezet.".into(),
        Change::CredentialsIssued { version } => {
            format!("Nieuw wachtwoord en nieuwe query klaargezet (versie {version}).")
        }
        Change::PasswordNoted { .. }
        | Change::PasswordGone { .. }
        | Change::PeopleNoted { .. }
        | Change::PasswordAsked => access_change(change).into(),
        Change::StuckReported { step, reason } => {
            format!("Het lukt niet: “{}”. Reden: {}", step_name(*step), one_line(reason))
        }
        Change::StuckAnswered { step, answer } => {
            format!("Antwoord van Kurve bij “{}”: {}", step_name(*step), one_line(answer))
        }
        Change::StepHandedOver { step, to } => {
            format!("{} gevraagd voor de stap “{}”.", names.contact(*to), step_name(*step))
        }
        Change::Paused { reason, until } => {
            format!("Gepauzeerd tot {}. Reden: {}", date_only_nl(*until), one_line(reason))
        }
        Change::Resumed => "Pauze gestopt.".into(),
        Change::Withdrawn { reason, chose_option_b } => {
            format!("Gestopt met de koppeling{}. Reden: {}", for_option_b(*chose_option_b), one_line(reason))
        }
        Change::Reopened => "De koppeling is heropend.".into(),
        Change::Completed => "Gemeld: de import in Numo is gelukt.".into(),
        Change::SchoolAdded { .. } => "School toegevoegd aan de koppeling.".into(),
        Change::SchoolLeft { reason, .. } => {
            format!("School naar een andere koppeling verplaatst. Reden: {}", one_line(reason))
        }
    }
}

fn answered(step: Step, evidence: Evidence, ground: &Ground) -> String {
    let how = match evidence {
        Evidence::Claimed => "Klaar gemeld",
        Evidence::Confirmed => "Bevestigd",
        Evidence::Proven => "Controle geslaagd",
    };
    let line = format!("{how}: “{}”.", step_name(step));
    match ground {
        Ground::Word | Ground::Credentials(_) => line,
        Ground::Remark(remark) => format!("{line} Opmerking: {}", one_line(remark)),
        Ground::Despite(despite) => format!("{line} {}", super::despite(despite)),
        Ground::Ticket(ticket) => format!("{line} Ticket bij Magister: {ticket}."),
    }
}

fn one_line(reason: &Reason) -> String {
    reason.as_str().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use chrono::NaiveDate;
    use uuid::Uuid;

    use super::super::who::actor_name;
    use super::*;
    use crate::domain::actor::Actor;
    use crate::domain::ids::{ContactId, SchoolId};
    use crate::domain::onboarding::FallCause;
    use crate::domain::roles::{ContactRole, Roles};
    use crate::domain::text::TicketRef;

    fn reason(text: &str) -> Reason {
        Reason::parse(text).expect("a reason written in this file")
    }

    fn anna() -> ContactId {
        ContactId::from_uuid(Uuid::from_u128(1))
    }

    fn names() -> Names {
        Names { contacts: BTreeMap::from([(anna(), "Anna de Wit".into())]), ..Names::default() }
    }

    fn said(change: Change) -> String {
        change_sentence(&Action::Onboarding(change), &names())
    }

    #[test]
    fn a_change_reads_as_one_line() {
        let step = Step::QueryExecuted;
        let ticket = Ground::Ticket(TicketRef::parse("MAG-12").expect("a ticket number"));
        let until = NaiveDate::from_ymd_opt(2026, 11, 23).expect("a date");
        let table = [
            (
                Change::Withdrawn { reason: reason("Twee klassen."), chose_option_b: true },
                "Gestopt met de koppeling voor Optie B. Reden: Twee klassen.",
            ),
            (
                Change::StepAnswered { step, evidence: Evidence::Claimed, ground: Ground::Word },
                "Klaar gemeld: “Query uitvoeren in Decibel”.",
            ),
            (
                Change::StepAnswered {
                    step: Step::AllowlistingConfirmed,
                    evidence: Evidence::Confirmed,
                    ground: ticket,
                },
                "Bevestigd: “Bevestiging van Magister melden”. Ticket bij Magister: MAG-12.",
            ),
            (
                Change::StepFell { step, cause: FallCause::SentBack { reason: reason("Regel een\n\nregel twee") } },
                "Weer open: “Query uitvoeren in Decibel”. Kurve vroeg om deze stap opnieuw te doen. Reden: Regel een regel twee",
            ),
            (
                Change::Paused { reason: reason("Toetsweek."), until },
                "Gepauzeerd tot maandag 23 november 2026. Reden: Toetsweek.",
            ),
            (
                Change::StepHandedOver { step, to: anna() },
                "Anna de Wit gevraagd voor de stap “Query uitvoeren in Decibel”.",
            ),
            (Change::CredentialsIssued { version: 2 }, "Nieuw wachtwoord en nieuwe query klaargezet (versie 2)."),
        ];
        for (change, line) in table {
            assert_eq!(said(change), line);
        }
    }

    #[test]
    fn of_several_schools_a_line_says_which() {
        let (one, other) = (SchoolId::from_uuid(Uuid::from_u128(1)), SchoolId::from_uuid(Uuid::from_u128(2)));
        let several = Names { schools: BTreeMap::from([(one, "Rivierenland Noord".into())]), ..Names::default() };
        let entry = |school| Entry {
            id: 1,
            connection: None,
            school,
            onboarding_version: None,
            at: chrono::DateTime::UNIX_EPOCH,
            by: Actor::Clock,
            action: Action::ImportOpened,
        };

        assert_eq!(entry_sentence(&entry(Some(one)), &several), "De school kan importeren. (Rivierenland Noord)");
        for school in [None, Some(other)] {
            assert_eq!(entry_sentence(&entry(school), &several), "De school kan importeren.");
        }
        assert_eq!(entry_sentence(&entry(Some(one)), &Names::default()), "De school kan importeren.");
    }

    #[test]
    fn who_is_not_known_gets_a_general_word() {
        let actor = Actor::Contact { id: anna(), roles: Roles::of(ContactRole::Superbeheerder) };
        let added = Action::ContactAdded { contact: anna(), roles: Roles::of(ContactRole::Applicatiebeheerder) };

        assert_eq!(actor_name(&actor, &names()), "Anna de Wit, superbeheerder");
        assert_eq!(actor_name(&actor, &Names::default()), "Een superbeheerder");
        assert_eq!(
            change_sentence(&added, &Names::default()),
            "Contactpersoon toegevoegd: een contactpersoon, applicatiebeheerder."
        );
    }

    #[test]
    fn the_ground_of_a_vouch_is_not_told() {
        let vouched = Action::ContactVouched { contact: anna(), ground: reason("Teruggebeld via de conciërge") };

        let line = change_sentence(&vouched, &names());

        assert!(line.contains("Anna de Wit") && !line.contains("conciërge"), "{line}");
    }

    #[test]
    fn a_code_that_is_not_known_still_has_a_sentence() {
        for code in ["port_silent", "login_refused", "something_new"] {
            assert!(
                fall_cause(&FallCause::ConnectionLost { code: code.into() }).starts_with("De verbinding"),
                "{code}"
            );
        }
    }
}
