//! How long a colleague of Kurve stays signed in.

use chrono::{DateTime, Duration, Utc};

use super::actor::StaffRole;

/// The longest a session lasts, however it is used: a cookie that somebody took dies too.
pub const LONGEST: Duration = Duration::hours(8);

/// How long the session of an admin lasts without use: theirs opens the accounts of all.
pub const ADMIN_IDLE: Duration = Duration::minutes(30);

/// When a session ends that began and was last used then.
pub fn ends_at(role: StaffRole, began_at: DateTime<Utc>, seen_at: DateTime<Utc>) -> DateTime<Utc> {
    let longest = began_at + LONGEST;
    match role {
        StaffRole::Admin => longest.min(seen_at + ADMIN_IDLE),
        StaffRole::Support | StaffRole::Reader => longest,
    }
}

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator;

    use super::*;

    #[test]
    fn every_session_ends_and_that_of_an_admin_soon_without_use() {
        let at = |minutes| DateTime::UNIX_EPOCH + Duration::minutes(minutes);
        let began = at(0);

        for role in StaffRole::iter() {
            let is_admin = role == StaffRole::Admin;
            for (seen, end) in [(0, 30), (100, 130), (460, 480), (480, 480)] {
                let expected = if is_admin { at(end) } else { at(480) };
                assert_eq!(ends_at(role, began, at(seen)), expected, "{role:?} seen at {seen}");
            }
        }
    }
}
