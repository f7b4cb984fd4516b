//! Signing in with the account of one's organisation, beside passwords and in place of them. The page that somebody comes back to is
//! not looked at: its script goes on at once.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

use koppelklaar::domain::identity::SignInPolicy;
use koppelklaar::domain::text::EmailAddress;
use koppelklaar::links;
use koppelklaar::oidc::{Provider, Registration};
use koppelklaar::services::Context;

use super::look::Look;
use crate::support::{Later, run};

/// A provider that says what it can, and leaves everybody who is sent there on the page that they came from.
fn provider() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let issuer = format!("http://{}", listener.local_addr().expect("it is bound"));
    let document = format!(
        r#"{{"issuer":"{issuer}","authorization_endpoint":"{issuer}/auth","token_endpoint":"{issuer}/token",
        "jwks_uri":"{issuer}/jwks","response_types_supported":["code"],"subject_types_supported":["public"],
        "id_token_signing_alg_values_supported":["RS256"]}}"#
    );
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            // Who asked may be gone.
            let _ = answer(&stream, &document);
        }
    });
    issuer
}

fn answer(mut stream: &TcpStream, document: &str) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next().unwrap_or_else(|| Ok(String::new()))?;
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    let json = |body: &str| {
        format!("HTTP/1.1 200 x\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len())
    };
    let said = match first.split(' ').nth(1) {
        Some("/.well-known/openid-configuration") => json(document),
        Some("/jwks") => json(r#"{"keys":[]}"#),
        _ => "HTTP/1.1 204 x\r\n\r\n".to_owned(),
    };
    stream.write_all(said.as_bytes())
}

fn offer(context: &mut Context, issuer: &str, policy: SignInPolicy) {
    let registration = Registration {
        issuer: issuer.parse().expect("an issuer"),
        client_id: "koppelklaar".to_owned(),
        client_secret: "geheim".into(),
        redirect_url: context.base.to(links::STAFF_PROVIDER_BACK),
        signed_out_url: context.base.to(links::STAFF_SIGN_IN),
    };
    context.provider = Some(Provider::new(registration).expect("good addresses"));
    context.sign_in = Arc::new(policy);
}

#[test]
fn every_page_about_the_account_of_an_organisation_is_fit_for_every_reader() {
    run(|stage| {
        let emergency = EmailAddress::parse("nood@kurve.example").expect("an address");
        // Nobody listens at the second.
        for (colleague, issuer, policy) in [
            ("lezer", provider(), SignInPolicy::Either),
            ("eva", "http://127.0.0.1:1".to_owned(), SignInPolicy::ProviderOnly { emergency }),
        ] {
            let mut browser = stage.browser();
            browser.sign_in_as_staff(&format!("{colleague}@kurve.example"));
            let printed =
                stage.operate(&["staff", "add", &format!("van-{colleague}@kurve.example"), "--name", "Anke Bos"]);
            let invite = printed.lines().find_map(|line| line.trim().strip_prefix(&browser.base)).expect("a link");
            let later = Later::on(stage, |context| offer(context, &issuer, policy));
            browser.base.clone_from(&later.base);
            let mut look = Look::with(&browser);

            look.at(links::STAFF_SIGN_IN);
            browser.press("[data-action=provider]");
            look.here("on the way to the provider, or while it is away");
            look.at(links::STAFF_PROVIDER_BACK);
            look.at(links::STAFF_ACCOUNT);
            look.at(invite);

            look.finish(&[links::STAFF_PROVIDER_BACK, links::STAFF_ACCOUNT]);
        }
    });
}
