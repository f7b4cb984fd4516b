//! Contacts add, correct and remove each other, propose a role, and ask for access. Only giving access stays Kurve's.

use koppelklaar::domain::actor::StaffRole;
use koppelklaar::domain::school::Contact;
use koppelklaar::links;

use crate::contacts::people;
use crate::hand_over::{PIET, hand_to_piet};
use crate::journey::Table;
use crate::support::{Page, TestApp, Visitor, run};

/// Anna adds a colleague.
pub(super) async fn add(table: &Table, email: &str, role: &str) -> Page {
    let page = table.portal.open("/collegas").await;
    let fields = [("name", "Piet Bakker"), ("email", email), ("role", role)];
    page.submit(&table.portal, "form[data-form=add-colleague]", &fields).await
}

pub(super) async fn find(app: &TestApp, table: &Table, email: &str) -> Contact {
    let all = people(app, &table.school).await;
    all.into_iter().find(|contact| contact.email.as_str() == email).expect("they are a contact")
}

/// The page about a contact, for somebody of the school.
async fn page_of(visitor: &Visitor, contact: &Contact) -> Page {
    visitor.get(&links::SCHOOL_COLLEAGUE.contact(contact.reference())).await
}

#[test]
fn a_contact_adds_a_colleague_who_is_told_and_has_no_access() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;

        let added = add(&table, "Piet Bakker <piet@bonhoeffer.example>", "applicatiebeheerder").await;
        let mail = app.only_mail_to(PIET).await;
        let again = add(&table, PIET, "contactpersoon").await;
        let wrong = add(&table, "geen adres", "contactpersoon").await;
        let list = table.portal.open("/collegas").await;

        assert_eq!((added.status, again.status, wrong.status), (303, 422, 422), "{}", added.body);
        assert!(mail.subject.contains("Bonhoeffer College"), "{}", mail.subject);
        assert!(!find(&app, &table, PIET).await.is_vouched());
        assert!(again.has("[data-error-for=email]") && wrong.has("[data-error-for=email]"));
        assert_eq!(wrong.attributes("[name=name]", "value"), ["Piet Bakker"]);
        assert!(list.text("[data-contacts]").contains("Piet Bakker"), "{}", list.body);
    });
}

#[test]
fn a_colleague_corrects_a_mistyped_address_and_its_access_ends() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        hand_to_piet(&table, "allowlisting_requested", "contactpersoon").await;
        table.vouch().await;
        app.new_mails().await;
        let piet = find(&app, &table, PIET).await;
        let anna = find(&app, &table, &table.school.email).await;
        let of_piet = app.portal_as(PIET).await;
        let page = page_of(&table.portal, &piet).await;
        let right = [("email", "p.bakker@bonhoeffer.example")];

        // Whoever has no access touches nobody who has.
        let locked = page_of(&of_piet, &anna).await;
        let (address, fields) = page.form("form[data-form=correct-address]");
        let theirs = address.replace(&piet.id.to_string(), &anna.id.to_string());
        let csrf = locked.attributes("[name=csrf]", "value").remove(0);
        let fields: Vec<_> = fields.into_iter().filter(|(name, _)| name != "csrf").collect();
        let fields = [fields, vec![("csrf".to_owned(), csrf)]].concat();
        let refused = of_piet.post(&theirs, &fields).await;
        let corrected = page.submit(&table.portal, "form[data-form=correct-address]", &right).await;
        let old = of_piet.open("").await;
        app.only_mail_to("p.bakker@bonhoeffer.example").await;
        let mine = page_of(&table.portal, &anna).await;

        assert!(locked.has("[data-locked]") && !locked.has("form[data-form=correct-address]"), "{}", locked.body);
        assert_eq!((refused.status, corrected.status), (422, 303), "{}", refused.body);
        assert_eq!((old.status, old.location()), (303, links::SIGN_IN));
        assert!(find(&app, &table, &table.school.email).await.is_vouched());
        assert!(!mine.has("form[data-form=correct-address]"), "one's own address works: {}", mine.body);
    });
}

