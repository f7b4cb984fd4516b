//! The key ring: as it is given, or from the file beside the SQLite database, which the first start makes.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use secrecy::ExposeSecret;

use super::error::{StartError, cannot};
use super::lock::with_ending;
use crate::chance::Chance;
use crate::crypto::KeyRing;
use crate::settings::Settings;
use crate::store::sqlite_path;

pub(super) fn open_keys(settings: &Settings, url: &str, chance: &Chance) -> Result<KeyRing, StartError> {
    let Found { database, path } = match given_or_beside(settings, url)? {
        Keys::Given(ring) => return Ok(ring),
        Keys::Beside(found) => found,
    };
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            check_is_new(&database, &path)?;
            make_keys(&path, chance)?
        }
        Err(error) => return Err(cannot("KOPPELKLAAR_KEYS_FILE", &path, &error)),
    };
    parse(&text, &path)
}

/// The keys that are here; none are made.
pub(super) fn find_keys(settings: &Settings, url: &str) -> Result<KeyRing, StartError> {
    match given_or_beside(settings, url)? {
        Keys::Given(ring) => Ok(ring),
        Keys::Beside(Found { path, .. }) => {
            let text =
                std::fs::read_to_string(&path).map_err(|error| cannot("KOPPELKLAAR_KEYS_FILE", &path, &error))?;
            parse(&text, &path)
        }
    }
}

/// Where the keys are.
enum Keys {
    Given(KeyRing),
    Beside(Found),
}

/// A SQLite database, and the file of its keys.
struct Found {
    database: PathBuf,
    path: PathBuf,
}

fn given_or_beside(settings: &Settings, url: &str) -> Result<Keys, StartError> {
    if let Some(text) = settings.keys()? {
        let ring = KeyRing::parse(text.expose_secret());
        return ring.map(Keys::Given).map_err(|error| StartError::new(format!("KOPPELKLAAR_KEYS: {error}")));
    }
    let Some(database) = sqlite_path(url) else {
        return Err(StartError::new(
            "KOPPELKLAAR_KEYS: with PostgreSQL the keys must be given. Make a line with `koppelklaar key new`, keep it \
             safe, and give it to every instance by KOPPELKLAAR_KEYS_FILE.",
        ));
    };
    Ok(Keys::Beside(Found { path: with_ending(&database, "keys"), database }))
}

fn parse(text: &str, path: &Path) -> Result<KeyRing, StartError> {
    KeyRing::parse(text).map_err(|error| StartError::new(format!("{}: {error}", path.display())))
}

/// A database with content was sealed with keys that must come back; a new key would open nothing of it.
fn check_is_new(database: &Path, keys: &Path) -> Result<(), StartError> {
    if std::fs::metadata(database).is_ok_and(|file| file.len() > 0) {
        return Err(StartError::new(format!(
            "KOPPELKLAAR_KEYS_FILE: the database is there, but its keys are not. Put {} back, or say where they are.",
            keys.display()
        )));
    }
    Ok(())
}

/// Makes the first key of an installation, in a file that only its owner can read.
fn make_keys(path: &Path, chance: &Chance) -> Result<String, StartError> {
    let line = KeyRing::generate_line(chance, "k1").map_err(|error| StartError::new(error.to_string()))?;
    let text = format!(
        "# Keys of this koppelklaar. Back them up apart from the database; without them it cannot be read.\n{}\n",
        line.expose_secret()
    );
    let opened = File::options().write(true).create_new(true).mode(0o600).open(path);
    match opened {
        Ok(mut file) => {
            file.write_all(text.as_bytes())
                .and_then(|()| file.sync_all())
                .map_err(|error| cannot("KOPPELKLAAR_KEYS_FILE", path, &error))?;
            tracing::info!("Made the first key of this installation, beside the database");
            Ok(text)
        }
        // Another command that started at the same moment made it.
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            std::fs::read_to_string(path).map_err(|error| cannot("KOPPELKLAAR_KEYS_FILE", path, &error))
        }
        Err(error) => Err(cannot("KOPPELKLAAR_DATABASE_URL (its keys are made beside it)", path, &error)),
    }
}
