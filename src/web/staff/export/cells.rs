//! A school as a row of the export.

use chrono::{DateTime, Utc};
use strum::IntoEnumIterator;

use crate::domain::check::Stand;
use crate::domain::onboarding::Gate;
use crate::domain::onboarding::decide::amsterdam_date;
use crate::domain::school::Contact;
use crate::links::{self, BaseUrl};
use crate::services::operations::export::ExportRow;
use crate::words;

/// What stands above the columns.
pub(super) const HEADINGS: [&str; 25] = [
    "School",
    "BRIN",
    "Koppeling",
    "Schooldomein",
    "Regio",
    "Status",
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
    "Contactpersonen",
    "E-mailadressen",
    "Laatste controle op",
    "Import open sinds",
    "Opgepakt door",
];

/// A row of the file.
pub(super) type Cells = [String; HEADINGS.len()];

/// The row of a school; `base` is where its page is.
pub(super) fn of(school: ExportRow, base: &BaseUrl) -> Cells {
    let ExportRow { school, leave, option_b, contacts, checked_at, opened_at, taken_by } = school;
    let people = |part: fn(&Contact) -> String| contacts.iter().map(part).collect::<Vec<_>>().join(", ");
    let answer = |gate| match (school.gates.contains(&gate), school.doubted.contains(&gate)) {
        (false, _) => "nee".to_owned(),
        (true, true) => words::gate_answer(Some(Stand::Doubted)).to_lowercase(),
        (true, false) => "ja".to_owned(),
    };
    let [consent, webservice, password, allowlisting, activation] =
        [Gate::Consent, Gate::Webservice, Gate::Password, Gate::Allowlisting, Gate::Activation].map(answer);
    let holding: Vec<&str> = school.holders.iter().copied().map(words::party_name).collect();
    let date = |at: Option<DateTime<Utc>>| at.map(|at| amsterdam_date(at).to_string()).unwrap_or_default();
    let cleaned_up_by = option_b.cleaned_up.map(|_| option_b.cleaned_up_by.unwrap_or("een contactpersoon".to_owned()));
    [
        school.name,
        school.brin,
        school.connection_name,
        school.domain,
        school.region.label_nl().to_owned(),
        words::status_name(school.status).to_owned(),
        consent,
        webservice,
        password,
        allowlisting,
        activation,
        if school.gates.len() == Gate::iter().len() { "open" } else { "dicht" }.to_owned(),
        leave.map(|reason| reason.to_string()).unwrap_or_default(),
        holding.join(", "),
        date(school.kurve_since),
        date(Some(school.created_at)),
        base.to(&links::staff_school(links::STAFF_SCHOOL, school.connection)),
        date(option_b.file_made),
        date(option_b.cleaned_up),
        cleaned_up_by.unwrap_or_default(),
        people(|person| person.name.to_string()),
        people(|person| person.email.to_string()),
        date(checked_at),
        date(opened_at),
        taken_by.unwrap_or_default(),
    ]
}
