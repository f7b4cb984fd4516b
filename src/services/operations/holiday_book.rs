//! The school holidays as this instance last saw them.

use std::sync::Arc;

use parking_lot::RwLock;

use crate::domain::reminder::SchoolHolidays;

/// The holidays as this instance last saw them.
#[derive(Debug, Clone)]
pub struct HolidayBook(Arc<RwLock<Known>>);

/// The holidays of one load.
#[derive(Debug, Clone)]
pub(super) struct Known {
    /// The load that they are of; 0 for none.
    pub(super) version: i32,
    pub(super) all: Arc<SchoolHolidays>,
}

impl Default for HolidayBook {
    fn default() -> Self {
        Self(Arc::new(RwLock::new(Known { version: 0, all: Arc::new(SchoolHolidays::built_in()) })))
    }
}

impl HolidayBook {
    pub(super) fn known(&self) -> Known {
        self.0.read().clone()
    }

    pub(super) fn learn(&self, known: Known) {
        *self.0.write() = known;
    }
}
