//! Requests to join a connection, and what Kurve decided.

use sea_orm_migration::{prelude::*, schema::*};

use crate::parts::{Subject, foreign_key, index, unique_index};

pub(super) fn subject() -> Subject {
    Subject {
        tables: vec![join_request()],
        indexes: vec![
            index("idx-join_request-connection_id_decided_at", "join_request", &["connection_id", "decided_at"]),
            index("idx-join_request-decided_at_asked_at", "join_request", &["decided_at", "asked_at"]),
            index("idx-join_request-from_connection_id", "join_request", &["from_connection_id"]),
            open_request(),
        ],
    }
}

fn join_request() -> TableCreateStatement {
    Table::create()
        .table("join_request")
        .col(uuid("id").primary_key())
        .col(uuid("connection_id"))
        .col(text("kind"))
        .col(uuid_null("school_id"))
        .col(uuid_null("from_connection_id"))
        .col(text("school_name"))
        .col(text("brin"))
        .col(text("brin_key"))
        .col(text("domain"))
        .col(text("region"))
        .col(uuid_null("contact_id"))
        .col(text_null("name"))
        .col(text_null("email"))
        .col(text("email_key"))
        .col(text_null("roles"))
        .col(timestamp_with_time_zone("asked_at"))
        .col(timestamp_with_time_zone_null("decided_at"))
        .col(uuid_null("decided_by"))
        .col(text_null("decision"))
        .col(text_null("reason"))
        .foreign_key(&mut foreign_key("join_request", "connection_id", "connection"))
        .foreign_key(&mut foreign_key("join_request", "from_connection_id", "connection"))
        .foreign_key(&mut foreign_key("join_request", "school_id", "school"))
        .foreign_key(&mut foreign_key("join_request", "contact_id", "contact"))
        .foreign_key(&mut foreign_key("join_request", "decided_by", "staff"))
        .to_owned()
}

/// One person has one open request for a school at a connection.
fn open_request() -> IndexCreateStatement {
    let columns = ["connection_id", "brin_key", "email_key"];
    let mut open = unique_index("idx-join_request-open", "join_request", &columns);
    open.and_where(Expr::col("decided_at").is_null()).to_owned()
}
