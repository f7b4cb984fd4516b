//! What colleagues do about their own account.

use koppelklaar::crypto::Token;
use koppelklaar::crypto::totp::{self, TotpSecret};
use koppelklaar::domain::actor::StaffRole;
use koppelklaar::links;

use super::{Member, done_about_staff, is_in, try_code};
use crate::support::app::STAFF_PASSWORD;
use crate::support::{Page, TestApp, run};

const EVA: &str = "eva@kurve.nl";
const OTHER: &str = "acht paarse laarzen";

async fn eva(app: &TestApp) -> Member {
    Member::join(app, EVA, StaffRole::Reader).await
}

async fn change_password(member: &Member, present: &str, fields: [&str; 2]) -> Page {
    let page = member.browser.get(links::STAFF_ACCOUNT).await;
    let fields = [("present", present), ("password", fields[0]), ("again", fields[1])];
    page.submit(&member.browser, "form[data-form=own_password]", &fields).await
}

#[test]
fn another_password_asks_for_the_present_one_ends_other_sessions_and_is_told_by_mail() {
    run(|app: TestApp| async move {
        let eva = eva(&app).await;
        let elsewhere = app.anonymous();
        eva.sign_in_from(&app, &elsewhere, STAFF_PASSWORD).await;

        let wrong = change_password(&eva, "iets heel anders", [OTHER, OTHER]).await;
        let apart = change_password(&eva, STAFF_PASSWORD, [OTHER, "acht paarse schoenen"]).await;
        let weak = change_password(&eva, STAFF_PASSWORD, ["kort", "kort"]).await;
        let before = (is_in(&elsewhere).await, app.new_mails().await.len());
        let changed = change_password(&eva, STAFF_PASSWORD, [OTHER, OTHER]).await;
        let mail = app.only_mail_to(EVA).await;
        let old = eva.sign_in_from(&app, &app.anonymous(), STAFF_PASSWORD).await;
        let new = eva.sign_in_from(&app, &app.anonymous(), OTHER).await;

        for (page, field) in [(&wrong, "present"), (&apart, "again"), (&weak, "password")] {
            assert_eq!(page.status, 422);
            assert!(page.has(&format!("[data-error-for={field}]")), "{field}\n{}", page.body);
            assert!(!page.body.contains("laarzen") && !page.body.contains("anders\""), "a password came back");
        }
        assert_eq!(before, (true, 0));
        assert_eq!((changed.status, changed.location()), (303, links::STAFF_ACCOUNT));
        assert_eq!((eva.is_in().await, is_in(&elsewhere).await), (true, false));
        assert_eq!(mail.subject, "Koppelklaar: je wachtwoord is gewijzigd");
        assert!(!mail.text.contains("laarzen") && mail.text.contains("Was jij dit niet?"), "{}", mail.text);
        assert_eq!((old.status, new.status), (422, 303));
        assert!(done_about_staff(&app).await.contains(&"staff_password_changed".to_owned()));
    });
}

#[test]
fn wrong_passwords_on_ones_own_page_count_like_those_at_the_door_of_that_browser() {
    run(|app: TestApp| async move {
        let eva = eva(&app).await;

        for _ in 0..10 {
            change_password(&eva, "iets heel anders", [OTHER, OTHER]).await;
        }
        let locked = change_password(&eva, STAFF_PASSWORD, [OTHER, OTHER]).await;
        let at_the_door = eva.sign_in_from(&app, &eva.browser, STAFF_PASSWORD).await;
        let elsewhere = eva.sign_in_from(&app, &app.anonymous(), STAFF_PASSWORD).await;

        assert_eq!((locked.status, at_the_door.status, elsewhere.status), (422, 422, 303));
        assert!(locked.has("[data-refusal]"), "{}", locked.body);
        assert!(done_about_staff(&app).await.contains(&"staff_locked".to_owned()));
        app.new_mails().await;
    });
}

