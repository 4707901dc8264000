//! What a test does in a browser's tab, and what it sees there.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use base64::{Engine, prelude::BASE64_STANDARD};
use fantoccini::{Client, Locator, wd::WebDriverCompatibleCommand};
use reqwest::Method;
use serde_json::{Value, json};
use url::{ParseError, Url};

use super::mode::Mode;

/// How long a page may take, on a machine that does much else.
const DEADLINE: Duration = Duration::from_secs(20);

/// A key, as the browser's debugging protocol wants it: name, code, text.
pub type Key = (&'static str, u32, &'static str);

pub const TAB: Key = ("Tab", 9, "");
pub const ENTER: Key = ("Enter", 13, "\r");
pub const SPACE: Key = (" ", 32, " ");
pub const DOWN: Key = ("ArrowDown", 40, "");

/// A command that only chromedriver has.
#[derive(Debug)]
struct Extension {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Extension {
    fn endpoint(&self, base: &Url, session_id: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!(
            "session/{}/{}",
            session_id.unwrap_or_default(),
            self.path
        ))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}

/// A tab.
pub struct Tab {
    client: Client,
}

impl Tab {
    pub const fn new(client: Client) -> Self {
        Self { client }
    }

    /// A command of the browser's debugging protocol.
    pub async fn devtools(&self, command: &str, params: Value) -> Value {
        let extension = Extension {
            path: "goog/cdp/execute",
            body: json!({ "cmd": command, "params": params }),
        };
        let answer = self.client.issue_cmd(extension).await;
        answer.unwrap_or_else(|error| panic!("{command}: {error}"))
    }

    /// Forgets everything and becomes a browser with these cookies.
    pub async fn become_one_with(&self, cookies: &[(String, String)], origin: &str) {
        self.devtools("Network.clearBrowserCookies", json!({})).await;
        for (name, value) in cookies {
            let cookie =
                json!({ "name": name, "value": value, "url": origin, "httpOnly": true, "sameSite": "Lax" });
            self.devtools("Network.setCookie", cookie).await;
        }
    }

    /// Asks for pages in these languages from now on.
    pub async fn ask_for(&self, languages: &str) {
        self.devtools("Network.enable", json!({})).await;
        let headers = json!({ "headers": { "Accept-Language": languages } });
        self.devtools("Network.setExtraHTTPHeaders", headers).await;
    }

    /// Opens an address.
    pub async fn go(&self, url: &str) {
        self.client
            .goto(url)
            .await
            .unwrap_or_else(|error| panic!("{url}: {error}"));
    }

    /// Where it is.
    pub async fn at(&self) -> Url {
        self.client.current_url().await.unwrap()
    }

