//! The count of all connections by how their last check ended, with who has to act on each, as lines and parts of a bar.

use strum::IntoEnumIterator;

use crate::domain::check::CheckCode;
use crate::domain::onboarding::Party;
use crate::services::checks::Tally;
use crate::words;

/// What is chosen to see those that were never checked.
pub(super) const NEVER: &str = "nooit";

/// A line of the count.
pub(super) struct TallyRow {
    pub(super) key: &'static str,
    pub(super) label: &'static str,
    pub(super) href: String,
    pub(super) count: u64,
    /// Who has to act, each with for how many where they differ.
    pub(super) turn: String,
    /// The class of its key: that of its first part.
    pub(super) class: &'static str,
    /// Its parts of the bar, one for each who has to act.
    pub(super) parts: Vec<Part>,
}

/// A part of the bar.
pub(super) struct Part {
    pub(super) class: &'static str,
    /// Where it begins and how wide it is, of a thousand.
    pub(super) x: u64,
    pub(super) width: u64,
}

/// The count, largest to smallest step on the ladder, with the parts of the bar; `href_to` leads to those that are chosen so.
pub(super) fn tally_rows(tally: &Tally, href_to: impl Fn(&str) -> String) -> Vec<TallyRow> {
    let total: u64 = tally.counts.iter().map(|one| one.connections).sum();
    let kinds = CheckCode::iter().map(Some).chain([None]);
    let mut x = 0;
    let mut rows = vec![];
    for kind in kinds {
        let count = tally.ended(kind);
        if count == 0 && kind != Some(CheckCode::Ok) {
            continue;
        }
        let holders = kind.map(|code| holders(tally, code)).unwrap_or_default();
        let mut part = |class, count: u64| {
            let width = (count * 1_000).checked_div(total).unwrap_or_default();
            x += width;
            Part { class, x: x - width, width }
        };
        let parts: Vec<Part> = match kind {
            None => vec![part("is-long", count)],
            Some(CheckCode::Ok) => vec![part("is-yes", count)],
            Some(_) => holders.iter().map(|(holder, count)| part(holder_class(*holder), *count)).collect(),
        };
        rows.push(TallyRow {
            key: kind.map_or("never", CheckCode::as_str),
            label: kind.map_or("Nog niet gecontroleerd", words::check_short),
            href: href_to(kind.map_or(NEVER, CheckCode::as_str)),
            count,
            turn: turn_words(&holders),
            class: parts.first().map_or("is-long", |part| part.class),
            parts,
        });
    }
    rows
}

/// Who is to act on those that ended so, with for how many: that follows from what went before at each.
fn holders(tally: &Tally, code: CheckCode) -> Vec<(Option<Party>, u64)> {
    let parties = [Some(Party::School), Some(Party::Kurve), Some(Party::Magister), None];
    let of_party = |party: Option<Party>| {
        let found = tally.counts.iter().find(|one| one.code == Some(code) && one.holder == party);
        found.map(|one| (party, one.connections))
    };
    parties.into_iter().filter_map(of_party).collect()
}

fn turn_words(holders: &[(Option<Party>, u64)]) -> String {
    let name = |party: Option<Party>| party.map_or("Niemand", words::party_name);
    match holders {
        [] => name(None).to_owned(),
        [(party, _)] => name(*party).to_owned(),
        [..] => {
            holders.iter().map(|(party, count)| format!("{} ({count})", name(*party))).collect::<Vec<_>>().join(", ")
        }
    }
}

fn holder_class(holder: Option<Party>) -> &'static str {
    match holder {
        None => "is-long",
        Some(Party::School) => "is-school",
        Some(Party::Kurve) => "is-open",
        Some(Party::Magister) => "is-magister",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::checks::connection_summaries::CheckCount;

    fn rows(counts: &[(Option<CheckCode>, Option<Party>, u64)]) -> Vec<TallyRow> {
        let counts =
            counts.iter().map(|(code, holder, n)| CheckCount { code: *code, holder: *holder, connections: *n });
        tally_rows(&Tally { counts: counts.collect(), lost: 0, outage: None }, str::to_owned)
    }

    const REFUSED: Option<CheckCode> = Some(CheckCode::LoginRefused);

    #[test]
    fn the_parts_of_the_bar_follow_each_other_and_end_within_it() {
        let rows = rows(&[(REFUSED, Some(Party::School), 3), (None, None, 1), (Some(CheckCode::Ok), None, 2)]);

        assert_eq!(rows.iter().map(|row| row.key).collect::<Vec<_>>(), ["ok", "login_refused", "never"]);
        assert_eq!(
            rows.iter().flat_map(|row| &row.parts).map(|part| (part.x, part.width)).collect::<Vec<_>>(),
            [(0, 333), (333, 500), (833, 166)]
        );
        assert_eq!(rows[2].href, NEVER);
    }

    #[test]
    fn who_is_to_act_follows_from_what_went_before_at_each() {
        let rows = rows(&[(REFUSED, Some(Party::School), 1), (REFUSED, Some(Party::Kurve), 1), (REFUSED, None, 1)]);

        assert_eq!(rows[1].turn, "De school (1), Kurve (1), Niemand (1)");
        let classes: Vec<_> = rows[1].parts.iter().map(|part| part.class).collect();
        assert_eq!(classes, ["is-school", "is-open", "is-long"]);
    }

    #[test]
    fn without_schools_there_is_a_line_that_says_that_none_work() {
        let rows = rows(&[]);

        assert_eq!(rows.iter().map(|row| (row.key, row.count, row.parts[0].width)).collect::<Vec<_>>(), [("ok", 0, 0)]);
    }
}
