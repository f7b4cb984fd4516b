//! Kurve's side: signing in, the worklist, and two colleagues at once.

use chrono::TimeDelta;
use koppelklaar::crypto::totp::{self, TotpSecret};
use koppelklaar::domain::actor::StaffRole;
use koppelklaar::links;
use koppelklaar::services::ServiceError;
use koppelklaar::services::people::staff_accounts;

use crate::journey::Table;
use crate::support::app::STAFF_PASSWORD;
use crate::support::database::texts;
use crate::support::{Page, TestApp, Visitor, run};

async fn try_to_sign_in(visitor: &Visitor, email: &str, password: &str, code: &str) -> Page {
    let page = visitor.get("/beheer/inloggen").await;
    page.submit(visitor, "main form", &[("email", email), ("password", password), ("code", code)]).await
}

/// An enrolled colleague's second factor.
async fn enrolled(app: &TestApp) -> TotpSecret {
    let token = app.invite("eva@kurve.nl", StaffRole::Support).await;
    let visitor = app.anonymous();
    let page = visitor.get(&format!("/beheer/uitnodiging/{}", token.expose_text())).await;
    let secret = app.shown_factor(&page);
    let code = totp::current(&secret, app.now());
    let fields = [("password", STAFF_PASSWORD), ("again", STAFF_PASSWORD), ("code", code.as_str())];
    let done = page.submit(&visitor, "main form", &fields).await;
    assert_eq!(done.status, 303, "{}", done.body);
    app.advance(TimeDelta::seconds(30));
    secret
}

#[test]
fn a_code_works_once() {
    run(|app: TestApp| async move {
        let secret = enrolled(&app).await;
        let code = totp::current(&secret, app.now());

        let first = try_to_sign_in(&app.anonymous(), "eva@kurve.nl", STAFF_PASSWORD, &code).await;
        let second = try_to_sign_in(&app.anonymous(), "eva@kurve.nl", STAFF_PASSWORD, &code).await;

        assert_eq!((first.status, second.status), (303, 422));
    });
}

#[test]
fn wrong_unknown_and_locked_all_look_the_same() {
    run(|app: TestApp| async move {
        let secret = enrolled(&app).await;
        let code = || totp::current(&secret, app.now());
        let visitor = app.anonymous();

        let wrong = try_to_sign_in(&visitor, "eva@kurve.nl", "iets heel anders", &code()).await;
        let unknown = try_to_sign_in(&visitor, "niemand@kurve.nl", STAFF_PASSWORD, &code()).await;
        for _ in 0..9 {
            try_to_sign_in(&visitor, "eva@kurve.nl", "iets heel anders", &code()).await;
        }
        let locked = try_to_sign_in(&visitor, "eva@kurve.nl", STAFF_PASSWORD, &code()).await;
        app.advance(TimeDelta::minutes(16));
        let later = try_to_sign_in(&visitor, "eva@kurve.nl", STAFF_PASSWORD, &code()).await;

        let said = |page: &Page| page.texts("[data-error-summary]");
        assert_eq!((wrong.status, unknown.status, locked.status, later.status), (422, 422, 422, 303));
        assert!(!said(&wrong).is_empty(), "{}", wrong.body);
        assert_eq!(said(&wrong), said(&unknown));
        assert_eq!(said(&wrong), said(&locked));
        assert_eq!(wrong.attributes("[name=email]", "value"), ["eva@kurve.nl"]);
        assert!(!wrong.body.contains("iets heel anders"), "the password came back");
    });
}

#[test]
fn an_invite_works_once_and_a_newer_one_replaces_it() {
    run(|app: TestApp| async move {
        let old = app.invite("eva@kurve.nl", StaffRole::Support).await;
        let new = app.invite("eva@kurve.nl", StaffRole::Support).await;
        let visitor = app.anonymous();

        let replaced = visitor.get(&format!("/beheer/uitnodiging/{}", old.expose_text())).await;
        let fresh = visitor.get(&format!("/beheer/uitnodiging/{}", new.expose_text())).await;
        let code = totp::current(&app.shown_factor(&fresh), app.now());
        let weak =
            fresh.submit(&visitor, "main form", &[("password", "kort"), ("again", "kort"), ("code", &code)]).await;
        let fields = [("password", STAFF_PASSWORD), ("again", STAFF_PASSWORD), ("code", code.as_str())];
        let done = fresh.submit(&visitor, "main form", &fields).await;
        let again = fresh.submit(&visitor, "main form", &fields).await;

        assert!(!replaced.has("[name=password]"), "{}", replaced.body);
        assert_eq!((weak.status, done.status), (422, 303));
        assert!(weak.has("[data-error-for=password]"));
        assert!(again.status >= 400 && again.status < 500, "{}", again.status);
    });
}

