//! Whether something can be done to a connection as it stands, so that who asks for it sees beforehand whom it leaves out
//! and why. It is judged again when it is done.

use chrono::{DateTime, Days, Utc};

use crate::domain::actor::Actor;
use crate::domain::bulk::{BulkKind, ConnectionInput, WhyNot};
use crate::domain::check::{ActivationFacts, Newest, Truths};
use crate::domain::ids::{ContactId, SchoolId, StaffId};
use crate::domain::onboarding::decide::amsterdam_date;
use crate::domain::onboarding::progress::{TaskKind, kurve_tasks};
use crate::domain::onboarding::{Command, Ground, Onboarding, Party, Step, decide};
use crate::domain::school::Contact;
use crate::domain::text::Reason;
use crate::services::{Context, checks};
use crate::store::onboarding::onboardings::Versioned;

/// What is known of a connection that was chosen.
pub(super) struct Candidate<'a> {
    pub(super) now: &'a Versioned,
    /// The schools that were chosen; with none, all that go on.
    pub(super) schools: &'a [SchoolId],
    pub(super) contacts: &'a [Contact],
    pub(super) facts: ActivationFacts,
    pub(super) newest: Option<Newest>,
    /// Which colleague has it.
    pub(super) taken_by: Option<StaffId>,
}

/// Who asks, and when.
#[derive(Clone, Copy)]
pub(super) struct Asking {
    pub(super) by: Actor,
    pub(super) at: DateTime<Utc>,
}

/// What an item about the connection carries; or why it is left out.
pub(super) fn judge(
    context: &Context,
    kind: BulkKind,
    candidate: &Candidate<'_>,
    asking: Asking,
) -> Result<ConnectionInput, WhyNot> {
    let Versioned { state, version } = candidate.now;
    let input = ConnectionInput { version: *version, schools: vec![], contact: None };
    match kind {
        BulkKind::Issue => {
            check_waits_for_issue(state)?;
            if candidate.contacts.iter().any(Contact::is_vouched) { Ok(input) } else { Err(WhyNot::NobodyVouched) }
        }
        BulkKind::VouchAndIssue => {
            check_waits_for_issue(state)?;
            Ok(ConnectionInput { contact: whom_to_vouch_for(candidate.contacts)?, ..input })
        }
        BulkKind::Activate => {
            let schools = schools_to(candidate, asking, |school| Command::Activate { school, ground: Ground::Word })?;
            if !candidate.facts.has_passed(asking.at) {
                return Err(WhyNot::check_not_passed(candidate.facts.newest.map(|(code, _)| code)));
            }
            Ok(ConnectionInput { schools, ..input })
        }
        BulkKind::Check => {
            checks::may_ask(context, state)?;
            Ok(input)
        }
        BulkKind::Remind => {
            WhyNot::of_lifecycle(state.lifecycle()).map_or(Ok(()), Err)?;
            let newest = candidate.newest.filter(|_| context.check_policy.makes_checks());
            let is_theirs = Truths { state, newest }.open_steps().iter().any(|open| open.holder == Party::School);
            if is_theirs { Ok(input) } else { Err(WhyNot::NotSchoolsTurn) }
        }
        BulkKind::Take => match candidate.taken_by {
            None => Ok(input),
            Some(by) if asking.by.person() == Some(by.as_uuid()) => Err(WhyNot::AlreadySo),
            Some(_) => Err(WhyNot::TakenByAnother),
        },
        BulkKind::PutOff => {
            WhyNot::of_lifecycle(state.lifecycle()).map_or(Ok(()), Err)?;
            let until = amsterdam_date(asking.at) + Days::new(1);
            let pause = Command::Pause { reason: some_reason()?, until };
            decide(state, &pause, &asking.by, asking.at).map_err(|refusal| WhyNot::from(&refusal))?;
            Ok(input)
        }
        BulkKind::Close => {
            let reason = some_reason()?;
            let stop = |school| Command::Withdraw { school, reason: reason.clone(), chose_option_b: false };
            Ok(ConnectionInput { schools: schools_to(candidate, asking, stop)?, ..input })
        }
        BulkKind::Roster => Err(WhyNot::Otherwise),
    }
}

/// For a press for many only where Kurve is to issue: a new password for who has one is no work for many at once.
fn check_waits_for_issue(state: &Onboarding) -> Result<(), WhyNot> {
    let waits = kurve_tasks(state).iter().any(|task| match task.kind {
        TaskKind::Do => task.step == Step::CredentialsIssued,
        TaskKind::NewPassword(_) => true,
        TaskKind::Answer | TaskKind::Vouch(_) | TaskKind::NewQuery => false,
    });
    if let Some(why @ (WhyNot::Paused | WhyNot::Withdrawn)) = WhyNot::of_lifecycle(state.lifecycle()) {
        return Err(why);
    }
    match waits {
        true => Ok(()),
        false if state.is_yes(Step::CredentialsIssued) => Err(WhyNot::HasPassword),
        false => Err(WhyNot::NotYet { missing: state.missing_for(Step::CredentialsIssued) }),
    }
}

/// Nobody where Kurve vouches for somebody already.
fn whom_to_vouch_for(contacts: &[Contact]) -> Result<Option<ContactId>, WhyNot> {
    match contacts {
        [] => Err(WhyNot::NoContact),
        contacts if contacts.iter().any(Contact::is_vouched) => Ok(None),
        [only] => Ok(Some(only.id)),
        [_, ..] => Err(WhyNot::SeveralContacts),
    }
}

/// The chosen schools for which a command does something; the first reason where it does for none.
fn schools_to(
    candidate: &Candidate<'_>,
    Asking { by, at }: Asking,
    command: impl Fn(SchoolId) -> Command,
) -> Result<Vec<SchoolId>, WhyNot> {
    let state = &candidate.now.state;
    let all: Vec<SchoolId> = match candidate.schools {
        [] => state.live().map(|(school, _)| school).collect(),
        chosen => chosen.to_vec(),
    };
    let (mut schools, mut why) = (vec![], None);
    for school in all {
        match decide(state, &command(school), &by, at) {
            Ok(events) if events.is_empty() => {
                why.get_or_insert(WhyNot::AlreadySo);
            }
            Ok(_) => schools.push(school),
            Err(refusal) => {
                why.get_or_insert(WhyNot::from(&refusal));
            }
        }
    }
    // Of a connection that stopped, no school is left to choose.
    if schools.is_empty() { Err(why.unwrap_or(WhyNot::Withdrawn)) } else { Ok(schools) }
}

/// Any: what counts is whether the command may be given at all.
fn some_reason() -> Result<Reason, WhyNot> {
    Reason::parse("Nog te kiezen.").map_err(|_| WhyNot::Fault)
}
