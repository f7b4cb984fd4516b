//! Requests to join a connection that is here: who asks, what Kurve does with them, and who hears of it.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use koppelklaar::domain::import_gate::open_schools;
use koppelklaar::domain::join::FURTHER_AT_ONCE;
use koppelklaar::domain::onboarding::{Command, Lifecycle};
use koppelklaar::jobs::Job;
use koppelklaar::links;
use koppelklaar::services::onboarding::onboardings::{self, ConnectionFile};
use koppelklaar::store::onboarding::joins;

use crate::journey::Table;
use crate::registration::request;
use crate::support::acting::reason;
use crate::support::post::Mail;
use crate::support::{Page, TestApp, TestSchool, Visitor, run};

const CARLA: &str = "carla@baken.example";

/// A form of somebody, confirmed: the answer, and the mails that follow.
async fn ask(app: &TestApp, visitor: &Visitor, email: &str, changes: &[(&str, &str)]) -> (Page, Vec<Mail>) {
    let changes: Vec<(&str, &str)> = changes.iter().copied().chain([("email", email), ("name", "Carla Vos")]).collect();
    let sent = request(visitor, &changes).await;
    assert_eq!((sent.status, sent.location()), (303, links::REGISTER_SENT), "{}", sent.body);
    let mail = app.only_mail_to(email).await;
    let confirm = visitor.get(&mail.path_of("/aanmelden/bevestig/")).await;
    let answer = confirm.submit(visitor, "main form", &[]).await;
    (answer, app.new_mails().await)
}

/// Het Baken asks to join the Magister of the table's school.
pub(crate) async fn baken_asks(app: &TestApp) -> (Page, Vec<Mail>) {
    ask(app, &app.anonymous(), CARLA, &[("school_name", "Het Baken"), ("brin", "13CD")]).await
}

pub(crate) async fn file(app: &TestApp, school: &TestSchool) -> ConnectionFile {
    onboardings::load_file(app.context(), school.connection).await.expect("the school is there")
}

pub(crate) fn brins(file: &ConnectionFile) -> BTreeSet<String> {
    file.schools.iter().map(|school| school.details.brin.to_string()).collect()
}

fn subjects(mails: &[Mail], to: &str) -> Vec<String> {
    mails.iter().filter(|mail| mail.to == to).map(|mail| mail.subject.clone()).collect()
}

#[test]
fn who_asks_for_a_known_domain_or_a_known_brin_reads_the_same_and_is_not_signed_in() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let stranger = app.anonymous();

        let (of_domain, told) = ask(&app, &stranger, CARLA, &[("school_name", "Het Baken"), ("brin", "13CD")]).await;
        let (of_brin, told_again) = ask(&app, &stranger, "piet@elders.example", &[("domain", "elders")]).await;

        assert_eq!((of_domain.status, of_brin.status), (200, 200));
        assert_eq!(of_domain.body, of_brin.body, "neither says what is here");
        assert_eq!(of_domain.text("h1[data-state=asked]"), "Je aanmelding is bij Kurve");
        assert_eq!(stranger.get("/school").await.location(), "/inloggen");
        let email = &table.school.email;
        assert_eq!(
            (subjects(&told, email), subjects(&told_again, email)),
            (
                vec!["Een school wil bij jullie koppeling – koppeling Numo (Bonhoeffer College)".to_owned()],
                vec!["Carla Vos meldde je school opnieuw aan – koppeling Numo (Bonhoeffer College)".to_owned()]
            )
        );
        let asked = told.iter().find(|mail| mail.to == *email).expect("the contact is told");
        assert!(asked.text.contains("Het Baken (13CD)") && !asked.text.contains("Carla"), "{}", asked.text);
        let support = told.iter().find(|mail| mail.to == "support@kurve.nl").expect("Kurve is told");
        assert_eq!(support.reply_to.as_deref(), Some(CARLA));
        assert_eq!(brins(&file(&app, &table.school).await), BTreeSet::from(["12AB".to_owned()]));
    });
}

#[test]
fn the_contacts_hear_once_a_day_and_the_same_person_asks_once() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let kinds =
            |mails: &[Mail]| (subjects(mails, &table.school.email).len(), subjects(mails, "support@kurve.nl").len());

        let (_, first) = baken_asks(&app).await;
        app.advance(TimeDelta::minutes(30));
        let (_, again) = baken_asks(&app).await;
        let esch = [("school_name", "De Esch"), ("brin", "14EF")];
        let (_, other) = ask(&app, &app.anonymous(), "els@esch.example", &esch).await;
        app.advance(TimeDelta::days(1));
        let oever = [("school_name", "De Oever"), ("brin", "15GH")];
        let (_, next_day) = ask(&app, &app.anonymous(), "olaf@oever.example", &oever).await;

        assert_eq!([kinds(&first), kinds(&again), kinds(&other), kinds(&next_day)], [(1, 1), (0, 0), (0, 1), (1, 1)]);
        let open = joins::count_open(app.context().db.reader(), table.school.connection).await;
        assert_eq!(open.expect("the store answers"), 3);
    });
}

