//! Files as programs write them.

use crate::domain::roster::{Entry, Field, MOST_ROWS, Mapping, Sheet, Unreadable};

/// The list in a text.
pub(super) fn csv(text: &str) -> Sheet {
    Sheet::read(text.as_bytes()).expect("a list of schools")
}

fn texts(sheet: &Sheet, row: usize) -> Vec<&str> {
    sheet.rows[row].cells.iter().map(Entry::text).collect()
}

#[test]
fn text_of_dutch_excel_is_read_with_its_semicolons_and_its_letters() {
    let sheet = Sheet::read(b"School;BRIN;Magister\r\nColl\xe8ge \x80;00AB;college\r\n").expect("a list");

    assert_eq!(sheet.headers, ["School", "BRIN", "Magister"]);
    assert_eq!(texts(&sheet, 0), ["Coll\u{e8}ge \u{20ac}", "00AB", "college"]);
}

#[test]
fn a_byte_order_mark_and_line_breaks_in_quotes_are_read() {
    let sheet =
        csv("\u{feff}\"Naam\nschool\",\"BRIN\",\"Domein\"\n\"De \"\"Zon\"\"\nZuid\",98ZB,zon\n\n,,\nX,98XX,x\n");

    assert_eq!(Mapping::suggest(&sheet.headers).column(Field::School), Some(0));
    assert_eq!(texts(&sheet, 0), ["De \"Zon\" Zuid", "98ZB", "zon"]);
    assert_eq!(sheet.rows.iter().map(|row| row.number).collect::<Vec<_>>(), [2, 5]);
}

#[test]
fn the_header_may_stand_below_a_title_and_may_come_again() {
    let text = "Lijst van scholen;;\n;;\nSchool;BRIN;Domein\nDe Zon;98ZB;zon\nSchool;BRIN;Domein\nDe Maan;98MA;maan\n";

    let sheet = csv(text);

    assert_eq!(sheet.headers, ["School", "BRIN", "Domein"]);
    assert_eq!(sheet.rows.iter().map(|row| row.number).collect::<Vec<_>>(), [4, 6]);
}

#[test]
fn a_list_whose_names_nobody_knows_has_its_first_full_row_as_header() {
    let sheet = csv("Mijn lijst\nKolom A;Kolom B;Kolom C\nDe Zon;98ZB;zon\n");

    assert_eq!(sheet.headers, ["Kolom A", "Kolom B", "Kolom C"]);
    assert_eq!(sheet.rows.len(), 1);
}

#[test]
fn a_file_that_is_no_list_says_why() {
    let long = |rows: usize| {
        let rows: String = (0..rows).map(|row| format!("School {row};98ZB;zon\n")).collect();
        format!("School;BRIN;Domein\n{rows}")
    };
    for (bytes, why) in [
        (Vec::new(), Unreadable::Empty),
        (b" \n".to_vec(), Unreadable::Empty),
        (b";;\n;;\n".to_vec(), Unreadable::Empty),
        (b"School;BRIN;Domein\n".to_vec(), Unreadable::NoRows),
        (b"<html><table></table></html>".to_vec(), Unreadable::OtherKind),
        (b"%PDF-1.7\n\0\0".to_vec(), Unreadable::OtherKind),
        (b"PK\x03\x04half a workbook".to_vec(), Unreadable::Damaged),
        (b"School;BRIN;Domein\n\"De Zon;98ZB;zon\n".to_vec(), Unreadable::OpenQuote { row: 2 }),
        (long(MOST_ROWS + 1).into_bytes(), Unreadable::TooManyRows),
        (long(9_000).into_bytes(), Unreadable::TooManyRows),
        (vec![b'a'; 20 * 1024 * 1024 + 1], Unreadable::TooLarge),
    ] {
        let start = String::from_utf8_lossy(&bytes[..bytes.len().min(40)]).into_owned();
        assert_eq!(Sheet::read(&bytes).err(), Some(why), "{start}");
    }
    assert_eq!(Sheet::read(long(MOST_ROWS).as_bytes()).map(|sheet| sheet.rows.len()), Ok(MOST_ROWS));
}
