//! The train and the list of steps.

use super::*;
use crate::domain::check::testing::histories;
use crate::domain::ids::ConnectionId;
use crate::domain::onboarding::Command;
use crate::domain::onboarding::testing::{Walk, contact_id, first_morning, reason, school_id, superbeheerder};
use crate::domain::roles::{ContactRole, Roles};
use crate::domain::school::Contact;
use crate::domain::text::{EmailAddress, PersonName};
use crate::services::operations::usual::Usual;

fn me() -> Contact {
    Contact {
        id: contact_id(1),
        connection: ConnectionId::from_uuid(uuid::Uuid::from_u128(7)),
        name: PersonName::parse("Anna de Wit").expect("a plain name"),
        email: EmailAddress::parse("a@school.nl").expect("a plain address"),
        roles: Roles::of(ContactRole::Superbeheerder),
        proposed: None,
        vouch: None,
        created_at: first_morning(),
        removed_at: None,
    }
}

fn rows_of(truths: &Truths<'_>) -> Vec<GateRow> {
    let (me, bram) = (me(), Contact { id: contact_id(2), ..me() });
    let names = [(contact_id(1), "Anna de Wit".to_owned()), (contact_id(2), "Bram Yılmaz".to_owned())].into();
    let names = Names { contacts: names, reader: Some(me.id), ..Names::default() };
    gate_rows(&Seen { truths, names: &names, me: &me, contacts: &[me.clone(), bram], usual: Usual::default() })
}

fn rows(walk: &Walk) -> Vec<GateRow> {
    rows_of(&Truths::said(&walk.state))
}

fn kinds(walk: &Walk) -> Vec<&'static str> {
    rows(walk).iter().flat_map(|gate| gate.steps.iter().map(|step| step.kind)).collect()
}

#[test]
fn a_fresh_school_has_three_things_to_do() {
    let walk = Walk::start();

    let gates = rows(&walk);

    assert_eq!(train(&Truths::said(&walk.state)).text, "0 van 9 stappen klaar");
    assert_eq!(kinds(&walk), ["now", "now", "blocked", "blocked", "blocked", "blocked", "now", "blocked", "blocked"]);
    assert_eq!(gates.iter().map(|gate| gate.look).collect::<Vec<_>>(), ["now", "now", "wait", "now", "wait"]);
    assert!(gates.iter().flat_map(|gate| &gate.steps).all(|row| row.href.is_empty() == (row.kind == "blocked")));
}

#[test]
fn only_what_waits_on_the_school_is_to_do() {
    let walk = Walk::all_but(&[Step::CredentialsIssued, Step::AllowlistingConfirmed, Step::ConsentGiven]);

    let gates = rows(&walk);

    assert_eq!(gates.iter().filter(|gate| gate.look == "now").map(|gate| gate.key).collect::<Vec<_>>(), ["consent"]);
    assert_eq!(kinds(&walk)[..3], ["now", "ready", "kurve"]);
}

#[test]
fn nothing_waits_on_anyone_while_it_is_paused_or_stopped() {
    let mut walk = Walk::start();
    let until = walk.now.date_naive() + chrono::Days::new(9);
    walk.does(superbeheerder(), &Command::Pause { reason: reason("Toetsweek"), until });
    let paused = rows(&walk);
    walk.does(
        superbeheerder(),
        &Command::Withdraw { school: school_id(1), reason: reason("Optie B"), chose_option_b: false },
    );
    let stopped = rows(&walk);

    assert!(paused.iter().chain(&stopped).all(|gate| gate.look == "wait"));
    assert_eq!((paused[0].steps[0].words.as_str(), stopped[0].steps[0].words.as_str()), ("Gepauzeerd", "Gestopt"));
}

#[test]
fn a_stuck_step_stands_out_and_waits_on_kurve() {
    let mut walk = Walk::start();
    walk.does(superbeheerder(), &Command::ReportStuck { step: Step::ConsentGiven, reason: reason("Geen schuifje") });

    assert_eq!(kinds(&walk)[0], "stuck");
    assert_eq!(rows(&walk)[0].look, "wait");
}

