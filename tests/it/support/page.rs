//! What a browser would see of an HTML page: its forms. Enough of a parser for pages that we write ourselves.

/// A form of a page.
#[derive(Clone, Debug, Default)]
pub struct Form {
    /// Where it is sent.
    pub action: String,
    /// What it would send as it stands, buttons aside.
    pub fields: Vec<(String, String)>,
}

impl Form {
    /// The same with one field set, replacing what it had.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(field, _)| field != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same without a field.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.fields.retain(|(field, _)| field != name);
        self
    }

    /// The value of a field.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|(field, _)| field == name)
            .map(|(_, value)| value.as_str())
    }
}

/// The form of `html` that is sent to an address that begins so.
pub fn form(html: &str, action: &str) -> Option<Form> {
    html.split("<form").skip(1).find_map(|rest| {
        let body = rest.split("</form>").next()?;
        let (tag, body) = body.split_once('>')?;
        let to = unescape(&attribute(tag, "action")?);
        to.starts_with(action).then(|| Form {
            action: to,
            fields: fields(body),
        })
    })
}

fn fields(body: &str) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    for rest in body.split("<input").skip(1) {
        let Some(tag) = rest.split('>').next() else {
            continue;
        };
        let Some(name) = attribute(tag, "name") else {
            continue;
        };
        let unticked = attribute(tag, "type").as_deref() == Some("checkbox") && !tag.contains(" checked");
        if !unticked {
            fields.push((name, unescape(&attribute(tag, "value").unwrap_or_default())));
        }
    }
    for rest in body.split("<select").skip(1) {
        let Some((tag, options)) = rest.split("</select>").next().and_then(|it| it.split_once('>')) else {
            continue;
        };
        let Some(name) = attribute(tag, "name") else {
            continue;
        };
        let options: Vec<&str> = options
            .split("<option")
            .skip(1)
            .filter_map(|it| it.split('>').next())
            .collect();
        let chosen = options
            .iter()
            .find(|tag| tag.contains(" selected"))
            .or(options.first());
        if let Some(value) = chosen.and_then(|tag| attribute(tag, "value")) {
            fields.push((name, unescape(&value)));
        }
    }
    fields
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let at = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    tag[at..].split('"').next().map(str::to_owned)
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
