//! The words for the truth about a step.

use proptest::prelude::*;
use strum::IntoEnumIterator;

use super::*;
use crate::domain::check::testing::histories;
use crate::domain::onboarding::FallCause;
use crate::domain::onboarding::testing::{Walk, prove};
use crate::words::fall_cause;

fn advices() -> Vec<Advice> {
    let others = [
        Advice::QueryFirst,
        Advice::QueryAgain,
        Advice::PasswordFirst,
        Advice::PasswordAgain,
        Advice::AskAllowlisting,
        Advice::AskMagister,
        Advice::SilentNow,
        Advice::SilentForGood,
        Advice::DomainGone,
        Advice::DomainByKurve,
        Advice::PasswordGone,
        Advice::RefusedNow,
        Advice::Stuck { code: CheckCode::LoginRefused, step: Step::PasswordSet },
        Advice::Paused(CheckCode::LoginRefused),
        Advice::Stopped(CheckCode::LoginRefused),
    ];
    CheckCode::iter().map(Advice::Plain).chain(others).collect()
}

#[test]
fn each_advice_says_what_to_do_and_leads_the_school_there() {
    for advice in advices() {
        let (sentence, short) = (advice_sentence(advice), advice_short(advice));

        assert!(sentence.ends_with('.') && !sentence.contains("  "), "{sentence}");
        assert_eq!(short.is_empty(), advice == Advice::Plain(CheckCode::Ok), "{sentence}");
        assert!(!advice_title(advice).ends_with('.') && !advice_turn(advice).is_empty());
        let is_of_list = matches!(advice, Advice::Plain(CheckCode::ListEmpty | CheckCode::ListShrunk));
        let is_schools = advice.holder() == Some(Party::School) && !is_of_list;
        assert!(!is_schools || advice.step().is_some(), "{sentence}");
    }
}

#[test]
fn who_never_ran_the_query_is_not_told_to_retype_the_password() {
    for advice in [Advice::QueryFirst, Advice::PasswordFirst] {
        assert!(!advice_sentence(advice).contains("opnieuw") && !advice_short(advice).contains("opnieuw"));
    }
    assert!(advice_sentence(Advice::QueryFirst).contains("query"));
}

#[test]
fn where_kurve_makes_a_new_password_the_school_is_asked_for_nothing() {
    let (sentence, short) = (advice_sentence(Advice::PasswordGone), advice_short(Advice::PasswordGone));

    assert!(sentence.contains("Kurve maakt een nieuw wachtwoord") && short.contains("Kurve maakt"), "{sentence}");
    assert!(!sentence.contains("Vraag") && !sentence.contains("Vul "), "{sentence}");
}

#[test]
fn what_a_check_made_fall_says_what_it_saw_and_leaves_what_to_do_to_the_newest() {
    for code in CheckCode::iter() {
        for cause in [
            FallCause::ConnectionLost { code: code.as_str().to_owned() },
            FallCause::Refused { code: code.as_str().to_owned() },
        ] {
            let said = fall_cause(&cause);

            assert!(!["Vraag", "Vul ", "Kijk ", "opnieuw"].iter().any(|asks| said.contains(asks)), "{said}");
        }
    }
}

#[test]
fn who_stopped_or_waits_is_asked_for_nothing() {
    for code in CheckCode::iter() {
        for advice in [Advice::Paused(code), Advice::Stopped(code), Advice::Stuck { code, step: Step::PasswordSet }] {
            assert_ne!(advice.holder(), Some(Party::School));
            let said = format!("{} {}", advice_sentence(advice), advice_short(advice));
            assert!(!["Vraag", "Vul ", "Kijk ", "Voer ", "opnieuw"].iter().any(|asks| said.contains(asks)), "{said}");
        }
    }
}

#[test]
fn what_the_school_need_not_mend_kurve_does_not_ask_of_it() {
    for code in CheckCode::iter().filter(|code| code.holder() != Some(Party::School)) {
        let kurve = kurve_to_do(code);

        assert!(!kurve.to_lowercase().contains("vraag de school"), "{} {kurve}", code.as_str());
    }
    assert_eq!(kurve_to_do(CheckCode::CertificateInvalid), "Vraag Magister om een goed certificaat.");
}

#[test]
fn an_answer_is_a_plain_yes_only_where_nothing_speaks_against_it() {
    let all: Vec<&str> =
        [None, Some(Stand::Done), Some(Stand::NotSeenYet), Some(Stand::NotSeenNow), Some(Stand::Doubted)]
            .map(gate_answer)
            .into();

    assert_eq!(all, ["Nog niet", "Ja", "Ja, nog niet gezien", "Ja, nu niet gezien", "Klopt nu niet"]);
}

#[test]
fn the_sentence_beside_the_train_says_what_was_said_and_not_seen() {
    let walk = Walk::all_but(&[]);
    let at = walk.now + chrono::Duration::minutes(1);
    for (code, done, not_seen) in [
        (CheckCode::Ok, "9 van 9 stappen klaar", ""),
        (CheckCode::LoginRefused, "8 van 9 stappen klaar", "1 stap klopt nu niet."),
        (CheckCode::PortSilent, "9 van 9 stappen klaar", "4 daarvan zijn nog niet gezien."),
    ] {
        let mut state = walk.clone();
        if code == CheckCode::LoginRefused {
            for step in [Step::AllowlistingConfirmed, Step::QueryExecuted, Step::PasswordSet, Step::PermissionsChecked]
            {
                state.does(crate::domain::actor::Actor::Check, &prove(step, 1));
            }
        }
        let truths = Truths { state: &state.state, newest: Some(Newest { code, at, since: at }) };

        assert_eq!((done_sentence(&truths).as_str(), not_seen_sentence(&truths).as_str()), (done, not_seen));
    }
}

#[test]
fn who_answered_before_is_not_told_that_the_allowlisting_is_not_ready() {
    for advice in [Advice::SilentNow, Advice::SilentForGood] {
        let said = format!("{} {}", advice_title(advice), advice_sentence(advice));

        assert!(!said.contains("nog niet") && !said.contains("nog geen"), "{said}");
    }
}

#[test]
fn since_is_when_it_began_and_not_the_last_check() {
    let began = "2026-11-20T09:00:00Z".parse().expect("a moment");
    let at = "2026-11-23T09:04:00Z".parse().expect("a moment");
    let newest = |since| Newest { code: CheckCode::PortSilent, at, since };

    assert_eq!(
        check_sentence(newest(began)),
        "Controle van maandag 23 november 2026 om 10.04 uur: geen antwoord. Dat is zo sinds vrijdag 20 november 2026."
    );
    assert_eq!(check_sentence(newest(at)), "Controle van maandag 23 november 2026 om 10.04 uur: geen antwoord.");
}

proptest! {
    #[test]
    fn no_sentence_says_that_a_step_works_whose_newest_check_refused_it(moments in histories()) {
        for moment in moments {
            let Some(step) = moment.refused() else { continue };
            let truth = moment.truths().of(step);

            if moment.state.is_yes(step) {
                prop_assert!(not_simply_done(truth.stand).is_some());
                let said = truth_sentence(&truth);
                prop_assert!(!said.contains("dit werkt") && said.contains("Controle van"), "{}", said);
            }
            prop_assert!(seen_at(&truth).is_none());
            let has_fallen = moment.state.fallen(step).is_some();
            prop_assert!(!(has_fallen || moment.state.is_yes(step)) || now_sentence(&truth).contains("Controle van"));
        }
    }
}
