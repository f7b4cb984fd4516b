//! What is kept of a connection goes by itself, a term after the last of its schools ended; its figures stay.

mod mails;

use chrono::TimeDelta;
use koppelklaar::domain::actor::StaffRole;
use koppelklaar::domain::check::CheckCode;
use koppelklaar::domain::onboarding::Command;
use koppelklaar::domain::privacy::FORMER_CONTACT;
use koppelklaar::jobs::Job;
use koppelklaar::links;
use koppelklaar::mail::message::Sender;
use koppelklaar::mail::transport::Transport;
use koppelklaar::services::mail::dispatch::Mailer;
use koppelklaar::services::onboarding::onboardings;
use koppelklaar::services::operations::audit::{Finding, verify};
use koppelklaar::services::operations::replay::replay;
use koppelklaar::services::privacy::ended;
use koppelklaar::store::checks::check_status::{self, CheckStatus};
use koppelklaar::store::operations::tally;

use super::erase::{NOTE, history};
use crate::journey::verdict_of;
use crate::secrets::{everything_stored, holds};
use crate::support::acting::reason;
use crate::support::database::{sql, texts};
use crate::support::{TestApp, TestSchool, Visitor, run};

/// The term of the product.
const TERM: i64 = 365;

async fn withdraw(app: &TestApp, school: &TestSchool) {
    let why = reason("Zevenenzestig pinguïns.");
    let command = Command::Withdraw { school: school.id, reason: why, chose_option_b: false };
    let kurve = app.colleague(&format!("stopper-{}@kurve.nl", school.connection)).await;
    onboardings::act(app.context(), &app.call(kurve), school.connection, &command, None).await.expect("Kurve may");
}

async fn reopen(app: &TestApp, school: &TestSchool) {
    let kurve = app.colleague(&format!("hervatter-{}@kurve.nl", school.connection)).await;
    let command = Command::Reopen { school: school.id };
    onboardings::act(app.context(), &app.call(kurve), school.connection, &command, None).await.expect("Kurve may");
}

/// Lets days pass, and has the job run at the end of each part.
async fn pass(app: &TestApp, parts: &[i64]) {
    for days in parts {
        app.advance(TimeDelta::days(*days));
        app.run(Job::ClearEnded).await;
    }
}

async fn column(app: &TestApp, school: &TestSchool, name: &str) -> String {
    let query = format!(
        "SELECT coalesce(CAST({name} AS text), '') FROM onboarding WHERE {}",
        by_id(app, "connection_id", &school.connection.to_string())
    );
    texts(&app.database.url, &query).await.remove(0)
}

/// A condition on an id, as each database keeps it.
fn by_id(app: &TestApp, column: &str, id: &str) -> String {
    if app.database.is_postgres() {
        format!("{column} = '{id}'")
    } else {
        format!("hex({column}) = upper(replace('{id}', '-', ''))")
    }
}

async fn is_cleared(app: &TestApp, school: &TestSchool) -> bool {
    !column(app, school, "cleared_at").await.is_empty()
}

/// What of eight sorts was planted, and some more.
async fn planted(app: &TestApp, school: &TestSchool) -> Vec<Vec<u8>> {
    let key = app.context().keys.email_key(&school.email);
    let words = [
        "Anna de Wit",
        &school.email,
        &key,
        NOTE,
        "achtendertig giraffen",
        "negenenveertig zebra's",
        "vijftig nijlpaarden",
        "Wilhelmina Vogelzang",
        "zestig flamingo's",
        "Bea Bakker",
    ];
    let mut planted: Vec<Vec<u8>> = words.iter().map(|words| words.as_bytes().to_vec()).collect();
    let file = "eenenzestig bijlagen".bytes();
    planted.push(if app.database.is_postgres() {
        file.flat_map(|byte| format!("{byte:02x}").into_bytes()).collect()
    } else {
        file.collect()
    });
    let hex = |column: &str, table: &str| {
        let call =
            if app.database.is_postgres() { format!("encode({column}, 'hex')") } else { format!("hex({column})") };
        format!("SELECT {call} FROM {table}")
    };
    let of_it =
        "frozen_mail JOIN outbox ON outbox.id = mail_id WHERE connection_id IS NOT NULL OR contact_id IS NOT NULL";
    for (column, table) in [("sealed_mail", of_it), ("sealed_password", "credential"), ("sealed_query", "credential")] {
        let found = texts(&app.database.url, &hex(column, table)).await;
        assert!(!found.is_empty(), "{column}");
        planted.extend(found.into_iter().map(|text| as_stored(app, text)));
    }
    planted
}

