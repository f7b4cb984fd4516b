//! What Numo hears: the feed, and the schools as it reads them to begin with.

use std::time::Duration;

use chrono::TimeDelta;
use koppelklaar::domain::api_scope::{ApiScope, ApiScopes};
use koppelklaar::domain::feed::{FeedKind, KEEP_DAYS};
use koppelklaar::domain::onboarding::{Command, Step};
use koppelklaar::jobs::Job;
use koppelklaar::services::onboarding::onboardings;
use koppelklaar::services::operations::api_keys::{self, NewApiKey};

use crate::journey::Table;
use crate::support::acting::reason;
use crate::support::board::Board;
use crate::support::following::{ask, json};
use crate::support::{TestApp, run};

fn kinds(answer: &serde_json::Value) -> Vec<String> {
    let events = answer["events"].as_array().expect("a list");
    let kind = |event: &serde_json::Value| event["type"].as_str().expect("a text").to_owned();
    events.iter().map(kind).collect()
}

fn text(value: &serde_json::Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

#[test]
fn what_happens_to_a_school_is_in_the_feed_in_order_and_nothing_about_a_person() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let (key, visitor) = (app.api_key().await, app.anonymous());
        table.open_import().await;

        let open = json(&ask(&visitor, &key, "/api/v1/events").await);
        let next = text(&open["next"]).to_owned();
        let send_back = Command::SendBack { step: Step::ConsentGiven, reason: reason("Nog niet te zien.") };
        let call = app.call(app.kurve_again().await);
        onboardings::act(app.context(), &call, table.school.connection, &send_back, None).await.expect("it is done");
        let closed = json(&ask(&visitor, &key, &format!("/api/v1/events?after={next}")).await);

        assert_eq!(kinds(&open), ["school.registered", "verdict.opened"]);
        assert_eq!(kinds(&closed), ["verdict.closed"]);
        let (opened, closed) = (&open["events"][1], &closed["events"][0]);
        assert_eq!((text(&opened["verdict"]), text(&closed["verdict"])), ("open", "closed"));
        assert_eq!(text(&opened["school"]["brin"]), "12AB");
        assert!(closed["version"].as_i64() > opened["version"].as_i64());
        assert!(!open.to_string().contains("Anna") && !open.to_string().contains('@'), "{open}");
    });
}

#[test]
fn a_board_whose_schools_go_their_own_ways_is_told_of_school_by_school() {
    run(|app: TestApp| async move {
        let board = Board::of(&app, 3).await.made_ready().await;
        let before = app.feed().await.len();
        board.press("11AA", "activate", &[("ground", "Gezien in Numo.")]).await;
        board.press("12AA", "withdraw", &[("reason", "Kiest iets anders.")]).await;
        board.press("12AA", "reopen", &[]).await;

        let told: Vec<(FeedKind, String)> =
            app.feed().await.into_iter().skip(before).map(|event| (event.kind, event.brin)).collect();

        let of = |kind, brin: &str| (kind, brin.to_owned());
        assert_eq!(
            told,
            [
                of(FeedKind::VerdictOpened, "11AA"),
                of(FeedKind::SchoolStopped, "12AA"),
                of(FeedKind::SchoolReopened, "12AA")
            ]
        );
    });
}

