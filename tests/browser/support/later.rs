//! A second instance of the product, in this process, whose clock the test moves: on a copy of the demo's data, or on
//! none. It serves pages, and does by itself nothing at all: whatever runs on a timer stands still until the test runs it.

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use koppelklaar::app::App;
use koppelklaar::chance::Chance;
use koppelklaar::clock::Clock;
use koppelklaar::crypto::KeyRing;
use koppelklaar::crypto::password_hash::StaffPassword;
use koppelklaar::crypto::totp::{self, TotpSecret};
use koppelklaar::demo::magister::DemoMagister;
use koppelklaar::domain::actor::StaffRole;
use koppelklaar::domain::credential::Template;
use koppelklaar::domain::text::{EmailAddress, PersonName, SchoolDomain};
use koppelklaar::jobs::{self, Job};
use koppelklaar::magister::{Courtesy, Limits, Magister};
use koppelklaar::mail::Mailbox;
use koppelklaar::mail::message::Sender;
use koppelklaar::mail::transport::Transport;
use koppelklaar::metrics::Metrics;
use koppelklaar::net::Reach;
use koppelklaar::services::AnonymousCall;
use koppelklaar::services::mail::dispatch::{self, Mailer};
use koppelklaar::services::people::{staff_accounts, staff_auth};
use koppelklaar::services::{Context, checks};
use koppelklaar::store::Db;
use koppelklaar::web::rate_limit::Allowance;
use koppelklaar::web::server::{self, ServerLimits};
use koppelklaar::web::{WebOptions, WebState, router};
use koppelklaar::webhook::Courier;
use sea_orm::{ConnectionTrait, Database};
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

use super::browser::Browser;
use super::stage::Stage;

/// What the colleague chooses.
const PASSWORD: &str = "zeven groene laarzen";

/// More than a test asks.
const FREELY: NonZeroU32 = NonZeroU32::new(1000).expect("not zero");

/// Enough to sign in.
const LITTLE: NonZeroU32 = NonZeroU32::new(5).expect("not zero");

/// Rounds of checks, two hours apart, in which a school that fails is lost: its turn comes within a day, wherever in the
/// day the test begins, and three more tries take a round each.
const ROUNDS: usize = 16;

/// The instance.
pub(crate) struct Later {
    /// Where its pages are.
    pub(crate) base: String,
    pub(crate) app: App,
    pub(crate) clock: Clock,
    magister: DemoMagister,
    mailbox: Mailbox,
    stop: CancellationToken,
    runtime: Runtime,
}

impl Later {
    /// An instance on the demo's data as it is now; `change` sets what is otherwise there.
    ///
    /// The demo goes on with its own data: on the same it would send this one's mails, and make its checks.
    pub(crate) fn on(stage: &Stage, change: impl FnOnce(&mut Context)) -> Self {
        let (copy, keys) = Self::copy_of(stage);
        Self::start(&copy, &keys, FREELY, change)
    }

    /// The same, where somebody may change little in a minute.
    pub(crate) fn where_little_may_change(stage: &Stage) -> Self {
        let (copy, keys) = Self::copy_of(stage);
        Self::start(&copy, &keys, LITTLE, |_| ())
    }

    /// The demo's data as it is now, and its keys.
    fn copy_of(stage: &Stage) -> (PathBuf, String) {
        static COPIES: AtomicU32 = AtomicU32::new(0);
        let data = stage.folder.join("demo");
        let keys = std::fs::read_to_string(data.join("koppelklaar.db.keys")).expect("the demo has keys");
        let copy = stage.folder.join(format!("later-{}.db", COPIES.fetch_add(1, Ordering::Relaxed)));
        let runtime = Runtime::new().expect("a runtime");
        runtime.block_on(async {
            let url = format!("sqlite:{}", data.join("koppelklaar.db").display());
            let demo = Database::connect(url).await.expect("the demo's database opens");
            let copied = demo.execute_unprepared(&format!("VACUUM INTO '{}'", copy.display())).await;
            copied.expect("there is room for a copy");
            demo.close().await.expect("it is open");
        });
        (copy, keys)
    }

