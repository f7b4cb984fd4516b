//! Kurve's page of a connection with several schools: activating all or one, stopping and reopening one, adding one.

use koppelklaar::domain::actor::StaffRole;
use koppelklaar::links;

use crate::support::board::Board;
use crate::support::database::texts;
use crate::support::{TestApp, run};

const OPENED: &str = "SELECT action FROM audit WHERE action = 'import_opened'";

#[test]
fn twelve_schools_are_activated_in_one_press() {
    run(|app: TestApp| async move {
        let board = Board::of(&app, 12).await.made_ready().await;
        let key = app.api_key().await;
        let page = board.page().await;
        let version = board.file().await.version;

        assert_eq!(page.text("h1"), "Rivierenland (12 scholen)");
        assert_eq!(
            page.text("[data-step=activation_confirmed] [data-action=confirm]"),
            "Melden dat de koppeling actief is (12 scholen)"
        );
        let work = board.staff.get(links::STAFF).await;
        let row = work.text("tr[data-work=activation_confirmed]");
        assert!(row.contains("12 scholen activeren") && row.starts_with("Rivierenland 12 scholen"), "{row}");
        let done = work.submit(&board.staff, "tr[data-work=activation_confirmed] .work__do form", &[]).await;

        assert_eq!((done.status, done.location()), (303, links::STAFF));
        assert_eq!(texts(&app.database.url, OPENED).await.len(), 12);
        assert_eq!(board.file().await.version, version + 1);
        assert_eq!(board.stands().await, ["open"; 12]);
        for number in 10..22 {
            assert_eq!(app.verdict_of(&key, &format!("{number}AA")).await, "open");
        }
        board.staff.let_stand();
        let told: Vec<String> = app.new_mails().await.into_iter().map(|mail| mail.to).collect();
        assert_eq!(told, [board.first.email.as_str()], "one mail, however many schools");
    });
}

#[test]
fn one_school_is_activated_and_sent_back_alone() {
    run(|app: TestApp| async move {
        let board = Board::of(&app, 3).await.made_ready().await;
        let key = app.api_key().await;

        let done = board.press("11AA", "activate", &[("ground", "Gezien in Numo.")]).await;
        assert_eq!(done.status, 303, "{}", done.body);
        assert_eq!(board.stands().await, ["closed", "open", "closed"]);
        assert_eq!(board.page().await.text("[data-verdict]"), "1 van 3 open. Deze vragen staan nog open: Activering.");
        let page = board.page().await;
        assert!(page.text("[data-school-row='11AA']").contains("Gezien in Numo."));
        assert_eq!(
            page.text("[data-step=activation_confirmed] [data-action=confirm]"),
            "Melden dat de koppeling actief is (2 scholen)"
        );
        assert_eq!((app.verdict_of(&key, "11AA").await, app.verdict_of(&key, "10AA").await), pair("open", "closed"));

        let without = board.press("11AA", "deactivate", &[]).await;
        let back = board.press("11AA", "deactivate", &[("reason", "Verkeerde school.")]).await;

        assert_eq!((without.status, back.status), (422, 303));
        assert!(without.has("[data-error-for=reason]"));
        assert_eq!(board.stands().await, ["closed"; 3]);
        let page = board.page().await;
        assert!(page.text("[data-school-row='11AA']").contains("Verkeerde school."));
        assert!(page.body.contains("(Rivierenland 11)"), "the timeline says which: {}", page.body);
        app.new_mails().await;
    });
}

fn pair(one: &str, other: &str) -> (String, String) {
    (one.to_owned(), other.to_owned())
}

#[test]
fn a_school_that_stops_and_comes_back_leaves_its_sisters_alone() {
    run(|app: TestApp| async move {
        let board = Board::of(&app, 3).await.opened().await;
        let before = board.state().await;

        let stopped = board.press("12AA", "withdraw", &[("reason", "Fusie.")]).await;
        assert_eq!(stopped.status, 303, "{}", stopped.body);
        assert_eq!(board.stands().await, ["open", "open", "stopped"]);
        let page = board.page().await;
        assert!(page.text("[data-school-row='12AA']").contains("Fusie."));
        assert!(!page.has("[data-fold=life] form[data-form=withdraw]"), "each stops by itself");
        assert_eq!(texts(&app.database.url, "SELECT id FROM credential WHERE closed_at IS NOT NULL").await.len(), 0);

        let reopened = board.press("12AA", "reopen", &[]).await;

        assert_eq!(reopened.status, 303, "{}", reopened.body);
        assert_eq!(board.stands().await, ["open", "open", "closed"]);
        let after = board.state().await;
        assert_eq!(after.credential_version(), before.credential_version());
        for brin in ["10AA", "11AA"] {
            let id = board.school(brin).await;
            assert_eq!(after.school(id), before.school(id));
        }
        app.new_mails().await;
    });
}