fn as_stored(app: &TestApp, hex: String) -> Vec<u8> {
    if app.database.is_postgres() {
        return hex.into_bytes();
    }
    let byte = |two: &[u8]| u8::from_str_radix(&String::from_utf8_lossy(two), 16).expect("hex");
    // Large bytes lie over several pages, so that only their beginning is found whole.
    hex.as_bytes().chunks(2).map(byte).take(200).collect()
}

/// A file, and what a check found, which the history does not have.
async fn plant_more(app: &TestApp, school: &TestSchool) {
    let id = if app.database.is_postgres() { "gen_random_uuid()" } else { "randomblob(16)" };
    let bytes = if app.database.is_postgres() {
        "convert_to('eenenzestig bijlagen', 'UTF8')"
    } else {
        "CAST('eenenzestig bijlagen' AS BLOB)"
    };
    sql(
        &app.database.url,
        &format!(
            "INSERT INTO attachment (id, message_id, position, name, size_bytes, sealed)
        SELECT {id}, id, 0, 'foto.png', 20, {bytes} FROM message"
        ),
    )
    .await;
    sql(&app.database.url, &format!("INSERT INTO connection_check (id, connection_id, host, asked_at, finished_at, result)
        SELECT {id}, connection_id, 'bonhoeffer.swp.nl', updated_at, updated_at, '\"zestig flamingo''s\"' FROM onboarding WHERE {}",
        by_id(app, "connection_id", &school.connection.to_string()))).await;
}

#[test]
fn a_school_past_its_date_goes_by_itself_and_its_figures_stay() {
    run(|app: TestApp| async move {
        let table = history(&app).await;
        plant_more(&app, &table.school).await;
        let planted = planted(&app, &table.school).await;
        let key = app.api_key().await;
        withdraw(&app, &table.school).await;
        app.new_mails().await;

        pass(&app, &[TERM - 7, 6]).await;
        let before = everything_stored(&app).await;
        let early = is_cleared(&app, &table.school).await;
        let insight = figures(&app.staff_as("boss@kurve.nl", StaffRole::Admin).await).await;
        let counted = tally::load_all(app.context().db.reader()).await.expect("the figures");
        for value in &planted {
            assert!(holds(&before, value), "{} is to be found a day before", String::from_utf8_lossy(value));
        }
        pass(&app, &[1]).await;
        let admin = app.staff_as("baas@kurve.nl", StaffRole::Admin).await;

        assert!(!early, "a day before its date");
        assert!(is_cleared(&app, &table.school).await);
        let after = everything_stored(&app).await;
        for value in &planted {
            assert!(!holds(&after, value), "{} is left", String::from_utf8_lossy(value));
        }
        assert!(!holds(&after, "Zevenenzestig pinguïns".as_bytes()), "why it stopped");
        assert_eq!(figures(&admin).await, insight);
        assert_eq!(tally::load_all(app.context().db.reader()).await.expect("the figures"), counted);
        let found = verify(app.context()).await.expect("the audit can be read");
        assert!(matches!(found, Finding::Whole { .. }), "{found:?}");
        assert_eq!(replay(app.context()).await.expect("it reads").untrue, []);
        let page = admin.get(&links::staff_school(links::STAFF_SCHOOL, table.school.connection)).await;
        assert_eq!(page.status, 200);
        assert!(page.has("[data-went]") && page.body.contains("(gewist)"), "{}", page.body);
        assert!(
            page.body.contains("Opgeruimd: contactpersonen") && page.body.contains(FORMER_CONTACT),
            "{}",
            page.body
        );
        let list = admin.get(links::STAFF_SCHOOLS).await;
        assert!(!list.body.contains("Bonhoeffer"), "{}", list.body);
        let verdict = verdict_of(&app, &key, &table.school.brin).await;
        assert_eq!(verdict["verdict"], "closed", "{verdict}");
        let told = texts(&app.database.url, "SELECT payload FROM audit WHERE action = 'connection_cleared'").await;
        assert_eq!(told.len(), 1, "{told:?}");
        pass(&app, &[30]).await;
        assert_eq!(
            texts(&app.database.url, "SELECT action FROM audit WHERE action = 'connection_cleared'").await.len(),
            1
        );
    });
}

/// The page "Cijfers", as far as it counts.
async fn figures(admin: &Visitor) -> Vec<String> {
    let page = admin.get(links::STAFF_INSIGHT).await;
    assert_eq!(page.status, 200);
    page.texts("[data-gate-row], [data-turn-row], [data-week-row]")
}

