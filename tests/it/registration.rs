//! The request for Optie A, from the form to a school that exists.

use koppelklaar::crypto::Token;
use koppelklaar::domain::text::EmailAddress;
use koppelklaar::links::BaseUrl;
use koppelklaar::services::AnonymousCall;
use koppelklaar::services::Context;
use koppelklaar::services::mail::dispatch;
use koppelklaar::services::people::portal_access;
use koppelklaar::store::onboarding::overview;

use crate::support::post::Mail;
use crate::support::{Page, TestApp, Visitor, run};

const FIELDS: [(&str, &str); 7] = [
    ("school_name", "Bonhoeffer College"),
    ("brin", "12 ab-00"),
    ("domain", "https://Bonhoeffer.swp.nl:8800/doc"),
    ("region", "noord"),
    ("name", "Anna de Wit"),
    ("email", "anna@bonhoeffer.example"),
    ("role", "superbeheerder"),
];

pub(crate) async fn request(visitor: &Visitor, changes: &[(&str, &str)]) -> Page {
    let page = visitor.get("/aanmelden").await;
    let mut fields = FIELDS.to_vec();
    for change in changes {
        fields.retain(|(name, _)| *name != change.0);
        fields.push(*change);
    }
    page.submit(visitor, "main form", &fields).await
}

fn receivers(mails: Vec<Mail>) -> Vec<String> {
    let mut receivers: Vec<String> = mails.into_iter().map(|mail| mail.to).collect();
    receivers.sort();
    receivers
}

async fn count_schools(app: &TestApp) -> u64 {
    overview::count(app.context().db.reader()).await.expect("the store answers")
}

#[test]
fn nothing_exists_until_the_address_is_confirmed() {
    run(|app: TestApp| async move {
        let visitor = app.anonymous();

        let sent = request(&visitor, &[]).await;
        let mail = app.only_mail_to("anna@bonhoeffer.example").await;
        let before = count_schools(&app).await;
        let path = mail.path_of("/aanmelden/bevestig/");
        let seen = visitor.get(&path).await;
        let after_looking = count_schools(&app).await;
        let confirmed = seen.submit(&visitor, "main form", &[]).await;

        assert_eq!((sent.status, sent.location()), (303, "/aanmelden/verstuurd"));
        assert_eq!((before, after_looking, count_schools(&app).await), (0, 0, 1));
        assert_eq!(confirmed.status, 303, "{}", confirmed.body);
        let overview = visitor.follow(&confirmed).await;
        assert!(overview.text("[data-school]").contains("Bonhoeffer College"), "the browser that asked is signed in");
    });
}

#[test]
fn support_gets_the_request_with_an_answer_going_to_the_contact() {
    run(|app: TestApp| async move {
        let visitor = app.anonymous();
        request(&visitor, &[]).await;
        let mail = app.only_mail_to("anna@bonhoeffer.example").await;

        visitor.get(&mail.path_of("/aanmelden/bevestig/")).await.submit(&visitor, "main form", &[]).await;

        let mails = app.new_mails().await;
        let to: Vec<&str> = mails.iter().map(|mail| mail.to.as_str()).collect();
        assert_eq!(to.len(), 2, "{to:?}");
        let support = mails.iter().find(|mail| mail.to == "support@kurve.nl").expect("a mail to support");
        assert_eq!(support.reply_to.as_deref(), Some("anna@bonhoeffer.example"));
        for fact in ["Bonhoeffer College", "12AB00", "https://bonhoeffer.swp.nl", "Anna de Wit"] {
            assert!(support.text.contains(fact), "{fact} is not in\n{}", support.text);
        }
        assert!(to.contains(&"anna@bonhoeffer.example"), "{to:?}");
    });
}