#[test]
fn changes_at_once_leave_no_gap_that_somebody_who_reads_along_could_fall_into() {
    run(|app: TestApp| async move {
        const SCHOOLS: usize = 8;
        let mut schools = vec![];
        for number in 0..SCHOOLS {
            let brin = format!("{}AB", 10 + number);
            schools.push(app.school_by_services(&format!("School {brin}"), &brin, &format!("school{number}")).await);
        }
        let (other, kurve) = (app.second_instance().await, app.kurve().await);
        let pauses = schools.iter().enumerate().map(|(number, school)| {
            let context = if number % 2 == 0 { app.context() } else { &other.context };
            let call = app.call(kurve);
            async move {
                for _ in 0..3 {
                    let until = (call.now + TimeDelta::days(9)).date_naive();
                    let pause = Command::Pause { reason: reason("Verbouwing."), until };
                    onboardings::act(context, &call, school.connection, &pause, None).await.expect("it is under way");
                    onboardings::act(context, &call, school.connection, &Command::Resume, None)
                        .await
                        .expect("it is paused");
                }
            }
        });
        let changes = futures_util::future::join_all(pauses);
        let reader = app.second_instance().await;
        let follow = async {
            let mut seen: Vec<i64> = vec![];
            while seen.len() < SCHOOLS * 7 {
                let page =
                    koppelklaar::services::operations::feed::list(&reader.context, seen.last().copied(), 3).await;
                seen.extend(page.expect("nothing is cleared away").events.iter().map(|event| event.number));
                tokio::task::yield_now().await;
            }
            seen
        };

        let (_, seen) = tokio::join!(changes, follow);

        assert_eq!(seen, (1..).take(SCHOOLS * 7).collect::<Vec<i64>>());
    });
}

#[test]
fn who_waits_hears_at_once_and_waits_no_longer_than_asked() {
    run(|app: TestApp| async move {
        let (key, visitor) = (app.api_key().await, app.anonymous());
        let nothing = json(&ask(&visitor, &key, "/api/v1/events?wait=1").await);
        assert_eq!((kinds(&nothing), text(&nothing["next"])), (vec![], "0"));

        let waits = ask(&visitor, &key, "/api/v1/events?after=0&wait=30");
        let registers = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer");
        let heard = tokio::time::timeout(Duration::from_secs(25), async { tokio::join!(waits, registers).0 }).await;

        let heard = json(&heard.expect("it does not wait to the end"));
        assert_eq!(kinds(&heard), ["school.registered"]);
    });
}

#[test]
fn a_cursor_that_is_too_old_or_from_another_time_says_so_and_so_does_a_query_that_cannot_be_read() {
    run(|app: TestApp| async move {
        let (key, visitor) = (app.api_key().await, app.anonymous());
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        app.advance(TimeDelta::days(KEEP_DAYS + 1));
        let pause = Command::Pause { reason: reason("Later."), until: (app.now() + TimeDelta::days(9)).date_naive() };
        let call = app.call(app.kurve().await);
        onboardings::act(app.context(), &call, school.connection, &pause, None).await.expect("it is under way");
        onboardings::act(app.context(), &call, school.connection, &Command::Resume, None).await.expect("it is paused");
        app.run(Job::DeleteExpired).await;

        let kept = json(&ask(&visitor, &key, "/api/v1/events").await);
        assert_eq!(kinds(&kept), ["school.paused", "school.resumed"]);
        for (query, status, kind) in [
            ("after=0", 410, "cursor-too-old"),
            ("after=4", 409, "unknown-cursor"),
            ("after=-1", 422, "bad-query"),
            ("after=laatste", 422, "bad-query"),
            ("limit=0", 422, "bad-query"),
            ("limit=501", 422, "bad-query"),
            ("wait=31", 422, "bad-query"),
        ] {
            let answer = ask(&visitor, &key, &format!("/api/v1/events?{query}")).await;
            assert_eq!(answer.status, status, "{query}: {}", answer.body);
            assert_eq!(json(&answer)["type"], format!("urn:koppelklaar:problem:{kind}"), "{query}");
        }
        assert_eq!(ask(&visitor, &key, "/api/v1/events?after=1").await.status, 200);
    });
}

