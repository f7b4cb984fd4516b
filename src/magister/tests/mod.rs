//! The room as a whole, over real TCP and TLS on loopback, against the simulator.

mod memory;
mod nasty;
mod reader;
mod rows;
mod scenarios;
mod secrets;
mod simulated;

use std::time::Duration;

use super::{Courtesy, Limits, Magister, Port, Progress, Target};
use crate::chance::Chance;
use crate::domain::check::CheckResult;
use crate::domain::credential::Password;
use crate::domain::text::SchoolDomain;
use crate::simulator::{SchoolScript, Script, Simulator, SimulatorConfig};

/// Long enough for a busy machine: in these tests only time-outs take time.
fn limits() -> Limits {
    Limits {
        connect: Duration::from_secs(60),
        total: Duration::from_secs(120),
        soap: Duration::from_secs(60),
        log_out: Duration::from_secs(1),
        list_bytes: 2 << 20,
        courtesy: Courtesy { pause: Duration::ZERO, at_once: 64, rest_after: usize::MAX, rest: Duration::ZERO },
        ..Limits::default()
    }
}

async fn simulator(script: Script) -> Simulator {
    let config = SimulatorConfig { script, ..SimulatorConfig::default() };
    Simulator::start(config, Chance::seeded(1)).await.expect("loopback has a free port")
}

fn script<const N: usize>(schools: [(&str, SchoolScript); N]) -> Script {
    let schools = schools.into_iter().map(|(label, school)| (label.to_owned(), school)).collect();
    Script { schools, ..Script::default() }
}

fn magister(simulator: &Simulator) -> Magister {
    Magister::new(simulator.reach(), limits(), Chance::seeded(2))
}

fn target(label: &str) -> Target {
    Target::new(SchoolDomain::parse(label).expect("a label"), Port::Live)
}

fn password() -> Password {
    Password::from_stored("planted5password7planted".into())
}

async fn check(magister: &Magister, label: &str) -> CheckResult {
    magister.check(&target(label), &password(), &mut |_: Progress| {}).await.expect("nobody else checks it")
}
