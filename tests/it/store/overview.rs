//! Lists for Kurve: searched, narrowed, and paged by key.

use koppelklaar::domain::onboarding::{Command, Gate, Party, Status, Step};
use koppelklaar::domain::text::Reason;
use koppelklaar::services::onboarding::schools::Listed;
use koppelklaar::services::onboarding::{onboardings, schools};
use koppelklaar::store::onboarding::overview::{self, After};
use koppelklaar::store::onboarding::school_list::{self, Filter, SchoolSummary};

use crate::support::{TestApp, TestSchool, run};

async fn names(app: &TestApp, filter: &Filter) -> Vec<String> {
    let page = school_list::list(app.context().db.reader(), filter, None, 100).await.expect("the store answers");
    page.rows.iter().map(name).collect()
}

fn name(row: &SchoolSummary) -> String {
    row.name.clone()
}

async fn found(app: &TestApp, text: &str) -> Vec<String> {
    names(app, &Filter { search: schools::read_search(app.context(), text), ..Filter::default() }).await
}

async fn fill(app: &TestApp) {
    for (name, brin, label) in [
        ("100% Gymnasium", "11AA", "honderd"),
        ("1000 Bomen", "11AB", "bomen"),
        ("Atheneum A_B", "12AB", "atheneum"),
        ("Atheneum AXB", "12AB01", "axb"),
        ("CSG Één Twee", "13AA", "eentwee"),
        ("De \\ School", "14AA", "deschool"),
        ("lyceum klein", "15AA", "klein"),
        ("Lyceum Groot", "16AA", "groot"),
    ] {
        app.school_by_services(name, brin, label).await;
    }
}

#[test]
fn a_search_takes_every_sign_as_it_is() {
    run(|app| async move {
        fill(&app).await;

        assert_eq!(found(&app, "100%").await, ["100% Gymnasium"]);
        assert_eq!(found(&app, "A_B").await, ["Atheneum A_B"]);
        assert_eq!(found(&app, "\\").await, ["De \\ School"]);
        assert_eq!(found(&app, "%").await, Vec::<String>::new(), "one sign is the beginning of a word");
        assert_eq!(found(&app, "' OR 1=1 --").await, Vec::<String>::new());
    });
}

#[test]
fn a_search_does_not_mind_case() {
    run(|app| async move {
        fill(&app).await;

        let (mut upper, mut lower) = (found(&app, "LYCEUM").await, found(&app, "lyceum").await);
        upper.sort();
        lower.sort();
        assert_eq!(upper, ["Lyceum Groot", "lyceum klein"]);
        assert_eq!(lower, upper);
        assert_eq!(found(&app, "één t").await, ["CSG Één Twee"]);
        assert_eq!(found(&app, "ÉÉN T").await, ["CSG Één Twee"]);
        assert_eq!(found(&app, "EenTwee").await, ["CSG Één Twee"], "by its domain");
    });
}

#[test]
fn a_search_does_not_mind_how_an_accent_is_written() {
    run(|app| async move {
        app.school_by_services("Colle\u{300}ge Zuid", "11AA", "zuid").await;
        app.school_by_services("Collège Noord", "11AB", "noord").await;

        for typed in ["Collège", "Colle\u{300}ge"] {
            assert_eq!(found(&app, typed).await, ["Collège Noord", "Collège Zuid"], "{typed:?}");
        }
    });
}

#[test]
fn a_brin_is_found_in_every_way_it_is_typed() {
    run(|app| async move {
        fill(&app).await;

        for typed in ["12AB", "12ab", "12.ab", "12 AB", "1.2-a b", " 12AB "] {
            assert_eq!(found(&app, typed).await, ["Atheneum A_B", "Atheneum AXB"], "{typed}");
        }
        assert_eq!(found(&app, "12ab.01").await, ["Atheneum AXB"]);
        assert_eq!(found(&app, "2ab0").await, ["Atheneum A_B", "Atheneum AXB"], "a part of one");
    });
}

#[test]
fn a_search_for_a_mark_alone_does_not_find_everything() {
    run(|app| async move {
        fill(&app).await;

        assert_eq!(found(&app, "-").await, Vec::<String>::new());
        assert_eq!(found(&app, ".").await, Vec::<String>::new());
        assert_eq!(found(&app, "  ").await.len(), 8, "nothing but spaces is no search");
    });
}

#[test]
fn schools_with_one_name_are_each_on_one_page() {
    run(|app| async move {
        let mut made = vec![];
        for (index, name) in ["Kompas", "Kompas", "Kompas", "Kompas", "Anker", "Zeeland", "Kompas"].iter().enumerate() {
            made.push(app.school_by_services(name, &format!("2{index}AA"), &format!("kompas{index}")).await.id);
        }
        let conn = app.context().db.reader();
        let (mut seen, mut after) = (vec![], None::<After>);

        loop {
            let page = school_list::list(conn, &Filter::default(), after.as_ref(), 2).await.expect("the store answers");
            seen.extend(page.rows);
            after = page.next;
            if after.is_none() {
                break;
            }
        }

        let in_order: Vec<String> = seen.iter().map(name).collect();
        assert_eq!(in_order, ["Anker", "Kompas", "Kompas", "Kompas", "Kompas", "Kompas", "Zeeland"]);
        let mut ids: Vec<_> = seen.iter().map(|row| row.school).collect();
        ids.sort();
        made.sort();
        assert_eq!(ids, made);
    });
}

