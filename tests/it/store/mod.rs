//! What the database must hold up by itself: all or nothing, one at a time, and nothing changed behind our back.

mod audit;
mod changes;
mod clock;
mod credentials;
mod due;
mod figures;
mod full_disk;
mod kept;
#[path = "../../../benches/support/many.rs"]
mod many;
mod overview;
mod plans;
mod races;
mod school_plans;
mod search;
