//! The forms of one connection: what each asks, and what it brings about. Where they lead is in [`super::steps`] and
//! its neighbours; how they are drawn in [`super::ask`].

use chrono::{DateTime, Utc};
use strum::IntoEnumIterator;

use super::ask::{Ask, AskField, Choice, Weight};
use crate::domain::credential::reveal::REVEALS_ALLOWED;
use crate::domain::import_gate::open_schools;
use crate::domain::onboarding::{Change, Command, Event, Step, decide};
use crate::domain::roles::Roles;
use crate::domain::school::{Contact, Region};
use crate::links;
use crate::services::Call;
use crate::services::mail::reach::Reach;
use crate::services::onboarding::credentials::commands_to_issue;
use crate::services::onboarding::onboardings::ConnectionFile;
use crate::web::promised::Promised;
use crate::words::{self, step_name, step_short};

/// A step is done, by Kurve's word, on a ground if there is more than a colleague's word; the activation, of every school that waits.
pub(super) fn confirm(
    file: &ConnectionFile,
    step: Step,
    TypedGround { ground, ticket }: TypedGround<'_>,
    now: DateTime<Utc>,
) -> Ask {
    let verb = if step.is_shared() { "Klaar melden namens Kurve" } else { "Melden dat de koppeling actief is" };
    let label = match file.state.waiting_for_activation() {
        waiting @ 2.. if !step.is_shared() => format!("{verb} ({waiting} scholen)"),
        _ => verb.to_owned(),
    };
    let ask = about_step(file, step, Ask::new("confirm", &label, titled(verb, step), path(links::STAFF_CONFIRM, file)));
    if !step.is_shared() {
        return with_ground_of_activation(ask, file, ground, now);
    }
    let remark = AskField::area("ground", "Hoe weet je dit?", ground).optional();
    if !step.takes_ticket() {
        return ask.field(remark);
    }
    let number = AskField::line("ticket", "Ticketnummer van Magister", ticket).optional();
    ask.field(number).field(remark.hint("Alleen als er geen ticketnummer is."))
}

/// What a colleague typed as the ground of a confirmation.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct TypedGround<'a> {
    pub(super) ground: &'a str,
    pub(super) ticket: &'a str,
}

/// The ground on which Kurve activates: a reason where the newest check is none, and else what a colleague wants to say.
pub(super) fn with_ground_of_activation(ask: Ask, file: &ConnectionFile, ground: &str, now: DateTime<Utc>) -> Ask {
    match file.checked.doubt(now) {
        Some((code, at)) => ask
            .note(format!("{} Activeren kan alleen met een reden.", words::doubt(code, at)))
            .field(AskField::area("ground", "Waarom is activeren nu toch verantwoord?", ground).hint(REASON_SHOWN)),
        None => ask.field(AskField::area("ground", "Hoe weet je dit?", ground).optional()),
    }
}

const REASON_SHOWN: &str = "De school en Numo lezen deze reden ook.";

/// "Terugsturen".
pub(super) fn send_back(file: &ConnectionFile, step: Step, reason: &str) -> Ask {
    let ask = Ask::new("send_back", "Terugsturen", titled("Terugsturen", step), path(links::STAFF_SEND_BACK, file));
    let ask = about_step(file, step, ask);
    let ask = match file.connection.has_many() {
        true => ask.note("Dit geldt voor alle scholen van de koppeling."),
        false => ask,
    };
    ask.note("De stap gaat weer open, met alles wat erop volgt.")
        .note(mail_to_school(file, "De school krijgt een mail met je uitleg."))
        .field(AskField::area("reason", "Wat klopt er niet, en wat moet de school doen?", reason))
        .weight(Weight::Warning)
}

/// "Antwoorden", on a step that is stuck.
pub(super) fn answer(file: &ConnectionFile, step: Step, answer: &str) -> Ask {
    let ask = Ask::new("answer", "Antwoorden", titled("Antwoorden", step), path(links::STAFF_ANSWER, file));
    about_step(file, step, ask)
        .note(mail_to_school(file, "Je antwoord gaat per mail naar de school."))
        .note("Daarna is de school weer aan de beurt.")
        .field(AskField::area("answer", "Wat kan de school nu doen?", answer))
        .urgent()
}

fn about_step(file: &ConnectionFile, step: Step, ask: Ask) -> Ask {
    ask.about(step.as_str()).hidden("version", file.version).hidden("step", step.as_str())
}

fn titled(verb: &str, step: Step) -> String {
    format!("{verb}: {}", step_name(step))
}

