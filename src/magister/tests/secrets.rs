//! The password, the token and the pupils appear nowhere: not in a result, a `Debug`, an error or a trace.

use std::fmt::Write as _;
use std::io;
use std::sync::Arc;

use futures_util::future::join_all;
use parking_lot::Mutex;
use tracing::Dispatch;
use tracing_subscriber::fmt::MakeWriter;

use super::*;
use crate::domain::check::CheckCode;
use crate::simulator::script::{DataScript, LoginScript, Odd, PRESETS, SoapScript};

const TOKEN: &str = "Planted-Token-4711";

/// Keeps what is traced.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl io::Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Kept {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Schools that throw what they know back at us.
fn schools() -> Vec<(String, SchoolScript)> {
    let planted = password();
    let (again, token) = (planted.expose().to_uppercase(), TOKEN.to_lowercase());
    let echo = format!("Kurve;{} {again} {TOKEN} en {token} staan hier", planted.expose());
    let loud = SchoolScript { token: Some(TOKEN.into()), ..SchoolScript::default() };
    let presets = PRESETS.iter().map(|name| SchoolScript::preset(name).expect("it is in the list"));
    let rows = rows::rows().into_iter().map(|(_, school, _, _)| school);
    let mut schools: Vec<_> =
        presets.chain(rows).map(|school| SchoolScript { token: loud.token.clone(), ..school }).collect();
    for data in [DataScript::OtherFault, DataScript::ListUnknown, DataScript::Odd(Odd::Dtd)] {
        schools.push(SchoolScript { data, ..loud.clone() });
    }
    for soap in [SoapScript::Missing, SoapScript::Fault, SoapScript::BreaksOff] {
        for login in [LoginScript::Right, LoginScript::WrongPassword, LoginScript::Exception] {
            schools.push(SchoolScript { soap, login, ..loud.clone() });
        }
    }
    let echoing = |school: SchoolScript| SchoolScript { message: Some(echo.clone()), ..school };
    schools.into_iter().enumerate().map(|(at, school)| (format!("school-{at}"), echoing(school))).collect()
}

/// Whether a text has a word; a number that is part of a longer one, of a duration say, is not it.
fn names(text: &str, word: &str) -> bool {
    let is_digit = |sign: Option<char>| sign.is_some_and(|sign| sign.is_ascii_digit());
    text.match_indices(word).any(|(at, _)| {
        let (before, after) = (text[..at].chars().next_back(), text[at + word.len()..].chars().next());
        !is_digit(before) && !is_digit(after)
    })
}

#[tokio::test]
async fn planted_secrets_and_pupils_appear_nowhere() {
    let simulator = simulator(Script { schools: schools().into_iter().collect(), ..Script::default() }).await;
    // What says nothing is not waited for long.
    let (second, some) = (Duration::from_secs(1), Duration::from_secs(10));
    let limits = Limits { connect: second, soap: second, total: some, ..limits() };
    let magister = Magister::new(simulator.reach(), limits, Chance::seeded(2));
    let kept = Kept::default();
    let subscriber = || {
        let kept = kept.clone();
        Dispatch::new(
            tracing_subscriber::fmt().without_time().with_max_level(tracing::Level::TRACE).with_writer(kept).finish(),
        )
    };
    // With one subscriber alive, tracing asks only the thread that comes by a line first whether it is wanted; that may
    // be the thread of another test. With two it asks the subscribers.
    let (first, _second) = (subscriber(), subscriber());
    let _guard = tracing::dispatcher::set_default(&first);

    let everything = {
        let mut text = format!("{magister:?} {:?} {:?}", password(), simulator.reach());
        let mut said = 0;
        let check = async |label: String| {
            let mut seen = vec![];
            let watch = &mut |progress| seen.push(progress);
            let result = magister.check(&target(&label), &password(), watch).await.expect("free");
            (label, result, seen)
        };
        for (label, result, seen) in join_all(schools().into_iter().map(|(label, _)| check(label))).await {
            said += usize::from(result.redacted_text.is_some());
            let json = serde_json::to_string(&result).expect("plain data");
            write!(text, "{result:?} {json} {seen:?} {:?}", target(&label)).expect("a string takes all");
        }
        assert!(said >= 20, "the echoes were kept, cleaned: {said}");
        text
    };

    let traced = String::from_utf8(kept.0.lock().clone()).expect("text");
    assert!(traced.contains("Checked a connection"));
    let all = format!("{everything} {traced} {:?}", simulator.visits()).to_lowercase();
    for secret in [password().expose(), TOKEN, "proefleerling", "900007"] {
        assert!(!names(&all, &secret.to_lowercase()), "{secret}");
    }
    for (name, count) in [("getdata", 10), ("logout", 10)] {
        assert!(all.matches(name).count() >= count, "the checks did get that far: {name}");
    }
}

#[tokio::test]
async fn a_token_that_is_all_of_an_answer_does_no_harm() {
    for token in ["…", "e", " ", "&lt;", "12345"] {
        let school = SchoolScript {
            token: Some(token.into()),
            message: Some("Geen recht, e … 12345".into()),
            data: DataScript::ListNotGranted,
            ..SchoolScript::default()
        };
        let simulator = simulator(script([("a", school)])).await;

        let result = check(&magister(&simulator), "a").await;

        assert!(
            matches!(result.code, CheckCode::ListNotGranted | CheckCode::UnexpectedAnswer),
            "{token:?}: {result:?}"
        );
    }
}
