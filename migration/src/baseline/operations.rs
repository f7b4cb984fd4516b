//! What Kurve works with: notes, filters, keys of the API, how long each party had a step, and what runs by itself.

use sea_orm_migration::{prelude::*, schema::*};

use crate::parts::{Subject, foreign_key, index, unique_index};

pub(super) fn subject() -> Subject {
    Subject {
        tables: vec![note(), saved_view(), api_key(), holding(), job_slot(), heartbeat()],
        indexes: vec![
            index("idx-note-connection_id_created_at", "note", &["connection_id", "created_at"]),
            unique_index("idx-saved_view-staff_id_name", "saved_view", &["staff_id", "name"]),
            unique_index("idx-api_key-name", "api_key", &["name"]),
            unique_index("idx-api_key-key_hash", "api_key", &["key_hash"]),
            index("idx-holding-connection_id_ended_at", "holding", &["connection_id", "ended_at"]),
            index("idx-holding-ended_at", "holding", &["ended_at"]),
        ],
    }
}

fn note() -> TableCreateStatement {
    Table::create()
        .table("note")
        .col(uuid("id").primary_key())
        .col(uuid("connection_id"))
        .col(uuid("staff_id"))
        .col(text("body"))
        .col(timestamp_with_time_zone("created_at"))
        .foreign_key(&mut foreign_key("note", "connection_id", "connection"))
        .foreign_key(&mut foreign_key("note", "staff_id", "staff"))
        .to_owned()
}

fn saved_view() -> TableCreateStatement {
    Table::create()
        .table("saved_view")
        .col(uuid("id").primary_key())
        .col(uuid("staff_id"))
        .col(text("name"))
        .col(text("query"))
        .col(timestamp_with_time_zone("created_at"))
        .foreign_key(&mut foreign_key("saved_view", "staff_id", "staff"))
        .to_owned()
}

fn api_key() -> TableCreateStatement {
    Table::create()
        .table("api_key")
        .col(uuid("id").primary_key())
        .col(text("name"))
        .col(blob("key_hash"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("last_used_at"))
        .col(timestamp_with_time_zone_null("revoked_at"))
        .to_owned()
}

fn holding() -> TableCreateStatement {
    Table::create()
        .table("holding")
        .col(uuid("id").primary_key())
        .col(uuid("connection_id"))
        .col(text("step"))
        .col(text("party"))
        .col(timestamp_with_time_zone("begun_at"))
        .col(timestamp_with_time_zone_null("ended_at"))
        .col(integer_null("working_days"))
        .foreign_key(&mut foreign_key("holding", "connection_id", "connection"))
        .to_owned()
}

fn job_slot() -> TableCreateStatement {
    Table::create()
        .table("job_slot")
        .col(text("name").primary_key())
        .col(timestamp_with_time_zone("next_at"))
        .to_owned()
}

fn heartbeat() -> TableCreateStatement {
    Table::create().table("heartbeat").col(text("name").primary_key()).col(timestamp_with_time_zone("at")).to_owned()
}
