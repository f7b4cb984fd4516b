//! What waits on Kurve, as a list: the rows that are kept (`store::onboarding::work_list`), with the requests for schools that
//! are not here, which belong to no connection: those that wait for Kurve, and those that were not confirmed; and what a page of
//! it says of each row.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, Utc};
use strum::IntoEnumIterator;

use crate::domain::address_mark::AddressMark;
use crate::domain::check::{ActivationFacts, Newest};
use crate::domain::count::MOST_COUNTED;
use crate::domain::ids::{ConnectionId, ContactId, RegistrationId, StaffId};
use crate::domain::school::Contact;
use crate::domain::search::Search;
use crate::domain::work::{WorkKey, WorkKind};
use crate::services::messages::thread;
use crate::services::onboarding::joins::waiting::{self, AskedTogether};
use crate::services::onboarding::{access, schools};
use crate::services::people::beginnings::{self, Beginning};
use crate::services::people::unconfirmed::{self, UNCONFIRMED_MINUTES, Unconfirmed};
use crate::services::people::{addresses, staff_accounts};
use crate::services::{Context, ServiceError, checks};
use crate::store::Page;
use crate::store::checks::check_status::{self, CheckStatus};
use crate::store::checks::outages;
use crate::store::onboarding::messages::{Author, Message};
use crate::store::onboarding::overview::{self, Overview};
use crate::store::onboarding::work_list::{self, TakenBy, WorkFilter, WorkItem, WorkPlace};
use crate::store::people::contacts;

/// How many rows are read at once of all that waits.
const ROWS_AT_ONCE: u64 = 500;

/// Which rows a colleague wants to see.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Why they wait; all where none is chosen.
    pub kind: Option<WorkKind>,
    /// Who took them.
    pub taken: TakenBy,
    /// What their school is found by.
    pub search: Search,
}

/// The worklist as it is at a moment. What is not kept as rows is read once for all that a page asks of it.
#[derive(Debug)]
pub struct Worklist<'a> {
    context: &'a Context,
    now: DateTime<Utc>,
    /// An outage has a banner of its own, and is no work for each of its connections.
    has_outage: bool,
    beginnings: Vec<Beginning>,
    unconfirmed: Vec<Unconfirmed>,
}

impl<'a> Worklist<'a> {
    /// Reads what is not kept as rows.
    pub async fn at(context: &'a Context, now: DateTime<Utc>) -> Result<Self, ServiceError> {
        let makes_checks = context.check_policy.makes_checks();
        let has_outage = makes_checks && outages::find_open(context.db.reader()).await?.is_some();
        let beginnings = beginnings::list(context).await?;
        Ok(Self { context, now, has_outage, beginnings, unconfirmed: unconfirmed::list(context, now).await? })
    }

    /// What is kept of what is wanted.
    fn filter(&self, wanted: &Wanted) -> WorkFilter {
        let makes_checks = self.context.check_policy.makes_checks();
        let is_told = |kind: &WorkKind| match kind {
            WorkKind::Begin | WorkKind::Unconfirmed => false,
            WorkKind::Check => makes_checks && !self.has_outage,
            kind => makes_checks || !kind.is_by_check(),
        };
        let kinds = WorkKind::iter().filter(is_told).filter(|kind| wanted.kind.is_none_or(|only| only == *kind));
        WorkFilter { at: self.now, kinds: kinds.collect(), taken: wanted.taken, search: wanted.search.clone() }
    }

    /// The requests for schools that are not here, where they are wanted: nobody takes one, and no search knows their schools.
    fn requests(&self, wanted: &Wanted) -> impl Iterator<Item = WorkItem> {
        let is_wanted = match wanted.taken {
            TakenBy::Anybody | TakenBy::Nobody => wanted.search.is_empty(),
            TakenBy::Colleague(_) => false,
        };
        let only = wanted.kind;
        let all = self.beginnings.iter().map(to_begin).chain(self.unconfirmed.iter().map(to_item));
        all.filter(move |item| is_wanted && only.is_none_or(|only| only == item.kind))
    }

