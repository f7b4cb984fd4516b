//! The tables of the ladder, and what no row of results may do.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};
use proptest::prelude::*;
use strum::IntoEnumIterator;

use super::*;
use crate::domain::actor::Actor;
use crate::domain::onboarding::gate::Step::{
    ActivationConfirmed, AllowlistingConfirmed, AllowlistingRequested, PasswordSet, PermissionsChecked, QueryExecuted,
};
use crate::domain::onboarding::testing::{Walk, prove, school_id, support};
use crate::domain::onboarding::{Command, Ground};

const LISTED: &[Step] = &[AllowlistingRequested, AllowlistingConfirmed];
const LOGGED_IN: &[Step] = &[QueryExecuted, PasswordSet, AllowlistingRequested, AllowlistingConfirmed];
const ALL_PROVEN: &[Step] =
    &[QueryExecuted, PasswordSet, PermissionsChecked, AllowlistingRequested, AllowlistingConfirmed];

fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + Duration::days(20_000)
}

fn result(code: CheckCode, rung: Rung) -> CheckResult {
    CheckResult::ended(code, rung)
}

/// The rung on which a code comes up in a real check.
fn rung_of(code: CheckCode) -> Rung {
    match code {
        CheckCode::HostUnknown => Rung::Name,
        CheckCode::PortSilent | CheckCode::PortRefused | CheckCode::NoRoute => Rung::Tcp,
        CheckCode::TlsFailed | CheckCode::CertificateInvalid => Rung::Tls,
        CheckCode::LoginRefused | CheckCode::UnexpectedAnswer => Rung::Login,
        CheckCode::ListNotGranted | CheckCode::ServiceNotGranted => Rung::Data,
        CheckCode::ListFailed | CheckCode::TooSlow => Rung::Data,
        CheckCode::ListOutdated => Rung::Shape,
        CheckCode::ListEmpty | CheckCode::ListShrunk | CheckCode::Ok => Rung::Rows,
    }
}

fn known(answered: &[Step], proven: &[Step], streak: Option<Streak>) -> CheckHistory {
    let set = |steps: &[Step]| steps.iter().copied().collect::<BTreeSet<_>>();
    CheckHistory {
        answered: set(&[answered, proven].concat()),
        proven: set(proven),
        streak,
        list: ListGuard::default(),
    }
}

fn calm() -> Fleet {
    Fleet { heard: 9, ..Fleet::default() }
}

/// So many others fail together, of which the rest works.
fn outage(failing: u32, heard: u32) -> Fleet {
    Fleet { failing, newly_failing: failing, heard, ..Fleet::default() }
}

/// Lets a school fail once and then whenever it is looked at, and gives what followed each time a try counted, or none did.
fn fail_until_it_falls(start: &CheckHistory, code: CheckCode) -> Vec<Judgement> {
    let (mut known, mut at, mut judged) = (start.clone(), now(), vec![]);
    loop {
        let judgement = judge(&known, &result(code, rung_of(code)), &calm(), at);
        let counts = judgement.streak.is_none_or(|streak| streak.counted_at == at);
        known.streak = judgement.streak;
        let retry_at = judgement.retry_at;
        if counts {
            judged.push(judgement);
        }
        match retry_at {
            Some(next) => at = next,
            None => return judged,
        }
    }
}

#[test]
fn each_code_has_its_holder_and_proves_what_held() {
    use CheckCode::*;
    for (code, rung, holder, proven) in [
        (Ok, Rung::Rows, None, ALL_PROVEN),
        (HostUnknown, Rung::Name, Some(Party::School), &[]),
        (PortSilent, Rung::Tcp, Some(Party::Magister), &[]),
        (PortRefused, Rung::Tcp, Some(Party::Kurve), &[]),
        (TlsFailed, Rung::Tls, Some(Party::Kurve), LISTED),
        (CertificateInvalid, Rung::Tls, Some(Party::Kurve), LISTED),
        (LoginRefused, Rung::Login, Some(Party::School), LISTED),
        (ListNotGranted, Rung::Data, Some(Party::School), LOGGED_IN),
        (ServiceNotGranted, Rung::Data, Some(Party::School), LOGGED_IN),
        (ListOutdated, Rung::Shape, Some(Party::Kurve), ALL_PROVEN),
        (ListEmpty, Rung::Rows, Some(Party::School), ALL_PROVEN),
        (ListShrunk, Rung::Rows, Some(Party::School), ALL_PROVEN),
        (ListFailed, Rung::Data, Some(Party::Kurve), LOGGED_IN),
        (NoRoute, Rung::Tcp, Some(Party::Kurve), &[]),
        (TooSlow, Rung::Login, Some(Party::Kurve), LISTED),
        (TooSlow, Rung::Data, Some(Party::Kurve), LOGGED_IN),
        (UnexpectedAnswer, Rung::Name, Some(Party::Kurve), &[]),
        (UnexpectedAnswer, Rung::Login, Some(Party::Kurve), LISTED),
        (UnexpectedAnswer, Rung::Data, Some(Party::Kurve), LOGGED_IN),
    ] {
        assert_eq!(code.holder(), holder, "{}", code.as_str());
        assert_eq!(result(code, rung).proven(), proven, "{} at {}", code.as_str(), rung.as_str());
        let is_sure = |held: Rung| code.always_holds(held) && !result(code, rung).holds(held);
        assert!(!Rung::iter().any(is_sure), "{} at {}", code.as_str(), rung.as_str());
        assert_eq!(code.is_connected(), code.always_holds(Rung::Data), "{}", code.as_str());
        assert!(result(code, rung).proven().into_iter().all(Step::can_be_proven));
    }
}

