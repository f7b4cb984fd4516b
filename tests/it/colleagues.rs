//! Accounts of Kurve's colleagues over time: another role, away and back, a lost phone, and sessions that end.

use chrono::TimeDelta;
use koppelklaar::domain::actor::StaffRole;
use koppelklaar::domain::text::EmailAddress;
use koppelklaar::links;
use koppelklaar::services::people::staff_accounts;

use crate::journey::Table;
use crate::support::program::Program;
use crate::support::{TestApp, Visitor, on_each_database, run};

fn eva() -> EmailAddress {
    EmailAddress::parse("eva@kurve.nl").expect("an address")
}

async fn is_signed_in(visitor: &Visitor, path: &str) -> bool {
    visitor.get(path).await.status == 200
}

#[test]
fn another_role_counts_from_the_next_press_on() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let page = table.staff_page().await;
        let note = [("text", "Gebeld met de school.")];

        let changed = staff_accounts::change_role(app.context(), app.now(), &eva(), StaffRole::Reader).await;
        changed.expect("the account is there");
        let refused = page.submit(&table.staff, "form[data-form=note]", &note).await;
        let as_reader = table.staff_page().await;
        let back = staff_accounts::change_role(app.context(), app.now(), &eva(), StaffRole::Admin).await;
        back.expect("the account is there");
        let as_admin = table.staff_page().await;

        assert_eq!(refused.status, 403, "{}", refused.body);
        assert!(!as_reader.has("form[data-form=note]") && as_admin.has("form[data-form=note]"));
    });
}

#[test]
fn a_new_invite_signs_out_whoever_has_the_old_phone() {
    run(|app: TestApp| async move {
        let staff = app.staff().await;
        let before = is_signed_in(&staff, links::STAFF).await;

        staff_accounts::invite(app.context(), app.now(), &eva()).await.expect("the account is there");

        assert_eq!((before, is_signed_in(&staff, links::STAFF).await), (true, false));
    });
}

#[test]
fn a_session_of_a_colleague_ends_after_eight_hours_however_it_is_used() {
    run(|app: TestApp| async move {
        let staff = app.staff().await;
        for _ in 0..7 {
            app.advance(TimeDelta::hours(1));
            assert!(is_signed_in(&staff, links::STAFF).await, "{}", app.now());
        }

        app.advance(TimeDelta::hours(1));

        assert!(!is_signed_in(&staff, links::STAFF).await);
    });
}

#[test]
fn a_session_of_a_school_ends_after_a_week_however_it_is_used() {
    run(|app: TestApp| async move {
        let school = app.school("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let portal = app.portal_without_mail(&school).await;
        for _ in 0..14 {
            app.advance(TimeDelta::minutes(719));
            assert!(is_signed_in(&portal, &portal.at("")).await, "{}", app.now());
        }

        app.advance(TimeDelta::minutes(719));

        assert!(!is_signed_in(&portal, &portal.at("")).await);
    });
}

#[test]
fn the_operator_changes_a_role_and_brings_back_who_was_disabled() {
    on_each_database(async |kind| {
        let program = Program::migrated(kind).await;
        program.run(&["staff", "add", "eva@kurve.nl", "--name", "Eva Jansen"]).good();
        let working = program.run(&["staff", "enable", "eva@kurve.nl"]).refusal();

        program.run(&["staff", "role", "eva@kurve.nl", "reader"]).good();
        program.run(&["staff", "disable", "eva@kurve.nl"]).good();
        let taken = program.run(&["staff", "add", "eva@kurve.nl", "--name", "Eva Jansen"]).refusal();
        let link = program.run(&["staff", "enable", "eva@kurve.nl"]).good();
        let listed = program.run(&["staff", "list"]).good();
        let nonsense = program.run(&["staff", "role", "eva@kurve.nl", "baas"]).refusal();

        assert!(working.contains("koppelklaar staff list"), "{working}");
        assert!(taken.contains("koppelklaar staff enable") || taken.contains("`staff enable`"), "{taken}");
        assert!(link.contains("/beheer/uitnodiging/"), "{link}");
        assert_eq!(
            listed.split_whitespace().collect::<Vec<_>>(),
            ["reader", "invited", "Eva", "Jansen", "<eva@kurve.nl>"]
        );
        assert!(nonsense.contains("admin, support or reader"), "{nonsense}");
    });
}

#[cfg(unix)]
#[test]
fn the_doctor_names_files_with_secrets_that_everybody_can_read() {
    use std::os::unix::fs::PermissionsExt;
    on_each_database(async |kind| {
        let mut program = Program::migrated(kind).await;
        let path = program.database.folder.path().join("smtp");
        std::fs::write(&path, "smtp://127.0.0.1:1\n").expect("a file");
        program.set("KOPPELKLAAR_SMTP_URL_FILE", "smtp");
        let look = |mode: u32| {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("it is ours");
            program.run(&["doctor"]).out
        };

        let (open, closed) = (look(0o644), look(0o640));

        assert!(open.contains("warn  secrets: everybody on this machine can read smtp"), "{open}");
        assert!(!closed.contains("secrets:"), "{closed}");
    });
}
