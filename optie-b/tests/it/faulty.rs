//! Files as schools have them by mistake. Each is refused, or its faults are named by row and column, and never a pupil.

use optie_b::faults::Lacking;
use optie_b::session::Question;
use optie_b::studies::Codes;
use optie_b::table::Wanted;
use optie_b::write::Encoding;
use optie_b::{Fault, Session};

use crate::support::{
    HEADER, Part, archive, container, faults, made, record, refusal, sample, sentences, session, sheet_xml, text, xlsx,
    xlsx_parts, xml_row, zip,
};

const ANNA: [&str; 7] = ["101001", "Anna", "", "Proef", "4ha", "Havo 4", ""];

#[test]
fn other_kinds_of_files_say_what_to_do() {
    let bof = record(0x0809, &[0, 6, 5, 0, 0, 0, 0, 0]);
    let protected = container(&[("Workbook", &[&bof[..], &record(0x002F, &[1, 0, 0, 0])].concat())]);
    let packed = container(&[("EncryptionInfo", b"x"), ("EncryptedPackage", b"y")]);
    let mut locked = archive(&[("xl/workbook.xml", b"<workbook/>")]);
    let directory = locked.windows(4).position(|window| window == b"PK\x01\x02").expect("a directory");
    locked[directory + 8] |= 1;
    let manifest = b"<manifest:manifest><manifest:file-entry><manifest:encryption-data/></manifest:file-entry></manifest:manifest>";

    for (file, fault) in [
        (b"<html><table><tr><td>Stamnr</td></tr></table></html>".to_vec(), Fault::Html),
        (b"\xef\xbb\xbf \r\n<?xml version=\"1.0\"?><Workbook/>".to_vec(), Fault::Html),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related".to_vec(), Fault::Html),
        (packed, Fault::Password),
        (protected, Fault::Password),
        (locked, Fault::Password),
        (archive(&[("META-INF/manifest.xml", manifest), ("content.xml", b"")]), Fault::Password),
        (container(&[("WordDocument", b"x")]), Fault::OtherKind),
        (archive(&[("word/document.xml", b"<w/>")]), Fault::OtherKind),
        (b"%PDF-1.7\n\0\0".to_vec(), Fault::OtherKind),
        (b"PK\x03\x04 and no more".to_vec(), Fault::Broken),
        (b"\xD0\xCF\x11\xE0".to_vec(), Fault::Broken),
        (vec![], Fault::Empty),
        (b" \r\n\r\n".to_vec(), Fault::Empty),
        (vec![b'x'; 21 * 1024 * 1024], Fault::FileTooLarge),
    ] {
        assert_eq!(refusal(&file), fault);
    }
    assert!(Fault::Html.to_string().ends_with("Open het bestand in Excel en sla het op als .xlsx."));
}

#[test]
fn a_table_without_the_right_columns_says_which() {
    let refused = |text: &str| refusal(text.as_bytes());

    assert_eq!(refused("Stamnr;Naam;Klas;Studie\n1;Anna Proef;1a;Havo"), Fault::OnlyNaam);
    assert_eq!(refused("Stamnr;Naam;Klas\n1;Anna Proef;1a"), Fault::OnlyNaam);
    assert_eq!(refused("een;twee\n1;2"), Fault::NoHeader);
    assert_eq!(refused(&format!("{}Stamnr;Klas;Studie\n1;2;3", "\n".repeat(20))), Fault::NoHeader);
    assert_eq!(
        refused("Stamnr;Voornaam;Achternaam;Studie\n1;a;b;c").to_string(),
        "De kolom Klas ontbreekt. Voeg Klas toe in de Kolommenkiezer van Magister en maak een nieuwe export, of wijs de kolom zelf aan."
    );
    assert_eq!(refusal(&text(&[";;;;;;"])), Fault::NoPupils);
    assert_eq!(refusal(&text(&["1;a;b;c;d;e;f;g"])), Fault::MoreCells { row: 2 });
    assert_eq!(refusal(&text(&["1;a;b;\"c;d;e;f"])), Fault::UnclosedQuote { row: 2 });
}

