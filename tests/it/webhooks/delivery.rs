//! What comes, how often, and when.

use std::time::Duration;

use chrono::TimeDelta;
use koppelklaar::clock::Clock;
use koppelklaar::domain::ids::LeaseId;
use koppelklaar::domain::webhook::{DeliveryStatus, StoppedWhy};
use koppelklaar::jobs::Job;
use koppelklaar::services::webhooks::endpoints;
use koppelklaar::store::LeaseTerm;
use koppelklaar::store::webhooks::deliveries;
use standardwebhooks::Webhook;
use uuid::Uuid;

use super::{Told, add, look};
use crate::support::hook::Answer;
use crate::support::{TestApp, run};

#[test]
fn what_happens_comes_signed_with_what_the_feed_says_of_it_and_nothing_about_a_person() {
    run(|app: TestApp| async move {
        // Whoever reads a signature holds its time against their own clock.
        app.advance(Clock::system().now() - app.now());
        let told = Told::of(&app).await;
        told.school("12AB").await;

        let summary = told.look().await;

        assert_eq!(summary.delivered, 1);
        let [message] = &told.hook.received()[..] else { panic!("one message") };
        let events = app.feed().await;
        let [event] = &events[..] else { panic!("one event") };
        Webhook::new(&told.secret)
            .expect("a secret")
            .verify(message.body.as_bytes(), &message.headers)
            .expect("it is ours");
        assert_eq!(message.path, "/koppelklaar");
        assert_eq!(message.header("content-type"), "application/json");
        assert_eq!(message.header("webhook-id"), event.id.to_string());
        let said = message.json();
        assert_eq!(said["type"], "school.registered");
        assert_eq!(said["data"]["cursor"], event.number.to_string());
        assert_eq!(said["data"]["school"]["brin"], "12AB");
        assert_eq!(said["data"]["verdict"], "closed");
        assert!(!message.body.contains('@') && !message.body.contains("School 12AB"), "{}", message.body);
        assert_eq!(told.look().await.delivered, 0, "once is enough");
    });
}

#[test]
fn while_a_secret_changes_both_sign_and_after_a_day_the_new_one_alone() {
    run(|app: TestApp| async move {
        app.advance(Clock::system().now() - app.now() - TimeDelta::days(1));
        let told = Told::of(&app).await;
        let new = endpoints::replace_secret(app.context(), &app.operator(), told.id).await.expect("it is there");
        told.school("12AB").await;
        told.look().await;
        app.advance(TimeDelta::days(1));
        told.school("13AB").await;
        told.look().await;

        let [during, after] = &told.hook.received()[..] else { panic!("two messages") };
        let ours = during.header("webhook-signature").split(' ').count();
        let reader = |secret: &str| Webhook::new(secret).expect("a secret");
        let holds = |secret: &str| reader(secret).verify(after.body.as_bytes(), &after.headers).is_ok();

        assert_eq!(ours, 2);
        let signed = |secret: &str| {
            let seconds = during.header("webhook-timestamp").parse().expect("seconds");
            reader(secret).sign(during.header("webhook-id"), seconds, during.body.as_bytes()).expect("it signs")
        };
        for secret in [&*told.secret, new.as_str()] {
            assert!(during.header("webhook-signature").split(' ').any(|one| one == signed(secret)));
        }
        assert_eq!((holds(&new), holds(&told.secret)), (true, false));
    });
}

#[test]
fn what_was_not_taken_comes_again_under_the_same_id_with_the_same_bytes() {
    run(|app: TestApp| async move {
        let told = Told::of(&app).await;
        told.hook.answers([Answer::Status(500), Answer::Drop, Answer::Status(302)]);
        told.school("12AB").await;

        let mut tried = vec![];
        for _ in 0..5 {
            tried.push(told.look().await);
            app.advance(TimeDelta::minutes(10));
        }

        let outcomes: Vec<(usize, usize)> = tried.iter().map(|one| (one.delivered, one.to_retry)).collect();
        assert_eq!(outcomes, [(0, 1), (0, 1), (0, 1), (1, 0), (0, 0)]);
        let received = told.hook.received();
        assert!(received.iter().all(|one| one.body == received[0].body), "the same bytes");
        assert!(told.ids().iter().all(|id| *id == told.ids()[0]), "one id");
        let log = endpoints::log(app.context(), told.id, None, 10).await.expect("the store answers").rows;
        let seen: Vec<_> = log[0].attempts.iter().map(|one| (one.status, one.outcome.as_str())).collect();
        assert_eq!(
            seen,
            [(Some(500), "answered"), (None, "cut_short"), (Some(302), "redirected"), (Some(200), "delivered")]
        );
        assert_eq!(log[0].attempts[3].answer.as_deref(), Some("dank je"));
    });
}

