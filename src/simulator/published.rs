//! How another process on this machine finds a simulator: its authority and its names, in a folder.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde::{Deserialize, Serialize};

use super::doors::Doors;
use super::marks::MARK;
use super::script::{Script, label_of};
use crate::net::Reach;

const AUTHORITY_FILE: &str = "authority.pem";
const NAMES_FILE: &str = "names.json";

#[derive(Serialize, Deserialize)]
struct Names {
    simulator: String,
    default: Option<Vec<SocketAddr>>,
    schools: BTreeMap<String, Option<Vec<SocketAddr>>>,
}

pub(super) fn write(folder: &Path, authority: &str, script: &Script, doors: &Doors) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let schools = script.schools.iter().map(|(label, school)| (label.clone(), doors.lead_to(school))).collect();
    let names = Names { simulator: MARK.to_owned(), default: doors.lead_to(&script.default), schools };
    replace(&folder.join(AUTHORITY_FILE), authority)?;
    replace(&folder.join(NAMES_FILE), &serde_json::to_string_pretty(&names)?)
}

/// Readers see the old text or the new one, never half of one.
fn replace(file: &Path, text: &str) -> io::Result<()> {
    let new = file.with_extension("new");
    fs::write(&new, text)?;
    fs::rename(new, file)
}

/// A reach that leads to the simulator that another process has published in a folder, and nowhere else.
///
/// # Errors
/// When the folder does not hold what a simulator publishes.
pub fn reach(folder: &Path) -> io::Result<Reach> {
    let authority = CertificateDer::from_pem_file(folder.join(AUTHORITY_FILE)).map_err(io::Error::other)?;
    let folder = folder.to_owned();
    let names = Arc::new(move |host: &str| look_up(&folder, host));
    Reach::loopback(names, authority).map_err(io::Error::other)
}

/// Where a name leads now; nowhere when the simulator is gone.
fn look_up(folder: &Path, host: &str) -> Option<Vec<SocketAddr>> {
    let text = fs::read_to_string(folder.join(NAMES_FILE)).ok()?;
    let names: Names = serde_json::from_str(&text).ok()?;
    names.schools.get(label_of(host)).unwrap_or(&names.default).clone()
}
