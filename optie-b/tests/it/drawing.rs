//! Drawn lists of pupils in every way that a school may have them. The module's tests draw them too.

use std::collections::BTreeSet;

use proptest::prelude::*;
use rust_xlsxwriter::Workbook;

#[derive(Clone, Debug)]
pub(crate) struct Pupil {
    stamnr: u32,
    values: [String; 5],
    study: usize,
    is_number: bool,
    blank_before: bool,
    is_twice: bool,
    is_in_two_classes: bool,
}

const HEADER: [&str; 7] = ["Stamnr", "Roepnaam", "Tussenv.", "Achternaam", "Klas", "Studie", "E-mail"];

/// No pupil has it but as a second.
const OTHER_CLASS: &str = "9z";

const STUDIES: [(&str, &str); 3] =
    [("Brugklas", "VERZONNEN-B1"), ("havo 4", "VERZONNEN-H4"), (" Vwo 4", "VERZONNEN-V4")];

fn name() -> impl Strategy<Value = String> {
    "[A-Z\u{c9}\u{141}][a-z\u{eb}\u{15f}0 ,;\"'-]{0,8}[a-z]"
}

fn again() -> impl Strategy<Value = (bool, bool)> {
    (proptest::bool::weighted(0.2), proptest::bool::weighted(0.2))
}

fn pupil() -> impl Strategy<Value = Pupil> {
    let values = (
        name(),
        prop_oneof![Just(String::new()), Just("van 't".to_owned())],
        name(),
        "[1-6][a-z]{1,3}",
        prop_oneof![Just(String::new()), Just("a@b.example".to_owned())],
    );
    (1_u32..1_000_000, values, 0..3_usize, any::<bool>(), any::<bool>(), again()).prop_map(
        |(stamnr, (roepnaam, tussenvoegsel, achternaam, klas, email), study, is_number, blank_before, again)| Pupil {
            stamnr,
            values: [roepnaam, tussenvoegsel, achternaam, klas, email],
            study,
            is_number,
            blank_before,
            is_twice: again.0,
            is_in_two_classes: again.1,
        },
    )
}

#[derive(Clone, Debug)]
pub(crate) struct Drawn {
    pupils: Vec<Pupil>,
    order: Vec<usize>,
    title: bool,
    pub(crate) total: bool,
    padding: usize,
}

/// Seven columns of ours and two of others.
pub(crate) fn drawn() -> impl Strategy<Value = Drawn> {
    let pupils = proptest::collection::vec(pupil(), 1..12).prop_map(|mut pupils| {
        pupils.sort_by_key(|pupil| pupil.stamnr);
        pupils.dedup_by_key(|pupil| pupil.stamnr);
        pupils
    });
    (pupils, Just((0..9).collect::<Vec<usize>>()).prop_shuffle(), any::<bool>(), any::<bool>(), 0..3_usize)
        .prop_map(|(pupils, order, title, total, padding)| Drawn { pupils, order, title, total, padding })
}

#[derive(Clone, Debug)]
pub(crate) enum Value {
    Text(String),
    Number(u32),
}

