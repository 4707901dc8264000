//! `/openapi.json`: what is served is what a person can read without a server, and no part of it is left unsaid.

use std::collections::BTreeSet;

use consentry::{platform::config::Issuer, reference::openapi::document, web::words::REFERENCE};
use serde_json::Value;

use crate::support::{Server, client::Reply};

/// The description of a server at `https://id.example.com`.
pub fn described() -> Value {
    let issuer = Issuer::parse("https://id.example.com").unwrap();
    serde_json::to_value(document(&issuer)).unwrap()
}

/// Every operation with its name: `POST /oauth/token`.
pub fn operations(document: &Value) -> Vec<(String, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    let operations = paths.iter().flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().iter();
        methods.map(move |(method, operation)| (format!("{} {path}", method.to_uppercase()), operation))
    });
    operations.collect()
}

/// What a `$ref` of the document names.
fn referred<'a>(document: &'a Value, reference: &str) -> Option<&'a Value> {
    document.pointer(reference.strip_prefix('#')?)
}

fn each<'a>(value: &'a Value, visit: &mut impl FnMut(&'a serde_json::Map<String, Value>)) {
    match value {
        Value::Object(members) => {
            visit(members);
            members.values().for_each(|member| each(member, visit));
        }
        Value::Array(items) => items.iter().for_each(|item| each(item, visit)),
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_is_served_as_openapi_3_1_and_names_this_server() {
    let server = Server::start().await;
    let reply = server.http.get(server.url("/openapi.json")).send().await.unwrap();
    let answered = Reply::read(reply).await.ok().json;
    assert_eq!(answered["openapi"], "3.1.0");
    assert_eq!(answered["servers"][0]["url"], server.config.issuer.as_str());
    assert_eq!(
        answered["externalDocs"]["url"],
        server.config.issuer.url("/docs/errors")
    );
    assert_eq!(
        answered,
        serde_json::to_value(document(&server.config.issuer)).unwrap()
    );
}

#[test]
fn every_reference_leads_somewhere() {
    let document = described();
    let mut seen = 0;
    each(&document, &mut |members| {
        if let Some(Value::String(reference)) = members.get("$ref") {
            seen += 1;
            assert!(referred(&document, reference).is_some(), "{reference}");
        }
    });
    assert!(seen > 20);
    let schemes = &document["components"]["securitySchemes"];
    for (name, operation) in operations(&document) {
        for requirement in operation["security"].as_array().into_iter().flatten() {
            for scheme in requirement.as_object().unwrap().keys() {
                assert!(schemes.get(scheme).is_some(), "{name}: {scheme}");
            }
        }
    }
}

#[test]
fn every_operation_says_what_it_is_what_it_takes_and_what_it_answers() {
    let document = described();
    let tags: BTreeSet<&str> = REFERENCE.tags.iter().map(|(name, _)| *name).collect();
    let mut ids = BTreeSet::new();
    for (name, operation) in operations(&document) {
        let id = operation["operationId"].as_str().unwrap();
        assert!(ids.insert(id), "{name}: another operation is called {id}");
        let summary = operation["summary"].as_str().unwrap_or_default();
        assert!(summary.ends_with('.'), "{name}: {summary:?}");
        let description = operation["description"].as_str().unwrap_or_default();
        assert!(
            !description.contains("[`"),
            "{name}: a link for readers of the code"
        );
        let tag = operation["tags"][0].as_str().unwrap();
        assert!(
            tags.contains(tag),
            "{name}: give the tag {tag} a row in words/reference.rs"
        );
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            assert!(parameter["description"].is_string(), "{name}: {parameter}");
        }
        let answers = operation["responses"].as_object().unwrap();
        assert!(
            answers.keys().any(|status| status.starts_with(['2', '3'])),
            "{name}"
        );
        for (status, answer) in answers {
            let answer =
                { answer["$ref"].as_str() }.map_or(answer, |shared| referred(&document, shared).unwrap());
            let text = answer["description"].as_str().unwrap_or_default();
            assert!(!text.is_empty(), "{name}: what is {status}?");
        }
    }
}

#[test]
fn every_field_of_every_body_says_what_it_means() {
    let document = described();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        for (field, of) in schema["properties"].as_object().into_iter().flatten() {
            let says = of["description"].is_string()
                || of.get("$ref").is_some_and(|_| of.get("description").is_some());
            let by_its_type = { of["$ref"].as_str() }
                .and_then(|reference| referred(&document, reference)?.get("description"))
                .is_some();
            // `null` or something: that something says it.
            let says = says || { of["oneOf"].as_array().into_iter().flatten() }
                .any(|one| one["description"].is_string());
            assert!(says || by_its_type, "{name}.{field}: {of}");
        }
    }
}
