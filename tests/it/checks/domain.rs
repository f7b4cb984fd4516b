//! A wrong school domain on the page of its check, and since when something is so.

use chrono::TimeDelta;
use koppelklaar::domain::connection::ConnectionDetails;
use koppelklaar::domain::onboarding::Command;
use koppelklaar::domain::onboarding::Step::{DetailsSubmitted, PasswordSet, PermissionsChecked, QueryExecuted};
use koppelklaar::domain::text::SchoolDomain;
use koppelklaar::links;
use koppelklaar::services::onboarding::details::{self, NewDetails};
use koppelklaar::simulator::SchoolScript;

use super::support::{Checks, run};
use crate::support::acting::reason;

#[test]
fn a_wrong_school_domain_is_shown_and_corrected_on_the_page_of_the_check() {
    run(|checks: Checks| async move {
        let school = checks.school("12AB", "bonhoefer").await;
        checks.app.claim(&school, QueryExecuted).await.expect("it is open");
        checks.behaves(&school, "bonhoefer", "unknown_host").await;
        checks.sets(&school, "bonhoeffer", SchoolScript::default()).await;
        let portal = checks.app.portal(&school).await;
        checks.check(&school).await;

        let page = portal.open("/verbinding").await;
        let wrong = page.submit(&portal, "[data-form=domain]", &[("domain", "bonhoeffer.magister.net")]).await;
        let given = page.submit(&portal, "[data-form=domain]", &[("domain", "bonhoeffer.swp.nl")]).await;
        let between = portal.open("/stap/details_submitted").await;
        checks.app.advance(TimeDelta::minutes(1));
        checks.run_all().await;
        let after = portal.open("/verbinding").await;
        let again = page.submit(&portal, "[data-form=domain]", &[("domain", "lyceum")]).await;

        assert!(page.text("[data-check]").contains("We zochten op https://bonhoefer.swp.nl."), "{}", page.body);
        assert_eq!((wrong.status, wrong.has("[data-error-for=domain]")), (422, true));
        assert_eq!((given.status, given.location()), (303, portal.at("/verbinding").as_str()), "{}", given.body);
        assert_eq!(between.text("[data-state] [data-tag]"), "Klaar", "nothing is known of the new one yet");
        assert_eq!(after.attributes("[data-check]", "data-check"), ["ok"]);
        assert!(!after.has("[data-form=domain]") && checks.state(&school).await.is_yes(QueryExecuted));
        assert_eq!((again.status, again.has("[data-refusal]")), (422, true), "what works is not corrected");
    });
}

#[test]
fn after_another_domain_kurve_reads_whom_to_vouch_for_also_where_all_was_said() {
    run(|checks: Checks| async move {
        let school = checks.school("12AB", "bonhoefer").await;
        for step in [QueryExecuted, PasswordSet, PermissionsChecked] {
            checks.app.claim(&school, step).await.expect("it is open");
        }
        checks.behaves(&school, "bonhoefer", "unknown_host").await;
        let (portal, staff) = (checks.app.portal(&school).await, checks.app.staff().await);
        checks.check(&school).await;
        let before = staff.get(links::STAFF).await;

        let page = portal.open("/verbinding").await;
        page.submit(&portal, "[data-form=domain]", &[("domain", "bonhoeffer.swp.nl")]).await;
        let row = staff.get(links::STAFF).await.text("[data-work=query_executed]");

        assert!(!before.has("[data-work=query_executed]"), "somebody can pick them up");
        assert!(row.contains("Toegang geven aan"), "{row}");
        checks.app.new_mails().await;
    });
}

#[test]
fn since_is_when_it_began_on_every_page() {
    run(|checks: Checks| async move {
        let school = checks.school("12AB", "bonhoeffer").await;
        checks.behaves(&school, "bonhoeffer", "html").await;
        checks.check(&school).await;
        let began = checks.app.now();
        checks.app.advance(TimeDelta::days(3));
        checks.check(&school).await;

        let staff = checks.app.staff().await;
        let row = staff.get(links::STAFF).await.text("[data-kind=check]");

        let date = koppelklaar::words::date_nl(began);
        assert!(row.contains(&date) && row.contains("Zoek uit waarom."), "{row}");
        let kurves = staff.get(&links::staff_school(links::STAFF_SCHOOL, school.connection)).await;
        let since = format!("Deze uitkomst sinds {}", koppelklaar::words::moment_nl(began)).replace(' ', "");
        assert!(kurves.text("main").replace(' ', "").contains(&since), "{}", kurves.body);
        let panel = checks.app.portal(&school).await.open("").await.text("[data-connection]");
        assert!(panel.contains(&format!("Dat is zo sinds {date}.")), "{panel}");
        assert_eq!(checks.connection(&school).await.newest().map(|newest| newest.since), Some(began));
    });
}

#[test]
fn what_was_found_at_another_school_domain_is_not_held_against_the_one_of_now() {
    run(|checks: Checks| async move {
        for by_kurve in [true, false] {
            let (brin, label) = if by_kurve { ("12AB", "bonhoeffer") } else { ("34CD", "lyceum") };
            let school = checks.open_school(brin, label).await;
            let known = checks.connection(&school).await;
            assert!(known.receipt.is_some() && known.certificate.is_some() && known.newest().is_some());
            let back = Command::SendBack {
                step: DetailsSubmitted,
                reason: reason("De school gaat naar een andere Magister."),
            };
            checks.app.command(checks.kurve, &school, &[back]).await;

            let file = checks.app.file(&school).await;
            let domain = SchoolDomain::parse(&format!("nieuw-{label}")).expect("a domain");
            let connection = ConnectionDetails { domain, ..file.connection.details.clone() };
            let new = NewDetails { connection, brin: None };
            let (context, id) = (checks.app.context(), school.connection);
            let done = match by_kurve {
                true => details::change(context, &checks.app.call(checks.kurve), id, &new, file.version).await,
                false => details::submit(context, &checks.app.call_of(&school), id, &new).await,
            };
            done.expect("nothing rests on them");

            let now = checks.connection(&school).await;
            assert_eq!((now.newest(), now.receipt, now.certificate, now.way), (None, None, None, None), "{label}");
            assert!(now.passed.is_none() && now.streak.is_none() && !now.is_lost, "{label}");
        }
        checks.app.new_mails().await;
    });
}
