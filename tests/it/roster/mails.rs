//! What contacts hear of a file.

use koppelklaar::domain::roster::MailChoice;

use super::files::{self, MadeFile};
use super::{carry_out, terms};
use crate::support::{TestApp, run};

const CSV: &str = "School;BRIN;Domein;Regio;Contact;E-mail;Rol;Stand\n\
    De Zon;98ZB;zon;Zuid;Els van Dam;els@zon.example;superbeheerder;consent gegeven\n\
    De Maan;98MA;maan;Zuid;Els van Dam;els@zon.example;superbeheerder;import open\n\
    De Ster;98ST;ster;Zuid;Bo Bos;bo@ster.example;contactpersoon;\n";

/// To whom what goes.
async fn told(app: &TestApp) -> Vec<(String, String)> {
    app.advance(chrono::TimeDelta::minutes(11));
    let mut told: Vec<_> = app.new_mails().await.into_iter().map(|mail| (mail.to, mail.subject)).collect();
    told.sort();
    told
}

#[test]
fn nobody_hears_of_it_where_no_mail_was_chosen() {
    run(|app: TestApp| async move {
        let kurve = app.kurve().await;

        carry_out(&app, kurve, CSV.as_bytes(), &terms("delta.csv", MailChoice::None)).await;

        assert_eq!(told(&app).await, []);
    });
}

#[test]
fn each_person_gets_one_mail_over_all_their_schools() {
    run(|app: TestApp| async move {
        let kurve = app.kurve().await;

        carry_out(&app, kurve, CSV.as_bytes(), &terms("delta.csv", MailChoice::One)).await;
        app.advance(chrono::TimeDelta::minutes(11));
        let mails = app.new_mails().await;

        let to: Vec<&str> = mails.iter().map(|mail| mail.to.as_str()).collect();
        assert_eq!(to.len(), 2, "{to:?}");
        let els = mails.iter().find(|mail| mail.to == "els@zon.example").expect("she is told");
        assert!(els.text.contains("De Zon (98ZB)") && els.text.contains("De Maan (98MA)"), "{}", els.text);
        assert!(els.text.contains("Jullie kunnen importeren."), "{}", els.text);
        let bo = mails.iter().find(|mail| mail.to == "bo@ster.example").expect("he is told");
        assert!(bo.text.contains("Nu te doen") && !bo.text.contains("De Zon"), "{}", bo.text);
    });
}

#[test]
fn the_ordinary_mails_go_as_from_the_pages() {
    run(|app: TestApp| async move {
        let kurve = app.kurve().await;

        carry_out(&app, kurve, CSV.as_bytes(), &terms("delta.csv", MailChoice::Ordinary)).await;

        let told = told(&app).await;
        let to = |address: &str| told.iter().filter(|(to, _)| to == address).count();
        assert_eq!((to("els@zon.example"), to("bo@ster.example")), (2, 1), "{told:?}");
    });
}

#[test]
fn a_board_hears_once_for_each_contact() {
    run(|app: TestApp| async move {
        let kurve = app.kurve().await;
        let MadeFile { name, bytes } = files::board(files::SHARE);

        carry_out(&app, kurve, &bytes, &terms(name, MailChoice::One)).await;

        assert_eq!(told(&app).await.len(), 8);
    });
}

#[test]
fn a_school_that_is_under_way_is_reminded_as_ever() {
    run(|app: TestApp| async move {
        let kurve = app.kurve().await;
        carry_out(&app, kurve, CSV.as_bytes(), &terms("delta.csv", MailChoice::None)).await;

        app.run(koppelklaar::jobs::Job::PlanReminders).await;
        assert_eq!(app.new_mails().await.len(), 0, "nobody is reminded on the first day");
        for _ in 0..7 {
            app.advance(chrono::TimeDelta::days(1));
            app.run(koppelklaar::jobs::Job::PlanReminders).await;
        }

        let mut to: Vec<String> = app.new_mails().await.into_iter().map(|mail| mail.to).collect();
        to.sort();
        to.dedup();
        assert!(to.contains(&"bo@ster.example".to_owned()), "{to:?}");
    });
}
