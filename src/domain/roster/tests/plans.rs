//! What rows do to what is here.

use super::sheets::csv;
use crate::domain::onboarding::Step;
use crate::domain::roles::{ContactRole, Roles};
use crate::domain::roster::{
    Known, KnownConnection, KnownContact, KnownSchool, Look, Mapping, Part, Planned, RosterRow, Verb, Why, plan,
    prepare,
};
use crate::domain::school::Region;
use crate::domain::text::{PersonName, SchoolDomain, SchoolName};

fn planned(known: &Known, rows: &[&str]) -> Vec<Planned> {
    let sheet = csv(&format!("School;BRIN;Domein;Regio;Contact;E-mail;Rol;Stand\n{}\n", rows.join("\n")));
    let mapping = Mapping::suggest(&sheet.headers);
    plan(&prepare(sheet.rows.iter().map(|row| RosterRow::parse(row, &mapping)).collect()), known)
}

/// What each row does, in words.
fn said(planned: &[Planned]) -> Vec<String> {
    let word = |part: &Part| match part {
        Part::Name => "name".to_owned(),
        Part::Region => "region".to_owned(),
        Part::Contact => "contact".to_owned(),
        Part::ContactName => "contact name".to_owned(),
        Part::ContactRoles => "contact roles".to_owned(),
        Part::Step(step) => step.as_str().to_owned(),
    };
    let line = |one: &Planned| match &one.intent {
        Ok(intent) => {
            let parts: Vec<String> = intent.parts.iter().map(word).collect();
            format!("{}: {}", intent.verb.as_str(), parts.join(", "))
        }
        Err(faults) => format!("fault: {:?}", faults[0].why),
    };
    planned.iter().map(line).collect()
}

fn domain(label: &str) -> SchoolDomain {
    SchoolDomain::parse(label).expect("a domain")
}

fn name(text: &str) -> SchoolName {
    SchoolName::parse(text).expect("a name")
}

/// The connection of "De Zon", with its school and its contact.
fn here() -> Known {
    let contact = KnownContact {
        name: PersonName::parse("Els van Dam").expect("a name"),
        roles: Roles::of(ContactRole::Superbeheerder),
        is_removed: false,
    };
    let steps = [Step::DetailsSubmitted].into_iter().collect::<std::collections::BTreeSet<_>>();
    let connection = KnownConnection {
        name: name("De Zon"),
        region: Region::Zuid,
        schools: 1,
        contacts: [("els@zon.example".to_owned(), contact)].into_iter().collect(),
        sure: steps.clone(),
        yes: steps,
        fallen: std::collections::BTreeSet::default(),
        is_withdrawn: false,
        is_new: false,
    };
    let school = KnownSchool {
        domain: domain("zon"),
        name: name("De Zon"),
        is_activated: false,
        has_fallen: false,
        has_stopped: false,
    };
    Known {
        connections: [(domain("zon"), connection)].into_iter().collect(),
        schools: [("98ZB00".to_owned(), school)].into_iter().collect(),
        needs_check: false,
    }
}

#[test]
fn a_board_with_one_magister_is_one_connection_with_many_schools() {
    let rows = [
        "Rivier Oost;98RA;rivier;Midden;;;;",
        "Rivier West;98RB;rivier;;Bo Bos;bo@rivier.example;superbeheerder;consent gegeven",
        "Rivier West;98RB;rivier;;Al Bos;al@rivier.example;AB;",
        "Rivier Zuid;98RC;rivier;;;;;",
        "De Maan;98MA;maan;;Bo Bos;bo@rivier.example;;",
    ];

    let planned = planned(&Known::default(), &rows);

    assert_eq!(said(&planned), ["make: contact", "join: consent_given", "change: contact", "join: ", "make: contact"]);
    let looks: Vec<_> = planned.iter().map(|one| one.intent.as_ref().map(|intent| intent.looks.clone())).collect();
    assert_eq!(looks, [Ok(vec![]), Ok(vec![]), Ok(vec![]), Ok(vec![]), Ok(vec![Look::NoRegion])]);
}

#[test]
fn what_is_here_changes_only_where_the_file_says_otherwise() {
    for (row, expected) in [
        ("De Zon;98ZB;zon;Zuid;Els van Dam;els@zon.example;superbeheerder;", "leave: "),
        ("DE  ZON;98zb00;ZON.swp.nl;;els van dam;ELS@zon.example;;", "leave: "),
        ("De Zon;98ZB;zon;;;;;", "leave: "),
        ("De Zon;98ZB;zon;;Els van Dam;els@zon.example;contactpersoon;", "leave: "),
        ("De Zonnebloem;98ZB;zon;Noord;;;;", "change: name, region"),
        ("De Zon;98ZB;zon;;Els Dam;els@zon.example;AB;", "change: contact name, contact roles"),
        ("De Zon;98ZB;zon;;Bo Bos;bo@zon.example;;consent gegeven", "change: contact, consent_given"),
        ("De Zon;98ZB;zon;;;;;allowlisting bevestigd", "change: allowlisting_requested, allowlisting_confirmed"),
        ("Zon Zuid;98ZB01;zon;;;;;", "join: "),
    ] {
        assert_eq!(said(&planned(&here(), &[row])), [expected], "{row}");
    }
}

