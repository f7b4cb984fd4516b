//! One mail: what became of it, what it says, and what a colleague can do about it.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::ask::{Ask, AskField, Weight};
use super::desk::{self, Nav};
use super::mail_unreadable;
use super::mails::{BACK_TO_SCHOOL, CAUSE_IS_ELSEWHERE, MailReader, MailRow, can_retry, mail_row};
use super::panels::Fact;
use super::view::TimelineRow;
use crate::domain::audit::Entry;
use crate::domain::ids::MailId;
use crate::domain::text::Reason;
use crate::domain::unsent::UnsentReason;
use crate::links;
use crate::mail::read::MailParts;
use crate::services::ServiceError;
use crate::services::mail::dispatch;
use crate::services::mail::post_office::{self, Addressee, Preview};
use crate::services::onboarding::schools;
use crate::services::people::staff_accounts;
use crate::store::mail::outbox::{MailStatus, OutboxMail};
use crate::web::error::PageError;
use crate::web::extract::{ActingStaff, Staff};
use crate::web::flash::{self, Flash, FlashMessage};
use crate::web::form::{FieldError, FieldErrors, Posted};
use crate::web::middleware::CONTENT_SECURITY_POLICY;
use crate::web::page::Frame;
use crate::web::{WebState, page};
use crate::words::{self, Names, moment_nl};

/// What the mail's own page posts along, to come back to it.
const BACK_TO_MAIL: &str = "mail";

/// The mail's own styles, and nothing else: no script, no request, no form, no way out of the frame.
const MAIL_POLICY: &str = "sandbox; default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'self'";

#[derive(Template)]
#[template(path = "staff/mail.html")]
struct MailPage {
    frame: Frame,
    nav: Nav,
    back: &'static str,
    /// Its connection; empty when it is about none.
    school: String,
    row: MailRow,
    facts: Vec<Fact>,
    /// The error as it was kept, for who can read it; empty when there is none.
    detail: String,
    history: Vec<TimelineRow>,
    drop: Vec<Ask>,
    errors: Vec<FieldError>,
    /// Why what was asked cannot be; empty when nothing was.
    refusal: String,
    /// What the preview is.
    said: String,
    /// The text part; empty when there is none to show.
    text: String,
    /// Where the HTML part is.
    html_href: String,
    back_to_mail: &'static str,
    /// Whether it is to a colleague of Kurve.
    is_to_colleague: bool,
}

/// Why a page comes back.
#[derive(Default)]
pub(super) struct Again {
    pub(super) status: StatusCode,
    pub(super) errors: FieldErrors,
    pub(super) refusal: &'static str,
    pub(super) typed: String,
}

/// Shows a mail.
pub(super) async fn show(
    State(web): State<WebState>,
    staff: Staff,
    Path(mail): Path<String>,
) -> Result<Response, PageError> {
    show_again(&web, &staff, mail_id(&mail)?, Again::default()).await
}

async fn show_again(web: &WebState, staff: &Staff, id: MailId, again: Again) -> Result<Response, PageError> {
    let context = &web.context;
    let now = staff.visit.now;
    let mail = match dispatch::find_any(context, id).await? {
        Ok(mail) => mail,
        Err(unreadable) => return mail_unreadable::show(web, staff, &unreadable, again).await,
    };
    let school =
        schools::find_names(context, mail.connection.into_iter()).await?.into_values().next().unwrap_or_default();
    let preview = post_office::preview(context, &mail, now).await?;
    let addressee = post_office::find_addressee(context, &mail).await?;
    let handled = post_office::list_handled(context, &mail).await?;
    let names = if handled.is_empty() { Names::default() } else { colleagues(web).await? };
    let (said, parts) = told(&mail, preview, now);
    let can_drop = staff.can_act() && matches!(mail.status, MailStatus::Waiting | MailStatus::Failed);
    let is_again = !again.errors.is_empty();
    let ask = if is_again { drop_form(id, &again.typed).alone(&again.errors) } else { drop_form(id, "") };
    let page = MailPage {
        frame: desk::frame(web, staff),
        nav: Nav::new(staff, links::STAFF_MAILS),
        back: links::STAFF_MAILS,
        facts: facts(&mail, addressee, parts.as_ref().map(|parts| parts.subject.clone())),
        detail: detail(&mail),
        history: history(&mail, &handled, &names),
        drop: can_drop.then_some(Ask { is_open: is_again, ..ask }).into_iter().collect(),
        errors: again.errors.all().to_vec(),
        refusal: again.refusal.to_owned(),
        said,
        html_href: parts.as_ref().map(|_| links::staff_mail(links::STAFF_MAIL_HTML, id)).unwrap_or_default(),
        text: parts.map(|parts| parts.text).unwrap_or_default(),
        row: row(&mail, school.clone(), MailReader { can_act: staff.can_act(), now }),
        school,
        back_to_mail: BACK_TO_MAIL,
        is_to_colleague: mail.kind.is_to_colleague(),
    };
    let mut response = page::show_with(again.status, &page)?;
    let policy = HeaderValue::from_str(&format!("{CONTENT_SECURITY_POLICY}; frame-src 'self'"));
    let policy = policy.expect("a policy is plain ASCII");
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}

