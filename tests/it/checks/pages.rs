//! The pages of a check through the front door: the button, the ladder and its stream, and what Kurve sees.

use std::time::Duration;

use axum::http::{HeaderMap, Method, header};
use chrono::TimeDelta;
use koppelklaar::domain::actor::StaffRole;
use koppelklaar::domain::check::{CheckCode, CheckPolicy};
use koppelklaar::domain::ids::OutageId;
use koppelklaar::links;
use koppelklaar::store::checks::outages::{self, Outage};
use koppelklaar::web::rate_limit::Allowance;
use koppelklaar::web::{WebOptions, WebState, router};
use tokio::sync::Notify;

use super::support::{Checks, limits, run, run_with};
use crate::support::{Page, TestSchool, Visitor};

/// Presses the button on the overview; the page of the check.
async fn press(portal: &Visitor) -> String {
    let asked = portal.open("").await.submit(portal, "[data-connection] form", &[]).await;
    assert_eq!(asked.status, 303, "{}", asked.body);
    asked.location().to_owned()
}

/// The kinds of the rungs, lowest first.
fn rungs(page: &Page) -> Vec<String> {
    page.attributes("[data-rung]", "data-state")
}

fn code_of(page: &Page) -> String {
    page.attributes("[data-check]", "data-check").join(" ")
}

async fn staff_page(staff: &Visitor, school: &TestSchool) -> Page {
    staff.get(&links::staff_school(links::STAFF_SCHOOL, school.connection)).await
}

#[test]
fn the_button_leads_to_a_ladder_that_refreshes_until_it_ends() {
    run(|checks: Checks| async move {
        let school = checks.school("12AB", "bonhoeffer").await;
        let portal = checks.app.portal(&school).await;
        let before = portal.open("").await;

        let path = press(&portal).await;
        let waiting = portal.get(&path).await;
        checks.run_all().await;
        let done = portal.get(&path).await;
        let overview = portal.open("").await;

        assert_eq!(before.attributes("[data-connection]", "data-connection"), ["never"]);
        assert_eq!((code_of(&waiting).as_str(), code_of(&done).as_str()), ("waiting", "ok"));
        assert!(waiting.body.contains("http-equiv=\"refresh\"") && waiting.has("[data-action=refresh]"));
        assert!(!done.body.contains("http-equiv=\"refresh\"") && !done.has("[data-live]"));
        assert_eq!(rungs(&waiting), ["ahead"; 7]);
        assert_eq!(rungs(&done), ["held"; 7]);
        assert_eq!(done.text("[data-receipt]"), "612 leerlingen, 3 zonder opleidingscode");
        assert_eq!(done.texts("[data-proven] li").len(), 5);
        assert!(!done.text("[data-check]").contains("idGebr"), "the names of columns are for Kurve");
        assert!(overview.text("[data-connection=ok]").contains("de verbinding werkt"), "{}", overview.body);
    });
}

#[test]
fn what_is_wrong_is_said_with_who_acts_and_where() {
    run(|checks: Checks| async move {
        let school = checks.school("12AB", "bonhoeffer").await;
        checks.behaves(&school, "bonhoeffer", "list_not_granted").await;
        let portal = checks.app.portal(&school).await;

        let path = press(&portal).await;
        checks.run_all().await;
        let done = portal.get(&path).await;
        let overview = portal.open("").await;

        assert_eq!(code_of(&done), "list_not_granted");
        assert_eq!(rungs(&done), ["held", "held", "held", "held", "broke", "ahead", "ahead"]);
        assert_eq!(done.text("[data-check] .next-step__label"), "Jullie zijn aan de beurt");
        assert!(done.body.contains(CheckCode::ListNotGranted.sentence().split('>').next().expect("a start")));
        assert_eq!(done.attributes("[data-action=fix]", "href"), [portal.at("/stap/permissions_checked")]);
        assert!(overview.text("[data-connection=list_not_granted]").contains("Bekijk wat je kunt doen"));
    });
}