#[test]
fn one_that_never_answers_is_left_in_time_and_holds_no_other_up() {
    run(|app: TestApp| async move {
        let slow = Told::of(&app).await;
        let quick = Told::at(&app, "vlug.example").await;
        slow.hook.answers([Answer::Hang]);
        slow.school("12AB").await;

        let one = look(&app, slow.hook.courier().within(Duration::from_millis(200))).await;
        app.advance(TimeDelta::minutes(10));
        let other = quick.look().await;

        // Each courier reaches one machine; what the other one was sent could not be delivered.
        assert_eq!((one.delivered, slow.hook.received().len()), (0, 1));
        assert_eq!((other.delivered, quick.hook.received().len()), (1, 1));
        let log = endpoints::log(app.context(), slow.id, None, 10).await.expect("the store answers").rows;
        assert_eq!(log[0].attempts[0].outcome.as_str(), "too_slow");
    });
}

#[test]
fn who_answers_that_nobody_is_there_is_stopped_at_once_and_kurve_hears_it() {
    run(|app: TestApp| async move {
        let told = Told::of(&app).await;
        told.school("12AB").await;
        app.new_mails().await;
        told.hook.answers([Answer::Status(410)]);

        let gone = told.look().await;
        let mails = app.new_mails().await;
        told.school("13AB").await;
        let silent = told.look().await;

        assert_eq!((gone.stopped, silent, told.hook.received().len()), (1, Default::default(), 1));
        let about: Vec<&str> =
            mails.iter().map(|mail| mail.subject.as_str()).filter(|one| one.contains("numo.example")).collect();
        assert_eq!(about, ["Koppelklaar: berichten aan numo.example zijn gestopt"]);
        let endpoint = endpoints::find(app.context(), told.id).await.expect("it is there");
        assert_eq!(endpoint.stopped.map(|stopped| stopped.why), Some(StoppedWhy::Gone));

        endpoints::start(app.context(), &app.operator(), told.id).await.expect("it stands still");
        assert_eq!(told.look().await.delivered, 2, "nothing of the time between is missing");
        let of_feed: Vec<String> = app.feed().await.iter().map(|event| event.id.to_string()).collect();
        assert_eq!(told.ids()[1..], of_feed[..]);
    });
}

#[test]
fn who_takes_nothing_for_five_days_is_stopped_and_what_was_tried_for_two_is_given_up() {
    run(|app: TestApp| async move {
        let told = Told::of(&app).await;
        told.hook.answers([Answer::Status(500); 200]);
        told.school("12AB").await;
        let mut stopped_after = None;
        for hour in 0..200 {
            if hour % 24 == 0 {
                told.school(&format!("{}AB", 13 + hour / 24)).await;
            }
            if told.look().await.stopped == 1 {
                stopped_after = Some(hour);
                break;
            }
            app.advance(TimeDelta::hours(1));
        }

        assert!(matches!(stopped_after, Some(120..=126)), "{stopped_after:?}");
        let log = endpoints::log(app.context(), told.id, None, 50).await.expect("the store answers").rows;
        let first = log.last().expect("it was told");
        assert_eq!((first.delivery.status, first.delivery.attempts), (DeliveryStatus::Failed, 16));
    });
}

#[test]
fn what_a_dead_worker_had_in_hand_comes_once_its_lease_ended() {
    run(|app: TestApp| async move {
        let told = Told::of(&app).await;
        told.school("12AB").await;
        told.hook.answers([Answer::Status(500)]);
        told.look().await;
        app.advance(TimeDelta::minutes(10));
        let lease = LeaseId::from_uuid(Uuid::from_u128(1));
        let tx = app.context().db.begin_write().await.expect("it begins");
        let term = LeaseTerm::new(app.now(), deliveries::LEASE);
        let taken = deliveries::acquire(&tx, told.id, lease, term, 10).await.expect("the store answers");
        tx.commit().await.expect("it commits");

        let meanwhile = told.look().await;
        app.advance(deliveries::LEASE + TimeDelta::seconds(1));
        let afterwards = told.look().await;

        assert_eq!((taken.len(), meanwhile.delivered, afterwards.delivered), (1, 0, 1));
    });
}

