//! Without the settings there is nothing of it; with some of them nothing starts; and `doctor` looks at the provider.

use koppelklaar::domain::actor::StaffRole;
use koppelklaar::links;
use serde_json::json;

use super::hand_made::HandMade;
use super::{CLIENT_ID, CLIENT_SECRET};
use crate::support::program::Program;
use crate::support::{TestApp, on_each_database, run};

#[test]
fn without_the_settings_nothing_of_it_shows_or_answers() {
    run(|app: TestApp| async move {
        let token = app.invite("nieuw@kurve.nl", StaffRole::Support).await;
        let invite = links::fill(links::STAFF_INVITE, &[&token.expose_text()]);
        let staff = app.staff().await;
        let stranger = app.anonymous();
        let csrf = stranger.get(links::STAFF_SIGN_IN).await.form("main form").1;
        let own = staff.get(links::STAFF_ACCOUNT).await.form("form[data-form=own_password]").1;

        for (visitor, path) in [(&stranger, links::STAFF_SIGN_IN), (&stranger, &invite), (&staff, links::STAFF_ACCOUNT)]
        {
            let page = visitor.get(path).await;
            assert!(!page.body.contains("organisatie"), "{path}: {}", page.body);
        }
        let link = links::fill(links::STAFF_INVITE_PROVIDER, &[&token.expose_text()]);
        for path in [links::STAFF_PROVIDER, links::STAFF_PROVIDER_BACK, &link] {
            assert_eq!(stranger.post(path, &csrf).await.status, 404, "{path}");
        }
        assert_eq!(staff.post(links::STAFF_ACCOUNT_PROVIDER, &own).await.status, 404);
    });
}

fn settings<'a>(issuer: &'a str, secret: &'a str) -> [(&'a str, &'a str); 3] {
    [
        ("KOPPELKLAAR_OIDC_ISSUER", issuer),
        ("KOPPELKLAAR_OIDC_CLIENT_ID", CLIENT_ID),
        ("KOPPELKLAAR_OIDC_CLIENT_SECRET", secret),
    ]
}

#[test]
fn the_doctor_says_what_is_wrong_at_the_provider_and_what_to_register_there() {
    on_each_database(async |kind| {
        let provider = HandMade::start().await;
        let program = Program::migrated(kind).await;
        // The provider answers from the runtime of this test.
        let doctor = async |issuer: &str| {
            let (issuer, program) = (issuer.to_owned(), &program);
            tokio::task::block_in_place(|| program.run_with(&["doctor"], &settings(&issuer, CLIENT_SECRET)))
        };

        let good = doctor(provider.issuer()).await;
        provider.answers(401, json!({"error": "invalid_client", "error_description": "geheim"}));
        let wrong_secret = doctor(provider.issuer()).await;
        let no_document = doctor(&format!("{}/tenant", provider.issuer())).await;

        assert!(good.out.contains(&format!("ok    sign-in: {} answers", provider.issuer())), "{good:?}");
        assert!(good.out.contains(&format!("http://127.0.0.1:8080{}", links::STAFF_PROVIDER_BACK)), "{good:?}");
        for (answer, words) in [(&wrong_secret, "KOPPELKLAAR_OIDC_CLIENT_SECRET"), (&no_document, "discovery document")]
        {
            assert!(answer.out.contains("FAIL  sign-in") && answer.out.contains(words), "{answer:?}");
            assert!(!answer.out.contains(CLIENT_SECRET) && !answer.out.contains("geheim"), "{answer:?}");
        }
    });
}

#[test]
fn the_operator_unlinks_only_what_is_linked() {
    on_each_database(async |kind| {
        let program = Program::migrated(kind).await;
        program.run(&["staff", "add", "eva@kurve.nl", "--name", "Eva Jansen"]).good();

        let refusal = program.run(&["staff", "unlink", "eva@kurve.nl"]).refusal();

        assert!(refusal.contains("koppelklaar staff list"), "{refusal}");
    });
}
