//! Wrong passwords and codes at the account of a colleague: who must wait, what is kept of a try, and when Kurve is told.

use crate::domain::audit::Action;
use crate::domain::ids::StaffId;
use crate::domain::lockout::{self, OF_CLIENT, OF_CODES, TrySort, waits_until};
use crate::domain::notice::{About, MailKind};
use crate::services::unit_of_work::{NewMail, UnitOfWork};
use crate::services::{Call, Client};
use crate::store::people::staff::StaffAccount;
use crate::store::people::wrong_tries::WrongTry;
use crate::store::people::{staff, staff_browsers, wrong_tries};
use crate::store::{ConnectionTrait, StoreError};

/// Who tries at an account, as far as that matters: the browser, if its colleague signed in from it before, else the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Comer {
    staff: StaffId,
    client: String,
    is_known: bool,
}

/// Who comes, by what their browser brings.
pub(super) async fn comer(
    conn: &impl ConnectionTrait,
    staff: StaffId,
    client: Option<&Client>,
) -> Result<Comer, StoreError> {
    let Some(client) = client else { return Ok(Comer { staff, client: String::new(), is_known: false }) };
    let is_known = staff_browsers::is_known(conn, staff, &client.browser).await?;
    let client = if is_known { client.browser.clone() } else { client.network.clone() };
    Ok(Comer { staff, client, is_known })
}

impl Comer {
    /// Whether nothing that they type is looked at for now.
    pub(super) async fn must_wait(&self, conn: &impl ConnectionTrait, call: &Call) -> Result<bool, StoreError> {
        let after = call.now - lockout::LONGEST;
        let tries = wrong_tries::list_of_client(conn, self.staff, &self.client, after).await?;
        Ok(waits_until(&OF_CLIENT, &tries, call.now).is_some())
    }

    /// Whether none of their codes is looked at for now. The caller holds the account, so that codes that come at once are
    /// looked at one after the other.
    pub(super) async fn code_must_wait(&self, conn: &impl ConnectionTrait, call: &Call) -> Result<bool, StoreError> {
        let after = call.now - lockout::LONGEST;
        let tries = wrong_tries::list_codes(conn, self.staff, self.is_known, after).await?;
        Ok(waits_until(&OF_CODES, &tries, call.now).is_some())
    }

    /// Keeps that they signed in: what they mistyped before does not matter any more.
    pub(super) async fn welcome(
        &self,
        conn: &impl ConnectionTrait,
        call: &Call,
        client: Option<&Client>,
    ) -> Result<(), StoreError> {
        wrong_tries::delete_passwords_of_client(conn, self.staff, &self.client).await?;
        match client {
            Some(client) => staff_browsers::save(conn, self.staff, &client.browser, call.now).await,
            None => Ok(()),
        }
    }
}

/// Counts a wrong try at an account that the caller holds, and tells Kurve once there are many.
pub(super) async fn count(
    work: &mut UnitOfWork<'_>,
    call: &Call,
    held: &StaffAccount,
    comer: &Comer,
    sort: TrySort,
) -> Result<(), StoreError> {
    let (id, staff) = (work.context().chance.uuid_v7(call.now), held.id);
    let Comer { client, is_known, .. } = comer.clone();
    wrong_tries::insert(work.conn(), id, &WrongTry { staff, sort, client, is_known, at: call.now }).await?;
    let limit = lockout::alarm(sort);
    let most = u64::try_from(limit.tries).unwrap_or(u64::MAX);
    let tries = wrong_tries::list_newest(work.conn(), staff, sort, call.now - limit.within, most).await?;
    if !held.alarms.is_due(sort, &tries, call.now) {
        return Ok(());
    }
    staff::save_alarm(work.conn(), staff, sort, call.now).await?;
    work.note(
        None,
        match sort {
            TrySort::Password => Action::StaffLocked { staff },
            TrySort::Code => Action::StaffCodesTried { staff },
        },
    );
    work.mail(NewMail {
        kind: MailKind::SignInAlarm,
        connection: None,
        contact: None,
        about: About { staff: Some(staff), wrong_try: Some(sort), ..About::default() },
        occasion: format!("{staff}/{}/{}", sort.as_str(), call.now.timestamp_millis()),
    });
    Ok(())
}

/// Forgets all tries at an account whose colleague chose another password or second factor.
pub(super) async fn forget(conn: &impl ConnectionTrait, staff: StaffId) -> Result<(), StoreError> {
    wrong_tries::delete_of_staff(conn, staff).await?;
    staff::clear_alarms(conn, staff).await
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Duration, Utc};

    use super::*;
    use crate::crypto::totp::{GOOD_AT_ONCE, POSSIBLE_CODES};

    /// How many codes of somebody are looked at in a year who tries as soon as they may.
    fn most_codes_in_a_year() -> i32 {
        let (mut now, mut tries) = (DateTime::<Utc>::UNIX_EPOCH, vec![]);
        let end = now + Duration::days(365);
        while now < end {
            match waits_until(&OF_CODES, &tries, now) {
                Some(until) => now = until,
                None => tries.insert(0, now),
            }
        }
        i32::try_from(tries.len()).expect("a year has fewer seconds")
    }

    #[test]
    fn who_knows_the_password_guesses_a_code_in_a_year_with_less_than_one_chance_in_a_thousand() {
        let of_one = f64::from(GOOD_AT_ONCE) / f64::from(POSSIBLE_CODES);
        // From browsers that signed in before, and from all others.
        let tries = 2 * most_codes_in_a_year();

        let odds = 1.0 - (1.0 - of_one).powi(tries);

        assert!(tries > 0 && odds < 1.0 / 1000.0, "{tries} tries: {odds}");
    }
}
