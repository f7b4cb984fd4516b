//! The query template that an installation brings, as the program reads it.

use crate::support::on_each_database;
use crate::support::program::Program;

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
