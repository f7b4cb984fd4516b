//! Beginning a run that was put together, with what is said once for all.

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;

use super::bulk::{self, TypedBegin};
use super::grounds;
use crate::domain::bulk::{BulkKind, BulkWork};
use crate::domain::text::Reason;
use crate::links;
use crate::services;
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::ActingStaff;
use crate::web::flash::see_other;
use crate::web::form::{FieldErrors, Posted, parse_date};

/// One of the grounds.
pub(super) struct GroundChoice {
    pub(super) value: &'static str,
    pub(super) label: &'static str,
    pub(super) hint: &'static str,
}

/// What can be chosen; nothing is chosen beforehand, since it says who vouches for what.
pub(super) fn grounds() -> Vec<GroundChoice> {
    grounds::named().map(|(value, label)| GroundChoice { value, label, hint: "" }).collect()
}

/// What is said once for all.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct BeginForm {
    #[serde(default)]
    pub(super) ground: String,
    #[serde(default)]
    pub(super) other: String,
    #[serde(default)]
    pub(super) reason: String,
    #[serde(default)]
    pub(super) until: String,
}

/// Begins a run. Pressed twice it began once.
pub(super) async fn create(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Path(run): Path<String>,
    Posted(form): Posted<BeginForm>,
) -> Result<Response, PageError> {
    let id = bulk::run_id(&run)?;
    let known = services::bulk::find(&web.context, id).await?;
    let mut errors = FieldErrors::default();
    let Some(work) = read(known.kind, &form, &mut errors) else {
        return bulk::wrong(&web, &staff, id, TypedBegin { typed: form, errors }).await;
    };
    services::bulk::begin(&web.context, &staff.call(), id, &work).await?;
    Ok(see_other(&links::fill(links::STAFF_BULK_RUN, &[&id.to_string()])))
}

fn read(kind: BulkKind, form: &BeginForm, errors: &mut FieldErrors) -> Option<BulkWork> {
    Some(match kind {
        BulkKind::Issue => BulkWork::Issue,
        BulkKind::Activate => BulkWork::Activate,
        BulkKind::Check => BulkWork::Check,
        BulkKind::Remind => BulkWork::Remind,
        BulkKind::Take => BulkWork::Take,
        BulkKind::VouchAndIssue => BulkWork::VouchAndIssue { ground: read_ground(form, errors)? },
        BulkKind::PutOff => {
            let reason = errors.take("reason", Reason::parse(&form.reason));
            let until = errors.choose(
                "until",
                parse_date(&form.until),
                "Kies een dag na vandaag, en maximaal een jaar vooruit.",
            );
            BulkWork::PutOff { reason: reason?, until: until? }
        }
        BulkKind::Close => BulkWork::Close { reason: errors.take("reason", Reason::parse(&form.reason))? },
        // It begins where its file was brought.
        BulkKind::Roster => return None,
    })
}

fn read_ground(form: &BeginForm, errors: &mut FieldErrors) -> Option<Reason> {
    if form.ground == grounds::OTHER {
        return errors.take("other", Reason::parse(&form.other));
    }
    let said = errors.choose("ground", grounds::usual(&form.ground), "Kies hoe je deze mensen kent.")?;
    errors.take("ground", Reason::parse(said))
}

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator;

    use super::*;
    use crate::web::staff::grounds::OTHER;

    #[test]
    fn each_sort_of_work_is_read_from_what_it_asks() {
        let form = BeginForm {
            ground: "called".into(),
            reason: "Eerst de zomer.".into(),
            until: "2027-01-04".into(),
            ..BeginForm::default()
        };
        for kind in BulkKind::iter().filter(|kind| kind.is_for_chosen()) {
            let mut errors = FieldErrors::default();

            let work = read(kind, &form, &mut errors);

            assert_eq!(work.map(|work| work.kind()), Some(kind), "{:?}", errors.all());
        }
    }

    #[test]
    fn who_vouches_says_on_what_ground() {
        for (ground, other, field) in
            [("", "", "ground"), ("nonsense", "", "ground"), (OTHER, "", "other"), (OTHER, "x", "other")]
        {
            let mut errors = FieldErrors::default();
            let form = BeginForm { ground: ground.into(), other: other.into(), ..BeginForm::default() };

            assert_eq!(read(BulkKind::VouchAndIssue, &form, &mut errors), None);
            assert!(!errors.at(field).is_empty(), "{ground}: {:?}", errors.all());
        }
    }
}
