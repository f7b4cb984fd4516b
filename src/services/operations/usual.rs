//! How long a step at Kurve or at Magister usually takes, by what was counted here; nothing while that is too little.

use chrono::{DateTime, Utc};

use crate::domain::insight::Durations;
use crate::domain::onboarding::Party;
use crate::domain::tally::last_weeks;
use crate::services::{Context, ServiceError};
use crate::store::operations::tally;

/// So many weeks are looked at, this one included.
const WEEKS: u64 = 26;

/// Fewer turns than these say nothing.
const FEWEST: u64 = 10;

/// Three of four turns take no longer than what is called usual.
const MOST_OF_THEM: u64 = 75;

/// In how many working days most turns of a party end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usual {
    kurve: Option<u32>,
    magister: Option<u32>,
}

impl Usual {
    /// That of a party; none where too few turns ended, and of schools, which each go their own way.
    pub fn of(self, party: Party) -> Option<u32> {
        match party {
            Party::School => None,
            Party::Kurve => self.kurve,
            Party::Magister => self.magister,
        }
    }
}

/// What is usual here, by the turns that ended in the last half year.
pub async fn load(context: &Context, now: DateTime<Utc>) -> Result<Usual, ServiceError> {
    let Some(first) = last_weeks(now, WEEKS).first().copied() else { return Ok(Usual::default()) };
    let (mut kurve, mut magister) = (Durations::default(), Durations::default());
    for turn in tally::list_turns(context.db.reader(), first).await? {
        match turn.party {
            Party::School => {}
            Party::Kurve => kurve.add(turn.working_days, turn.turns),
            Party::Magister => magister.add(turn.working_days, turn.turns),
        }
    }
    Ok(Usual { kurve: usual(&kurve), magister: usual(&magister) })
}

fn usual(turns: &Durations) -> Option<u32> {
    if turns.count() < FEWEST { None } else { turns.within(MOST_OF_THEM) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_usual_before_ten_turns_and_then_most_of_them_are() {
        let of = |days: &[u32]| {
            let mut turns = Durations::default();
            days.iter().for_each(|days| turns.add(*days, 1));
            usual(&turns)
        };

        assert_eq!(of(&[1; 9]), None);
        assert_eq!(of(&[1; 10]), Some(1));
        assert_eq!(of(&[0, 1, 1, 2, 2, 2, 2, 3, 9, 30]), Some(3));
    }
}
