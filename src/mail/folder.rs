//! Mails as files, for trying the service without a mail server: each opens in a mail program.
//!
//! A file is named after the moment and identity of its mail, so a second attempt writes the same file again. It is
//! written under another name first: who watches the folder never sees half a mail. The files hold sign-in links, so
//! only the owner may read them.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::message::BuiltMail;
use super::send_error::{SendError, SendErrorKind};

/// Signs of the identity in a file name at most; file systems stop at 255.
const LONGEST_NAME: usize = 100;

/// Writes a mail into the folder, which is made if it is not there.
pub(super) async fn write(folder: PathBuf, mail: &BuiltMail) -> Result<(), SendError> {
    let name = file_name(mail);
    let bytes = mail.bytes.clone();
    off_thread(move || write_whole(&folder, &name, &bytes)).await
}

/// Writes a file into the folder and removes it.
pub(super) async fn check(folder: PathBuf) -> Result<(), SendError> {
    off_thread(move || {
        let name = ".koppelklaar-check";
        write_whole(&folder, name, b"This file may be removed.\n")?;
        fs::remove_file(folder.join(name))
    })
    .await
}

/// Removes the files that are meant, by their name and what they say; returns how many.
pub(super) async fn forget(folder: PathBuf, is_meant: impl Fn(&str, &str) -> bool + Send + 'static) -> io::Result<u64> {
    let removing = tokio::task::spawn_blocking(move || remove_meant(&folder, is_meant));
    removing.await.unwrap_or_else(|_| Err(io::ErrorKind::Other.into()))
}

fn remove_meant(folder: &Path, is_meant: impl Fn(&str, &str) -> bool) -> io::Result<u64> {
    let mut removed = 0;
    let files = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        files => files?,
    };
    for file in files {
        let file = file?;
        let name = file.file_name().to_string_lossy().into_owned();
        if !name.contains(".eml") || !file.file_type()?.is_file() {
            continue;
        }
        if is_meant(&name, &words_of(&fs::read(file.path())?)) {
            fs::remove_file(file.path())?;
            removed += 1;
        }
    }
    Ok(removed)
}

/// What a mail says, with its headers, however it was written down.
fn words_of(bytes: &[u8]) -> String {
    let mut words = String::from_utf8_lossy(bytes).into_owned();
    if let Some(mail) = mail_parser::MessageParser::default().parse(bytes) {
        let parts = [mail.subject().map(Into::into), mail.body_text(0), mail.body_html(0)];
        for part in parts.into_iter().flatten() {
            words.push('\n');
            words.push_str(&part);
        }
    }
    words
}

async fn off_thread(work: impl FnOnce() -> io::Result<()> + Send + 'static) -> Result<(), SendError> {
    let outcome = tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Err(io::ErrorKind::Other.into()));
    outcome.map_err(|error| SendError::new(SendErrorKind::Temporary, format!("mail folder: {}", error.kind())))
}

fn write_whole(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let unfinished = folder.join(format!(".{name}.part"));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&unfinished)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(unfinished, folder.join(name))
}

fn file_name(mail: &BuiltMail) -> String {
    let local_part = mail.message_id.trim_start_matches('<').split('@').next().unwrap_or_default();
    let safe = local_part.chars().take(LONGEST_NAME);
    let safe: String =
        safe.map(|sign| if sign.is_ascii_alphanumeric() || "-._".contains(sign) { sign } else { '_' }).collect();
    format!("{}-{safe}.eml", mail.date.timestamp_millis())
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn mail(message_id: &str) -> BuiltMail {
        BuiltMail {
            from: "koppelklaar@kurve.example".into(),
            to: "jan@school.example".into(),
            message_id: message_id.into(),
            date: DateTime::from_timestamp_millis(1_790_000_000_123).expect("a moment in range"),
            bytes: b"Subject: a\r\n\r\nb\r\n".to_vec(),
        }
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("a folder");
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
    }

    #[tokio::test]
    async fn a_mail_becomes_one_whole_file_however_often_it_is_sent() {
        let root = tempfile::tempdir().expect("a folder");
        let folder = root.path().join("mail/out");

        write(folder.clone(), &mail("<0199.1@host>")).await.expect("written");
        write(folder.clone(), &mail("<0199.1@host>")).await.expect("written again");
        check(folder.clone()).await.expect("writable");

        assert_eq!(names(&folder), ["1790000000123-0199.1.eml"]);
        let file = folder.join("1790000000123-0199.1.eml");
        assert_eq!(fs::read(&file).expect("the mail"), mail("").bytes);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(&file).expect("a file").permissions().mode();
            assert_eq!(mode & 0o077, 0, "{mode:o}");
        }
    }

    #[tokio::test]
    async fn the_mails_that_are_meant_go_whatever_they_are_written_in() {
        let root = tempfile::tempdir().expect("a folder");
        let folder = root.path().to_owned();
        let encoded = b"Subject: =?utf-8?q?Voor_Zo=C3=AB?=\r\nContent-Type: text/plain; charset=utf-8\r\n\
            Content-Transfer-Encoding: base64\r\n\r\nRGFnIEFubmEsIG1vb2kh\r\n";
        for (id, bytes) in [("1", &encoded[..]), ("2", b"Subject: iets\r\n\r\nDag Piet\r\n")] {
            let mail = BuiltMail { bytes: bytes.to_vec(), ..mail(&format!("<{id}@host>")) };
            write(folder.clone(), &mail).await.expect("written");
        }
        fs::write(folder.join("notes.txt"), "Dag Anna").expect("written");

        let by_text = forget(folder.clone(), |_, text| text.contains("Dag Anna") && text.contains("Zoë")).await;
        let by_name = forget(folder.clone(), |name, _| name.contains("-2.")).await;
        let nowhere = forget(folder.join("nowhere"), |_, _| true).await;

        let counts = [by_text, by_name, nowhere].map(|removed| removed.expect("it can be read"));
        assert_eq!(counts, [1, 1, 0]);
        assert_eq!(names(&folder), ["notes.txt"]);
    }

    #[test]
    fn no_identity_leads_out_of_the_folder() {
        assert_eq!(file_name(&mail("<../../etc/x@host>")), "1790000000123-.._.._etc_x.eml");
        assert_eq!(file_name(&mail(&format!("<{}@host>", "a".repeat(300)))).len(), 14 + 100 + 4);
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_written_is_a_temporary_failure_without_its_path() {
        let root = tempfile::tempdir().expect("a folder");
        let file = root.path().join("file");
        fs::write(&file, "in the way").expect("written");

        for outcome in [write(file.clone(), &mail("<a@b>")).await, check(file.clone()).await] {
            let error = outcome.expect_err("a file in the way");
            assert_eq!(error.kind, SendErrorKind::Temporary);
            assert!(!error.text.contains("file in") && error.text.starts_with("mail folder: "), "{error}");
        }
    }
}
