//! The simulator from outside: its marks, its control port, and how another process finds it.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;
use crate::domain::check::CheckCode;
use crate::simulator::{MARK, MARK_HEADER, published};

async fn control(address: SocketAddr, method: &str, path: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    let head = format!("{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n");
    let request = format!("{head}Content-Length: {}\r\n\r\n{body}", body.len());
    stream.write_all(request.as_bytes()).await.expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("it answers in text");
    answer
}

#[tokio::test]
async fn a_script_changes_while_the_simulator_runs_and_other_processes_see_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = SimulatorConfig {
        control: Some(SocketAddr::from(([127, 0, 0, 1], 0))),
        publish: Some(folder.path().to_owned()),
        ..SimulatorConfig::default()
    };
    let simulator = Simulator::start(config, Chance::seeded(1)).await.expect("free ports");
    let port = simulator.control().expect("it was asked for");
    let reach = published::reach(folder.path()).expect("it was published");
    let magister = Magister::new(reach, limits(), Chance::seeded(2));
    assert!(simulator.start_line().starts_with("SIMULATOR: "));

    for (method, path, body, code) in [
        ("GET", "/schools", "", CheckCode::Ok),
        ("PUT", "/schools/a", r#""wrong_password""#, CheckCode::LoginRefused),
        ("PUT", "/schools/a", r#"{ "list": { "rows": 0 } }"#, CheckCode::ListEmpty),
        ("PUT", "/schools/a", r#""refuses""#, CheckCode::PortRefused),
        ("DELETE", "/schools/a", "", CheckCode::Ok),
        ("PUT", "/default", r#""unknown_host""#, CheckCode::HostUnknown),
    ] {
        let answer = control(port, method, path, body).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(answer.to_lowercase().contains(&format!("{MARK_HEADER}: {MARK}").to_lowercase()), "{answer}");

        assert_eq!(check(&magister, "a").await.code, code, "{method} {path} {body}");
    }
    for (method, path, body, status) in
        [("PUT", "/schools/a", "\"nonsense\"", "422"), ("GET", "/", "", "404"), ("PUT", "/default", "", "422")]
    {
        let answer = control(port, method, path, body).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{answer}");
    }
    assert!(control(port, "GET", "/visits", "").await.contains("getdata"));
}

#[tokio::test]
async fn a_simulator_listens_on_loopback_only() {
    let listen = Some(SocketAddr::from(([0, 0, 0, 0], 0)));

    let started = Simulator::start(SimulatorConfig { listen, ..SimulatorConfig::default() }, Chance::seeded(1)).await;

    assert_eq!(started.err().map(|error| error.kind()), Some(std::io::ErrorKind::InvalidInput));
}
