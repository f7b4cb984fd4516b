//! What one check learns of a server and the next one uses.

use koppelklaar::domain::check::{CheckCode, Way};
use koppelklaar::simulator::SchoolScript;
use koppelklaar::simulator::script::{BodyScript, LoginScript, TlsScript};

use super::support::{Checks, run};

#[test]
fn where_a_server_reads_and_until_when_its_certificate_holds_are_kept_from_check_to_check() {
    run(|checks: Checks| async move {
        let school = checks.school("12AB", "bonhoeffer").await;
        let day = chrono::NaiveDate::from_ymd_opt(2091, 5, 7).expect("a day");
        let url_only = SchoolScript { body: BodyScript::Html, tls: TlsScript::Until(day), ..SchoolScript::default() };
        checks.sets(&school, "bonhoeffer", url_only.clone()).await;

        let first = (checks.check(&school).await, checks.app.now());
        let second = checks.check(&school).await;
        checks.sets(&school, "bonhoeffer", SchoolScript { login: LoginScript::WrongPassword, ..url_only }).await;
        let third = checks.check(&school).await;

        assert_eq!((first.0, second, third), (CheckCode::Ok, CheckCode::Ok, CheckCode::LoginRefused));
        let calls: Vec<String> = checks.simulator.visits().into_iter().map(|visit| visit.call).collect();
        let learning = ["soap_login", "unread", "getdata", "logout"];
        let knowing = ["soap_login", "getdata", "logout"];
        assert_eq!(calls, [&learning[..], &knowing, &["soap_login"]].concat());
        let known = checks.connection(&school).await;
        let certificate = known.certificate.expect("it was seen");
        assert_eq!((known.way, certificate.until.date_naive(), certificate.seen_at), (Some(Way::Url), day, first.1));
    });
}
