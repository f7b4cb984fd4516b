//! Names in the environment that are no setting: a typing error must not run in silence.

use std::collections::BTreeSet;

/// What every name of ours begins with.
const OURS: &str = "KOPPELKLAAR_";

/// What the tests and measurements of this program read, and the program itself does not.
const OF_TESTS: [&str; 4] = ["KOPPELKLAAR_TEST_", "KOPPELKLAAR_TORTURE_", "KOPPELKLAAR_BENCH_", "KOPPELKLAAR_GALLERY"];

/// A name that is no setting.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{name}: there is no such setting. Is {nearest} meant? `koppelklaar --help` and `koppelklaar serve --help` list them all"
)]
pub struct UnknownName {
    /// As it stands in the environment.
    pub name: String,
    /// The setting that looks most like it.
    pub nearest: String,
}

/// Looks for names of ours in the environment that are no setting.
pub fn find_unknown(names: impl IntoIterator<Item = String>, known: &BTreeSet<String>) -> Vec<UnknownName> {
    let is_unknown = |name: &String| {
        let is_of_tests = OF_TESTS.iter().any(|start| name.starts_with(start));
        name.starts_with(OURS) && !is_of_tests && !known.contains(name)
    };
    let unknown: BTreeSet<String> = names.into_iter().filter(is_unknown).collect();
    unknown.into_iter().map(|name| UnknownName { nearest: nearest(&name, known), name }).collect()
}

fn nearest(name: &str, known: &BTreeSet<String>) -> String {
    known.iter().min_by_key(|setting| distance(name, setting)).cloned().unwrap_or_default()
}

/// How many signs are to be put in, taken out or replaced to make one name of another.
fn distance(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (above, sign) in from.bytes().enumerate() {
        let mut corner = above;
        let mut left = above + 1;
        for (place, other) in to.bytes().enumerate() {
            let replaced = corner + usize::from(sign != other);
            corner = row[place + 1];
            row[place] = left;
            left = replaced.min(corner + 1).min(left + 1);
        }
        row[to.len()] = left;
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> BTreeSet<String> {
        let names = ["KEYS", "KEYS_FILE", "SMTP_URL", "SMTP_URL_FILE", "MAIL", "MAIL_DIR", "TRUSTED_PROXIES"];
        names.map(|name| format!("{OURS}{name}")).into()
    }

    #[test]
    fn a_name_that_is_no_setting_is_found_with_the_setting_that_looks_most_like_it() {
        for (name, nearest) in [
            ("SMPT_URL", "SMTP_URL"),
            ("SMTP_URLFILE", "SMTP_URL_FILE"),
            ("TRUSTED_PROXY", "TRUSTED_PROXIES"),
            ("KEY_FILE", "KEYS_FILE"),
            ("", "KEYS"),
            ("MAILDIR", "MAIL_DIR"),
        ] {
            let found = find_unknown([format!("{OURS}{name}")], &known());

            let [one] = &*found else { panic!("{name}: {found:?}") };
            assert_eq!((&one.name, &one.nearest), (&format!("{OURS}{name}"), &format!("{OURS}{nearest}")));
        }
    }

    #[test]
    fn settings_other_names_and_those_of_the_tests_are_left_alone() {
        let left = ["KOPPELKLAAR_MAIL", "KOPPELKLAAR_TEST_ALL", "KOPPELKLAAR_BENCH_MAILS", "KOPPELKLAAR_TORTURE_SEED"];
        let others = ["KOPPELKLAAR_GALLERY", "PATH", "MAIL", "koppelklaar_mail", "KOPPELKLAARMAIL"];

        let names = left.iter().chain(&others).map(|name| (*name).to_owned());

        assert_eq!(find_unknown(names, &known()), vec![]);
    }

    #[test]
    fn the_distance_counts_signs() {
        for (from, to, expected) in
            [("", "", 0), ("", "ab", 2), ("ab", "", 2), ("ab", "ab", 0), ("smpt", "smtp", 2), ("kitten", "sitting", 3)]
        {
            assert_eq!((distance(from, to), distance(to, from)), (expected, expected), "{from} {to}");
        }
    }
}
