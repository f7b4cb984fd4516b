//! Whatever happened: Kurve holds something exactly where the worklist has a row that says so.

use std::collections::BTreeSet;

use chrono::{Days, TimeDelta};
use koppelklaar::chance::Chance;
use koppelklaar::domain::actor::Actor;
use koppelklaar::domain::address_mark::Bounced;
use koppelklaar::domain::check::certificate::Certificate;
use koppelklaar::domain::check::{CheckCode, Newest, Truths};
use koppelklaar::domain::ids::ConnectionId;
use koppelklaar::domain::message::Sorted;
use koppelklaar::domain::onboarding::decide::amsterdam_date;
use koppelklaar::domain::onboarding::progress::{kurve_tasks, open_steps};
use koppelklaar::domain::onboarding::{Command, Ground, Lifecycle, Obstacle, Party, Step};
use koppelklaar::domain::school::ContactRef;
use koppelklaar::domain::text::MessageText;
use koppelklaar::domain::work::WorkKind;
use koppelklaar::jobs::Job;
use koppelklaar::services::messages::receiving::receive;
use koppelklaar::services::messages::thread;
use koppelklaar::services::onboarding::joins::{decide, waiting};
use koppelklaar::services::onboarding::worklist::{Wanted, Worklist};
use koppelklaar::services::onboarding::{credentials, onboardings, takings};
use koppelklaar::services::people::{addresses, contacts, registrations};
use koppelklaar::services::{AnonymousCall, Call, ServiceError};
use koppelklaar::store::checks::check_status::{self, CheckStatus};
use koppelklaar::store::onboarding::{overview, upkeep};
use koppelklaar::store::people::address_marks;
use strum::IntoEnumIterator;

use crate::support::acting::{STEPS_OF_SCHOOL, reason};
use crate::support::{TestApp, TestSchool, run_to_failure};

/// How many things happen in one history.
const HAPPENINGS: u32 = 70;

/// A reason for which something waits, as far as it is asked of whoever keeps it.
pub(crate) type Held = BTreeSet<(ConnectionId, WorkKind)>;

#[test]
fn kurve_holds_something_exactly_where_the_worklist_has_a_row() {
    for seed in [11, 12, 13] {
        // Mails to an address where none arrives are given up.
        run_to_failure(|app: TestApp| async move {
            let kurve = app.kurve().await;
            let story = Story {
                app: app.clone(),
                kurve,
                schools: vec![
                    app.school_by_services("Een", "11AA", "een").await,
                    app.school_by_services("Twee", "12AA", "twee").await,
                    app.school_by_services("Drie", "13AA", "drie").await,
                ],
            };
            // One is at its beginning, one has its password, and one did all that is its own.
            for school in &story.schools[1..] {
                app.issue(story.kurve, school).await;
            }
            for step in STEPS_OF_SCHOOL {
                app.claim(&story.schools[2], step).await.expect("its turn has come");
            }
            let chance = Chance::seeded(seed);
            let (mut seen, mut done) = (BTreeSet::new(), 0);

            for number in 0..HAPPENINGS {
                let school = &story.schools[chance.below(3) as usize];
                let happened = story.happens(&chance, number, school).await;
                done += u32::from(happened.is_ok());
                let (held, listed) = (story.held().await, story.listed().await);
                assert_eq!(held, listed, "seed {seed}, happening {number}: {happened:?}");
                let untrue = upkeep::list_untrue_work(app.context().db.reader()).await;
                assert_eq!(untrue.expect("the store answers"), Vec::<String>::new(), "seed {seed}, {number}");
                seen.extend(listed.into_iter().map(|(_, kind)| kind));
                app.advance(TimeDelta::hours(i64::from(chance.below(20))));
            }

            assert!(done > HAPPENINGS / 3, "only {done} of {HAPPENINGS} were allowed");
            assert!(seen.len() >= 5, "few kinds were met: {seen:?}");
            app.new_mails().await;
        });
    }
}

/// Some schools, and who does things to them.
pub(crate) struct Story {
    pub(crate) app: TestApp,
    pub(crate) kurve: Actor,
    pub(crate) schools: Vec<TestSchool>,
}

