//! Roles of contacts: more than one, and one that the school gave with a step, before Kurve has looked at it.

use koppelklaar::domain::roles::Roles;
use koppelklaar::store::StoreError;
use koppelklaar::store::people::contacts as rows;

use crate::contacts::people;
use crate::hand_over::{PIET, hand_to_piet};
use crate::journey::Table;
use crate::support::database::sql;
use crate::support::{Page, TestApp, run};

/// Piet takes part as applicatiebeheerder, and then the school hands him consent, as to a superbeheerder.
async fn give_piet_consent(app: &TestApp, table: &Table) {
    hand_to_piet(table, "allowlisting_requested", "applicatiebeheerder").await;
    let handed = hand_to_piet(table, "consent_given", "superbeheerder").await;
    assert_eq!(handed.status, 303, "{}", handed.body);
    app.new_mails().await;
}

/// Piet on Kurve's page of the school.
const ROW_OF_PIET: &str = "[data-contact]:has([href='mailto:piet@bonhoeffer.example'])";

/// What Kurve reads of Piet's roles, and of those that the school gave him.
async fn roles_of_piet(table: &Table) -> [Vec<String>; 2] {
    let page = table.staff_page().await;
    let line = format!("{ROW_OF_PIET} p:has([href='mailto:piet@bonhoeffer.example'])");
    let roles = page.texts(&line).iter().filter_map(|line| Some(line.split_once(" · ")?.0.to_owned())).collect();
    [roles, page.texts(&format!("{ROW_OF_PIET} [data-proposed]"))]
}

/// Kurve presses a button of Piet's on a page of the school.
async fn press(table: &Table, page: &Page, form: &str, fields: &[(&str, &str)]) -> Page {
    // Who waits with a step stands with what is to be done now.
    let form = format!("{ROW_OF_PIET} form[data-form={form}], [data-todo=vouch] form[data-form={form}]");
    page.submit(&table.staff, &form, fields).await
}

const GROUND: [(&str, &str); 1] = [("ground", "Gebeld via het algemene nummer van de school.")];

const GIVEN: &str = "Rol nog niet bevestigd De school gaf deze persoon zelf de rol superbeheerder.";

#[test]
fn to_appoint_a_superbeheerder_takes_kurve_and_until_then_the_step_is_kurves() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        hand_to_piet(&table, "allowlisting_requested", "applicatiebeheerder").await;
        app.new_mails().await;

        let handed = hand_to_piet(&table, "consent_given", "superbeheerder").await;
        let told = app.only_mail_to(PIET).await;
        let again = hand_to_piet(&table, "consent_given", "superbeheerder").await;
        let mails = app.new_mails().await;
        let kurve = roles_of_piet(&table).await;
        let course = table.staff_page().await;
        let piet = app.portal_as(PIET).await;
        let page = piet.open("/stap/consent_given").await;
        let (_, values) = page.form("form[action='/uitloggen']");
        let forced = piet.post(&piet.at("/stap/consent_given/gedaan"), &values).await;
        let waits = table.staff.get("/beheer").await.text("[data-kind=vouch]");

        assert_eq!((handed.status, again.status, forced.status), (303, 303, 422));
        assert!(told.subject.contains("vraagt je straks: Consent geven in Magister"), "{}", told.subject);
        assert_eq!(mails.len(), 0, "a form that arrives twice tells once");
        assert_eq!(kurve[0], ["Superbeheerder en applicatiebeheerder"]);
        assert_eq!(kurve[1], [GIVEN]);
        let line = "Rol aangepast: Piet Bakker is nu superbeheerder en applicatiebeheerder.";
        assert_eq!(course.body.matches(line).count(), 1, "{}", course.body);
        assert!(!page.has("[data-action=claim]") && !page.has("[data-role-needed]"), "{}", page.body);
        assert!(page.text("main").contains("Kurve controleert eerst"), "{}", page.body);
        assert!(waits.contains("Piet Bakker"), "{waits}");
    });
}

