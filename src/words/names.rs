//! What things are called. A name stands alone on a label or in quotation marks inside a sentence.

use crate::domain::actor::{Actor, StaffRole};
use crate::domain::onboarding::{Answer, Evidence, Gate, Lifecycle, Party, Status, Step};
use crate::domain::reminder::OwnDayKind;
use crate::domain::school::Region;

/// What a step is called, as something to do.
pub fn step_name(step: Step) -> &'static str {
    match step {
        Step::ConsentGiven => "Consent geven in Magister",
        Step::DetailsSubmitted => "Schoolgegevens naar Kurve sturen",
        Step::CredentialsIssued => "Wachtwoord en query klaarzetten",
        Step::QueryExecuted => "Query uitvoeren in Decibel",
        Step::PasswordSet => "Wachtwoord instellen in Magister",
        Step::PermissionsChecked => "Vinkjes nakijken bij Services en Lijsten",
        Step::AllowlistingRequested => "Allowlisting aanvragen bij Magister",
        Step::AllowlistingConfirmed => "Bevestiging van Magister melden",
        Step::ActivationConfirmed => "Koppeling activeren in Numo",
    }
}

/// What a step asks, inside a sentence: "geef consent in Magister".
pub fn step_do(step: Step) -> &'static str {
    match step {
        Step::ConsentGiven => "geef consent in Magister",
        Step::DetailsSubmitted => "stuur de schoolgegevens naar Kurve",
        Step::CredentialsIssued => "zet het wachtwoord en de query klaar",
        Step::QueryExecuted => "voer de query uit in Decibel",
        Step::PasswordSet => "vul het wachtwoord voor Numo in bij Magister",
        Step::PermissionsChecked => "kijk de vinkjes na bij Services en Lijsten",
        Step::AllowlistingRequested => "vraag allowlisting aan bij Magister",
        Step::AllowlistingConfirmed => "meld de bevestiging van Magister",
        Step::ActivationConfirmed => "activeer de koppeling in Numo",
    }
}

/// What a step is called where there is little room.
pub fn step_short(step: Step) -> &'static str {
    match step {
        Step::ConsentGiven => "Consent geven",
        Step::DetailsSubmitted => "Gegevens sturen",
        Step::CredentialsIssued => "Wachtwoord klaarzetten",
        Step::QueryExecuted => "Query uitvoeren",
        Step::PasswordSet => "Wachtwoord instellen",
        Step::PermissionsChecked => "Vinkjes nakijken",
        Step::AllowlistingRequested => "Allowlisting aanvragen",
        Step::AllowlistingConfirmed => "Bevestiging melden",
        Step::ActivationConfirmed => "Koppeling activeren",
    }
}

/// What a gate is called.
pub fn gate_name(gate: Gate) -> &'static str {
    match gate {
        Gate::Consent => "Consent in Magister",
        Gate::Webservice => "Webservice van Magister",
        Gate::Password => "Wachtwoord en vinkjes",
        Gate::Allowlisting => "Allowlisting door Magister",
        Gate::Activation => "Activering door Kurve",
    }
}

/// The question of a gate, which ends in yes or not yet.
pub fn gate_question(gate: Gate) -> &'static str {
    match gate {
        Gate::Consent => "Heeft de superbeheerder consent gegeven in Magister?",
        Gate::Webservice => "Is de webservice van Magister actief?",
        Gate::Password => "Staat het wachtwoord voor Numo in Magister, en kloppen de vinkjes?",
        Gate::Allowlisting => "Is allowlisting aangevraagd, en heeft Magister die bevestigd?",
        Gate::Activation => "Heeft Kurve laten weten dat de koppeling in Numo geactiveerd is?",
    }
}

/// One word for a gate.
pub fn gate_short(gate: Gate) -> &'static str {
    match gate {
        Gate::Consent => "Consent",
        Gate::Webservice => "Webservice",
        Gate::Password => "Wachtwoord",
        Gate::Allowlisting => "Allowlisting",
        Gate::Activation => "Activering",
    }
}

/// What a party is called; stands at the start of a sentence, or after "bij".
pub fn party_name(party: Party) -> &'static str {
    match party {
        Party::School => "De school",
        Party::Kurve => "Kurve",
        Party::Magister => "Magister",
    }
}

