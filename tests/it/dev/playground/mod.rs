//! The playground, as a newcomer clicks through it: a server with the demo's data, and a browser that presses the buttons.

use consentry::dev::demo::Demo;
use reqwest::StatusCode;

use crate::support::{Browser, Registered, Server, browser::Answer, form, server::PASSWORD};

mod logs;
mod refused;
mod walk;

const PAGE: &str = "/dev/playground";

/// A server with the demo's data, and a browser in front of its playground.
struct Play {
    server: Server,
    demo: Demo,
    browser: Browser,
}

impl Play {
    async fn start() -> Self {
        let (server, demo) = Server::start_with_demo().await;
        let browser = server.browser();
        Self {
            server,
            demo,
            browser,
        }
    }

    async fn page(&self) -> Answer {
        let page = self.browser.get(PAGE).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        page
    }

    /// Presses a button, whether the page has it or not, and answers the page after.
    async fn press(&self, name: &str) -> Answer {
        self.press_with(name, &[]).await
    }

    async fn press_with(&self, name: &str, fields: &[(&str, &str)]) -> Answer {
        let answer = self.post(name, &self.token().await, fields).await;
        assert_eq!(
            (answer.status, answer.location()),
            (StatusCode::SEE_OTHER, Some(PAGE)),
            "{name}: {}",
            answer.body
        );
        self.page().await
    }

    async fn post(&self, name: &str, token: &str, fields: &[(&str, &str)]) -> Answer {
        let mut all = vec![("csrf_token".to_owned(), token.to_owned())];
        all.extend(
            fields
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        let headers = [("origin", self.server.origin.as_str())];
        self.browser.post(&format!("{PAGE}/{name}"), &all, &headers).await
    }

    async fn token(&self) -> String {
        let form = self.page().await.form(PAGE);
        form.value("csrf_token").unwrap().to_owned()
    }

    /// Presses a button that the page must have.
    async fn press_shown(&self, name: &str) -> Answer {
        let page = self.page().await;
        assert!(offers(&page, name), "no {name} in {}", page.body);
        self.press(name).await
    }

    /// Goes to the authorization server and answers what it asks; answers the page after.
    async fn decide(&self, decision: &str) -> Answer {
        let mut answer = self.browser.visit(&self.authorize_path().await).await;
        if answer.at.starts_with("/login") {
            answer = self.browser.log_in(&answer, self.demo.email(), PASSWORD).await;
            answer = self.browser.follow(answer).await;
        }
        if answer.at != PAGE {
            answer = self.browser.decide(&answer, decision).await;
            let to = answer.location().unwrap().to_owned();
            assert!(
                to.starts_with(&self.server.url("/dev/playground/callback?")),
                "{to}"
            );
            answer = self.browser.follow(answer).await;
        }
        assert_eq!(answer.at, PAGE, "{}", answer.body);
        answer
    }

    /// Where the page sends the browser.
    async fn authorize_path(&self) -> String {
        let page = self.page().await;
        let link = page.body.split("<a class=\"btn primary\" href=\"").nth(1);
        let link = link.unwrap_or_else(|| panic!("no link in {}", page.body));
        plain(link.split('"').next().unwrap())
    }

    /// The state of the request that is under way.
    async fn state(&self) -> String {
        let path = self.authorize_path().await;
        let query = path.split_once('?').unwrap().1;
        let mut pairs = url::form_urlencoded::parse(query.as_bytes());
        pairs.find(|(name, _)| name == "state").unwrap().1.into_owned()
    }

    /// An answer as a browser brings it.
    async fn callback(&self, params: &[(&str, &str)]) -> Answer {
        let path = format!("{PAGE}/callback?{}", form(params));
        let answer = self.browser.get(&path).await;
        assert_eq!(
            (answer.status, answer.location()),
            (StatusCode::SEE_OTHER, Some(PAGE)),
            "{path}: {}",
            answer.body
        );
        self.page().await
    }

    /// To where there are tokens; answers the page that shows them.
    async fn connect(&self) -> Answer {
        self.press_with("begin", &[("scope", "analytics.read")]).await;
        self.decide("allow").await;
        self.press_shown("exchange").await
    }

    /// The demo's API, which this test asks by itself.
    fn api(&self) -> Registered {
        let text = |name| self.demo.json["resource_server"][name].as_str().unwrap();
        Registered::at(
            &self.server.origin,
            text("client_id"),
            Some(text("client_secret")),
            "",
        )
    }
}

fn plain(html: &str) -> String {
    html.replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&#38;", "&")
}

fn offers(page: &Answer, name: &str) -> bool {
    page.body.contains(&format!("action=\"{PAGE}/{name}\""))
}

/// The exchange that is shown first: the newest.
fn newest(page: &Answer) -> String {
    let entry = page.body.split("<details").nth(1);
    let entry = entry.unwrap_or_else(|| panic!("no exchange in {}", page.body));
    assert!(entry.split('>').next().unwrap().contains(" open"), "{entry}");
    plain(entry.split("</details>").next().unwrap())
}

fn exchanges(page: &Answer) -> usize {
    page.body.matches("<details").count()
}

/// A text of the JSON that an exchange shows.
fn shown(entry: &str, name: &str) -> String {
    let value = entry.split(&format!("\"{name}\": \"")).nth(1);
    let value = value.unwrap_or_else(|| panic!("no {name} in {entry}"));
    value.split('"').next().unwrap().to_owned()
}

fn notice(page: &Answer) -> Option<String> {
    let rest = page.body.split("role=\"status\"><p>").nth(1)?;
    Some(plain(rest.split("</p>").next().unwrap()))
}

impl Play {
    /// What the newest authorization request of a page asks for, and its state and challenge.
    fn authorize_parts(&self, page: &Answer) -> (Vec<String>, Vec<String>) {
        let body = plain(&page.body);
        let start = format!("curl -si '{}/oauth/authorize?", self.server.origin);
        let query = body.split(&start).nth(1).unwrap().split('\'').next().unwrap();
        let (random, chosen) = query
            .split('&')
            .map(str::to_owned)
            .partition(|pair| pair.starts_with("state=") || pair.starts_with("code_challenge="));
        (chosen, random)
    }
}
