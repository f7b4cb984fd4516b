//! A connection check on a page: the ladder that climbs, for the school and for Kurve alike.
//!
//! [`view`] turns a check into rows and words; [`LadderBlock`] draws them, within a page and as a fragment; [`live`] sends
//! the fragment anew while something is under way. Not here: the pages themselves (`portal/`, `staff/`).

mod button;
pub(in crate::web) mod live;
mod streams;
mod view;

use askama::Template;

pub(in crate::web) use button::CheckButton;
pub(in crate::web) use streams::StreamSlot;
pub use streams::Streams;
pub(in crate::web) use view::{LadderView, Reader, is_written_to_kurve};

use crate::web::error::PageError;

/// The part of a page that changes while a check climbs.
#[derive(Template)]
#[template(path = "components/ladder_block.html")]
struct LadderBlock<'a> {
    ladder: &'a LadderView,
}

/// The block as it stands, for a page that is open.
pub(in crate::web) fn step(ladder: &LadderView) -> Result<live::Step, PageError> {
    let html = LadderBlock { ladder }.render().map_err(|_| PageError::Broken("a template failed"))?;
    Ok(live::Step { html, said: ladder.said.clone(), is_done: !ladder.is_running })
}
