//! What a colleague does with a mail: put it back in line, or take it out.

use chrono::TimeDelta;
use koppelklaar::domain::actor::Actor;
use koppelklaar::domain::ids::MailId;
use koppelklaar::domain::roles::{ContactRole, Roles};
use koppelklaar::domain::text::Reason;
use koppelklaar::mail::transport::SendErrorKind;
use koppelklaar::services::ServiceError;
use koppelklaar::services::mail::dispatch;
use koppelklaar::store::LeaseTerm;
use koppelklaar::store::mail::outbox::{self, MailStatus, lease};

use crate::dispatch::{new_lease, waiting};
use crate::support::database::texts;
use crate::support::{TestApp, run};

fn reason() -> Reason {
    Reason::parse("Al aan de telefoon gezegd.").expect("a reason")
}

async fn drop_mail(app: &TestApp, actor: Actor, mail: MailId) -> Result<(), ServiceError> {
    dispatch::drop_by_hand(app.context(), &app.call(actor), mail, reason()).await
}

#[test]
fn a_mail_that_waits_or_was_given_up_can_be_dropped_with_a_reason_and_is_never_sent() {
    run(|app| async move {
        let kurve = app.kurve().await;
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        app.send_mails().await;
        let mails = [waiting(&app, &school, "1"), waiting(&app, &school, "2")];
        let [waits, fails] = [mails[0].id, mails[1].id];
        outbox::insert_all(app.context().db.writer(), &mails[1..]).await.expect("fresh keys");
        app.mailbox.fail_next(SendErrorKind::Permanent);
        app.send_mails().await;
        outbox::insert_all(app.context().db.writer(), &mails[..1]).await.expect("fresh keys");
        let before = app.mailbox.mails().len();

        drop_mail(&app, kurve, waits).await.expect("it waits");
        drop_mail(&app, kurve, fails).await.expect("it was given up");
        app.advance(TimeDelta::days(3));
        app.send_mails().await;

        for mail in [waits, fails] {
            let stored = dispatch::find(app.context(), mail).await.expect("it is there");
            assert_eq!(
                (stored.status, stored.last_error.as_deref()),
                (MailStatus::Dropped, Some("Al aan de telefoon gezegd."))
            );
            let again = dispatch::retry_by_hand(app.context(), &app.call(kurve), mail).await;
            assert!(matches!(again, Err(ServiceError::NotFound)), "{again:?}");
        }
        assert_eq!(app.mailbox.mails().len(), before);
        let audited = texts(&app.database.url, "SELECT text FROM audit_text WHERE text LIKE 'Al aan%'").await;
        assert!(audited.len() == 2 && audited.iter().all(|line| line.contains("Al aan de telefoon")), "{audited:?}");
    });
}

#[test]
fn a_mail_that_went_or_is_being_sent_cannot_be_dropped() {
    run(|app| async move {
        let kurve = app.kurve().await;
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        app.send_mails().await;
        let mail = waiting(&app, &school, "1");
        outbox::insert_all(app.context().db.writer(), std::slice::from_ref(&mail)).await.expect("fresh keys");
        let term = LeaseTerm::new(app.now(), TimeDelta::minutes(1));
        lease::acquire(&app.context().db, new_lease(&app), term, 10).await.expect("the store answers");

        let in_hand = drop_mail(&app, kurve, mail.id).await;
        app.advance(TimeDelta::minutes(2));
        app.send_mails().await;
        let gone = drop_mail(&app, kurve, mail.id).await;
        let unknown = drop_mail(&app, kurve, MailId::from_uuid(app.context().chance.uuid_v7(app.now()))).await;

        assert!(matches!(in_hand, Err(ServiceError::Conflict)), "{in_hand:?}");
        assert!(matches!(gone, Err(ServiceError::Conflict)), "{gone:?}");
        assert!(matches!(unknown, Err(ServiceError::NotFound)), "{unknown:?}");
    });
}

#[test]
fn only_a_colleague_who_may_act_drops_a_mail() {
    run(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        app.send_mails().await;
        let mail = waiting(&app, &school, "1");
        outbox::insert_all(app.context().db.writer(), std::slice::from_ref(&mail)).await.expect("fresh keys");

        let contact = Actor::Contact { id: school.contact, roles: Roles::of(ContactRole::Superbeheerder) };
        for actor in [contact, Actor::Operator, Actor::Clock] {
            assert!(matches!(drop_mail(&app, actor, mail.id).await, Err(ServiceError::Forbidden)), "{actor:?}");
        }

        assert_eq!(app.send_mails().await.sent, 1);
    });
}
