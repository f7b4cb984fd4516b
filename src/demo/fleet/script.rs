//! What happened at a generated connection, in its order: how far it is, and the acts that led there.

use super::pick::Pick;
use crate::domain::onboarding::Step;

/// Something that happened, by whom the rules ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    /// Kurve adds the further schools.
    AddSchools,
    /// "Dit is gedaan".
    Claim(Step),
    /// The contact looks at the password.
    Reveal,
    /// Kurve vouches for the contact.
    Vouch,
    /// Kurve issues credentials, or renews them.
    Issue,
    /// "Het lukt niet".
    Stuck(Step),
    /// Kurve sends a step back.
    SendBack(Step),
    /// The school lays it aside.
    Pause,
    /// Schools stop: so many.
    Withdraw(usize),
    /// Kurve activates so many schools.
    Activate(usize),
    /// Of so many schools the import is done.
    Import(usize),
}

/// How far a connection is, and of how many in a hundred.
const REACHED: [(Reached, u64); 12] = [
    (Reached::Requested, 6),
    (Reached::Issued, 8),
    (Reached::PartWay, 14),
    (Reached::Stuck, 6),
    (Reached::SentBack, 5),
    (Reached::AtMagister, 9),
    (Reached::ToActivate, 7),
    (Reached::Open, 12),
    (Reached::Completed, 20),
    (Reached::Renewed, 3),
    (Reached::Paused, 5),
    (Reached::Withdrawn, 5),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reached {
    Requested,
    Issued,
    PartWay,
    Stuck,
    SentBack,
    AtMagister,
    ToActivate,
    Open,
    Completed,
    Renewed,
    Paused,
    Withdrawn,
}

/// What the school does once the credentials are there, in the manual's order.
const OF_SCHOOL: [Act; 7] = [
    Act::Claim(Step::ConsentGiven),
    Act::Claim(Step::QueryExecuted),
    Act::Reveal,
    Act::Claim(Step::PasswordSet),
    Act::Claim(Step::PermissionsChecked),
    Act::Claim(Step::AllowlistingRequested),
    Act::Claim(Step::AllowlistingConfirmed),
];

/// All of it but what Magister does.
const BEFORE_MAGISTER: usize = 6;

/// Everything that happened at a connection of so many schools after it was registered.
pub(super) fn script(schools: usize, pick: &mut Pick) -> Vec<Act> {
    let mut acts = if schools > 1 { vec![Act::AddSchools] } else { vec![] };
    match reached(pick) {
        Reached::Requested => {
            acts.extend(early(pick));
            if pick.below(3) == 0 {
                acts.push(Act::SendBack(Step::DetailsSubmitted));
            }
        }
        Reached::Issued => {
            acts.extend(early(pick));
            acts.push(Act::Issue);
        }
        Reached::PartWay => issue_and(&mut acts, 1 + below(pick, 5)),
        Reached::Stuck => {
            let (done, step) =
                pick.one_of(&[(0, Step::ConsentGiven), (1, Step::QueryExecuted), (3, Step::PasswordSet)]);
            issue_and(&mut acts, done);
            acts.push(Act::Stuck(step));
        }
        Reached::SentBack => {
            issue_and(&mut acts, BEFORE_MAGISTER);
            let step = pick.one_of(&[Step::ConsentGiven, Step::QueryExecuted, Step::AllowlistingRequested]);
            acts.push(Act::SendBack(step));
        }
        Reached::AtMagister => issue_and(&mut acts, BEFORE_MAGISTER),
        Reached::ToActivate => issue_and(&mut acts, OF_SCHOOL.len()),
        Reached::Open => open(&mut acts, schools - below(pick, schools)),
        Reached::Completed => complete(&mut acts, schools, pick),
        Reached::Renewed => {
            complete(&mut acts, schools, pick);
            acts.push(Act::Issue);
        }
        Reached::Paused => {
            issue_and(&mut acts, below(pick, 5));
            acts.push(Act::Pause);
        }
        Reached::Withdrawn => {
            let is_issued = pick.below(2) == 0;
            acts.push(if is_issued { Act::Issue } else { Act::Vouch });
            acts.push(Act::Withdraw(schools));
        }
    }
    acts
}

fn reached(pick: &mut Pick) -> Reached {
    let mut left = pick.below(REACHED.iter().map(|(_, share)| share).sum());
    for (reached, share) in REACHED {
        if left < share {
            return reached;
        }
        left -= share;
    }
    Reached::Completed
}

/// What a school can do before anything is issued.
fn early(pick: &mut Pick) -> Vec<Act> {
    let early = [Act::Claim(Step::ConsentGiven), Act::Claim(Step::AllowlistingRequested)];
    early.into_iter().filter(|_| pick.below(2) == 0).collect()
}

/// Kurve issues credentials, and the school does so much of its part.
fn issue_and(acts: &mut Vec<Act>, done: usize) {
    acts.push(Act::Issue);
    acts.extend(OF_SCHOOL.iter().take(done));
}

fn open(acts: &mut Vec<Act>, activated: usize) {
    issue_and(acts, OF_SCHOOL.len());
    acts.push(Act::Activate(activated));
}

/// Of the most all schools have imported.
fn complete(acts: &mut Vec<Act>, schools: usize, pick: &mut Pick) {
    open(acts, schools);
    let still_to_do = if pick.below(4) == 0 { below(pick, schools) } else { 0 };
    acts.push(Act::Import(schools - still_to_do));
    if still_to_do > 1 {
        // One of those that did not get to it.
        acts.push(Act::Withdraw(1));
    }
}

fn below(pick: &mut Pick, end: usize) -> usize {
    usize::try_from(pick.below(end as u64)).unwrap_or_default()
}
