//! A database that does not answer: every page and answer that needs it says so within two seconds, the others stay.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use axum::http::{Method, header};
use futures_util::future::join_all;
use koppelklaar::chance::Chance;
use koppelklaar::domain::check::CheckPolicy;
use koppelklaar::magister::{Limits, Magister};
use koppelklaar::net::Reach;
use koppelklaar::store::Db;
use koppelklaar::web::rate_limit::Allowance;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::watch;

use crate::security::sample;
use crate::security::table::{May, TABLE};
use crate::support::app::{Opened, nonzero};
use crate::support::database::{self, TestDatabase, installed};
use crate::support::{DatabaseKind, Page, TestApp, TestSchool, Visitor, block_on};

/// What becomes of what an app says to its database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Road {
    /// It comes there, and the answer comes back.
    Open,
    /// Nobody is there: each connection ends.
    Closed,
    /// Somebody takes it, and nothing comes back.
    Mute,
}

/// The way from an app to PostgreSQL.
struct Relay {
    road: watch::Sender<Road>,
    /// Where the app believes the database to be.
    url: String,
}

impl Relay {
    async fn start(database: &TestDatabase) -> Self {
        let (start, socket) = database.url.split_once("?host=").expect("a socket");
        let real = PathBuf::from(socket).join(".s.PGSQL.5432");
        let folder = database.folder.path().join("relay");
        std::fs::create_dir(&folder).expect("a folder");
        let listener = UnixListener::bind(folder.join(".s.PGSQL.5432")).expect("a socket");
        let (road, seen) = watch::channel(Road::Open);
        tokio::spawn(async move {
            while let Ok((from, _)) = listener.accept().await {
                tokio::spawn(carry(from, real.clone(), seen.clone()));
            }
        });
        Self { road, url: format!("{start}?host={}", folder.display()) }
    }
}

async fn carry(mut from: UnixStream, real: PathBuf, mut road: watch::Receiver<Road>) {
    if *road.borrow_and_update() == Road::Open {
        let mut to = UnixStream::connect(real).await.expect("the cluster listens");
        tokio::select! {
            _ = tokio::io::copy_bidirectional(&mut from, &mut to) => return,
            // The test is over when nobody is left to change it.
            changed = road.changed() => if changed.is_err() { return },
        }
        if *road.borrow_and_update() == Road::Closed {
            return;
        }
        let _ = road.wait_for(|road| *road != Road::Mute).await;
        return;
    }
    let _ = road.wait_for(|road| *road != Road::Mute).await;
}

/// An app whose way to its database can be closed.
async fn start() -> (TestApp, Relay) {
    let database = database::fresh(DatabaseKind::Postgres).await;
    let relay = Relay::start(&database).await;
    let db = Db::connect(&relay.url).await.expect("the database opens");
    let allowance = Allowance { per_client: nonzero(10_000), per_address: nonzero(10_000) };
    let magister = Magister::new(Reach::nowhere(), Limits::default(), Chance::seeded(8));
    (TestApp::on(Opened { database, db, allowance }, magister, CheckPolicy::default()), relay)
}

/// Those who visit, in the order of the table, and a machine.
struct Visitors {
    stranger: Visitor,
    contact: Visitor,
    colleague: Visitor,
    key: String,
}

impl Visitors {
    async fn of(app: &TestApp, school: &TestSchool) -> Self {
        Self {
            stranger: app.anonymous(),
            contact: app.portal(school).await,
            colleague: app.staff().await,
            key: app.api_key().await,
        }
    }

    /// The visitor who gets past the lock of a route.
    async fn ask(&self, method: &str, path: &str, may: &[May; 4]) -> (Page, Duration) {
        let began = Instant::now();
        let page = match (method, may) {
            (_, [May::Key, ..]) => {
                let key = format!("Bearer {}", self.key).parse().expect("a value");
                self.stranger
                    .send(Method::GET, path, [(header::AUTHORIZATION, key)].into_iter().collect(), String::new())
                    .await
            }
            ("GET", [_, May::Enter, _, _]) => self.contact.get(path).await,
            ("GET", _) => self.colleague.get(path).await,
            (_, [_, May::Enter, _, _]) => self.contact.post(path, &[]).await,
            (_, _) => self.colleague.post(path, &[]).await,
        };
        (page, began.elapsed())
    }
}

/// Pages that need nothing of a database, also for who is signed in.
const WITHOUT: [&str; 5] = ["/", "/woorden", "/aanmelden", "/health/live", "/api/v1/openapi.json"];

#[test]
fn without_its_database_every_answer_that_needs_it_is_there_within_two_seconds_and_says_when_to_come_again() {
    if !installed().any(|kind| kind == DatabaseKind::Postgres) {
        return;
    }
    block_on(async {
        let (app, relay) = start().await;
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let visitors = Visitors::of(&app, &school).await;
        let id = school.connection.to_string();
        let needs = |(_, path, may): &&(&str, &str, [May; 4])| may[0] != May::Enter && !path.contains("openapi");
        let routes: Vec<_> =
            TABLE.iter().filter(needs).map(|(method, path, may)| (*method, sample(path, &id), may)).collect();
        assert!(routes.len() > 80);

        for road in [Road::Closed, Road::Mute] {
            relay.road.send_replace(road);
            // As many at once as one browser after another: each of them waits for the same database.
            for some in routes.chunks(40) {
                let asked = some.iter().map(|(method, path, may)| visitors.ask(method, path, may));
                for ((method, path, _), (page, took)) in some.iter().zip(join_all(asked).await) {
                    assert_eq!(page.status, 503, "{road:?} {method} {path}: {}", page.body);
                    assert!(page.headers.contains_key("retry-after"), "{road:?} {method} {path}");
                    assert!(took < Duration::from_secs(2), "{road:?} {method} {path} took {took:?}");
                    let is_problem = page.headers["content-type"] == "application/problem+json";
                    assert_eq!(is_problem, path.starts_with("/api/"), "{road:?} {method} {path}");
                }
            }
            for path in WITHOUT {
                let page = visitors.stranger.get(path).await;
                assert_eq!(page.status, 200, "{road:?} {path}: {}", page.body);
            }
            let ready = visitors.stranger.get("/health/ready").await;
            assert_eq!((ready.status, ready.body.as_str()), (503, "the database does not answer\n"), "{road:?}");
        }
    });
}

#[test]
fn once_the_database_is_back_its_pages_are_too() {
    if !installed().any(|kind| kind == DatabaseKind::Postgres) {
        return;
    }
    block_on(async {
        let (app, relay) = start().await;
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let contact = app.portal(&school).await;
        relay.road.send_replace(Road::Closed);
        assert_eq!(contact.open("").await.status, 503);

        relay.road.send_replace(Road::Open);

        // Connections that broke are found out one by one.
        let mut tries = 0;
        while contact.open("").await.status != 200 {
            tries += 1;
            assert!(tries < 40, "it does not come back");
        }
    });
}
