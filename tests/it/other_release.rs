//! A database that another release made.

use crate::support::database;
use crate::support::on_each_database;
use crate::support::program::Program;

#[test]
fn a_database_of_another_release_is_left_alone() {
    on_each_database(async |kind| {
        let program = Program::migrated(kind).await;
        let newer = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m20990101_000001_later', 0)";
        // What the database says that was made before the steps became one baseline.
        let older = "UPDATE seaql_migrations SET version = 'm20261123_000001_staff' WHERE version LIKE '%baseline'";
        for (made, words) in [
            (
                newer,
                "the database was made by a newer release, which went on to m20990101_000001_later: run that release",
            ),
            (older, "the database was made by another release"),
        ] {
            database::sql(&program.database.url, made).await;

            for command in [vec!["serve"], vec!["migrate"]] {
                let refusal = program.run(&command).refusal();
                assert!(refusal.contains(words), "{command:?}: {refusal}");
            }
            let doctor = program.run(&["doctor"]);
            assert!(doctor.out.contains(&format!("FAIL  database: {words}")), "{doctor:?}");
            database::sql(&program.database.url, "DELETE FROM seaql_migrations WHERE version > 'm2099'").await;
        }
    });
}
