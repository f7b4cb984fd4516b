//! "Verbinding controleren": asking for a check, and the page on which it climbs.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use crate::domain::check::{Advice, CheckCode, Newest};
use crate::domain::ids::CheckId;
use crate::domain::onboarding::Party;
use crate::domain::onboarding::decide::amsterdam_date;
use crate::domain::text::SchoolDomain;
use crate::links::{self, OfConnection};
use crate::services::ServiceError;
use crate::services::checks;
use crate::services::onboarding::details;
use crate::services::onboarding::onboardings::ConnectionFile;
use crate::store::checks::connection_checks::Check;
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::SchoolContact;
use crate::web::flash::{self, Flash, see_other};
use crate::web::form::{FieldErrors, Posted, Pressed};
use crate::web::ladder::{self, CheckButton, LadderView, Reader, live};
use crate::web::page::{self, Frame};
use crate::web::portal::next::Link;
use crate::web::portal::opened::{Around, CheckPath, Opened, open};
use crate::words;

/// How many earlier checks stand beside one.
const EARLIER: u64 = 6;

#[derive(Template)]
#[template(path = "portal/connection.html")]
struct ConnectionPage {
    frame: Frame,
    around: Around,
    /// The check; none when there never was one.
    ladder: Option<LadderView>,
    button: CheckButton,
    /// The form to correct the school domain, where a check found no Magister there.
    domain: Option<DomainForm>,
    errors: FieldErrors,
    /// Why it could not be corrected; empty if it was not tried.
    refusal: String,
    domain_path: String,
    /// No check is made while it is laid aside or stopped.
    is_at_rest: bool,
    /// Where this page is.
    here: String,
    /// Where its changes come from.
    live: String,
    earlier: Vec<Link>,
}

/// The school domain as typed.
#[derive(Debug, Default, Deserialize)]
pub(super) struct DomainForm {
    #[serde(default)]
    domain: String,
}

/// Corrects the school domain.
pub(super) async fn correct_domain(
    State(web): State<WebState>,
    who: SchoolContact,
    Posted(form): Posted<DomainForm>,
) -> Result<Response, PageError> {
    let (mut errors, mut refusal) = (FieldErrors::default(), String::new());
    if web.limits.check_client(who.visit.client).is_err() {
        refusal = words::TOO_MANY_FORMS.to_owned();
    } else if let Some(domain) = errors.take("domain", SchoolDomain::parse(&form.domain)) {
        let known = open(&web, &who, "").await?.file.connection.details.domain;
        if domain == known {
            errors.add("domain", "Dit schooldomein staat er al. Vul het goede in.");
            return come_back(&web, &who, form, errors, refusal).await;
        }
        match details::correct_domain(&web.context, &who.call(), who.connection(), &domain).await {
            Ok(()) => return Ok(flash::redirect(&web, &who.at(links::SCHOOL_CONNECTION), Flash::DomainGiven)),
            Err(ServiceError::Refused(refused)) => refusal = words::refusal(&refused),
            Err(error) => return Err(error.into()),
        }
    }
    come_back(&web, &who, form, errors, refusal).await
}

