//! Something that shares requests between instances, and asks each whether it is ready, as a proxy does.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::stage::{Installation, PATIENCE};

/// The host that the instances believe to be.
pub(crate) const HOST: &str = "127.0.0.1:8080";

type Connection = SendRequest<Full<Bytes>>;

/// A connection that waits for the next request.
struct Kept {
    address: SocketAddr,
    connection: Connection,
    since: Instant,
}

/// How long a connection is kept: less than an instance keeps it.
const KEEP: Duration = Duration::from_secs(5);

/// One that requests are sent to.
struct Instance {
    address: SocketAddr,
    is_ready: bool,
    /// Whether somebody took it out, whatever it says of itself.
    is_out: bool,
    /// How many requests it has in hand.
    in_hand: usize,
}

/// Shares requests between those instances that say they are ready, over connections that it keeps.
pub(crate) struct Balancer {
    instances: Mutex<Vec<Instance>>,
    kept: Mutex<Vec<Kept>>,
    turn: AtomicUsize,
}

impl Balancer {
    /// One that asks each address from now on whether it is ready.
    pub(crate) fn start(addresses: &[SocketAddr]) -> (Arc<Self>, JoinSet<()>) {
        let instance =
            |address: &SocketAddr| Instance { address: *address, is_ready: false, is_out: false, in_hand: 0 };
        let instances = Mutex::new(addresses.iter().map(instance).collect());
        let balancer = Arc::new(Self { instances, kept: Mutex::default(), turn: AtomicUsize::new(0) });
        let (looking, addresses) = (balancer.clone(), addresses.to_vec());
        let mut looks = JoinSet::new();
        looks.spawn(async move {
            loop {
                for address in &addresses {
                    let is_ready = is_ready(*address).await;
                    looking.with(*address, |instance| instance.is_ready = is_ready);
                    if !is_ready {
                        lock(&looking.kept).retain(|kept| kept.address != *address);
                    }
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        });
        (balancer, looks)
    }

    fn with<T>(&self, address: SocketAddr, change: impl FnOnce(&mut Instance) -> T) -> T {
        let mut instances = lock(&self.instances);
        change(instances.iter_mut().find(|instance| instance.address == address).expect("one of ours"))
    }

    /// Takes one out, and waits until it has nothing in hand.
    pub(crate) async fn take_out(&self, address: SocketAddr) {
        self.with(address, |instance| instance.is_out = true);
        while self.with(address, |instance| instance.in_hand) > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        lock(&self.kept).retain(|kept| kept.address != address);
    }

    /// Sends requests to it again, as soon as it is ready.
    pub(crate) fn put_back(&self, address: SocketAddr) {
        self.with(address, |instance| instance.is_out = false);
    }

    /// The instance whose turn it is, which has one more request in hand from here on.
    async fn choose(&self) -> Result<SocketAddr, String> {
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            let turn = self.turn.fetch_add(1, Ordering::SeqCst);
            let chosen = {
                let mut instances = lock(&self.instances);
                let mut able: Vec<_> = instances.iter_mut().filter(|one| one.is_ready && !one.is_out).collect();
                let place = turn % able.len().max(1);
                able.get_mut(place).map(|instance| {
                    instance.in_hand += 1;
                    instance.address
                })
            };
            match chosen {
                Some(address) => return Ok(address),
                None => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
        Err("no instance is ready".to_owned())
    }

    /// A connection that is kept, or a new one; every third request has a new one. None where it takes no connection.
    async fn connect(&self, address: SocketAddr) -> Result<Option<Connection>, String> {
        if !self.turn.load(Ordering::SeqCst).is_multiple_of(3) {
            let found = {
                let mut kept = lock(&self.kept);
                let place = kept.iter().position(|kept| kept.address == address);
                place.map(|place| kept.swap_remove(place))
            };
            if let Some(Kept { mut connection, since, .. }) = found
                && since.elapsed() < KEEP
                && connection.ready().await.is_ok()
            {
                return Ok(Some(connection));
            }
        }
        let Ok(stream) = TcpStream::connect(address).await else { return Ok(None) };
        let (sender, connection) = handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
        tokio::spawn(connection);
        Ok(Some(sender))
    }

    /// Passes a request on, once: what it did is not known when no answer comes. One that takes no connection is passed over.
    pub(crate) async fn pass(&self, request: Request<Full<Bytes>>) -> Result<Response<Bytes>, String> {
        loop {
            let address = self.choose().await?;
            let answer = match self.connect(address).await {
                Ok(Some(connection)) => Some(self.send(address, connection, request.clone()).await),
                Ok(None) => None,
                Err(error) => Some(Err(error)),
            };
            self.with(address, |instance| instance.in_hand -= 1);
            match answer {
                Some(answer) => return answer.map_err(|error| format!("{address}: {error}")),
                None => tokio::task::yield_now().await,
            }
        }
    }

    async fn send(
        &self,
        address: SocketAddr,
        mut connection: Connection,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Bytes>, String> {
        let answer = connection.send_request(request).await.map_err(|error| format!("{error:?}"))?;
        let (head, body) = answer.into_parts();
        let body = body.collect().await.map_err(|error| format!("half an answer: {error:?}"))?.to_bytes();
        let is_last = head.headers.get("connection").is_some_and(|value| value == "close");
        if !is_last {
            lock(&self.kept).push(Kept { address, connection, since: Instant::now() });
        }
        Ok(Response::from_parts(head, body))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn is_ready(address: SocketAddr) -> bool {
    let asked = async {
        let stream = TcpStream::connect(address).await.ok()?;
        let (mut sender, connection) = handshake(TokioIo::new(stream)).await.ok()?;
        tokio::spawn(connection);
        let request = Request::get("/health/ready").header("host", HOST).header("connection", "close");
        let answer = sender.send_request(request.body(Full::<Bytes>::default()).ok()?).await.ok()?;
        Some(answer.status() == 200)
    };
    asked.await.unwrap_or(false)
}

pub(crate) async fn free_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    listener.local_addr().expect("a bound port")
}

/// Waits until an instance says that it is ready.
pub(crate) async fn until_ready(at: &Installation, address: SocketAddr) {
    let until = Instant::now() + PATIENCE;
    while !is_ready(address).await {
        assert!(Instant::now() < until, "does not serve:\n{}", at.last_words());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
