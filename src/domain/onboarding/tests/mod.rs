//! The rules, tested three ways: a table of every step, state, actor and command against an oracle that is written from
//! the product's description ([`table`]); random walks on which what must always hold is asked after every event
//! ([`walks`], and with several schools [`schools`]); the cases between the cells ([`cases`]), and who can see the credentials ([`access`]).

mod access;
mod ask;
mod cases;
mod generator;
mod interrupted;
mod oracle;
mod oracle_credentials;
mod scene;
mod schools;
mod table;
mod walks;