#[test]
fn an_open_import_is_taken_over_step_by_step_in_order() {
    let planned = planned(&here(), &["De Zon;98ZB;zon;;;;;import open", "Zon Zuid;98ZB01;zon;;;;;import open"]);

    assert_eq!(
        said(&planned),
        [
            "change: consent_given, credentials_issued, query_executed, password_set, permissions_checked, \
             allowlisting_requested, allowlisting_confirmed, activation_confirmed",
            "join: activation_confirmed"
        ]
    );
}

#[test]
fn where_activation_takes_a_check_a_file_is_none() {
    let known = Known { needs_check: true, ..here() };

    let planned = planned(&known, &["De Zon;98ZB;zon;;;;;import open"]);

    let intent = planned[0].intent.as_ref().expect("the rest can be taken over");
    assert_eq!((intent.steps().count(), intent.looks.as_slice()), (7, &[Look::NeedsCheck][..]));
}

#[test]
fn what_fell_stopped_or_was_removed_stays_so_and_is_shown() {
    let mut known = here();
    let zon = known.connections.get_mut(&domain("zon")).expect("it is here");
    zon.fallen.insert(Step::AllowlistingRequested);
    zon.contacts.values_mut().for_each(|contact| contact.is_removed = true);
    let row = "De Zon;98ZB;zon;;Els van Dam;els@zon.example;;allowlisting bevestigd, consent gegeven";
    assert_eq!(planned(&known, &[row])[0].intent.as_ref().map_err(|faults| &faults[0].why), Err(&Why::NeedsContact));

    let bo = KnownContact {
        name: PersonName::parse("Bo Bos").expect("a name"),
        roles: Roles::of(ContactRole::Contactpersoon),
        is_removed: false,
    };
    known.connections.get_mut(&domain("zon")).expect("it is here").contacts.insert("bo@zon.example".to_owned(), bo);
    let fell = planned(&known, &[row]);
    assert_eq!(said(&fell), ["change: consent_given"]);
    let looks = fell[0].intent.as_ref().map(|intent| intent.looks.clone());
    assert_eq!(looks, Ok(vec![Look::ContactRemoved, Look::Fell { step: Step::AllowlistingRequested }]));

    known.schools.get_mut("98ZB00").expect("it is here").has_stopped = true;
    let stopped = planned(&known, &[row]);
    assert_eq!(said(&stopped), ["leave: "]);
    assert_eq!(stopped[0].intent.as_ref().map(|intent| intent.looks.clone()), Ok(vec![Look::Stopped]));
}

#[test]
fn a_school_that_is_here_under_another_domain_is_moved_by_hand() {
    let planned = planned(&here(), &["De Zon;98ZB;maan;Zuid;Bo Bos;bo@maan.example;;"]);

    let why = Why::Elsewhere { domain: domain("zon") };
    assert_eq!(planned[0].intent.as_ref().map_err(|faults| &faults[0].why), Err(&why));
}

#[test]
fn the_same_rows_once_more_leave_all_as_it_is() {
    let rows = [
        "Rivier Oost;98RA;rivier;Midden;Bo Bos;bo@rivier.example;SB;consent gegeven, allowlisting bevestigd",
        "Rivier West;98RB;rivier;Noord;B. Bos;bo@rivier.example;AB;import open",
        "De Zon;98ZB;zon;Noord;Els Dam;els@zon.example;AB;wachtwoord ingesteld",
    ];
    // Twice in one file but for the number of the row: as if it were carried out and brought again.
    let sheet = csv(&format!("School;BRIN;Domein;Regio;Contact;E-mail;Rol;Stand\n{}\n", rows.join("\n")));
    let mapping = Mapping::suggest(&sheet.headers);
    let once = prepare(sheet.rows.iter().map(|row| RosterRow::parse(row, &mapping)).collect());
    let twice: Vec<_> = once.iter().chain(&once).cloned().collect();

    let verbs: Vec<_> =
        plan(&twice, &here()).iter().map(|one| one.intent.as_ref().map(|intent| intent.verb).ok()).collect();

    assert_eq!(&verbs[..3], [Some(Verb::Make), Some(Verb::Join), Some(Verb::Change)]);
    assert_eq!(&verbs[3..], [Some(Verb::Leave); 3]);
}