#[test]
fn the_header_stands_in_the_first_twenty_rows() {
    let at = |blank: usize| format!("{}{}\n{}", "\n".repeat(blank), HEADER.join(";"), ANNA.join(";"));

    assert!(session(at(19).as_bytes()).is_ok());
    assert_eq!(refusal(at(20).as_bytes()), Fault::NoHeader);
}

#[test]
fn cells_that_are_no_values_are_named_by_row_and_column() {
    let sentences = sentences(&text(&[
        "1,23E+05;Zeldzamenaam;;Proef;4ha;Havo 4;",
        "#N/B;Zeldzamenaam;;Proef;4ha;Havo 4;",
        "101003;=Zeldzamenaam;-;@Proef;+4;Havo 4;",
        "101004;;;Proef;;Havo 4;",
        "101005;Zeldzame\tnaam;;Proef;4ha;Havo 4;",
        "12a;Zeldzamenaam;;Proef;4ha;Havo 4;",
    ]));

    let places: Vec<&str> =
        sentences.iter().filter_map(|sentence| sentence.split_once(':').map(|(place, _)| place)).collect();
    assert_eq!(
        places,
        [
            "Rij 2, kolom Stamnr",
            "Rij 3, kolom Stamnr",
            "Rij 4, kolom Roepnaam",
            "Rij 4, kolom Tussenv.",
            "Rij 4, kolom Achternaam",
            "Rij 4, kolom Klas",
            "Rij 5, kolom Roepnaam",
            "Rij 5, kolom Klas",
            "Rij 6, kolom Roepnaam",
            "Rij 7, kolom Stamnr",
        ]
    );
    assert!(!sentences.concat().contains("Zeldzame"), "{sentences:?}");
    assert!(sentences[0].contains("Excel heeft hier een getal ingekort"), "{}", sentences[0]);
    assert!(sentences[2].contains("begint met =, +, - of @"), "{}", sentences[2]);
}

#[test]
fn an_error_in_a_workbook_is_a_fault_and_a_stored_result_counts() {
    let rows = format!(
        "{}<row r=\"2\"><c r=\"A2\"><f>1+1</f><v>101001.0</v></c><c r=\"B2\" t=\"e\"><f>NA()</f><v>#N/A</v></c>\
         <c r=\"D2\" t=\"str\"><f>A1</f><v>Proef</v></c><c r=\"E2\" t=\"b\"><v>1</v></c><c r=\"F2\" t=\"inlineStr\"><is><t>Havo 4</t></is></c></row>",
        xml_row(1, &HEADER)
    );

    assert_eq!(
        sentences(&xlsx(&rows, "")),
        ["Rij 2, kolom Roepnaam: hier staat een fout van Excel, zoals #N/B. Verbeter de formule of typ de waarde."]
    );
}

#[test]
fn an_empty_shared_string_does_not_shift_the_others() {
    let cells: String = (0..7).map(|index| format!("<c t=\"s\"><v>{}</v></c>", index + 1)).collect();
    let rows = format!("{}<row>{cells}</row>", xml_row(1, &HEADER));
    let strings = "<si/><si><t>101001</t></si><si><r><t>An</t></r><r><t>na</t></r><rPh><t>x</t></rPh></si><si><t/></si>\
                   <si><t>Proef &amp; Co</t></si><si><t>4ha</t></si><si><t>Havo 4</t></si><si/>";

    let session = session(&xlsx(&rows, strings)).expect("it is read");

    assert_eq!(made(&session).lines().nth(1), Some("101001;Anna;;Proef & Co;4ha;VERZONNEN-H4;;proef-101001;leerling"));
}

