//! `koppelklaar optie-b`: what the page of Optie B does, on this machine, for Kurve's support. Nothing of it reaches the
//! database or the log.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use optie_b::mapping::{Choice, Field};
use optie_b::passwords::PasswordRule;
use optie_b::session::{Found, Notes, Question, Review};
use optie_b::studies::{Codes, Studies};
use optie_b::table::Wanted;
use optie_b::write::Encoding;
use optie_b::{Fault, Session, limits};

use crate::chance::Chance;
use crate::startup::StartError;

#[derive(Debug, Subcommand)]
pub(super) enum OptieBCommand {
    /// Makes the file that Numo reads from an export from Magister; what is wrong or open goes to standard error
    Convert(Box<ConvertArgs>),
}

#[derive(Debug, Args)]
pub(super) struct ConvertArgs {
    /// The export: xlsx, ods, xls or text, whatever it is called
    file: PathBuf,
    /// The school's table `Studie;opleidingscode`
    #[arg(long, value_name = "FILE")]
    studies: PathBuf,
    /// The file with Stamnr and IDGebr, for Single Sign-on
    #[arg(long, value_name = "FILE")]
    ids: Option<PathBuf>,
    /// Numo's codes, one a line; other codes are then refused
    #[arg(long, value_name = "FILE")]
    numo_codes: Option<PathBuf>,
    /// Where the file goes [default: beside the export, as NAME.numo.csv]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Replaces the file if it is there
    #[arg(long)]
    force: bool,
    /// The sheet with the pupils, if several have them
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// Another column than the one suggested, as Klas=Stamklas
    #[arg(long = "column", value_name = "FIELD=NAME", value_parser = column)]
    columns: Vec<(Field, String)>,
    /// Whether stamnrs are filled up with zeros to the longest one
    #[arg(long, value_name = "yes|no")]
    fill_zeros: Option<YesOrNo>,
    /// Of a pupil in several rows with another klas or studie, the row that counts; may be given more than once
    #[arg(long = "keep-row", value_name = "ROW")]
    keep_rows: Vec<u32>,
    /// How letters are written; utf-8 is with byte order mark [default: windows-1252, if all names fit]
    #[arg(long, value_name = "windows-1252|utf-8")]
    encoding: Option<Written>,
    /// How passwords are made: drawn, or a fixed word around a column, as 'welkom-{Klas}'
    #[arg(long, value_name = "drawn|RULE", default_value = "drawn", value_parser = password)]
    password: PasswordRule,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum YesOrNo {
    Yes,
    No,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Written {
    #[value(name = "windows-1252")]
    Windows1252,
    #[value(name = "utf-8")]
    Utf8,
}

fn column(text: &str) -> Result<(Field, String), String> {
    let (field, name) = text.split_once('=').ok_or("write it as FIELD=NAME, such as Klas=Stamklas")?;
    let field = Field::of_name(field).ok_or_else(|| {
        let known: Vec<&str> = Field::ALL.into_iter().map(Field::name).collect();
        format!("{field:?} is none of {}", known.join(", "))
    })?;
    Ok((field, name.to_owned()))
}

fn password(text: &str) -> Result<PasswordRule, String> {
    if text == "drawn" {
        return Ok(PasswordRule::Drawn);
    }
    PasswordRule::parse(text)
        .ok_or_else(|| "write `drawn`, or a word with one column in it, such as 'welkom-{Klas}'".to_owned())
}

pub(super) fn run(command: OptieBCommand) -> Result<(), StartError> {
    let OptieBCommand::Convert(args) = command;
    let out = args.out.clone().unwrap_or_else(|| args.file.with_extension("numo.csv"));
    if !args.force && out.exists() {
        return Err(StartError::new(format!(
            "{} is there. Give another --out, or --force to replace it.",
            out.display()
        )));
    }
    if is_same_file(&args.file, &out) {
        return Err(StartError::new("--out is the export itself. Give another file."));
    }
    let session = open(&args)?;
    if let Some(found) = session.found(false) {
        tell(&what_was_found(&found));
    }
    let chance = Chance::os();
    let made = session.convert(&mut || {
        let mut bytes = [0; 4];
        chance.fill(&mut bytes);
        Some(u32::from_le_bytes(bytes))
    });
    let made = made.map_err(|review| refuse(&review))?;
    if let Some(review) = session.review() {
        tell(&what_to_know(&review.notes, &review));
    }
    write(&out, &made.file, args.force)
        .map_err(|error| StartError::new(format!("{} cannot be written ({error})", out.display())))?;
    println!("{} leerlingen: {}", made.pupils, out.display());
    Ok(())
}

fn open(args: &ConvertArgs) -> Result<Session, StartError> {
    let of_file = |path: &Path| {
        let path = path.display().to_string();
        move |fault: Fault| StartError::new(format!("{path}: {fault}"))
    };
    let of_all = |path: &Path| {
        let path = path.display().to_string();
        move |faults: Vec<Fault>| {
            tell(&faults.iter().map(Fault::to_string).collect::<Vec<_>>());
            StartError::new(format!("{path}: {}", nothing_made(faults.len(), 0)))
        }
    };
    let mut session = Session::default();
    session.studies = Studies::read(&read(&args.studies)?).map_err(of_all(&args.studies))?;
    if let Some(path) = &args.numo_codes {
        session.codes = Some(Codes::read(&read(path)?).map_err(of_file(path))?);
    }
    let export = read(&args.file)?;
    let mut wanted = Wanted { sheet: args.sheet.clone(), columns: Choice::new() };
    if !args.columns.is_empty() {
        wanted.columns = choice(&export, &wanted, &args.columns).map_err(StartError::new)?;
    }
    session.open(&export, &wanted).map_err(of_file(&args.file))?;
    if let Some(path) = &args.ids {
        session.open_ids(&read(path)?).map_err(of_all(path))?;
    }
    session.answers.fill_zeros = args.fill_zeros.map(|answer| matches!(answer, YesOrNo::Yes));
    session.answers.keep_rows = args.keep_rows.iter().copied().collect();
    session.answers.encoding = args.encoding.map(|written| match written {
        Written::Windows1252 => Encoding::Windows1252,
        Written::Utf8 => Encoding::Utf8,
    });
    session.answers.password = Some(args.password.clone());
    Ok(session)
}

/// The places of columns that are chosen by their names.
fn choice(export: &[u8], wanted: &Wanted, columns: &[(Field, String)]) -> Result<Choice, String> {
    let headers = optie_b::table::headers(export, wanted).map_err(|fault| fault.to_string())?;
    let places: BTreeMap<&str, usize> =
        headers.iter().enumerate().rev().map(|(place, name)| (name.as_str(), place)).collect();
    columns
        .iter()
        .map(|(field, name)| match places.get(name.as_str()) {
            Some(place) => Ok((*field, Some(*place))),
            None => Err(format!("--column: there is no column {name:?}; there are {}", headers.join(", "))),
        })
        .collect()
}

/// Reads no more than a file may have.
fn read(path: &Path) -> Result<Vec<u8>, StartError> {
    let most = limits::FILE_BYTES as u64 + 1;
    let mut bytes = vec![];
    fs::File::open(path)
        .and_then(|file| file.take(most).read_to_end(&mut bytes))
        .map_err(|error| StartError::new(format!("{} cannot be read ({error})", path.display())))?;
    Ok(bytes)
}

fn is_same_file(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

/// Writes a file that only its owner reads. One that is replaced goes first: it may have been open to others.
fn write(path: &Path, bytes: &[u8], is_forced: bool) -> std::io::Result<()> {
    if is_forced && path.exists() {
        fs::remove_file(path)?;
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn tell(lines: &[String]) {
    for line in lines {
        eprintln!("{line}");
    }
}

fn what_was_found(found: &Found) -> Vec<String> {
    let mut lines = vec![];
    let mut add = |what: &str, rows: Vec<String>| {
        if !rows.is_empty() {
            lines.push(format!("{what}: {}.", rows.join(", ")));
        }
    };
    let numbers = |rows: &[u32]| rows.iter().map(u32::to_string).collect::<Vec<_>>();
    add("Blad", found.sheet.iter().cloned().collect());
    add("Niet gebruikte bladen", found.other_sheets.clone());
    add("Niet overgenomen", found.dropped.clone());
    let needless = found.needless.iter().map(|column| found.headers[*column].clone());
    add("Persoonsgegevens die Numo niet nodig heeft (laat ze weg uit de export)", needless.collect());
    let missing = found.columns.iter().filter(|column| column.column.is_none());
    add("Niet in de export", missing.map(|column| column.name.to_owned()).collect());
    add("Overgeslagen lege rijen", (found.blank_rows > 0).then(|| found.blank_rows.to_string()).into_iter().collect());
    add("Overgeslagen rijen met een totaal of opmerking", numbers(&found.total_rows));
    add("Overgeslagen rijen met kolomnamen", numbers(&found.header_again_rows));
    lines
}

fn what_to_know(notes: &Notes, review: &Review) -> Vec<String> {
    let mut lines = vec![];
    let mut add = |what: &str, rows: &[u32]| {
        if !rows.is_empty() {
            let rows: Vec<String> = rows.iter().map(u32::to_string).collect();
            lines.push(format!("{what}: {}.", rows.join(", ")));
        }
    };
    add("Rijen die alleen in nullen verschilden van een andere rij", &notes.merged_over_zeros);
    if let Some(ids) = &notes.ids {
        add("Rijen zonder IDGebr", &ids.without_rows);
        add("Rijen in het bestand met IDGebr die bij niemand passen", &ids.nobody_rows);
        add("Rijen met meer dan één IDGebr voor een stamnr (niet overgenomen)", &ids.doubtful_rows);
        add("Rijen met een IDGebr dat bij meer stamnrs staat (niet overgenomen)", &ids.shared_rows);
    }
    if review.counts.merged > 0 {
        lines.push(format!("Gelijke rijen samengevoegd: {}.", review.counts.merged));
    }
    if review.counts.left_out > 0 {
        lines.push(format!("Rijen weggelaten omdat een andere rij is gekozen: {}.", review.counts.left_out));
    }
    if notes.are_passwords_guessable {
        lines.push("Let op: wie de regel kent, kan deze wachtwoorden raden.".to_owned());
    }
    lines
}

fn refuse(review: &Review) -> StartError {
    let mut lines: Vec<String> = review.faults.iter().map(Fault::to_string).collect();
    for question in &review.questions {
        let option = match question {
            Question::Zeros { .. } => "--fill-zeros yes|no",
            Question::Duplicate { .. } => "--keep-row ROW",
            Question::Studies { .. } => "--studies FILE",
            Question::Encoding { .. } => "--encoding utf-8",
            Question::Password => "--password drawn|RULE",
        };
        lines.push(format!("{} ({option})", question.sentence()));
    }
    tell(&lines);
    StartError::new(nothing_made(review.faults.len(), review.questions.len()))
}

fn nothing_made(faults: usize, questions: usize) -> String {
    format!("no file was made: {faults} fault(s) and {questions} question(s), see above")
}
