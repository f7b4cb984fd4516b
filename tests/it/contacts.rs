//! The people at a school: two colleagues at once, pages from before a change, and what a vouch is worth.

use koppelklaar::domain::actor::{Actor, StaffRole};
use koppelklaar::domain::connection::ConnectionDetails;
use koppelklaar::domain::ids::ContactId;
use koppelklaar::domain::onboarding::{Command, Step};
use koppelklaar::domain::roles::{ContactRole, Roles};
use koppelklaar::domain::school::{Contact, ContactRef, NewContact, Region};
use koppelklaar::domain::text::{Brin, EmailAddress, PersonName, Reason, SchoolDomain, SchoolName};
use koppelklaar::services::onboarding::details::{self, NewDetails};
use koppelklaar::services::onboarding::onboardings;
use koppelklaar::services::people::contacts;
use koppelklaar::services::{Context, ServiceError};
use koppelklaar::store::StoreError;
use koppelklaar::store::people::contacts as rows;
use tokio::task::JoinSet;

use crate::journey::Table;
use crate::support::{TestApp, TestSchool, run};

const AT_ONCE: usize = 6;

fn person(email: &str) -> NewContact {
    let name = PersonName::parse("Piet Bakker").expect("a name");
    let email = EmailAddress::parse(email).expect("an address");
    NewContact { name, email, roles: Roles::of(ContactRole::Superbeheerder) }
}

fn reason(text: &str) -> Reason {
    Reason::parse(text).expect("a reason")
}

pub(crate) async fn people(app: &TestApp, school: &TestSchool) -> Vec<Contact> {
    rows::list(app.context().db.reader(), school.connection).await.expect("the store answers")
}

async fn add(app: &TestApp, kurve: Actor, school: &TestSchool, email: &str) -> ContactId {
    let added = contacts::add(app.context(), &app.call(kurve), school.connection, person(email), None).await;
    added.expect("the address is new");
    people(app, school).await.iter().find(|contact| contact.email.as_str() == email).expect("it was added").id
}

async fn vouch(app: &TestApp, kurve: Actor, school: &TestSchool, contact: ContactId) {
    let ground = reason("Gebeld via het algemene nummer van de school.");
    let who = ContactRef { connection: school.connection, contact };
    let vouched = contacts::vouch(app.context(), &app.call(kurve), who, ground, None).await;
    vouched.expect("the contact is here");
}

async fn version(app: &TestApp, school: &TestSchool) -> i32 {
    onboardings::load_file(app.context(), school.connection).await.expect("it is there").version
}

/// This context and that of other instances, one for each who acts at once.
async fn contexts(app: &TestApp) -> Vec<Context> {
    let mut contexts = vec![app.context().clone()];
    contexts.push(app.second_instance().await.context);
    contexts
}

#[test]
fn colleagues_who_each_remove_one_of_the_last_two_leave_one() {
    run(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let (kurve, contexts) = (app.kurve().await, contexts(&app).await);
        for round in 0..AT_ONCE {
            let kept = people(&app, &school).await[0].id;
            let other = add(&app, kurve, &school, &format!("piet{round}@bonhoeffer.example")).await;
            let mut removals = JoinSet::new();

            for (context, contact) in contexts.clone().into_iter().zip([kept, other]) {
                let (call, who) = (app.call(kurve), ContactRef { connection: school.connection, contact });
                removals.spawn(async move { contacts::remove(&context, &call, who, None).await });
            }
            let answers = removals.join_all().await;

            let refused = answers.iter().filter(|answer| matches!(answer, Err(ServiceError::LastContact))).count();
            assert_eq!((refused, people(&app, &school).await.len()), (1, 1), "{answers:?}");
        }
        app.new_mails().await;
    });
}

#[test]
fn a_contact_who_is_removed_stays_removed_whatever_a_colleague_saves_at_the_same_moment() {
    run(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let (kurve, contexts) = (app.kurve().await, contexts(&app).await);
        for round in 0..AT_ONCE {
            let contact = add(&app, kurve, &school, &format!("piet{round}@bonhoeffer.example")).await;
            let (call, of) = (app.call(kurve), ContactRef { connection: school.connection, contact });
            let (here, there, again) = (contexts[0].clone(), contexts[1].clone(), call.clone());

            let removal = tokio::spawn(async move { contacts::remove(&here, &call, of, None).await });
            let ground = reason("Gebeld via het algemene nummer van de school.");
            let vouch = tokio::spawn(async move { contacts::vouch(&there, &again, of, ground, None).await });
            let (removed, vouched) = (removal.await.expect("no panic"), vouch.await.expect("no panic"));

            removed.expect("the contact is here, and not the last");
            assert!(matches!(vouched, Ok(()) | Err(ServiceError::NotFound)), "{vouched:?}");
            assert!(people(&app, &school).await.iter().all(|contact| contact.id != of.contact));
        }
        app.new_mails().await;
    });
}

