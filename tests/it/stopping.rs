//! The real program is told to stop while requests are under way: they are answered, and it ends well.

use std::io::{Read, Write};

use crate::support::on_each_database;
use crate::support::program::{Program, Serving};

/// The value after some text, up to a sign.
fn after<'a>(text: &'a str, start: &str, end: char) -> &'a str {
    let found = text.split_once(start).and_then(|(_, rest)| rest.split(end).next());
    found.unwrap_or_else(|| panic!("no {start} in {text}"))
}

/// The form to sign in, of a browser that was at its page, in two pieces.
fn form(serving: &Serving) -> (String, String) {
    let (status, page) = serving.get("/inloggen", "");
    assert_eq!(status, 200, "{page}");
    let (browser, csrf) = (after(&page, "kk_browser=", ';'), after(&page, "name=\"csrf\" value=\"", '"'));
    let body = format!("csrf={csrf}&email=anna%40school.example");
    let head = format!(
        "POST /inloggen HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nOrigin: http://127.0.0.1:8080\r\nCookie: kk_browser={browser}\r\n\
         Sec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let (first, last) = body.split_at(10);
    (format!("{head}{first}"), last.to_owned())
}

/// What a status line of `/health/ready` says; `None` where nobody listens.
fn ready(serving: &Serving) -> Option<String> {
    let mut stream = serving.connect()?;
    stream.write_all(b"GET /health/ready HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer)
}

#[test]
fn a_form_that_is_half_there_when_the_stop_comes_is_taken_and_answered() {
    on_each_database(async |kind| {
        let program = Program::migrated(kind).await;
        let serving = program.serve();
        let (first, last) = form(&serving);
        let mut stream = serving.connect().expect("it listens");
        stream.write_all(first.as_bytes()).expect("it reads");

        serving.ask_to_stop();
        // It says so to who asks, for as long as it takes requests.
        let said = loop {
            let said = ready(&serving).expect("it listens as long as somebody is under way");
            if !said.starts_with("HTTP/1.1 200 ") {
                break said;
            }
        };
        stream.write_all(last.as_bytes()).expect("it still reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers, and closes the connection");

        assert!(said.starts_with("HTTP/1.1 503 ") && said.ends_with("stopping\n"), "{said}");
        assert!(answer.starts_with("HTTP/1.1 303 ") && answer.contains("/inloggen/code"), "{answer}");
        let (status, log) = serving.ended();
        assert_eq!(status.code(), Some(0), "{log}");
        assert!(log.contains("Stopped") && !log.contains("no connection came free"), "{log}");
    });
}
