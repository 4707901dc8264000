//! The floor of HTTP: `/health` goes through the very same middleware as everything, answers a small constant, and touches
//! nothing else. So it is the `hello` route, without one that is there only for the benchmark.

use crate::{
    Outcome,
    http::{Connection, request},
    stage::Stage,
    work::Work,
};

/// Whoever says hello.
pub struct Hello(Vec<u8>);

impl Hello {
    /// Ready to say it.
    pub fn new(stage: &Stage) -> Self {
        Self(request(&stage.host, "/health", &[], None))
    }
}

impl Work for Hello {
    async fn once(&mut self, connection: &mut Connection) -> Outcome<()> {
        connection.send(&self.0).await?.expect(200, "\"ok\"").map(drop)
    }
}
