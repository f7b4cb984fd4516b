//! Connection checks: what is known of each connection, every check with its place in the line, runs over a
//! selection, hosts that are being checked, outages, and leave to activate without a passing check.

use sea_orm_migration::{prelude::*, schema::*};

use crate::parts::{Subject, foreign_key, index, unique_index};

pub(super) fn subject() -> Subject {
    Subject {
        tables: vec![check_status(), check_run(), connection_check(), check_host(), outage(), check_override()],
        indexes: vec![
            index("idx-check_status-next_check_at", "check_status", &["next_check_at"]),
            index("idx-check_status-last_checked_at", "check_status", &["last_checked_at"]),
            index("idx-check_status-last_code", "check_status", &["last_code"]),
            index("idx-check_status-certificate_until", "check_status", &["certificate_until"]),
            index("idx-connection_check-connection", "connection_check", &["connection_id", "asked_at"]),
            index("idx-connection_check-line", "connection_check", &["finished_at", "asked_at"]),
            index("idx-connection_check-run_id", "connection_check", &["run_id"]),
            index("idx-outage-ended_at", "outage", &["ended_at"]),
            index("idx-check_override-connection", "check_override", &["connection_id", "at"]),
            open_check(),
        ],
    }
}

fn check_status() -> TableCreateStatement {
    Table::create()
        .table("check_status")
        .col(uuid("connection_id").primary_key())
        .col(timestamp_with_time_zone_null("next_check_at"))
        .col(text_null("last_code"))
        .col(timestamp_with_time_zone_null("last_checked_at"))
        .col(timestamp_with_time_zone_null("last_ok_at"))
        .col(integer_null("last_ok_version"))
        .col(boolean("has_worked"))
        .col(boolean("is_failing"))
        .col(boolean("is_lost"))
        .col(timestamp_with_time_zone_null("failing_since"))
        .col(text_null("streak"))
        .col(text_null("receipt"))
        .col(timestamp_with_time_zone_null("receipt_at"))
        .col(integer_null("held_rows"))
        .col(text_null("way"))
        .col(timestamp_with_time_zone_null("certificate_until"))
        .col(timestamp_with_time_zone_null("certificate_seen_at"))
        .foreign_key(&mut foreign_key("check_status", "connection_id", "connection"))
        .to_owned()
}

fn check_run() -> TableCreateStatement {
    Table::create()
        .table("check_run")
        .col(uuid("id").primary_key())
        .col(text("asked_by"))
        .col(timestamp_with_time_zone("asked_at"))
        .col(integer("total"))
        .to_owned()
}

fn connection_check() -> TableCreateStatement {
    Table::create()
        .table("connection_check")
        .col(uuid("id").primary_key())
        .col(uuid("connection_id"))
        .col(uuid_null("run_id"))
        .col(text("host"))
        .col(text_null("asked_by"))
        .col(timestamp_with_time_zone("asked_at"))
        .col(timestamp_with_time_zone_null("started_at"))
        .col(timestamp_with_time_zone_null("finished_at"))
        .col(timestamp_with_time_zone_null("lease_until"))
        .col(text_null("progress"))
        .col(integer_null("credential_version"))
        .col(text_null("code"))
        .col(text_null("rung"))
        .col(text_null("result"))
        .col(text_null("not_made"))
        .foreign_key(&mut foreign_key("connection_check", "connection_id", "connection"))
        .foreign_key(&mut foreign_key("connection_check", "run_id", "check_run"))
        .to_owned()
}

fn check_host() -> TableCreateStatement {
    Table::create()
        .table("check_host")
        .col(text("host").primary_key())
        .col(uuid("check_id"))
        .col(timestamp_with_time_zone("lease_until"))
        .to_owned()
}

fn outage() -> TableCreateStatement {
    Table::create()
        .table("outage")
        .col(uuid("id").primary_key())
        .col(timestamp_with_time_zone("began_at"))
        .col(timestamp_with_time_zone("noticed_at"))
        .col(timestamp_with_time_zone_null("ended_at"))
        .col(integer("worked_before"))
        .col(integer("failing"))
        .to_owned()
}

fn check_override() -> TableCreateStatement {
    Table::create()
        .table("check_override")
        .col(uuid("id").primary_key())
        .col(uuid("connection_id"))
        .col(uuid("staff_id"))
        .col(integer("credential_version"))
        .col(text("reason"))
        .col(timestamp_with_time_zone("at"))
        .foreign_key(&mut foreign_key("check_override", "connection_id", "connection"))
        .foreign_key(&mut foreign_key("check_override", "staff_id", "staff"))
        .to_owned()
}

/// A connection has at most one check that is not over.
fn open_check() -> IndexCreateStatement {
    let mut open = unique_index("idx-connection_check-open", "connection_check", &["connection_id"]);
    open.and_where(Expr::col("finished_at").is_null()).to_owned()
}
