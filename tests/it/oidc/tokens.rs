//! What the provider says: whatever of it does not hold signs nobody in.

use koppelklaar::domain::identity::{CLOCK_MINUTES, SignInPolicy};
use koppelklaar::links;
use serde_json::{Value, json};

use super::hand_made::{HandMade, Signing};
use super::{EVA, EVAS, ask, ask_invited, come_back, fault, registration, router_with, run_offering};
use crate::crew::is_in;
use crate::support::TestApp;

async fn link_eva(app: &TestApp, provider: &HandMade) {
    let eva = app.anonymous();
    let url = ask_invited(app, &eva, EVA).await;
    let done = provider.lets_in(app, &eva, &url, EVAS).await;
    assert_eq!(done.status, 303, "{}", done.body);
}

/// Somebody comes back to whom the provider gives a token that differs from a good one; the name of the fault.
async fn outcome(app: &TestApp, provider: &HandMade, change: impl Fn(&mut Value), signing: Signing) -> String {
    let visitor = app.anonymous();
    let url = ask(&visitor).await;
    let mut claims = provider.claims(app, &url, EVAS);
    change(&mut claims);
    provider.answers_with(&claims, signing);
    let page = come_back(&visitor, &HandMade::back(&url)).await;
    if page.status == 303 {
        assert!(is_in(&visitor).await);
        return "signed in".to_owned();
    }
    assert!(!is_in(&visitor).await);
    fault(&page)
}

#[test]
fn a_token_that_does_not_hold_signs_nobody_in() {
    run_offering(|app, provider| async move {
        link_eva(&app, &provider).await;
        let now = app.now().timestamp();
        let leeway = CLOCK_MINUTES * 60;
        let same = |_: &mut Value| {};

        for (signing, name) in [
            (Signing::Own, "signed in"),
            (Signing::OtherKey, "bad_token"),
            (Signing::Unpublished, "unknown_key"),
            (Signing::None, "bad_token"),
            (Signing::Shared, "bad_token"),
        ] {
            assert_eq!(outcome(&app, &provider, same, signing).await, name, "{signing:?}");
        }
        for (claim, value, name) in [
            ("nonce", json!("van-een-ander"), "other_nonce"),
            ("nonce", Value::Null, "other_nonce"),
            ("aud", json!("een-andere-client"), "bad_token"),
            ("aud", json!(["koppelklaar", "een-andere-client"]), "bad_token"),
            ("iss", json!("https://evil.example"), "other_issuer"),
            ("exp", json!(now - leeway), "clock_off"),
            ("exp", json!(now - leeway + 1), "signed in"),
            ("iat", json!(now + leeway + 1), "clock_off"),
            ("iat", json!(now + leeway), "signed in"),
            ("sub", json!("iemand anders"), "unknown"),
        ] {
            let found = outcome(&app, &provider, |claims| claims[claim] = value.clone(), Signing::Own).await;
            assert_eq!(found, name, "{claim}: {value}");
        }
    });
}

#[test]
fn a_key_that_the_provider_began_to_use_just_now_is_found() {
    run_offering(|app, provider| async move {
        link_eva(&app, &provider).await;
        provider.renames_its_key();

        assert_eq!(outcome(&app, &provider, |_| {}, Signing::Own).await, "signed in");
    });
}

#[test]
fn an_answer_to_a_code_that_is_no_token_is_told_by_what_to_set_and_repeats_nothing() {
    run_offering(|app, provider| async move {
        for (status, body, page_status, name) in [
            (401, json!({"error": "invalid_client", "error_description": "geheim"}), 502, "wrong_secret"),
            (400, json!({"error": "redirect_uri_mismatch"}), 502, "wrong_redirect"),
            (400, json!({"error": "invalid_grant"}), 422, "code_refused"),
            (200, json!({"access_token": "geheim", "token_type": "Bearer"}), 502, "bad_token"),
            (200, json!({"id_token": "geheim"}), 502, "bad_token"),
            (500, json!({"wat": "geheim"}), 502, "bad_token"),
        ] {
            let visitor = app.anonymous();
            let url = ask(&visitor).await;
            provider.answers(status, body);

            let page = come_back(&visitor, &HandMade::back(&url)).await;

            assert_eq!((page.status, fault(&page).as_str()), (page_status, name), "{}", page.body);
            assert!(!page.body.contains("geheim"), "{}", page.body);
            assert_eq!(page.has("[data-to-set]"), name != "code_refused");
        }
    });
}

#[test]
fn a_provider_that_is_away_or_another_or_cannot_do_enough_is_told_before_anybody_is_sent_there() {
    run_offering(|app, provider| async move {
        let press = async |registration| {
            let router = router_with(&app, registration, SignInPolicy::Either);
            let visitor = app.anonymous().at_router(&router);
            let page = visitor.get(links::STAFF_SIGN_IN).await;
            page.submit(&visitor, "form[data-form=provider]", &[]).await
        };
        let gone = std::net::TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port");

        let away = press(registration(&format!("http://{gone}"))).await;
        let elsewhere = press(registration(&format!("{}/tenant", provider.issuer()))).await;
        provider.says("id_token_signing_alg_values_supported", json!(["HS256", "none"]));
        let unfit = press(registration(provider.issuer())).await;
        provider.says("issuer", json!("https://login.microsoftonline.com/{tenantid}/v2.0"));
        let other = press(registration(provider.issuer())).await;

        for (page, status, name) in
            [(away, 503, "away"), (elsewhere, 502, "no_document"), (unfit, 502, "unfit"), (other, 502, "other_issuer")]
        {
            assert_eq!((page.status, fault(&page).as_str()), (status, name), "{}", page.body);
            assert!(page.has("[data-to-set]"), "{name}");
        }
    });
}
