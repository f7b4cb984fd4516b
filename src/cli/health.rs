//! `koppelklaar health`: asks the one that serves here whether it is ready, for containers that have no other program to.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use clap::Args;

use crate::links;
use crate::startup::StartError;

/// How long it may take to connect, and to answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// No answer about health is longer.
const ANSWER_BYTES: u64 = 4096;

#[derive(Debug, Args)]
pub(super) struct HealthArgs {
    /// The address that `serve` listens on
    #[arg(long, env = "KOPPELKLAAR_LISTEN", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
}

pub(super) fn run(args: &HealthArgs) -> Result<(), StartError> {
    let said = ask(reached(args.listen))
        .map_err(|error| StartError::new(format!("KOPPELKLAAR_LISTEN: {} does not answer ({error})", args.listen)))?;
    let (head, body) = said.split_once("\r\n\r\n").unwrap_or((&said, ""));
    if head.split(' ').nth(1) != Some("200") {
        let why = if body.is_empty() { head } else { body };
        return Err(StartError::new(format!("it is not ready: {}", why.trim())));
    }
    println!("{}", body.trim());
    Ok(())
}

fn ask(address: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let path = links::HEALTH_READY;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut said = vec![];
    stream.take(ANSWER_BYTES).read_to_end(&mut said)?;
    Ok(String::from_utf8_lossy(&said).into_owned())
}

/// Where this machine reaches who listens: an address that stands for every interface is none to go to.
fn reached(listens: SocketAddr) -> SocketAddr {
    let ip: IpAddr = match listens.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listens.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_listens_on_every_address_is_asked_on_this_machine() {
        let at = |text: &str| reached(text.parse().expect("an address")).to_string();

        assert_eq!(
            ["0.0.0.0:8080", "[::]:81", "192.0.2.7:8080"].map(at),
            ["127.0.0.1:8080", "[::1]:81", "192.0.2.7:8080"]
        );
    }
}
