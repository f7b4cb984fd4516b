//! The password, the token and the pupils are nowhere after a check: not in the database, and not in a mail.

use koppelklaar::domain::check::CheckCode;
use koppelklaar::simulator::SchoolScript;

use super::support::{Checks, run};
use crate::secrets::{everything_stored, holds};

const TOKEN: &str = "Planted-Token-4711";

#[test]
fn the_planted_password_and_token_are_stored_and_mailed_nowhere() {
    run(|checks: Checks| async move {
        let school = checks.school("12AB", "bonhoeffer").await;
        let password = checks.password(&school).await;
        let mut seen = vec![];
        for preset in ["right", "wrong_password", "list_not_granted", "service_not_granted", "html", "old_columns"] {
            let script = SchoolScript::preset(preset).expect("it is in the list");
            let message = Some(format!("Kurve;{password} {TOKEN} en {} staan hier", TOKEN.to_lowercase()));
            checks.sets(&school, "bonhoeffer", SchoolScript { token: Some(TOKEN.into()), message, ..script }).await;
            seen.push(checks.check(&school).await);
        }
        checks.app.new_mails().await;

        let stored = everything_stored(&checks.app).await;
        let mailed: Vec<u8> = checks.app.mailbox.mails().into_iter().flat_map(|mail| mail.bytes).collect();
        assert!(seen.contains(&CheckCode::Ok) && seen.contains(&CheckCode::LoginRefused), "{seen:?}");
        assert!(holds(&stored, b"login_refused"), "the checks themselves are there");
        for secret in [password.as_str(), TOKEN, "Proefleerling", "900007"] {
            assert!(!holds(&stored, secret.as_bytes()), "{secret} is stored");
            assert!(!holds(&mailed, secret.as_bytes()), "{secret} is in a mail");
        }
    });
}
