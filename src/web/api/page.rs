//! The page that describes the API to who builds a program against it: drawn from the same description that
//! `/api/v1/openapi.json` gives to machines, so that the two cannot differ.

use std::sync::LazyLock;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde_json::Value;

use super::description::DESCRIPTION;
use crate::links;
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::Visit;
use crate::web::page::{self, Frame};

/// A row of a table: a parameter, an answer or a field.
#[derive(Debug, Clone)]
struct Row {
    name: String,
    kind: String,
    /// Which shape it is, if one that stands on the page.
    shape: String,
    text: String,
}

/// A question that can be asked.
#[derive(Debug, Clone)]
struct Operation {
    path: String,
    title: String,
    parameters: Vec<Row>,
    answers: Vec<Row>,
}

/// What an answer is made of.
#[derive(Debug, Clone)]
struct Shape {
    name: String,
    text: String,
    fields: Vec<Row>,
}

/// The description, as the page draws it.
struct Described {
    operations: Vec<Operation>,
    shapes: Vec<Shape>,
}

#[derive(Template)]
#[template(path = "public/api.html")]
struct ApiPage {
    frame: Frame,
    described: &'static Described,
}

static DESCRIBED: LazyLock<Described> = LazyLock::new(|| read(&DESCRIPTION));

/// Shows it.
pub(super) async fn show(State(web): State<WebState>, visit: Visit) -> Result<Response, PageError> {
    page::show(&ApiPage { frame: visit.frame(&web), described: &DESCRIBED })
}

fn read(description: &Value) -> Described {
    let paths = entries(&description["paths"]);
    let operations = paths.map(|(path, methods)| operation(path, &methods["get"])).collect();
    let all = &description["components"]["schemas"];
    let shapes = entries(all).map(|(name, schema)| shape(name, schema, all)).collect();
    Described { operations, shapes }
}

fn operation(path: &str, get: &Value) -> Operation {
    let parameters = get["parameters"].as_array().into_iter().flatten().map(|parameter| Row {
        name: text(&parameter["name"]),
        kind: kind_of(&parameter["schema"]),
        shape: String::new(),
        text: text(&parameter["description"]),
    });
    let answers = entries(&get["responses"]).map(|(status, answer)| {
        let schema = entries(&answer["content"]).next().map(|(_, content)| shape_of(&content["schema"]));
        Row {
            name: status.clone(),
            kind: String::new(),
            shape: schema.unwrap_or_default(),
            text: text(&answer["description"]),
        }
    });
    let title = text(&get["summary"]);
    Operation { path: path.to_owned(), title, parameters: parameters.collect(), answers: answers.collect() }
}

/// A shape; one that has all of another has its fields too.
fn shape(name: &str, schema: &Value, all: &Value) -> Shape {
    let parts = schema["allOf"].as_array().into_iter().flatten();
    let parts = parts.map(|part| if part["$ref"].is_string() { &all[shape_of(part)] } else { part });
    let properties = std::iter::once(schema).chain(parts).flat_map(|part| entries(&part["properties"]));
    let fields = properties.map(|(name, field)| Row {
        name: name.clone(),
        kind: kind_of(field),
        shape: shape_of(field),
        text: told_of(field),
    });
    Shape { name: name.to_owned(), text: text(&schema["description"]), fields: fields.collect() }
}

/// What a value is: `string`, `list of …`, `string or null`.
fn kind_of(schema: &Value) -> String {
    if let Some(either) = schema["oneOf"].as_array() {
        return either.iter().map(kind_of).filter(|kind| !kind.is_empty()).collect::<Vec<_>>().join(" or ");
    }
    let named = |kind: &str| match (kind, schema["format"].as_str()) {
        ("array", _) => format!("list of {}", kind_of(&schema["items"])),
        ("string", Some("date-time")) => "moment".to_owned(),
        (kind, _) => kind.to_owned(),
    };
    match &schema["type"] {
        Value::String(kind) => named(kind),
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).map(named).collect::<Vec<_>>().join(" or "),
        _ => shape_of(schema),
    }
}

/// The shape that a schema refers to, itself or in a list.
fn shape_of(schema: &Value) -> String {
    let refers = schema["$ref"].as_str().or_else(|| schema["items"]["$ref"].as_str());
    let either = schema["oneOf"].as_array().into_iter().flatten().find_map(|one| one["$ref"].as_str());
    refers.or(either).and_then(|path| path.rsplit('/').next()).unwrap_or_default().to_owned()
}

/// What is said of a field: with the shape, where it may be null.
fn told_of(field: &Value) -> String {
    let either = field["oneOf"].as_array().into_iter().flatten();
    std::iter::once(field)
        .chain(either)
        .map(|one| text(&one["description"]))
        .find(|said| !said.is_empty())
        .unwrap_or_default()
}

fn entries(object: &Value) -> impl Iterator<Item = (&String, &Value)> {
    object.as_object().into_iter().flat_map(|object| object.iter())
}

/// A sentence, without the signs that only Markdown reads.
fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().replace('`', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_question_and_every_field_is_told_of() {
        assert!(DESCRIBED.operations.len() >= 6);
        for operation in &DESCRIBED.operations {
            assert!(!operation.title.is_empty() && operation.answers.len() > 3, "{}", operation.path);
            let all = operation.parameters.iter().chain(&operation.answers);
            assert!(all.clone().all(|row| !row.text.is_empty()), "{operation:?}");
        }
        for shape in &DESCRIBED.shapes {
            assert!(!shape.text.is_empty() && !shape.fields.is_empty(), "{}", shape.name);
            for field in &shape.fields {
                assert!(!field.text.is_empty() && !field.kind.is_empty(), "{}: {field:?}", shape.name);
                let is_here = |name: &str| DESCRIBED.shapes.iter().any(|shape| shape.name == name);
                assert!(field.shape.is_empty() || is_here(&field.shape), "{}: {field:?}", shape.name);
            }
        }
    }
}
