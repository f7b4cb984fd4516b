//! The page on which an admin looks somebody up, hands over what is kept, and erases it.

use koppelklaar::domain::actor::StaffRole;
use koppelklaar::links;

use super::erase::{NOTE, history};
use crate::support::database::texts;
use crate::support::{Page, TestApp, Visitor, run};

async fn look_up(admin: &Visitor, email: &str) -> Page {
    let page = admin.get(links::STAFF_PRIVACY).await;
    page.submit(admin, "form[data-form=privacy_look]", &[("email", email)]).await
}

#[test]
fn an_admin_looks_somebody_up_hands_over_and_erases() {
    run(|app: TestApp| async move {
        let table = history(&app).await;
        let admin = app.staff_as("boss@kurve.nl", StaffRole::Admin).await;
        let email = table.school.email.clone();

        let found = look_up(&admin, &format!(" {} ", email.to_uppercase())).await;
        let json = found.submit(&admin, "form[data-form=privacy_json]", &[]).await;
        let page = found.submit(&admin, "form[data-form=privacy_page]", &[]).await;
        let refused = found.submit(&admin, "form[data-form=privacy_erase]", &[("again", "iemand@anders.nl")]).await;
        let kept = texts(&app.database.url, "SELECT email FROM contact ORDER BY email").await;
        let erased = found.submit(&admin, "form[data-form=privacy_erase]", &[("again", &email)]).await;
        let twice = found.submit(&admin, "form[data-form=privacy_erase]", &[("again", &email)]).await;

        assert!(found.text("[data-counts]").contains("Notitie van Kurve"), "{}", found.body);
        assert!(
            json.header("content-type").starts_with("application/json") && json.body.contains(NOTE),
            "{}",
            json.body
        );
        assert!(json.header("content-disposition").starts_with("attachment"), "{}", json.body);
        assert!(page.body.contains("Anna de Wit") && page.body.contains(NOTE), "{}", page.body);
        assert_eq!(refused.status, 422, "{}", refused.body);
        assert!(refused.has("[data-error-for=again]") && kept.contains(&email), "{}", refused.body);
        assert!(erased.has("[data-erased]"), "{}", erased.body);
        assert!(twice.has("[data-empty]") && !twice.has("[data-counts]"), "{}", twice.body);
        let kept = texts(&app.database.url, "SELECT email FROM contact").await;
        assert!(!kept.contains(&email), "{kept:?}");
    });
}

#[test]
fn what_is_no_address_is_told_and_who_is_not_here_has_nothing() {
    run(|app: TestApp| async move {
        let admin = app.staff_as("boss@kurve.nl", StaffRole::Admin).await;

        let wrong = look_up(&admin, "anna").await;
        let nobody = look_up(&admin, "anna@school.example").await;
        let in_use = look_up(&admin, "boss@kurve.nl").await;
        let refused = in_use.submit(&admin, "form[data-form=privacy_erase]", &[("again", "boss@kurve.nl")]).await;

        assert_eq!(wrong.status, 422);
        assert!(wrong.has("[data-error-for=email]"), "{}", wrong.body);
        assert!(nobody.has("[data-empty]") && !nobody.has("form[data-form=privacy_erase]"), "{}", nobody.body);
        assert_eq!(refused.status, 422);
        assert!(refused.text("[data-refusal]").contains("Zet het account eerst uit"), "{}", refused.body);
    });
}
