//! Notes that name a colleague, and changing and deleting one's own.

use koppelklaar::domain::actor::StaffRole;
use koppelklaar::links;

use super::Member;
use crate::journey::Table;
use crate::support::database::texts;
use crate::support::{Page, TestApp, Visitor, run};

async fn write(table: &Table, text: &str) -> Page {
    table.kurve("", "note", &[("text", text)]).await
}

/// What the worklist of a colleague says of notes that name them.
async fn mentions(browser: &Visitor) -> Vec<String> {
    browser.get(links::STAFF).await.texts("[data-mention] .mail-text")
}

async fn jan(app: &TestApp) -> Member {
    Member::join(app, "jan.smit@kurve.nl", StaffRole::Support).await
}

#[test]
fn a_note_that_names_a_colleague_stands_on_their_worklist_until_they_have_seen_it() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let jan = jan(&app).await;
        let form = table.staff_page().await.text("form[data-form=note]");

        let written = write(&table, "@Jan.Smit: bel jij de directeur?").await;
        let twice = write(&table, "@Jan.Smit: bel jij de directeur?").await;
        let worklist = jan.browser.get(links::STAFF).await;
        let of_eva = mentions(&table.staff).await;
        let seen = worklist.submit(&jan.browser, "[data-mention] form", &[]).await;
        let again = worklist.submit(&jan.browser, "[data-mention] form", &[]).await;

        assert!(form.contains("@jan.smit (Eva Jansen)") && form.contains("@eva (Eva Jansen)"), "{form}");
        assert_eq!((written.status, twice.status, seen.status, again.status), (303, 303, 303, 303));
        assert_eq!(worklist.texts("[data-mention] .mail-text"), ["@Jan.Smit: bel jij de directeur?"]);
        assert!(worklist.text("[data-mention]").contains("Bonhoeffer College"), "{}", worklist.body);
        assert!(worklist.attributes("[data-mention] a", "href")[0].ends_with("#notities"));
        assert!(of_eva.is_empty() && mentions(&jan.browser).await.is_empty());
    });
}

#[test]
fn an_unknown_name_is_told_and_the_note_is_kept_once() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;

        let told = write(&table, "@piet, kijk jij?").await;
        let kept = table.staff_page().await.texts("[data-note] > .mail-text");
        let form = "main form[data-form=change_note]";
        let as_it_is = told.submit(&table.staff, form, &[]).await;
        let mended = told.submit(&table.staff, form, &[("text", "@eva, kijk jij?")]).await;

        assert_eq!(told.status, 422);
        assert!(told.text("[data-error-for=text]").contains("@piet"), "{}", told.body);
        assert!(told.text("main").contains("@eva (Eva Jansen)"), "{}", told.body);
        assert_eq!(kept, ["@piet, kijk jij?"]);
        assert_eq!((as_it_is.status, mended.status), (303, 303));
        assert_eq!(table.staff_page().await.texts("[data-note] > .mail-text"), ["@eva, kijk jij?"]);
        assert_eq!(mentions(&table.staff).await, ["@eva, kijk jij?"]);
    });
}

#[test]
fn a_note_is_changed_and_deleted_by_its_writer_alone_and_the_audit_keeps_no_text() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let jan = jan(&app).await;
        write(&table, "@jan.smit belt.").await;
        let page = links::staff_school(links::STAFF_SCHOOL, table.school.connection);
        let own = table.staff_page().await;
        let (change, _) = own.form("form[data-form=change_note]");
        let (delete, _) = own.form("form[data-form=delete_note]");
        let of_jan = jan.browser.get(&page).await;
        let (_, hidden) = of_jan.form("form[data-form=note]");
        let with = |text: &str| {
            let mut fields = hidden.clone();
            fields.retain(|(name, _)| name != "text");
            fields.push(("text".to_owned(), text.to_owned()));
            fields
        };

        let by_jan = [jan.browser.post(&change, &with("Anders.")).await, jan.browser.post(&delete, &hidden).await];
        let empty = own.submit(&table.staff, "form[data-form=change_note]", &[("text", " ")]).await;
        let changed = own.submit(&table.staff, "form[data-form=change_note]", &[("text", "Gebeld, zie mail.")]).await;
        let after = table.staff_page().await;
        let not_named = mentions(&jan.browser).await;
        own.submit(&table.staff, "form[data-form=change_note]", &[("text", "@jan.smit belt toch.")]).await;
        let named_again = mentions(&jan.browser).await;
        let deleted = own.submit(&table.staff, "form[data-form=delete_note]", &[]).await;
        let twice = own.submit(&table.staff, "form[data-form=delete_note]", &[]).await;

        assert!(!of_jan.has("form[data-form=change_note]") && !of_jan.has("form[data-form=delete_note]"));
        assert_eq!(by_jan.map(|page| page.status), [403, 403]);
        assert_eq!((empty.status, changed.status, deleted.status, twice.status), (422, 303, 303, 303));
        assert!(after.text("[data-note]").contains("gewijzigd"), "{}", after.body);
        assert_eq!((not_named, named_again), (vec![], vec!["@jan.smit belt toch.".to_owned()]));
        assert!(!table.staff_page().await.has("[data-note]") && mentions(&jan.browser).await.is_empty());
        let query = "SELECT payload FROM audit WHERE action LIKE 'note_%' ORDER BY id";
        let payloads = texts(&app.database.url, query).await;
        assert_eq!(payloads.len(), 4, "{payloads:?}");
        assert!(payloads.iter().all(|text| !text.contains("belt") && !text.contains("Gebeld")), "{payloads:?}");
    });
}
