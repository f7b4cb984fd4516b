//! When the password is shown no more: once a check logged in with it, whatever came after that rung.

use koppelklaar::domain::check::CheckCode;
use koppelklaar::domain::credential::{ClosedReason, RevealRefusal};
use koppelklaar::domain::onboarding::{Command, Step};
use koppelklaar::services::ServiceError;
use koppelklaar::services::onboarding::credentials;
use koppelklaar::{links, words};

use super::support::{Checks, run};
use crate::support::acting::{STEPS_OF_SCHOOL, reason};

#[test]
fn the_reveal_closes_with_the_first_log_in_even_where_the_rest_is_wrong() {
    use CheckCode::*;
    run(|checks: Checks| async move {
        for (at, (preset, code, is_closed)) in [
            ("right", Ok, true),
            ("list_not_granted", ListNotGranted, true),
            ("service_not_granted", ServiceNotGranted, true),
            ("old_columns", ListOutdated, true),
            ("no_rows", ListEmpty, true),
            ("html", UnexpectedAnswer, true),
            ("wrong_password", LoginRefused, false),
            ("refuses", PortRefused, false),
            ("self_signed", CertificateInvalid, false),
            ("unknown_host", HostUnknown, false),
        ]
        .into_iter()
        .enumerate()
        {
            let label = format!("school-{at}");
            let school = checks.school(&format!("1{at}AB"), &label).await;
            checks.behaves(&school, &label, preset).await;

            assert_eq!(checks.check(&school).await, code, "{preset}");

            let (context, call) = (checks.app.context(), checks.app.call_of(&school));
            let revealed = credentials::reveal(context, &call, school.reference(), 1).await;
            let closed = ServiceError::NotHandedOut(RevealRefusal::Closed(ClosedReason::Proven));
            match revealed {
                Result::Ok(_) => assert!(!is_closed, "{preset}"),
                Err(error) => assert!(is_closed && error.to_string() == closed.to_string(), "{preset}: {error:?}"),
            }
            assert_eq!(checks.audited(&school).await.contains(&"reveal_closed"), is_closed, "{preset}");
            checks.app.new_mails().await;
        }
    });
}

#[test]
fn what_the_newest_check_makes_kurves_stands_in_no_list_of_reminders_to_come() {
    run(|checks: Checks| async move {
        let school = checks.school("12AB", "bonhoeffer").await;
        for step in STEPS_OF_SCHOOL.into_iter().filter(|step| *step != Step::ConsentGiven) {
            checks.app.claim(&school, step).await.expect("its turn has come");
        }
        assert_eq!(checks.check(&school).await, CheckCode::Ok);
        let back = Command::SendBack { step: Step::QueryExecuted, reason: reason("Er stond een fout in de query.") };
        checks.app.command(checks.kurve, &school, &[back]).await;
        checks.app.claim(&school, Step::QueryExecuted).await.expect("its turn has come");
        let listed = async || {
            checks.app.new_mails().await;
            let portal = checks.app.portal(&school).await;
            let own = portal.open("/herinneringen").await.texts("[data-upcoming]");
            let page = links::staff_school(links::STAFF_SCHOOL, school.connection);
            let kurves = checks.app.staff().await.get(&page).await.texts("[data-upcoming]");
            [own, kurves].map(|lines| {
                let named = |step| lines.iter().any(|line| line.contains(words::step_name(step)));
                (named(Step::ConsentGiven), named(Step::PasswordSet))
            })
        };

        let before = listed().await;
        checks.behaves(&school, "bonhoeffer", "wrong_password").await;
        checks.check(&school).await;
        let after = listed().await;

        assert_eq!((before, after), ([(true, true); 2], [(true, false); 2]));
        checks.app.new_mails().await;
    });
}