async fn come_back(
    web: &WebState,
    who: &SchoolContact,
    form: DomainForm,
    errors: FieldErrors,
    refusal: String,
) -> Result<Response, PageError> {
    let latest = checks::latest(&web.context, who.connection()).await?;
    let page = ConnectionPage { domain: Some(form), errors, refusal, ..build(web, who, latest).await? };
    page::show_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// The newest check, or that there was none.
pub(super) async fn show(State(web): State<WebState>, who: SchoolContact) -> Result<Response, PageError> {
    let latest = checks::latest(&web.context, who.connection()).await?;
    page::show(&build(&web, &who, latest).await?)
}

/// One check.
pub(super) async fn show_one(
    State(web): State<WebState>,
    who: SchoolContact,
    CheckPath(check): CheckPath,
) -> Result<Response, PageError> {
    let check = find(&web, &who, check).await?;
    page::show(&build(&web, &who, Some(check)).await?)
}

/// How far one check is, as it goes.
pub(super) async fn show_live(
    State(web): State<WebState>,
    who: SchoolContact,
    CheckPath(check): CheckPath,
) -> Result<Response, PageError> {
    let id = find(&web, &who, check).await?.id;
    let (context, reader) = (web.context.clone(), Reader::School(who.connection()));
    let look = move || {
        let context = context.clone();
        async move {
            let check = checks::find(&context, id).await?;
            ladder::step(&LadderView::of(&check, &checks::beside(&context, &check).await?, reader))
        }
    };
    live::tell(&web, who, look).await
}

/// Asks for a check.
pub(super) async fn create(
    State(web): State<WebState>,
    who: SchoolContact,
    Posted(_): Posted<Pressed>,
) -> Result<Response, PageError> {
    match checks::ask(&web.context, &who.call(), who.connection()).await {
        Ok(check) => Ok(see_other(&links::SCHOOL_CHECK.check(who.connection(), check))),
        // The page says from when it can be pressed, or why not.
        Err(ServiceError::TooOften { .. } | ServiceError::NotChecked(_)) => {
            Ok(see_other(&who.at(links::SCHOOL_CONNECTION)))
        }
        Err(error) => Err(error.into()),
    }
}

/// A check of the visitor's own connection; another's is not there.
async fn find(web: &WebState, who: &SchoolContact, id: CheckId) -> Result<Check, PageError> {
    let check = checks::find(&web.context, id).await?;
    if check.connection == who.connection() { Ok(check) } else { Err(PageError::NotFound) }
}

async fn build(web: &WebState, who: &SchoolContact, shown: Option<Check>) -> Result<ConnectionPage, PageError> {
    let Opened { frame, around, file } = open(web, who, "").await?;
    let history = checks::history(&web.context, file.connection.id, None, EARLIER).await?;
    let path = |path: OfConnection, check: &Check| path.check(who.connection(), check.id);
    let is_shown = |check: &Check| shown.as_ref().is_some_and(|shown| shown.id == check.id);
    let others = history.iter().filter(|check| !is_shown(check));
    let beside = match &shown {
        Some(check) => Some(checks::beside(&web.context, check).await?),
        None => None,
    };
    let both = shown.as_ref().zip(beside.as_ref());
    // Also while a newer one waits: a page that says so leads here.
    let is_latest = history.first().is_none_or(is_shown);
    let newest = checks::newest(&web.context, file.connection.id).await?.filter(|_| is_latest);
    let has_no_host = newest.is_some_and(|newest| details::can_correct_domain(newest.code, &file.state));
    let domain = file.connection.details.domain.label().to_owned();
    Ok(ConnectionPage {
        frame,
        around,
        ladder: both.map(|(check, beside)| LadderView::of(check, beside, Reader::School(who.connection()))),
        button: button(web, who, &file, history.first()),
        domain: has_no_host.then_some(DomainForm { domain }),
        errors: FieldErrors::default(),
        refusal: String::new(),
        domain_path: who.at(links::SCHOOL_DOMAIN),
        is_at_rest: file.state.lifecycle().is_paused() || file.state.lifecycle().is_withdrawn(),
        here: shown.as_ref().map_or_else(|| who.at(links::SCHOOL_CONNECTION), |check| path(links::SCHOOL_CHECK, check)),
        live: shown.as_ref().map(|check| path(links::SCHOOL_CHECK_LIVE, check)).unwrap_or_default(),
        earlier: others.map(|check| Link::new(path(links::SCHOOL_CHECK, check), earlier_words(check))).collect(),
    })
}

fn earlier_words(check: &Check) -> String {
    let how = match (check.result(), &check.outcome) {
        (Some(result), _) => words::check_short(result.code).to_lowercase(),
        (None, Some(_)) => "niet afgemaakt".to_owned(),
        (None, None) => "loopt nog".to_owned(),
    };
    format!("{}: {how}", words::moment_nl(check.asked_at))
}

/// The button on a page of the connection.
pub(super) fn button(
    web: &WebState,
    who: &SchoolContact,
    file: &ConnectionFile,
    latest: Option<&Check>,
) -> CheckButton {
    let action = who.at(links::SCHOOL_CONNECTION);
    CheckButton::new(&web.context, &file.state, latest, action, who.visit.now)
}

/// The connection on the overview.
pub(super) struct ConnectionPanel {
    /// The code, or `never` or `running`, for tests.
    pub(super) key: &'static str,
    /// How the newest check that was made ended, in one line.
    pub(super) line: String,
    /// The receipt; empty when no list was read.
    pub(super) receipt: String,
    /// The newest check; empty when there was none.
    pub(super) href: String,
    /// What leads there.
    pub(super) link: &'static str,
    /// What to do after the newest check that was made, if it did not pass and none runs.
    pub(super) failed: Option<Advice>,
    pub(super) button: CheckButton,
}

/// Whether what a check asks comes next: it did not pass, and nobody said since that it is done.
fn is_next(file: &ConnectionFile, newest: Newest, advice: Advice) -> bool {
    let answer = advice.step().and_then(|step| file.state.answer(step));
    newest.code != CheckCode::Ok && answer.is_none_or(|answer| answer.last_said_at() <= newest.at)
}

/// The panel, once there is something to check with.
pub(super) async fn panel(
    web: &WebState,
    who: &SchoolContact,
    file: &ConnectionFile,
) -> Result<Option<ConnectionPanel>, PageError> {
    if file.state.credential_version() == 0 || file.state.lifecycle().is_withdrawn() {
        return Ok(None);
    }
    let latest = checks::latest(&web.context, file.connection.id).await?;
    let known = checks::connection(&web.context, file.connection.id).await?;
    let is_running = latest.as_ref().is_some_and(|check| check.finished_at.is_none());
    let advice = known.newest().map(|newest| (newest, Advice::of(newest.code, &file.state)));
    let (key, line) = match (is_running, advice) {
        (true, _) => ("running", "De verbinding wordt nu gecontroleerd.".to_owned()),
        (false, Some((Newest { code: CheckCode::Ok, at, .. }, _))) => {
            ("ok", format!("Gecontroleerd op {}: de verbinding werkt.", words::moment_nl(at)))
        }
        (false, Some((newest, advice))) => {
            // Whose turn it is, is said once on the page: by the card above.
            let line = format!("Gecontroleerd op {}. {}.", words::moment_nl(newest.at), words::advice_title(advice));
            let (began, checked) = (amsterdam_date(newest.since), amsterdam_date(newest.at));
            let since = format!(" Dat is zo sinds {}.", words::date_nl(newest.since));
            (newest.code.as_str(), if began < checked { line + &since } else { line })
        }
        (false, None) => ("never", "De verbinding is nog niet gecontroleerd.".to_owned()),
    };
    Ok(Some(ConnectionPanel {
        key,
        line,
        // Beside a check that failed, the counts of an earlier one would seem to be its own.
        receipt: known.receipt.filter(|_| key == "ok").map(|receipt| receipt.counts.receipt()).unwrap_or_default(),
        link: match advice.and_then(|(_, advice)| advice.holder()) {
            Some(Party::School) => "Bekijk wat je kunt doen",
            Some(Party::Kurve | Party::Magister) | None => "Bekijk de controle",
        },
        href: latest.as_ref().map(|_| who.at(links::SCHOOL_CONNECTION)).unwrap_or_default(),
        failed: advice
            .filter(|(newest, advice)| is_next(file, *newest, *advice) && !is_running)
            .map(|(_, advice)| advice),
        button: button(web, who, file, latest.as_ref()),
    }))
}