#[test]
fn once_kurve_has_looked_the_new_superbeheerder_hears_it_and_does_the_step() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        give_piet_consent(&app, &table).await;

        let confirmed = press(&table, &table.staff_page().await, "change_contact", &[]).await;
        let told = app.only_mail_to(PIET).await;
        let waits = table.staff.get("/beheer").await.has("[data-kind=vouch]");
        let piet = Table { portal: app.portal_as(PIET).await, ..table };
        let done = piet.school("consent_given", "claim", &[]).await;
        let colleagues = piet.portal.open("/collegas").await;

        assert_eq!((confirmed.status, done.status), (303, 303), "{}", done.body);
        assert!(told.subject.contains("vraagt je: Consent geven in Magister"), "{}", told.subject);
        assert!(!waits, "nothing waits on Kurve any more");
        assert!(colleagues.text("[data-contacts]").contains("Superbeheerder en applicatiebeheerder"));
        app.new_mails().await;
    });
}

#[test]
fn whoever_was_superbeheerder_before_goes_on_with_the_step_while_kurve_looks_at_the_new_one() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        give_piet_consent(&app, &table).await;

        let done = table.school("consent_given", "claim", &[]).await;

        assert_eq!(done.status, 303, "{}", done.body);
        assert!(!table.staff.get("/beheer").await.has("[data-kind=vouch]"));
        app.new_mails().await;
    });
}

#[test]
fn a_role_that_the_school_gave_shows_no_password_until_kurve_vouches_which_confirms_the_role() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        give_piet_consent(&app, &table).await;
        table.issue().await;
        table.claim(&["query_executed"]).await;
        app.new_mails().await;
        let piet = app.portal_as(PIET).await;

        let refused = piet.open("/stap/password_set").await;
        let vouched = press(&table, &table.staff_page().await, "vouch", &GROUND).await;
        let kurve = roles_of_piet(&table).await;
        let page = piet.open("/stap/password_set").await;
        let shown = page.submit(&piet, "form[action$='/wachtwoord']", &[]).await;

        assert!(refused.has("[data-not-vouched]") && !refused.has("form[action$='/wachtwoord']"));
        assert_eq!(vouched.status, 303, "{}", vouched.body);
        assert_eq!(kurve, [vec!["Superbeheerder en applicatiebeheerder".to_owned()], vec![]]);
        assert!(shown.has("[data-secret]"), "{}", shown.body);
        app.new_mails().await;
    });
}

#[test]
fn kurve_confirms_a_role_that_the_school_gave_or_takes_it_away() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        give_piet_consent(&app, &table).await;

        let kept = press(&table, &table.staff_page().await, "change_contact", &[]).await;
        let confirmed = roles_of_piet(&table).await;
        let fields = [("role", "applicatiebeheerder")];
        let taken = press(&table, &table.staff_page().await, "change_contact", &fields).await;
        let after = roles_of_piet(&table).await;
        app.new_mails().await;
        let piet = app.portal_as(PIET).await;
        let page = piet.open("/stap/consent_given").await;
        let handed = hand_to_piet(&table, "consent_given", "superbeheerder").await;
        let told = app.only_mail_to(PIET).await;

        assert_eq!((kept.status, taken.status, handed.status), (303, 303, 303), "{}", taken.body);
        assert_eq!(confirmed, [vec!["Superbeheerder en applicatiebeheerder".to_owned()], vec![]]);
        assert_eq!(after, [vec!["Applicatiebeheerder".to_owned()], vec![]]);
        assert!(page.has("[data-role-needed]") && !page.has("[data-action=claim]"), "{}", page.body);
        assert!(told.subject.contains("Consent geven in Magister"), "he can do it again: {}", told.subject);
        assert_eq!(roles_of_piet(&table).await[1], [GIVEN]);
        app.new_mails().await;
    });
}

#[test]
fn kurve_does_not_vouch_from_a_page_on_which_the_role_does_not_stand() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        hand_to_piet(&table, "allowlisting_requested", "applicatiebeheerder").await;
        let old = table.staff_page().await;
        hand_to_piet(&table, "consent_given", "superbeheerder").await;

        let vouched = press(&table, &old, "vouch", &GROUND).await;
        let changed = press(&table, &old, "change_contact", &[]).await;

        assert_eq!((vouched.status, changed.status), (409, 409), "{}", vouched.body);
        assert_eq!(roles_of_piet(&table).await[1], [GIVEN]);
        app.new_mails().await;
    });
}

