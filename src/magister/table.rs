//! Counts the rows of a list in constant memory. No row is kept, not even for as long as the list is read.
//!
//! To find a stamnr that comes twice, a keyed hash of each is remembered until the list ends, in a room that does not
//! grow: once it is full, those that follow are only looked up. The key is drawn for this one list, so the hashes say
//! nothing to anybody else, and nobody can choose values that collide.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hasher};

use strum::{EnumIter, IntoEnumIterator};

use super::limits::Limits;
use crate::domain::check::{Counts, Oddity};

/// A list has four columns of ours; more than this many are not named.
const COLUMNS_MAX: usize = 64;
/// The longest name that is kept, in bytes.
const NAME_BYTES: usize = 64;
/// With more digits it could hold the number of a pupil.
const NAME_DIGITS: usize = 4;

/// Drawn anew for each list.
pub(super) type HashKey = [u8; 16];

/// A column that we ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[derive(EnumIter)]
pub(super) enum Column {
    IdGebr,
    ExterneId,
    Opleidingscode,
    Stamnr,
}

impl Column {
    /// Finds a column back under Magister's labels: `Leerling.idGebr`, `externe_id`, `stamnr_1`.
    pub(super) fn of(name: &str) -> Option<Self> {
        let last = name.rsplit('.').next().unwrap_or(name);
        let bare = match last.rsplit_once('_') {
            Some((before, number)) if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) => before,
            Some(_) | None => last,
        };
        let is = |wanted: &str| {
            let signs = bare.bytes().filter(|sign| *sign != b'_').map(|sign| sign.to_ascii_lowercase());
            signs.eq(wanted.bytes())
        };
        Self::iter().find(|column| column.names().iter().any(|wanted| is(wanted)))
    }

    /// The names in lower case. The manual misread ExterneId as "Externeld".
    fn names(self) -> &'static [&'static str] {
        match self {
            Self::IdGebr => &["idgebr"],
            Self::ExterneId => &["externeid", "externeld"],
            Self::Opleidingscode => &["opleidingscode"],
            Self::Stamnr => &["stamnr"],
        }
    }
}

/// Whether a tag is a name that may be kept, and not half of what stands behind it in an answer that is broken.
pub(super) fn is_name(name: &str) -> bool {
    let is_sign = |sign: u8| sign.is_ascii_alphanumeric() || b"_-.".contains(&sign);
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    name.len() <= NAME_BYTES && digits <= NAME_DIGITS && name.bytes().all(is_sign)
}

/// The row that is open now: what it has, never what it says.
#[derive(Default)]
struct Row {
    depth: usize,
    has_id_gebr: bool,
    has_opleidingscode: bool,
    stamnr: Option<u64>,
}

/// What is counted so far.
#[derive(Default)]
pub(super) struct Counter {
    key: HashKey,
    rows_max: u32,
    stamnrs_max: usize,
    counts: Counts,
    columns: Vec<String>,
    found: Vec<Column>,
    seen: HashSet<u64>,
    row: Option<Row>,
}

impl Counter {
    pub(super) fn new(key: HashKey, limits: &Limits) -> Self {
        Self { key, rows_max: limits.rows, stamnrs_max: limits.stamnrs, ..Self::default() }
    }

    /// Takes one cell of the row whose element stands at `depth`; `text` is `None` when the cell is empty.
    pub(super) fn cell(&mut self, depth: usize, name: &str, column: Option<Column>, text: Option<&str>) {
        self.name(name, column);
        let stamnr = text.filter(|_| column == Some(Column::Stamnr)).map(|text| self.hash(text));
        let row = self.row.get_or_insert_with(|| Row { depth, ..Row::default() });
        if row.depth != depth {
            return;
        }
        match column {
            Some(Column::IdGebr) => row.has_id_gebr |= text.is_some(),
            Some(Column::Opleidingscode) => row.has_opleidingscode |= text.is_some(),
            Some(Column::Stamnr) => row.stamnr = row.stamnr.or(stamnr),
            Some(Column::ExterneId) | None => {}
        }
    }

    fn name(&mut self, name: &str, column: Option<Column>) {
        if self.columns.len() < COLUMNS_MAX && is_name(name) && !self.columns.iter().any(|n| n == name) {
            self.columns.push(name.to_owned());
        }
        if let Some(column) = column.filter(|column| !self.found.contains(column)) {
            self.found.push(column);
        }
    }

