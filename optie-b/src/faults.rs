//! What can be wrong with a file, as a Dutch sentence that says what to do. A place is the row as Excel shows it and the
//! name of the column; a pupil is never named.

use std::fmt;

use serde::Serialize;

use crate::cell::Spoiled;
use crate::limits;
use crate::mapping::Field;

/// Which of the files of a school.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum File {
    /// The export from Magister.
    Export,
    /// The file with `Stamnr` and `IDGebr`.
    Ids,
    /// The school's table of studies and codes.
    Studies,
    /// The list of codes that Numo knows.
    Codes,
}

impl File {
    /// What the file is called in a sentence.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Export => "de export uit Magister",
            Self::Ids => "het bestand met IDGebr",
            Self::Studies => "de tabel met opleidingscodes",
            Self::Codes => "de lijst met codes van Numo",
        }
    }
}

/// Which of the two columns of a small file are not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lacking {
    /// The first that it is asked for.
    First,
    /// The second.
    Second,
    /// Both.
    Both,
}

impl Lacking {
    /// That they are not there, with their names.
    fn of(self, [first, second]: [&str; 2]) -> String {
        match self {
            Self::First => format!("ontbreekt de kolom {first}"),
            Self::Second => format!("ontbreekt de kolom {second}"),
            Self::Both => format!("ontbreken de kolommen {first} en {second}"),
        }
    }
}

/// Where something is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// In which file.
    pub file: File,
    /// The row as Excel shows it.
    pub row: u32,
    /// The name of the column, or its letter if it has none.
    pub column: String,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.file {
            File::Export => write!(f, "Rij {}, kolom {}", self.row, self.column),
            file => write!(f, "In {}, rij {}, kolom {}", file.name(), self.row, self.column),
        }
    }
}

