//! Registrations: requests by schools that wait for their confirmation by e-mail, and then perhaps for Kurve.

use sea_orm::entity::prelude::*;

/// One filled-in form, kept sealed.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "registration")]
pub struct Model {
    /// Made in code; the sealed form is bound to it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The whole form, sealed.
    #[sea_orm(column_type = "Blob")]
    pub sealed_form: Vec<u8>,
    /// Six signs, as in `school`; not unique, as anybody can type any BRIN.
    #[sea_orm(column_type = "Text")]
    pub brin_key: String,
    /// SHA-256 of the cookie of the browser that sent the form.
    #[sea_orm(column_type = "Blob")]
    pub browser_hash: Vec<u8>,
    /// SHA-256 of the token in the link; null until the mail is made.
    #[sea_orm(column_type = "Blob", unique)]
    pub token_hash: Option<Vec<u8>>,
    /// When the form was sent.
    #[sea_orm(indexed)]
    pub requested_at: DateTimeUtc,
    /// From when the link no longer works.
    pub expires_at: DateTimeUtc,
    /// When the token was made, just before the mail went out.
    pub minted_at: Option<DateTimeUtc>,
    /// When the link was redeemed.
    pub used_at: Option<DateTimeUtc>,
    /// Since when it waits for Kurve; null for one that never did.
    #[sea_orm(indexed)]
    pub waits_since: Option<DateTimeUtc>,
    /// When Kurve decided.
    pub decided_at: Option<DateTimeUtc>,
    /// Which colleague did.
    pub decided_by: Option<Uuid>,
    /// `accepted` or `declined`.
    #[sea_orm(column_type = "Text")]
    pub decision: Option<String>,
    /// Why it was declined.
    #[sea_orm(column_type = "Text")]
    pub reason: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
