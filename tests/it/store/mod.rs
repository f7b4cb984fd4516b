//! What the database must hold up by itself: all or nothing, one at a time, and nothing changed behind our back.

mod at_scale;
mod audit;
mod changes;
mod check_plans;
mod clock;
mod credentials;
mod due;
mod figures;
mod found_many;
mod full_disk;
mod kept;
#[path = "../../../benches/support/many.rs"]
mod many;
mod overview;
mod plans;
mod races;
mod school_plans;
mod search;
