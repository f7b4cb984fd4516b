//! A form that is open in the row of the worklist that it is about: issuing, vouching, and answering who is stuck.

use super::ask::{Choice, Hidden};
use super::forms::{self, active, mail_to_school};
use super::grounds;
use super::worklist_query::{Back, WorklistQuery};
use crate::domain::onboarding::progress::{TaskKind, kurve_tasks};
use crate::domain::onboarding::{Step, StepState};
use crate::domain::school::Contact;
use crate::domain::work::WorkKind;
use crate::links;
use crate::services::ServiceError;
use crate::services::messages::thread;
use crate::services::onboarding::onboardings::{self, ConnectionFile};
use crate::store::onboarding::work_list::WorkItem;
use crate::web::WebState;
use crate::web::error::PageError;
use crate::words;

/// Somebody to choose.
pub(super) struct PersonChoice {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) hint: String,
    pub(super) is_chosen: bool,
}

/// A form in the list.
pub(super) struct WorkForm {
    /// Its name for tests.
    pub(super) key: &'static str,
    /// The row that it is about.
    pub(super) row: String,
    pub(super) title: String,
    pub(super) action: String,
    pub(super) hidden: Vec<Hidden>,
    /// Who may be chosen; nobody where there is nothing to choose.
    pub(super) people: Vec<PersonChoice>,
    /// How a colleague knows that they belong to the school; nothing where that is known already.
    pub(super) grounds: Vec<Choice>,
    /// What the school wrote; empty unless it is stuck.
    pub(super) stuck: String,
    /// Leads to what the school sent along with that; empty where it sent nothing.
    pub(super) files: String,
    pub(super) note: String,
    pub(super) verb: &'static str,
    /// Leads to the list without the form.
    pub(super) close: String,
}

/// The form of a row; none for one that has none in the list, or that is not so any more.
pub(super) async fn open(
    web: &WebState,
    query: &WorklistQuery,
    item: &WorkItem,
) -> Result<Option<WorkForm>, PageError> {
    let Some(connection) = item.connection else { return Ok(None) };
    let file = match onboardings::load_file(&web.context, connection).await {
        Ok(file) => file,
        Err(ServiceError::NotFound) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let form = match item.kind {
        WorkKind::Issue => issue(&file),
        WorkKind::Vouch => vouch(&file, &item.subject),
        WorkKind::Stuck => answer(&file, &item.subject),
        WorkKind::Reply
        | WorkKind::Join
        | WorkKind::Password
        | WorkKind::Activate
        | WorkKind::Check
        | WorkKind::Certificate
        | WorkKind::Address
        | WorkKind::Begin
        | WorkKind::Unconfirmed
        | WorkKind::Silent => None,
    };
    let has_files = match item.subject.parse() {
        Ok(step) if item.kind == WorkKind::Stuck => thread::has_files_of(&web.context, connection, step).await?,
        Ok(_) | Err(_) => false,
    };
    let along = |mut form: WorkForm| {
        if has_files {
            form.files = links::staff_school(links::STAFF_MESSAGES, connection);
        }
        form.row.clone_from(&item.key);
        form.close = query.with_open("").href_at(&item.key);
        form.hidden.push(Hidden { name: "version", value: file.version.to_string() });
        form.hidden.push(Hidden { name: "back", value: Back::text(query, item) });
        form
    };
    Ok(form.map(along))
}

fn plain(key: &'static str, title: String, action: String) -> WorkForm {
    WorkForm {
        key,
        row: String::new(),
        title,
        action,
        hidden: vec![],
        people: vec![],
        grounds: vec![],
        stuck: String::new(),
        files: String::new(),
        note: String::new(),
        verb: "Opslaan",
        close: String::new(),
    }
}

/// Issuing, with who picks it up: the only contact is chosen already, and how a colleague knows them never is.
fn issue(file: &ConnectionFile) -> Option<WorkForm> {
    if file.state.is_yes(Step::CredentialsIssued) {
        return None;
    }
    let title = format!("Klaarzetten voor {}", file.connection.details.name);
    let form = plain("issue", title, links::staff_school(links::STAFF_ISSUE, file.connection.id));
    let form = WorkForm { verb: "Klaarzetten", ..form };
    if active(file).any(Contact::is_vouched) {
        let note = forms::mail_to_vouched(file, "Contactpersonen met toegang krijgen een mail zonder wachtwoord.");
        return Some(WorkForm { note: note.into(), ..form });
    }
    let is_only = active(file).count() == 1;
    Some(WorkForm {
        people: active(file).map(|person| choice(person, is_only)).collect(),
        grounds: grounds::choices(),
        note: format!("{} {KEPT}", forms::mail_to_vouched(file, "Wie je kiest, krijgt een mail zonder wachtwoord.")),
        ..form
    })
}

/// What is said where somebody types how they know a person.
const KEPT: &str =
    "De school leest niet hoe je het weet. Het kan niet worden gewist: schrijf er geen telefoonnummers in.";

fn choice(person: &Contact, is_only: bool) -> PersonChoice {
    let only = if is_only { " · de enige" } else { "" };
    PersonChoice {
        id: person.id.to_string(),
        name: person.name.to_string(),
        hint: format!("{} · {}{only}", person.roles.words_nl(), person.email),
        is_chosen: is_only,
    }
}

/// Vouching for the only one who is to do a step.
fn vouch(file: &ConnectionFile, step: &str) -> Option<WorkForm> {
    let person = kurve_tasks(&file.state).into_iter().find_map(|task| match task.kind {
        TaskKind::Vouch(people) if task.step.as_str() == step && people.len() == 1 => people.into_iter().next(),
        TaskKind::Vouch(_) | TaskKind::Do | TaskKind::Answer | TaskKind::NewPassword(_) | TaskKind::NewQuery => None,
    })?;
    let person = file.contact(person).filter(|person| person.is_active())?;
    let action = links::staff_contact(links::STAFF_CONTACT_VOUCH, file.connection.id, person.id);
    let given =
        person.proposed.map(|roles| format!(" Je bevestigt ook de rol die de school gaf: {}.", roles.words_nl()));
    let given = given.unwrap_or_default();
    Some(WorkForm {
        grounds: grounds::choices(),
        note: format!("Daarna kan {} het wachtwoord en de query ophalen.{given} {KEPT}", person.name),
        verb: "Toegang geven",
        stuck: String::new(),
        ..plain("vouch", format!("Toegang geven aan {}, {}", person.name, person.roles.words_nl()), action)
    })
}

/// Answering a school that is stuck.
fn answer(file: &ConnectionFile, step: &str) -> Option<WorkForm> {
    let step: Step = step.parse().ok()?;
    let StepState::Stuck { reason, .. } = file.state.step(step) else { return None };
    let name = &file.connection.details.name;
    let form = plain(
        "answer",
        format!("Antwoorden aan {name}: {}", words::step_name(step)),
        links::staff_school(links::STAFF_ANSWER, file.connection.id),
    );
    Some(WorkForm {
        hidden: vec![Hidden { name: "step", value: step.as_str().to_owned() }],
        stuck: reason.to_string(),
        note: mail_to_school(file, "Je antwoord gaat per mail naar de school.").to_owned(),
        verb: "Antwoorden",
        ..form
    })
}
