//! `koppelklaar schools`: schools from a spreadsheet, as the page "Scholen toevoegen" takes them. Names and faults go to
//! the terminal of who brings the file, and never to the log.

use std::io::Read;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::roster::{FileName, MailChoice, Mapping, RosterRow, Sheet, Verb};
use crate::domain::text::EmailAddress;
use crate::services::people::staff_accounts;
use crate::services::roster::{self, DryRun, RowOutcome, Terms};
use crate::services::{Call, ServiceError};
use crate::settings::Settings;
use crate::startup::{self, StartError};
use crate::store::people::staff::StaffAccount;
use crate::words::{self, roster as sentences};

/// No file of schools is larger.
const FILE_BYTES: u64 = 20 * 1024 * 1024;

#[derive(Debug, Subcommand)]
pub(super) enum SchoolsCommand {
    /// Makes, joins and changes schools as the rows of a CSV or XLSX say; the same file again changes nothing
    Import(ImportArgs),
}

#[derive(Debug, Args)]
pub(super) struct ImportArgs {
    /// The list: columns by name, of school, BRIN, domein, contact and e-mail, and of regio, rol and stand if it has them
    file: PathBuf,
    /// Only says what would become of each row
    #[arg(long)]
    dry_run: bool,
    /// Which mails the contacts get: none, one or ordinary
    #[arg(long, default_value = "none", value_parser = mails)]
    mails: MailChoice,
    /// The colleague in whose name it is done, by address [default: the only one who may]
    #[arg(long, value_name = "EMAIL")]
    by: Option<String>,
}

pub(super) async fn run(settings: &Settings, command: SchoolsCommand) -> Result<(), StartError> {
    let SchoolsCommand::Import(args) = command;
    let name = args.file.display().to_string();
    let bytes = read(&args.file).map_err(|error| StartError::new(format!("{name} cannot be read ({error})")))?;
    let sheet =
        Sheet::read(&bytes).map_err(|why| StartError::new(format!("{name}: {}", sentences::unreadable(why))))?;
    let mapping = Mapping::suggest(&sheet.headers);
    let missing: Vec<&str> = mapping.missing().into_iter().map(sentences::field_name).collect();
    if !missing.is_empty() {
        return Err(StartError::new(format!("{name}: no column is known as {}", missing.join(", "))));
    }
    let app = startup::open(settings).await?;
    let dry = roster::dry_run(&app.context, &sheet, &mapping).await?;
    tell(&dry);
    let result = if args.dry_run {
        println!("Nothing was changed.");
        Ok(0)
    } else {
        carry_out(&app, &args, &dry).await
    };
    app.context.db.close().await;
    let refused = result?;
    match dry.faulty() + refused {
        0 => Ok(()),
        wrong => Err(StartError::new(format!("{wrong} row(s) have a fault, see above"))),
    }
}

/// What would become of the rows, and what is wrong with them.
fn tell(dry: &DryRun) {
    for planned in &dry.planned {
        match &planned.intent {
            Err(faults) => {
                for fault in faults {
                    let column = sentences::field_name(fault.field);
                    println!("rij {}, {column}: {}", fault.row, sentences::row_fault(fault.field, &fault.why));
                }
            }
            Ok(intent) => {
                for look in &intent.looks {
                    let column = sentences::field_name(look.field());
                    println!("rij {}, {column}: kijk na: {}", planned.number, sentences::look(look));
                }
            }
        }
    }
    for (verb, count) in dry.counts() {
        println!("{}: {count}", sentences::verb_name(verb));
    }
    println!("Fout: {}", dry.faulty());
}

/// Carries out the rows that can be; returns how many the rules refused after all.
async fn carry_out(app: &App, args: &ImportArgs, dry: &DryRun) -> Result<usize, StartError> {
    let colleague = colleague(app, args.by.as_deref()).await?;
    let file = args.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let begun = app.clock.now();
    let run = app.context.chance.uuid_v7(begun).to_string();
    let terms = Terms { file: Some(FileName::of(&file)), mails: args.mails, occasion: run.clone() };
    let mut counts = [0_usize; 4];
    let mut refused = 0;
    for row in dry.good() {
        let actor = Actor::Staff { id: colleague.id, role: colleague.role };
        let call = Call { actor, now: app.clock.now(), request_id: run.clone() };
        match one(app, &call, row, &terms).await? {
            Some(verb) => counts[verb as usize] += 1,
            None => refused += 1,
        }
    }
    for (verb, count) in [Verb::Make, Verb::Join, Verb::Change, Verb::Leave].into_iter().zip(counts) {
        println!("{}: {count}", sentences::verb_done(verb));
    }
    println!("Geweigerd: {refused}");
    Ok(refused)
}

/// Carries out one row; what became of it, or nothing where the rules refused it.
async fn one(app: &App, call: &Call, row: &RosterRow, terms: &Terms) -> Result<Option<Verb>, StartError> {
    let number = row.number;
    match roster::carry_out(&app.context, call, row, terms).await {
        Ok(RowOutcome::Carried(carried)) => Ok(Some(carried.verb)),
        Ok(RowOutcome::Faulty(faults)) => {
            for fault in faults {
                println!("rij {number}: {}", sentences::row_fault(fault.field, &fault.why));
            }
            Ok(None)
        }
        Err(ServiceError::Refused(refusal)) => {
            println!("rij {number}: {}", words::refusal(&refusal));
            Ok(None)
        }
        Err(ServiceError::HoldsPassword) => {
            println!("rij {number}: {}", words::HOLDS_PASSWORD);
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

/// In whose name the rows are carried out.
async fn colleague(app: &App, email: Option<&str>) -> Result<StaffAccount, StartError> {
    let can_act = |account: &StaffAccount| account.role.can_act() && account.disabled_at.is_none();
    let mut able: Vec<StaffAccount> = staff_accounts::list(&app.context).await?;
    able.retain(can_act);
    if let Some(email) = email {
        let address = EmailAddress::parse(email).map_err(|_| StartError::new("--by: this is no e-mail address"))?;
        let found = able.into_iter().find(|account| account.email.key_form() == address.key_form());
        return found.ok_or_else(|| StartError::new("--by: no colleague who may act has this address"));
    }
    match (able.pop(), able.is_empty()) {
        (Some(only), true) => Ok(only),
        (_, _) => Err(StartError::new("--by: say in whose name it is done; `koppelklaar staff list` shows who may")),
    }
}

/// Reads no more than a file may have, and one byte by which that shows.
fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = vec![];
    std::fs::File::open(path)?.take(FILE_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn mails(text: &str) -> Result<MailChoice, String> {
    text.parse().map_err(|_| "must be none, one or ordinary".to_owned())
}
