//! Schools that go to another Magister: to a connection that is here, or to one of their own.

use koppelklaar::domain::onboarding::Step;
use koppelklaar::domain::school::SchoolRef;
use koppelklaar::domain::text::SchoolDomain;
use koppelklaar::links;
use koppelklaar::services::onboarding::moves::{self, MoveTo};
use koppelklaar::services::onboarding::onboardings::{self, ConnectionFile};
use koppelklaar::services::{Call, Context, ServiceError};
use koppelklaar::store::onboarding::connections;
use tokio::task::JoinSet;

use crate::support::acting::reason;
use crate::support::board::Board;
use crate::support::database::texts;
use crate::support::{TestApp, run};

async fn at_domain(app: &TestApp, label: &str) -> ConnectionFile {
    let domain = SchoolDomain::parse(label).expect("a domain");
    let found = connections::find_by_domain(app.context().db.reader(), &domain).await.expect("the store answers");
    let id = found.unwrap_or_else(|| panic!("nothing at {label}")).id;
    onboardings::load_file(app.context(), id).await.expect("the connection is here")
}

fn brins(file: &ConnectionFile) -> Vec<&str> {
    file.schools.iter().map(|school| school.details.brin.as_str()).collect()
}

/// Kinds of mail by receiver, from the subjects that came since the last look.
async fn told(app: &TestApp) -> Vec<String> {
    let mut lines: Vec<String> =
        app.new_mails().await.into_iter().map(|mail| format!("{} | {}", mail.to, mail.subject)).collect();
    lines.sort();
    lines
}

#[test]
fn a_school_goes_to_a_connection_that_is_here_with_whom_kurve_chose() {
    run(|app: TestApp| async move {
        let target = app.school_by_services("Het Molenveld", "13CD", "molenveld").await;
        let board = Board::of(&app, 2).await.opened().await;
        let key = app.api_key().await;
        assert_eq!(app.verdict_of(&key, "11AA").await, "open");
        let box_of_anna = format!("contact-{}", board.first.contact);
        let page = board.page().await;
        let fields = [("domain", "molenveld"), ("reason", "Andere Magister."), (&*box_of_anna, "ja")];

        let moved = board.press_on(&page, "11AA", "move", &fields).await;
        let twice = board.press_on(&page, "11AA", "move", &fields).await;

        let there = links::staff_school(links::STAFF_SCHOOL, target.connection);
        assert_eq!((moved.status, moved.location()), (303, &*there), "{}", moved.body);
        assert_eq!((twice.status, twice.location()), (303, &*there), "{}", twice.body);
        let file = at_domain(&app, "molenveld").await;
        assert_eq!((brins(&file), file.connection.has_many()), (vec!["13CD", "11AA"], true));
        assert_eq!(file.connection.details.name.as_str(), "Het Molenveld");
        let anna = file.contacts.iter().find(|one| one.email.as_str() == board.first.email).expect("she came along");
        assert!(anna.vouch.is_none(), "Kurve vouched for her at another Magister");
        assert_eq!(app.verdict_of(&key, "11AA").await, "closed");
        assert_eq!(app.verdict_of(&key, "10AA").await, "open");
        let old = board.file().await;
        assert_eq!((brins(&old), old.connection.details.name.as_str()), (vec!["10AA"], "Rivierenland 10"));
        assert!(old.contacts.iter().all(|one| one.is_active() && one.is_vouched()), "they stay as they were");
        assert_eq!(board.page().await.text("h1"), "Rivierenland 10", "one school again");
        let lines = board.page().await.text(".timeline");
        assert!(lines.contains("verplaatst. Reden: Andere Magister. (Rivierenland 11)"), "{lines}");
        let added = format!("{} | Je bent nu contactpersoon", board.first.email);
        let told = told(&app).await;
        assert!(told.iter().any(|line| line.starts_with(&added)), "{told:?}");
        let closed = format!("{} | Importeer nu niet in Numo", board.first.email);
        assert!(told.iter().any(|line| line.starts_with(&closed)), "it is that school's alone: {told:?}");
        assert_eq!(told.len(), 2, "{told:?}");
    });
}

#[test]
fn a_school_goes_to_a_domain_that_is_not_here_and_gets_a_connection_of_its_own() {
    run(|app: TestApp| async move {
        let board = Board::of(&app, 3).await.opened().await;
        let box_of_anna = format!("contact-{}", board.first.contact);
        let alone = [("domain", "zuid"), ("reason", "Eigen Magister.")];

        let nobody = board.press("12AA", "move", &alone).await;
        assert_eq!(nobody.status, 422);
        assert!(nobody.has("[data-error-for=contact]") && nobody.body.contains("Eigen Magister."), "{}", nobody.body);
        let moved = nobody.submit(&board.staff, "main form[data-form=move]", &[(&box_of_anna, "ja")]).await;

        assert_eq!(moved.status, 303, "{}", moved.body);
        let file = at_domain(&app, "zuid").await;
        let before = board.file().await;
        assert_eq!((brins(&file), brins(&before)), (vec!["12AA"], vec!["10AA", "11AA"]));
        assert_eq!(file.connection.details.name.as_str(), "Rivierenland 12");
        assert_eq!(file.connection.details.region, before.connection.details.region);
        assert_eq!(file.state.credential_version(), 0);
        let page = board.staff.follow(&moved).await;
        assert_eq!(page.text("h1"), "Rivierenland 12");
        assert!(page.text("[data-step=details_submitted]").contains("Bevestigd"), "{}", page.body);
        assert!(page.text(".timeline").contains("School toegevoegd aan de koppeling."), "{}", page.body);
        assert!(page.has("[data-contact][data-vouched=no]") && !page.has("[data-contact][data-vouched=yes]"));
        assert_eq!(before.connection.details.name.as_str(), "Rivierenland");
        app.new_mails().await;
    });
}

