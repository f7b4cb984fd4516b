//! An endpoint of webhooks while everything else is killed, and it answers 200, 500, nothing, or hangs up: in the end it was
//! told of every event, under one id, and knows what is so.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use koppelklaar::app::App;
use koppelklaar::chance::Chance;
use koppelklaar::clock::Clock;
use koppelklaar::domain::actor::Actor;
use koppelklaar::domain::webhook::EndpointUrl;
use koppelklaar::jobs;
use koppelklaar::net::Reach;
use koppelklaar::services::Call;
use koppelklaar::services::operations::feed;
use koppelklaar::services::webhooks::endpoints;
use koppelklaar::webhook::Courier;
use tokio_util::sync::CancellationToken;

use super::stage::Stage;
use super::support::hook::{Answer, HOST, Hook};
use super::support::switch::switch;

/// Where a process finds the endpoint, and the file with the authority that it trusts.
const ADDRESS: &str = "KOPPELKLAAR_TORTURE_HOOK";
const AUTHORITY: &str = "KOPPELKLAAR_TORTURE_HOOK_AUTHORITY";

/// How long a try may take here.
const PATIENCE: Duration = Duration::from_millis(300);

/// How many messages are answered as bad luck has it, before all is well.
const BAD_ANSWERS: usize = 300;

/// Longer than any message waits for its next try.
const AFTER_THE_RETRY: TimeDelta = TimeDelta::hours(8);

/// An endpoint that is told.
pub(crate) struct Told {
    hook: Hook,
    /// The newest event when it was added.
    from: i64,
}

impl Told {
    /// Adds the endpoint.
    pub(crate) async fn begin(stage: &Stage, chance: &Chance, now: DateTime<Utc>) -> Self {
        let hook = Hook::open().await;
        hook.answers((0..BAD_ANSWERS).map(|_| match chance.below(8) {
            0 => Answer::Status(500),
            1 => Answer::Hang,
            2 => Answer::Drop,
            _ => Answer::Status(200),
        }));
        let url = EndpointUrl::parse(&hook.url()).expect("an address");
        let call = Call::by_machine(Actor::Operator, now, "torture");
        endpoints::add(&stage.app.context, &call, url).await.expect("it is new");
        let from = feed::latest(&stage.app.context).await.expect("the store answers");
        Self { hook, from }
    }

    /// Lets a process find it.
    pub(crate) fn prepare(&self, stage: &Stage, command: &mut Command) {
        let file = stage.folder().join("hook.der");
        std::fs::write(&file, self.hook.authority()).expect("the folder can be written");
        command.env(ADDRESS, self.hook.address().to_string()).env(AUTHORITY, file);
    }

    /// Sends the rest and judges; how many messages came, and of how many events.
    pub(crate) async fn judge(self, app: &App, mut now: DateTime<Utc>) -> String {
        let courier = self.hook.courier().within(PATIENCE);
        for _ in 0..40 {
            now += AFTER_THE_RETRY;
            let app = App { courier: courier.clone(), clock: Clock::fixed(now), ..app.clone() };
            let sent = jobs::webhooks::look(&app, &|| false).await.expect("the store answers");
            if sent.is_idle() {
                break;
            }
        }
        let received = self.hook.received();
        let mut bodies: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for message in &received {
            bodies.entry(message.header("webhook-id")).or_default().insert(&message.body);
        }
        assert!(bodies.values().all(|bodies| bodies.len() == 1), "one id is one message");
        let (mut after, mut events) = (self.from, 0);
        loop {
            let page = feed::list(&app.context, Some(after), feed::MOST_EVENTS).await.expect("it is kept");
            for event in &page.events {
                assert!(bodies.contains_key(&*event.id.to_string()), "{event:?} never came");
                events += 1;
            }
            after = page.next;
            if !page.has_more {
                break;
            }
        }
        assert_eq!(bodies.len(), events, "nothing came that did not happen");
        format!("{} messages of {events} events came", received.len())
    }
}

/// Sends what is due until it is over, where there is an endpoint.
pub(crate) async fn send_until(app: &App, is_over: &CancellationToken) {
    let (Some(address), Some(file)) = (switch(ADDRESS), switch(AUTHORITY)) else { return };
    let address: SocketAddr = address.parse().expect("an address");
    let authority = std::fs::read(file).expect("the file is there").into();
    let names = Arc::new(move |name: &str| (name == HOST).then(|| vec![address]));
    let courier = Courier::new(Reach::loopback(names, authority).expect("a certificate"), vec![]).within(PATIENCE);
    let app = App { courier, ..app.clone() };
    while !is_over.is_cancelled() {
        jobs::webhooks::look(&app, &|| is_over.is_cancelled()).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