#[test]
fn the_train_says_how_far_it_is_and_whose_turn_it_is() {
    let train_of = |walk: &Walk| train(&Truths::said(&walk.state));
    let table = [
        (Walk::start(), "0 van 9 stappen klaar", "jullie zijn aan de beurt"),
        (Walk::all_but(&[Step::AllowlistingConfirmed]), "7 van 9 stappen klaar", "Magister is aan de beurt"),
        (Walk::all_but(&[Step::ActivationConfirmed]), "8 van 9 stappen klaar", "Kurve is aan de beurt"),
        (Walk::all_but(&[]), "9 van 9 stappen klaar", "je kunt importeren"),
    ];
    for (walk, text, turn) in &table {
        let train = train_of(walk);
        assert_eq!((train.text.as_str(), train.turn.as_str()), (*text, *turn));
    }
    assert_eq!(train_of(&table[3].0).count, "9/9");
}

#[test]
fn finished_questions_are_folded_and_the_last_row_warns_until_the_import_is_open() {
    let walk = Walk::all_but(&[Step::ActivationConfirmed, Step::PasswordSet]);
    let folded: Vec<_> = rows(&walk).iter().filter(|gate| gate.is_folded).map(|gate| gate.key).collect();
    assert_eq!(folded, ["consent", "webservice", "allowlisting"]);

    let warning = "Druk tot dan niet op MAGISTER IMPORT in Numo.";
    assert!(rows(&walk)[4].steps[0].meta.contains(warning));
    assert!(rows(&Walk::all_but(&[])).iter().all(|gate| gate.is_folded && !gate.steps[0].meta.contains(warning)));
}

#[test]
fn a_row_names_who_has_it_and_offers_taking_it_and_asking_another() {
    let mut walk = Walk::all_but(&[Step::PermissionsChecked, Step::ActivationConfirmed]);
    let step = Step::PermissionsChecked;
    let hold = |walk: &Walk| rows(walk)[2].steps.iter().find_map(|row| row.hold.clone()).expect("it is open");
    assert_eq!((hold(&walk).who.as_str(), hold(&walk).take_label), ("Jullie", "Ik doe dit"));

    walk.does(superbeheerder(), &Command::HandOver { step, to: contact_id(2) });
    let with_bram = hold(&walk);
    assert_eq!((with_bram.who.as_str(), with_bram.take_label), ("Bram Yılmaz", "Overnemen"));
    assert_eq!(with_bram.said, "sinds maandag 31 augustus 2026");
    assert!(with_bram.colleagues.is_empty() && !with_bram.give.is_empty());
    let tags: Vec<_> = rows(&walk)[2].steps.iter().map(|row| row.words.clone()).collect();
    assert!(tags.contains(&"Bij Bram".to_owned()), "{tags:?}");

    walk.does(superbeheerder(), &Command::HandOver { step, to: contact_id(1) });
    assert_eq!((hold(&walk).who.as_str(), hold(&walk).take.as_str()), ("Jij", ""));
    assert_eq!(hold(&walk).colleagues.len(), 1);
}

proptest::proptest! {
    #[test]
    fn the_rows_name_whom_everything_else_names(moments in histories()) {
        for moment in moments {
            let truths = moment.truths();
            let rows = rows_of(&truths);
            for open in truths.open_steps() {
                let row = rows.iter().flat_map(|gate| &gate.steps).find(|row| row.key == open.step.as_str());
                let who = row.and_then(|row| row.hold.as_ref()).map(|hold| hold.who.clone()).unwrap_or_default();
                let is_so = match open.holder {
                    Party::School => !["Kurve", "Magister"].contains(&who.as_str()),
                    Party::Kurve => who != "Magister" && who != "Jullie",
                    Party::Magister => who == "Magister",
                };
                let is_at_rest = matches!(
                    truths.state.lifecycle(),
                    Lifecycle::Paused { .. } | Lifecycle::Withdrawn { .. }
                );
                assert!(is_so || is_at_rest && who.is_empty(), "{open:?}: {who}");
            }
        }
    }

    #[test]
    fn no_row_calls_a_step_done_whose_newest_check_refused_it(moments in histories()) {
        for moment in moments {
            let Some(step) = moment.refused() else { continue };
            let rows = rows_of(&moment.truths());
            let gate = rows.iter().find(|row| row.key == step.gate().as_str()).expect("each step has a gate");
            let row = gate.steps.iter().find(|row| row.key == step.as_str()).expect("it has its row");

            assert!(row.kind != READY && row.words != "Klaar" && gate.look != "yes" && gate.answer != "Ja", "{row:?}");
            let place = Step::iter().position(|one| one == step).expect("one of nine");
            assert_ne!(train(&moment.truths()).wagons[place].state, "done", "{row:?}");
            assert!(!row.meta.contains("dit werkt."), "{row:?}");
        }
    }
}
