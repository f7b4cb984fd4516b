//! Whose account it is: linked by an invitation or by who is signed in, and taken away again.

use koppelklaar::domain::actor::StaffRole;
use koppelklaar::domain::text::EmailAddress;
use koppelklaar::links;
use koppelklaar::services::people::staff_accounts;

use super::hand_made::HandMade;
use super::{EVA, EVAS, ask, ask_invited, fault, onwards, run_offering};
use crate::crew::{Member, done_about_staff, is_in, row, state, try_code};
use crate::support::app::STAFF_PASSWORD;
use crate::support::database::texts;
use crate::support::{Page, TestApp};

async fn link_eva(app: &TestApp, provider: &HandMade) -> Page {
    let eva = app.anonymous();
    let url = ask_invited(app, &eva, EVA).await;
    provider.lets_in(app, &eva, &url, EVAS).await
}

fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).expect("an address")
}

/// The account that is linked to a colleague.
async fn linked(app: &TestApp, email: &str) -> Vec<String> {
    let query =
        "SELECT subject FROM staff_identity JOIN staff ON staff.id = staff_identity.staff_id WHERE staff.email = ";
    texts(&app.database.url, &format!("{query}'{email}'")).await
}

#[test]
fn an_invitation_links_the_account_signs_in_and_is_used_up() {
    run_offering(|app, provider| async move {
        let eva = app.anonymous();
        let token = app.invite(EVA, StaffRole::Support).await;
        let path = links::fill(links::STAFF_INVITE, &[&koppelklaar::crypto::Token::expose_text(&token)]);
        let page = eva.get(&path).await;
        assert!(page.has("form[data-form=enrol]") && page.has("form[data-form=provider]"), "{}", page.body);
        let url = onwards(&page.submit(&eva, "form[data-form=provider]", &[]).await);
        // It stays until it is done.
        assert_eq!(eva.get(&path).await.status, 200);

        let done = provider.lets_in(&app, &eva, &url, EVAS).await;

        assert_eq!((done.status, done.location()), (303, links::STAFF), "{}", done.body);
        assert!(is_in(&eva).await);
        assert_eq!(eva.get(&path).await.status, 404);
        assert_eq!(linked(&app, EVA).await, [EVAS]);
        assert_eq!(
            done_about_staff(&app).await,
            ["staff_added", "staff_invited", "staff_identity_linked", "staff_signed_in"]
        );
        let admin = app.staff_as("baas@kurve.nl", StaffRole::Admin).await;
        assert_eq!(state(&admin, EVA).await, "active");
        assert!(admin.get(links::STAFF_COLLEAGUES).await.text(&row(EVA)).contains("account van de organisatie"));
        let again = provider.sign_in(&app, &app.anonymous(), EVAS).await;
        assert_eq!((again.status, again.location()), (303, links::STAFF));
    });
}

#[test]
fn who_signs_in_goes_on_to_the_page_that_they_came_for() {
    run_offering(|app, provider| async move {
        link_eva(&app, &provider).await;
        let eva = app.anonymous();
        assert_eq!(eva.get("/beheer/post?stand=failed").await.status, 303);

        let done = provider.sign_in(&app, &eva, EVAS).await;

        assert_eq!((done.status, done.location()), (303, "/beheer/post?stand=failed"));
    });
}

#[test]
fn an_account_that_nobody_linked_gets_nowhere_also_with_the_address_of_a_colleague() {
    run_offering(|app, provider| async move {
        // An account with this very address waits for its colleague, and the provider says that it looked at the address.
        app.invite(EVA, StaffRole::Admin).await;
        let before = done_about_staff(&app).await;
        let visitor = app.anonymous();

        let page = provider.sign_in(&app, &visitor, "een-ander-account").await;

        assert_eq!((page.status, fault(&page).as_str()), (403, "unknown"));
        assert!(page.text("p.lead").contains("Vraag een collega die beheerder is om een uitnodiging"), "{}", page.body);
        assert!(!is_in(&visitor).await);
        assert_eq!(done_about_staff(&app).await, before);
        assert_eq!(linked(&app, EVA).await, Vec::<String>::new());
    });
}

