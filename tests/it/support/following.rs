//! A machine that follows the feed, and what must be so of it after a test.

use std::collections::BTreeMap;

use axum::http::{HeaderMap, Method, header};
use koppelklaar::domain::actor::Actor;
use koppelklaar::domain::feed::FeedEvent;
use koppelklaar::domain::ids::SchoolId;
use koppelklaar::services::Call;
use koppelklaar::services::operations::api_keys::{self, NewApiKey};
use koppelklaar::services::operations::feed;
use koppelklaar::store::onboarding::school_changes::{self, ChangedFilter};

use super::{Page, TestApp, Visitor};

impl TestApp {
    /// A call of who runs the service.
    pub(crate) fn operator(&self) -> Call {
        Call::by_machine(Actor::Operator, self.now(), "test")
    }

    /// A machine's key.
    pub(crate) async fn api_key(&self) -> String {
        let key = NewApiKey::for_everything("numo");
        api_keys::add(self.context(), &self.operator(), key).await.expect("a fresh name")
    }

    /// Everything in the feed.
    pub(crate) async fn feed(&self) -> Vec<FeedEvent> {
        let (mut events, mut after) = (vec![], None);
        loop {
            let page = feed::list(self.context(), after, feed::MOST_EVENTS).await.expect("nothing is cleared away");
            events.extend(page.events);
            if !page.has_more {
                return events;
            }
            after = Some(page.next);
        }
    }

    /// Who follows the feed from the beginning knows the verdict over every school.
    pub(crate) async fn feed_holds(&self) {
        let events = self.feed().await;
        let numbers: Vec<i64> = events.iter().map(|event| event.number).collect();
        let first = numbers.first().copied().unwrap_or_default();
        assert_eq!(numbers, (first..).take(events.len()).collect::<Vec<i64>>(), "places without gaps");
        let followed: BTreeMap<SchoolId, (bool, i32)> =
            events.iter().map(|event| (event.school, (event.is_open, event.version))).collect();
        let mut after = None;
        loop {
            let conn = self.context().db.reader();
            let page = school_changes::list(conn, &ChangedFilter::default(), after.as_ref(), 500).await;
            let page = page.expect("the store answers");
            for school in &page.rows {
                // Some tests put schools in behind the program's back: of those nothing was told.
                let Some((is_open, version)) = followed.get(&school.school) else { continue };
                assert_eq!(*is_open, school.may_import, "what was told last of {}", school.brin);
                assert!(*version <= school.version, "{} was told of ahead of its time", school.brin);
            }
            match page.next {
                Some(next) => after = Some(next),
                None => return,
            }
        }
    }
}

/// Asks the API with a key.
pub(crate) async fn ask(visitor: &Visitor, key: &str, path: &str) -> Page {
    visitor.send(Method::GET, path, with_key(key), String::new()).await
}

/// The header that brings a key.
pub(crate) fn with_key(key: &str) -> HeaderMap {
    [(header::AUTHORIZATION, format!("Bearer {key}").parse().expect("a value"))].into_iter().collect()
}

/// What an answer of the API says.
pub(crate) fn json(answer: &Page) -> serde_json::Value {
    serde_json::from_str(&answer.body).unwrap_or_else(|_| panic!("not JSON: {}", answer.body))
}
