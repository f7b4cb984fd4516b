//! The mistyped address of a contact, corrected in place.

use koppelklaar::links;

use crate::journey::Table;
use crate::support::database::texts;
use crate::support::{Page, TestApp, run};

const RIGHT: &str = "anna@bonhoeffer.example";

async fn correct(table: &Table, fields: &[(&str, &str)]) -> Page {
    table.kurve("", "correct_address", fields).await
}

fn is_vouched(page: &Page) -> String {
    page.attributes("[data-contact]", "data-vouched").remove(0)
}

#[test]
fn a_corrected_address_gets_the_mails_and_the_old_one_opens_nothing() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        table.vouch().await;
        app.new_mails().await;
        let asking = app.anonymous();
        let old = table.school.email.clone();
        asking.get("/inloggen").await.submit(&asking, "main form", &[("email", &old)]).await;
        let link = app.only_mail_to(&old).await.path_of("/inloggen/link/");

        let corrected = correct(&table, &[("email", RIGHT)]).await;
        let out = table.portal.open("").await;
        let by_link = asking.get(&link).await;
        let mail = app.only_mail_to(RIGHT).await;
        let page = table.staff_page().await;
        let signed_in = app.portal_as(RIGHT).await;

        assert_eq!(corrected.status, 303, "{}", corrected.body);
        assert_eq!((out.status, out.location()), (303, links::SIGN_IN));
        assert!(!by_link.has("[data-action=sign_in]") && by_link.has("[data-state]"), "{}", by_link.body);
        assert!(mail.subject.contains("Bonhoeffer College"), "{}", mail.subject);
        assert!(page.text("[data-contact]").contains(RIGHT), "{}", page.body);
        assert_eq!(is_vouched(&page), "no");
        assert_eq!(signed_in.open("").await.status, 200);
        let query = "SELECT payload FROM audit WHERE action = 'contact_address_corrected'";
        let payloads = texts(&app.database.url, query).await;
        assert_eq!(payloads.len(), 1);
        assert!(!payloads[0].contains('@') && payloads[0].contains("\"is_vouched\":false"), "{payloads:?}");
    });
}

#[test]
fn whoever_had_access_loses_it_with_the_address_whatever_is_posted_along() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        table.vouch().await;

        let corrected = correct(&table, &[("email", RIGHT), ("vouched", "ja")]).await;
        let page = table.staff_page().await;
        app.new_mails().await;

        assert_eq!(corrected.status, 303);
        assert_eq!(is_vouched(&page), "no");
        assert!(!page.has("[name=vouched]"), "{}", page.body);
    });
}

#[test]
fn an_address_that_is_wrong_or_here_already_comes_back_and_so_does_a_stale_page() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let fields = [("name", "Piet Bakker"), ("email", "piet@bonhoeffer.example"), ("role", "contactpersoon")];
        table.kurve("", "add_contact", &fields).await;
        app.new_mails().await;
        let stale = table.staff_page().await;

        let wrong = correct(&table, &[("email", "geen adres")]).await;
        let taken = correct(&table, &[("email", "piet@bonhoeffer.example")]).await;
        let mended = correct(&table, &[("email", RIGHT)]).await;
        let late = stale.submit(&table.staff, "form[data-form=correct_address]", &[("email", "b@c.example")]).await;
        app.new_mails().await;

        assert_eq!((wrong.status, taken.status, mended.status, late.status), (422, 422, 303, 409));
        for page in [&wrong, &taken] {
            assert!(page.has("[data-error-for=email]"), "{}", page.body);
        }
        assert_eq!(late.attributes("[name=email]", "value"), ["b@c.example"]);
        assert!(late.text("main").contains("E-mailadres van Anna de Wit verbeterd"), "{}", late.body);
    });
}
