//! The mails of a connection that goes, and those that tell of it beside others.

use super::{TERM, by_id, is_cleared, pass, withdraw};
use crate::support::database::{sql, texts};
use crate::support::{TestApp, TestSchool, run};

#[test]
fn a_mail_of_somebody_who_goes_on_elsewhere_that_tells_of_it_too_loses_its_bytes() {
    run(|app: TestApp| async move {
        let gone = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let living = app.school_by_services("Het Molenveld", "13CD", "molenveld").await;
        app.new_mails().await;
        withdraw(&app, &gone).await;
        app.new_mails().await;
        let of = |school: &TestSchool| by_id(&app, "connection_id", &school.connection.to_string());
        let kept = format!("SELECT kind FROM frozen_mail JOIN outbox ON outbox.id = mail_id WHERE {}", of(&living));
        pass(&app, &[TERM - 7]).await;
        let mail = format!("SELECT id FROM outbox WHERE {} ORDER BY id LIMIT 1", of(&living));
        let bytes = if app.database.is_postgres() { "'\\x00'::bytea" } else { "X'00'" };
        sql(&app.database.url, &format!("DELETE FROM frozen_mail WHERE mail_id IN ({mail})")).await;
        sql(
            &app.database.url,
            &format!("INSERT INTO frozen_mail SELECT id, {bytes}, created_at FROM outbox WHERE id IN ({mail})"),
        )
        .await;
        sql(&app.database.url, &format!("UPDATE outbox SET told_by = ({mail}) WHERE {}", of(&gone))).await;
        let before = texts(&app.database.url, &kept).await.len();

        pass(&app, &[7]).await;

        assert!(is_cleared(&app, &gone).await);
        assert_eq!(texts(&app.database.url, &kept).await.len(), before - 1);
    });
}
