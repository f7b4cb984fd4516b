//! A password, tokens and codes that are looked for everywhere they must not be.

use std::io::Write;
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use koppelklaar::crypto::mail_token;
use sea_orm::{ConnectionTrait, Database, Statement};
use tracing::Dispatch;
use tracing_subscriber::fmt::MakeWriter;

use crate::journey::Table;
use crate::support::{DatabaseKind, TestApp, database};

/// Where log lines go.
#[derive(Clone, Default)]
pub(crate) struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    /// Everything that was logged until now.
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("no writer panicked").clone()).expect("lines are text")
    }

    /// The same since the last time.
    pub(crate) fn take(&self) -> String {
        String::from_utf8(std::mem::take(&mut *self.0.lock().expect("no writer panicked"))).expect("lines are text")
    }
}

/// Hears what this thread logs, for as long as the second value lives.
pub(crate) fn listen() -> (Lines, impl Sized) {
    let lines = Lines::default();
    let subscriber = || Dispatch::new(tracing_subscriber::fmt().with_writer(lines.clone()).finish());
    // With one subscriber alive, tracing asks only the thread that comes by a line first whether it is wanted.
    let (first, second) = (subscriber(), subscriber());
    let guard = tracing::dispatcher::set_default(&first);
    (lines, (guard, second))
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no writer panicked").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Everything that the database holds, as bytes.
pub(crate) async fn everything_stored(app: &TestApp) -> Vec<u8> {
    if !app.database.is_postgres() {
        let folder = app.database.folder.path();
        let names = ["test.db", "test.db-wal"];
        return names.iter().filter_map(|name| std::fs::read(folder.join(name)).ok()).flatten().collect();
    }
    let conn = Database::connect(&app.database.url).await.expect("the database opens");
    let backend = conn.get_database_backend();
    let tables = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'";
    let rows = conn.query_all_raw(Statement::from_string(backend, tables)).await.expect("the tables are listed");
    let mut found = vec![];
    for row in rows {
        let table: String = row.try_get("", "table_name").expect("a name");
        // Both as text and, for bytes, as the text behind their hexadecimal digits.
        let sql = format!("SELECT row_to_json(t)::text AS line FROM \"{table}\" t");
        for line in conn.query_all_raw(Statement::from_string(backend, sql)).await.expect("the rows are read") {
            let line: String = line.try_get("", "line").expect("text");
            found.extend_from_slice(line.as_bytes());
        }
    }
    conn.close().await.expect("the database closes");
    found
}

pub(crate) fn holds(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

/// The line that gives a secret away.
fn line_with(logged: &[u8], secret: &[u8]) -> String {
    let line = logged.split(|byte| *byte == b'\n').find(|line| holds(line, secret));
    String::from_utf8_lossy(line.unwrap_or_default()).into_owned()
}

/// A secret as text, as the bytes behind it, and as hexadecimal digits of both.
fn forms_of(secret: &str) -> Vec<Vec<u8>> {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into_bytes();
    let mut forms = vec![secret.as_bytes().to_vec(), hex(secret.as_bytes())];
    if let Ok(bytes) = URL_SAFE_NO_PAD.decode(secret)
        && bytes.len() == 32
    {
        forms.push(hex(&bytes));
        forms.push(bytes);
    }
    forms
}

#[test]
fn no_secret_is_in_a_log_a_mail_or_the_database() {
    for kind in database::installed() {
        let lines = Lines::default();
        // As talkative as an installation can be made.
        let filter = koppelklaar::telemetry::filter(tracing::Level::TRACE);
        let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(lines.clone()).finish();
        let _guard = tracing::subscriber::set_default(subscriber);
        // One thread, so that every line passes this subscriber.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
        runtime.block_on(keeps_every_secret(kind, &lines));
    }
}

async fn keeps_every_secret(kind: DatabaseKind, lines: &Lines) {
    let app = TestApp::start(kind).await;
    let table = Table::set(&app).await;
    table.issue().await;
    table.claim(&["query_executed"]).await;
    let page = table.portal.open("/stap/password_set").await;
    let password = page.submit(&table.portal, "form[action$='/wachtwoord']", &[]).await.text("[data-secret]");
    table.claim(&["password_set"]).await;

    let visitor = app.anonymous();
    let page = visitor.get("/inloggen").await;
    page.submit(&visitor, "main form", &[("email", &table.school.email)]).await;
    let mails = app.new_mails().await;
    let sign_in = mails.iter().find(|mail| mail.text.contains("/inloggen/link/")).expect("a sign-in mail");
    let link = sign_in.path_of("/inloggen/link/");
    let token = link.rsplit('/').next().expect("a token").to_owned();
    visitor.get(&link).await.submit(&visitor, "main form", &[]).await;
    let address_key = app.context().keys.email_key(&table.school.email);
    let stop = mail_token::unsubscribe(&app.context().keys, mail_token::Subscription::Reminders, &address_key);
    let page = visitor.get(&format!("/afmelden/{stop}")).await;
    let stopped = page.submit(&visitor, "main form", &[]).await;
    stopped.submit(&visitor, "main form", &[]).await;
    let session = visitor.cookie("__Host-kk_school").expect("signed in");
    let staff_session = table.staff.cookie("__Host-kk_staff").expect("signed in");
    let browser = visitor.cookie("__Host-kk_browser").expect("every browser has one");
    let api_key = app.api_key().await;
    let key = api_key.strip_prefix("kk_").expect("keys start so").to_owned();
    table.verdict(&app, &api_key).await;

    let logged = lines.0.lock().expect("no writer panicked").clone();
    let stored = everything_stored(&app).await;
    let mailed: Vec<u8> = app.mailbox.mails().into_iter().flat_map(|mail| mail.bytes).collect();
    assert!(logged.len() > 1000 && stored.len() > 1000 && mailed.len() > 1000, "nothing was looked through");
    // The test itself looks in the right place: what may be stored is found.
    assert!(holds(&stored, table.school.email.as_bytes()));

    for (name, secret) in [
        ("password", &password),
        ("sign-in token", &token),
        ("token to stop reminders", &stop),
        ("session", &session),
        ("staff session", &staff_session),
        ("browser secret", &browser),
        ("api key", &key),
        ("staff password", &crate::support::app::STAFF_PASSWORD.to_owned()),
    ] {
        for form in forms_of(secret) {
            assert!(!holds(&logged, &form), "the {name} is in the log:\n{}", line_with(&logged, &form));
            assert!(!holds(&stored, &form), "the {name} is in the database");
        }
        if name != "sign-in token" {
            assert!(!holds(&mailed, secret.as_bytes()), "the {name} is in a mail");
        }
    }
    for personal in [table.school.email.as_str(), "Anna de Wit", "eva@kurve.nl"] {
        let ours: Vec<&[u8]> =
            logged.split(|byte| *byte == b'\n').filter(|line| holds(line, b"koppelklaar::")).collect();
        assert!(!ours.is_empty());
        assert!(!ours.iter().any(|line| holds(line, personal.as_bytes())), "{personal} is in the log");
    }
    for path in ["", "/stap/password_set", "/collegas"] {
        let page = table.portal.open(path).await;
        for secret in [&password, &token, &session, &browser] {
            assert!(!page.body.contains(secret.as_str()), "a secret is on {path}");
        }
    }
    let page = table.staff_page().await;
    assert!(!page.body.contains(&password) && !page.body.contains(&staff_session));
}
