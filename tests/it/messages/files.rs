//! Files that came with a message: sealed, and handed over to be saved.

use koppelklaar::links;
use koppelklaar::services::messages::incoming;

use super::{sent, thread};
use crate::journey::Table;
use crate::support::answers::{self, answer};
use crate::support::database::texts;
use crate::support::{TestApp, run};

#[test]
fn pictures_and_pdf_are_kept_by_what_they_are_and_the_rest_is_named() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let to = sent(&app, &table, "Staat het schuifje aan?").await;

        for mail in [answers::APPLE, answers::OUTLOOK_FILES, answers::THUNDERBIRD] {
            let mail = answer(mail, &table.school.email, &to);
            app.advance(chrono::TimeDelta::seconds(1));
            incoming::take(app.context(), app.now(), mail.as_bytes(), None).await.expect("the store answers");
        }

        let page = thread(&table).await;
        let found = page.texts("[data-files] li");
        let starts = [
            ("Schermafbeelding 2026-11-30.png", "14 kB"),
            ("scherm.png", "1 kB"),
            ("leerlingen.xlsx", "geen plaatje en geen PDF"),
            ("handleiding één.pdf", "1 kB"),
            ("vermomd.png", "geen plaatje en geen PDF"),
        ];
        assert_eq!(found.len(), starts.len(), "{found:?}");
        for (file, (name, said)) in found.iter().zip(starts) {
            assert!(file.starts_with(name) && file.contains(said), "{file}");
        }
        assert_eq!(page.attributes("[data-files] a", "download").len(), 3, "only what is kept can be saved");
    });
}

#[test]
fn a_file_is_saved_and_never_opened_within_the_site() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let to = sent(&app, &table, "Staat het schuifje aan?").await;
        let mail = answer(answers::THUNDERBIRD, &table.school.email, &to);
        incoming::take(app.context(), app.now(), mail.as_bytes(), None).await.expect("the store answers");
        let href = thread(&table).await.attributes("[data-files] a", "href").remove(0);
        let other = app.school_by_services("Het Molenveld", "13CD", "molenveld").await;
        let elsewhere = href.replace(&table.school.connection.to_string(), &other.connection.to_string());

        let saved = table.staff.get(&href).await;
        let of_another = table.staff.get(&elsewhere).await;
        let by_school = table.portal.get(&href).await;
        let unknown = table.staff.get(&format!("{href}x")).await;

        assert_eq!((saved.status, of_another.status, unknown.status), (200, 404, 404));
        assert!(saved.bytes.starts_with(b"%PDF-1.4"));
        assert_eq!(saved.header("content-type"), "application/pdf");
        assert_eq!(
            saved.header("content-disposition"),
            "attachment; filename=\"handleiding __n.pdf\"; filename*=UTF-8''handleiding%20%C3%A9%C3%A9n.pdf"
        );
        assert_eq!(saved.header("x-content-type-options"), "nosniff");
        assert_eq!(saved.header("content-security-policy"), "sandbox; default-src 'none'");
        assert_eq!(saved.header("cache-control"), "no-store");
        assert!(by_school.status == 303 && by_school.location().starts_with(links::STAFF_SIGN_IN));
        let sealed = texts(&app.database.url, "SELECT hex(sealed) FROM attachment WHERE sealed IS NOT NULL");
        if app.database.kind == crate::support::DatabaseKind::Sqlite {
            let sealed = sealed.await;
            assert!(sealed.len() == 1 && !sealed[0].contains("255044462D"), "what is in a file is not in the database");
        }
    });
}