#[test]
fn the_last_school_that_stops_takes_the_password_along() {
    run(|app: TestApp| async move {
        let board = Board::of(&app, 2).await.opened().await;

        board.press("10AA", "withdraw", &[("reason", "Fusie.")]).await;
        let asked = board.page().await.text("[data-school-row='11AA'] form[data-form=withdraw]");
        let done = board.press("11AA", "withdraw", &[("reason", "Fusie.")]).await;

        assert!(asked.contains("laatste school"), "{asked}");
        assert_eq!(done.status, 303);
        let closed = texts(&app.database.url, "SELECT closed_reason FROM credential").await;
        assert_eq!(closed, ["withdrawn"]);
        app.new_mails().await;
    });
}

#[test]
fn a_school_is_added_once_and_never_with_a_brin_that_is_here() {
    run(|app: TestApp| async move {
        app.school_by_services("Het Molenveld", "13CD", "molenveld").await;
        let board = Board::of(&app, 2).await.opened().await;
        let page = board.page().await;
        let form = "form[data-form=add_school]";

        let taken = page.submit(&board.staff, form, &[("name", "Rivierenland Zuid"), ("brin", "13CD")]).await;
        assert_eq!(taken.status, 422);
        assert!(taken.has("[data-error-for=brin]"));
        assert_eq!(taken.attributes("[name=name]", "value"), ["Rivierenland Zuid"]);

        let added = taken.submit(&board.staff, form, &[("brin", "14 ef")]).await;
        let twice = page.submit(&board.staff, form, &[("name", "Rivierenland Zuid"), ("brin", "14EF")]).await;
        let stale = page.submit(&board.staff, form, &[("name", "Nog een school"), ("brin", "15EF")]).await;

        assert_eq!((added.status, twice.status, stale.status), (303, 303, 409));
        assert!(stale.text("main").contains("School toegevoegd aan de koppeling. (Rivierenland Zuid)"));
        assert_eq!(stale.attributes("[name=name]", "value"), ["Nog een school"]);
        assert_eq!(board.stands().await, ["open", "open", "closed"]);
        assert_eq!(board.state().await.credential_version(), 1, "no new password");
        app.new_mails().await;
    });
}

#[test]
fn with_one_school_nothing_of_this_shows_but_on_the_page_of_the_details() {
    run(|app: TestApp| async move {
        let board = Board::of(&app, 1).await.made_ready().await;
        let details = links::staff_school(links::STAFF_DETAILS, board.id());

        let page = board.page().await;
        let edit = board.staff.get(&details).await;
        let reader = app.staff_as("lezer@kurve.nl", StaffRole::Reader).await;

        assert_eq!((page.text("h1").as_str(), page.text("[data-brin]").as_str()), ("Rivierenland 10", "10AA"));
        assert!(!page.has("[data-schools]") && !page.text("main").contains("scholen"));
        assert_eq!(
            page.text("[data-step=activation_confirmed] [data-action=confirm]"),
            "Melden dat de koppeling actief is"
        );
        assert!(page.has("[data-fold=life] form[data-form=withdraw]"));
        assert!(edit.has("form[data-form=add_school]") && edit.has("form[data-form=move]"));
        assert_eq!(reader.get(&details).await.status, 403);

        let fields = [("name", "Rivierenland 11"), ("brin", "11AA")];
        let added = edit.submit(&board.staff, "form[data-form=add_school]", &fields).await;

        assert_eq!(added.status, 303, "{}", added.body);
        let page = board.page().await;
        assert_eq!(page.text("h1"), "Rivierenland 10 (2 scholen)");
        let edit = board.staff.get(&details).await;
        assert!(!edit.has("form[data-form=add_school]") && !edit.has("form[data-form=move]"));
        let read = reader.get(&page.path).await;
        assert!(read.has("[data-school-row]") && !read.has("[data-school-row] form, form[data-form=add_school]"));
        app.new_mails().await;
    });
}

