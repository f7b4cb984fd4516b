//! One submit for many: a run of items in the database, which any instance goes on with.
//!
//! [`selection`] says what a selection on a list is about, [`choosing`] puts a run together from that, [`runs`] begins it
//! and shows how far it is, [`running`] is the worker's turn at one: an item is one transaction, which does the work and
//! notes how it came out. What is done to an item is in [`work`], by sort; [`connections`] has the sorts that are about a
//! connection that is here, each by the function that the press for one calls.
//!
//! To add a sort: its variants in `domain::bulk`, and a module beside [`connections`] that [`work`] calls. Such a module
//! takes the unit of work and writes nothing outside it, reads the input of its item, and says how it came out.

mod choosing;
mod connections;
mod judging;
mod rosters;
mod running;
mod runs;
mod selection;
mod stopped;
mod work;

pub use self::choosing::{is_of_worklist, put_together};
pub use self::rosters::row_facts;
pub use self::running::{LEASE, run_next};
pub use self::runs::{ITEM_ROWS, NewRun, begin, find, find_of_key, list_items, list_recent, start};
pub use self::selection::{Chosen, Selection};
pub use self::stopped::why_not;
