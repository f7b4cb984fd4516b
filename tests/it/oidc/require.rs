//! Where the provider is required: only the emergency account keeps its password.

use koppelklaar::domain::actor::StaffRole;
use koppelklaar::domain::identity::SignInPolicy;
use koppelklaar::domain::text::EmailAddress;
use koppelklaar::links;
use koppelklaar::services::people::staff_accounts;

use super::hand_made::HandMade;
use super::{EVA, EVAS, ask_invited, registration, router_with, run_offering, run_under};
use crate::crew::{Member, enrol, is_in, row, try_code};
use crate::support::app::STAFF_PASSWORD;

const EMERGENCY: &str = "nood@kurve.nl";

/// What is wrong, above the form.
const SUMMARY: &str = "[data-error-summary] li";

fn require() -> SignInPolicy {
    SignInPolicy::ProviderOnly { emergency: EmailAddress::parse(EMERGENCY).expect("an address") }
}

fn run(test: impl AsyncFn(crate::support::TestApp, HandMade)) {
    run_under(require(), |app, provider| test(app, provider));
}

#[test]
fn a_password_that_was_good_signs_nobody_in_but_the_emergency_account_and_all_are_told_the_same() {
    run_offering(|app, provider| async move {
        let eva = Member::join(&app, EVA, StaffRole::Support).await;
        let emergency = Member::join(&app, EMERGENCY, StaffRole::Admin).await;
        let router = router_with(&app, registration(provider.issuer()), require());
        let browser = || app.anonymous().at_router(&router);

        let refused = eva.sign_in_from(&app, &browser(), STAFF_PASSWORD).await;
        let wrong = try_code(&browser(), EMERGENCY, "een ander wachtwoord", "123456").await;
        let nobody = try_code(&browser(), "niemand@kurve.nl", STAFF_PASSWORD, "123456").await;
        let let_in = browser();
        let done = emergency.sign_in_from(&app, &let_in, STAFF_PASSWORD).await;

        let said = refused.text(SUMMARY);
        for page in [&refused, &wrong, &nobody] {
            assert_eq!((page.status, page.text(SUMMARY)), (422, said.clone()), "{}", page.body);
            assert!(page.attributes("[data-emergency]", "open").len() == 1, "the form is open, with what is wrong");
        }
        assert!(said.contains("alleen het noodaccount") && said.contains("account van je organisatie"), "{said}");
        assert_eq!((done.status, is_in(&let_in).await), (303, true), "{}", done.body);
    });
}

#[test]
fn who_did_not_link_is_shown_so_and_counts_for_no_admin_who_can_sign_in() {
    run_offering(|app, provider| async move {
        let eva = Member::join(&app, EVA, StaffRole::Admin).await;
        let boss = app.anonymous();
        let url = ask_invited(&app, &boss, "baas@kurve.nl").await;
        assert_eq!(provider.lets_in(&app, &boss, &url, "sub-van-baas").await.status, 303);
        let baas = EmailAddress::parse("baas@kurve.nl").expect("an address");
        staff_accounts::change_role(app.context(), app.now(), &baas, StaffRole::Admin).await.expect("it is there");
        let router = router_with(&app, registration(provider.issuer()), require());
        let (eva, boss) = (eva.browser.at_router(&router), boss.at_router(&router));

        let page = eva.get(links::STAFF_COLLEAGUES).await;
        let kept = page.submit(&eva, &format!("{} form[action$='uitzetten']", row("baas@kurve.nl")), &[]).await;
        let page_of_boss = boss.get(links::STAFF_COLLEAGUES).await;
        let gone = page_of_boss.submit(&boss, &format!("{} form[action$='uitzetten']", row(EVA)), &[]).await;

        assert!(page.text(&row(EVA)).contains("Kan niet inloggen"), "{}", page.body);
        assert!(!page.text(&row("baas@kurve.nl")).contains("Kan niet inloggen"), "{}", page.body);
        assert_eq!((kept.status, gone.status), (422, 303), "{}", kept.body);
    });
}

#[test]
fn the_sign_in_page_has_the_button_and_the_form_of_the_emergency_account_folded() {
    run(async |app, _provider| {
        let page = app.anonymous().get(links::STAFF_SIGN_IN).await;

        assert!(page.has("main form[data-form=provider] button"));
        assert!(page.has("details[data-emergency] form[data-form=sign_in]"));
        assert!(page.attributes("[data-emergency]", "open").is_empty());
    });
}

#[test]
fn an_invitation_offers_the_provider_alone_and_takes_no_password() {
    run_offering(|app, provider| async move {
        let token = app.invite(EVA, StaffRole::Support).await;
        let path = links::fill(links::STAFF_INVITE, &[&token.expose_text()]);
        let of_emergency = app.invite(EMERGENCY, StaffRole::Admin).await;
        let of_emergency = links::fill(links::STAFF_INVITE, &[&of_emergency.expose_text()]);
        let router = router_with(&app, registration(provider.issuer()), require());
        let visitor = app.anonymous().at_router(&router);
        // The form as it was shown before the setting.
        let before = visitor.get(&of_emergency).await;

        let page = visitor.get(&path).await;
        let (_, mut fields) = before.form("form[data-form=enrol]");
        fields.retain(|(name, _)| !["password", "again", "code"].contains(&&**name));
        let code = koppelklaar::crypto::totp::current(&app.shown_factor(&before), app.now());
        for (name, value) in [("password", STAFF_PASSWORD), ("again", STAFF_PASSWORD), ("code", &*code)] {
            fields.push((name.to_owned(), value.to_owned()));
        }
        let posted = visitor.post(&path, &fields).await;

        assert!(page.has("form[data-form=provider]") && !page.has("input[type=password]"), "{}", page.body);
        assert_eq!(posted.status, 422, "{}", posted.body);
        assert!(posted.body.contains("account van je organisatie"), "{}", posted.body);
        assert!(before.has("form[data-form=enrol]"), "{}", before.body);
        let (done, _) = enrol(&app, &of_emergency, STAFF_PASSWORD).await;
        assert_eq!(done.status, 303, "{}", done.body);
    });
}

#[test]
fn a_colleague_of_the_provider_has_no_password_to_change_here() {
    run(async |app, provider| {
        let eva = app.anonymous();
        let url = ask_invited(&app, &eva, EVA).await;
        assert_eq!(provider.lets_in(&app, &eva, &url, EVAS).await.status, 303);
        let page = eva.get(links::STAFF_ACCOUNT).await;
        let csrf = page.form("form[action='/beheer/uitloggen']").1;

        assert!(page.has("[data-linked]") && !page.has("input[type=password]"), "{}", page.body);
        for (path, fields) in [
            (
                links::STAFF_ACCOUNT_PASSWORD,
                [("present", STAFF_PASSWORD), ("password", "acht paarse laarzen"), ("again", "acht paarse laarzen")],
            ),
            (links::STAFF_ACCOUNT_PROVIDER, [("current", STAFF_PASSWORD), ("password", ""), ("again", "")]),
            (links::STAFF_ACCOUNT_UNLINK, [("current", STAFF_PASSWORD), ("password", ""), ("again", "")]),
        ] {
            let mut posted = csrf.clone();
            posted.extend(fields.map(|(name, value)| (name.to_owned(), value.to_owned())));
            let answer = eva.post(path, &posted).await;
            assert_eq!(answer.status, 422, "{path}: {}", answer.body);
            assert!(answer.text("[data-refusal]").contains("account van je organisatie"), "{path}");
        }
        assert_eq!(provider.sign_in(&app, &app.anonymous(), EVAS).await.status, 303);
    });
}
