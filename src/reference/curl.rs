//! A call of an operation, as a command that people copy.

use serde_json::Value;
use url::form_urlencoded;

use super::outline::{list, members, resolve, text};

/// The command. What whoever runs it must fill in is a variable of the shell; values come from the description, none from a request.
pub(super) fn example(document: &Value, method: &str, path: &str, operation: &Value) -> String {
    let mut lines = vec![head(method, operation)];
    for (header, credential) in [
        ("client", "-u \"$CLIENT_ID:$CLIENT_SECRET\""),
        ("session", "-H \"Authorization: Bearer $ACCESS_TOKEN\""),
    ] {
        let asks = list(&operation["security"])
            .iter()
            .any(|it| it.get(header).is_some());
        if asks {
            lines.push(credential.to_owned());
        }
    }
    lines.extend(body(document, operation));
    let server = text(&document["servers"][0]["url"]);
    lines.push(format!("'{server}{path}{}'", query(document, operation)));
    lines.join(" \\\n  ")
}

fn head(method: &str, operation: &Value) -> String {
    // A body makes curl post.
    let implied = if operation.get("requestBody").is_some() {
        "post"
    } else {
        "get"
    };
    if method == implied {
        "curl -s".to_owned()
    } else {
        format!("curl -s -X {}", method.to_uppercase())
    }
}

/// The parameters that must be there.
fn query(document: &Value, operation: &Value) -> String {
    let parameters = list(&operation["parameters"])
        .iter()
        .map(|it| resolve(document, it));
    let required = parameters.filter(|it| it["in"] == "query" && it["required"] == true);
    let pairs: Vec<String> = required.map(|it| format!("{}=…", text(&it["name"]))).collect();
    if pairs.is_empty() {
        String::new()
    } else {
        format!("?{}", pairs.join("&"))
    }
}

/// The body's example, or else the members that must be there.
fn body(document: &Value, operation: &Value) -> Vec<String> {
    let Some((media_type, content)) = members(&operation["requestBody"]["content"]).next() else {
        return Vec::new();
    };
    let value = match content.get("example") {
        Some(example) => example.clone(),
        None => sample(document, &content["schema"]),
    };
    if media_type == "application/x-www-form-urlencoded" {
        let pairs = members(&value).map(|(name, value)| {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let value = if value == "…" {
                value
            } else {
                form_urlencoded::byte_serialize(value.as_bytes()).collect()
            };
            format!("-d {name}={value}")
        });
        return pairs.collect();
    }
    // Within the quotes of a shell.
    let json = value.to_string().replace('\'', "'\\''");
    vec![format!("-H 'Content-Type: {media_type}'"), format!("-d '{json}'")]
}

fn sample(document: &Value, schema: &Value) -> Value {
    let schema = resolve(document, schema);
    if let Some(example) = schema.get("example").or_else(|| schema["examples"].get(0)) {
        return example.clone();
    }
    if let Some(first) = schema["enum"].get(0) {
        return first.clone();
    }
    match schema["type"].as_str() {
        Some("string") => Value::from("…"),
        Some("integer" | "number") => Value::from(1),
        Some("boolean") => Value::from(true),
        Some("array") => Value::Array(vec![sample(document, &schema["items"])]),
        _ => {
            let required = list(&schema["required"]).iter().filter_map(Value::as_str);
            let member = |name: &str| (name.to_owned(), sample(document, &schema["properties"][name]));
            Value::Object(required.map(member).collect())
        }
    }
}
