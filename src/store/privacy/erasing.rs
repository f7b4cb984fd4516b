//! Erasing what is kept of a person: rows that are theirs go, and of rows that others need the text, name or address.
//!
//! Not here: the texts of the audit, and the state of an onboarding that has them too.

use chrono::{DateTime, Utc};
use entity::{
    access_link, address_mark, attachment, bulk_item, bulk_run, check_override, contact, desk_setting, frozen_mail,
    join_request, kept_form, known_browser, mail_connection, message, note, note_mention, outbox, registration,
    reminder_mail, roster, saved_view, session, sign_in_trip, staff, staff_browser, staff_identity, staff_invite,
    stranger_count, taking, wrong_try,
};
use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::Value;
use uuid::Uuid;

use super::traces::OpenedRow;
use super::{Known, Traces};
use crate::domain::ids::ConnectionId;
use crate::domain::privacy::{FORMER_COLLEAGUE, FORMER_CONTACT, address_of_nobody};
use crate::domain::text::{ERASED, EmailAddress};
use crate::store::{Changing, StoreError};

/// How many values one statement names at most.
const MANY: usize = 5000;

/// What a run is said to be done with, where its reason named somebody.
const SAID_OF_RUN: [&str; 2] = ["/ground", "/reason"];

/// Erases all of it. Who still acts as a contact was taken out before; `key_of` makes the keyed hash of an address.
pub async fn erase(
    conn: &impl Changing,
    known: &Known,
    traces: &Traces,
    key_of: impl Fn(&EmailAddress) -> String,
) -> Result<(), StoreError> {
    touch(conn, known, traces);
    erase_mails(conn, traces).await?;
    erase_texts(conn, known, traces).await?;
    erase_sealed(conn, traces).await?;
    erase_at_doors(conn, &known.email_key).await?;
    delete::<join_request::Entity>(conn, join_request::Column::Id, known.requests.iter().map(|one| one.id)).await?;
    for contact in &known.contacts {
        erase_contact(conn, contact.id, &key_of).await?;
    }
    match &known.staff {
        Some(colleague) => erase_colleague(conn, colleague.id, key_of).await,
        None => Ok(()),
    }
}

/// The row of a contact stays for what they did, as of a former contact.
pub(super) async fn erase_contact(
    conn: &impl Changing,
    id: Uuid,
    key_of: impl Fn(&EmailAddress) -> String,
) -> Result<(), StoreError> {
    let address = address_of_nobody(id);
    contact::Entity::update_many()
        .col_expr(contact::COLUMN.name, FORMER_CONTACT.into())
        .col_expr(contact::COLUMN.email, address.as_str().into())
        .col_expr(contact::COLUMN.email_key, key_of(&address).into())
        .col_expr(contact::COLUMN.proposed_roles, Option::<String>::None.into())
        .col_expr(contact::COLUMN.vouched_at, Option::<DateTime<Utc>>::None.into())
        .col_expr(contact::COLUMN.vouched_by, Option::<Uuid>::None.into())
        .col_expr(contact::COLUMN.vouch_ground, Option::<String>::None.into())
        .filter(contact::COLUMN.id.eq(id))
        .exec(conn)
        .await?;
    Ok(())
}

/// The lists show names of contacts, requests and messages that wait.
fn touch(conn: &impl Changing, known: &Known, traces: &Traces) {
    let others = traces.messages.iter().map(|message| message.connection_id);
    let others = others.chain(traces.grounds.iter().map(|contact| contact.connection_id));
    known.connections().into_iter().chain(others.map(ConnectionId::from_uuid)).for_each(|id| conn.touch(id));
}

async fn erase_mails(conn: &impl Changing, traces: &Traces) -> Result<(), StoreError> {
    let mails: Vec<Uuid> = traces.mails.iter().map(|mail| mail.id).collect();
    delete::<frozen_mail::Entity>(conn, frozen_mail::Column::MailId, traces.mails_of_bytes()).await?;
    delete::<mail_connection::Entity>(conn, mail_connection::Column::MailId, mails.iter().copied()).await?;
    delete::<outbox::Entity>(conn, outbox::Column::Id, mails).await?;
    Ok(())
}

