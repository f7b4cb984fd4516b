//! The file with `Stamnr` and `IDGebr`, and who gets which id. Where two ids claim one pupil, or two pupils one id, nobody
//! gets it, and it is said.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::cell::Cell;
use crate::faults::{Fault, File, Place};
use crate::pairs::{self, Names};
use crate::stamnr::{self, NoStamnr};
use crate::write::is_formula;

/// The name of the id's column, in that file and in Numo's.
pub const ID: &str = "IDGebr";

const NAMES: Names =
    Names { first: &["stamnr", "stamnummer", "leerlingnummer"], second: &["idgebr"], missing: Fault::IdsColumns };

/// The ids of a file.
#[derive(Debug, Default)]
pub struct Ids(Vec<Id>);

#[derive(Debug)]
struct Id {
    row: u32,
    stamnr: String,
    id: String,
}

/// What came of joining.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Joined {
    /// The id of each pupil, in the order of the pupils.
    #[serde(skip)]
    pub ids: Vec<Option<String>>,
    /// How many pupils have an id.
    pub found: usize,
    /// Rows of the export whose pupil has none.
    pub without_rows: Vec<u32>,
    /// Rows of the file with ids that fit nobody.
    pub nobody_rows: Vec<u32>,
    /// Rows of the file with two ids for one stamnr; none is given.
    pub doubtful_rows: Vec<u32>,
    /// Rows of the file with one id for two stamnrs; none is given.
    pub shared_rows: Vec<u32>,
}

impl Ids {
    /// Reads the file, as text or as a workbook.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(bytes: &[u8]) -> Result<Self, Vec<Fault>> {
        let mut ids = vec![];
        let mut faults = vec![];
        for pair in pairs::read(bytes, &NAMES).map_err(|fault| vec![fault])? {
            let place = |column: &str| Place { file: File::Ids, row: pair.row, column: column.to_owned() };
            let stamnr = stamnr_of(&pair.first, || place("Stamnr"));
            let id = id_of(&pair.second, || place(ID));
            match (stamnr, id) {
                // Without an id there is nothing to join.
                (Ok(stamnr), Ok(Some(id))) => ids.push(Id { row: pair.row, stamnr, id }),
                (Ok(_), Ok(None)) => {}
                (stamnr, id) => faults.extend(stamnr.err().into_iter().chain(id.err())),
            }
        }
        if faults.is_empty() { Ok(Self(ids)) } else { Err(faults) }
    }

    pub(crate) fn stamnrs(&self) -> Vec<&str> {
        self.0.iter().map(|id| id.stamnr.as_str()).collect()
    }

    /// Gives each pupil the id of its stamnr. The pupils come as row and stamnr, already filled up; `digits` fills up ours.
    #[must_use]
    pub fn join(&self, pupils: &[(u32, &str)], digits: Option<usize>) -> Joined {
        let filled = |stamnr: &str| digits.map_or_else(|| stamnr.to_owned(), |digits| stamnr::filled(stamnr, digits));
        let mut of_stamnr: BTreeMap<String, BTreeMap<&str, Vec<u32>>> = BTreeMap::new();
        let mut of_id: BTreeMap<&str, BTreeMap<String, Vec<u32>>> = BTreeMap::new();
        for id in &self.0 {
            let stamnr = filled(&id.stamnr);
            of_stamnr.entry(stamnr.clone()).or_default().entry(&id.id).or_default().push(id.row);
            of_id.entry(&id.id).or_default().entry(stamnr).or_default().push(id.row);
        }
        let rows = |all: Vec<&Vec<u32>>| all.into_iter().flatten().copied().collect::<BTreeSet<u32>>();
        let doubtful = rows(of_stamnr.values().filter(|ids| ids.len() > 1).flat_map(BTreeMap::values).collect());
        let shared = rows(of_id.values().filter(|stamnrs| stamnrs.len() > 1).flat_map(BTreeMap::values).collect());
        let mut joined = Joined::default();
        for (row, stamnr) in pupils {
            let id = of_stamnr.get(*stamnr).and_then(|ids| match ids.iter().next() {
                Some((id, _)) if ids.len() == 1 && of_id.get(id).is_some_and(|all| all.len() == 1) => Some(*id),
                _ => None,
            });
            match id {
                Some(_) => joined.found += 1,
                None => joined.without_rows.push(*row),
            }
            joined.ids.push(id.map(str::to_owned));
        }
        let pupils: BTreeSet<&str> = pupils.iter().map(|(_, stamnr)| *stamnr).collect();
        joined.nobody_rows =
            self.0.iter().filter(|id| !pupils.contains(filled(&id.stamnr).as_str())).map(|id| id.row).collect();
        joined.doubtful_rows = doubtful.into_iter().collect();
        joined.shared_rows = shared.into_iter().collect();
        joined
    }
}