#[test]
fn nobody_hands_a_step_to_themselves_and_so_gets_a_role() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        hand_to_piet(&table, "allowlisting_requested", "applicatiebeheerder").await;
        app.new_mails().await;
        let portal = app.portal_as(PIET).await;
        let piet = Table { portal, ..table };

        let refused = hand_to_piet(&piet, "consent_given", "superbeheerder").await;

        assert_eq!(refused.status, 422);
        assert!(refused.text("[data-error-for=colleague_email]").contains("je eigen e-mailadres"), "{}", refused.body);
        assert_eq!(refused.attributes("[name=colleague_email]", "value"), [PIET]);
        assert_eq!(roles_of_piet(&piet).await, [vec!["Applicatiebeheerder".to_owned()], vec![]]);
        assert_eq!(app.new_mails().await.len(), 0);
    });
}

#[test]
fn a_step_that_anyone_can_do_gives_a_known_colleague_no_role_whatever_is_typed() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        hand_to_piet(&table, "allowlisting_requested", "contactpersoon").await;

        let handed = hand_to_piet(&table, "allowlisting_requested", "superbeheerder").await;
        let other = hand_to_piet(&table, "consent_given", "applicatiebeheerder").await;

        assert_eq!((handed.status, other.status), (303, 422), "{}", handed.body);
        assert!(other.has("[data-error-for=colleague_role]"), "{}", other.body);
        assert_eq!(roles_of_piet(&table).await, [vec!["Contactpersoon".to_owned()], vec![]]);
        app.new_mails().await;
    });
}

#[test]
fn a_new_colleague_can_be_both_and_says_so_wherever_the_role_stands() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;

        let handed = hand_to_piet(&table, "consent_given", "superbeheerder applicatiebeheerder").await;
        let given = roles_of_piet(&table).await;
        press(&table, &table.staff_page().await, "change_contact", &[]).await;
        app.new_mails().await;
        let piet = Table { portal: app.portal_as(PIET).await, ..table };
        piet.claim(&["consent_given"]).await;

        assert_eq!(handed.status, 303, "{}", handed.body);
        assert_eq!(given, [vec!["Superbeheerder en applicatiebeheerder".to_owned()], vec![GIVEN.to_owned()]]);
        assert_eq!(roles_of_piet(&piet).await, [vec!["Superbeheerder en applicatiebeheerder".to_owned()], vec![]]);
        let step = piet.portal.open("/stap/consent_given").await;
        assert!(step.body.contains("Piet Bakker, superbeheerder en applicatiebeheerder"), "{}", step.body);
        app.new_mails().await;
    });
}

#[test]
fn a_row_with_a_role_that_the_school_gave_but_the_contact_does_not_have_cannot_be_read() {
    run(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;

        for proposed in ["applicatiebeheerder", "superbeheerder applicatiebeheerder", "contactpersoon", "conrector"] {
            sql(&app.database.url, &format!("UPDATE contact SET proposed_roles = '{proposed}'")).await;
            let read = rows::list(app.context().db.reader(), school.connection).await;

            assert!(
                matches!(read, Err(StoreError::CorruptRow { table: "contact", what: "proposed_roles", .. })),
                "{proposed}: {read:?}"
            );
        }
        app.new_mails().await;
    });
}

#[test]
fn kurve_makes_a_contact_superbeheerder_and_applicatiebeheerder() {
    run(|app| async move {
        let table = Table::set(&app).await;
        let both = [("role", "superbeheerder applicatiebeheerder")];

        let changed = table.kurve("", "change_contact", &both).await;
        let again = table.staff_page().await;

        assert_eq!(changed.status, 303, "{}", changed.body);
        assert!(people(&app, &table.school).await[0].roles == Roles::CHOICES[2]);
        let chosen = again.attributes("[data-form=change_contact] [name=role] option[selected]", "value");
        assert_eq!(chosen, ["superbeheerder applicatiebeheerder"]);
        app.new_mails().await;
    });
}
