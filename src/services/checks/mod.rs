//! Connection checks: asked for by people and by the timer, run one at a time per host, judged and applied.
//!
//! A check is queued ([`ask`], [`ask_many`]) or comes due, is run by [`run_next`], and what it means is applied in one
//! transaction by `assessment`. `plan` says when a connection is checked by itself; `activation` what activation asks
//! of a check. Not here: the climb itself (the room `magister`) and what a result means (`domain::check`).

mod activation;
mod asking;
mod assessment;
mod outage;
mod plan;
mod quarantine;
mod reading;
mod running;

pub use self::activation::{ActivationAnswer, activation, allow_without, list_facts, reasons_of_leave};
pub(super) use self::activation::{activation_ground, answer};
pub(super) use self::asking::ask_within;
pub use self::asking::{Selection, ask, ask_many, may_ask};
pub(super) use self::plan::follow;
pub use self::plan::{delete_old, plan_first_checks};
pub use self::reading::{
    Beside, Failing, ForKurve, RunProgress, SeenOutage, Tally, beside, connection, find, find_outage, history, latest,
    list_connections, list_for_kurve, list_newest, newest, run_progress, tally,
};
pub use self::running::run_next;

/// How long a connection is left in peace after a check, in seconds, however often somebody asks.
pub const PAUSE_SECONDS: i64 = 60;
