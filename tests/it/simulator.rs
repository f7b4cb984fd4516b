//! `koppelklaar magister-simulator` as somebody runs it: the real program, found and changed from outside.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use koppelklaar::chance::Chance;
use koppelklaar::domain::check::CheckCode;
use koppelklaar::domain::credential::Password;
use koppelklaar::domain::text::SchoolDomain;
use koppelklaar::magister::{Limits, Magister, Port, Target};
use koppelklaar::simulator::{MARK, MARK_HEADER, published};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::support::block_on;

/// The program while it runs; ended when dropped.
struct Running {
    child: Child,
    start_line: String,
}

impl Running {
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_koppelklaar"));
        command.env_clear().current_dir(folder).arg("magister-simulator").args(arguments);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("the program starts");
        let mut start_line = String::new();
        let out = child.stdout.take().expect("piped");
        BufReader::new(out).read_line(&mut start_line).expect("it says that it listens");
        Self { child, start_line }
    }

    /// The address behind some words of the start line.
    fn address(&self, words: &str) -> SocketAddr {
        let (_, rest) = self.start_line.split_once(words).unwrap_or_else(|| panic!("{}", self.start_line));
        let end = rest.find(|sign: char| !sign.is_ascii_digit() && !".:".contains(sign)).unwrap_or(rest.len());
        rest[..end].parse().unwrap_or_else(|_| panic!("{}", self.start_line))
    }

    /// Asks the control port for something.
    fn control(&self, request: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(self.address("control on http://")).expect("it listens");
        let head =
            format!("{request} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
        stream.write_all((head + body).as_bytes()).expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        answer
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// How a real check of a school ends that finds the simulator by what it published.
fn check(published: &Path, label: &str) -> CheckCode {
    let mut code = None;
    block_on(async {
        let reach = published::reach(published).expect("it was published");
        let limits = Limits { connect: Duration::from_secs(60), total: Duration::from_secs(120), ..Limits::default() };
        let magister = Magister::new(reach, limits, Chance::seeded(1));
        let target = Target::new(SchoolDomain::parse(label).expect("a label"), Port::Live);
        let password = Password::from_stored("een-wachtwoord-van-een-test".to_owned());
        code = magister.check(&target, &password, &mut |_| {}).await.ok().map(|result| result.code);
    });
    code.expect("nobody else checks it")
}

/// The head of an answer of a school, over TLS that trusts only the published authority.
fn head_of(running: &Running, published: &Path, host: &str) -> String {
    let authority = CertificateDer::from_pem_file(published.join("authority.pem")).expect("it was published");
    let mut roots = RootCertStore::empty();
    roots.add(authority).expect("a certificate");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring has cipher suites for TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).expect("a host");
    let connection = ClientConnection::new(Arc::new(config), name).expect("a configuration");
    let stream = TcpStream::connect(running.address("listens on ")).expect("it listens");
    let mut stream = StreamOwned::new(connection, stream);
    let body = "Library=Algemeen&Function=Login&UserName=Kurve&Password=x&Type=XML";
    let head = format!("POST /doc HTTP/1.1\r\nHost: {host}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    stream.write_all(head.as_bytes()).expect("it reads");
    let mut answer = vec![0; 4_096];
    let mut read = 0;
    while !answer[..read].windows(4).any(|four| four == b"\r\n\r\n") {
        let more = stream.read(&mut answer[read..]).expect("it answers");
        assert!(more > 0, "it answers with a head");
        read += more;
    }
    String::from_utf8_lossy(&answer[..read]).into_owned()
}

#[test]
fn the_simulator_is_started_with_a_script_found_by_a_check_changed_while_it_runs_and_marked() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = r#"{ "default": "unknown_host", "schools": { "goed": "right", "leeg": { "list": { "rows": 0 } } } }"#;
    std::fs::write(folder.path().join("scholen.json"), script).expect("it is written");
    let arguments = ["--script", "scholen.json", "--control", "127.0.0.1:0", "--publish", "hier"];
    let running = Running::start(folder.path(), &arguments);
    let published = folder.path().join("hier");

    assert!(running.start_line.starts_with("SIMULATOR: a Magister that is not real"), "{}", running.start_line);
    let codes = ["goed", "leeg", "elders"].map(|label| check(&published, label));
    assert_eq!(codes, [CheckCode::Ok, CheckCode::ListEmpty, CheckCode::HostUnknown]);

    let changed = running.control("PUT /schools/goed", "\"wrong_password\"");
    assert!(changed.starts_with("HTTP/1.1 200"), "{changed}");
    assert_eq!(check(&published, "goed"), CheckCode::LoginRefused);
    assert!(running.control("GET /visits", "").contains("getdata"));

    let head = head_of(&running, &published, "goed.swp.nl").to_lowercase();
    assert!(head.contains(&format!("{MARK_HEADER}: {MARK}").to_lowercase()), "{head}");
}

#[test]
fn a_simulator_with_a_wrong_script_does_not_start() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("scholen.json"), r#"{ "default": "nonsense" }"#).expect("it is written");
    let mut command = Command::new(env!("CARGO_BIN_EXE_koppelklaar"));

    let ended = command
        .env_clear()
        .current_dir(folder.path())
        .args(["magister-simulator", "--script", "scholen.json"])
        .stdin(Stdio::null())
        .output()
        .expect("the program starts");

    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(!ended.status.success() && said.contains("--script: scholen.json: no preset \"nonsense\""), "{said}");
}
