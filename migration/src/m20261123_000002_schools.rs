//! Schools, the one onboarding of each, and the people who speak for them.

use sea_orm_migration::{prelude::*, schema::*};

use crate::parts::{create_indexes, drop_tables, foreign_key, index, unique_index};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(school()).await?;
        create_indexes(manager, school_indexes()).await?;
        manager.create_table(onboarding()).await?;
        create_indexes(manager, onboarding_indexes()).await?;
        manager.create_table(contact()).await?;
        create_indexes(manager, contact_indexes()).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["contact", "onboarding", "school"]).await
    }
}

fn school() -> TableCreateStatement {
    Table::create()
        .table("school")
        .col(uuid("id").primary_key())
        .col(text("name"))
        .col(text("brin"))
        .col(text("brin_key"))
        .col(text("domain"))
        .col(text("region"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("updated_at"))
        .to_owned()
}

fn school_indexes() -> [IndexCreateStatement; 2] {
    [unique_index("idx-school-brin_key", "school", &["brin_key"]), index("idx-school-domain", "school", &["domain"])]
}

fn onboarding() -> TableCreateStatement {
    Table::create()
        .table("onboarding")
        .col(uuid("school_id").primary_key())
        .col(integer("version"))
        .col(text("state"))
        .col(text("lifecycle"))
        .col(boolean("gate_consent"))
        .col(boolean("gate_webservice"))
        .col(boolean("gate_password"))
        .col(boolean("gate_allowlisting"))
        .col(boolean("gate_activation"))
        .col(boolean("import_open"))
        .col(boolean("held_by_school"))
        .col(boolean("held_by_kurve"))
        .col(boolean("held_by_magister"))
        .col(timestamp_with_time_zone_null("kurve_since"))
        .col(boolean("is_stuck"))
        .col(date_null("resume_on"))
        .col(timestamp_with_time_zone("updated_at"))
        .foreign_key(&mut foreign_key("fk-onboarding-school_id", "onboarding", "school_id", "school"))
        .to_owned()
}

fn onboarding_indexes() -> [IndexCreateStatement; 3] {
    [
        index("idx-onboarding-is_stuck_kurve_since", "onboarding", &["is_stuck", "kurve_since"]),
        index("idx-onboarding-lifecycle", "onboarding", &["lifecycle"]),
        index("idx-onboarding-resume_on", "onboarding", &["resume_on"]),
    ]
}

fn contact() -> TableCreateStatement {
    Table::create()
        .table("contact")
        .col(uuid("id").primary_key())
        .col(uuid("school_id"))
        .col(text("name"))
        .col(text("email"))
        .col(text("email_key"))
        .col(text("role"))
        .col(timestamp_with_time_zone_null("vouched_at"))
        .col(uuid_null("vouched_by"))
        .col(text_null("vouch_ground"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("removed_at"))
        .foreign_key(&mut foreign_key("fk-contact-school_id", "contact", "school_id", "school"))
        .foreign_key(&mut foreign_key("fk-contact-vouched_by", "contact", "vouched_by", "staff"))
        .to_owned()
}

fn contact_indexes() -> [IndexCreateStatement; 2] {
    [
        unique_index("idx-contact-school_id_email_key", "contact", &["school_id", "email_key"]),
        index("idx-contact-email_key", "contact", &["email_key"]),
    ]
}