impl Story {
    /// What Kurve holds, from whatever says so: steps, requests, messages, checks, marks and silence.
    pub(crate) async fn held(&self) -> Held {
        let (app, mut held) = (&self.app, Held::new());
        let (context, now) = (app.context(), app.now());
        for school in &self.schools {
            let id = school.connection;
            let file = app.file(school).await;
            let state = &file.state;
            let known = check_status::load(context.db.reader(), id).await.expect("the store answers");
            let newest: Option<Newest> = known.newest();
            let truths = Truths { state, newest };
            let is_in_use = matches!(state.lifecycle(), Lifecycle::Active | Lifecycle::Completed { .. });
            if is_in_use {
                for open in open_steps(state).into_iter().filter(|open| open.holder == Party::Kurve) {
                    let kinds = state.obstacles(open.step).into_iter().map(|obstacle| match obstacle {
                        Obstacle::NotVouched(_) => WorkKind::Vouch,
                        Obstacle::PasswordGone(_) => WorkKind::Password,
                    });
                    let kinds: Vec<WorkKind> = kinds.collect();
                    let own = match (open.is_stuck, open.step) {
                        (true, _) => WorkKind::Stuck,
                        (false, Step::ActivationConfirmed) => WorkKind::Activate,
                        (false, _) => WorkKind::Issue,
                    };
                    held.extend(kinds.iter().map(|kind| (id, *kind)));
                    held.extend(Some((id, own)).filter(|_| kinds.is_empty()));
                }
                // What is asked of Kurve beside an open step: a word for who did a step, a password that was asked for.
                let said = kurve_tasks(state);
                held.extend(said.iter().map(|task| (id, WorkKind::of(task))));
                if truths.is_for_kurve() && !known.is_lost {
                    held.insert((id, WorkKind::Check));
                }
                let ends = known.certificate.is_some_and(|one| one.until - TimeDelta::days(30) <= now);
                held.extend(Some((id, WorkKind::Certificate)).filter(|_| ends));
            }
            if !thread::list_waiting(context, &[id].into()).await.expect("the store answers").is_empty() {
                held.insert((id, WorkKind::Reply));
            }
            if !waiting::list_of(context, id).await.expect("the store answers").asked.is_empty() {
                held.insert((id, WorkKind::Join));
            }
            let people: Vec<_> = file.contacts.iter().filter(|person| person.is_active()).cloned().collect();
            let marks = addresses::marks_of(context, &people).await;
            let is_bounced = marks.expect("the store answers").values().any(|mark| mark.bounced.is_some());
            let is_under_way = matches!(state.lifecycle(), Lifecycle::Active | Lifecycle::Paused { .. });
            held.extend(Some((id, WorkKind::Address)).filter(|_| is_bounced && is_under_way));
        }
        let silent = overview::list_without_answer(context.db.reader(), 50).await;
        let is_withdrawn = async |id: ConnectionId| {
            let file = onboardings::load_file(context, id).await.expect("it is here");
            file.state.lifecycle().is_withdrawn()
        };
        for one in silent.expect("the store answers") {
            if !is_withdrawn(one.id).await {
                held.insert((one.id, WorkKind::Silent));
            }
        }
        held
    }

    /// What the worklist has rows for.
    pub(crate) async fn listed(&self) -> Held {
        let (mut listed, mut after) = (Held::new(), None);
        loop {
            let worklist = Worklist::at(self.app.context(), self.app.now()).await.expect("the service answers");
            let page = worklist.list(&Wanted::default(), after.as_ref()).await;
            let page = page.expect("the store answers");
            listed.extend(page.rows.iter().filter_map(|item| Some((item.connection?, item.kind))));
            after = page.next;
            if after.is_none() {
                return listed;
            }
        }
    }

    /// Something happens to a school, or is refused.
    async fn happens(&self, chance: &Chance, number: u32, school: &TestSchool) -> Result<(), ServiceError> {
        let app = &self.app;
        let (kurve, contact) = (app.call(self.kurve), app.call_of(school));
        let step = Step::iter().nth(chance.below(9) as usize).expect("nine steps");
        match chance.below(14) {
            0..=2 => app.claim(school, step).await,
            3 => self.does(&kurve, school, Command::Confirm { step, ground: Ground::Word }).await,
            4 => self.does(&kurve, school, Command::SendBack { step, reason: reason("Het klopt niet.") }).await,
            5 => self.does(&contact, school, Command::ReportStuck { step, reason: reason("Het lukt niet.") }).await,
            6 => self.does(&kurve, school, Command::AnswerStuck { step, answer: reason("Kijk bij Beheer.") }).await,
            7 => self.does(&kurve, school, self.turn(chance, school)).await,
            8 => self.issue(school).await,
            9 => self.joins(chance, number, school).await,
            10 => self.marks(chance, school).await,
            11 => self.checks(chance, school).await,
            12 => self.people(chance, number, school).await,
            _ => {
                app.advance(TimeDelta::days(i64::from(chance.below(40))));
                app.run(Job::PlanReminders).await;
                app.run(Job::ResumePaused).await;
                app.run(Job::EndPasswords).await;
                Ok(())
            }
        }
    }

    async fn does(&self, call: &Call, school: &TestSchool, command: Command) -> Result<(), ServiceError> {
        onboardings::act(self.app.context(), call, school.connection, &command, None).await
    }

