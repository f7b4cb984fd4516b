//! What somebody gets who tries at the door of Kurve, and that it never keeps its colleagues out.

use chrono::TimeDelta;
use koppelklaar::crypto::totp;
use koppelklaar::domain::actor::StaffRole;
use koppelklaar::domain::text::EmailAddress;
use koppelklaar::links;
use koppelklaar::services::people::staff_accounts;
use koppelklaar::services::people::staff_auth::{SignIn, sign_in};
use koppelklaar::services::{AnonymousCall, Client};
use koppelklaar::web::rate_limit::Allowance;

use tokio::task::JoinSet;

use super::{Member, done_about_staff, is_in, state, try_code};
use crate::support::app::{STAFF_PASSWORD, nonzero};
use crate::support::database::texts;
use crate::support::post::Mail;
use crate::support::{Page, TestApp, Visitor, on_each_database, run};

const EVA: &str = "eva@kurve.nl";
const SUPPORT: &str = "support@kurve.nl";

async fn eva(app: &TestApp) -> Member {
    Member::join(app, EVA, StaffRole::Support).await
}

/// A browser that never signed in, in a network of its own.
fn stranger(app: &TestApp, network: usize) -> Visitor {
    app.anonymous().at_address(&format!("198.51.100.{network}"))
}

impl Member {
    /// Tries the right password with a code that is not theirs.
    async fn try_wrong_code(&self, app: &TestApp, browser: &Visitor) -> Page {
        let later = app.now() + TimeDelta::minutes(10);
        try_code(browser, &self.email, STAFF_PASSWORD, &totp::current(&self.factor, later)).await
    }

    /// Tries the right password with the right code, as it is now.
    async fn try_right(&self, app: &TestApp, browser: &Visitor) -> u16 {
        app.advance(TimeDelta::seconds(30));
        let code = totp::current(&self.factor, app.now());
        try_code(browser, &self.email, STAFF_PASSWORD, &code).await.status
    }
}

fn alarms(mails: Vec<Mail>) -> Vec<String> {
    mails.into_iter().filter(|mail| mail.to == SUPPORT).map(|mail| mail.subject).collect()
}

#[test]
fn wrong_passwords_from_elsewhere_keep_nobody_out_of_a_browser_that_signed_in_before() {
    run(|app: TestApp| async move {
        let eva = eva(&app).await;

        // Also in the network of the colleague themselves.
        let mut attackers = vec![app.anonymous()];
        attackers.extend((1..5).map(|network| stranger(&app, network)));
        for attacker in &attackers {
            for _ in 0..12 {
                assert_eq!(try_code(attacker, EVA, "zeven groene laarsjes", "123456").await.status, 422);
            }
        }
        let known = eva.try_right(&app, &eva.browser).await;
        let new = eva.try_right(&app, &stranger(&app, 9)).await;
        let beside_an_attacker = eva.try_right(&app, &stranger(&app, 3)).await;
        let told = alarms(app.new_mails().await);
        let shown = state(&eva.browser, EVA).await;
        app.advance(TimeDelta::minutes(15));
        let later = eva.try_right(&app, &stranger(&app, 3)).await;

        assert_eq!((known, new), (303, 303));
        assert_eq!((beside_an_attacker, later), (422, 303));
        assert_eq!(told, ["Koppelklaar: veel foute wachtwoorden bij Eva Jansen"], "once, however many come");
        assert_eq!(shown, "tried");
        let done = done_about_staff(&app).await;
        assert_eq!(done.iter().filter(|action| *action == "staff_locked").count(), 1, "{done:?}");
    });
}

#[test]
fn who_goes_on_trying_from_one_network_waits_longer() {
    run(|app: TestApp| async move {
        let eva = eva(&app).await;
        let attacker = stranger(&app, 1);

        for _ in 0..3 {
            for _ in 0..12 {
                try_code(&attacker, EVA, "zeven groene laarsjes", "123456").await;
            }
            app.advance(TimeDelta::minutes(16));
        }
        let thirty_in_a_day = eva.try_right(&app, &stranger(&app, 1)).await;
        app.advance(TimeDelta::hours(24));
        let a_day_later = eva.try_right(&app, &stranger(&app, 1)).await;

        assert_eq!((thirty_in_a_day, a_day_later), (422, 303));
        app.new_mails().await;
    });
}

