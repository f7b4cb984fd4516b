//! What tells a simulator from a Magister.

/// The header that marks each answer.
pub const MARK_HEADER: &str = "X-Simulator";
/// What it says.
pub const MARK: &str = "koppelklaar magister-simulator, not a real Magister";