async fn erase_texts(conn: &impl Changing, known: &Known, traces: &Traces) -> Result<(), StoreError> {
    delete::<attachment::Entity>(conn, attachment::Column::Id, traces.attachments.iter().map(|one| one.id)).await?;
    for message in &traces.messages {
        let is_theirs = message.contact_id.is_some_and(|id| known.contacts.iter().any(|contact| contact.id == id));
        let (body, sender) = (message.body.as_ref().map(|_| ERASED), message.sender.as_ref().map(|_| FORMER_CONTACT));
        let waits_since = message.waits_since.filter(|_| !is_theirs && message.sender.is_none());
        message::Entity::update_many()
            .col_expr(message::COLUMN.body, body.into())
            .col_expr(message::COLUMN.sender, sender.into())
            .col_expr(message::COLUMN.waits_since, waits_since.into())
            .filter(message::COLUMN.id.eq(message.id))
            .exec(conn)
            .await?;
    }
    let gone = || SimpleExpr::from(ERASED);
    set::<note::Entity>(conn, note::Column::Body, gone(), note::COLUMN.id.is_in(traces.notes.iter().map(|one| one.id)))
        .await?;
    let these = contact::COLUMN.id.is_in(traces.grounds.iter().map(|one| one.id));
    set::<contact::Entity>(conn, contact::Column::VouchGround, gone(), these).await?;
    let these = check_override::COLUMN.id.is_in(traces.overrides.iter().map(|one| one.id));
    set::<check_override::Entity>(conn, check_override::Column::Reason, gone(), these).await?;
    let these = join_request::COLUMN.id.is_in(traces.reasons.iter().map(|one| one.id));
    set::<join_request::Entity>(conn, join_request::Column::Reason, gone(), these).await?;
    let these = registration::COLUMN.id.is_in(traces.declined.iter().map(|one| one.id));
    set::<registration::Entity>(conn, registration::Column::Reason, gone(), these).await?;
    let these = outbox::COLUMN.id.is_in(traces.errors.iter().map(|one| one.id));
    set::<outbox::Entity>(conn, outbox::Column::LastError, gone(), these).await?;
    for run in &traces.runs {
        let work = run.work.as_deref().map(without_reason).unwrap_or_default();
        set::<bulk_run::Entity>(conn, bulk_run::Column::Work, work.into(), bulk_run::COLUMN.id.eq(run.id)).await?;
    }
    Ok(())
}

/// What a run does, without what was said with it.
fn without_reason(work: &str) -> String {
    let mut work: Value = serde_json::from_str(work).unwrap_or_default();
    for field in SAID_OF_RUN {
        if let Some(said) = work.pointer_mut(field) {
            *said = Value::from(ERASED);
        }
    }
    work.to_string()
}

async fn erase_sealed(conn: &impl Changing, traces: &Traces) -> Result<(), StoreError> {
    let ids = |rows: &[OpenedRow]| rows.iter().map(|row| row.id).collect::<Vec<_>>();
    let opened = &traces.opened;
    delete::<registration::Entity>(conn, registration::Column::Id, ids(&opened.registrations)).await?;
    delete::<kept_form::Entity>(conn, kept_form::Column::Id, ids(&opened.forms)).await?;
    delete::<roster::Entity>(conn, roster::Column::Id, ids(&opened.rosters)).await?;
    for item in &opened.items {
        // A row that is still to be carried out says then that it cannot be read.
        bulk_item::Entity::update_many()
            .col_expr(bulk_item::COLUMN.input, "{}".into())
            .filter(bulk_item::COLUMN.run_id.eq(item.id))
            .filter(bulk_item::COLUMN.number.eq(item.number))
            .exec(conn)
            .await?;
    }
    Ok(())
}

