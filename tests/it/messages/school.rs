//! A school writes to Kurve on its page, and shows what does not work.

use koppelklaar::links;

use super::{sent, thread};
use crate::journey::Table;
use crate::support::answers::{self, answer};
use crate::support::{TestApp, run};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\nrest";

async fn waits(table: &Table, kind: &str) -> usize {
    table.staff.get(links::STAFF).await.texts(&format!("[data-kind={kind}]")).len()
}

#[test]
fn a_contact_reads_the_thread_and_answers_with_a_picture() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let overview = table.portal.open("").await;
        let without = overview.has("[data-link=messages]");
        sent(&app, &table, "Staat het schuifje aan?").await;
        let page = table.portal.open("/berichten").await;
        let typed = page.with_field("text", "Nee, kijk maar.");

        let written = table.portal.upload(&typed, "scherm.png", PNG).await;
        let twice = table.portal.upload(&typed, "scherm.png", PNG).await;
        let after = table.portal.follow(&written).await;

        assert!(!without && table.portal.open("").await.has("[data-link=messages]"));
        assert_eq!(page.texts("[data-message=out] [data-text]"), ["Staat het schuifje aan?"]);
        assert_eq!((written.status, twice.status), (303, 303), "{}", written.body);
        assert_eq!(after.texts("[data-message=in] [data-text]"), ["Nee, kijk maar."]);
        assert!(after.text("[data-files]").starts_with("scherm.png") && !after.has("[data-files] a"), "{}", after.body);
        assert!(after.body.contains("Je bericht staat bij Kurve"), "{}", after.body);
        assert_eq!(waits(&table, "reply").await, 1);
        let saved = table.staff.get(&thread(&table).await.attributes("[data-files] a", "href")[0]).await;
        assert_eq!((saved.status, saved.bytes.as_slice()), (200, PNG));
    });
}

#[test]
fn a_file_that_we_do_not_take_is_told_and_the_text_stays() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let page = table.portal.open("/berichten").await.with_field("text", "Kijk maar.");
        let mut large = PNG.to_vec();
        large.resize(5 * 1024 * 1024 + 1, 0);
        let huge = vec![0; 31 * 1024 * 1024];

        let other = table.portal.upload(&page, "lijst.xlsx", b"PK\x03\x04").await;
        let too_large = table.portal.upload(&page, "groot.png", &large).await;
        let far_too_large = table.portal.upload(&page, "reus.png", &huge).await;
        let no_text = table.portal.upload(&page.with_field("text", " "), "scherm.png", PNG).await;

        for (page, field, said) in [
            (&other, "file", "plaatje of een PDF"),
            (&too_large, "file", "hoogstens 5 MB"),
            (&no_text, "text", "Schrijf eerst"),
        ] {
            assert_eq!(page.status, 422, "{said}");
            assert!(page.text(&format!("[data-error-for={field}]")).contains(said), "{}", page.body);
        }
        assert_eq!(other.text("#text"), "Kijk maar.");
        assert_eq!(far_too_large.status, 413);
        assert!(far_too_large.text("main").contains("MB"), "{}", far_too_large.body);
        assert!(!thread(&table).await.has("[data-message]"));
    });
}

#[test]
fn a_step_that_does_not_work_can_be_shown() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let page = table.portal.open("/stap/consent_given").await;
        let typed = page.with_field("reason", "Het schuifje staat er niet bij.");

        let wrong = table.portal.upload(&typed, "scherm.docx", b"PK\x03\x04").await;
        let reported = table.portal.upload(&typed, "scherm.png", PNG).await;
        let twice = table.portal.upload(&typed, "scherm.png", PNG).await;

        assert_eq!((wrong.status, reported.status, twice.status), (422, 303, 303), "{}", reported.body);
        assert!(wrong.has("[data-error-for=file]") && wrong.text("#reason").contains("schuifje"), "{}", wrong.body);
        assert_eq!((waits(&table, "stuck").await, waits(&table, "reply").await), (1, 0), "one thing to do");
        let worklist = table.staff.get(links::STAFF).await;
        let open = table
            .staff
            .get(worklist.attributes("[data-kind=stuck] .work__do a", "href")[0].split('#').next().expect("a path"))
            .await;
        let leads = links::staff_school(links::STAFF_MESSAGES, table.school.connection);
        assert_eq!(open.attributes("[data-sent-along]", "href"), [leads]);
        let kurve = thread(&table).await;
        assert_eq!(kurve.texts("[data-message=in] [data-text]"), ["Het schuifje staat er niet bij."]);
        assert!(kurve.text("[data-message=in] > .meta").contains("lukt niet: Consent geven"), "{}", kurve.body);
        assert_eq!(kurve.attributes("[data-files] a", "download").len(), 1);
    });
}

#[test]
fn without_a_picture_a_report_stays_as_it_was() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;

        let reported = table.school("consent_given", "stuck", &[("reason", "Het schuifje staat er niet bij.")]).await;

        assert_eq!(reported.status, 303, "{}", reported.body);
        assert_eq!(waits(&table, "stuck").await, 1);
        assert!(!thread(&table).await.has("[data-message]"));
    });
}

#[test]
fn an_answer_by_mail_of_one_is_read_by_all_contacts() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let to = sent(&app, &table, "Staat het schuifje aan?").await;
        let mail = answer(answers::ENGLISH, &table.school.email, &to);
        let took = koppelklaar::services::messages::incoming::take(app.context(), app.now(), mail.as_bytes(), None);
        took.await.expect("the store answers");

        let page = table.portal.open("/berichten").await;

        assert_eq!(page.texts("[data-message] .meta b"), ["Kurve", "Anna de Wit"]);
        assert!(page.text("[data-message=in] > .meta").ends_with("per mail"), "{}", page.body);
    });
}