/// What keeps a file from being read or made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// More bytes than [`limits::FILE_BYTES`].
    #[error(
        "Dit bestand is te groot: een bestand is maximaal {} MB. Maak in Magister een export met alleen de kolommen die nodig zijn.",
        limits::FILE_BYTES / 1024 / 1024
    )]
    FileTooLarge,
    /// More rows than [`limits::ROWS`].
    #[error(
        "Dit bestand heeft te veel rijen: maximaal {} leerlingen per keer. Verdeel de leerlingen over meer bestanden.",
        limits::ROWS
    )]
    TooManyRows,
    /// More columns than [`limits::COLUMNS`].
    #[error(
        "Rij {row} heeft iets in kolom {column}: een blad mag maximaal {} kolommen hebben. Verwijder in Excel wat daar staat.",
        limits::COLUMNS
    )]
    TooManyColumns {
        /// The row as Excel shows it.
        row: u32,
        /// The letters of the column.
        column: String,
    },
    /// More than [`limits::UNPACKED_BYTES`] in a workbook.
    #[error(
        "Uitgepakt is dit bestand te groot. Kopieer in Excel de rijen met leerlingen naar een nieuw bestand en sla dat op als .xlsx."
    )]
    TooMuchUnpacked,
    /// More text in the columns that are kept than pupils have.
    #[error("In dit bestand staat te veel tekst voor een lijst met leerlingen. Kies de export uit Magister.")]
    TooMuchText,
    /// HTML or XML, often called `.xls`.
    #[error(
        "Dit bestand is een webpagina of XML, ook al heet het misschien .xls. Open het bestand in Excel en sla het op als .xlsx."
    )]
    Html,
    /// A workbook with a password.
    #[error(
        "Dit bestand heeft een wachtwoord. Open het bestand in Excel, haal het wachtwoord weg en sla het op als .xlsx."
    )]
    Password,
    /// A kind of workbook that is not read.
    #[error("Dit soort bestand kunnen we niet lezen. Open het bestand in Excel en sla het op als .xlsx.")]
    OtherKind,
    /// A workbook that is not whole.
    #[error(
        "Dit bestand is beschadigd. Open het bestand in Excel en sla het opnieuw op als .xlsx, of maak een nieuwe export."
    )]
    Broken,
    /// Nothing in it.
    #[error("Dit bestand is leeg. Kies een ander bestand.")]
    Empty,
    /// No row with the names of the columns.
    #[error(
        "In de eerste {} rijen staan geen kolomnamen die we kennen. Zet boven de leerlingen een rij met Stamnr, Roepnaam, Tussenv., Achternaam, Klas, Studie en E-mail.",
        limits::HEADER_ROWS
    )]
    NoHeader,
    /// One column with the whole name.
    #[error(
        "De naam staat in één kolom Naam. Kies in Magister in de Kolommenkiezer de kolommen Roepnaam, Tussenv. en Achternaam, en maak een nieuwe export."
    )]
    OnlyNaam,
    /// A column that must be there.
    #[error(
        "De kolom {0} ontbreekt. Voeg {0} toe in de Kolommenkiezer van Magister en maak een nieuwe export, of wijs de kolom zelf aan."
    )]
    MissingColumn(Field),
    /// No such column for a field.
    #[error("Voor {0} is een kolom gekozen die er niet is. Kies een andere kolom.")]
    NoSuchColumn(Field),
    /// Several columns for one field.
    #[error("Er zijn meer kolommen voor {0}. Kies welke kolom je wilt gebruiken.")]
    SeveralColumns(Field),
    /// Several sheets with pupils.
    #[error("Op meer dan één blad staan leerlingen: {}. Kies welk blad je wilt gebruiken.", .0.join(", "))]
    SeveralSheets(Vec<String>),
    /// The sheet that was chosen is not there.
    #[error("Het gekozen blad heeft geen rij met kolomnamen. Kies een ander blad.")]
    NoSuchSheet,
    /// A quote that is never closed.
    #[error(
        "Vanaf rij {row} klopt een aanhalingsteken niet: het wordt niet gesloten. Open het bestand in Excel en sla het op als .xlsx."
    )]
    UnclosedQuote {
        /// The row in which it opens.
        row: u32,
    },
    /// More cells than the header has names.
    #[error(
        "Rij {row} heeft meer kolommen dan de rij met kolomnamen. Misschien staat er een scheidingsteken in een naam. Verbeter de rij, of maak een export als .xlsx."
    )]
    MoreCells {
        /// The row as Excel shows it.
        row: u32,
    },
    /// No pupils below the header.
    #[error("Onder de kolomnamen staan geen leerlingen. Kies een ander bestand.")]
    NoPupils,
    /// An error such as `#N/B`.
    #[error("{0}: hier staat een fout van Excel, zoals #N/B. Verbeter de formule of typ de waarde.")]
    ErrorCell(Place),
    /// A number of which digits are lost.
    #[error(
        "{0}: Excel heeft hier een getal ingekort, zoals 1,23E+05. Maak de kolom breder of kies de celeigenschap Tekst, en vul de waarde opnieuw in."
    )]
    Scientific(Place),
    /// A sign that cannot be seen.
    #[error("{0}: hier staat een onzichtbaar teken, zoals een tab. Typ de waarde opnieuw.")]
    Control(Place),
    /// A value that is too long.
    #[error("{0}: deze waarde is te lang. Een waarde heeft maximaal {max} tekens.", max = limits::VALUE_SIGNS)]
    TooLong(Place),
    /// A value that a spreadsheet takes for a formula.
    #[error("{0}: deze waarde begint met =, +, - of @. Excel kan dat als formule lezen. Verbeter de waarde.")]
    Formula(Place),
    /// Nothing where something must be.
    #[error("{0}: hier staat niets. Vul de waarde in, of verwijder de rij als het geen leerling is.")]
    Missing(Place),
    /// A stamnr that is no number.
    #[error(
        "{0}: een stamnr bestaat alleen uit cijfers. Verbeter het stamnr, of verwijder de rij als het geen leerling is."
    )]
    NotDigits(Place),
    /// Two pupils with one stamnr.
    #[error(
        "{place}: in rij {other} staat hetzelfde stamnr, maar een andere waarde in deze kolom. Verbeter de rijen of verwijder er een."
    )]
    SameStamnr {
        /// The later row, and the column that differs.
        place: Place,
        /// The earlier row.
        other: u32,
    },
    /// Two stamnrs that differ in zeros only, while zeros are not filled up.
    #[error(
        "{place}: dit stamnr verschilt alleen in nullen vooraan van rij {other}. Verbeter een van de twee, of vul de stamnrs aan met nullen."
    )]
    ZerosDiffer {
        /// The later row.
        place: Place,
        /// The earlier row.
        other: u32,
    },
    /// The table of studies has other columns.
    #[error(
        "In de tabel met opleidingscodes {}. Zet in de eerste rij van de tabel de namen Studie en opleidingscode.",
        .0.of(["Studie", "opleidingscode"])
    )]
    StudiesColumns(Lacking),
    /// One study with two codes.
    #[error(
        "In de tabel met opleidingscodes staat in rij {row} een studie die al een andere code heeft. Verwijder een van de twee."
    )]
    StudyTwice {
        /// The later row.
        row: u32,
    },
    /// A code that is not one that Numo knows.
    #[error("De code {code} van studie {study} staat niet in de lijst met codes van Numo. Kies een code uit de lijst.")]
    UnknownCode {
        /// The school's name of the study.
        study: String,
        /// The code.
        code: String,
    },
    /// A code that a spreadsheet takes for a formula, or that has a sign that cannot be seen.
    #[error(
        "De code van studie {study} kan niet: een code begint niet met =, +, - of @ en heeft geen onzichtbare tekens. Verbeter de code."
    )]
    BadCode {
        /// The school's name of the study.
        study: String,
    },
    /// The file with ids has other columns.
    #[error(
        "In het bestand met IDGebr {}. Vraag de applicatiebeheerder om een bestand met Stamnr en IDGebr.",
        .0.of(["Stamnr", "IDGebr"])
    )]
    IdsColumns(Lacking),
    /// The school's own word in passwords.
    #[error(
        "Dit wachtwoord kan niet: het begint niet met =, +, - of @, bevat geen onzichtbare tekens en is niet te lang. Kies een ander vast woord."
    )]
    BadWord,
    /// The column that passwords are made of cannot be one.
    #[error(
        "{0}: hier staat niets, terwijl het wachtwoord uit deze kolom komt. Vul de waarde in of kies een andere kolom."
    )]
    NoPassword(Place),
    /// Too little chance was given to draw passwords.
    #[error("De wachtwoorden konden niet worden gemaakt. Probeer het opnieuw.")]
    NoChance,
}