#[test]
fn a_key_asks_what_it_was_given_and_until_its_day() {
    run(|app: TestApp| async move {
        let visitor = app.anonymous();
        app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let paths = ["/api/v1/import-gate/12AB", "/api/v1/schools", "/api/v1/schools/12AB", "/api/v1/events"];
        for (scope, allowed) in [
            (ApiScope::Verdict, [200, 403, 403, 403]),
            (ApiScope::Schools, [403, 200, 200, 403]),
            (ApiScope::Events, [403, 403, 403, 200]),
        ] {
            let expires_at = Some(app.now() + TimeDelta::days(1));
            let new = NewApiKey { name: scope.as_str().to_owned(), scopes: ApiScopes::of([scope]), expires_at };
            let key = api_keys::add(app.context(), &app.operator(), new).await.expect("a fresh name");

            let mut statuses = vec![];
            for path in paths {
                let answer = ask(&visitor, &key, path).await;
                if answer.status == 403 {
                    assert!(answer.header("www-authenticate").contains("insufficient_scope"), "{path}");
                    assert_eq!(json(&answer)["type"], "urn:koppelklaar:problem:missing-scope");
                }
                statuses.push(answer.status);
            }
            assert_eq!(statuses, allowed, "{scope:?}");
            app.advance(TimeDelta::days(1));
            assert_eq!(ask(&visitor, &key, paths[0]).await.status, 401);
        }
    });
}

#[test]
fn the_list_gives_each_school_page_by_page_and_again_those_that_changed() {
    run(|app: TestApp| async move {
        let (key, visitor) = (app.api_key().await, app.anonymous());
        let mut schools = vec![];
        for number in 10..15 {
            let brin = format!("{number}AB");
            schools.push(app.school_by_services(&format!("School {brin}"), &brin, &format!("school{number}")).await);
            app.advance(TimeDelta::minutes(1));
        }
        let brins = |answer: &serde_json::Value| -> Vec<String> {
            let rows = answer["schools"].as_array().expect("a list");
            rows.iter().map(|row| text(&row["brin"]).to_owned()).collect()
        };

        let mut all = vec![];
        let mut path = "/api/v1/schools?limit=2".to_owned();
        let changed_since = app.now().to_rfc3339();
        let feed = loop {
            let answer = ask(&visitor, &key, &path).await;
            let page = json(&answer);
            all.extend(brins(&page));
            let Some(link) = answer.header("link").strip_prefix('<').map(str::to_owned) else {
                assert!(page["next"].is_null());
                break text(&page["feed"]).to_owned();
            };
            path = link.split_once(">; rel=\"next\"").expect("the next page").0.to_owned();
        };
        assert_eq!(all, ["10AB", "11AB", "12AB", "13AB", "14AB"]);
        app.advance(TimeDelta::minutes(1));
        let pause = Command::Pause { reason: reason("Later."), until: (app.now() + TimeDelta::days(9)).date_naive() };
        let call = app.call(app.kurve().await);
        onboardings::act(app.context(), &call, schools[1].connection, &pause, None).await.expect("it is under way");

        let query = koppelklaar::links::query([("changed_since", &*changed_since)]);
        let changed = json(&ask(&visitor, &key, &format!("/api/v1/schools?{query}")).await);
        assert_eq!(brins(&changed), ["11AB"]);
        assert_eq!(changed["schools"][0]["state"], "paused");
        let since = json(&ask(&visitor, &key, &format!("/api/v1/events?after={feed}")).await);
        assert_eq!(kinds(&since), ["school.paused"]);
        assert_eq!(brins(&json(&ask(&visitor, &key, "/api/v1/schools?verdict=open").await)), Vec::<String>::new());
        assert_eq!(brins(&json(&ask(&visitor, &key, "/api/v1/schools?verdict=closed").await)).len(), 5);
        for wrong in ["verdict=ja", "changed_since=gisteren", "cursor=x", "limit=veel"] {
            assert_eq!(ask(&visitor, &key, &format!("/api/v1/schools?{wrong}")).await.status, 422, "{wrong}");
        }
    });
}

