//! What the newest check says against a step, on its page: how far the check came, and where two causes are left, what to
//! look at and what to do by what is seen there. Which step it speaks against is said by [`Truths`](crate::domain::check).

use strum::IntoEnumIterator;

use crate::domain::check::{Advice, CheckCode, Rung};
use crate::domain::ids::ConnectionId;
use crate::domain::onboarding::Step;
use crate::links;
use crate::web::portal::next::Link;
use crate::words::{self, Place};

/// A rung in short.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct RungMark {
    /// The stored name.
    pub(super) key: &'static str,
    pub(super) name: &'static str,
    /// `held`, `broke` or `wait`; also its look.
    pub(super) state: &'static str,
    /// The same for who does not see it.
    pub(super) words: &'static str,
}

/// One way of the fork.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct WayOut {
    pub(super) seen: &'static str,
    pub(super) then: &'static str,
    /// Where that is done, if it is elsewhere.
    pub(super) link: Option<Link>,
}

/// On the page of which step of which connection it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Here {
    pub(super) connection: ConnectionId,
    pub(super) step: Step,
}

/// What a check that did not pass says on the page of a step; without a check it is empty.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Verdict {
    /// How the check ended, for tests; empty where none speaks against the step.
    pub(super) code: &'static str,
    /// None where the check did not see how far it came.
    pub(super) rungs: Vec<RungMark>,
    /// Where to look; empty where there are no two ways.
    pub(super) look: &'static str,
    pub(super) ways: Vec<WayOut>,
}

impl Verdict {
    /// Of a check that ended so, with what is to be done after it.
    pub(super) fn new(code: CheckCode, advice: Advice, here: Here) -> Self {
        let fork = words::fork(advice);
        let ways = fork.map(|fork| fork.ways).unwrap_or_default();
        Self {
            code: code.as_str(),
            rungs: rungs(code),
            look: fork.map(|fork| fork.look).unwrap_or_default(),
            ways: ways
                .iter()
                .map(|way| WayOut { seen: way.seen, then: way.then, link: link(way.place, here) })
                .collect(),
        }
    }
}

fn rungs(code: CheckCode) -> Vec<RungMark> {
    // These come up on more than one rung.
    if matches!(code, CheckCode::UnexpectedAnswer | CheckCode::TooSlow) {
        return vec![];
    }
    let broken = Rung::iter().find(|rung| !code.always_holds(*rung));
    let mark = |rung: Rung| {
        let (state, said) = match code.always_holds(rung) {
            true => ("held", "goed"),
            false if broken == Some(rung) => ("broke", "niet goed"),
            false => ("wait", "niet bekeken"),
        };
        RungMark { key: rung.as_str(), name: name(rung), state, words: said }
    };
    Rung::iter().map(mark).collect()
}

/// What a rung is called where there is little room.
fn name(rung: Rung) -> &'static str {
    match rung {
        Rung::Name => "Schooldomein",
        Rung::Tcp => "Verbinding",
        Rung::Tls => "Beveiliging",
        Rung::Login => "Inloggen",
        Rung::Data => "Lijst",
        Rung::Shape => "Kolommen",
        Rung::Rows => "Leerlingen",
    }
}

fn link(place: Place, here: Here) -> Option<Link> {
    let connection = here.connection;
    match place {
        Place::Here => None,
        Place::Step(step) if step == here.step => None,
        Place::Step(step) => {
            Some(Link::new(links::SCHOOL_STEP.step(connection, step), format!("Naar “{}”", words::step_name(step))))
        }
        Place::Domain => Some(Link::new(links::correct_domain(connection), "Schooldomein verbeteren")),
        Place::Kurve => Some(Link::new(links::write_to_kurve(connection), "Bericht aan Kurve schrijven")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rungs_below_the_broken_one_held_and_those_above_were_not_looked_at() {
        let states = |code| rungs(code).iter().map(|rung| rung.state).collect::<Vec<_>>().join(" ");

        assert_eq!(states(CheckCode::LoginRefused), "held held held broke wait wait wait");
        assert_eq!(states(CheckCode::HostUnknown), "broke wait wait wait wait wait wait");
        assert_eq!(states(CheckCode::ListEmpty), "held held held held held held broke");
        assert_eq!(states(CheckCode::TooSlow), "", "nobody knows on which rung");
    }

    #[test]
    fn a_way_that_is_gone_on_the_page_itself_leads_nowhere_else() {
        let connection = ConnectionId::from_uuid(uuid::Uuid::from_u128(1));
        let advice = Advice::Plain(CheckCode::LoginRefused);
        let at = |step| Verdict::new(CheckCode::LoginRefused, advice, Here { connection, step });
        let leads = |step| at(step).ways.iter().map(|way| way.link.is_some()).collect::<Vec<_>>();

        assert_eq!(leads(Step::PasswordSet), [false, true]);
        assert_eq!(leads(Step::QueryExecuted), [true, false]);
    }
}