/// The first credentials, or new ones with a warning of what that takes down.
pub(super) fn issue(file: &ConnectionFile, call: &Call, contact: &str, ground: &str) -> Ask {
    let is_renewal = file.state.credential_version() > 0;
    let newest = file.checked.newest.map(|(code, _)| code).filter(|_| file.checked.policy.makes_checks());
    let commands = commands_to_issue(&file.state, newest);
    let (verb, weight) = if commands.len() > 1 {
        ("Nieuwe query klaarzetten", Weight::Warning)
    } else if is_renewal {
        ("Nieuw wachtwoord klaarzetten", Weight::Warning)
    } else {
        ("Wachtwoord en query klaarzetten", Weight::Primary)
    };
    let mut ask = Ask::new("issue", verb, verb, path(links::STAFF_ISSUE, file)).hidden("version", file.version);
    ask.weight = weight;
    ask.is_open = !file.state.is_yes(Step::CredentialsIssued);
    if is_renewal {
        ask.notes = renewal_warnings(file, &commands, call);
    }
    let is_vouched = active(file).any(Contact::is_vouched);
    if is_vouched && contact.is_empty() && ground.is_empty() {
        return ask;
    }
    let mut choices = vec![Choice { value: String::new(), label: "Kies een contactpersoon".into() }];
    choices.extend(active(file).map(|person| Choice { value: person.id.to_string(), label: named(person) }));
    ask.note("Alleen een contactpersoon met toegang kan het wachtwoord bekijken. Wie geef je toegang?")
        .field(AskField::select("contact", "Wie haalt het wachtwoord op?", contact, choices))
        .field(ground_field(ground))
}

fn renewal_warnings(file: &ConnectionFile, commands: &[Command], call: &Call) -> Vec<String> {
    let mut lines = vec![
        "Het oude wachtwoord en de oude query zijn meteen niet meer op te halen. Verbinden lukt pas weer als het nieuwe \
         wachtwoord in Magister staat."
            .to_owned(),
    ];
    let events = commands.iter().flat_map(|command| decide(&file.state, command, &call.actor, call.now)).flatten();
    let fall = |event: &Event| match &event.change {
        Change::StepFell { step, .. } => Some(step_short(*step)),
        _ => None,
    };
    let mut fallen: Vec<&str> = vec![];
    // The activation falls for each school, one after another.
    for step in events.filter_map(|event| fall(&event)) {
        if !fallen.contains(&step) {
            fallen.push(step);
        }
    }
    if !fallen.is_empty() {
        lines.push(format!("Deze stappen gaan weer open: {}.", fallen.join(", ")));
    }
    if !open_schools(&file.state).is_empty() {
        lines.push("De school kan dan niet meer importeren.".to_owned());
    }
    lines
}

/// The same credentials again; `expires` tells a second press of the same button from a new wish.
pub(super) fn hand_again(file: &ConnectionFile, expires: &str) -> Ask {
    Ask::new(
        "hand_again",
        "Wachtwoord opnieuw klaarzetten",
        "Wachtwoord opnieuw klaarzetten",
        path(links::STAFF_HAND_AGAIN, file),
    )
    .note(format!("De school kan hetzelfde wachtwoord weer {REVEALS_ALLOWED} keer bekijken."))
    .note(mail_to_vouched(file, "Wie toegang heeft, krijgt een mail waarin staat tot wanneer."))
    .hidden("expires", expires)
}

/// Leave to activate without a check that passed; for an admin.
pub(super) fn allow(file: &ConnectionFile, reason: &str) -> Ask {
    let title = "Activeren zonder geslaagde controle";
    Ask::new("allow", "Toestemming geven", title, path(links::STAFF_ALLOW, file))
        .note(
            "Kurve kan deze school dan activeren zonder geslaagde controle. Dit geldt tot er een nieuw wachtwoord \
            is.",
        )
        .field(AskField::area("reason", "Waarom is dat verantwoord?", reason).hint(REASON_SHOWN))
        .weight(Weight::Warning)
}

/// "Pauzeren".
pub(super) fn pause(file: &ConnectionFile, reason: &str, until: &str) -> Ask {
    with_version("pause", "Pauzeren", "Koppeling pauzeren", links::STAFF_PAUSE, file)
        .note(mail_to_school(file, "De school krijgt een mail met je uitleg."))
        .field(AskField::area("reason", "Waarom?", reason).hint("De school leest dit ook."))
        .field(
            AskField::line("until", "Op welke dag gaat het weer verder?", until)
                .kind("date")
                .hint("Een dag na vandaag, maximaal een jaar vooruit."),
        )
}

/// "Pauze stoppen".
pub(super) fn resume(file: &ConnectionFile) -> Ask {
    with_version("resume", "Pauze stoppen", "Pauze stoppen", links::STAFF_RESUME, file)
}

fn with_version(key: &'static str, verb: &'static str, title: &str, path_of: &str, file: &ConnectionFile) -> Ask {
    Ask::new(key, verb, title, path(path_of, file)).hidden("version", file.version)
}

/// A new contact.
pub(super) fn add_contact(file: &ConnectionFile, name: &str, email: &str, role: &str) -> Ask {
    with_version("add_contact", "Toevoegen", "Contactpersoon toevoegen", links::STAFF_CONTACTS, file)
        .note(mail_to_new(file, "De nieuwe contactpersoon krijgt een mail met uitleg."))
        .field(AskField::line("name", "Naam", name))
        .field(AskField::line("email", "E-mailadres", email).kind("email"))
        .field(role_field(role))
}

