//! The texts in an entry of the audit.

use serde_json::Value;

use super::Action;

impl Action {
    /// Every text in it, whoever wrote it: what is kept of people's own words is among them.
    pub fn texts(&self) -> Vec<String> {
        let mut texts = vec![];
        if let Ok(stored) = serde_json::to_value(self) {
            gather(stored, &mut texts);
        }
        texts
    }
}

fn gather(value: Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text),
        Value::Array(values) => values.into_iter().for_each(|value| gather(value, texts)),
        Value::Object(fields) => fields.into_iter().for_each(|(_, value)| gather(value, texts)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
