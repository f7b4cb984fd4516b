//! The Magister credentials that were issued to a connection, sealed.

use sea_orm_migration::{prelude::*, schema::*};

use crate::parts::{Subject, foreign_key, unique_index};

pub(super) fn subject() -> Subject {
    Subject {
        tables: vec![credential()],
        indexes: vec![unique_index(
            "idx-credential-connection_id_version",
            "credential",
            &["connection_id", "version"],
        )],
    }
}

fn credential() -> TableCreateStatement {
    Table::create()
        .table("credential")
        .col(uuid("id").primary_key())
        .col(uuid("connection_id"))
        .col(integer("version"))
        .col(blob("sealed_password"))
        .col(blob("sealed_query"))
        .col(text("template_version"))
        .col(text("query_sha256"))
        .col(text("query_extension"))
        .col(integer("reveals_used"))
        .col(timestamp_with_time_zone("issued_at"))
        .col(uuid_null("issued_by"))
        .col(timestamp_with_time_zone("expires_at"))
        .col(timestamp_with_time_zone_null("closed_at"))
        .col(text_null("closed_reason"))
        .foreign_key(&mut foreign_key("credential", "connection_id", "connection"))
        .foreign_key(&mut foreign_key("credential", "issued_by", "staff"))
        .to_owned()
}
