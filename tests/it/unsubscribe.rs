//! Stopping reminders and the digest: by the button of a mail program, by the page, and back again.

use axum::http::{HeaderMap, Method, header};
use chrono::TimeDelta;
use koppelklaar::crypto::mail_token::{self, Subscription};
use koppelklaar::jobs::Job;
use koppelklaar::store::operations::audit;
use koppelklaar::store::people::address_marks;
use mail_parser::MessageParser;

use crate::journey::Table;
use crate::reminders::at;
use crate::support::post::Mail;
use crate::support::{Page, TestApp, Visitor, run};

/// The link in the header of which a mail program makes a button.
fn link_of(mail: &Mail) -> String {
    let header = header(mail, "List-Unsubscribe").expect("a reminder can be stopped");
    let link = header.trim().strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).expect("one link");
    link.strip_prefix("https://koppelklaar.test").expect("a link to us").to_owned()
}

fn header(mail: &Mail, name: &str) -> Option<String> {
    let parsed = MessageParser::default().parse(mail.raw.as_bytes()).expect("a mail");
    parsed.header_raw(name.to_owned()).map(|value| value.replace("\r\n", "").trim().to_owned())
}

/// What a mail program posts: no cookie, no token of ours, from anywhere.
async fn one_click(app: &TestApp, path: &str, kind: &str, body: &str) -> Page {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, kind.parse().expect("a value"));
    headers.insert(header::ORIGIN, "https://webmail.example".parse().expect("a value"));
    headers.insert("sec-fetch-site", "cross-site".parse().expect("a value"));
    app.anonymous().send(Method::POST, path, headers, body.to_owned()).await
}

const URLENCODED: (&str, &str) = ("application/x-www-form-urlencoded", "List-Unsubscribe=One-Click");
const MULTIPART: (&str, &str) = (
    "multipart/form-data; boundary=x",
    "--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n",
);

/// The first reminder to a school, on the third working day.
async fn first_reminder(app: &TestApp, table: &Table) -> Mail {
    app.new_mails().await;
    app.advance(TimeDelta::days(3));
    app.run(Job::PlanReminders).await;
    app.only_mail_to(&table.school.email).await
}

async fn is_stopped(app: &TestApp, address: &str) -> bool {
    let key = app.context().keys.email_key(address);
    let mark = address_marks::find(app.context().db.reader(), &key).await.expect("the store answers");
    mark.reminders_stopped_at.is_some()
}

async fn actions(app: &TestApp, table: &Table) -> Vec<&'static str> {
    let entries = audit::list(app.context().db.reader(), table.school.connection, None, 100).await;
    let names = entries.expect("the audit can be read").into_iter().map(|entry| entry.action.name());
    names.filter(|name| name.starts_with("reminders_")).collect()
}

/// Plans and sends for some weeks; how many mails went to an address.
async fn reminders_in_weeks(app: &TestApp, weeks: i64, address: &str) -> usize {
    let mut count = 0;
    for _ in 0..weeks * 7 {
        app.advance(TimeDelta::days(1));
        app.run(Job::PlanReminders).await;
        count += app.new_mails().await.into_iter().filter(|mail| mail.to == address).count();
    }
    count
}

async fn press(visitor: &Visitor, page: &Page) -> Page {
    page.submit(visitor, "main form", &[]).await
}

#[test]
fn only_reminders_and_the_digest_can_be_stopped_by_a_header() {
    run(|app| async move {
        let table = Table::set(&app).await;
        let reminder = first_reminder(&app, &table).await;
        app.run(Job::Digest).await;
        let digest = app.only_mail_to("support@kurve.nl").await;

        for mail in [&reminder, &digest] {
            let link = header(mail, "List-Unsubscribe").expect("a link");
            assert_eq!(header(mail, "List-Unsubscribe-Post").as_deref(), Some("List-Unsubscribe=One-Click"));
            assert!(link.starts_with("<https://koppelklaar.test/afmelden/") && !link.contains(&mail.to), "{link}");
            let line = mail.raw.lines().find(|line| line.starts_with("List-Unsubscribe: ")).expect("one header");
            assert_eq!(line, format!("List-Unsubscribe: {link}"), "on one line, as it is");
            assert!(mail.text.contains(link.trim_matches(['<', '>'])), "the text has it too");
        }
        for mail in app.mailbox.mails() {
            let raw = String::from_utf8(mail.bytes).expect("ASCII");
            let is_by_itself = [&reminder, &digest].iter().any(|known| known.raw == raw);
            assert_eq!(raw.contains("List-Unsubscribe"), is_by_itself);
        }
    });
}

