//! Every place an onboarding can be in, as far as one step is concerned: built from events alone, without `decide`.

use chrono::{Days, NaiveDate};

use super::oracle;
use crate::domain::onboarding::testing::{first_morning, reason, superbeheerder, support};
use crate::domain::onboarding::{Change, Event, Evidence, FallCause, Ground, Onboarding, Step};

/// The version of the credentials wherever they were issued; not the first, so that an older one exists.
pub(super) const VERSION: u32 = 2;

/// What the scenes' school wrote when it got stuck.
pub(super) const STUCK: &str = "Kurve staat niet in de lijst";

/// Why the scenes' onboarding was laid aside.
pub(super) const PAUSE: &str = "Wij stappen na de vakantie in";

/// Where the step of the scene stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stand {
    Waiting,
    Open,
    OpenAfterFall,
    Stuck,
    Claimed,
    Confirmed,
    Proven,
}

impl Stand {
    pub(super) const ALL: [Self; 7] =
        [Self::Waiting, Self::Open, Self::OpenAfterFall, Self::Stuck, Self::Claimed, Self::Confirmed, Self::Proven];

    pub(super) fn evidence(self) -> Option<Evidence> {
        match self {
            Self::Waiting | Self::Open | Self::OpenAfterFall | Self::Stuck => None,
            Self::Claimed => Some(Evidence::Claimed),
            Self::Confirmed => Some(Evidence::Confirmed),
            Self::Proven => Some(Evidence::Proven),
        }
    }

    pub(super) fn is_yes(self) -> bool {
        self.evidence().is_some()
    }
}

/// What is yes besides the step of the scene.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Around {
    /// Only what the step needs.
    Bare,
    /// All that can be yes while the step stands where it stands.
    Full,
}

impl Around {
    pub(super) const ALL: [Self; 2] = [Self::Bare, Self::Full];
}

/// Where the whole stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Course {
    Active,
    Paused,
    Withdrawn,
    Completed,
}

impl Course {
    pub(super) const ALL: [Self; 4] = [Self::Active, Self::Paused, Self::Withdrawn, Self::Completed];
}

/// One place to be in.
#[derive(Debug, Clone)]
pub(super) struct Scene {
    pub(super) step: Step,
    pub(super) stand: Stand,
    pub(super) course: Course,
    /// Every step that is yes.
    pub(super) yes: Vec<Step>,
    pub(super) state: Onboarding,
}

impl Scene {
    /// Every scene that exists, each once.
    pub(super) fn all() -> Vec<Self> {
        let mut scenes: Vec<Self> = vec![];
        for step in oracle::STEPS {
            for stand in Stand::ALL {
                for around in Around::ALL {
                    for course in Course::ALL {
                        let scene = Self::make(step, stand, around, course);
                        scenes.extend(scene.filter(|new| !scenes.iter().any(|old| old.is_same(new))));
                    }
                }
            }
        }
        scenes
    }

    /// `None` where the product has no such place.
    fn make(step: Step, stand: Stand, around: Around, course: Course) -> Option<Self> {
        if !oracle::can_stand(step, stand) {
            return None;
        }
        let mut yes = yes_steps(step, stand, around);
        let is_all_yes = yes.len() == oracle::STEPS.len();
        match course {
            Course::Completed if !is_all_yes => return None,
            // Who withdraws closes the import, so the activation is not yes.
            Course::Withdrawn if is_all_yes && step == Step::ActivationConfirmed => return None,
            Course::Withdrawn | Course::Active | Course::Paused | Course::Completed => {}
        }
        let state = Onboarding::start(first_morning()).apply_all(&events(step, stand, course, &yes));
        if course == Course::Withdrawn {
            yes.retain(|step| *step != Step::ActivationConfirmed);
        }
        Some(Self { step, stand, course, yes, state })
    }

    fn is_same(&self, other: &Self) -> bool {
        self.step == other.step && self.stand == other.stand && self.state == other.state
    }

    pub(super) fn has(&self, step: Step) -> bool {
        self.yes.contains(&step)
    }

