//! Generated schools: as whole as if people had made them, in every state, the same each time, and without a mail.

use std::collections::{BTreeMap, BTreeSet};

use koppelklaar::demo::fleet::{self, Made, Order};
use koppelklaar::domain::actor::Actor;
use koppelklaar::domain::audit::{Action, Entry};
use koppelklaar::domain::connection::Connection;
use koppelklaar::domain::insight::balls;
use koppelklaar::domain::onboarding::progress::is_stuck;
use koppelklaar::domain::onboarding::{Event, Onboarding, Party, Step};
use koppelklaar::domain::school::ContactRef;
use koppelklaar::domain::text::SchoolDomain;
use koppelklaar::jobs::Job;
use koppelklaar::links;
use koppelklaar::services::Call;
use koppelklaar::services::onboarding::{credentials, onboardings, schools};
use koppelklaar::services::operations::audit::{self as audits, Finding};
use koppelklaar::store::onboarding::school_list::Filter;
use koppelklaar::store::onboarding::{connections, onboardings as states};
use koppelklaar::store::operations::{audit, insight};
use koppelklaar::store::people::{contacts, staff};
use strum::IntoEnumIterator;

use crate::support::database::texts;
use crate::support::{DatabaseKind, TestApp, Visitor, block_on, run};

/// Enough for every state.
const SCHOOLS: u32 = 400;

/// Makes schools in an empty installation, with one colleague.
async fn fill(app: &TestApp, schools: u32) -> (Made, Visitor) {
    let eva = app.staff().await;
    let account = staff::list(app.context().db.reader()).await.expect("the store answers").remove(0);
    let order = Order { schools, kurve: Actor::Staff { id: account.id, role: account.role }, now: app.now() };
    let mut told = vec![];
    let made = fleet::fill(app.context(), order, |made| told.push(made.schools)).await.expect("they are made");
    assert_eq!(told.last(), Some(&schools), "who waits is told");
    (made, eva)
}

/// Every connection, by its domain.
async fn all(app: &TestApp) -> BTreeMap<String, (Connection, Onboarding)> {
    let conn = app.context().db.reader();
    let mut all = BTreeMap::new();
    for label in texts(&app.database.url, "SELECT domain FROM connection").await {
        let domain = SchoolDomain::parse(&label).expect("a domain");
        let connection = connections::find_by_domain(conn, &domain).await.expect("it can be read").expect("it is here");
        let state = states::load(conn, connection.id).await.expect("it can be read").state;
        all.insert(label, (connection, state));
    }
    all
}

#[test]
fn generated_schools_stand_where_their_audit_says_and_it_is_whole() {
    run(|app: TestApp| async move {
        let (made, _) = fill(&app, SCHOOLS).await;
        let conn = app.context().db.reader();

        let found = audits::verify(app.context()).await.expect("the audit is read");
        assert!(matches!(found, Finding::Whole { .. }), "{found:?}");
        let all = all(&app).await;
        assert_eq!(all.len() as u32, made.connections);
        for (domain, (connection, state)) in &all {
            let entries = audit::list_after_version(conn, connection.id, 0).await.expect("the audit is read");
            let events: Vec<Event> = entries.into_iter().filter_map(audit_event).collect();
            let mut starts = state.ever_here().map(|school| Onboarding::start(connection.created_at, school));
            assert!(starts.any(|start| start.apply_all(&events) == *state), "{domain}");
            let open = insight::list_open_holdings(conn, connection.id).await.expect("the holdings are read");
            let held: BTreeSet<_> = open.iter().map(|holding| holding.ball).collect();
            assert_eq!((held.len(), held), (open.len(), balls(state)), "{domain}");
            let people = contacts::list(conn, connection.id).await.expect("the contacts are read");
            for person in people {
                let key = app.context().keys.email_key(&person.email.key_form());
                let theirs = contacts::list_connections_of(conn, &key).await.expect("the store answers");
                assert!(theirs.contains(&connection.id), "{domain}");
            }
        }
    });
}

fn audit_event(entry: Entry) -> Option<Event> {
    let Action::Onboarding(change) = entry.action else { return None };
    Some(Event { at: entry.at, by: entry.by, school: entry.school, change })
}

