//! What is asked of every page.

use std::collections::BTreeSet;

use super::html::{Element, Html};
use crate::web::phrase;

/// Where a name may stand as it is: a tag or the browser keeps its direction of writing to itself.
const KEEPS_TO_ITSELF: [&str; 6] = ["bdi", "code", "option", "output", "pre", "title"];

/// What a screen reader, a keyboard and the content policy need.
pub(super) fn good_page(html: &Html, product_name: &str) -> Vec<String> {
    let mut wrong = html.faults.clone();
    wrong.extend(heading_and_title(html, product_name));
    wrong.extend(ids(html));
    wrong.extend(fields_and_forms(html));
    wrong.extend(nothing_forbidden(html));
    let lang = html.all("html").next().and_then(|(_, it)| it.get("lang"));
    if lang.is_none_or(str::is_empty) {
        wrong.push("no language is named".to_owned());
    }
    let skip = html.all("a").next().and_then(|(_, it)| it.get("href"));
    if skip != Some("#content") {
        wrong.push("the first link does not skip to the content".to_owned());
    }
    wrong
}

/// What a program for mail and a screen reader need of a mail.
pub(super) fn good_letter(html: &Html, product_name: &str) -> Vec<String> {
    let mut wrong = html.faults.clone();
    wrong.extend(heading_and_title(html, product_name));
    let lang = html.all("html").next().and_then(|(_, it)| it.get("lang"));
    if lang.is_none_or(str::is_empty) {
        wrong.push("no language is named".to_owned());
    }
    for element in &html.elements {
        if [
            "script", "iframe", "object", "embed", "base", "img", "link", "form",
        ]
        .contains(&element.name.as_str())
        {
            wrong.push(format!("<{}> in a mail", element.name));
        }
    }
    for (at, link) in html.all("a") {
        let href = link.get("href").unwrap_or_default();
        if !(href.starts_with("https://") || href.starts_with("http://")) || html.text_of(at).is_empty() {
            wrong.push(format!("a link leads to `{href}` or says nothing"));
        }
    }
    wrong
}

fn heading_and_title(html: &Html, product_name: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let headings: Vec<_> = html.all("h1").collect();
    let titles: Vec<_> = html.all("title").collect();
    let ([(heading, _)], [(title, _)]) = (&headings[..], &titles[..]) else {
        return vec!["there is not exactly one h1 and one title".to_owned()];
    };
    let title = html.text_of(*title);
    let heading = phrase::plain(&html.text_of(*heading));
    // As each language says it.
    let told = ["Error: ", "Fehler: "]
        .iter()
        .find_map(|it| title.strip_prefix(it));
    if heading.is_empty() || told.unwrap_or(&title) != format!("{heading} \u{2013} {product_name}") {
        wrong.push(format!(
            "the title `{title}` is not the heading `{heading}` and the product"
        ));
    }
    let alert = html.elements.iter().find(|it| it.get("role") == Some("alert"));
    if alert.is_some() != told.is_some() {
        wrong.push("a title begins with `Error:` where there is an alert, and only there".to_owned());
    }
    if alert.is_some_and(|it| !(it.has("autofocus") && it.get("tabindex") == Some("-1"))) {
        wrong.push("the alert does not get the focus".to_owned());
    }
    if html.elements.iter().filter(|it| it.has("autofocus")).count() > 1 {
        wrong.push("two elements want the focus".to_owned());
    }
    let mut level = 1;
    for name in html.elements.iter().map(|it| it.name.as_str()) {
        let Some(next) = name.strip_prefix('h').and_then(|it| it.parse::<u8>().ok()) else {
            continue;
        };
        if next > level + 1 {
            wrong.push(format!("<{name}> leaves out a level"));
        }
        level = next;
    }
    wrong
}

fn ids(html: &Html) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut ids = BTreeSet::new();
    for id in html.elements.iter().filter_map(|it| it.get("id")) {
        if id.is_empty() || id.contains(char::is_whitespace) || !ids.insert(id) {
            wrong.push(format!("the id `{id}` is empty, broken or there twice"));
        }
    }
    for element in &html.elements {
        let named = ["for", "form", "aria-describedby", "aria-labelledby"].map(|name| element.get(name));
        let anchor = element.get("href").and_then(|href| href.strip_prefix('#'));
        for id in named.into_iter().chain([anchor]).flatten() {
            if !id.split(' ').all(|id| ids.contains(id)) {
                wrong.push(format!("<{}> points to `{id}`, which is not there", element.name));
            }
        }
    }
    wrong
}

