//! How the page talks to a session: one message in, one message out. A message is the length of its JSON in four bytes,
//! little end first, the JSON, and after it the bytes of a file, if there is one.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::faults::Fault;
use crate::mapping::Choice;
use crate::needless;
use crate::session::{Answers, Session};
use crate::studies::{Codes, Studies};
use crate::table::{self, Wanted};

/// What the page asks. The bytes behind the JSON are the file of [`Ask::Open`], [`Ask::Ids`], [`Ask::Studies`] and
/// [`Ask::Codes`], and the chance of [`Ask::Convert`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "do", deny_unknown_fields)]
pub enum Ask {
    /// Read the export, also again with other columns.
    Open {
        /// The sheet, if several have pupils.
        #[serde(default)]
        sheet: Option<String>,
        /// The place of each column that was chosen, counted from 0.
        #[serde(default)]
        columns: Choice,
    },
    /// Read the file with ids.
    Ids,
    /// Go on without ids.
    WithoutIds,
    /// Read a table of studies; what it has goes before what was there.
    Studies,
    /// Read the list of codes that Numo knows.
    Codes,
    /// Give a study its code, or take it away.
    Code {
        /// The school's name of the study.
        study: String,
        /// The code; empty takes it away.
        code: String,
    },
    /// Note all answers.
    Answer {
        /// All answers so far.
        answers: Answers,
    },
    /// Show values as they are, or masked.
    Look {
        /// Whether names are shown.
        shown: bool,
    },
    /// Make the file. It takes [`crate::passwords::CHANCE_BYTES`] of chance for each pupil, if passwords are drawn.
    Convert,
    /// Make a file of the table of studies.
    SaveStudies,
}

/// Answers one message.
#[must_use]
pub fn answer(session: &mut Session, message: &[u8]) -> Vec<u8> {
    let Some((ask, file)) = split(message) else { return reply(&json!({ "error": "message" }), &[]) };
    match serde_json::from_slice(ask) {
        Ok(ask) => do_it(session, ask, file),
        Err(_) => reply(&json!({ "error": "message" }), &[]),
    }
}

/// The JSON and the bytes of a message.
#[must_use]
pub fn split(message: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = message.split_first_chunk::<4>()?;
    rest.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)
}

/// A message of JSON and bytes.
#[must_use]
pub fn message(json: &[u8], file: &[u8]) -> Vec<u8> {
    let length = u32::try_from(json.len()).unwrap_or(u32::MAX);
    [&length.to_le_bytes(), json, file].concat()
}

fn reply(json: &Value, file: &[u8]) -> Vec<u8> {
    message(json.to_string().as_bytes(), file)
}

fn do_it(session: &mut Session, ask: Ask, file: &[u8]) -> Vec<u8> {
    let mut is_shown = false;
    let done = match ask {
        Ask::Open { sheet, columns } => {
            let wanted = Wanted { sheet, columns };
            match session.open(file, &wanted) {
                // What there is to choose from, so that the school can point at the column itself.
                Err(fault) if fault.field().is_some() => {
                    let headers = table::headers(file, &wanted).unwrap_or_default();
                    let needless = needless::places(&headers);
                    let told =
                        json!({ "ok": false, "faults": said(&[fault]), "headers": headers, "needless": needless });
                    return reply(&told, &[]);
                }
                opened => opened.map_err(|fault| vec![fault]),
            }
        }
        Ask::Ids => session.open_ids(file),
        Ask::WithoutIds => {
            session.without_ids();
            Ok(())
        }
        Ask::Studies => Studies::read(file).and_then(|studies| {
            let mut set = studies.iter().map(|(name, code)| session.studies.set(name, code));
            set.try_for_each(|set| set).map_err(|fault| vec![fault])
        }),
        Ask::Codes => Codes::read(file).map(|codes| session.codes = Some(codes)).map_err(|fault| vec![fault]),
        Ask::Code { study, code } => session.studies.set(&study, &code).map_err(|fault| vec![fault]),
        Ask::Answer { answers } => {
            session.answers = answers;
            Ok(())
        }
        Ask::Look { shown } => {
            is_shown = shown;
            Ok(())
        }
        Ask::Convert => return convert(session, file),
        Ask::SaveStudies => return reply(&json!({ "ok": true }), &session.studies.to_file()),
    };
    match done {
        Ok(()) => reply(
            &json!({
                "ok": true,
                "found": session.found(is_shown),
                "review": session.review(),
                "answers": session.answers,
                "codes": session.codes.as_ref().map(|codes| codes.iter().collect::<Vec<_>>()),
            }),
            &[],
        ),
        Err(faults) => reply(&json!({ "ok": false, "faults": said(&faults) }), &[]),
    }
}