#[test]
fn a_row_of_a_removed_contact_takes_no_change_and_comes_back_without_a_vouch() {
    run(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let kurve = app.kurve().await;
        let email = "piet@bonhoeffer.example";
        let piet = add(&app, kurve, &school, email).await;
        vouch(&app, kurve, &school, piet).await;
        let who = ContactRef { connection: school.connection, contact: piet };
        contacts::remove(app.context(), &app.call(kurve), who, None).await.expect("not the last one");

        let name = PersonName::parse("Piet Terug").expect("a name");
        let work = app.context().db.begin_write().await.expect("a connection comes free");
        let changed = rows::save(work.conn(), who, &name, Roles::of(ContactRole::Contactpersoon)).await;
        drop(work);
        let back = add(&app, kurve, &school, email).await;

        assert!(matches!(changed, Err(StoreError::Missing { table: "contact" })), "{changed:?}");
        assert_eq!(back, piet, "the same person");
        let vouched: Vec<_> = people(&app, &school).await.into_iter().filter(Contact::is_vouched).collect();
        assert!(vouched.is_empty(), "{vouched:?}");
        app.new_mails().await;
    });
}

#[test]
fn one_address_added_many_times_at_once_is_one_contact_and_the_rest_hear_so() {
    run(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let (kurve, contexts) = (app.kurve().await, contexts(&app).await);
        let mut tries = JoinSet::new();

        for turn in 0..AT_ONCE {
            let (context, call, id) = (contexts[turn % 2].clone(), app.call(kurve), school.connection);
            tries.spawn(
                async move { contacts::add(&context, &call, id, person("piet@bonhoeffer.example"), None).await },
            );
        }
        let answers = tries.join_all().await;

        let added = answers.iter().filter(|answer| answer.is_ok()).count();
        let known = answers.iter().filter(|answer| matches!(answer, Err(ServiceError::ContactExists))).count();
        assert_eq!((added, known), (1, AT_ONCE - 1), "{answers:?}");
        assert_eq!(people(&app, &school).await.len(), 2);
        app.new_mails().await;
    });
}

#[test]
fn a_step_handed_to_one_new_colleague_twice_at_once_makes_one_contact() {
    run(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let contexts = contexts(&app).await;
        for round in 0..AT_ONCE {
            let email = format!("piet{round}@bonhoeffer.example");
            let mut tries = JoinSet::new();

            for context in contexts.clone() {
                let (call, id, to) = (app.call_of(&school), school.connection, person(&email));
                tries.spawn(async move { onboardings::hand_over(&context, &call, id, Step::ConsentGiven, to).await });
            }
            let answers = tries.join_all().await;

            let is_fine = |answer: &Result<(), ServiceError>| matches!(answer, Ok(()) | Err(ServiceError::Refused(_)));
            assert!(answers.iter().all(is_fine), "{answers:?}");
            let here = people(&app, &school).await;
            assert_eq!(here.iter().filter(|contact| contact.email.as_str() == email).count(), 1);
        }
        app.new_mails().await;
    });
}

