//! Whatever happened: nothing that leaves the house calls a step done whose newest check refused it, and no reminder names
//! a step that its reader cannot do. Real checks over TLS, people who say things, hours that go by; held against what is
//! stored, not against what the pages are made from.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use koppelklaar::chance::Chance;
use koppelklaar::domain::check::{CheckCode, CheckPolicy, Newest};
use koppelklaar::domain::credential::ClosedReason;
use koppelklaar::domain::onboarding::{Command, Gate, Ground, Onboarding, Step};
use koppelklaar::jobs::Job;
use koppelklaar::links;
use koppelklaar::services::onboarding::{credentials, onboardings};
use koppelklaar::services::{Call, ServiceError};
use koppelklaar::words;
use strum::IntoEnumIterator;

use super::support::{Checks, limits, run_with};
use crate::journey::verdict_of;
use crate::support::acting::{STEPS_OF_SCHOOL, reason};
use crate::support::post::Mail;
use crate::support::{TestSchool, Visitor};

/// How many things happen in one history.
const HAPPENINGS: u32 = 60;

/// How servers behave, in turn; none takes time.
const PRESETS: [&str; 9] = [
    "right",
    "wrong_password",
    "list_not_granted",
    "service_not_granted",
    "unknown_host",
    "refuses",
    "old_columns",
    "no_rows",
    "html",
];

/// A school, its label, and who of it reads its mails.
struct OfStory {
    school: TestSchool,
    label: String,
    /// The address of a contact for whom Kurve does not vouch.
    piet: String,
    portal: Signed,
}

/// Somebody who is signed in, since when.
struct Signed {
    visitor: Visitor,
    at: DateTime<Utc>,
}

/// What was met on the way: without it the rest says nothing.
#[derive(Debug, Default)]
struct Met {
    /// Steps that were yes and denied.
    doubted: u32,
    /// Steps that fell at once.
    fell: u32,
    /// Mails that an import is open, while a check denied a step of it.
    opened: u32,
    reminded: u32,
}

struct Story {
    checks: Checks,
    schools: Vec<OfStory>,
    staff: Signed,
    key: String,
    met: Met,
}

#[test]
fn nothing_calls_a_step_done_whose_newest_check_refused_it_and_no_reminder_names_what_its_reader_cannot_do() {
    let mut met = vec![];
    for seed in [31, 32] {
        let one = std::sync::Mutex::new(vec![]);
        run_with(CheckPolicy::Advise, limits(), |checks: Checks| {
            let one = &one;
            async move {
                let mut story = Story::begin(checks).await;
                let chance = Chance::seeded(seed);
                for number in 0..HAPPENINGS {
                    let which = chance.below(3) as usize;
                    let happened = story.happens(&chance, which).await;
                    let told = format!("seed {seed}, happening {number} to {which}: {happened:?}");
                    story.read_mails(&told).await;
                    story.look(which, &told).await;
                }
                one.lock().expect("no test panicked here").push(story.met);
            }
        });
        met.extend(one.into_inner().expect("no test panicked here"));
    }
    let all = |count: fn(&Met) -> u32| met.iter().map(count).sum::<u32>();
    assert!(all(|met| met.doubted) >= 10 && all(|met| met.fell) >= 4, "{met:?}");
    assert!(all(|met| met.reminded) >= 4 && all(|met| met.opened) >= 1, "{met:?}");
}

/// The step that the newest check denies, unless somebody said it since.
fn denied(state: &Onboarding, newest: Option<Newest>) -> Option<Step> {
    let Newest { code, at, .. } = newest?;
    let denials = [
        (CheckCode::LoginRefused, Step::PasswordSet),
        (CheckCode::ListNotGranted, Step::PermissionsChecked),
        (CheckCode::ServiceNotGranted, Step::PermissionsChecked),
        (CheckCode::HostUnknown, Step::DetailsSubmitted),
    ];
    let (_, step) = denials.into_iter().find(|(known, _)| *known == code)?;
    let is_said_since = state.answer(step).is_some_and(|answer| answer.last_said_at() > at);
    (!is_said_since).then_some(step)
}

impl Story {
    /// One did all that is its own, one works and is open, and one has its password.
    async fn begin(checks: Checks) -> Self {
        let (app, kurve) = (checks.app.clone(), checks.kurve);
        let said = checks.school("11AA", "een").await;
        for step in STEPS_OF_SCHOOL {
            app.claim(&said, step).await.expect("its turn has come");
        }
        let schools = [(said, "een"), (checks.open_school("12AA", "twee").await, "twee")];
        let third = (checks.school("13AA", "drie").await, "drie");
        let mut story = vec![];
        for (school, label) in schools.into_iter().chain([third]) {
            let piet = format!("piet@{label}.example");
            app.add_contact(kurve, &school, &piet).await;
            let portal = Signed { visitor: app.portal_without_mail(&school).await, at: app.now() };
            story.push(OfStory { school, label: label.to_owned(), piet, portal });
        }
        let staff = Signed { visitor: app.staff().await, at: app.now() };
        let key = app.api_key().await;
        app.new_mails().await;
        Self { checks, schools: story, staff, key, met: Met::default() }
    }