#[test]
fn each_code_says_who_acts_and_what_to_do() {
    for code in CheckCode::iter() {
        let sentence = code.sentence();

        assert!(sentence.ends_with('.') && !sentence.contains("  "), "{sentence}");
        match code.holder() {
            Some(Party::Kurve) => assert!(sentence.contains("Kurve ") && sentence.contains("niets te doen")),
            Some(Party::Magister) => assert!(sentence.contains("Wacht dan op de bevestiging")),
            Some(Party::School) => {
                assert!(["Kijk", "Vink", "Ga naar"].iter().any(|verb| sentence.contains(verb)), "{sentence}")
            }
            None => assert!(sentence.contains("werkt")),
        }
    }
    for name in ["Beheer > Webservices > Gebruikers", "Kurve", "Decibel"] {
        assert!(CheckCode::LoginRefused.sentence().contains(name));
        assert!(CheckCode::ListNotGranted.sentence().contains(name));
    }
    for name in ["Data.GetData", "Algemeen.Login", "Algemeen.Logout", "Services", "Lijsten", "Decibel"] {
        assert!(CheckCode::ServiceNotGranted.sentence().contains(name));
    }
}

#[test]
fn stored_names_read_back() {
    for code in CheckCode::iter() {
        assert_eq!(code.as_str().parse::<CheckCode>().ok(), Some(code));
        assert_eq!(serde_json::to_value(code).expect("a name"), code.as_str());
    }
    for rung in Rung::iter() {
        assert_eq!(rung.as_str().parse::<Rung>().ok(), Some(rung));
        assert_eq!(serde_json::to_value(rung).expect("a name"), rung.as_str());
        assert!(rung.question().ends_with('?'));
    }
}

#[test]
fn the_receipt_names_only_what_is_there() {
    let counts = Counts { rows: 612, without_opleidingscode: 3, ..Counts::default() };
    assert_eq!(counts.receipt(), "612 leerlingen, 3 zonder opleidingscode");
    assert_eq!(Counts { rows: 1, ..Counts::default() }.receipt(), "1 leerling");
    let all = Counts { rows: 9, without_opleidingscode: 1, without_id_gebr: 2, double_stamnr: 4 };
    assert_eq!(all.receipt(), "9 leerlingen, 1 zonder opleidingscode, 2 zonder idGebr, 4 met een dubbel stamnr");
}

#[test]
fn a_school_that_worked_falls_by_its_own_step_and_by_no_other() {
    use CheckCode::*;
    for (code, falls) in [
        (HostUnknown, None),
        (PortSilent, Some(AllowlistingConfirmed)),
        (PortRefused, None),
        (TlsFailed, None),
        (CertificateInvalid, None),
        (LoginRefused, Some(PasswordSet)),
        (ListNotGranted, Some(PermissionsChecked)),
        (ServiceNotGranted, Some(PermissionsChecked)),
        (ListFailed, None),
        (TooSlow, None),
        (UnexpectedAnswer, None),
    ] {
        let judged = fail_until_it_falls(&known(&[], ALL_PROVEN, None), code);

        assert_eq!(judged.len(), 4, "{}: the first failure and three retries", code.as_str());
        assert!(judged[..3].iter().all(|j| j.disprove.is_empty() && j.alarm.is_none() && !j.is_lost));
        assert_eq!(judged[3].disprove, falls.map(|step| (step, code)).into_iter().collect::<Vec<_>>());
        assert_eq!(judged[3].alarm, falls.is_none().then_some(Alarm::ConnectionLost), "{}", code.as_str());
        assert!(judged[3].is_lost);
    }
}