    fn hash(&self, text: &str) -> u64 {
        let mut hasher = DefaultHasher::new();
        hasher.write(&self.key);
        hasher.write(text.as_bytes());
        hasher.finish()
    }

    /// Closes the row, if the element that ends at `depth` is one.
    pub(super) fn close_row(&mut self, depth: usize) -> Result<(), Oddity> {
        let Some(row) = self.row.take_if(|row| row.depth >= depth) else { return Ok(()) };
        if self.counts.rows >= self.rows_max {
            return Err(Oddity::TooBig);
        }
        self.counts.rows += 1;
        self.counts.without_id_gebr += u32::from(!row.has_id_gebr);
        self.counts.without_opleidingscode += u32::from(!row.has_opleidingscode);
        self.counts.double_stamnr += u32::from(row.stamnr.is_some_and(|hash| self.was_seen(hash)));
        Ok(())
    }

    /// Whether this stamnr was in an earlier row, as far as those are remembered.
    fn was_seen(&mut self, stamnr: u64) -> bool {
        if self.seen.capacity() == 0 {
            self.seen.reserve(self.stamnrs_max);
        }
        if self.seen.len() < self.stamnrs_max { !self.seen.insert(stamnr) } else { self.seen.contains(&stamnr) }
    }

    /// Whether anything of a list was seen.
    pub(super) fn has_cells(&self) -> bool {
        !self.columns.is_empty() || !self.found.is_empty()
    }

    pub(super) fn counts(&self) -> Counts {
        self.counts
    }

    pub(super) fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Whether one of our columns is in no row.
    pub(super) fn lacks_column(&self) -> bool {
        Column::iter().any(|column| !self.found.contains(&column))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_back_under_magisters_labels() {
        for (name, column) in [
            ("idGebr", Some(Column::IdGebr)),
            ("IDGEBR", Some(Column::IdGebr)),
            ("id_Gebr", Some(Column::IdGebr)),
            ("Leerling.idGebr", Some(Column::IdGebr)),
            ("ExterneId", Some(Column::ExterneId)),
            ("Externeld", Some(Column::ExterneId)),
            ("externe_id", Some(Column::ExterneId)),
            ("opleidingscode_1", Some(Column::Opleidingscode)),
            ("stamnr", Some(Column::Stamnr)),
            ("stamnr_", Some(Column::Stamnr)),
            ("stamnr1", None),
            ("Loginaccount.Naam", None),
            ("", None),
            ("é", None),
        ] {
            assert_eq!(Column::of(name), column, "{name}");
        }
    }

    #[test]
    fn what_could_be_of_a_pupil_is_no_name() {
        for (name, expected) in [
            ("Loginaccount.Naam_12", true),
            ("stamnr_1", true),
            ("stamnr900007", false),
            ("stamnr>900007</stamnr", false),
            ("ExterneId'", false),
            (&"x".repeat(65), false),
        ] {
            assert_eq!(is_name(name), expected, "{name}");
        }
    }

    #[test]
    fn the_hashes_of_one_list_say_nothing_of_another() {
        let hash = |key| Counter::new(key, &Limits::default()).hash("12345");

        assert_ne!(hash([1; 16]), hash([2; 16]));
        assert_eq!(hash([1; 16]), hash([1; 16]));
    }

    #[test]
    fn counting_stops_at_the_bound() {
        let mut counter = Counter::new([0; 16], &Limits { rows: 2, ..Limits::default() });
        let mut row = || {
            counter.cell(4, "stamnr", Some(Column::Stamnr), Some("7"));
            counter.close_row(4)
        };

        assert_eq!((row(), row(), row()), (Ok(()), Ok(()), Err(Oddity::TooBig)));
        assert_eq!(counter.counts().double_stamnr, 1);
        assert_eq!(counter.seen.len(), 1);
    }

    #[test]
    fn a_stamnr_is_found_back_for_as_long_as_there_was_room_for_it() {
        let mut counter = Counter::new([0; 16], &Limits { stamnrs: 2, ..Limits::default() });
        for stamnr in ["1", "2", "3", "1", "3", "2"] {
            counter.cell(4, "stamnr", Some(Column::Stamnr), Some(stamnr));
            counter.close_row(4).expect("there is room for rows");
        }

        assert_eq!((counter.counts().rows, counter.counts().double_stamnr), (6, 2));
    }
}
