//! What admins do about each other and about colleagues: somebody who can do it always stays.

use koppelklaar::domain::actor::{Actor, StaffRole};
use koppelklaar::domain::ids::StaffId;
use koppelklaar::links;
use koppelklaar::services::ServiceError;
use koppelklaar::services::people::colleagues::{self, ColleagueError};
use koppelklaar::services::people::staff_accounts;
use koppelklaar::store::people::staff::StaffAccount;
use tokio::task::JoinSet;

use super::{Member, done_about_staff, enrol, is_in, press, row, state};
use crate::journey::Table;
use crate::support::app::STAFF_PASSWORD;
use crate::support::{TestApp, run};

const BOSS: &str = "baas@kurve.nl";

async fn accounts(app: &TestApp) -> Vec<StaffAccount> {
    staff_accounts::list(app.context()).await.expect("the store answers")
}

async fn id_of(app: &TestApp, email: &str) -> StaffId {
    let found = accounts(app).await.into_iter().find(|account| account.email.as_str() == email);
    found.expect("the account is there").id
}

#[test]
fn the_last_admin_cannot_be_lowered_disabled_or_reset() {
    run(|app: TestApp| async move {
        let admin = Member::join(&app, BOSS, StaffRole::Admin).await;
        let id = id_of(&app, BOSS).await.to_string();
        let page = admin.browser.get(links::STAFF_COLLEAGUES).await;
        let (_, hidden) = page.form(&format!("{} form[data-form=role]", row(BOSS)));

        let lowered = press(&admin.browser, BOSS, "role", &[("role", "support")]).await;
        let mut refused = vec![lowered];
        for path in [links::STAFF_COLLEAGUE_DISABLE, links::STAFF_COLLEAGUE_RESET] {
            refused.push(admin.browser.post(&links::fill(path, &[&id]), &hidden).await);
        }

        for page in refused {
            assert_eq!(page.status, 422, "{}", page.body);
            assert!(page.text("[data-refusal]").contains("altijd een beheerder"), "{}", page.body);
        }
        assert_eq!(state(&admin.browser, BOSS).await, "active");
        assert!(admin.is_in().await);
    });
}

#[test]
fn of_two_admins_who_take_each_other_away_at_once_one_stays() {
    run(|app: TestApp| async move {
        let emails = [BOSS, "chef@kurve.nl"];
        for email in emails {
            Member::join(&app, email, StaffRole::Admin).await;
        }
        let ids = [id_of(&app, emails[0]).await, id_of(&app, emails[1]).await];
        let contexts = [app.context().clone(), app.second_instance().await.context];
        for round in 0..9 {
            let mut changes = JoinSet::new();
            for (number, context) in contexts.clone().into_iter().enumerate() {
                let call = app.call(Actor::Staff { id: ids[number], role: StaffRole::Admin });
                let whom = ids[1 - number];
                changes.spawn(async move {
                    match round % 3 {
                        0 => colleagues::change_role(&context, &call, whom, StaffRole::Reader).await,
                        1 => colleagues::disable(&context, &call, whom).await,
                        _ => colleagues::reset(&context, &call, whom).await,
                    }
                });
            }
            let answers = changes.join_all().await;

            let done = answers.iter().filter(|answer| matches!(answer, Ok(true))).count();
            let refused = answers.iter().filter(|answer| {
                matches!(
                    answer,
                    Err(ColleagueError::LastAdmin
                        | ColleagueError::Service(ServiceError::Forbidden | ServiceError::Conflict))
                )
            });
            assert_eq!((done, refused.count()), (1, 1), "round {round}: {answers:?}");
            let working = |account: &&StaffAccount| account.role == StaffRole::Admin && account.can_sign_in();
            assert_eq!(accounts(&app).await.iter().filter(working).count(), 1, "round {round}");
            for email in emails {
                let address = email.parse().expect("an address");
                let brought_back =
                    staff_accounts::change_role(app.context(), app.now(), &address, StaffRole::Admin).await;
                brought_back.expect("the account is there");
                let found = accounts(&app).await.into_iter().find(|account| account.email == address);
                let account = found.expect("the account is there");
                if account.disabled_at.is_some() {
                    staff_accounts::enable(app.context(), app.now(), &address).await.expect("it is disabled");
                }
                if !account.can_sign_in() {
                    Member::join(&app, email, StaffRole::Admin).await;
                }
            }
            app.new_mails().await;
        }
    });
}

