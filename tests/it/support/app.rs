//! One app per test: its own database, clock, generator and mailbox.

use std::sync::{Arc, Mutex};

use axum::Router;
use chrono::{DateTime, TimeDelta, Utc};
use koppelklaar::app::App;
use koppelklaar::chance::Chance;
use koppelklaar::clock::Clock;
use koppelklaar::crypto::totp::TotpSecret;
use koppelklaar::crypto::{KeyRing, Token};
use koppelklaar::domain::actor::StaffRole;
use koppelklaar::domain::check::CheckPolicy;
use koppelklaar::domain::credential::Template;
use koppelklaar::domain::gathering::Gathering;
use koppelklaar::domain::ids::{ConnectionId, ContactId, SchoolId};
use koppelklaar::domain::onboarding::Step;
use koppelklaar::domain::school::{ContactRef, School};
use koppelklaar::domain::tally::Tally;
use koppelklaar::domain::text::{Brin, EmailAddress, PersonName};
use koppelklaar::jobs::{self, Job};
use koppelklaar::links::{self, BaseUrl, OfConnection};
use koppelklaar::magister::{Limits, Magister};
use koppelklaar::mail::{Mailbox, message::Sender, transport::Transport};
use koppelklaar::metrics::Metrics;
use koppelklaar::net::Reach;
use koppelklaar::services::mail::dispatch::{self, Mailer, Summary};
use koppelklaar::services::operations::{audit, replay};
use koppelklaar::services::people::staff_accounts;
use koppelklaar::services::{AnonymousCall, Context};
use koppelklaar::store::checks::connection_summaries;
use koppelklaar::store::mail::outbox;
use koppelklaar::store::onboarding::schools;
use koppelklaar::store::onboarding::upkeep::{self, Which};
use koppelklaar::store::operations::{recount, tally};
use koppelklaar::store::people::contacts;
use koppelklaar::store::{self, Db, Heard};
use koppelklaar::web::rate_limit::Allowance;
use koppelklaar::web::{WebOptions, WebState, router};
use koppelklaar::webhook::Courier;
use secrecy::ExposeSecret;

use super::Page;
use super::database::{self, DatabaseKind, TestDatabase};
use super::post::{self, Mail};
use super::visitor::Visitor;

/// Where the app of every test is reached.
pub(crate) const BASE: &str = "https://koppelklaar.test";

/// The password of every colleague that tests sign in as.
pub(crate) const STAFF_PASSWORD: &str = "zeven groene laarzen";

/// An app for one test; clones are the same app.
#[derive(Clone)]
pub(crate) struct TestApp(pub(crate) Arc<Parts>);

/// What an app consists of.
pub(crate) struct Parts {
    pub(crate) app: App,
    pub(crate) clock: Clock,
    pub(crate) router: Router,
    pub(crate) mailbox: Mailbox,
    pub(crate) database: TestDatabase,
    pub(crate) keys_text: String,
    pub(crate) read: Mutex<usize>,
}

/// A school that was registered through the front door.
#[derive(Debug, Clone)]
pub(crate) struct TestSchool {
    pub(crate) id: SchoolId,
    pub(crate) connection: ConnectionId,
    pub(crate) contact: ContactId,
    pub(crate) brin: String,
    pub(crate) email: String,
}

impl TestSchool {
    /// The path of its page or form for its contacts.
    pub(crate) fn at(&self, path: OfConnection) -> String {
        path.at(self.connection)
    }

    /// The path of a step's page, or of a form on it.
    pub(crate) fn at_step(&self, path: OfConnection, step: Step) -> String {
        path.step(self.connection, step)
    }

    /// Its first contact, by the connection.
    pub(crate) fn reference(&self) -> ContactRef {
        ContactRef { connection: self.connection, contact: self.contact }
    }
}

impl std::ops::Deref for TestApp {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// Monday 23 November 2026, eleven o'clock in Amsterdam.
pub(crate) fn monday() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-11-23T10:00:00Z").expect("a moment").to_utc()
}

/// What an app is made on.
pub(crate) struct Opened {
    pub(crate) database: TestDatabase,
    pub(crate) db: Db,
    pub(crate) allowance: Allowance,
}

impl TestApp {
    /// An app on a fresh database.
    pub(crate) async fn start(kind: DatabaseKind) -> Self {
        Self::start_with(kind, Allowance { per_client: nonzero(10_000), per_address: nonzero(10_000) }).await
    }

