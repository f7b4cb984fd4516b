//! What of a person may be in each column that holds text or bytes. A new column must be judged here, and where it may hold
//! something, `store::privacy` looks there.

use std::collections::BTreeSet;

use crate::support::database::texts;
use crate::support::{TestApp, run};

/// Nothing: names of sorts, codes, ids, hashes of chance, seals of what is no person's.
const NOTHING: &[&str] = &[
    "access_link.browser_hash access_link.code_hash access_link.network_key access_link.token_hash",
    "address_mark.bounce_code api_key.key_hash api_key.scopes attachment.left_out attachment.media",
    "audit.action audit.actor_kind audit.key_id audit.mac audit.payload audit.prev_mac audit.request_id audit.step",
    "audit_text.field audit_text.salt bulk_item.outcome bulk_run.asked_by bulk_run.counts bulk_run.key bulk_run.kind",
    "check_count.code check_count.holder check_host.host check_run.asked_by check_status.last_code check_status.receipt",
    "check_status.streak check_status.way connection.domain connection.only_brin connection.region",
    "connection_check.asked_by connection_check.code connection_check.host connection_check.not_made",
    "connection_check.progress connection_check.result connection_check.rung connection_summary.holder",
    "connection_summary.last_code contact.proposed_roles contact.roles credential.closed_reason credential.query_extension",
    "credential.query_sha256 credential.replaced_mark credential.sealed_password credential.sealed_query",
    "credential.template_version feed_event.brin feed_event.kind feed_event.verdict heartbeat.name holding.party holding.step",
    "job_slot.name join_request.brin join_request.brin_key join_request.decision join_request.domain join_request.kind",
    "join_request.region join_request.roles kept_form.path kept_form.token_hash key_fingerprint.fingerprint key_fingerprint.id",
    "known_browser.browser_hash loaded_holidays.name loaded_holidays.table_csv message.digest message.direction message.step",
    "onboarding.lifecycle option_b.studies outbox.about outbox.dedupe_key outbox.kind outbox.message_id outbox.status",
    "registration.brin_key registration.browser_hash registration.decision registration.token_hash reminder.stage reminder.step",
    "reminder_arrangement.own_days reminder_mail.about roster.mapping school.brin school.brin_key school.course",
    "school_summary.brin school_summary.domain school_summary.doubted_gates school_summary.region school_summary.status",
    "session.kind session.token_hash staff.role staff_browser.browser_hash staff_invite.token_hash standing.name",
    "sign_in_trip.browser_hash sign_in_trip.errand sign_in_trip.state_hash upkeep_note.name webhook_attempt.answer webhook_attempt.outcome webhook_delivery.body webhook_delivery.kind",
    "webhook_delivery.status webhook_endpoint.old_secret_sealed webhook_endpoint.secret_sealed webhook_endpoint.stopped_why",
    "webhook_endpoint.url weekly_figure.kind weekly_figure.party work_item.key work_item.kind work_item.subject wrong_try.client wrong_try.sort",
];

/// What schools are called, and Kurve's own words that are about nobody at a school.
const OF_SCHOOLS_AND_KURVE: &[&str] = &[
    "api_key.name bulk_item.facts bulk_item.label connection.name connection_summary.sort_name join_request.school_name",
    "message_template.body message_template.name message_template.name_key message_template_version.body",
    "message_template_version.name school.name school_summary.connection_name school_summary.name school_summary.sort_name",
];

/// Somebody's own: it goes with them, with its row or out of it.
const THEIRS: &[&str] = &[
    "access_link.email_key address_mark.address_key contact.email contact.email_key contact.name join_request.email",
    "join_request.email_key join_request.name known_browser.email_key message.sender reminder_mail.address_key",
    "saved_view.name saved_view.query session.email_key staff_identity.issuer staff_identity.subject staff.email staff.email_key staff.name staff.password_hash",
    "staff.totp_sealed stranger_count.name",
];

/// Words: they go where somebody typed them, where they were typed about them, and where they name them.
const WORDS: &[&str] = &[
    "attachment.name audit_text.text bulk_run.work check_override.reason contact.vouch_ground join_request.reason",
    "message.body note.body outbox.last_error registration.reason",
];

/// Sealed: it is opened to see whose it is, or goes with what it belongs to.
const SEALED: &[&str] = &[
    "attachment.sealed bulk_item.input frozen_mail.sealed_mail kept_form.sealed registration.sealed_form roster.sealed",
];

/// Follows from others, and is made again from them.
const FOLLOWS: &[&str] = &["onboarding.state school_summary.search_text"];

#[test]
fn every_column_that_holds_text_or_bytes_is_judged() {
    run(|app: TestApp| async move {
        let query = if app.database.is_postgres() {
            "SELECT table_name || '.' || column_name FROM information_schema.columns
              WHERE table_schema = current_schema() AND data_type IN ('text', 'bytea', 'character varying', 'json', 'jsonb')
                AND table_name <> 'seaql_migrations'"
        } else {
            "SELECT t.name || '.' || c.name FROM sqlite_master t, pragma_table_xinfo(t.name) c
              WHERE t.type = 'table' AND t.name NOT LIKE 'school_search%' AND t.name <> 'seaql_migrations'
                AND (lower(c.type) IN ('text', 'blob') OR lower(c.type) LIKE '%char%' OR lower(c.type) LIKE '%json%')"
        };
        let here: BTreeSet<String> = texts(&app.database.url, query).await.into_iter().collect();

        let lists = [NOTHING, OF_SCHOOLS_AND_KURVE, THEIRS, WORDS, SEALED, FOLLOWS];
        let judged: Vec<&str> = lists.into_iter().flatten().flat_map(|line| line.split(' ')).collect();

        let unjudged: Vec<_> = here.iter().filter(|column| !judged.contains(&column.as_str())).collect();
        let gone: Vec<_> = judged.iter().filter(|column| !here.contains(**column)).collect();
        assert!(unjudged.is_empty(), "what of a person may be in {unjudged:?}?");
        assert!(gone.is_empty(), "there is no column {gone:?}");
        assert_eq!(judged.len(), judged.iter().collect::<BTreeSet<_>>().len(), "a column is judged once");
    });
}
