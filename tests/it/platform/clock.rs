//! The system's clock is set back (CL-02): nothing that is over comes back, and what is used up stays used up.

use std::time::Duration;

use consentry::platform::clock::Clock;
use diesel::{Connection, PgConnection};

use super::ledger::Ledger;
use crate::support::{Registered, Registration, Server, client::api};

/// The same client, at another node.
fn at(origin: &str, client: &Registered) -> Registered {
    Registered::at(origin, &client.id, client.secret.as_deref(), &client.redirect_uri)
}

/// CL-02: an hour back, as a second node whose clock is an hour behind sees it.
#[tokio::test(flavor = "multi_thread")]
async fn cl_02_an_hour_back_revives_no_code_and_the_order_of_refresh_tokens_is_not_the_clocks() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let (app, api) = (server.client(Registration::web()), api(&server));
    server.advance(Duration::from_hours(1));
    let node = server.node_with(&Clock::system());
    let (back, api_back) = (at(&node.origin, &app), at(&node.origin, &api));

    let over = app.code(&server, &alice, &[]).await;
    let redeemed = app.code(&server, &alice, &[]).await;
    let tokens = app.exchange(&redeemed).await.ok();
    server.advance(Duration::from_secs(61));
    assert_eq!(app.exchange(&over).await.error(), "400 invalid_grant", "CL-02");
    assert_eq!(
        back.exchange(&over).await.error(),
        "400 invalid_grant",
        "CL-02 a code that is over"
    );

    // To and fro between the two clocks: each token once, in the order of use.
    let mut refresh = tokens.text("refresh_token").to_owned();
    let mut spent = Vec::new();
    for client in [&app, &back, &app, &back, &back, &app] {
        let next = client.refresh(&refresh).await.ok();
        assert!(api_back.is_active(next.text("access_token")).await, "CL-02");
        spent.push(std::mem::replace(
            &mut refresh,
            next.text("refresh_token").to_owned(),
        ));
    }
    Ledger(PgConnection::establish(&server.database.url).unwrap()).holds();
    // One that was spent before the jump is spent after it, and ends the grant on both sides.
    assert_eq!(
        back.refresh(&spent[0]).await.error(),
        "400 invalid_grant",
        "CL-02"
    );
    for client in [&back, &app] {
        assert_eq!(
            client.refresh(&refresh).await.error(),
            "400 invalid_grant",
            "CL-02"
        );
    }

    // What was revoked before the jump is revoked after it; so is a code that was redeemed before it.
    let revoked = app.tokens(&server, &alice).await;
    app.revoke(revoked.text("refresh_token")).await.ok();
    assert!(!api_back.is_active(revoked.text("access_token")).await, "CL-02");
    let code = app.code(&server, &alice, &[]).await;
    let tokens = app.exchange(&code).await.ok();
    assert_eq!(
        back.exchange(&code).await.error(),
        "400 invalid_grant",
        "CL-02 a replay"
    );
    assert!(
        !api.is_active(tokens.text("access_token")).await,
        "CL-02 a replay"
    );
}
