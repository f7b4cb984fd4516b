//! What is kept of people: texts and names stand apart from the audit's chain.

mod texts;
