//! What is left of a database whose disk was full for a while. Only SQLite: PostgreSQL has a disk of its own.

use chrono::{DateTime, TimeDelta, Utc};
use koppelklaar::store::operations::job_slots::{self, Slot};
use koppelklaar::store::{ConnectionTrait, Db};

use crate::support::run;

/// Whether a slot was free; it is taken after this.
async fn take(conn: &impl ConnectionTrait, now: DateTime<Utc>, name: &str) -> bool {
    let taken =
        job_slots::claim(conn, name, now, Slot { first_at: now, next_at: now + TimeDelta::days(1), furthest: None })
            .await;
    taken.expect("there is room for a small row")
}

#[test]
fn what_is_committed_after_the_disk_was_full_is_there_for_others() {
    run(|app| async move {
        if app.database.is_postgres() {
            return;
        }
        let now = app.now();
        let db = &app.context().db;
        // No page more than there are: what the next row needs is not there.
        db.writer().execute_unprepared("PRAGMA max_page_count = 1").await.expect("SQLite takes the lowest it can");
        let tx = db.begin_write().await.expect("nobody else writes");
        let too_large = job_slots::claim(
            tx.conn(),
            &"x".repeat(1_000_000),
            now,
            Slot { first_at: now, next_at: now, furthest: None },
        )
        .await;
        assert!(too_large.is_err());
        drop(tx);

        let undone = db.begin_write().await.expect("nobody else writes");
        assert!(take(undone.conn(), now, "undone").await);
        drop(undone);
        let tx = db.begin_write().await.expect("nobody else writes");
        assert!(take(tx.conn(), now, "done").await);
        tx.commit().await.expect("there is room");

        let other = Db::connect(&app.database.url).await.expect("the database opens");
        let is_done = !take(other.writer(), now, "done").await;
        let is_undone = take(other.writer(), now, "undone").await;
        assert!(is_done, "what was committed is not there");
        assert!(is_undone, "what was rolled back is there");
    });
}
