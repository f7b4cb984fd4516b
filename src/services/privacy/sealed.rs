//! What is sealed and may name a person: it is opened here, as nothing but its seal tells whose it is.

use serde_json::{Value, json};

use crate::domain::privacy::Person;
use crate::domain::text::{EmailAddress, Reason};
use crate::services::people::{kept_forms, registrations};
use crate::services::roster::{lists, sealed_rows};
use crate::services::{Context, ServiceError};
use crate::store;
use crate::store::ConnectionTrait;
use crate::store::privacy::{Opened, OpenedRow};

/// The rows of which the sealed part names somebody. What does not open is passed over: `doctor` tells of it.
pub(super) async fn open(
    context: &Context,
    conn: &impl ConnectionTrait,
    address: &EmailAddress,
    person: &Person,
) -> Result<Opened, ServiceError> {
    let mut found = Opened::default();
    for stored in store::people::registrations::list_all(conn).await? {
        if let Ok(form) = registrations::open(context, &stored)
            && form.email.key_form() == address.key_form()
        {
            let mut what = serde_json::to_value(&form).unwrap_or_default();
            if let Some(waited) = store::people::registrations::find_waiting(conn, stored.id).await? {
                what["waits_since"] = json!(waited.since);
                what["decided_at"] = json!(waited.decision.as_ref().map(|decision| decision.at));
                what["decision"] = json!(waited.decision.as_ref().map(|decision| decision.outcome.as_str()));
                let reason = waited.decision.as_ref().and_then(|decision| decision.outcome.reason());
                what["reason"] = json!(reason.map(Reason::as_str));
            }
            found.registrations.push(row(stored.id.as_uuid(), what));
        }
    }
    for kept in store::people::kept_forms::list_all(conn).await? {
        if let Ok(Some(typed)) = kept_forms::open(context, &kept)
            && person.is_named_in(&typed.replace("%40", "@").replace(['+', '&', '='], " "), None)
        {
            found.forms.push(row(kept.id, json!({ "path": kept.path, "kept_at": kept.kept_at })));
        }
    }
    for stored in store::onboarding::roster::list_all(conn).await? {
        if let Ok(list) = lists::open_stored(context, &stored)
            && person.is_named_in(&String::from_utf8_lossy(&list), None)
        {
            found.rosters.push(row(stored.id.as_uuid(), json!({ "created_at": stored.created_at })));
        }
    }
    for item in store::operations::bulk_items::list_sealed(conn).await? {
        if let Ok(named) = sealed_rows::open(context, item.list, item.number, &item.input)
            && let Ok(text) = serde_json::to_string(&named)
            && person.is_named_in(&text, None)
        {
            let number = i32::try_from(item.number).unwrap_or_default();
            let what = serde_json::to_value(&named).unwrap_or_default();
            found.items.push(OpenedRow { id: item.run.as_uuid(), number, what });
        }
    }
    Ok(found)
}

fn row(id: uuid::Uuid, what: Value) -> OpenedRow {
    OpenedRow { id, number: 0, what }
}