#[test]
fn a_disabled_colleague_is_signed_out() {
    run(|app: TestApp| async move {
        let staff = app.staff().await;
        let before = staff.get("/beheer").await.status;

        let email = koppelklaar::domain::text::EmailAddress::parse("eva@kurve.nl").expect("an address");
        let disabled = koppelklaar::services::people::staff_accounts::disable(app.context(), app.now(), &email).await;

        disabled.expect("the account is there");
        assert_eq!(before, 200);
        assert_eq!(staff.get("/beheer").await.location(), "/beheer/inloggen");
    });
}

#[test]
fn a_second_colleague_on_a_stale_page_hears_what_changed_and_loses_nothing_typed() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        table.claim(&["consent_given"]).await;
        let stale = table.staff_page().await;
        let selector = "[data-step=consent_given] form[data-form=send_back]";
        let typed = "Het schuifje staat nog uit. Kijk samen met de superbeheerder.";

        table.claim(&["allowlisting_requested"]).await;
        let conflict = stale.submit(&table.staff, selector, &[("reason", typed)]).await;
        let finished = conflict.submit(&table.staff, "main form[data-form=send_back]", &[]).await;

        assert_eq!(conflict.status, 409);
        assert!(conflict.text("main").contains("Anna de Wit"), "what changed is not told:\n{}", conflict.body);
        assert!(conflict.body.contains(typed), "{}", conflict.body);
        assert_eq!(finished.status, 303, "{}", finished.body);
        let page = table.portal.open("/stap/consent_given").await;
        assert!(page.text("[data-fallen]").contains(typed));
    });
}

#[test]
fn the_worklist_shows_the_stuck_first_then_the_longest_waiting() {
    run(|app: TestApp| async move {
        let oldest = app.school("Oudste school", "11AA", "oudste").await;
        app.advance(TimeDelta::hours(1));
        app.school("Jongste school", "12AA", "jongste").await;
        app.advance(TimeDelta::hours(1));
        let stuck = app.school("Vastgelopen school", "13AA", "vast").await;
        let portal = app.portal(&stuck).await;
        let page = portal.open("/stap/consent_given").await;
        page.submit(&portal, "form:has([data-action=stuck])", &[("reason", "Het lukt niet.")]).await;

        let staff = app.staff().await;
        let worklist = staff.get("/beheer").await;

        let body = worklist.text("main");
        let place = |name: &str| body.find(name).unwrap_or_else(|| panic!("{name} is not on\n{body}"));
        assert!(place("Vastgelopen school") < place("Oudste school"));
        assert!(place("Oudste school") < place("Jongste school"));
        assert!(!oldest.brin.is_empty());
    });
}

#[test]
fn schools_are_found_by_name_brin_and_domain_and_filtered() {
    run(|app: TestApp| async move {
        app.school("Bonhoeffer College", "12AB", "bonhoeffer").await;
        app.school("Het 100% Molenveld", "13CD", "molenveld").await;
        let staff = app.staff().await;
        let found = |query: &'static str| {
            let staff = &staff;
            async move {
                let page = staff.get(&format!("/beheer/scholen?{query}")).await;
                let text = page.texts("main tbody tr").join(" ");
                (text.contains("Bonhoeffer"), text.contains("Molenveld"))
            }
        };

        assert_eq!(found("").await, (true, true));
        assert_eq!(found("q=bonHOEFFER").await, (true, false));
        assert_eq!(found("q=13.cd").await, (false, true));
        assert_eq!(found("q=molenv").await, (false, true));
        assert_eq!(found("q=100%25").await, (false, true));
        assert_eq!(found("q=_").await, (false, false));
        assert_eq!(found("holder=kurve").await, (true, true));
        assert_eq!(found("state=paused").await, (false, false));
        assert_eq!(found("gate=consent").await, (true, true));
    });
}

#[test]
fn the_stuck_schools_can_be_picked_out() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        app.school("Het Molenveld", "13CD", "molenveld").await;
        table.school("consent_given", "stuck", &[("reason", "Het lukt niet.")]).await;

        let page = table.staff.get("/beheer/scholen?state=stuck").await;

        assert_eq!(page.texts("[data-school-row] th"), ["Bonhoeffer College"]);
        assert_eq!(page.texts("[name=state] option[selected]"), ["Lukt niet"]);
        app.new_mails().await;
    });
}

