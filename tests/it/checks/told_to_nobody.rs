//! Of whom a check asks nothing: who paused, stopped or waits for Kurve, and where nobody but Kurve can mend it.

use koppelklaar::domain::onboarding::Command;
use koppelklaar::domain::onboarding::Step::{AllowlistingRequested, PasswordSet, QueryExecuted};
use koppelklaar::links;

use super::support::{Checks, run};
use crate::support::acting::reason;

#[test]
fn the_page_of_the_check_asks_nothing_of_who_paused_stopped_or_is_stuck() {
    run(|checks: Checks| async move {
        for (number, label) in ["Op pauze", "Gestopt", "Lukt niet"].into_iter().enumerate() {
            let name = format!("school-{number}");
            let school = checks.school(&format!("1{number}AB"), &name).await;
            for step in [QueryExecuted, AllowlistingRequested] {
                checks.app.claim(&school, step).await.expect("its turn has come");
            }
            checks.behaves(&school, &name, "wrong_password").await;
            checks.check(&school).await;
            let portal = checks.app.portal(&school).await;
            let active = portal.open("/verbinding").await;
            assert_eq!(active.text("[data-check] .next-step__label"), "Jullie zijn aan de beurt");
            assert!(active.has("[data-by-itself]"));
            let until = checks.app.now().date_naive() + chrono::Days::new(9);
            let command = match label {
                "Op pauze" => Command::Pause { reason: reason("Toetsweek"), until },
                "Gestopt" => Command::Withdraw { school: school.id, reason: reason("Optie B"), chose_option_b: false },
                _ => Command::ReportStuck { step: PasswordSet, reason: reason("Geen knop") },
            };
            checks.app.command(checks.app.call_of(&school).actor, &school, &[command]).await;

            let page = portal.open("/verbinding").await;
            let card = page.text("[data-check] .next-step");
            let step = portal.open("/stap/password_set").await;

            let turn = match label {
                "Op pauze" => "De koppeling staat op pauze",
                "Gestopt" => "De koppeling is gestopt",
                _ => "Kurve is aan de beurt",
            };
            assert_eq!(page.text("[data-check] .next-step__label"), turn, "{label}");
            assert!(card.contains("Inloggen geweigerd"), "{label}: {card}");
            assert!(!card.contains("Vul ") && !card.contains("Beheer > Webservices"), "{label}: {card}");
            assert!(!step.has("[data-to-do]"), "{label}: {}", step.body);
            let is_stuck = label == "Lukt niet";
            assert_eq!(page.has("[data-by-itself]"), is_stuck, "{label}");
            let places = page.attributes("[data-action=fix]", "href");
            assert_eq!(places, if is_stuck { vec![portal.at("/stap/password_set")] } else { vec![] }, "{label}");
            if label == "Op pauze" {
                let panel = portal.open("").await.text("[data-connection]");
                assert!(!panel.contains("Bekijk wat je kunt doen"), "{panel}");
            }
            checks.app.new_mails().await;
        }
    });
}

#[test]
fn of_a_bad_certificate_kurve_is_sent_to_magister_and_the_school_to_nobody() {
    run(|checks: Checks| async move {
        let school = checks.school("12AB", "bonhoeffer").await;
        checks.behaves(&school, "bonhoeffer", "expired").await;
        checks.check(&school).await;

        let own = checks.app.portal(&school).await.open("/verbinding").await.text("[data-check]");
        let staff = checks.app.staff().await;
        let row = staff.get(links::STAFF).await.text("[data-kind=check][data-work=check]");

        assert!(own.contains("Je hoeft niets te doen"), "{own}");
        assert!(row.contains("Vraag Magister om een goed certificaat.") && !row.contains("Vraag de school"), "{row}");
    });
}