    /// An instance without schools and colleagues.
    pub(crate) fn on_nothing(stage: &Stage) -> Self {
        let database = stage.folder.join("nothing.db");
        stage.operate_on(&database, &["migrate"]);
        stage.operate_on(&database, &["doctor"]);
        let keys = std::fs::read_to_string(stage.folder.join("nothing.db.keys")).expect("it has keys");
        Self::start(&database, &keys, FREELY, |_| ())
    }

    fn start(database: &Path, keys: &str, forms: NonZeroU32, change: impl FnOnce(&mut Context)) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let clock = Clock::fixed(Clock::system().now());
        let mailbox = Mailbox::default();
        let stop = CancellationToken::new();
        let (base, app, magister) = runtime.block_on(async {
            let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
            let base = format!("http://{}", listener.local_addr().expect("an address"));
            let chance = Chance::os();
            let magister = DemoMagister::start(chance.clone()).await.expect("a free port");
            let mut context = context(database, keys, &base, chance.clone()).await;
            change(&mut context);
            let sender = Sender { name: "Koppelklaar".to_owned(), address: "koppelklaar@kurve.nl".to_owned() };
            let app = App {
                context,
                mailer: Mailer { transport: Transport::Memory(mailbox.clone()), sender },
                magister: Magister::new(magister.reach(), limits(), chance),
                courier: Courier::new(Reach::nowhere(), vec![]),
                clock: clock.clone(),
                metrics: Metrics::default(),
            };
            let allowance = Allowance { per_client: forms, per_address: forms };
            let web = WebState::new(&app, WebOptions { allowance, trusted_proxies: 0 }, None);
            tokio::spawn(server::serve(listener, router(web), ServerLimits::default(), stop.clone()));
            (base, app, magister)
        });
        Self { base, app, clock, magister, mailbox, stop, runtime }
    }

    /// Signs in as a colleague who has come since.
    pub(crate) fn sign_in_as_staff(&self, browser: &Browser) {
        let email = EmailAddress::parse("noor@kurve.example").expect("an address");
        let name = PersonName::parse("Noor de Boer").expect("a name");
        let password = StaffPassword::parse(&SecretString::from(PASSWORD), email.as_str()).expect("a good one");
        let context = &self.app.context;
        let secret = self.runtime.block_on(async {
            let token = staff_accounts::add(context, self.clock.now(), email.clone(), name, StaffRole::Admin).await;
            let token = token.expect("nobody has the address");
            let secret = TotpSecret::of_invite(&context.keys, &token);
            let code = totp::current(&secret, self.clock.now());
            let factor = staff_auth::NewFactor { secret: secret.clone(), code: &code };
            let asked = AnonymousCall::new(self.clock.now(), "test");
            let enrolled = staff_auth::enrol(context, asked, &token, password, factor).await;
            enrolled.expect("the code is right");
            secret
        });
        // A code works once.
        self.clock.advance(TimeDelta::seconds(30));
        browser.open("/beheer/inloggen");
        browser.fill("[name=email]", email.as_str());
        browser.fill("[name=password]", PASSWORD);
        browser.fill("[name=code]", &totp::current(&secret, self.clock.now()));
        browser.press("[data-action=sign_in]");
    }

    /// Signs in as a school's contact, by the link in the mail.
    pub(crate) fn sign_in(&self, browser: &Browser, address: &str) {
        browser.forget_cookies();
        browser.ask_for_link(address);
        browser.open(&self.link_in_mail("/inloggen/link/"));
        browser.press("main [data-action=sign-in]");
    }

    /// Lets a job do what is due.
    pub(crate) fn run(&self, job: Job) {
        self.runtime.block_on(jobs::run(&self.app, job, self.clock.now())).expect("the job runs");
    }

    /// Sends what is due, and returns the newest address in a mail that starts so.
    pub(crate) fn link_in_mail(&self, start: &str) -> String {
        self.find_link_in_mail(start).unwrap_or_else(|| panic!("no link to {start} in any mail"))
    }

    /// The same, where there may be none.
    pub(crate) fn find_link_in_mail(&self, start: &str) -> Option<String> {
        let sent = dispatch::send_due(&self.app.context, &self.app.mailer, || self.clock.now());
        self.runtime.block_on(sent).expect("the outbox can be read");
        let mails = self.mailbox.mails();
        let texts = mails.iter().rev().map(|mail| String::from_utf8_lossy(&mail.bytes).replace("=\r\n", ""));
        let whole = format!("{}{start}", self.base);
        texts.into_iter().find_map(|text| {
            let rest = &text[text.find(&whole)? + self.base.len()..];
            rest.split(['>', ' ', '\r', '"']).next().map(str::to_owned)
        })
    }

    /// Has the Magister of a school behave so from now on, half an hour later.
    pub(crate) fn behave(&self, label: &str, behaviour: &str) {
        let domain = SchoolDomain::parse(label).expect("a label");
        let chosen = self.magister.choose(&self.app.context, &domain, behaviour);
        self.runtime.block_on(chosen).expect("a preset");
        self.clock.advance(TimeDelta::minutes(30));
    }

    /// Makes the checks that somebody asked for.
    pub(crate) fn make_checks(&self) {
        let next = || checks::run_next(&self.app.context, &self.app.magister, || self.clock.now());
        self.runtime.block_on(async { while next().await.expect("the store answers").is_some() {} });
    }

    /// Has schools' Magisters behave so from now on, and checks all schools until who fails is lost.
    pub(crate) fn check_for_long(&self, labels: &[&str], behaviour: &str) {
        let context = &self.app.context;
        self.runtime.block_on(async {
            for label in labels {
                let domain = SchoolDomain::parse(label).expect("a label");
                self.magister.choose(context, &domain, behaviour).await.expect("a preset");
            }
            for _ in 0..ROUNDS {
                self.clock.advance(TimeDelta::hours(2));
                checks::plan_first_checks(context, self.clock.now()).await.expect("the store answers");
                let next = || checks::run_next(context, &self.app.magister, || self.clock.now());
                while next().await.expect("the store answers").is_some() {}
            }
        });
    }

    /// The next moment at which it is this hour on a Tuesday, in UTC.
    pub(crate) fn wait_for_tuesday_at(&self, hour: u32) {
        let is_it = |at: &DateTime<Utc>| {
            use chrono::{Datelike, Timelike, Weekday};
            at.weekday() == Weekday::Tue && at.hour() == hour
        };
        let hours = (1..=14 * 24).map(|hours| self.clock.now() + TimeDelta::hours(hours));
        self.clock.set(hours.into_iter().find(is_it).expect("there is a Tuesday in two weeks"));
    }
}

impl Drop for Later {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

async fn context(database: &Path, keys: &str, base: &str, chance: Chance) -> Context {
    let sample = include_str!("../../../templates/query/sample.sql");
    Context {
        links_per_quarter: FREELY.get().into(),
        gathering: koppelklaar::domain::gathering::Gathering::OFF,
        ..Context::new(
            Db::connect(&format!("sqlite:{}", database.display())).await.expect("the database opens"),
            KeyRing::parse(keys).expect("a good ring"),
            chance,
            koppelklaar::links::BaseUrl::parse(base).expect("a good base URL"),
            Template::parse(sample).expect("the sample is good"),
        )
    }
}

/// No waiting for other schools' sakes: all of them are in this process, as is what keeps silent.
fn limits() -> Limits {
    let courtesy = Courtesy { pause: Duration::ZERO, at_once: 64, rest_after: usize::MAX, rest: Duration::ZERO };
    Limits { list: Duration::from_secs(5), courtesy, ..Limits::default() }
}