impl Drawn {
    pub(crate) fn rows(&self) -> Vec<Vec<Value>> {
        let text = |text: &str| Value::Text(text.to_owned());
        let mut rows = vec![];
        if self.title {
            rows.extend([vec![text("Deelnemers overzicht")], vec![]]);
        }
        let in_order = |values: [Value; 9]| self.order.iter().map(|column| values[*column].clone()).collect::<Vec<_>>();
        let mut names: Vec<Value> = HEADER.iter().map(|name| text(name)).collect();
        names.extend([text("BSN"), text("M/V")]);
        rows.push(in_order(names.try_into().expect("nine")));
        for pupil in &self.pupils {
            if pupil.blank_before {
                rows.push(vec![]);
            }
            let stamnr =
                if pupil.is_number { Value::Number(pupil.stamnr) } else { text(&format!("{:06}", pupil.stamnr)) };
            let [roepnaam, tussenvoegsel, achternaam, klas, email] = &pupil.values;
            let padding = "\u{a0}".repeat(self.padding);
            let row_in = |klas: &str| {
                in_order([
                    stamnr.clone(),
                    text(&format!("{padding}{roepnaam} ")),
                    text(tussenvoegsel),
                    text(achternaam),
                    text(klas),
                    text(STUDIES[pupil.study].0),
                    text(email),
                    text("000000000"),
                    text("x"),
                ])
            };
            rows.extend(std::iter::repeat_n(row_in(klas), if pupil.is_twice { 2 } else { 1 }));
            if pupil.is_in_two_classes {
                rows.push(row_in(OTHER_CLASS));
            }
        }
        if self.total {
            // Where the stamnr stands, or where the totals of another column would go unseen.
            let column = self.order.iter().position(|column| *column == 0).unwrap_or_default();
            let mut row = vec![text(""); column];
            row.push(text("Aantal: 3"));
            rows.extend([vec![], row]);
        }
        rows
    }

    /// Of each pupil in two classes the first row: what the school answers.
    pub(crate) fn kept_rows(&self) -> BTreeSet<u32> {
        // The title, the blank row under it, and the header.
        let (mut row, mut kept) = (if self.title { 3 } else { 1 }, BTreeSet::new());
        for pupil in &self.pupils {
            row += u32::from(pupil.blank_before) + 1;
            if pupil.is_in_two_classes {
                kept.insert(row);
            }
            row += u32::from(pupil.is_twice) + u32::from(pupil.is_in_two_classes);
        }
        kept
    }

    /// The file for Numo, with the zeros filled in, `proef-` and the stamnr as passwords, in UTF-8.
    pub(crate) fn expected(&self) -> Vec<u8> {
        let quoted = |value: &str| {
            if value.contains([';', '"']) { format!("\"{}\"", value.replace('"', "\"\"")) } else { value.to_owned() }
        };
        // All are filled up to as many digits as the longest has.
        let digits = self
            .pupils
            .iter()
            .map(|pupil| if pupil.is_number { pupil.stamnr.to_string().len() } else { 6 })
            .max()
            .unwrap_or(6);
        let mut text =
            "\u{feff}gebruikersnaam;voornaam;tussenvoegsel;achternaam;klas;opleiding;e-mail;wachtwoord;rol\r\n"
                .to_owned();
        for Pupil { stamnr, values: [roepnaam, tussenvoegsel, achternaam, klas, email], study, .. } in &self.pupils {
            let (roepnaam, achternaam, code) = (quoted(roepnaam), quoted(achternaam), STUDIES[*study].1);
            text.push_str(&format!(
                "{stamnr:0>digits$};{roepnaam};{tussenvoegsel};{achternaam};{klas};{code};{email};proef-{stamnr:0>digits$};leerling\r\n"
            ));
        }
        text.into_bytes()
    }

    pub(crate) fn text(&self, separator: char) -> String {
        let mut text = String::new();
        for row in self.rows() {
            let values: Vec<String> = row
                .iter()
                .map(|value| match value {
                    Value::Text(text) if text.contains([separator, '"', '\n']) => {
                        format!("\"{}\"", text.replace('"', "\"\""))
                    }
                    Value::Text(text) => text.clone(),
                    Value::Number(number) => number.to_string(),
                })
                .collect();
            text.push_str(&values.join(&separator.to_string()));
            text.push_str("\r\n");
        }
        text
    }

    pub(crate) fn workbook(&self) -> Vec<u8> {
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet();
        for (row, values) in (0..).zip(self.rows()) {
            for (column, value) in (0..).zip(values) {
                match value {
                    Value::Text(text) => sheet.write_string(row, column, text),
                    Value::Number(number) => sheet.write_number(row, column, f64::from(number)),
                }
                .expect("it fits");
            }
        }
        workbook.save_to_buffer().expect("memory takes it")
    }
}
