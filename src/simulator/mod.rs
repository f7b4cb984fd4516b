//! A Magister of our own: a TLS server that behaves as the wire says, one school per host label.
//!
//! For the demonstration, the tests and `koppelklaar magister-simulator`; it is no part of the service and marks itself
//! as a simulator in each answer. [`script`] says how a school behaves, rung by rung; `doors` has the ports that answer,
//! refuse and keep silent; `server` speaks TLS and HTTP; `answers` and `list` write XML; `control` lets a script change
//! while it runs; [`published`] is how another process on this machine finds it. It only ever listens on loopback.
//!
//! To add a behaviour: a variant in `behaviour`, its preset in [`script`], and follow the compiler.

mod answers;
mod authority;
mod behaviour;
mod control;
mod crowd;
mod doors;
mod list;
mod marks;
pub mod published;
mod query;
pub mod script;
mod server;
mod shared;

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::Mutex;
use rustls::pki_types::CertificateDer;
use tokio::net::TcpListener;
use tokio_util::task::AbortOnDropHandle;

use self::authority::Authority;
pub use self::crowd::Crowd;
use self::doors::Doors;
pub use self::marks::{MARK, MARK_HEADER};
pub use self::script::{SchoolScript, Script};
use self::shared::Inner;
pub use self::shared::Visit;
use crate::chance::Chance;
use crate::net::Reach;

/// How to start a simulator.
#[derive(Debug, Clone, Default)]
pub struct SimulatorConfig {
    /// Where to listen, on loopback; port 0 takes any. By default any port of 127.0.0.1.
    pub listen: Option<SocketAddr>,
    /// Where the control port listens, on loopback; none by default.
    pub control: Option<SocketAddr>,
    /// How each school behaves.
    pub script: Script,
    /// The folder in which other processes find the authority and the names.
    pub publish: Option<PathBuf>,
}

/// A simulator that runs until it is dropped.
pub struct Simulator {
    inner: Arc<Inner>,
    control: Option<SocketAddr>,
    _tasks: Vec<AbortOnDropHandle<()>>,
}

impl Simulator {
    /// Starts one. Its authority is made anew each time.
    ///
    /// # Errors
    /// When an address is not on loopback or cannot be listened on, or nothing can be published.
    pub async fn start(config: SimulatorConfig, chance: Chance) -> io::Result<Self> {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let listener = listen(config.listen.unwrap_or(any)).await?;
        let control = match config.control {
            Some(address) => Some(listen(address).await?),
            None => None,
        };
        let inner = Arc::new(Inner {
            authority: Authority::new().map_err(io::Error::other)?,
            doors: Doors::open(listener.local_addr()?).await?,
            script: Mutex::new(config.script),
            tokens: Mutex::default(),
            visits: Mutex::default(),
            crowd: crowd::Counter::default(),
            publish: config.publish,
            chance,
        });
        inner.publish()?;
        let control_address = control.as_ref().map(TcpListener::local_addr).transpose()?;
        let mut tasks = vec![AbortOnDropHandle::new(tokio::spawn(server::serve(listener, inner.clone())))];
        tasks.extend(control.map(|port| AbortOnDropHandle::new(tokio::spawn(control::serve(port, inner.clone())))));
        Ok(Self { inner, control: control_address, _tasks: tasks })
    }

    /// What to print at the start, so that nobody takes it for a real Magister.
    pub fn start_line(&self) -> String {
        let control = self.control.map_or(String::new(), |port| format!(", control on http://{port}"));
        format!("SIMULATOR: a Magister that is not real listens on {}{control}", self.address())
    }

    /// Where schools that answer listen.
    pub fn address(&self) -> SocketAddr {
        self.inner.doors.answering
    }

    /// Where the control port listens.
    pub fn control(&self) -> Option<SocketAddr> {
        self.control
    }

    /// The certificate of the test authority.
    pub fn authority(&self) -> CertificateDer<'static> {
        self.inner.authority.certificate()
    }

    /// A reach that leads to this simulator and nowhere else.
    pub fn reach(&self) -> Reach {
        let inner = self.inner.clone();
        let names = Arc::new(move |host: &str| inner.look_up(host));
        Reach::loopback(names, self.authority()).expect("the authority made this certificate")
    }

    /// Changes how one school behaves.
    pub fn set(&self, label: &str, school: SchoolScript) -> io::Result<()> {
        self.inner.script().schools.insert(label.to_owned(), school);
        self.inner.publish()
    }

    /// The requests so far, oldest first.
    pub fn visits(&self) -> Vec<Visit> {
        self.inner.visits.lock().clone()
    }

    /// The most callers at one time so far. Only schools that pause show in it.
    pub fn crowd(&self) -> Crowd {
        self.inner.crowd.most()
    }
}

async fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    if !address.ip().is_loopback() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "the simulator only listens on loopback"));
    }
    TcpListener::bind(address).await
}
