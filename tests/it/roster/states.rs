//! How far a school is, taken over from a file.

use koppelklaar::domain::check::CheckPolicy;
use koppelklaar::domain::import_gate::{Verdict, verdict};
use koppelklaar::domain::onboarding::{Evidence, Gone, Ground, Party, Step};
use koppelklaar::domain::roster::MailChoice;
use koppelklaar::domain::text::{Brin, Reason};
use koppelklaar::services::onboarding::onboardings::{self, ConnectionFile};
use koppelklaar::store::onboarding::schools;
use strum::IntoEnumIterator;

use super::{carry_out, terms};
use crate::support::{TestApp, run};

const HEAD: &str = "School;BRIN;Domein;Regio;Contact;E-mail;Rol;Stand\n";

async fn file_of(app: &TestApp, brin: &str) -> ConnectionFile {
    let found = schools::find_by_brin(app.context().db.reader(), &Brin::parse(brin).expect("a BRIN")).await;
    let school = found.expect("the store answers").expect("the school is here");
    onboardings::load_file(app.context(), school.connection).await.expect("the connection is here")
}

#[test]
fn steps_are_confirmed_by_kurve_with_the_file_as_ground() {
    run(|app: TestApp| async move {
        let kurve = app.kurve().await;
        let csv = format!(
            "{HEAD}De Zon;98ZB;zon;Zuid;Els van Dam;els@zon.example;SB;\"consent gegeven, allowlisting bevestigd\"\n"
        );

        carry_out(&app, kurve, csv.as_bytes(), &terms("delta.csv", MailChoice::None)).await;

        let file = file_of(&app, "98ZB").await;
        let yes: Vec<Step> = Step::iter().filter(|step| file.state.is_yes(*step)).collect();
        assert_eq!(
            yes,
            [Step::ConsentGiven, Step::DetailsSubmitted, Step::AllowlistingRequested, Step::AllowlistingConfirmed]
        );
        let (evidence, given) = file.state.answer(Step::ConsentGiven).expect("it is yes").strongest();
        let ground = Reason::parse("Uit delta.csv, rij 2: consent gegeven, allowlisting bevestigd").expect("a reason");
        assert_eq!((evidence, given.by, &given.ground), (Evidence::Confirmed, kurve, &Ground::Remark(ground)));
        assert_eq!(file.state.holder(Step::CredentialsIssued), Some(Party::Kurve));
    });
}

#[test]
fn an_open_import_is_open_and_a_password_that_falls_is_kurves_to_renew() {
    run(|app: TestApp| async move {
        let kurve = app.kurve().await;
        let csv = format!("{HEAD}De Zon;98ZB;zon;Zuid;Els van Dam;els@zon.example;SB;import open\n");

        carry_out(&app, kurve, csv.as_bytes(), &terms("delta.csv", MailChoice::None)).await;

        let file = file_of(&app, "98ZB").await;
        assert_eq!(verdict(&file.state, file.schools[0].id), Verdict::Open);
        assert_eq!(file.state.access().gone(), Some(Gone::Proven));
        let command = koppelklaar::domain::onboarding::Command::SendBack {
            step: Step::PasswordSet,
            reason: Reason::parse("De school weet het niet meer.").expect("a reason"),
        };
        let back = onboardings::act(app.context(), &app.call(kurve), file.connection.id, &command, None).await;
        back.expect("Kurve may");
        assert_eq!(file_of(&app, "98ZB").await.state.holder(Step::PasswordSet), Some(Party::Kurve));
        // The file says nothing of what fell since.
        let again = carry_out(&app, kurve, csv.as_bytes(), &terms("delta.csv", MailChoice::None)).await;
        assert_eq!(again, [0, 0, 0, 1]);
    });
}

#[test]
fn the_pages_of_a_school_whose_password_was_never_here_can_be_read() {
    run(|app: TestApp| async move {
        let kurve = app.kurve().await;
        let csv = format!(
            "{HEAD}De Zon;98ZB;zon;Zuid;Els van Dam;els@zon.example;SB;import open\n\
             De Maan;98MA;maan;Zuid;Els van Dam;els@zon.example;SB;wachtwoord ingesteld\n"
        );
        carry_out(&app, kurve, csv.as_bytes(), &terms("delta.csv", MailChoice::None)).await;
        let (staff, els) = (app.staff().await, app.portal_as("els@zon.example").await);

        for brin in ["98ZB", "98MA"] {
            let id = file_of(&app, brin).await.connection.id;
            let page = staff.get(&format!("/beheer/scholen/{id}")).await;
            assert_eq!(page.status, 200, "{}", page.body);
            assert!(page.body.contains("delta.csv"), "the ground is shown");
            assert_eq!(staff.get(&format!("/beheer/scholen/{id}/verbinding")).await.status, 200);
            assert_eq!(els.get(&format!("/school/{id}")).await.status, 200);
            for step in Step::iter() {
                let page = els.get(&format!("/school/{id}/stap/{}", step.as_str())).await;
                assert_eq!(page.status, 200, "{brin} {}", step.as_str());
            }
        }
        assert_eq!(staff.get("/beheer").await.status, 200);
    });
}

#[test]
fn where_activation_takes_a_check_the_rest_is_taken_over() {
    crate::support::on_each_database(async |kind| {
        use crate::support::app::nonzero;
        let allowance = koppelklaar::web::rate_limit::Allowance { per_client: nonzero(100), per_address: nonzero(100) };
        let magister = koppelklaar::magister::Magister::new(
            koppelklaar::net::Reach::nowhere(),
            koppelklaar::magister::Limits::default(),
            koppelklaar::chance::Chance::seeded(8),
        );
        let app = TestApp::start_checking(kind, allowance, magister, CheckPolicy::Require).await;
        let kurve = app.kurve().await;
        let csv = format!("{HEAD}De Zon;98ZB;zon;Zuid;Els van Dam;els@zon.example;SB;import open\n");

        carry_out(&app, kurve, csv.as_bytes(), &terms("delta.csv", MailChoice::None)).await;

        let file = file_of(&app, "98ZB").await;
        assert!(!file.state.is_yes(Step::ActivationConfirmed) && file.state.is_yes(Step::PasswordSet));
        app.finish().await;
    });
}
