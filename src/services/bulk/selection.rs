//! What was chosen on a list, as the connections that it is about.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::domain::bulk::MOST_ITEMS;
use crate::domain::ids::{ConnectionId, SchoolId};
use crate::domain::work::{WorkKey, WorkKind};
use crate::services::onboarding::worklist::{Wanted, Worklist};
use crate::services::{Context, ServiceError};
use crate::store::StoreError;
use crate::store::onboarding::overview::After;
use crate::store::onboarding::school_list::{self, Filter};
use crate::store::onboarding::work_list::WorkItem;

/// How many rows are read at once.
const BATCH: usize = 500;

/// A row of the list of schools that was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Chosen {
    /// The connection.
    pub connection: ConnectionId,
    /// One of its schools, where the row is of a school.
    pub school: Option<SchoolId>,
}

/// What was chosen on a list.
#[derive(Debug, Clone)]
pub enum Selection {
    /// These schools.
    Rows(Vec<Chosen>),
    /// Every school that is found so.
    Schools(Filter),
    /// These rows of the worklist.
    Work(Vec<WorkKey>),
    /// Every row of the worklist that is wanted so.
    Worklist(Wanted),
}

/// A connection that was chosen, with the schools that were.
pub(super) struct Group {
    pub(super) connection: ConnectionId,
    pub(super) schools: Vec<SchoolId>,
    /// Whether nothing of it was chosen but requests to join it.
    pub(super) is_asked: bool,
}

/// What a selection is about.
#[derive(Default)]
pub(super) struct Found {
    pub(super) groups: Vec<Group>,
    /// The requests for schools that are not here, by their ids.
    pub(super) requests: Vec<String>,
}

impl Selection {
    /// Whether it was made on the worklist.
    pub(super) fn is_of_worklist(&self) -> bool {
        match self {
            Self::Rows(_) | Self::Schools(_) => false,
            Self::Work(_) | Self::Worklist(_) => true,
        }
    }
}

/// What a selection is about at a moment.
///
/// # Errors
/// `TooManyItems`.
pub(super) async fn find(context: &Context, selection: &Selection, now: DateTime<Utc>) -> Result<Found, ServiceError> {
    match selection {
        Selection::Rows(rows) => of_schools(rows),
        Selection::Schools(filter) => of_schools(&list_schools(context, filter).await?),
        Selection::Work(keys) => of_work(keys),
        Selection::Worklist(wanted) => {
            let items = Worklist::at(context, now).await?.list_all(wanted, MOST_ITEMS + 1).await?;
            of_work(&items.iter().map(WorkItem::about).collect::<Vec<_>>())
        }
    }
}

/// One more than a run takes is enough to say so.
async fn list_schools(context: &Context, filter: &Filter) -> Result<Vec<Chosen>, StoreError> {
    let (mut found, mut after): (Vec<Chosen>, Option<After>) = (vec![], None);
    loop {
        let page = school_list::list(context.db.reader(), filter, after.as_ref(), BATCH as u64).await?;
        found.extend(page.rows.iter().map(|row| Chosen { connection: row.connection, school: Some(row.school) }));
        after = page.next;
        if after.is_none() || found.len() > MOST_ITEMS {
            return Ok(found);
        }
    }
}

fn of_schools(chosen: &[Chosen]) -> Result<Found, ServiceError> {
    check_number(chosen.len())?;
    let mut groups = Groups::default();
    for Chosen { connection, school } in chosen {
        let known = &mut groups.of(*connection, false).schools;
        known.extend(school.filter(|school| !known.contains(school)));
    }
    Ok(Found { groups: groups.all, requests: vec![] })
}

fn of_work(chosen: &[WorkKey]) -> Result<Found, ServiceError> {
    check_number(chosen.len())?;
    let (mut groups, mut requests) = (Groups::default(), vec![]);
    for WorkKey { kind, connection, subject } in chosen {
        let is_asked = *kind == WorkKind::Join;
        match connection {
            Some(connection) => groups.of(*connection, is_asked).is_asked &= is_asked,
            None => requests.push(subject.clone()),
        }
    }
    Ok(Found { groups: groups.all, requests })
}

fn check_number(rows: usize) -> Result<(), ServiceError> {
    if rows > MOST_ITEMS { Err(ServiceError::TooManyItems) } else { Ok(()) }
}

/// One for each connection.
#[derive(Default)]
struct Groups {
    all: Vec<Group>,
    places: BTreeMap<ConnectionId, usize>,
}

impl Groups {
    fn of(&mut self, connection: ConnectionId, is_asked: bool) -> &mut Group {
        let place = *self.places.entry(connection).or_insert(self.all.len());
        if place == self.all.len() {
            self.all.push(Group { connection, schools: vec![], is_asked });
        }
        &mut self.all[place]
    }
}
