//! One submit for many: a run in the database, item by item, whoever goes on with it.

mod by_many;
mod kept;
mod pages;
mod sorts;
mod support;
mod worklist;