#[test]
fn the_digest_tells_of_it_once_a_week_before_and_the_pages_say_when() {
    run(|app: TestApp| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        withdraw(&app, &school).await;
        app.new_mails().await;
        let digest = async || {
            app.advance(TimeDelta::minutes(1));
            app.run(Job::Digest).await;
            let mails = app.new_mails().await;
            mails.into_iter().filter(|mail| mail.text.contains("gaat op ")).count()
        };

        pass(&app, &[TERM - 8]).await;
        let early = digest().await;
        let mut told = vec![];
        for _ in 0..6 {
            pass(&app, &[1]).await;
            told.push(digest().await);
        }
        let admin = app.staff_as("boss@kurve.nl", StaffRole::Admin).await;
        let page = admin.get(&links::staff_school(links::STAFF_SCHOOL, school.connection)).await;
        let privacy = admin.get(links::STAFF_PRIVACY).await;
        let kept = page.submit(&admin, "form[data-form=keep_longer]", &[]).await;
        let again = page.submit(&admin, "form[data-form=keep_longer]", &[]).await;
        pass(&app, &[3, TERM - 11]).await;
        let is_early = is_cleared(&app, &school).await;
        pass(&app, &[1, 7]).await;

        assert_eq!((early, told.iter().sum::<usize>()), (0, 1), "{told:?}");
        assert!(page.text("[data-leaving]").contains("Gaat op "), "{}", page.body);
        assert_eq!(privacy.attributes("[data-going]", "data-going"), ["1"], "{}", privacy.body);
        assert!(privacy.text("[data-kept-row=schools]").contains("365 dagen"), "{}", privacy.body);
        assert_eq!((kept.status, again.status), (303, 303), "{}", kept.body);
        assert!(!is_early, "it is kept for another term");
        assert!(is_cleared(&app, &school).await);
        let acts = texts(&app.database.url, "SELECT action FROM audit WHERE action = 'connection_kept'").await;
        assert_eq!(acts.len(), 1);
    });
}

#[test]
fn nothing_goes_that_nobody_was_told_of_however_long_ago_it_ended() {
    run(|app: TestApp| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        withdraw(&app, &school).await;
        app.new_mails().await;

        pass(&app, &[3 * TERM]).await;
        let at_once = is_cleared(&app, &school).await;
        pass(&app, &[6]).await;
        let early = is_cleared(&app, &school).await;
        pass(&app, &[1]).await;

        assert!(!at_once && !early && is_cleared(&app, &school).await);
    });
}

#[test]
fn who_goes_on_elsewhere_stays_there_and_a_school_taken_up_again_stays() {
    run(|app: TestApp| async move {
        let gone = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let taken_up = app.school_by_services("Het Baken", "14EF", "baken").await;
        let living = app.school_by_services("Het Molenveld", "13CD", "molenveld").await;
        for school in [&gone, &taken_up] {
            let same = format!(
                "UPDATE contact SET email = (SELECT email FROM contact WHERE {0}), email_key = (SELECT email_key FROM contact WHERE {0}) WHERE {1}",
                by_id(&app, "id", &living.contact.to_string()),
                by_id(&app, "id", &school.contact.to_string()),
            );
            sql(&app.database.url, &same).await;
        }
        withdraw(&app, &gone).await;
        withdraw(&app, &taken_up).await;
        app.new_mails().await;
        pass(&app, &[TERM - 7]).await;
        reopen(&app, &taken_up).await;
        let cleared_by = column(&app, &taken_up, "ended_at").await;
        app.new_mails().await;
        pass(&app, &[6]).await;
        app.portal_as(&living.email).await;

        pass(&app, &[1]).await;
        let sessions = texts(&app.database.url, "SELECT kind FROM session WHERE kind = 'contact'").await;
        let again = app.portal_as(&living.email).await.get(&living.at(links::SCHOOL)).await;

        assert!(
            is_cleared(&app, &gone).await && !is_cleared(&app, &taken_up).await && !is_cleared(&app, &living).await
        );
        assert_eq!(cleared_by, "");
        let mut kept = texts(&app.database.url, "SELECT email FROM contact ORDER BY email").await;
        kept.retain(|email| *email == living.email);
        assert_eq!(kept.len(), 2, "at the schools that go on");
        assert_eq!((sessions.len(), again.status), (1, 200), "they are still signed in, and can sign in");
        pass(&app, &[TERM]).await;
        assert!(!is_cleared(&app, &taken_up).await);
    });
}

