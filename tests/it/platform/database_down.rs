//! The database is gone, slow, full of locks, or fails in the middle: every answer says so quickly, and nothing is half done.

use std::time::{Duration, Instant};

use diesel::{PgConnection, RunQueryDsl, connection::SimpleConnection, sql_query};
use reqwest::StatusCode;

use crate::support::{
    Registered, Registration, Server, browser::Answer, client::Reply, client::api, cluster::eventually,
};

/// What every promise about time allows.
const AT_MOST: Duration = Duration::from_secs(3);

/// What a caller saw: enough to tell an unavailable server from everything else.
struct Seen {
    what: &'static str,
    status: StatusCode,
    retry_after: bool,
    body: String,
    took: Duration,
}

impl Seen {
    fn page(what: &'static str, began: Instant, answer: Answer) -> Self {
        Self {
            what,
            status: answer.status,
            retry_after: answer.headers.contains_key("retry-after"),
            body: answer.body,
            took: began.elapsed(),
        }
    }

    fn reply(what: &'static str, began: Instant, reply: Reply) -> Self {
        Self {
            what,
            status: reply.status,
            retry_after: reply.headers.contains_key("retry-after"),
            body: reply.text,
            took: began.elapsed(),
        }
    }

    fn is_unavailable(&self, code: &str) {
        let Self { what, body, took, .. } = self;
        assert_eq!(self.status, StatusCode::SERVICE_UNAVAILABLE, "{what}: {body}");
        assert!(self.retry_after, "{what}: no Retry-After");
        assert!(*took < AT_MOST, "{what}: {took:?}");
        let json: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
        let said = json["error"].as_str().or(json["code"].as_str());
        assert_eq!(said, Some(code), "{what}: {body}");
        assert!(json["request_id"].is_string(), "{what}: {body}");
    }
}

/// FA-01, FA-02, FA-03: no database, no answer but 503; no token is called inactive and none is called revoked; whatever needs
/// no database still answers; when it is back all works again, and the refused requests have changed nothing.
#[tokio::test(flavor = "multi_thread")]
async fn without_the_database_every_endpoint_answers_503_and_with_it_all_work_again() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let (app, api) = (server.client(Registration::web()), api(&server));
    let service = server.client(Registration::service(&server));
    let tokens = app.tokens(&server, &alice).await;
    let (access, refresh) = (tokens.text("access_token"), tokens.text("refresh_token"));
    let code = app.code(&server, &alice, &[]).await;
    let signed_in = server.browser();
    let page = signed_in.visit("/login").await;
    signed_in.sign_in(&page, &alice).await;
    let stranger = server.browser();
    let login = stranger.visit("/login").await.form("/login");
    let login = login.with("email", &alice.email).with("password", "not this one");

    let before = server.digest();
    server.database.set_reachable(false);
    for seen in asked_everywhere(&app, &api, &service, (access, refresh, &code)).await {
        seen.is_unavailable("temporarily_unavailable");
        assert!(!seen.body.contains("active"), "{}: {}", seen.what, seen.body);
    }
    let began = Instant::now();
    let answer = stranger.submit(&login).await;
    Seen::page("login", began, answer).is_unavailable("temporarily_unavailable");
    for (what, path) in [
        ("authorize", app.authorize_path(&[])),
        ("home", "/".to_owned()),
        ("jwks", "/.well-known/jwks.json".to_owned()),
    ] {
        let began = Instant::now();
        let answer = signed_in.get(&path).await;
        Seen::page(what, began, answer).is_unavailable("temporarily_unavailable");
    }
    let began = Instant::now();
    let answer = signed_in.get("/health/ready").await;
    Seen::page("ready", began, answer).is_unavailable("not_ready");
    for path in ["/health", "/.well-known/oauth-authorization-server"] {
        assert_eq!(signed_in.get(path).await.status, StatusCode::OK, "{path}");
    }

    server.database.set_reachable(true);
    eventually("FA-03: ready again", async || {
        let ready = signed_in.get("/health/ready").await.status;
        (ready == StatusCode::OK).then_some(())
    })
    .await;
    assert_eq!(server.digest(), before, "a refused request changed something");
    assert!(api.is_active(access).await);
    let _ = app.refresh(refresh).await.ok();
    let _ = app.exchange(&code).await.ok();
    let granted = service.token(&[("grant_type", "client_credentials")]).await;
    assert_eq!(granted.status, StatusCode::OK, "{}", granted.text);
    assert_eq!(app.revoke(access).await.status, StatusCode::OK);
    assert!(!api.is_active(access).await);
    assert_eq!(signed_in.get("/").await.status, StatusCode::OK);
    assert_eq!(
        signed_in.get("/.well-known/jwks.json").await.status,
        StatusCode::OK
    );
    assert_eq!(
        stranger.submit(&login).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
}

