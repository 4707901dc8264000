//! A person's browser: keeps cookies, fills in forms, goes from page to page within the server.

use crate::{
    Outcome,
    http::{Connection, Reply, form, request},
    page::Form,
};

/// How many redirects a page may be away.
const MOST_REDIRECTS: usize = 5;

/// A browser. It talks over whatever connection it is given.
pub struct Browser {
    origin: String,
    cookies: Vec<(String, String)>,
}

/// What a browser got.
pub struct Answer {
    status: u16,
    location: Option<String>,
    body: String,
}

impl Answer {
    /// The form of the page that is sent to an address that begins so.
    pub fn form(&self, action: &str) -> Outcome<Form> {
        Form::find(&self.body, action)
            .ok_or_else(|| format!("no form {action} in the page {} {}", self.status, self.body).into())
    }

    /// The code, where the answer sends the person back to a client with one.
    pub fn code(&self) -> Outcome<String> {
        let location = self.location.as_deref().unwrap_or_default();
        let url = url::Url::parse(location);
        let found = url
            .ok()
            .and_then(|url| Some(url.query_pairs().find(|(name, _)| name == "code")?.1.into_owned()));
        found.ok_or_else(|| format!("no code: {} {location} {}", self.status, self.body).into())
    }
}

impl Browser {
    /// One that has never been here.
    pub fn new(origin: &str) -> Self {
        Self {
            origin: origin.to_owned(),
            cookies: Vec::new(),
        }
    }

    /// Its `Cookie` header.
    pub fn cookies(&self) -> String {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        cookies.join("; ")
    }

    /// Goes to a page, over redirects within the server.
    pub async fn visit(&mut self, connection: &mut Connection, path: &str) -> Outcome<Answer> {
        let answer = self.send(connection, path, None).await?;
        self.follow(connection, answer).await
    }

    /// Sends a form as its page would; answers what comes at once.
    pub async fn submit(&mut self, connection: &mut Connection, form: &Form) -> Outcome<Answer> {
        let fields: Vec<(&str, &str)> = form
            .fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let body = self::form(&fields);
        self.send(connection, &form.action, Some(&body)).await
    }

    /// Follows redirects as long as they stay on the server.
    pub async fn follow(&mut self, connection: &mut Connection, mut answer: Answer) -> Outcome<Answer> {
        for _ in 0..MOST_REDIRECTS {
            let Some(location) = &answer.location else {
                return Ok(answer);
            };
            let path = location.strip_prefix(&self.origin).unwrap_or(location);
            if !path.starts_with('/') {
                return Ok(answer);
            }
            let path = path.to_owned();
            answer = self.send(connection, &path, None).await?;
        }
        Err("too many redirects".into())
    }

    async fn send(&mut self, connection: &mut Connection, path: &str, body: Option<&str>) -> Outcome<Answer> {
        let cookies = self.cookies();
        let host = self.origin.trim_start_matches("http://").to_owned();
        let mut headers = vec![("accept", "text/html")];
        if !cookies.is_empty() {
            headers.push(("cookie", &cookies));
        }
        if body.is_some() {
            headers.push(("origin", &self.origin));
        }
        let reply = connection
            .send(&request(&host, path, &headers, body))
            .await
            .map_err(|error| format!("{path}: {error}"))?;
        self.keep(reply);
        Ok(Answer {
            status: reply.status,
            location: reply.headers("location").next().map(str::to_owned),
            body: reply.body.to_owned(),
        })
    }

    fn keep(&mut self, reply: Reply<'_>) {
        for line in reply.headers("set-cookie") {
            let pair = line.split(';').next().and_then(|pair| pair.split_once('='));
            if let Some((name, value)) = pair {
                self.cookies.retain(|(known, _)| known != name);
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
    }
}