    /// One of the ways in which a school stops or goes on.
    fn turn(&self, chance: &Chance, school: &TestSchool) -> Command {
        let school = school.id;
        let until = amsterdam_date(self.app.now()).checked_add_days(Days::new(9)).expect("a date in range");
        match chance.below(5) {
            0 => Command::Pause { reason: reason("Toetsweek."), until },
            1 => Command::Resume,
            2 => Command::Withdraw { school, reason: reason("Fusie."), chose_option_b: false },
            3 => Command::Activate { school, ground: Ground::Word },
            _ => Command::Reopen { school },
        }
    }

    async fn issue(&self, school: &TestSchool) -> Result<(), ServiceError> {
        let call = self.app.call(self.kurve);
        credentials::issue(self.app.context(), &call, school.connection, None, None).await
    }

    /// Somebody asks to join, or Kurve declines all that did.
    async fn joins(&self, chance: &Chance, number: u32, school: &TestSchool) -> Result<(), ServiceError> {
        let (app, context) = (&self.app, self.app.context());
        if chance.below(2) == 0 {
            let label = ["een", "twee", "drie"][chance.below(3) as usize];
            let brin = format!("{:02}ZZ", number % 100);
            let email = format!("erbij{number}@{label}.example");
            let token = app.ask_for_school("Erbij", &brin, label, &email).await;
            let asked = AnonymousCall::new(app.now(), "test");
            return registrations::confirm(context, asked, &token, None).await.map(drop);
        }
        let waiting = waiting::list_of(context, school.connection).await?;
        let ids: Vec<_> = waiting.asked.iter().flat_map(|asked| asked.requests.iter().map(|one| one.id)).collect();
        if ids.is_empty() {
            return Err(ServiceError::NotFound);
        }
        let seen = app.file(school).await.version;
        decide::decline(context, &app.call(self.kurve), school.connection, &ids, reason("Niet van ons."), seen).await
    }

    /// Mail comes back, or arrives again.
    async fn marks(&self, chance: &Chance, school: &TestSchool) -> Result<(), ServiceError> {
        let app = &self.app;
        let key = app.context().keys.email_key(&school.email);
        let tx = app.context().db.begin_write().await?;
        if chance.below(2) == 0 {
            let bounced = Bounced { at: app.now(), code: "5.1.1".to_owned() };
            address_marks::mark_bounced(tx.conn(), &key, &bounced).await?;
        } else {
            address_marks::clear_bounced(tx.conn(), &key, app.now()).await?;
        }
        Ok(tx.commit().await?)
    }

    /// A check ended somehow.
    async fn checks(&self, chance: &Chance, school: &TestSchool) -> Result<(), ServiceError> {
        let app = &self.app;
        let codes: Vec<CheckCode> = CheckCode::iter().collect();
        let code = codes[chance.below(u32::try_from(codes.len()).expect("few codes")) as usize];
        let known = check_status::load(app.context().db.reader(), school.connection).await?;
        let until = app.now() + TimeDelta::days(i64::from(chance.below(60)));
        let known = CheckStatus {
            last: Some((code, app.now())),
            certificate: Some(Certificate { until, seen_at: app.now() }),
            is_lost: chance.below(4) == 0,
            ..known
        };
        let tx = app.context().db.begin_write().await?;
        check_status::save(tx.conn(), &known).await?;
        Ok(tx.commit().await?)
    }

    /// A contact comes, goes or writes, or Kurve vouches or reads; or a colleague takes the connection or lets it go.
    async fn people(&self, chance: &Chance, number: u32, school: &TestSchool) -> Result<(), ServiceError> {
        let (app, context) = (&self.app, self.app.context());
        let call = app.call(self.kurve);
        let people = app.file(school).await.contacts;
        let first = people.iter().find(|one| one.is_active()).map(|one| one.id).ok_or(ServiceError::NotFound)?;
        let who = ContactRef { connection: school.connection, contact: first };
        match chance.below(7) {
            0 => {
                app.add_contact(self.kurve, school, &format!("bea{number}@school.example")).await;
                Ok(())
            }
            1 => contacts::remove(context, &call, who, None).await,
            2 => contacts::vouch(context, &call, who, reason("Gebeld."), None).await,
            3 => {
                let text = MessageText::parse(&format!("Het schuifje staat aan ({number}).")).expect("a message");
                receive(context, &app.call_of(school), school.connection, text, Sorted::default()).await
            }
            4 => thread::mark_read(context, &call, school.connection, app.now()).await.map(drop),
            5 => takings::take_if_free(context, &call, school.connection).await,
            _ => takings::let_go(context, &call, school.connection).await.map(drop),
        }
    }
}