#[test]
fn kurve_lets_a_school_in_and_who_asked_becomes_a_contact_by_one_mail() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        baken_asks(&app).await;
        let worklist = table.staff.get(links::STAFF).await;
        let before = table.staff_page().await;

        let done = table.kurve("", "accept", &[]).await;
        let told = app.new_mails().await;
        let again = before.submit(&table.staff, "form[data-form=accept]", &[]).await;

        assert_eq!(worklist.text("[data-kind=join] th"), "Bonhoeffer College 12AB · bonhoeffer");
        assert!(before.text("[data-requests] h3").contains("Carla Vos"), "{}", before.body);
        assert!(before.text("[data-request]").contains("Het Baken (13CD)"), "{}", before.body);
        assert_eq!((done.status, again.status), (303, 303), "{}\n{}", done.body, again.body);
        let after = file(&app, &table.school).await;
        assert_eq!(brins(&after), BTreeSet::from(["12AB".to_owned(), "13CD".to_owned()]));
        assert_eq!(after.connection.carried.to_string(), "2 scholen");
        assert_eq!(after.state.schools().count(), 2);
        assert_eq!(told.len(), 1, "{:?}", told.iter().map(|mail| &mail.subject).collect::<Vec<_>>());
        assert_eq!(told[0].to, CARLA);
        assert!(!table.staff_page().await.has("[data-requests]"));
        let carla = app.portal_as(CARLA).await;
        assert_eq!(carla.open("").await.status, 200);
    });
}

#[test]
fn a_school_that_comes_to_a_connection_that_works_is_activated_in_the_same_press() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        table.open_import().await;
        app.new_mails().await;
        baken_asks(&app).await;

        let done = table.kurve("", "accept", &[("activate", "ja")]).await;

        assert_eq!(done.status, 303, "{}", done.body);
        let after = file(&app, &table.school).await;
        assert_eq!(open_schools(&after.state).len(), 2);
        assert_eq!(after.state.credential_version(), 1, "no new password");
        let early = app.new_mails().await;
        table.staff.let_stand();
        let told = app.new_mails().await;
        assert_eq!(subjects(&early, CARLA), Vec::<String>::new());
        assert_eq!(told.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), [CARLA]);
        assert!(told[0].text.contains("Jullie school kan al importeren"), "{}", told[0].text);
    });
}

#[test]
fn a_stopped_school_is_opened_again_for_who_asks_for_it_in_one_press() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let withdraw =
            Command::Withdraw { school: table.school.id, reason: reason("We kiezen Optie B."), chose_option_b: false };
        let kurve = app.kurve_again().await;
        let stopped = onboardings::act(app.context(), &app.call(kurve), table.school.connection, &withdraw, None).await;
        stopped.expect("a colleague may");
        app.new_mails().await;
        ask(&app, &app.anonymous(), CARLA, &[]).await;
        let page = table.staff_page().await;

        let done = table.kurve("", "accept", &[]).await;

        assert!(page.text("[data-request]").contains("De school is gestopt."), "{}", page.body);
        assert_eq!(done.status, 303, "{}", done.body);
        let after = file(&app, &table.school).await;
        assert_eq!(after.state.lifecycle(), Lifecycle::Active);
        assert!(after.contacts.iter().any(|contact| contact.email.to_string() == CARLA));
        app.new_mails().await;
    });
}

#[test]
fn a_request_that_is_declined_is_explained_to_who_asked_and_to_nobody_else() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        baken_asks(&app).await;
        let stale = table.staff_page().await;

        let bare = table.kurve("", "decline", &[]).await;
        let why = "Het Baken staat in een andere Magister.";
        let done = table.kurve("", "decline", &[("reason", why)]).await;
        let told = app.new_mails().await;
        let late = stale.submit(&table.staff, "form[data-form=accept]", &[]).await;

        assert_eq!((bare.status, done.status, late.status), (422, 303, 409), "{}", done.body);
        assert!(bare.has("[data-error-for=reason]"), "{}", bare.body);
        assert_eq!(told.len(), 1);
        assert_eq!(
            (&*told[0].to, &*told[0].subject),
            (CARLA, "Je aanmelding gaat niet door – koppeling Numo (Het Baken)")
        );
        assert!(told[0].text.contains(why), "{}", told[0].text);
        assert_eq!(brins(&file(&app, &table.school).await).len(), 1);
    });
}

