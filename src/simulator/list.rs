//! Writes a list of made-up pupils, some hundred rows at a time.

use super::script::{Columns, ListScript, Spoiled, TextEncoding};

/// Rows per piece.
const ROWS_AT_ONCE: u32 = 200;

/// The pieces of an answer with this list.
pub(super) fn pieces(list: ListScript) -> impl Iterator<Item = Vec<u8>> + Send {
    let rows = list.rows;
    let starts = (0..rows).step_by(ROWS_AT_ONCE as usize);
    let written = list.clone();
    let body = starts.map(move |start| {
        let end = start.saturating_add(ROWS_AT_ONCE).min(rows);
        (start..end).map(|row| write_row(&written, row)).collect::<String>()
    });
    let parts = std::iter::once(head(&list)).chain(body).chain(std::iter::once(foot(&list)));
    parts.map(move |text| encode(&text, list.encoding))
}

/// One row, for an answer that never ends.
pub(super) fn one_row() -> String {
    write_row(&ListScript::default(), 7)
}

fn head(list: &ListScript) -> String {
    let declared = match list.encoding {
        TextEncoding::Utf8 | TextEncoding::Lying => "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
        TextEncoding::Windows1252 => "<?xml version=\"1.0\" encoding=\"windows-1252\"?>",
        TextEncoding::Undeclared => "",
        TextEncoding::Utf16 => "<?xml version=\"1.0\" encoding=\"utf-16\"?>",
    };
    let [response, result, table, plural] = wrappers(list.columns);
    let open = if list.rows == 0 { String::new() } else { format!("<{table}><{plural}>") };
    format!("{declared}<{response}><{result}>True</{result}>{open}\r\n")
}

fn foot(list: &ListScript) -> String {
    let [response, _, table, plural] = wrappers(list.columns);
    let close = if list.rows == 0 { String::new() } else { format!("</{plural}></{table}>") };
    format!("{close}</{response}>")
}

fn wrappers(columns: Columns) -> [&'static str; 4] {
    match columns {
        Columns::Current | Columns::Old | Columns::Misread => ["Response", "Result", "Table", "Leerlingen"],
        Columns::Labels => ["RESPONSE", "RESULT", "TABLE", "Lijst_van_leerlingen"],
    }
}

fn write_row(list: &ListScript, row: u32) -> String {
    let [id_gebr, externe_id, opleidingscode, stamnr] = match list.columns {
        Columns::Current | Columns::Old => ["idGebr", "ExterneId", "opleidingscode", "stamnr"],
        Columns::Labels => ["Leerling.idGebr", "Externe_Id", "OPLEIDINGSCODE", "stamnr_1"],
        Columns::Misread => ["idGebr", "Externeld", "opleidingscode", "stamnr"],
    };
    let cell = |name: &str, text: String| {
        if text.is_empty() { format!("<{name}/>") } else { format!("<{name}>{text}</{name}>") }
    };
    let unless = |is_left_out: bool, text: String| if is_left_out { String::new() } else { text };
    let is_double = row > 0 && list.rows - row.min(list.rows) <= list.double_stamnr;
    let mut cells = cell(id_gebr, unless(row < list.without_id_gebr, format!("{}", 900_000 + row)));
    cells.push_str(&cell(externe_id, format!("proefleerling-é{row}")));
    if list.columns != Columns::Old {
        let spoiled = if row + 1 == list.rows { list.spoiled } else { Spoiled::Nothing };
        let text = match spoiled {
            Spoiled::Nothing => "havo &amp; vwo 1",
            Spoiled::Reference => "havo &#x1F; &#xD800; vwo 1",
            Spoiled::Ampersand => "havo & vwo 1",
            Spoiled::Entity => "havo&nbsp;vwo 1",
        };
        cells.push_str(&cell(opleidingscode, unless(row < list.without_opleidingscode, text.to_owned())));
    }
    cells.push_str(&cell(stamnr, format!("{}", if is_double { 100_000 } else { 100_000 + row })));
    format!("<Leerling>{cells}</Leerling>\r\n")
}

pub(super) fn encode(text: &str, encoding: TextEncoding) -> Vec<u8> {
    match encoding {
        TextEncoding::Utf8 => text.as_bytes().to_vec(),
        TextEncoding::Windows1252 | TextEncoding::Undeclared | TextEncoding::Lying => {
            encoding_rs::WINDOWS_1252.encode(text).0.into_owned()
        }
        TextEncoding::Utf16 => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
    }
}
