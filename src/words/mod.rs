//! The Dutch words for what the rules know: names, questions, instructions, refusals, the timeline and dates.
//!
//! Pages and mails take them from here, so that a step has one name everywhere. Facts and menu names follow Kurve's
//! manual exactly; the sentences are ours. Not here: the text of one page or one mail (their templates), and what is
//! wrong with a typed value (`domain::text`). To add a step: follow the compiler from [`step_name`].

mod access;
mod checks;
mod dates;
mod glossary;
mod instructions;
mod mail_reasons;
mod names;
mod refusals;
mod timeline;
mod who;

pub use access::{gone_sentence, obstacle_sentence, task_name};
pub use checks::{check_short, check_step, check_title, check_turn, leave, oddity, seconds_nl};
pub use dates::{date_nl, date_only_nl, moment_nl, period_nl, time_nl};
pub use glossary::{GLOSSARY, PLAIN, Word};
pub use instructions::{check_afterwards, import_instruction, instruction, licence_note, ticket_text, who_can};
pub use mail_reasons::{mail_reason, unsent_reason};
pub use names::{
    asked_for, evidence_name, evidence_sentence, gate_name, gate_question, gate_short, lifecycle_name, own_days_name,
    party_list, party_name, region_hint, role_name, step_name, step_short,
};
pub use refusals::{
    HAND_OVER_TO_SELF, TOO_MANY_FORMS, check_refusal, own_days_refusal, refusal, reveal_refusal, snooze_refusal,
    too_many_contacts, too_many_requests,
};
pub use timeline::{change_sentence, entry_sentence, fall_cause, fall_reason};
pub use who::{Names, actor_name};