#[test]
fn who_is_superbeheerder_and_applicatiebeheerder_asks_as_both() {
    run(|app: TestApp| async move {
        let visitor = app.anonymous();
        let both = "superbeheerder applicatiebeheerder";
        let words = "Superbeheerder en applicatiebeheerder";

        let unknown = request(&visitor, &[("role", "superbeheerder contactpersoon")]).await;
        request(&visitor, &[("role", both)]).await;
        let mail = app.only_mail_to("anna@bonhoeffer.example").await;
        let seen = visitor.get(&mail.path_of("/aanmelden/bevestig/")).await;
        let made = seen.submit(&visitor, "main form", &[]).await;
        let mails = app.new_mails().await;
        let visitor = visitor.at_home(made.location().to_owned());
        let colleagues = visitor.open("/collegas").await;
        let step = visitor.open("/stap/consent_given").await;
        let done = step.submit(&visitor, "form:has([data-action=claim])", &[]).await;

        assert!(unknown.status == 422 && unknown.has("[data-error-for=role]"), "{}", unknown.body);
        assert!(seen.text("main").contains(words), "{}", seen.body);
        let support = mails.iter().find(|mail| mail.to == "support@kurve.nl").expect("a mail to support");
        assert!(support.text.contains(&format!("Rol: {words}")), "{}", support.text);
        assert!(colleagues.text("[data-contacts]").contains(words), "{}", colleagues.body);
        assert_eq!(done.status, 303, "{}", done.body);
    });
}

#[test]
fn a_form_with_faults_comes_back_filled_in_with_a_message_at_each_field() {
    run(|app: TestApp| async move {
        let visitor = app.anonymous();

        let page = request(&visitor, &[("brin", "ABC"), ("domain", "school.magister.net"), ("role", "")]).await;

        assert_eq!(page.status, 422);
        assert!(page.text("title").starts_with("Fout: "), "{}", page.text("title"));
        for field in ["brin", "domain", "role"] {
            assert!(page.has(&format!("[data-error-for={field}]")), "no message at {field}:\n{}", page.body);
        }
        assert_eq!(page.attributes("#school_name", "value"), ["Bonhoeffer College"]);
        assert_eq!(page.attributes("#brin", "value"), ["ABC"]);
        assert_eq!(page.attributes("#domain", "value"), ["school.magister.net"]);
        assert_eq!(app.new_mails().await.len(), 0);
    });
}

#[test]
fn the_same_form_twice_is_one_request_and_one_school() {
    run(|app: TestApp| async move {
        let visitor = app.anonymous();
        let page = visitor.get("/aanmelden").await;

        let first = page.submit(&visitor, "main form", &FIELDS).await;
        let second = page.submit(&visitor, "main form", &FIELDS).await;
        let mail = app.only_mail_to("anna@bonhoeffer.example").await;
        let confirm = visitor.get(&mail.path_of("/aanmelden/bevestig/")).await;
        confirm.submit(&visitor, "main form", &[]).await;
        let again = confirm.submit(&visitor, "main form", &[]).await;

        assert_eq!((first.status, second.status), (303, 303));
        assert_eq!(again.status, 410);
        assert_eq!(count_schools(&app).await, 1);
    });
}

#[test]
fn a_known_brin_makes_no_second_school_and_tells_only_the_contacts_that_are_there() {
    run(|app: TestApp| async move {
        let school = app.school("Bonhoeffer College", "12AB00", "bonhoeffer").await;
        let stranger = app.anonymous();

        let sent = request(&stranger, &[("brin", "12AB"), ("email", "vreemd@elders.example")]).await;
        let mail = app.only_mail_to("vreemd@elders.example").await;
        let confirm = stranger.get(&mail.path_of("/aanmelden/bevestig/")).await;
        let answer = confirm.submit(&stranger, "main form", &[]).await;

        assert_eq!(
            (sent.status, sent.location()),
            (303, "/aanmelden/verstuurd"),
            "the same answer as for a new school"
        );
        assert_eq!(count_schools(&app).await, 1);
        assert!(answer.has("h1[data-state=asked]"), "{}", answer.body);
        assert!(!answer.body.contains(&school.email) && !answer.body.contains("Anna"), "a name leaked");
        let told = receivers(app.new_mails().await);
        assert_eq!(told, [school.email, "support@kurve.nl".to_owned()]);
        assert_eq!(stranger.get("/school").await.location(), "/inloggen", "the stranger is not signed in");
    });
}

