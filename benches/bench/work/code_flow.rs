//! The whole code flow (RFC 6749 §4.1) of a person who is signed in: three requests.
//!
//! The authorization request, answered with the consent page; the consent, answered with a code; the code, answered with tokens.
//! `prompt=consent`, because a client that is remembered would be answered without the page. Sign-in is not in it: Argon2id
//! is slow on purpose, and once a session.

use std::rc::Rc;

use crate::{
    Outcome,
    browser::Browser,
    http::Connection,
    stage::{Stage, allow, redemption},
    work::Work,
};

/// A person who lets the same app in again and again.
pub struct CodeFlow {
    stage: Rc<Stage>,
    browser: Browser,
    path: String,
}

impl CodeFlow {
    /// In this browser.
    pub fn new(stage: &Rc<Stage>, browser: Browser) -> Self {
        Self {
            stage: Rc::clone(stage),
            browser,
            path: stage.authorize_path(&[("prompt", "consent")]),
        }
    }
}

impl Work for CodeFlow {
    async fn once(&mut self, connection: &mut Connection) -> Outcome<()> {
        let page = self.browser.visit(connection, &self.path).await?;
        let answer = allow(&mut self.browser, connection, &page).await?;
        let redeem = self
            .stage
            .token_request(&self.stage.web, &redemption(&answer.code()?));
        connection
            .send(&redeem)
            .await?
            .expect(200, "refresh_token")
            .map(drop)
    }
}
