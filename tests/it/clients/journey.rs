//! From the authorization request to the end of the grant, as strangers' software goes.

use serde_json::Value;

use super::{
    EVERY_WAY,
    app::{App, SCOPE},
};
use crate::support::{Server, browser::callback_params, client::api};

/// A token answer of an app, as its library shows it.
struct Tokens(Value);

impl Tokens {
    fn access(&self) -> &str {
        self.0["access_token"].as_str().unwrap()
    }

    fn refresh(&self) -> &str {
        self.0["refresh_token"].as_str().unwrap()
    }
}

/// RFC 6749 §4.1 and §6, RFC 7636, RFC 7662: every file of `docs/clients` connects and refreshes. The old refresh token is
/// refused afterwards, and the grant ends with that second use (RFC 9700 §4.14.2).
#[tokio::test(flavor = "multi_thread")]
async fn software_of_strangers_connects_and_refreshes_and_its_old_refresh_token_is_refused() {
    let server = Server::start().await;
    let api = api(&server);
    for (row, software) in EVERY_WAY.iter().enumerate() {
        let case = software.case;
        let person = server.person(&format!("person{row}"));
        let mut app = App::start(&server, software);
        let url = app.authorization_url().await;
        let asked = callback_params(url.as_str());
        assert!(asked["state"].len() >= 8, "{case}: {asked:?}");
        let method = software.pkce.then_some("S256");
        assert_eq!(
            asked.get("code_challenge_method").map(String::as_str),
            method,
            "{case}"
        );
        assert_eq!(asked.contains_key("code_challenge"), software.pkce, "{case}");

        let (browser, page) = App::consent_page(&server, &url, &person).await;
        let callback = app.callback(&browser.decide(&page, "allow").await);
        app.deliver(&callback).await;
        let first = Tokens(app.says("tokens"));
        assert_eq!(scope(&first.0), SCOPE, "{case}");
        assert_eq!(first.0["expires_in"], 3600, "{case}");
        assert_eq!(
            first.0["workspace_id"],
            server.workspace("acme").id.to_string(),
            "{case}: what we answer beside the standard's members is kept"
        );

        if !software.refreshes_by_itself() {
            app.visit("/refresh").await;
        }
        let second = Tokens(app.says("refreshed"));
        assert_ne!(second.access(), first.access(), "{case}");
        assert_ne!(second.refresh(), first.refresh(), "{case}");
        assert_eq!(scope(&second.0), SCOPE, "{case}");
        let told = api.introspect(second.access()).await.ok();
        assert_eq!(told.json["active"], true, "{case}");
        assert_eq!(told.json["sub"], person.account.id.to_string(), "{case}");
        assert_eq!(told.json["client_id"], app.client.id, "{case}");
        if software.introspects {
            let told = app.says("introspected");
            assert_eq!(told["active"], true, "{case}");
            assert_eq!(told["scope"], SCOPE, "{case}");
        }

        let again = app.client.refresh(first.refresh()).await;
        assert_eq!(again.error(), "400 invalid_grant", "{case}");
        assert!(
            !api.is_active(second.access()).await,
            "{case}: the grant lives on"
        );
    }
}

/// RFC 7009 §2: the person disconnects, the app says so to the server in its library's way, and nothing of the grant is left.
#[tokio::test(flavor = "multi_thread")]
async fn software_of_strangers_ends_its_own_grant() {
    let server = Server::start().await;
    let api = api(&server);
    let mut rows = 0;
    for software in EVERY_WAY.iter().filter(|it| it.revokes) {
        let case = software.case;
        let person = server.person(&format!("person{rows}"));
        rows += 1;
        let mut app = App::start(&server, software);
        let callback = app.allowed(&server, &person).await;
        app.deliver(&callback).await;
        let tokens = Tokens(app.says("refreshed"));
        if software.introspects {
            app.says("introspected");
        }
        assert!(api.is_active(tokens.access()).await, "{case}: dead too soon");

        app.press_enter();
        assert_eq!(app.says("revoked"), true, "{case}");
        assert!(!api.is_active(tokens.access()).await, "{case}");
        let refused = app.client.refresh(tokens.refresh()).await;
        assert_eq!(refused.error(), "400 invalid_grant", "{case}");
        assert!(app.ends_well(), "{case}");
    }
    assert_eq!(rows, 5);
}

/// Scopes as text: a library may have made a list of them.
pub fn scope(tokens: &Value) -> String {
    match &tokens["scope"] {
        Value::String(text) => text.clone(),
        list => {
            let names = list.as_array().unwrap_or_else(|| panic!("no scope in {tokens}"));
            let names: Vec<&str> = names.iter().map(|name| name.as_str().unwrap()).collect();
            names.join(" ")
        }
    }
}
