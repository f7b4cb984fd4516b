//! `koppelklaar holidays`: what is known of the school holidays, and newer ones from a file.

use std::path::{Path, PathBuf};

use clap::Subcommand;

use crate::domain::reminder::{Holiday, SchoolHolidays};
use crate::services::operations::holidays::{self, Change};
use crate::settings::Settings;
use crate::startup::{self, StartError};

/// A year of school holidays in the government's form has some 6 kB; a file beyond this is another file.
const MOST_BYTES: u64 = 1024 * 1024;

#[derive(Debug, Subcommand)]
pub(super) enum HolidaysCommand {
    /// Loads school holidays from a file; where they differ from what is known, the file counts
    Load {
        /// A table (holiday,region,first_day,last_day), or the government's JSON of infotype schoolholidays
        file: PathBuf,
    },
    /// Lists the school holidays that are known, and until when
    List,
}

pub(super) async fn run(settings: &Settings, command: HolidaysCommand) -> Result<(), StartError> {
    let app = startup::open(settings).await?;
    match command {
        HolidaysCommand::Load { file } => {
            let loaded = SchoolHolidays::parse(&read(&file)?)
                .map_err(|error| StartError::new(format!("{}: {error}. Nothing was changed.", file.display())))?;
            for skipped in &loaded.skipped {
                println!("left out: {skipped}");
            }
            let change = holidays::load(&app.context, app.clock.now(), loaded.holidays).await;
            print_change(&change?);
        }
        HolidaysCommand::List => {
            let known = holidays::current(&app.context).await?;
            let loaded = holidays::find_loaded(&app.context).await?;
            for holiday in known.list() {
                let is_loaded = loaded.as_ref().is_some_and(|loaded| loaded.holidays.list().contains(&holiday));
                println!("{}  {}", line(holiday), if is_loaded { "loaded" } else { "built in" });
            }
            if let Some(loaded) = loaded {
                println!("Last loaded on {}.", loaded.at.date_naive());
            }
            print_known_until(&known);
        }
    }
    Ok(())
}

fn read(file: &Path) -> Result<String, StartError> {
    let cannot = |why: String| StartError::new(format!("{}: {why}. Nothing was changed.", file.display()));
    let size = std::fs::metadata(file).map_err(|error| cannot(format!("cannot be read ({error})")))?.len();
    if size > MOST_BYTES {
        return Err(cannot(format!("has {size} bytes; a file with school holidays has a few thousand")));
    }
    std::fs::read_to_string(file).map_err(|error| cannot(format!("cannot be read as text ({error})")))
}

fn print_change(Change { before, after, schools }: &Change) {
    let (old, new) = (before.list(), after.list());
    for gone in old.iter().filter(|holiday| !new.contains(holiday)) {
        println!("- {}", line(*gone));
    }
    for added in new.iter().filter(|holiday| !old.contains(holiday)) {
        println!("+ {}", line(*added));
    }
    if old == new {
        println!("Nothing changed: all of it was known.");
    } else {
        println!("The reminders of {schools} school(s) under way are planned anew.");
    }
    print_known_until(after);
}

fn print_known_until(holidays: &SchoolHolidays) {
    let known = holidays.known_until().map_or_else(|| "nothing is known".to_owned(), |day| day.to_string());
    println!("Known for every region until: {known}");
}

fn line(Holiday { name, region, period }: Holiday<'_>) -> String {
    format!("{name:20} {:7} {} {}", region.as_str(), period.first_day, period.last_day)
}
