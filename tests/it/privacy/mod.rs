//! What is kept of people: apart from the audit's chain, handed over, and erased by command.

mod columns;
mod command;
mod ended;
mod erase;
mod pages;
mod retention;
mod texts;