/// What is kept of an address at the doors; returns how many rows that was.
pub(super) async fn erase_at_doors(conn: &impl Changing, key: &str) -> Result<u64, StoreError> {
    let sessions = session::Entity::delete_many().filter(session::COLUMN.email_key.eq(key)).exec(conn).await?;
    let links = access_link::Entity::delete_many().filter(access_link::COLUMN.email_key.eq(key)).exec(conn).await?;
    let browsers = known_browser::Entity::delete_many().filter(known_browser::COLUMN.email_key.eq(key));
    let browsers = browsers.exec(conn).await?;
    let marks = address_mark::Entity::delete_many().filter(address_mark::COLUMN.address_key.eq(key)).exec(conn).await?;
    let reminders = reminder_mail::Entity::delete_many().filter(reminder_mail::COLUMN.address_key.eq(key));
    let reminders = reminders.exec(conn).await?;
    let to_address = stranger_count::COLUMN.name.like(format!("%/to/{key}"));
    let counts = stranger_count::Entity::delete_many().filter(to_address).exec(conn).await?;
    let deleted = [sessions, links, browsers, marks, reminders, counts];
    Ok(deleted.iter().map(|result| result.rows_affected).sum())
}

/// The row of a colleague stays for what they did, as of a former colleague.
async fn erase_colleague(
    conn: &impl Changing,
    id: Uuid,
    key_of: impl Fn(&EmailAddress) -> String,
) -> Result<(), StoreError> {
    session::Entity::delete_many().filter(session::COLUMN.staff_id.eq(id)).exec(conn).await?;
    staff_browser::Entity::delete_many().filter(staff_browser::COLUMN.staff_id.eq(id)).exec(conn).await?;
    sign_in_trip::Entity::delete_many().filter(sign_in_trip::COLUMN.staff_id.eq(id)).exec(conn).await?;
    let invites = staff_invite::Entity::find().filter(staff_invite::COLUMN.staff_id.eq(id)).all(conn).await?;
    let of_invites = sign_in_trip::COLUMN.invite_id.is_in(invites.iter().map(|invite| invite.id));
    sign_in_trip::Entity::delete_many().filter(of_invites).exec(conn).await?;
    staff_identity::Entity::delete_many().filter(staff_identity::COLUMN.staff_id.eq(id)).exec(conn).await?;
    staff_invite::Entity::delete_many().filter(staff_invite::COLUMN.staff_id.eq(id)).exec(conn).await?;
    wrong_try::Entity::delete_many().filter(wrong_try::COLUMN.staff_id.eq(id)).exec(conn).await?;
    saved_view::Entity::delete_many().filter(saved_view::COLUMN.staff_id.eq(id)).exec(conn).await?;
    desk_setting::Entity::delete_many().filter(desk_setting::COLUMN.staff_id.eq(id)).exec(conn).await?;
    note_mention::Entity::delete_many().filter(note_mention::COLUMN.staff_id.eq(id)).exec(conn).await?;
    let taken = taking::Entity::find().filter(taking::COLUMN.staff_id.eq(id)).all(conn).await?;
    taken.iter().for_each(|taking| conn.touch(ConnectionId::from_uuid(taking.connection_id)));
    taking::Entity::delete_many().filter(taking::COLUMN.staff_id.eq(id)).exec(conn).await?;
    let address = address_of_nobody(id);
    staff::Entity::update_many()
        .col_expr(staff::COLUMN.name, FORMER_COLLEAGUE.into())
        .col_expr(staff::COLUMN.email, address.as_str().into())
        .col_expr(staff::COLUMN.email_key, key_of(&address).into())
        .col_expr(staff::COLUMN.password_hash, Option::<String>::None.into())
        .col_expr(staff::COLUMN.totp_sealed, Option::<Vec<u8>>::None.into())
        .filter(staff::COLUMN.id.eq(id))
        .exec(conn)
        .await?;
    Ok(())
}

/// Deletes rows by one of their columns; returns how many.
pub(super) async fn delete<E: EntityTrait>(
    conn: &impl Changing,
    column: E::Column,
    ids: impl IntoIterator<Item = Uuid>,
) -> Result<u64, StoreError> {
    let (ids, mut deleted): (Vec<Uuid>, u64) = (ids.into_iter().collect(), 0);
    for some in ids.chunks(MANY) {
        deleted += E::delete_many().filter(column.is_in(some.iter().copied())).exec(conn).await?.rows_affected;
    }
    Ok(deleted)
}

async fn set<E: EntityTrait>(
    conn: &impl Changing,
    column: E::Column,
    value: SimpleExpr,
    these: Expr,
) -> Result<(), StoreError> {
    E::update_many().col_expr(column, value).filter(these).exec(conn).await?;
    Ok(())
}