    /// Clicks on what leads to another page, and waits for that.
    pub async fn follow(&self, css: &str) {
        self.client
            .execute("window.isOld = true", Vec::new())
            .await
            .unwrap();
        self.click(css).await;
        let script = "return !window.isOld && document.readyState === 'complete'";
        let deadline = Instant::now() + DEADLINE;
        // While it is on its way there may be no page to ask.
        while !self
            .client
            .execute(script, Vec::new())
            .await
            .is_ok_and(|is_there| is_there == true)
        {
            assert!(Instant::now() < deadline, "{css} leads nowhere");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Clicks on what changes the page that is open.
    pub async fn click(&self, css: &str) {
        let element = self.client.find(Locator::Css(css)).await;
        let element = element.unwrap_or_else(|error| panic!("no {css}: {error}"));
        element
            .click()
            .await
            .unwrap_or_else(|error| panic!("{css} cannot be clicked: {error}"));
    }

    /// Types into a field, in place of what it had.
    pub async fn fill(&self, css: &str, text: &str) {
        let element = self.client.find(Locator::Css(css)).await;
        let element = element.unwrap_or_else(|error| panic!("no {css}: {error}"));
        element.clear().await.unwrap();
        element.send_keys(text).await.unwrap();
    }

    /// Runs a script in the page, whether or not the page may run scripts of its own.
    pub async fn script(&self, script: &str, arguments: Vec<Value>) -> Value {
        let answer = self.client.execute(script, arguments).await;
        answer.unwrap_or_else(|error| panic!("{error}\n{script:.200}"))
    }

    /// The same for a script that calls back.
    pub async fn script_later(&self, script: &str, arguments: Vec<Value>) -> Value {
        let answer = self.client.execute_async(script, arguments).await;
        answer.unwrap_or_else(|error| panic!("{error}\n{script:.200}"))
    }

    /// Presses a key and lets it go, wherever the focus is.
    pub async fn press(&self, (key, code, text): Key) {
        let mut event = json!({ "key": key, "code": key, "windowsVirtualKeyCode": code });
        for kind in ["keyDown", "keyUp"] {
            event["type"] = kind.into();
            event["text"] = if kind == "keyDown" { text } else { "" }.into();
            self.devtools("Input.dispatchKeyEvent", event.clone()).await;
        }
    }

    /// Types wherever the focus is.
    pub async fn type_text(&self, text: &str) {
        self.devtools("Input.insertText", json!({ "text": text })).await;
    }

    /// Waits until the tab is at an address.
    pub async fn until_at(&self, what: &str, is_there: impl Fn(&Url) -> bool) -> Url {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let ready = self.client.execute("return document.readyState", Vec::new());
            // While it is on its way there may be no page to ask.
            let is_ready = ready.await.is_ok_and(|state| state == "complete");
            let at = self.at().await;
            if is_ready && is_there(&at) {
                return at;
            }
            assert!(Instant::now() < deadline, "{what}: still at {at}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// From now on, whether pages may run scripts.
    pub async fn allow_scripts(&self, allowed: bool) {
        let params = json!({ "value": !allowed });
        self.devtools("Emulation.setScriptExecutionDisabled", params)
            .await;
    }

    /// Shows what is open as it would be shown there.
    pub async fn show_in(&self, mode: &Mode) {
        let screen = json!({
            "width": mode.width, "height": mode.height, "deviceScaleFactor": mode.scale, "mobile": mode.touch,
        });
        self.devtools("Emulation.setDeviceMetricsOverride", screen).await;
        let touch = json!({ "enabled": mode.touch });
        self.devtools("Emulation.setTouchEmulationEnabled", touch).await;
        let media = json!({
            "media": mode.medium,
            "features": [
                { "name": "prefers-color-scheme", "value": mode.colours },
                // What is half-way from one colour to the next is not what anybody looks at.
                { "name": "prefers-reduced-motion", "value": "reduce" },
            ],
        });
        self.devtools("Emulation.setEmulatedMedia", media).await;
        // Two frames later everything has its place and its colour.
        self.script_later(
            "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done(1)))",
            Vec::new(),
        )
        .await;
    }

    /// A picture of the whole page, as long as it is.
    pub async fn picture(&self, file: &Path) {
        let size = self.devtools("Page.getLayoutMetrics", json!({})).await["cssContentSize"].clone();
        let params = json!({
            "format": "png", "captureBeyondViewport": true, "optimizeForSpeed": true,
            "clip": { "x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1 },
        });
        let answer = self.devtools("Page.captureScreenshot", params).await;
        let picture = BASE64_STANDARD.decode(answer["data"].as_str().unwrap()).unwrap();
        std::fs::write(file, picture).unwrap();
    }

    /// What the browser complained about since the last look: the policy broken, a file missing. That a page came with
    /// an error's status is no complaint.
    pub async fn complaints(&self) -> Vec<String> {
        let log = Extension {
            path: "se/log",
            body: json!({ "type": "browser" }),
        };
        let log = self.client.issue_cmd(log).await.unwrap();
        let entries = log.as_array().unwrap().iter();
        entries
            .map(|entry| {
                (
                    entry["level"].as_str().unwrap(),
                    entry["message"].as_str().unwrap(),
                )
            })
            .filter(|(_, message)| !is_status_of_a_page(message))
            .map(|(level, message)| format!("{level}: {message}"))
            .collect()
    }
}

/// Of files, the last part of the address has a dot; of pages never.
fn is_status_of_a_page(message: &str) -> bool {
    let Some((address, _)) =
        message.split_once(" - Failed to load resource: the server responded with a status of")
    else {
        return false;
    };
    let url = Url::parse(address).unwrap_or_else(|error| panic!("{message}: {error}"));
    !url.path().contains('.')
}
