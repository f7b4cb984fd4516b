//! `koppelklaar magister-simulator`: a Magister that is not real, to try clients and checks against.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

use crate::chance::Chance;
use crate::shutdown;
use crate::simulator::{Script, Simulator, SimulatorConfig};
use crate::startup::StartError;

#[derive(Debug, Args)]
pub(super) struct SimulatorArgs {
    /// The address to listen on, on this machine only [default: any port of 127.0.0.1]
    #[arg(long)]
    listen: Option<SocketAddr>,

    /// The address of its control port, on this machine only
    #[arg(long)]
    control: Option<SocketAddr>,

    /// A JSON file that says how each school behaves
    #[arg(long)]
    script: Option<PathBuf>,

    /// The folder in which it leaves its own certificate authority and names
    #[arg(long)]
    publish: Option<PathBuf>,
}

pub(super) async fn run(args: SimulatorArgs) -> Result<(), StartError> {
    let script = match &args.script {
        Some(path) => {
            let text = std::fs::read_to_string(path)
                .map_err(|error| StartError::new(format!("--script: {} cannot be read ({error})", path.display())))?;
            Script::parse(&text).map_err(|error| StartError::new(format!("--script: {}: {error}", path.display())))?
        }
        None => Script::default(),
    };
    let SimulatorArgs { listen, control, script: _, publish } = args;
    let config = SimulatorConfig { listen, control, script, publish };
    let simulator = Simulator::start(config, Chance::os()).await;
    let simulator =
        simulator.map_err(|error| StartError::new(format!("--listen or --control or --publish: {error}")))?;
    println!("{}", simulator.start_line());
    let stop = shutdown::on_signal().map_err(|error| StartError::new(format!("no signals ({error})")))?;
    stop.cancelled().await;
    Ok(())
}
