//! Mails: those that are to be sent, what was rendered of them, and of which connections a mail is that is about several.
//!
//! Ids of mails rise with time, so a page of the outbox starts after an id: one index for each way to filter.

use sea_orm_migration::{prelude::*, schema::*};

use crate::parts::{Subject, foreign_key, index, unique_index};

pub(super) fn subject() -> Subject {
    Subject {
        tables: vec![outbox(), frozen_mail(), mail_connection()],
        indexes: vec![
            unique_index("idx-outbox-dedupe_key", "outbox", &["dedupe_key"]),
            index("idx-outbox-connection_id_created_at", "outbox", &["connection_id", "created_at"]),
            index("idx-outbox-status_next_attempt_at_id", "outbox", &["status", "next_attempt_at", "id"]),
            index("idx-outbox-status_kind", "outbox", &["status", "kind"]),
            index("idx-outbox-status_id", "outbox", &["status", "id"]),
            index("idx-outbox-kind_id", "outbox", &["kind", "id"]),
            index("idx-outbox-kind_status_id", "outbox", &["kind", "status", "id"]),
            index("idx-frozen_mail-frozen_at", "frozen_mail", &["frozen_at"]),
            index("idx-mail_connection-mail_id", "mail_connection", &["mail_id"]),
        ],
    }
}

fn outbox() -> TableCreateStatement {
    Table::create()
        .table("outbox")
        .col(uuid("id").primary_key())
        .col(text("kind"))
        .col(uuid_null("connection_id"))
        .col(uuid_null("contact_id"))
        .col(text("about"))
        .col(text("dedupe_key"))
        .col(text("status"))
        .col(integer("attempts"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("next_attempt_at"))
        .col(timestamp_with_time_zone_null("lease_until"))
        .col(uuid_null("lease_id"))
        .col(timestamp_with_time_zone_null("handing_over_at"))
        .col(timestamp_with_time_zone_null("handed_again_at"))
        .col(timestamp_with_time_zone_null("sent_at"))
        .col(text("message_id"))
        .col(text_null("last_error"))
        .foreign_key(&mut foreign_key("outbox", "connection_id", "connection"))
        .foreign_key(&mut foreign_key("outbox", "contact_id", "contact"))
        .to_owned()
}

fn frozen_mail() -> TableCreateStatement {
    Table::create()
        .table("frozen_mail")
        .col(uuid("mail_id").primary_key())
        .col(blob("sealed_mail"))
        .col(timestamp_with_time_zone("frozen_at"))
        .foreign_key(&mut foreign_key("frozen_mail", "mail_id", "outbox"))
        .to_owned()
}

fn mail_connection() -> TableCreateStatement {
    Table::create()
        .table("mail_connection")
        .col(uuid("connection_id"))
        .col(uuid("mail_id"))
        .primary_key(Index::create().col("connection_id").col("mail_id"))
        .foreign_key(&mut foreign_key("mail_connection", "connection_id", "connection"))
        .foreign_key(&mut foreign_key("mail_connection", "mail_id", "outbox"))
        .to_owned()
}
