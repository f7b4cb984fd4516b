//! No page and no job reads what grows with the schools: every statement that the product runs is shown to the database,
//! which says how it would carry it out.
//!
//! The pages are found by their links and filters, so that a new list is looked at as soon as something leads to it.

mod allowed;
mod crawl;
mod notes;
mod plan;

use std::collections::BTreeSet;
use std::sync::Mutex;

use chrono::TimeDelta;
use koppelklaar::demo::fleet::{self, Order};
use koppelklaar::domain::actor::StaffRole;
use koppelklaar::domain::ids::{CheckId, JoinRequestId};
use koppelklaar::domain::join::{Asker, JoinKind, JoinRequest};
use koppelklaar::domain::message::{Offered, sort};
use koppelklaar::domain::new_schools::NewSchools;
use koppelklaar::domain::school::{ContactRef, Region, SchoolDetails};
use koppelklaar::domain::text::{Brin, MessageText, SchoolDomain, SchoolName};
use koppelklaar::domain::webhook::EndpointUrl;
use koppelklaar::jobs::{self, Job};
use koppelklaar::links;
use koppelklaar::services::checks;
use koppelklaar::services::messages::receiving;
use koppelklaar::services::people::registrations;
use koppelklaar::services::webhooks::endpoints;
use koppelklaar::services::{AnonymousCall, Context};
use koppelklaar::store::checks::check_status;
use koppelklaar::store::onboarding::joins;
use koppelklaar::store::people::contacts;
use sea_orm::{ConnectOptions, ConnectionTrait, Database};
use strum::IntoEnumIterator;

use self::allowed::ALLOWED;
use self::crawl::{crawl, kind_of};
use self::notes::Notes;
use super::many;
use crate::option_b::stopped;
use crate::security::table::TABLE;
use crate::support::database::sql;
use crate::support::following::ask;
use crate::support::{TestApp, TestSchool, Visitor, on_each_database};

/// Enough that one page is a small part.
const SCHOOLS: u32 = 1_500;

/// Everybody who looks.
struct People {
    school: TestSchool,
    /// One that stopped with Optie B.
    stopped: TestSchool,
    kurve: Visitor,
    /// The path of a run of checks.
    run: String,
    /// The path of a list of schools that was brought.
    list: String,
    /// A check of the school.
    check: CheckId,
}

/// A list with a school that is here, one that is not, and one with a fault.
const LIST: &str = "School;BRIN;Domein;Contact;E-mail\n\
    Bonhoeffer College;12AB;bonhoeffer;Anna de Wit;anna@bonhoeffer.example\n\
    De Zon;98ZB;zon;Bo Bos;bo@zon.example\nDe Maan;12A8;maan;Bo Bos;bo@zon.example\n";

/// What is not opened by a link: it takes a token, which is found by its hash, or never ends.
const NOT_OPENED: [&str; 11] = [
    links::REGISTER_CONFIRM,
    links::REGISTER_CHANGE,
    links::SIGN_IN_LINK,
    links::UNSUBSCRIBE,
    links::STAFF_INVITE,
    links::STAFF_PROVIDER_BACK,
    links::ASSETS,
    links::SCHOOL_CHECK_LIVE.route(),
    links::STAFF_CHECK_LIVE,
    links::STAFF_CHECK_RUN_LIVE,
    links::STAFF_BULK_LIVE,
];

#[test]
fn no_page_and_no_job_reads_what_grows_with_the_schools() {
    let (wrong, unseen) = (Mutex::new(vec![]), Mutex::new(BTreeSet::new()));
    on_each_database(async |kind| {
        let notes = Notes::default();
        let app = TestApp::start_listening(kind, notes.ear()).await;
        let people = fill(&app).await;
        if app.database.is_postgres() {
            sql(&app.database.url, "ANALYZE").await;
        }

        let opened = open_all(&app, &people, &notes).await;
        run_all(&app, &notes).await;

        let found = faults(&app, &notes).await.into_iter().map(|fault| format!("{kind:?}: {fault}"));
        wrong.lock().expect("nobody panicked").extend(found);
        unseen.lock().expect("nobody panicked").extend(not_opened(&opened));
    });

    let (wrong, unseen) = (wrong.into_inner().expect("all is said"), unseen.into_inner().expect("all is said"));
    assert!(wrong.is_empty(), "{} statements:\n\n{}", wrong.len(), wrong.join("\n\n"));
    assert_eq!(unseen, BTreeSet::new(), "no page leads there: open it here");
}

