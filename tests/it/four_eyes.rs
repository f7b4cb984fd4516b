//! Nobody vouches for a person whom they added, however many steps were handed on in between.

use koppelklaar::domain::actor::StaffRole;
use koppelklaar::domain::ids::ContactId;
use koppelklaar::links;

use crate::contacts::people;
use crate::journey::Table;
use crate::support::{Page, TestApp, Visitor, run};

const GROUND: [(&str, &str); 1] = [("ground", "Gebeld via het algemene nummer van de school.")];

async fn find(app: &TestApp, table: &Table, email: &str) -> ContactId {
    let all = people(app, &table.school).await;
    all.into_iter().find(|contact| contact.email.as_str() == email).expect("they are a contact").id
}

/// Somebody at the school hands a step that anyone can do to another.
async fn hand_on(app: &TestApp, table: &Table, from: &str, to: &str) {
    let giver = app.portal_as(from).await.at_home(table.school.at(links::SCHOOL));
    let page = giver.open("/stap/allowlisting_requested").await;
    let fields = [("colleague_name", "Piet Bakker"), ("colleague_email", to), ("colleague_role", "contactpersoon")];
    let handed = page.submit(&giver, "form:has([name=colleague_name])", &fields).await;
    assert_eq!(handed.status, 303, "{}", handed.body);
    app.new_mails().await;
}

async fn vouch(table: &Table, colleague: &Visitor, contact: ContactId) -> Page {
    let path = links::staff_school(links::STAFF_SCHOOL, table.school.connection);
    let page = colleague.get(&path).await;
    page.submit(colleague, &format!("[data-contact='{contact}'] form[data-form=vouch]"), &GROUND).await
}

#[test]
fn who_added_somebody_vouches_for_nobody_at_the_end_of_their_chain() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let kees = app.staff_as("kees@kurve.nl", StaffRole::Support).await;
        let (first, second, third) = ("een@kurve.example", "twee@kurve.example", "drie@kurve.example");
        let fields = [("name", "Piet Bakker"), ("email", first), ("role", "contactpersoon")];
        table.kurve("", "add_contact", &fields).await;
        app.new_mails().await;
        hand_on(&app, &table, first, second).await;
        hand_on(&app, &table, second, third).await;
        let theirs = "vier@bonhoeffer.example";
        hand_on(&app, &table, &table.school.email, theirs).await;

        for email in [first, second, third] {
            let contact = find(&app, &table, email).await;
            let refused = vouch(&table, &table.staff, contact).await;
            assert_eq!(refused.status, 422, "{email}");
            assert!(refused.text("main").contains("zelf toegevoegd"), "{email}\n{}", refused.body);
        }
        let of_the_school = vouch(&table, &table.staff, find(&app, &table, theirs).await).await;
        let by_another = vouch(&table, &kees, find(&app, &table, third).await).await;

        assert_eq!((of_the_school.status, by_another.status), (303, 303), "{}", by_another.body);
        app.new_mails().await;
    });
}