#[test]
fn pressing_the_button_again_and_again_counts_once() {
    let mut school = known(&[], ALL_PROVEN, None);
    for minute in 0..29 {
        let at = now() + Duration::minutes(minute);
        let judged = judge(&school, &result(CheckCode::PortSilent, Rung::Tcp), &calm(), at);
        school.streak = judged.streak;

        assert_eq!(judged.streak.map(|streak| streak.failures), Some(1));
        assert_eq!(judged.retry_at, Some(now() + Duration::minutes(30)));
    }
}

#[test]
fn what_was_only_said_falls_by_a_refusal_at_once_and_never_by_anything_else() {
    let claimed = known(ALL_PROVEN, &[], None);
    for code in CheckCode::iter().filter(|code| !code.is_connected()) {
        let falls = match code {
            CheckCode::LoginRefused => vec![(PasswordSet, code)],
            CheckCode::ListNotGranted | CheckCode::ServiceNotGranted => vec![(PermissionsChecked, code)],
            _ => vec![],
        };

        let judged = judge(&claimed, &result(code, rung_of(code)), &calm(), now());

        assert_eq!(judged.disprove, falls, "{}", code.as_str());
        assert!(!judged.is_lost && judged.alarm.is_none() && judged.retry_at.is_none(), "it never worked");
        assert!(judged.asks.is_none(), "nobody else is asked for it");
        assert_eq!(claimed.is_at_stake(&result(code, rung_of(code))), !falls.is_empty());
    }
    let refused = judge(&claimed, &result(CheckCode::LoginRefused, Rung::Login), &calm(), now());
    assert_eq!(refused.prove, LISTED, "what held below it is seen all the same");
    let most_fail = Fleet { failing: 3, unheard: 9, ..Fleet::default() };
    let held = judge(&claimed, &result(CheckCode::LoginRefused, Rung::Login), &most_fail, now());
    assert!(held.disprove.is_empty() && held.alarm.is_none(), "it may be everyone's: {held:?}");
    assert!(held.asks.is_some() && held.retry_at == Some(now() + Fleet::SOON), "{held:?}");
}

#[test]
fn what_is_ours_takes_nothing_away_however_often_and_counts_for_no_streak() {
    let streak = Some(Streak { code: CheckCode::PortSilent, failures: 4, counted_at: now() });
    for streak in [None, streak] {
        let school = known(ALL_PROVEN, ALL_PROVEN, streak);
        for hours in 1..10 {
            let at = now() + Duration::hours(hours);
            let failed = result(CheckCode::NoRoute, Rung::Tcp);

            let judged = judge(&school, &failed, &calm(), at);

            let retry_at = Some(at + Duration::minutes(30));
            assert_eq!(judged, Judgement { retry_at, streak, ..Judgement::default() });
            assert!(school.is_worse(&failed), "a line that is cut is everyone's, so it is told as an outage");
        }
    }
    let under_way = judge(&known(LISTED, &[], None), &result(CheckCode::NoRoute, Rung::Tcp), &calm(), now());
    assert_eq!(under_way, Judgement::default());
}

#[test]
fn a_school_that_is_still_under_way_has_nothing_to_lose() {
    for code in [CheckCode::LoginRefused, CheckCode::UnexpectedAnswer, CheckCode::CertificateInvalid] {
        let school = known(LISTED, LISTED, None);

        assert_eq!(fail_until_it_falls(&school, code), [Judgement::default()], "{}", code.as_str());
    }
}

#[test]
fn what_speaks_against_a_step_that_is_open_anew_takes_nothing_away() {
    use CheckCode::*;
    for (code, open) in [
        (PortSilent, AllowlistingConfirmed),
        (LoginRefused, PasswordSet),
        (ListNotGranted, PermissionsChecked),
        (ServiceNotGranted, PermissionsChecked),
    ] {
        let left: Vec<Step> = ALL_PROVEN.iter().copied().filter(|step| *step != open).collect();
        let school = known(&[], &left, None);
        let failed = result(code, rung_of(code));

        let judged = fail_until_it_falls(&school, code);

        assert!(!school.is_worse(&failed) && !school.is_at_stake(&failed), "{}", code.as_str());
        assert_eq!(judged, [Judgement::default()], "{}", code.as_str());
        // By what is Kurve's to find out it can be lost all the same.
        assert!(fail_until_it_falls(&school, HostUnknown)[3].is_lost, "{}", open.as_str());
    }
}

#[test]
fn what_is_seen_anew_after_it_fell_gets_tries_of_its_own() {
    let over = Streak { code: CheckCode::LoginRefused, failures: 4, counted_at: now() };
    let school = known(&[], LOGGED_IN, Some(over));

    let judged = fail_until_it_falls(&school, CheckCode::LoginRefused);

    assert_eq!(judged.len(), 4);
    assert!(judged[0].disprove.is_empty());
}