#[test]
fn who_is_no_admin_any_more_changes_nothing_from_an_older_page() {
    run(|app: TestApp| async move {
        let admin = Member::join(&app, BOSS, StaffRole::Admin).await;
        let other = Member::join(&app, "chef@kurve.nl", StaffRole::Admin).await;
        let stale = other.browser.get(links::STAFF_COLLEAGUES).await;

        press(&admin.browser, "chef@kurve.nl", "role", &[("role", "support")]).await;
        let refused = stale.submit(&other.browser, &format!("{} form[data-form=disable]", row(BOSS)), &[]).await;
        let call = app.call(Actor::Staff { id: id_of(&app, "chef@kurve.nl").await, role: StaffRole::Admin });
        let late = colleagues::disable(app.context(), &call, id_of(&app, BOSS).await).await;

        assert_eq!(refused.status, 403);
        assert!(matches!(late, Err(ColleagueError::Service(ServiceError::Forbidden))), "{late:?}");
        assert!(admin.is_in().await);
    });
}

#[test]
fn a_disabled_colleague_is_out_at_once_and_what_they_wrote_keeps_their_name() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        table.kurve("", "note", &[("text", "Directeur belt morgen terug.")]).await;
        let admin = Member::join(&app, BOSS, StaffRole::Admin).await;

        let disabled = press(&admin.browser, "eva@kurve.nl", "disable", &[]).await;
        let same = press(&admin.browser, BOSS, "role", &[("role", "admin")]).await;
        let out = is_in(&table.staff).await;
        let shown = state(&admin.browser, "eva@kurve.nl").await;
        let page = admin.browser.get(&links::staff_school(links::STAFF_SCHOOL, table.school.connection)).await;
        let enabled = press(&admin.browser, "eva@kurve.nl", "enable", &[]).await;
        let mail = app.only_mail_to("eva@kurve.nl").await;
        let (chosen, _) = enrol(&app, &mail.path_of("/beheer/uitnodiging/"), "acht paarse laarzen").await;

        assert_eq!((disabled.status, same.status, enabled.status, chosen.status), (303, 303, 303, 303));
        assert_eq!((out, shown.as_str()), (false, "disabled"));
        let note = page.text("[data-note]");
        assert!(note.contains("Eva Jansen") && note.contains("Directeur belt"), "{note}");
        assert_eq!(state(&admin.browser, "eva@kurve.nl").await, "active");
        let done = done_about_staff(&app).await;
        assert_eq!(done[done.len() - 4..], ["staff_disabled", "staff_enabled", "staff_invited", "staff_enrolled"]);
    });
}

#[test]
fn a_reset_ends_the_old_password_and_code_at_once_and_a_mail_brings_new_ones() {
    run(|app: TestApp| async move {
        let admin = Member::join(&app, BOSS, StaffRole::Admin).await;
        let eva = Member::join(&app, "eva@kurve.nl", StaffRole::Support).await;

        let reset = press(&admin.browser, "eva@kurve.nl", "reset", &[]).await;
        let out = eva.is_in().await;
        let old = eva.sign_in_from(&app, &app.anonymous(), STAFF_PASSWORD).await;
        let mail = app.only_mail_to("eva@kurve.nl").await;
        let (chosen, factor) = enrol(&app, &mail.path_of("/beheer/uitnodiging/"), "acht paarse laarzen").await;
        let again = Member { factor, ..eva };
        let fresh = again.sign_in_from(&app, &again.browser, "acht paarse laarzen").await;

        assert_eq!((reset.status, out, old.status), (303, false, 422));
        assert_eq!((chosen.status, fresh.status), (303, 303), "{}", fresh.body);
        assert!(!mail.text.contains("laarzen"), "{}", mail.text);
        assert!(done_about_staff(&app).await.contains(&"staff_reset".to_owned()));
    });
}

#[test]
fn another_role_counts_at_once() {
    run(|app: TestApp| async move {
        let admin = Member::join(&app, BOSS, StaffRole::Admin).await;
        let eva = Member::join(&app, "eva@kurve.nl", StaffRole::Reader).await;

        let raised = press(&admin.browser, "eva@kurve.nl", "role", &[("role", "admin")]).await;
        let as_admin = eva.browser.get(links::STAFF_COLLEAGUES).await;
        let same = press(&admin.browser, "eva@kurve.nl", "role", &[("role", "admin")]).await;
        let nonsense = press(&admin.browser, "eva@kurve.nl", "role", &[("role", "baas")]).await;
        let lowered = press(&eva.browser, BOSS, "role", &[("role", "support")]).await;
        let as_support = admin.browser.get(links::STAFF_COLLEAGUES).await;

        assert_eq!((raised.status, same.status, nonsense.status, lowered.status), (303, 303, 422, 303));
        assert!(as_admin.has("form[data-form=invite]") && !as_support.has("form[data-form=invite]"));
        let done = done_about_staff(&app).await;
        assert_eq!(done.iter().filter(|action| *action == "staff_role_changed").count(), 2, "{done:?}");
    });
}
