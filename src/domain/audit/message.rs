//! What was done about messages between Kurve and a school, and about the templates of them. By ids: what a message says
//! is not kept in the audit.

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantNames};

use crate::domain::ids::{MessageId, MessageTemplateId};

/// Something about messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[derive(IntoStaticStr, VariantNames)]
#[serde(tag = "what", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum MessageDone {
    /// Kurve wrote to contacts.
    MessageSent {
        /// Which message.
        message: MessageId,
    },
    /// The school wrote to Kurve: on its page, or by mail.
    MessageReceived {
        /// Which message.
        message: MessageId,
    },
    /// A colleague said that what the school wrote is read and takes no answer.
    MessagesRead,
    /// A template got a text.
    MessageTemplateSaved {
        /// Which template.
        template: MessageTemplateId,
        /// Which of its texts, from 1.
        version: i32,
    },
    /// A template was taken out of use.
    MessageTemplateRemoved {
        /// Which template.
        template: MessageTemplateId,
    },
}