#[test]
fn with_no_box_ticked_nothing_is_decided() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        baken_asks(&app).await;
        let (action, values) = table.staff_page().await.form("form[data-form=accept]");
        let bare: Vec<_> = values.into_iter().filter(|(name, _)| !name.starts_with("request-")).collect();

        let none = table.staff.post(&action, &bare).await;

        assert_eq!(none.status, 422);
        assert!(none.text("[data-refusal]").contains("Kies minstens één aanvraag."), "{}", none.body);
        assert!(table.staff_page().await.has("[data-requests]"));
    });
}

async fn add(table: &Table, schools: &str) -> Page {
    let page = table.portal.open("/scholen").await;
    page.submit(&table.portal, "form:has([data-action=add-schools])", &[("schools", schools)]).await
}

#[test]
fn a_contact_asks_for_fifty_further_schools_at_once_and_kurve_lets_them_in_with_one_press() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let lines = |count: usize| (0..count).map(|at| format!("School {at}, {at:02}ZZ\n")).collect::<String>();

        let too_many = add(&table, &lines(FURTHER_AT_ONCE + 1)).await;
        let asked = add(&table, &lines(FURTHER_AT_ONCE)).await;
        let told = app.new_mails().await;
        let twice = add(&table, &lines(FURTHER_AT_ONCE)).await;
        let waiting = table.portal.open("/scholen").await.texts("[data-school-state=asked]").len();
        let done = table.kurve("", "accept", &[]).await;

        assert!(too_many.status == 422 && too_many.text("[data-error-for=schools]").contains("51 scholen"));
        assert_eq!((asked.status, twice.status, waiting), (303, 303, FURTHER_AT_ONCE), "{}", asked.body);
        assert_eq!(told.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), ["support@kurve.nl"]);
        assert_eq!(done.status, 303, "{}", done.body);
        assert_eq!(brins(&file(&app, &table.school).await).len(), FURTHER_AT_ONCE + 1);
        assert_eq!(app.new_mails().await.len(), 0, "who asked is a contact, and Kurve did it");
    });
}

#[test]
fn a_fault_names_its_line_what_was_typed_stays_and_a_school_from_elsewhere_is_taken_like_any_other() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        app.school("Het Molenveld", "20AA", "molenveld").await;
        let six = (0..6).map(|at| format!("School {at}; {at:02}ZZ\n")).collect::<String>();
        let broken = format!("{six}De Esch, 14E");

        let faulty = add(&table, &broken).await;
        let own = add(&table, "Wij zelf, 12AB").await;
        let elsewhere = add(&table, "Het Molenveld, 20AA").await;
        let page = table.staff_page().await;

        assert!(
            faulty.text("[data-error-for=schools]").contains("Regel 7: Dit is geen BRIN-nummer."),
            "{}",
            faulty.body
        );
        assert_eq!(faulty.form("form:has([data-action=add-schools])").1[1].1.trim(), broken);
        assert!(own.text("[data-error-for=schools]").contains("Regel 1: deze school staat al bij jullie koppeling."));
        assert_eq!((faulty.status, own.status, elsewhere.status), (422, 422, 303), "{}", elsewhere.body);
        assert!(page.text("[data-request]").contains("Dit BRIN-nummer staat bij de koppeling van Het Molenveld."));
        assert!(!page.has("form[data-form=accept]") && page.has("form[data-form=decline]"), "{}", page.body);
        app.new_mails().await;
    });
}