#[test]
fn the_button_of_a_mail_program_stops_reminders_to_this_person_and_tells_kurve() {
    for (kind, body) in [URLENCODED, MULTIPART] {
        run(|app| async move {
            let table = Table::set(&app).await;
            let link = link_of(&first_reminder(&app, &table).await);

            let opened = app.anonymous().get(&link).await;
            assert!(!is_stopped(&app, &table.school.email).await, "scanners of mail follow links");
            let stopped = one_click(&app, &link, kind, body).await;
            let twice = one_click(&app, &link, kind, body).await;

            assert_eq!((opened.status, stopped.status, twice.status), (200, 200, 200));
            assert!(opened.has("[data-state=active]") && stopped.has("[data-state=stopped]"));
            assert!(is_stopped(&app, &table.school.email).await);
            assert_eq!(actions(&app, &table).await, ["reminders_stopped"]);
            app.advance(TimeDelta::days(1));
            app.run(Job::Digest).await;
            let digest = app.only_mail_to("support@kurve.nl").await;
            assert!(digest.text.contains("Anna de Wit wil geen herinneringen"), "{}", digest.text);
            assert_eq!(reminders_in_weeks(&app, 8, &table.school.email).await, 0);
            let staff = app.staff().await;
            let worklist = staff.get("/beheer").await;
            assert!(worklist.text("[data-unreminded]").contains("Anna de Wit"), "{}", worklist.body);
            assert!(worklist.has("[data-kind=silent]"), "nobody is left to remind: Kurve hears of it in the end");
            let page = staff.get(&format!("/beheer/scholen/{}", table.school.connection)).await;
            assert!(page.has("[data-contact] [data-unreminded]"));
            app.run(Job::Digest).await;
            let later = app.new_mails().await;
            assert!(later.iter().all(|mail| !mail.text.contains("wil geen herinneringen")), "it was told once");
        });
    }
}

#[test]
fn who_stopped_reminders_is_told_of_in_the_first_digest_that_leaves_and_in_no_later_one() {
    run(|app| async move {
        let table = Table::set(&app).await;
        let link = link_of(&first_reminder(&app, &table).await);
        // Friday's digest left before; that of Monday does not leave, for there is no mail server that day.
        app.clock.set(at("2026-11-27T07:30:00Z"));
        app.run(Job::Digest).await;
        app.only_mail_to("support@kurve.nl").await;
        one_click(&app, &link, URLENCODED.0, URLENCODED.1).await;
        app.clock.set(at("2026-11-30T07:30:00Z"));
        app.run(Job::Digest).await;

        let mut told = vec![];
        // Over a week later what is kept of earlier digests is cleared away.
        for day in ["2026-12-01", "2026-12-02", "2026-12-09", "2026-12-18", "2026-12-21"] {
            app.clock.set(at(&format!("{day}T07:30:00Z")));
            app.run(Job::DeleteExpired).await;
            app.run(Job::Digest).await;
            let digest = app.only_mail_to("support@kurve.nl").await;
            told.push(digest.text.contains("Anna de Wit wil geen herinneringen"));
        }

        assert_eq!(told, [true, false, false, false, false]);
    });
}

#[test]
fn other_mails_still_come_to_who_stopped_reminders() {
    run(|app| async move {
        let table = Table::set(&app).await;
        let link = link_of(&first_reminder(&app, &table).await);
        one_click(&app, &link, URLENCODED.0, URLENCODED.1).await;

        let staff = app.staff().await;
        let page = staff.get(&format!("/beheer/scholen/{}", table.school.connection)).await;
        let ground = "Gebeld via het algemene nummer van de school.";
        let contact = table.school.contact.to_string();
        page.submit(&staff, "form[data-form=issue]", &[("contact", &contact), ("ground", ground)]).await;

        assert!(app.only_mail_to(&table.school.email).await.subject.contains("Voer de query uit in Decibel"));
    });
}

#[test]
fn the_page_stops_reminders_and_lets_them_come_again() {
    run(|app| async move {
        let table = Table::set(&app).await;
        let link = link_of(&first_reminder(&app, &table).await);
        let visitor = app.anonymous();

        let stopped = press(&visitor, &visitor.get(&link).await).await;
        assert!(is_stopped(&app, &table.school.email).await);
        let back = visitor.follow(&press(&visitor, &stopped).await).await;
        press(&visitor, &stopped).await;

        assert!(back.has("[data-state=active]") && back.has("[data-flash]"), "{}", back.body);
        assert!(!is_stopped(&app, &table.school.email).await);
        assert_eq!(actions(&app, &table).await, ["reminders_resumed", "reminders_stopped"]);
        assert!(reminders_in_weeks(&app, 4, &table.school.email).await >= 1);
    });
}

