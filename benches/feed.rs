//! What the feed costs: changes a second, how fast somebody reads who was away, and how fast an endpoint is told.
//!
//! `cargo bench --bench feed`; `KOPPELKLAAR_BENCH_CHANGES` is how many changes. Compare with a release before the feed by running the
//! first part there.

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use koppelklaar::app::App;
use koppelklaar::clock::Clock;
use koppelklaar::domain::actor::{Actor, StaffRole};
use koppelklaar::domain::ids::ConnectionId;
use koppelklaar::domain::onboarding::Command;
use koppelklaar::domain::text::{EmailAddress, PersonName, Reason};
use koppelklaar::domain::webhook::EndpointUrl;
use koppelklaar::jobs;
use koppelklaar::services::Call;
use koppelklaar::services::onboarding::onboardings;
use koppelklaar::services::operations::feed;
use koppelklaar::services::people::staff_accounts;
use koppelklaar::services::webhooks::endpoints;
use koppelklaar::store::people::staff;

#[path = "../tests/torture/schools.rs"]
mod schools;
#[expect(dead_code, reason = "others look at the folder and let the database rest")]
#[path = "support/mod.rs"]
mod setting;
#[path = "../tests/torture/support.rs"]
mod support;

use setting::{Installation, Kind};
use support::hook::Hook;
use support::{number, say};

/// How many schools change in turn.
const SCHOOLS: u32 = 50;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let changes = u32::try_from(number("KOPPELKLAAR_BENCH_CHANGES").unwrap_or(2_000)).expect("a number");
    runtime.expect("a runtime starts").block_on(async {
        for kind in [Kind::Sqlite, Kind::Postgres] {
            let Some(installation) = Installation::new(kind).await else { continue };
            let app = installation.open().await;
            measure(&app, &format!("{kind:?}"), changes).await;
            app.context.db.close().await;
        }
    });
}

async fn measure(app: &App, kind: &str, changes: u32) {
    let now = DateTime::parse_from_rfc3339("2026-11-24T09:30:00Z").expect("a moment").to_utc();
    let connections = fill(app, now).await;
    let call = kurve(app, now).await;
    let began = Instant::now();
    for change in 0..changes {
        let connection = connections[(change / 2 % SCHOOLS) as usize];
        let wish = if change % 2 == 0 { pause(now) } else { Command::Resume };
        onboardings::act(&app.context, &call, connection, &wish, None).await.expect("it may be done");
    }
    tell(kind, "changes that are told of, one after another", changes, began.elapsed());

    let began = Instant::now();
    let (mut after, mut read) = (0, 0);
    loop {
        let page = feed::list(&app.context, Some(after), feed::MOST_EVENTS).await.expect("it is kept");
        read += u32::try_from(page.events.len()).expect("a page");
        after = page.next;
        if !page.has_more {
            break;
        }
    }
    tell(kind, "events read by who was away", read, began.elapsed());

    let hook = Hook::open().await;
    let url = EndpointUrl::parse(&hook.url()).expect("an address");
    let added = endpoints::add(&app.context, &call, url).await.expect("it is new");
    endpoints::replay(&app.context, &call, added.id, 0).await.expect("it is there");
    let told = App { courier: hook.courier(), clock: Clock::fixed(now), ..app.clone() };
    let began = Instant::now();
    let sent = jobs::webhooks::look(&told, &|| false).await.expect("the store answers");
    tell(kind, "messages delivered over TLS", u32::try_from(sent.delivered).expect("a number"), began.elapsed());
}

fn tell(kind: &str, what: &str, count: u32, took: Duration) {
    say(&format!("{kind}: {count} {what}: {:.0} a second", f64::from(count) / took.as_secs_f64()));
}

fn pause(now: DateTime<Utc>) -> Command {
    let until = (now + TimeDelta::days(9)).date_naive();
    Command::Pause { reason: Reason::parse("Verbouwing.").expect("a reason"), until }
}

async fn fill(app: &App, now: DateTime<Utc>) -> Vec<ConnectionId> {
    let work = app.context.db.begin_write().await.expect("the database answers");
    let mut made = vec![];
    for number in 0..SCHOOLS {
        let (connection, _) = schools::insert_school(app, work.conn(), (number, 1), now).await;
        made.push(connection);
    }
    work.commit().await.expect("the database answers");
    made
}

async fn kurve(app: &App, now: DateTime<Utc>) -> Call {
    let email = EmailAddress::parse("eva@kurve.nl").expect("an address");
    let name = PersonName::parse("Eva Jansen").expect("a name");
    staff_accounts::add(&app.context, now, email.clone(), name, StaffRole::Support).await.expect("a new account");
    let key = app.context.keys.email_key(&email.key_form());
    let eva = staff::find_by_email(app.context.db.reader(), &key).await.expect("the store answers").expect("just made");
    Call { actor: Actor::Staff { id: eva.id, role: eva.role }, now, request_id: "bench".to_owned() }
}
