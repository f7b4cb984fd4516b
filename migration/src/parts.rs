//! Shorthand for what almost every step needs: an index, a foreign key, and dropping tables again.
//!
//! Not a place for column lists: a step must stay readable on its own. As steps are never edited, neither is the
//! meaning of these functions.

use sea_orm_migration::prelude::*;

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

/// A foreign key from `table.column` to the `id` of `target`; a row that is referred to cannot be deleted.
pub(crate) fn foreign_key(
    name: &'static str,
    table: &'static str,
    column: &'static str,
    target: &'static str,
) -> ForeignKeyCreateStatement {
    ForeignKey::create().name(name).from(table, column).to(target, "id").to_owned()
}

/// Creates the indexes one by one.
pub(crate) async fn create_indexes(
    manager: &SchemaManager<'_>,
    indexes: impl IntoIterator<Item = IndexCreateStatement>,
) -> Result<(), DbErr> {
    for index in indexes {
        manager.create_index(index).await?;
    }
    Ok(())
}

/// Drops the tables with their indexes, in the order given: those that refer first.
pub(crate) async fn drop_tables(manager: &SchemaManager<'_>, tables: &[&'static str]) -> Result<(), DbErr> {
    for table in tables {
        manager.drop_table(Table::drop().table(*table).to_owned()).await?;
    }
    Ok(())
}