fn fields_and_forms(html: &Html) -> Vec<String> {
    let mut wrong = Vec::new();
    let is_hidden = |it: &Element| it.get("type") == Some("hidden");
    for element in &html.elements {
        let is_field = ["input", "select", "textarea"].contains(&element.name.as_str());
        if is_field && !is_hidden(element) {
            let by_label = html.all("label").any(|(at, label)| {
                (label.has("for") && label.get("for") == element.get("id") || element.within.contains(&at))
                    && !html.text_of(at).is_empty()
            });
            if !by_label && !element.has("aria-label") && !element.has("aria-labelledby") {
                wrong.push(format!("a field has no label: {:?}", element.attributes));
            }
        }
    }
    for (at, form) in html.all("form") {
        let tokens: Vec<_> = html
            .all("input")
            .filter(|(_, it)| it.within.contains(&at) && it.get("name") == Some("csrf_token"))
            .collect();
        let has_token = matches!(tokens[..], [(_, it)] if is_hidden(it) && it.get("value") != Some(""));
        if form.get("method") == Some("post") && !has_token {
            wrong.push(format!("the form to {:?} has no csrf_token", form.get("action")));
        }
        if !form.get("action").is_some_and(|action| action.starts_with('/')) {
            wrong.push(format!("a form goes to {:?}", form.get("action")));
        }
    }
    for name in [
        "a", "button", "label", "summary", "h2", "h3", "dt", "dd", "option",
    ] {
        for (at, element) in html.all(name) {
            if html.text_of(at).is_empty() && !element.has("aria-label") {
                wrong.push(format!("<{name}> says nothing: {:?}", element.attributes));
            }
        }
    }
    wrong
}

fn nothing_forbidden(html: &Html) -> Vec<String> {
    let mut wrong = Vec::new();
    for element in &html.elements {
        if ["script", "style", "iframe", "object", "embed", "base"].contains(&element.name.as_str()) {
            wrong.push(format!("<{}> is against the policy", element.name));
        }
        if element.name == "img" && !element.has("alt") {
            wrong.push("a picture has no alt".to_owned());
        }
        if element.name == "time" && !element.has("datetime") {
            wrong.push("a time is not exact".to_owned());
        }
        for (name, value) in &element.attributes {
            let leads = ["href", "src", "action", "formaction"].contains(&name.as_str());
            let scheme = value.trim().to_lowercase();
            if leads && (value.is_empty() || scheme.starts_with("javascript:") || scheme.starts_with("data:"))
            {
                wrong.push(format!("{name} leads to `{value}`"));
            }
            if name == "style" || name.starts_with("on") {
                wrong.push(format!("the attribute {name} is against the policy"));
            }
            if name == "target" {
                wrong.push("a link opens a window of its own".to_owned());
            }
        }
    }
    wrong
}

/// The tone of the house, where only we speak; and nothing of Rust or askama shows through.
pub(super) fn good_tone(html: &Html) -> Vec<String> {
    let mut wrong = Vec::new();
    for (text, within) in &html.texts {
        if ["code", "pre", "output", "style"]
            .iter()
            .any(|name| html.is_within(within, name))
        {
            continue;
        }
        for bad in ["!", "{{", "}}", "{%", "Some(", "Ok(", "Err("] {
            if text.contains(bad) {
                wrong.push(format!("`{bad}` in `{}`", text.trim()));
            }
        }
        let words = || text.split(|c: char| !c.is_alphanumeric());
        for bad in ["None", "Oops", "null", "undefined", "NaN"] {
            if words().any(|word| word == bad) {
                wrong.push(format!("`{bad}` in `{}`", text.trim()));
            }
        }
    }
    wrong
}

/// Words of English that are none of German.
const ENGLISH: [&str; 24] = [
    "the", "a", "and", "or", "of", "to", "it", "is", "are", "not", "no", "with", "from", "by", "for", "you",
    "your", "this", "that", "error", "sign", "skip", "name", "save",
];

/// A page in another language has no English, but where it says so and where programs speak.
pub(super) fn one_language(html: &Html) -> Vec<String> {
    let own = html.all("html").next().and_then(|(_, it)| it.get("lang"));
    if own == Some("en") {
        return Vec::new();
    }
    let mut wrong = Vec::new();
    for (text, within) in &html.texts {
        let says_so = within
            .iter()
            .any(|at| html.elements[*at].get("lang") == Some("en"));
        let of_others = ["code", "pre", "output", "bdi"]
            .iter()
            .any(|name| html.is_within(within, name));
        let words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
        for word in words.filter(|_| !says_so && !of_others) {
            if ENGLISH.contains(&word.to_lowercase().as_str()) {
                wrong.push(format!("`{word}` is English in `{}`", text.trim()));
            }
        }
    }
    wrong
}

/// A name changes no tag and no attribute's name.
pub(super) fn same_tags(plain: &Html, shown: &Html) -> Vec<String> {
    let tags = |html: &Html| -> Vec<(String, Vec<String>)> {
        let names = |it: &Element| it.attributes.iter().map(|(name, _)| name.clone()).collect();
        html.elements
            .iter()
            .map(|it| (it.name.clone(), names(it)))
            .collect()
    };
    if tags(plain) == tags(shown) {
        Vec::new()
    } else {
        vec!["the name changed the tags of the page".to_owned()]
    }
}

/// A name stands where its direction of writing stays its own, and without what turns that of others.
pub(super) fn kept_to_itself(html: &Html, name: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    for (text, within) in &html.texts {
        let kept = KEEPS_TO_ITSELF.iter().any(|it| html.is_within(within, it));
        if !kept && text.contains(&phrase::plain(name)) {
            wrong.push(format!("the name stands unguarded in `{}`", text.trim()));
        }
        if phrase::plain(text) != *text {
            wrong.push(format!(
                "`{}` turns the direction of writing",
                text.escape_unicode()
            ));
        }
    }
    wrong
}
