//! What the parts of a simulator share.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use parking_lot::{Mutex, MutexGuard};

use super::authority::Authority;
use super::crowd;
use super::doors::Doors;
use super::published;
use super::script::{SchoolScript, Script, label_of};
use crate::chance::Chance;

/// How many requests are remembered.
const VISITS_MAX: usize = 10_000;

/// One request that was made of it. Without its body, so without a secret.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Visit {
    /// Which school, by label.
    pub school: String,
    /// The path and query of the URL.
    pub url: String,
    /// What was asked: `soap_login`, `login`, `getdata`, `logout`, or the like.
    pub call: String,
}

/// What the parts share.
pub(super) struct Inner {
    pub(super) authority: Authority,
    pub(super) doors: Doors,
    pub(super) script: Mutex<Script>,
    pub(super) tokens: Mutex<HashMap<String, String>>,
    pub(super) visits: Mutex<Vec<Visit>>,
    pub(super) crowd: crowd::Counter,
    pub(super) publish: Option<PathBuf>,
    pub(super) chance: Chance,
}

impl Inner {
    pub(super) fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock()
    }

    pub(super) fn school(&self, label: &str) -> SchoolScript {
        self.script().school(label)
    }

    pub(super) fn look_up(&self, host: &str) -> Option<Vec<SocketAddr>> {
        self.doors.lead_to(&self.school(label_of(host)))
    }

    pub(super) fn publish(&self) -> io::Result<()> {
        let Some(folder) = &self.publish else { return Ok(()) };
        published::write(folder, &self.authority.pem(), &self.script(), &self.doors)
    }

    pub(super) fn note(&self, visit: Visit) {
        let mut visits = self.visits.lock();
        if visits.len() < VISITS_MAX {
            visits.push(visit);
        }
    }
}
