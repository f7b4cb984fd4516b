//! The description of the API: each question is asked, and the answer is as its example and its headers say.

use serde_json::Value;

use crate::journey::Table;
use crate::support::following::{ask, json};
use crate::support::{TestApp, run};
use crate::webhooks::Told;

/// Where an answer is not made as its example is: other fields, or other sorts of values. What is null tells nothing.
fn differences(at: &str, answer: &Value, example: &Value) -> Vec<String> {
    match (answer, example) {
        (Value::Null, _) | (_, Value::Null) | (Value::String(_), Value::String(_)) => vec![],
        (Value::Number(_), Value::Number(_)) | (Value::Bool(_), Value::Bool(_)) => vec![],
        (Value::Array(answers), Value::Array(examples)) => match (answers.first(), examples.first()) {
            (Some(answer), Some(example)) => differences(&format!("{at}[]"), answer, example),
            (Some(_) | None, _) => vec![],
        },
        (Value::Object(answer), Value::Object(example)) => {
            let names = answer.keys().chain(example.keys());
            let differs = |name: &String| match (answer.get(name), example.get(name)) {
                (Some(answer), Some(example)) => differences(&format!("{at}.{name}"), answer, example),
                (Some(_) | None, _) => vec![format!("{at}.{name}")],
            };
            names.flat_map(differs).collect()
        }
        (answer, example) => vec![format!("{at}: {answer} and {example}")],
    }
}

/// The names that the description says a text can be, held against each text of an answer.
fn unknown_names(description: &Value, shape: &str, answer: &Value) -> Vec<String> {
    let schema = &description["components"]["schemas"][shape];
    let mut unknown = vec![];
    let parts = schema["allOf"].as_array().into_iter().flatten();
    for part in parts {
        unknown.extend(unknown_names(description, &shape_of(part), answer));
    }
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let value = &answer[name];
        if field["enum"].as_array().is_some_and(|names| !names.contains(value)) {
            unknown.push(format!("{shape}.{name}: {value}"));
        }
        let within = match value {
            Value::Array(values) => values.iter().collect(),
            Value::Object(_) => vec![value],
            _ => vec![],
        };
        for value in within {
            unknown.extend(unknown_names(description, &shape_of(field), value));
        }
    }
    unknown
}

fn shape_of(schema: &Value) -> String {
    let either = schema["oneOf"].as_array().into_iter().flatten().find_map(|one| one["$ref"].as_str());
    let refers = schema["$ref"].as_str().or_else(|| schema["items"]["$ref"].as_str()).or(either);
    refers.and_then(|path| path.rsplit('/').next()).unwrap_or_default().to_owned()
}

#[test]
fn each_answer_is_as_its_example_its_names_and_its_headers_say() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let told = Told::of(&app).await;
        let (key, visitor) = (app.api_key().await, app.anonymous());
        let description = json(&visitor.get("/api/v1/openapi.json").await);
        assert!(
            description["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")),
            "{}",
            description["openapi"]
        );
        let mut wrong = vec![];

        for stands in ["closed", "open"] {
            for (path, methods) in description["paths"].as_object().expect("paths") {
                let answer = ask(&visitor, &key, &path.replace("{brin}", "12AB")).await;
                let (said, got) = (&methods["get"]["responses"]["200"], json(&answer));
                let content = &said["content"]["application/json"];
                let of = |what: String| format!("{path} while {stands}: {what}");
                wrong.extend(differences("", &got, &content["example"]).into_iter().map(of));
                let shape = shape_of(&content["schema"]);
                wrong.extend(unknown_names(&description, &shape, &got).into_iter().map(of));
                wrong.extend(unknown_names(&description, &shape, &content["example"]).into_iter().map(of));
                for header in said["headers"].as_object().expect("headers").keys().filter(|name| *name != "Link") {
                    if answer.header(&header.to_lowercase()).is_empty() {
                        wrong.push(of(format!("has no {header}")));
                    }
                }
            }
            if stands == "closed" {
                table.open_import().await;
            }
        }
        told.look().await;
        let sent = told.message();
        let example =
            &description["webhooks"]["event"]["post"]["requestBody"]["content"]["application/json"]["example"];
        wrong.extend(differences("webhook", &sent, example));

        assert!(wrong.is_empty(), "{wrong:#?}");
    });
}

#[test]
fn a_list_that_goes_on_says_so_in_its_head_too() {
    run(|app: TestApp| async move {
        for brin in ["12AB", "13AB"] {
            app.school_by_services(&format!("School {brin}"), brin, &format!("school{}", brin.to_lowercase())).await;
        }
        let (key, visitor) = (app.api_key().await, app.anonymous());

        let first = ask(&visitor, &key, "/api/v1/schools?limit=1").await;
        let last = ask(&visitor, &key, "/api/v1/schools").await;

        assert!(first.header("link").contains("rel=\"next\""), "{}", first.header("link"));
        assert!(!last.headers.contains_key("link"));
    });
}
