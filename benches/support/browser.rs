//! A browser as far as signing in takes one: it keeps cookies, and sends the token of a form along.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use hyper::header;
use mail_parser::MessageParser;
use scraper::{Html, Selector};

use crate::client::{Answer, Ask, Client};

/// How long a mail may take to come.
const PATIENCE: Duration = Duration::from_secs(60);

/// Somebody with cookies of their own.
pub(crate) struct Browser {
    client: Client,
    cookies: BTreeMap<String, String>,
    csrf: String,
}

impl Browser {
    pub(crate) async fn open(address: SocketAddr) -> Result<Self, String> {
        Ok(Self { client: Client::connect(address).await?, cookies: BTreeMap::new(), csrf: String::new() })
    }

    /// The request with the cookies of this browser.
    pub(crate) fn ask(&self, ask: Ask) -> Ask {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        ask.with(&header::COOKIE, cookies.join("; "))
    }

    /// A form of this browser.
    pub(crate) fn form(&self, path: &str, fields: &[(&str, &str)]) -> Ask {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.append_pair("csrf", &self.csrf).extend_pairs(fields);
        self.ask(Ask::post(path, body.finish()))
    }

    /// A page.
    pub(crate) async fn get(&mut self, path: &str) -> Result<Answer, String> {
        let answer = self.client.send_well(&self.ask(Ask::get(path))).await?;
        self.keep(&answer);
        Ok(answer)
    }

    async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Result<Answer, String> {
        let answer = self.client.send_well(&self.form(path, fields)).await?;
        self.keep(&answer);
        Ok(answer)
    }

    fn keep(&mut self, answer: &Answer) {
        for cookie in answer.headers.get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().unwrap_or_default().split(';').next().unwrap_or_default();
            if let Some((name, value)) = pair.split_once('=') {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        self.cookies.retain(|name, value| !value.is_empty() && !name.ends_with("flash"));
        if let Some(token) = attributes(&answer.text(), "input[name=csrf]", "value").pop() {
            self.csrf = token;
        }
    }

    /// Signs in as a colleague of Kurve.
    pub(crate) async fn sign_in_kurve(&mut self, fields: &[(&str, &str)]) -> Result<(), String> {
        self.get("/beheer/inloggen").await?;
        let answer = self.post("/beheer/inloggen", fields).await?;
        is_led_on(&answer, "the sign-in of Kurve")
    }

    /// Signs in as a contact, by the mail that comes to a folder; returns the path of their connection.
    pub(crate) async fn sign_in_school(&mut self, email: &str, mails: &Path) -> Result<String, String> {
        self.get("/inloggen").await?;
        let asked = self.post("/inloggen", &[("email", email)]).await?;
        is_led_on(&asked, "asking for a sign-in link")?;
        let link = until_mailed(email, mails).await?;
        self.get(&link).await?;
        let done = self.post(&link, &[]).await?;
        is_led_on(&done, "the sign-in of a school")?;
        let led_on = self.get("/school").await?;
        is_led_on(&led_on, "the way to the only connection")?;
        Ok(location(&led_on))
    }
}

fn location(answer: &Answer) -> String {
    let found = answer.headers.get(header::LOCATION).and_then(|value| value.to_str().ok());
    found.unwrap_or_default().to_owned()
}

fn is_led_on(answer: &Answer, what: &str) -> Result<(), String> {
    if answer.status.as_u16() == 303 { Ok(()) } else { Err(format!("{what} answered {}", answer.status)) }
}

/// The path of the sign-in link in the mail to an address.
async fn until_mailed(email: &str, mails: &Path) -> Result<String, String> {
    let look = async {
        loop {
            if let Some(path) = sign_in_link(email, mails) {
                return path;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, look).await.map_err(|_| format!("no mail to {email} in {}", mails.display()))
}

fn sign_in_link(email: &str, mails: &Path) -> Option<String> {
    for entry in std::fs::read_dir(mails).ok()?.filter_map(Result::ok) {
        let bytes = std::fs::read(entry.path()).unwrap_or_default();
        let Some(mail) = MessageParser::default().parse(&bytes) else { continue };
        let to = mail.to().and_then(|to| to.first()).and_then(|to| to.address()).unwrap_or_default();
        let text = mail.body_text(0).unwrap_or_default();
        if to == email
            && let Some((_, rest)) = text.split_once("/inloggen/link/")
        {
            let token = rest.split_whitespace().next().unwrap_or_default();
            return Some(format!("/inloggen/link/{token}"));
        }
    }
    None
}

/// An attribute of every element that matches and has it.
pub(crate) fn attributes(html: &str, selector: &str, name: &str) -> Vec<String> {
    let selector = Selector::parse(selector).expect("a selector");
    let html = Html::parse_document(html);
    html.select(&selector).filter_map(|element| element.value().attr(name)).map(str::to_owned).collect()
}
