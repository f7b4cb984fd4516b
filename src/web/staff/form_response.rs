//! What follows on a pressed button: the connection's page, or the same form again with what is wrong or what changed.
//!
//! A handler says what it wants and how its form is drawn; the form is only drawn when it comes back. Every form of a
//! connection ends here, so that nothing typed is ever lost and a second press of the same button does no harm.

use axum::http::StatusCode;
use axum::response::Response;

use super::ask::{Ask, AskPage};
use super::desk::{self, Nav};
use super::same_press::is_same_press;
use super::view::{TimelineRow, timeline_row};
use super::worklist_query::is_worklist;
use crate::domain::audit::Entry;
use crate::domain::ids::ConnectionId;
use crate::domain::onboarding::{Command, MOST_SCHOOLS, Refusal, Step};
use crate::domain::school::{School, SchoolRef};
use crate::domain::text::EmailAddress;
use crate::links;
use crate::services::ServiceError;
use crate::services::mail::reach::{self, Meant, Reach};
use crate::services::onboarding::onboardings::{self, ConnectionFile};
use crate::services::onboarding::schools;
use crate::web::error::PageError;
use crate::web::extract::Staff;
use crate::web::flash::{self, Flash, FlashMessage, Undo};
use crate::web::form::FieldErrors;
use crate::web::promised::Promised;
use crate::web::{WebState, page};

/// A colleague at work on one connection.
pub(super) struct Desk<'a> {
    pub(super) web: &'a WebState,
    pub(super) staff: &'a Staff,
    pub(super) connection: ConnectionId,
}

/// What a colleague wants of an onboarding.
pub(super) struct FormAction {
    /// The version that the page showed.
    pub(super) seen: i32,
    pub(super) command: Command,
    /// What the next page says.
    pub(super) flash: Flash,
    /// The next page.
    pub(super) to: String,
}

/// Why a form comes back.
#[derive(Default)]
struct Reason {
    errors: FieldErrors,
    refusal: String,
    changes: Option<Vec<Entry>>,
}

impl<'a> Desk<'a> {
    /// At the connection of a path.
    pub(super) fn at(web: &'a WebState, staff: &'a Staff, school: &str) -> Result<Self, PageError> {
        Ok(Self { web, staff, connection: desk::connection_id(school)? })
    }

    /// The school in a path, which is or was under the connection: who presses twice on "Verplaatsen" finds it elsewhere.
    pub(super) async fn school(&self, school: &str) -> Result<School, PageError> {
        let school = school.parse().map_err(|_| PageError::NotFound)?;
        Ok(schools::find_of(&self.web.context, SchoolRef { connection: self.connection, school }).await?)
    }

    /// A school by the connection of this desk.
    pub(super) fn place_of(&self, school: &School) -> SchoolRef {
        SchoolRef { connection: self.connection, school: school.id }
    }

    /// What is said where the connection has one school, or where it has several.
    pub(super) async fn one_or_many(&self, one: Flash, many: Flash) -> Result<Flash, PageError> {
        let file = onboardings::load_file(&self.web.context, self.connection).await?;
        Ok(if file.connection.has_many() { many } else { one })
    }

    /// The path of the connection's page.
    pub(super) fn page(&self) -> String {
        links::staff_school(links::STAFF_SCHOOL, self.connection)
    }

    /// On to the connection's page.
    pub(super) fn done(&self, flash: Flash) -> Response {
        self.done_at(&self.page(), flash)
    }

    /// On to another page; the worklist shows many schools, so there the message names this one.
    pub(super) fn done_at(&self, to: &str, message: impl Into<FlashMessage>) -> Response {
        let message = message.into();
        let message = if is_worklist(to) { message.of(self.connection) } else { message };
        flash::redirect(self.web, to, message)
    }

    /// Whom the mail gets to that a message promises.
    async fn reach(&self, flash: Flash) -> Result<Reach, PageError> {
        let meant = match flash.promised() {
            Some((Promised::School, _)) => Meant::All,
            Some((Promised::Vouched, _)) => Meant::Vouched,
            Some((Promised::Person | Promised::Reader, _)) | None => return Ok(Reach::Everyone),
        };
        Ok(reach::of_contacts(&self.web.context, self.connection, meant).await?)
    }

