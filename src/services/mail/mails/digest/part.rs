//! A part of the digest: rows that have something in common.

/// One line of the digest.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct DigestRow {
    pub(super) school: String,
    pub(super) brin: String,
    /// What waits.
    pub(super) what: String,
    /// A date in words.
    pub(super) since: String,
    /// The connection's page for Kurve.
    pub(super) link: String,
}

/// A part of the digest.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct DigestPart {
    pub(super) kind: DigestKind,
    /// The most urgent first; never empty in a mail.
    pub(super) rows: Vec<DigestRow>,
    /// How many connections, contacts or requests there are beside those of the rows.
    pub(super) more: u64,
    /// The page that shows more of them.
    pub(super) all: String,
}

/// What the digest tells of, in the order in which it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DigestKind {
    /// Requests to join a connection.
    Requests,
    /// Schools that are not here and wait to begin.
    Beginnings,
    /// Steps that Kurve holds: stuck ones, new requests and the rest.
    Waiting,
    /// Connections where reminders stay without an answer.
    Silent,
    /// Connections with Magister that are lost.
    Lost,
    /// Connections with Magister that fail by something that Kurve looks into.
    Failing,
    /// Connections whose Magister has a certificate that ends.
    Certificates,
    /// Contacts where mail does not arrive, or who stopped their reminders.
    Addresses,
    /// Connections of which what is kept goes within a week.
    Leaving,
}

impl DigestKind {
    /// What stands above the rows.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Requests => "Scholen die willen meedoen",
            Self::Beginnings => "Nieuwe scholen die willen beginnen",
            Self::Waiting => "Wacht op Kurve",
            Self::Silent => "Scholen die niet reageren op herinneringen",
            Self::Lost => "Verbinding werkt niet meer",
            Self::Failing => "Verbindingen die Kurve moet uitzoeken",
            Self::Certificates => "Certificaat dat bijna verloopt",
            Self::Addresses => "Contactpersonen die geen mail krijgen",
            Self::Leaving => "Scholen waarvan de gegevens binnenkort weggaan",
        }
    }
}

impl DigestPart {
    /// That there is more than the rows; empty when there is not.
    pub(super) fn more_said(&self) -> String {
        let (one, many) = match self.kind {
            DigestKind::Waiting
            | DigestKind::Silent
            | DigestKind::Lost
            | DigestKind::Failing
            | DigestKind::Certificates
            | DigestKind::Leaving => ("school", "scholen"),
            DigestKind::Addresses => ("contactpersoon", "contactpersonen"),
            DigestKind::Requests | DigestKind::Beginnings => ("aanmelding", "aanmeldingen"),
        };
        match self.more {
            0 => String::new(),
            1 => format!("En nog 1 {one}."),
            more => format!("En nog {more} {many}."),
        }
    }

    /// What the subject says of it.
    pub(super) fn in_subject(&self) -> String {
        let rows = self.rows.len() as u64;
        let all = rows + self.more;
        match (self.kind, all) {
            (DigestKind::Requests, 1) => "1 school wil meedoen".to_owned(),
            (DigestKind::Requests, many) => format!("{many} scholen willen meedoen"),
            (DigestKind::Beginnings, 1) => "1 school wil beginnen".to_owned(),
            (DigestKind::Beginnings, many) => format!("{many} scholen willen beginnen"),
            (DigestKind::Waiting, 1) => "1 stap wacht op Kurve".to_owned(),
            // Of the schools beyond the rows it is not counted how many steps wait.
            (DigestKind::Waiting, _) if self.more > 0 => format!("meer dan {rows} stappen wachten op Kurve"),
            (DigestKind::Waiting, many) => format!("{many} stappen wachten op Kurve"),
            (DigestKind::Silent, 1) => "1 school reageert niet".to_owned(),
            (DigestKind::Silent, many) => format!("{many} scholen reageren niet"),
            (DigestKind::Lost, 1) => "1 verbinding werkt niet meer".to_owned(),
            (DigestKind::Lost, many) => format!("{many} verbindingen werken niet meer"),
            (DigestKind::Failing, 1) => "1 verbinding om uit te zoeken".to_owned(),
            (DigestKind::Failing, many) => format!("{many} verbindingen om uit te zoeken"),
            (DigestKind::Certificates, 1) => "1 certificaat verloopt bijna".to_owned(),
            (DigestKind::Certificates, many) => format!("{many} certificaten verlopen bijna"),
            (DigestKind::Addresses, 1) => "1 adres werkt niet".to_owned(),
            (DigestKind::Addresses, many) => format!("{many} adressen werken niet"),
            (DigestKind::Leaving, 1) => "1 school gaat weg".to_owned(),
            (DigestKind::Leaving, many) => format!("{many} scholen gaan weg"),
        }
    }
}

#[cfg(test)]
pub(super) fn samples() -> Vec<DigestPart> {
    use crate::services::mail::mails::samples::{LINK, NASTY_NAME};

    let row = |school: &str, what: &str| DigestRow {
        school: school.into(),
        brin: "12AB".into(),
        what: what.into(),
        since: "maandag 2 november 2026".into(),
        link: LINK.into(),
    };
    let part = |kind, rows, more| DigestPart { kind, rows, more, all: "https://koppelklaar.example/alles".into() };
    let waiting = vec![
        row("Het Molenveld", "lukt niet: Query uitvoeren"),
        row(NASTY_NAME, "nieuwe school: Wachtwoord en query klaarzetten"),
    ];
    vec![
        part(DigestKind::Requests, vec![row("Rivierenland", "Joke Jansen vraagt 11 scholen erbij")], 0),
        part(DigestKind::Beginnings, vec![row("De Oever", "Olaf Berg wil beginnen")], 0),
        part(DigestKind::Waiting, waiting, 3),
        part(DigestKind::Silent, vec![row("Lyceum Oost", "geen antwoord op herinneringen")], 0),
        part(DigestKind::Lost, vec![row("Mavo Noord", "inloggen geweigerd")], 0),
        part(DigestKind::Failing, vec![row("Mavo West", "onverwacht antwoord")], 0),
        part(DigestKind::Certificates, vec![row("Mavo Oost", "geldt tot dinsdag 1 december 2026")], 0),
        part(DigestKind::Addresses, vec![row("Mavo Zuid", "mail aan Anna de Wit komt niet aan (5.1.1)")], 1),
        part(DigestKind::Leaving, vec![row("Mavo Midden", "gaat op maandag 7 december 2026 weg, klaar of gestopt")], 0),
    ]
}
