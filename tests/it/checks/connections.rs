//! The connections page through the front door: who was never checked, who fails, who is lost, and how long rungs took.

use chrono::TimeDelta;
use koppelklaar::domain::actor::StaffRole;
use koppelklaar::domain::check::{CheckCode, Rung};
use koppelklaar::domain::onboarding::Step;
use koppelklaar::jobs::Job;
use koppelklaar::links;
use koppelklaar::simulator::SchoolScript;
use strum::IntoEnumIterator;

use super::support::{Checks, PROVABLE, run};
use crate::support::{Page, Visitor};

/// The schools of a list with how each stands, in its order.
fn rows(page: &Page) -> Vec<(String, String)> {
    let codes = page.attributes("[data-connection-row]", "data-connection-row");
    page.texts("[data-connection-row] th").into_iter().zip(codes).collect()
}

async fn chosen(staff: &Visitor, choice: &str) -> Vec<(String, String)> {
    rows(&staff.get(&format!("{}?uitkomst={choice}", links::STAFF_CONNECTIONS)).await)
}

#[test]
fn who_was_never_checked_who_fails_and_who_is_lost_is_found() {
    run(|checks: Checks| async move {
        for (brin, label) in [("12AB", "werkt"), ("12AC", "ook"), ("12AD", "zeker")] {
            checks.open_school(brin, label).await;
        }
        let lost = checks.open_school("34CD", "kwijt").await;
        checks.behaves(&lost, "kwijt", "wrong_password").await;
        checks.fail_for_hours(&lost).await;
        let fails = checks.school("56EF", "mis").await;
        checks.behaves(&fails, "mis", "no_rows").await;
        assert_eq!(checks.check(&fails).await, CheckCode::ListEmpty);
        checks.school("78GH", "nooit").await;
        checks.app.new_mails().await;
        let staff = checks.app.staff().await;

        let all = staff.get(links::STAFF_CONNECTIONS).await;

        let row = |school: &str, code: &str| (format!("School {school}"), code.to_owned());
        assert_eq!(chosen(&staff, "nooit").await, [row("78GH", "never")]);
        assert_eq!(chosen(&staff, "mis").await, [row("34CD", "login_refused"), row("56EF", "list_empty")]);
        assert_eq!(chosen(&staff, "kwijt").await, [row("34CD", "login_refused")]);
        assert_eq!(chosen(&staff, "list_empty").await, [row("56EF", "list_empty")]);
        assert_eq!(rows(&all).len(), 6);
        let tally = all.attributes("[data-tally-row]", "data-tally-row");
        assert_eq!(tally, ["ok", "login_refused", "list_empty", "never"]);
        assert_eq!(all.texts("[data-tally-row] td.num"), ["3", "1", "1", "1"]);
        assert!(
            all.text("[data-tally] figcaption").contains(
                "3 van de 6 verbindingen werken. Bij 1 school werkt de \
                verbinding niet meer"
            ),
            "{}",
            all.body
        );
        assert!(all.text("[data-connection-row=never]").contains("Nog niet gecontroleerd"));
        assert!(all.text("[data-connection-row=login_refused]").contains("Werkte eerst, nu niet meer"));

        checks.app.advance(TimeDelta::days(2));
        let staff = checks.app.staff_as("later@kurve.nl", StaffRole::Support).await;
        let old = chosen(&staff, "ouder-dan-dag").await;
        assert!(old.len() == 5 && !old.contains(&row("78GH", "never")), "{old:?}");
    });
}

#[test]
fn a_connection_that_only_kurve_can_mend_is_on_its_worklist_and_in_its_digest_until_it_works() {
    run(|checks: Checks| async move {
        let (ours, theirs) = (checks.school("12AB", "oud").await, checks.school("34CD", "leeg").await);
        checks.behaves(&ours, "oud", "expired").await;
        checks.behaves(&theirs, "leeg", "no_rows").await;
        assert_eq!(checks.check(&ours).await, CheckCode::CertificateInvalid);
        assert_eq!(checks.check(&theirs).await, CheckCode::ListEmpty);
        checks.app.new_mails().await;
        let staff = checks.app.staff().await;

        let worklist = staff.get(links::STAFF).await;
        checks.app.clock.set("2026-11-24T07:30:00Z".parse().expect("a moment"));
        checks.app.run(Job::Digest).await;
        let digest = checks.app.only_mail_to("support@kurve.nl").await;
        checks.behaves(&ours, "oud", "right").await;
        assert_eq!(checks.check(&ours).await, CheckCode::Ok);
        let staff = checks.app.staff_as("later@kurve.nl", StaffRole::Support).await;
        let later = staff.get(links::STAFF).await;

        let row = worklist.text("[data-kind=check]");
        assert!(row.starts_with("School 12AB 12AB · ") && row.contains("Verbinding Certificaat ongeldig"), "{row}");
        assert!(row.contains("Laatste controle: maandag 23 november 2026 om "), "{row}");
        let page = links::staff_school(links::STAFF_CONNECTION, ours.connection);
        assert_eq!(worklist.attributes("[data-kind=check] .work__do a", "href"), [page]);
        let text = digest.text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains("Verbinding die Kurve moet nakijken: - School 12AB"), "{}", digest.text);
        assert!(!later.has("[data-kind=check]"), "{}", later.body);
    });
}

