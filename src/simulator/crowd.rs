//! How many callers a simulator had in hand at once: what it sees of how gentle we are.
//!
//! A caller is in hand while the simulator takes its time over a handshake or an answer. Whoever waits for that cannot
//! be anywhere else, so no caller is counted twice, however late its connection is seen to close.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

/// The most callers at one time, since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Crowd {
    /// Of all schools together.
    pub in_all: usize,
    /// Of one school.
    pub of_one_school: usize,
}

/// Counts callers. Clones count together.
#[derive(Clone, Default)]
pub(super) struct Counter(Arc<Mutex<Counted>>);

#[derive(Default)]
struct Counted {
    now: HashMap<String, usize>,
    most: Crowd,
}

impl Counter {
    /// Takes a while over a caller of this school.
    pub(super) async fn take_time(&self, label: &str, time: Duration) {
        let _caller = self.enter(label);
        tokio::time::sleep(time).await;
    }

    pub(super) fn most(&self) -> Crowd {
        self.0.lock().most
    }

    fn enter(&self, label: &str) -> Caller {
        let mut counted = self.0.lock();
        let of_school = counted.now.entry(label.to_owned()).or_default();
        *of_school += 1;
        let of_school = *of_school;
        let in_all = counted.now.values().sum();
        counted.most.in_all = counted.most.in_all.max(in_all);
        counted.most.of_one_school = counted.most.of_one_school.max(of_school);
        Caller { counter: self.clone(), label: label.to_owned() }
    }
}

/// A caller in hand; let go on drop.
struct Caller {
    counter: Counter,
    label: String,
}

impl Drop for Caller {
    fn drop(&mut self) {
        let mut counted = self.counter.0.lock();
        let left = counted.now.get(&self.label).map_or(0, |callers| callers - 1);
        if left == 0 {
            counted.now.remove(&self.label);
        } else {
            counted.now.insert(self.label.clone(), left);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_of_all_and_of_one_school_are_kept() {
        let counter = Counter::default();

        let first = counter.enter("a");
        let second = counter.enter("a");
        drop(first);
        let _third = counter.enter("b");
        drop(second);
        let _fourth = counter.enter("c");

        assert_eq!(counter.most(), Crowd { in_all: 2, of_one_school: 2 });
    }
}
