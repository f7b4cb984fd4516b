//! What the pages promise whoever reads them: screens that are drawn as they are, states in words, nothing asked twice.

use std::collections::{BTreeMap, BTreeSet};

use crate::journey::Table;
use crate::support::{Page, TestApp, Visitor, run};

/// The tab Services of the user Kurve as the manual shows it, and what is ticked.
const SERVICES: [(&str, bool); 11] = [
    ("(Data)", false),
    ("Data.GetData", true),
    ("Data.GetLastError", false),
    ("Data.GetLastErrorNr", false),
    ("Data.SetPassword", false),
    ("Data.SetFoto", false),
    ("Data.SetBarcode", false),
    ("(Algemeen)", false),
    ("Algemeen.Login", true),
    ("Algemeen.Logout", true),
    ("(SMS)", false),
];

/// The tab Lijsten.
const LISTS: [(&str, bool); 5] = [
    ("KurveLeerlingData", true),
    ("Klassenlijst", false),
    ("Docentenlijst", false),
    ("Leerlingvakkenpakket", false),
    ("LeerlingNAW", false),
];

#[test]
fn the_drawn_ticks_are_those_of_the_manual() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        table.issue().await;
        table.claim(&["query_executed"]).await;

        let page = table.portal.open("/stap/permissions_checked").await;

        for (tab, manual) in [("services", SERVICES.as_slice()), ("lists", &LISTS)] {
            let rows = format!("[data-ticks={tab}] tbody tr");
            let names = page.texts(&format!("{rows} th"));
            let said = page.texts(&format!("{rows} td"));
            let marked = page.texts(&format!("{rows}.is-on th"));
            let expected: Vec<&str> = manual.iter().map(|(name, _)| *name).collect();
            let words: Vec<&str> = manual.iter().map(|(_, is_on)| if *is_on { "aan" } else { "uit" }).collect();
            let ticked: Vec<&str> = manual.iter().filter(|(_, is_on)| *is_on).map(|(name, _)| *name).collect();
            assert_eq!((names, said, marked), (owned(&expected), owned(&words), owned(&ticked)), "{tab}");
            let count = if ticked.len() == 1 { "1 vinkje".to_owned() } else { format!("{} vinkjes", ticked.len()) };
            assert!(page.text(&format!("[data-ticks={tab}] figcaption")).contains(&format!("{count} aan")));
        }
        app.new_mails().await;
    });
}

#[test]
fn every_step_in_decibel_is_drawn_and_told_to_who_cannot_see_it() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        table.issue().await;

        for (step, drawn) in [
            ("query_executed", ["desktop", "day_password", "load", "run", "listed"].as_slice()),
            ("password_set", &["users", "password"]),
            ("consent_given", &["consent"]),
        ] {
            let page = table.portal.open(&format!("/stap/{step}")).await;

            assert_eq!(page.attributes("[data-sketch]", "data-sketch"), owned(drawn), "{step}");
            let told = page.attributes("[data-sketch] [role=img]", "aria-label");
            assert!(told.len() == drawn.len() && told.iter().all(|text| text.len() > 30), "{told:?}");
            assert!(page.texts("[data-sketch] figcaption").iter().all(|text| text.starts_with("Schets: ")));
        }
        let page = table.portal.open("/stap/query_executed").await;
        let pressed = page.texts("[data-sketch]:not([data-sketch=listed]) .sketch__hit");
        assert_eq!(pressed, ["Decibel", "Batch", "Laden", "Uitvoeren"]);
        let password = page_of_password(&table).await;
        assert_eq!(password.attributes("[data-sketch]", "data-sketch"), ["users", "password"]);
        app.new_mails().await;
    });
}

#[test]
fn each_step_has_its_state_in_words_at_its_end_and_what_cannot_be_done_is_no_link() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        table.claim(&["consent_given"]).await;

        let page = table.portal.open("").await;

        let states: BTreeMap<String, String> = page
            .attributes("[data-step]", "data-step")
            .into_iter()
            .zip(page.texts("[data-step] > :last-child"))
            .collect();
        let expected = [
            ("activation_confirmed", "Kan nog niet"),
            ("allowlisting_confirmed", "Kan nog niet"),
            ("allowlisting_requested", "Nu doen"),
            ("consent_given", "Klaar"),
            ("credentials_issued", "Bij Kurve"),
            ("details_submitted", "Klaar"),
            ("password_set", "Kan nog niet"),
            ("permissions_checked", "Kan nog niet"),
            ("query_executed", "Kan nog niet"),
        ];
        let said: Vec<(&str, &str)> = states.iter().map(|(step, words)| (step.as_str(), words.as_str())).collect();
        assert_eq!(said, expected);
        for (step, words) in expected {
            let has_link = page.has(&format!("[data-step={step}] a"));
            assert_eq!(has_link, words != "Kan nog niet", "{step}");
        }
        app.new_mails().await;
    });
}

