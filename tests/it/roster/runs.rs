//! A spreadsheet carried out from the page, as a run that goes on by itself.

use koppelklaar::jobs;
use koppelklaar::services::bulk;
use sea_orm::{ConnectionTrait, Statement};

use super::everything;
use super::files;
use crate::support::{Page, TestApp, Visitor, run};

async fn brought(staff: &Visitor, name: &str, bytes: &[u8]) -> Page {
    let page = staff.get("/beheer/scholen/uit-bestand").await;
    let brought = staff.upload(&page, name, bytes).await;
    staff.follow(&brought).await
}

async fn finish(app: &TestApp) {
    jobs::bulk::run_due(&app.app).await.expect("the runs can be read");
}

/// What stands in a column of items and lists, as the database has it.
async fn texts(app: &TestApp, query: &str) -> Vec<String> {
    let conn = app.context().db.reader();
    let rows = conn.query_all_raw(Statement::from_string(conn.get_database_backend(), query)).await;
    rows.expect("the rows are read").iter().map(|row| row.try_get_by_index(0).expect("a text")).collect()
}

#[test]
fn every_row_comes_out_once_and_the_same_file_again_changes_nothing() {
    run(|app: TestApp| async move {
        let staff = app.staff().await;
        let files::MadeFile { name, bytes } = files::workbook();
        let page = brought(&staff, name, &bytes).await;
        assert_eq!(page.text("[data-action=run]"), format!("Voer {} rijen uit", files::ROWS));

        let begun = page.submit(&staff, "form[data-form=run]", &[("mails", "none")]).await;
        let twice = page.submit(&staff, "form[data-form=run]", &[("mails", "none")]).await;
        assert_eq!(begun.location(), twice.location(), "pressed twice it began once");
        assert_eq!(staff.get(&page.path).await.status, 404, "the file is gone once it is carried out");
        finish(&app).await;
        let done = staff.get(begun.location()).await;
        assert!(done.body.contains(&format!("Klaar: {0} van {0} gedaan.", files::ROWS)), "{}", done.body);
        assert!(done.text("tr[data-item=done]:first-of-type").contains("Gemaakt"), "{}", done.body);

        let before = everything(&app).await;
        let again = brought(&staff, name, &bytes).await;
        let begun = again.submit(&staff, "form[data-form=run]", &[("mails", "ordinary")]).await;
        finish(&app).await;
        let done = staff.get(&format!("{}?toon=already", begun.location())).await;
        assert_eq!(done.texts("tr[data-item=already]").len() as u64, bulk::ITEM_ROWS);
        let already = texts(&app, "SELECT label FROM bulk_item WHERE outcome = 'already'").await;
        assert_eq!(already.len(), files::ROWS);
        assert_eq!(everything(&app).await, before);
    });
}

#[test]
fn rows_with_a_fault_are_left_out_and_say_why() {
    run(|app: TestApp| async move {
        let staff = app.staff().await;
        let csv = "School;BRIN;Domein;Regio;Contact;E-mail\nDe Zon;98ZB;zon;Zuid;Els van Dam;els@zon.example\nDe Maan;12A8;maan;Zuid;Bo Bos;bo@maan.example\n";
        let page = brought(&staff, "delta.csv", csv.as_bytes()).await;

        let begun = page.submit(&staff, "form[data-form=run]", &[("mails", "none")]).await;
        finish(&app).await;

        let done = staff.get(begun.location()).await;
        assert!(done.text("tr[data-item=done]").contains("rij 2: De Zon"), "{}", done.body);
        let left = done.text("tr[data-item=left_out]");
        assert!(left.contains("rij 3: De Maan") && left.contains("Een BRIN-nummer is"), "{left}");
    });
}

#[test]
fn what_waits_is_sealed_and_what_is_done_is_forgotten() {
    run(|app: TestApp| async move {
        let staff = app.staff().await;
        let csv = "School;BRIN;Domein;Regio;Contact;E-mail\nDe Zon;98ZB;zon;Zuid;Els van Dam;els@zon.example\n";
        let page = brought(&staff, "delta.csv", csv.as_bytes()).await;
        let begun = page.submit(&staff, "form[data-form=run]", &[("mails", "none")]).await;
        assert_eq!(begun.status, 303);

        let waiting = texts(&app, "SELECT input FROM bulk_item").await;
        assert!(waiting[0].starts_with("{\"sealed\":") && !waiting[0].contains("zon"), "{}", waiting[0]);
        finish(&app).await;

        assert_eq!(texts(&app, "SELECT input FROM bulk_item").await, ["{}"]);
        assert_eq!(texts(&app, "SELECT CAST(COUNT(*) AS TEXT) FROM roster").await, ["0"]);
    });
}

#[test]
fn a_second_instance_goes_on_with_the_rows_that_are_left() {
    run(|app: TestApp| async move {
        let staff = app.staff().await;
        let files::MadeFile { name, bytes } = files::board(files::SHARE);
        let page = brought(&staff, name, &bytes).await;
        let begun = page.submit(&staff, "form[data-form=run]", &[("mails", "one")]).await;

        // The first instance does some rows and is gone.
        bulk::run_next(app.context(), || app.now()).await.expect("the runs can be read");
        let other = app.second_instance().await;
        jobs::bulk::run_due(&other).await.expect("the runs can be read");

        let done = staff.get(begun.location()).await;
        assert!(done.body.contains(&format!("Klaar: {0} van {0} gedaan.", files::SHARE)), "{}", done.body);
        let schools = texts(&app, "SELECT name FROM school ORDER BY name").await;
        assert_eq!(schools.len(), files::SHARE);
    });
}
