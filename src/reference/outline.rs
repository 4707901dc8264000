//! The document of [`super::openapi`], taken apart for people to read.

use serde_json::{Map, Value};

use crate::web::{
    answers::ANYWHERE,
    words::{REFERENCE, errors::ErrorDoc},
};

/// How deep the members of bodies are shown.
const DEEPEST: usize = 4;

/// Operations that belong together.
pub struct Group {
    /// The tag.
    pub name: String,
    /// What it is for.
    pub about: String,
    /// In the order of their paths.
    pub operations: Vec<Operation>,
}

/// A method of a path.
pub struct Operation {
    /// Its name; the anchor on the page.
    pub id: String,
    /// In capitals.
    pub method: String,
    /// With its parameters in braces.
    pub path: String,
    /// What it does.
    pub summary: String,
    /// What else there is to know; one paragraph each.
    pub description: Vec<String>,
    /// How whoever may call it proves that.
    pub callers: Vec<String>,
    /// What stands in the path, the query and the headers.
    pub parameters: Vec<Field>,
    /// The type of its body, and the body's members.
    pub body: Option<(String, Vec<Field>)>,
    /// A call of it.
    pub example: String,
    /// What it answers, but for what every operation does.
    pub answers: Vec<Answer>,
}

/// A parameter, or a member of a body.
pub struct Field {
    /// With the members that it stands within: `user.email`, `items[].id`.
    pub name: String,
    /// What it is made of.
    pub kind: String,
    /// Whether it must be there.
    pub is_required: bool,
    /// Whether `null` may stand in its place.
    pub is_nullable: bool,
    /// What it means.
    pub about: String,
}

/// An answer of one status.
pub struct Answer {
    /// The status.
    pub status: String,
    /// What it means, where no code says it.
    pub about: String,
    /// The codes of refusals.
    pub codes: Vec<&'static ErrorDoc>,
    /// The members of its body.
    pub fields: Vec<Field>,
}

/// The groups in the order of their tags, without those that have no operation.
#[must_use]
pub fn outline(document: &Value) -> Vec<Group> {
    let of_tag = |name: &str| {
        let mut operations = Vec::new();
        for (path, item) in members(&document["paths"]) {
            for (method, operation) in members(item) {
                if operation["tags"][0] == name {
                    operations.push(read(document, method, path, operation));
                }
            }
        }
        operations
    };
    let groups = list(&document["tags"]).iter().map(|tag| {
        let name = text(&tag["name"]);
        Group {
            operations: of_tag(&name),
            about: text(&tag["description"]),
            name,
        }
    });
    groups.filter(|group| !group.operations.is_empty()).collect()
}

fn read(document: &Value, method: &str, path: &str, operation: &Value) -> Operation {
    let resolved = list(&operation["parameters"])
        .iter()
        .map(|it| resolve(document, it));
    let parameters = resolved.map(|it| Field {
        name: text(&it["name"]),
        kind: format!("{}, {}", text(&it["in"]), kind(document, &it["schema"])),
        is_required: it["required"] == true,
        is_nullable: false,
        about: text(&it["description"]),
    });
    let body = members(&operation["requestBody"]["content"])
        .next()
        .map(|(media_type, content)| (media_type.clone(), fields(document, &content["schema"])));
    Operation {
        id: text(&operation["operationId"]),
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: text(&operation["summary"]),
        description: text(&operation["description"])
            .split("\n\n")
            .filter(|paragraph| !paragraph.is_empty())
            .map(str::to_owned)
            .collect(),
        callers: callers(&operation["security"]),
        parameters: parameters.collect(),
        example: super::curl::example(document, method, path, operation),
        body,
        answers: members(&operation["responses"])
            .filter_map(|(status, answer)| answer_of(document, status, answer))
            .collect(),
    }
}

/// One sentence for each way to prove who is calling.
fn callers(security: &Value) -> Vec<String> {
    let schemes = list(security).iter().flat_map(members).map(|(scheme, _)| {
        let known = REFERENCE.callers.iter().find(|(name, _)| name == scheme);
        known.map_or(scheme.as_str(), |(_, sentence)| sentence).to_owned()
    });
    let mut callers: Vec<String> = schemes.collect();
    if callers.is_empty() {
        callers.push(REFERENCE.anybody.to_owned());
    }
    callers
}

