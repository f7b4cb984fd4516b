//! Who may see the password, how often and until when; and who may download the query file.
//!
//! Only the rule: the store counts a reveal, in one atomic claim, before the value is returned. The web words a refusal.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use strum::{EnumIter, EnumString, IntoStaticStr};

use crate::domain::onboarding::Gone;

/// How often one password may be shown: it is typed twice, and sometimes goes wrong.
pub const REVEALS_ALLOWED: u32 = 5;
/// For how many days after it was issued a password may be shown at least.
pub const REVEAL_DAYS: i64 = 14;

/// Why a password is never shown again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[derive(EnumIter, EnumString, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum ClosedReason {
    /// A new one was issued in its place.
    Renewed,
    /// The connection check has logged in with it.
    Proven,
    /// It was withdrawn.
    Withdrawn,
}

impl ClosedReason {
    /// The stored name.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// What the rule needs to know of a credential, its onboarding and the contact who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RevealState {
    /// The version of the credential at hand.
    pub version: u32,
    /// The newest version of the connection.
    pub current_version: u32,
    /// How often it was shown.
    pub reveals_used: u32,
    /// From when it is no longer shown.
    pub expires_at: DateTime<Utc>,
    /// Why it is closed, if it is.
    pub closed: Option<ClosedReason>,
    /// Whether the step `credentials_issued` is answered.
    pub step_issued: bool,
    /// Whether the onboarding is withdrawn.
    pub is_withdrawn: bool,
    /// Whether Kurve has vouched for the contact who asks.
    pub contact_vouched: bool,
}

/// Leave to show the password once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowed {
    /// How often it may be shown after this.
    pub left_after: u32,
}

/// Why nothing is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RevealRefusal {
    /// Kurve has not vouched for this contact.
    #[error("nobody has vouched for the contact")]
    NotVouched,
    /// The onboarding is withdrawn.
    #[error("the onboarding is withdrawn")]
    Withdrawn,
    /// There is nothing to show now.
    #[error("no credentials are issued")]
    NotIssued,
    /// The page that was open is about an older password.
    #[error("version {current} has replaced the one asked for")]
    OldVersion {
        /// The version to look at instead.
        current: u32,
    },
    /// It is closed for good.
    #[error("the credential is closed")]
    Closed(ClosedReason),
    /// It is too long since it was issued.
    #[error("the time to reveal has passed")]
    Expired,
    /// It was shown as often as it may be.
    #[error("every allowed reveal is used")]
    UsedUp,
}

/// Until when a password that is issued now may be shown: not shorter than the school is reminded of what it takes it for.
pub fn expires_at(issued_at: DateTime<Utc>, reminders_run_out_at: DateTime<Utc>) -> DateTime<Utc> {
    (issued_at + Duration::days(REVEAL_DAYS)).max(reminders_run_out_at)
}

/// Why the newest password is not shown any more, if so; whoever asks.
pub fn gone(
    reveals_used: u32,
    expires_at: DateTime<Utc>,
    closed: Option<ClosedReason>,
    now: DateTime<Utc>,
) -> Option<Gone> {
    match closed {
        Some(ClosedReason::Proven) => Some(Gone::Proven),
        _ if reveals_used >= REVEALS_ALLOWED => Some(Gone::UsedUp),
        // Of one that was replaced or withdrawn there is a newer one, or none is issued.
        Some(ClosedReason::Renewed | ClosedReason::Withdrawn) => Some(Gone::Expired),
        None => (now >= expires_at).then_some(Gone::Expired),
    }
}

/// Whether the password may be shown now, to someone whose page showed `seen_version`.
///
/// # Errors
/// The first reason why not. Someone without Kurve's word learns nothing else.
pub fn may_reveal(state: &RevealState, seen_version: u32, now: DateTime<Utc>) -> Result<Allowed, RevealRefusal> {
    check_common(state, seen_version)?;
    if let Some(reason) = state.closed {
        return Err(RevealRefusal::Closed(reason));
    }
    if now >= state.expires_at {
        return Err(RevealRefusal::Expired);
    }
    match REVEALS_ALLOWED.checked_sub(state.reveals_used) {
        None | Some(0) => Err(RevealRefusal::UsedUp),
        Some(left) => Ok(Allowed { left_after: left - 1 }),
    }
}

/// Whether the query file may be downloaded now. It is no key: it is not counted, does not expire, and stays there
/// after a proven log-in, since a school may have to load it again.
///
/// # Errors
/// The first reason why not.
pub fn may_download(state: &RevealState, seen_version: u32) -> Result<(), RevealRefusal> {
    check_common(state, seen_version)?;
    match state.closed {
        None | Some(ClosedReason::Proven) => Ok(()),
        Some(reason @ (ClosedReason::Renewed | ClosedReason::Withdrawn)) => Err(RevealRefusal::Closed(reason)),
    }
}