#[test]
fn the_button_makes_room_for_when_it_can_be_pressed_again() {
    run(|checks: Checks| async move {
        let school = checks.school("12AB", "bonhoeffer").await;
        let portal = checks.app.portal(&school).await;
        let overview = portal.open("").await;

        let path = press(&portal).await;
        let again = overview.submit(&portal, "[data-connection] form", &[]).await;
        checks.run_all().await;
        let third = overview.submit(&portal, "[data-connection] form", &[]).await;
        let told = portal.follow(&third).await;
        let on_step = portal.open("/stap/password_set").await;
        checks.app.advance(TimeDelta::minutes(1));
        let later = portal.open("/stap/password_set").await;

        assert_eq!((again.status, again.location()), (303, path.as_str()), "the one that waits is shown");
        assert_eq!((third.status, third.location()), (303, portal.at("/verbinding").as_str()));
        assert!(told.text("[data-check-instead]").starts_with("Er is net gecontroleerd. Vanaf "), "{}", told.body);
        assert!(on_step.has("[data-check-instead]") && !on_step.has("[data-action=check]"));
        assert!(later.has("[data-action=check]"));
    });
}

#[test]
fn a_stream_tells_each_step_and_ends_with_the_check() {
    run(|checks: Checks| async move {
        let school = checks.school("12AB", "bonhoeffer").await;
        let portal = checks.app.portal(&school).await;
        let path = press(&portal).await;
        let live = format!("{path}/voortgang");

        let (stream, _) = tokio::join!(portal.get(&live), checks.run_all());
        let after = portal.get(&live).await;

        assert_eq!((stream.status, stream.header("content-type")), (200, "text/event-stream"));
        assert!(stream.header("cache-control").contains("no-"), "{}", stream.header("cache-control"));
        let events: Vec<&str> = stream.body.lines().filter_map(|line| line.strip_prefix("data: ")).collect();
        let last: serde_json::Value = serde_json::from_str(events[events.len() - 1]).expect("JSON");
        assert_eq!(last["is_done"], true);
        assert!(last["html"].as_str().is_some_and(|html| html.contains("data-check=\"ok\"")), "{last}");
        assert_eq!(after.body.matches("event: step").count(), 1, "what is over is told once");
    });
}

#[test]
fn one_visitor_watches_three_pages_at_once_and_no_more() {
    run(|checks: Checks| async move {
        let school = checks.school("12AB", "bonhoeffer").await;
        let portal = checks.app.portal(&school).await;
        let live = format!("{}/voortgang", press(&portal).await);
        let refused = Notify::new();
        let watch = || async {
            let page = portal.get(&live).await;
            if page.status != 200 {
                refused.notify_one();
            }
            page.status
        };

        let end = async {
            refused.notified().await;
            checks.run_all().await
        };
        let (a, b, c, d, _) = tokio::join!(watch(), watch(), watch(), watch(), end);
        let later = portal.get(&live).await;

        let mut statuses = [a, b, c, d];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 200, 200, 429]);
        assert_eq!(later.status, 200, "places are given back");
    });
}

#[test]
fn a_stream_ends_when_the_service_stops() {
    run(|checks: Checks| async move {
        let school = checks.school("12AB", "bonhoeffer").await;
        let portal = checks.app.portal(&school).await;
        let live = format!("{}/voortgang", press(&portal).await);
        let allowance =
            Allowance { per_client: crate::support::app::nonzero(9), per_address: crate::support::app::nonzero(9) };
        let web = WebState::new(&checks.app.app, WebOptions { allowance, trusted_proxies: 1 }, None);
        let portal = portal.at_router(&router(web.clone()));

        let close = async {
            tokio::task::yield_now().await;
            web.streams.close();
        };
        let both = async { tokio::join!(portal.get(&live), close).0 };
        let stream = tokio::time::timeout(Duration::from_secs(60), both).await.expect("it ends long before it must");

        assert!([200, 429].contains(&stream.status), "{}", stream.status);
        assert!(!stream.body.contains("\"is_done\":true"), "the check still waits");
    });
}

