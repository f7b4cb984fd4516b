//! One browser with pages of several schools open: each page acts on the school that it names, and on no other.

use koppelklaar::domain::actor::{Actor, StaffRole};
use koppelklaar::domain::audit::Action;
use koppelklaar::domain::onboarding::{Onboarding, Step, StepState};
use koppelklaar::domain::roles::{ContactRole, Roles};
use koppelklaar::links;
use koppelklaar::services::onboarding::onboardings;

use crate::journey::Table;
use crate::reminders::second_school_of;
use crate::support::{Page, TestApp, TestSchool, Visitor, run};

/// How a school stands.
async fn state(app: &TestApp, school: &TestSchool) -> Onboarding {
    onboardings::load_file(app.context(), school.connection).await.expect("the school is here").state
}

async fn step(visitor: &Visitor, school: &TestSchool, step: Step) -> Page {
    visitor.get(&school.at_step(links::SCHOOL_STEP, step)).await
}

async fn press(visitor: &Visitor, page: &Page, button: &str, fields: &[(&str, &str)]) -> Page {
    page.submit(visitor, &format!("form:has([data-action={button}])"), fields).await
}

#[test]
fn two_tabs_with_two_schools_act_each_on_their_own() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let second = second_school_of(&app, &table).await;
        let (anna, first) = (&table.portal, &table.school);
        // Who added her does not vouch for her as well.
        let els = app.staff_as("els@kurve.nl", StaffRole::Support).await;
        for school in [first, &second] {
            let file = onboardings::load_file(app.context(), school.connection).await.expect("the school is here");
            let found = file.contacts.iter().find(|contact| contact.email.to_string() == first.email);
            let contact = found.expect("she is a contact of both").id;
            let action = links::staff_contact(links::STAFF_CONTACT_VOUCH, school.connection, contact);
            let page = els.get(&links::staff_school(links::STAFF_SCHOOL, school.connection)).await;
            let ground = [("ground", "Teruggebeld via het nummer van de school.")];
            let vouched = page.submit(&els, &format!("form[action='{action}']"), &ground).await;
            assert_eq!(vouched.status, 303, "{}", vouched.body);
        }

        // Both tabs are open before either is pressed.
        let in_first = step(anna, first, Step::ConsentGiven).await;
        let in_second = step(anna, &second, Step::ConsentGiven).await;
        let pause_first = anna.get(&first.at(links::SCHOOL_PAUSE)).await;
        let stop_second = anna.get(&second.at(links::SCHOOL_WITHDRAW)).await;

        let done = press(anna, &in_first, "claim", &[]).await;
        assert!(done.location().starts_with(&first.at(links::SCHOOL)), "{}", done.location());
        assert!(anna.follow(&done).await.text("main .caption").starts_with("Bonhoeffer College"));
        assert!(state(&app, first).await.is_yes(Step::ConsentGiven));
        assert!(!state(&app, &second).await.is_yes(Step::ConsentGiven));

        let stuck = press(anna, &in_second, "stuck", &[("reason", "Ik zie het schuifje niet.")]).await;
        assert_eq!(stuck.location(), second.at_step(links::SCHOOL_STEP, Step::ConsentGiven));
        assert!(state(&app, first).await.is_yes(Step::ConsentGiven));
        assert!(matches!(state(&app, &second).await.step(Step::ConsentGiven), StepState::Stuck { .. }));

        let until = "2026-12-07";
        let paused = press(anna, &pause_first, "pause", &[("reason", "Toetsweek"), ("until", until)]).await;
        let stopped = press(anna, &stop_second, "withdraw", &[("choice", "optie_b")]).await;
        assert_eq!(paused.location(), first.at(links::SCHOOL));
        assert_eq!(stopped.location(), second.at(links::SCHOOL_OPTION_B));
        assert_eq!(state(&app, first).await.lifecycle().as_str(), "paused");
        assert_eq!(state(&app, &second).await.lifecycle().as_str(), "withdrawn");
        app.new_mails().await;
    });
}

