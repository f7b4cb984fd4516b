//! What is done to a connection that is here, by the functions that the press for one calls: the same rules, audit and
//! mails, and the same protection of a page that is stale.

use super::stopped::Stopped;
use crate::domain::bulk::{BulkOutcome, BulkWork, ConnectionInput, WhyNot};
use crate::domain::ids::ConnectionId;
use crate::domain::onboarding::{Command, Ground};
use crate::domain::text::Reason;
use crate::services::onboarding::credentials::{self, NewVouch};
use crate::services::onboarding::onboardings::change_from;
use crate::services::onboarding::takings;
use crate::services::unit_of_work::UnitOfWork;
use crate::services::{Call, checks, reminders};
use crate::store::onboarding::onboardings;
use crate::store::operations::bulk_items::Item;

/// A connection with what it was chosen by.
struct Chosen {
    connection: ConnectionId,
    input: ConnectionInput,
}

/// Does the work on the connection of an item.
pub(super) async fn perform(
    unit: &mut UnitOfWork<'_>,
    call: &Call,
    work: &BulkWork,
    item: &Item,
) -> Result<BulkOutcome, Stopped> {
    let connection = item.connection.ok_or(WhyNot::Gone)?;
    let input = serde_json::from_str(&item.input).map_err(|_| WhyNot::Unreadable)?;
    let chosen = Chosen { connection, input };
    match work {
        BulkWork::Issue => issue(unit, call, &chosen, None).await,
        BulkWork::VouchAndIssue { ground } => issue(unit, call, &chosen, Some(ground)).await,
        BulkWork::Activate => activate(unit, call, &chosen).await,
        BulkWork::Check => {
            let asked = checks::ask_within(unit.context(), unit.conn(), call, connection).await?;
            Ok(if asked.is_new { BulkOutcome::Done } else { BulkOutcome::Already })
        }
        BulkWork::Remind => {
            reminders::remind_now(unit, call, connection).await??;
            Ok(BulkOutcome::Done)
        }
        BulkWork::Take => match takings::take_within(unit, call, connection).await? {
            None => Ok(BulkOutcome::Done),
            Some(by) if call.actor.person() == Some(by.as_uuid()) => Ok(BulkOutcome::Already),
            Some(_) => Err(WhyNot::TakenByAnother.into()),
        },
        BulkWork::PutOff { reason, until } => {
            let command = Command::Pause { reason: reason.clone(), until: *until };
            change(unit, call, &chosen, &[command]).await
        }
        BulkWork::Close { reason } => {
            let stop = |school| Command::Withdraw { school, reason: reason.clone(), chose_option_b: false };
            let commands: Vec<Command> = chosen.input.schools.iter().copied().map(stop).collect();
            change(unit, call, &chosen, &commands).await
        }
        // Its items are rows of a file.
        BulkWork::Roster { .. } => Err(WhyNot::Otherwise.into()),
    }
}

async fn issue(
    unit: &mut UnitOfWork<'_>,
    call: &Call,
    Chosen { connection, input }: &Chosen,
    ground: Option<&Reason>,
) -> Result<BulkOutcome, Stopped> {
    let vouch = input.contact.zip(ground).map(|(contact, ground)| NewVouch { contact, ground: ground.clone() });
    credentials::issue_within(unit, call, *connection, vouch, Some(input.version)).await?;
    Ok(BulkOutcome::Done)
}

/// For many at once only on a check that passed: who activates in spite of one looks at that connection.
async fn activate(unit: &mut UnitOfWork<'_>, call: &Call, chosen: &Chosen) -> Result<BulkOutcome, Stopped> {
    let held = onboardings::load_for_update(unit.conn(), chosen.connection).await?;
    let version = held.state.credential_version();
    let answer = checks::answer(unit.context(), unit.conn(), chosen.connection, version).await?;
    if !answer.facts.has_passed(call.now) {
        return Err(WhyNot::check_not_passed(answer.facts.newest.map(|(code, _)| code)).into());
    }
    let activate = |school| Command::Activate { school, ground: Ground::Word };
    let commands: Vec<Command> = chosen.input.schools.iter().copied().map(activate).collect();
    change(unit, call, chosen, &commands).await
}

/// What a press does on a page that showed this version.
async fn change(
    unit: &mut UnitOfWork<'_>,
    call: &Call,
    Chosen { connection, input }: &Chosen,
    commands: &[Command],
) -> Result<BulkOutcome, Stopped> {
    let before = onboardings::load(unit.conn(), *connection).await?;
    let changed = change_from(unit, call, *connection, before, commands, Some(input.version)).await?;
    Ok(if changed.events.is_empty() { BulkOutcome::Already } else { BulkOutcome::Done })
}