#[test]
fn a_check_of_another_school_is_not_there() {
    run(|checks: Checks| async move {
        let school = checks.school("12AB", "bonhoeffer").await;
        let other = checks.school("34CD", "lyceum").await;
        let (portal, stranger) = (checks.app.portal(&school).await, checks.app.portal(&other).await);
        let path = press(&portal).await;
        let staff = checks.app.staff().await;
        let id = path.rsplit('/').next().expect("a path").to_owned();
        let crossed = links::fill(links::STAFF_CHECK, &[&other.connection.to_string(), &id]);

        let pages = [
            stranger.get(&path).await,
            stranger.get(&format!("{path}/voortgang")).await,
            stranger.open(&format!("/verbinding/{id}")).await,
            stranger.open(&format!("/verbinding/{id}/voortgang")).await,
            staff.get(&crossed).await,
            staff.get(&format!("{crossed}/voortgang")).await,
        ];

        assert_eq!(pages.map(|page| page.status), [404; 6]);
        assert_eq!(portal.get(&path).await.status, 200);
    });
}

#[test]
fn where_checks_are_off_there_is_a_sentence_and_no_button() {
    run_with(CheckPolicy::Off, limits(), |checks: Checks| async move {
        let school = checks.school("12AB", "bonhoeffer").await;
        let portal = checks.app.portal(&school).await;
        let staff = checks.app.staff().await;

        let pages = [
            portal.open("").await,
            portal.open("/verbinding").await,
            portal.open("/stap/query_executed").await,
            staff_page(&staff, &school).await,
            staff.get(links::STAFF_CONNECTIONS).await,
        ];

        for page in pages {
            assert!(page.has("[data-check-instead]"), "{}\n{}", page.path, page.body);
            for button in ["check", "check-ticked", "check-list"] {
                assert!(!page.has(&format!("[data-action={button}]")), "{} has {button}", page.path);
            }
        }
    });
}

#[test]
fn kurve_sees_columns_counts_and_history_and_asks_for_a_check() {
    run(|checks: Checks| async move {
        let school = checks.school("12AB", "bonhoeffer").await;
        let staff = checks.app.staff().await;
        let page = staff_page(&staff, &school).await;

        let asked = page.submit(&staff, "[data-connection] form.actions", &[]).await;
        checks.run_all().await;
        let done = staff.follow(&asked).await;
        let page = staff_page(&staff, &school).await;
        let history = staff.get(&links::staff_school(links::STAFF_CONNECTION, school.connection)).await;

        assert_eq!(code_of(&done), "ok");
        assert!(done.text("[data-details]").contains("idGebr"), "{}", done.body);
        assert_eq!(page.attributes("[data-check-row]", "data-check-row"), ["ok"]);
        assert!(page.text("[data-connection]").contains("612 leerlingen, 3 zonder opleidingscode"));
        assert_eq!(history.attributes("[data-check-row]", "data-check-row"), ["ok"]);
    });
}

#[test]
fn the_connections_are_counted_filtered_and_checked_together() {
    run(|checks: Checks| async move {
        let works = checks.school("12AB", "bonhoeffer").await;
        let fails = checks.school("34CD", "lyceum").await;
        checks.behaves(&fails, "lyceum", "wrong_password").await;
        checks.check(&works).await;
        checks.check(&fails).await;
        checks.app.advance(TimeDelta::minutes(5));
        let staff = checks.app.staff().await;

        let all = staff.get(links::STAFF_CONNECTIONS).await;
        let filtered = staff.get(&format!("{}?uitkomst=login_refused", links::STAFF_CONNECTIONS)).await;
        let older = staff.get(&format!("{}?uitkomst=ouder-dan-week", links::STAFF_CONNECTIONS)).await;
        let none = all.submit(&staff, "[data-form=run]", &[("wat", "scholen")]).await;
        let box_of = |school: &TestSchool| format!("school-{}", school.connection);
        let asked = all.submit(&staff, "[data-form=run]", &[("wat", "scholen"), (&box_of(&works), "ja")]).await;
        let running = staff.follow(&asked).await;
        let live = format!("{}/voortgang", asked.location());
        let (stream, _) = tokio::join!(staff.get(&live), checks.run_all());
        let done = staff.follow(&asked).await;
        let list = filtered.submit(&staff, "[data-form=run]", &[("wat", "lijst")]).await;
        checks.run_all().await;
        let of_list = staff.follow(&list).await;

        assert_eq!(all.attributes("[data-tally-row]", "data-tally-row"), ["ok", "login_refused"]);
        assert_eq!(all.attributes("[data-connection-row]", "data-connection-row").len(), 2);
        assert_eq!(filtered.attributes("[data-connection-row]", "data-connection-row"), ["login_refused"]);
        assert!(older.has("[data-empty]"));
        assert_eq!((none.status, none.has("[data-error-for=scholen]")), (422, true));
        assert_eq!(running.attributes("[data-run]", "data-run"), ["running"]);
        assert_eq!(running.attributes("progress", "max"), ["1"]);
        assert!(stream.body.contains("\"is_done\":true"), "{}", stream.body);
        assert_eq!(done.attributes("[data-ended]", "data-ended"), ["ok"]);
        assert_eq!(of_list.attributes("[data-ended]", "data-ended"), ["login_refused"]);
    });
}