    /// Something happens to a school, or is refused.
    async fn happens(&mut self, chance: &Chance, which: usize) -> Result<&'static str, ServiceError> {
        let OfStory { school, label, piet, .. } = &self.schools[which];
        let (school, label, piet) = (school.clone(), label.clone(), piet.clone());
        let app = self.checks.app.clone();
        let (kurve, contact) = (app.call(self.checks.kurve), app.call_of(&school));
        let step = Step::iter().nth(chance.below(9) as usize).expect("nine steps");
        let act = async |call: &Call, command: Command| {
            onboardings::act(app.context(), call, school.connection, &command, None).await
        };
        match chance.below(16) {
            0..=6 => {
                let preset = PRESETS[chance.below(9) as usize];
                self.checks.behaves(&school, &label, preset).await;
                app.advance(TimeDelta::minutes(2));
                self.checks.ask(&school).await?;
                self.checks.run_all().await;
                return Ok(preset);
            }
            7 | 8 => {
                for step in STEPS_OF_SCHOOL {
                    let _ = app.claim(&school, step).await;
                }
            }
            9 => act(&contact, Command::TakeBack { step }).await?,
            10 => act(&kurve, Command::SendBack { step, reason: reason("Het klopt niet.") }).await?,
            11 => {
                let ground = Ground::Remark(reason("Gezien in Numo."));
                act(&kurve, Command::Confirm { step: Step::ActivationConfirmed, ground }).await?;
            }
            12 => credentials::issue(app.context(), &kurve, school.connection, None, None).await?,
            13 => {
                let people = app.file(&school).await.contacts;
                let to = people.iter().find(|one| one.email.as_str() == piet).map(|one| one.id);
                let step = [Step::QueryExecuted, Step::PasswordSet][chance.below(2) as usize];
                act(&contact, Command::HandOver { step, to: to.expect("a contact") }).await?;
            }
            _ => {
                for _ in 0..2 + chance.below(8) {
                    app.advance(TimeDelta::hours(12));
                    app.run(Job::EndPasswords).await;
                    app.run(Job::PlanReminders).await;
                    let at = format!("at {}", app.now());
                    self.read_mails(&at).await;
                }
                return Ok("days");
            }
        }
        Ok("something")
    }

    async fn known(&self, which: usize) -> (Onboarding, Option<Newest>) {
        let school = &self.schools[which].school;
        (self.checks.state(school).await, self.checks.connection(school).await.newest())
    }

    /// Holds every mail that left against what is so at that moment.
    async fn read_mails(&mut self, told: &str) {
        for mail in self.checks.app.new_mails().await {
            let of = |one: &OfStory| mail.text.contains(&format!("({})", one.school.brin));
            let Some(which) = self.schools.iter().position(of) else { continue };
            let text = mail.text.split_whitespace().collect::<Vec<_>>().join(" ");
            let (state, newest) = self.known(which).await;
            let denied = denied(&state, newest).filter(|step| state.is_yes(*step));
            if mail.subject.contains("Je kunt nu leerlingen importeren") {
                self.met.opened += u32::from(denied.is_some());
                assert!(denied.is_none() || !text.contains("met ja beantwoord"), "{told}: {text}");
            }
            if let Some(step) = denied.filter(|_| mail.subject.contains("Activeer de koppeling in Numo")) {
                let question = words::gate_question(step.gate());
                let line = text.split(" - ").find(|line| line.starts_with(question)).expect("each question");
                assert!(line.contains("Controle van"), "{told}: {line}");
            }
            self.read_reminder(which, &mail, told).await;
        }
    }

    async fn read_reminder(&mut self, which: usize, mail: &Mail, told: &str) {
        let text = mail.text.split_whitespace().collect::<Vec<_>>().join(" ");
        if !text.contains("staat nog open") && !text.contains("staan nog open") {
            return;
        }
        let (state, newest) = self.known(which).await;
        let school = &self.schools[which].school;
        let app = &self.checks.app;
        let people = app.file(school).await.contacts;
        let reader = people.iter().find(|one| one.email.as_str() == mail.to).expect("a contact");
        let issued = credentials::find_issued(app.context(), school.connection).await.expect("the store answers");
        let is_shown = issued
            .as_ref()
            .is_some_and(|issued| issued.closed.is_none() && issued.reveals_left > 0 && app.now() < issued.expires_at);
        let works = issued.is_some_and(|issued| issued.closed == Some(ClosedReason::Proven))
            && newest.is_none_or(|newest| newest.code != CheckCode::LoginRefused);
        for step in Step::iter() {
            let name = words::step_name(step);
            if !text.contains(&format!("“{name}” voor")) && !text.contains(&format!("): {name}, sinds")) {
                continue;
            }
            self.met.reminded += 1;
            let can_do = match step {
                Step::QueryExecuted => reader.is_vouched(),
                Step::PasswordSet => reader.is_vouched() && (is_shown || works),
                Step::ConsentGiven
                | Step::DetailsSubmitted
                | Step::PermissionsChecked
                | Step::AllowlistingRequested => true,
                Step::CredentialsIssued | Step::AllowlistingConfirmed | Step::ActivationConfirmed => false,
            };
            assert!(can_do && !state.is_yes(step), "{told}: {} is reminded of {name}: {state:?}", mail.to);
        }
    }

    /// Everything that tells of a school.
    async fn look(&mut self, which: usize, told: &str) {
        let (state, newest) = self.known(which).await;
        let Some(step) = denied(&state, newest) else { return };
        self.met.doubted += u32::from(state.is_yes(step));
        self.met.fell += u32::from(state.fallen(step).is_some());
        self.sign_in(which).await;
        let (gate, place) = (step.gate(), format!("[data-step={}]", step.as_str()));
        let OfStory { school, portal: Signed { visitor: portal, .. }, .. } = &self.schools[which];
        let staff = &self.staff.visitor;

        let overview = portal.open("").await;
        let own = portal.open(&format!("/stap/{}", step.as_str())).await;
        let kurves = staff.get(&links::staff_school(links::STAFF_SCHOOL, school.connection)).await;
        assert_ne!(overview.text(&format!("{place} [data-tag]")), "Klaar", "{told}: overview");
        let answer = overview.text(&format!("[data-gate={}] .gate__answer", gate.as_str()));
        assert_ne!(answer, "Antwoord: Ja", "{told}: overview");
        // A step that cannot be done yet has no page.
        let is_own = own.status == 200 && own.has("[data-state] [data-tag]");
        assert!(!is_own || own.text("[data-state] [data-tag]") != "Klaar", "{told}: its own page");
        assert_ne!(kurves.text(&format!(".ledger {place} [data-tag]")), "Klaar", "{told}: Kurve's page");

        let verdict = verdict_of(&self.checks.app, &self.key, &school.brin).await;
        let mut steps = verdict["answers"].as_array().into_iter().flatten().flat_map(|one| one["steps"].as_array());
        let of_step = steps.find_map(|steps| steps.iter().find(|one| one["step"] == step.as_str())).expect("its step");
        assert!(of_step["yes"] == false || of_step["check"] == "refused", "{told}: API: {of_step}");

        let yes = Gate::iter().filter(|one| *one != gate && state.is_gate_yes(*one)).count();
        let list = staff.get(links::STAFF_SCHOOLS).await.texts("[data-school-row]");
        let row = list.iter().find(|row| row.contains(&school.brin)).expect("it has its row");
        assert!(row.contains(&format!("{yes} van 5")), "{told}: list of schools: {row}");

        let file = staff.get(links::STAFF_SCHOOLS_CSV).await;
        let cells = cells_of(&file.body, &school.brin);
        assert_ne!(cells[words::gate_short(gate)], "ja", "{told}: export: {cells:?}");
    }

    /// Sessions end in a long story.
    async fn sign_in(&mut self, which: usize) {
        let app = self.checks.app.clone();
        let is_old = |signed: &Signed| app.now() - signed.at > TimeDelta::hours(4);
        if is_old(&self.staff) {
            self.staff = Signed { visitor: app.staff().await, at: app.now() };
        }
        let one = &mut self.schools[which];
        if is_old(&one.portal) {
            one.portal = Signed { visitor: app.portal_without_mail(&one.school).await, at: app.now() };
        }
    }
}

/// The row of a school in the file, by heading.
fn cells_of(file: &str, brin: &str) -> BTreeMap<String, String> {
    let bytes = file.trim_start_matches('\u{FEFF}').as_bytes();
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(bytes);
    let headings = reader.headers().expect("a line of headings").clone();
    let row = reader.records().map(|row| row.expect("a row")).find(|row| row.iter().any(|cell| cell == brin));
    let row = row.expect("the school has its row");
    headings.iter().zip(row.iter()).map(|(heading, cell)| (heading.to_owned(), cell.to_owned())).collect()
}