#[test]
fn limits_hold_before_memory_is_taken() {
    let pupils = |count: usize| {
        let lines: Vec<String> = (0..count).map(|index| format!("{};a;;b;c;Havo 4;", 100_000 + index)).collect();
        text(&lines.iter().map(String::as_str).collect::<Vec<_>>())
    };
    assert_eq!(
        session(&pupils(20_000)).map(|session| session.review().map(|review| review.counts.pupils)),
        Ok(Some(20_000))
    );
    assert_eq!(refusal(&pupils(20_001)), Fault::TooManyRows);

    let wide = |columns: usize| {
        let names: Vec<String> =
            HEADER.iter().map(ToString::to_string).chain((7..columns).map(|column| format!("k{column}"))).collect();
        format!("{}\n{}", names.join(";"), ANNA.join(";")).into_bytes()
    };
    assert!(session(&wide(200)).is_ok());
    assert_eq!(refusal(&wide(201)), Fault::TooManyColumns { row: 1, column: "GS".to_owned() });

    let far = xml_row(1, &HEADER) + "<row r=\"2\"><c r=\"XFD2\"><v>1</v></c></row>";
    assert_eq!(refusal(&xlsx(&far, "")), Fault::TooManyColumns { row: 2, column: "XFD".to_owned() });
}

#[test]
fn a_sheet_that_says_it_is_endless_takes_no_memory() {
    let rows = format!("{}{}", xml_row(1, &HEADER), xml_row(1_048_576, &ANNA));
    let sheet = sheet_xml(&rows).replace("<sheetData>", "<dimension ref=\"A1:XFD1048576\"/><sheetData>");
    let parts = xlsx_parts(&sheet, "");
    let file = archive(&parts.iter().map(|(name, text)| (*name, text.as_bytes())).collect::<Vec<_>>());

    let mut read = None;
    let used = allocation_counter::measure(|| {
        read = Some(session(&file).map(|session| session.found(false).map(|found| found.rows)))
    });

    assert_eq!(read, Some(Ok(Some(1))));
    assert!(used.bytes_max < 2 * 1024 * 1024, "{used:?}");
}

#[test]
fn a_bomb_is_refused_by_what_its_directory_says_and_by_what_comes_out() {
    let bomb = vec![b' '; 8 * 1024 * 1024];
    let packed = miniz_oxide::deflate::compress_to_vec(&bomb, 6);
    let of_size = |size: u64| {
        let parts = xlsx_parts(&sheet_xml(""), "");
        let mut all: Vec<Part<'_>> = parts[..2]
            .iter()
            .map(|(name, text)| Part {
                name,
                method: 0,
                packed: text.clone().into_bytes(),
                size: text.len() as u64,
                checksum: crc32fast::hash(text.as_bytes()),
            })
            .collect();
        all.push(Part {
            name: "xl/worksheets/sheet1.xml",
            method: 8,
            packed: packed.clone(),
            size,
            checksum: crc32fast::hash(&bomb),
        });
        zip(&all)
    };
    for (said, fault) in
        [(1_000, Fault::Broken), (bomb.len() as u64, Fault::Broken), (101 * 1024 * 1024, Fault::TooMuchUnpacked)]
    {
        let file = of_size(said);
        let mut refused = None;
        let used = allocation_counter::measure(|| refused = Some(refusal(&file)));

        assert_eq!(refused, Some(fault), "{said}");
        assert!(used.bytes_max < 3 * 1024 * 1024, "{said}: {used:?}");
    }
}

#[test]
fn several_sheets_with_pupils_are_asked_about() {
    let sheet = |names: &[&str]| -> String {
        names.iter().enumerate().map(|(index, name)| format!("<sheet name=\"{name}\" r:id=\"r{index}\"/>")).collect()
    };
    let relations: String = (0..3)
        .map(|index| format!("<Relationship Id=\"r{index}\" Type=\"x/worksheet\" Target=\"worksheets/{index}.xml\"/>"))
        .collect();
    let of_sheet = |pupil: &[&str]| sheet_xml(&(xml_row(1, &HEADER) + &xml_row(2, pupil)));
    let file = archive(&[
        (
            "xl/workbook.xml",
            format!("<workbook xmlns:r=\"r\"><sheets>{}</sheets></workbook>", sheet(&["Klas 1", "Leeg", "Klas 2"]))
                .as_bytes(),
        ),
        ("xl/_rels/workbook.xml.rels", format!("<Relationships>{relations}</Relationships>").as_bytes()),
        ("xl/worksheets/0.xml", of_sheet(&ANNA).as_bytes()),
        ("xl/worksheets/1.xml", sheet_xml("").as_bytes()),
        ("xl/worksheets/2.xml", of_sheet(&["101002", "Bo", "", "Proef", "1b", "Havo 4", ""]).as_bytes()),
    ]);

    assert_eq!(refusal(&file), Fault::SeveralSheets(vec!["Klas 1".to_owned(), "Klas 2".to_owned()]));
    let mut chosen = Session::default();
    chosen.open(&file, &Wanted { sheet: Some("Klas 2".to_owned()), ..Wanted::default() }).expect("it is read");
    let found = chosen.found(true).expect("found");
    assert_eq!((found.rows, found.other_sheets), (1, vec!["Klas 1".to_owned(), "Leeg".to_owned()]));
}