#[test]
fn one_account_is_of_one_colleague() {
    run_offering(|app, provider| async move {
        link_eva(&app, &provider).await;
        let jan = app.anonymous();
        let url = ask_invited(&app, &jan, "jan@kurve.nl").await;

        let page = provider.lets_in(&app, &jan, &url, EVAS).await;

        assert_eq!((page.status, fault(&page).as_str()), (422, "taken"));
        assert!(!is_in(&jan).await);
        // The invitation is not used up by it.
        let url = ask(&jan).await;
        assert_eq!(fault(&provider.lets_in(&app, &jan, &url, "sub-van-jan").await), "unknown");
        let url = ask_invited(&app, &jan, "jan@kurve.nl").await;
        assert_eq!(provider.lets_in(&app, &jan, &url, "sub-van-jan").await.status, 303);
    });
}

#[test]
fn an_invitation_that_was_replaced_on_the_way_links_nothing() {
    run_offering(|app, provider| async move {
        let eva = app.anonymous();
        let url = ask_invited(&app, &eva, EVA).await;
        app.invite(EVA, StaffRole::Support).await;

        let page = provider.lets_in(&app, &eva, &url, EVAS).await;

        assert_eq!((page.status, fault(&page).as_str()), (404, "invite_gone"));
        assert_eq!(linked(&app, EVA).await, Vec::<String>::new());
    });
}

#[test]
fn who_is_signed_in_links_their_own_account_with_their_password_and_unlinks_it_so() {
    run_offering(|app, provider| async move {
        let eva = Member::join(&app, EVA, StaffRole::Reader).await;
        let elsewhere = app.anonymous();
        assert_eq!(eva.sign_in_from(&app, &elsewhere, STAFF_PASSWORD).await.status, 303);
        app.new_mails().await;
        let page = eva.browser.get(links::STAFF_ACCOUNT).await;
        let submit = async |password: &str| {
            page.submit(&eva.browser, "form[data-form=link_identity]", &[("current", password)]).await
        };

        let wrong = submit("een ander wachtwoord").await;
        let url = onwards(&submit(STAFF_PASSWORD).await);
        let done = provider.lets_in(&app, &eva.browser, &url, EVAS).await;

        assert_eq!((wrong.status, wrong.has("[data-error-for=current]")), (422, true), "{}", wrong.body);
        assert_eq!((done.status, done.location()), (303, links::STAFF_ACCOUNT), "{}", done.body);
        assert_eq!((eva.is_in().await, is_in(&elsewhere).await), (true, false));
        assert!(app.only_mail_to(EVA).await.subject.contains("koppeling met het account van je organisatie"));
        let session = provider.sign_in(&app, &elsewhere, EVAS).await;
        assert_eq!(session.status, 303);

        let page = eva.browser.get(links::STAFF_ACCOUNT).await;
        assert!(page.has("[data-linked]") && !page.has("form[data-form=link_identity]"), "{}", page.body);
        let gone = page.submit(&eva.browser, "form[data-form=unlink_identity]", &[("current", STAFF_PASSWORD)]).await;
        assert_eq!((gone.status, gone.location()), (303, links::STAFF_ACCOUNT), "{}", gone.body);
        assert_eq!((eva.is_in().await, is_in(&elsewhere).await), (true, false));
        assert_eq!(fault(&provider.sign_in(&app, &elsewhere, EVAS).await), "unknown");
        let done = done_about_staff(&app).await;
        assert!(
            done.contains(&"staff_identity_linked".to_owned()) && done.contains(&"staff_identity_unlinked".to_owned())
        );
    });
}

#[test]
fn what_was_begun_by_who_was_signed_in_links_nothing_once_that_session_has_ended() {
    run_offering(|app, provider| async move {
        let eva = Member::join(&app, EVA, StaffRole::Reader).await;
        let page = eva.browser.get(links::STAFF_ACCOUNT).await;
        let url =
            onwards(&page.submit(&eva.browser, "form[data-form=link_identity]", &[("current", STAFF_PASSWORD)]).await);
        page.submit(&eva.browser, "form[action='/beheer/uitloggen']", &[]).await;

        let late = provider.lets_in(&app, &eva.browser, &url, EVAS).await;

        assert_eq!((late.status, fault(&late).as_str()), (422, "sign_in_first"));
        assert_eq!(linked(&app, EVA).await, Vec::<String>::new());
    });
}