#[test]
fn a_check_that_failed_is_said_to_who_activates_and_is_the_next_thing_for_a_school_that_did_all() {
    run(|checks: Checks| async move {
        let school = checks.school("12AB", "leeg").await;
        for step in PROVABLE.into_iter().chain([Step::ConsentGiven]) {
            checks.app.claim(&school, step).await.expect("it is open");
        }
        let (portal, staff) = (checks.app.portal(&school).await, checks.app.staff().await);
        let look = async || {
            let (overview, worklist) = (portal.open("").await, staff.get(links::STAFF).await);
            (overview.attributes("[data-next]", "data-next").remove(0), worklist.texts("[data-remark]"))
        };

        let before = look().await;
        checks.behaves(&school, "leeg", "no_rows").await;
        assert_eq!(checks.check(&school).await, CheckCode::ListEmpty);
        let failed = look().await;
        checks.behaves(&school, "leeg", "right").await;
        assert_eq!(checks.check(&school).await, CheckCode::Ok);
        let after = look().await;

        let activation = "activation_confirmed";
        assert_eq!(before, (activation.to_owned(), vec![]));
        assert_eq!(failed, ("connection".to_owned(), vec!["Laatste controle: lijst is leeg".to_owned()]));
        let [passed] = &after.1[..] else { panic!("one row says how it went: {after:?}") };
        assert_eq!(after.0, activation);
        assert!(
            passed.starts_with("Controle van maandag 23 november 2026") && passed.ends_with("geslaagd"),
            "{passed}"
        );
    });
}

#[test]
fn what_magister_said_of_an_unknown_answer_is_for_kurve_alone() {
    run(|checks: Checks| async move {
        let school = checks.school("12AB", "bonhoeffer").await;
        checks.behaves(&school, "bonhoeffer", "not_xml").await;
        let (portal, staff) = (checks.app.portal(&school).await, checks.app.staff().await);

        let id = checks.ask(&school).await.expect("it may be asked for").to_string();
        checks.run_all().await;

        let of_kurve = staff.get(&links::fill(links::STAFF_CHECK, &[&school.connection.to_string(), &id])).await;
        let of_school = portal.open(&format!("/verbinding/{id}")).await;
        assert!(of_kurve.text("[data-details]").contains("Er is iets misgegaan"), "{}", of_kurve.body);
        assert!(of_school.has("[data-check=unexpected_answer]") && !of_school.body.contains("Er is iets misgegaan"));
    });
}

#[test]
fn each_rung_has_its_own_time_and_together_they_are_the_check() {
    run(|checks: Checks| async move {
        let school = checks.school("12AB", "bonhoeffer").await;
        let pause_ms = 300;
        checks.sets(&school, "bonhoeffer", SchoolScript { pause_ms, ..SchoolScript::default() }).await;
        let (portal, staff) = (checks.app.portal(&school).await, checks.app.staff().await);
        let id = checks.ask(&school).await.expect("it may be asked for");
        let began = std::time::Instant::now();

        checks.run_all().await;

        let took = began.elapsed().as_millis();
        let done = checks.find(id).await;
        let result = done.result().expect("it was made");
        assert!(result.times.iter().map(|time| time.rung).eq(Rung::iter()), "{:?}", result.times);
        assert_eq!(result.millis(), result.times.iter().map(|time| time.millis).sum::<u32>());
        // A pause in the handshake, the log-in, the list and the log-out; the last is not a rung's.
        for time in &result.times {
            let is_paused = [Rung::Tls, Rung::Login, Rung::Data].contains(&time.rung);
            assert!(!is_paused || u64::from(time.millis) >= pause_ms - 1, "{:?}", result.times);
        }
        assert!(u128::from(result.millis()) + u128::from(pause_ms) <= took + 10, "{} of {took}", result.millis());
        let shown = portal.open(&format!("/verbinding/{id}")).await;
        let said = result.times.iter().map(|time| koppelklaar::words::seconds_nl(time.millis)).collect::<Vec<_>>();
        assert_eq!(shown.texts("[data-rung] .meta"), said);
        let of_kurve =
            staff.get(&links::fill(links::STAFF_CHECK, &[&school.connection.to_string(), &id.to_string()])).await;
        let whole = koppelklaar::words::seconds_nl(result.millis());
        assert!(of_kurve.text("[data-details]").contains(&whole), "{}", of_kurve.body);
    });
}
