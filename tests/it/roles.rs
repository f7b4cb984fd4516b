//! Roles of contacts: more than one.

use koppelklaar::domain::roles::Roles;

use crate::contacts::people;
use crate::hand_over::{PIET, hand_to_piet};
use crate::journey::Table;
use crate::support::{TestApp, run};

#[test]
fn a_new_colleague_can_be_both_and_says_so_wherever_the_role_stands() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;

        let handed = hand_to_piet(&table, "consent_given", "superbeheerder applicatiebeheerder").await;
        app.new_mails().await;
        let piet = Table { portal: app.portal_as(PIET).await, ..table };
        piet.claim(&["consent_given"]).await;

        assert_eq!(handed.status, 303, "{}", handed.body);
        assert!(piet.staff_page().await.body.contains("<p>Superbeheerder en applicatiebeheerder · "));
        let step = piet.portal.get("/school/stap/consent_given").await;
        assert!(step.body.contains("Piet Bakker, superbeheerder en applicatiebeheerder"), "{}", step.body);
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
