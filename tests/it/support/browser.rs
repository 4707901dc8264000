//! A browser: keeps cookies, shows pages, fills in forms. It follows redirects only within the server.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use reqwest::{
    Method, StatusCode,
    header::{ACCEPT, ACCEPT_LANGUAGE, COOKIE, HeaderMap, LOCATION, SET_COOKIE},
};

use super::{
    client::Registered,
    page::{self, Form},
    server::{PASSWORD, Person, Server, http_client, http_client_from},
};

/// What a browser got.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
    /// Where it was asked: the path and query.
    pub at: String,
}

impl Answer {
    /// Where it points.
    pub fn location(&self) -> Option<&str> {
        self.headers.get(LOCATION).map(|value| value.to_str().unwrap())
    }

    /// A header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The form that is sent to an address that begins so.
    pub fn form(&self, action: &str) -> Form {
        page::form(&self.body, action)
            .unwrap_or_else(|| panic!("no form {action} in {} {}", self.status, self.body))
    }

    /// The parameters of the redirect to a client.
    pub fn callback(&self) -> BTreeMap<String, String> {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.body);
        callback_params(self.location().expect("a redirect"))
    }
}

/// The parameters of an address that the server redirected to.
pub fn callback_params(location: &str) -> BTreeMap<String, String> {
    let url = url::Url::parse(location).unwrap_or_else(|error| panic!("{location}: {error}"));
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let params: BTreeMap<_, _> = pairs.iter().cloned().collect();
    assert_eq!(pairs.len(), params.len(), "a parameter came twice: {location}");
    params
}

/// A browser; clones share their cookies.
#[derive(Clone)]
pub struct Browser {
    origin: String,
    http: reqwest::Client,
    /// What it says of its person's languages.
    language: Option<&'static str>,
    cookies: Arc<Mutex<BTreeMap<String, String>>>,
}

impl Browser {
    pub fn new(server: &Server) -> Self {
        Self::at(&server.origin)
    }

    /// For whatever server answers there.
    pub fn at(origin: &str) -> Self {
        Self {
            origin: origin.to_owned(),
            http: http_client(),
            language: None,
            cookies: Arc::default(),
        }
    }

    /// One at this address: all of 127.0.0.0/8 is this machine.
    pub fn from(server: &Server, address: &str) -> Self {
        Self {
            http: http_client_from(Some(address.parse().unwrap())),
            ..Self::new(server)
        }
    }

    /// One that asks for pages, and for them in these languages (`Accept-Language`).
    pub fn in_language(server: &Server, language: &'static str) -> Self {
        Self {
            language: Some(language),
            ..Self::new(server)
        }
    }

    /// The value of a cookie.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().unwrap().get(name).cloned()
    }

    /// All cookies, by name.
    pub fn cookies(&self) -> BTreeMap<String, String> {
        self.cookies.lock().unwrap().clone()
    }

    /// Plants a cookie.
    pub fn set_cookie(&self, name: &str, value: &str) {
        self.cookies
            .lock()
            .unwrap()
            .insert(name.to_owned(), value.to_owned());
    }

    /// Asks for a page, without following where it points.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None, &[]).await
    }

    /// Sends a form as its page would: with the browser's own `Origin`.
    pub async fn submit(&self, form: &Form) -> Answer {
        let origin = self.origin.clone();
        self.post(&form.action, &form.fields, &[("origin", &origin)])
            .await
    }

    /// Sends a form with headers of the test's choice.
    pub async fn post(&self, path: &str, fields: &[(String, String)], headers: &[(&str, &str)]) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        self.send(Method::POST, path, Some(body), headers).await
    }

    /// Another browser with the same cookies as they are now: what is set in one is not seen in the other.
    pub fn copy(&self) -> Self {
        let cookies = self.cookies.lock().unwrap().clone();
        Self {
            cookies: Arc::new(Mutex::new(cookies)),
            ..self.clone()
        }
    }

    /// Any method, any headers, any body, with this browser's cookies.
    pub async fn request(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<reqwest::Body>,
    ) -> Answer {
        let path = path.strip_prefix(&self.origin).unwrap_or(path).to_owned();
        let mut request = self.http.request(method, format!("{}{path}", self.origin));
        let cookies: Vec<String> = self
            .cookies
            .lock()
            .unwrap()
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        if !cookies.is_empty() {
            request = request.header(COOKIE, cookies.join("; "));
        }
        if let Some(language) = self.language {
            request = request
                .header(ACCEPT_LANGUAGE, language)
                .header(ACCEPT, "text/html,*/*;q=0.8");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.body(body).send().await.unwrap();
        self.keep(response.headers());
        let (status, headers) = (response.status(), response.headers().clone());
        Answer {
            status,
            headers,
            body: response.text().await.unwrap(),
            at: path,
        }
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<String>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut headers = headers.to_vec();
        if body.is_some() {
            headers.push(("content-type", "application/x-www-form-urlencoded"));
        }
        self.request(method, path, &headers, body.unwrap_or_default())
            .await
    }

    fn keep(&self, headers: &HeaderMap) {
        for line in headers.get_all(SET_COOKIE) {
            let line = line.to_str().unwrap();
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            let mut cookies = self.cookies.lock().unwrap();
            if line.contains("Max-Age=0") {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    /// Follows redirects as long as they stay on the server.
    pub async fn follow(&self, mut answer: Answer) -> Answer {
        for _ in 0..10 {
            match answer.location() {
                Some(to)
                    if to.starts_with('/')
                        || to.starts_with(&format!("{}/", self.origin)) && !to.contains("/cb") =>
                {
                    answer = self.get(to).await;
                }
                _ => return answer,
            }
        }
        panic!("too many redirects");
    }

    /// Asks for a page and follows redirects within the server.
    pub async fn visit(&self, path: &str) -> Answer {
        let answer = self.get(path).await;
        self.follow(answer).await
    }

    /// Fills in the sign-in form of a page, and follows.
    pub async fn sign_in(&self, page: &Answer, person: &Person) -> Answer {
        let answer = self.log_in(page, &person.email, PASSWORD).await;
        self.follow(answer).await
    }

    /// Fills in the sign-in form of a page with what is right. Answers where that leads.
    pub async fn log_in(&self, page: &Answer, email: &str, password: &str) -> Answer {
        let form = page
            .form("/login")
            .with("email", email)
            .with("password", password);
        let answer = self.submit(&form).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        answer
    }

    /// Answers the consent page.
    pub async fn decide(&self, page: &Answer, decision: &str) -> Answer {
        let form = page.form("/oauth/authorize/").with("decision", decision);
        self.submit(&form).await
    }

    /// The whole way: authorize, sign in where asked, allow. Answers the redirect to the client.
    pub async fn connect(&self, client: &Registered, person: &Person, params: &[(&str, &str)]) -> Answer {
        let mut page = self.visit(&client.authorize_path(params)).await;
        if page.at.starts_with("/login") {
            page = self.sign_in(&page, person).await;
        }
        if page.status == StatusCode::SEE_OTHER {
            return page;
        }
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        self.decide(&page, "allow").await
    }
}
