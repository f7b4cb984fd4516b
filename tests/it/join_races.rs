//! What happens at once to a connection that somebody asks to join: one of two decisions counts, and none is half done.

use koppelklaar::domain::actor::Actor;
use koppelklaar::domain::credential::reveal::ClosedReason;
use koppelklaar::domain::ids::JoinRequestId;
use koppelklaar::domain::join::JoinOutcome;
use koppelklaar::domain::onboarding::Command;
use koppelklaar::services::onboarding::joins::decide::{self, Accept};
use koppelklaar::services::onboarding::{credentials, onboardings};
use koppelklaar::services::people::registrations;
use koppelklaar::services::{AnonymousCall, ServiceError};
use koppelklaar::store::onboarding::joins;

use crate::support::acting::reason;
use crate::support::{TestApp, TestSchool, run};

/// How often each race is run: which of two comes first is chance.
const ROUNDS: usize = 4;

/// A connection, and a request to join it by somebody of another school, numbered from 0.
async fn asked(app: &TestApp, number: usize) -> (TestSchool, Vec<JoinRequestId>) {
    let label = format!("kompas{number}");
    let school = app.school_by_services("Kompas", &format!("2{number}AA"), &label).await;
    let email = format!("carla@baken{number}.example");
    let token = app.ask_for_school("Het Baken", &format!("3{number}AA"), &label, &email).await;
    let call = AnonymousCall::new(app.now(), "test");
    registrations::confirm(app.context(), call, &token, None).await.expect("the request waits for its confirmation");
    app.new_mails().await;
    let open = joins::list_open(app.context().db.reader(), school.connection).await.expect("the store answers");
    (school, open.iter().map(|request| request.id).collect())
}

/// What one press of Kurve does.
#[derive(Clone, Copy)]
enum Press {
    Accept,
    Decline,
    Issue,
    Stop,
}

async fn press(
    app: &TestApp,
    kurve: Actor,
    school: &TestSchool,
    ids: &[JoinRequestId],
    press: Press,
) -> Result<(), ServiceError> {
    let (context, call, connection) = (app.context(), app.call(kurve), school.connection);
    let seen = onboardings::load_file(context, connection).await?.version;
    match press {
        Press::Accept => decide::accept(context, &call, connection, ids, Accept::default(), seen).await.map(drop),
        Press::Decline => decide::decline(context, &call, connection, ids, reason("Een andere Magister."), seen).await,
        Press::Issue => credentials::issue(context, &call, connection, None, None).await,
        Press::Stop => {
            let stop =
                Command::Withdraw { school: school.id, reason: reason("We kiezen Optie B."), chose_option_b: false };
            onboardings::act(context, &call, connection, &stop, None).await
        }
    }
}

/// Two presses at once, and what became of each.
async fn at_once(
    app: &TestApp,
    kurve: Actor,
    (school, ids): (&TestSchool, &[JoinRequestId]),
    presses: [Press; 2],
) -> [Result<(), ServiceError>; 2] {
    let [one, other] = presses;
    let both = tokio::join!(press(app, kurve, school, ids, one), press(app, kurve, school, ids, other));
    app.new_mails().await;
    [both.0, both.1]
}

fn is_lost(result: &Result<(), ServiceError>) -> bool {
    matches!(result, Err(ServiceError::Conflict | ServiceError::Refused(_)))
}

#[test]
fn a_request_that_is_let_in_twice_at_once_brings_one_school_and_one_contact() {
    run(|app: TestApp| async move {
        let kurve = app.kurve().await;
        for number in 0..ROUNDS {
            let (school, ids) = asked(&app, number).await;

            let results = at_once(&app, kurve, (&school, &ids), [Press::Accept, Press::Accept]).await;

            assert!(results.iter().any(Result::is_ok), "{results:?}");
            assert!(results.iter().all(|result| result.is_ok() || is_lost(result)), "{results:?}");
            let file = onboardings::load_file(app.context(), school.connection).await.expect("it is there");
            assert_eq!((file.schools.len(), file.state.schools().count(), file.contacts.len()), (2, 2, 2));
            assert_eq!(file.connection.carried.to_string(), "2 scholen");
        }
    });
}

#[test]
fn a_request_that_is_let_in_and_declined_at_once_is_one_of_the_two() {
    run(|app: TestApp| async move {
        let kurve = app.kurve().await;
        for number in 0..ROUNDS {
            let (school, ids) = asked(&app, number).await;

            let results = at_once(&app, kurve, (&school, &ids), [Press::Accept, Press::Decline]).await;

            assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
            assert_eq!(results.iter().filter(|result| is_lost(result)).count(), 1, "{results:?}");
            let found = joins::find(app.context().db.reader(), ids[0]).await.expect("the store answers");
            let decision = found.and_then(|request| request.decision).expect("it is decided");
            let file = onboardings::load_file(app.context(), school.connection).await.expect("it is there");
            assert_eq!(file.schools.len() == 2, decision.outcome == JoinOutcome::Accepted);
            assert_eq!(file.contacts.len() == 2, decision.outcome == JoinOutcome::Accepted);
        }
    });
}

#[test]
fn credentials_that_are_issued_while_a_school_comes_are_one_version_for_both() {
    run(|app: TestApp| async move {
        let kurve = app.kurve().await;
        for number in 0..ROUNDS {
            let (school, ids) = asked(&app, number).await;
            app.issue(kurve, &school).await;

            let results = at_once(&app, kurve, (&school, &ids), [Press::Accept, Press::Issue]).await;

            let file = onboardings::load_file(app.context(), school.connection).await.expect("it is there");
            let issued = credentials::find_issued(app.context(), school.connection).await.expect("the store answers");
            let issued = issued.expect("they were issued");
            assert!(results.iter().all(|result| result.is_ok() || is_lost(result)), "{results:?}");
            assert_eq!(file.schools.len(), 1 + usize::from(results[0].is_ok()));
            assert_eq!(issued.version, 1 + u32::from(results[1].is_ok()));
            assert_eq!((issued.version, issued.closed), (file.state.credential_version(), None));
        }
    });
}

#[test]
fn credentials_that_are_issued_while_the_last_school_stops_are_not_to_be_had() {
    run(|app: TestApp| async move {
        let kurve = app.kurve().await;
        for number in 0..ROUNDS {
            let school = app.school_by_services("Kompas", &format!("2{number}AA"), &format!("kompas{number}")).await;
            app.issue(kurve, &school).await;

            let results = at_once(&app, kurve, (&school, &[]), [Press::Issue, Press::Stop]).await;

            let file = onboardings::load_file(app.context(), school.connection).await.expect("it is there");
            let issued = credentials::find_issued(app.context(), school.connection).await.expect("the store answers");
            assert!(results.iter().all(|result| result.is_ok() || is_lost(result)), "{results:?}");
            assert_eq!(file.state.lifecycle().is_withdrawn(), results[1].is_ok(), "{results:?}");
            let closed = issued.expect("they were issued").closed;
            assert_eq!(closed == Some(ClosedReason::Withdrawn), results[1].is_ok(), "{closed:?} {results:?}");
        }
    });
}
