//! A disk that is full and a database that is damaged: `/health/ready` and `doctor` say so.

use koppelklaar::domain::heartbeat::Worker;
use koppelklaar::store::operations::heartbeats;
use sea_orm::ConnectionTrait;

use crate::support::program::Program;
use crate::support::{DatabaseKind, TestApp, block_on};

/// What `/health/ready` says.
async fn ready(app: &TestApp) -> (u16, String) {
    let page = app.anonymous().get("/health/ready").await;
    (page.status, page.body)
}

#[test]
fn a_full_disk_is_said_until_something_can_be_written_again_and_costs_nobody_a_fault() {
    block_on(async {
        let app = TestApp::start(DatabaseKind::Sqlite).await;
        let writer = app.context().db.writer();
        let visitor = app.anonymous();
        assert_eq!(ready(&app).await, (200, "ready\n".to_owned()));

        // No page more than there are: what SQLite says then, it says of a full disk.
        writer.execute_unprepared("PRAGMA max_page_count = 1").await.expect("it is set");
        let page = visitor.get("/inloggen").await;
        let mut turn = 0;
        let refused = loop {
            turn += 1;
            let email = format!("anna{turn}@school.example");
            let answer = page.submit(&visitor, "main form", &[("email", email.as_str())]).await;
            if answer.status != 303 {
                break answer;
            }
        };
        let full = ready(&app).await;
        writer.execute_unprepared("PRAGMA max_page_count = 1000000").await.expect("it is set");
        heartbeats::beat(writer, Worker::Mail, app.now()).await.expect("there is room");

        assert_eq!(refused.status, 503, "{}", refused.body);
        assert_eq!(refused.headers.get("retry-after").expect("when to come again"), "60");
        assert_eq!(full, (503, "the disk of the database is full, or cannot be written\n".to_owned()));
        assert_eq!(ready(&app).await, (200, "ready\n".to_owned()));
    });
}

#[test]
fn a_file_that_is_no_longer_a_database_or_no_longer_there_is_said() {
    block_on(async {
        let app = TestApp::start(DatabaseKind::Sqlite).await;
        let path = app.database.folder.path().join("test.db");
        let good = std::fs::read(&path).expect("it is there");

        let mut bad = good.clone();
        bad[..16].copy_from_slice(b"This is a letter");
        std::fs::write(&path, bad).expect("it is written");
        let damaged = ready(&app).await;
        std::fs::write(&path, good).expect("it is written");
        assert_eq!(ready(&app).await.0, 200);
        std::fs::rename(&path, path.with_extension("elsewhere")).expect("it is moved");
        let gone = ready(&app).await;

        assert_eq!(damaged, (503, "the database is damaged\n".to_owned()));
        assert_eq!(gone, (503, "the database does not answer\n".to_owned()));
    });
}

#[test]
fn what_nobody_reads_is_looked_through_and_doctor_says_what_to_do() {
    block_on(async {
        let program = Program::migrated(DatabaseKind::Sqlite).await;
        let path = program.database.folder.path().join("test.db");
        assert!(program.run(&["doctor"]).out.contains("ok    database: answers, and is up to date"));

        let mut bytes = std::fs::read(&path).expect("it is there");
        let page_bytes = usize::from(u16::from_be_bytes([bytes[16], bytes[17]]));
        // Not the first page, where the tables are listed; the leaves of some index or table among the others.
        for page in bytes.chunks_mut(page_bytes).skip(1).filter(|page| page[0] == 10 || page[0] == 13) {
            page[3..5].copy_from_slice(&[0xff, 0xff]);
        }
        std::fs::write(&path, bytes).expect("it is written");
        let told = program.run(&["doctor"]);

        assert_eq!(told.code, Some(1), "{told:?}");
        assert!(told.out.contains("FAIL  database: the database is damaged. Stop `serve`"), "{told:?}");
    });
}
