//! What the rows of the digest say, loaded from what is true now.

use chrono::{DateTime, Duration, Utc};

use super::part::{DigestKind, DigestPart, DigestRow};
use crate::domain::address_mark::AddressMark;
use crate::domain::check::{Truths, certificate};
use crate::domain::connection::Connection;
use crate::domain::notice::MailKind;
use crate::domain::onboarding::Step;
use crate::domain::onboarding::progress::{KurveTask, TaskKind, kurve_tasks};
use crate::links;
use crate::services::checks::Failing;
use crate::services::onboarding::joins::waiting::AskedTogether;
use crate::services::onboarding::{access, joins};
use crate::services::people::addresses::{self, MarkedContact};
use crate::services::people::beginnings::{self, Beginning};
use crate::services::privacy::leaving::{self, Going, GoingPart};
use crate::services::{Context, ServiceError, checks};
use crate::store::checks::check_status::CheckStatus;
use crate::store::checks::check_status_list;
use crate::store::mail::frozen_mails;
use crate::store::onboarding::overview::{self, NamedConnection, Overview};
use crate::store::onboarding::unreadable;
use crate::store::people::address_marks;
use crate::words::{self, Names};

/// How many rows a digest has of each kind; the worklist shows the rest.
const DIGEST_ROWS: u64 = 40;

/// What is said of a connection of which something cannot be read: also that is for Kurve.
const UNREADABLE: &str = "kan niet worden gelezen, vraag je beheerder om in het logboek te kijken";

/// What is said of a connection where reminders stay without an answer.
const SILENT: &str = "reageert niet op herinneringen";

/// The parts that have rows.
pub(super) async fn load(context: &Context, now: DateTime<Utc>) -> Result<Vec<DigestPart>, ServiceError> {
    let parts = [
        requests(context).await?,
        beginnings(context).await?,
        waiting(context).await?,
        silent(context).await?,
        lost(context).await?,
        failing(context).await?,
        certificates(context, now).await?,
        marked(context).await?,
        going(context).await?,
    ];
    Ok(parts.into_iter().filter(|part| !part.rows.is_empty()).collect())
}

/// A row for what one person asks of one connection.
async fn requests(context: &Context) -> Result<DigestPart, ServiceError> {
    let asked = joins::waiting::list(context).await?;
    let more = (asked.len() as u64).saturating_sub(DIGEST_ROWS);
    let named = asked.iter().take(asked.len() - usize::try_from(more).unwrap_or_default());
    let rows = named.map(|(connection, asked)| asked_row(context, connection, asked)).collect();
    Ok(DigestPart { kind: DigestKind::Requests, rows, more, all: context.base.to(links::STAFF) })
}

async fn beginnings(context: &Context) -> Result<DigestPart, ServiceError> {
    let waiting = beginnings::list(context).await?;
    let more = (waiting.len() as u64).saturating_sub(DIGEST_ROWS);
    let row = |one: &Beginning| DigestRow {
        school: one.form.details.name.to_string(),
        brin: one.form.details.brin.to_string(),
        what: words::wants_to_begin(one.form.name.as_str()),
        since: words::date_nl(one.since),
        link: context.base.to(&links::fill(links::STAFF_REGISTRATION, &[&one.id.to_string()])),
    };
    let named = waiting.iter().take(waiting.len() - usize::try_from(more).unwrap_or_default());
    let rows = named.map(row).collect();
    Ok(DigestPart { kind: DigestKind::Beginnings, rows, more, all: context.base.to(links::STAFF) })
}

fn asked_row(context: &Context, connection: &Connection, asked: &AskedTogether) -> DigestRow {
    let what = words::asked_for(asked.person.name.as_str(), asked.requests.len());
    let since = asked.requests.first().map(|first| first.asked_at).unwrap_or_default();
    let link = context.base.to(&links::staff_requests(connection.id));
    DigestRow { link, ..digest_row(context, connection, what, since) }
}

