//! Staff: the people at Kurve who sign in, with a password and a code or with the account of their organisation.

use sea_orm::entity::prelude::*;

/// One member of staff.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "staff")]
pub struct Model {
    /// Made in code.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// In clear, to write to; never looked up by.
    #[sea_orm(column_type = "Text")]
    pub email: String,
    /// Hex HMAC of the address, to look up by.
    #[sea_orm(column_type = "Text", unique)]
    pub email_key: String,
    /// As shown to colleagues.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// `admin`, `support` or `reader`.
    #[sea_orm(column_type = "Text")]
    pub role: String,
    /// Argon2id in PHC form; null until the invitation is used.
    #[sea_orm(column_type = "Text")]
    pub password_hash: Option<String>,
    /// The secret of their code app, sealed; null until the invitation is used.
    #[sea_orm(column_type = "Blob")]
    pub totp_sealed: Option<Vec<u8>>,
    /// The last accepted time step; that step or an older one is refused as a replay.
    pub totp_last_step: Option<i64>,
    /// Always 0: wrong tries have rows of their own.
    pub failed_count: i32,
    /// Always null, as an account is not locked as a whole.
    pub locked_until: Option<DateTimeUtc>,
    /// When they were invited.
    pub created_at: DateTimeUtc,
    /// When they lost access; the row stays for what they did.
    pub disabled_at: Option<DateTimeUtc>,
    /// When Kurve was told last of many wrong tries.
    pub passwords_alarm_at: Option<DateTimeUtc>,
    /// When Kurve was told last of wrong codes after the right password.
    pub codes_alarm_at: Option<DateTimeUtc>,
    /// Since when they can sign in with the account of their organisation; null where none is linked.
    pub linked_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
