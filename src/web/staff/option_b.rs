//! What Kurve sees of schools that chose Optie B: the table of studies, when the file was made, and who cleaned up when.

use std::collections::BTreeMap;

use crate::domain::ids::SchoolId;
use crate::domain::option_b::{OptionB, Said, StudyCode};
use crate::services::onboarding::onboardings::ConnectionFile;
use crate::words::{self, Names};

/// One school that chose Optie B.
pub(super) struct OptionBRow {
    pub(super) name: String,
    pub(super) brin: String,
    /// When its table was kept and by whom; empty while it was not, as the others.
    pub(super) table_kept: String,
    /// When the file was made; by whom is not kept.
    pub(super) file_made: String,
    pub(super) cleaned_up: String,
    pub(super) studies: Vec<StudyCode>,
}

/// The schools of a connection that chose Optie B, by name.
pub(super) fn rows(file: &ConnectionFile, kept: &BTreeMap<SchoolId, OptionB>, names: &Names) -> Vec<OptionBRow> {
    let said = |said: Option<Said>| {
        let Some(Said { at, by }) = said else { return String::new() };
        let by = names.contacts.get(&by).map_or("een contactpersoon", String::as_str);
        format!("op {}, door {by}", words::date_nl(at))
    };
    let found = file.schools.iter().filter_map(|school| kept.get(&school.id).map(|kept| (school, kept)));
    found
        .map(|(school, kept)| OptionBRow {
            name: school.details.name.to_string(),
            brin: school.details.brin.to_string(),
            table_kept: said(kept.table_kept),
            file_made: kept.file_made.map(|at| format!("op {}", words::date_nl(at))).unwrap_or_default(),
            cleaned_up: said(kept.cleaned_up),
            studies: kept.studies.rows().to_vec(),
        })
        .collect()
}