#[test]
fn every_field_for_a_code_takes_it_from_the_mail_or_the_app() {
    run(|app: TestApp| async move {
        let visitor = app.anonymous();
        for path in ["/inloggen/code", "/beheer/inloggen"] {
            let page = visitor.get(path).await;

            assert_eq!(page.attributes("[name=code]", "autocomplete"), ["one-time-code"], "{path}");
            assert_eq!(page.attributes("[name=code]", "inputmode"), ["numeric"], "{path}");
            assert!(page.attributes("[name=code]", "maxlength").is_empty(), "a code is pasted with its spaces: {path}");
        }
        app.new_mails().await;
    });
}

/// What a school gives of itself when it asks for Optie A.
const GIVEN: [(&str, &str); 7] = [
    ("school_name", "Bonhoeffer College"),
    ("brin", "12AB"),
    ("domain", "bonhoeffer"),
    ("region", "noord"),
    ("name", "Anna de Wit"),
    ("email", "contact-12ab@bonhoeffer.example"),
    ("role", "superbeheerder"),
];

/// And later of its ticket, and of a pause.
const GIVEN_LATER: [(&str, &str); 3] = [("ticket", "M-2026-17"), ("reason", "Toetsweek."), ("until", "2026-12-07")];

#[test]
fn what_a_school_gave_once_is_never_asked_again() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let mut met = vec![];

        // Kurve sends the details back, so that the school meets its own form again.
        table.kurve("details_submitted", "send_back", &[("reason", "Klopt het schooldomein?")]).await;
        met.extend(look_round(&table.portal, &GIVEN).await);
        assert_eq!(table.school("details_submitted", "details", &[]).await.status, 303, "it is sent as it stands");
        table.issue().await;
        table.claim(&["consent_given", "query_executed", "password_set", "permissions_checked"]).await;
        met.extend(look_round(&table.portal, &GIVEN).await);
        table.school("allowlisting_requested", "claim", &GIVEN_LATER[..1]).await;
        met.extend(look_round(&table.portal, &[&GIVEN[..], &GIVEN_LATER[..1]].concat()).await);
        assert_eq!(table.school("allowlisting_confirmed", "claim", &[]).await.status, 303);
        let pause = table.portal.open("/pauze").await;
        let done = pause.submit(&table.portal, "form:has([data-action=pause])", &GIVEN_LATER[1..]).await;
        assert_eq!(done.status, 303, "{}", done.body);
        let paused = table.portal.open("/pauze").await;
        met.extend(GIVEN_LATER[1..].iter().flat_map(|given| ask(&paused, *given)));

        // There a colleague is added: another person.
        met.retain(|(field, _)| !field.ends_with("/collegas"));
        let (held, asked): (Vec<_>, Vec<_>) = met.into_iter().partition(|(_, is_held)| *is_held);
        assert_eq!(asked, [], "asked again");
        let fields: BTreeSet<&str> =
            held.iter().map(|(field, _)| field.split(' ').next().unwrap_or_default()).collect();
        let expected = ["brin", "domain", "reason", "region", "school_name", "ticket", "until"];
        assert_eq!(fields, BTreeSet::from(expected), "what a school meets again, filled in");
        app.new_mails().await;
    });
}

/// Goes round the pages that the overview leads to, and theirs: each field for what was given, and whether it holds it.
async fn look_round(portal: &Visitor, given: &[(&str, &str)]) -> Vec<(String, bool)> {
    let mut met = vec![];
    let mut paths = vec![portal.at("")];
    let mut at = 0;
    while let Some(path) = paths.get(at).cloned() {
        at += 1;
        let page = portal.get(&path).await;
        met.extend(given.iter().flat_map(|one| ask(&page, *one)));
        for link in page.attributes("main a[href^='/school/']", "href") {
            let link = link.split('#').next().unwrap_or_default().to_owned();
            if !paths.contains(&link) {
                paths.push(link);
            }
        }
    }
    assert!(paths.len() > 8, "{paths:?}");
    met
}

/// The field of this name on a page, if it has one, and whether it holds what was given.
fn ask(page: &Page, (name, given): (&str, &str)) -> Option<(String, bool)> {
    let forms =
        "form:not(:has([data-action=stuck], [data-action=pause], [data-action=snooze], [data-action=withdraw]))";
    let scope = if ["reason", "until"].contains(&name) { "form:has([data-action=pause])" } else { forms };
    let field = format!("main {scope} [name={name}]");
    if !page.has(&field) {
        return None;
    }
    let is_held = page.attributes(&field, "value") == [given]
        || page.texts(&field) == [given]
        || page.has(&format!("{field}[value='{given}'][checked]"));
    Some((format!("{name} on {}", page.path), is_held))
}

async fn page_of_password(table: &Table) -> Page {
    let page = table.portal.open("/stap/password_set").await;
    page.submit(&table.portal, "form[action$='/wachtwoord']", &[]).await
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}
