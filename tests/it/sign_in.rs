//! Signing in without a password, proof against scanners that open every link in a mail.

use axum::http::{HeaderMap, Method};
use chrono::TimeDelta;

use crate::support::app::nonzero;
use crate::support::post::Mail;
use crate::support::{Page, TestApp, TestSchool, Visitor, on_each_database, run};
use koppelklaar::domain::onboarding::Step;
use koppelklaar::links;
use koppelklaar::web::rate_limit::Allowance;

pub(crate) async fn ask(visitor: &Visitor, email: &str) -> Page {
    visitor.get("/inloggen").await.submit(visitor, "main form", &[("email", email)]).await
}

async fn school(app: &TestApp) -> TestSchool {
    app.school("Bonhoeffer College", "12AB", "bonhoeffer").await
}

pub(crate) async fn asked(app: &TestApp) -> (TestSchool, Visitor, Mail) {
    let school = school(app).await;
    let visitor = app.anonymous();
    ask(&visitor, &school.email).await;
    let mail = app.only_mail_to(&school.email).await;
    (school, visitor, mail)
}

pub(crate) async fn type_code(visitor: &Visitor, code: &str) -> Page {
    visitor.get("/inloggen/code").await.submit(visitor, "main form", &[("code", code)]).await
}

pub(crate) async fn is_signed_in(visitor: &Visitor) -> bool {
    visitor.get("/school").await.location() != "/inloggen"
}

/// As many digits that are not the code.
pub(crate) fn wrong(code: &str) -> String {
    let last = if code.ends_with('7') { '8' } else { '7' };
    format!("{}{last}", &code[..code.len() - 1])
}

#[test]
fn opening_the_link_any_number_of_times_changes_nothing() {
    run(|app: TestApp| async move {
        let (_, visitor, mail) = asked(&app).await;
        let path = mail.path_of("/inloggen/link/");

        let scanner = app.anonymous();
        for _ in 0..3 {
            scanner.get(&path).await;
            scanner.send(Method::HEAD, &path, HeaderMap::new(), String::new()).await;
        }
        let page = visitor.get(&path).await;
        let before = is_signed_in(&visitor).await;
        page.submit(&visitor, "main form", &[]).await;

        assert!(!before);
        assert!(is_signed_in(&visitor).await);
        assert!(!is_signed_in(&scanner).await);
    });
}

#[test]
fn the_code_alone_works_in_the_browser_that_asked() {
    run(|app: TestApp| async move {
        let (_, visitor, mail) = asked(&app).await;
        let code = mail.code();

        let spaced = format!("{} {}", &code[..4], &code[4..]);
        let done = type_code(&visitor, &spaced).await;

        assert_eq!((done.status, done.location()), (303, "/school"));
        assert!(is_signed_in(&visitor).await);
    });
}

#[test]
fn the_code_alone_is_nothing_in_another_browser() {
    run(|app: TestApp| async move {
        let (_, _, mail) = asked(&app).await;
        let other = app.anonymous();

        let answer = type_code(&other, &mail.code()).await;

        assert_eq!(answer.status, 422);
        assert!(!is_signed_in(&other).await);
    });
}

#[test]
fn in_another_browser_the_link_needs_the_code_as_well() {
    run(|app: TestApp| async move {
        let (_, _, mail) = asked(&app).await;
        let other = app.anonymous();
        let page = other.get(&mail.path_of("/inloggen/link/")).await;

        let without = page.submit(&other, "main form", &[]).await;
        let before = is_signed_in(&other).await;
        let with = page.submit(&other, "main form", &[("code", &mail.code())]).await;

        assert!(page.has("[name=code]"), "the page asks for the code");
        assert_eq!(without.status, 422);
        assert!(!before);
        assert_eq!((with.status, with.location()), (303, "/school"));
    });
}

#[test]
fn a_redeemed_link_does_not_work_twice() {
    run(|app: TestApp| async move {
        let (_, visitor, mail) = asked(&app).await;
        let page = visitor.get(&mail.path_of("/inloggen/link/")).await;

        page.submit(&visitor, "main form", &[]).await;
        let again = page.submit(&visitor, "main form", &[]).await;

        assert_eq!(again.status, 410);
        assert!(again.has("[data-state=used]"), "{}", again.body);
    });
}

#[test]
fn five_wrong_codes_end_the_link_and_the_right_one_comes_too_late() {
    run(|app: TestApp| async move {
        let (_, visitor, mail) = asked(&app).await;
        let code = mail.code();

        let mut statuses = vec![];
        for _ in 0..5 {
            statuses.push(type_code(&visitor, &wrong(&code)).await.status);
        }
        let page = visitor.get(&mail.path_of("/inloggen/link/")).await;
        let late = visitor.get("/inloggen/code").await;

        assert_eq!(statuses, [422, 422, 422, 422, 410]);
        assert!(page.has("[data-state=too_many_wrong_codes]"), "{}", page.body);
        assert!(late.status < 500);
        assert!(!is_signed_in(&visitor).await);
    });
}

