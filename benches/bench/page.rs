//! What a browser would see of a page: its forms. Enough of a parser for pages that we write ourselves.

/// A form of a page.
#[derive(Clone, Debug, Default)]
pub struct Form {
    /// Where it is sent.
    pub action: String,
    /// What it would send as it stands, buttons aside.
    pub fields: Vec<(String, String)>,
}

impl Form {
    /// The form of `html` that is sent to an address that begins so.
    pub fn find(html: &str, action: &str) -> Option<Self> {
        html.split("<form").skip(1).find_map(|rest| {
            let (tag, body) = rest.split("</form>").next()?.split_once('>')?;
            let to = unescape(attribute(tag, "action")?);
            to.starts_with(action).then(|| Self {
                action: to,
                fields: fields(body),
            })
        })
    }

    /// The same with one field set, replacing what it had.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(field, _)| field != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }
}

fn fields(body: &str) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    for tag in body
        .split("<input")
        .skip(1)
        .filter_map(|rest| rest.split('>').next())
    {
        let unticked =
            matches!(attribute(tag, "type"), Some("checkbox" | "radio")) && !tag.contains(" checked");
        if let (Some(name), false) = (attribute(tag, "name"), unticked) {
            let value = unescape(attribute(tag, "value").unwrap_or_default());
            fields.push((name.to_owned(), value));
        }
    }
    for rest in body.split("<select").skip(1) {
        let Some((tag, options)) = rest.split("</select>").next().and_then(|it| it.split_once('>')) else {
            continue;
        };
        let mut tags = options
            .split("<option")
            .skip(1)
            .filter_map(|it| it.split('>').next());
        let first = tags.clone().next();
        let chosen = tags.find(|tag| tag.contains(" selected")).or(first);
        if let (Some(name), Some(value)) = (
            attribute(tag, "name"),
            chosen.and_then(|tag| attribute(tag, "value")),
        ) {
            fields.push((name.to_owned(), unescape(value)));
        }
    }
    fields
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split('"').next()
}

fn unescape(text: &str) -> String {
    // The ampersand last: what it was escaped in front of stays as it is.
    text.replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&#38;", "&")
        .replace("&amp;", "&")
}