#[test]
fn a_place_keeps_its_meaning_when_a_school_is_added_before_it() {
    run(|app| async move {
        for (name, brin) in [("Anker", "20AA"), ("Kompas", "21AA"), ("Zeeland", "22AA")] {
            app.school_by_services(name, brin, &name.to_lowercase()).await;
        }
        let conn = app.context().db.reader();
        let first = school_list::list(conn, &Filter::default(), None, 2).await.expect("the store answers");
        let after = After { name: "kompas".to_owned(), id: first.rows[1].school.as_uuid() };
        assert_eq!(first.next, Some(after.clone()));
        app.school_by_services("Baken", "23AA", "baken").await;

        let second = school_list::list(conn, &Filter::default(), Some(&after), 2).await.expect("the store answers");

        assert_eq!(second.rows.iter().map(name).collect::<Vec<_>>(), ["Zeeland"]);
    });
}

#[test]
fn a_long_list_says_where_it_goes_on_and_a_short_one_does_not() {
    run(|app| async move {
        app.school_by_services("Anker", "20AA", "anker").await;

        let Listed { page, count } =
            schools::list(app.context(), &Filter::default(), None).await.expect("the store answers");

        assert_eq!((page.rows.len(), page.next, count), (1, None, None));
    });
}

#[test]
fn filters_narrow_by_gate_holder_and_state_together() {
    run(|app| async move {
        let kurve = app.kurve().await;
        let open = app.school_by_services("Open", "20AA", "open").await;
        app.open_import(kurve, &open).await;
        let consent = app.school_by_services("Toestemming", "21AA", "toestemming").await;
        app.claim(&consent, Step::ConsentGiven).await.expect("its turn has come");
        let stopped = app.school_by_services("Gestopt", "22AA", "gestopt").await;
        withdraw(&app, &stopped).await;
        let by_gate = |gate| Filter { gate_missing: Some(gate), ..Filter::default() };
        let by_holder = |holder| Filter { holder: Some(holder), ..Filter::default() };

        assert_eq!(names(&app, &by_gate(Gate::Consent)).await, ["Gestopt"]);
        assert_eq!(names(&app, &by_gate(Gate::Activation)).await, ["Gestopt", "Toestemming"]);
        assert_eq!(names(&app, &by_holder(Party::Kurve)).await, ["Toestemming"]);
        let stopped = Filter { status: Some(Status::Withdrawn), ..Filter::default() };
        assert_eq!(names(&app, &stopped).await, ["Gestopt"]);
        let both = Filter { search: schools::read_search(app.context(), "open"), ..by_gate(Gate::Consent) };
        assert_eq!(names(&app, &both).await, Vec::<String>::new());
        app.new_mails().await;
    });
}

async fn withdraw(app: &TestApp, school: &TestSchool) {
    let reason = Reason::parse("We kiezen Optie B.").expect("a reason");
    let command = Command::Withdraw { school: school.id, reason, chose_option_b: false };
    let kurve = app.kurve().await;
    let done = onboardings::act(app.context(), &app.call(kurve), school.connection, &command, None).await;
    done.expect("Kurve may");
}

#[test]
fn the_worklist_has_stuck_schools_first_and_then_the_longest_waiting() {
    run(|app| async move {
        let early = app.school_by_services("Vroeg", "20AA", "vroeg").await;
        app.advance(chrono::TimeDelta::days(1));
        app.school_by_services("Later", "21AA", "later").await;
        app.advance(chrono::TimeDelta::days(1));
        let stuck = app.school_by_services("Vast", "22AA", "vast").await;
        let reason = Reason::parse("Niemand heeft rechten.").expect("a reason");
        let command = Command::ReportStuck { step: Step::ConsentGiven, reason };
        let done = onboardings::act(app.context(), &app.call_of(&stuck), stuck.connection, &command, None).await;
        done.expect("the step is open");
        let done = app.school_by_services("Klaar", "23AA", "klaar").await;
        withdraw(&app, &done).await;

        let waiting =
            overview::list_waiting_after(app.context().db.reader(), None, 50).await.expect("the store answers").rows;

        let names = waiting.iter().map(|row| row.connection.details.name.to_string());
        assert_eq!(names.collect::<Vec<_>>(), ["Vast", "Vroeg", "Later"]);
        assert_eq!(waiting[1].connection.id, early.connection);
        app.new_mails().await;
    });
}
