//! A mail server on loopback. It keeps a message from its final dot on, whether or not anybody is there to hear the
//! answer: that is what a real one does, and what makes duplicates.
//!
//! Every life of a process has a door of its own, so that each delivery is known by the life that made it.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use koppelklaar::chance::Chance;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::AbortHandle;

/// One life of a process, from its start to its end; counted over a whole run.
pub(crate) type LifeId = usize;

/// A message that the server answers for.
#[derive(Debug, Clone)]
pub(crate) struct Delivery {
    /// Who handed it over.
    pub(crate) life: LifeId,
    /// Its `Message-ID`.
    pub(crate) message_id: String,
    /// Envelope, headers and body, as they travelled.
    pub(crate) bytes: Vec<u8>,
}

/// The mail server of one run; clones are the same server.
#[derive(Debug, Clone)]
pub(crate) struct Sink(Arc<State>);

#[derive(Debug)]
struct State {
    deliveries: Mutex<Vec<Delivery>>,
    connections: AtomicUsize,
    chance: Chance,
    longest_wait_ms: u32,
}

/// Where one life of a process hands over its mails; closed to new connections when dropped.
#[derive(Debug)]
pub(crate) struct Door {
    pub(crate) address: SocketAddr,
    seen: watch::Receiver<u32>,
    accepting: AbortHandle,
}

impl Sink {
    /// A server that waits up to so long before it answers a final dot; how long, `chance` draws.
    pub(crate) fn new(chance: Chance, longest_wait: Duration) -> Self {
        let longest_wait_ms = u32::try_from(longest_wait.as_millis()).expect("less than a day");
        let (deliveries, connections) = (Mutex::default(), AtomicUsize::new(0));
        Self(Arc::new(State { deliveries, connections, chance, longest_wait_ms }))
    }

    /// Opens a door for one life.
    pub(crate) async fn open(&self, life: LifeId) -> Door {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        self.open_at(any, life).await
    }

    /// Opens a door at an address that a process knows already.
    pub(crate) async fn open_at(&self, address: SocketAddr, life: LifeId) -> Door {
        let listener = TcpListener::bind(address).await.expect("a free port");
        let address = listener.local_addr().expect("a bound port");
        let (see, seen) = watch::channel(0);
        let state = Arc::clone(&self.0);
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let talk = Talk { state: Arc::clone(&state), see: see.clone(), life };
                state.connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(async move {
                    // A process that dies leaves half a talk; that is the point.
                    let _ = talk.lease(stream).await;
                    talk.state.connections.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Door { address, seen, accepting: accepting.abort_handle() }
    }

    /// What was delivered so far, in order.
    pub(crate) fn deliveries(&self) -> MutexGuard<'_, Vec<Delivery>> {
        self.0.deliveries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether no connection is open: then nothing is delivered any more.
    pub(crate) fn is_quiet(&self) -> bool {
        self.0.connections.load(Ordering::SeqCst) == 0
    }
}

impl Door {
    /// Waits until the server saw so many events in this life: a command, a final dot, an answer to one.
    pub(crate) async fn saw(&self, events: u32) {
        let mut seen = self.seen.clone();
        // The door outlives whoever waits at it, so that the sender is there.
        let _ = seen.wait_for(|seen| *seen >= events).await;
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// What one connection is talked over with.
struct Talk {
    state: Arc<State>,
    see: watch::Sender<u32>,
    life: LifeId,
}

impl Talk {
    async fn lease(&self, stream: TcpStream) -> std::io::Result<()> {
        stream.set_nodelay(true)?;
        let mut stream = BufReader::new(stream);
        let mut envelope = String::new();
        stream.write_all(b"220 sink ESMTP\r\n").await?;
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            self.see();
            let answer = match line.split([' ', ':', '\r']).next().unwrap_or_default() {
                "EHLO" => "250-sink\r\n250 8BITMIME\r\n",
                "MAIL" => {
                    envelope = line;
                    "250 2.1.0 ok\r\n"
                }
                "RCPT" => {
                    envelope.push_str(&line);
                    "250 2.1.5 ok\r\n"
                }
                "DATA" => {
                    stream.write_all(b"354 go on\r\n").await?;
                    let bytes = read_message(&mut stream, std::mem::take(&mut envelope).into_bytes()).await?;
                    self.deliver(bytes).await;
                    "250 2.0.0 taken\r\n"
                }
                "QUIT" => return stream.write_all(b"221 2.0.0 bye\r\n").await,
                "RSET" | "NOOP" => "250 2.0.0 ok\r\n",
                _ => "502 5.5.1 unknown\r\n",
            };
            stream.write_all(answer.as_bytes()).await?;
            self.see();
        }
    }

    fn see(&self) {
        self.see.send_modify(|seen| *seen += 1);
    }

    async fn deliver(&self, bytes: Vec<u8>) {
        let delivery = Delivery { life: self.life, message_id: message_id(&bytes), bytes };
        self.state.deliveries.lock().unwrap_or_else(PoisonError::into_inner).push(delivery);
        self.see();
        // One in four answers is late: then the window between dot and answer is wide.
        if self.state.longest_wait_ms > 0 && self.state.chance.below(4) == 0 {
            let wait = self.state.chance.below(self.state.longest_wait_ms);
            tokio::time::sleep(Duration::from_millis(wait.into())).await;
        }
    }
}

/// Reads up to the final dot; an end before it is an error, and nothing was delivered.
async fn read_message(stream: &mut BufReader<TcpStream>, mut bytes: Vec<u8>) -> std::io::Result<Vec<u8>> {
    loop {
        let start = bytes.len();
        if stream.read_until(b'\n', &mut bytes).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if &bytes[start..] == b".\r\n" {
            bytes.truncate(start);
            return Ok(bytes);
        }
        if bytes[start] == b'.' {
            bytes.remove(start);
        }
    }
}

fn message_id(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let found = text.lines().find_map(|line| line.strip_prefix("Message-ID: "));
    found.unwrap_or_else(|| panic!("a mail without Message-ID: {text}")).trim().to_owned()
}