    /// A page of what waits, most urgent first.
    pub async fn list(
        &self,
        wanted: &Wanted,
        after: Option<&WorkPlace>,
    ) -> Result<Page<WorkItem, WorkPlace>, ServiceError> {
        let conn = self.context.db.reader();
        let Page { mut rows, next } = work_list::list(conn, &self.filter(wanted), after, schools::PAGE_ROWS).await?;
        rows.extend(self.requests(wanted).filter(|item| after.is_none_or(|after| item.place() > *after)));
        rows.sort_by_key(WorkItem::place);
        let most = usize::try_from(schools::PAGE_ROWS).unwrap_or(usize::MAX);
        let has_more = next.is_some() || rows.len() > most;
        rows.truncate(most);
        let next = rows.last().map(WorkItem::place).filter(|_| has_more);
        Ok(Page { rows, next })
    }

    /// All that waits, in the order of the list, or the first of it: at least so many.
    pub async fn list_all(&self, wanted: &Wanted, enough: usize) -> Result<Vec<WorkItem>, ServiceError> {
        let (conn, filter) = (self.context.db.reader(), self.filter(wanted));
        let mut rows: Vec<WorkItem> = self.requests(wanted).collect();
        let mut after = None;
        while rows.len() < enough {
            let page = work_list::list(conn, &filter, after.as_ref(), ROWS_AT_ONCE).await?;
            rows.extend(page.rows);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        rows.sort_by_key(WorkItem::place);
        Ok(rows)
    }

    /// The row after a place; the first one where none comes after it. Not one of the same kind of the same connection:
    /// those are done together.
    pub async fn find_next(&self, wanted: &Wanted, place: &WorkPlace) -> Result<Option<WorkItem>, ServiceError> {
        let (conn, filter) = (self.context.db.reader(), self.filter(wanted));
        let (alike, _) = place.key.rsplit_once('.').unwrap_or_default();
        let is_another = |item: &WorkItem| item.key.rsplit_once('.').is_none_or(|(kind, _)| kind != alike);
        for after in [Some(place), None] {
            let kept = work_list::list(conn, &filter, after, schools::PAGE_ROWS).await?.rows;
            let later = self.requests(wanted).filter(|item| after.is_none_or(|after| item.place() > *after));
            let first = kept.into_iter().filter(is_another).chain(later).min_by_key(WorkItem::place);
            if let Some(first) = first.filter(|first| first.place() != *place) {
                return Ok(Some(first));
            }
        }
        Ok(None)
    }

    /// How many wait of each kind, up to a thousand and one.
    pub async fn count(&self, wanted: &Wanted) -> Result<BTreeMap<WorkKind, u64>, ServiceError> {
        let mut counts = work_list::count(self.context.db.reader(), &self.filter(wanted)).await?;
        for request in self.requests(wanted) {
            *counts.entry(request.kind).or_default() += 1;
        }
        Ok(counts)
    }

    /// How many wait in all, up to a thousand and one; `None` where a search finds too many to say.
    pub async fn count_all(&self, wanted: &Wanted) -> Result<Option<u64>, ServiceError> {
        let kept = work_list::count_all(self.context.db.reader(), &self.filter(wanted)).await?;
        let requests = self.requests(wanted).count() as u64;
        Ok(kept.map(|kept| (kept + requests).min(MOST_COUNTED + 1)))
    }
}

fn to_begin(request: &Beginning) -> WorkItem {
    of_request(WorkKind::Begin, request.id, request.since)
}

fn to_item(request: &Unconfirmed) -> WorkItem {
    of_request(WorkKind::Unconfirmed, request.id, request.requested_at + Duration::minutes(UNCONFIRMED_MINUTES))
}

fn of_request(kind: WorkKind, id: RegistrationId, since: DateTime<Utc>) -> WorkItem {
    let about = WorkKey { kind, connection: None, subject: id.to_string() };
    WorkItem {
        key: about.to_string(),
        kind: about.kind,
        connection: about.connection,
        subject: about.subject,
        since,
        taken_by: None,
    }
}

/// What a page says of its rows, beside what stands in them.
#[derive(Debug, Default)]
pub struct Details {
    /// The connections, with where they stand.
    pub connections: BTreeMap<ConnectionId, Overview>,
    /// The names of the contacts whom a row names.
    pub contacts: BTreeMap<ContactId, String>,
    /// Whose mail does not arrive.
    pub unreached: BTreeMap<ContactId, (Contact, AddressMark)>,
    /// The oldest message of a school that waits.
    pub written: BTreeMap<ConnectionId, Message>,
    /// What is asked together, by its first request.
    pub asked: BTreeMap<String, AskedTogether>,
    /// The schools that wait to begin, by the ids of their requests.
    pub beginnings: BTreeMap<String, Beginning>,
    /// The requests that were not confirmed, by their ids.
    pub unconfirmed: BTreeMap<String, Unconfirmed>,
    /// The newest checks; none where none are made.
    pub newest: BTreeMap<ConnectionId, Newest>,
    /// What activation rests on.
    pub facts: BTreeMap<ConnectionId, ActivationFacts>,
    /// What is known of the checks of connections with a row about that.
    pub checks: BTreeMap<ConnectionId, CheckStatus>,
    /// The colleagues of Kurve.
    pub staff: BTreeMap<StaffId, String>,
}

impl Worklist<'_> {
    /// What a page says of these rows, in as many queries for one as for fifty.
    pub async fn details(&self, rows: &[WorkItem]) -> Result<Details, ServiceError> {
        let (context, conn) = (self.context, self.context.db.reader());
        let of = |wanted: &dyn Fn(WorkKind) -> bool| -> BTreeSet<ConnectionId> {
            rows.iter().filter(|row| wanted(row.kind)).filter_map(|row| row.connection).collect()
        };
        let all: Vec<ConnectionId> = of(&|_| true).into_iter().collect();
        let connections = overview::list_of(conn, &of(&|_| true)).await?;
        let versions = of(&|kind| kind == WorkKind::Activate)
            .into_iter()
            .filter_map(|id| Some((id, connections.get(&id)?.state.credential_version())))
            .collect();
        let people = rows.iter().filter(|row| row.kind == WorkKind::Address).filter_map(|row| row.subject.parse().ok());
        let people: Vec<Contact> = contacts::list_by_id(conn, &people.collect()).await?.into_values().collect();
        let mut marks = addresses::marks_of(context, &people).await?;
        let written = thread::list_waiting(context, &of(&|kind| kind == WorkKind::Reply)).await?;
        let asked = waiting::list_at(context, &of(&|kind| kind == WorkKind::Join)).await?;
        let first = |asked: AskedTogether| Some((asked.requests.first()?.id.to_string(), asked));
        let by_check: Vec<ConnectionId> = of(&WorkKind::is_by_check).into_iter().collect();
        let staff = staff_accounts::list(context).await?;
        Ok(Details {
            contacts: names_of(context, &connections, &written).await?,
            unreached: people
                .into_iter()
                .filter_map(|one| marks.remove(&one.id).map(|mark| (one.id, (one, mark))))
                .collect(),
            written,
            asked: asked.into_iter().filter_map(first).collect(),
            beginnings: self.beginnings.iter().map(|one| (one.id.to_string(), one.clone())).collect(),
            unconfirmed: self.unconfirmed.iter().map(|one| (one.id.to_string(), one.clone())).collect(),
            newest: checks::list_newest(context, &all).await?,
            facts: checks::list_facts(context, &versions).await?,
            checks: if by_check.is_empty() { BTreeMap::new() } else { check_status::list_of(conn, &by_check).await? },
            staff: staff.into_iter().map(|one| (one.id, one.name.as_str().to_owned())).collect(),
            connections,
        })
    }
}

/// The names of the contacts whom a row names: who is to do a step, and who wrote.
async fn names_of(
    context: &Context,
    connections: &BTreeMap<ConnectionId, Overview>,
    written: &BTreeMap<ConnectionId, Message>,
) -> Result<BTreeMap<ContactId, String>, ServiceError> {
    let mut names = access::find_task_names(context, connections.values().map(|known| &known.state)).await?;
    let writer = |message: &Message| match message.author {
        Author::Contact(id) => Some(id),
        Author::Kurve(_) | Author::Stranger(_) => None,
    };
    let writers: BTreeSet<ContactId> = written.values().filter_map(writer).collect();
    let people = contacts::list_by_id(context.db.reader(), &writers).await?;
    names.extend(people.into_iter().map(|(id, person)| (id, person.name.to_string())));
    Ok(names)
}
