//! A running app of somebody else: started, read, and called back by the person's browser.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use reqwest::StatusCode;
use serde_json::Value;
use url::Url;

use super::{Runtime, Secret, Software};
use crate::support::{
    Browser, Person, Registered, Registration, Server,
    browser::Answer,
    process::{Process, command, soon},
};

/// What the apps ask for; the last one a person may leave out.
pub const SCOPE: &str = "analytics.read posts.write reviews.read";

/// A file of `docs/clients` at work.
pub struct App {
    /// The client it is.
    pub client: Registered,
    case: &'static str,
    process: Process,
    /// The person's browser, as far as this app knows it.
    browser: Browser,
    redirect_uri: String,
    /// By which Node.js is told to look for modules beside what is installed.
    link: PathBuf,
}

impl App {
    /// Registers it and starts it; it listens when this returns.
    pub fn start(server: &Server, software: &Software) -> Self {
        for _ in 0..3 {
            if let Some(app) = Self::try_start(server, software) {
                return app;
            }
        }
        panic!("{}: no free port", software.case);
    }

    /// `None` if somebody took the port in the moment between looking for it and listening.
    fn try_start(server: &Server, software: &Software) -> Option<Self> {
        let tools = tools();
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let redirect_uri = format!("http://{free}/callback");
        let client = server.client(match software.secret {
            Secret::Kept => Registration::web().with(|new| new.redirect_uris = vec![redirect_uri.clone()]),
            // Of a native app any port will do (RFC 8252 §7.3).
            Secret::None => Registration::native()
                .with(|new| new.redirect_uris = vec!["http://127.0.0.1/callback".to_owned()]),
        });

        let file = documented(software.file);
        let link = tools.join(format!("{}-{}", uuid::Uuid::now_v7(), software.file));
        let mut run = match software.runtime {
            Runtime::Node => {
                std::os::unix::fs::symlink(&file, &link).unwrap();
                node(&link)
            }
            Runtime::Python => {
                let mut python = command(tools.join("venv/bin/python"));
                python.arg(&file);
                python
            }
        };
        run.env("ISSUER", &server.origin)
            .env("CLIENT_ID", &client.id)
            .env("REDIRECT_URI", &redirect_uri)
            .stdin(Stdio::piped());
        if let Some(secret) = &client.secret {
            run.env("CLIENT_SECRET", secret);
        }
        let beside = Path::new(env!("CARGO_TARGET_TMPDIR")).join("app");
        let mut app = Self {
            client,
            case: software.case,
            process: Process::spawn(&mut run, &beside),
            browser: Browser::at(&format!("http://{free}")),
            redirect_uri,
            link,
        };
        soon(&format!("{}: listens", app.case), || {
            app.said("open").is_some() || !app.process.runs()
        });
        let taken = app.said("open").is_none() && app.process.stderr().contains("ddress already in use");
        (!taken).then_some(app)
    }

    /// Where it sends the person. Asked twice, an app may begin anew.
    pub async fn authorization_url(&mut self) -> Url {
        let open = self.says("open");
        let open = open.as_str().unwrap();
        if !open.starts_with(&self.redirect_uri.replace("/callback", "/")) {
            return Url::parse(open).unwrap();
        }
        // Its own page, which leads there.
        let answer = self.browser.get(open).await;
        assert_eq!(answer.status, StatusCode::FOUND, "{}: {}", self.case, answer.body);
        Url::parse(answer.location().unwrap()).unwrap()
    }

    /// The consent page, for a person whom an app sent there and who signed in.
    pub async fn consent_page(server: &Server, url: &Url, person: &Person) -> (Browser, Answer) {
        let browser = server.browser();
        let page = browser.visit(url.as_str()).await;
        let page = browser.sign_in(&page, person).await;
        assert_eq!(page.status, StatusCode::OK, "{url}: {}", page.body);
        (browser, page)
    }

