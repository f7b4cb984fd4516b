//! The passwords of a connection, opened: for the check that logs in with one, and to hold against them what people type.
//!
//! [`check_texts`] is asked by the one place where changes are committed (`unit_of_work`), so that no form can forget it.
//! Not here: making, showing and handing over a password (`onboarding::credentials`).

use crate::crypto::{Binding, Purpose, same, sealed};
use crate::domain::credential::Password;
use crate::domain::ids::{ConnectionId, CredentialId};
use crate::services::{Context, ServiceError};
use crate::store::ConnectionTrait;
use crate::store::onboarding::credentials::{self, ReplacedPassword};

/// What the seals of one version of a connection's credentials are bound to.
pub(super) fn binding(id: CredentialId, version: u32) -> Binding<'static> {
    Binding { table: "credential", row: id.as_uuid(), version }
}

/// Opens a stored password.
pub(super) fn open(context: &Context, id: CredentialId, version: u32, cell: &[u8]) -> Result<Password, ServiceError> {
    let secret = sealed::open(&context.keys, Purpose::SealCredential, &binding(id, version), cell)?;
    let text = std::str::from_utf8(&secret).map_err(|_| ServiceError::Broken("a password that is no text"))?;
    Ok(Password::from_stored(text.to_owned()))
}

/// Deletes the passwords of a connection in whose place another comes. What is kept of each tells nobody what it was.
pub(super) async fn delete_all(
    context: &Context,
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
) -> Result<(), ServiceError> {
    for stored in credentials::list_sealed_passwords(conn, connection).await? {
        let mark = open(context, stored.id, stored.version, &stored.cell).ok().map(|password| {
            let bare = password.bare();
            let mac = context.keys.replaced_password(stored.id.as_uuid(), bare.as_bytes()).to_vec();
            ReplacedPassword { id: stored.id, length: bare.len(), mac }
        });
        credentials::delete_password(conn, stored.id, mark).await?;
    }
    Ok(())
}

/// Refuses texts about a connection that hold one of its passwords, also one that was replaced.
///
/// # Errors
/// `HoldsPassword`.
pub(super) async fn check_texts(
    context: &Context,
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    texts: &[&str],
) -> Result<(), ServiceError> {
    let long: Vec<&&str> = texts.iter().filter(|text| Password::could_be_in(text)).collect();
    if long.is_empty() {
        return Ok(());
    }
    for stored in credentials::list_sealed_passwords(conn, connection).await? {
        match open(context, stored.id, stored.version, &stored.cell) {
            Ok(password) if long.iter().any(|text| password.is_in(text)) => return Err(ServiceError::HoldsPassword),
            Ok(_) => {}
            // `doctor` tells of it too; it stops no other change.
            Err(error) => {
                tracing::warn!(credential.id = %stored.id, error = %error, "A password does not open, so no text was held against it");
            }
        }
    }
    for ReplacedPassword { id, length, mac } in credentials::list_replaced(conn, connection).await? {
        let is_password = |signs: &[u8]| same(&context.keys.replaced_password(id.as_uuid(), signs), &mac);
        if long.iter().any(|text| Password::is_any_in(text, length, is_password)) {
            return Err(ServiceError::HoldsPassword);
        }
    }
    Ok(())
}
