//! What recurs without a request, and what a request promised.

mod killed;
mod mail;
mod mail_protected;
mod queue;
mod timetable;
mod worker;

use consentry::{
    app,
    jobs::{
        self,
        queue::{Claimed, NewJob},
    },
    platform::{id::JobId, mail::Mail},
};

use crate::support::Server;

/// What no row and no log line may hold.
const SECRET: &str = "reset?token=cst_pr_0123456789abcdefghijklmnopqrstuvwxyz";

/// Promises a job of this kind.
fn promise(server: &Server, kind: &str, payload: &str) -> JobId {
    let new = NewJob {
        kind,
        payload: payload.as_bytes(),
    };
    let seal = app::seal(&server.config);
    jobs::queue::enqueue(&mut server.database.connect(), &seal, &new, server.clock.now()).unwrap()
}

/// Takes jobs of the kind `test`.
fn claim(server: &Server, limit: usize) -> Vec<Claimed> {
    let mut conn = server.database.connect();
    jobs::queue::claim(&mut conn, "test", limit, LEASE, server.clock.now()).unwrap()
}

const LEASE: std::time::Duration = std::time::Duration::from_mins(2);

/// A mail with a link that lets its reader in.
fn letter(to: &str) -> Mail {
    Mail {
        to: to.to_owned(),
        subject: "Your new password, M\u{fc}ller".to_owned(),
        text: format!("Hello.\n\nhttps://id.example/{SECRET}\n\n.\nThe dot above is no end. \u{fc}\n"),
        html: format!("<p>Hello.</p><a href=\"https://id.example/{SECRET}\">Go</a>"),
    }
}

/// Promises a mail.
fn send(server: &Server, mail: &Mail) {
    let seal = app::seal(&server.config);
    jobs::mail::send(&mut server.database.connect(), &seal, mail, server.clock.now()).unwrap();
}
