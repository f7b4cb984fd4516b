//! The verdict as a statement that Numo can check without asking again.

use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use koppelklaar::app::App;
use koppelklaar::crypto::KeyRing;
use koppelklaar::services::Context;
use koppelklaar::web::{WebOptions, WebState, router};
use ring::signature::{ED25519, UnparsedPublicKey};
use secrecy::ExposeSecret;
use serde_json::Value;

use crate::journey::Table;
use crate::support::app::nonzero;
use crate::support::following::{ask, json};
use crate::support::{TestApp, run};

const STATEMENT: &str = "/api/v1/import-gate/12AB/statement";
const KEYS: &str = "/.well-known/jwks.json";

/// Checks a statement as somebody does who has only the keys: what it says, or `None`.
fn check(statement: &str, keys: &Value) -> Option<Value> {
    let (signed, signature) = statement.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    let bytes = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
    let header: Value = serde_json::from_slice(&bytes(header)?).ok()?;
    let key = keys["keys"].as_array()?.iter().find(|key| key["kid"] == header["kid"])?;
    assert_eq!((&header["alg"], &key["kty"], &key["crv"]), (&"EdDSA".into(), &"OKP".into(), &"Ed25519".into()));
    let public = UnparsedPublicKey::new(&ED25519, bytes(key["x"].as_str()?)?);
    public.verify(signed.as_bytes(), &bytes(signature)?).ok()?;
    serde_json::from_slice(&bytes(claims)?).ok()
}

#[test]
fn a_statement_says_the_verdict_for_five_minutes_and_nobody_can_change_it() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let (key, visitor) = (app.api_key().await, app.anonymous());
        let closed = json(&ask(&visitor, &key, STATEMENT).await);
        table.open_import().await;
        let open = json(&ask(&visitor, &key, STATEMENT).await);
        let keys = json(&visitor.get(KEYS).await);

        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let said = check(&text(&open["statement"]), &keys).expect("it is ours");
        assert_eq!((&said["verdict"], &said["sub"]), (&"open".into(), &"12AB".into()));
        assert_eq!(said["iss"], app.context().base.to(""));
        let seconds = |name: &str| said[name].as_i64().expect("seconds");
        assert_eq!(
            (seconds("iat"), seconds("exp")),
            (app.now().timestamp(), (app.now() + TimeDelta::minutes(5)).timestamp())
        );
        assert_eq!(check(&text(&closed["statement"]), &keys).expect("it is ours")["verdict"], "closed");

        let forged = format!(
            "{}.{}",
            text(&closed["statement"]).rsplit_once('.').expect("three parts").0,
            text(&open["statement"]).rsplit_once('.').expect("three parts").1
        );
        assert_eq!(check(&forged, &keys), None);
        for path in [STATEMENT, "/api/v1/import-gate/99ZZ/statement"] {
            assert_eq!(visitor.get(path).await.status, StatusCode::UNAUTHORIZED);
        }
        assert_eq!(ask(&visitor, &key, "/api/v1/import-gate/99ZZ/statement").await.status, StatusCode::NOT_FOUND);
    });
}

#[test]
fn a_root_key_that_is_added_signs_and_what_was_signed_before_still_holds() {
    run(|app: TestApp| async move {
        app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let (key, visitor) = (app.api_key().await, app.anonymous());
        let before = json(&ask(&visitor, &key, STATEMENT).await)["statement"].as_str().expect("a text").to_owned();
        let line = KeyRing::generate_line(&app.context().chance, "k2").expect("a good id");
        let keys = KeyRing::parse(&format!("{}\n{}", app.keys_text, line.expose_secret())).expect("a good ring");
        let with_two = App { context: Context { keys, ..app.context().clone() }, ..app.app.clone() };
        let options = WebOptions {
            allowance: koppelklaar::web::rate_limit::Allowance { per_client: nonzero(100), per_address: nonzero(100) },
            trusted_proxies: 1,
        };
        let visitor = app.anonymous().at_router(&router(WebState::new(&with_two, options, None)));

        let after = json(&ask(&visitor, &key, STATEMENT).await)["statement"].as_str().expect("a text").to_owned();
        let keys = json(&visitor.get(KEYS).await);

        assert_eq!(keys["keys"].as_array().map(Vec::len), Some(2));
        assert_ne!(before.split('.').next(), after.split('.').next(), "another key signs");
        assert!(check(&before, &keys).is_some() && check(&after, &keys).is_some());
    });
}
