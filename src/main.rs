//! The binary: reads the command line and does what it asks.

use std::process::ExitCode;

use koppelklaar::cli::Cli;

#[tokio::main]
async fn main() -> ExitCode {
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        eprintln!("koppelklaar: TLS was set up twice");
        return ExitCode::FAILURE;
    }
    let cli = match Cli::read(std::env::args_os()) {
        Ok(cli) => cli,
        Err(code) => return ExitCode::from(code),
    };
    match cli.run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("koppelklaar: {error}");
            ExitCode::from(error.code())
        }
    }
}