#[test]
fn name_and_brin_of_one_school_change_until_it_is_activated_on_it() {
    run(|app: TestApp| async move {
        let board = Board::of(&app, 2).await.made_ready().await;
        let new = [("name", "Rivierenland Oost"), ("brin", "99ZZ")];

        let taken = board.press("11AA", "change_school", &[("brin", "10AA")]).await;
        let done = board.press("11AA", "change_school", &new).await;
        let again = board.press("99ZZ", "change_school", &new).await;
        board.press("99ZZ", "activate", &[]).await;
        let frozen = board.press("99ZZ", "change_school", &[("brin", "98ZZ")]).await;
        let named = board.press("99ZZ", "change_school", &[("name", "Rivierenland West")]).await;

        let status = [&taken, &done, &again, &frozen, &named].map(|page| page.status);
        assert_eq!(status, [422, 303, 303, 422, 303]);
        assert!(taken.has("[data-error-for=brin]") && frozen.text("[data-error-for=brin]").contains("geactiveerd"));
        let file = board.file().await;
        let names: Vec<&str> = file.schools.iter().map(|school| school.details.name.as_str()).collect();
        assert_eq!(names, ["Rivierenland 10", "Rivierenland West"]);
        assert_eq!(file.connection.details.name.as_str(), "Rivierenland", "that is the connection's own");
        app.new_mails().await;
    });
}

#[test]
fn a_stale_row_says_what_happened_to_which_school_and_a_second_press_does_no_harm() {
    run(|app: TestApp| async move {
        let board = Board::of(&app, 3).await.made_ready().await;
        let page = board.page().await;

        let first = board.press_on(&page, "10AA", "activate", &[]).await;
        let second = board.press_on(&page, "10AA", "activate", &[]).await;
        let other = board.press_on(&page, "11AA", "activate", &[("ground", "Zelf gezien.")]).await;

        assert_eq!((first.status, second.status, other.status), (303, 303, 409));
        assert!(other.text("main").contains("(Rivierenland 10)"), "{}", other.body);
        assert!(other.body.contains("Zelf gezien."), "nothing typed is lost");
        let done = other.submit(&board.staff, "main form[data-form=activate]", &[]).await;
        assert_eq!(done.status, 303, "{}", done.body);
        assert_eq!(board.stands().await, ["open", "open", "closed"]);
        app.new_mails().await;
    });
}

#[test]
fn a_school_of_another_connection_is_not_found_here() {
    run(|app: TestApp| async move {
        let board = Board::of(&app, 2).await.made_ready().await;
        let other = app.school_by_services("Het Molenveld", "13CD", "molenveld").await;
        let (action, fields) = board.page().await.form("[data-school-row='10AA'] form[data-form=activate]");
        let own = board.school("10AA").await.to_string();

        for school in [other.id.to_string(), "geen-school".to_owned()] {
            let answer = board.staff.post(&action.replace(&own, &school), &fields).await;
            assert_eq!(answer.status, 404, "{school}");
        }
        assert_eq!(board.stands().await, ["closed"; 2]);
        app.new_mails().await;
    });
}

#[test]
fn the_export_has_a_row_for_each_school_and_names_its_connection() {
    run(|app: TestApp| async move {
        let board = Board::of(&app, 2).await.made_ready().await;
        board.press("11AA", "activate", &[]).await;

        let all = board.staff.get("/beheer/scholen/export.csv").await;

        let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(all.body.as_bytes());
        let at = |name: &str| all.body.lines().next().and_then(|line| line.split(';').position(|cell| cell == name));
        let (connection, import) = (at("Koppeling").expect("a column"), at("Import").expect("a column"));
        let rows: Vec<_> = reader.records().map(|row| row.expect("a row")).collect();
        let cells: Vec<_> = rows.iter().map(|row| [&row[1], &row[connection], &row[import]]).collect();
        assert_eq!(cells, [["10AA", "Rivierenland", "dicht"], ["11AA", "Rivierenland", "open"]]);
        app.new_mails().await;
    });
}
