//! Who watches a check while something is taken from them.

use http_body_util::BodyExt;
use koppelklaar::links;

use super::support::{Checks, run};
use crate::support::database::sql;

#[test]
fn who_is_signed_out_while_a_page_is_open_sees_no_more_of_it() {
    run(|checks: Checks| async move {
        let school = checks.school("12AB", "bonhoeffer").await;
        let (portal, staff) = (checks.app.portal(&school).await, checks.app.staff().await);
        let check = checks.ask(&school).await.expect("it may be asked for");
        let mut streams = [
            portal.listen(&links::SCHOOL_CHECK_LIVE.check(school.connection, check)).await,
            staff.listen(&links::staff_check(links::STAFF_CHECK_LIVE, school.connection, check)).await,
        ];
        let mut seen = vec![];
        for stream in &mut streams {
            let first = stream.frame().await.expect("an event").expect("it is whole");
            seen.push(first.into_data().expect("text"));
        }

        sql(&checks.app.database.url, "DELETE FROM session").await;
        checks.run_all().await;

        for (stream, first) in streams.into_iter().zip(seen) {
            let rest = stream.collect().await.expect("the stream ends").to_bytes();
            assert!(String::from_utf8_lossy(&first).contains("\"is_done\":false"));
            assert_eq!(String::from_utf8_lossy(&rest), "");
        }
    });
}

#[test]
fn who_is_removed_while_a_page_is_open_sees_no_more_of_it_though_signed_in_for_another_school() {
    run(|checks: Checks| async move {
        let school = checks.school("12AB", "bonhoeffer").await;
        let portal = checks.app.portal(&school).await;
        let check = checks.ask(&school).await.expect("it may be asked for");
        let mut stream = portal.listen(&links::SCHOOL_CHECK_LIVE.check(school.connection, check)).await;
        let first = stream.frame().await.expect("an event").expect("it is whole").into_data().expect("text");

        let gone = format!("UPDATE contact SET removed_at = created_at WHERE email = '{}'", school.email);
        checks.app.rewrite(&gone).await;
        checks.run_all().await;

        let rest = stream.collect().await.expect("the stream ends").to_bytes();
        assert!(String::from_utf8_lossy(&first).contains("\"is_done\":false"));
        assert_eq!(String::from_utf8_lossy(&rest), "");
    });
}
