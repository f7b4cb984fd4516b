//! Against a real provider: `oidc-provider` from npm, in a process of its own on loopback.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::OnceLock;

use koppelklaar::clock::Clock;
use koppelklaar::domain::identity::SignInPolicy;
use koppelklaar::links;
use koppelklaar::oidc::Registration;
use scraper::{Html, Selector};
use serde_json::json;

use super::{
    CLIENT_ID, CLIENT_SECRET, EVA, ask, ask_invited, come_back, fault, onwards, registration, router_with,
    with_provider,
};
use crate::crew::{done_about_staff, is_in};
use crate::support::app::BASE;
use crate::support::switch::skip;
use crate::support::visitor::encode;
use crate::support::{TestApp, on_each_database};

/// How often somebody at the provider is led on at most.
const STEPS: usize = 20;

/// A provider that runs; it ends with this.
struct RealProvider {
    process: Child,
    /// Held open: it says things later on as well, and would end where nobody hears them.
    _said: BufReader<ChildStdout>,
    issuer: String,
}

impl RealProvider {
    /// `None`, after a word to whoever runs the tests, where there is no Node or npm.
    fn start() -> Option<Self> {
        let folder = install().as_ref()?;
        let client = json!({
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "redirect_uris": [format!("{BASE}{}", links::STAFF_PROVIDER_BACK)],
            "post_logout_redirect_uris": [format!("{BASE}{}", links::STAFF_SIGN_IN)],
        });
        let mut process = Command::new("node")
            .args(["provider.mjs", &client.to_string()])
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("node starts");
        let mut issuer = String::new();
        let mut said = BufReader::new(process.stdout.take().expect("piped"));
        said.read_line(&mut issuer).expect("it says where it is");
        Some(Self { process, _said: said, issuer: issuer.trim().to_owned() })
    }
}

impl Drop for RealProvider {
    fn drop(&mut self) {
        // It ends as its standard input closes.
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

/// The folder of the provider, put there once.
fn install() -> &'static Option<PathBuf> {
    static FOLDER: OnceLock<Option<PathBuf>> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let has = |program: &str| Command::new(program).arg("--version").stdout(Stdio::null()).status().is_ok();
        if !has("node") || !has("npm") {
            skip("no Node or npm on this machine");
            return None;
        }
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("oidc-provider");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oidc/install.sh");
        let done = Command::new("sh").arg(script).arg(&folder).status().expect("sh starts");
        if done.success() {
            return Some(folder);
        }
        skip("npm cannot install the provider");
        None
    })
}

/// Runs a test with a provider and an app whose clock is right, on each database.
fn run<F: Future<Output = ()>>(test: impl Fn(TestApp, RealProvider) -> F) {
    on_each_database(async |kind| {
        let Some(provider) = RealProvider::start() else { return };
        let app = TestApp::start(kind).await;
        app.advance(Clock::system().now() - app.now());
        let app = with_provider(app, registration(&provider.issuer), SignInPolicy::Either);
        Box::pin(test(app.clone(), provider)).await;
        app.finish().await;
    });
}

/// A browser at the provider, in which somebody signs in as whom they like.
#[derive(Default)]
struct AtProvider {
    cookies: BTreeMap<String, String>,
}

/// An answer of the provider.
struct Answer {
    status: u16,
    location: Option<String>,
    body: String,
}

impl AtProvider {
    /// Signs in where a page leads: the path that the provider sends back to.
    fn sign_in(&mut self, url: &str, who: &str) -> String {
        let mut answer = self.send("GET", url, "");
        for _ in 0..STEPS {
            if let Some(location) = &answer.location {
                if let Some(path) = location.strip_prefix(BASE) {
                    return path.to_owned();
                }
                answer = self.send("GET", &absolute(url, location), "");
                continue;
            }
            let (action, mut fields) = form(&answer);
            fields.push(("login".to_owned(), who.to_owned()));
            fields.push(("password".to_owned(), "maakt niet uit".to_owned()));
            answer = self.send("POST", &absolute(url, &action), &encode(&fields));
        }
        panic!("{url} leads nowhere: {} {}", answer.status, answer.body);
    }

    /// Says no: the path that the provider sends back to.
    fn say_no(&mut self, url: &str) -> String {
        let mut answer = self.send("GET", url, "");
        for _ in 0..STEPS {
            let next = match &answer.location {
                Some(location) => match location.strip_prefix(BASE) {
                    Some(path) => return path.to_owned(),
                    None => location.clone(),
                },
                None => attribute(&answer, "a[href$='/abort']", "href"),
            };
            answer = self.send("GET", &absolute(url, &next), "");
        }
        panic!("{url} leads nowhere: {} {}", answer.status, answer.body);
    }

    fn send(&mut self, method: &str, url: &str, body: &str) -> Answer {
        let rest = url.strip_prefix("http://").expect("it is on loopback");
        let (host, path) = rest.split_at(rest.find('/').expect("a path"));
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        // As HTTP/1.0, which has no pieces.
        let request = format!(
            "{method} {path} HTTP/1.0\r\nHost: {host}\r\nCookie: {}\r\nAccept: text/html\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            cookies.join("; "),
            body.len(),
        );
        let mut stream = TcpStream::connect(host).expect("the provider listens");
        stream.write_all(request.as_bytes()).expect("it reads");
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("it answers");
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let mut answer = Answer { status: 0, location: None, body: body.to_owned() };
        answer.status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        for line in head.lines().skip(1) {
            let Some((name, value)) = line.split_once(": ") else { continue };
            match name.to_lowercase().as_str() {
                "location" => answer.location = Some(value.to_owned()),
                "set-cookie" => {
                    let pair = value.split(';').next().expect("a first part");
                    let (name, value) = pair.split_once('=').expect("a cookie has a name");
                    self.cookies.insert(name.to_owned(), value.to_owned());
                }
                _ => {}
            }
        }
        answer
    }
}