#[test]
fn a_loss_is_of_every_school_that_is_activated_and_the_youngest_has_tries_of_its_own() {
    let code = CheckCode::PortRefused;
    let mut walk = Walk::all_but(&[]).with_schools(3);
    for step in ALL_PROVEN {
        walk.does(Actor::Check, &prove(*step, 1));
    }
    let streak = Streak { code, failures: 3, counted_at: walk.now };
    let due = streak.retry_at().expect("a fourth try");

    let one_is = CheckHistory::of(&walk.state, Some(streak));
    let judged = judge(&one_is, &result(code, rung_of(code)), &calm(), due);
    walk.does(support(), &Command::Activate { school: school_id(2), ground: Ground::Word });
    let two_are = CheckHistory::of(&walk.state, Some(streak));

    assert!(!walk.state.is_yes(ActivationConfirmed), "the third waits");
    assert_eq!(judged.disprove, [(ActivationConfirmed, code)]);
    assert!(two_are.answered.contains(&ActivationConfirmed));
    assert_eq!((one_is.streak, two_are.streak), (Some(streak), None));
}

#[test]
fn a_lost_school_is_told_of_once() {
    let over = Streak { code: CheckCode::PortRefused, failures: 4, counted_at: now() };
    let school = known(&[], ALL_PROVEN, Some(over));

    let judged = judge(&school, &result(CheckCode::TlsFailed, Rung::Tls), &calm(), now() + Duration::days(3));

    assert_eq!((judged.alarm, judged.is_lost, judged.retry_at), (None, false, None));
}

#[test]
fn a_check_that_gets_through_forgets_the_failures_and_proves() {
    let streak = Streak { code: CheckCode::PortSilent, failures: 3, counted_at: now() };
    for code in [CheckCode::Ok, CheckCode::ListEmpty, CheckCode::ListShrunk, CheckCode::ListOutdated] {
        let judged = judge(&known(&[], LISTED, Some(streak)), &result(code, rung_of(code)), &calm(), now());

        assert_eq!(judged.prove, [QueryExecuted, PasswordSet, PermissionsChecked], "{}", code.as_str());
        assert_eq!((judged.streak, judged.retry_at, judged.alarm), (None, None, None));
    }
}

fn any_code() -> impl Strategy<Value = CheckCode> {
    proptest::sample::select(CheckCode::iter().collect::<Vec<_>>())
}

proptest! {
    #[test]
    fn no_single_blip_disproves(
        checks in proptest::collection::vec((any_code(), 0_i64..300, any::<bool>()), 1..60),
    ) {
        let (mut school, mut at) = (known(ALL_PROVEN, ALL_PROVEN, None), now());
        let mut failing_since = None;
        let mut failures = 0;
        for (code, minutes, is_outage) in checks {
            at += Duration::minutes(minutes);
            let fleet = if is_outage { outage(2, 1) } else { calm() };

            let judged = judge(&school, &result(code, rung_of(code)), &fleet, at);

            if code.is_connected() {
                (failing_since, failures) = (None, 0);
            } else if !is_outage {
                failing_since.get_or_insert(at);
                failures += 1;
            }
            if !judged.disprove.is_empty() || judged.is_lost {
                prop_assert!(failures >= 4, "after {} failures", failures);
                prop_assert!(at - failing_since.expect("it failed") >= Duration::minutes(210));
                prop_assert!(!is_outage);
            }
            prop_assert!(judged.retry_at.is_none_or(|retry_at| retry_at > at - Duration::days(1)));
            for (step, _) in &judged.disprove {
                school.answered.remove(step);
                school.proven.remove(step);
            }
            school.proven.extend(&judged.prove);
            school.answered.extend(&judged.prove);
            school.streak = judged.streak;
        }
    }

    #[test]
    fn an_outage_changes_no_step_of_a_school_that_fails(
        code in any_code(),
        failures in 1_u8..6,
        worked_before in 2_u32..2_000,
        hours in 0_i64..100,
    ) {
        prop_assume!(!code.is_connected());
        let streak = Streak { code, failures, counted_at: now() };
        let school = known(ALL_PROVEN, LISTED, Some(streak));
        let failing = worked_before / 2 + 1;
        let fleet = outage(failing, worked_before - failing);

        let judged = judge(&school, &result(code, rung_of(code)), &fleet, now() + Duration::hours(hours));

        prop_assert_eq!(judged.alarm, Some(Alarm::Outage));
        prop_assert!(judged.prove.is_empty() && judged.disprove.is_empty() && !judged.is_lost);
        prop_assert_eq!(judged.streak, school.streak);
    }
}
