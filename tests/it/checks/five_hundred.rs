//! Five hundred schools behind one address, half of them broken in different ways; then all fail at once.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use koppelklaar::domain::check::{CheckCode, CheckPolicy};
use koppelklaar::domain::import_gate::verdict_of_all;
use koppelklaar::domain::onboarding::{Evidence, FallCause, Fallen, Onboarding, Step};
use koppelklaar::jobs;
use koppelklaar::magister::{Courtesy, Limits};
use koppelklaar::services::checks::{self, Selection};
use koppelklaar::simulator::SchoolScript;
use koppelklaar::simulator::script::ListScript;
use koppelklaar::store;
use koppelklaar::store::checks::check_status_list::ConnectionFilter;
use strum::IntoEnumIterator;

use super::support::{Checks, limits, run_with};
use crate::support::TestSchool;
use crate::support::acting::STEPS_OF_SCHOOL;
use crate::support::database::sql;

#[path = "../../torture/schools.rs"]
pub(crate) mod many;

#[path = "../../../benches/support/memory.rs"]
mod memory;

const SCHOOLS: u32 = 500;

/// The ways in which a Magister is broken, with the code that a check must come to.
const BROKEN: [(&str, CheckCode); 18] = [
    ("wrong_password", CheckCode::LoginRefused),
    ("list_not_granted", CheckCode::ListNotGranted),
    ("self_signed", CheckCode::CertificateInvalid),
    ("user_missing", CheckCode::LoginRefused),
    ("no_rows", CheckCode::ListEmpty),
    ("html", CheckCode::UnexpectedAnswer),
    ("unknown_host", CheckCode::HostUnknown),
    ("service_not_granted", CheckCode::ServiceNotGranted),
    ("expired", CheckCode::CertificateInvalid),
    ("server_error", CheckCode::UnexpectedAnswer),
    ("old_columns", CheckCode::ListOutdated),
    ("other_host", CheckCode::CertificateInvalid),
    ("cut_short", CheckCode::UnexpectedAnswer),
    ("plain_text", CheckCode::TlsFailed),
    ("list_unknown", CheckCode::ListNotGranted),
    ("redirect", CheckCode::UnexpectedAnswer),
    ("endless", CheckCode::UnexpectedAnswer),
    ("list_fails", CheckCode::ListFailed),
];

/// Those that cost time, or that more of would have the address left in peace: four of each.
const RARE: [(&str, CheckCode); 3] =
    [("silent", CheckCode::PortSilent), ("slow", CheckCode::TooSlow), ("refuses", CheckCode::PortRefused)];

/// As the service's own, but for a shorter pause.
const COURTESY: Courtesy =
    Courtesy { pause: Duration::from_millis(5), at_once: 4, rest_after: 5, rest: Duration::from_secs(600) };

/// How long a Magister takes over each handshake and answer: long enough for callers to be there together.
const TAKES_MS: u64 = 4;

fn bounds() -> Limits {
    Limits {
        connect: Duration::from_secs(4),
        total: Duration::from_secs(8),
        list_bytes: 200_000,
        courtesy: COURTESY,
        ..limits()
    }
}

/// Every second school is broken.
fn preset_of(number: u32) -> (&'static str, CheckCode) {
    let place = usize::try_from(number / 2).expect("a small number");
    match number % 2 {
        0 => ("right", CheckCode::Ok),
        _ => *RARE.get(place / 4).unwrap_or(&BROKEN[place % BROKEN.len()]),
    }
}

/// Each school has a host of its own.
fn label_of(number: u32) -> String {
    format!("lyceum{number}")
}

/// Schools that did all that is asked and whose imports are open, while nothing was checked yet.
async fn open_on_their_word(checks: &Checks) -> Vec<TestSchool> {
    let (app, db) = (&checks.app, &checks.app.context().db);
    let work = db.begin_write().await.expect("the database answers");
    let mut schools = vec![];
    for number in 0..SCHOOLS {
        let (connection, contacts) = many::insert_school(&app.app, work.conn(), (number, 1), app.now()).await;
        let made = store::onboarding::schools::list(work.conn(), connection).await.expect("it was made");
        let (id, brin, email) = (made[0].id, made[0].details.brin.to_string(), contacts[0].email.to_string());
        schools.push(TestSchool { id, connection, contact: contacts[0].id, brin, email });
    }
    work.commit().await.expect("the database answers");
    app.count_anew().await;
    for school in &schools {
        app.claim(school, Step::DetailsSubmitted).await.expect("it is open");
        app.issue(checks.kurve, school).await;
        for step in STEPS_OF_SCHOOL {
            app.claim(school, step).await.expect("its turn has come");
        }
        checks.activate(school).await.expect("all before it is yes");
    }
    // What was mailed until here is not what this is about.
    sql(&app.database.url, "DELETE FROM outbox").await;
    schools
}

