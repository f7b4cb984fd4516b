//! Every table of 0.2.0, with its indexes and the guards of the audit. Frozen: what changes is a step of its own.

use sea_orm_migration::prelude::*;

use crate::baseline::{audit, subjects};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for subject in subjects() {
            subject.create(manager).await?;
        }
        audit::add_guards(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for subject in subjects().into_iter().rev() {
            subject.drop(manager).await?;
        }
        audit::drop_guards(manager).await
    }
}
