//! What waits, in the order of the worklist over all kinds but what is stuck, which comes before them: so that a page is
//! read in one go, and not one of each kind.

use sea_orm_migration::prelude::*;

use crate::parts::index;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const TABLE: &str = "work_item";
const IN_ORDER: &str = "idx-work_item-in_order";
const IN_ORDER_OF_TAKER: &str = "idx-work_item-in_order_of_taker";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let in_order = index(IN_ORDER, TABLE, &["since", "key"]);
        let of_taker = index(IN_ORDER_OF_TAKER, TABLE, &["taken_by", "since", "key"]);
        for mut index in [in_order, of_taker] {
            manager.create_index(index.and_where(Expr::cust("kind <> 'stuck'")).to_owned()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in [IN_ORDER, IN_ORDER_OF_TAKER] {
            manager.drop_index(Index::drop().name(name).table(TABLE).to_owned()).await?;
        }
        Ok(())
    }
}
