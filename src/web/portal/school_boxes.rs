//! Which schools a form is about: a field for each, ticked by the visitor, or hidden where there is no choice.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::domain::ids::SchoolId;
use crate::domain::onboarding::{Onboarding, SchoolProgress};
use crate::services::onboarding::onboardings::ConnectionFile;

/// What the name of such a field begins with; the school's id follows.
const FIELD: &str = "school-";

/// What a visitor reads who named none.
pub(super) const NONE_NAMED: &str = "Kies minstens één school.";

/// The fields of a posted form that no other part of it took.
#[derive(Debug, Default, Deserialize)]
pub(super) struct SchoolBoxes {
    #[serde(flatten)]
    fields: BTreeMap<String, String>,
}

/// One box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SchoolBox {
    pub(super) name: String,
    pub(super) label: String,
    pub(super) hint: String,
    pub(super) is_ticked: bool,
}

/// The name of the field of a school.
pub(super) fn field(school: SchoolId) -> String {
    format!("{FIELD}{school}")
}

impl SchoolBoxes {
    /// The schools that the form names and that are here: those that go on, or else those that stopped, so that a form
    /// which arrives twice says the same. One of another connection is passed over. A connection of one school needs no
    /// naming.
    pub(super) fn named_in(&self, file: &ConnectionFile) -> Vec<SchoolId> {
        match file.only_school() {
            Some(only) if !self.names_any() => vec![only.id],
            Some(_) | None => self.named_of(&file.state),
        }
    }

    /// A box for each school that goes on.
    pub(super) fn boxes(&self, file: &ConnectionFile) -> Vec<SchoolBox> {
        let named = self.ids();
        let live = file.schools.iter().filter(|school| file.state.live().any(|(id, _)| id == school.id));
        live.map(|school| SchoolBox {
            name: field(school.id),
            label: school.details.name.to_string(),
            hint: format!("BRIN {}", school.details.brin),
            is_ticked: named.contains(&school.id),
        })
        .collect()
    }

    fn names_any(&self) -> bool {
        self.fields.keys().any(|name| name.starts_with(FIELD))
    }

    fn ids(&self) -> BTreeSet<SchoolId> {
        self.fields.keys().filter_map(|name| name.strip_prefix(FIELD)?.parse().ok()).collect()
    }

    fn named_of(&self, state: &Onboarding) -> Vec<SchoolId> {
        let named = self.ids();
        let here = state.schools().filter(|(id, _)| named.contains(id));
        let (live, stopped): (Vec<_>, Vec<_>) = here.partition(|(_, school): &(_, &SchoolProgress)| school.is_live());
        let counted = if live.is_empty() { stopped } else { live };
        counted.into_iter().map(|(id, _)| id).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::onboarding::Command;
    use crate::domain::onboarding::testing::{Walk, reason, school_id, superbeheerder};

    fn boxes(names: &[String]) -> SchoolBoxes {
        SchoolBoxes { fields: names.iter().map(|name| (name.clone(), "ja".to_owned())).collect() }
    }

    #[test]
    fn only_schools_that_are_here_count_and_those_that_stopped_only_when_alone() {
        let mut walk = Walk::start().with_schools(3);
        walk.does(
            superbeheerder(),
            &Command::Withdraw { school: school_id(3), reason: reason("Optie B"), chose_option_b: false },
        );
        let named = |numbers: &[u128]| {
            let mut names: Vec<String> = numbers.iter().map(|number| field(school_id(*number))).collect();
            names.extend(["reason".to_owned(), format!("{FIELD}nonsense")]);
            boxes(&names).named_of(&walk.state)
        };

        let table: [(&[u128], &[u128]); 5] =
            [(&[], &[]), (&[9], &[]), (&[1, 9], &[1]), (&[1, 2, 3], &[1, 2]), (&[3], &[3])];
        for (ticked, counted) in table {
            let counted: Vec<SchoolId> = counted.iter().map(|number| school_id(*number)).collect();
            assert_eq!(named(ticked), counted, "{ticked:?}");
        }
    }
}
