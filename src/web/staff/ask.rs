//! A form of the staff pages as data: drawn within the school page, and again on a page of its own when it comes back.
//!
//! So nothing typed is lost: whatever a colleague posted stands in the same form, with what is wrong or what changed
//! above it. Which forms there are is in [`super::forms`]; how they are drawn in `templates/staff/ask.html`.

use askama::Template;

use super::desk::Nav;
use super::view::TimelineRow;
use super::worklist_query::Back;
use crate::domain::credential::Password;
use crate::web::form::{FieldError, FieldErrors};
use crate::web::page::Frame;

/// How loud a button is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    /// What Kurve has to do now; at most one on a page.
    Primary,
    /// Everything else.
    Secondary,
    /// What takes something away.
    Warning,
}

impl Weight {
    /// The class of the button.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Primary => "btn",
            Self::Secondary => "btn btn--secondary",
            Self::Warning => "btn btn--warning",
        }
    }
}

/// One choice of a list.
#[derive(Clone)]
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) label: String,
}

/// One field that a colleague fills in.
#[derive(Clone)]
pub(super) struct AskField {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    pub(super) value: String,
    pub(super) hint: &'static str,
    pub(super) error: String,
    /// The type of the input; `area` for more lines, `select` for a list, `boxes` for boxes to tick.
    pub(super) kind: &'static str,
    pub(super) choices: Vec<Choice>,
    pub(super) is_optional: bool,
}

impl AskField {
    /// A field of one line.
    pub(super) fn line(name: &'static str, label: &'static str, value: &str) -> Self {
        Self {
            name,
            label,
            value: value.to_owned(),
            hint: "",
            error: String::new(),
            kind: "text",
            choices: vec![],
            is_optional: false,
        }
    }

    /// A field of more lines.
    pub(super) fn area(name: &'static str, label: &'static str, value: &str) -> Self {
        Self { kind: "area", ..Self::line(name, label, value) }
    }

    /// A list to choose from.
    pub(super) fn select(name: &'static str, label: &'static str, value: &str, choices: Vec<Choice>) -> Self {
        Self { kind: "select", choices, ..Self::line(name, label, value) }
    }

    /// Boxes to tick, each posted as `name-value`; `ticked` holds the values of those that are, with spaces between.
    pub(super) fn boxes(name: &'static str, label: &'static str, ticked: &str, choices: Vec<Choice>) -> Self {
        Self { kind: "boxes", choices, is_optional: true, ..Self::line(name, label, ticked) }
    }

    /// Whether a box is ticked.
    pub(super) fn has_ticked(&self, choice: &Choice) -> bool {
        self.value.split(' ').any(|value| value == choice.value)
    }

    /// With another type of input, such as `date`.
    pub(super) fn kind(self, kind: &'static str) -> Self {
        Self { kind, ..self }
    }

    /// With a hint.
    pub(super) fn hint(self, hint: &'static str) -> Self {
        Self { hint, ..self }
    }

    /// May be left empty.
    pub(super) fn optional(self) -> Self {
        Self { is_optional: true, ..self }
    }
}

/// A field that goes along unseen.
#[derive(Debug, Clone)]
pub(super) struct Hidden {
    pub(super) name: &'static str,
    pub(super) value: String,
}

/// A box to tick.
#[derive(Clone)]
pub(super) struct Tick {
    pub(super) name: String,
    pub(super) label: String,
    pub(super) is_ticked: bool,
}

/// A form.
#[derive(Clone)]
pub(super) struct Ask {
    /// Its name for tests, and the start of the ids of its fields.
    pub(super) key: &'static str,
    /// What the button says.
    pub(super) verb: String,
    /// The heading, when it stands on a page of its own.
    pub(super) title: String,
    /// Where it is posted.
    pub(super) action: String,
    /// What it brings about, above the fields.
    pub(super) notes: Vec<String>,
    pub(super) hidden: Vec<Hidden>,
    /// Boxes, above the fields.
    pub(super) ticks: Vec<Tick>,
    pub(super) fields: Vec<AskField>,
    pub(super) weight: Weight,
    /// Whether it stands unfolded.
    pub(super) is_open: bool,
    /// Before the ids of its fields: many forms stand on one page.
    pub(super) prefix: String,
}

impl Ask {
    /// A form with only a button.
    pub(super) fn new(key: &'static str, verb: &str, title: impl Into<String>, action: String) -> Self {
        Self {
            key,
            verb: verb.to_owned(),
            title: title.into(),
            action,
            notes: vec![],
            hidden: vec![],
            ticks: vec![],
            fields: vec![],
            weight: Weight::Secondary,
            is_open: false,
            prefix: format!("{key}-"),
        }
    }

    /// With a field that goes along unseen.
    pub(super) fn hidden(mut self, name: &'static str, value: impl ToString) -> Self {
        self.hidden.push(Hidden { name, value: value.to_string() });
        self
    }

    /// With the way back to where it was sent from.
    pub(super) fn back(self, back: &Back) -> Self {
        match back.as_text() {
            Some(text) => self.hidden("back", text),
            None => self,
        }
    }