/// The mail as in a list, where "elsewhere" is here.
fn row(mail: &OutboxMail, school: String, reader: MailReader) -> MailRow {
    let mut row = mail_row(mail, school, reader);
    if row.reason == CAUSE_IS_ELSEWHERE {
        "Het ging mis. De melding staat hieronder.".clone_into(&mut row.reason);
    }
    row
}

/// Shows the HTML part alone, for the frame on the mail's page.
pub(super) async fn show_html(
    State(web): State<WebState>,
    staff: Staff,
    Path(mail): Path<String>,
) -> Result<Response, PageError> {
    let mail = dispatch::find(&web.context, mail_id(&mail)?).await?;
    let preview = post_office::preview(&web.context, &mail, staff.visit.now).await?;
    let (_, parts) = told(&mail, preview, staff.visit.now);
    let parts = parts.ok_or(PageError::NotFound)?;
    // A link would fill the frame with a page that refuses to be framed; in another window the sandbox stops it.
    let html = parts.html.replacen("<head>", "<head><base target=\"_blank\">", 1);
    let mut response = Html(html).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(MAIL_POLICY));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN"));
    Ok(response)
}

/// "Nu opnieuw proberen", with where it was pressed.
#[derive(Debug, Default, Deserialize)]
pub(super) struct RetryForm {
    #[serde(default)]
    back: String,
}

/// Has a mail tried now that failed, or that waits for its next try.
pub(super) async fn retry(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Path(mail): Path<String>,
    Posted(form): Posted<RetryForm>,
) -> Result<Response, PageError> {
    let mail = dispatch::find(&web.context, mail_id(&mail)?).await?;
    let to = match (form.back.as_str(), mail.connection) {
        (BACK_TO_SCHOOL, Some(school)) => links::staff_school(links::STAFF_SCHOOL, school),
        (BACK_TO_MAIL, _) => links::staff_mail(links::STAFF_MAIL, mail.id),
        _ => links::STAFF_MAILS.to_owned(),
    };
    if !can_retry(&mail, staff.visit.now) {
        return Ok(flash::redirect(&web, &to, Flash::AlreadySo));
    }
    match dispatch::retry_by_hand(&web.context, &staff.call(), mail.id).await {
        Ok(()) => {
            let said = FlashMessage::from(Flash::MailRetried);
            // The page Post shows the mails of many schools.
            let of = mail.connection.filter(|_| to == links::STAFF_MAILS);
            Ok(flash::redirect(&web, &to, of.map_or(said, |school| said.of(school))))
        }
        // A worker took it up since.
        Err(ServiceError::NotFound) => Ok(flash::redirect(&web, &to, Flash::AlreadySo)),
        Err(error) => Err(error.into()),
    }
}

/// "Niet versturen", with why.
#[derive(Debug, Default, Deserialize)]
pub(super) struct DropForm {
    #[serde(default)]
    reason: String,
}

