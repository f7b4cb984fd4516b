//! What every handler works with.

use std::path::PathBuf;
use std::sync::Arc;

use super::ladder::Streams;
use super::presence::Presence;
use super::rate_limit::{Allowance, RateLimits};
use crate::app::App;
use crate::clock::Clock;
use crate::crypto::totp::TotpSecret;
use crate::demo::magister::DemoMagister;
use crate::metrics::Metrics;
use crate::services::Context;
use crate::services::mail::dispatch::Mailer;
use crate::services::operations::setup::find_flaws;
use crate::services::operations::worker_health::HealthMonitor;

/// What every handler works with; cheap to clone.
#[derive(Debug, Clone)]
pub struct WebState(Arc<WebStateParts>);

/// What is set for the pages.
#[derive(Debug, Clone, Copy)]
pub struct WebOptions {
    /// How many forms strangers may post.
    pub allowance: Allowance,
    /// How many proxies of ours add to `X-Forwarded-For`; 0 means that clients connect directly.
    pub trusted_proxies: usize,
}

/// The parts of a [`WebState`].
#[derive(Debug)]
pub struct WebStateParts {
    /// The use cases' context.
    pub context: Context,
    /// The time.
    pub clock: Clock,
    /// How mails leave.
    pub mailer: Mailer,
    /// Limits on forms that strangers can post.
    pub limits: RateLimits,
    /// What is set.
    pub options: WebOptions,
    /// The pages that are watched while something is under way.
    pub streams: Streams,
    /// What only the demo has; `None` outside it.
    pub demo: Option<DemoWeb>,
    /// Whether what runs by itself still runs.
    pub watch: HealthMonitor,
    /// What this instance counts of itself.
    pub metrics: Metrics,
    /// Whether the database was there when a page last waited for it.
    pub presence: Presence,
}

/// What the pages of the demo show.
#[derive(Debug, Clone)]
pub struct DemoWeb {
    /// The folder of its mails.
    pub mails: PathBuf,
    /// Its staff accounts: address and second factor.
    pub accounts: Vec<(String, TotpSecret)>,
    /// Its Magister.
    pub magister: Arc<DemoMagister>,
}

impl WebState {
    /// The pages' state on an app, with nothing counted yet.
    pub fn new(app: &App, options: WebOptions, demo: Option<DemoWeb>) -> Self {
        // What the demo does is meant so.
        let flaws = match demo {
            Some(_) => vec![],
            None => find_flaws(&app.mailer, &app.context.base, options.trusted_proxies),
        };
        Self(Arc::new(WebStateParts {
            context: app.context.clone(),
            clock: app.clock.clone(),
            mailer: app.mailer.clone(),
            limits: RateLimits::new(options.allowance),
            options,
            streams: Streams::default(),
            demo,
            watch: HealthMonitor::since(app.clock.now()).with_flaws(flaws),
            metrics: app.metrics.clone(),
            presence: Presence::default(),
        }))
    }
}

impl std::ops::Deref for WebState {
    type Target = WebStateParts;

    fn deref(&self) -> &WebStateParts {
        &self.0
    }
}
