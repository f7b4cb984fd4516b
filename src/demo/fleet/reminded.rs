//! The reminders that went out to a generated connection, and when it is to be looked at next: as if the planner had
//! looked whenever something was due, so that it has nothing to make up for.

use chrono::{DateTime, Days, NaiveTime, Utc};

use super::cast::Stage;
use super::tale::Tale;
use crate::domain::onboarding::decide::amsterdam_date;
use crate::domain::reminder::{DueReminder, SentReminder, Situation, hours, plan, upcoming};
use crate::store::onboarding::bulk::KeptReminder;
use crate::store::reminders::Attention;

/// More looks than a ladder of reminders of nine steps takes.
const MOST_LOOKS: u32 = 200;

/// What went out until now, and when the next look is due.
pub(super) fn reminded(stage: &Stage<'_>, tale: &Tale<'_>) -> (Vec<KeptReminder>, Attention) {
    let (policy, calendar, region) = (&stage.context.reminders.policy, stage.calendar(), tale.cast.region());
    let mut sent: Vec<SentReminder> = vec![];
    let first = upcoming(policy, &calendar, &situation(tale, &[]), stage.now).iter().map(|next| next.since).min();
    let mut at = first.unwrap_or(stage.now);
    for _ in 0..MOST_LOOKS {
        let looked = plan(policy, &calendar, &situation(tale, &sent), at);
        let next = if looked.due.is_empty() {
            looked.next_at
        } else {
            sent.extend(looked.due.iter().map(|due| sent_of(due, at)));
            // Who had a mail today gets the rest at the next opening.
            let tomorrow = hours::moment_on(amsterdam_date(at) + Days::new(1), NaiveTime::MIN);
            Some(calendar.next_opening(tomorrow, region, policy.hours))
        };
        match next {
            Some(next) if next > at && next <= stage.now => at = next,
            Some(_) | None => break,
        }
    }
    let looked = plan(policy, &calendar, &situation(tale, &sent), stage.now);
    let kept = |sent: SentReminder| KeptReminder { id: stage.context.chance.uuid_v7(sent.at), sent };
    let attention = Attention { next_at: looked.next_at, no_answer_since: looked.no_answer_since };
    (sent.into_iter().map(kept).collect(), attention)
}

fn situation<'a>(tale: &'a Tale<'_>, sent: &'a [SentReminder]) -> Situation<'a> {
    let region = tale.cast.region();
    Situation { region, onboarding: &tale.state, sent, snoozed_until: None, counts_from: None }
}

fn sent_of(due: &DueReminder, at: DateTime<Utc>) -> SentReminder {
    SentReminder { step: due.step, stage: due.stage, since: due.since, at }
}
