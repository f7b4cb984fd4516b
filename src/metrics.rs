//! What this instance counts of itself, and how numbers become text that Prometheus reads.
//!
//! Labels are names of ours from short lists: routes, jobs, fates. Never an address, a name, an id or a path that was
//! asked for. What the database knows is not kept here: `services::operations::worker_health` reads it when somebody asks.

use std::fmt;
use std::sync::Arc;

use prometheus::core::Collector;
use prometheus::{Gauge, GaugeVec, IntCounterVec, Opts, Registry, TextEncoder};

/// The type of the text, for whoever fetches it.
pub const TEXT_FORMAT: &str = prometheus::TEXT_FORMAT;

/// The counters of this instance; clones count together.
#[derive(Clone)]
pub struct Metrics(Arc<Counters>);

struct Counters {
    registry: Registry,
    requests: IntCounterVec,
    jobs: IntCounterVec,
    mails: IntCounterVec,
    webhooks: IntCounterVec,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Meters")
    }
}

impl Default for Metrics {
    fn default() -> Self {
        let registry = Registry::new();
        let counter = |name: &str, help: &str, labels: &[&str]| {
            let vec = IntCounterVec::new(Opts::new(name, help), labels).expect("the names below are good");
            keep(&registry, vec.clone());
            vec
        };
        let requests = counter(
            "koppelklaar_http_requests_total",
            "Requests answered by this instance.",
            &["method", "route", "status"],
        );
        let jobs = counter(
            "koppelklaar_job_runs_total",
            "Runs of jobs by this instance: done, idle (nothing was due) or failed.",
            &["job", "outcome"],
        );
        let mails = counter(
            "koppelklaar_mails_handled_total",
            "Mails that this instance took from the outbox, by what became of them.",
            &["outcome"],
        );
        let webhooks = counter(
            "koppelklaar_webhooks_tried_total",
            "Messages to endpoints of webhooks that this instance tried, by what became of them; and endpoints it stopped.",
            &["outcome"],
        );
        Self(Arc::new(Counters { registry, requests, jobs, mails, webhooks }))
    }
}

impl Metrics {
    /// Counts a request: its method, the route that took it and the class of its status, such as `4xx`.
    pub fn count_request(&self, method: &str, route: &str, status: u16) {
        let class = format!("{}xx", status / 100);
        self.0.requests.with_label_values(&[method, route, &class]).inc();
    }

    /// Counts a run of a job.
    pub fn count_job(&self, name: &str, outcome: &str) {
        self.0.jobs.with_label_values(&[name, outcome]).inc();
    }

    /// Counts mails that came to an outcome.
    pub fn count_mails(&self, outcome: &str, count: usize) {
        if count > 0 {
            self.0.mails.with_label_values(&[outcome]).inc_by(count as u64);
        }
    }

    /// Counts messages to endpoints of webhooks that came to an outcome.
    pub fn count_webhooks(&self, outcome: &str, count: usize) {
        if count > 0 {
            self.0.webhooks.with_label_values(&[outcome]).inc_by(count as u64);
        }
    }

    /// Everything as text: what was counted, and what was read just now.
    pub fn text(&self, readings: &[Reading]) -> String {
        let now = Registry::new();
        for reading in readings {
            reading.keep_in(&now);
        }
        let families: Vec<_> = self.0.registry.gather().into_iter().chain(now.gather()).collect();
        TextEncoder::new().encode_to_string(&families).expect("every family has a value")
    }
}

/// A number that was read just now: one value, or one for each value of a label.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    name: &'static str,
    help: &'static str,
    values: Values,
}

#[derive(Debug, Clone, PartialEq)]
enum Values {
    One(f64),
    By(&'static str, Vec<(&'static str, f64)>),
}

impl Reading {
    /// A number without a label.
    pub fn one(name: &'static str, help: &'static str, value: f64) -> Self {
        Self { name, help, values: Values::One(value) }
    }

    /// Numbers by a label.
    pub fn by(name: &'static str, help: &'static str, label: &'static str, values: Vec<(&'static str, f64)>) -> Self {
        Self { name, help, values: Values::By(label, values) }
    }

    fn keep_in(&self, registry: &Registry) {
        match &self.values {
            Values::One(value) => {
                let gauge = Gauge::new(self.name, self.help).expect("a good name");
                gauge.set(*value);
                keep(registry, gauge);
            }
            Values::By(label, values) => {
                let gauges = GaugeVec::new(Opts::new(self.name, self.help), &[*label]).expect("a good name");
                for (of, value) in values {
                    gauges.with_label_values(&[*of]).set(*value);
                }
                keep(registry, gauges);
            }
        }
    }
}

fn keep(registry: &Registry, what: impl Collector + 'static) {
    registry.register(Box::new(what)).expect("every name is there once");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_and_what_was_read_stand_in_one_text() {
        let metrics = Metrics::default();
        metrics.count_request("GET", "/beheer", 200);
        metrics.clone().count_request("GET", "/beheer", 204);
        metrics.count_request("POST", "/beheer", 422);
        metrics.count_job("digest", "done");
        metrics.count_mails("sent", 3);
        metrics.count_mails("failed", 0);

        let text = metrics.text(&[
            Reading::one("koppelklaar_number", "A number.", 1.5),
            Reading::by("koppelklaar_numbers", "Numbers.", "of", vec![("one", 1.0), ("other", 0.0)]),
        ]);

        for line in [
            "koppelklaar_http_requests_total{method=\"GET\",route=\"/beheer\",status=\"2xx\"} 2",
            "koppelklaar_http_requests_total{method=\"POST\",route=\"/beheer\",status=\"4xx\"} 1",
            "koppelklaar_job_runs_total{job=\"digest\",outcome=\"done\"} 1",
            "koppelklaar_mails_handled_total{outcome=\"sent\"} 3",
            "# HELP koppelklaar_number A number.",
            "# TYPE koppelklaar_number gauge",
            "koppelklaar_number 1.5",
            "koppelklaar_numbers{of=\"other\"} 0",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
        assert!(!text.contains("outcome=\"failed\""), "{text}");
    }

    #[test]
    fn a_service_that_just_started_has_a_text() {
        assert_eq!(Metrics::default().text(&[]), "");
        let empty = Reading::by("koppelklaar_numbers", "Numbers.", "of", vec![]);
        assert_eq!(Metrics::default().text(&[empty]), "");
    }
}