async fn waiting(context: &Context) -> Result<DigestPart, ServiceError> {
    let conn = context.db.reader();
    let schools = overview::list_waiting_on_kurve(conn, DIGEST_ROWS).await?;
    let mut unreadable = unreadable::list(conn).await?;
    unreadable.truncate(usize::try_from(DIGEST_ROWS).unwrap_or(usize::MAX));
    let named = (schools.len() + unreadable.len()) as u64;
    let more = overview::count_waiting_on_kurve(conn).await?.saturating_sub(named);
    let contacts = access::find_task_names(context, schools.iter().map(|school| &school.state)).await?;
    let names = Names { contacts, ..Names::default() };
    let waiting = schools.iter().flat_map(|school| waiting_rows(context, school, &names));
    let rows = unreadable.iter().map(|school| named_row(context, school, UNREADABLE)).chain(waiting).collect();
    Ok(DigestPart { kind: DigestKind::Waiting, rows, more, all: context.base.to(links::STAFF) })
}

async fn silent(context: &Context) -> Result<DigestPart, ServiceError> {
    let conn = context.db.reader();
    let schools = overview::list_without_answer(conn, DIGEST_ROWS).await?;
    let more = overview::count_all_without_answer(conn).await?.saturating_sub(schools.len() as u64);
    let rows = schools.iter().map(|school| named_row(context, school, SILENT)).collect();
    Ok(DigestPart { kind: DigestKind::Silent, rows, more, all: context.base.to(&links::silent_schools()) })
}

/// Where no checks are made, nobody knows whether what was lost came back.
async fn lost(context: &Context) -> Result<DigestPart, ServiceError> {
    let (conn, all) = (context.db.reader(), context.base.to(&links::lost_connections()));
    let mut part = DigestPart { kind: DigestKind::Lost, rows: vec![], more: 0, all };
    if context.check_policy.makes_checks() {
        let schools = check_status_list::list_lost(conn, DIGEST_ROWS).await?;
        part.more = check_status_list::count_lost_in_use(conn).await?.saturating_sub(schools.len() as u64);
        part.rows = schools.iter().map(|(school, known)| lost_row(context, school, known)).collect();
    }
    Ok(part)
}

async fn failing(context: &Context) -> Result<DigestPart, ServiceError> {
    let found = checks::list_for_kurve(context, DIGEST_ROWS).await?;
    let rows = found.connections.iter().map(|one| failing_row(context, one)).collect();
    Ok(DigestPart {
        kind: DigestKind::Failing,
        rows,
        more: found.more(),
        all: context.base.to(&links::failing_connections()),
    })
}

/// In the first digest after a warning is due. Many connections share one certificate, and each would be a row a day.
async fn certificates(context: &Context, now: DateTime<Utc>) -> Result<DigestPart, ServiceError> {
    let mut part = DigestPart {
        kind: DigestKind::Certificates,
        rows: vec![],
        more: 0,
        all: context.base.to(links::STAFF_CONNECTIONS),
    };
    if !context.check_policy.makes_checks() {
        return Ok(part);
    }
    let conn = context.db.reader();
    let told_until = frozen_mails::last_sent_as_of(conn, MailKind::Digest).await?;
    let until = now + Duration::days(certificate::WARNING_DAYS[0]);
    for (school, known) in check_status_list::list_certificates(conn, now, until).await? {
        let Some(certificate) = known.certificate else { continue };
        let Some(at) = certificate.warned_at(now).filter(|at| told_until.is_none_or(|told| *at >= told)) else {
            continue;
        };
        if part.rows.len() as u64 == DIGEST_ROWS {
            part.more += 1;
            continue;
        }
        let what = format!("geldt tot {}", words::date_nl(certificate.until));
        part.rows.push(digest_row(context, &school, what, at));
    }
    Ok(part)
}

async fn marked(context: &Context) -> Result<DigestPart, ServiceError> {
    let contacts = addresses::list_marked(context).await?;
    let bounced = contacts.iter().filter(|one| one.mark.bounced.is_some()).count();
    let more = address_marks::count_bounced(context.db.reader()).await?.saturating_sub(bounced as u64);
    let told_until = frozen_mails::last_sent_as_of(context.db.reader(), MailKind::Digest).await?;
    let rows = contacts.iter().filter_map(|one| address_row(context, one, told_until)).collect();
    Ok(DigestPart { kind: DigestKind::Addresses, rows, more, all: context.base.to(links::STAFF) })
}

