//! Texts that people typed and names, as they stand in entries of the audit: the entry itself has a salted hash in their
//! place, so that a text can be erased with its salt while the chain stays whole. The database refuses to change a row.

use sea_orm::entity::prelude::*;

/// One text of one entry.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_text")]
pub struct Model {
    /// The entry that it stands in; no foreign key, as the audit has none.
    #[sea_orm(primary_key, auto_increment = false)]
    pub audit_id: i64,
    /// Where in the particulars of the entry, as a JSON pointer.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub field: String,
    /// What the hash in the entry goes over before the text.
    #[sea_orm(column_type = "Blob")]
    pub salt: Vec<u8>,
    /// The text.
    #[sea_orm(column_type = "Text")]
    pub text: String,
}

impl ActiveModelBehavior for ActiveModel {}
