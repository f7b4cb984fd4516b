//! Files that come with messages: sealed, each bound to its row.

use zeroize::Zeroizing;

use crate::crypto::{Binding, Purpose, sealed};
use crate::domain::ids::{AttachmentId, MessageId};
use crate::domain::message::Sorted;
use crate::domain::roster::FileName;
use crate::services::{Call, Context, ServiceError};
use crate::store::onboarding::attachments::{self, Attachment, Fate};
use crate::store::{ConnectionTrait, StoreError};

/// A file that is ready to be stored.
pub(super) struct SealedFile {
    attachment: Attachment,
    sealed: Option<Vec<u8>>,
}

impl SealedFile {
    /// What it is called.
    pub(super) fn name(&self) -> &str {
        &self.attachment.name
    }

    /// With a name that says nothing.
    pub(super) fn unnamed(mut self) -> Self {
        self.attachment.name = match self.attachment.fate {
            Fate::Kept { media, .. } => media.named("bijlage"),
            Fate::LeftOut(_) => "bijlage".to_owned(),
        };
        self
    }
}

/// Seals the files of a message; those that are left out come after those that are kept.
pub(super) fn seal(context: &Context, call: &Call, message: MessageId, files: Sorted) -> Vec<SealedFile> {
    let new = |name: &str, fate| {
        let id = AttachmentId::from_uuid(context.chance.uuid_v7(call.now));
        Attachment { id, message, name: FileName::of(name).as_str().to_owned(), fate }
    };
    let kept = files.kept.into_iter().map(|(media, file)| {
        let name = media.named(FileName::of(&file.name).as_str());
        let attachment = new(&name, Fate::Kept { media, size_bytes: file.bytes.len() as u64 });
        let plain = Zeroizing::new(file.bytes);
        let sealed =
            sealed::seal(&context.keys, Purpose::SealAttachment, &place(attachment.id), &plain, &context.chance);
        SealedFile { attachment, sealed: Some(sealed) }
    });
    let left_out = files.left_out.into_iter();
    let left_out = left_out.map(|(why, name)| SealedFile { attachment: new(&name, Fate::LeftOut(why)), sealed: None });
    kept.chain(left_out).collect()
}

/// Stores the files of a message in their order.
pub(super) async fn insert_all(conn: &impl ConnectionTrait, files: Vec<SealedFile>) -> Result<(), StoreError> {
    for (position, file) in (0..).zip(files) {
        attachments::insert(conn, &file.attachment, position, file.sealed).await?;
    }
    Ok(())
}

/// What is in a file.
pub(super) fn open(context: &Context, id: AttachmentId, cell: &[u8]) -> Result<Zeroizing<Vec<u8>>, ServiceError> {
    Ok(sealed::open(&context.keys, Purpose::SealAttachment, &place(id), cell)?)
}

fn place(id: AttachmentId) -> Binding<'static> {
    Binding { table: "attachment", row: id.as_uuid(), version: 0 }
}