#[test]
fn generated_schools_are_in_every_state_and_the_lists_say_so() {
    run(|app: TestApp| async move {
        let (made, kurve) = fill(&app, SCHOOLS).await;

        let all = all(&app).await;
        let states: Vec<&Onboarding> = all.values().map(|(_, state)| state).collect();
        let mut by_lifecycle = BTreeMap::new();
        states.iter().for_each(|state| *by_lifecycle.entry(state.lifecycle().as_str()).or_default() += 1);
        assert_eq!(by_lifecycle, made.by_lifecycle);
        assert_eq!(by_lifecycle.keys().copied().collect::<Vec<_>>(), ["active", "completed", "paused", "withdrawn"]);
        for step in Step::iter() {
            assert!(states.iter().any(|state| state.holder(step).is_some()), "{step:?} waits somewhere");
            assert!(states.iter().any(|state| state.is_yes(step)), "{step:?} is done somewhere");
        }
        for party in Party::iter() {
            assert!(states.iter().any(|state| balls(state).iter().any(|ball| ball.party == party)), "{party:?}");
        }
        assert!(
            states.iter().any(|state| is_stuck(state)) && states.iter().any(|state| state.access().gone().is_some())
        );
        let many = states.iter().filter(|state| state.schools().count() > 1).count();
        assert!((10..=30).contains(&(many * 100 / states.len())), "{many} of {} have several schools", states.len());
        let rows = texts(&app.database.url, "SELECT CAST(count(*) AS text) FROM school").await;
        assert_eq!(rows, [SCHOOLS.to_string()]);
        let (mut after, mut listed) = (None, 0);
        loop {
            let page = schools::list(app.context(), &Filter::default(), after.as_ref()).await.expect("a page").page;
            listed += page.rows.len();
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(listed as u32, SCHOOLS, "each is on one page");
        for path in [links::STAFF, links::STAFF_SCHOOLS, links::STAFF_INSIGHT] {
            assert_eq!(kurve.get(path).await.status, 200, "{path}");
        }
    });
}

#[test]
fn nothing_of_generated_schools_is_overdue_and_nobody_is_mailed() {
    run(|app: TestApp| async move {
        fill(&app, SCHOOLS).await;

        for job in [Job::PlanReminders, Job::EndPasswords, Job::ResumePaused] {
            assert_eq!(app.run(job).await, 0, "{job:?}");
        }

        assert_eq!(texts(&app.database.url, "SELECT kind FROM outbox WHERE connection_id IS NOT NULL").await.len(), 0);
        assert!(app.new_mails().await.is_empty());
        let sent = texts(&app.database.url, "SELECT stage FROM reminder").await;
        assert!(!sent.is_empty(), "some were reminded before");
    });
}

#[test]
fn a_generated_password_is_shown_to_who_may_see_it() {
    run(|app: TestApp| async move {
        fill(&app, 60).await;
        let all = all(&app).await;
        let is_shown = |state: &Onboarding| state.access().password().is_some_and(|known| known.gone.is_none());
        let (connection, state) = all
            .values()
            .find(|(_, state)| is_shown(state) && !state.lifecycle().is_withdrawn())
            .expect("one whose password is shown");
        let file = onboardings::load_file(app.context(), connection.id).await.expect("it can be read");
        let contact = file.contacts.iter().find(|contact| contact.is_vouched()).expect("who picks it up");
        let actor = Actor::Contact { id: contact.id, roles: contact.roles };
        let call = Call { actor, now: app.now(), request_id: "test".to_owned() };
        let who = ContactRef { connection: connection.id, contact: contact.id };

        let revealed = credentials::reveal(app.context(), &call, who, state.credential_version()).await;
        let query = credentials::download(app.context(), &call, who, state.credential_version()).await;

        assert_eq!(revealed.expect("it is shown").password.expose().len(), 28);
        assert!(!query.expect("it is there").bytes.is_empty());
    });
}

#[test]
fn the_same_number_makes_the_same_schools() {
    block_on(async {
        let mut made = vec![];
        for schools in [80, 40] {
            let app = TestApp::start(DatabaseKind::Sqlite).await;
            fill(&app, schools).await;
            let known = |(domain, (connection, state)): (String, (Connection, Onboarding))| {
                let yes: Vec<Step> = Step::iter().filter(|step| state.is_yes(*step)).collect();
                (domain, (connection.details.name.to_string(), connection.created_at, yes, state.schools().count()))
            };
            made.push(all(&app).await.into_iter().map(known).collect::<BTreeMap<_, _>>());
        }

        // The last connection of the fewer may have been cut short.
        let differ = made[1].iter().filter(|(domain, known)| made[0].get(*domain) != Some(known)).count();
        assert!(differ <= 1, "{differ} differ: {:?} {:?}", made[0], made[1]);
    });
}
