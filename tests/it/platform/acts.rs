//! Requests that change something, one of each kind, and what comes back.

use reqwest::StatusCode;

use crate::support::{
    Browser, Person, Registered, Registration, Server,
    browser::Answer,
    client::{Reply, asked},
    page::Form,
    server::PASSWORD,
};

/// A request that changes something.
#[derive(Clone)]
pub enum Act {
    Token(Registered, Vec<(&'static str, String)>),
    Revoke(Registered, String),
    Page(Browser, Form),
}

impl Act {
    /// Sends it; it may be sent again.
    pub async fn send(&self) -> Told {
        match self {
            Self::Token(client, params) => {
                let params: Vec<_> = params
                    .iter()
                    .map(|(name, value)| (*name, value.as_str()))
                    .collect();
                client.token(&params).await.into()
            }
            Self::Revoke(client, token) => client.revoke(token).await.into(),
            Self::Page(browser, form) => browser.submit(form).await.into(),
        }
    }
}

/// What came back.
pub struct Told {
    pub status: StatusCode,
    pub retry_after: bool,
    pub location: bool,
    pub body: String,
}

impl From<Reply> for Told {
    fn from(reply: Reply) -> Self {
        Self {
            status: reply.status,
            retry_after: reply.headers.contains_key("retry-after"),
            location: false,
            body: reply.text,
        }
    }
}

impl From<Answer> for Told {
    fn from(answer: Answer) -> Self {
        Self {
            status: answer.status,
            retry_after: answer.headers.contains_key("retry-after"),
            location: answer.location().is_some(),
            body: answer.body,
        }
    }
}

/// Everything that changes something, each ready to be sent.
pub async fn acts(server: &Server, alice: &Person, app: &Registered) -> Vec<(&'static str, Act)> {
    let service = server.client(Registration::service(server));
    let code = app.code(server, alice, &[]).await;
    let (first, second) = (app.tokens(server, alice).await, app.tokens(server, alice).await);
    let signed_in = async || {
        let browser = server.browser();
        let page = browser.visit("/login").await;
        let page = browser.sign_in(&page, alice).await;
        (browser, page)
    };
    let other = server.client(Registration::web());
    let (consenting, consent) = asked(server, &other, alice).await;
    let (leaving, home) = signed_in().await;
    let (removing, _) = signed_in().await;
    let list = removing.get("/settings/integrations").await;
    let mut path = list.body.split("href=\"").filter_map(|it| it.split('"').next());
    let path = path.find(|it| it.ends_with("/remove")).unwrap();
    let confirm = removing.get(path).await;
    let arriving = server.browser();
    let login = arriving.visit("/login").await.form("/login");
    let text = str::to_owned;
    vec![
        (
            "code",
            Act::Token(
                app.clone(),
                vec![
                    ("grant_type", text("authorization_code")),
                    ("code", code),
                    ("redirect_uri", app.redirect_uri.clone()),
                ],
            ),
        ),
        (
            "refresh",
            Act::Token(
                app.clone(),
                vec![
                    ("grant_type", text("refresh_token")),
                    ("refresh_token", text(first.text("refresh_token"))),
                ],
            ),
        ),
        (
            "client_credentials",
            Act::Token(service, vec![("grant_type", text("client_credentials"))]),
        ),
        (
            "revoke",
            Act::Revoke(app.clone(), text(second.text("refresh_token"))),
        ),
        (
            "consent",
            Act::Page(
                consenting,
                consent.form("/oauth/authorize/").with("decision", "allow"),
            ),
        ),
        (
            "sign-in",
            Act::Page(
                arriving,
                login.with("email", &alice.email).with("password", PASSWORD),
            ),
        ),
        ("sign-out", Act::Page(leaving, home.form("/logout"))),
        (
            "remove access",
            Act::Page(removing, confirm.form("/settings/integrations")),
        ),
    ]
}