    /// On to the connection's page, where a mail to these addresses is promised.
    pub(super) async fn done_for<'b>(
        &self,
        flash: Flash,
        addresses: impl IntoIterator<Item = &'b EmailAddress>,
    ) -> Result<Response, PageError> {
        let reach = reach::of_addresses(&self.web.context, addresses).await?;
        Ok(flash::redirect(self.web, &self.page(), flash.reaching(reach)))
    }

    /// Asks the onboarding for a wish and answers.
    pub(super) async fn respond(
        &self,
        action: FormAction,
        draw: impl FnOnce(&ConnectionFile) -> Ask,
    ) -> Result<Response, PageError> {
        let (context, call) = (&self.web.context, self.staff.call());
        let command = std::slice::from_ref(&action.command);
        match onboardings::act_all(context, &call, self.connection, command, Some(action.seen)).await {
            Ok(Some(version)) if activates(&action.command) => {
                let message = action.flash.undone_by(Undo { connection: self.connection, version });
                Ok(self.done_at(&action.to, message))
            }
            done => self.answer(action, done.map(|_| ()), draw).await,
        }
    }

    /// Answers on what became of a wish.
    pub(super) async fn answer(
        &self,
        action: FormAction,
        done: Result<(), ServiceError>,
        draw: impl FnOnce(&ConnectionFile) -> Ask,
    ) -> Result<Response, PageError> {
        match done {
            Ok(()) => {
                let reach = self.reach(action.flash).await?;
                Ok(self.done_at(&action.to, action.flash.reaching(reach)))
            }
            Err(ServiceError::Conflict) => {
                let changes = onboardings::list_changes_since(&self.web.context, self.connection, action.seen).await?;
                let is_same = is_same_press(&action.command, &self.staff.call().actor, &changes);
                if is_same && !self.is_left_to_do(&action.command).await? {
                    return Ok(self.done_at(&action.to, Flash::AlreadySo));
                }
                self.show_again(None, Reason { changes: Some(changes), ..Reason::default() }, draw).await
            }
            Err(error) => self.refuse(Some(action.seen), error, draw).await,
        }
    }

    /// Whether a press that is about all schools has something left to do: it was pressed for one of them before.
    async fn is_left_to_do(&self, command: &Command) -> Result<bool, PageError> {
        let step = match command {
            Command::Confirm { step, .. } | Command::SendBack { step, .. } => Some(*step),
            _ => None,
        };
        if step != Some(Step::ActivationConfirmed) {
            return Ok(false);
        }
        let state = onboardings::load_file(&self.web.context, self.connection).await?.state;
        let activates = matches!(command, Command::Confirm { .. });
        Ok(state.live().any(|(_, school)| school.is_activated() != activates))
    }

    /// The form again, since a page was stale that no command judges.
    pub(super) async fn conflict(
        &self,
        seen: i32,
        draw: impl FnOnce(&ConnectionFile) -> Ask,
    ) -> Result<Response, PageError> {
        let changes = onboardings::list_changes_since(&self.web.context, self.connection, seen).await?;
        self.show_again(None, Reason { changes: Some(changes), ..Reason::default() }, draw).await
    }

    /// The form again, with what is wrong at its fields.
    pub(super) async fn wrong(
        &self,
        seen: Option<i32>,
        errors: FieldErrors,
        draw: impl FnOnce(&ConnectionFile) -> Ask,
    ) -> Result<Response, PageError> {
        self.show_again(seen, Reason { errors, ..Reason::default() }, draw).await
    }

    /// The form again, with why it was refused; without a form worth keeping, a short word that it was so already.
    pub(super) async fn refuse(
        &self,
        seen: Option<i32>,
        error: ServiceError,
        draw: impl FnOnce(&ConnectionFile) -> Ask,
    ) -> Result<Response, PageError> {
        let is_so = matches!(&error, ServiceError::Refused(refusal) if is_so_already(refusal));
        let (field, holds_password) = (field_of(&error), matches!(error, ServiceError::HoldsPassword));
        let sentence = sentence(error)?;
        let file = self.load(seen).await?;
        let mut ask = draw(&file);
        let field = if holds_password { ask.blank_secrets() } else { field };
        let field = field.filter(|field| ask.fields.iter().any(|one| one.name == *field));
        if is_so && !ask.has_typed() {
            return Ok(self.done(Flash::AlreadySo));
        }
        let mut reason = Reason::default();
        match field {
            Some(field) => reason.errors.add(field, sentence),
            None => reason.refusal = sentence,
        }
        self.show(&file, reason, ask).await
    }

    /// The form again, with a sentence about the whole of it.
    pub(super) async fn object(
        &self,
        sentence: &str,
        draw: impl FnOnce(&ConnectionFile) -> Ask,
    ) -> Result<Response, PageError> {
        self.show_again(None, Reason { refusal: sentence.to_owned(), ..Reason::default() }, draw).await
    }

    async fn show_again(
        &self,
        seen: Option<i32>,
        reason: Reason,
        draw: impl FnOnce(&ConnectionFile) -> Ask,
    ) -> Result<Response, PageError> {
        let file = self.load(seen).await?;
        let ask = draw(&file);
        self.show(&file, reason, ask).await
    }

    /// The connection's file; with `seen` the version stays the one that the colleague looked at.
    async fn load(&self, seen: Option<i32>) -> Result<ConnectionFile, PageError> {
        let mut file = onboardings::load_file(&self.web.context, self.connection).await?;
        file.version = seen.unwrap_or(file.version);
        Ok(file)
    }

    async fn show(&self, file: &ConnectionFile, reason: Reason, ask: Ask) -> Result<Response, PageError> {
        let is_conflict = reason.changes.is_some();
        let changes = match reason.changes {
            Some(entries) => self.told(file, &entries).await?,
            None => vec![],
        };
        let page = AskPage {
            frame: desk::frame(self.web, self.staff),
            nav: Nav::new(self.staff, links::STAFF_SCHOOLS),
            school: file.connection.details.name.to_string(),
            brin: file.connection.carried.to_string(),
            back: self.page(),
            has_many: file.connection.has_many(),
            more: vec![],
            ask: ask.alone(&reason.errors),
            errors: reason.errors.all().to_vec(),
            refusal: reason.refusal,
            is_conflict,
            changes,
        };
        let status = if is_conflict { StatusCode::CONFLICT } else { StatusCode::UNPROCESSABLE_ENTITY };
        page::show_with(status, &page)
    }

    async fn told(&self, file: &ConnectionFile, entries: &[Entry]) -> Result<Vec<TimelineRow>, PageError> {
        let names = desk::names(self.web, file).await?;
        Ok(entries.iter().map(|entry| timeline_row(entry, &names)).collect())
    }
}

