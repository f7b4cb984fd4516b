//! A list without pupils, or with far fewer than before, holds the import until it is whole or Kurve lets it through.

use chrono::TimeDelta;
use koppelklaar::domain::check::CheckCode;
use koppelklaar::domain::import_gate::verdict_of_all;
use koppelklaar::domain::onboarding::{Command, Ground, Refusal};
use koppelklaar::links;
use koppelklaar::services::ServiceError;
use koppelklaar::services::onboarding::onboardings;
use koppelklaar::simulator::SchoolScript;
use koppelklaar::simulator::script::ListScript;

use super::support::{Checks, run};
use crate::journey::verdict_of;
use crate::support::TestSchool;
use crate::support::acting::reason;

impl Checks {
    async fn check_of_rows(&self, school: &TestSchool, rows: u32) -> (CheckCode, bool) {
        let list = ListScript { rows, without_opleidingscode: 0, ..ListScript::default() };
        self.sets(school, "bonhoeffer", SchoolScript { list, ..SchoolScript::default() }).await;
        let code = self.check(school).await;
        (code, verdict_of_all(&self.state(school).await).is_open())
    }

    async fn receipt_rows(&self, school: &TestSchool) -> Option<u32> {
        self.connection(school).await.receipt.map(|receipt| receipt.counts.rows)
    }
}

#[test]
fn a_list_that_collapsed_closes_the_import_tells_once_and_a_whole_one_opens_it_by_itself() {
    run(|checks: Checks| async move {
        let school = checks.open_school("12AB", "bonhoeffer").await;

        let held = checks.check_of_rows(&school, 305).await;
        let mails = checks.app.new_mails().await;
        let page = checks.app.portal(&school).await.open("/stap/activation_confirmed").await.text("[data-fallen]");
        checks.app.new_mails().await;
        checks.app.advance(TimeDelta::minutes(30));
        let tried_again = checks.run_all().await;
        let empty = checks.check_of_rows(&school, 0).await;
        let silence = checks.mailed().await;
        let kept = checks.receipt_rows(&school).await;
        let whole = checks.check_of_rows(&school, 600).await;

        assert_eq!(held, (CheckCode::ListShrunk, false));
        let mut to: Vec<&str> = mails.iter().map(|mail| mail.to.as_str()).collect();
        to.sort_unstable();
        assert_eq!(to, [school.email.as_str(), "support@kurve.nl"]);
        for mail in &mails {
            let said = mail.text.split_whitespace().collect::<Vec<_>>().join(" ");
            let subject = match mail.to == school.email {
                true => "Importeer nu niet in Numo, kijk of de lijst klopt – koppeling Numo (School 12AB)",
                false => "Importeren kan niet meer, kijk of de lijst klopt: School 12AB (12AB)",
            };
            assert_eq!(mail.subject, subject);
            let why = "Waarom: In de lijst staat minder dan de helft van de leerlingen van eerder.";
            assert!(said.contains(why) && said.contains("of de lijst klopt. Klopt het?"), "{said}");
        }
        assert!(
            page.contains("minder dan de helft van de leerlingen van eerder. Daarom kunnen jullie nu niet importeren."),
            "{page}"
        );
        assert_eq!((tried_again, empty, silence), (1, (CheckCode::ListEmpty, false), vec![]));
        assert_eq!((kept, whole), (Some(612), (CheckCode::Ok, true)));
        assert_eq!(checks.receipt_rows(&school).await, Some(600));
    });
}

#[test]
fn what_kurve_lets_through_is_what_the_next_lists_are_held_against() {
    run(|checks: Checks| async move {
        let school = checks.open_school("12AB", "bonhoeffer").await;
        let mut seen = vec![];
        for rows in [300, 300, 310, 100, 0, 0] {
            if !verdict_of_all(&checks.state(&school).await).is_open() {
                let without = checks.activate(&school).await;
                assert!(matches!(without, Err(ServiceError::Refused(Refusal::ReasonNeeded))), "{without:?}");
                let why = "Dit zijn alleen de eersteklassers, zo is het afgesproken.";
                checks.activate_despite(&school, why).await.expect("Kurve lets it through");
            }
            let (code, is_open) = checks.check_of_rows(&school, rows).await;
            seen.push((rows, code, is_open, checks.receipt_rows(&school).await));
        }

        use CheckCode::{ListEmpty, ListShrunk, Ok};
        assert_eq!(
            seen,
            [
                (300, ListShrunk, false, Some(612)),
                (300, Ok, true, Some(300)),
                (310, Ok, true, Some(310)),
                (100, ListShrunk, false, Some(310)),
                // Held against the hundred that were let through, and those without pupils anew.
                (0, ListEmpty, false, Some(310)),
                (0, ListEmpty, true, Some(0)),
            ]
        );
    });
}

