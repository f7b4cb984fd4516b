//! Stopping, where a connection carries several schools: those that are named stop, and the others go on.

use super::{field, states};
use crate::support::{TestApp, run};

#[test]
fn one_of_several_schools_stops_and_the_others_go_on() {
    run(|app: TestApp| async move {
        let kurve = app.kurve().await;
        let [zuid, noord, ..] = &app.board(kurve).await;
        app.open_import(kurve, zuid).await;
        app.new_mails().await;
        let portal = app.portal(zuid).await;
        let page = portal.open("/stoppen").await;
        assert!(page.text("[data-others-go-on]").contains("De andere scholen gaan gewoon door"));
        assert_eq!(page.texts("[data-field=schools] label").len(), 4);

        let fields = [(&*field(noord), "ja"), ("choice", "optie_b"), ("reason", "Noord gaat fuseren.")];
        let stopped = page.submit(&portal, "main form", &fields).await;
        let landed = portal.follow(&stopped).await;
        let overview = portal.open("").await;
        let again = page.submit(&portal, "main form", &fields).await;

        assert!(landed.text("[data-flash]").contains("De andere scholen gaan door."), "{}", landed.body);
        assert_eq!(landed.attributes("[data-converter]", "data-kept"), ["Rivierenland Noord"]);
        assert_eq!(states(&overview)["99XB"], "stopped");
        assert_eq!(states(&overview).values().filter(|state| *state == "open").count(), 3);
        assert_eq!(again.status, 303);
        assert!(portal.follow(&again).await.text("[data-flash]").contains("Er is niets veranderd"));
        let file = app.file(zuid).await;
        assert_eq!(file.state.lifecycle().as_str(), "active");
        assert_eq!(portal.open("/stoppen").await.texts("[data-field=schools] label").len(), 3);
        app.new_mails().await;
    });
}

#[test]
fn when_all_schools_stop_the_connection_has() {
    run(|app: TestApp| async move {
        let kurve = app.kurve().await;
        let board = app.board(kurve).await;
        let zuid = &board[0];
        app.vouch(kurve, zuid).await;
        let portal = app.portal(zuid).await;
        let page = portal.open("/stoppen").await;
        let named: Vec<String> = board[..3].iter().map(field).collect();
        let mut fields: Vec<(&str, &str)> = named.iter().map(|name| (&**name, "ja")).collect();
        fields.push(("choice", "stoppen"));

        page.submit(&portal, "main form", &fields).await;
        let last = portal.open("/stoppen").await;
        assert!(last.text("[data-only-school]").contains("Rivierenland Oost (BRIN 99XD)"), "{}", last.body);
        let done = last.submit(&portal, "main form", &[("choice", "stoppen")]).await;
        let overview = portal.follow(&done).await;

        assert_eq!(overview.attributes("[data-lifecycle]", "data-lifecycle"), ["withdrawn"]);
        assert_eq!(overview.text(".next-step__title"), "Alle scholen zijn gestopt");
        assert!(states(&overview).values().all(|state| state == "stopped"), "{}", overview.body);
        assert!(portal.open("/stoppen").await.has("[data-refusal]"));
        app.new_mails().await;
    });
}

#[test]
fn who_ticks_no_school_loses_nothing_and_one_of_others_is_passed_over() {
    run(|app: TestApp| async move {
        let kurve = app.kurve().await;
        let [zuid, noord, ..] = &app.board(kurve).await;
        let other = app.school_by_services("Ander Lyceum", "14EF", "ander").await;
        app.vouch(kurve, zuid).await;
        let portal = app.portal(zuid).await;
        let page = portal.open("/stoppen").await;
        let typed = [("choice", "optie_b"), ("reason", "Noord gaat <fuseren>.")];

        let none = page.submit(&portal, "main form", &typed).await;
        let others = page.submit(&portal, "main form", &[typed[0], typed[1], (&field(&other), "ja")]).await;
        let no_choice = page.submit(&portal, "main form", &[(&field(noord), "ja"), typed[1]]).await;

        for page in [&none, &others] {
            assert_eq!(page.status, 422);
            assert!(page.text("[data-error-for=schools]").contains("Kies minstens één school."));
            assert_eq!(page.attributes("[data-error-summary] a", "href"), ["#schools"]);
            assert!(page.has("#schools") && page.text("title").starts_with("Fout: "));
            assert_eq!(page.attributes("input[type=radio][checked]", "value"), ["optie_b"]);
            assert_eq!(page.text("textarea"), "Noord gaat <fuseren>.");
        }
        assert_eq!(no_choice.status, 422);
        assert_eq!(no_choice.attributes("input[type=checkbox][checked]", "name"), [field(noord)]);
        assert_eq!(app.file(zuid).await.state.live().count(), 4);
        assert!(!app.file(&other).await.state.lifecycle().is_withdrawn());
        app.new_mails().await;
    });
}