#[test]
fn the_last_school_takes_all_contacts_and_leaves_a_connection_without_a_password() {
    run(|app: TestApp| async move {
        let board = Board::of(&app, 1).await.opened().await;
        let portal = app.portal(&board.first).await;
        app.new_mails().await;
        let edit = board.staff.get(&links::staff_school(links::STAFF_DETAILS, board.id())).await;
        assert!(!edit.has("form[data-form=move] input[type=checkbox]"), "all go along");

        let fields = [("domain", "zuid"), ("reason", "Stond verkeerd.")];
        let moved = edit.submit(&board.staff, "form[data-form=move]", &fields).await;

        assert_eq!(moved.status, 303, "{}", moved.body);
        let (file, old) = (at_domain(&app, "zuid").await, board.file().await);
        assert_eq!((brins(&file), brins(&old)), (vec!["10AA"], vec![]));
        assert_eq!(
            file.contacts.iter().map(|one| (one.is_active(), one.is_vouched())).collect::<Vec<_>>(),
            [(true, false)]
        );
        assert!(old.contacts.iter().all(|one| !one.is_active()));
        assert!(old.state.lifecycle().is_withdrawn());
        assert_eq!(texts(&app.database.url, "SELECT closed_reason FROM credential").await, ["withdrawn"]);
        let said = told(&app).await;
        let closed = format!(
            "{} | Importeer nu niet in Numo, kijk waarom – koppeling Numo (Rivierenland 10)",
            board.first.email
        );
        assert_eq!(said, [closed], "one mail a person");
        let page = board.page().await;
        assert!(page.text("[data-schools]").contains("geen school meer"), "{}", page.body);
        assert_eq!(portal.open("").await.status, 404, "nobody is a contact there any more");
        assert_eq!(portal.get(links::SCHOOLS).await.location(), links::SCHOOL.at(file.connection.id));
        let found = board.staff.get("/beheer/scholen?q=10AA").await;
        assert_eq!(found.texts("[data-school-row] th"), ["Rivierenland 10"], "it is listed once");
    });
}

#[test]
fn a_school_that_comes_back_begins_anew() {
    run(|app: TestApp| async move {
        let board = Board::of(&app, 2).await.opened().await;
        let school = board.school("11AA").await;
        let call = app.call(app.kurve_again().await);
        let to = |label: &str| MoveTo {
            domain: SchoolDomain::parse(label).expect("a domain"),
            contacts: [board.first.contact].into(),
            reason: reason("Stond verkeerd."),
        };
        let seen = board.file().await.version;
        let place = SchoolRef { connection: board.id(), school };
        let there = moves::move_school(app.context(), &call, place, &to("zuid"), seen).await.expect("it can go");

        let place = SchoolRef { connection: there, school };
        let back =
            moves::move_school(app.context(), &call, place, &to("rivierenland"), 1).await.expect("and come back");

        assert_eq!(back, board.id());
        assert_eq!(board.stands().await, ["open", "closed"]);
        assert_eq!(board.state().await.waiting_for_activation(), 1);
        let file = onboardings::load_file(app.context(), there).await.expect("what happened there is kept");
        assert!(file.schools.is_empty() && file.contacts.iter().all(|one| !one.is_active()));
        app.new_mails().await;
    });
}

#[test]
fn who_comes_to_the_domain_of_a_connection_that_its_last_school_left_begins_anew() {
    run(|app: TestApp| async move {
        let kurve = app.kurve().await;
        let left = app.school_by_services("Het Molenveld", "13CD", "zuid").await;
        app.open_import(kurve, &left).await;
        let to = MoveTo {
            domain: SchoolDomain::parse("molenveld").expect("a domain"),
            contacts: Default::default(),
            reason: reason("Stond verkeerd."),
        };
        let place = SchoolRef { connection: left.connection, school: left.id };
        assert!(go(app.context().clone(), app.call(kurve), place, to).await);
        app.new_mails().await;

        let next = app.school_by_services("Laagland", "55AA", "zuid").await;

        assert_ne!(next.connection, left.connection);
        let file = onboardings::load_file(app.context(), next.connection).await.expect("it is here");
        assert_eq!(file.connection.details.name.as_str(), "Laagland");
        assert!(!file.state.is_yes(Step::ConsentGiven) && !file.state.is_yes(Step::AllowlistingRequested));
        app.new_mails().await;
    });
}

