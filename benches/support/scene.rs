//! An installation at scale: the demo's own schools and generated ones, with checks, mails and a long history.

use chrono::{DateTime, Utc};
use entity::school;
use koppelklaar::crypto::totp;
use koppelklaar::demo::fleet::{self, Made, Order};
use koppelklaar::demo::{self, STAFF_PASSWORD};
use koppelklaar::domain::actor::{Actor, StaffRole};
use koppelklaar::domain::check::CheckPolicy;
use koppelklaar::domain::text::SchoolDomain;
use koppelklaar::links;
use koppelklaar::services::operations::api_keys::{self, NewApiKey};
use koppelklaar::services::{Call, Context};
use koppelklaar::store::onboarding::connections;
use sea_orm::{EntityTrait, QueryOrder, QuerySelect};

use crate::many;
use crate::setting::Installation;
use crate::support::say;

/// How many keys ask in turn, since one may ask only so often in a minute.
const KEYS: u32 = 64;

/// The demo's school that has done a few steps.
const YOUNG: &str = "dewilgen";

/// The demo's school that gets a long history.
const OLD: &str = "molenveld";

/// What the measured pages are about.
pub(crate) struct Scene {
    /// The fields with which a colleague signs in, but for the code.
    pub(crate) kurve: [(&'static str, String); 2],
    factor: totp::TotpSecret,
    /// The keys of a machine.
    pub(crate) keys: Vec<String>,
    /// Addresses of contacts: of a young connection, and of one with a long history.
    pub(crate) young: String,
    pub(crate) old: String,
    /// The school in the middle of the list.
    pub(crate) middle: school::Model,
}

impl Scene {
    /// Makes everything.
    pub(crate) async fn make(installation: &Installation, schools: u32) -> Self {
        let app = installation.open().await;
        let now = app.clock.now();
        // Its schools were activated before anything was asked of checks.
        let filling = Context { check_policy: CheckPolicy::Advise, ..app.context.clone() };
        let made = demo::fill(&filling, now).await.expect("the demo is filled");
        let order = Order { schools, kurve: made.kurve, now };
        let tell = |told: &Made| {
            if told.schools % 20_000 < 1_200 && told.schools >= 10_000 {
                say(&format!("made {} of {schools} schools", told.schools));
            }
        };
        fleet::fill(&app.context, order, tell).await.expect("schools are made");
        let ids = many::connections(&app.context).await;
        many::add_checks(&app.context, &ids, now).await;
        many::add_mails(&app.context, &ids, now).await;
        let domain = SchoolDomain::parse(OLD).expect("a domain");
        let old = connections::find_by_domain(app.context.db.reader(), &domain).await.expect("the database answers");
        many::add_history(&app.context, old.expect("the demo has it").id, now).await;
        let middle = school::Entity::find().order_by_asc(school::COLUMN.name).order_by_asc(school::COLUMN.id);
        let middle = middle.offset(u64::from(schools) / 2).limit(1).one(app.context.db.reader()).await;
        let operator = Call::by_machine(Actor::Operator, now, "bench");
        let mut keys = vec![];
        for number in 0..KEYS {
            let new = NewApiKey::for_everything(&format!("bench-{number}"));
            keys.push(api_keys::add(&app.context, &operator, new).await.expect("a fresh name"));
        }
        let eva = made.staff.into_iter().find(|account| account.role == StaffRole::Admin).expect("there is one");
        app.context.db.close().await;
        Self {
            kurve: [("email", eva.email), ("password", STAFF_PASSWORD.to_owned())],
            factor: eva.totp,
            keys,
            young: format!("contact@{YOUNG}.example"),
            old: format!("contact@{OLD}.example"),
            middle: middle.expect("the database answers").expect("there are schools"),
        }
    }

    /// The page of the connection in the middle, for Kurve.
    pub(crate) fn one(&self) -> String {
        links::fill(links::STAFF_SCHOOL, &[&self.middle.connection_id.to_string()])
    }

    /// The code of the second factor.
    pub(crate) fn code(&self, now: DateTime<Utc>) -> String {
        totp::current(&self.factor, now)
    }
}
