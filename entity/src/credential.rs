//! Credentials: the password and query file that were issued to a connection, sealed.

use sea_orm::entity::prelude::*;

/// One issue; a new one closes the one before it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "credential")]
pub struct Model {
    /// Made in code; both sealed values are bound to it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The connection that they were made for.
    #[sea_orm(unique_key = "connection_id_version")]
    pub connection_id: Uuid,
    /// Counts the issues to this connection, from 1.
    #[sea_orm(unique_key = "connection_id_version")]
    pub version: i32,
    /// The webservice password, sealed; empty once another took its place.
    #[sea_orm(column_type = "Blob")]
    pub sealed_password: Vec<u8>,
    /// The rendered query file, sealed.
    #[sea_orm(column_type = "Blob")]
    pub sealed_query: Vec<u8>,
    /// Version of the template that the query file was rendered from.
    #[sea_orm(column_type = "Text")]
    pub template_version: String,
    /// Hex SHA-256 of the query file, as shown to the school.
    #[sea_orm(column_type = "Text")]
    pub query_sha256: String,
    /// How the name of the query file ends.
    #[sea_orm(column_type = "Text")]
    pub query_extension: String,
    /// How often the password was shown; claimed before it is returned.
    pub reveals_used: i32,
    /// When they were made.
    pub issued_at: DateTimeUtc,
    /// Who made them; null if it was no member of staff.
    pub issued_by: Option<Uuid>,
    /// From when they are no longer shown.
    pub expires_at: DateTimeUtc,
    /// When they stopped being shown for good.
    pub closed_at: Option<DateTimeUtc>,
    /// Why.
    #[sea_orm(column_type = "Text")]
    pub closed_reason: Option<String>,
    /// What the password is recognised by once another took its place: how long it was, and its keyed hash.
    #[sea_orm(column_type = "Blob")]
    pub replaced_mark: Option<Vec<u8>>,
    /// The connection that they were made for.
    #[sea_orm(belongs_to, from = "connection_id", to = "id")]
    pub connection: BelongsTo<super::connection::Entity>,
    /// The member of staff who made them.
    #[sea_orm(belongs_to, from = "issued_by", to = "id")]
    pub issuer: BelongsTo<Option<super::staff::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}