/// What both ask: the right person, at a connection that goes on, looking at the newest version.
fn check_common(state: &RevealState, seen_version: u32) -> Result<(), RevealRefusal> {
    if !state.contact_vouched {
        return Err(RevealRefusal::NotVouched);
    }
    if state.is_withdrawn {
        return Err(RevealRefusal::Withdrawn);
    }
    if !state.step_issued {
        return Err(RevealRefusal::NotIssued);
    }
    let current = state.current_version;
    if seen_version != current || state.version != current {
        return Err(RevealRefusal::OldVersion { current });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator;

    use super::*;

    fn now() -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + Duration::days(20_000)
    }

    fn open() -> RevealState {
        RevealState {
            version: 2,
            current_version: 2,
            reveals_used: 0,
            expires_at: now() + Duration::seconds(1),
            closed: None,
            step_issued: true,
            is_withdrawn: false,
            contact_vouched: true,
        }
    }

    #[test]
    fn a_password_is_shown_five_times_and_counts_down() {
        for (used, answer) in [
            (0, Ok(Allowed { left_after: 4 })),
            (1, Ok(Allowed { left_after: 3 })),
            (4, Ok(Allowed { left_after: 0 })),
            (5, Err(RevealRefusal::UsedUp)),
            (u32::MAX, Err(RevealRefusal::UsedUp)),
        ] {
            assert_eq!(may_reveal(&RevealState { reveals_used: used, ..open() }, 2, now()), answer, "{used}");
        }
    }

    #[test]
    fn a_password_is_shown_for_fourteen_days() {
        let issued_at = now();
        let state = RevealState { expires_at: expires_at(issued_at, issued_at), ..open() };

        for (later, is_shown) in [
            (Duration::zero(), true),
            (Duration::days(14) - Duration::seconds(1), true),
            (Duration::days(14), false),
            (Duration::days(400), false),
        ] {
            assert_eq!(may_reveal(&state, 2, issued_at + later).is_ok(), is_shown, "{later}");
        }
        assert_eq!(may_reveal(&state, 2, issued_at + Duration::days(14)), Err(RevealRefusal::Expired));
        assert_eq!(may_download(&state, 2), Ok(()));
    }

    #[test]
    fn each_obstacle_is_named_for_the_password_and_for_the_file() {
        use RevealRefusal::*;

        let closed = |reason| RevealState { closed: Some(reason), ..open() };
        for (state, seen, reveal, download) in [
            (RevealState { contact_vouched: false, ..open() }, 2, Err(NotVouched), Err(NotVouched)),
            (RevealState { is_withdrawn: true, ..open() }, 2, Err(Withdrawn), Err(Withdrawn)),
            (RevealState { step_issued: false, ..open() }, 2, Err(NotIssued), Err(NotIssued)),
            (open(), 1, Err(OldVersion { current: 2 }), Err(OldVersion { current: 2 })),
            (open(), 3, Err(OldVersion { current: 2 }), Err(OldVersion { current: 2 })),
            (RevealState { version: 1, ..open() }, 1, Err(OldVersion { current: 2 }), Err(OldVersion { current: 2 })),
            (RevealState { version: 1, ..open() }, 2, Err(OldVersion { current: 2 }), Err(OldVersion { current: 2 })),
            (closed(ClosedReason::Renewed), 2, Err(Closed(ClosedReason::Renewed)), Err(Closed(ClosedReason::Renewed))),
            (
                closed(ClosedReason::Withdrawn),
                2,
                Err(Closed(ClosedReason::Withdrawn)),
                Err(Closed(ClosedReason::Withdrawn)),
            ),
            (closed(ClosedReason::Proven), 2, Err(Closed(ClosedReason::Proven)), Ok(())),
            (RevealState { expires_at: now(), ..open() }, 2, Err(Expired), Ok(())),
            (RevealState { reveals_used: 5, ..open() }, 2, Err(UsedUp), Ok(())),
            (open(), 2, Ok(Allowed { left_after: 4 }), Ok(())),
        ] {
            assert_eq!(may_reveal(&state, seen, now()), reveal, "{state:?}");
            assert_eq!(may_download(&state, seen), download, "{state:?}");
        }
    }

    #[test]
    fn who_is_not_vouched_for_learns_nothing_else() {
        let state = RevealState {
            version: 1,
            reveals_used: 9,
            expires_at: DateTime::UNIX_EPOCH,
            closed: Some(ClosedReason::Renewed),
            step_issued: false,
            is_withdrawn: true,
            contact_vouched: false,
            ..open()
        };

        assert_eq!(may_reveal(&state, 0, now()), Err(RevealRefusal::NotVouched));
        assert_eq!(may_download(&state, 0), Err(RevealRefusal::NotVouched));
    }

    #[test]
    fn stored_reasons_read_back() {
        for reason in ClosedReason::iter() {
            assert_eq!(reason.as_str().parse::<ClosedReason>().ok(), Some(reason));
        }
        assert_eq!("Renewed".parse::<ClosedReason>().ok(), None);
    }
}