#[test]
fn a_form_of_a_school_of_others_is_refused_and_changes_nothing() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let third = app.school("Derde Lyceum", "14EF", "derde").await;
        let (anna, before) = (&table.portal, state(&app, &third).await);
        let (_, fields) = step(anna, &table.school, Step::ConsentGiven).await.form("form:has([data-action=claim])");

        let refused = anna.post(&third.at_step(links::SCHOOL_CLAIM, Step::ConsentGiven), &fields).await;

        assert_eq!(refused.status, 404, "{}", refused.body);
        assert!(!refused.body.contains("Derde"), "{}", refused.body);
        assert_eq!(state(&app, &third).await, before);
        assert!(!state(&app, &table.school).await.is_yes(Step::ConsentGiven), "nor is it saved to another school");
    });
}

#[test]
fn a_tab_of_who_was_removed_is_shut_and_their_other_school_goes_on() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let second = second_school_of(&app, &table).await;
        let anna = &table.portal;
        let in_first = step(anna, &table.school, Step::ConsentGiven).await;
        let in_second = step(anna, &second, Step::ConsentGiven).await;

        let staff = app.staff().await;
        let of_kurve = staff.get(&links::staff_school(links::STAFF_SCHOOL, second.connection)).await;
        let at_second = of_kurve.attributes("[data-contact]", "data-contact");
        let mine = at_second.iter().find(|id| **id != second.contact.to_string()).expect("Anna was added");
        let remove = format!("[data-contact='{mine}'] form[data-form=remove_contact]");
        assert_eq!(of_kurve.submit(&staff, &remove, &[]).await.status, 303);

        let refused = press(anna, &in_second, "claim", &[]).await;
        let looked = anna.get(&in_second.path).await;
        let done = press(anna, &in_first, "claim", &[]).await;
        let led_on = anna.get(links::SCHOOLS).await;

        assert_eq!((refused.status, looked.status, done.status), (404, 404, 303));
        assert!(!state(&app, &second).await.is_yes(Step::ConsentGiven));
        assert!(state(&app, &table.school).await.is_yes(Step::ConsentGiven));
        assert_eq!(led_on.location(), table.school.at(links::SCHOOL), "the only one that is left");
    });
}

#[test]
fn signing_in_stands_in_the_timeline_of_each_school_as_done_by_its_own_contact() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let second = second_school_of(&app, &table).await;

        app.portal(&table.school).await;

        for school in [&table.school, &second] {
            let file = onboardings::load_file(app.context(), school.connection).await.expect("the school is here");
            let mine = file.contacts.iter().find(|contact| contact.email.as_str() == table.school.email);
            let mine = mine.expect("Anna is a contact of both").id;
            let lines =
                onboardings::list_timeline(app.context(), school.connection, None, 100).await.expect("it can be read");
            let by: Vec<_> = lines
                .iter()
                .filter(|line| line.action == Action::ContactSignedIn && line.at == app.now())
                .map(|line| line.by)
                .collect();
            assert_eq!(by, [Actor::Contact { id: mine, roles: Roles::of(ContactRole::Superbeheerder) }]);
        }
    });
}

#[test]
fn tabs_with_two_schools_are_named_after_them_and_a_tab_with_the_only_one_is_not() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let (anna, first) = (&table.portal, &table.school);
        let titles = async |school: &TestSchool| {
            let mut titles = vec![];
            for path in [school.at_step(links::SCHOOL_STEP, Step::ConsentGiven), school.at(links::SCHOOL_REMINDERS)] {
                titles.push(anna.get(&path).await.text("title"));
            }
            titles
        };
        let alone = titles(first).await;
        let second = second_school_of(&app, &table).await;

        let both = [titles(first).await, titles(&second).await];

        assert!(alone.iter().all(|title| !title.contains("Bonhoeffer")), "{alone:?}");
        for (titles, name) in both.iter().zip(["Bonhoeffer College", "Tweede Lyceum"]) {
            assert!(titles.iter().all(|title| title.contains(&format!(" · {name} · "))), "{titles:?}");
        }
        let overview = anna.get(&second.at(links::SCHOOL)).await.text("title");
        assert_eq!(overview.matches("Tweede Lyceum").count(), 1, "{overview}");
    });
}
