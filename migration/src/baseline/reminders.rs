//! Reminders that went out, the mails that they went out in, and the days that count: a school's own and the holidays.

use sea_orm_migration::{prelude::*, schema::*};

use crate::parts::{Subject, foreign_key, index, unique_index};

pub(super) fn subject() -> Subject {
    Subject {
        tables: vec![reminder(), reminder_mail(), reminder_arrangement(), loaded_holidays()],
        indexes: vec![
            unique_index("idx-reminder-reminder", "reminder", &["connection_id", "step", "stage", "since"]),
            unique_index("idx-reminder_mail-person_day", "reminder_mail", &["address_key", "on_date"]),
            index("idx-reminder_mail-on_date", "reminder_mail", &["on_date"]),
        ],
    }
}

fn reminder() -> TableCreateStatement {
    Table::create()
        .table("reminder")
        .col(uuid("id").primary_key())
        .col(uuid("connection_id"))
        .col(text("step"))
        .col(text("stage"))
        .col(timestamp_with_time_zone("since"))
        .col(timestamp_with_time_zone("at"))
        .foreign_key(&mut foreign_key("reminder", "connection_id", "connection"))
        .to_owned()
}

fn reminder_mail() -> TableCreateStatement {
    Table::create()
        .table("reminder_mail")
        .col(uuid("id").primary_key())
        .col(text("address_key"))
        .col(date("on_date"))
        .col(text("about"))
        .col(timestamp_with_time_zone("at"))
        .to_owned()
}

fn reminder_arrangement() -> TableCreateStatement {
    Table::create()
        .table("reminder_arrangement")
        .col(uuid("connection_id").primary_key())
        .col(date_null("snoozed_until"))
        .col(date_null("counts_from"))
        .col(text("own_days"))
        .foreign_key(&mut foreign_key("reminder_arrangement", "connection_id", "connection"))
        .to_owned()
}

fn loaded_holidays() -> TableCreateStatement {
    Table::create()
        .table("loaded_holidays")
        .col(text("name").primary_key())
        .col(integer("version"))
        .col(text("table_csv"))
        .col(timestamp_with_time_zone("loaded_at"))
        .to_owned()
}
