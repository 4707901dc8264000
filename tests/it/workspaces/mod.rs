//! Workspaces by API: what the persons of a workspace may do in it, and nobody else. The cases and their ids are those of
//! `SECURITY-CASES`.

mod accept;
mod activity;
mod guards;
mod invitations;
mod journey;
mod manage;
mod matrix;
mod members;
mod pages;
mod session;

use serde_json::json;

use crate::support::{Bearer, Server};

/// The token of the newest invitation to this address.
async fn invited(server: &Server, email: &str) -> String {
    let letter = server.mail_to(email).await;
    letter.path().strip_prefix("/invite/").unwrap().to_owned()
}

/// Invites somebody; answers the invitation's id.
async fn invite(by: &Bearer, workspace: &str, email: &str, role: &str) -> String {
    let path = format!("/v1/workspaces/{workspace}/invitations");
    let reply = by.post(&path, &json!({"email": email, "role": role})).await;
    assert_eq!(reply.outcome(), "201", "{}", reply.text);
    reply.text("id").to_owned()
}