#[test]
fn forms_of_strangers_use_up_no_limit_of_a_browser_that_signed_in_before() {
    on_each_database(async |kind| {
        let allowance = Allowance { per_client: nonzero(20), per_address: nonzero(3) };
        let app = TestApp::start_with(kind, allowance).await;
        let eva = eva(&app).await;
        // In the same network, so that they have one limit as clients.
        let attacker = app.anonymous();

        let mut statuses = vec![];
        for _ in 0..25 {
            statuses.push(try_code(&attacker, EVA, "zeven groene laarsjes", "123456").await.status);
        }

        assert_eq!(statuses.last(), Some(&429));
        assert_eq!(eva.try_right(&app, &eva.browser).await, 303);
        assert_eq!(eva.try_right(&app, &stranger(&app, 1)).await, 303, "the limit of an address is each client's own");
    });
}

#[test]
fn wrong_codes_count_for_the_account_over_all_networks_and_not_for_a_known_browser() {
    run(|app: TestApp| async move {
        let eva = eva(&app).await;

        for network in 1..=5 {
            assert_eq!(eva.try_wrong_code(&app, &stranger(&app, network)).await.status, 422);
        }
        let told = alarms(app.new_mails().await);
        let right = eva.try_right(&app, &stranger(&app, 6)).await;
        let known = eva.try_right(&app, &eva.browser).await;
        let still = eva.try_right(&app, &stranger(&app, 7)).await;
        app.advance(TimeDelta::minutes(15));
        let later = eva.try_right(&app, &stranger(&app, 7)).await;

        assert_eq!(told, ["Koppelklaar: iemand kent het wachtwoord van Eva Jansen"]);
        assert_eq!((right, known), (422, 303));
        assert_eq!((still, later), (422, 303), "that the colleague signs in gives who guesses no fresh tries");
        let done = done_about_staff(&app).await;
        assert_eq!(done.iter().filter(|action| *action == "staff_codes_tried").count(), 1, "{done:?}");
    });
}

#[test]
fn fifteen_wrong_codes_in_a_month_are_all_that_are_looked_at() {
    run(|app: TestApp| async move {
        let eva = eva(&app).await;
        let mut networks = 1..;
        for _ in 0..3 {
            for _ in 0..5 {
                eva.try_wrong_code(&app, &stranger(&app, networks.next().expect("there is a next"))).await;
            }
            app.advance(TimeDelta::hours(25));
        }

        let within = eva.try_right(&app, &stranger(&app, 99)).await;
        let known = eva.try_right(&app, &eva.browser).await;
        app.advance(TimeDelta::days(30));
        let after = eva.try_right(&app, &stranger(&app, 99)).await;

        assert_eq!((within, known, after), (422, 303, 303));
        app.new_mails().await;
    });
}

#[test]
fn wrong_codes_that_come_at_once_are_looked_at_one_after_the_other() {
    run(|app: TestApp| async move {
        let factor = app.enrolled(EVA).await;
        let (now, email) = (app.now(), EmailAddress::parse(EVA).expect("an address"));
        let code = totp::current(&factor, now + TimeDelta::minutes(10));
        let mut tries = JoinSet::new();

        for number in 0..12 {
            let (context, code, email) = (app.context().clone(), code.clone(), email.clone());
            tries.spawn(async move {
                let network = number.to_string();
                let client = Client { network: network.clone(), browser: network, staff_session: None, session: None };
                let typed = SignIn { email, password: STAFF_PASSWORD.into(), code };
                sign_in(&context, AnonymousCall::new(now, "test").from(&client), typed).await
            });
        }
        for answer in tries.join_all().await {
            assert!(answer.expect("the store answers").is_none());
        }

        assert_eq!(texts(&app.database.url, "SELECT sort FROM wrong_try").await, ["code"; 5]);
        app.new_mails().await;
    });
}

#[test]
fn a_code_of_the_next_step_is_none_yet_and_one_of_the_step_before_still_is() {
    run(|app: TestApp| async move {
        let eva = eva(&app).await;
        app.advance(TimeDelta::minutes(2));
        let code_at = |seconds| totp::current(&eva.factor, app.now() + TimeDelta::seconds(seconds));

        let next = try_code(&eva.browser, EVA, STAFF_PASSWORD, &code_at(30)).await;
        let too_old = try_code(&eva.browser, EVA, STAFF_PASSWORD, &code_at(-60)).await;
        let before = try_code(&eva.browser, EVA, STAFF_PASSWORD, &code_at(-30)).await;

        assert_eq!((next.status, too_old.status, before.status), (422, 422, 303));
    });
}

#[test]
fn a_code_that_was_used_is_no_wrong_code() {
    run(|app: TestApp| async move {
        let eva = eva(&app).await;
        app.advance(TimeDelta::minutes(1));
        let code = totp::current(&eva.factor, app.now());

        for _ in 0..12 {
            try_code(&stranger(&app, 1), EVA, STAFF_PASSWORD, &code).await;
        }

        assert_eq!(eva.try_right(&app, &stranger(&app, 1)).await, 303);
        assert_eq!(alarms(app.new_mails().await), Vec::<String>::new());
    });
}