#[test]
fn one_stamnr_for_two_pupils_is_a_fault_and_for_two_classes_a_question() {
    let two = text(&["101001;Anna;;Proef;4ha;Havo 4;", "101001;Bo;;Proef;4ha;Havo 4;"]);
    assert_eq!(
        sentences(&two),
        [
            "Rij 3, kolom Roepnaam: in rij 2 staat hetzelfde stamnr, maar een andere waarde in deze kolom. Verbeter de rijen of verwijder er een."
        ]
    );

    let classes =
        session(&text(&["101001;Anna;;Proef;4ha;Havo 4;", "101001;Anna;;Proef;4hb;Havo 4;"])).expect("it is read");
    let review = classes.review().expect("a review");
    assert_eq!(review.faults, []);
    assert_eq!(
        review.questions.iter().map(Question::sentence).collect::<Vec<_>>(),
        [
            "Deze leerling staat er meer dan één keer in. Welke rij klopt? Kies uit rij 2 (4ha, Havo 4), rij 3 (4hb, Havo 4)."
        ]
    );
}

#[test]
fn stamnrs_that_differ_in_zeros_never_become_one_or_two_pupils_unseen() {
    let file =
        text(&["1234;Anna;;Proef;4ha;Havo 4;", "001234;Anna;;Proef;4ha;Havo 4;", "999999;Bo;;Proef;4ha;Havo 4;"]);
    let mut session = session(&file).expect("it is read");
    assert!(matches!(&*session.review().expect("a review").questions, [Question::Zeros { digits: 6, .. }]));

    session.answers.fill_zeros = Some(false);
    let review = session.review().expect("a review");
    assert_eq!(review.faults.iter().map(Fault::code).collect::<Vec<_>>(), ["zeros_differ"]);

    session.answers.fill_zeros = Some(true);
    let review = session.review().expect("a review");
    assert_eq!((review.counts.pupils, review.counts.merged, review.notes.merged_over_zeros), (2, 1, vec![3]));
}

#[test]
fn two_ids_for_one_stamnr_give_none() {
    let mut session =
        session(&text(&["101001;Anna;;Proef;4ha;Havo 4;", "101002;Bo;;Proef;4ha;Havo 4;"])).expect("it is read");
    session.open_ids(b"Stamnr;IDGebr\r\n101001;1\r\n101001;2\r\n101002;3\r\n").expect("ids");

    let joined = session.review().and_then(|review| review.notes.ids).expect("ids");
    assert_eq!((joined.doubtful_rows, joined.without_rows), (vec![2, 3], vec![2]));
    let lines = made(&session);
    assert_eq!(
        lines.lines().map(|line| line.rsplit(';').next().unwrap_or_default()).collect::<Vec<_>>(),
        ["IDGebr", "", "3"]
    );
    assert_eq!(session.open_ids(b"a;b\r\n1;2"), Err(vec![Fault::IdsColumns(Lacking::Both)]));
}

