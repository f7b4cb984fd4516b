//! How long a school that waits to begin is kept, and what becomes of it when the person is erased or it cannot be opened.

use chrono::TimeDelta;
use koppelklaar::domain::actor::Actor;
use koppelklaar::domain::privacy::Kind;
use koppelklaar::domain::retention::Kept;
use koppelklaar::domain::text::EmailAddress;
use koppelklaar::jobs::Job;
use koppelklaar::links;
use koppelklaar::services::ServiceError;
use koppelklaar::services::people::beginnings;
use koppelklaar::services::privacy::erase::erase;
use koppelklaar::services::privacy::export::look;

use super::{Typed, UNKNOWN, asked, run_reviewing, waiting, waiting_of};
use crate::secrets::{everything_stored, holds};
use crate::support::TestApp;
use crate::support::acting::reason;
use crate::support::database::{sql, texts};

const OTHER: Typed =
    Typed { school: "De Esch", brin: "14EF", label: "eschlanden", name: "Els Esch", email: "els@elders.example" };

async fn rows(app: &TestApp) -> usize {
    texts(&app.database.url, "SELECT brin_key FROM registration").await.len()
}

#[test]
fn who_waits_is_kept_until_kurve_decides_and_then_for_the_term_of_it() {
    run_reviewing(|app: TestApp| async move {
        let retention = &app.context().retention;
        let days = |kept| TimeDelta::days(retention.days(kept).into());
        asked(&app, UNKNOWN).await;
        asked(&app, OTHER).await;
        app.advance(days(Kept::Requests) + days(Kept::Links));
        app.run(Job::DeleteExpired).await;
        let waited = waiting(&app).await.len();
        let call = app.call(app.kurve().await);
        let (begins, declined) = (waiting_of(&app, UNKNOWN).await, waiting_of(&app, OTHER).await);

        beginnings::accept(app.context(), &call, begins).await.expect("it waits");
        beginnings::decline(app.context(), &call, declined, reason("Onbekend.")).await.expect("it waits");
        app.new_mails().await;
        app.run(Job::DeleteExpired).await;
        let at_first = rows(&app).await;
        app.advance(days(Kept::Links) + TimeDelta::hours(1));
        app.run(Job::DeleteExpired).await;
        let of_links = texts(&app.database.url, "SELECT brin_key FROM registration").await;
        app.advance(days(Kept::Requests));
        app.run(Job::DeleteExpired).await;

        assert_eq!((waited, at_first), (2, 2));
        assert_eq!(of_links, ["14EF00"], "what was declined is known for longer");
        assert_eq!(rows(&app).await, 0);
        app.new_mails().await;
    });
}

#[test]
fn who_waits_is_exported_and_erased() {
    run_reviewing(|app: TestApp| async move {
        asked(&app, UNKNOWN).await;
        asked(&app, OTHER).await;
        let [olaf, els] = [UNKNOWN, OTHER].map(|typed| EmailAddress::parse(typed.email).expect("an address"));
        let (of_olaf, declined) = (waiting_of(&app, UNKNOWN).await, waiting_of(&app, OTHER).await);
        let kurve = app.kurve().await;
        let why = "Gebeld: olaf@elders.example zegt dat deze school niet bestaat.";
        beginnings::decline(app.context(), &app.call(kurve), declined, reason(why)).await.expect("it waits");
        app.new_mails().await;

        let dossier = look(app.context(), app.now(), olaf.clone()).await.expect("the store answers").to_json();
        let of_els = look(app.context(), app.now(), els).await.expect("the store answers").to_json();
        erase(app.context(), &app.app.mailer, &app.call(Actor::Operator), &olaf)
            .await
            .expect("they are nobody's only one");

        let kept = &dossier[Kind::Registration.as_str()][0];
        assert_eq!(kept["name"], "Olaf Berg", "{dossier}");
        assert!(kept["waits_since"].is_string(), "{dossier}");
        assert!(dossier[Kind::Remark.as_str()].to_string().contains("niet bestaat"), "{dossier}");
        assert_eq!(of_els[Kind::Registration.as_str()][0]["decision"], "declined");
        assert!(of_els[Kind::Registration.as_str()][0]["reason"].to_string().contains("niet bestaat"));
        assert!(waiting(&app).await.is_empty());
        for part in ["olaf@elders", "zegt dat deze school"] {
            assert!(!holds(&everything_stored(&app).await, part.as_bytes()), "{part} is left");
        }
        let late = beginnings::accept(app.context(), &app.call(kurve), of_olaf).await;
        assert!(matches!(late, Err(ServiceError::NotFound)), "{late:?}");
    });
}

#[test]
fn one_that_cannot_be_opened_hides_no_other_and_stays_until_its_key_is_back() {
    run_reviewing(|app: TestApp| async move {
        asked(&app, UNKNOWN).await;
        asked(&app, OTHER).await;
        let broken = waiting_of(&app, UNKNOWN).await;
        let bytes = if app.database.is_postgres() { "'\\x0102'::bytea" } else { "x'0102'" };
        sql(&app.database.url, &format!("UPDATE registration SET sealed_form = {bytes} WHERE brin_key = '15GH00'"))
            .await;
        let staff = app.staff().await;
        let call = app.call(app.kurve_again().await);

        let list = staff.get(links::STAFF).await;
        let begun = beginnings::accept(app.context(), &call, broken).await;

        assert_eq!(list.texts("[data-kind=begin] th"), ["De Esch 14EF · eschlanden"]);
        assert!(matches!(begun, Err(ServiceError::Sealed(_))), "{begun:?}");
        let open = "SELECT brin_key FROM registration WHERE decided_at IS NULL AND waits_since IS NOT NULL ORDER BY 1";
        assert_eq!(texts(&app.database.url, open).await, ["14EF00", "15GH00"]);
        app.new_mails().await;
    });
}
