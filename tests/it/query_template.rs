//! The query template that an installation brings, as the program reads it.

use std::sync::Arc;

use koppelklaar::domain::credential::Template;
use koppelklaar::services::Context;
use koppelklaar::services::onboarding::credentials;

use crate::journey::Table;
use crate::support::program::Program;
use crate::support::{TestApp, on_each_database, run};

#[test]
fn the_doctor_calls_a_template_either_good_or_bad_and_looks_at_the_rest_all_the_same() {
    on_each_database(async |kind| {
        let program = Program::migrated(kind).await;
        let folder = tempfile::tempdir().expect("a folder");
        let bad = &b"-- koppelklaar-query-template: v7\n-- #x#"[..];
        for (name, bytes, expected) in [
            (
                "kurve.ini",
                Some(&b"; koppelklaar-query-template: v7 ini\n[caf\xe9]\nx={{ school }}"[..]),
                "ok    query template: ",
            ),
            ("kurve.sql", Some(bad), "FAIL  KOPPELKLAAR_QUERY_TEMPLATE: "),
            ("kurve.s-q-l", Some(&bad[..40]), "FAIL  KOPPELKLAAR_QUERY_TEMPLATE: "),
            ("absent.sql", None, "FAIL  KOPPELKLAAR_QUERY_TEMPLATE: "),
        ] {
            let path = folder.path().join(name).display().to_string();
            if let Some(bytes) = bytes {
                std::fs::write(&path, bytes).expect("it is written");
            }

            let doctor = program.run_with(&["doctor"], &[("KOPPELKLAAR_QUERY_TEMPLATE", &path)]);

            let about_it: Vec<&str> = doctor.out.lines().filter(|line| line.contains(name)).collect();
            assert!(about_it.len() == 1 && about_it[0].starts_with(expected), "{doctor:?}");
            assert!(doctor.out.contains("ok    database: answers, and is up to date"), "{doctor:?}");
            assert_eq!(doctor.code == Some(0), expected.starts_with("ok"), "{doctor:?}");
        }
    });
}

#[test]
fn a_school_downloads_its_file_in_the_encoding_and_with_the_extension_of_the_template() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        table.vouch().await;
        let written = "; koppelklaar-query-template: v7 ini\n[caf\u{e9}]\nschool={{ school }}\n";
        let bytes: Vec<u8> = written.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let template = Template::parse(bytes).and_then(|template| template.with_extension("DEC")).expect("sound");
        let context = Context { template: Arc::new(template), ..app.context().clone() };
        let call = app.call(app.kurve_again().await);
        credentials::issue(&context, &call, table.school.connection, None, None).await.expect("who may is known");

        let page = table.portal.open("/stap/query_executed").await;
        let file = page.submit(&table.portal, "form[action$='/query']", &[]).await;

        let name = file.header("content-disposition");
        assert!(name.contains("\"kurve-query-12AB-v7.dec\""), "{name}");
        let expected = "[caf\u{e9}]\r\nschool=Bonhoeffer College\r\n";
        assert_eq!(file.bytes, expected.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>());
        app.new_mails().await;
    });
}