#[test]
fn before_the_import_is_open_an_empty_list_takes_nothing_away() {
    run(|checks: Checks| async move {
        let school = checks.school("12AB", "bonhoeffer").await;

        let empty = checks.check_of_rows(&school, 0).await;
        let filled = checks.check_of_rows(&school, 9).await;

        assert_eq!((empty, filled), ((CheckCode::ListEmpty, false), (CheckCode::Ok, false)));
        assert_eq!(checks.mailed().await, []);
        assert_eq!(checks.connection(&school).await.held_rows, None);
    });
}

#[test]
fn a_list_that_collapsed_holds_every_school_of_the_connection_and_is_let_through_for_one_alone() {
    run(|checks: Checks| async move {
        let first = checks.open_school("12AB", "bonhoeffer").await;
        let noord = checks.app.school_beside(checks.kurve, &first, "Noord", "13CD").await;
        let zuid = checks.app.school_beside(checks.kurve, &first, "Zuid", "14EF").await;
        checks.app.activate(checks.kurve, &[&noord, &zuid]).await;
        checks.app.new_mails().await;
        let key = checks.app.api_key().await;
        let verdicts = async || {
            let mut all = vec![];
            for school in [&first, &noord, &zuid] {
                let told = verdict_of(&checks.app, &key, &school.brin).await;
                all.push(told["verdict"].as_str().expect("a word").to_owned());
            }
            all
        };
        let before = verdicts().await;

        let held = checks.check_of_rows(&first, 305).await;
        let told = checks.mailed().await;
        let on_hold = verdicts().await;
        let own = checks.app.portal(&first).await.open("/verbinding").await;
        let row = checks.app.staff().await.get(links::STAFF).await.text("[data-kind=activate]");
        checks.app.new_mails().await;
        let again = checks.check_of_rows(&first, 305).await;
        let silence = checks.mailed().await;
        let one = |ground| Command::Activate { school: noord.id, ground };
        let call = checks.app.call(checks.kurve);
        let without = onboardings::act(checks.app.context(), &call, noord.connection, &one(Ground::Word), None).await;
        let why = Ground::Remark(reason("Noord heeft alleen de brugklas in deze lijst."));
        onboardings::act(checks.app.context(), &call, noord.connection, &one(why), None).await.expect("with a reason");
        checks.check_of_rows(&first, 305).await;
        let one_through = verdicts().await;
        checks.check_of_rows(&first, 612).await;
        let whole = verdicts().await;

        assert_eq!((before, held, again), (vec!["open".to_owned(); 3], (CheckCode::ListShrunk, false), held));
        assert_eq!(on_hold, ["closed"; 3]);
        let to: Vec<&str> = told.iter().map(|(to, _)| to.as_str()).collect();
        assert_eq!(to, [first.email.as_str(), "support@kurve.nl"], "once each, about all three: {told:?}");
        let is_of_list = |subject: &str| subject.contains("3 scholen") && subject.contains("kijk of de lijst klopt");
        assert!(told.iter().all(|(_, subject)| is_of_list(subject)), "{told:?}");
        assert_eq!(own.text("[data-check] .next-step__title"), "De lijst is veel korter dan eerder");
        assert!(own.text("[data-check]").contains("Importeer nu niet."), "{}", own.body);
        assert!(row.contains("3 scholen activeren") && row.contains("lijst veel korter"), "{row}");
        assert_eq!(silence, []);
        assert!(matches!(without, Err(ServiceError::Refused(Refusal::ReasonNeeded))), "{without:?}");
        assert_eq!(one_through, ["closed", "open", "closed"]);
        assert_eq!(whole, ["open"; 3]);
        checks.app.new_mails().await;
    });
}