#[test]
fn who_is_signed_in_sees_it_and_can_turn_reminders_on_again() {
    run(|app| async move {
        let table = Table::set(&app).await;
        let link = link_of(&first_reminder(&app, &table).await);
        one_click(&app, &link, URLENCODED.0, URLENCODED.1).await;
        let portal = app.portal(&table.school).await;
        let overview = portal.open("").await;

        let done = overview.submit(&portal, "[data-unreminded] form", &[]).await;

        assert_eq!(done.location(), portal.at(""));
        assert!(!portal.follow(&done).await.has("[data-unreminded]"));
        assert!(!is_stopped(&app, &table.school.email).await);
    });
}

#[test]
fn a_reminder_that_was_planned_before_it_was_stopped_does_not_go() {
    run(|app| async move {
        let table = Table::set(&app).await;
        let link = link_of(&first_reminder(&app, &table).await);
        app.advance(TimeDelta::days(6));
        assert_eq!(app.run(Job::PlanReminders).await, 1, "Wednesday: the seventh working day");

        one_click(&app, &link, URLENCODED.0, URLENCODED.1).await;

        assert_eq!(app.new_mails().await.len(), 0);
    });
}

#[test]
fn the_digest_stops_for_kurve_and_comes_again_by_a_button_on_the_worklist() {
    run(|app| async move {
        let table = Table::set(&app).await;
        app.advance(TimeDelta::days(1));
        app.run(Job::Digest).await;
        let link = link_of(&app.only_mail_to("support@kurve.nl").await);

        let stopped = one_click(&app, &link, URLENCODED.0, URLENCODED.1).await;
        app.advance(TimeDelta::days(1));
        let asked = app.run(Job::Digest).await;
        let staff = app.staff().await;
        let worklist = staff.get("/beheer").await;

        assert!(stopped.has("[data-state=stopped]"));
        assert_eq!((asked, app.new_mails().await.len()), (0, 0));
        let done = worklist.submit(&staff, "[data-digest-stopped] form", &[]).await;
        assert!(!staff.follow(&done).await.has("[data-digest-stopped]"));
        app.run(Job::Digest).await;
        assert_eq!(app.only_mail_to("support@kurve.nl").await.to, "support@kurve.nl");
        assert!(!is_stopped(&app, &table.school.email).await, "it stopped nothing else");
    });
}

#[test]
fn a_token_does_nothing_but_what_it_was_made_for() {
    run(|app| async move {
        let table = Table::set(&app).await;
        let keys = &app.context().keys;
        let mine = mail_token::unsubscribe(keys, Subscription::Reminders, &keys.email_key(&table.school.email));
        let others = mail_token::unsubscribe(keys, Subscription::Reminders, &keys.email_key("iemand@elders.nl"));
        let digest = mail_token::unsubscribe(keys, Subscription::Digest, &keys.email_key(&table.school.email));
        let crossed = format!("{}{}", &mine[..40], &others[40..]);

        for (token, status) in [(&others, 200), (&digest, 200), (&crossed, 404), (&mine[1..].to_owned(), 404)] {
            let answer = one_click(&app, &format!("/afmelden/{token}"), URLENCODED.0, URLENCODED.1).await;
            assert_eq!(answer.status, status, "{}", answer.body);
        }
        for path in ["/inloggen/link/", "/aanmelden/bevestig/", "/beheer/uitnodiging/"] {
            let page = app.anonymous().get(&format!("{path}{mine}")).await;
            assert!(page.status == 404, "{path}: {}", page.status);
        }

        assert!(!is_stopped(&app, &table.school.email).await);
        assert_eq!(actions(&app, &table).await, Vec::<&str>::new());
    });
}

#[test]
fn a_post_that_is_no_button_of_a_mail_program_stops_nothing() {
    run(|app| async move {
        let table = Table::set(&app).await;
        let link = link_of(&first_reminder(&app, &table).await);

        let empty = one_click(&app, &link, URLENCODED.0, "").await;
        // Coming back is a form of ours, with our token in it.
        let undo = one_click(&app, &format!("{link}/weer-aan"), URLENCODED.0, URLENCODED.1).await;

        assert_eq!((empty.status, undo.status), (422, 403));
        assert!(!is_stopped(&app, &table.school.email).await);
    });
}