#[test]
fn sessions_of_colleagues_end_after_eight_hours_and_of_admins_after_half_an_hour_without_use() {
    run(|app: TestApp| async move {
        let support = eva(&app).await;
        let admin = Member::join(&app, "baas@kurve.nl", StaffRole::Admin).await;
        let idle = Member::join(&app, "chef@kurve.nl", StaffRole::Admin).await;
        let mut admins = vec![];

        for _ in 0..17 {
            app.advance(TimeDelta::minutes(28));
            admins.push(admin.is_in().await);
        }
        let at_476_minutes = (support.is_in().await, idle.is_in().await);
        app.advance(TimeDelta::minutes(18));

        assert!(admins.iter().all(|is_in| *is_in), "with use it lasts: {admins:?}");
        assert_eq!(at_476_minutes, (true, false));
        assert_eq!((support.is_in().await, admin.is_in().await), (false, false));
    });
}

#[test]
fn who_is_made_an_admin_has_the_session_of_one_from_then_on() {
    run(|app: TestApp| async move {
        let support = eva(&app).await;
        app.advance(TimeDelta::minutes(31));
        let email = EmailAddress::parse(EVA).expect("an address");

        let changed = staff_accounts::change_role(app.context(), app.now(), &email, StaffRole::Admin).await;

        changed.expect("the account is there");

        assert!(!support.is_in().await);
    });
}

#[test]
fn the_old_session_of_a_browser_ends_when_it_signs_in_again() {
    run(|app: TestApp| async move {
        let eva = eva(&app).await;
        let old = eva.browser.cookie("__Host-kk_staff").expect("signed in");
        let elsewhere = app.anonymous();
        eva.sign_in_from(&app, &elsewhere, STAFF_PASSWORD).await;

        let again = eva.sign_in_from(&app, &eva.browser, STAFF_PASSWORD).await;

        let thief = app.anonymous();
        thief.set_cookie("__Host-kk_staff", &old);
        assert_eq!(again.status, 303);
        assert_eq!((is_in(&thief).await, eva.is_in().await, is_in(&elsewhere).await), (false, true, true));
    });
}

#[test]
fn an_invitation_shows_another_key_each_time_until_one_is_confirmed() {
    run(|app: TestApp| async move {
        let token = app.invite(EVA, StaffRole::Support).await;
        let path = links::fill(links::STAFF_INVITE, &[&token.expose_text()]);
        let curious = app.anonymous().get(&path).await;
        let browser = app.anonymous();

        let page = browser.get(&path).await;
        let (seen, shown) = (app.shown_factor(&curious), app.shown_factor(&page));
        let fields = |code: &str| {
            [("password", STAFF_PASSWORD), ("again", STAFF_PASSWORD), ("code", code)].map(|(k, v)| (k, v.to_owned()))
        };
        let submit = async |page: &Page, code: String| {
            let fields = fields(&code);
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            page.submit(&browser, "main form", &fields).await
        };
        let wrong = submit(&page, totp::current(&seen, app.now())).await;
        let done = submit(&wrong, totp::current(&shown, app.now())).await;
        app.advance(TimeDelta::seconds(30));
        let by_seen = try_code(&browser, EVA, STAFF_PASSWORD, &totp::current(&seen, app.now())).await;
        let by_shown = try_code(&browser, EVA, STAFF_PASSWORD, &totp::current(&shown, app.now())).await;

        assert_ne!(curious.attributes("[name=key]", "value"), page.attributes("[name=key]", "value"));
        assert_eq!((wrong.status, done.status), (422, 303), "{}", done.body);
        assert_eq!(wrong.attributes("[name=key]", "value"), page.attributes("[name=key]", "value"), "that of the app");
        assert_eq!((by_seen.status, by_shown.status), (422, 303));
    });
}

#[test]
fn a_password_of_ones_own_name_or_of_the_product_is_refused_with_what_to_do() {
    run(|app: TestApp| async move {
        let token = app.invite(EVA, StaffRole::Support).await;
        let path = links::fill(links::STAFF_INVITE, &[&token.expose_text()]);
        let browser = app.anonymous();
        let page = browser.get(&path).await;

        for weak in ["Eva Jansen 2026", "evajansen2026", "KoppelKlaar2026", "W3lkom bij Kurve", "password1234"] {
            let refused = page.submit(&browser, "main form", &[("password", weak), ("again", weak)]).await;
            let said = refused.text("[data-error-for=password]");

            assert_eq!(refused.status, 422, "{weak}");
            assert!(said.contains("Kies "), "{weak}: {said}");
            assert!(!refused.body.contains(weak), "{weak} came back");
        }
    });
}