fn absolute(url: &str, location: &str) -> String {
    if location.starts_with("http://") {
        return location.to_owned();
    }
    let host = url.split('/').nth(2).expect("a host");
    format!("http://{host}{location}")
}

fn select(text: &str) -> Selector {
    Selector::parse(text).expect("a selector")
}

fn attribute(answer: &Answer, selector: &str, name: &str) -> String {
    let html = Html::parse_document(&answer.body);
    let found = html.select(&select(selector)).find_map(|element| element.value().attr(name).map(str::to_owned));
    found.unwrap_or_else(|| panic!("no {selector}: {} {}", answer.status, answer.body))
}

/// Where the form of a page goes, and what it holds of itself.
fn form(answer: &Answer) -> (String, Vec<(String, String)>) {
    let html = Html::parse_document(&answer.body);
    let all_hidden = select("form input[type=hidden]");
    let hidden = html.select(&all_hidden).map(|input| {
        let value = |name: &str| input.value().attr(name).unwrap_or_default().to_owned();
        (value("name"), value("value"))
    });
    (attribute(answer, "form", "action"), hidden.collect())
}

#[test]
fn a_colleague_links_signs_in_and_signs_out_at_a_real_provider() {
    run(|app, provider| async move {
        let (eva, mut there) = (app.anonymous(), AtProvider::default());
        let url = ask_invited(&app, &eva, EVA).await;

        let linked = come_back(&eva, &there.sign_in(&url, "eva-bij-de-organisatie")).await;
        assert_eq!((linked.status, linked.location()), (303, links::STAFF), "{}", linked.body);
        assert!(is_in(&eva).await);

        let out = eva.get(links::STAFF).await.submit(&eva, "form[action='/beheer/uitloggen']", &[]).await;
        let end = there.send("GET", &onwards(&out), "");
        assert_eq!((end.status, is_in(&eva).await), (200, false), "{}", end.body);
        let (action, mut fields) = form(&end);
        fields.push(("logout".to_owned(), "yes".to_owned()));
        let end = there.send("POST", &absolute(&url, &action), &encode(&fields));
        assert_eq!(end.location, Some(format!("{BASE}{}", links::STAFF_SIGN_IN)), "{}", end.body);

        let path = AtProvider::default().sign_in(&ask(&eva).await, "eva-bij-de-organisatie");
        let again = come_back(&eva, &path).await;
        assert_eq!((again.status, again.location()), (303, links::STAFF), "{}", again.body);
        assert_eq!(
            done_about_staff(&app).await,
            ["staff_added", "staff_invited", "staff_identity_linked", "staff_signed_in", "staff_signed_in"]
        );
        drop(provider);
    });
}

#[test]
fn whom_only_the_provider_knows_and_who_says_no_there_gets_nowhere() {
    run(|app, provider| async move {
        // The provider gives everybody the address of this colleague.
        let eva = app.anonymous();
        let path = AtProvider::default().sign_in(&ask_invited(&app, &eva, EVA).await, "eva-bij-de-organisatie");
        assert_eq!(come_back(&eva, &path).await.status, 303);
        let stranger = app.anonymous();

        let unknown = come_back(&stranger, &AtProvider::default().sign_in(&ask(&stranger).await, "een-ander")).await;
        let refused = come_back(&stranger, &AtProvider::default().say_no(&ask(&stranger).await)).await;

        assert_eq!((unknown.status, fault(&unknown).as_str()), (403, "unknown"));
        assert_eq!((refused.status, fault(&refused).as_str()), (403, "denied"));
        assert!(!is_in(&stranger).await);
        drop(provider);
    });
}

#[test]
fn what_is_set_wrong_here_is_told_by_a_real_provider_and_by_us() {
    run(|app, provider| async move {
        let policy = SignInPolicy::Either;
        let other_secret = Registration { client_secret: "een-ander".into(), ..registration(&provider.issuer) };
        let other_redirect = Registration { redirect_url: format!("{BASE}/elders"), ..registration(&provider.issuer) };
        let secret = app.anonymous().at_router(&router_with(&app, other_secret, policy.clone()));
        let redirect = app.anonymous().at_router(&router_with(&app, other_redirect, policy));

        let path = AtProvider::default().sign_in(&ask(&secret).await, "eva-bij-de-organisatie");
        let page = come_back(&secret, &path).await;
        let stays_there = AtProvider::default().send("GET", &ask(&redirect).await, "");

        assert_eq!((page.status, fault(&page).as_str()), (502, "wrong_secret"));
        assert!(page.text("[data-to-set]").contains("Entra") && page.text("[data-to-set]").contains("Google"));
        // It sends nobody to an address that it does not know.
        assert_eq!((stays_there.status, stays_there.location), (400, None));
        drop(provider);
    });
}
