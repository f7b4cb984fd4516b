//! Small files with two columns that belong together: a table of studies, a list of ids.

use crate::cell::Cell;
use crate::faults::{Fault, Lacking};
use crate::limits;
use crate::mapping::folded;
use crate::read::{self, Sink};

/// A row of such a file.
pub(crate) struct Pair {
    pub(crate) row: u32,
    pub(crate) first: Cell,
    pub(crate) second: Cell,
}

/// The names by which two columns are known, folded.
pub(crate) struct Names {
    pub(crate) first: &'static [&'static str],
    pub(crate) second: &'static [&'static str],
    /// What it is called that they are not there.
    pub(crate) missing: fn(Lacking) -> Fault,
}

/// Reads the pairs of a file, without rows in which neither column has anything.
pub(crate) fn read(bytes: &[u8], names: &Names) -> Result<Vec<Pair>, Fault> {
    let mut collector =
        Collector { names, columns: None, is_here: false, lacking: Lacking::Both, pairs: vec![], kept_bytes: 0 };
    match read::read(bytes, &mut collector) {
        Ok(()) if collector.columns.is_some() => Ok(collector.pairs),
        Ok(()) => Err((names.missing)(collector.lacking)),
        Err(fault) => Err(fault),
    }
}

struct Collector<'a> {
    names: &'a Names,
    columns: Option<(usize, usize)>,
    is_here: bool,
    /// What the first row with one of them lacks.
    lacking: Lacking,
    pairs: Vec<Pair>,
    kept_bytes: usize,
}

impl Collector<'_> {
    fn columns_in(&self, cells: &[Cell]) -> (Option<usize>, Option<usize>) {
        let names: Vec<String> = cells.iter().map(|cell| folded(&cell.label())).collect();
        let find = |known: &[&str]| names.iter().position(|name| known.contains(&name.as_str()));
        (find(self.names.first), find(self.names.second))
    }
}

impl Sink for Collector<'_> {
    fn sheet(&mut self, _: Option<&str>) -> bool {
        self.is_here = false;
        self.columns.is_none()
    }

    fn row(&mut self, number: u32, cells: &mut Vec<Cell>) -> Result<bool, Fault> {
        let Some((first, second)) = self.columns.filter(|_| self.is_here) else {
            match (self.columns_in(cells), self.lacking) {
                ((Some(first), Some(second)), _) => {
                    self.columns = Some((first, second));
                    self.is_here = true;
                    return Ok(true);
                }
                ((Some(_), None), Lacking::Both) => self.lacking = Lacking::Second,
                ((None, Some(_)), Lacking::Both) => self.lacking = Lacking::First,
                _ => {}
            }
            return Ok(number < limits::HEADER_ROWS);
        };
        let mut take = |column: usize| cells.get_mut(column).map(std::mem::take).unwrap_or_default();
        let pair = Pair { row: number, first: take(first), second: take(second) };
        if pair.first.is_blank() && pair.second.is_blank() {
            return Ok(true);
        }
        self.kept_bytes += pair.first.bytes() + pair.second.bytes();
        if self.kept_bytes > limits::KEPT_BYTES {
            return Err(Fault::TooMuchText);
        }
        self.pairs.push(pair);
        if self.pairs.len() > limits::ROWS { Err(Fault::TooManyRows) } else { Ok(true) }
    }

    fn known(&self, cells: &[Cell]) -> usize {
        let (first, second) = self.columns_in(cells);
        usize::from(first.is_some()) + usize::from(second.is_some())
    }
}
