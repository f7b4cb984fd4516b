//! Reports on mails that went long after they were made.

use chrono::TimeDelta;
use koppelklaar::services::bounces::Outcome;
use koppelklaar::store::outbox::{self, Fate, OutboxMail};

use super::{dated, stored, take};
use crate::it::dispatch::waiting;
use crate::it::support::{reports, run_to_failure};

#[test]
fn a_mail_that_waited_for_weeks_is_tried_again_for_two_days_from_when_it_went() {
    run_to_failure(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        app.new_mails().await;
        let made_at = app.now() - TimeDelta::days(20);
        let waited = OutboxMail { created_at: made_at, ..waiting(&app, &school, "waited") };
        outbox::insert_all(app.office().db.writer(), &[waited]).await.expect("a fresh key");
        app.new_mails().await;
        let (mail, start) = (app.mailbox.mails().pop().expect("it went"), app.now());
        assert_eq!(mail.date, start, "its Date is when it went");

        let mut again = 0;
        loop {
            app.advance(TimeDelta::minutes(10));
            let report = dated(&reports::about(reports::POSTFIX_FULL, &mail), &app.now().to_rfc2822());
            if take(&app, &report).await != Outcome::ToSendAgain {
                break;
            }
            again += 1;
            app.clock.set(stored(&app, &mail).await.next_attempt_at);
            assert_eq!(app.send_mails().await.sent, 1);
        }

        assert_eq!(stored(&app, &mail).await.fate, Fate::Failed);
        assert!(again >= 6 && app.now() - start <= TimeDelta::hours(48), "{again} times, until {}", app.now());
    });
}
