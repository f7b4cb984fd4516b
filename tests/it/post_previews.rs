//! What a mail says, for Kurve: as it left or would leave, in a frame that may do nothing, and never with a token.

use chrono::TimeDelta;
use koppelklaar::crypto::Token;
use koppelklaar::domain::ids::MailId;
use koppelklaar::domain::notice::MailKind;
use koppelklaar::domain::text::EmailAddress;
use koppelklaar::links;
use koppelklaar::services::AnonymousCall;
use koppelklaar::services::people::portal_access;
use koppelklaar::store::mail::{frozen_mails, outbox_view};

use crate::dispatch::waiting;
use crate::post_pages::{page_of, put, walk};
use crate::support::database::texts;
use crate::support::{TestApp, post, run};

#[test]
fn a_mail_that_left_is_shown_as_it_left_and_one_whose_bytes_are_gone_says_so() {
    run(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let mails = ["kept", "forgotten"].map(|key| waiting(&app, &school, key));
        put(&app, &mails).await;
        app.send_mails().await;
        let left = app.mailbox.mails().into_iter().find(|mail| mail.message_id == mails[0].message_id);
        let left = left.expect("it was sent");
        let [kept, forgotten] = mails.map(|mail| mail.id);
        let conn = app.context().db.writer();
        frozen_mails::delete(conn, &[forgotten]).await.expect("the store answers");
        let staff = app.staff().await;

        let page = staff.get(&page_of(kept)).await;
        let html = staff.get(&page.attributes("iframe[sandbox='']", "src").remove(0)).await;
        let without = staff.get(&page_of(forgotten)).await;
        let no_html = staff.get(&links::staff_mail(links::STAFF_MAIL_HTML, forgotten)).await;

        let read = post::read(&left);
        assert_eq!(page.text("[data-preview]"), "Zo is de mail verstuurd.");
        assert!(page.text(".facts").contains(&read.subject), "{}", page.body);
        let folded = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(folded(&page.text("[data-mail-text]")), folded(&read.text));
        assert!(html.body.contains("Bonhoeffer College"), "{}", html.body);
        assert_eq!(without.text("[data-preview]"), "De tekst van deze mail is niet bewaard.");
        assert_eq!((without.has("iframe"), no_html.status), (false, 404));
    });
}

#[test]
fn the_frame_of_a_mail_may_do_nothing_and_only_its_page_may_frame_it() {
    run(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let mail = waiting(&app, &school, "waits");
        put(&app, std::slice::from_ref(&mail)).await;
        let staff = app.staff().await;

        let page = staff.get(&page_of(mail.id)).await;
        let html = staff.get(&links::staff_mail(links::STAFF_MAIL_HTML, mail.id)).await;
        let list = staff.get(links::STAFF_MAILS).await;

        let policy = html.header("content-security-policy");
        for rule in ["sandbox;", "default-src 'none'", "style-src 'unsafe-inline'", "frame-ancestors 'self'"] {
            assert!(policy.contains(rule), "{policy}");
        }
        assert!(!policy.contains("allow-"), "{policy}");
        assert_eq!(html.header("x-frame-options"), "SAMEORIGIN");
        assert_eq!((html.header("cache-control"), html.header("x-content-type-options")), ("no-store", "nosniff"));
        assert!(html.has("head base[target=_blank]"), "{}", html.body);
        assert!(page.header("content-security-policy").ends_with("; frame-src 'self'"));
        assert_eq!(page.header("x-frame-options"), "DENY");
        assert!(!list.header("content-security-policy").contains("frame-src"));
        app.send_mails().await;
    });
}

/// What a preview could change by mistake.
async fn stored(app: &TestApp) -> Vec<String> {
    let queries = [
        "SELECT CAST(count(*) AS text) FROM audit",
        "SELECT status || attempts || next_attempt_at || coalesce(last_error, '') FROM outbox ORDER BY id",
        "SELECT coalesce(CAST(minted_at AS text), '-') FROM access_link ORDER BY id",
        "SELECT coalesce(CAST(minted_at AS text), '-') FROM registration ORDER BY id",
        "SELECT CAST(count(*) AS text) FROM frozen_mail",
    ];
    let mut found = vec![];
    for query in queries {
        found.extend(texts(&app.database.url, query).await);
    }
    found
}

