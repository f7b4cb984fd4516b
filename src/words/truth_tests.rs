//! The words for the truth about a step.

use proptest::prelude::*;
use strum::IntoEnumIterator;

use super::*;
use crate::domain::check::testing::histories;

fn advices() -> Vec<Advice> {
    let others = [
        Advice::QueryFirst,
        Advice::PasswordFirst,
        Advice::PasswordAgain,
        Advice::AskAllowlisting,
        Advice::AskMagister,
        Advice::SilentNow,
        Advice::SilentForGood,
        Advice::DomainGone,
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
        assert!(!is_schools || advice_step(advice).is_some(), "{sentence}");
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
        how(newest(began)),
        "Controle van ma 23 november 2026 om 10:04: geen antwoord. Dat is zo sinds vr 20 november 2026."
    );
    assert_eq!(how(newest(at)), "Controle van ma 23 november 2026 om 10:04: geen antwoord.");
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