/// Schools in every state, checks and mails of every sort, and one connection with a long history.
async fn fill(app: &TestApp) -> People {
    let school = app.school("Bonhoeffer College", "12AB", "bonhoeffer").await;
    let stopped = stopped(app, true).await;
    let kurve = app.staff().await;
    let context = app.context();
    let actor = app.kurve_again().await;
    app.issue(actor, &school).await;
    let (now, conn) = (app.now(), context.db.reader());
    fleet::fill(context, Order { schools: SCHOOLS, kurve: actor, now }, |_| ()).await.expect("they are made");
    let ids = many::connections(context).await;
    many::add_checks(context, &ids, now).await;
    many::add_mails(context, &ids, now).await;
    many::add_history(context, school.connection, now).await;
    for (number, connection) in ids.iter().enumerate().take(120) {
        let people = contacts::list(conn, *connection).await.expect("the store answers");
        let request = JoinRequest {
            id: JoinRequestId::from_uuid(context.chance.uuid_v7(now)),
            connection: if number % 2 == 0 { school.connection } else { ids[number + 1] },
            kind: JoinKind::OtherDomain,
            school: SchoolDetails {
                name: SchoolName::parse("Anders").expect("a name"),
                brin: Brin::parse(&format!("98{}{}", letter(number / 26), letter(number))).expect("a BRIN"),
            },
            domain: SchoolDomain::parse("anders").expect("a domain"),
            region: Region::Noord,
            asker: Asker::Contact(ContactRef { connection: *connection, contact: people[0].id }),
            asked_at: now - TimeDelta::minutes(i64::try_from(number).expect("a small number")),
            decision: None,
        };
        let key = context.keys.email_key(&people[0].email.key_form());
        let tx = context.db.begin_write().await.expect("the store answers");
        joins::insert(tx.conn(), &request, &key).await.expect("it is new");
        tx.commit().await.expect("the store answers");
    }
    let tx = context.db.begin_write().await.expect("the store answers");
    check_status::save_next(tx.conn(), ids[1], Some(now)).await.expect("the store answers");
    tx.commit().await.expect("the store answers");
    let page = kurve.get(links::STAFF_CONNECTIONS).await;
    let ticked = format!("school-{}", school.connection);
    let asked = page.submit(&kurve, "[data-form=run]", &[(&ticked, "ja"), ("wat", "scholen")]).await;
    let run = asked.location().to_owned();
    let page = kurve.get(links::STAFF_SCHOOLS).await;
    let chosen = page.submit(&kurve, "[data-form=bulk]", &[("bladzijde", "ja"), ("doen", "remind")]).await;
    kurve.follow(&chosen).await.submit(&kurve, "[data-form=begin]", &[]).await;
    checks::run_next(context, &app.app.magister, || app.now()).await.expect("the line can be read");
    let check = checks::latest(context, school.connection).await.expect("the store answers").expect("one was made").id;
    let token = app.ask_for_school("De Oever", "98ZZ", "oever", "olaf@oever.example").await;
    let review = Context { new_schools: NewSchools::Review, ..context.clone() };
    let call = AnonymousCall::new(app.now(), "test");
    registrations::confirm(&review, call, &token, None).await.expect("it waits for Kurve");
    let brought = kurve.upload(&kurve.get(links::STAFF_ROSTERS).await, "lijst.csv", LIST.as_bytes()).await;
    let list = brought.location().to_owned();
    write(app, &kurve, &school).await;
    People { school, stopped, kurve, run, list, check }
}

/// A template, and messages both ways with a file.
async fn write(app: &TestApp, kurve: &Visitor, school: &TestSchool) {
    let page = kurve.get(links::STAFF_TEMPLATES).await;
    let fields = [("name", "Consent"), ("text", "Geef consent.")];
    page.submit(kurve, "[data-form=add_template]", &fields).await;
    let page = kurve.get(&links::staff_school(links::STAFF_MESSAGES, school.connection)).await;
    page.submit(kurve, "[data-form=message]", &[("text", "Lukt het?"), ("do", "send")]).await;
    let text = MessageText::parse("Kijk maar.").expect("a message");
    let file = Offered { name: "scherm.png".to_owned(), bytes: b"\x89PNG\r\n\x1a\n".to_vec(), is_inline: false };
    let call = app.call_of(school);
    receiving::receive(app.context(), &call, school.connection, text, sort(vec![file])).await.expect("it is kept");
}

fn letter(number: usize) -> char {
    char::from(b'A' + u8::try_from(number % 26).expect("below 26"))
}