async fn asked_everywhere(
    app: &Registered,
    api: &Registered,
    service: &Registered,
    (access, refresh, code): (&str, &str, &str),
) -> Vec<Seen> {
    let mut seen = Vec::new();
    let began = Instant::now();
    seen.push(Seen::reply("code", began, app.exchange(code).await));
    let began = Instant::now();
    seen.push(Seen::reply("refresh", began, app.refresh(refresh).await));
    let began = Instant::now();
    let reply = service.token(&[("grant_type", "client_credentials")]).await;
    seen.push(Seen::reply("client_credentials", began, reply));
    let began = Instant::now();
    seen.push(Seen::reply("introspect", began, api.introspect(access).await));
    let began = Instant::now();
    seen.push(Seen::reply("revoke access", began, app.revoke(access).await));
    let began = Instant::now();
    seen.push(Seen::reply("revoke refresh", began, app.revoke(refresh).await));
    seen
}

/// Ends the server's connections to its database, idle or not.
fn kill_connections(server: &Server) {
    server.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
         WHERE datname = current_database() AND application_name = 'consentry'",
    );
}

/// FA-03: a connection that died costs no request: look-ups, and work that certainly did not commit, are done again.
#[tokio::test(flavor = "multi_thread")]
async fn killed_connections_cost_no_request() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let (app, api) = (server.client(Registration::web()), api(&server));
    let mut tokens = app.tokens(&server, &alice).await;
    for round in 0..3 {
        // All connections of the pool, not only the one that a quiet server uses.
        let many = (0..20).map(|_| api.is_active(tokens.text("access_token")));
        assert!(at_once(many).await.into_iter().all(|active| active), "{round}");
        kill_connections(&server);
        for _ in 0..10 {
            tokens = app.refresh(tokens.text("refresh_token")).await.ok();
            assert!(api.is_active(tokens.text("access_token")).await, "{round}");
        }
        kill_connections(&server);
        let many = (0..20).map(|_| api.is_active(tokens.text("access_token")));
        assert!(at_once(many).await.into_iter().all(|active| active), "{round}");
    }
}

/// All of them at once.
async fn at_once<T>(all: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut running: Vec<_> = all.map(Box::pin).collect();
    let mut done: Vec<Option<T>> = running.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        for (future, done) in running.iter_mut().zip(&mut done) {
            if done.is_none()
                && let std::task::Poll::Ready(value) = future.as_mut().poll(context)
            {
                *done = Some(value);
            }
        }
        if done.iter().all(Option::is_some) {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    done.into_iter().flatten().collect()
}

/// A transaction of the test's own that holds every refresh token.
fn hold_refresh_tokens(server: &Server) -> PgConnection {
    let mut holder = server.database.connect();
    holder
        .batch_execute("BEGIN; SELECT 1 FROM refresh_token FOR UPDATE")
        .unwrap();
    holder
}

/// Waits until a statement of the server waits for a lock.
async fn until_the_server_waits(server: &Server) {
    eventually("the server waits for the row", async || {
        let waiting = server.count(
            "pg_stat_activity WHERE datname = current_database() AND application_name = 'consentry' \
             AND wait_event_type = 'Lock'",
        );
        (waiting > 0).then_some(())
    })
    .await;
}

/// FA-12: a refresh that meets a lock answers 503 by its deadline and has then changed nothing; who finds the pool empty
/// meanwhile is answered 503 too, and quickly; when the lock is gone the server works and the token still does.
#[tokio::test(flavor = "multi_thread")]
async fn an_empty_pool_and_a_blocked_refresh_answer_503_and_the_token_stays_unspent() {
    let server = Server::start_with("[database]\npool_size = 1\n").await;
    let alice = server.person("alice");
    let (app, api) = (server.client(Registration::web()), api(&server));
    let tokens = app.tokens(&server, &alice).await;
    let (access, refresh) = (
        tokens.text("access_token").to_owned(),
        tokens.text("refresh_token").to_owned(),
    );
    let before = server.digest();
    let mut holder = hold_refresh_tokens(&server);

    let began = Instant::now();
    let blocked = tokio::spawn({
        let (app, refresh) = (app.clone(), refresh.clone());
        async move { app.refresh(&refresh).await }
    });
    until_the_server_waits(&server).await;
    let asked = Instant::now();
    let meanwhile = at_once((0..5).map(|_| api.introspect(&access))).await;
    for reply in meanwhile {
        Seen::reply("introspect", asked, reply).is_unavailable("temporarily_unavailable");
    }
    Seen::reply("refresh", began, blocked.await.unwrap()).is_unavailable("temporarily_unavailable");

    holder.batch_execute("ROLLBACK").unwrap();
    eventually("the connection is free again", async || {
        let told = api.introspect(&access).await;
        (told.status == StatusCode::OK).then(|| assert_eq!(told.json["active"], true))
    })
    .await;
    assert_eq!(server.digest(), before, "FA-12: nothing committed");
    let next = app.refresh(&refresh).await.ok();
    assert!(api.is_active(next.text("access_token")).await);
}

/// A request has one deadline, however many calls it makes: a database that lets the client's look-up wait for most of it, and
/// then the token's, is answered for as one that does not answer.
#[tokio::test(flavor = "multi_thread")]
async fn two_slow_look_ups_of_one_request_share_its_deadline() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let (app, api) = (server.client(Registration::web()), api(&server));
    let access = app.tokens(&server, &alice).await.text("access_token").to_owned();
    let hold = |table| {
        let mut holder = server.database.connect();
        holder
            .batch_execute(&format!("BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"))
            .unwrap();
        holder
    };
    let (mut first, _second) = (hold("client_secret"), hold("access_token"));

    let began = Instant::now();
    let asked = tokio::spawn(async move { api.introspect(&access).await });
    eventually(
        "the first look-up has waited for most of the deadline",
        async || {
            let waits = "pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' \
                     AND clock_timestamp() - query_start > interval '1900 ms'";
            (server.count(waits) > 0).then_some(())
        },
    )
    .await;
    first.batch_execute("ROLLBACK").unwrap();
    Seen::reply("introspect", began, asked.await.unwrap()).is_unavailable("temporarily_unavailable");
}

