//! One generated connection, told act by act as the services would: each through `decide`, with its audit and its
//! holdings. What it ends in is kept whole; nothing of it is mailed.

use std::collections::BTreeSet;

use chrono::{DateTime, Days, Duration, Utc};

use super::cast::{Cast, Stage, broken};
use super::pick::Pick;
use super::script::Act;
use crate::domain::actor::Actor;
use crate::domain::audit::Action;
use crate::domain::credential::{ClosedReason, reveal};
use crate::domain::ids::SchoolId;
use crate::domain::import_gate::open_schools;
use crate::domain::insight::HoldingChange;
use crate::domain::onboarding::decide::amsterdam_date;
use crate::domain::onboarding::{Command, Event, Ground, Onboarding, PasswordAccess, People, Step, decide};
use crate::domain::reminder;
use crate::domain::school::Vouch;
use crate::domain::text::{Reason, TicketRef};
use crate::services::onboarding::credentials::{self, ConnectionState};
use crate::services::operations::insight::{Span, working_days};
use crate::services::{Call, ServiceError};
use crate::store::onboarding::credentials::StoredCredential;
use crate::store::operations::audit::NewEntry;
use crate::store::operations::insight::{Holding, OpenHolding};

/// A connection with what happened there so far.
pub(super) struct Tale<'a> {
    stage: &'a Stage<'a>,
    pub(super) cast: Cast,
    pub(super) state: Onboarding,
    pub(super) version: i32,
    pub(super) changed_at: DateTime<Utc>,
    pub(super) entries: Vec<NewEntry>,
    pub(super) holdings: Vec<Holding>,
    pub(super) credentials: Vec<StoredCredential>,
}

impl<'a> Tale<'a> {
    /// The first school asked for the connection.
    pub(super) fn begin(stage: &'a Stage<'a>, cast: Cast, at: DateTime<Utc>) -> Result<Self, ServiceError> {
        let by = cast.actor();
        let before = Onboarding::start(at, cast.first_school());
        let claim = Command::Claim { step: Step::DetailsSubmitted, ground: Ground::Word, credential_version: None };
        let events = decide(&before, &claim, &by, at)?;
        let state = before.clone().apply_all(&events);
        let mut tale = Self {
            stage,
            cast,
            state,
            version: 1,
            changed_at: at,
            entries: vec![],
            holdings: vec![],
            credentials: vec![],
        };
        tale.note(at, by, Action::SchoolRegistered);
        for contact in tale.cast.contacts.clone() {
            tale.note(at, by, Action::ContactAdded { contact: contact.id, roles: contact.roles });
        }
        tale.record(&before, &events);
        tale.hold(None, at);
        Ok(tale)
    }

    /// Does one act; what the clock had to do before it is done first.
    pub(super) fn act(&mut self, at: DateTime<Utc>, act: Act, pick: &mut Pick) -> Result<(), ServiceError> {
        self.end_password(at)?;
        let (school, kurve) = (self.cast.actor(), self.stage.kurve);
        match act {
            Act::AddSchools => {
                let further = self.cast.schools.iter().skip(1);
                let add = |school: &SchoolId| Command::AddSchool { school: *school, asked_by: None };
                let commands: Vec<Command> = further.map(|school| add(&school.id)).collect();
                self.cast.schools.iter_mut().skip(1).for_each(|school| school.created_at = at);
                self.change(at, kurve, &commands)
            }
            Act::Claim(step) => {
                let ground = match step {
                    Step::AllowlistingConfirmed if pick.below(3) > 0 => Ground::Ticket(self.ticket()?),
                    _ => Ground::Word,
                };
                self.change(at, school, &[Command::Claim { step, ground, credential_version: None }])
            }
            Act::Reveal => self.reveal(at),
            Act::Vouch => {
                self.vouch(at)?;
                self.version += 1;
                self.changed_at = at;
                Ok(())
            }
            Act::Issue => self.issue(at),
            Act::Stuck(step) => {
                let reason = reason(pick.one_of(&STUCK))?;
                self.change(at, school, &[Command::ReportStuck { step, reason }])
            }
            Act::SendBack(step) => {
                let reason = reason(pick.one_of(&SENT_BACK))?;
                self.change(at, kurve, &[Command::SendBack { step, reason }])
            }
            Act::Pause => {
                let until = amsterdam_date(self.stage.now) + Days::new(5 + pick.below(60));
                let reason = reason(pick.one_of(&PAUSED))?;
                self.change(at, school, &[Command::Pause { reason, until }])
            }
            Act::Withdraw(count) => {
                let reason = reason(pick.one_of(&WITHDRAWN))?;
                let from = self.cast.schools.len().saturating_sub(count);
                let withdraw = |school| Command::Withdraw { school, reason: reason.clone(), chose_option_b: false };
                let commands: Vec<Command> = self.cast.schools[from..].iter().map(|one| withdraw(one.id)).collect();
                self.change(at, school, &commands)
            }
            Act::Activate(count) => {
                let activate = |school| Command::Activate { school, ground: Ground::Word };
                let commands: Vec<Command> = self.cast.schools.iter().take(count).map(|one| activate(one.id)).collect();
                self.change(at, kurve, &commands)
            }
            Act::Import(count) => {
                let imported = |school| Command::ReportImported { school };
                let commands: Vec<Command> = self.cast.schools.iter().take(count).map(|one| imported(one.id)).collect();
                self.change(at, school, &commands)
            }
        }
    }