#[test]
fn a_disabled_colleague_cannot_be_invited() {
    run(|app: TestApp| async move {
        app.invite("eva@kurve.nl", StaffRole::Support).await;
        let email = koppelklaar::domain::text::EmailAddress::parse("eva@kurve.nl").expect("an address");
        staff_accounts::disable(app.context(), app.now(), &email).await.expect("the account is there");

        let invited = staff_accounts::invite(app.context(), app.now(), &email).await;

        assert!(matches!(invited, Err(ServiceError::NotFound)), "a link that never works");
    });
}

#[test]
fn a_note_that_arrives_twice_is_kept_once_and_the_same_text_later_is_another_note() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let write = || table.kurve("", "note", &[("text", "Gebeld, niemand nam op.")]);

        write().await;
        write().await;
        let at_once = table.staff_page().await.texts("[data-note]").len();
        app.advance(TimeDelta::minutes(2));
        write().await;

        assert_eq!((at_once, table.staff_page().await.texts("[data-note]").len()), (1, 2));
    });
}

#[test]
fn notes_are_for_kurve_alone() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;

        let written = table.kurve("", "note", &[("text", "Directeur belde: haast.")]).await;

        assert_eq!(written.status, 303, "{}", written.body);
        assert!(table.staff_page().await.text("[data-note]").contains("Directeur belde: haast."));
        assert!(!table.portal.open("").await.body.contains("haast"));
    });
}

#[test]
fn the_worklist_goes_on_on_a_next_page() {
    run(|app| async move {
        let mut names = vec![];
        for number in 10..63 {
            app.advance(TimeDelta::minutes(1));
            let name = format!("School {number}");
            app.school_by_services(&name, &format!("{number}AA"), &format!("school{number}")).await;
            names.push(name);
        }
        let staff = app.staff().await;

        let first = staff.get(links::STAFF).await;
        let second = staff.get(&first.attributes("[data-next]", "href")[0]).await;
        let nonsense = staff.get("/beheer?na=1.x.y").await;

        let schools = |page: &Page| page.texts("[data-work] th a");
        assert_eq!([schools(&first), schools(&second)].concat(), names);
        assert_eq!(schools(&second).len(), 3);
        assert_eq!((first.has("[data-first]"), second.has("[data-next]")), (false, false));
        assert_eq!(second.attributes("[data-first]", "href"), [links::STAFF]);
        assert_eq!(schools(&nonsense), schools(&first));
    });
}

#[test]
fn schools_without_answer_are_all_found_however_many_there_are() {
    run(|app| async move {
        let mut names = vec![];
        for number in 100..202 {
            app.advance(TimeDelta::minutes(1));
            let name = format!("School {number}");
            let brin = format!("{:02}A{}", number % 100, if number < 200 { 'B' } else { 'C' });
            app.school_by_services(&name, &brin, &format!("school{number}")).await;
            names.push(name);
        }
        let staff = app.staff().await;
        // All but the newest.
        let silence = "UPDATE onboarding SET no_answer_since = kurve_since \
                       WHERE kurve_since < (SELECT MAX(kurve_since) FROM onboarding)";
        app.rewrite(silence).await;
        names.pop();

        let page = staff.get(links::STAFF).await;

        assert_eq!(page.text("[data-chip=silent]"), "Geen antwoord 101");
        let mut found = vec![];
        let mut next = page.attributes("[data-chip=silent]", "href");
        while let Some(path) = next.pop() {
            let list = staff.get(&path).await;
            assert_eq!(list.text("[data-chip][aria-current]"), "Geen antwoord 101", "{path}");
            found.extend(list.texts("[data-kind=silent] th a"));
            next = list.attributes("[data-next]", "href");
        }
        assert_eq!(found, names);
    });
}

#[test]
fn wrong_tries_that_lock_an_account_stand_in_the_audit_as_those_of_a_visitor() {
    run(|app: TestApp| async move {
        app.staff().await;
        let visitor = app.anonymous();
        let page = visitor.get("/beheer/inloggen").await;
        let fields = [("email", "eva@kurve.nl"), ("password", "niet het wachtwoord"), ("code", "000000")];

        for _ in 0..12 {
            page.submit(&visitor, "main form", &fields).await;
        }

        let query = "SELECT actor_kind FROM audit WHERE action = 'staff_locked'";
        assert_eq!(texts(&app.database.url, query).await, ["visitor"]);
    });
}
