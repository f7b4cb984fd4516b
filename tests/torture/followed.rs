//! Who follows the feed while everything else is killed: in the end they know what is so, and each event came once.

use std::collections::BTreeMap;
use std::time::Duration;

use koppelklaar::app::App;
use koppelklaar::domain::feed::FeedEvent;
use koppelklaar::domain::ids::SchoolId;
use koppelklaar::services::operations::feed;
use koppelklaar::store::onboarding::school_changes::{self, ChangedFilter};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Somebody who reads along.
pub(crate) struct Follower {
    is_over: CancellationToken,
    reads: JoinHandle<Vec<FeedEvent>>,
}

impl Follower {
    /// Follows from the beginning.
    pub(crate) fn begin(app: &App) -> Self {
        let is_over = CancellationToken::new();
        let (app, told) = (app.clone(), is_over.clone());
        let reads = tokio::spawn(async move {
            let mut seen: Vec<FeedEvent> = vec![];
            loop {
                // Asked first, so that what happened before it is read once more.
                let is_last = told.is_cancelled();
                let after = seen.last().map_or(0, |event| event.number);
                let page = feed::list(&app.context, Some(after), feed::MOST_EVENTS).await;
                let page = page.expect("nothing is cleared away");
                let is_all = page.events.is_empty();
                seen.extend(page.events);
                if is_last && is_all {
                    return seen;
                }
                if is_all {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            }
        });
        Self { is_over, reads }
    }

    /// Reads the rest and judges; how many events there were.
    pub(crate) async fn judge(self, app: &App) -> usize {
        self.is_over.cancel();
        let seen = self.reads.await.expect("it reads to the end");
        let numbers: Vec<i64> = seen.iter().map(|event| event.number).collect();
        assert_eq!(numbers, (1..).take(seen.len()).collect::<Vec<i64>>(), "each place once, in order");
        let known: BTreeMap<SchoolId, &FeedEvent> = seen.iter().map(|event| (event.school, event)).collect();
        let mut after = None;
        loop {
            let conn = app.context.db.reader();
            let page = school_changes::list(conn, &ChangedFilter::default(), after.as_ref(), 500).await;
            let page = page.expect("the store answers");
            for school in &page.rows {
                // What the torture itself put in was told to nobody.
                let Some(told) = known.get(&school.school) else { continue };
                assert_eq!(told.is_open, school.may_import, "what was told last of {}", school.brin);
            }
            match page.next {
                Some(next) => after = Some(next),
                None => return seen.len(),
            }
        }
    }
}
