//! When the password is shown no more: once a check logged in with it, whatever came after that rung.

use koppelklaar::domain::check::CheckCode;
use koppelklaar::domain::credential::{ClosedReason, RevealRefusal};
use koppelklaar::services::ServiceError;
use koppelklaar::services::onboarding::credentials;

use super::support::{Checks, run};

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
