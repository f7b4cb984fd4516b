//! What is wrong with rows, by their number and column.

use crate::domain::roster::stand::StandFault;
use crate::domain::roster::{Field, Look, Mapping, RosterRow, Sheet, Why, prepare};

use super::sheets::csv;

/// What is expected of the row with this number: the column and the kind of fault; none where it is good.
struct Case {
    row: &'static str,
    faults: &'static [(Field, &'static str)],
}

const fn good(row: &'static str) -> Case {
    Case { row, faults: &[] }
}

const fn wrong(row: &'static str, faults: &'static [(Field, &'static str)]) -> Case {
    Case { row, faults }
}

use Field::{Brin, Contact, Domain, Email, Region, Role, School, Stand};

/// The first row is row 2: above it stands the header.
const CASES: &[Case] = &[
    good(
        "De Zonnebloem;98ZB;zonnebloem.swp.nl;Zuid;Els van Dam;e.vandam@zonnebloem.example;superbeheerder;consent gegeven",
    ),
    good("Lyceum West;98-lw-01;https://lyceumwest.swp.nl:8800/doc;;Jo Jansen;mailto:j.jansen@lyceumwest.example;;"),
    good("Het Baken;98 HB;BAKEN;noord;Bo Bos;Bo Bos <b.bos@baken.example>;SB/AB;nieuw"),
    wrong(";98AA;a;Noord;Bo Bos;b@a.example;;", &[(School, "missing")]),
    wrong("X;98AB;ab;Noord;Bo Bos;b@ab.example;;", &[(School, "text")]),
    wrong("#N/B;98AC;ac;Noord;Bo Bos;b@ac.example;;", &[(School, "spoiled")]),
    wrong("Ad;;ad;Noord;Bo Bos;b@ad.example;;", &[(Brin, "missing")]),
    wrong("Ae;12A8;ae;Noord;Bo Bos;b@ae.example;;", &[(Brin, "text")]),
    wrong("Af;12ABC;af;Noord;Bo Bos;b@af.example;;", &[(Brin, "text")]),
    wrong("Ag;nog vragen;ag;Noord;Bo Bos;b@ag.example;;", &[(Brin, "text")]),
    wrong("Ah;1,2E+05;ah;Noord;Bo Bos;b@ah.example;;", &[(Brin, "spoiled")]),
    wrong("Ai;98AI;;Noord;Bo Bos;b@ai.example;;", &[(Domain, "missing")]),
    wrong("Aj;98AJ;aj.magister.net;Noord;Bo Bos;b@aj.example;;", &[(Domain, "text")]),
    wrong("Ak;98AK;b@ak.nl;Noord;Bo Bos;b@ak.example;;", &[(Domain, "text")]),
    wrong("Al;98AL;al.nl;Noord;Bo Bos;b@al.example;;", &[(Domain, "text")]),
    wrong("Am;98AM;een school;Noord;Bo Bos;b@am.example;;", &[(Domain, "text")]),
    wrong("An;98AN;???.swp.nl;Noord;Bo Bos;b@an.example;;", &[(Domain, "text")]),
    wrong("Ao;98AO;####;Noord;Bo Bos;b@ao.example;;", &[(Domain, "spoiled")]),
    wrong("Ap;98AP;ap;Oost;Bo Bos;b@ap.example;;", &[(Region, "region")]),
    wrong("Aq;98AQ;aq;2;Bo Bos;b@aq.example;;", &[(Region, "region")]),
    wrong("Ar;98AR;ar;Noord;;b@ar.example;;", &[(Contact, "missing")]),
    wrong("As;98AS;as;Noord;B;b@as.example;;", &[(Contact, "text")]),
    wrong("At;98AT;at;Noord;12345;b@at.example;;", &[(Contact, "text")]),
    wrong("Au;98AU;au;Noord;Bo Bos;;;", &[(Email, "missing")]),
    wrong("Av;98AV;av;Noord;Bo Bos;b@av;;", &[(Email, "text")]),
    wrong("Aw;98AW;aw;Noord;Bo Bos;bé@aw.example;;", &[(Email, "text")]),
    wrong("Ax;98AX;ax;Noord;Bo Bos;b@ax.example, c@ax.example;;", &[(Email, "text")]),
    wrong("Ay;98AY;ay;Noord;Bo Bos;#VERW!;;", &[(Email, "spoiled")]),
    wrong("Az;98AZ;az;Noord;Bo Bos;b@az.example;directeur;", &[(Role, "role")]),
    wrong("Ba;98BA;ba;Noord;Bo Bos;b@ba.example;superbeheerder, directeur;", &[(Role, "role")]),
    wrong("Bb;98BB;bb;Noord;Bo Bos;b@bb.example;;weet niemand", &[(Stand, "stand unknown")]),
    wrong("Bc;98BC;bc;Noord;Bo Bos;b@bc.example;;import open, allowlisting nee", &[(Stand, "stand contradicts")]),
    wrong("Bd;98BD;bd;Noord;Bo Bos;b@bd.example;;query geplaatst", &[(Stand, "stand half")]),
    wrong("Be;98BE;be;Noord;;;;", &[(Contact, "needs contact")]),
    wrong("De Zonnebloem;98ZB;zonnebloem;Zuid;Els van Dam;E.vanDam@zonnebloem.example;;", &[(Brin, "twice 2")]),
    wrong("Andere Zon;98ZB;zonnebloem;Zuid;Bo Bos;b@zonnebloem.example;;", &[(School, "other than 2")]),
    wrong("De Zonnebloem;98ZB00;zonnetje;Zuid;Bo Bos;b@zonnebloem.example;;", &[(Domain, "other than 2")]),
    wrong(
        ";12A8;x y;Oost;;b@;directeur;weet niemand",
        &[
            (School, "missing"),
            (Brin, "text"),
            (Domain, "text"),
            (Region, "region"),
            (Contact, "missing"),
            (Email, "text"),
            (Role, "role"),
            (Stand, "stand unknown"),
        ],
    ),
    good("de zonnebloem;98zb00;zonnebloem;Zuid;Bo Bos;b@zonnebloem.example;;"),
    good("Zon Zuid;98ZB01;zonnebloem;;;;;"),
    good("De Toorts;1OAB;toorts;Noord;Bo Bos;b@toorts.example;;"),
    good("De Fakkel;1AC;fakkel;Noord;Bo Bos;b@fakkel.example;contactpersoon;-"),
];

fn kind(why: &Why) -> String {
    match why {
        Why::Missing => "missing".to_owned(),
        Why::Spoiled => "spoiled".to_owned(),
        Why::Text(_) => "text".to_owned(),
        Why::UnknownRegion => "region".to_owned(),
        Why::UnknownRole => "role".to_owned(),
        Why::Stand(StandFault::Unknown(_)) => "stand unknown".to_owned(),
        Why::Stand(StandFault::Contradicts { .. }) => "stand contradicts".to_owned(),
        Why::Stand(StandFault::Half) => "stand half".to_owned(),
        Why::NotWords => "not words".to_owned(),
        Why::NeedsContact => "needs contact".to_owned(),
        Why::Twice { row } => format!("twice {row}"),
        Why::OtherThan { row } => format!("other than {row}"),
        Why::Elsewhere { .. } => "elsewhere".to_owned(),
        Why::TooManySchools => "too many schools".to_owned(),
    }
}

fn sheet() -> Sheet {
    let rows: Vec<&str> = CASES.iter().map(|case| case.row).collect();
    csv(&format!("School;BRIN;Domein;Regio;Contact;E-mail;Rol;Stand\n{}\n", rows.join("\n")))
}

#[test]
fn each_row_says_what_is_wrong_with_it_by_its_number_and_column() {
    let sheet = sheet();
    let mapping = Mapping::suggest(&sheet.headers);
    let rows = prepare(sheet.rows.iter().map(|row| RosterRow::parse(row, &mapping)).collect());

    let planned = crate::domain::roster::plan(&rows, &crate::domain::roster::Known::default());

    assert!(CASES.len() >= 40);
    for (place, (case, planned)) in CASES.iter().zip(&planned).enumerate() {
        let number = u32::try_from(place).expect("few rows") + 2;
        let faults = planned.intent.as_ref().err().cloned().unwrap_or_default();
        let found: Vec<(Field, String)> = faults.iter().map(|fault| (fault.field, kind(&fault.why))).collect();
        let expected: Vec<(Field, String)> =
            case.faults.iter().map(|(field, kind)| (*field, (*kind).to_owned())).collect();

        assert_eq!(found, expected, "{}", case.row);
        assert_eq!(planned.number, number, "{}", case.row);
        assert!(faults.iter().all(|fault| fault.row == number), "{}", case.row);
    }
}

#[test]
fn what_is_read_otherwise_than_written_is_to_be_looked_at() {
    let sheet = sheet();
    let mapping = Mapping::suggest(&sheet.headers);

    let looks: Vec<String> = sheet
        .rows
        .iter()
        .filter_map(|row| RosterRow::parse(row, &mapping).ok())
        .flat_map(|row| row.looks)
        .map(|look| match look {
            Look::ReadsBrin { written, brin } => format!("{written} {brin}"),
            other => format!("{other:?}"),
        })
        .collect();

    assert_eq!(looks, ["1OAB 10AB", "1AC 01AC"]);
}

#[test]
fn a_date_is_no_word_for_how_far_a_school_is() {
    let row = crate::domain::roster::SheetRow {
        number: 7,
        cells: ["De Zon", "98ZB", "zon", "Zuid", "Bo Bos", "b@zon.example", "SB"]
            .map(|text| crate::domain::roster::Entry::Text(text.to_owned()))
            .into_iter()
            .chain([crate::domain::roster::Entry::Number("46277".to_owned())])
            .collect(),
    };
    let headers = ["School", "BRIN", "Domein", "Regio", "Contact", "E-mail", "Rol", "Stand"].map(str::to_owned);

    let faults = RosterRow::parse(&row, &Mapping::suggest(&headers)).expect_err("a number says nothing");

    assert_eq!(faults.len(), 1);
    assert_eq!((faults[0].row, faults[0].field, &faults[0].why), (7, Stand, &Why::NotWords));
}
