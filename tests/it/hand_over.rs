//! "Geef door aan een collega": who has a step, who can have it, and what the colleague reads.

use crate::journey::Table;
use crate::support::{Page, TestApp, run};

pub(crate) const PIET: &str = "piet@bonhoeffer.example";

/// Anna hands a step to Piet.
pub(crate) async fn hand_to_piet(table: &Table, step: &str, role: &str) -> Page {
    let fields = [("colleague_name", "Piet Bakker"), ("colleague_email", PIET), ("colleague_role", role)];
    table.school(step, "hand-over", &fields).await
}

#[test]
fn a_step_that_a_colleague_has_stands_with_their_name_among_what_can_be_done() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        hand_to_piet(&table, "allowlisting_requested", "contactpersoon").await;

        let overview = table.portal.open("").await;

        assert_eq!(overview.attributes("[data-next]", "data-next"), ["consent_given"]);
        let also = overview.texts("[data-next] li");
        assert_eq!(also, ["Allowlisting aanvragen bij Magister: bij Piet Bakker"]);
        app.new_mails().await;
    });
}

#[test]
fn the_colleague_reads_how_to_sign_in_without_a_password() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;

        hand_to_piet(&table, "allowlisting_requested", "contactpersoon").await;

        let mail = app.only_mail_to(PIET).await;
        assert!(mail.text.contains("Log in met dit e-mailadres"), "{}", mail.text);
        assert!(mail.text.contains("Een wachtwoord heb je niet nodig"), "{}", mail.text);
    });
}

#[test]
fn what_was_said_to_be_done_is_named_on_the_next_page() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;

        let done = table.school("consent_given", "claim", &[]).await;

        let next = table.portal.follow(&done).await;
        assert!(next.text("[data-flash]").contains("Consent geven in Magister"), "{}", next.text("[data-flash]"));
    });
}