#[test]
fn a_reader_looks_and_asks_for_nothing() {
    run(|checks: Checks| async move {
        let school = checks.school("12AB", "bonhoeffer").await;
        checks.check(&school).await;
        let reader = checks.app.staff_as("lezer@kurve.nl", StaffRole::Reader).await;

        let list = reader.get(links::STAFF_CONNECTIONS).await;
        let page = staff_page(&reader, &school).await;

        assert!(list.has("[data-connection-row=ok]") && !list.has("input[type=checkbox]"));
        assert!(!page.has("[data-connection] button") && page.has("[data-check-row=ok]"));
    });
}

#[test]
fn leave_of_an_admin_is_shown_wherever_the_verdict_is() {
    run_with(CheckPolicy::Require, limits(), |checks: Checks| async move {
        let school = checks.school("12AB", "bonhoeffer").await;
        let key = checks.app.api_key().await;
        let support = checks.app.staff().await;
        let admin = checks.app.staff_as("baas@kurve.nl", StaffRole::Admin).await;
        let portal = checks.app.portal(&school).await;
        let why = "Magister heeft een storing tot donderdag.";

        let hidden = staff_page(&support, &school).await;
        let page = staff_page(&admin, &school).await;
        let empty = page.submit(&admin, "[data-form=allow]", &[]).await;
        let given = page.submit(&admin, "[data-form=allow]", &[("reason", why)]).await;
        let after = staff_page(&support, &school).await;
        let overview = portal.open("").await;
        let file = support.get(links::STAFF_SCHOOLS_CSV).await;
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, format!("Bearer {key}").parse().expect("a value"));
        let answer = checks.app.anonymous().send(Method::GET, "/api/v1/import-gate/12AB", headers, String::new()).await;

        assert!(!hidden.has("[data-form=allow]") && hidden.text("[data-activation]").contains("nog niet"));
        assert_eq!((empty.status, given.status), (422, 303), "{}", given.body);
        assert!(after.text("[data-leave]").contains(why) && after.text("[data-activation]").contains("kan"));
        assert!(overview.text("#import [data-leave]").contains(why), "{}", overview.body);
        assert!(file.body.contains(&format!(";dicht;{why};")), "{}", file.body);
        let verdict: serde_json::Value = serde_json::from_str(&answer.body).expect("JSON");
        assert_eq!(verdict["check"]["policy"], "require");
        assert_eq!(verdict["check"]["allowed_without"]["reason"], why);
    });
}

#[test]
fn an_outage_is_on_every_page_of_kurve_and_on_none_of_a_school() {
    run(|checks: Checks| async move {
        let school = checks.school("12AB", "bonhoeffer").await;
        let staff = checks.app.staff().await;
        let portal = checks.app.portal(&school).await;
        let quiet = staff.get(links::STAFF).await;
        let now = checks.app.now();
        let outage = Outage {
            id: OutageId::from_uuid(checks.app.context().chance.uuid_v7(now)),
            began_at: now,
            noticed_at: now,
            ended_at: None,
            worked_before: 40,
            failing: 31,
        };
        outages::insert(checks.app.context().db.writer(), &outage).await.expect("the store answers");

        let pages = [staff.get(links::STAFF).await, staff_page(&staff, &school).await];
        let of_school = portal.open("").await;

        assert!(!quiet.has("[data-outage]") && !of_school.has("[data-outage]"));
        for page in pages {
            assert_eq!(page.attributes("[data-outage]", "role"), ["status"], "{}", page.path);
            assert!(page.text("[data-outage]").contains("31 van de 40"), "{}", page.body);
        }
    });
}
