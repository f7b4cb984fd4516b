//! The Magister of the demo: a simulator in this process, in which each demo school has what fits its story.
//!
//! It knows the passwords that were really issued, so a check of a demo school goes the way it goes in the world. Whoever
//! plays can change how a host behaves, also one that did not exist before. To add a behaviour: a line in [`BEHAVIOURS`].

use std::collections::BTreeMap;
use std::fmt;
use std::io;

use parking_lot::Mutex;

use crate::chance::Chance;
use crate::domain::credential::Password;
use crate::domain::text::SchoolDomain;
use crate::net::Reach;
use crate::services::onboarding::credentials;
use crate::services::{Context, ServiceError};
use crate::simulator::{SchoolScript, Script, Simulator, SimulatorConfig};
use crate::store;

/// What a visitor can choose from: the preset of the simulator, and what it is called.
pub const BEHAVIOURS: [(&str, &str); 21] = [
    ("right", "Werkt"),
    ("unhurried", "Werkt, maar langzaam"),
    ("rows_100000", "Werkt, met 100.000 leerlingen"),
    ("old_server", "Werkt, oude versie van Magister"),
    ("url_only", "Werkt, leest alleen het webadres"),
    (NO_HOST, "Bestaat niet"),
    ("no_route", "Geen weg ernaartoe"),
    ("silent", "Geen antwoord: niet op allowlist"),
    ("refuses", "Weigert de verbinding"),
    ("plain_text", "Geen beveiligde verbinding"),
    ("expired", "Verlopen certificaat"),
    ("user_missing", "Gebruiker Kurve ontbreekt"),
    ("wrong_password", "Ander wachtwoord in Magister"),
    ("list_not_granted", "Lijst niet aangevinkt"),
    ("service_not_granted", "Services niet aangevinkt"),
    ("list_fails", "Fout in de lijst zelf"),
    ("old_columns", "Oude query: er ontbreekt een kolom"),
    ("no_rows", "Nog geen leerlingen"),
    ("few_rows", "Veel minder leerlingen dan eerst"),
    ("html", "Antwoordt met een webpagina"),
    ("slow", "Het antwoord komt nooit"),
];

/// What every host is that nobody chose anything for.
const NO_HOST: &str = "unknown_host";

/// The hosts of the demo schools, each as its story goes.
const STORIES: [(&str, &str); 12] = [
    ("bonhoeffer", "user_missing"),
    ("dewilgen", "user_missing"),
    ("molenveld", "user_missing"),
    ("zuiderzee", "silent"),
    ("vechtstroom", "silent"),
    // Nothing that was said is refused, and yet it does not work.
    ("atheneumnp", "old_columns"),
    ("duinrand", "unhurried"),
    // The new school year is not made yet.
    ("kompascollege", "no_rows"),
    // The old password stands there still.
    ("heuvelrug", "wrong_password"),
    ("debongerd", "service_not_granted"),
    ("westerkwartier", "expired"),
    // Three schools with one user: the password of the one that came last.
    ("rivierenland", "right"),
];

/// One host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// The label before `.swp.nl`.
    pub label: String,
    /// How it behaves: a name of [`BEHAVIOURS`].
    pub behaviour: &'static str,
}

/// A simulator with what is chosen for each host.
pub struct DemoMagister {
    simulator: Simulator,
    chosen: Mutex<BTreeMap<String, &'static str>>,
}

impl fmt::Debug for DemoMagister {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DemoMagister").finish_non_exhaustive()
    }
}

impl DemoMagister {
    /// Starts a simulator without hosts.
    ///
    /// # Errors
    /// When it cannot listen on this machine.
    pub async fn start(chance: Chance) -> io::Result<Self> {
        let default = SchoolScript::preset(NO_HOST).expect("the simulator has this preset");
        let script = Script { default, ..Script::default() };
        let simulator = Simulator::start(SimulatorConfig { script, ..SimulatorConfig::default() }, chance).await?;
        Ok(Self { simulator, chosen: Mutex::default() })
    }

    /// What to print at the start, so that nobody takes it for a real Magister.
    pub fn start_line(&self) -> String {
        self.simulator.start_line()
    }

    /// What leads to it and nowhere else.
    pub fn reach(&self) -> Reach {
        self.simulator.reach()
    }

    /// Gives the demo schools what fits their stories.
    pub async fn tell_stories(&self, context: &Context) -> Result<(), ServiceError> {
        for (label, behaviour) in STORIES {
            let domain = SchoolDomain::parse(label).map_err(|_| ServiceError::Broken("a label of the demo"))?;
            self.choose(context, &domain, behaviour).await?;
        }
        Ok(())
    }

    /// Changes how a host behaves. What works, works by the password that was issued last.
    ///
    /// # Errors
    /// `NotFound` when there is no such behaviour.
    pub async fn choose(&self, context: &Context, domain: &SchoolDomain, behaviour: &str) -> Result<(), ServiceError> {
        let (behaviour, _) =
            BEHAVIOURS.into_iter().find(|(name, _)| *name == behaviour).ok_or(ServiceError::NotFound)?;
        let preset = SchoolScript::preset(behaviour).ok_or(ServiceError::Broken("a preset of the demo"))?;
        let password = newest_password(context, domain).await?.map(|password| password.expose().to_owned());
        let changed = self.simulator.set(domain.label(), SchoolScript { password, ..preset });
        changed.map_err(|_| ServiceError::Broken("the simulator of the demo"))?;
        let mut chosen = self.chosen.lock();
        chosen.insert(domain.label().to_owned(), behaviour);
        Ok(())
    }

    /// Every host for which something was chosen, by label.
    pub fn hosts(&self) -> Vec<Host> {
        let chosen = self.chosen.lock();
        chosen.iter().map(|(label, behaviour)| Host { label: label.clone(), behaviour }).collect()
    }
}

/// The newest password of the connection on this domain.
async fn newest_password(context: &Context, domain: &SchoolDomain) -> Result<Option<Password>, ServiceError> {
    let conn = context.db.reader();
    let Some(connection) = store::onboarding::connections::find_by_domain(conn, domain).await? else { return Ok(None) };
    let newest = store::onboarding::credentials::find_newest(conn, connection.id).await?;
    newest.map(|stored| credentials::open_password(context, &stored)).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_behaviour_and_every_story_is_one_that_the_simulator_has() {
        for (name, _) in BEHAVIOURS {
            assert!(SchoolScript::preset(name).is_some(), "{name}");
        }
        for (label, name) in STORIES {
            assert!(SchoolDomain::parse(label).is_ok(), "{label}");
            assert!(BEHAVIOURS.iter().any(|(known, _)| *known == name), "{label}: {name}");
        }
    }
}
