//! A client gets a token in its own name (RFC 6749 §4.4): proven, stored, committed.

use crate::{
    Outcome,
    http::{Connection, form},
    stage::Stage,
    work::Work,
};

/// A client that asks for token after token.
pub struct ClientCredentials(Vec<u8>);

impl ClientCredentials {
    /// Ready to ask.
    pub fn new(stage: &Stage) -> Self {
        let body = form(&[("grant_type", "client_credentials")]);
        Self(stage.token_request(&stage.service, &body))
    }
}

impl Work for ClientCredentials {
    async fn once(&mut self, connection: &mut Connection) -> Outcome<()> {
        connection
            .send(&self.0)
            .await?
            .expect(200, "access_token")
            .map(drop)
    }
}
