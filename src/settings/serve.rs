//! Settings of the commands that serve pages.

use std::net::SocketAddr;
use std::num::NonZeroU32;

use clap::Args;

use crate::web::WebOptions;
use crate::web::rate_limit::Allowance;

/// Settings of the commands that serve pages.
#[derive(Debug, Clone, Args)]
pub struct ServeSettings {
    /// The address to listen on; put a proxy with TLS before it
    #[arg(long, env = "KOPPELKLAAR_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,

    /// The address to serve metrics on, at /metrics; not for the public [default: none]
    #[arg(long, env = "KOPPELKLAAR_METRICS_LISTEN")]
    pub metrics_listen: Option<SocketAddr>,

    /// How many proxies before this one add to X-Forwarded-For
    #[arg(long, env = "KOPPELKLAAR_TRUSTED_PROXIES", default_value_t = 0)]
    pub trusted_proxies: usize,

    /// How many sign-ins and requests one client may post per minute
    #[arg(long, env = "KOPPELKLAAR_FORMS_PER_CLIENT", default_value = "20")]
    pub forms_per_client: NonZeroU32,

    /// How many sign-ins and requests one address may be used for per quarter of an hour
    #[arg(long, env = "KOPPELKLAAR_FORMS_PER_ADDRESS", default_value = "10")]
    pub forms_per_address: NonZeroU32,
}

impl ServeSettings {
    /// What is set for the pages.
    pub fn web_options(&self) -> WebOptions {
        let allowance = Allowance { per_client: self.forms_per_client, per_address: self.forms_per_address };
        WebOptions { allowance, trusted_proxies: self.trusted_proxies }
    }
}
