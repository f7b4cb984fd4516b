//! The three ports of a simulator: one that answers, one that refuses, one that keeps silent.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::timeout;

use super::script::{NameScript, SchoolScript, TcpScript};

/// How many callers wait in line before the port keeps silent.
const BACKLOG: u32 = 1;
/// More than it takes to fill that line, whatever the system adds to it.
const CALLERS_MAX: usize = 16;
/// On loopback a connection that is not there by now will not come.
const LOOPBACK_TIME: Duration = Duration::from_millis(150);

/// Where each kind of port is, and what keeps it so.
pub(super) struct Doors {
    pub(super) answering: SocketAddr,
    pub(super) refusing: SocketAddr,
    pub(super) silent: SocketAddr,
    _refusing: TcpSocket,
    _silent: TcpListener,
    _callers: Vec<TcpStream>,
}

impl Doors {
    pub(super) async fn open(answering: SocketAddr) -> io::Result<Self> {
        let any = SocketAddr::new(answering.ip(), 0);
        // Taken but not listened on: the system refuses, and gives the port to nobody else.
        let refusing = socket(any)?;
        let silent = socket(any)?.listen(BACKLOG)?;
        let silent_address = silent.local_addr()?;
        // Once the line of callers that nobody picks up is full, the system drops what comes, as a firewall does.
        let mut callers = Vec::new();
        while callers.len() < CALLERS_MAX {
            match timeout(LOOPBACK_TIME, TcpStream::connect(silent_address)).await {
                Ok(Ok(caller)) => callers.push(caller),
                Ok(Err(_)) | Err(_) => break,
            }
        }
        Ok(Self {
            answering,
            refusing: refusing.local_addr()?,
            silent: silent_address,
            _refusing: refusing,
            _silent: silent,
            _callers: callers,
        })
    }

    /// Where the name of a school leads.
    pub(super) fn lead_to(&self, school: &SchoolScript) -> Option<Vec<SocketAddr>> {
        match school.name {
            NameScript::Unknown => return None,
            NameScript::Known => {}
        }
        Some(vec![match school.tcp {
            TcpScript::Open => self.answering,
            TcpScript::Refuses => self.refusing,
            TcpScript::Silent => self.silent,
            // The broadcast address of this machine: no connection can be made to one.
            TcpScript::NoRoute => SocketAddr::from(([127, 255, 255, 255], self.answering.port())),
        }])
    }
}

fn socket(any: SocketAddr) -> io::Result<TcpSocket> {
    let socket = if any.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.bind(any)?;
    Ok(socket)
}
