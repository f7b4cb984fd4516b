//! How an admin invites a colleague, and how far that is.

use chrono::TimeDelta;
use koppelklaar::crypto::totp;
use koppelklaar::domain::actor::StaffRole;
use koppelklaar::links;
use koppelklaar::mail::transport::SendErrorKind;

use super::{Member, done_about_staff, enrol, press, row, state, try_code};
use crate::support::app::STAFF_PASSWORD;
use crate::support::{Page, TestApp, reports, run, run_to_failure};

const JAN: &str = "jan@kurve.nl";

async fn invite(admin: &Member, name: &str, role: &str) -> Page {
    let page = admin.browser.get(links::STAFF_COLLEAGUES).await;
    let fields = [("name", name), ("email", JAN), ("role", role)];
    page.submit(&admin.browser, "form[data-form=invite]", &fields).await
}

async fn boss(app: &TestApp) -> Member {
    Member::join(app, "baas@kurve.nl", StaffRole::Admin).await
}

#[test]
fn a_colleague_is_invited_by_mail_and_the_code_of_a_fresh_app_signs_in_at_once() {
    run(|app: TestApp| async move {
        let admin = boss(&app).await;
        let alone = admin.browser.get(links::STAFF_COLLEAGUES).await;

        let invited = invite(&admin, "Jan Smit", "support").await;
        let waiting = admin.browser.follow(&invited).await;
        let mail = app.only_mail_to(JAN).await;
        let sent = admin.browser.get(links::STAFF_COLLEAGUES).await;
        let (chosen, factor) = enrol(&app, &mail.path_of("/beheer/uitnodiging/"), STAFF_PASSWORD).await;
        let code = totp::current(&factor, app.now());
        let first = try_code(&app.anonymous(), JAN, STAFF_PASSWORD, &code).await;
        let second = try_code(&app.anonymous(), JAN, STAFF_PASSWORD, &code).await;

        assert!(alone.has("[data-alone]") && !waiting.has("[data-alone]"), "{}", alone.body);
        assert_eq!(waiting.attributes(&row(JAN), "data-state"), ["invited"]);
        let mail_state = |page: &Page| page.attributes("[data-invite-mail]", "data-invite-mail");
        assert_eq!((mail_state(&waiting), mail_state(&sent)), (vec!["waiting".into()], vec!["sent".into()]));
        assert!(!mail.text.contains(STAFF_PASSWORD) && mail.subject.contains("stel je account in"), "{}", mail.text);
        assert_eq!((chosen.status, first.status, second.status), (303, 303, 422), "{}", first.body);
        assert_eq!(state(&admin.browser, JAN).await, "active");
        let done = done_about_staff(&app).await;
        assert_eq!(done[done.len() - 4..], ["staff_added", "staff_invited", "staff_enrolled", "staff_signed_in"]);
    });
}

#[test]
fn an_invitation_is_sent_again_withdrawn_and_runs_out() {
    run(|app: TestApp| async move {
        let admin = boss(&app).await;
        invite(&admin, "Jan Smit", "reader").await;
        let first = app.only_mail_to(JAN).await.path_of("/beheer/uitnodiging/");

        let again = press(&admin.browser, JAN, "invite_again", &[]).await;
        let second = app.only_mail_to(JAN).await.path_of("/beheer/uitnodiging/");
        let works = async |path: &str| app.anonymous().get(path).await.has("[name=password]");
        let after_second = (works(&first).await, works(&second).await);
        let withdrawn = press(&admin.browser, JAN, "withdraw", &[]).await;
        let after_withdrawal = (works(&second).await, state(&admin.browser, JAN).await);
        press(&admin.browser, JAN, "invite_again", &[]).await;
        let withdrawn_early = press(&admin.browser, JAN, "withdraw", &[]).await;
        let mails = app.new_mails().await;
        press(&admin.browser, JAN, "invite_again", &[]).await;
        let third = app.only_mail_to(JAN).await.path_of("/beheer/uitnodiging/");
        app.advance(TimeDelta::hours(73));
        admin.sign_in_from(&app, &admin.browser, STAFF_PASSWORD).await;

        assert_eq!((again.status, withdrawn.status, withdrawn_early.status), (303, 303, 303));
        assert_eq!(after_second, (false, true));
        assert_eq!(after_withdrawal, (false, "uninvited".to_owned()));
        assert!(mails.is_empty(), "{mails:?}");
        assert!(!works(&third).await);
        assert_eq!(state(&admin.browser, JAN).await, "expired");
    });
}