#[test]
fn studies_without_a_code_and_codes_that_numo_does_not_know_keep_the_file_from_being_made() {
    let file =
        text(&["101001;Anna;;Proef;4ha; hAVO 4;", "101002;Bo;;Proef;1b;Techniek;", "101003;Cas;;Proef;1b;techniek ;"]);
    let mut session = session(&file).expect("it is read");
    assert_eq!(
        session.review().expect("a review").questions,
        [Question::Studies { studies: vec![("Techniek".to_owned(), 2)] }]
    );
    assert!(session.convert(&mut || None).is_err());

    session.studies.set("TECHNIEK", "T1").expect("a code");
    assert!(made(&session).contains("101003;Cas;;Proef;1b;T1;;"));
    session.codes = Some(Codes::read(b"T1\nT2\n").expect("codes"));
    assert_eq!(
        session.review().expect("a review").faults,
        [Fault::UnknownCode { study: "hAVO 4".to_owned(), code: "VERZONNEN-H4".to_owned() }]
    );
}

#[test]
fn text_is_read_with_each_separator_and_encoding() {
    let pupil = "101001;Zo\u{eb};;\u{c9}\u{e9}n;4ha;Havo 4;zoe@x.example";
    let plain = String::from_utf8(text(&[pupil])).expect("text");
    let latin = encoding_rs::WINDOWS_1252.encode(&plain).0.into_owned();
    let wide: Vec<u8> = "\u{feff}".encode_utf16().chain(plain.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let mut files = vec![plain.clone().into_bytes(), latin, wide, format!("\u{feff}{plain}").into_bytes()];
    for separator in [",", "\t"] {
        files.push(plain.replace(';', separator).into_bytes());
    }
    files.push(format!("sep=|\n{}", plain.replace(';', "|")).into_bytes());
    files.push(plain.replace("\r\n", "\r").into_bytes());

    for file in files {
        let session = session(&file).unwrap_or_else(|fault| panic!("{fault}: {file:?}"));
        assert_eq!(
            made(&session).lines().nth(1),
            Some("101001;Zo\u{eb};;\u{c9}\u{e9}n;4ha;VERZONNEN-H4;zoe@x.example;proef-101001;leerling")
        );
    }
}

#[test]
fn another_file_forgets_what_was_chosen_about_rows_and_letters() {
    let mut session = session(&sample("in/03-ansi-dubbel.csv")).expect("it is read");
    session.answers.keep_rows.insert(8);
    session.answers.encoding = Some(Encoding::Utf8);
    let wanted = Wanted::default();

    session.open(&sample("in/03-ansi-dubbel.csv"), &wanted).expect("it is read");
    assert_eq!(session.answers.keep_rows.len(), 1, "the same file, with other columns perhaps");
    session.open(&sample("in/05-oud.xls"), &wanted).expect("it is read");
    assert_eq!((session.answers.keep_rows.len(), session.answers.encoding), (0, None));
    assert!(session.answers.password.is_some(), "a rule is of no file");
}

#[test]
fn a_row_that_may_be_a_pupil_is_never_left_out() {
    let file = text(&[
        "101001;Anna;;Proef;4ha;Havo 4;",
        HEADER.join(";").as_str(),
        "Aantal: 1;;;;;;",
        "Totaal;1;;;;;",
        "Gemaakt op 29-11-2026;;;;;;",
        ";Bo;;;;;",
        "101003;;;;;;",
        "1E5;;;;;;",
    ]);
    let session = session(&file).expect("it is read");

    let found = session.found(false).expect("found");
    assert_eq!((found.total_rows, found.header_again_rows), (vec![4, 5, 6], vec![3]));
    let rows: std::collections::BTreeSet<u32> =
        faults(&file).iter().filter_map(|fault| fault.place().map(|place| place.row)).collect();
    assert_eq!(rows.into_iter().collect::<Vec<_>>(), [7, 8, 9]);
}

#[test]
fn a_row_that_comes_back_without_end_is_refused_in_time() {
    let content = crate::drawn::ods_content(&[&HEADER, &ANNA]);
    let endless = content.replacen(
        "</table:table-row><table:table-row>",
        "</table:table-row><table:table-row table:number-rows-repeated=\"4000000000\">",
        1,
    );
    assert_ne!(endless, content);

    assert_eq!(refusal(&crate::drawn::ods(&endless)), Fault::TooManyRows);
}
