//! LG-08: what a journey leaves in the audit log: which facts, by whom, where, from which request; and nothing secret or personal.

use std::collections::BTreeMap;

use diesel::{
    QueryableByName, RunQueryDsl, sql_query,
    sql_types::{Nullable, Text},
};
use reqwest::StatusCode;

use crate::support::{Registration, Server, cluster::eventually, form, server::PASSWORD};

#[derive(Clone, Debug, QueryableByName)]
struct Event {
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    actor_kind: String,
    #[diesel(sql_type = Nullable<Text>)]
    actor: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    workspace: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    target: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    request_id: Option<String>,
    #[diesel(sql_type = Text)]
    detail: String,
    #[diesel(sql_type = Nullable<Text>)]
    address: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    user_agent: Option<String>,
    #[diesel(sql_type = Text)]
    whole: String,
}

fn events(server: &Server) -> Vec<Event> {
    sql_query(
        "SELECT e.kind, e.actor_kind, e.actor_id::text AS actor, e.workspace_id::text AS workspace, \
                e.target_kind AS target, e.request_id, e.detail::text AS detail, p.address, p.user_agent, \
                e::text AS whole \
         FROM audit_event e LEFT JOIN audit_personal p ON p.event_id = e.id ORDER BY e.id",
    )
    .load(&mut server.database.connect())
    .unwrap()
}

fn count_of(events: &[Event], kind: &str) -> usize {
    events.iter().filter(|event| event.kind == kind).count()
}

/// One of each kind, and all that it says.
fn each_says_who_and_where(all: &[Event], person: &str, client: &str, workspace: &str) {
    for (kind, actor_kind, actor, has_workspace, target) in [
        ("account.sign_in_failed", "nobody", None, false, "account"),
        ("account.signed_in", "account", Some(person), false, "account"),
        ("consent.given", "account", Some(person), true, "consent"),
        (
            "authorization_code.replayed",
            "client",
            Some(client),
            true,
            "grant",
        ),
        ("refresh_token.reused", "client", Some(client), true, "grant"),
        (
            "access_token.revoked",
            "client",
            Some(client),
            true,
            "access_token",
        ),
        ("grant.revoked", "client", Some(client), true, "grant"),
        ("authorization_code.burnt", "client", Some(client), true, "grant"),
        ("consent.denied", "account", Some(person), false, "client"),
        ("consent.revoked", "account", Some(person), true, "consent"),
        ("account.signed_out", "account", Some(person), false, "account"),
    ] {
        let event = all
            .iter()
            .find(|event| event.kind == kind)
            .unwrap_or_else(|| panic!("LG-08: no {kind} in {all:#?}"));
        assert_eq!(event.actor_kind, actor_kind, "LG-08 {kind}");
        assert_eq!(event.actor.as_deref(), actor, "LG-08 {kind}");
        let expected = has_workspace.then_some(workspace);
        assert_eq!(event.workspace.as_deref(), expected, "LG-08 {kind}");
        assert_eq!(event.target.as_deref(), Some(target), "LG-08 {kind}");
        assert_eq!(event.address.as_deref(), Some("127.0.0.1"), "LG-08 {kind}");
        assert_eq!(
            event.request_id.as_ref().map(String::len),
            Some(32),
            "LG-08 {kind}"
        );
    }
}

/// Each fact of a journey is there, with its actor, workspace, request and address; issuing and refreshing leave none.
#[tokio::test(flavor = "multi_thread")]
async fn lg_08_a_journey_leaves_its_facts_with_actor_workspace_request_and_address() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let app = server.client(Registration::web());
    let workspace = server.workspace("acme").id.to_string();
    let browser = server.browser();
    let login = browser.visit(&app.authorize_path(&[])).await;
    let wrong = login
        .form("/login")
        .with("email", &alice.email)
        .with("password", "wrong");
    browser.submit(&wrong).await;
    eventually("the failure is written down", async || {
        (count_of(&events(&server), "account.sign_in_failed") == 1).then_some(())
    })
    .await;
    let consent = browser.sign_in(&login, &alice).await;
    let code = browser.decide(&consent, "allow").await.callback()["code"].clone();
    let first = app.exchange(&code).await.ok();
    let second = app.refresh(first.text("refresh_token")).await.ok();
    assert_eq!(app.exchange(&code).await.error(), "400 invalid_grant");

    let third = app.tokens(&server, &alice).await;
    let fourth = app.refresh(third.text("refresh_token")).await.ok();
    assert_eq!(
        app.refresh(third.text("refresh_token")).await.error(),
        "400 invalid_grant"
    );
    let fifth = app.tokens(&server, &alice).await;
    app.revoke(fifth.text("access_token")).await;
    app.revoke(fifth.text("refresh_token")).await;
    let burnt = app.code(&server, &alice, &[]).await;
    let elsewhere = [
        ("grant_type", "authorization_code"),
        ("code", &burnt),
        ("redirect_uri", "https://rp.example/cb2?x=1"),
    ];
    assert_eq!(app.token(&elsewhere).await.error(), "400 invalid_grant");
    let page = browser.visit(&app.authorize_path(&[("prompt", "consent")])).await;
    browser.decide(&page, "deny").await;
    let list = browser.get("/settings/integrations").await;
    let mut links = list.body.split("href=\"").filter_map(|it| it.split('"').next());
    let remove = links.find(|it| it.ends_with("/remove")).unwrap();
    let confirm = browser.get(remove).await;
    browser.submit(&confirm.form("/settings/integrations")).await;
    let home = browser.get("/").await;
    browser.submit(&home.form("/logout")).await;

    let all = events(&server);
    each_says_who_and_where(&all, &alice.account.id.to_string(), &app.id, &workspace);
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for event in &all {
        *kinds.entry(&event.kind).or_default() += 1;
    }
    for rare in [
        "authorization_code.replayed",
        "refresh_token.reused",
        "grant.revoked",
    ] {
        assert_eq!(kinds[rare], 1, "LG-08 {rare}: {kinds:?}");
    }
    assert_eq!(kinds.len(), 11, "issuing and refreshing are no events: {kinds:?}");

    let shown = app.secret.clone().unwrap();
    let secrets = [&first, &second, &third, &fourth, &fifth]
        .map(|reply| [reply.text("access_token"), reply.text("refresh_token")])
        .concat();
    for held in [
        code.as_str(),
        &burnt,
        &shown,
        PASSWORD,
        &alice.email,
        "@",
        "127.0.0.1",
        "st&te",
    ]
    .into_iter()
    .chain(secrets)
    {
        // A secret's random part alone would be as bad.
        let part = if held.starts_with("cst_") {
            &held[held.len() - 39..held.len() - 6]
        } else {
            held
        };
        let found = all.iter().find(|event| event.whole.contains(part));
        assert!(found.is_none(), "LG-08: {held} is in {found:?}");
    }
}