#[test]
fn however_often_a_known_school_is_asked_for_in_a_day_its_contacts_are_told_once() {
    run(|app: TestApp| async move {
        let school = app.school("Bonhoeffer College", "12AB00", "bonhoeffer").await;
        let ask = async |email: &'static str| {
            let stranger = app.anonymous();
            request(&stranger, &[("brin", "12AB"), ("email", email)]).await;
            let mail = app.only_mail_to(email).await;
            let confirm = stranger.get(&mail.path_of("/aanmelden/bevestig/")).await;
            confirm.submit(&stranger, "main form", &[]).await;
            receivers(app.new_mails().await)
        };

        let told = [ask("een@elders.example").await, ask("twee@elders.example").await];
        app.advance(chrono::TimeDelta::days(1));
        let next_day = ask("drie@elders.example").await;

        // Kurve hears of each who asks.
        let support = || "support@kurve.nl".to_owned();
        assert_eq!(told, [vec![school.email.clone(), support()], vec![support()]]);
        assert_eq!(next_day, [school.email, support()]);
    });
}

#[test]
fn two_who_confirm_the_same_brin_at_once_make_one_school() {
    run(|app: TestApp| async move {
        let (one, other) = (app.anonymous(), app.anonymous());
        request(&one, &[("email", "een@bonhoeffer.example")]).await;
        request(&other, &[("email", "twee@bonhoeffer.example")]).await;
        let mails = app.new_mails().await;
        let pages = [
            one.get(&mails[0].path_of("/aanmelden/bevestig/")).await,
            other.get(&mails[1].path_of("/aanmelden/bevestig/")).await,
        ];

        let answers = tokio::join!(pages[0].submit(&one, "main form", &[]), pages[1].submit(&other, "main form", &[]));

        assert_eq!(count_schools(&app).await, 1, "{} {}", answers.0.status, answers.1.status);
        for answer in [answers.0, answers.1] {
            assert!(answer.status < 500, "{}", answer.body);
        }
    });
}

#[test]
fn a_request_that_is_too_old_says_so_and_makes_nothing() {
    run(|app: TestApp| async move {
        let visitor = app.anonymous();
        request(&visitor, &[]).await;
        let mail = app.only_mail_to("anna@bonhoeffer.example").await;
        let page = visitor.get(&mail.path_of("/aanmelden/bevestig/")).await;

        app.advance(chrono::TimeDelta::hours(koppelklaar::domain::access_link::CONFIRM_HOURS + 1));
        let late = page.submit(&visitor, "main form", &[]).await;

        assert_eq!(late.status, 404);
        assert!(late.has("h1[data-state=gone]"), "{}", late.body);
        assert_eq!(count_schools(&app).await, 0);
    });
}

#[test]
fn a_typed_name_with_html_stays_text_on_the_page() {
    run(|app: TestApp| async move {
        let visitor = app.anonymous();

        let page = request(&visitor, &[("school_name", "\"><script>alert(1)</script>"), ("brin", "fout")]).await;

        assert_eq!(page.status, 422);
        assert!(!page.body.contains("<script>alert"), "{}", page.body);
    });
}

#[test]
fn an_installation_at_an_ipv6_address_sends_its_mails() {
    run(|app: TestApp| async move {
        let base = BaseUrl::parse("http://[::1]:8080").expect("a good base URL");
        let context = Context { base, ..app.context().clone() };
        let school = app.school("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let email = EmailAddress::parse(&school.email).expect("an address");
        let browser = Token::new(&context.chance);

        let asked =
            portal_access::request_link(&context, AnonymousCall::new(app.now(), "test"), &email, &browser).await;
        let sent = dispatch::send_due(&context, &app.app.mailer, || app.now()).await.expect("the outbox can be read");

        asked.expect("anyone may ask");
        assert_eq!((sent.sent, sent.failed), (1, 0));
    });
}
