//! Each way in which a Magister can behave, against the table, and what a check does on the way.

use std::time::Duration;

use strum::IntoEnumIterator;
use tokio::task::JoinSet;

use super::rows::{
    ends, log_out_hangs, odd_data, odd_login, preset, refused_by_fault, refused_plainly, rows, soap, spoiled,
    unknown_fault,
};
use super::*;
use crate::domain::check::{CheckCode, Counts, Oddity, Rung, Way};
use crate::simulator::script::{DataScript, ListScript, LoginScript, Odd, OverScript, SoapScript, Spoiled, TlsScript};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_scenario_gives_its_code_holder_proven_steps_and_sentence() {
    let label = |at: usize| format!("school-{at}");
    let schools = rows().into_iter().enumerate().map(|(at, (_, school, _, _))| (label(at), school)).collect();
    let simulator = simulator(Script { schools, ..Script::default() }).await;
    let magister = |limits| Magister::new(simulator.reach(), limits, Chance::seeded(2));
    let (second, some) = (Duration::from_secs(1), Duration::from_secs(8));
    let (patient, at_the_door, inside) = (
        magister(limits()),
        magister(Limits { connect: second, soap: second, ..limits() }),
        magister(Limits { total: some, ..limits() }),
    );

    let mut running = JoinSet::new();
    for (at, (name, _, _, oddity)) in rows().iter().enumerate() {
        let magister = match oddity {
            Some(Oddity::TooSlow) => inside.clone(),
            _ if ["silent", "TLS hangs", "SOAP hangs"].contains(name) => at_the_door.clone(),
            _ => patient.clone(),
        };
        running.spawn(async move { (at, check(&magister, &label(at)).await) });
    }
    let results = running.join_all().await;

    for (at, result) in results {
        let (name, _, (code, rung, holder, proven, sentence), oddity) = &rows()[at];
        let seen = (result.code, result.rung, result.code.holder(), result.proven());
        assert_eq!(seen, (*code, *rung, *holder, proven.to_vec()), "{name}: {result:?}");
        assert_eq!(result.code.sentence(), *sentence, "{name}");
        assert_eq!(result.oddity, *oddity, "{name}");
        assert_eq!(result.times.len(), Rung::iter().position(|r| r == *rung).expect("a rung") + 1, "{name}");
        assert_eq!(result.counts.is_some(), *rung >= Rung::Shape, "{name}");
        assert!(!format!("{result:?}").contains("planted"), "{name}");
    }
    for visit in simulator.visits() {
        let is_plain = ["/doc", "/soap/algemeen?service=Algemeen"].contains(&visit.url.as_str());
        let is_asked_there = visit.url.starts_with("/doc?Library=Data&Function=GetData&SessionToken=…&")
            || visit.url.starts_with("/doc?Library=Algemeen&Function=Logout&SessionToken=…&");
        assert!(is_plain || (is_asked_there && !visit.url.to_lowercase().contains("password")), "{visit:?}");
    }
}

#[tokio::test]
async fn what_is_not_known_is_kept_as_magister_said_it() {
    let fault = SchoolScript { data: DataScript::OtherFault, ..SchoolScript::default() };
    let exception = SchoolScript { login: LoginScript::Exception, ..SchoolScript::default() };
    for (name, school, said) in [
        ("another fault", fault, Some("99 Simulated fault")),
        ("log-in exception", exception, Some("EMGeneralFailure Simulated exception")),
        ("service not granted", preset("service_not_granted"), Some("EMGeneralFailure Access denied")),
        ("503", odd_data(Odd::ServerError), Some("Simulator")),
        ("log-in 503", odd_login(Odd::ServerError), Some("Simulator")),
        ("redirect", odd_data(Odd::Redirect), Some("Simulator")),
        ("a page", odd_data(Odd::Html), Some("Simulator")),
        ("log-in gives a page", odd_login(Odd::Html), Some("Simulator")),
        ("plain words", odd_data(Odd::NotXml), Some("Er is iets misgegaan")),
        ("other XML", odd_data(Odd::OtherXml), Some("<rss> <channel> <title>")),
        ("log-in gives other XML", odd_login(Odd::OtherXml), Some("<rss> <channel> <title>")),
        ("a DTD", odd_data(Odd::Dtd), Some("<Response>")),
        ("a list that breaks off", odd_data(Odd::Half), None),
        ("rows without end", odd_data(Odd::Endless), None),
        ("all right", preset("right"), None),
    ] {
        let simulator = simulator(script([("a", school)])).await;

        assert_eq!(check(&magister(&simulator), "a").await.redacted_text.as_deref(), said, "{name}");
    }
}