/// From now on the Magister of each school behaves so.
fn all_behave(checks: &Checks, preset_of: impl Fn(u32) -> &'static str) {
    for number in 0..SCHOOLS {
        let script = SchoolScript::preset(preset_of(number)).expect("it is in the list");
        // Short lists: how long ones are read is shown elsewhere.
        let list = ListScript { rows: script.list.rows.min(9), ..script.list.clone() };
        let script = SchoolScript { pause_ms: TAKES_MS, list, ..script };
        checks.simulator.set(&label_of(number), script).expect("nothing is published");
    }
}

/// Makes the checks that wait or are due, as the worker does; how many.
async fn round(checks: &Checks) -> usize {
    jobs::checks::run_due(&checks.app.app).await.expect("the store answers")
}

async fn states(checks: &Checks, schools: &[TestSchool]) -> Vec<Onboarding> {
    let mut states = vec![];
    for school in schools {
        states.push(checks.state(school).await);
    }
    states
}

/// How the steps of each stand. That Magister answers at all proves a step for whom it did not answer before, so on what
/// evidence is left out: that nothing fell is what this is about.
fn answers(states: &[Onboarding]) -> Vec<(Vec<Step>, Vec<Fallen>)> {
    let yes = |state: &Onboarding| Step::iter().filter(|step| state.is_yes(*step)).collect();
    let fallen = |state: &Onboarding| Step::iter().filter_map(|step| state.fallen(step).cloned()).collect();
    states.iter().map(|state| (yes(state), fallen(state))).collect()
}

/// Whether all that a step rested on is still there, and the whole stands as it did.
fn keeps_evidence(before: &Onboarding, after: &Onboarding) -> bool {
    let given = |state: &Onboarding, step, evidence| state.answer(step).and_then(|one| one.with(evidence)).cloned();
    let is_kept = |step, evidence| {
        let known = given(before, step, evidence);
        known.is_none() || known == given(after, step, evidence)
    };
    let all = [Evidence::Claimed, Evidence::Confirmed, Evidence::Proven];
    let is_same = (before.lifecycle(), before.interrupted()) == (after.lifecycle(), after.interrupted());
    is_same && Step::iter().all(|step| all.into_iter().all(|evidence| is_kept(step, evidence)))
}

fn count_open(states: &[Onboarding]) -> usize {
    states.iter().filter(|state| verdict_of_all(state).is_open()).count()
}