#[test]
fn another_second_factor_signs_in_at_once_and_the_old_one_no_more() {
    run(|app: TestApp| async move {
        let eva = eva(&app).await;
        let elsewhere = app.anonymous();
        eva.sign_in_from(&app, &elsewhere, STAFF_PASSWORD).await;
        let page = eva.browser.get(links::STAFF_ACCOUNT_FACTOR).await;
        let key = page.attributes("[name=key]", "value").remove(0);
        let fresh = TotpSecret::of_invite(&app.context().keys, &Token::parse(&key).expect("a token"));
        let code = || totp::current(&fresh, app.now());
        let form = "form[data-form=own_factor]";

        let wrong = page.submit(&eva.browser, form, &[("present", STAFF_PASSWORD), ("code", "000000")]).await;
        let stranger = page.submit(&eva.browser, form, &[("present", "iets anders"), ("code", &code())]).await;
        let before = is_in(&elsewhere).await;
        let changed = wrong.submit(&eva.browser, form, &[("present", STAFF_PASSWORD), ("code", &code())]).await;
        let at_once = try_code(&app.anonymous(), EVA, STAFF_PASSWORD, &code()).await;
        let twice = try_code(&app.anonymous(), EVA, STAFF_PASSWORD, &code()).await;
        let old = eva.sign_in_from(&app, &app.anonymous(), STAFF_PASSWORD).await;
        let mail = app.only_mail_to(EVA).await;

        assert_eq!((wrong.status, stranger.status, changed.status), (422, 422, 303), "{}", changed.body);
        assert_eq!(wrong.attributes("[name=key]", "value"), [key], "the key that is in the app by now");
        assert!(wrong.has("[data-error-for=code]") && stranger.has("[data-error-for=present]"));
        assert_eq!((before, is_in(&elsewhere).await, eva.is_in().await), (true, false, true));
        assert_eq!((at_once.status, twice.status, old.status), (303, 422, 422));
        assert_eq!(mail.subject, "Koppelklaar: je code-app is gewijzigd");
        assert!(done_about_staff(&app).await.contains(&"staff_factor_changed".to_owned()));
    });
}

#[test]
fn everyone_sees_and_ends_their_own_sessions_and_nobody_elses() {
    run(|app: TestApp| async move {
        let eva = eva(&app).await;
        let jan = Member::join(&app, "jan@kurve.nl", StaffRole::Support).await;
        let one = eva.browser.get(links::STAFF_ACCOUNT).await;
        let others = [app.anonymous(), app.anonymous(), app.anonymous()];
        for browser in &others {
            eva.sign_in_from(&app, browser, STAFF_PASSWORD).await;
        }

        let page = eva.browser.get(links::STAFF_ACCOUNT).await;
        let (path, foreign) = page.form("form[data-form=end_session]");
        let ended = page.submit(&eva.browser, "form[data-form=end_session]", &[]).await;
        let after_one = [is_in(&others[0]).await, is_in(&others[1]).await, is_in(&others[2]).await];
        let session = foreign.iter().find(|(name, _)| name == "session").expect("the form says which").1.clone();
        let still = eva.browser.get(links::STAFF_ACCOUNT).await;
        let target = still.attributes("form[data-form=end_session] [name=session]", "value").remove(0);
        let jans = jan.browser.get(links::STAFF_ACCOUNT).await.form("form[data-form=own_password]").1;
        let csrf = jans.into_iter().find(|(name, _)| name == "csrf").expect("every form has one");
        let by_jan = jan.browser.post(&path, &[csrf, ("session".to_owned(), target)]).await;
        let untouched = is_in(&others[1]).await;
        let twice = still.submit(&eva.browser, "form[data-form=end_session]", &[("session", &session)]).await;
        let all = still.submit(&eva.browser, "form[data-form=end_others]", &[]).await;

        assert_eq!(one.attributes("[data-session]", "data-session"), ["this"]);
        assert!(!one.has("form[data-form=end_session]"));
        assert_eq!(page.attributes("[data-session]", "data-session"), ["this", "other", "other", "other"]);
        assert_eq!((ended.status, by_jan.status, twice.status, all.status), (303, 303, 303, 303));
        assert_eq!((after_one, untouched), ([false, true, true], true));
        assert_eq!([is_in(&others[1]).await, is_in(&others[2]).await, eva.is_in().await], [false, false, true]);
        let done = done_about_staff(&app).await;
        assert_eq!(done.iter().filter(|action| *action == "staff_sessions_ended").count(), 2, "{done:?}");
    });
}
