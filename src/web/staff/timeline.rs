//! The timeline of a connection, folded at the foot of its page: all of it or one topic, a stretch at a time.

use strum::IntoEnumIterator;

use super::view::{TimelineRow, timeline_row};
use crate::domain::audit::Topic;
use crate::domain::ids::ConnectionId;
use crate::links;
use crate::services::onboarding::timeline;
use crate::store::operations::audit::Stretch;
use crate::web::WebState;
use crate::web::error::PageError;
use crate::words::Names;

/// How many entries stand on the page at once.
const ROWS: u64 = 40;

/// What of the timeline is shown, as in the address.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) topic: Option<Topic>,
    /// The entry before which it begins.
    pub(super) before: Option<i64>,
    /// Whether somebody chose it: then it stands unfolded.
    pub(super) is_chosen: bool,
}

impl Part {
    /// Reads the topic and the place of an address; what does not exist chooses nothing.
    pub(super) fn read(topic: &str, before: &str) -> Self {
        let before = before.parse().ok();
        Self { topic: topic.parse().ok(), before, is_chosen: before.is_some() || !topic.is_empty() }
    }
}

/// One topic to choose.
pub(super) struct TopicLink {
    pub(super) href: String,
    pub(super) label: &'static str,
    pub(super) is_current: bool,
}

/// The timeline on the page.
pub(super) struct TimelinePanel {
    pub(super) is_open: bool,
    pub(super) topics: Vec<TopicLink>,
    pub(super) rows: Vec<TimelineRow>,
    /// Older entries; empty when there are none.
    pub(super) older: String,
    /// Back to the newest; empty when these are.
    pub(super) newest: String,
}

/// A part of the timeline.
pub(super) async fn panel(
    web: &WebState,
    connection: ConnectionId,
    part: Part,
    names: &Names,
) -> Result<TimelinePanel, PageError> {
    let stretch = Stretch { before: part.before, limit: ROWS + 1 };
    let mut entries = timeline::list(&web.context, connection, part.topic, stretch).await?;
    let has_more = entries.len() > usize::try_from(ROWS).unwrap_or(usize::MAX);
    if has_more {
        entries.pop();
    }
    let last = entries.last().filter(|_| has_more);
    let topics = std::iter::once(None).chain(Topic::iter().map(Some));
    Ok(TimelinePanel {
        is_open: part.is_chosen,
        topics: topics
            .map(|topic| TopicLink {
                href: href(connection, Part { topic, before: None, ..part }),
                label: topic.map_or("Alles", label),
                is_current: topic == part.topic,
            })
            .collect(),
        rows: entries.iter().map(|entry| timeline_row(entry, names)).collect(),
        older: last.map_or_else(String::new, |last| href(connection, Part { before: Some(last.id), ..part })),
        newest: part.before.map_or_else(String::new, |_| href(connection, Part { before: None, ..part })),
    })
}

/// The address of a part, at the timeline.
fn href(connection: ConnectionId, part: Part) -> String {
    let before = part.before.map(|id| id.to_string()).unwrap_or_default();
    let pairs = [("verloop", part.topic.map_or("alles", Topic::as_str)), ("voor", before.as_str())];
    let page = links::staff_school(links::STAFF_SCHOOL, connection);
    format!("{}#verloop", links::with_query(&page, &links::query(pairs)))
}

fn label(topic: Topic) -> &'static str {
    match topic {
        Topic::Steps => "Stappen",
        Topic::Contacts => "Contactpersonen",
        Topic::Connection => "Verbinding",
        Topic::Mails => "Mails en herinneringen",
        Topic::ByKurve => "Door Kurve",
        Topic::BySchool => "Door de school",
    }
}