#[test]
fn the_order_is_that_of_the_feed_and_two_instances_send_each_message_once() {
    run(|app: TestApp| async move {
        let told = Told::of(&app).await;
        for number in 10..30 {
            told.school(&format!("{number}AB")).await;
        }
        let other = app.second_instance().await;
        let send = |context| {
            let (courier, clock) = (told.hook.courier(), app.app.clock.clone());
            async move {
                let now = || clock.now();
                koppelklaar::services::webhooks::delivering::send_due(context, &courier, &now, &|| false).await
            }
        };

        let (one, two) = tokio::join!(send(app.context()), send(&other.context));

        let sum = one.expect("the store answers").delivered + two.expect("the store answers").delivered;
        assert_eq!(sum, 20);
        let mut ids = told.ids();
        let mut of_feed: Vec<String> = app.feed().await.iter().map(|event| event.id.to_string()).collect();
        ids.sort();
        of_feed.sort();
        assert_eq!(ids, of_feed);
    });
}

#[test]
fn everything_after_a_place_and_one_message_alone_can_go_again() {
    run(|app: TestApp| async move {
        let told = Told::of(&app).await;
        for brin in ["12AB", "13AB", "14AB"] {
            told.school(brin).await;
        }
        told.look().await;
        let ids = told.ids();
        let first = app.feed().await[0].number;

        endpoints::replay(app.context(), &app.operator(), told.id, first).await.expect("it is there");
        told.look().await;
        let log = endpoints::log(app.context(), told.id, None, 10).await.expect("the store answers").rows;
        let oldest = log.last().expect("three").delivery.id;
        endpoints::send_again(app.context(), &app.operator(), told.id, oldest).await.expect("it is there");
        told.look().await;

        let again: Vec<String> = told.ids().split_off(3);
        assert_eq!(again, [ids[1].clone(), ids[2].clone(), ids[0].clone()]);
    });
}

#[test]
fn who_comes_later_is_told_of_what_happens_from_then_on_and_can_ask_for_all_before() {
    run(|app: TestApp| async move {
        let first = Told::of(&app).await;
        first.school("12AB").await;
        let late = Told::at(&app, "later.example").await;
        late.school("13AB").await;

        late.look().await;
        let before = late.ids();
        endpoints::replay(app.context(), &app.operator(), late.id, 0).await.expect("it is there");
        late.look().await;

        let of_feed: Vec<String> = app.feed().await.iter().map(|event| event.id.to_string()).collect();
        assert_eq!(before, of_feed[1..]);
        assert_eq!(late.ids().len(), 3);
        assert!(late.ids().contains(&of_feed[0]));
    });
}

#[test]
fn an_address_is_there_once() {
    run(|app: TestApp| async move {
        let told = Told::of(&app).await;
        let url = koppelklaar::domain::webhook::EndpointUrl::parse(&told.hook.url()).expect("an address");

        let second = endpoints::add(app.context(), &app.operator(), url).await;

        assert!(second.is_err());
        add(&app, &told.hook.url_at("/elders")).await;
    });
}

#[test]
fn what_was_delivered_is_kept_for_thirty_days_and_what_waits_for_as_long_as_it_waits() {
    run(|app: TestApp| async move {
        let told = Told::of(&app).await;
        told.school("12AB").await;
        told.look().await;
        endpoints::stop(app.context(), &app.operator(), told.id).await.expect("it goes");
        let log = async || endpoints::log(app.context(), told.id, None, 10).await.expect("the store answers").rows;
        app.advance(TimeDelta::days(30) - TimeDelta::minutes(1));
        app.run(Job::DeleteExpired).await;
        let before = log().await.len();
        app.advance(TimeDelta::minutes(2));
        app.run(Job::DeleteExpired).await;

        assert_eq!((before, log().await.len()), (1, 0));
    });
}

#[test]
fn a_clock_that_had_been_ahead_holds_no_message_up() {
    run(|app: TestApp| async move {
        let told = Told::of(&app).await;
        told.hook.answers([Answer::Status(500); 3]);
        told.school("12AB").await;
        app.advance(TimeDelta::days(400));
        for _ in 0..3 {
            told.look().await;
            app.advance(TimeDelta::minutes(10));
        }
        app.advance(-TimeDelta::days(401));

        let before = told.look().await;
        app.run(Job::RepairClock).await;
        let after = told.look().await;

        assert_eq!((before.delivered, after.delivered), (0, 1));
    });
}