/// Whether a press opens imports, and so can be undone for a while.
fn activates(command: &Command) -> bool {
    matches!(command, Command::Confirm { step: Step::ActivationConfirmed, .. } | Command::Activate { .. })
}

fn is_so_already(refusal: &Refusal) -> bool {
    matches!(
        refusal,
        Refusal::AlreadyDone { .. }
            | Refusal::NotDone { .. }
            | Refusal::NotStuck { .. }
            | Refusal::NotPaused
            | Refusal::NotWithdrawn
    )
}

/// The field that a refusal is about, if it is about one.
fn field_of(error: &ServiceError) -> Option<&'static str> {
    match error {
        ServiceError::NobodyVouched => Some("contact"),
        ServiceError::ContactExists => Some("email"),
        ServiceError::BrinTaken | ServiceError::BrinInUse => Some("brin"),
        ServiceError::MovesNowhere | ServiceError::DomainTaken { .. } => Some("domain"),
        ServiceError::NobodyGoesAlong => Some("contact"),
        ServiceError::Refused(Refusal::ReasonNeeded) => Some("ground"),
        ServiceError::Refused(Refusal::BadResumeDate) | ServiceError::BadSnooze(_) => Some("until"),
        ServiceError::BadOwnDays(_) => Some("first_day"),
        ServiceError::Refused(_)
        | ServiceError::HoldsPassword
        | ServiceError::TableChanged
        | ServiceError::NotHandedOut(_)
        | ServiceError::NotChecked(_)
        | ServiceError::LastContact
        | ServiceError::AddedByOneself
        | ServiceError::HandOverToSelf
        | ServiceError::TooManyContacts
        | ServiceError::TooManyItems
        | ServiceError::TooManyMessages
        | ServiceError::UnknownReceiver
        | ServiceError::TemplateNameTaken
        | ServiceError::TooManyTemplates
        | ServiceError::TooManyRequests
        | ServiceError::RequestOpen
        | ServiceError::MoveFirst
        | ServiceError::NotFound
        | ServiceError::Forbidden
        | ServiceError::Conflict
        | ServiceError::TooOften { .. }
        | ServiceError::Full { .. }
        | ServiceError::Store(_)
        | ServiceError::Broken(_)
        | ServiceError::Sealed(_) => None,
    }
}

const DETAILS_IN_USE: &str = "Je kunt deze gegevens nu niet wijzigen: er is al een wachtwoord mee gemaakt. Doe dit: \
    1. Stuur de stap “Schoolgegevens” terug. 2. Wijzig de gegevens. 3. Meld de stap klaar. 4. Zet een nieuw wachtwoord klaar.";

/// Why it was refused, for a colleague of Kurve; what is no refusal stays an error.
fn sentence(error: ServiceError) -> Result<String, PageError> {
    match error {
        ServiceError::Refused(Refusal::DetailsInUse) => Ok(DETAILS_IN_USE.to_owned()),
        ServiceError::Refused(Refusal::IsWithdrawn) => {
            Ok("De school is gestopt met deze koppeling. Heropen de koppeling eerst.".to_owned())
        }
        ServiceError::Refused(Refusal::TooManySchools) => {
            Ok(format!("Een koppeling kan maximaal {MOST_SCHOOLS} scholen hebben. Deze school past er niet meer bij."))
        }
        other => match PageError::from(other) {
            PageError::Refused(sentence) => Ok(sentence),
            other => Err(other),
        },
    }
}

#[cfg(test)]
#[path = "form_response_tests.rs"]
mod tests;