#[test]
fn a_newer_link_replaces_the_older_one_of_the_same_browser() {
    run(|app: TestApp| async move {
        let (school, visitor, old) = asked(&app).await;
        ask(&visitor, &school.email).await;
        let new = app.only_mail_to(&school.email).await;

        let replaced = visitor.get(&old.path_of("/inloggen/link/")).await;
        let done = visitor.get(&new.path_of("/inloggen/link/")).await.submit(&visitor, "main form", &[]).await;

        assert!(replaced.has("[data-state=replaced]"), "{}", replaced.body);
        assert_eq!(done.status, 303);
    });
}

#[test]
fn after_a_quarter_of_an_hour_the_link_has_expired() {
    run(|app: TestApp| async move {
        let (_, visitor, mail) = asked(&app).await;
        let page = visitor.get(&mail.path_of("/inloggen/link/")).await;

        app.advance(TimeDelta::minutes(16));
        let late = page.submit(&visitor, "main form", &[]).await;

        assert!(late.has("[data-state=expired]"), "{}", late.body);
        assert!(!is_signed_in(&visitor).await);
    });
}

#[test]
fn a_mail_that_would_come_too_late_is_not_sent() {
    run(|app: TestApp| async move {
        let school = school(&app).await;
        ask(&app.anonymous(), &school.email).await;

        app.advance(TimeDelta::minutes(16));

        assert_eq!(app.new_mails().await.len(), 0);
    });
}

#[test]
fn an_unknown_address_gets_the_same_answer_and_no_mail() {
    run(|app: TestApp| async move {
        let school = school(&app).await;
        let (one, other) = (app.anonymous(), app.anonymous());

        let known = ask(&one, &school.email).await;
        let unknown = ask(&other, "niemand@nergens.example").await;
        let pages = (one.follow(&known).await, other.follow(&unknown).await);

        assert_eq!((known.status, known.location()), (unknown.status, unknown.location()));
        assert_eq!(pages.0.texts("main"), pages.1.texts("main"));
        let to: Vec<String> = app.new_mails().await.into_iter().map(|mail| mail.to).collect();
        assert_eq!(to, [school.email]);
    });
}

#[test]
fn one_address_cannot_be_flooded_from_many_browsers() {
    run(|app: TestApp| async move {
        let school = school(&app).await;

        let mut statuses = vec![];
        for number in 0..6 {
            let visitor = app.anonymous().at_address(&format!("198.51.100.{number}"));
            statuses.push(ask(&visitor, &school.email).await.status);
        }

        assert_eq!(statuses, [303, 303, 303, 303, 303, 429]);
    });
}

#[test]
fn one_client_cannot_try_many_addresses() {
    on_each_database(async |kind| {
        let allowance = Allowance { per_client: nonzero(3), per_address: nonzero(100) };
        let app = TestApp::start_with(kind, allowance).await;
        let visitor = app.anonymous();

        let mut last = None;
        for number in 0..4 {
            last = Some(ask(&visitor, &format!("iemand{number}@nergens.example")).await);
        }

        let last = last.expect("asked four times");
        assert_eq!(last.status, 429);
        assert!(last.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0));
        assert_eq!(ask(&app.anonymous().at_address("198.51.100.7"), "ander@nergens.example").await.status, 303);
    });
}

#[test]
fn a_session_ends_after_twelve_idle_hours_and_lives_on_with_use() {
    run(|app: TestApp| async move {
        let school = school(&app).await;
        let visitor = app.portal(&school).await;

        app.advance(TimeDelta::hours(11));
        let in_use = is_signed_in(&visitor).await;
        app.advance(TimeDelta::hours(11));
        let still = is_signed_in(&visitor).await;
        app.advance(TimeDelta::hours(12) + TimeDelta::seconds(1));

        assert!(in_use && still);
        assert!(!is_signed_in(&visitor).await);
    });
}

#[test]
fn a_session_ends_after_seven_days_however_it_is_used() {
    run(|app: TestApp| async move {
        let school = school(&app).await;
        let visitor = app.portal(&school).await;

        let mut days = vec![];
        for _ in 0..14 {
            app.advance(TimeDelta::hours(11));
            days.push(is_signed_in(&visitor).await);
        }
        let in_the_week = days.iter().all(|is_in| *is_in);
        app.advance(TimeDelta::hours(14) + TimeDelta::seconds(1));

        assert!(in_the_week, "{days:?}");
        assert!(!is_signed_in(&visitor).await);
    });
}