/// A connection that dies inside consume + issue has changed nothing, so the work is done again: the caller notices nothing,
/// and the token is spent once.
#[tokio::test(flavor = "multi_thread")]
async fn a_connection_killed_inside_a_refresh_is_replaced_and_the_refresh_succeeds_once() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let (app, api) = (server.client(Registration::web()), api(&server));
    let refresh = app.tokens(&server, &alice).await.text("refresh_token").to_owned();
    let mut holder = hold_refresh_tokens(&server);
    let blocked = tokio::spawn({
        let (app, refresh) = (app.clone(), refresh.clone());
        async move { app.refresh(&refresh).await }
    });
    until_the_server_waits(&server).await;
    kill_connections(&server);
    holder.batch_execute("ROLLBACK").unwrap();
    let next = blocked.await.unwrap().ok();
    assert!(api.is_active(next.text("access_token")).await);
    assert_eq!(server.count("refresh_token WHERE used_at IS NOT NULL"), 1);
    assert_eq!(server.count("refresh_token WHERE used_at IS NULL"), 1);
}

/// FA-07, FA-12: when storing the tokens fails or takes too long, the code or refresh token is not spent either, the answer tells
/// nothing of the database, and the same request works when the fault is over.
#[tokio::test(flavor = "multi_thread")]
async fn what_fails_while_tokens_are_stored_spends_nothing() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let (app, api) = (server.client(Registration::web()), api(&server));
    for (id, fault, answer) in [
        (
            "FA-07",
            "RAISE EXCEPTION 'relation broken on purpose'",
            "500 server_error",
        ),
        ("FA-12", "PERFORM pg_sleep(10)", "503 temporarily_unavailable"),
    ] {
        let tokens = app.tokens(&server, &alice).await;
        let refresh = tokens.text("refresh_token");
        let code = app.code(&server, &alice, &[]).await;
        for table in ["access_token", "refresh_token"] {
            let before = server.digest();
            server.execute(&format!(
                "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN {}; RETURN NEW; END'",
                fault.replace('\'', "''")
            ));
            server.execute(&format!(
                "CREATE TRIGGER fail BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION fail()"
            ));
            let began = Instant::now();
            for refused in [app.exchange(&code).await, app.refresh(refresh).await] {
                assert_eq!(refused.error(), answer, "{id} {table}");
                assert!(!refused.text.contains("relation"), "LG-04: {}", refused.text);
            }
            assert!(began.elapsed() < 2 * AT_MOST, "{id} {table}");
            sql_query("DROP FUNCTION fail() CASCADE")
                .execute(&mut server.database.connect())
                .unwrap();
            assert_eq!(server.digest(), before, "{id} {table}: something stayed behind");
        }
        for reply in [app.exchange(&code).await.ok(), app.refresh(refresh).await.ok()] {
            assert!(api.is_active(reply.text("access_token")).await, "{id}");
        }
    }
}