    pub(super) fn version(&self) -> u32 {
        let is_issued = self.has(Step::CredentialsIssued) || is_to_issue_again(self.step, self.stand);
        if is_issued { VERSION } else { 0 }
    }
}

/// Whether the credentials were issued before, and are to be issued anew.
fn is_to_issue_again(step: Step, stand: Stand) -> bool {
    step == Step::CredentialsIssued && stand == Stand::OpenAfterFall
}

/// The Amsterdam date on which the scenes' pause ends.
pub(super) fn pause_ends_on() -> NaiveDate {
    first_morning().date_naive().checked_add_days(Days::new(30)).expect("a date in range")
}

/// In the order in which they can be answered.
fn yes_steps(step: Step, stand: Stand, around: Around) -> Vec<Step> {
    let is_in = |other: Step| {
        if other == step {
            return stand.is_yes();
        }
        let is_needed = oracle::row(other).falls.contains(&step);
        match (around, stand) {
            (Around::Bare, Stand::Waiting) => false,
            (Around::Bare, Stand::Open | Stand::OpenAfterFall | Stand::Stuck) => is_needed,
            (Around::Bare, Stand::Claimed | Stand::Confirmed | Stand::Proven) => is_needed,
            (Around::Full, Stand::Waiting) => {
                let missing = *oracle::row(step).needs.last().expect("a step that waits needs something");
                other != missing && !oracle::row(missing).falls.contains(&other)
            }
            (Around::Full, Stand::Open | Stand::OpenAfterFall | Stand::Stuck) => {
                !oracle::row(step).falls.contains(&other)
            }
            (Around::Full, Stand::Claimed | Stand::Confirmed | Stand::Proven) => true,
        }
    };
    oracle::STEPS.into_iter().filter(|other| is_in(*other)).collect()
}

fn events(step: Step, stand: Stand, course: Course, yes: &[Step]) -> Vec<Event> {
    let event = |by, change| Event { at: first_morning(), by, change };
    let answered = |step, evidence| Change::StepAnswered { step, evidence, ground: Ground::Word };
    let fell = |step, cause| event(support(), Change::StepFell { step, cause });
    let mut events = vec![];
    for other in oracle::STEPS {
        if other == Step::CredentialsIssued && (yes.contains(&other) || is_to_issue_again(step, stand)) {
            events.extend((1..=VERSION).map(|version| event(support(), Change::CredentialsIssued { version })));
        }
        if other != step && yes.contains(&other) {
            events.push(event(support(), answered(other, Evidence::Confirmed)));
        } else if other == step {
            match stand {
                Stand::Waiting | Stand::Open => {}
                // Nobody sends it back: it fell when the school was taken up again.
                Stand::OpenAfterFall if step == Step::CredentialsIssued => {
                    events.push(event(support(), answered(step, Evidence::Confirmed)));
                    events.push(fell(step, FallCause::Withdrawn));
                }
                Stand::OpenAfterFall => {
                    events.push(event(superbeheerder(), answered(step, Evidence::Claimed)));
                    events.push(fell(step, FallCause::SentBack { reason: reason("Niet goed ingevuld") }));
                }
                Stand::Stuck => {
                    events.push(event(superbeheerder(), Change::StuckReported { step, reason: reason(STUCK) }));
                }
                Stand::Claimed => events.push(event(superbeheerder(), answered(step, Evidence::Claimed))),
                Stand::Confirmed => events.push(event(support(), answered(step, Evidence::Confirmed))),
                Stand::Proven => {
                    events.push(event(crate::domain::actor::Actor::Check, answered(step, Evidence::Proven)))
                }
            }
        }
    }
    match course {
        Course::Active => {}
        Course::Paused => {
            events.push(event(superbeheerder(), Change::Paused { reason: reason(PAUSE), until: pause_ends_on() }));
        }
        Course::Withdrawn => {
            if yes.contains(&Step::ActivationConfirmed) {
                events.push(fell(Step::ActivationConfirmed, FallCause::Withdrawn));
            }
            events.push(event(superbeheerder(), Change::Withdrawn { reason: reason("Wij kiezen Optie B") }));
        }
        Course::Completed => events.push(event(superbeheerder(), Change::Completed)),
    }
    events
}