#[test]
fn a_school_says_what_is_asked_of_whom_and_one_that_stopped_says_so() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let (key, visitor) = (app.api_key().await, app.anonymous());
        let path = "/api/v1/schools/12AB";

        let begun = json(&ask(&visitor, &key, path).await);
        assert_eq!((text(&begun["state"]), text(&begun["verdict"])), ("active", "closed"));
        assert_eq!(begun["requirements"]["due_now"][0]["step"], "consent_given");
        assert_eq!(begun["requirements"]["waiting_on"][0]["holder"], "kurve");
        table.open_import().await;
        let open = ask(&visitor, &key, path).await;
        assert_eq!(json(&open)["verdict"], "open");
        let nothing = serde_json::json!({ "due_now": [], "waiting_on": [], "errors": [] });
        assert_eq!(json(&open)["requirements"], nothing);
        let connection = json(&ask(&visitor, &key, &format!("{path}/connection")).await);
        assert!(connection["newest"].is_null() && connection["receipt"].is_null(), "{connection}");
        let school = table.school.id;
        let withdraw = Command::Withdraw { school, reason: reason("Toch niet."), chose_option_b: false };
        let call = app.call(app.kurve_again().await);
        onboardings::act(app.context(), &call, table.school.connection, &withdraw, None).await.expect("it is open");

        let stopped = json(&ask(&visitor, &key, path).await);
        assert_eq!((text(&stopped["state"]), text(&stopped["verdict"])), ("withdrawn", "closed"));
        let told = json(&ask(&visitor, &key, "/api/v1/events").await);
        assert_eq!(kinds(&told), ["school.registered", "verdict.opened", "school.stopped", "verdict.closed"]);
        for (brin, status, kind) in [("34CD", 404, "unknown-school"), ("geen", 422, "bad-brin")] {
            let answer = ask(&visitor, &key, &format!("/api/v1/schools/{brin}")).await;
            assert_eq!(
                (answer.status, &json(&answer)["type"]),
                (status, &format!("urn:koppelklaar:problem:{kind}").into())
            );
        }
        assert_eq!(json(&ask(&visitor, &key, "/api/v1/niets").await)["type"], "urn:koppelklaar:problem:not-found");
    });
}

#[test]
fn every_path_that_is_described_answers_as_described_and_every_kind_of_event_is_named() {
    run(|app: TestApp| async move {
        let (key, visitor) = (app.api_key().await, app.anonymous());
        app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let description = json(&visitor.get("/api/v1/openapi.json").await);

        let paths = description["paths"].as_object().expect("paths");
        assert_eq!(paths.len(), 6);
        for (path, methods) in paths {
            let answer = ask(&visitor, &key, &path.replace("{brin}", "12AB")).await;
            assert_eq!(answer.status, 200, "{path}: {}", answer.body);
            let refused = visitor.get(&path.replace("{brin}", "12AB")).await;
            assert!(methods["get"]["responses"][refused.status.to_string()].is_object(), "{path}: {}", refused.status);
        }
        let said = description["components"]["schemas"]["Event"]["properties"]["type"]["description"].to_string();
        for kind in <FeedKind as strum::IntoEnumIterator>::iter() {
            assert!(said.contains(&format!("`{}`", kind.as_str())), "{kind:?} is not in {said}");
        }
    });
}

#[test]
fn a_key_may_ask_six_hundred_times_a_minute_and_each_answer_says_what_is_left() {
    run(|app: TestApp| async move {
        let (key, visitor) = (app.api_key().await, app.anonymous());
        let first = ask(&visitor, &key, "/api/v1/schools").await;
        assert_eq!((first.header("ratelimit-limit"), first.header("ratelimit-remaining")), ("600", "599"));
        assert_eq!(first.header("ratelimit-reset"), "1");

        let mut last = first;
        for _ in 0..3_000 {
            last = ask(&visitor, &key, "/api/v1/schools?limit=0").await;
            if last.status == 429 {
                break;
            }
        }

        assert_eq!((last.status, last.header("ratelimit-remaining")), (429, "0"), "{}", last.body);
        assert_eq!(json(&last)["type"], "urn:koppelklaar:problem:too-often");
        assert!(last.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds > 0));
        // Another key, and a machine without one, have turns of their own.
        assert_eq!(ask(&visitor, "kk_other", "/api/v1/schools").await.status, 401);
        assert_eq!(visitor.get("/api/v1/schools").await.status, 401);
    });
}