    /// Notes that the days of the password are over, as the clock does, if they are by now.
    pub(super) fn end_password(&mut self, by_now: DateTime<Utc>) -> Result<(), ServiceError> {
        let shown = self.state.access().password().filter(|known| known.gone.is_none() && known.until <= by_now);
        let is_asked_for = self.state.is_yes(Step::CredentialsIssued) && !self.state.lifecycle().is_withdrawn();
        match shown.filter(|_| is_asked_for).map(|known| known.until) {
            Some(until) => self.change(until, Actor::Clock, &[]),
            None => Ok(()),
        }
    }

    fn vouch(&mut self, at: DateTime<Utc>) -> Result<(), ServiceError> {
        let (kurve, ground) = (self.stage.kurve, reason("Gebeld via het algemene nummer van de school.")?);
        let Actor::Staff { id: by, .. } = kurve else { return Err(ServiceError::Forbidden) };
        let contact = self.cast.contacts.first_mut().filter(|contact| contact.vouch.is_none());
        if let Some(contact) = contact {
            contact.vouch = Some(Vouch { at, by, ground: ground.clone() });
            let id = contact.id;
            self.note(at, kurve, Action::ContactVouched { contact: id, ground });
        }
        Ok(())
    }

    fn issue(&mut self, at: DateTime<Utc>) -> Result<(), ServiceError> {
        let Stage { context, kurve, .. } = *self.stage;
        self.vouch(at)?;
        let (policy, calendar) = (&context.reminders.policy, self.stage.calendar());
        let until = reveal::expires_at(at, reminder::runs_out_at(policy, &calendar, self.cast.region(), at));
        let access = PasswordAccess { is_seen: false, until, gone: None };
        self.change(at, kurve, &[Command::IssueCredentials, Command::NotePassword { access }])?;
        self.close(at, ClosedReason::Renewed);
        let call = Call { actor: kurve, now: at, request_id: REQUEST.to_owned() };
        let whose = ConnectionState { connection: self.cast.connection.id, state: &self.state };
        let made = credentials::make(context, &call, whose, &self.cast.facts())?;
        self.credentials.push(made);
        Ok(())
    }

    fn reveal(&mut self, at: DateTime<Utc>) -> Result<(), ServiceError> {
        let Some(newest) = self.credentials.last_mut() else { return Ok(()) };
        newest.reveals_used += 1;
        let left = reveal::REVEALS_ALLOWED.saturating_sub(newest.reveals_used);
        let version = newest.version;
        self.note(at, self.cast.actor(), Action::PasswordRevealed { version, left });
        self.change(at, self.cast.actor(), &[])
    }

    /// Several commands as one change, and after them what is noted of who can see the credentials.
    fn change(&mut self, at: DateTime<Utc>, by: Actor, commands: &[Command]) -> Result<(), ServiceError> {
        let before = self.state.clone();
        let mut events = vec![];
        for command in commands {
            self.decide(command, by, at, &mut events)?;
        }
        if !before.lifecycle().is_withdrawn() && self.state.lifecycle().is_withdrawn() {
            self.close(at, ClosedReason::Withdrawn);
        }
        for note in self.notes(at) {
            self.decide(&note, by, at, &mut events)?;
        }
        if events.is_empty() {
            return Ok(());
        }
        self.version += 1;
        self.changed_at = at;
        self.record(&before, &events);
        self.hold(Some(&before), at);
        Ok(())
    }

    fn decide(
        &mut self,
        command: &Command,
        by: Actor,
        at: DateTime<Utc>,
        events: &mut Vec<Event>,
    ) -> Result<(), ServiceError> {
        let new = decide(&self.state, command, &by, at)?;
        self.state = self.state.clone().apply_all(&new);
        events.extend(new);
        Ok(())
    }

    fn notes(&self, at: DateTime<Utc>) -> Vec<Command> {
        if !self.state.is_yes(Step::CredentialsIssued) {
            return vec![];
        }
        let ids_of = |is_vouched: bool| -> BTreeSet<_> {
            let who = self.cast.contacts.iter().filter(|contact| contact.is_vouched() == is_vouched);
            who.map(|contact| contact.id).collect()
        };
        let people = People { vouched: ids_of(true), others: ids_of(false), ..People::default() };
        let mut notes = vec![Command::NotePeople { people }];
        let newest = self.credentials.last().filter(|newest| newest.version == self.state.credential_version());
        if let Some(newest) = newest.filter(|newest| newest.closed.is_none()) {
            let gone = reveal::gone(newest.reveals_used, newest.expires_at, None, at);
            let access = PasswordAccess { is_seen: newest.reveals_used > 0, until: newest.expires_at, gone };
            notes.push(Command::NotePassword { access });
        }
        notes
    }