#[test]
fn a_colleague_who_is_disabled_or_unlinked_or_sent_back_to_the_beginning_stays_out_and_is_signed_out() {
    run_offering(|app, provider| async move {
        let (eva, now) = (app.anonymous(), app.now());
        let url = ask_invited(&app, &eva, EVA).await;
        assert_eq!(provider.lets_in(&app, &eva, &url, EVAS).await.status, 303);

        staff_accounts::disable(app.context(), now, &address(EVA)).await.expect("it is in use");
        assert!(!is_in(&eva).await);
        assert_eq!(fault(&provider.sign_in(&app, &eva, EVAS).await), "unknown");

        // Whoever comes back links anew, as they choose a password anew.
        staff_accounts::enable(app.context(), now, &address(EVA)).await.expect("it is disabled");
        assert_eq!(fault(&provider.sign_in(&app, &eva, EVAS).await), "unknown");
        let url = ask_invited(&app, &eva, EVA).await;
        assert_eq!(provider.lets_in(&app, &eva, &url, EVAS).await.status, 303);

        staff_accounts::unlink(app.context(), now, &address(EVA)).await.expect("it is linked");
        assert!(!is_in(&eva).await);
        assert_eq!(fault(&provider.sign_in(&app, &eva, EVAS).await), "unknown");
        assert!(staff_accounts::unlink(app.context(), now, &address(EVA)).await.is_err(), "nothing is linked any more");

        let url = ask_invited(&app, &eva, EVA).await;
        assert_eq!(provider.lets_in(&app, &eva, &url, EVAS).await.status, 303);
        let admin = app.staff_as("baas@kurve.nl", StaffRole::Admin).await;
        let page = admin.get(links::STAFF_COLLEAGUES).await;
        let form = format!("{} form[action$='opnieuw-instellen']", row(EVA));
        assert_eq!(page.submit(&admin, &form, &[]).await.status, 303);
        assert!(!is_in(&eva).await);
        assert_eq!(fault(&provider.sign_in(&app, &eva, EVAS).await), "unknown");
    });
}

#[test]
fn many_wrong_passwords_do_not_keep_out_who_signs_in_at_the_provider() {
    run_offering(|app, provider| async move {
        let eva = Member::join(&app, EVA, StaffRole::Support).await;
        let page = eva.browser.get(links::STAFF_ACCOUNT).await;
        let url =
            onwards(&page.submit(&eva.browser, "form[data-form=link_identity]", &[("current", STAFF_PASSWORD)]).await);
        assert_eq!(provider.lets_in(&app, &eva.browser, &url, EVAS).await.status, 303);
        let other = app.anonymous();
        for _ in 0..25 {
            assert_eq!(try_code(&other, EVA, "een fout wachtwoord", "123456").await.status, 422);
        }

        assert_eq!(provider.sign_in(&app, &other, EVAS).await.status, 303);
        app.new_mails().await;
    });
}

#[test]
fn signing_out_goes_on_to_the_provider_only_for_who_came_from_there() {
    run_offering(|app, provider| async move {
        let eva = app.anonymous();
        let url = ask_invited(&app, &eva, EVA).await;
        assert_eq!(provider.lets_in(&app, &eva, &url, EVAS).await.status, 303);
        let jan = app.staff_as("jan@kurve.nl", StaffRole::Reader).await;
        let sign_out = async |visitor: &crate::support::Visitor| {
            let page = visitor.get(links::STAFF).await;
            page.submit(visitor, "form[action='/beheer/uitloggen']", &[]).await
        };

        let (with_provider, with_password) = (sign_out(&eva).await, sign_out(&jan).await);

        let url = onwards(&with_provider);
        assert!(url.starts_with(&format!("{}/einde?", provider.issuer())), "{url}");
        assert_eq!(super::parameter(&url, "client_id"), super::CLIENT_ID);
        assert!(super::parameter(&url, "post_logout_redirect_uri").ends_with(links::STAFF_SIGN_IN), "{url}");
        assert!(!is_in(&eva).await && !is_in(&jan).await);
        assert_eq!((with_password.status, with_password.location()), (303, links::STAFF_SIGN_IN));
        // Back from there it says so once.
        assert!(eva.get(links::STAFF_SIGN_IN).await.body.contains("uitgelogd"));
    });
}
