//! What strangers cannot do at the doors: keep somebody out, guess a code, or have us write to others at will.

use chrono::TimeDelta;
use koppelklaar::domain::stranger::{
    self, CONFIRMATIONS, Counted, LINKS_AT_ONCE, WRONG_CODES_ALARM, WRONG_CODES_OF_NETWORK,
};
use koppelklaar::links;
use koppelklaar::store::people::stranger_counts;

use crate::registration::request;
use crate::sign_in::{ask, asked, is_signed_in, type_code, wrong};
use crate::support::{Page, TestApp, Visitor, run};

const STRANGER: &str = "198.51.100.7";

async fn open_link(visitor: &Visitor, path: &str) -> Page {
    visitor.get(path).await.submit(visitor, "main form", &[]).await
}

/// As if strangers did something so often in the last hour.
async fn count(app: &TestApp, what: Counted, times: u64) {
    for _ in 0..times {
        let id = app.context().chance.uuid_v7(app.now());
        stranger_counts::add(app.context().db.writer(), id, what.as_str(), app.now()).await.expect("the store answers");
    }
}

#[test]
fn a_link_that_somebody_else_asks_for_ends_nobodys() {
    run(|app: TestApp| async move {
        let (school, contact, mail) = asked(&app).await;
        let stranger = app.anonymous().at_address(STRANGER);

        let also = ask(&stranger, &school.email).await;
        app.new_mails().await;
        let by_code = app.anonymous();
        ask(&by_code, &school.email).await;
        let code = app.only_mail_to(&school.email).await.code();

        assert_eq!(also.status, 303);
        assert_eq!(open_link(&contact, &mail.path_of("/inloggen/link/")).await.status, 303);
        assert_eq!(type_code(&by_code, &code).await.status, 303);
        assert!(is_signed_in(&contact).await && is_signed_in(&by_code).await && !is_signed_in(&stranger).await);
    });
}

