//! The filter in the address, and a row of the list.

use std::collections::BTreeSet;

use chrono::Days;
use strum::IntoEnumIterator;
use uuid::Uuid;

use super::super::view::bar_text;
use super::*;
use crate::domain::check::testing::{Moment, histories};
use crate::domain::check::{Stand, Truths};
use crate::domain::onboarding::decide::amsterdam_date;
use crate::domain::onboarding::testing::{Walk, reason, school_id, superbeheerder, support};
use crate::domain::onboarding::{Command, Step};
use crate::domain::samples;

fn summary() -> SchoolSummary {
    let (connection, school) = samples::connection(1, "Bonhoeffer College", Walk::start().now);
    SchoolSummary {
        school: school.id,
        connection: connection.id,
        name: school.details.name.to_string(),
        brin: school.details.brin.to_string(),
        domain: connection.details.domain.label().to_owned(),
        connection_name: connection.details.name.to_string(),
        region: connection.details.region,
        status: Status::Active,
        is_stuck: false,
        gates: BTreeSet::new(),
        doubted: BTreeSet::new(),
        holders: vec![],
        kurve_since: None,
        credential_version: 0,
        created_at: school.created_at,
    }
}

fn row(gates: &[Gate], is_stuck: bool, holders: &[Party]) -> SchoolRow {
    let gates = gates.iter().copied().collect();
    school_row(SchoolSummary { gates, is_stuck, holders: holders.to_vec(), ..summary() })
}

#[test]
fn the_address_keeps_the_filter_and_escapes_it() {
    let typed =
        SchoolsQuery { q: " Sint-Jan & co ".into(), gate: "consent".into(), ..SchoolsQuery::default() }.tidied();
    let after = After { name: "Zoë 50%".into(), id: Uuid::from_u128(1) };

    assert_eq!(typed.href(None), "/beheer/scholen?q=Sint-Jan%20%26%20co&gate=consent");
    assert!(typed.href(Some(&after)).ends_with("&na=Zo%C3%AB%2050%25&id=00000000-0000-0000-0000-000000000001"));
    assert_eq!(SchoolsQuery::default().href(None), "/beheer/scholen");
}

#[test]
fn what_is_no_choice_or_no_text_is_left_out() {
    let typed = SchoolsQuery {
        q: "a\0b".into(),
        gate: "nonsense".into(),
        holder: "kurve".into(),
        state: "nonsense".into(),
        na: "x\0".into(),
        id: "nonsense".into(),
    }
    .tidied();

    assert_eq!(typed.chosen(), Filter { holder: Some(Party::Kurve), ..Filter::default() });
    assert_eq!((typed.q.as_str(), typed.has_filter()), ("ab", true));
    assert_eq!((typed.after(), typed.na.as_str()), (None, "x"));
    assert!(!SchoolsQuery::default().has_filter());
}

#[test]
fn the_names_of_states_are_those_of_the_words() {
    let mut walk = Walk::all_but(&[]);
    let mut names = vec![];
    let mut see = |walk: &Walk| {
        let lifecycle = walk.state.lifecycle();
        names.push((lifecycle.as_str(), words::lifecycle_name(&lifecycle)));
    };
    see(&walk);
    let until = amsterdam_date(walk.now).checked_add_days(Days::new(9)).expect("a date in range");
    walk.does(support(), &Command::Pause { reason: reason("Toetsweek"), until });
    see(&walk);
    walk.does(support(), &Command::Withdraw { school: school_id(1), reason: reason("Optie B"), chose_option_b: false });
    see(&walk);
    walk.does(support(), &Command::Reopen { school: school_id(1) });
    for step in Step::iter() {
        if !walk.state.is_yes(step) {
            walk.answer(step);
        }
    }
    walk.does(superbeheerder(), &Command::ReportImported { school: school_id(1) });
    see(&walk);

    assert_eq!(names, STATES);
}

#[test]
fn a_row_says_how_far_it_is_and_who_has_the_ball() {
    let under_way = row(&[Gate::Consent], false, &[Party::Kurve, Party::School]);
    let stuck = row(&[Gate::Consent], true, &[Party::Kurve]);

    assert_eq!((under_way.gates.as_str(), under_way.holders.as_str()), ("1 van 5", "Kurve en de school"));
    assert_eq!((under_way.kind, under_way.words), ("neutral", "Bezig"));
    assert_eq!((stuck.kind, stuck.words, stuck.holders.as_str()), ("stuck", "Lukt niet", "Kurve"));
}

/// What saved views hold.
const STORED: &str = include_str!("stored/saved_view.txt");

fn read_view(query: &str) -> SchoolsQuery {
    let address = format!("{}?{query}", links::STAFF_SCHOOLS).parse().expect("an address");
    let Query(typed) = Query::<SchoolsQuery>::try_from_uri(&address).expect("any query reads");
    typed.tidied()
}

#[test]
fn a_stored_view_stays_readable() {
    for query in STORED.lines() {
        assert_eq!(read_view(query).in_address(None), query);
    }
    let all = read_view(STORED.lines().next().expect("a line"));

    assert_eq!((all.q.as_str(), all.chosen().gate_missing), ("Zoë & co", Some(Gate::Consent)));
    assert_eq!((all.chosen().holder, all.chosen().is_stuck), (Some(Party::Kurve), true));
    assert!(!read_view("gate=morgen&holder=morgen&state=morgen&morgen=1").has_filter());
}

proptest::proptest! {
    #[test]
    fn the_list_counts_the_questions_as_the_page_does_and_none_that_the_newest_check_denies(moments in histories()) {
        for Moment { state, newest } in moments {
            let truths = Truths { state: &state, newest };
            let gates = Gate::iter().filter(|gate| state.is_gate_yes(*gate)).collect();
            let listed = school_row(SchoolSummary { gates, doubted: truths.doubted_gates(), ..summary() }).gates;
            let on_page = bar_text(&truths);

            let denied = Gate::iter().filter(|gate| truths.answer(*gate) == Some(Stand::Doubted)).count();
            let yes = Gate::iter().filter(|gate| state.is_gate_yes(*gate)).count() - denied;
            assert!(listed == format!("{yes} van 5") && on_page.starts_with(&listed), "{listed}: {on_page}");
        }
    }
}
