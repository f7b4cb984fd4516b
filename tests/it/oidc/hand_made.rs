//! A provider made by hand, which signs what it is told: also what none should.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use koppelklaar::links;
use parking_lot::Mutex;
use rcgen::{KeyPair, PublicKeyData, SigningKey};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{CLIENT_ID, ask, come_back, parameter};
use crate::support::{Page, TestApp, Visitor};

/// How a token is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signing {
    /// As it is published.
    Own,
    /// With another key under the published name.
    OtherKey,
    /// With a key that is not published.
    Unpublished,
    /// Not at all (`alg` is `none`).
    None,
    /// With a shared secret, by a name that fits.
    Shared,
}

/// A provider; clones are the same.
#[derive(Clone)]
pub(super) struct HandMade(Arc<Parts>);

struct Parts {
    issuer: String,
    key: KeyPair,
    other: KeyPair,
    said: Mutex<Said>,
}

/// What it says.
struct Said {
    document: Value,
    /// The keys that it publishes, by name.
    kid: String,
    /// Status and body of the answer to a code.
    answer: (u16, Value),
    /// What was asked of it, by path, with the bodies.
    asked: Vec<(String, String)>,
}

impl HandMade {
    /// One on a free port; it ends with the runtime of the test.
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let issuer = format!("http://{}", listener.local_addr().expect("it is bound"));
        let document = json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}/auth"),
            "token_endpoint": format!("{issuer}/token"),
            "jwks_uri": format!("{issuer}/jwks"),
            "end_session_endpoint": format!("{issuer}/einde"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256", "HS256", "none"],
        });
        let new_key = || KeyPair::generate().expect("ring makes keys");
        let answer = (400, json!({"error": "invalid_grant"}));
        let said = Mutex::new(Said { document, kid: "eerste".to_owned(), answer, asked: vec![] });
        let provider = Self(Arc::new(Parts { issuer, key: new_key(), other: new_key(), said }));
        let serving = provider.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let provider = serving.clone();
                tokio::spawn(async move { provider.answer(stream).await });
            }
        });
        provider
    }

    pub(super) fn issuer(&self) -> &str {
        &self.0.issuer
    }

    /// What it says of itself from now on.
    pub(super) fn says(&self, name: &str, value: Value) {
        self.0.said.lock().document[name] = value;
    }

    /// Publishes its key under another name, and signs with that.
    pub(super) fn renames_its_key(&self) {
        self.0.said.lock().kid = "tweede".to_owned();
    }

    /// The bodies that were posted to a path.
    pub(super) fn asked(&self, path: &str) -> Vec<String> {
        let said = self.0.said.lock();
        said.asked.iter().filter(|(known, _)| known == path).map(|(_, body)| body.clone()).collect()
    }

    /// What it answers to the next code.
    pub(super) fn answers(&self, status: u16, body: Value) {
        self.0.said.lock().answer = (status, body);
    }

    /// It answers the next code with a token.
    pub(super) fn answers_with(&self, claims: &Value, signing: Signing) {
        let token = self.sign(claims, signing);
        self.answers(200, json!({"access_token": "niet-nodig", "token_type": "Bearer", "id_token": token}));
    }

    /// The claims of a good token for whom was sent there.
    pub(super) fn claims(&self, app: &TestApp, url: &str, subject: &str) -> Value {
        let now = app.now().timestamp();
        json!({
            "iss": self.0.issuer, "aud": CLIENT_ID, "sub": subject, "nonce": parameter(url, "nonce"),
            "iat": now, "exp": now + 300, "email": "eva@kurve.nl", "email_verified": true,
        })
    }

    /// The path that it sends somebody back to, with a code.
    pub(super) fn back(url: &str) -> String {
        let fields = [("state", &*parameter(url, "state")), ("code", "een-code")];
        links::with_query(links::STAFF_PROVIDER_BACK, &links::query(fields))
    }

    /// Somebody is who they say at the provider, and comes back.
    pub(super) async fn lets_in(&self, app: &TestApp, visitor: &Visitor, url: &str, subject: &str) -> Page {
        self.answers_with(&self.claims(app, url, subject), Signing::Own);
        come_back(visitor, &Self::back(url)).await
    }

    /// Signs somebody in by the sign-in page.
    pub(super) async fn sign_in(&self, app: &TestApp, visitor: &Visitor, subject: &str) -> Page {
        let url = ask(visitor).await;
        self.lets_in(app, visitor, &url, subject).await
    }

    fn sign(&self, claims: &Value, signing: Signing) -> String {
        let Parts { key, other, said, .. } = &*self.0;
        let published = said.lock().kid.clone();
        let (alg, kid) = match signing {
            Signing::Own | Signing::OtherKey => ("ES256", published),
            Signing::Unpublished => ("ES256", "onbekend".to_owned()),
            Signing::None => ("none", published),
            Signing::Shared => ("HS256", published),
        };
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", part(&json!({"alg": alg, "kid": kid, "typ": "JWT"})), part(claims));
        let signature = match signing {
            Signing::Own => raw(&key.sign(text.as_bytes()).expect("ring signs")),
            Signing::OtherKey | Signing::Unpublished => raw(&other.sign(text.as_bytes()).expect("ring signs")),
            Signing::None => vec![],
            Signing::Shared => shared(text.as_bytes()),
        };
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn keys(&self) -> Value {
        // 4, then the two coordinates.
        let point = self.0.key.der_bytes();
        let of = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let kid = self.0.said.lock().kid.clone();
        json!({"keys": [{
            "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": kid,
            "x": of(&point[1..33]), "y": of(&point[33..65]),
        }]})
    }

    async fn answer(&self, mut stream: TcpStream) {
        let Some((path, body)) = read(&mut stream).await else { return };
        self.0.said.lock().asked.push((path.clone(), body));
        let (status, body) = match path.as_str() {
            "/.well-known/openid-configuration" => (200, self.0.said.lock().document.clone()),
            "/jwks" => (200, self.keys()),
            "/token" => self.0.said.lock().answer.clone(),
            _ => (404, json!({})),
        };
        let body = body.to_string();
        let head = format!(
            "HTTP/1.1 {status} x\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        // Who asked may be gone.
        let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
    }
}

/// The path and the body of a request.
async fn read(stream: &mut TcpStream) -> Option<(String, String)> {
    let mut bytes = vec![];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length =
                head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                let path = head.split(' ').nth(1)?.to_owned();
                return Some((path, body.to_owned()));
            }
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}

/// A signature as tokens have it: the two numbers, each of 32 bytes, where DER names their lengths and signs.
fn raw(der: &[u8]) -> Vec<u8> {
    let (mut made, mut rest) = (vec![], &der[2..]);
    for _ in 0..2 {
        let (number, after) = rest[2..].split_at(usize::from(rest[1]));
        let number = &number[number.len().saturating_sub(32)..];
        made.extend(std::iter::repeat_n(0, 32 - number.len()).chain(number.iter().copied()));
        rest = after;
    }
    made
}

/// A code by the secret that we share with the provider.
fn shared(text: &[u8]) -> Vec<u8> {
    use hmac::{Hmac, KeyInit, Mac};

    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(super::CLIENT_SECRET.as_bytes()).expect("a key of any length");
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}
