//! What is asked back before it is taken, and a report without a word.

use crate::journey::Table;
use crate::registration::request;
use crate::support::{TestApp, run};

#[test]
fn a_domain_and_an_address_that_are_seldom_right_are_taken_once_they_are_confirmed() {
    run(|app: TestApp| async move {
        let visitor = app.anonymous();
        let odd = [("domain", "https://rdp.swp.nl:8800/doc?x=1"), ("email", "noreply@bonhoeffer.example")];

        let asked = request(&visitor, &odd).await;
        let boxes = asked.attributes("[data-sure] input", "value");
        let other = asked.submit(&visitor, "main form", &[("sure_domain", "saas"), ("sure_email", &boxes[1])]).await;
        let sure = [("sure_domain", &*boxes[0]), ("sure_email", &*boxes[1])];
        let taken = asked.submit(&visitor, "main form", &sure).await;
        app.new_mails().await;

        assert_eq!((asked.status, other.status, taken.status), (422, 422, 303), "{}", asked.body);
        assert_eq!(boxes, ["rdp", "noreply@bonhoeffer.example"]);
        assert!(asked.text("main").contains("Weet je het zeker?"), "{}", asked.body);
        assert!(other.has("[data-error-for=domain]") && !other.has("[data-error-for=email]"), "{}", other.body);
    });
}

#[test]
fn a_report_without_a_word_asks_what_happened() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;

        let asked = table.school("consent_given", "stuck", &[("reason", "  ")]).await;

        assert_eq!(asked.status, 422);
        assert!(asked.text("[data-error-for=reason]").contains("wat zag je toen"), "{}", asked.body);
        assert!(app.new_mails().await.is_empty());
    });
}

#[test]
fn a_step_handed_to_oneself_is_refused_kindly() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let fields = [
            ("colleague_name", "Anna"),
            ("colleague_email", &*table.school.email),
            ("colleague_role", "superbeheerder"),
        ];

        let refused = table.school("consent_given", "hand-over", &fields).await;

        assert_eq!(refused.status, 422);
        assert!(refused.text("[data-error-for=colleague_email]").contains("Doe je de stap zelf?"), "{}", refused.body);
    });
}

#[test]
fn a_shared_mailbox_asks_once_after_signing_in_who_reads() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        super::colleagues::add(&table, "info@bonhoeffer.example", "contactpersoon").await;
        app.new_mails().await;
        let home = table.school.at(koppelklaar::links::SCHOOL);
        let shared = app.portal_as("info@bonhoeffer.example").await.at_home(home.clone());

        let asked = shared.open("/collegas").await;
        let wrong = asked.submit(&shared, "form:has([data-action=reader])", &[("reader", "info@x.nl")]).await;
        let said = asked.submit(&shared, "form:has([data-action=reader])", &[("reader", "Joke Jansen")]).await;
        let after = shared.open("/collegas").await;
        let mine = table.portal.open("/collegas").await;
        let again = app.portal_as("info@bonhoeffer.example").await.at_home(home).open("/collegas").await;
        let timeline = table.staff_page().await;

        assert!(asked.has("[data-ask-reader]") && !mine.has("[data-ask-reader]"), "{}", asked.body);
        assert_eq!((wrong.status, said.status), (422, 303), "{}", said.body);
        assert!(!after.has("[data-ask-reader]") && again.has("[data-ask-reader]"), "{}", after.body);
        assert!(timeline.body.contains("Joke Jansen leest de gedeelde mailbox"), "{}", timeline.body);
    });
}