/// Takes a mail out of the line.
pub(super) async fn drop(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Path(mail): Path<String>,
    Posted(form): Posted<DropForm>,
) -> Result<Response, PageError> {
    let id = mail_id(&mail)?;
    let mut errors = FieldErrors::default();
    let Some(reason) = errors.take("reason", Reason::parse(&form.reason)) else {
        let again = Again { status: StatusCode::UNPROCESSABLE_ENTITY, errors, typed: form.reason, refusal: "" };
        return show_again(&web, &staff, id, again).await;
    };
    let to = links::staff_mail(links::STAFF_MAIL, id);
    match dispatch::drop_by_hand(&web.context, &staff.call(), id, reason).await {
        Ok(()) => return Ok(flash::redirect(&web, &to, Flash::MailDropped)),
        Err(ServiceError::Conflict) => {}
        Err(ServiceError::HoldsPassword) => {
            errors.add("reason", words::HOLDS_PASSWORD);
            let again = Again { status: StatusCode::UNPROCESSABLE_ENTITY, errors, ..Again::default() };
            return show_again(&web, &staff, id, again).await;
        }
        Err(error) => return Err(error.into()),
    }
    let mail = dispatch::find_any(&web.context, id).await?;
    let refusal = match mail.map_or_else(|unreadable| unreadable.status, |mail| Some(mail.status)) {
        Some(MailStatus::Dropped) => return Ok(flash::redirect(&web, &to, Flash::AlreadySo)),
        Some(MailStatus::Sent) => "De mail is intussen verstuurd.",
        Some(MailStatus::Skipped) => "De mail was intussen niet meer nodig en gaat niet weg.",
        Some(MailStatus::Waiting | MailStatus::Failed) | None => {
            "De mail wordt op dit moment verstuurd. Kijk over een minuut opnieuw."
        }
    };
    let again = Again { status: StatusCode::CONFLICT, refusal, ..Again::default() };
    show_again(&web, &staff, id, again).await
}

fn mail_id(text: &str) -> Result<MailId, PageError> {
    text.parse().map_err(|_| PageError::NotFound)
}

pub(super) fn drop_form(mail: MailId, reason: &str) -> Ask {
    let action = links::staff_mail(links::STAFF_MAIL_DROP, mail);
    Ask::new("drop", "Niet versturen", "Niet versturen", action)
        .note("De mail gaat uit de rij en wordt niet meer verstuurd.")
        .field(
            AskField::area("reason", "Waarom niet?", reason)
                .hint("Alleen Kurve leest dit. Het kan niet worden gewist: schrijf er geen adressen in."),
        )
        .weight(Weight::Warning)
}

async fn colleagues(web: &WebState) -> Result<Names, PageError> {
    let all = staff_accounts::list(&web.context).await?;
    let staff = all.into_iter().map(|account| (account.id, account.name.as_str().to_owned())).collect();
    Ok(Names { staff, ..Names::default() })
}

fn facts(mail: &OutboxMail, to: Addressee, subject: Option<String>) -> Vec<Fact> {
    let to = match to {
        Addressee::Kurve => "Kurve support".to_owned(),
        Addressee::Colleague(name) => format!("{name}, collega bij Kurve"),
        Addressee::Visitor => "Wie het formulier invulde".to_owned(),
        // Where it did not arrive, the address is the first thing to look at; else a mail is about nobody's address.
        Addressee::Contact { name, email, roles } if mail.status == MailStatus::Failed => {
            format!("{name}, {roles}, {}", email.shown())
        }
        Addressee::Contact { name, roles, .. } => format!("{name}, {roles}"),
    };
    let tries = match mail.attempts {
        0 => "Nog niet geprobeerd".to_owned(),
        1 => "1 keer geprobeerd".to_owned(),
        more => format!("{more} keer geprobeerd"),
    };
    let next = (mail.status == MailStatus::Waiting).then(|| moment_nl(mail.next_attempt_at));
    let facts = [
        ("Onderwerp", subject),
        ("Aan", Some(to)),
        ("Gemaakt", Some(moment_nl(mail.created_at))),
        ("Pogingen", Some(tries)),
        ("Volgende poging", next),
        ("Verstuurd", mail.sent_at.map(moment_nl)),
        ("Message-ID", Some(mail.message_id.clone())),
    ];
    facts.into_iter().filter_map(|(name, value)| value.map(|value| Fact { name, value })).collect()
}