    fn close(&mut self, at: DateTime<Utc>, reason: ClosedReason) {
        for credential in self.credentials.iter_mut().filter(|credential| credential.closed.is_none()) {
            credential.closed = Some((at, reason));
        }
    }

    /// Keeps the events of the version of now, and which verdicts turned.
    fn record(&mut self, before: &Onboarding, events: &[Event]) {
        for event in events {
            self.note(event.at, event.by, Action::Onboarding(event.change.clone()));
            if let Some(entry) = self.entries.last_mut() {
                (entry.school, entry.onboarding_version) = (event.school, Some(self.version));
            }
        }
        let (at, by) = events.last().map_or((self.changed_at, Actor::Clock), |event| (event.at, event.by));
        let (was, is) = (open_schools(before), open_schools(&self.state));
        let opened = is.difference(&was).map(|school| (*school, Action::ImportOpened));
        let closed = was.difference(&is).map(|school| (*school, Action::ImportClosed));
        for (school, action) in opened.chain(closed).collect::<Vec<_>>() {
            self.note(at, by, action);
            if let Some(entry) = self.entries.last_mut() {
                entry.school = Some(school);
            }
        }
    }

    fn note(&mut self, at: DateTime<Utc>, by: Actor, action: Action) {
        self.entries.push(NewEntry {
            connection: Some(self.cast.connection.id),
            school: None,
            onboarding_version: None,
            at,
            by,
            action,
            request_id: REQUEST.to_owned(),
        });
    }

    fn hold(&mut self, before: Option<&Onboarding>, at: DateTime<Utc>) {
        let HoldingChange { ended, begun } = HoldingChange::of(before, &self.state);
        let region = self.cast.region();
        for holding in self.holdings.iter_mut().filter(|holding| holding.ended.is_none()) {
            let OpenHolding { ball, begun_at, .. } = holding.begun;
            if ended.contains(&ball) {
                let span = Span { from: begun_at, to: at };
                holding.ended = Some((at, working_days(self.stage.holidays, ball.party, region, span)));
            }
        }
        let chance = &self.stage.context.chance;
        let begin = |ball| Holding { begun: OpenHolding { id: chance.uuid_v7(at), ball, begun_at: at }, ended: None };
        self.holdings.extend(begun.into_iter().map(begin));
    }

    fn ticket(&self) -> Result<TicketRef, ServiceError> {
        TicketRef::parse(&format!("M-{}", 20_260_000 + u64::from(self.cast.number))).map_err(broken)
    }
}

/// The moments of so many acts, the last of them `idle` days ago and each some time after the one before.
pub(super) fn moments(now: DateTime<Utc>, acts: usize, pick: &mut Pick) -> Vec<DateTime<Utc>> {
    let idle = pick.below(9) * pick.below(9) / 2 + 1;
    let mut days = vec![idle];
    for _ in 1..acts {
        let gap = pick.below(5) * pick.below(4);
        days.push(days.last().copied().unwrap_or_default() + gap);
    }
    let at = |(place, days): (i64, u64)| {
        let day = now.date_naive() - Days::new(days);
        let minutes = 7 * 60 + 30 + place * 15 + i64::try_from(pick.below(15)).unwrap_or_default();
        day.and_time(chrono::NaiveTime::MIN).and_utc() + Duration::minutes(minutes)
    };
    (0..).zip(days.into_iter().rev()).map(at).collect()
}

fn reason(text: &str) -> Result<Reason, ServiceError> {
    Reason::parse(text).map_err(broken)
}

const REQUEST: &str = "demo";

const STUCK: [&str; 3] = [
    "Decibel geeft de melding 'geen rechten'.",
    "Het menu Beheer staat er bij mij niet. Wie kan daarbij?",
    "Wij vinden de gebruiker Kurve niet.",
];

const SENT_BACK: [&str; 2] = [
    "Dit klopt nog niet. Bel ons als je er niet uit komt.",
    "Bij ons is dit nog niet te zien. Kijk je het nog eens na?",
];

const PAUSED: [&str; 3] = [
    "Onze applicatiebeheerder is tot na de toetsweek niet beschikbaar.",
    "Wij wachten op de overstap naar het nieuwe schooljaar.",
    "Eerst ronden wij de fusie af.",
];

const WITHDRAWN: [&str; 2] = ["Wij kiezen Optie B.", "Dit schooljaar beginnen wij nog niet met Numo."];
