//! A refresh token for a new pair (RFC 6749 §6). Every connection has a chain of its own, and goes on with the token that it got:
//! it can be used once.

use crate::{
    Outcome,
    http::{Connection, form},
    stage::Stage,
    work::{Work, introspection::overwrite_end},
};

/// A client that rotates.
pub struct Rotation(Vec<u8>);

impl Rotation {
    /// Begins with this token.
    pub fn new(stage: &Stage, refresh_token: &str) -> Self {
        let body = form(&[("grant_type", "refresh_token"), ("refresh_token", refresh_token)]);
        Self(stage.token_request(&stage.web, &body))
    }
}

impl Work for Rotation {
    async fn once(&mut self, connection: &mut Connection) -> Outcome<()> {
        let reply = connection.send(&self.0).await?.expect(200, "access_token")?;
        overwrite_end(&mut self.0, reply.member("refresh_token")?)
    }
}