    /// An app with other limits.
    pub(crate) async fn start_with(kind: DatabaseKind, allowance: Allowance) -> Self {
        let magister = Magister::new(Reach::nowhere(), Limits::default(), Chance::seeded(8));
        Self::start_checking(kind, allowance, magister, CheckPolicy::default()).await
    }

    /// An app that tells of every statement.
    pub(crate) async fn start_listening(
        kind: DatabaseKind,
        hear: impl Fn(&Heard) + Clone + Send + Sync + 'static,
    ) -> Self {
        let allowance = Allowance { per_client: nonzero(10_000), per_address: nonzero(10_000) };
        let magister = Magister::new(Reach::nowhere(), Limits::default(), Chance::seeded(8));
        let database = database::fresh(kind).await;
        let mut db = Db::connect(&database.url).await.expect("the database opens");
        db.listen(hear);
        Self::on(Opened { database, db, allowance }, magister, CheckPolicy::default())
    }

    /// An app that reaches some Magister.
    pub(crate) async fn start_checking(
        kind: DatabaseKind,
        allowance: Allowance,
        magister: Magister,
        check_policy: CheckPolicy,
    ) -> Self {
        let database = database::fresh(kind).await;
        let db = Db::connect(&database.url).await.expect("the database opens");
        Self::on(Opened { database, db, allowance }, magister, check_policy)
    }

    pub(crate) fn on(opened: Opened, magister: Magister, check_policy: CheckPolicy) -> Self {
        let Opened { database, db, allowance } = opened;
        let chance = Chance::seeded(7);
        let line = KeyRing::generate_line(&chance, "k1").expect("a good id");
        let keys_text = line.expose_secret().to_owned();
        let clock = Clock::fixed(monday());
        let mailbox = Mailbox::default();
        let sample = include_str!("../../../templates/query/sample.sql");
        let context = Context {
            bounce_address: Some("bounces@kurve.nl".parse().expect("a good address")),
            reply_address: Some("antwoord@kurve.nl".parse().expect("a good address")),
            check_policy,
            gathering: Gathering::OFF,
            ..Context::new(
                db,
                KeyRing::parse(&keys_text).expect("a good ring"),
                chance,
                BaseUrl::parse(BASE).expect("a good base URL"),
                Template::parse(sample).expect("the sample is good"),
            )
        };
        let sender = Sender { name: "Koppelklaar".to_owned(), address: "koppelklaar@kurve.nl".to_owned() };
        let mailer = Mailer { transport: Transport::Memory(mailbox.clone()), sender };
        let courier = Courier::new(Reach::nowhere(), vec![]);
        let app = App { context, mailer, magister, courier, clock: clock.clone(), metrics: Metrics::default() };
        let router = router(WebState::new(&app, WebOptions { allowance, trusted_proxies: 1 }, None));
        let read = Mutex::new(0);
        Self(Arc::new(Parts { app, clock, router, mailbox, database, keys_text, read }))
    }

    /// Another app, as a second instance, on the same database.
    pub(crate) async fn second_instance(&self) -> App {
        let db = Db::connect(&self.database.url).await.expect("the database opens");
        let context = Context { db, reminders: Arc::default(), ..self.app.context.clone() };
        App { context, ..self.app.clone() }
    }

