//! Schools to do something to, and what became of it.

use koppelklaar::domain::actor::Actor;
use koppelklaar::domain::bulk::{BulkKind, BulkOutcome, BulkWork};
use koppelklaar::domain::ids::BulkRunId;
use koppelklaar::domain::onboarding::Step;
use koppelklaar::jobs;
use koppelklaar::links;
use koppelklaar::services::bulk::{self, Chosen, Selection};
use koppelklaar::services::onboarding::onboardings;
use koppelklaar::store;
use koppelklaar::store::onboarding::schools;
use koppelklaar::store::operations::bulk_items::Which;
use koppelklaar::store::operations::bulk_runs::BulkRun;

use crate::checks::five_hundred::many;
use crate::support::acting::reason;
use crate::support::{Page, TestApp, TestSchool, Visitor};

/// Schools with one contact each, for which credentials are to be issued.
pub(super) async fn schools_with_details(app: &TestApp, numbers: std::ops::Range<u32>) -> Vec<TestSchool> {
    let db = &app.context().db;
    let work = db.begin_write().await.expect("the database answers");
    let mut made = vec![];
    for number in numbers {
        let (connection, contacts) = many::insert_school(&app.app, work.conn(), (number, 1), app.now()).await;
        let all = schools::list(work.conn(), connection).await.expect("it was made");
        let (id, brin, email) = (all[0].id, all[0].details.brin.to_string(), contacts[0].email.to_string());
        made.push(TestSchool { id, connection, contact: contacts[0].id, brin, email });
    }
    work.commit().await.expect("the database answers");
    app.count_anew().await;
    for school in &made {
        app.claim(school, Step::DetailsSubmitted).await.expect("it is open");
    }
    app.new_mails().await;
    made
}

/// These schools, as rows that were ticked.
pub(super) fn rows(schools: &[TestSchool]) -> Selection {
    let row = |school: &TestSchool| Chosen { connection: school.connection, school: Some(school.id) };
    Selection::Rows(schools.iter().map(row).collect())
}

/// Puts a run together over these schools and begins it.
pub(super) async fn begin(app: &TestApp, kurve: Actor, work: &BulkWork, schools: &[TestSchool]) -> BulkRunId {
    let call = app.call(kurve);
    let id = bulk::put_together(app.context(), &call, work.kind(), &rows(schools)).await.expect("a colleague may");
    assert!(bulk::begin(app.context(), &call, id, work).await.expect("it is theirs"));
    id
}

/// Kurve vouches for the only contact of each, and issues.
pub(super) fn vouch_and_issue() -> BulkWork {
    BulkWork::VouchAndIssue { ground: reason("Al bekend bij Kurve.") }
}

/// Goes on until nothing is left.
pub(super) async fn run_due(app: &TestApp) {
    jobs::bulk::run_due(&app.app).await.expect("the store answers");
}

pub(super) async fn load(app: &TestApp, run: BulkRunId) -> BulkRun {
    bulk::find(app.context(), run).await.expect("it is there")
}

/// How each item came out, in order; with why.
pub(super) async fn outcomes(app: &TestApp, run: BulkRunId) -> Vec<(String, Option<BulkOutcome>, String)> {
    let page = bulk::list_items(app.context(), run, Which::All, 0).await.expect("the store answers");
    let why = |result| bulk::why_not(result).map(|why| format!("{why:?}")).unwrap_or_default();
    let said = page.rows.iter().map(|item| {
        let result = item.result.as_ref();
        (item.label.clone(), result.map(|result| result.outcome), result.map(why).unwrap_or_default())
    });
    said.collect()
}

/// How many times credentials were issued for a school, by its timeline.
pub(super) async fn times_issued(app: &TestApp, school: &TestSchool) -> usize {
    let entries = onboardings::list_timeline(app.context(), school.connection, None, 200).await;
    entries.expect("the store answers").iter().filter(|entry| entry.action.name() == "credentials_issued").count()
}

/// The run is whole: each of these schools was issued to once, and its numbers are those of its items.
pub(super) async fn is_whole(app: &TestApp, run: BulkRunId, schools: &[TestSchool]) {
    let known = load(app, run).await;
    assert!(known.finished_at.is_some(), "{known:?}");
    let counted = store::operations::bulk_items::count(app.context().db.reader(), run).await;
    assert_eq!(known.counts, counted.expect("the store answers"));
    assert_eq!((known.total, known.done), (schools.len() as u32, schools.len() as u32));
    assert_eq!(known.count(BulkOutcome::Done), known.total, "{:?}", outcomes(app, run).await);
    for school in schools {
        assert_eq!(times_issued(app, school).await, 1, "{}", school.brin);
        let conn = app.context().db.reader();
        let newest = store::onboarding::credentials::find_newest(conn, school.connection).await;
        assert_eq!(newest.expect("the store answers").expect("they were issued").version, 1, "{}", school.brin);
    }
}

/// Chooses rows of the list of schools, and returns the page of the run that was put together.
pub(super) async fn choose(kurve: &Visitor, kind: BulkKind, fields: &[(&str, &str)]) -> Page {
    let list = kurve.get(links::STAFF_SCHOOLS).await;
    let mut all = fields.to_vec();
    all.push(("doen", kind.as_str()));
    let chosen = list.submit(kurve, "[data-form=bulk]", &all).await;
    kurve.follow(&chosen).await
}

/// The run of a page.
pub(super) fn run_of(page: &Page) -> BulkRunId {
    page.path.rsplit('/').next().expect("a path").parse().expect("an id")
}
