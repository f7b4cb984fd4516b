//! A table for checks: an app, a simulator it reaches and nothing else, and a colleague.

use std::time::Duration;

use chrono::TimeDelta;
use koppelklaar::chance::Chance;
use koppelklaar::domain::actor::Actor;
use koppelklaar::domain::check::{CheckCode, CheckPolicy};
use koppelklaar::domain::ids::CheckId;
use koppelklaar::domain::notice::TIME_TO_UNDO;
use koppelklaar::domain::onboarding::{Answer, Command, Evidence, Ground, Onboarding, Step};
use koppelklaar::magister::{Courtesy, Limits, Magister};
use koppelklaar::services::checks;
use koppelklaar::services::onboarding::onboardings;
use koppelklaar::simulator::{SchoolScript, Simulator, SimulatorConfig};
use koppelklaar::store;
use koppelklaar::store::checks::check_status::CheckStatus;
use koppelklaar::store::checks::connection_checks::Check;
use koppelklaar::web::rate_limit::Allowance;
use strum::IntoEnumIterator;

use crate::support::acting::reason;
use crate::support::app::{TestSchool, nonzero};
use crate::support::database::sql;
use crate::support::{TestApp, on_each_database};

/// What a check can prove.
pub(super) const PROVABLE: [Step; 5] = [
    Step::QueryExecuted,
    Step::PasswordSet,
    Step::PermissionsChecked,
    Step::AllowlistingRequested,
    Step::AllowlistingConfirmed,
];

/// Everything that a test of checks needs.
pub(super) struct Checks {
    pub(super) app: TestApp,
    pub(super) simulator: Simulator,
    pub(super) kurve: Actor,
}

/// Runs a test at a table of its own.
pub(super) fn run<F: Future<Output = ()>>(test: impl Fn(Checks) -> F) {
    run_with(CheckPolicy::Advise, limits(), test);
}

/// Long enough for a busy machine: in these tests only time-outs take time.
pub(super) fn limits() -> Limits {
    Limits {
        connect: Duration::from_secs(60),
        total: Duration::from_secs(120),
        courtesy: Courtesy { pause: Duration::ZERO, at_once: 64, rest_after: usize::MAX, rest: Duration::ZERO },
        ..Limits::default()
    }
}

/// Runs a test with another policy or other limits.
pub(super) fn run_with<F: Future<Output = ()>>(policy: CheckPolicy, limits: Limits, test: impl Fn(Checks) -> F) {
    on_each_database(async |kind| {
        let simulator = Simulator::start(SimulatorConfig::default(), Chance::seeded(1)).await;
        let simulator = simulator.expect("loopback has free ports");
        let magister = Magister::new(simulator.reach(), limits, Chance::seeded(2));
        let allowance = Allowance { per_client: nonzero(10_000), per_address: nonzero(10_000) };
        let app = TestApp::start_checking(kind, allowance, magister, policy).await;
        let kurve = app.kurve().await;
        let checks = Checks { app: app.clone(), simulator, kurve };
        test(checks).await;
        app.finish().await;
    });
}

impl Checks {
    /// A school with credentials, whose Magister knows exactly the password that was issued.
    pub(super) async fn school(&self, brin: &str, label: &str) -> TestSchool {
        let school = self.app.school_by_services(&format!("School {brin}"), brin, label).await;
        self.app.issue(self.kurve, &school).await;
        self.app.new_mails().await;
        self.sets(&school, label, SchoolScript::default()).await;
        school
    }

    /// A school whose import is open because a check proved what it can, and people said the rest.
    pub(super) async fn open_school(&self, brin: &str, label: &str) -> TestSchool {
        let school = self.school(brin, label).await;
        assert_eq!(self.check(&school).await, CheckCode::Ok);
        self.app.claim(&school, Step::ConsentGiven).await.expect("it is open");
        self.activate(&school).await.expect("all before it is yes");
        self.app.new_mails().await;
        school
    }

    /// Kurve activates, and lets it stand.
    pub(super) async fn activate(&self, school: &TestSchool) -> Result<(), koppelklaar::services::ServiceError> {
        self.activate_on(school, Ground::Word).await
    }

    /// Kurve activates although the newest check is no ground for it, and lets it stand.
    pub(super) async fn activate_despite(
        &self,
        school: &TestSchool,
        why: &str,
    ) -> Result<(), koppelklaar::services::ServiceError> {
        self.activate_on(school, Ground::Remark(reason(why))).await
    }

    async fn activate_on(
        &self,
        school: &TestSchool,
        ground: Ground,
    ) -> Result<(), koppelklaar::services::ServiceError> {
        let command = Command::Confirm { step: Step::ActivationConfirmed, ground };
        let call = self.app.call(self.kurve);
        onboardings::act(self.app.context(), &call, school.connection, &command, None).await?;
        self.app.advance(TIME_TO_UNDO);
        Ok(())
    }

    /// Makes a school's Magister behave like a script, with the password that counts now.
    pub(super) async fn sets(&self, school: &TestSchool, label: &str, script: SchoolScript) {
        let password = Some(self.password(school).await);
        self.simulator.set(label, SchoolScript { password, ..script }).expect("nothing is published");
    }

