//! Nothing leads a message to where it must not go: a listener that must not be reached counts its callers.

use std::net::SocketAddr;

use tokio::net::TcpListener;

use super::*;
use crate::net::NASTY;

fn leading_to(addresses: &'static [&'static str], port: u16) -> Reach {
    Reach::internet_with(Arc::new(move |_: &str| {
        Some(addresses.iter().map(|text| SocketAddr::new(text.parse().expect("an address"), port)).collect())
    }))
}

const MESSAGE: Message<'_> = Message { id: "m", seconds: 0, signatures: "v1,x", body: "{}" };

#[tokio::test]
async fn sixty_names_lead_nowhere_that_is_not_public_and_nothing_leaves() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("it is bound").port();
    let url = EndpointUrl::parse(&format!("https://numo.example:{port}/")).expect("an address");
    assert!(NASTY.len() >= 60, "{}", NASTY.len());

    for addresses in NASTY {
        let tried = Courier::new(leading_to(addresses, port), vec![]).deliver(&url, MESSAGE).await;

        assert_eq!((tried.outcome, tried.status), (Outcome::NotPublic, None), "{addresses:?}");
    }

    // Whoever connected would stand in line here.
    let nobody = tokio::time::timeout(Duration::from_millis(50), listener.accept()).await;
    assert!(nobody.is_err(), "somebody came");
}

#[tokio::test]
async fn a_host_that_is_named_may_be_private_and_must_still_prove_who_it_is() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("it is bound").port();
    let url = |host: &str| EndpointUrl::parse(&format!("https://{host}:{port}/")).expect("an address");
    let courier = Courier::new(leading_to(&["127.0.0.1"], port), vec!["numo.intern".to_owned()]);
    let hang_up = async {
        let (stream, _) = listener.accept().await.expect("somebody comes");
        drop(stream);
    };

    let (intern, foreign) = (url("numo.intern"), url("numo.extern"));
    let (named, ()) = tokio::join!(courier.deliver(&intern, MESSAGE), hang_up);
    let other = courier.deliver(&foreign, MESSAGE).await;

    assert_eq!((named.outcome, other.outcome), (Outcome::NotSafe, Outcome::NotPublic));
}
