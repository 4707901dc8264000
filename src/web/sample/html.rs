//! Reads HTML as strictly as we write it: every tag closed by its own, every attribute quoted.

/// Elements without content (HTML, "void elements").
const VOID: [&str; 8] = ["br", "col", "hr", "img", "input", "link", "meta", "source"];

/// What ends a paragraph by beginning.
const ENDS_A_PARAGRAPH: [&str; 19] = [
    "address", "article", "aside", "details", "div", "dl", "fieldset", "footer", "form", "h1", "h2", "h3",
    "header", "hr", "main", "ol", "p", "section", "ul",
];

/// An element, without its content.
#[derive(Debug, Default)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    /// The elements around it, outermost first.
    pub(super) within: Vec<usize>,
}

impl Element {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }
}

/// A page: its elements and texts in order, and what is wrong with its syntax.
#[derive(Debug, Default)]
pub(super) struct Html {
    pub(super) elements: Vec<Element>,
    /// Texts, with the elements around each, outermost first.
    pub(super) texts: Vec<(String, Vec<usize>)>,
    pub(super) faults: Vec<String>,
}

impl Html {
    pub(super) fn parse(page: &str) -> Self {
        let mut html = Self::default();
        let mut open: Vec<usize> = Vec::new();
        let mut rest = if let Some(rest) = page.strip_prefix("<!doctype html>") {
            rest
        } else {
            html.faults
                .push("it does not begin with <!doctype html>".to_owned());
            page
        };
        while let Some((text, tail)) = rest.split_once('<') {
            html.text(text, &open);
            let Some((tag, tail)) = tail.split_once('>') else {
                html.faults.push(format!("a tag does not end: {tail}"));
                break;
            };
            rest = tail;
            html.tag(tag, &mut open);
        }
        html.text(rest, &open);
        if let Some(left) = open.last() {
            let name = &html.elements[*left].name;
            html.faults.push(format!("<{name}> is not closed"));
        }
        html
    }

    fn text(&mut self, text: &str, open: &[usize]) {
        if !text.trim().is_empty() {
            let text = self.unescape(text);
            self.texts.push((text, open.to_vec()));
        }
    }

    fn tag(&mut self, tag: &str, open: &mut Vec<usize>) {
        if let Some(name) = tag.strip_prefix('/') {
            match open.pop() {
                Some(last) if self.elements[last].name == name => {}
                _ => self.faults.push(format!("</{name}> closes something else")),
            }
            return;
        }
        let (name, attributes) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
        let attributes = self.attributes(attributes);
        let paragraph = open.iter().any(|at| self.elements[*at].name == "p");
        if paragraph && ENDS_A_PARAGRAPH.contains(&name) {
            self.faults.push(format!("<{name}> within <p>"));
        }
        self.elements.push(Element {
            name: name.to_owned(),
            attributes,
            within: open.clone(),
        });
        if !VOID.contains(&name) {
            open.push(self.elements.len() - 1);
        }
    }

    fn attributes(&mut self, text: &str) -> Vec<(String, String)> {
        let mut found: Vec<(String, String)> = Vec::new();
        let mut rest = text.trim();
        while !rest.is_empty() {
            let end = rest
                .find(|c: char| c == '=' || c.is_whitespace())
                .unwrap_or(rest.len());
            let (name, tail) = rest.split_at(end);
            let (value, tail) = match tail.strip_prefix("=\"").map(|tail| tail.split_once('"')) {
                Some(Some((value, tail))) => (value, tail),
                None if !tail.starts_with('=') => ("", tail),
                _ => {
                    self.faults.push(format!("an attribute is not quoted: {rest}"));
                    break;
                }
            };
            if found.iter().any(|(known, _)| known == name) {
                self.faults.push(format!("the attribute {name} is given twice"));
            }
            let value = self.unescape(value);
            found.push((name.to_owned(), value));
            rest = tail.trim_start();
        }
        found
    }

    fn unescape(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, tail)) = rest.split_once('&') {
            out.push_str(before);
            let entity = tail.split_once(';').filter(|(name, _)| name.len() <= 6);
            let meant = entity.and_then(|(name, _)| match name {
                "amp" => Some('&'),
                "nbsp" => Some('\u{a0}'),
                "ndash" => Some('\u{2013}'),
                name => char::from_u32(name.strip_prefix('#')?.parse().ok()?),
            });
            if let (Some(meant), Some((_, tail))) = (meant, entity) {
                out.push(meant);
                rest = tail;
            } else {
                self.faults
                    .push(format!("an ampersand that stands for nothing: &{tail:.10}"));
                rest = tail;
            }
        }
        out + rest
    }

    /// The elements of this name.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (usize, &'a Element)> {
        let elements = self.elements.iter().enumerate();
        elements.filter(move |(_, element)| element.name == name)
    }

    /// The text within an element, with single blanks.
    pub(super) fn text_of(&self, at: usize) -> String {
        let within = self.texts.iter().filter(|(_, open)| open.contains(&at));
        let text: String = within.map(|(text, _)| text.as_str()).collect();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Whether this element is within one of that name.
    pub(super) fn is_within(&self, within: &[usize], name: &str) -> bool {
        within.iter().any(|at| self.elements[*at].name == name)
    }
}