/// Parties in one breath: "Kurve en de school".
pub fn party_list(parties: &[Party]) -> String {
    let name = |(place, party): (usize, &Party)| match (place, party) {
        (1.., Party::School) => "de school",
        (_, party) => party_name(*party),
    };
    let mut names: Vec<&str> = parties.iter().enumerate().map(name).collect();
    let Some(last) = names.pop() else { return String::new() };
    if names.is_empty() { last.to_owned() } else { format!("{} en {last}", names.join(", ")) }
}

/// One or two words for how sure a yes is.
pub fn evidence_name(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::Claimed => "Gemeld",
        Evidence::Confirmed => "Bevestigd",
        Evidence::Proven => "Gecontroleerd",
    }
}

/// How sure a yes is and by whom, as a sentence.
pub(super) fn evidence_sentence(answer: &Answer) -> &'static str {
    let evidence = answer.evidence();
    match (evidence, answer.with(evidence).map(|given| &given.by)) {
        (Evidence::Claimed, _) => "De school meldde dat dit klaar is.",
        (Evidence::Confirmed, Some(Actor::Contact { .. })) => "De school meldde het ticketnummer van Magister.",
        (Evidence::Confirmed, _) => "Kurve heeft dit bevestigd.",
        (Evidence::Proven, _) => "We hebben de verbinding gecontroleerd: dit werkt.",
    }
}

/// What a role at Kurve is called. For roles at a school, see `Roles::label_nl`.
pub fn role_name(role: StaffRole) -> &'static str {
    match role {
        StaffRole::Admin => "Beheerder",
        StaffRole::Support => "Support",
        StaffRole::Reader => "Alleen lezen",
    }
}

/// What the days are called on which a school differs from its region.
pub fn own_days_name(kind: OwnDayKind) -> &'static str {
    match kind {
        OwnDayKind::Closed => "Vrij",
        OwnDayKind::Open => "Wel aan het werk",
    }
}

/// What somebody asks of a connection: so many schools.
pub fn asked_for(name: &str, schools: usize) -> String {
    match schools {
        1 => format!("{name} vraagt 1 school erbij"),
        many => format!("{name} vraagt {many} scholen erbij"),
    }
}

/// That somebody's school waits to begin.
pub fn wants_to_begin(name: &str) -> String {
    format!("{name} wil beginnen")
}

/// Where a holiday region lies, roughly.
pub fn region_hint(region: Region) -> &'static str {
    match region {
        Region::Noord => "Vooral Groningen, Friesland, Drenthe, Overijssel, Flevoland en Noord-Holland.",
        Region::Midden => "Vooral Utrecht, Zuid-Holland en een deel van Gelderland.",
        Region::Zuid => "Vooral Zeeland, Noord-Brabant, Limburg en een deel van Gelderland.",
    }
}

/// Where an onboarding as a whole stands, in one word.
pub fn lifecycle_name(lifecycle: &Lifecycle) -> &'static str {
    status_name(lifecycle.into())
}

/// The same, of one of which is not known since when and why.
pub fn status_name(status: Status) -> &'static str {
    match status {
        Status::Active => "Bezig",
        Status::Paused => "Gepauzeerd",
        Status::Withdrawn => "Gestopt",
        Status::Completed => "Klaar",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use strum::IntoEnumIterator;

    use super::*;

    #[test]
    fn no_two_things_share_a_name() {
        let steps: BTreeSet<_> = Step::iter().map(step_name).collect();
        let short_steps: BTreeSet<_> = Step::iter().map(step_short).collect();
        let gates: BTreeSet<_> = Gate::iter().flat_map(|gate| [gate_name(gate), gate_short(gate)]).collect();

        assert_eq!((steps.len(), short_steps.len(), gates.len()), (9, 9, 10));
    }

    #[test]
    fn the_gate_words_are_those_of_the_bar() {
        let short: Vec<_> = Gate::iter().map(gate_short).collect();

        assert_eq!(short, ["Consent", "Webservice", "Wachtwoord", "Allowlisting", "Activering"]);
        assert!(Gate::iter().all(|gate| gate_question(gate).ends_with('?')));
    }
}
