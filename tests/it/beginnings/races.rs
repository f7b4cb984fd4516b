//! What happens at once to a school that waits to begin: one of two decisions counts, and none is half done.

use koppelklaar::domain::actor::Actor;
use koppelklaar::domain::ids::RegistrationId;
use koppelklaar::services::ServiceError;
use koppelklaar::services::people::beginnings::{self, Begun};
use koppelklaar::services::people::registrations;
use koppelklaar::services::{AnonymousCall, Context};
use koppelklaar::store::onboarding::joins;

use super::{run_reviewing, waiting};
use crate::support::TestApp;
use crate::support::acting::reason;
use crate::support::database::texts;

/// How often each race is run: which of two comes first is chance.
const ROUNDS: usize = 4;

/// A school that waits, asked for by this address.
async fn waits(app: &TestApp, (brin, label, email): (&str, &str, &str)) -> RegistrationId {
    let before: Vec<RegistrationId> = waiting(app).await.iter().map(|one| one.id).collect();
    let token = app.ask_for_school("De Oever", brin, label, email).await;
    let call = AnonymousCall::new(app.now(), "test");
    registrations::confirm(app.context(), call, &token, None).await.expect("it waits for its confirmation");
    app.new_mails().await;
    let id = waiting(app).await.into_iter().map(|one| one.id).find(|id| !before.contains(id));
    id.expect("it waits for Kurve")
}

/// The contexts of two instances, each with its own connections to the database.
async fn two_instances(app: &TestApp) -> [Context; 2] {
    [app.context().clone(), app.second_instance().await.context]
}

async fn accept(context: &Context, app: &TestApp, by: Actor, id: RegistrationId) -> Result<Begun, ServiceError> {
    beginnings::accept(context, &app.call(by), id).await
}

#[test]
fn a_school_that_two_colleagues_let_begin_and_decline_at_once_does_one_of_the_two() {
    run_reviewing(|app: TestApp| async move {
        let (eva, piet) = (app.kurve().await, app.colleague("piet@kurve.nl").await);
        let [one, other] = two_instances(&app).await;
        for number in 0..ROUNDS {
            let (brin, label) = (format!("3{number}AA"), format!("oever{number}"));
            let id = waits(&app, (&brin, &label, &format!("olaf{number}@oever.example"))).await;

            let call = app.call(piet);
            let declined = beginnings::decline(&other, &call, id, reason("Onbekend."));
            let (begun, declined) = tokio::join!(accept(&one, &app, eva, id), declined);
            let mails = app.new_mails().await;

            assert_eq!(u8::from(begun.is_ok()) + u8::from(declined.is_ok()), 1, "{begun:?} {declined:?}");
            let lost = begun.as_ref().err().or(declined.as_ref().err());
            assert!(matches!(lost, Some(ServiceError::Conflict)), "{lost:?}");
            let brins = texts(&app.database.url, &format!("SELECT brin_key FROM school WHERE brin = '{brin}'")).await;
            assert_eq!(brins.len(), usize::from(begun.is_ok()));
            let to_them = mails.iter().filter(|mail| mail.to.starts_with("olaf")).count();
            assert_eq!(to_them, 1, "who asked is told one thing");
        }
    });
}

#[test]
fn two_schools_of_one_brin_that_begin_at_once_are_one_school_and_one_request_to_join() {
    run_reviewing(|app: TestApp| async move {
        let (eva, piet) = (app.kurve().await, app.colleague("piet@kurve.nl").await);
        let [one, other] = two_instances(&app).await;
        for number in 0..ROUNDS {
            let (brin, label) = (format!("4{number}AA"), format!("brug{number}"));
            let first = waits(&app, (&brin, &label, &format!("anna{number}@brug.example"))).await;
            let second = waits(&app, (&brin, &label, &format!("bea{number}@brug.example"))).await;

            let both = tokio::join!(accept(&one, &app, eva, first), accept(&other, &app, piet, second));
            app.new_mails().await;

            let both = [both.0.expect("it begins or joins"), both.1.expect("it begins or joins")];
            let made: Vec<_> = both.iter().filter(|begun| matches!(begun, Begun::Made(_))).collect();
            assert_eq!(made.len(), 1, "{both:?}");
            let (Begun::Made(connection) | Begun::Joins(connection)) = both[0];
            let open = joins::list_open(app.context().db.reader(), connection).await.expect("the store answers");
            assert_eq!(open.len(), 1);
        }
        assert!(waiting(&app).await.is_empty());
    });
}

#[test]
fn only_who_may_act_decides() {
    run_reviewing(|app: TestApp| async move {
        let id = waits(&app, ("15GH", "oever", "olaf@oever.example")).await;
        for actor in [Actor::Visitor, Actor::Operator, Actor::Clock] {
            let begun = accept(app.context(), &app, actor, id).await;
            let declined = beginnings::decline(app.context(), &app.call(actor), id, reason("Nee.")).await;

            assert!(matches!(begun, Err(ServiceError::Forbidden)), "{begun:?}");
            assert!(matches!(declined, Err(ServiceError::Forbidden)), "{declined:?}");
        }
        assert_eq!(waiting(&app).await.len(), 1);
    });
}
