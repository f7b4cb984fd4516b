//! A school as a row of the export.

use chrono::{DateTime, Utc};

use crate::domain::import_gate::verdict_of_all;
use crate::domain::onboarding::Gate;
use crate::domain::onboarding::decide::amsterdam_date;
use crate::links::{self, BaseUrl};
use crate::services::operations::export::ExportRow;
use crate::store::onboarding::overview::SchoolOverview;
use crate::web::staff::view::holders;
use crate::words;

/// What stands above the columns.
pub(super) const HEADINGS: [&str; 20] = [
    "School",
    "BRIN",
    "Koppeling",
    "Schooldomein",
    "Regio",
    "Stand",
    "Consent",
    "Webservice",
    "Wachtwoord",
    "Allowlisting",
    "Activering",
    "Import",
    "Activering toegestaan zonder controle",
    "Aan zet",
    "Wacht op Kurve sinds",
    "Aangemeld op",
    "Adres van de pagina",
    "Numo-bestand gemaakt op",
    "Opgeruimd op",
    "Opgeruimd door",
];

/// A row of the file.
pub(super) type Cells = [String; HEADINGS.len()];

/// The row of a school; `base` is where its page is.
pub(super) fn of(school: ExportRow, base: &BaseUrl) -> Cells {
    let ExportRow { found: SchoolOverview { school, carrier }, leave, option_b } = school;
    let (connection, state) = (&carrier.connection, &carrier.state);
    let yes_no = |gate| if state.is_gate_yes(gate) { "ja" } else { "nee" }.to_owned();
    let [consent, webservice, password, allowlisting, activation] =
        [Gate::Consent, Gate::Webservice, Gate::Password, Gate::Allowlisting, Gate::Activation].map(yes_no);
    let holding: Vec<&str> = holders(state).into_iter().map(words::party_name).collect();
    let date = |at: Option<DateTime<Utc>>| at.map(|at| amsterdam_date(at).to_string()).unwrap_or_default();
    let cleaned_up_by = option_b.cleaned_up.map(|_| option_b.cleaned_up_by.unwrap_or("een contactpersoon".to_owned()));
    [
        school.details.name.to_string(),
        school.details.brin.to_string(),
        connection.details.name.to_string(),
        connection.details.domain.label().to_owned(),
        connection.details.region.label_nl().to_owned(),
        words::lifecycle_name(&state.lifecycle()).to_owned(),
        consent,
        webservice,
        password,
        allowlisting,
        activation,
        if verdict_of_all(state).is_open() { "open" } else { "dicht" }.to_owned(),
        leave.map(|reason| reason.to_string()).unwrap_or_default(),
        holding.join(", "),
        date(carrier.kurve_since),
        date(Some(school.created_at)),
        base.to(&links::staff_school(links::STAFF_SCHOOL, connection.id)),
        date(option_b.file_made),
        date(option_b.cleaned_up),
        cleaned_up_by.unwrap_or_default(),
    ]
}
