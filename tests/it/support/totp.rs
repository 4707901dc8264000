//! A person's app for one-time codes (RFC 6238), written apart from the server's own.

use aws_lc_rs::hmac;

use super::{Browser, Server};

/// An app that was told a key.
pub struct App(Vec<u8>);

impl App {
    /// Reads the key as the page shows it.
    pub fn of(page: &str) -> Self {
        let (_, rest) = page.split_once("<output class=\"secret\">").expect(page);
        let typed = rest.split('<').next().unwrap();
        let (mut bits, mut count, mut bytes) = (0_u32, 0, Vec::new());
        for character in typed.chars().filter(|c| *c != ' ') {
            let digit = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(character).unwrap();
            bits = bits << 5 | u32::try_from(digit).unwrap();
            count += 5;
            if count >= 8 {
                count -= 8;
                bytes.push(u8::try_from(bits >> count & 255).unwrap());
            }
        }
        assert_eq!(bytes.len(), 20, "{typed}");
        Self(bytes)
    }

    /// What it shows, so many steps from now.
    pub fn code(&self, server: &Server, steps: i64) -> String {
        let step = server.clock.now().timestamp() / 30 + steps;
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.0);
        let tag = hmac::sign(&key, &step.to_be_bytes());
        let at = usize::from(tag.as_ref()[19] & 15);
        let four: [u8; 4] = tag.as_ref()[at..at + 4].try_into().unwrap();
        format!("{:06}", (u32::from_be_bytes(four) & 0x7fff_ffff) % 1_000_000)
    }

    /// A code that is surely wrong now.
    pub fn wrong(&self, server: &Server) -> String {
        let right: Vec<_> = (-2..=2).map(|steps| self.code(server, steps)).collect();
        let wrong = (0..).map(|number| format!("{number:06}"));
        wrong.into_iter().find(|code| !right.contains(code)).unwrap()
    }
}

/// Switches the second factor on, on the pages of whoever is signed in in this browser. Answers the app and the recovery codes.
pub async fn turn_on(server: &Server, browser: &Browser) -> (App, Vec<String>) {
    let page = browser.get("/account/security").await;
    let begin = page.form("/account/security/two-factor/begin");
    let answer = browser.submit(&begin).await;
    assert_eq!(answer.location(), Some("/account/security/two-factor"));
    let page = browser.get("/account/security/two-factor").await;
    let app = App::of(&page.body);
    let form = page.form("/account/security/two-factor");
    let shown = browser.submit(&form.with("code", &app.code(server, 0))).await;
    assert_eq!(shown.status, reqwest::StatusCode::OK, "{}", shown.body);
    (app, codes(&shown.body))
}

/// The recovery codes of a page.
pub fn codes(page: &str) -> Vec<String> {
    let (_, rest) = page.split_once("<output class=\"secret codes\">").expect(page);
    let list = rest.split("</output>").next().unwrap();
    let codes = list.split("<code>").skip(1);
    codes
        .map(|rest| rest.split('<').next().unwrap().to_owned())
        .collect()
}
