//! The people who work at Kurve and those who speak for a school, their ways in, and what is known of their addresses.

use sea_orm_migration::{prelude::*, schema::*};

use crate::parts::{Subject, foreign_key, index, unique_index};

pub(super) fn subject() -> Subject {
    Subject {
        tables: vec![staff(), staff_invite(), contact(), session(), access_link(), registration(), address_mark()],
        indexes: vec![
            unique_index("idx-staff-email_key", "staff", &["email_key"]),
            unique_index("idx-staff_invite-token_hash", "staff_invite", &["token_hash"]),
            unique_index("idx-contact-connection_id_email_key", "contact", &["connection_id", "email_key"]),
            index("idx-contact-email_key", "contact", &["email_key"]),
            unique_index("idx-session-token_hash", "session", &["token_hash"]),
            index("idx-session-staff_id", "session", &["staff_id"]),
            index("idx-session-email_key", "session", &["email_key"]),
            index("idx-session-expires_at", "session", &["expires_at"]),
            unique_index("idx-access_link-token_hash", "access_link", &["token_hash"]),
            index("idx-access_link-email_key", "access_link", &["email_key"]),
            index("idx-access_link-browser_hash", "access_link", &["browser_hash"]),
            unique_index("idx-registration-token_hash", "registration", &["token_hash"]),
            index("idx-address_mark-bounced_at", "address_mark", &["bounced_at"]),
            index("idx-address_mark-reminders_stopped_at", "address_mark", &["reminders_stopped_at"]),
        ],
    }
}

fn staff() -> TableCreateStatement {
    Table::create()
        .table("staff")
        .col(uuid("id").primary_key())
        .col(text("email"))
        .col(text("email_key"))
        .col(text("name"))
        .col(text("role"))
        .col(text_null("password_hash"))
        .col(blob_null("totp_sealed"))
        .col(big_integer_null("totp_last_step"))
        .col(integer("failed_count"))
        .col(timestamp_with_time_zone_null("locked_until"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("disabled_at"))
        .to_owned()
}

fn staff_invite() -> TableCreateStatement {
    Table::create()
        .table("staff_invite")
        .col(uuid("id").primary_key())
        .col(uuid("staff_id"))
        .col(blob("token_hash"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("expires_at"))
        .col(timestamp_with_time_zone_null("used_at"))
        .foreign_key(&mut foreign_key("staff_invite", "staff_id", "staff"))
        .to_owned()
}

fn contact() -> TableCreateStatement {
    Table::create()
        .table("contact")
        .col(uuid("id").primary_key())
        .col(uuid("connection_id"))
        .col(text("name"))
        .col(text("email"))
        .col(text("email_key"))
        .col(text("roles"))
        .col(text_null("proposed_roles"))
        .col(timestamp_with_time_zone_null("vouched_at"))
        .col(uuid_null("vouched_by"))
        .col(text_null("vouch_ground"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("removed_at"))
        .foreign_key(&mut foreign_key("contact", "connection_id", "connection"))
        .foreign_key(&mut foreign_key("contact", "vouched_by", "staff"))
        .to_owned()
}

fn session() -> TableCreateStatement {
    Table::create()
        .table("session")
        .col(uuid("id").primary_key())
        .col(blob("token_hash"))
        .col(text("kind"))
        .col(text_null("email_key"))
        .col(uuid_null("staff_id"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("last_seen_at"))
        .col(timestamp_with_time_zone("expires_at"))
        .foreign_key(&mut foreign_key("session", "staff_id", "staff"))
        .to_owned()
}

fn access_link() -> TableCreateStatement {
    Table::create()
        .table("access_link")
        .col(uuid("id").primary_key())
        .col(text("email_key"))
        .col(blob("browser_hash"))
        .col(blob_null("token_hash"))
        .col(blob_null("code_hash"))
        .col(integer("wrong_codes"))
        .col(timestamp_with_time_zone("requested_at"))
        .col(timestamp_with_time_zone("expires_at"))
        .col(timestamp_with_time_zone_null("minted_at"))
        .col(timestamp_with_time_zone_null("used_at"))
        .col(timestamp_with_time_zone_null("replaced_at"))
        .col(timestamp_with_time_zone_null("ended_at"))
        .to_owned()
}

fn registration() -> TableCreateStatement {
    Table::create()
        .table("registration")
        .col(uuid("id").primary_key())
        .col(blob("sealed_form"))
        .col(text("brin_key"))
        .col(blob("browser_hash"))
        .col(blob_null("token_hash"))
        .col(timestamp_with_time_zone("requested_at"))
        .col(timestamp_with_time_zone("expires_at"))
        .col(timestamp_with_time_zone_null("minted_at"))
        .col(timestamp_with_time_zone_null("used_at"))
        .to_owned()
}

fn address_mark() -> TableCreateStatement {
    Table::create()
        .table("address_mark")
        .col(text("address_key").primary_key())
        .col(timestamp_with_time_zone_null("bounced_at"))
        .col(text_null("bounce_code"))
        .col(timestamp_with_time_zone_null("reminders_stopped_at"))
        .col(timestamp_with_time_zone_null("digest_stopped_at"))
        .to_owned()
}
