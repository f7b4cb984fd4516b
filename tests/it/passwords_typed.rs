//! A password that somebody types where it does not belong: in a reason, a note, an answer, a name.

use koppelklaar::domain::onboarding::{Command, Step};
use koppelklaar::links;
use koppelklaar::services::ServiceError;
use koppelklaar::services::onboarding::onboardings;

use crate::journey::Table;
use crate::secrets::{everything_stored, holds};
use crate::support::acting::reason;
use crate::support::{Page, TestApp, run};

/// In groups as the page shows them, with signs between that nobody sees.
fn typed_over(password: &str) -> String {
    let signs: Vec<char> = password.chars().collect();
    let groups: Vec<String> = signs.chunks(4).map(|group| group.iter().collect()).collect();
    format!("Ik typ {}\u{A0}\u{200B}maar het werkt niet", groups.join("\u{A0}"))
}

pub(crate) async fn reveal(table: &Table) -> String {
    let page = table.portal.open("/stap/password_set").await;
    page.submit(&table.portal, "form[action$='/wachtwoord']", &[]).await.text("[data-secret]")
}

fn first_groups(password: &str) -> &str {
    &password[..8]
}

fn assert_comes_back_without(page: &Page, field: &str, password: &str) {
    assert_eq!(page.status, 422, "{}", page.body);
    let said = page.text(&format!("[data-error-for={field}]"));
    assert!(said.contains("Hier staat het wachtwoord"), "{field}: {said}");
    let shown: String = page.body.chars().filter(char::is_ascii_alphanumeric).collect();
    assert!(!shown.contains(first_groups(password)), "{field} came back with the password");
}

#[test]
fn no_form_of_a_school_takes_its_password() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        table.issue().await;
        let password = reveal(&table).await;
        table.claim(&["consent_given", "query_executed"]).await;
        app.new_mails().await;
        let typed = typed_over(&password);

        let step = table.portal.open("/stap/password_set").await;
        let stuck = step.submit(&table.portal, "form:has([data-action=stuck])", &[("reason", &typed)]).await;
        assert_comes_back_without(&stuck, "reason", &password);
        let step = table.portal.open("/stap/allowlisting_requested").await;
        let ticket = step.submit(&table.portal, "form:has([name=ticket])", &[("ticket", &password)]).await;
        assert_comes_back_without(&ticket, "ticket", &password);
        let pause = table.portal.open("/pauze").await;
        let fields = [("reason", typed.as_str()), ("until", "2026-12-24")];
        let pause = pause.submit(&table.portal, "main form:has([name=until])", &fields).await;
        assert_comes_back_without(&pause, "reason", &password);
        let stop = table.portal.open("/stoppen").await;
        let fields = [("choice", "stoppen"), ("reason", typed.as_str())];
        let stop = stop.submit(&table.portal, "main form:has([name=choice])", &fields).await;
        assert_comes_back_without(&stop, "reason", &password);
        let step = table.portal.open("/stap/password_set").await;
        let fields = [
            ("colleague_name", password.as_str()),
            ("colleague_email", "b@school.nl"),
            ("colleague_role", "contactpersoon"),
        ];
        let colleague = step.submit(&table.portal, "form:has([name=colleague_name])", &fields).await;
        assert_comes_back_without(&colleague, "colleague_name", &password);

        assert_eq!(app.new_mails().await.len(), 0, "nothing was kept, so nobody is told");
        assert!(!holds(&everything_stored(&app).await, password.as_bytes()));
    });
}

#[test]
fn no_form_of_kurve_takes_a_password_of_the_connection_not_even_a_replaced_one() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        table.issue().await;
        let old = reveal(&table).await;
        table.issue().await;
        table.claim(&["consent_given"]).await;
        table.school("query_executed", "stuck", &[("reason", "Het lukt niet.")]).await;
        app.new_mails().await;
        let (typed, in_capitals) = (typed_over(&old), old.to_uppercase());
        let with_hyphens = typed.replace('\u{A0}', "-");

        for text in [&in_capitals, &with_hyphens] {
            let page = table.staff_page().await;
            let came_back = page.submit(&table.staff, "[data-form=note]", &[("text", text)]).await;
            assert_eq!(came_back.status, 422, "{}", came_back.body);
            assert!(came_back.text("[data-error-for=text]").contains("Hier staat het wachtwoord"));
        }
        for (form, field) in [
            ("[data-form=note]", "text"),
            ("[data-form=add_contact]", "name"),
            ("[data-form=confirm]", "ground"),
            ("[data-step=consent_given] form[data-form=send_back]", "reason"),
            ("form[data-form=answer]", "answer"),
            ("form[data-form=withdraw]", "reason"),
            ("form[data-form=pause]", "reason"),
        ] {
            let page = table.staff_page().await;
            let beside = [("until", "2026-12-24"), ("email", "b@school.nl"), ("role", "contactpersoon")];
            // A name with a sign that nobody sees is refused for that.
            let typed = if field == "name" { typed.replace('\u{200B}', "") } else { typed.clone() };
            let fields = [&beside[..], &[(field, typed.as_str())]].concat();
            let came_back = page.submit(&table.staff, form, &fields).await;
            assert_comes_back_without(&came_back, field, &old);
        }

        assert_eq!(app.new_mails().await.len(), 0);
        assert!(!holds(&everything_stored(&app).await, old.as_bytes()));
    });
}

#[test]
fn the_password_of_another_connection_is_a_text_like_any_other() {
    run(|app: TestApp| async move {
        let kurve = app.kurve().await;
        let (one, other) =
            (app.school_by_services("Een", "12AB", "een").await, app.school_by_services("Twee", "13AB", "twee").await);
        app.issue(kurve, &one).await;
        app.issue(kurve, &other).await;
        let stuck =
            Command::ReportStuck { step: Step::ConsentGiven, reason: reason("abcd efgh jkmn pqrs tuvw xyz2 3456") };

        let done = onboardings::act(app.context(), &app.call_of(&one), one.connection, &stuck, None).await;

        assert!(!matches!(done, Err(ServiceError::HoldsPassword)));
        assert!(done.is_ok() && one.at(links::SCHOOL) != other.at(links::SCHOOL));
        app.new_mails().await;
    });
}
