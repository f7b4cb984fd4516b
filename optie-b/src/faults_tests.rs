//! How faults and columns are named.

use super::*;

#[test]
fn columns_are_lettered_as_in_excel() {
    for (column, name) in [(0, "A"), (25, "Z"), (26, "AA"), (199, "GR"), (200, "GS"), (16_383, "XFD")] {
        assert_eq!(letters(column), name);
    }
}

#[test]
fn a_sentence_says_where_and_what_to_do() {
    let place = |file| Place { file, row: 12, column: "Klas".to_owned() };

    assert_eq!(
        Fault::Missing(place(File::Export)).to_string(),
        "Rij 12, kolom Klas: hier staat niets. Vul de waarde in, of verwijder de rij als het geen leerling is."
    );
    assert!(
        Fault::Missing(place(File::Ids)).to_string().starts_with("In het bestand met IDGebr, rij 12, kolom Klas: ")
    );
}
