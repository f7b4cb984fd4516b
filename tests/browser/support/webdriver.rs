//! The WebDriver protocol as far as these tests speak it: JSON over HTTP with a driver on the same machine.
//!
//! There are libraries for this. Those that were tried switch on features of `serde_json` for the whole test build, so
//! that the product under test would write its JSON otherwise than the product that is shipped.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

/// The key under which the protocol hands an element over.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// How long the driver may take for one command, which may be the reading of a page.
const COMMAND_TIME: Duration = Duration::from_secs(60);

/// What the driver says when it cannot do something, such as `no such element`.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) error: String,
    pub(crate) message: String,
}

/// An element of a page that is or was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Element(String);

/// One browser, through its driver.
#[derive(Debug)]
pub(crate) struct Session {
    port: u16,
    path: String,
}

/// How elements are found.
#[derive(Debug, Clone, Copy)]
pub(crate) enum By<'a> {
    Css(&'a str),
    XPath(&'a str),
}

impl Session {
    /// Starts a browser with what it should be capable of.
    pub(crate) fn start(port: u16, capabilities: &Value) -> Result<Self, Refused> {
        let wanted = json!({ "capabilities": { "alwaysMatch": capabilities } });
        let started = exchange(port, "POST", "/session", &wanted)?;
        let id = started["sessionId"].as_str().expect("a session has an id");
        Ok(Self { port, path: format!("/session/{id}") })
    }

    /// Asks for something that takes no arguments.
    pub(crate) fn get(&self, command: &str) -> Result<Value, Refused> {
        exchange(self.port, "GET", &format!("{}/{command}", self.path), &Value::Null)
    }

    /// Gives a command.
    pub(crate) fn post(&self, command: &str, arguments: &Value) -> Result<Value, Refused> {
        exchange(self.port, "POST", &format!("{}/{command}", self.path), arguments)
    }

    /// Asks for a property of an element, or gives it a command.
    pub(crate) fn of(&self, element: &Element, command: &str, arguments: Option<&Value>) -> Result<Value, Refused> {
        let command = format!("element/{}/{command}", element.0);
        match arguments {
            Some(arguments) => self.post(&command, arguments),
            None => self.get(&command),
        }
    }

    /// Every element that is found now.
    pub(crate) fn find_all(&self, by: By<'_>) -> Result<Vec<Element>, Refused> {
        let (using, value) = match by {
            By::Css(selector) => ("css selector", selector),
            By::XPath(path) => ("xpath", path),
        };
        let found = self.post("elements", &json!({ "using": using, "value": value }))?;
        let ids = found.as_array().into_iter().flatten().filter_map(|element| element[ELEMENT].as_str());
        Ok(ids.map(|id| Element(id.to_owned())).collect())
    }
}

fn exchange(port: u16, method: &str, path: &str, body: &Value) -> Result<Value, Refused> {
    let (status, answer) = send(port, method, path, body).unwrap_or_else(|error| panic!("{method} {path}: {error}"));
    let mut answer: Value = serde_json::from_str(&answer).unwrap_or_else(|_| panic!("{method} {path}: {answer}"));
    let value = answer["value"].take();
    if status == 200 {
        return Ok(value);
    }
    let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
    Err(Refused { error: text("error"), message: text("message") })
}

/// One request on a connection of its own, and the answer's status and body.
fn send(port: u16, method: &str, path: &str, body: &Value) -> std::io::Result<(u16, String)> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(COMMAND_TIME))?;
    let body = if method == "GET" { String::new() } else { body.to_string() };
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(&[head.as_bytes(), body.as_bytes()].concat())?;
    let mut answer = BufReader::new(stream);
    let mut line = String::new();
    answer.read_line(&mut line)?;
    let status = line.split_whitespace().nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
    let mut length = 0;
    loop {
        line.clear();
        answer.read_line(&mut line)?;
        match line.trim().split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.trim().parse().map_err(std::io::Error::other)?;
            }
            Some(_) => {}
            None => break,
        }
    }
    let mut bytes = vec![0; length];
    answer.read_exact(&mut bytes)?;
    Ok((status, String::from_utf8_lossy(&bytes).into_owned()))
}