async fn passed(app: &TestApp, school: &TestSchool) {
    let known = check_status::load(app.context().db.reader(), school.connection).await.expect("the store answers");
    let known = CheckStatus {
        last: Some((CheckCode::Ok, app.now())),
        passed: Some((app.now(), 1)),
        next_check_at: None,
        ..known
    };
    let tx = app.context().db.begin_write().await.expect("the store answers");
    check_status::save(tx.conn(), &known).await.expect("the store answers");
    tx.commit().await.expect("the store answers");
}

#[test]
fn a_school_that_is_done_stays_while_its_checks_pass_and_is_stopped_before_it_goes() {
    run(|app: TestApp| async move {
        let kurve = app.kurve().await;
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        app.open_import(kurve, &school).await;
        let done = Command::ReportImported { school: school.id };
        let call = app.call_of(&school);
        onboardings::act(app.context(), &call, school.connection, &done, None).await.expect("it is open");
        app.new_mails().await;
        let key = app.api_key().await;

        pass(&app, &[300]).await;
        passed(&app, &school).await;
        pass(&app, &[TERM - 300, 7, 30]).await;
        let in_use = (is_cleared(&app, &school).await, verdict_of(&app, &key, "12AB").await);
        pass(&app, &[256, 6]).await;
        let early = verdict_of(&app, &key, "12AB").await;
        pass(&app, &[1]).await;
        let stopped = (is_cleared(&app, &school).await, verdict_of(&app, &key, "12AB").await);
        let told: Vec<String> = app
            .new_mails()
            .await
            .into_iter()
            .filter(|mail| mail.text.contains("gestopt"))
            .map(|mail| mail.to)
            .collect();
        pass(&app, &[1]).await;

        assert_eq!((in_use.0, &in_use.1["verdict"]), (false, &"open".into()));
        assert_eq!(early["verdict"], "open");
        assert_eq!((stopped.0, &stopped.1["verdict"]), (false, &"closed".into()), "it is stopped first");
        assert!(told.contains(&school.email), "{told:?}");
        assert!(is_cleared(&app, &school).await, "and goes once the mails went");
        assert_eq!(verdict_of(&app, &key, "12AB").await["verdict"], "closed");
        let mut kinds = texts(&app.database.url, "SELECT kind FROM feed_event ORDER BY number DESC LIMIT 2").await;
        kinds.sort();
        assert_eq!(kinds, ["school.stopped", "verdict.closed"], "machines are told");
    });
}

#[test]
fn what_waits_on_kurve_holds_a_school() {
    run(|app: TestApp| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let living = app.school_by_services("Het Molenveld", "13CD", "molenveld").await;
        withdraw(&app, &school).await;
        app.new_mails().await;
        pass(&app, &[TERM - 7]).await;
        let waits = "INSERT INTO message (id, connection_id, direction, body, is_withheld, created_at, waits_since)
            SELECT connection_id, connection_id, 'in', 'Mogen we weer meedoen?', false, updated_at, updated_at FROM onboarding WHERE lifecycle = 'withdrawn'";
        app.rewrite(waits).await;

        pass(&app, &[7, 1]).await;
        let held = is_cleared(&app, &school).await;
        app.rewrite("UPDATE message SET waits_since = NULL").await;
        app.new_mails().await;
        pass(&app, &[1]).await;

        assert!(!held);
        assert!(is_cleared(&app, &school).await);
        assert_eq!(column(&app, &living, "ended_at").await, "", "nothing of it ended");
    });
}

#[test]
fn the_files_of_its_mails_go_from_the_mail_folder() {
    run(|app: TestApp| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        withdraw(&app, &school).await;
        app.new_mails().await;
        pass(&app, &[TERM - 7]).await;
        let folder = tempfile::tempdir().expect("a folder");
        let file = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
        file("1-a.eml", &format!("To: {}\r\nSubject: Log in\r\n\r\nDag\r\n", school.email));
        file("2-b.eml", "To: bea@school.example\r\nSubject: Log in\r\n\r\nDag Bea\r\n");
        let transport = Transport::Folder(folder.path().to_owned());
        let mailer = Mailer { transport, sender: Sender::clone(&app.app.mailer.sender) };
        app.advance(TimeDelta::days(7));

        ended::clear_due(app.context(), &mailer, app.now()).await.expect("it can be cleared");

        assert!(is_cleared(&app, &school).await);
        assert!(folder.path().join("2-b.eml").exists() && !folder.path().join("1-a.eml").exists());
    });
}