/// In the first digest after a connection was put in line to go, which is a week before it does.
async fn going(context: &Context) -> Result<DigestPart, ServiceError> {
    let told_until = frozen_mails::last_sent_as_of(context.db.reader(), MailKind::Digest).await?;
    let GoingPart { rows, more } = leaving::list_going(context, told_until, DIGEST_ROWS).await?;
    let row = |Going { announced, at }: Going| DigestRow {
        what: format!("gaat op {} weg, klaar of gestopt", words::date_nl(at)),
        since: words::date_nl(announced.ended.at),
        link: context.base.to(&links::staff_school(links::STAFF_SCHOOL, announced.ended.connection)),
        school: announced.name,
        brin: announced.carried,
    };
    let rows = rows.into_iter().map(row).collect();
    Ok(DigestPart { kind: DigestKind::Leaving, rows, more, all: context.base.to(links::STAFF_PRIVACY) })
}

/// An address where mail does not arrive is told of until that is solved; who stopped reminders, in the first digest that
/// leaves after that.
fn is_told(mark: &AddressMark, told_until: Option<DateTime<Utc>>) -> bool {
    let is_news = |at: DateTime<Utc>| told_until.is_none_or(|told| at >= told);
    mark.bounced.is_some() || mark.reminders_stopped_at.is_some_and(is_news)
}

fn address_row(context: &Context, one: &MarkedContact, told_until: Option<DateTime<Utc>>) -> Option<DigestRow> {
    let name = Some(&one.contact.name).filter(|_| is_told(&one.mark, told_until))?;
    let (what, since) = match (&one.mark.bounced, one.mark.reminders_stopped_at) {
        (Some(bounced), _) => (format!("mail aan {name} komt niet aan ({})", bounced.code), bounced.at),
        (None, Some(at)) => (format!("{name} wil geen herinneringen"), at),
        (None, None) => return None,
    };
    Some(digest_row(context, &one.connection, what, since))
}

fn waiting_rows(context: &Context, row: &Overview, names: &Names) -> Vec<DigestRow> {
    let is_new = row.state.credential_version() == 0;
    let what = |task: &KurveTask| match (&task.kind, task.step, words::task_name(task, names)) {
        (TaskKind::Answer, _, name) => format!("lukt niet: {name}"),
        (TaskKind::Do, Step::CredentialsIssued, name) if is_new => format!("nieuwe school: {name}"),
        (TaskKind::Do | TaskKind::Vouch(_) | TaskKind::NewPassword(_) | TaskKind::NewQuery, _, name) => name,
    };
    kurve_tasks(&row.state).iter().map(|task| digest_row(context, &row.connection, what(task), task.since)).collect()
}

fn named_row(context: &Context, named: &NamedConnection, what: &str) -> DigestRow {
    DigestRow {
        school: named.name.clone(),
        brin: named.carried.clone(),
        what: what.to_owned(),
        since: words::date_nl(named.since),
        link: context.base.to(&links::staff_school(links::STAFF_SCHOOL, named.id)),
    }
}

/// What Kurve can do at once stands beside how the check ended.
fn failing_row(context: &Context, one: &Failing) -> DigestRow {
    let mut row = lost_row(context, &one.connection, &one.status);
    let task = Truths { state: &one.now.state, newest: one.status.newest() }.kurve_task();
    if let Some(task) = task {
        row.what = format!("{}: {}", row.what, words::task_name(&task, &Names::default()));
    }
    row
}

fn lost_row(context: &Context, school: &Connection, known: &CheckStatus) -> DigestRow {
    let what = known.last.map_or_else(String::new, |(code, _)| words::check_short(code).to_lowercase());
    digest_row(context, school, what, known.since().unwrap_or_default())
}

fn digest_row(context: &Context, school: &Connection, what: String, since: DateTime<Utc>) -> DigestRow {
    DigestRow {
        school: school.details.name.to_string(),
        brin: school.carried.to_string(),
        what,
        since: words::date_nl(since),
        link: context.base.to(&links::staff_school(links::STAFF_SCHOOL, school.id)),
    }
}