#[tokio::test]
async fn a_check_logs_in_once_reads_once_and_logs_out() {
    let simulator = simulator(script([("soap", preset("right")), ("query", soap(SoapScript::Missing))])).await;
    let magister = magister(&simulator);

    check(&magister, "soap").await;
    check(&magister, "query").await;

    assert_eq!(calls(&simulator, "soap"), ["soap_login", "getdata", "logout"]);
    assert_eq!(calls(&simulator, "query"), ["soap_login", "login", "getdata", "logout"]);
}

fn calls(simulator: &Simulator, school: &str) -> Vec<String> {
    simulator.visits().into_iter().filter(|visit| visit.school == school).map(|visit| visit.call).collect()
}

#[tokio::test(start_paused = true)]
async fn a_minute_and_a_half_is_all_that_a_check_takes_and_the_list_gets_a_minute() {
    let slow = SchoolScript { soap: SoapScript::Hangs, ..log_out_hangs() };
    let simulator = simulator(script([("a", SchoolScript { data: DataScript::Odd(Odd::Slow), ..slow })])).await;
    let magister = Magister::new(simulator.reach(), Limits::default(), Chance::seeded(2));
    let began = tokio::time::Instant::now();

    let result = check(&magister, "a").await;

    let took = began.elapsed();
    assert_eq!((result.code, result.oddity), (CheckCode::TooSlow, Some(Oddity::TooSlow)), "{result:?}");
    assert_eq!(result.rung, Rung::Data, "the query form was tried after SOAP");
    assert!(took <= Duration::from_secs(90), "{took:?}");
    let of_list = result.times.iter().find(|time| time.rung == Rung::Data).map(|time| time.millis / 1000);
    assert!(of_list.is_some_and(|seconds| (59..=60).contains(&seconds)), "{result:?}");
    let calls: Vec<String> = simulator.visits().into_iter().map(|visit| visit.call).collect();
    assert_eq!(calls, ["soap_login", "login", "getdata", "logout"]);
}

#[tokio::test]
async fn a_refusal_is_not_tried_a_second_time() {
    let by_fault = [200, 400, 401, 403, 404, 405, 500, 501, 503].map(refused_by_fault);
    for refused in [preset("wrong_password"), refused_plainly()].into_iter().chain(by_fault) {
        let simulator = simulator(script([("a", refused)])).await;

        let result = check(&magister(&simulator), "a").await;

        assert_eq!((result.code, simulator.visits().len()), (CheckCode::LoginRefused, 1), "{result:?}");
    }
}

#[tokio::test]
async fn an_answer_to_a_log_in_that_nobody_understands_is_not_tried_a_second_time_either() {
    let exception = SchoolScript { login: LoginScript::Exception, ..SchoolScript::default() };
    for (school, said, visits) in [
        (unknown_fault(), "Object reference not set", vec!["soap_login"]),
        (exception, "Simulated exception", vec!["soap_login"]),
    ] {
        let simulator = simulator(script([("a", school)])).await;

        let result = check(&magister(&simulator), "a").await;

        assert_eq!((result.code, result.oddity), (CheckCode::UnexpectedAnswer, Some(Oddity::Unknown)), "{said}");
        assert!(result.redacted_text.is_some_and(|text| text.contains(said)), "{said}");
        assert_eq!(calls(&simulator, "a"), visits, "{said}");
    }
}

#[tokio::test]
async fn a_session_that_is_over_costs_one_new_log_in_however_it_is_said() {
    for over in [OverScript::Message, OverScript::Exception, OverScript::Status] {
        let (once, always) = (ends(DataScript::SessionEnds, over), ends(DataScript::NoSession, over));
        let simulator = simulator(script([("once", once), ("always", always)])).await;
        let magister = magister(&simulator);

        let codes = [check(&magister, "once").await.code, check(&magister, "always").await.code];

        assert_eq!(codes, [CheckCode::Ok, CheckCode::UnexpectedAnswer], "{over:?}");
        let expected = ["soap_login", "getdata", "soap_login", "getdata", "logout"];
        assert_eq!(calls(&simulator, "once"), expected, "{over:?}");
        assert_eq!(calls(&simulator, "always"), expected, "{over:?}");
    }
}