impl Fault {
    /// The fault of a cell that is no value.
    #[must_use]
    pub fn spoiled(why: Spoiled, place: Place) -> Self {
        match why {
            Spoiled::Error => Self::ErrorCell(place),
            Spoiled::Scientific => Self::Scientific(place),
            Spoiled::Control => Self::Control(place),
            Spoiled::Long => Self::TooLong(place),
        }
    }

    /// Where it is, if it is at one place.
    #[must_use]
    pub fn place(&self) -> Option<&Place> {
        match self {
            Self::ErrorCell(place)
            | Self::Scientific(place)
            | Self::Control(place)
            | Self::TooLong(place)
            | Self::Formula(place)
            | Self::Missing(place)
            | Self::NotDigits(place)
            | Self::NoPassword(place)
            | Self::SameStamnr { place, .. }
            | Self::ZerosDiffer { place, .. } => Some(place),
            _ => None,
        }
    }

    /// The column for which one must be chosen.
    #[must_use]
    pub fn field(&self) -> Option<Field> {
        match self {
            Self::MissingColumn(field) | Self::NoSuchColumn(field) | Self::SeveralColumns(field) => Some(*field),
            _ => None,
        }
    }

    /// The study whose code is wrong.
    #[must_use]
    pub fn study(&self) -> Option<&str> {
        match self {
            Self::UnknownCode { study, .. } | Self::BadCode { study } => Some(study),
            _ => None,
        }
    }

    /// The sheets among which one must be chosen.
    #[must_use]
    pub fn sheets(&self) -> &[String] {
        if let Self::SeveralSheets(sheets) = self { sheets } else { &[] }
    }

    /// A short name for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::FileTooLarge => "file_too_large",
            Self::TooManyRows => "too_many_rows",
            Self::TooManyColumns { .. } => "too_many_columns",
            Self::TooMuchUnpacked => "too_much_unpacked",
            Self::TooMuchText => "too_much_text",
            Self::Html => "html",
            Self::Password => "password",
            Self::OtherKind => "other_kind",
            Self::Broken => "broken",
            Self::Empty => "empty",
            Self::NoHeader => "no_header",
            Self::OnlyNaam => "only_naam",
            Self::MissingColumn(_) => "missing_column",
            Self::NoSuchColumn(_) => "no_such_column",
            Self::SeveralColumns(_) => "several_columns",
            Self::SeveralSheets(_) => "several_sheets",
            Self::NoSuchSheet => "no_such_sheet",
            Self::UnclosedQuote { .. } => "unclosed_quote",
            Self::MoreCells { .. } => "more_cells",
            Self::NoPupils => "no_pupils",
            Self::ErrorCell(_) => "error_cell",
            Self::Scientific(_) => "scientific",
            Self::Control(_) => "control",
            Self::TooLong(_) => "too_long",
            Self::Formula(_) => "formula",
            Self::Missing(_) => "missing",
            Self::NotDigits(_) => "not_digits",
            Self::SameStamnr { .. } => "same_stamnr",
            Self::ZerosDiffer { .. } => "zeros_differ",
            Self::StudiesColumns(_) => "studies_columns",
            Self::StudyTwice { .. } => "study_twice",
            Self::UnknownCode { .. } => "unknown_code",
            Self::BadCode { .. } => "bad_code",
            Self::IdsColumns(_) => "ids_columns",
            Self::BadWord => "bad_word",
            Self::NoPassword(_) => "no_password",
            Self::NoChance => "no_chance",
        }
    }
}

/// The letters that Excel shows above a column, counted from 0.
#[must_use]
pub fn letters(column: usize) -> String {
    let mut rest = column + 1;
    let mut letters = Vec::new();
    while rest > 0 {
        rest -= 1;
        letters.push(char::from(b'A' + u8::try_from(rest % 26).unwrap_or_default()));
        rest /= 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
#[path = "faults_tests.rs"]
mod tests;