    /// With a box to tick.
    pub(super) fn tick(mut self, name: impl Into<String>, label: impl Into<String>, is_ticked: bool) -> Self {
        self.ticks.push(Tick { name: name.into(), label: label.into(), is_ticked });
        self
    }

    /// With a field to fill in.
    pub(super) fn field(mut self, field: AskField) -> Self {
        self.fields.push(field);
        self
    }

    /// With a sentence above the fields.
    pub(super) fn note(mut self, sentence: impl Into<String>) -> Self {
        self.notes.push(sentence.into());
        self
    }

    /// With another heading.
    pub(super) fn titled(self, title: &str) -> Self {
        Self { title: title.to_owned(), ..self }
    }

    /// With a louder button.
    pub(super) fn weight(self, weight: Weight) -> Self {
        Self { weight, ..self }
    }

    /// About one thing of several: its fields get ids of their own.
    pub(super) fn about(self, what: &str) -> Self {
        Self { prefix: format!("{}-{what}-", self.key), ..self }
    }

    /// What Kurve has to do now: unfolded, with the loud button.
    pub(super) fn urgent(self) -> Self {
        Self { is_open: true, weight: Weight::Primary, ..self }
    }

    /// Whether a colleague typed anything that would be a pity to lose.
    pub(super) fn has_typed(&self) -> bool {
        self.fields.iter().any(|field| field.choices.is_empty() && !field.value.trim().is_empty())
    }

    /// Without what may be a password; the name of the first field that held it.
    pub(super) fn blank_secrets(&mut self) -> Option<&'static str> {
        let mut first = None;
        for field in self.fields.iter_mut().filter(|field| Password::could_be_in(&field.value)) {
            if field.choices.is_empty() {
                field.value.clear();
                first = first.or(Some(field.name));
            }
        }
        first
    }

    /// On a page of its own, with what is wrong at its fields.
    pub(super) fn alone(mut self, errors: &FieldErrors) -> Self {
        for field in &mut self.fields {
            errors.at(field.name).clone_into(&mut field.error);
        }
        if self.weight == Weight::Secondary {
            self.weight = Weight::Primary;
        }
        self.prefix.clear();
        self
    }
}

/// Keeps the first loud button and quiets the others: a page has one.
pub(super) fn keep_one_primary<'a>(asks: impl Iterator<Item = &'a mut Ask>) {
    for ask in asks.filter(|ask| ask.weight == Weight::Primary).skip(1) {
        ask.weight = Weight::Secondary;
    }
}

/// A form on a page of its own: asked for there, or come back with what is wrong or what changed.
#[derive(Template)]
#[template(path = "staff/ask_page.html")]
pub(super) struct AskPage {
    pub(super) frame: Frame,
    pub(super) nav: Nav,
    pub(super) school: String,
    pub(super) brin: String,
    pub(super) back: String,
    /// What is wrong, by field.
    pub(super) errors: Vec<FieldError>,
    /// Why it was refused as a whole; empty if it was not.
    pub(super) refusal: String,
    /// Whether someone else was first.
    pub(super) is_conflict: bool,
    /// What they did, oldest first.
    pub(super) changes: Vec<TimelineRow>,
    /// Whether the connection has several schools.
    pub(super) has_many: bool,
    pub(super) ask: Ask,
    /// Other forms, folded below it.
    pub(super) more: Vec<Ask>,
}

impl AskPage {
    fn has_failed(&self) -> bool {
        !self.errors.is_empty() || !self.refusal.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask() -> Ask {
        let reason = AskField::area("reason", "Waarom?", "Getypt");
        let role = AskField::select("role", "Rol", "x", vec![Choice { value: "x".into(), label: "X".into() }]);
        Ask::new("pause", "Pauzeren", "Pauzeren", "/".into()).hidden("version", 3).field(reason).field(role)
    }

    #[test]
    fn a_form_on_its_own_page_keeps_what_was_typed_and_says_what_is_wrong() {
        let mut errors = FieldErrors::default();
        errors.add("reason", "Te kort.");

        let alone = ask().alone(&errors);

        assert_eq!((alone.fields[0].value.as_str(), alone.fields[0].error.as_str()), ("Getypt", "Te kort."));
        assert_eq!((alone.fields[1].value.as_str(), alone.fields[1].error.as_str()), ("x", ""));
        assert_eq!((alone.prefix.as_str(), alone.weight), ("", Weight::Primary));
    }

    #[test]
    fn a_choice_alone_is_not_something_typed() {
        let mut ask = ask();
        assert!(ask.has_typed());

        ask.fields[0].value = " \n".into();

        assert!(!ask.has_typed());
    }

    #[test]
    fn only_the_first_loud_button_stays_loud() {
        let mut asks = [ask(), ask().urgent(), ask().weight(Weight::Warning), ask().urgent()];

        keep_one_primary(asks.iter_mut());

        let weights = asks.map(|ask| ask.weight);
        assert_eq!(weights, [Weight::Secondary, Weight::Primary, Weight::Warning, Weight::Secondary]);
    }
}
