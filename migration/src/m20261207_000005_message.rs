//! Messages between Kurve and the contacts of a connection: to whom they went, the files that came with them, and the
//! templates that Kurve keeps with every text that one had.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, blob_null, boolean, integer, text, text_null, timestamp_with_time_zone, timestamp_with_time_zone_null,
    uuid, uuid_null,
};

use crate::parts::{Subject, foreign_key, index, unique_index};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        messages().create(manager).await?;
        templates().create(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        templates().drop(manager).await?;
        messages().drop(manager).await
    }
}

fn messages() -> Subject {
    let message = Table::create()
        .table("message")
        .col(uuid("id").primary_key())
        .col(uuid("connection_id"))
        .col(text("direction"))
        .col(uuid_null("staff_id"))
        .col(uuid_null("contact_id"))
        .col(text_null("sender"))
        .col(text_null("step"))
        .col(text_null("body"))
        .col(boolean("is_withheld"))
        .col(text_null("digest"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("waits_since"))
        .foreign_key(&mut foreign_key("message", "connection_id", "connection"))
        .foreign_key(&mut foreign_key("message", "staff_id", "staff"))
        .foreign_key(&mut foreign_key("message", "contact_id", "contact"))
        .to_owned();
    let receiver = Table::create()
        .table("message_receiver")
        .col(uuid("message_id"))
        .col(uuid("contact_id"))
        .primary_key(Index::create().col("message_id").col("contact_id"))
        .foreign_key(&mut foreign_key("message_receiver", "message_id", "message"))
        .foreign_key(&mut foreign_key("message_receiver", "contact_id", "contact"))
        .to_owned();
    let attachment = Table::create()
        .table("attachment")
        .col(uuid("id").primary_key())
        .col(uuid("message_id"))
        .col(integer("position"))
        .col(text("name"))
        .col(text_null("media"))
        .col(text_null("left_out"))
        .col(big_integer("size_bytes"))
        .col(blob_null("sealed"))
        .foreign_key(&mut foreign_key("attachment", "message_id", "message"))
        .to_owned();
    let indexes = vec![
        index("idx-message-connection_id_created_at_id", "message", &["connection_id", "created_at", "id"]),
        index("idx-message-connection_id_waits_since", "message", &["connection_id", "waits_since"]),
        unique_index("idx-message-digest", "message", &["digest"]),
        index("idx-attachment-message_id_position", "attachment", &["message_id", "position"]),
    ];
    Subject { tables: vec![message, receiver, attachment], indexes }
}

fn templates() -> Subject {
    let template = Table::create()
        .table("message_template")
        .col(uuid("id").primary_key())
        .col(text("name"))
        .col(text_null("name_key"))
        .col(text("body"))
        .col(integer("version"))
        .col(uuid("staff_id"))
        .col(timestamp_with_time_zone("changed_at"))
        .col(timestamp_with_time_zone_null("removed_at"))
        .foreign_key(&mut foreign_key("message_template", "staff_id", "staff"))
        .to_owned();
    let version = Table::create()
        .table("message_template_version")
        .col(uuid("template_id"))
        .col(integer("version"))
        .col(text("name"))
        .col(text("body"))
        .col(uuid("staff_id"))
        .col(timestamp_with_time_zone("at"))
        .primary_key(Index::create().col("template_id").col("version"))
        .foreign_key(&mut foreign_key("message_template_version", "template_id", "message_template"))
        .foreign_key(&mut foreign_key("message_template_version", "staff_id", "staff"))
        .to_owned();
    let by_name = unique_index("idx-message_template-name_key", "message_template", &["name_key"]);
    Subject { tables: vec![template, version], indexes: vec![by_name] }
}
