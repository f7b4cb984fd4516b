//! Connections, the schools under each, and its one onboarding.

use sea_orm_migration::{prelude::*, schema::*};

use crate::parts::{Subject, foreign_key, index, unique_index};

pub(super) fn subject() -> Subject {
    Subject {
        tables: vec![connection(), school(), onboarding()],
        indexes: vec![
            one_of_a_domain(),
            index("idx-connection-domain", "connection", &["domain"]),
            index("idx-connection-name_id", "connection", &["name", "id"]),
            index("idx-school-connection_id", "school", &["connection_id"]),
            unique_index("idx-school-brin_key", "school", &["brin_key"]),
            index("idx-school-created_at", "school", &["created_at"]),
            index("idx-school-name_id", "school", &["name", "id"]),
            index("idx-onboarding-is_stuck_kurve_since", "onboarding", &["is_stuck", "kurve_since"]),
            index("idx-onboarding-lifecycle", "onboarding", &["lifecycle"]),
            index("idx-onboarding-resume_on", "onboarding", &["resume_on"]),
            index("idx-onboarding-attention_at", "onboarding", &["attention_at"]),
            index("idx-onboarding-no_answer_since", "onboarding", &["no_answer_since"]),
        ],
    }
}

/// A school domain has one connection that carries schools; one that its last school left does not keep the domain.
fn one_of_a_domain() -> IndexCreateStatement {
    let mut one = unique_index("idx-connection-one_of_a_domain", "connection", &["domain"]);
    one.and_where(Expr::col("school_count").gt(0)).to_owned()
}

fn connection() -> TableCreateStatement {
    Table::create()
        .table("connection")
        .col(uuid("id").primary_key())
        .col(text("name"))
        .col(text("domain"))
        .col(text("region"))
        .col(integer("school_count"))
        .col(text_null("only_brin"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("updated_at"))
        .to_owned()
}

fn school() -> TableCreateStatement {
    Table::create()
        .table("school")
        .col(uuid("id").primary_key())
        .col(uuid("connection_id"))
        .col(text("name"))
        .col(text("brin"))
        .col(text("brin_key"))
        .col(text("course"))
        .col(boolean("is_activated"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("updated_at"))
        .foreign_key(&mut foreign_key("school", "connection_id", "connection"))
        .to_owned()
}

fn onboarding() -> TableCreateStatement {
    Table::create()
        .table("onboarding")
        .col(uuid("connection_id").primary_key())
        .col(integer("version"))
        .col(text("state"))
        .col(text("lifecycle"))
        .col(boolean("gate_consent"))
        .col(boolean("gate_webservice"))
        .col(boolean("gate_password"))
        .col(boolean("gate_allowlisting"))
        .col(boolean("held_by_school"))
        .col(boolean("held_by_kurve"))
        .col(boolean("held_by_magister"))
        .col(timestamp_with_time_zone_null("kurve_since"))
        .col(boolean("is_stuck"))
        .col(date_null("resume_on"))
        .col(timestamp_with_time_zone_null("attention_at"))
        .col(timestamp_with_time_zone_null("no_answer_since"))
        .col(timestamp_with_time_zone("updated_at"))
        .foreign_key(&mut foreign_key("onboarding", "connection_id", "connection"))
        .to_owned()
}