fn said(faults: &[Fault]) -> Vec<crate::session::Said<'_>> {
    faults.iter().map(crate::session::Said::of).collect()
}

fn convert(session: &Session, chance: &[u8]) -> Vec<u8> {
    let mut chance =
        chance.chunks_exact(4).map(|bytes| bytes.iter().fold(0, |drawn, byte| drawn << 8 | u32::from(*byte)));
    match session.convert(&mut || chance.next()) {
        Ok(made) => reply(&json!({ "ok": true, "pupils": made.pupils, "encoding": made.encoding }), &made.file),
        Err(review) => reply(&json!({ "ok": false, "review": review }), &[]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_that_is_none_is_answered() {
        let mut session = Session::default();
        for wrong in
            [&b""[..], b"\xff\xff\xff\xff{}", b"\x02\0\0\0{}", b"\x03\0\0\0{} ", &message(b"{\"do\":\"fly\"}", b"")]
        {
            let reply = answer(&mut session, wrong);
            assert_eq!(split(&reply).map(|(json, _)| json), Some(&b"{\"error\":\"message\"}"[..]), "{wrong:?}");
        }
    }

    #[test]
    fn a_refusal_says_among_what_the_school_can_choose() {
        let mut session = Session::default();
        let ask = message(br#"{"do":"open"}"#, b"Stamnr;Roepnaam;Achternaam;BSN;Groep;Studie\n1;a;b;9;c;d");

        let reply = answer(&mut session, &ask);

        let (json, _) = split(&reply).expect("a message");
        let json: Value = serde_json::from_slice(json).expect("JSON");
        assert_eq!(
            (&json["faults"][0]["code"], &json["faults"][0]["field"]),
            (&json!("missing_column"), &json!("klas"))
        );
        assert_eq!(json["headers"], json!(["Stamnr", "Roepnaam", "Achternaam", "BSN", "Groep", "Studie"]));
        assert_eq!(json["needless"], json!([3]));
    }

    #[test]
    fn each_ask_has_a_stable_name() {
        let all = [
            (Ask::Open { sheet: None, columns: Choice::new() }, r#"{"do":"open","sheet":null,"columns":{}}"#),
            (Ask::Ids, r#"{"do":"ids"}"#),
            (Ask::WithoutIds, r#"{"do":"without_ids"}"#),
            (Ask::Studies, r#"{"do":"studies"}"#),
            (Ask::Codes, r#"{"do":"codes"}"#),
            (Ask::Code { study: "a".to_owned(), code: "b".to_owned() }, r#"{"do":"code","study":"a","code":"b"}"#),
            (
                Ask::Answer { answers: Answers::default() },
                r#"{"do":"answer","answers":{"fill_zeros":null,"keep_rows":[],"encoding":null,"password":null}}"#,
            ),
            (Ask::Look { shown: true }, r#"{"do":"look","shown":true}"#),
            (Ask::Convert, r#"{"do":"convert"}"#),
            (Ask::SaveStudies, r#"{"do":"save_studies"}"#),
        ];
        for (ask, name) in all {
            assert_eq!(serde_json::to_string(&ask).expect("JSON"), name);
        }
    }
}