    pub(crate) fn context(&self) -> &Context {
        &self.app.context
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    pub(crate) fn advance(&self, by: TimeDelta) {
        self.clock.advance(by);
    }

    /// Runs a job as the timer would.
    pub(crate) async fn run(&self, job: Job) -> u64 {
        jobs::run(&self.app, job, self.now()).await.expect("the job runs")
    }

    /// Sends what is in the outbox.
    pub(crate) async fn send_mails(&self) -> Summary {
        dispatch::send_due(self.context(), &self.app.mailer, || self.now()).await.expect("the outbox can be read")
    }

    /// Sends what is in the outbox and returns the mails that were not returned before, in order.
    pub(crate) async fn new_mails(&self) -> Vec<Mail> {
        self.send_mails().await;
        let all = self.mailbox.mails();
        let mut read = self.read.lock().expect("no test panicked here");
        let new = all.iter().skip(*read).map(post::read).collect();
        *read = all.len();
        new
    }

    /// The only new mail to an address.
    pub(crate) async fn only_mail_to(&self, address: &str) -> Mail {
        let mails = self.new_mails().await;
        let mut to: Vec<Mail> = mails.into_iter().filter(|mail| mail.to == address).collect();
        assert_eq!(to.len(), 1, "mails to {address}: {:?}", to.iter().map(|mail| &mail.subject).collect::<Vec<_>>());
        to.remove(0)
    }

    /// Someone who is not signed in, with a browser of their own.
    pub(crate) fn anonymous(&self) -> Visitor {
        Visitor::new(self)
    }

    /// Registers a school through the front door; the contact is its superbeheerder.
    pub(crate) async fn school(&self, name: &str, brin: &str, label: &str) -> TestSchool {
        let email = format!("contact-{}@{label}.example", brin.to_lowercase());
        let visitor = self.anonymous();
        let page = visitor.get("/aanmelden").await;
        let fields = [
            ("school_name", name),
            ("brin", brin),
            ("domain", label),
            ("region", "noord"),
            ("name", "Anna de Wit"),
            ("email", &email),
            ("role", "superbeheerder"),
        ];
        let sent = page.submit(&visitor, "main form", &fields).await;
        assert_eq!(sent.status, 303, "{}", sent.body);
        let mail = self.only_mail_to(&email).await;
        let confirm = visitor.get(&mail.path_of("/aanmelden/bevestig/")).await;
        confirm.submit(&visitor, "main form", &[]).await;
        self.new_mails().await;
        let conn = self.context().db.reader();
        let school = schools::find_by_brin(conn, &Brin::parse(brin).expect("a BRIN")).await.expect("the store answers");
        let School { id, connection, .. } = school.expect("the school was made");
        let contact = contacts::list(conn, connection).await.expect("the store answers")[0].id;
        TestSchool { id, connection, contact, brin: brin.to_owned(), email }
    }

    /// A school's contact, signed in through the front door.
    pub(crate) async fn portal(&self, school: &TestSchool) -> Visitor {
        self.portal_as(&school.email).await.at_home(school.at(links::SCHOOL))
    }

    /// A school's contact, signed in without sending what waits in the outbox.
    pub(crate) async fn portal_without_mail(&self, school: &TestSchool) -> Visitor {
        let visitor = self.anonymous();
        let email = EmailAddress::parse(&school.email).expect("an address");
        let browser = visitor.browser().await;
        let asked = koppelklaar::services::people::portal_access::request_link(
            self.context(),
            AnonymousCall::new(self.now(), "test"),
            &email,
            &browser,
        );
        asked.await.expect("not too often");
        let link = store::people::access_links::find_by_browser(self.context().db.reader(), &browser.hash()).await;
        let link = link.expect("the store answers").expect("it was asked for");
        let code_hash = koppelklaar::crypto::token::code_hash(&self.context().keys, link.id.as_uuid(), "12345678");
        let token_hash = Token::new(&self.context().chance).hash();
        let minted = store::people::access_links::mark_minted(
            self.context().db.writer(),
            link.id,
            &token_hash,
            &code_hash,
            self.now(),
        );
        assert!(minted.await.expect("the store answers"));
        let done = visitor.get("/inloggen/code").await.submit(&visitor, "main form", &[("code", "12345678")]).await;
        assert_eq!(done.status, 303, "{}", done.body);
        visitor.at_home(school.at(links::SCHOOL))
    }

    /// Someone signed in through the front door by their address; at home at their school, if they have one only.
    pub(crate) async fn portal_as(&self, email: &str) -> Visitor {
        let visitor = self.anonymous();
        let page = visitor.get("/inloggen").await;
        page.submit(&visitor, "main form", &[("email", email)]).await;
        let mail = self.only_mail_to(email).await;
        let link = visitor.get(&mail.path_of("/inloggen/link/")).await;
        let done = link.submit(&visitor, "main form", &[]).await;
        let led_on = visitor.follow(&done).await;
        visitor.at_home(led_on.location().to_owned())
    }

    /// A colleague of Kurve in the support role, signed in through the front door.
    pub(crate) async fn staff(&self) -> Visitor {
        self.staff_as("eva@kurve.nl", StaffRole::Support).await
    }

    /// A colleague of Kurve, signed in through the front door; the account is made if need be.
    pub(crate) async fn staff_as(&self, email: &str, role: StaffRole) -> Visitor {
        let visitor = self.anonymous();
        let token = self.invite(email, role).await;
        let page = visitor.get(&format!("/beheer/uitnodiging/{}", token.expose_text())).await;
        let secret = self.shown_factor(&page);
        let code = koppelklaar::crypto::totp::current(&secret, self.now());
        let fields = [("password", STAFF_PASSWORD), ("again", STAFF_PASSWORD), ("code", &code)];
        let enrolled = page.submit(&visitor, "form[data-form=enrol]", &fields).await;
        assert_eq!(enrolled.status, 303, "{}", enrolled.body);
        // A code works once.
        self.advance(TimeDelta::seconds(30));
        let code = koppelklaar::crypto::totp::current(&secret, self.now());
        let page = visitor.get("/beheer/inloggen").await;
        let fields = [("email", email), ("password", STAFF_PASSWORD), ("code", &code)];
        let done = page.submit(&visitor, "form[data-form=sign_in]", &fields).await;
        assert_eq!(done.status, 303, "{}", done.body);
        visitor
    }

    /// The second factor that a page shows.
    pub(crate) fn shown_factor(&self, page: &Page) -> TotpSecret {
        let key = page.attributes("[name=key]", "value").pop().unwrap_or_else(|| panic!("no key:\n{}", page.body));
        TotpSecret::of_invite(&self.context().keys, &Token::parse(&key).expect("a token"))
    }

    /// A one-time link for a colleague; the account is made if need be.
    pub(crate) async fn invite(&self, email: &str, role: StaffRole) -> Token {
        let address = EmailAddress::parse(email).expect("an address");
        let name = PersonName::parse("Eva Jansen").expect("a name");
        match staff_accounts::add(self.context(), self.now(), address.clone(), name, role).await {
            Ok(token) => token,
            Err(_) => staff_accounts::invite(self.context(), self.now(), &address).await.expect("the account is there"),
        }
    }

    /// What is counted is what there is.
    pub(crate) async fn figures_hold(&self) {
        let conn = self.context().db.reader();
        let kept = tally::load_all(conn).await.expect("the figures can be read");
        let counted = recount::count(conn).await.expect("the rows can be read");
        assert_eq!(counted.without(&kept), Tally::default(), "what is missing of the figures");
        let kept = connection_summaries::list_counts(conn).await.expect("the counts can be read");
        let counted = connection_summaries::recount(conn).await.expect("the rows can be read");
        assert_eq!(kept, counted, "how many connections ended how");
    }

    /// Counts what a test wrote behind the program's back.
    pub(crate) async fn count_anew(&self) {
        let work = self.context().db.begin_write().await.expect("the database answers");
        let kept = tally::load_all(work.conn()).await.expect("the figures can be read");
        let missing = recount::count(work.conn()).await.expect("the rows can be read").without(&kept);
        tally::add(work.conn(), &missing).await.expect("the figures can be written");
        work.commit().await.expect("the database answers");
    }

    /// Runs a statement on what lists come from behind the program's back, and has the lists follow.
    pub(crate) async fn rewrite(&self, statement: &str) {
        database::sql(&self.database.url, statement).await;
        upkeep::fill(&self.context().db, Which::All).await.expect("the store answers");
    }

    /// Everything that must hold after a test: the audit is whole and gives each state, no mail was given up, the figures
    /// are right, and lists show what is so.
    pub(crate) async fn finish(&self) {
        let untrue = upkeep::list_untrue(self.context().db.reader()).await;
        assert_eq!(untrue.expect("the store answers"), [], "lists show something else of these schools");
        let untrue = upkeep::list_untrue_work(self.context().db.reader()).await;
        assert_eq!(untrue.expect("the store answers"), Vec::<String>::new(), "the worklist shows something else");
        let finding = audit::verify(self.context()).await.expect("the audit can be read");
        assert!(matches!(finding, audit::Finding::Whole { .. }), "{finding:?}");
        let replayed = replay::replay(self.context()).await;
        let mut untrue = replayed.expect("the audit can be read").untrue;
        untrue.retain(|one| one.what == "its state is not what its events give"); // Some tests spoil what is kept.
        assert_eq!(untrue, [], "states that their events do not give");
        let failed = outbox::list_with_status(self.context().db.reader(), outbox::MailStatus::Failed, 10).await;
        assert_eq!(failed.expect("the store answers"), vec![], "mails were given up");
        self.figures_hold().await;
        self.feed_holds().await;
    }
}

pub(crate) fn nonzero(number: u32) -> std::num::NonZeroU32 {
    number.try_into().expect("not zero")
}