#[test]
fn access_ends_with_a_corrected_address_whoever_corrects_it() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        table.vouch().await;
        add(&table, PIET, "contactpersoon").await;
        app.new_mails().await;
        let piet = find(&app, &table, PIET).await;
        let ground = [("ground", "Gebeld via het algemene nummer van de school.")];
        let staff = table.staff_page().await;
        let form = format!("[data-contact='{}'] form[data-form=vouch]", piet.id);
        staff.submit(&table.staff, &form, &ground).await;
        let had = find(&app, &table, PIET).await.is_vouched();

        let page = page_of(&table.portal, &piet).await;
        let right = [("email", "p.bakker@bonhoeffer.example")];
        let corrected = page.submit(&table.portal, "form[data-form=correct-address]", &right).await;
        app.new_mails().await;

        assert!(had && page.text("main").contains("vervalt"), "{}", page.body);
        assert_eq!(corrected.status, 303);
        assert!(!find(&app, &table, "p.bakker@bonhoeffer.example").await.is_vouched());
    });
}

#[test]
fn who_corrected_an_address_does_not_also_give_access() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let kees = app.staff_as("kees@kurve.nl", StaffRole::Support).await;
        table.vouch().await;
        table.kurve("", "correct_address", &[("email", "anna@bonhoeffer.example")]).await;
        app.new_mails().await;
        let ground = [("ground", "Gebeld via het algemene nummer van de school.")];

        let by_oneself = table.kurve("", "vouch", &ground).await;
        let page = kees.get(&links::staff_school(links::STAFF_SCHOOL, table.school.connection)).await;
        let by_another = page.submit(&kees, "form[data-form=vouch]", &ground).await;

        assert_eq!((by_oneself.status, by_another.status), (422, 303), "{}", by_oneself.body);
        app.new_mails().await;
    });
}

#[test]
fn a_contact_removes_a_colleague_and_proposes_a_role_that_kurve_looks_at() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        add(&table, PIET, "contactpersoon").await;
        app.new_mails().await;
        let piet = find(&app, &table, PIET).await;
        let of_piet = app.portal_as(PIET).await;

        let page = page_of(&table.portal, &piet).await;
        let proposed = page.submit(&table.portal, "form[data-form=propose-role]", &[]).await;
        let after = find(&app, &table, PIET).await;
        let removed = page.submit(&table.portal, "form[data-form=remove-colleague]", &[]).await;
        let twice = page.submit(&table.portal, "form[data-form=remove-colleague]", &[]).await;
        let out = of_piet.open("").await;
        app.new_mails().await;

        assert_eq!((proposed.status, removed.status, twice.status), (303, 303, 404), "{}", proposed.body);
        assert_eq!(after.roles.as_str(), "superbeheerder");
        assert_eq!(after.proposed.map(|roles| roles.as_str()), Some("superbeheerder"));
        assert_eq!((out.status, out.location()), (303, links::SIGN_IN));
        assert_eq!(people(&app, &table.school).await.len(), 1);
    });
}

#[test]
fn asking_for_access_waits_on_kurve_once() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let before = table.portal.open("/collegas").await;

        for _ in 0..2 {
            let page = table.portal.open("/collegas").await;
            let asked = page.submit(&table.portal, "form:has([data-action=ask-access])", &[]).await;
            assert_eq!(asked.status, 303, "{}", asked.body);
            app.advance(chrono::TimeDelta::minutes(5));
        }
        let worklist = table.staff.get("/beheer").await;
        let thread = table.portal.open("/berichten").await;
        table.vouch().await;
        let after = table.portal.open("/collegas").await;
        app.new_mails().await;

        assert!(before.has("[data-action=ask-access]") && !after.has("[data-action=ask-access]"));
        assert!(worklist.text("main").contains("toegang tot het wachtwoord"), "{}", worklist.body);
        assert_eq!(thread.text("main").matches("Geef mij toegang").count(), 1, "{}", thread.body);
    });
}

#[test]
fn a_contactpersoon_reads_whom_to_ask() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        add(&table, PIET, "contactpersoon").await;
        app.new_mails().await;

        let of_anna = table.portal.open("/collegas").await;
        let visitor = app.portal_as(PIET).await.at_home(table.school.at(links::SCHOOL));
        let of_piet = visitor.open("/collegas").await;

        assert!(!of_anna.has("[data-ask-whom]"));
        assert!(of_piet.text("[data-ask-whom]").contains("vraag Anna de Wit"), "{}", of_piet.body);
    });
}