async fn only_of_kind(app: &TestApp, kind: MailKind) -> MailId {
    let filter = outbox_view::MailFilter { kind: Some(kind), ..outbox_view::MailFilter::default() };
    let page = outbox_view::list_page(app.context().db.reader(), &filter, None, 1).await.expect("the store answers");
    page.mails.into_iter().flatten().next().expect("one was found").id
}

#[test]
fn a_preview_of_a_sign_in_mail_holds_no_link_and_no_code_and_makes_none() {
    run(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let staff = app.staff().await;
        let email = EmailAddress::parse(&school.email).expect("an address");
        let browser = Token::new(&app.context().chance);
        portal_access::request_link(app.context(), AnonymousCall::new(app.now(), "test"), &email, &browser)
            .await
            .expect("a first time");
        let mail = only_of_kind(&app, MailKind::SignIn).await;
        let before = stored(&app).await;

        let waits = staff.get(&page_of(mail)).await;
        let html = staff.get(&links::staff_mail(links::STAFF_MAIL_HTML, mail)).await;

        assert_eq!(stored(&app).await, before);
        assert!(waits.text("[data-preview]").contains("eenmalige link en code staan er niet in"), "{}", waits.body);
        for body in [&waits.body, &html.body] {
            assert!(body.contains("[hier-staat-de-eenmalige-link]") && body.contains("•••"), "{body}");
            assert!(!body.contains("/inloggen/link/"), "{body}");
        }
        assert!(!waits.has("[data-action=retry]"));
        let sent = app.only_mail_to(&school.email).await;
        let (link, code) = (sent.path_of("/inloggen/link/"), sent.code());
        let after = staff.get(&page_of(mail)).await;
        assert!(!after.body.contains(&link) && !after.body.contains(&code), "{}", after.body);
        assert!(after.text("[data-preview]").starts_with("Zo zag de mail eruit."), "{}", after.body);
    });
}

#[test]
fn a_preview_of_the_first_mail_holds_no_link_and_makes_none() {
    run(|app| async move {
        let (visitor, staff) = (app.anonymous(), app.staff().await);
        let fields = [
            ("school_name", "Bonhoeffer College"),
            ("brin", "12AB"),
            ("domain", "bonhoeffer"),
            ("region", "noord"),
            ("name", "Anna de Wit"),
            ("email", "anna@bonhoeffer.example"),
            ("role", "superbeheerder"),
        ];
        visitor.get(links::REGISTER).await.submit(&visitor, "main form", &fields).await;
        let mail = only_of_kind(&app, MailKind::ConfirmAddress).await;
        let before = stored(&app).await;

        let page = staff.get(&page_of(mail)).await;

        assert_eq!(stored(&app).await, before);
        assert!(page.text("[data-mail-text]").contains("[hier-staat-de-eenmalige-link]"), "{}", page.body);
        assert!(page.text(".facts").contains("Wie het formulier invulde"), "{}", page.body);
        assert!(!page.body.contains("anna@bonhoeffer.example"), "{}", page.body);
        app.only_mail_to("anna@bonhoeffer.example").await.path_of("/aanmelden/bevestig/");
    });
}

#[test]
fn every_waiting_mail_of_a_whole_story_has_a_preview_and_looking_changes_nothing() {
    run(|app| async move {
        let kurve = app.kurve().await;
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        app.open_import(kurve, &school).await;
        app.advance(TimeDelta::days(1));
        let staff = app.staff().await;
        app.run(koppelklaar::jobs::Job::Digest).await;
        let before = stored(&app).await;

        let waiting = walk(&staff, "/beheer/post?stand=waiting").await;

        assert!(waiting.len() >= 4, "{waiting:?}");
        for mail in waiting {
            let page = staff.get(&format!("/beheer/post/{mail}")).await;
            let said = page.text("[data-preview]");
            assert!(said.starts_with("Zo gaat de mail weg") || said.ends_with("Er valt niets te bekijken."), "{said}");
        }
        assert_eq!(stored(&app).await, before);
        app.new_mails().await;
    });
}