#[test]
fn every_change_of_the_contacts_makes_pages_from_before_it_stale() {
    run(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let (kurve, context) = (app.kurve().await, app.context());
        let first = version(&app, &school).await;
        let call = app.call(kurve);
        let piet = add(&app, kurve, &school, "piet@bonhoeffer.example").await;
        let of = ContactRef { connection: school.connection, contact: piet };
        let joke = person("joke@bonhoeffer.example");
        let (name, roles) = (joke.name.clone(), joke.roles);

        let stale = [
            contacts::add(context, &call, school.connection, joke, Some(first)).await,
            contacts::change(context, &call, of, name.clone(), roles, Some(first)).await,
            contacts::remove(context, &call, of, Some(first)).await,
            contacts::vouch(context, &call, of, reason("Gebeld."), Some(first)).await,
        ];
        let fresh = [
            contacts::change(context, &call, of, name, Roles::of(ContactRole::Contactpersoon), Some(first + 1)).await,
            contacts::vouch(context, &call, of, reason("Gebeld."), Some(first + 2)).await,
            contacts::remove(context, &call, of, Some(first + 3)).await,
        ];

        assert!(stale.iter().all(|answer| matches!(answer, Err(ServiceError::Conflict))), "{stale:?}");
        assert!(fresh.iter().all(Result::is_ok), "{fresh:?}");
        let told = onboardings::list_changes_since(context, school.connection, first).await.expect("the store answers");
        let names: Vec<_> = told.iter().map(|entry| entry.action.name()).collect();
        assert_eq!(names, ["contact_added", "contact_changed", "contact_vouched", "contact_removed"]);
        app.new_mails().await;
    });
}

#[test]
fn issuing_with_a_vouch_counts_the_version_up_once() {
    run(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let kurve = app.kurve().await;
        let before = version(&app, &school).await;

        app.issue(kurve, &school).await;

        assert_eq!(version(&app, &school).await, before + 1);
        app.new_mails().await;
    });
}

#[test]
fn a_role_that_a_colleague_changed_is_not_undone_from_an_old_page() {
    run(|app| async move {
        let table = Table::set(&app).await;
        let old = table.staff_page().await;
        let form = "form[data-form=change_contact]";
        table.kurve("", "change_contact", &[("role", "contactpersoon")]).await;

        let conflict = old.submit(&table.staff, form, &[("name", "Anna de Wit-Smit")]).await;
        let same = old.submit(&table.staff, form, &[("role", "contactpersoon")]).await;
        let roles = people(&app, &table.school).await[0].roles;
        let finished = conflict.submit(&table.staff, &format!("main {form}"), &[]).await;

        assert_eq!((conflict.status, same.status), (409, 303), "{}", conflict.body);
        assert!(conflict.body.contains("Anna de Wit-Smit"), "what was typed is lost:\n{}", conflict.body);
        assert!(conflict.text("main").contains("Rol aangepast"), "what changed is not told:\n{}", conflict.body);
        assert_eq!(roles, Roles::of(ContactRole::Contactpersoon));
        assert_eq!(finished.status, 303, "{}", finished.body);
    });
}

#[test]
fn contact_forms_that_arrive_twice_do_no_harm() {
    run(|app| async move {
        let table = Table::set(&app).await;
        let typed = [("name", "Piet Bakker"), ("email", "piet@bonhoeffer.example"), ("role", "contactpersoon")];

        for (form, fields) in [
            ("[data-form=add_contact]", &typed[..]),
            ("[data-form=vouch]", &[("ground", "Gebeld via het algemene nummer.")][..]),
            ("[data-form=change_contact]", &[("name", "Anna Anders")][..]),
            ("[data-form=remove_contact]", &[][..]),
        ] {
            let page = table.staff_page().await;
            let first = page.submit(&table.staff, &format!("form{form}"), fields).await;
            let second = page.submit(&table.staff, &format!("form{form}"), fields).await;

            assert_eq!((first.status, second.status), (303, 303), "{form}\n{}", second.body);
        }
        app.new_mails().await;
    });
}

#[test]
fn who_writes_down_how_a_contact_is_known_reads_that_it_stays() {
    run(|app| async move {
        let table = Table::set(&app).await;

        let page = table.staff_page().await;

        assert!(page.text("form[data-form=vouch]").contains("kun je niet meer wissen"), "{}", page.body);
    });
}

fn new_details(name: &str, brin: &str, label: &str) -> NewDetails {
    let connection = ConnectionDetails {
        name: SchoolName::parse(name).expect("a name"),
        domain: SchoolDomain::parse(label).expect("a domain"),
        region: Region::Noord,
    };
    NewDetails { connection, brin: Some(Brin::parse(brin).expect("a BRIN")) }
}

async fn last_actions(app: &TestApp, school: &TestSchool) -> Vec<&'static str> {
    let lines = onboardings::list_timeline(app.context(), school.connection, None, 3).await.expect("the store answers");
    lines.iter().map(|line| line.action.name()).collect()
}

