//! Access links: the sign-in links and codes that contacts ask for by e-mail.

use sea_orm::entity::prelude::*;

/// One request for a link, whether or not the address is known: an unknown one never gets a token.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "access_link")]
pub struct Model {
    /// Made in code.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Hex HMAC of the address that was typed.
    #[sea_orm(column_type = "Text", indexed)]
    pub email_key: String,
    /// SHA-256 of the cookie of the browser that asked.
    #[sea_orm(column_type = "Blob", indexed)]
    pub browser_hash: Vec<u8>,
    /// SHA-256 of the token in the link; null until the mail is made.
    #[sea_orm(column_type = "Blob", unique)]
    pub token_hash: Option<Vec<u8>>,
    /// Hash of the code in the mail; null until the mail is made.
    #[sea_orm(column_type = "Blob")]
    pub code_hash: Option<Vec<u8>>,
    /// Wrong codes typed so far.
    pub wrong_codes: i32,
    /// When it was asked for.
    pub requested_at: DateTimeUtc,
    /// From when it no longer works.
    pub expires_at: DateTimeUtc,
    /// When token and code were made, just before the mail went out.
    pub minted_at: Option<DateTimeUtc>,
    /// When it was redeemed; it works once.
    pub used_at: Option<DateTimeUtc>,
    /// When a newer request took its place.
    pub replaced_at: Option<DateTimeUtc>,
    /// When it was ended for another cause, such as too many wrong codes.
    pub ended_at: Option<DateTimeUtc>,
    /// Hex HMAC of the client network that it was asked from; null where it was asked by no visitor.
    #[sea_orm(column_type = "Text")]
    pub network_key: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
