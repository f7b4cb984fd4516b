//! What a check takes in memory, measured: each allocation of the thread that makes it is counted.

use std::convert::Infallible;

use futures_util::{FutureExt, stream};
use http_body_util::StreamBody;
use hyper::body::{Bytes, Frame};
use tokio::runtime::Builder;

use super::*;
use crate::domain::check::CheckCode;
use crate::magister::reply;
use crate::simulator::script::ListScript;

/// A whole check of any list stays below this: TLS, HTTP, a piece of the answer and the room for the stamnrs.
const CHECK_MAX: u64 = 4 << 20;

/// By how much two checks may differ: how full the buffers of TLS and HTTP happen to be.
const SLACK: u64 = 256 << 10;

/// The most that a check of a list of so many pupils had in hand at once.
fn peak_of_check(rows: u32) -> u64 {
    let served = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime starts");
    let list = ListScript { rows, ..ListScript::default() };
    let school = SchoolScript { list, ..SchoolScript::default() };
    let simulator = served.block_on(simulator(script([("a", school)])));
    // All of the check is on this one thread, and nothing of the simulator is.
    let here = Builder::new_current_thread().enable_all().build().expect("a runtime starts");
    let limits = Limits { list_bytes: 256 << 20, ..limits() };
    let magister = Magister::new(simulator.reach(), limits, Chance::seeded(3));
    let mut result = None;

    let memory = allocation_counter::measure(|| result = Some(here.block_on(check(&magister, "a"))));

    let result = result.expect("it was made");
    assert_eq!((result.code, result.counts.map(|counts| counts.rows)), (CheckCode::Ok, Some(rows)));
    memory.bytes_max
}

#[test]
fn a_hundred_thousand_pupils_take_no_more_memory_than_a_thousand() {
    let (few, many) = (peak_of_check(1_000), peak_of_check(100_000));

    assert!(few < CHECK_MAX, "{few} bytes");
    assert!(many < few + SLACK, "{many} bytes where a thousand took {few}");
}

/// The most that reading an answer had in hand, within the bounds of the service; it comes in chunks of 16 KiB.
fn peak_of_reading(head: &str, part: impl Fn(usize) -> String, parts: usize) -> u64 {
    let mut read = None;
    let memory = allocation_counter::measure(|| {
        let mut at = 0;
        let chunks = std::iter::from_fn(|| {
            let mut chunk = if at == 0 { head.to_owned() } else { String::new() };
            while at < parts && chunk.len() < 16 << 10 {
                chunk.push_str(&part(at));
                at += 1;
            }
            (!chunk.is_empty()).then(|| Ok::<_, Infallible>(Frame::data(Bytes::from(chunk))))
        });
        let body = StreamBody::new(stream::iter(chunks));
        read = reply::read(body, 256 << 20, &Limits::default(), [7; 16]).now_or_never();
    });
    assert!(read.is_some(), "nothing has to be waited for");
    memory.bytes_max
}

#[test]
fn five_times_as_many_pupils_take_no_more_memory() {
    let row = |at: usize| format!("<L><idGebr>1</idGebr><stamnr>{at}</stamnr></L>");
    let [few, many, most] =
        [1_000, 100_000, 500_000].map(|rows| peak_of_reading("<R><Result>True</Result><Table><Ls>", row, rows));

    assert!(few < CHECK_MAX && many <= few + (64 << 10) && most <= few + (64 << 10), "{few}, {many}, {most} bytes");
}

#[test]
fn no_answer_is_gathered_however_it_goes_on() {
    let long = "x".repeat(500);
    type Part<'a> = (&'a str, &'a dyn Fn(usize) -> String);
    let parts: [Part<'_>; 7] = [
        ("<R>", &|_| format!("<Exception>{long}</Exception>")),
        ("<R>", &|_| format!("<ExceptionMsg>{long}</ExceptionMsg>")),
        ("<R>", &|_| format!("<ResultMessage>{long}</ResultMessage>")),
        ("<R><Table><x>", &|at| format!("<y><a{at}>{long}</a{at}></y>")),
        ("<R><Result>", &|_| long.clone()),
        ("<R><Result>", &|_| format!("&amp;<![CDATA[{long}]]><!--{long}-->")),
        ("<R ", &|at| format!("a{at}='{long}' ")),
    ];
    for (head, part) in parts {
        let peak = peak_of_reading(head, part, 10_000);

        assert!(peak < CHECK_MAX, "{head}{}: {peak} bytes of 5 MB", part(0));
    }
}