#[test]
fn a_stranger_who_asks_all_the_time_keeps_nobody_out() {
    run(|app: TestApp| async move {
        let school = app.school("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let at_school = app.portal(&school).await;
        app.advance(TimeDelta::hours(13));
        let mut statuses = vec![];
        for _ in 0..LINKS_AT_ONCE + 2 {
            statuses.push(ask(&app.anonymous().at_address(STRANGER), &school.email).await.status);
        }
        app.new_mails().await;

        let known = at_school.at_address(STRANGER);
        let mut known_asks = vec![];
        for _ in 0..2 {
            known_asks.push(ask(&known, &school.email).await.status);
        }
        let mail = app.new_mails().await.pop().expect("a mail");
        let known_in = open_link(&known, &mail.path_of("/inloggen/link/")).await.status;
        let new_phone = app.anonymous().at_address("203.0.113.9");
        let new_asks = ask(&new_phone, &school.email).await;
        let mail = app.only_mail_to(&school.email).await;
        let again = ask(&app.anonymous().at_address(STRANGER), &school.email).await;
        let new_in = open_link(&new_phone, &mail.path_of("/inloggen/link/")).await.status;

        assert_eq!(statuses, [303, 303, 303, 303, 303, 429, 429]);
        assert_eq!((known_asks, known_in), (vec![303, 303], 303), "a browser in which they signed in before");
        assert_eq!((new_asks.status, again.status, new_in), (303, 429, 303), "another browser elsewhere");
    });
}

#[test]
fn who_has_to_wait_for_a_link_gets_the_form_back_with_why() {
    run(|app: TestApp| async move {
        let school = app.school("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let visitor = app.anonymous();

        for _ in 0..5 {
            ask(&visitor, &school.email).await;
        }
        let sixth = ask(&visitor, &school.email).await;
        app.new_mails().await;

        assert_eq!(sixth.status, 429);
        assert!(sixth.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0));
        assert!(sixth.text("[data-refusal][role=alert]").contains("te vaak"), "{}", sixth.body);
        assert_eq!(sixth.attributes("[name=email]", "value"), [school.email]);
    });
}

#[test]
fn from_one_client_network_so_many_wrong_codes_are_heard_and_who_has_the_mail_still_gets_in() {
    run(|app: TestApp| async move {
        let school = app.school("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let mut heard = 0;
        let mut last = None;
        while heard <= WRONG_CODES_OF_NETWORK {
            let guesser = app.anonymous().at_address(STRANGER);
            ask(&guesser, &school.email).await;
            let mail = app.only_mail_to(&school.email).await;
            let answer = type_code(&guesser, &wrong(&mail.code())).await;
            if answer.status == 429 {
                last = Some((guesser, mail, answer));
                break;
            }
            for _ in 1..5 {
                type_code(&guesser, &wrong(&mail.code())).await;
            }
            heard += 5;
            app.advance(TimeDelta::minutes(16));
        }
        let (guesser, mail, refused) = last.expect("guessing has an end");

        let right_too = type_code(&guesser, &mail.code()).await;
        let from_elsewhere = app.anonymous();
        ask(&from_elsewhere, &school.email).await;
        let other = app.only_mail_to(&school.email).await;
        let heard_elsewhere = type_code(&from_elsewhere, &other.code()).await;
        let by_link = open_link(&guesser, &mail.path_of("/inloggen/link/")).await;

        assert_eq!(heard, WRONG_CODES_OF_NETWORK);
        assert!(refused.text("[data-error-for=code]").contains("Open de link uit de mail"), "{}", refused.body);
        assert!(refused.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0));
        assert_eq!((right_too.status, heard_elsewhere.status, by_link.status), (429, 303, 303));
    });
}

#[test]
fn when_many_codes_are_wrong_in_all_kurve_sees_it_and_the_next_waits_but_not_the_link() {
    run(|app: TestApp| async move {
        let (school, contact, mail) = asked(&app).await;
        let staff = app.staff().await;
        count(&app, Counted::WrongCode, WRONG_CODES_ALARM - 1).await;
        let before = staff.get(links::STAFF).await;

        let last_heard = type_code(&contact, &wrong(&mail.code())).await;
        let too_soon = type_code(&contact, &mail.code()).await;
        app.advance(TimeDelta::seconds(6));
        let after = staff.get(links::STAFF).await;
        app.advance(stranger::wait_after(WRONG_CODES_ALARM));
        let heard = type_code(&contact, &mail.code()).await;
        let other = app.anonymous();
        ask(&other, &school.email).await;
        let mail = app.only_mail_to(&school.email).await;
        type_code(&other, &wrong(&mail.code())).await;
        let by_link = open_link(&other, &mail.path_of("/inloggen/link/")).await;

        assert_eq!((last_heard.status, too_soon.status, heard.status), (422, 429, 303));
        assert!(!before.has("[data-alarm=wrong_code]") && after.has("[data-alarm=wrong_code]"), "{}", after.body);
        assert_eq!(by_link.status, 303, "the link is no guess");
    });
}

#[test]
fn in_a_browser_in_which_somebody_signed_in_before_their_code_is_heard_all_the_while() {
    run(|app: TestApp| async move {
        let school = app.school("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let visitor = app.portal(&school).await;
        app.advance(TimeDelta::hours(13));
        count(&app, Counted::WrongCode, WRONG_CODES_ALARM * 2).await;

        ask(&visitor, &school.email).await;
        let mail = app.only_mail_to(&school.email).await;

        assert_eq!(type_code(&visitor, &mail.code()).await.status, 303);
    });
}

#[test]
fn before_an_address_is_confirmed_it_gets_no_word_of_who_asked_in_subject_or_greeting() {
    run(|app: TestApp| async move {
        let visitor = app.anonymous();
        let typed = [("school_name", "U heeft gewonnen"), ("name", "Claim Uw Prijs"), ("email", "piet@elders.example")];

        request(&visitor, &typed).await;
        app.send_mails().await;

        let raw = app.mailbox.mails().pop().expect("a mail");
        let raw = String::from_utf8(raw.bytes).expect("ASCII");
        let (headers, _) = raw.split_once("\r\n\r\n").expect("headers and a body");
        let mail = app.only_mail_to("piet@elders.example").await;
        assert_eq!(mail.subject, "Bevestig je aanmelding voor de koppeling van Numo met Magister");
        assert!(mail.text.starts_with("Beste collega,"), "{}", mail.text);
        for word in ["gewonnen", "Prijs"] {
            assert!(!headers.contains(word), "{headers}");
            let greeting: Vec<&str> = mail.text.lines().take(4).collect();
            assert!(!greeting.join("\n").contains(word), "{greeting:?}");
        }
    });
}

#[test]
fn a_name_with_a_web_address_is_refused_where_strangers_type_it() {
    run(|app: TestApp| async move {
        let visitor = app.anonymous();
        let typed = [("school_name", "Win op https://evil.example"), ("name", "Kijk op evil.com")];

        let page = request(&visitor, &typed).await;

        assert_eq!(page.status, 422);
        for field in ["school_name", "name"] {
            assert!(page.text(&format!("[data-error-for={field}]")).contains("webadres"), "{}", page.body);
        }
        assert_eq!(app.new_mails().await.len(), 0);
    });
}

#[test]
fn one_mailbox_is_asked_to_confirm_so_often_a_day_whatever_stands_behind_its_plus() {
    run(|app: TestApp| async move {
        let mut statuses = vec![];
        for number in 0..=CONFIRMATIONS.to_address {
            let visitor = app.anonymous().at_address(&format!("198.51.100.{number}"));
            let email = format!("piet+{number}@elders.example");
            statuses.push(request(&visitor, &[("email", &email)]).await.status);
        }
        let refused = request(&app.anonymous(), &[("email", "piet@elders.example")]).await;
        let other = request(&app.anonymous(), &[("email", "anna@elders.example")]).await;
        let mails = app.new_mails().await.len();
        app.advance(TimeDelta::hours(26));
        let next_day = request(&app.anonymous(), &[("email", "piet@elders.example")]).await;
        app.new_mails().await;

        assert_eq!(statuses.iter().filter(|status| **status == 303).count() as u64, CONFIRMATIONS.to_address);
        assert_eq!((statuses.last(), refused.status, other.status), (Some(&429), 429, 303));
        assert_eq!(mails as u64, CONFIRMATIONS.to_address + 1);
        let said = refused.text("[data-refusal][role=alert]");
        assert!(said.contains("Naar dit e-mailadres") && said.contains("support@kurve.nl"), "{said}");
        assert_eq!(refused.attributes("#school_name", "value"), ["Bonhoeffer College"], "the form is not lost");
        assert_eq!(next_day.status, 303);
    });
}

#[test]
fn in_all_so_many_are_asked_to_confirm_a_day_and_kurve_sees_an_alarm_long_before() {
    run(|app: TestApp| async move {
        let staff = app.staff().await;
        count(&app, Counted::Confirmation, CONFIRMATIONS.alarm() - 1).await;
        let before = staff.get(links::STAFF).await;
        let one_more = request(&app.anonymous(), &[]).await;
        app.advance(TimeDelta::seconds(6));
        let alarmed = staff.get(links::STAFF).await;
        count(&app, Counted::Confirmation, CONFIRMATIONS.in_all - CONFIRMATIONS.alarm()).await;

        let full = request(&app.anonymous(), &[("email", "ander@elders.example")]).await;

        assert!(!before.has("[data-alarm=confirmation]"), "{}", before.body);
        assert_eq!(one_more.status, 303);
        assert!(alarmed.has("[data-alarm=confirmation]"), "{}", alarmed.body);
        assert_eq!(full.status, 429);
        assert!(full.text("[data-refusal]").contains("Kurve weet ervan"), "{}", full.body);
        assert_eq!(app.new_mails().await.len(), 1);
    });
}

#[test]
fn the_form_to_sign_up_answers_alike_for_a_school_that_is_here_and_one_that_is_not() {
    run(|app: TestApp| async move {
        app.school("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let (one, other) = (app.anonymous(), app.anonymous());

        let known = request(&one, &[("brin", "12AB"), ("email", "piet@elders.example")]).await;
        let unknown =
            request(&other, &[("brin", "13CD"), ("domain", "elders"), ("email", "kees@elders.example")]).await;
        let pages = (one.follow(&known).await, other.follow(&unknown).await);
        let mails = app.new_mails().await;

        assert_eq!((known.status, known.location()), (unknown.status, unknown.location()));
        let of_piet = pages.0.text("main").replace("piet@elders.example", "kees@elders.example");
        assert_eq!(of_piet, pages.1.text("main"));
        assert_eq!(mails.len(), 2);
        assert_eq!(mails[0].subject, mails[1].subject);
        let [of_known, of_unknown] = ["piet@elders.example", "kees@elders.example"]
            .map(|to| mails.iter().find(|mail| mail.to == to).expect("each gets one"));
        let paths = [of_known, of_unknown].map(|mail| mail.path_of("/aanmelden/bevestig/"));
        let typed = |text: &str, path: &str| {
            let text = text.replace(path, "PATH").replace("13CD", "12AB").replace("elders", "bonhoeffer");
            text.replace("kees@", "piet@").split_whitespace().collect::<Vec<_>>().join(" ")
        };
        assert_eq!(typed(&of_known.text, &paths[0]), typed(&of_unknown.text, &paths[1]));
        // The page with the button says no more, also somewhere else.
        let (one, other) = (app.anonymous().get(&paths[0]).await, app.anonymous().get(&paths[1]).await);
        assert_eq!(typed(&one.text("main"), &paths[0]), typed(&other.text("main"), &paths[1]));
    });
}