#[test]
fn another_brin_or_domain_by_kurve_takes_every_vouch_back() {
    run(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let kurve = app.kurve().await;
        for (next, is_kept) in [
            (new_details("Bonhoeffer Lyceum", "12AB", "bonhoeffer"), true),
            (new_details("Bonhoeffer Lyceum", "13CD", "bonhoeffer"), false),
            (new_details("Bonhoeffer Lyceum", "13CD", "anders"), false),
        ] {
            vouch(&app, kurve, &school, school.contact).await;
            let seen = version(&app, &school).await;

            let changed = details::change(app.context(), &app.call(kurve), school.connection, &next, seen).await;

            changed.expect("nothing is issued on the old details");
            assert_eq!(people(&app, &school).await[0].is_vouched(), is_kept, "{next:?}");
            assert_eq!(last_actions(&app, &school).await.contains(&"vouches_cleared"), !is_kept, "{next:?}");
        }
    });
}

#[test]
fn another_domain_by_the_school_takes_every_vouch_back() {
    run(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let kurve = app.kurve().await;
        vouch(&app, kurve, &school, school.contact).await;
        let back = Command::TakeBack { step: Step::DetailsSubmitted };
        let call = app.call_of(&school);
        onboardings::act(app.context(), &call, school.connection, &back, None).await.expect("nothing is issued yet");

        let other = new_details("Bonhoeffer College", "12AB", "anders");
        details::submit(app.context(), &call, school.connection, &other).await.expect("the step is open");

        assert!(!people(&app, &school).await[0].is_vouched());
        assert!(last_actions(&app, &school).await.contains(&"vouches_cleared"));
        app.new_mails().await;
    });
}

#[test]
fn who_added_a_contact_does_not_vouch_for_them_while_a_colleague_can() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let fields = [("name", "Piet Bakker"), ("email", "piet@bonhoeffer.example"), ("role", "superbeheerder")];
        table.kurve("", "add_contact", &fields).await;
        let piet = people(&app, &table.school).await[1].id;
        let ground = "Gebeld via het algemene nummer van de school.";
        let vouch = format!("[data-contact='{piet}'] form[data-form=vouch]");
        let piets = piet.to_string();
        let reader = app.staff_as("lezer@kurve.nl", StaffRole::Reader).await;
        drop(reader);

        let alone = table.staff_page().await.submit(&table.staff, &vouch, &[("ground", ground)]).await;
        clear_vouches(&app, &table.school).await;
        let kees = app.staff_as("kees@kurve.nl", StaffRole::Support).await;
        let own = table.staff_page().await.submit(&table.staff, &vouch, &[("ground", ground)]).await;
        let by_issuing = table.kurve("", "issue", &[("contact", &piets), ("ground", ground)]).await;
        let path = koppelklaar::links::staff_school(koppelklaar::links::STAFF_SCHOOL, table.school.connection);
        let other = kees.get(&path).await.submit(&kees, &vouch, &[("ground", ground)]).await;

        assert_eq!(alone.status, 303, "nobody else can: {}", alone.body);
        assert_eq!((own.status, by_issuing.status, other.status), (422, 422, 303), "{}", other.body);
        for refused in [&own, &by_issuing] {
            assert!(refused.text("main").contains("zelf toegevoegd"), "{}", refused.body);
            assert_eq!(refused.texts("[name=ground]"), [ground], "what was typed stays");
        }
        app.new_mails().await;
    });
}

#[test]
fn for_a_contact_whom_the_school_brought_in_any_colleague_vouches() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        app.staff_as("kees@kurve.nl", StaffRole::Support).await;
        let fields = [
            ("colleague_name", "Piet Bakker"),
            ("colleague_email", "piet@bonhoeffer.example"),
            ("colleague_role", "superbeheerder"),
        ];
        table.school("consent_given", "hand-over", &fields).await;

        for contact in people(&app, &table.school).await {
            // Of who waits with a step it stands with what is to be done now.
            let form =
                format!("[data-contact='{0}'] form[data-form=vouch], #contact-{0} form[data-form=vouch]", contact.id);
            let fields = [("ground", "Gebeld via het algemene nummer van de school.")];
            let vouched = table.staff_page().await.submit(&table.staff, &form, &fields).await;

            assert_eq!(vouched.status, 303, "{}", vouched.body);
        }
        app.new_mails().await;
    });
}

async fn clear_vouches(app: &TestApp, school: &TestSchool) {
    rows::clear_vouches(app.context().db.writer(), school.connection).await.expect("the store answers");
}
