//! How long something usually takes.

/// "meestal 2 werkdagen".
pub fn usual(working_days: u32) -> String {
    match working_days {
        0 => "meestal dezelfde dag".to_owned(),
        1 => "meestal 1 werkdag".to_owned(),
        days => format!("meestal {days} werkdagen"),
    }
}
