//! Every place an onboarding can be in, as far as one step is concerned: built from events alone, without `decide`.

use chrono::{Days, NaiveDate};

use super::oracle;
use crate::domain::ids::SchoolId;
use crate::domain::onboarding::testing::{first_morning, reason, school_id, superbeheerder, support};
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

/// What other school is in the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sisters {
    None,
    Activated,
    NotActivated,
    Stopped,
}

impl Sisters {
    pub(super) const ALL: [Self; 4] = [Self::None, Self::Activated, Self::NotActivated, Self::Stopped];

    /// Whether a sister goes on.
    pub(super) fn are_live(self) -> bool {
        matches!(self, Self::Activated | Self::NotActivated)
    }
}

/// The school that the scene is about.
pub(super) fn ours() -> SchoolId {
    school_id(1)
}

/// Its sister, where it has one.
pub(super) fn sister() -> SchoolId {
    school_id(2)
}

/// A school that no scene has.
pub(super) fn stranger() -> SchoolId {
    school_id(3)
}

/// One place to be in.
#[derive(Debug, Clone)]
pub(super) struct Scene {
    pub(super) step: Step,
    pub(super) stand: Stand,
    pub(super) course: Course,
    pub(super) sisters: Sisters,
    /// Every step that is yes for our school.
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
                        for sisters in Sisters::ALL {
                            let scene = Self::make(step, stand, around, course, sisters);
                            scenes.extend(scene.filter(|new| !scenes.iter().any(|old| old.is_same(new))));
                        }
                    }
                }
            }
        }
        scenes
    }

    /// `None` where the product has no such place.
    fn make(step: Step, stand: Stand, around: Around, course: Course, sisters: Sisters) -> Option<Self> {
        if !oracle::can_stand(step, stand) {
            return None;
        }
        let mut yes = yes_steps(step, stand, around);
        let is_all_yes = yes.len() == oracle::STEPS.len();
        let is_ready = yes.iter().filter(|step| **step != Step::ActivationConfirmed).count() == oracle::STEPS.len() - 1;
        if sisters == Sisters::Activated && !is_ready {
            return None;
        }
        match course {
            Course::Completed if !is_all_yes => return None,
            // Who withdraws closes the import, so the activation is not yes.
            Course::Withdrawn if is_all_yes && step == Step::ActivationConfirmed => return None,
            Course::Withdrawn | Course::Active | Course::Paused | Course::Completed => {}
        }
        let state = Onboarding::start(first_morning(), ours()).apply_all(&events(step, stand, course, sisters, &yes));
        if course == Course::Withdrawn {
            yes.retain(|step| *step != Step::ActivationConfirmed);
        }
        Some(Self { step, stand, course, sisters, yes, state })
    }

    fn is_same(&self, other: &Self) -> bool {
        self.step == other.step && self.stand == other.stand && self.state == other.state
    }

    /// Whether no school goes on.
    pub(super) fn is_all_withdrawn(&self) -> bool {
        self.course == Course::Withdrawn && !self.sisters.are_live()
    }

    /// Whether each school that goes on is done.
    pub(super) fn is_all_completed(&self) -> bool {
        self.course == Course::Completed && !self.sisters.are_live()
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

fn events(step: Step, stand: Stand, course: Course, sisters: Sisters, yes: &[Step]) -> Vec<Event> {
    let of = |school, by, change| Event { at: first_morning(), by, school, change };
    let event = |by, change: Change| {
        let is_own = change.step() == Some(Step::ActivationConfirmed)
            || matches!(change, Change::Withdrawn { .. } | Change::Completed);
        of(is_own.then(ours), by, change)
    };
    let answered = |step, evidence| Change::StepAnswered { step, evidence, ground: Ground::Word };
    let fell = |step, cause| event(support(), Change::StepFell { step, cause });
    let mut events = vec![];
    if sisters != Sisters::None {
        events.push(of(Some(sister()), support(), Change::SchoolAdded { asked_by: None }));
    }
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
    match sisters {
        Sisters::None | Sisters::NotActivated => {}
        Sisters::Activated => {
            let activated = answered(Step::ActivationConfirmed, Evidence::Confirmed);
            events.push(of(Some(sister()), support(), activated));
        }
        Sisters::Stopped => {
            let stopped = Change::Withdrawn { reason: reason("Deze school doet niet mee"), chose_option_b: false };
            events.push(of(Some(sister()), superbeheerder(), stopped));
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
            events.push(event(
                superbeheerder(),
                Change::Withdrawn { reason: reason("Wij kiezen Optie B"), chose_option_b: true },
            ));
        }
        Course::Completed => events.push(event(superbeheerder(), Change::Completed)),
    }
    events
}
