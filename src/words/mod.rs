//! The Dutch words for what the rules know: names, questions, instructions, refusals, the timeline and dates.
//!
//! Pages and mails take them from here, so that a step has one name everywhere. Facts and menu names follow Kurve's
//! manual exactly; the sentences are ours. Not here: the text of one page or one mail (their templates), and what is
//! wrong with a typed value (`domain::text`). To add a step: follow the compiler from [`step_name`].

mod access;
mod bulk;
mod checks;
mod dates;
mod falls;
mod forks;
mod glossary;
mod identity;
mod instructions;
mod mail_reasons;
pub mod messages;
mod names;
mod numbers;
mod option_b;
pub mod privacy;
mod refusals;
pub mod roster;
mod timeline;
mod truth;
mod usual;
mod webhooks;
mod who;
mod work;

pub use access::{gone_sentence, obstacle_sentence, task_name};
pub use bulk::{bulk_button, bulk_outcome, bulk_promise, bulk_title, bulk_verb, too_many_items, why_not};
pub use checks::{
    COLUMN_MISSING, check_short, check_title, despite, despite_lines, doubt, leave, newest_check, oddity, outage_cause,
    outage_seen, seconds_nl,
};
pub use dates::{date_nl, date_only_nl, date_short, moment_nl, moment_short, period_nl, time_nl, until_nl};
pub use falls::{fall_cause, fall_reason, why_open};
pub use forks::{Fork, Place, Way, fork};
pub use glossary::{GLOSSARY, PLAIN, Word};
pub use identity::{FaultWords, provider_fault};
pub use instructions::{
    HelpLink, check_afterwards, import_help, import_instruction, instruction, licence_note, step_help, ticket_text,
    who_can,
};
pub use mail_reasons::{although_sent, mail_reason, unsent_reason};
pub use names::{
    asked_for, evidence_name, gate_name, gate_question, gate_short, lifecycle_name, own_days_name, party_list,
    party_name, region_hint, role_name, status_name, step_do, step_name, step_short, wants_to_begin,
};
pub use numbers::{counted, dotted};
pub use option_b::{IDS_MAIL, IDS_MAIL_SUBJECT};
pub use refusals::{
    COLLEAGUE_EXISTS, HAND_OVER_TO_SELF, HOLDS_PASSWORD, LAST_CONTACT, NOT_ONESELF, TOO_MANY_FORMS, check_refusal,
    listed_nl, own_days_refusal, refusal, reveal_refusal, seen_by_colleague, snooze_refusal, too_many_contacts,
    too_many_requests,
};
pub use timeline::{change_sentence, entry_sentence, for_option_b};
pub use truth::{
    advice_sentence, advice_short, advice_title, advice_turn, check_sentence, done_sentence, gate_answer, kurve_to_do,
    not_seen_sentence, not_simply_done, now_sentence, seen_at, sight_sentence, truth_sentence, unseen_sentence,
};
pub use usual::usual;
pub use webhooks::{bad_endpoint_url, webhook_outcome, webhook_status};
pub use who::{Names, actor_name};
pub use work::work_kind;
