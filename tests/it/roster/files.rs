//! Five spreadsheets of 400 rows, as five people would make them.

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

/// How many rows each has.
pub(super) const ROWS: usize = 400;

/// How many schools most of them have; the first of those have a second contact on the rows that are left.
pub(super) const SCHOOLS: usize = 350;

/// A file with its name.
pub(super) struct MadeFile {
    pub(super) name: &'static str,
    pub(super) bytes: Vec<u8>,
}

/// One row before it is written in the way of a file.
struct Row {
    school: String,
    brin: String,
    domain: String,
    region: &'static str,
    contact: String,
    email: String,
    role: &'static str,
    stand: &'static str,
}

const REGIONS: [&str; 3] = ["Noord", "Midden", "Zuid"];
const ROLES: [&str; 4] =
    ["superbeheerder", "applicatiebeheerder", "contactpersoon", "superbeheerder en applicatiebeheerder"];
const STANDS: [&str; 6] = [
    "",
    "consent gegeven",
    "consent gegeven, allowlisting bevestigd",
    "allowlisting aangevraagd",
    "wachtwoord ingesteld, consent gegeven",
    "import open",
];

/// The number of a school, apart for each file.
fn brin(file: usize, school: usize) -> String {
    let letter = |number: usize| char::from(b'A' + u8::try_from(number % 26).expect("a letter"));
    format!("{:02}{}{}", 10 + file, letter(school / 26), letter(school))
}

fn row(file: usize, school: usize) -> Row {
    Row {
        school: format!("Coll\u{e8}ge De Zo\u{eb}ven {file}-{school}"),
        brin: brin(file, school),
        domain: format!("school{file}-{school}"),
        region: REGIONS[school % 3],
        contact: format!("Jo\u{eb}l van der Meij {school}"),
        email: format!("j.meij{school}@school{file}.example"),
        role: ROLES[school % 4],
        stand: STANDS[school % 6],
    }
}

/// So many schools, of which the first have a second contact.
fn schools_and_seconds(file: usize) -> Vec<Row> {
    let second = |school: usize| Row {
        contact: format!("Bo Bos {school}"),
        email: format!("b.bos{school}@school{file}.example"),
        role: "",
        stand: "",
        ..row(file, school)
    };
    (0..SCHOOLS).map(|school| row(file, school)).chain((SCHOOLS..ROWS).map(|line| second(line - SCHOOLS))).collect()
}

/// What Excel writes in the Netherlands as CSV: semicolons, and letters as Windows has them.
pub(super) fn dutch_csv() -> MadeFile {
    let mut text = "School;BRIN;Schooldomein;Regio;Contactpersoon;E-mail;Rol;Stand\r\n".to_owned();
    for Row { school, brin, domain, region, contact, email, role, stand } in schools_and_seconds(1) {
        text += &format!("{school};{brin};{domain}.swp.nl;{region};{contact};{email};{role};\"{stand}\"\r\n");
    }
    let (bytes, _, had_errors) = encoding_rs::WINDOWS_1252.encode(&text);
    assert!(!had_errors);
    MadeFile { name: "scholen nederland.csv", bytes: bytes.into_owned() }
}

/// A workbook with a title, a column of dates, and numbers of schools that begin with a zero.
pub(super) fn workbook() -> MadeFile {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("Lijst").expect("a fit name");
    let day = Format::new().set_num_format("dd-mm-yyyy");
    sheet.write(0, 0, "Scholen, stand van 1 december").expect("a cell");
    let names = [
        "Naam school",
        "BRIN-nummer",
        "Magister",
        "Aangemeld op",
        "Regio",
        "Contact",
        "Mailadres",
        "Functie",
        "Stand 1 dec",
        "Leerlingen",
    ];
    for (column, name) in (0..).zip(names) {
        sheet.write(2, column, name).expect("a cell");
    }
    for (line, one) in (3..).zip(schools_and_seconds(2)) {
        let brin = one.brin.replacen("12", "02", 1);
        let cells = [
            (0, one.school),
            (1, brin),
            (2, format!("https://{}.swp.nl:8800/doc", one.domain)),
            (4, one.region.to_owned()),
            (5, one.contact),
            (6, one.email),
            (7, one.role.to_owned()),
            (8, one.stand.to_owned()),
        ];
        for (column, text) in cells {
            sheet.write(line, column, text).expect("a cell");
        }
        let date = ExcelDateTime::from_ymd(2026, 9, 1 + u8::try_from(line % 28).expect("a day")).expect("a date");
        sheet.write_with_format(line, 3, &date, &day).expect("a cell");
        sheet.write(line, 9, 1000 + line).expect("a cell");
    }
    MadeFile { name: "stichting-delta.xlsx", bytes: book.save_to_buffer().expect("a workbook") }
}

/// How many schools of a board share a Magister.
pub(super) const SHARE: usize = 80;

/// So many schools of a board, with a contact on every tenth row.
pub(super) fn board(schools: usize) -> MadeFile {
    let mut text = "School;BRIN;Domein;Contact;E-mail;Rol;Stand\n".to_owned();
    for school in 0..schools {
        let Row { school: name, brin, contact, email, .. } = row(3, school);
        let (contact, email) = if school % 10 == 3 { (contact, email) } else { (String::new(), String::new()) };
        let domain = format!("rivierenland{}", school / SHARE);
        let stand = if school % SHARE < SHARE / 2 { "import open" } else { "" };
        text += &format!("{name};{brin};https://{domain}.swp.nl;{contact};{email};;{stand}\n");
    }
    MadeFile { name: "bestuur.csv", bytes: text.into_bytes() }
}

/// Other names of columns in another order, with columns that nobody asks for.
pub(super) fn other_names() -> MadeFile {
    let mut text =
        "Telefoon\tE-mailadres\tFunctie\tVestigingsnummer\tOrganisatie\tAanspreekpunt\tMagister-adres\tStatus\tVakantieregio\n"
            .to_owned();
    for Row { school, brin, domain, region, contact, email, role, stand } in schools_and_seconds(4) {
        text += &format!(
            "06-123\t{contact} <{email}>\t{role}\t{brin}00\t{school}\t{contact}\t{domain}\t{stand}\tregio {region}\n"
        );
    }
    MadeFile { name: "uitvoer.txt", bytes: text.into_bytes() }
}

/// Text with a mark for UTF-8, commas, and line breaks within quotes.
pub(super) fn with_breaks() -> MadeFile {
    let mut text = "\u{feff}\"Naam\nschool\",BRIN,Domein,Regio,Contact,E-mail,Rol,Stand,Opmerking\n".to_owned();
    for Row { school, brin, domain, region, contact, email, role, stand } in schools_and_seconds(5) {
        let school = school.replacen(' ', "\n", 1);
        text += &format!(
            "\"{school}\",{},{domain},{region},\"{contact}\",{email},{role},\"{stand}\",\"belt, altijd\n\"\"terug\"\"\"\n",
            brin.to_lowercase(),
        );
    }
    MadeFile { name: "met regels.csv", bytes: text.into_bytes() }
}
