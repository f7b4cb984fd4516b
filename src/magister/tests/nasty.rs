//! Nothing leads a check to where it must not go: a listener that must not be reached counts its callers.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio_util::task::AbortOnDropHandle;

use super::*;
use crate::domain::check::{CheckCode, Oddity, Rung};
use crate::net::{NASTY, Reach};
use crate::simulator::script::{DataScript, LoginScript, Odd, SoapScript};

/// Listens on every address of this machine and counts who calls.
struct Forbidden {
    port: u16,
    callers: Arc<AtomicUsize>,
    _task: AbortOnDropHandle<()>,
}

impl Forbidden {
    async fn open() -> Self {
        // Both families where the machine has both.
        let listener = match TcpListener::bind("[::]:0").await {
            Ok(listener) => listener,
            Err(_) => TcpListener::bind("0.0.0.0:0").await.expect("a free port"),
        };
        let port = listener.local_addr().expect("it is bound").port();
        let callers = Arc::new(AtomicUsize::new(0));
        let counted = callers.clone();
        let task = tokio::spawn(async move {
            while listener.accept().await.is_ok() {
                counted.fetch_add(1, Ordering::SeqCst);
            }
        });
        Self { port, callers, _task: AbortOnDropHandle::new(task) }
    }

    async fn callers(&self) -> usize {
        tokio::time::sleep(Duration::from_millis(50)).await;
        self.callers.load(Ordering::SeqCst)
    }
}

fn lead_to(addresses: &'static [&'static str], port: u16, asked: Arc<AtomicUsize>) -> Arc<crate::net::Lookup> {
    Arc::new(move |_: &str| {
        asked.fetch_add(1, Ordering::SeqCst);
        let parse = |text: &&str| SocketAddr::new(text.parse().unwrap_or_else(|_| panic!("{text}")), port);
        Some(addresses.iter().map(parse).collect())
    })
}

#[tokio::test]
async fn no_name_leads_to_an_address_that_is_not_public() {
    let forbidden = Forbidden::open().await;

    for addresses in NASTY {
        let asked = Arc::new(AtomicUsize::new(0));
        let reach = Reach::internet_with(lead_to(addresses, forbidden.port, asked.clone()));
        let magister = Magister::new(reach, limits(), Chance::seeded(1));

        let result = check(&magister, "bonhoeffer").await;

        let seen = (result.code, result.rung, result.oddity);
        let expected = (CheckCode::UnexpectedAnswer, Rung::Name, Some(Oddity::AddressNotPublic));
        assert_eq!(seen, expected, "{addresses:?}");
        assert_eq!(asked.load(Ordering::SeqCst), 1, "a name is looked up once");
        assert!(result.proven().is_empty());
    }
    assert_eq!(forbidden.callers().await, 0);
}

#[tokio::test]
async fn the_listener_of_these_tests_can_be_reached_by_who_may() {
    let forbidden = Forbidden::open().await;
    let (simulator, port) = (simulator(Script::default()).await, forbidden.port);
    let names = lead_to(&["127.0.0.1"], port, Arc::default());
    let reach = Reach::loopback(names, simulator.authority()).expect("a certificate");

    check(&Magister::new(reach, limits(), Chance::seeded(1)), "bonhoeffer").await;

    assert_eq!(forbidden.callers().await, 1);
}

#[tokio::test]
async fn the_connection_itself_is_guarded_whoever_asks_for_it() {
    let forbidden = Forbidden::open().await;
    let reach = Reach::internet();
    for text in ["127.0.0.1", "::1", "::ffff:127.0.0.1", "0.0.0.0"] {
        let address = SocketAddr::new(text.parse().expect("an address"), forbidden.port);

        let dialled = crate::net::connection::dial(&reach, &[address], Duration::from_secs(1)).await;

        assert_eq!(dialled.err(), Some(CheckCode::NoRoute), "{text}");
    }
    assert_eq!(forbidden.callers().await, 0);
}

#[tokio::test]
async fn a_demonstration_reaches_this_machine_only() {
    let simulator = simulator(Script::default()).await;
    for addresses in [&["1.2.3.4"], &["10.0.0.1"], &["2a00:1450::1"], &["0.0.0.0"], &["::ffff:127.0.0.1"]] {
        let names = lead_to(addresses, 8800, Arc::default());
        let reach = Reach::loopback(names, simulator.authority()).expect("a certificate");

        let result = check(&Magister::new(reach, limits(), Chance::seeded(1)), "bonhoeffer").await;

        assert_eq!(result.oddity, Some(Oddity::AddressNotPublic), "{addresses:?}");
    }
}

#[tokio::test]
async fn a_name_that_changes_in_between_is_not_looked_up_again() {
    let forbidden = Forbidden::open().await;
    let simulator = simulator(Script::default()).await;
    let (good, bad) = (simulator.address(), SocketAddr::from((Ipv4Addr::LOCALHOST, forbidden.port)));
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = asked.clone();
    let names = Arc::new(move |_: &str| {
        let first = counted.fetch_add(1, Ordering::SeqCst) == 0;
        Some(vec![if first { good } else { bad }])
    });
    let reach = Reach::loopback(names, simulator.authority()).expect("a certificate");

    let result = check(&Magister::new(reach, limits(), Chance::seeded(1)), "bonhoeffer").await;

    assert_eq!((result.code, asked.load(Ordering::SeqCst), simulator.visits().len()), (CheckCode::Ok, 1, 3));
    assert_eq!(forbidden.callers().await, 0);
}

#[tokio::test]
async fn no_redirect_is_followed() {
    let forbidden = Forbidden::open().await;
    let simulator = simulator(Script::default()).await;
    let magister = magister(&simulator);
    let host = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let port = forbidden.port;
    for (at, location) in [
        format!("http://{host}:{port}/"),
        format!("https://{host}:{port}/doc"),
        format!("//{host}:{port}/doc"),
        format!("https://school@{host}:{port}/doc"),
        format!("https://localhost:{port}/doc?Library=Data"),
        format!("https://[::1]:{port}/doc"),
        format!("https://2130706433:{port}/doc"),
        format!("https://0x7f000001:{port}/doc"),
        format!("https://bonhoeffer.swp.nl:{port}/doc"),
        "/doc".to_owned(),
        "file:///etc/passwd".to_owned(),
        "gopher://127.0.0.1/".to_owned(),
    ]
    .into_iter()
    .enumerate()
    {
        let label = format!("school-{at}");
        let redirect = SchoolScript { location: location.clone(), ..SchoolScript::default() };
        for (school, rung) in [
            (SchoolScript { data: DataScript::Odd(Odd::Redirect), ..redirect.clone() }, Rung::Data),
            (SchoolScript { login: LoginScript::Odd(Odd::Redirect), ..redirect.clone() }, Rung::Login),
            (
                SchoolScript { soap: SoapScript::Missing, login: LoginScript::Odd(Odd::Redirect), ..redirect.clone() },
                Rung::Login,
            ),
        ] {
            simulator.set(&label, school).expect("nothing is published");

            let result = check(&magister, &label).await;

            assert_eq!((result.rung, result.oddity), (rung, Some(Oddity::Redirect)), "{location}");
        }
    }
    assert_eq!(forbidden.callers().await, 0);
}