#[test]
fn who_has_an_account_is_not_invited_twice_and_what_was_typed_stays() {
    run(|app: TestApp| async move {
        let admin = boss(&app).await;
        invite(&admin, "Jan Smit", "support").await;

        let twice = invite(&admin, "Jan Smit junior", "admin").await;
        let empty = admin.browser.get(links::STAFF_COLLEAGUES).await;
        let empty = empty.submit(&admin.browser, "form[data-form=invite]", &[("email", "geen adres")]).await;

        assert_eq!((twice.status, empty.status), (422, 422));
        assert!(twice.has("[data-error-for=email]"), "{}", twice.body);
        assert_eq!(twice.attributes("[name=name]", "value"), ["Jan Smit junior"]);
        for field in ["name", "email", "role"] {
            assert!(empty.has(&format!("[data-error-for={field}]")), "{field}");
        }
        assert_eq!(app.new_mails().await.len(), 1);
    });
}

#[test]
fn a_mail_with_a_link_that_does_not_arrive_is_seen_with_the_colleague() {
    run_to_failure(|app: TestApp| async move {
        let admin = boss(&app).await;
        app.mailbox.fail_next(SendErrorKind::Permanent);
        invite(&admin, "Jan Smit", "support").await;
        app.send_mails().await;
        let refused = admin.browser.get(links::STAFF_COLLEAGUES).await;
        let mail = admin.browser.get(&refused.attributes("[data-invite-mail] a", "href")[0]).await;

        press(&admin.browser, JAN, "invite_again", &[]).await;
        app.only_mail_to(JAN).await;
        let arrives = state(&admin.browser, JAN).await;
        let sent = app.mailbox.mails().into_iter().next_back().expect("it went");
        let report = reports::about(reports::POSTFIX_UNKNOWN, &sent);
        let taken = koppelklaar::services::mail::bounces::take(app.context(), app.now(), report.as_bytes(), None).await;
        taken.expect("the report can be read");
        let came_back = admin.browser.get(links::STAFF_COLLEAGUES).await;

        assert_eq!(refused.attributes(&row(JAN), "data-state"), ["unreached"]);
        assert_eq!(refused.attributes("[data-invite-mail]", "data-invite-mail"), ["failed"]);
        assert!(mail.text("main").contains("Jan Smit, collega bij Kurve"), "{}", mail.body);
        assert_eq!(arrives, "invited");
        assert_eq!(came_back.attributes(&row(JAN), "data-state"), ["unreached"], "{}", came_back.body);
        assert!(came_back.text("[data-invite-mail]").contains("De mail kwam terug"), "{}", came_back.body);
    });
}

#[test]
fn colleagues_with_long_names_are_shown_to_who_may_not_change_them() {
    run(|app: TestApp| async move {
        let admin = boss(&app).await;
        let name = format!("Jan {}", "Wilhelmina-Johanna ".repeat(5).trim());
        invite(&admin, &name, "reader").await;
        app.new_mails().await;

        let support = Member::join(&app, "eva@kurve.nl", StaffRole::Support).await;
        let page = support.browser.get(links::STAFF_COLLEAGUES).await;

        assert_eq!(page.text(&format!("{} h2", row(JAN))), name);
        assert_eq!(page.texts("[data-colleague-row]").len(), 3);
        assert!(!page.has("main form"), "{}", page.body);
    });
}