#[test]
fn kurve_reads_whose_a_school_domain_is_and_a_school_never_does() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let other = app.school("Het Molenveld", "20AA", "molenveld").await;
        let path = links::staff_school(links::STAFF_DETAILS, table.school.connection);
        let edit = table.staff.get(&path).await;

        let by_kurve = edit.submit(&table.staff, "form[data-form=details]", &[("domain", "molenveld")]).await;
        let back = table.school("details_submitted", "take-back", &[]).await;
        let fields = [("domain", "molenveld"), ("brin", "21BB"), ("school_name", "Bonhoeffer Lyceum")];
        let by_school = table.school("details_submitted", "details", &fields).await;
        let told = app.new_mails().await;
        let mine = file(&app, &table.school).await;
        let shown = table.portal.open("/stap/details_submitted").await;
        let ground = "Gebeld via het algemene nummer van de school.";
        let contact = table.school.contact.to_string();
        let issued = table.kurve("", "issue", &[("contact", &contact), ("ground", ground)]).await;

        assert!(by_kurve.text("[data-error-for=domain]").contains("Het Molenveld"), "{}", by_kurve.body);
        assert_eq!((by_kurve.status, back.status, by_school.status), (422, 303, 303), "{}", by_school.body);
        assert_eq!(by_kurve.attributes("form[data-form=details] [name=domain]", "value"), ["molenveld"], "as typed");
        let facts = shown.text("[data-details]");
        assert!(facts.contains("https://molenveld.swp.nl") && facts.contains("21BB"), "as typed: {facts}");
        assert!(!shown.body.contains("Molenveld"), "{}", shown.body);
        let details = &mine.connection.details;
        assert_eq!((details.name.as_str(), details.domain.label()), ("Bonhoeffer Lyceum", "bonhoeffer"));
        assert_eq!(brins(&mine), BTreeSet::from(["21BB".to_owned()]), "the rest is saved");
        assert_eq!(subjects(&told, &other.email).len(), 1);
        assert!(issued.status == 422 && issued.text("[data-refusal]").contains("staat nog een aanmelding open"));
        let there = links::staff_school(links::STAFF_SCHOOL, other.connection);
        let there = table.staff.get(&there).await;
        assert!(there.text("[data-request]").contains("Bonhoeffer Lyceum (21BB)"), "{}", there.body);
        app.new_mails().await;
    });
}

#[test]
fn a_brin_that_is_elsewhere_stays_as_it_was_and_kurve_decides() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let other = app.school("Het Molenveld", "20AA", "molenveld").await;
        table.school("details_submitted", "take-back", &[]).await;

        let sent = table.school("details_submitted", "details", &[("brin", "20AA")]).await;

        assert_eq!(sent.status, 303, "{}", sent.body);
        assert_eq!(brins(&file(&app, &table.school).await), BTreeSet::from(["12AB".to_owned()]));
        let open = joins::list_open(app.context().db.reader(), other.connection).await.expect("the store answers");
        assert_eq!(open.iter().map(|one| one.kind.as_str()).collect::<Vec<_>>(), ["known_school"]);
        assert_eq!(open[0].other_connection(), Some(table.school.connection));
        app.new_mails().await;
    });
}

#[test]
fn the_digest_tells_of_requests_and_what_was_decided_is_kept_for_a_year() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        baken_asks(&app).await;

        app.run(Job::Digest).await;
        let digest = app.only_mail_to("support@kurve.nl").await;
        table.kurve("", "decline", &[("reason", "Het Baken staat in een andere Magister.")]).await;
        app.new_mails().await;
        let count = async || {
            let rows = "SELECT CAST(count(*) AS text) FROM join_request";
            crate::support::database::texts(&app.database.url, rows).await
        };
        app.advance(TimeDelta::days(360));
        app.run(Job::DeleteExpired).await;
        let kept = count().await;
        app.advance(TimeDelta::days(7));
        app.run(Job::DeleteExpired).await;

        assert!(digest.subject.contains("1 school wil meedoen"), "{}", digest.subject);
        assert!(digest.text.contains("Carla Vos vraagt 1 school erbij"), "{}", digest.text);
        assert_eq!((kept, count().await), (vec!["1".to_owned()], vec!["0".to_owned()]));
    });
}

#[test]
fn eight_people_with_one_new_domain_make_one_connection_and_seven_requests() {
    run(|app: TestApp| async move {
        let mut tokens = vec![];
        for person in 0..8 {
            let email = format!("persoon{person}@kompas.example");
            tokens
                .push(app.ask_for_school(&format!("School {person}"), &format!("3{person}AA"), "kompas", &email).await);
        }
        let mut confirmations = tokio::task::JoinSet::new();

        for token in tokens {
            let (context, now) = (app.context().clone(), app.now());
            confirmations.spawn(async move {
                let asked = koppelklaar::services::AnonymousCall::new(now, "test");
                koppelklaar::services::people::registrations::confirm(&context, asked, &token, None).await
            });
        }
        let answers = confirmations.join_all().await;

        assert!(answers.iter().all(Result::is_ok), "{answers:?}");
        let count = |table: &str| format!("SELECT CAST(count(*) AS text) FROM {table}");
        let mut counts = vec![];
        for table in ["connection", "school", "join_request"] {
            counts.extend(crate::support::database::texts(&app.database.url, &count(table)).await);
        }
        assert_eq!(counts, ["1", "1", "7"]);
        app.new_mails().await;
    });
}