    /// Where a person who allows everything is sent.
    pub async fn allowed(&mut self, server: &Server, person: &Person) -> Url {
        let url = self.authorization_url().await;
        let (browser, page) = Self::consent_page(server, &url, person).await;
        self.callback(&browser.decide(&page, "allow").await)
    }

    /// Where an answer sends the person: to this app and nowhere else.
    pub fn callback(&self, answer: &Answer) -> Url {
        let location = answer
            .location()
            .unwrap_or_else(|| panic!("{}: {} {}", self.case, answer.status, answer.body));
        assert!(
            location.starts_with(&format!("{}?", self.redirect_uri)),
            "{}: {location}",
            self.case
        );
        Url::parse(location).unwrap()
    }

    /// The person's browser goes to an address of this app.
    pub async fn visit(&self, path: &str) -> Answer {
        self.browser.get(path).await
    }

    /// The person's browser follows the redirect to this app.
    pub async fn deliver(&self, callback: &Url) -> Answer {
        self.visit(&format!("{}?{}", callback.path(), callback.query().unwrap()))
            .await
    }

    /// The person presses Enter.
    pub fn press_enter(&mut self) {
        self.process.say("");
    }

    /// What it prints under a name, once it has.
    pub fn says(&mut self, name: &str) -> Value {
        let mut found = None;
        soon(&format!("{} says {name}", self.case), || {
            let ended = !self.process.runs();
            found = self.said(name);
            assert!(
                found.is_some() || !ended && self.said("refused").is_none(),
                "{} never said {name}: {} {}",
                self.case,
                self.process.stdout(),
                self.process.stderr()
            );
            found.is_some()
        });
        found.unwrap()
    }

    /// Why it did not go on. It must have got no token.
    pub fn refusal(&mut self, case: &str) -> String {
        soon(&format!("{case}: refuses"), || {
            self.said("tokens").is_some() || self.said("refused").is_some() || !self.process.runs()
        });
        assert_eq!(self.said("tokens"), None, "{case}: it went on");
        if let Some(refused) = self.said("refused") {
            return refused.as_str().unwrap().to_owned();
        }
        assert!(!self.process.end().success(), "{case}");
        self.process.stderr()
    }

    /// Whether it ended by itself, content.
    pub fn ends_well(&mut self) -> bool {
        self.process.end().success()
    }

    /// The last whole line it printed under a name.
    fn said(&self, name: &str) -> Option<Value> {
        let printed = self.process.stdout();
        let whole = printed.split_inclusive('\n').filter(|line| line.ends_with('\n'));
        whole
            .filter_map(|line| serde_json::from_str::<Value>(line).ok()?.get(name).cloned())
            .next_back()
    }
}

impl Drop for App {
    fn drop(&mut self) {
        // A Python app has none.
        let _ = fs::remove_file(&self.link);
    }
}

/// A file of `docs/clients`.
pub fn documented(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("docs/clients")
        .join(file)
}

/// A file of `tests/clients`.
pub fn pinned(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/clients")
        .join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Node.js, with a program that is not where it seems to be: it looks for modules from the link on, not from the file.
fn node(link: &Path) -> Command {
    let version = command("node").arg("--version").output();
    let version = version.unwrap_or_else(|error| panic!("node: {error}. Run `make test`, which installs it"));
    let mut node = command("node");
    if version.stdout.starts_with(b"v18.") {
        // From 20 on it is there without asking.
        node.arg("--experimental-global-webcrypto");
    }
    node.arg("--preserve-symlinks-main").arg(link);
    node
}

/// Where what is pinned is installed. Fails if it is not, or if something else is.
pub fn tools() -> PathBuf {
    let tools = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("clients");
    let installed = |file: &str| fs::read_to_string(tools.join(file)).unwrap_or_default();
    let npm = pinned("package.json") + &pinned("package-lock.json");
    assert!(
        installed("npm.installed") == npm && installed("pip.installed") == pinned("requirements.txt"),
        "{} is not what tests/clients pins: run `make test`, which installs it (scripts/client-tools)",
        tools.display()
    );
    tools
}
