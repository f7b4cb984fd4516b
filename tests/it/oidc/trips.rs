//! The way there and back: what goes along, and that it holds once, in one browser, for a while.

use chrono::TimeDelta;
use koppelklaar::domain::identity::TRIP_MINUTES;
use koppelklaar::links;

use super::hand_made::HandMade;
use super::{CLIENT_ID, CLIENT_SECRET, EVA, EVAS, ask, ask_invited, come_back, fault, parameter, run_offering};
use crate::crew::is_in;
use crate::support::app::BASE;
use crate::support::database::texts;
use crate::support::{TestApp, Visitor};

/// Eva, linked, who has gone home.
async fn link_eva(app: &TestApp, provider: &HandMade) {
    let eva = app.anonymous();
    let url = ask_invited(app, &eva, EVA).await;
    let done = provider.lets_in(app, &eva, &url, EVAS).await;
    assert_eq!((done.status, done.location()), (303, links::STAFF), "{}", done.body);
}

async fn trips(app: &TestApp) -> usize {
    texts(&app.database.url, "SELECT errand FROM sign_in_trip").await.len()
}

#[test]
fn the_way_there_asks_for_a_code_with_state_nonce_and_pkce_and_tells_nothing_of_the_person() {
    run_offering(|app, provider| async move {
        let visitor = app.anonymous();
        let (one, two) = (ask(&visitor).await, ask(&visitor).await);

        assert!(one.starts_with(&format!("{}/auth?", provider.issuer())), "{one}");
        for (name, value) in [
            ("response_type", "code"),
            ("client_id", CLIENT_ID),
            ("scope", "openid"),
            ("code_challenge_method", "S256"),
            ("redirect_uri", &format!("{BASE}{}", links::STAFF_PROVIDER_BACK)),
        ] {
            assert_eq!(parameter(&one, name), value, "{one}");
        }
        for name in ["state", "nonce", "code_challenge"] {
            assert_ne!(parameter(&one, name), parameter(&two, name), "{name} is of one sign-in");
        }
    });
}

#[test]
fn the_code_is_changed_with_our_secret_and_the_proof_that_we_asked_for_it() {
    run_offering(|app, provider| async move {
        link_eva(&app, &provider).await;

        let [posted] = &*provider.asked("/token") else { panic!("one code was changed") };

        assert!(posted.contains("code=een-code") && posted.contains("grant_type=authorization_code"), "{posted}");
        assert!(posted.contains("code_verifier=") && !posted.contains(CLIENT_SECRET), "{posted}");
    });
}

#[test]
fn opening_the_page_to_come_back_to_changes_nothing_and_its_source_has_no_code() {
    run_offering(|app, provider| async move {
        link_eva(&app, &provider).await;
        let visitor = app.anonymous();
        let url = ask(&visitor).await;
        provider.answers_with(&provider.claims(&app, &url, EVAS), super::hand_made::Signing::Own);
        let asked = provider.asked("/token").len();
        let back = HandMade::back(&url);

        let page = visitor.get(&back).await;
        visitor.get(&back).await;
        let (before, is_asked) = (is_in(&visitor).await, provider.asked("/token").len() != asked);
        let done = page.submit(&visitor, "form[data-go-on]", &[]).await;

        assert!(!page.body.contains("een-code") && !page.body.contains(&parameter(&url, "state")), "{}", page.body);
        assert!(!before && !is_asked);
        assert_eq!((done.status, is_in(&visitor).await), (303, true), "{}", done.body);
    });
}

#[test]
fn a_state_that_is_none_of_ours_or_was_used_or_is_too_old_or_of_another_browser_signs_nobody_in() {
    run_offering(|app, provider| async move {
        link_eva(&app, &provider).await;
        let refuses = async |visitor: &Visitor, path: &str, name: &str| {
            let page = come_back(visitor, path).await;
            assert_eq!((page.status, fault(&page).as_str()), (422, name), "{path}");
            assert!(!is_in(visitor).await, "{name}");
        };
        let (visitor, stranger) = (app.anonymous(), app.anonymous());
        let url = ask(&visitor).await;
        provider.answers_with(&provider.claims(&app, &url, EVAS), super::hand_made::Signing::Own);
        let (state, back) = (parameter(&url, "state"), HandMade::back(&url));
        let first = if state.starts_with('A') { "B" } else { "A" };
        let tampered = format!("{first}{}", &state[1..]);

        refuses(&visitor, &back.replace(&state, &tampered), "gone").await;
        refuses(&visitor, &back.replace(&state, "x"), "gone").await;
        refuses(&visitor, links::STAFF_PROVIDER_BACK, "gone").await;
        stranger.browser().await;
        refuses(&stranger, &back, "other_browser").await;

        // Two pages that were opened before either went on.
        let (one, two) = (visitor.get(&back).await, visitor.get(&back).await);
        assert_eq!(one.submit(&visitor, "form[data-go-on]", &[]).await.status, 303);
        let again = two.submit(&visitor, "form[data-go-on]", &[]).await;
        assert_eq!((again.status, fault(&again).as_str()), (422, "gone"));

        let late = app.anonymous();
        let url = ask(&late).await;
        app.advance(TimeDelta::minutes(TRIP_MINUTES));
        refuses(&late, &HandMade::back(&url), "gone").await;
        // Who asks next clears it away.
        ask(&late).await;
        assert_eq!(trips(&app).await, 1);
    });
}

#[test]
fn what_the_provider_says_instead_of_a_code_is_told_by_what_to_do() {
    run_offering(|app, provider| async move {
        let visitor = app.anonymous();
        let url = ask(&visitor).await;
        let state = parameter(&url, "state");
        let back = |fields: &[(&str, &str)]| {
            links::with_query(links::STAFF_PROVIDER_BACK, &links::query(fields.iter().copied()))
        };

        for (error, status, name) in [
            ("access_denied", 403, "denied"),
            ("temporarily_unavailable", 503, "away"),
            ("invalid_request", 502, "refused"),
        ] {
            let page =
                visitor.get(&back(&[("state", &state), ("error", error), ("error_description", "geheim")])).await;
            assert_eq!((page.status, fault(&page).as_str()), (status, name));
            assert!(!page.body.contains("geheim"), "{}", page.body);
        }
        let of_another = visitor.get(&back(&[("state", &state), ("code", "x"), ("iss", "https://evil.example")])).await;
        assert_eq!(fault(&of_another), "other_issuer");
        let stranger = app.anonymous().get(&back(&[("state", &state), ("error", "access_denied")])).await;
        assert_eq!(fault(&stranger), "other_browser");
        drop(provider);
    });
}
