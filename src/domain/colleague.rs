//! Who may be taken off the accounts of Kurve: somebody who can sign in as an admin always stays.

use super::actor::StaffRole;
use super::ids::StaffId;

/// What a colleague can do today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colleague {
    /// Who.
    pub id: StaffId,
    /// In which role.
    pub role: StaffRole,
    /// Whether they can sign in: their account is in use, and they chose a password.
    pub can_sign_in: bool,
}

impl Colleague {
    /// Whether they can do what only an admin may.
    pub fn is_working_admin(&self) -> bool {
        self.role == StaffRole::Admin && self.can_sign_in
    }
}

/// What is to become of a colleague.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// They get this role.
    Role(StaffRole),
    /// They cannot sign in any more, or not until they choose a password anew.
    ShutOut,
}

/// Whether somebody can still act as an admin after that.
pub fn leaves_an_admin(all: &[Colleague], whom: StaffId, fate: Fate) -> bool {
    let after = |colleague: &Colleague| match fate {
        _ if colleague.id != whom => *colleague,
        Fate::Role(role) => Colleague { role, ..*colleague },
        Fate::ShutOut => Colleague { can_sign_in: false, ..*colleague },
    };
    all.iter().any(|colleague| after(colleague).is_working_admin())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn colleague(number: u128, role: StaffRole, can_sign_in: bool) -> Colleague {
        Colleague { id: StaffId::from_uuid(Uuid::from_u128(number)), role, can_sign_in }
    }

    #[test]
    fn the_last_admin_who_can_sign_in_stays_one() {
        let (admin, support) = (colleague(1, StaffRole::Admin, true), colleague(2, StaffRole::Support, true));
        let invited = colleague(3, StaffRole::Admin, false);
        let second = colleague(4, StaffRole::Admin, true);
        let fates = [Fate::ShutOut, Fate::Role(StaffRole::Support), Fate::Role(StaffRole::Reader)];
        for fate in fates {
            assert!(!leaves_an_admin(&[admin, support, invited], admin.id, fate), "{fate:?}");
            assert!(leaves_an_admin(&[admin, support, invited, second], admin.id, fate), "{fate:?}");
            assert!(leaves_an_admin(&[admin, support], support.id, fate), "{fate:?}");
            assert!(leaves_an_admin(&[admin, invited], invited.id, fate), "{fate:?}");
        }
        assert!(leaves_an_admin(&[admin], admin.id, Fate::Role(StaffRole::Admin)));
        assert!(!leaves_an_admin(&[], admin.id, Fate::ShutOut));
    }
}
