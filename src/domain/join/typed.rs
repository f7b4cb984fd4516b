//! A list of schools as somebody types or pastes it: one a line, its BRIN last.

use std::collections::BTreeMap;

use crate::domain::school::{School, SchoolDetails};
use crate::domain::text::{Brin, SchoolName};

/// How many schools a contact asks for at once.
pub const FURTHER_AT_ONCE: usize = 50;

/// How many faults are told at once.
const FAULTS_TOLD: usize = 5;

/// What stands between a name and a BRIN: cells of a spreadsheet, or a comma.
const GAPS: [char; 3] = ['\t', ';', ','];

/// The schools of a text, `naam, BRIN` on each line; `here` are those that the connection has.
///
/// # Errors
/// A Dutch sentence that names the lines with a fault.
pub fn further_schools(text: &str, here: &[School]) -> Result<Vec<SchoolDetails>, String> {
    let lines: Vec<(usize, &str)> =
        text.lines().enumerate().map(|(at, line)| (at + 1, line.trim())).filter(|(_, line)| !line.is_empty()).collect();
    if lines.is_empty() {
        return Err("Vul minstens één school in: eerst de naam, dan een komma, dan het BRIN-nummer.".to_owned());
    }
    if lines.len() > FURTHER_AT_ONCE {
        let count = lines.len();
        return Err(format!("Dit zijn {count} scholen. Vul er hoogstens {FURTHER_AT_ONCE} tegelijk in."));
    }
    let (mut schools, mut faults, mut seen) = (vec![], vec![], BTreeMap::new());
    for (number, line) in lines {
        match one_school(line) {
            Err(fault) => faults.push(format!("Regel {number}: {fault}")),
            Ok(school) if here.iter().any(|known| known.details.brin.key() == school.brin.key()) => {
                faults.push(format!("Regel {number}: deze school staat al bij jullie koppeling."));
            }
            Ok(school) => match seen.insert(school.brin.key(), number) {
                Some(first) => faults.push(format!("Regel {number}: dit BRIN-nummer staat ook op regel {first}.")),
                None => schools.push(school),
            },
        }
    }
    if faults.is_empty() { Ok(schools) } else { Err(told(&faults)) }
}

fn told(faults: &[String]) -> String {
    let first = faults[..faults.len().min(FAULTS_TOLD)].join(" ");
    match faults.len().saturating_sub(FAULTS_TOLD) {
        0 => first,
        1 => format!("{first} En nog 1 regel."),
        more => format!("{first} En nog {more} regels."),
    }
}

fn one_school(line: &str) -> Result<SchoolDetails, String> {
    let line = line.trim_end_matches(|sign: char| GAPS.contains(&sign) || sign.is_whitespace());
    let Some((name, brin)) = line.rsplit_once(GAPS) else {
        return Err("zet een komma tussen de naam en het BRIN-nummer.".to_owned());
    };
    let name = name.trim_matches(|sign: char| GAPS.contains(&sign) || sign.is_whitespace());
    let name = SchoolName::parse_typed(name).map_err(|error| error.sentence().to_owned())?;
    let brin = Brin::parse(brin).map_err(|error| error.sentence().to_owned())?;
    Ok(SchoolDetails { name, brin })
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::domain::samples;

    fn read(text: &str) -> Result<Vec<String>, String> {
        let (_, here) = samples::connection(1, "Bonhoeffer College", DateTime::UNIX_EPOCH);
        let schools = further_schools(text, &[here])?;
        Ok(schools.into_iter().map(|school| format!("{} ({})", school.name, school.brin)).collect())
    }

    #[test]
    fn lines_are_read_as_they_are_typed_or_pasted() {
        for (text, expected) in [
            ("Het Baken, 13CD", vec!["Het Baken (13CD)"]),
            ("Het Baken\t13CD\r\nDe Esch; 14 ef-01\n\n", vec!["Het Baken (13CD)", "De Esch (14EF01)"]),
            ("School, vestiging Noord, 13CD", vec!["School, vestiging Noord (13CD)"]),
            ("  Het Baken\t\t13CD\t\n", vec!["Het Baken (13CD)"]),
        ] {
            assert_eq!(read(text), Ok(expected.into_iter().map(str::to_owned).collect()), "{text:?}");
        }
    }

    #[test]
    fn a_fault_names_its_line() {
        for (text, said) in [
            ("", "Vul minstens één school in"),
            ("Het Baken 13CD", "Regel 1: zet een komma"),
            ("Het Baken, 13CD\n\nDe Esch, 14", "Regel 3: Dit is geen BRIN-nummer."),
            (", 13CD", "Regel 1: "),
            ("Het Baken, 13CD\nDe Esch, 13cd00", "Regel 2: dit BRIN-nummer staat ook op regel 1."),
            ("Wij zelf, 12AB00", "Regel 1: deze school staat al bij jullie koppeling."),
        ] {
            let fault = read(text).expect_err(text);
            assert!(fault.starts_with(said), "{text:?}: {fault}");
        }
    }

    #[test]
    fn fifty_fit_and_of_many_faults_the_first_are_told() {
        let lines = |count: usize| (0..count).map(|at| format!("School {at}, {at:02}ZZ\n")).collect::<String>();

        assert_eq!(read(&lines(FURTHER_AT_ONCE)).map(|schools| schools.len()), Ok(FURTHER_AT_ONCE));
        assert!(read(&lines(FURTHER_AT_ONCE + 1)).is_err_and(|fault| fault.contains("51 scholen")));
        let faults = read(&"fout\n".repeat(7)).expect_err("no BRIN");
        assert!(faults.contains("Regel 5: ") && faults.ends_with("En nog 2 regels."), "{faults}");
    }
}
