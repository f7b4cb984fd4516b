//! The description of the API in OpenAPI: what the handlers say of themselves, and with it what holds for all of them, which names a
//! text can be, and an example of each answer. A test asks each question and holds the answer to its example.

use std::sync::LazyLock;

use serde_json::{Value, json};
use strum::IntoEnumIterator;
use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};

use super::{events, import_gate, schools, statement};
use crate::domain::check::{CheckCode, CheckPolicy};
use crate::domain::feed::FeedKind;
use crate::domain::onboarding::{Evidence, Gate, Party, Status, Step};
use crate::links;

/// The whole description.
pub(super) static DESCRIPTION: LazyLock<Value> = LazyLock::new(|| {
    let mut description = serde_json::to_value(Handlers::openapi()).expect("it is plain data");
    for methods in values(&mut description["paths"]) {
        add_headers(&mut methods["get"]["responses"]);
        add_parameter_examples(&mut methods["get"]["parameters"]);
    }
    for (path, example) in EXAMPLES {
        let example: Value = serde_json::from_str(example).expect("examples are JSON");
        description["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["example"] = example;
    }
    for schema in values(&mut description["components"]["schemas"]) {
        add_names(schema);
    }
    description["webhooks"] = webhooks();
    description
});

/// What the handlers say.
#[derive(OpenApi)]
#[openapi(
    info(title = "Koppelklaar", description = "May this school import, how does each school stand, and what happened: for Numo."),
    paths(import_gate::show, statement::show, schools::list, schools::show, schools::connection, events::list),
    modifiers(&BearerKey)
)]
struct Handlers;

struct BearerKey;

impl utoipa::Modify for BearerKey {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
        let components = openapi.components.get_or_insert_with(utoipa::openapi::Components::default);
        components.add_security_scheme("api_key", scheme);
    }
}

/// What each question is answered with.
const EXAMPLES: [(&str, &str); 6] = [
    (links::API_IMPORT_GATE, include_str!("examples/import_gate.json")),
    (links::API_STATEMENT, include_str!("examples/statement.json")),
    (links::API_SCHOOLS, include_str!("examples/schools.json")),
    (links::API_SCHOOL, include_str!("examples/school.json")),
    (links::API_CONNECTION, include_str!("examples/connection.json")),
    (links::API_EVENTS, include_str!("examples/events.json")),
];

/// The headers that answers have.
fn add_headers(responses: &mut Value) {
    let is_tagged = responses["304"].is_object();
    let is_paged = responses["200"]["content"]["application/json"]["schema"]["$ref"] == "#/components/schemas/Schools";
    for (status, response) in responses.as_object_mut().into_iter().flatten() {
        let mut headers = json!({
            "RateLimit-Limit": header("integer", "How often the key may ask in a minute"),
            "RateLimit-Remaining": header("integer", "How often it may ask now"),
            "RateLimit-Reset": header("integer", "In how many seconds it may ask as often as ever"),
        });
        if is_tagged && (status == "200" || status == "304") {
            headers["ETag"] = header("string", "Give it as If-None-Match, to hear only what is new");
        }
        if is_paged && status == "200" {
            headers["Link"] = header("string", "The next page, as rel=\"next\"; not on the last");
        }
        if status == "429" || status == "503" {
            headers["Retry-After"] = header("integer", "In how many seconds to ask again");
        }
        response["headers"] = headers;
    }
}

fn header(kind: &str, description: &str) -> Value {
    json!({ "schema": { "type": kind }, "description": description })
}

fn add_parameter_examples(parameters: &mut Value) {
    for parameter in parameters.as_array_mut().into_iter().flatten() {
        let example = match parameter["name"].as_str().unwrap_or_default() {
            "brin" => json!("12AB"),
            "limit" => json!(100),
            "wait" => json!(30),
            "after" => json!("0"),
            "verdict" => json!("open"),
            "changed_since" => json!("2026-11-30T12:00:00Z"),
            _ => continue,
        };
        parameter["example"] = example;
    }
}

/// Says which names a text can be: all of them where no more come, some where more may.
fn add_names(schema: &mut Value) {
    let parts = schema["allOf"].as_array().map(Vec::len).unwrap_or_default();
    for part in 0..parts {
        add_names(&mut schema["allOf"][part]);
    }
    for (name, field) in schema["properties"].as_object_mut().into_iter().flatten() {
        let is_text =
            field["type"] == "string" || field["type"].as_array().is_some_and(|kinds| kinds.contains(&json!("string")));
        if !is_text {
            continue;
        }
        if let Some(mut names) = closed_names(name) {
            if field["type"].is_array() {
                names.push(Value::Null);
            }
            field["enum"] = names.into();
        } else if let Some(names) = open_names(name) {
            field["examples"] = names.into();
        }
    }
}

fn closed_names(field: &str) -> Option<Vec<Value>> {
    Some(match field {
        "verdict" => named(["open", "closed"]),
        "state" => named(Status::iter().map(Status::as_str)),
        "gate" => named(Gate::iter().map(Gate::as_str)),
        "step" => named(Step::iter().map(Step::as_str)),
        "holder" => named(Party::iter().map(Party::as_str)),
        "evidence" => named(Evidence::iter().map(Evidence::as_str)),
        "policy" => named(CheckPolicy::iter().map(CheckPolicy::as_str)),
        "check" => named(["seen", "not_seen", "refused", "later"]),
        _ => return None,
    })
}

fn open_names(field: &str) -> Option<Vec<Value>> {
    Some(match field {
        "type" => named(FeedKind::iter().map(FeedKind::as_str)),
        "code" => named(CheckCode::iter().map(CheckCode::as_str)),
        _ => return None,
    })
}

fn named(names: impl IntoIterator<Item = &'static str>) -> Vec<Value> {
    names.into_iter().map(Value::from).collect()
}

/// What is sent to endpoints.
fn webhooks() -> Value {
    let example: Value = serde_json::from_str(include_str!("examples/webhook.json")).expect("examples are JSON");
    json!({ "event": { "post": {
        "summary": "Something happened to a school.",
        "description": "Signed as Standard Webhooks has it: webhook-id, webhook-timestamp and webhook-signature.",
        "requestBody": { "content": { "application/json": { "schema": { "type": "object" }, "example": example } } },
        "responses": {
            "2XX": { "description": "It was taken; with anything else it comes again" },
            "410": { "description": "Nothing is to come any more" },
        },
    } } })
}

fn values(object: &mut Value) -> impl Iterator<Item = &mut Value> {
    object.as_object_mut().into_iter().flat_map(|object| object.values_mut())
}