    /// Makes a school's Magister behave like a preset.
    pub(super) async fn behaves(&self, school: &TestSchool, label: &str, preset: &str) {
        let script = SchoolScript::preset(preset).unwrap_or_else(|| panic!("no preset {preset}"));
        self.sets(school, label, script).await;
    }

    /// The password that counts now, as the school would type it over.
    pub(super) async fn password(&self, school: &TestSchool) -> String {
        let conn = self.app.context().db.reader();
        let stored =
            store::onboarding::credentials::find_newest(conn, school.connection).await.expect("the store answers");
        let stored = stored.expect("credentials are issued");
        let place =
            koppelklaar::crypto::Binding { table: "credential", row: stored.id.as_uuid(), version: stored.version };
        let keys = &self.app.context().keys;
        let purpose = koppelklaar::crypto::Purpose::SealCredential;
        let opened = koppelklaar::crypto::sealed::open(keys, purpose, &place, &stored.sealed_password);
        String::from_utf8(opened.expect("it opens").to_vec()).expect("text")
    }

    /// The contact asks for a check.
    pub(super) async fn ask(&self, school: &TestSchool) -> Result<CheckId, koppelklaar::services::ServiceError> {
        checks::ask(self.app.context(), &self.app.call_of(school), school.connection).await
    }

    /// Makes it the school's turn by the timer now.
    pub(super) async fn timer_comes_to(&self, school: &TestSchool) {
        let tx = self.app.context().db.begin_write().await.expect("the store answers");
        let (conn, now) = (tx.conn(), self.app.now());
        store::checks::check_status::save_first(conn, school.connection, now).await.expect("the store answers");
        store::checks::check_status::save_next(conn, school.connection, Some(now)).await.expect("the store answers");
        tx.commit().await.expect("the store answers");
    }

    /// Makes every check that waits or is due.
    pub(super) async fn run_all(&self) -> usize {
        let mut made = 0;
        while self.run_one().await.is_some() {
            made += 1;
        }
        made
    }

    /// Makes one check that waits or is due.
    pub(super) async fn run_one(&self) -> Option<CheckId> {
        let made = checks::run_next(self.app.context(), &self.app.app.magister, || self.app.now()).await;
        made.expect("the store answers")
    }

    /// Two minutes later the contact asks for a check and it is made; how it ended.
    pub(super) async fn check(&self, school: &TestSchool) -> CheckCode {
        self.app.advance(TimeDelta::minutes(2));
        let id = self.ask(school).await.expect("it may be asked for");
        self.run_all().await;
        self.find(id).await.result().expect("it was made").code
    }

    /// Makes checks by the timer until the school's own retries are over, four failures over hours, and others that were
    /// asked to tell whether more is wrong have told.
    pub(super) async fn fail_for_hours(&self, school: &TestSchool) {
        assert_ne!(self.check(school).await, CheckCode::Ok);
        for minutes in [30, 60, 120, 10] {
            self.app.advance(TimeDelta::minutes(minutes));
            self.run_all().await;
        }
    }

    pub(super) async fn find(&self, id: CheckId) -> Check {
        checks::find(self.app.context(), id).await.expect("it is there")
    }

    pub(super) async fn state(&self, school: &TestSchool) -> Onboarding {
        store::onboarding::onboardings::load(self.app.context().db.reader(), school.connection)
            .await
            .expect("it is there")
            .state
    }

    pub(super) async fn connection(&self, school: &TestSchool) -> CheckStatus {
        checks::connection(self.app.context(), school.connection).await.expect("the store answers")
    }

    /// The steps that rest on what a check saw.
    pub(super) async fn proven(&self, school: &TestSchool) -> Vec<Step> {
        let state = self.state(school).await;
        let is_proven = |answer: &Answer| answer.with(Evidence::Proven).is_some();
        Step::iter().filter(|step| state.answer(*step).is_some_and(is_proven)).collect()
    }

    /// The names of the audit's entries on a school, oldest first.
    pub(super) async fn audited(&self, school: &TestSchool) -> Vec<&'static str> {
        let entries = onboardings::list_timeline(self.app.context(), school.connection, None, 200).await;
        entries.expect("the store answers").iter().rev().map(|entry| entry.action.name()).collect()
    }

    /// Subjects of the mails since the last look, with whom they go to.
    pub(super) async fn mailed(&self) -> Vec<(String, String)> {
        let mails = self.app.new_mails().await;
        let mut told: Vec<_> = mails.into_iter().map(|mail| (mail.to, mail.subject)).collect();
        told.sort();
        told
    }

    /// Writes nonsense into a row of a school, as a failing disk or a wrong hand would.
    pub(super) async fn spoil(&self, school: &TestSchool, table: &str, change: &str) {
        // SQLite keeps an id as bytes.
        let id = school.connection.to_string();
        let is_sqlite = self.app.context().db.is_sqlite();
        let place = if is_sqlite { format!("x'{}'", id.replace('-', "")) } else { format!("'{id}'") };
        sql(&self.app.database.url, &format!("UPDATE {table} SET {change} WHERE connection_id = {place}")).await;
    }
}