#[test]
fn the_session_that_a_browser_had_ends_when_it_signs_in_again() {
    run(|app: TestApp| async move {
        let (school, visitor, mail) = asked(&app).await;
        visitor.get(&mail.path_of("/inloggen/link/")).await.submit(&visitor, "main form", &[]).await;
        let old = visitor.cookie("__Host-kk_school").expect("signed in");
        let elsewhere = app.portal(&school).await;

        let page = visitor.get("/inloggen/code").await;
        let form = page.form("main form").1;
        visitor.post("/inloggen", &[form[0].clone(), ("email".to_owned(), school.email.clone())]).await;
        let mail = app.only_mail_to(&school.email).await;
        type_code(&visitor, &mail.code()).await;
        let new = visitor.cookie("__Host-kk_school").expect("signed in");
        let thief = app.anonymous();
        thief.set_cookie("__Host-kk_school", &old);

        assert_ne!(old, new);
        assert!(is_signed_in(&visitor).await);
        assert!(!is_signed_in(&thief).await, "the old session still opens pages");
        assert!(is_signed_in(&elsewhere).await, "another browser stays signed in");
    });
}

#[test]
fn signing_out_ends_the_session_itself_and_not_only_the_cookie() {
    run(|app: TestApp| async move {
        let school = school(&app).await;
        let visitor = app.portal(&school).await;
        let cookie = visitor.cookie("__Host-kk_school").expect("signed in");

        visitor.open("").await.submit(&visitor, "form[action='/uitloggen']", &[]).await;
        visitor.set_cookie("__Host-kk_school", &cookie);

        assert!(!is_signed_in(&visitor).await);
    });
}

#[test]
fn cookies_are_out_of_reach_of_scripts_and_of_http() {
    run(|app: TestApp| async move {
        let (_, visitor, mail) = asked(&app).await;
        let page = visitor.get(&mail.path_of("/inloggen/link/")).await;

        let done = page.submit(&visitor, "main form", &[]).await;

        let cookies: Vec<&str> = done.headers.get_all("set-cookie").iter().filter_map(|c| c.to_str().ok()).collect();
        let session = cookies.iter().find(|cookie| cookie.starts_with("__Host-kk_school=")).expect("a session");
        for part in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/"] {
            assert!(session.contains(part), "{session}");
        }
    });
}

#[test]
fn after_signing_in_the_visitor_is_where_the_mail_pointed() {
    run(|app: TestApp| async move {
        let school = school(&app).await;
        let visitor = app.anonymous();

        let step = school.at_step(links::SCHOOL_STEP, Step::ConsentGiven);
        let sent_away = visitor.get(&step).await;
        ask(&visitor, &school.email).await;
        let mail = app.only_mail_to(&school.email).await;
        let done = visitor.get(&mail.path_of("/inloggen/link/")).await.submit(&visitor, "main form", &[]).await;

        assert_eq!((sent_away.status, sent_away.location()), (303, "/inloggen"));
        assert_eq!(done.location(), step);
    });
}

#[test]
fn someone_of_three_schools_gets_one_mail_and_chooses() {
    run(|app: TestApp| async move {
        let email = "contact-12ab@een.example";
        let one = app.school("Een", "12AB", "een").await;
        assert_eq!(one.email, email);
        for (name, brin) in [("Twee", "13AB"), ("Drie", "14AB")] {
            let visitor = app.anonymous();
            let page = visitor.get("/aanmelden").await;
            let fields = [
                ("school_name", name),
                ("brin", brin),
                ("domain", &name.to_lowercase()),
                ("region", "zuid"),
                ("name", "Anna de Wit"),
                ("email", email),
                ("role", "contactpersoon"),
            ];
            page.submit(&visitor, "main form", &fields).await;
            let mail = app.only_mail_to(email).await;
            visitor.get(&mail.path_of("/aanmelden/bevestig/")).await.submit(&visitor, "main form", &[]).await;
            app.new_mails().await;
        }
        let visitor = app.anonymous();

        ask(&visitor, email).await;
        let mail = app.only_mail_to(email).await;
        let done = visitor.get(&mail.path_of("/inloggen/link/")).await.submit(&visitor, "main form", &[]).await;
        let choose = visitor.follow(&done).await;

        assert_eq!(done.location(), "/school");
        assert_eq!(choose.texts("[data-connection] a"), ["Drie", "Een", "Twee"]);
        for (link, name) in choose.attributes("[data-connection] a", "href").iter().zip(["Drie", "Een", "Twee"]) {
            let overview = visitor.get(link).await;
            assert!(overview.text("[data-school]").starts_with(name), "{link}: {}", overview.body);
            assert_eq!(overview.attributes("nav a[href='/school']", "href").len(), 1, "the way to the others");
        }
    });
}
