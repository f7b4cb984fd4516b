//! One connection: TCP to an address that may be reached, TLS over it, one HTTP/1.1 exchange on that very stream.
//!
//! No pool, proxy, redirect or second look-up: those would connect to something that nobody vetted.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_util::task::AbortOnDropHandle;

use super::reach::Reach;
use super::verifier;
use crate::domain::check::{CheckCode, Oddity, TlsFault};

/// Answers have a handful of headers.
const HEADERS_MAX: usize = 64;
/// How much of an answer waits in memory before it is read.
const BUFFER_BYTES: usize = 64 << 10;

/// A safe connection, ready for one request.
pub type TlsConnection = TlsStream<TcpStream>;

/// An answer of which the head was read. Dropping it closes the connection.
pub struct Answer {
    /// Its head, and its body as it comes.
    pub response: Response<Incoming>,
    _connection: AbortOnDropHandle<()>,
}

/// Why an address gave no connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Miss {
    /// It said no.
    Refused,
    /// It said nothing.
    Silent,
    /// There is no way to it from here, so it was not asked.
    NoWay,
}

/// Connects to the first address that answers; gives it with the connection.
///
/// # Errors
/// What the addresses that could be asked did.
pub async fn dial(
    reach: &Reach,
    addresses: &[SocketAddr],
    limit: Duration,
) -> Result<(TcpStream, SocketAddr), CheckCode> {
    let end = Instant::now() + limit;
    let mut misses = Vec::with_capacity(addresses.len());
    for (tried, address) in addresses.iter().enumerate() {
        let left = u32::try_from(addresses.len() - tried).unwrap_or(u32::MAX);
        let share = end.saturating_duration_since(Instant::now()) / left;
        let miss = match timeout(share, connect(reach, *address)).await {
            Ok(Ok(stream)) => return Ok((stream, *address)),
            Ok(Err(error)) => miss_of(&error),
            Err(_) => Miss::Silent,
        };
        misses.push((*address, miss));
    }
    Err(code_of(&misses))
}

/// What the misses say together. Where there was no way to, as to IPv6 from a network without it, says nothing of
/// Magister; where there was none to any, it is ours. Then the kind of address that was tried first counts, for allowlists hold IPv4; and among those a no: behind
/// a port that drops us, nothing says no.
fn code_of(misses: &[(SocketAddr, Miss)]) -> CheckCode {
    let mut telling = misses.iter().filter(|(_, miss)| *miss != Miss::NoWay);
    let Some((first, _)) = telling.clone().next() else { return CheckCode::NoRoute };
    match telling.any(|(address, miss)| address.is_ipv6() == first.is_ipv6() && *miss == Miss::Refused) {
        true => CheckCode::PortRefused,
        false => CheckCode::PortSilent,
    }
}

/// The one place that opens a connection. The check stands here, on the address itself, so that no way leads past it.
async fn connect(reach: &Reach, address: SocketAddr) -> io::Result<TcpStream> {
    if !reach.admits(address) {
        return Err(io::Error::other("this address may not be reached"));
    }
    let stream = TcpStream::connect(address).await?;
    if stream.peer_addr()? != address {
        return Err(io::Error::other("connected to another address than was asked for"));
    }
    stream.set_nodelay(true)?;
    Ok(stream)
}

fn miss_of(error: &io::Error) -> Miss {
    match error.kind() {
        io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionReset => Miss::Refused,
        io::ErrorKind::TimedOut => Miss::Silent,
        // No route, no such family here, an unreachable network or host.
        _ => Miss::NoWay,
    }
}

/// Makes a connection safe.
///
/// # Errors
/// What broke it.
pub async fn secure(reach: &Reach, host: &str, stream: TcpStream, limit: Duration) -> Result<TlsConnection, TlsFault> {
    let name = ServerName::try_from(host.to_owned()).map_err(|_| TlsFault::OtherName)?;
    match timeout(limit, TlsConnector::from(reach.tls()).connect(name, stream)).await {
        Ok(Ok(stream)) => Ok(stream),
        Ok(Err(error)) => Err(verifier::fault_of(&error)),
        Err(_) => Err(TlsFault::Silent),
    }
}

/// Sends the one request and reads the head of its answer.
///
/// # Errors
/// When what came is no answer.
pub async fn exchange(stream: TlsConnection, request: Request<Full<Bytes>>) -> Result<Answer, Oddity> {
    // Hyper's errors may quote what they read; they end here.
    let (mut sender, connection) = hyper::client::conn::http1::Builder::new()
        .max_headers(HEADERS_MAX)
        .max_buf_size(BUFFER_BYTES)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|_| Oddity::CutShort)?;
    let connection = AbortOnDropHandle::new(tokio::spawn(async move {
        let _ = connection.await;
    }));
    let response = sender.send_request(request).await.map_err(|error| match error {
        error if error.is_parse_too_large() => Oddity::HeadTooLarge,
        error if error.is_parse() => Oddity::NotXml,
        _ => Oddity::CutShort,
    })?;
    Ok(Answer { response, _connection: connection })
}

#[cfg(test)]
mod tests {
    use super::*;

    const V4: &str = "192.0.2.1:8800";
    const V6: &str = "[2001:db8::1]:8800";

    #[test]
    fn what_a_port_did_is_read_from_the_addresses_that_could_be_asked() {
        use Miss::{NoWay, Refused, Silent};
        for (misses, code) in [
            (vec![(V4, Refused)], CheckCode::PortRefused),
            (vec![(V4, Silent)], CheckCode::PortSilent),
            (vec![(V4, Refused), (V6, NoWay)], CheckCode::PortRefused),
            (vec![(V4, Silent), (V6, NoWay)], CheckCode::PortSilent),
            (vec![(V4, NoWay), (V6, Refused)], CheckCode::PortRefused),
            (vec![(V4, Refused), (V6, Silent)], CheckCode::PortRefused),
            (vec![(V4, Silent), (V6, Refused)], CheckCode::PortSilent),
            (vec![(V4, Silent), (V4, Refused)], CheckCode::PortRefused),
            (vec![(V4, NoWay), (V6, NoWay)], CheckCode::NoRoute),
            (vec![(V6, NoWay)], CheckCode::NoRoute),
            (vec![], CheckCode::NoRoute),
        ] {
            let tried: Vec<_> =
                misses.iter().map(|(address, miss)| (address.parse().expect("an address"), *miss)).collect();

            assert_eq!(code_of(&tried), code, "{misses:?}");
        }
    }

    #[tokio::test]
    async fn a_no_is_a_no_beside_an_address_that_cannot_be_reached_from_here() {
        let gone = std::net::TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port");
        let out_of_reach = V6.parse().expect("an address");

        let dialled = dial(&Reach::nowhere(), &[gone, out_of_reach], Duration::from_secs(60)).await;

        assert_eq!(dialled.err(), Some(CheckCode::PortRefused));
    }
}
