//! What becomes of a confirmed request for a school that is not here: it begins at once, or waits for Kurve.

use strum::{Display, EnumString};

/// What `KOPPELKLAAR_NEW_SCHOOLS` says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[derive(Display, EnumString)]
#[strum(serialize_all = "snake_case", parse_err_ty = BadNewSchools, parse_err_fn = bad_new_schools)]
pub enum NewSchools {
    /// The school is made, and its first contact comes in.
    #[default]
    Start,
    /// Kurve decides. So a request for what is here and one for what is not are answered alike until then.
    Review,
}

/// The value is neither `start` nor `review`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be start or review")]
pub struct BadNewSchools;

fn bad_new_schools(_: &str) -> BadNewSchools {
    BadNewSchools
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_school_begins_at_once_or_waits_and_nothing_else() {
        assert_eq!(NewSchools::default(), NewSchools::Start);
        for known in [NewSchools::Start, NewSchools::Review] {
            assert_eq!(known.to_string().parse(), Ok(known));
        }
        assert_eq!("Review".parse::<NewSchools>(), Err(BadNewSchools));
    }
}