/// Name and roles of a contact.
pub(super) fn change_contact(file: &ConnectionFile, person: &Contact, name: &str, role: &str) -> Ask {
    let ask = about_contact("change_contact", "Wijzigen", links::STAFF_CONTACT, file, person);
    let ask = match person.proposed {
        Some(_) => ask.note("Kloppen de rollen? Wijzigen bevestigt ze, ook als je niets verandert."),
        None => ask,
    };
    ask.field(AskField::line("name", "Naam", name)).field(role_field(role))
}

/// Takes a contact away.
pub(super) fn remove_contact(file: &ConnectionFile, person: &Contact) -> Ask {
    about_contact("remove_contact", "Verwijderen", links::STAFF_CONTACT_REMOVE, file, person)
        .note(format!("{} wordt meteen uitgelogd en krijgt geen mails meer.", person.name))
        .weight(Weight::Warning)
}

/// Mail arrives again at the address of a contact.
pub(super) fn address_works(file: &ConnectionFile, person: &Contact) -> Ask {
    about_contact("address_works", "Weer mailen naar dit adres", links::STAFF_CONTACT_WORKS, file, person)
        .note("Koppelklaar stuurt dan weer mails naar dit adres. Komt er weer een mail terug, dan hoor je het opnieuw.")
}

/// Kurve's word for a contact.
pub(super) fn vouch(file: &ConnectionFile, person: &Contact, ground: &str) -> Ask {
    about_contact("vouch", "Toegang geven tot het wachtwoord", links::STAFF_CONTACT_VOUCH, file, person)
        .note(match person.proposed {
            Some(roles) => format!(
                "Daarna kan {} het wachtwoord en de query ophalen. Je bevestigt ook de rol die de school gaf: {}.",
                person.name,
                roles.words_nl()
            ),
            None => format!("Daarna kan {} het wachtwoord en de query ophalen.", person.name),
        })
        .field(ground_field(ground))
}

/// A form about one contact.
pub(super) fn about_contact(
    key: &'static str,
    verb: &'static str,
    path_of: &str,
    file: &ConnectionFile,
    person: &Contact,
) -> Ask {
    let action = links::staff_contact(path_of, file.connection.id, person.id);
    let ask = Ask::new(key, verb, format!("{verb}: {}", person.name), action).about(&person.id.to_string());
    ask.hidden("version", file.version)
}

/// The details of the connection, and of its school while it has one.
pub(super) fn details(file: &ConnectionFile, [name, brin, domain, region]: [&str; 4]) -> Ask {
    let regions =
        Region::iter().map(|region| Choice { value: region.as_str().into(), label: region.label_nl().into() });
    let ask = with_version("details", "Opslaan", "Gegevens wijzigen", links::STAFF_DETAILS, file);
    let ask = if file.connection.has_many() {
        ask.field(AskField::line("name", "Naam van de koppeling", name))
    } else {
        ask.field(AskField::line("name", "Naam van de school", name))
            .field(AskField::line("brin", "BRIN-nummer", brin).hint("Bijvoorbeeld 12AB of 12AB00."))
    };
    ask.field(
        AskField::line("domain", "Schooldomein", domain)
            .hint("Het deel dat voor .swp.nl staat, bijvoorbeeld bonhoeffer."),
    )
    .field(AskField::select("region", "Vakantieregio", region, regions.collect()))
}

fn role_field(role: &str) -> AskField {
    let mut choices = vec![Choice { value: String::new(), label: "Kies een rol".into() }];
    choices.extend(Roles::CHOICES.map(|roles| Choice { value: roles.as_str().into(), label: roles.label_nl().into() }));
    AskField::select("role", "Rol in Magister", role, choices)
}

fn ground_field(ground: &str) -> AskField {
    AskField::area("ground", "Hoe weet je dat deze persoon bij de school hoort?", ground).hint(
        "Bijvoorbeeld: teruggebeld via het nummer op de website van de school. De school leest dit niet. Wat je hier \
         schrijft, kun je niet meer wissen. Schrijf er geen telefoonnummers in.",
    )
}

/// A contact with their roles.
pub(super) fn named(person: &Contact) -> String {
    format!("{}, {}", person.name, person.roles.words_nl())
}

/// The contacts who were not removed.
pub(super) fn active(file: &ConnectionFile) -> impl Iterator<Item = &Contact> {
    file.contacts.iter().filter(|person| person.is_active())
}

/// What is promised of a mail to the school, or why it does not get there.
pub(super) fn mail_to_school(file: &ConnectionFile, promise: &'static str) -> &'static str {
    if file.reach == Reach::Everyone { promise } else { Promised::School.instead(file.reach) }
}

/// The same of a mail to those for whom Kurve vouches.
pub(super) fn mail_to_vouched(file: &ConnectionFile, promise: &'static str) -> &'static str {
    if file.reach == Reach::Everyone { promise } else { Promised::Vouched.instead(file.reach) }
}

/// The same of a mail to somebody who is no contact yet: whether it gets there nobody knows, unless no mail goes at all.
pub(super) fn mail_to_new(file: &ConnectionFile, promise: &'static str) -> &'static str {
    if file.reach == Reach::Held { Promised::Person.instead(Reach::Held) } else { promise }
}

fn path(path: &str, file: &ConnectionFile) -> String {
    links::staff_school(path, file.connection.id)
}
