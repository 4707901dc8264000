//! An API asks what a token means (RFC 7662): the same token again and again, or each token once.

use std::{cell::RefCell, rc::Rc};

use crate::{Outcome, http::Connection, stage::Stage, work::Work};

/// What an answer about a live token holds.
const ACTIVE: &str = "\"active\":true";

/// Asks about one token, again and again.
pub struct Warm(Vec<u8>);

impl Warm {
    /// Will ask about this token.
    pub fn new(stage: &Stage, token: &str) -> Self {
        Self(stage.introspection(token))
    }
}

impl Work for Warm {
    async fn once(&mut self, connection: &mut Connection) -> Outcome<()> {
        connection.send(&self.0).await?.expect(200, ACTIVE).map(drop)
    }
}

/// Asks about each token once; all connections take from the same heap.
pub struct Cold {
    /// The request; a token, all of them being equally long, is written over its end.
    request: Vec<u8>,
    unseen: Rc<RefCell<Vec<String>>>,
}

impl Cold {
    /// Will ask about these.
    pub fn new(stage: &Stage, sample: &str, unseen: &Rc<RefCell<Vec<String>>>) -> Self {
        Self {
            request: stage.introspection(sample),
            unseen: Rc::clone(unseen),
        }
    }
}

impl Work for Cold {
    async fn once(&mut self, connection: &mut Connection) -> Outcome<()> {
        let token = self.unseen.borrow_mut().pop();
        let token = token.ok_or("the unseen tokens ran out: cold was much faster than warm")?;
        overwrite_end(&mut self.request, &token)?;
        connection
            .send(&self.request)
            .await?
            .expect(200, ACTIVE)
            .map(drop)
    }
}

/// Replaces the end of a prepared request, whose length stays what its head says.
pub fn overwrite_end(request: &mut [u8], end: &str) -> Outcome<()> {
    let at = request
        .len()
        .checked_sub(end.len())
        .ok_or("longer than the request")?;
    // What stands before must be the `=` of the last parameter, or a shorter token was here.
    if request.get(at.wrapping_sub(1)) != Some(&b'=') {
        return Err("tokens are not equally long".into());
    }
    request[at..].copy_from_slice(end.as_bytes());
    Ok(())
}
