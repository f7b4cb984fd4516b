//! The rows of the database, one file per table: names and types, no rules.
//!
//! Only `store` uses this crate; it turns rows into domain types and back. The tables themselves are made by
//! `migration`; a test proves that both say the same. Everything is as wide as the database has it: a role is a
//! `String` here and an enum in `domain`. Indexes over several columns that are not unique cannot be declared here
//! and live in `migration` alone.
//!
//! To add a table: the migration, a file here with its line below, a file in `store`, a line in the schema test.

pub mod access_link;
pub mod address_mark;
pub mod api_key;
pub mod attachment;
pub mod audit;
pub mod audit_text;
pub mod bulk_item;
pub mod bulk_run;
pub mod check_count;
pub mod check_host;
pub mod check_override;
pub mod check_run;
pub mod check_status;
pub mod connection;
pub mod connection_check;
pub mod connection_summary;
pub mod contact;
pub mod credential;
pub mod desk_setting;
pub mod feed_event;
pub mod frozen_mail;
pub mod heartbeat;
pub mod holding;
pub mod job_slot;
pub mod join_request;
pub mod kept_form;
pub mod key_fingerprint;
pub mod known_browser;
pub mod loaded_holidays;
pub mod mail_connection;
pub mod message;
pub mod message_receiver;
pub mod message_template;
pub mod message_template_version;
pub mod note;
pub mod note_mention;
pub mod onboarding;
pub mod option_b;
pub mod outage;
pub mod outbox;
pub mod registration;
pub mod reminder;
pub mod reminder_arrangement;
pub mod reminder_mail;
pub mod roster;
pub mod saved_view;
pub mod school;
pub mod school_summary;
pub mod session;
pub mod sign_in_trip;
pub mod staff;
pub mod staff_browser;
pub mod staff_identity;
pub mod staff_invite;
pub mod standing;
pub mod stranger_count;
pub mod taking;
pub mod upkeep_note;
pub mod webhook_attempt;
pub mod webhook_delivery;
pub mod webhook_endpoint;
pub mod weekly_figure;
pub mod work_item;
pub mod wrong_try;