/// Nothing for what every operation answers in the same way.
fn answer_of(document: &Value, status: &str, answer: &Value) -> Option<Answer> {
    if answer.get("$ref").is_some() || status == "308" {
        return None;
    }
    let schemas = || members(&answer["content"]).map(|(_, content)| &content["schema"]);
    let codes: Vec<&'static ErrorDoc> = schemas().flat_map(codes).collect();
    let mut own: Vec<&'static ErrorDoc> = Vec::new();
    for doc in &codes {
        if !ANYWHERE.contains(doc) && !own.contains(doc) {
            own.push(doc);
        }
    }
    if own.is_empty() && !codes.is_empty() {
        return None;
    }
    Some(Answer {
        status: status.to_owned(),
        about: if own.is_empty() {
            text(&answer["description"])
        } else {
            String::new()
        },
        fields: if own.is_empty() {
            schemas().flat_map(|schema| fields(document, schema)).collect()
        } else {
            Vec::new()
        },
        codes: own,
    })
}

/// The codes to which [`crate::web::answers`] narrows the body of a refusal.
fn codes(schema: &Value) -> impl Iterator<Item = &'static ErrorDoc> {
    let narrowed = &schema["allOf"][1]["properties"];
    ["code", "error"]
        .into_iter()
        .flat_map(|member| list(&narrowed[member]["enum"]))
        .filter_map(|code| ErrorDoc::find(code.as_str()?))
}

/// The members of a body: what must be there first, and those within others after these.
fn fields(document: &Value, schema: &Value) -> Vec<Field> {
    let mut found = Vec::new();
    gather(document, schema, "", 0, &mut found);
    found
}

fn gather(document: &Value, schema: &Value, within: &str, depth: usize, found: &mut Vec<Field>) {
    if depth == DEEPEST {
        return;
    }
    let schema = resolve(document, schema);
    for part in list(&schema["allOf"]) {
        gather(document, part, within, depth, found);
    }
    if schema.get("items").is_some() {
        return gather(
            document,
            &schema["items"],
            &format!("{within}[]"),
            depth + 1,
            found,
        );
    }
    let is_required = |name: &str| list(&schema["required"]).iter().any(|it| it == name);
    // The document has them by name only.
    let (first, then): (Vec<_>, Vec<_>) =
        members(&schema["properties"]).partition(|(name, _)| is_required(name));
    for (name, member) in first.into_iter().chain(then) {
        let (member, is_nullable) = without_null(member);
        let dot = if within.is_empty() { "" } else { "." };
        let is_required = is_required(name);
        let name = format!("{within}{dot}{name}");
        let about = { member["description"].as_str() }.unwrap_or_default();
        let of_type = || text(&resolve(document, member)["description"]);
        found.push(Field {
            kind: kind(document, member),
            is_required,
            is_nullable,
            about: if about.is_empty() {
                of_type()
            } else {
                about.to_owned()
            },
            name: name.clone(),
        });
        gather(document, member, &name, depth + 1, found);
    }
}

/// What a value is made of, in a few words.
fn kind(document: &Value, schema: &Value) -> String {
    let schema = resolve(document, schema);
    if let Some(one) = schema.get("oneOf").or_else(|| schema.get("anyOf")) {
        let kinds: Vec<String> = list(one).iter().map(|it| kind(document, it)).collect();
        return kinds.join(" or ");
    }
    let values: Vec<String> = list(&schema["enum"]).iter().map(text).collect();
    if !values.is_empty() {
        return values.join(" | ");
    }
    let name = match &schema["type"] {
        Value::String(name) => name.clone(),
        Value::Array(names) => {
            let names = names.iter().filter(|name| *name != "null");
            names.map(text).collect::<Vec<_>>().join(" or ")
        }
        _ => "object".to_owned(),
    };
    match (name.as_str(), schema["format"].as_str()) {
        ("array", _) => format!("list of {}", kind(document, &schema["items"])),
        // How wide a number is, is not for readers; that a field is a secret, its sentence says.
        ("string", Some("password")) | ("integer" | "number", Some(_)) | (_, None) => name,
        (_, Some(format)) => format!("{name}, {format}"),
    }
}

/// The part of a schema that says more than `null`, and whether `null` may stand there too.
fn without_null(schema: &Value) -> (&Value, bool) {
    let is_null = |it: &Value| it["type"] == "null";
    let named = list(&schema["type"]).iter().any(|it| it == "null");
    let one = list(&schema["oneOf"]);
    match one.iter().find(|it| !is_null(it)) {
        Some(other) if one.len() == 2 && one.iter().any(is_null) => (other, true),
        _ => (schema, named),
    }
}

/// What a `$ref` stands for; anything else stands for itself.
pub(super) fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    value["$ref"]
        .as_str()
        .and_then(|reference| document.pointer(reference.strip_prefix('#')?))
        .unwrap_or(value)
}

pub(super) fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

pub(super) fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