#[tokio::test]
async fn where_a_server_reads_is_learned_once_and_asked_first_from_then_on() {
    let simulator = simulator(script([("a", preset("url_only")), ("b", preset("right"))])).await;
    let magister = magister(&simulator);
    let check = async |label: &str, way| {
        let target = target(label).that_reads(way);
        let result = magister.check(&target, &password(), &mut |_| {}).await.expect("nobody else checks it");
        (result.code, result.way)
    };

    for (label, way, learned) in [
        ("a", None, Way::Url),
        ("a", Some(Way::Url), Way::Url),
        ("b", None, Way::Body),
        // A server that was replaced reads as every other.
        ("b", Some(Way::Url), Way::Url),
        ("a", Some(Way::Body), Way::Url),
    ] {
        assert_eq!(check(label, way).await, (CheckCode::Ok, Some(learned)), "{label} {way:?}");
    }

    let first = ["soap_login", "unread", "getdata", "logout"];
    let second = ["soap_login", "getdata", "logout"];
    assert_eq!(calls(&simulator, "a"), [&first[..], &second, &first].concat());
    let asked = simulator.visits().into_iter().filter(|visit| visit.school == "a" && visit.call == "logout");
    assert!(asked.into_iter().all(|visit| visit.url.starts_with("/doc?")), "also the log-out is read there");
}

#[tokio::test]
async fn without_soap_a_server_that_reads_addresses_only_is_never_told_the_password() {
    let simulator = simulator(script([("a", preset("url_only_without_soap"))])).await;

    let result = check(&magister(&simulator), "a").await;

    assert_eq!((result.rung, result.oddity), (Rung::Login, Some(Oddity::BodyNotRead)));
    assert_eq!(calls(&simulator, "a"), ["soap_login", "unread", "unread", "logout"]);
    assert!(simulator.visits().iter().all(|visit| !visit.url.contains("Login")));
}

#[tokio::test]
async fn one_cell_that_cannot_be_read_counts_as_empty_and_the_others_stay() {
    for kind in [Spoiled::Reference, Spoiled::Ampersand, Spoiled::Entity] {
        let simulator = simulator(script([("a", spoiled(kind))])).await;

        let counts = check(&magister(&simulator), "a").await.counts.expect("a list");

        assert_eq!((counts.rows, counts.without_opleidingscode), (612, 4), "{kind:?}");
    }
}

#[tokio::test]
async fn until_when_a_certificate_holds_is_kept_also_of_a_check_that_fails() {
    let day = chrono::NaiveDate::from_ymd_opt(2091, 5, 7).expect("a day");
    let school = SchoolScript { tls: TlsScript::Until(day), ..preset("wrong_password") };
    let simulator = simulator(script([("a", school), ("b", preset("expired"))])).await;
    let magister = magister(&simulator);

    let until = check(&magister, "a").await.certificate_until;

    assert_eq!(until.map(|until| until.date_naive()), Some(day));
    assert_eq!(check(&magister, "b").await.certificate_until, None);
}

#[tokio::test]
async fn the_list_is_counted_and_its_columns_are_named() {
    let list = ListScript {
        rows: 1_000,
        without_opleidingscode: 3,
        without_id_gebr: 7,
        double_stamnr: 5,
        ..ListScript::default()
    };
    let simulator = simulator(script([("a", SchoolScript { list, ..SchoolScript::default() })])).await;

    let result = check(&magister(&simulator), "a").await;

    let counts = Counts { rows: 1_000, without_opleidingscode: 3, without_id_gebr: 7, double_stamnr: 5 };
    assert_eq!(result.counts, Some(counts));
    assert_eq!(result.columns, ["idGebr", "ExterneId", "opleidingscode", "stamnr"]);
    assert!(!serde_json::to_string(&result).expect("plain data").contains("proefleerling"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_thousand_pupils_are_counted() {
    let simulator = simulator(script([("a", preset("rows_100000"))])).await;
    let limits = Limits { list_bytes: 64 << 20, ..limits() };
    let magister = Magister::new(simulator.reach(), limits, Chance::seeded(3));

    let result = check(&magister, "a").await;

    assert_eq!((result.code, result.counts.map(|counts| counts.rows)), (CheckCode::Ok, Some(100_000)));
}

#[tokio::test]
async fn who_watches_sees_each_rung_as_it_is_tried() {
    let simulator = simulator(script([("a", preset("wrong_password"))])).await;
    let mut seen = vec![];

    let result = magister(&simulator)
        .check(&target("a"), &password(), &mut |progress| {
            seen.push(match progress {
                Progress::Trying(rung) => ("trying", rung),
                Progress::Held(time) => ("held", time.rung),
                Progress::Broke(time) => ("broke", time.rung),
            });
        })
        .await
        .expect("nobody else checks it");

    let rungs = [Rung::Name, Rung::Tcp, Rung::Tls];
    let mut expected: Vec<_> = rungs.into_iter().flat_map(|rung| [("trying", rung), ("held", rung)]).collect();
    expected.extend([("trying", Rung::Login), ("broke", Rung::Login)]);
    assert_eq!(seen, expected);
    assert_eq!(result.redacted_text.as_deref(), Some("De gebruikersnaam of het wachtwoord is onjuist."));
}