fn stamnr_of(cell: &Cell, place: impl Fn() -> Place) -> Result<String, Fault> {
    let value = cell.value().map_err(|why| Fault::spoiled(why, place()))?;
    if value.is_empty() {
        return Err(Fault::Missing(place()));
    }
    stamnr::parse(&value).map(str::to_owned).map_err(|why| match why {
        NoStamnr::NotDigits => Fault::NotDigits(place()),
        NoStamnr::Scientific => Fault::Scientific(place()),
    })
}

fn id_of(cell: &Cell, place: impl Fn() -> Place) -> Result<Option<String>, Fault> {
    let value = cell.value().map_err(|why| Fault::spoiled(why, place()))?;
    if crate::cell::is_scientific(&value) {
        return Err(Fault::Scientific(place()));
    }
    if is_formula(&value) {
        return Err(Fault::Formula(place()));
    }
    let whole = stamnr::parse(&value).map_or(value.clone(), str::to_owned);
    Ok(Some(whole).filter(|id| !id.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(text: &str) -> Ids {
        Ids::read(text.as_bytes()).expect("ids")
    }

    #[test]
    fn two_ids_for_one_stamnr_give_none_and_are_named() {
        let ids = ids("Stamnr;IDGebr\n1;91\n2;92\n2;93\n3;94\n3;94\n9;99\n4;\n");

        let joined = ids.join(&[(4, "1"), (5, "2"), (6, "3"), (7, "4")], None);

        assert_eq!(joined.ids, [Some("91".to_owned()), None, Some("94".to_owned()), None]);
        assert_eq!((joined.found, &*joined.without_rows), (2, &[5, 7][..]));
        assert_eq!((&*joined.doubtful_rows, &*joined.nobody_rows), (&[3, 4][..], &[7][..]));
    }

    #[test]
    fn of_two_columns_the_one_that_is_not_there_is_named() {
        for (text, said) in [
            ("Stamnr;Gebruiker\n1;2\n", "ontbreekt de kolom IDGebr."),
            ("Leerling;IDGebr\n1;2\n", "ontbreekt de kolom Stamnr."),
            ("een;twee\n1;2\n", "ontbreken de kolommen Stamnr en IDGebr."),
            // A title above them does not count.
            ("Lijst\n\nStamnr;ID\n1;2\n", "ontbreekt de kolom IDGebr."),
        ] {
            let faults = Ids::read(text.as_bytes()).expect_err("a column is missing");

            let text = format!(
                "In het bestand met IDGebr {said} Vraag de applicatiebeheerder om een bestand met Stamnr en IDGebr."
            );
            assert_eq!(faults.iter().map(Fault::to_string).collect::<Vec<_>>(), [text]);
        }
    }

    #[test]
    fn one_id_for_two_pupils_goes_to_neither() {
        let joined = ids("IDGebr;Stamnr\n91;1\n91;2\n").join(&[(2, "1"), (3, "2")], None);

        assert_eq!((joined.ids, joined.shared_rows), (vec![None, None], vec![2, 3]));
    }

    #[test]
    fn ids_are_found_by_the_same_zeros() {
        let ids = ids("Stamnr;IDGebr\n90;1\n");

        assert_eq!(ids.join(&[(2, "000090")], Some(6)).ids, [Some("1".to_owned())]);
        assert_eq!(ids.join(&[(2, "000090")], None).ids, [None]);
    }

    #[test]
    fn a_wrong_row_is_named_with_its_file() {
        let faults = Ids::read("Stamnr;IDGebr\n1,2E+05;1\n7;#N/B\n".as_bytes()).expect_err("faults");

        let texts: Vec<String> = faults.iter().map(Fault::to_string).collect();
        assert!(texts[0].starts_with("In het bestand met IDGebr, rij 2, kolom Stamnr: Excel heeft"), "{texts:?}");
        assert!(
            texts[1].starts_with("In het bestand met IDGebr, rij 3, kolom IDGebr: hier staat een fout"),
            "{texts:?}"
        );
    }
}
