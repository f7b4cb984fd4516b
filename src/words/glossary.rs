//! The one glossary: what our words mean, for the page "Woorden", and which other words we do not use for the same thing.
//!
//! Pages and mails are held to it by `tests/it/architecture/words.rs`.

/// A word that schools meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    /// As it is written in the middle of a sentence.
    pub name: &'static str,
    /// What it means, in a sentence or two.
    pub meaning: &'static str,
    /// What we do not call it, in small letters.
    pub not: &'static [&'static str],
}

const fn word(name: &'static str, meaning: &'static str, not: &'static [&'static str]) -> Word {
    Word { name, meaning, not }
}

/// The words, in the order of the alphabet. Names of Magister and Numo stand as they are there.
pub const GLOSSARY: [Word; 36] = [
    word(
        "aan de beurt",
        "Wie aan de beurt is, moet nu iets doen. Dat is je school, Kurve of Magister.",
        &["aan zet", "actiehouder", "eigenaar", "aan de bal"],
    ),
    word(
        "aanmelden",
        "Je school bij Kurve opgeven voor de koppeling met Magister. Dat doe je één keer.",
        &["aanvraag", "aanvrager"],
    ),
    word(
        "activeren",
        "Kurve zet de koppeling aan de kant van Numo aan. Dat is de laatste stap.",
        &["live zetten", "activatie", "vrijgeven"],
    ),
    word(
        "allowlisting",
        "Magister laat alleen bekende IP-adressen bij de webservice. Met allowlisting komen die van Kurve erbij. Je \
         vraagt het aan met een ticket.",
        &["whitelist", "whitelisting", "whitelisten", "vrijgavelijst"],
    ),
    word(
        "applicatiebeheerder",
        "Wie op school Magister beheert. Die kan vaak in Decibel en bij Beheer > Webservices. Kan dat niet? Vraag het de \
         collega die het dagwachtwoord kent.",
        &["systeembeheerder", "functioneel beheerder"],
    ),
    word(
        "BRIN-nummer",
        "Het nummer van je school: twee cijfers en twee letters, soms met twee cijfers voor de vestiging.",
        &["brincode", "brin-code", "brinnummer", "schoolnummer"],
    ),
    word(
        "consent",
        "De superbeheerder geeft in Magister aan dat Numo gegevens mag krijgen. De procedure heet “Toegang verlenen tot \
         derden”.",
        &["consent formulier", "akkoordverklaring"],
    ),
    word(
        "contactpersoon",
        "Iemand van je school die in Koppelklaar kan inloggen en er mails van krijgt.",
        &["contact persoon", "aanspreekpunt", "relatie"],
    ),
    word(
        "controle",
        "Koppelklaar kijkt zelf in Magister of de verbinding werkt. Werkt alles, dan is de controle geslaagd.",
        &[
            "test",
            "testen",
            "getest",
            "verbindingstest",
            "check",
            "verificatie",
            "verifiëren",
            "validatie",
            "goede controle",
        ],
    ),
    word(
        "dagwachtwoord",
        "Het wachtwoord waarmee je in Decibel inlogt. Het is op school bekend. Kurve kent het niet.",
        &["dagcode"],
    ),
    word("Decibel", "Een programma in Magister Desktop, onder Onderhoud. Daarin voer je de query uit.", &[]),
    word(
        "Entree",
        "Een dienst van Kennisnet waarmee leerlingen met hun schoolaccount inloggen bij leermiddelen, zoals Numo.",
        &[],
    ),
    word(
        "geschiedenis",
        "Alles wat er met de koppeling is gebeurd: wat, door wie en wanneer.",
        &["verloop", "historie"],
    ),
    word(
        "herinnering",
        "Een mail als jullie aan de beurt zijn en er een tijd niets gebeurt.",
        &["reminder", "rappel", "aanmaning"],
    ),
    word(
        "importeren",
        "Numo haalt de gegevens op uit Magister. De knop in Numo heet MAGISTER IMPORT.",
        &[
            "synchronisatie",
            "inlezing",
            "datamigratie",
            "import open",
            "import dicht",
            "import is open",
            "import is dicht",
            "import is weer dicht",
            "import weer dicht",
            "import gaat open",
            "import gaat dicht",
            "import gaat pas weer open",
            "import is weer open",
        ],
    ),
    word(
        "klaar",
        "Je hoeft niets meer aan deze stap te doen.",
        &["gereed", "afgerond", "voltooid", "compleet", "done", "succesvol"],
    ),
    word(
        "koppeling",
        "De verbinding tussen Magister en Numo. Daarmee kan Numo gegevens van leerlingen ophalen.",
        &["integratie", "connector", "interface"],
    ),
    word(
        "KurveLeerlingData",
        "De enige lijst in Magister die Kurve mag lezen. Je ziet hem op het tabblad Lijsten.",
        &[],
    ),
    word(
        "lukt niet",
        "Iemand van de school meldde dat een stap niet lukt. Kurve helpt dan.",
        &["vastgelopen", "vastloopt", "zit vast", "geblokkeerd", "geëscaleerd"],
    ),
    word(
        "mail",
        "Een bericht in je mailbox. Koppelklaar stuurt een mail als er iets voor jullie te doen is.",
        &["e-mailbericht", "mailtje", "notificatie"],
    ),
    word(
        "nakijken",
        "In Magister kijken of de goede vinkjes aan staan, bij Services en bij Lijsten.",
        &["vinkjes controleren", "lijsten controleren"],
    ),
    word(
        "opleidingscode",
        "De code van de opleiding van een leerling. Staat er “3 zonder opleidingscode”? Dan is die code bij 3 leerlingen in \
         Magister niet ingevuld. Vul hem daar aan.",
        &[],
    ),
    word(
        "pauze",
        "De koppeling staat even stil, tot een dag die je zelf kiest. Tot die dag komen er geen herinneringen.",
        &["on hold", "opgeschort"],
    ),
    word(
        "query",
        "Een bestand van Kurve voor Decibel. Na het uitvoeren staat Kurve tussen de gebruikers in Magister.",
        &["sql-bestand", "zoekopdracht"],
    ),
    word(
        "RDP",
        "Werken op een andere computer, via een venster op je eigen scherm. Veel scholen openen Magister Desktop zo.",
        &["extern bureaublad"],
    ),
    word(
        "schooldomein",
        "Het eerste deel van het adres van jullie Magister. Log in bij Magister en kijk in de adresbalk. Staat daar \
         bonhoeffer.swp.nl? Dan is het bonhoeffer.",
        &["domein", "subdomein", "domeinnaam", "tenant"],
    ),
    word(
        "SSO",
        "Single Sign-on: leerlingen loggen in Numo in met hun schoolaccount, zonder apart wachtwoord.",
        &["eenmalig inloggen"],
    ),
    word(
        "stap",
        "Iets wat gedaan moet worden voordat jullie kunnen importeren. Er zijn er negen.",
        &["taak", "actiepunt", "to-do"],
    ),
    word(
        "superbeheerder",
        "De collega met de meeste rechten in Magister. Alleen die kan consent geven.",
        &["super beheerder", "hoofdbeheerder"],
    ),
    word(
        "ticket",
        "Een verzoek aan Magister, in het ticketsysteem van Magister.",
        &["incident", "servicedesk", "helpdesk"],
    ),
    word(
        "toegang",
        "Wie toegang heeft, kan het wachtwoord bekijken en de query downloaden. Kurve geeft toegang, nadat de school is \
         teruggebeld.",
        &[
            "instaan",
            "staat in voor",
            "staat voor niemand in",
            "instaat",
            "kurve heeft bevestigd",
            "door kurve is bevestigd",
        ],
    ),
    word(
        "UWLR",
        "Een afspraak over hoe scholen gegevens van leerlingen aan leermiddelen geven. Numo krijgt via UWLR de smalle set: \
         zonder opleiding en leerjaar.",
        &[],
    ),
    word(
        "verbinding",
        "Hoe Kurve met de webservice bij jullie Magister komt. Een controle laat zien of dat lukt.",
        &["connectie", "connectiviteit", "verbinding kwijt"],
    ),
    word(
        "vraag",
        "Er zijn vijf vragen. Is het antwoord vijf keer ja? Dan kunnen jullie importeren. Bij elke vraag horen een of meer \
         stappen.",
        &["onderdeel", "mijlpaal"],
    ),
    word(
        "wachtwoord voor Numo",
        "Kurve maakt voor elke school één wachtwoord voor de webservice. Je vult het 2 keer in bij Magister.",
        &[
            "password",
            "inloggegevens",
            "credentials",
            "toegangscode",
            "toon het wachtwoord",
            "wachtwoord tonen",
            "wachtwoord ophalen",
        ],
    ),
    word(
        "webservice",
        "Hiermee haalt Kurve gegevens van leerlingen op uit Magister: idGebr, ExterneId, opleidingscode en stamnr. Kurve is \
         in Magister een gebruiker van de webservice.",
        &["web service", "webdienst"],
    ),
];

/// Words that no reader at B1 needs, each with what we write in its place.
pub const PLAIN: [(&str, &[&str]); 14] = [
    ("al", &["reeds"]),
    ("als", &["indien", "mits"]),
    ("een collega vragen, melden of sturen", &["doorgeven", "doorgegeven", "geef door", "geeft door", "geef dan door"]),
    ("door, met", &["middels", "door middel van", "d.m.v."]),
    ("je, jullie", &["u", "uw"]),
    ("kiezen", &["selecteren", "selecteer", "aanvinkvakje"]),
    ("maar", &["echter", "edoch"]),
    ("moet", &["dient te", "dienen te", "gelieve"]),
    ("ook", &["tevens", "eveneens", "alsmede"]),
    ("over", &["inzake", "omtrent", "betreffende"]),
    ("overzicht", &["dashboard", "portaal", "homepage"]),
    ("mails", &["post"]),
    ("volgens", &["conform"]),
    ("voor", &["ten behoeve van", "t.b.v.", "teneinde"]),
];