#[test]
fn five_hundred_schools_behind_one_address_half_of_them_broken_are_all_checked_and_when_all_fail_nothing_falls() {
    run_with(CheckPolicy::Advise, bounds(), |checks: Checks| async move {
        let schools = open_on_their_word(&checks).await;
        all_behave(&checks, |number| preset_of(number).0);

        // Half are broken: each check says how, nobody is asked too much of, and one failure takes nothing away but a word
        // that Magister refuses.
        checks.app.advance(TimeDelta::minutes(2));
        let reader = checks.app.call(checks.kurve);
        let run = checks::ask_many(checks.app.context(), &reader, &Selection::List(ConnectionFilter::All));
        let run = run.await.expect("a colleague may");
        let began = Instant::now();
        let made = round(&checks).await;
        let took = began.elapsed();

        assert_eq!(made, schools.len());
        let mut tally = BTreeMap::new();
        for (number, school) in (0..).zip(&schools) {
            let (preset, code) = preset_of(number);
            let check = checks::latest(checks.app.context(), school.connection).await.expect("the store answers");
            let check = check.expect("it was checked");
            assert_eq!(check.result().map(|result| result.code), Some(code), "{preset}: {check:?}");
            *tally.entry(code.as_str()).or_insert(0) += 1;
        }
        let progress = checks::run_progress(checks.app.context(), run).await.expect("it is there");
        assert_eq!((progress.run.total, progress.open), (SCHOOLS, 0));
        let ended: BTreeMap<_, _> =
            progress.ended.iter().map(|(code, count)| (code.map_or("", CheckCode::as_str), *count)).collect();
        assert_eq!(ended, tally);
        assert_eq!(ended["ok"], 250);
        let crowd = checks.simulator.crowd();
        assert!((2..=COURTESY.at_once).contains(&crowd.in_all), "{crowd:?}");
        assert_eq!(crowd.of_one_school, 1);
        // Nine in ten get as far as the one address, and each of them starts after a pause.
        assert!(took >= COURTESY.pause * 450, "{took:?}");
        let before = states(&checks, &schools).await;
        // Only an empty list holds the import at once, and a refusal of what was only said.
        let at_once = ["list_empty", "login_refused", "list_not_granted", "service_not_granted"];
        let held: usize = at_once.iter().map(|code| usize::try_from(tally[code]).expect("a small number")).sum();
        assert_eq!(count_open(&before), schools.len() - held);
        let told: BTreeSet<String> = checks.mailed().await.into_iter().map(|(_, subject)| subject).collect();
        let of_schools = told.iter().filter(|subject| subject.starts_with("Importeer nu niet in Numo")).count();
        let of_kurve = told.iter().filter(|subject| subject.starts_with("Importeren kan niet meer")).count();
        assert_eq!((of_schools, of_kurve, told.len()), (held, held, 2 * held), "{told:?}");
        let peak = memory::peak_megabytes();
        say(&format!(
            "{made} checks, half of them of broken schools, in {} ms; all tests here took {peak} MB at most",
            took.as_millis()
        ));

        // The address is dead for all: after a few it is left in peace.
        all_behave(&checks, |_| "refuses");
        checks.app.advance(TimeDelta::hours(24));
        assert_eq!(round(&checks).await, schools.len());
        let tally = checks::tally(checks.app.context()).await.expect("the store answers");
        let reached = tally.ended(Some(CheckCode::PortRefused));
        assert!((COURTESY.rest_after as u64..20).contains(&reached), "{reached} knocked on a dead door");

        // It answers again and refuses everyone's password, for longer than a school alone would be given.
        all_behave(&checks, |_| "wrong_password");
        for minutes in [31, 61, 121, 181] {
            checks.app.advance(TimeDelta::minutes(minutes));
            let made = round(&checks).await;
            // Those whose word was refused wait for their ordinary turn: nothing more of them can fall by this.
            assert!(made >= schools.len() - held, "{made} of {}, {held} of them held", schools.len());
        }

        let after = states(&checks, &schools).await;
        let (was, is) = (answers(&before), answers(&after));
        let other: Vec<_> = (0..).zip(was.into_iter().zip(is)).filter(|(_, (was, is))| was != is).collect();
        // A word that Magister refuses falls at once. It waits only while most that did hold are refused likewise, and until two
        // of those are, nobody can know that: the words among the first checks, at most as many as run at once, fall as they
        // would alone. That the address was dead before says nothing of them: silence is no refusal.
        let first: BTreeSet<usize> = other.iter().map(|(number, _)| *number).collect();
        let is_refused = |fallen: &Fallen| matches!(fallen.cause, FallCause::Refused { .. });
        assert!(other.iter().all(|(_, (_, (_, fallen)))| fallen.iter().all(is_refused)), "{other:?}");
        assert!(first.len() <= COURTESY.at_once, "{other:?}");
        let mut others = (0..).zip(before.iter().zip(&after)).filter(|(number, _)| !first.contains(number));
        assert!(others.all(|(_, (before, after))| keeps_evidence(before, after)));
        let mailed = checks.mailed().await.into_iter();
        let (closed, told): (Vec<_>, Vec<_>) = mailed.partition(|(_, subject)| subject.contains("Importe"));
        let closed: BTreeSet<String> =
            closed.into_iter().map(|(_, subject)| subject).filter(|subject| subject.contains("Importeer")).collect();
        assert_eq!((closed.len(), told.len()), (first.len(), 1), "{closed:?} {told:?}");
        assert!(told[0].0 == "support@kurve.nl" && told[0].1.contains("storing bij"), "{told:?}");

        all_behave(&checks, |_| "right");
        // By then each had its ordinary turn, also those whose word was refused.
        checks.app.advance(TimeDelta::hours(24));
        round(&checks).await;

        assert_eq!(count_open(&states(&checks, &schools).await), schools.len());
        let mailed = checks.mailed().await.into_iter();
        let (opened, told): (Vec<_>, Vec<_>) =
            mailed.partition(|(_, subject)| subject.contains("Je kunt nu leerlingen importeren"));
        assert_eq!((opened.len(), told.len()), (held + first.len(), 1), "{opened:?} {told:?}");
        assert!(told[0].0 == "support@kurve.nl" && told[0].1.contains("de storing is voorbij"), "{told:?}");
        let tally = checks::tally(checks.app.context()).await.expect("the store answers");
        let all = (tally.ended(Some(CheckCode::Ok)), tally.counts.len());
        assert_eq!((all, tally.lost, tally.outage), ((500, 1), 0, None));
    });
}

/// Said also when the test passes: the result of a round is part of what it shows.
fn say(text: &str) {
    writeln!(std::io::stderr(), "{text}").expect("somebody reads the errors");
}