/// The request of an event is the one in the answer and in the log; the software that called is told as it called itself.
#[tokio::test(flavor = "multi_thread")]
async fn an_event_names_its_request_and_the_callers_software() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let app = server.client(Registration::web());
    let tokens = app.tokens(&server, &alice).await;
    let response = server
        .http
        .post(server.url("/oauth/token/revoke"))
        .basic_auth(&app.id, app.secret.as_deref())
        .header("x-request-id", "mine-1")
        .header("user-agent", "Acme/1 (\u{1F600}\tlong)")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form(&[("token", tokens.text("refresh_token"))]))
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let all = events(&server);
    let event = all.iter().find(|event| event.kind == "grant.revoked").unwrap();
    assert_eq!(event.request_id.as_deref(), Some("mine-1"));
    assert_eq!(event.user_agent.as_deref(), Some("Acme/1 (\u{1F600}long)"));
    assert!(event.detail.contains(&app.id), "{}", event.detail);
}

/// Refusals of a known client are gathered: however many, they end as one event for each code, with how many there were, written at the
/// latest when the server stops. Refusals of nobody known are no rows at all.
#[tokio::test(flavor = "multi_thread")]
async fn refused_requests_of_a_known_client_become_one_event_with_their_number() {
    let mut server = Server::start().await;
    let app = server.client(Registration::web());
    for _ in 0..7 {
        let wrong = [
            ("grant_type", "refresh_token"),
            ("refresh_token", "x"),
            ("client_id", app.id.as_str()),
            ("client_secret", "wrong"),
        ];
        let response = server
            .http
            .post(server.url("/oauth/token"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form(&wrong))
            .send();
        assert_eq!(response.await.unwrap().status(), StatusCode::UNAUTHORIZED);
    }
    for _ in 0..3 {
        assert_eq!(app.refresh("x").await.error(), "400 invalid_grant");
    }
    let unknown = form(&[
        ("client_id", "00000000-0000-7000-8000-000000000000"),
        ("client_secret", "x"),
    ]);
    for body in [unknown.as_str(), "%", ""] {
        let response = server
            .http
            .post(server.url("/oauth/token"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body.to_owned())
            .send();
        assert!(response.await.unwrap().status().is_client_error());
    }
    assert_eq!(count_of(&events(&server), "client.refused"), 0, "not row by row");

    server.stop().await;
    let mut told: Vec<(String, String)> = events(&server)
        .into_iter()
        .map(|event| {
            assert_eq!(event.kind, "client.refused");
            assert_eq!(
                (event.actor_kind.as_str(), event.actor.as_deref()),
                ("client", Some(app.id.as_str()))
            );
            (event.kind, event.detail)
        })
        .collect();
    told.sort();
    let refused = |code: &str, times: u32| {
        (
            "client.refused".to_owned(),
            format!("{{\"code\": \"{code}\", \"times\": {times}}}"),
        )
    };
    assert_eq!(told, [refused("invalid_client", 7), refused("invalid_grant", 3)]);
}

/// A fact that did not become true leaves no event: both are one transaction.
#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_rolls_back_leaves_no_event() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let app = server.client(Registration::web());
    let browser = server.browser();
    let login = browser.visit(&app.authorize_path(&[])).await;
    let consent = browser.sign_in(&login, &alice).await;
    server.execute(
        "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$",
    );
    // The event is written before it or after: neither order may keep it.
    for table in ["authorization_code", "audit_personal", "audit_event"] {
        server.execute(&format!(
            "CREATE TRIGGER fail BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION fail()"
        ));
        let before = server.digest();
        let answer = browser.decide(&consent, "allow").await;
        assert_eq!(
            answer.status,
            StatusCode::INTERNAL_SERVER_ERROR,
            "{table}: {}",
            answer.body
        );
        assert_eq!(server.digest(), before, "{table}");
        server.execute(&format!("DROP TRIGGER fail ON {table}"));
    }
    let answer = browser.decide(&consent, "allow").await;
    assert!(answer.callback().contains_key("code"), "the page still works");
    assert_eq!(count_of(&events(&server), "consent.given"), 1);
}
