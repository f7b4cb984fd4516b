//! Shorthand for what almost every table needs: an index, a foreign key, and making and dropping tables together.
//!
//! Not a place for column lists: a step must stay readable on its own. As steps are never edited, neither is the
//! meaning of these functions.

use sea_orm_migration::prelude::*;

/// Tables that belong together, and the indexes over them.
pub(crate) struct Subject {
    /// Each after those that it refers to.
    pub(crate) tables: Vec<TableCreateStatement>,
    pub(crate) indexes: Vec<IndexCreateStatement>,
}

impl Subject {
    /// Creates the tables and then the indexes, in the order given.
    pub(crate) async fn create(self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        for table in self.tables {
            manager.create_table(table).await?;
        }
        for index in self.indexes {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    /// Drops the tables with their indexes: those that refer first.
    pub(crate) async fn drop(self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        for table in self.tables.iter().rev().filter_map(TableCreateStatement::get_table_name) {
            manager.drop_table(Table::drop().table(table.clone()).to_owned()).await?;
        }
        Ok(())
    }
}

/// An index over these columns, in this order.
pub(crate) fn index(name: &'static str, table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create().name(name).table(table).to_owned();
    for column in columns {
        index.col(*column);
    }
    index
}

/// An index over these columns that refuses a second row with the same values.
pub(crate) fn unique_index(name: &'static str, table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    index(name, table, columns).unique().to_owned()
}

/// The foreign key `fk-<table>-<column>` to the `id` of `target`; a row that is referred to cannot be deleted.
pub(crate) fn foreign_key(
    table: &'static str,
    column: &'static str,
    target: &'static str,
) -> ForeignKeyCreateStatement {
    ForeignKey::create().name(format!("fk-{table}-{column}")).from(table, column).to(target, "id").to_owned()
}