#[test]
fn a_move_to_where_the_school_is_is_refused_at_its_field() {
    run(|app: TestApp| async move {
        let board = Board::of(&app, 2).await;

        let nowhere = board.press("11AA", "move", &[("domain", "rivierenland"), ("reason", "Zomaar.")]).await;
        let wrong = board.press("11AA", "move", &[("domain", "x.magister.net"), ("reason", "")]).await;

        assert_eq!((nowhere.status, wrong.status), (422, 422));
        assert!(nowhere.has("[data-error-for=domain]") && nowhere.body.contains("Zomaar."));
        assert!(wrong.has("[data-error-for=domain]") && wrong.has("[data-error-for=reason]"));
        assert_eq!(brins(&board.file().await), ["10AA", "11AA"]);
    });
}

#[test]
fn a_colleague_on_a_stale_page_hears_where_the_school_went() {
    run(|app: TestApp| async move {
        app.school_by_services("Het Molenveld", "13CD", "molenveld").await;
        let board = Board::of(&app, 3).await;
        let page = board.page().await;
        board.press_on(&page, "11AA", "move", &[("domain", "molenveld"), ("reason", "Andere Magister.")]).await;

        let activate = board.press_on(&page, "11AA", "withdraw", &[("reason", "Fusie.")]).await;
        let other = board.press_on(&page, "12AA", "move", &[("domain", "molenveld"), ("reason", "Ook die.")]).await;

        assert_eq!((activate.status, other.status), (409, 409));
        for stale in [&activate, &other] {
            assert!(stale.text("main").contains("verplaatst. Reden: Andere Magister. (Rivierenland 11)"));
        }
        assert!(activate.body.contains("Fusie.") && other.body.contains("Ook die."));
        let gone = activate.submit(&board.staff, "main form[data-form=withdraw]", &[]).await;
        assert_eq!(gone.status, 404, "it is not of this connection any more");
        app.new_mails().await;
    });
}

/// A move from one instance, with the version that is true now.
async fn go(context: Context, call: Call, place: SchoolRef, to: MoveTo) -> bool {
    let seen = onboardings::load_file(&context, place.connection).await.expect("it is here").version;
    match moves::move_school(&context, &call, place, &to, seen).await {
        Ok(_) => true,
        Err(ServiceError::Conflict) => false,
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn moves_crosswise_wait_for_each_other_and_never_for_ever() {
    run(|app: TestApp| async move {
        let boards = [Board::of(&app, 5).await, Board::at(&app, "Molenland", 20..25).await];
        let contexts = [app.context().clone(), app.second_instance().await.context];
        let call = app.call(app.kurve_again().await);
        let domains = ["molenland", "rivierenland"];

        for round in 0..4 {
            let mut tries = JoinSet::new();
            for (side, board) in boards.iter().enumerate() {
                let brin = format!("{}AA", [10, 20][side] + round);
                let place = SchoolRef { connection: board.id(), school: board.school(&brin).await };
                let domain = SchoolDomain::parse(domains[side]).expect("a domain");
                let to = MoveTo { domain, contacts: Default::default(), reason: reason("Verwisseld.") };
                let (context, call) = (contexts[side].clone(), call.clone());
                tries.spawn(async move { while !go(context.clone(), call.clone(), place, to.clone()).await {} });
            }
            tries.join_all().await;
        }

        let [one, other] = [boards[0].file().await, boards[1].file().await];
        let sorted = |file: &ConnectionFile| {
            let mut all: Vec<String> = brins(file).into_iter().map(str::to_owned).collect();
            all.sort();
            all
        };
        assert_eq!(sorted(&one), ["14AA", "20AA", "21AA", "22AA", "23AA"]);
        assert_eq!(sorted(&other), ["10AA", "11AA", "12AA", "13AA", "24AA"]);
        assert_eq!(one.state.schools().count(), 5);
        app.new_mails().await;
    });
}

#[test]
fn of_two_colleagues_who_move_one_school_one_does() {
    run(|app: TestApp| async move {
        app.school_by_services("Het Molenveld", "13CD", "molenveld").await;
        app.school_by_services("De Zuidpool", "14CD", "zuid").await;
        let board = Board::of(&app, 2).await;
        let contexts = [app.context().clone(), app.second_instance().await.context];
        let call = app.call(app.kurve_again().await);
        let place = SchoolRef { connection: board.id(), school: board.school("11AA").await };
        let seen = board.file().await.version;
        let mut tries = JoinSet::new();

        for (context, label) in contexts.into_iter().zip(["molenveld", "zuid"]) {
            let call = call.clone();
            let domain = SchoolDomain::parse(label).expect("a domain");
            let to = MoveTo { domain, contacts: Default::default(), reason: reason("Andere Magister.") };
            tries.spawn(async move { moves::move_school(&context, &call, place, &to, seen).await });
        }
        let done = tries.join_all().await;

        assert_eq!(done.iter().filter(|one| one.is_ok()).count(), 1, "{done:?}");
        assert!(done.iter().any(|one| matches!(one, Err(ServiceError::Conflict))), "{done:?}");
        assert_eq!(brins(&board.file().await), ["10AA"]);
        app.new_mails().await;
    });
}
