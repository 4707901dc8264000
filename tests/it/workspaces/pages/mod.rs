//! The pages of workspaces: their settings, and the link of an invitation.

mod forms;
mod invite;
mod journey;
mod settings;

use reqwest::StatusCode;

use crate::support::{Browser, Person, Server, browser::Answer};

/// A browser in which this person is signed in.
pub async fn signed_in(server: &Server, person: &Person) -> Browser {
    let browser = server.browser();
    let page = browser.visit("/login").await;
    browser.sign_in(&page, person).await;
    browser
}

/// Sends the form of a page that is sent to an address that begins so, with these fields.
pub async fn send(browser: &Browser, page: &Answer, action: &str, fields: &[(&str, &str)]) -> Answer {
    let mut form = page.form(action);
    for (name, value) in fields {
        form = form.with(name, value);
    }
    browser.submit(&form).await
}

/// Invites somebody on the page, as they do; answers the path of the link in the mail.
pub async fn invite(server: &Server, browser: &Browser, slug: &str, email: &str, role: &str) -> String {
    let path = format!("/w/{slug}/settings/invitations");
    let page = browser.get(&path).await;
    let answer = send(browser, &page, &path, &[("email", email), ("role", role)]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    server.mail_to(email).await.path().to_owned()
}

/// What a person is in a workspace.
pub fn role_of(server: &Server, slug: &str, email: &str) -> Option<&'static str> {
    let rows = |role: &str| {
        server.count(&format!(
            "membership m JOIN workspace w ON w.id = m.workspace_id JOIN account a ON a.id = m.account_id \
             WHERE w.slug = '{slug}' AND a.email = '{email}' AND m.role = '{role}'"
        ))
    };
    ["viewer", "member", "admin", "owner"]
        .into_iter()
        .find(|role| rows(role) == 1)
}