/// Opens every page, as whoever may; returns what was opened.
async fn open_all(app: &TestApp, people: &People, notes: &Notes) -> BTreeSet<String> {
    let of_school = |school: &TestSchool| vec![school.at(links::SCHOOL), links::SCHOOLS.to_owned()];
    let public = [links::HOME, links::SIGN_IN, links::SIGN_IN_CODE, links::STAFF_SIGN_IN, links::REGISTER_SENT];
    let machines = [links::HEALTH_LIVE, links::HEALTH_READY, links::API, links::API_KEY_SET, links::API_DESCRIPTION];
    let check = links::staff_check(links::STAFF_CHECK, people.school.connection, people.check);
    let mut opened =
        crawl(&people.kurve, notes, &[links::STAFF.to_owned(), people.run.clone(), people.list.clone(), check]).await;
    for school in [&people.school, &people.stopped] {
        notes.begin("");
        app.new_mails().await;
        notes.begin("signing in");
        let contact = app.portal(school).await;
        let mut begins = of_school(school);
        if school.connection == people.school.connection {
            begins.push(links::SCHOOL_CHECK.check(school.connection, people.check));
        }
        opened.extend(crawl(&contact, notes, &begins).await);
    }
    let public: Vec<String> = public.iter().chain(&machines).map(|path| (*path).to_owned()).collect();
    opened.extend(crawl(&app.anonymous(), notes, &public).await);
    notes.begin("");
    let key = app.api_key().await;
    notes.begin("GET verdict");
    app.verdict_of(&key, &people.school.brin).await;
    opened.push(links::fill(links::API_IMPORT_GATE, &[&people.school.brin]));
    let (since, brin) = (links::query([("changed_since", &*app.now().to_rfc3339())]), &people.school.brin);
    for path in [
        links::fill(links::API_STATEMENT, &[brin]),
        links::fill(links::API_SCHOOL, &[brin]),
        links::fill(links::API_CONNECTION, &[brin]),
        format!("{}?limit=500", links::API_SCHOOLS),
        format!("{}?verdict=open&limit=20", links::API_SCHOOLS),
        format!("{}?verdict=closed&{since}", links::API_SCHOOLS),
        format!("{}?after=0&limit=20", links::API_EVENTS),
    ] {
        notes.begin(&format!("GET {path}"));
        let answer = ask(&app.anonymous(), &key, &path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        opened.push(path);
    }
    notes.begin("signing in");
    let admin = app.staff_as("boss@kurve.nl", StaffRole::Admin).await;
    notes.begin("adding a webhook");
    let url = EndpointUrl::parse("https://numo.example/koppelklaar").expect("an address");
    let added = endpoints::add(app.context(), &app.operator(), url).await.expect("it is new");
    endpoints::replay(app.context(), &app.operator(), added.id, 0).await.expect("it is there");
    let webhook = links::fill(links::STAFF_WEBHOOK, &[&added.id.to_string()]);
    for path in [links::STAFF_API_KEYS, links::STAFF_SYSTEM, links::STAFF_PRIVACY, links::STAFF_WEBHOOKS, &webhook] {
        notes.begin(&format!("GET {path}"));
        admin.get(path).await;
        opened.push(path.to_owned());
    }
    opened.into_iter().collect()
}

/// Runs what runs by itself.
async fn run_all(app: &TestApp, notes: &Notes) {
    for days in [0, 3] {
        app.advance(TimeDelta::days(days));
        for job in Job::iter() {
            notes.begin(&format!("job {}", job.as_str()));
            app.run(job).await;
        }
        notes.begin("a run for many");
        jobs::bulk::run_due(&app.app).await.expect("the runs can be read");
        notes.begin("sending mails");
        app.send_mails().await;
        notes.begin("sending webhooks");
        jobs::webhooks::look(&app.app, &|| false).await.expect("the deliveries can be read");
        notes.begin("making a check");
        let made = checks::run_next(app.context(), &app.app.magister, || app.now()).await;
        made.expect("the line can be read");
    }
}

/// Routes that are read and were not opened.
fn not_opened(opened: &BTreeSet<String>) -> BTreeSet<&'static str> {
    let kinds: Vec<String> = opened.iter().map(|path| kind_of(path)).collect();
    let reads = TABLE.iter().filter(|(method, ..)| *method == "GET").map(|(_, path, _)| *path);
    reads
        .filter(|route| !NOT_OPENED.contains(route))
        .filter(|route| !kinds.iter().any(|kind| is_of(kind, route)))
        .collect()
}

fn is_of(kind: &str, route: &str) -> bool {
    let path = kind.split('?').next().unwrap_or_default();
    let (path, route): (Vec<_>, Vec<_>) = (path.split('/').collect(), route.split('/').collect());
    path.len() == route.len() && path.iter().zip(&route).all(|(part, named)| named.starts_with('{') || part == named)
}

/// What is wrong with the statements that were heard, but for those that may be so.
async fn faults(app: &TestApp, notes: &Notes) -> Vec<String> {
    let mut options = ConnectOptions::new(&app.database.url);
    options.max_connections(1);
    let conn = Database::connect(options).await.expect("the database opens");
    let is_postgres = app.database.is_postgres();
    if is_postgres {
        // A table of a thousand rows is soon read whole; with a hundred thousand it would not be.
        conn.execute_unprepared("SET enable_seqscan = off").await.expect("a setting");
    }
    let mut found = vec![];
    for asked in notes.take() {
        let is_allowed =
            ALLOWED.iter().any(|(what, words, _)| asked.what.starts_with(what) && asked.statement.sql.contains(words));
        if !is_allowed && let Some(fault) = plan::fault(&conn, &asked, is_postgres).await {
            found.push(fault);
        }
    }
    found
}
