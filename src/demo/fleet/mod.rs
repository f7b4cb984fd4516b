//! Generated schools, as many as one likes: to see and to measure the product at scale.
//!
//! What happened at each follows from its number alone ([`script`]), goes through the rules as anything does ([`tale`]),
//! and is stored many connections at a time, without a mail. Ids, passwords and seals are drawn, as everywhere.

mod cast;
mod names;
mod pick;
mod reminded;
mod script;
mod tale;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use tokio::task;

use self::cast::{Cast, Place, Stage};
use self::pick::Pick;
use self::tale::Tale;
use crate::domain::actor::Actor;
use crate::domain::check::schedule::{Pace, next_check_at};
use crate::domain::reminder::SchoolHolidays;
use crate::domain::school::Contact;
use crate::services::operations::audit::conceal;
use crate::services::operations::holidays;
use crate::services::{Context, ServiceError};
use crate::store::onboarding::bulk::{self, KeyedContact, WholeConnection};
use crate::store::onboarding::onboardings::Versioned;
use crate::store::operations::audit::{self, NewEntry};
use crate::store::operations::tally;
use crate::store::{SQLITE_CACHE_MIB, lock};

/// How many connections are stored in one transaction.
const BATCH: usize = 1000;

/// How much of the database's pages are kept in memory meanwhile, in MiB.
const FILL_MIB: u32 = 256;

/// What is to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// How many schools.
    pub schools: u32,
    /// The colleague who did Kurve's part everywhere.
    pub kurve: Actor,
    /// The moment until which things happened.
    pub now: DateTime<Utc>,
}

/// What was made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Made {
    /// How many schools.
    pub schools: u32,
    /// How many connections.
    pub connections: u32,
    /// How many connections by where they stand.
    pub by_lifecycle: BTreeMap<&'static str, u32>,
}

/// Makes so many schools, in connections of one or more, and tells after each transaction how far it is.
///
/// # Errors
/// `Taken` when they were made here before.
pub async fn fill(context: &Context, order: Order, told: impl FnMut(&Made)) -> Result<Made, ServiceError> {
    context.db.write_in(FILL_MIB).await?;
    let made = make_all(context, order, told).await;
    context.db.write_in(SQLITE_CACHE_MIB).await?;
    made
}

async fn make_all(context: &Context, order: Order, mut told: impl FnMut(&Made)) -> Result<Made, ServiceError> {
    let scene = Scene { context: context.clone(), holidays: holidays::current(context).await?, order };
    let places = Place::of_schools(order.schools);
    let mut batches = places.chunks(BATCH).map(|places| scene.make(places.to_vec()));
    let mut made = Made::default();
    let mut next = batches.next();
    while let Some(batch) = next {
        let (all, entries) = batch.await.map_err(|_| ServiceError::Broken("a batch of the demo"))??;
        // While this one is stored, the next one is made.
        next = batches.next();
        for whole in &all {
            made.schools += u32::try_from(whole.schools.len()).unwrap_or_default();
            made.connections += 1;
            *made.by_lifecycle.entry(whole.onboarding.state.lifecycle().as_str()).or_default() += 1;
        }
        store(context, order.now, &all, entries).await?;
        told(&made);
    }
    Ok(made)
}

/// Stores connections with their audit, in one transaction.
async fn store(
    context: &Context,
    now: DateTime<Utc>,
    all: &[WholeConnection],
    entries: Vec<NewEntry>,
) -> Result<(), ServiceError> {
    let work = context.db.begin_write().await?;
    bulk::insert_all(work.conn(), all, now).await?;
    let mut counted = bulk::tally(all);
    entries.iter().for_each(|entry| counted.count_action(entry.at, &entry.action));
    tally::add(work.conn(), &counted).await?;
    let mac = |parts: &[&[u8]]| context.keys.audit_mac(None, parts).expect("the newest key is always there");
    lock::hold_audit_tail(work.conn()).await?;
    audit::append(work.conn(), entries, mac, |text| conceal(&context.chance, text)).await?;
    Ok(work.commit().await?)
}

type Batch = (Vec<WholeConnection>, Vec<NewEntry>);

/// What a batch is made with, beside the thread that stores.
#[derive(Clone)]
struct Scene {
    context: Context,
    holidays: Arc<SchoolHolidays>,
    order: Order,
}

impl Scene {
    fn make(&self, places: Vec<Place>) -> task::JoinHandle<Result<Batch, ServiceError>> {
        let scene = self.clone();
        task::spawn_blocking(move || {
            let Order { kurve, now, .. } = scene.order;
            let stage = Stage::new(&scene.context, &scene.holidays, kurve, now);
            let (mut all, mut entries) = (vec![], vec![]);
            for place in places {
                let tale = tell(&stage, place)?;
                let (whole, noted) = finish(&stage, tale);
                all.push(whole);
                entries.extend(noted);
            }
            Ok((all, entries))
        })
    }
}

/// What happened at one connection until now.
fn tell<'a>(stage: &'a Stage<'a>, place: Place) -> Result<Tale<'a>, ServiceError> {
    let mut pick = Pick::of(place.number);
    let acts = script::script(place.schools as usize, &mut pick);
    let mut moments = tale::moments(stage.now, acts.len() + 1, &mut pick).into_iter();
    let began = moments.next().unwrap_or(stage.now);
    let cast = Cast::of(stage, place, began, &mut pick)?;
    let mut tale = Tale::begin(stage, cast, began)?;
    for (act, at) in acts.into_iter().zip(moments) {
        tale.act(at, act, &mut pick)?;
    }
    tale.end_password(stage.now)?;
    Ok(tale)
}

fn finish(stage: &Stage<'_>, tale: Tale<'_>) -> (WholeConnection, Vec<NewEntry>) {
    let (reminders, attention) = reminded::reminded(stage, &tale);
    let keys = &stage.context.keys;
    let Tale { cast, state, version, changed_at, entries, holdings, credentials, .. } = tale;
    let key = |contact: Contact| KeyedContact { email_key: keys.email_key(&contact.email.key_form()), contact };
    let makes_checks = stage.context.check_policy.makes_checks();
    let next_check_at = next_check_at(cast.connection.id, Pace::of(&state), stage.now).filter(|_| makes_checks);
    let whole = WholeConnection {
        connection: cast.connection,
        schools: cast.schools,
        contacts: cast.contacts.into_iter().map(key).collect(),
        onboarding: Versioned { state, version },
        changed_at,
        attention,
        credentials,
        holdings,
        reminders,
        next_check_at,
    };
    (whole, entries)
}