/// The kept error, where the sentence above it is only its meaning; of a reason of ours it says all.
fn detail(mail: &OutboxMail) -> String {
    let kept = mail.last_error.as_deref().unwrap_or_default();
    match mail.status {
        MailStatus::Sent if words::although_sent(kept).is_some() => kept.to_owned(),
        MailStatus::Dropped | MailStatus::Sent | MailStatus::Skipped => String::new(),
        MailStatus::Waiting | MailStatus::Failed if kept.parse::<UnsentReason>().is_ok() => String::new(),
        MailStatus::Waiting | MailStatus::Failed => kept.to_owned(),
    }
}

/// What happened, oldest first, as far as it is known.
fn history(mail: &OutboxMail, handled: &[Entry], names: &Names) -> Vec<TimelineRow> {
    let line = |at: DateTime<Utc>, what: String, who: String, is_mark| TimelineRow {
        when: moment_nl(at),
        machine: at.to_rfc3339(),
        what,
        who,
        is_mark,
    };
    let mut rows = vec![line(mail.created_at, "Klaargezet om te versturen.".to_owned(), String::new(), false)];
    rows.extend(handled.iter().map(|entry| {
        let what = words::change_sentence(&entry.action, names);
        line(entry.at, what, words::actor_name(&entry.by, names), false)
    }));
    if let Some(at) = mail.handing_over_at {
        let what = "Aangeboden aan de mailserver. Er kwam geen antwoord: misschien is de mail aangekomen.";
        rows.push(line(at, what.to_owned(), String::new(), false));
    }
    rows.extend(mail.sent_at.map(|at| line(at, "Verstuurd.".to_owned(), String::new(), true)));
    rows
}

/// What a preview is, and its parts if there are any.
fn told(mail: &OutboxMail, preview: Preview, now: DateTime<Utc>) -> (String, Option<MailParts>) {
    let without_token =
        "De eenmalige link en code staan er niet in: die worden pas bij het versturen gemaakt en nergens bewaard.";
    match preview {
        Preview::Left(parts) => ("Zo is de mail verstuurd.".to_owned(), Some(parts)),
        Preview::Offered(parts) => {
            let first = "Zo is de mail aan de mailserver aangeboden.";
            let rest = if mail.status == MailStatus::Waiting {
                " Bij een nieuwe poging gaat precies dezelfde mail."
            } else {
                ""
            };
            (format!("{first}{rest}"), Some(parts))
        }
        Preview::Would(parts, at) => {
            let first = match mail.status {
                MailStatus::Sent => "Zo zag de mail eruit.".to_owned(),
                MailStatus::Waiting if at > now => {
                    format!("Zo gaat de mail weg op {}, als er niets verandert.", moment_nl(at))
                }
                MailStatus::Waiting => "Zo gaat de mail weg, als er niets verandert.".to_owned(),
                MailStatus::Failed if mail.handing_over_at.is_some() && !mail.kind.carries_token() => {
                    "Zo gaat de mail weg als je hem nu opnieuw laat proberen. Misschien is hij al aangekomen: dan komt hij \
                     dubbel aan."
                        .to_owned()
                }
                MailStatus::Failed => "Zo gaat de mail weg als je hem nu opnieuw laat proberen.".to_owned(),
                MailStatus::Skipped | MailStatus::Dropped => "Zo zou de mail er nu uitzien.".to_owned(),
            };
            let rest = if mail.kind.carries_token() { without_token } else { "" };
            (format!("{first} {rest}").trim_end().to_owned(), Some(parts))
        }
        Preview::NotNeeded(why) => (format!("{} Er valt niets te bekijken.", words::unsent_reason(why)), None),
        Preview::Gone => ("De tekst van deze mail is niet bewaard.".to_owned(), None),
    }
}
