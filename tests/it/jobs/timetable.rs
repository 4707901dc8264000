//! Rows go when they have been kept as long as was said, not before, in small pieces that wait for nobody.

use std::time::{Duration, Instant};

use consentry::{
    app,
    jobs::{
        queue::{self, NewJob},
        timetable::{Age, Keep, RETENTION, sweep},
    },
};
use diesel::connection::SimpleConnection;

use crate::{
    accounts::federate::come_back,
    support::{Registration, Server, browser::Answer, client::api, cluster::eventually, provider::Provider},
};

const DAY: Duration = Duration::from_hours(24);
const MINUTE: Duration = Duration::from_mins(1);

fn sweep_now(server: &Server) {
    sweep(&mut server.database.connect(), &server.config, server.clock.now()).unwrap();
}

fn length(server: &Server, age: Age) -> Duration {
    match age {
        Age::Days(days) => DAY * days,
        Age::LongestRefreshTokenAnd(days) => server.config.limits.max_refresh + DAY * days,
        Age::LongestApiSessionAnd(days) => server.config.api_session.absolute + DAY * days,
        Age::LongestAccessTokenAnd(days) => server.config.limits.max_access + DAY * days,
    }
}

/// Leaves rows in every table that is swept by row.
async fn live_a_little(server: &Server) {
    let alice = server.person("alice");
    let app = server.client(Registration::web());
    let _ = app.tokens(server, &alice).await;
    server.api_key(&alice, "analytics.read");
    let browser = server.browser();
    let login: Answer = browser.visit("/login").await;
    let wrong = login
        .form("/login")
        .with("email", &alice.email)
        .with("password", "wrong");
    browser.submit(&wrong).await;
    let job = NewJob {
        kind: "test",
        payload: b"{}",
    };
    let (seal, now) = (app::seal(&server.config), server.clock.now());
    queue::enqueue(&mut server.database.connect(), &seal, &job, now).unwrap();
    eventually("the failure is written down", async || {
        (server.count("audit_event WHERE kind = 'account.sign_in_failed'") == 1).then_some(())
    })
    .await;
    for seed in [
        "INSERT INTO email_code SELECT gen_random_uuid(), sha256('x'), id, 'reset', email, created_at, created_at FROM account",
        "INSERT INTO half_sign_in SELECT gen_random_uuid(), sha256('x'), sha256('x'), id, 0, '{pwd}', '/', created_at FROM account",
        "INSERT INTO invitation SELECT gen_random_uuid(), sha256('x'), id, 'a@b.example', 'viewer', NULL, created_at, created_at, \
         created_at FROM workspace ON CONFLICT DO NOTHING",
    ] {
        server.execute(seed);
    }
}

/// Leaves the row of an ID token that was used.
async fn come_with_a_provider(server: &Server, provider: &Provider) {
    provider.signs_in(&provider.vouches(server, "1", "mara@northwind.example"));
    let answer = come_back(server, &server.browser()).await;
    assert_eq!(answer.location(), Some("/"), "{}", answer.body);
}

/// For each table that is swept by row: a minute before its age the row is there, a minute after it is gone.
#[tokio::test(flavor = "multi_thread")]
async fn old_rows_go_and_young_rows_stay() {
    let provider = Provider::start();
    let server = Server::start_with(&provider.configured("sso", "google", "")).await;
    live_a_little(&server).await;
    come_with_a_provider(&server, &provider).await;
    let mut seen = 0;
    for (table, keep) in RETENTION {
        let Keep::Rows(column, age) = keep else {
            continue;
        };
        let rows = server.count(table);
        assert!(rows > 0, "{table}: the journey left no row");
        let now = server.clock.now().to_rfc3339();
        server.execute(&format!("UPDATE {table} SET {column} = '{now}'"));
        server.advance(length(&server, *age).saturating_sub(MINUTE));
        sweep_now(&server);
        assert_eq!(server.count(table), rows, "{table}: a young row went");
        server.advance(2 * MINUTE);
        sweep_now(&server);
        assert_eq!(server.count(table), 0, "{table}: an old row stayed");
        // Back to a database in which every table has rows again.
        server.execute("DELETE FROM account");
        server.execute("DELETE FROM invitation");
        server.execute("DELETE FROM login_throttle");
        server.execute("TRUNCATE audit_event");
        live_a_little(&server).await;
        come_with_a_provider(&server, &provider).await;
        seen += 1;
    }
    assert!(seen >= 4, "only {seen} tables are swept by row");
}

/// A secret that no newer one replaces has no end, so no sweep takes it; what is kept for ever is there for ever.
#[tokio::test(flavor = "multi_thread")]
async fn what_has_no_end_is_never_swept() {
    let server = Server::start().await;
    live_a_little(&server).await;
    let kept = [
        "account",
        "client",
        "client_secret",
        "consent",
        "membership",
        "workspace",
    ];
    let before = kept.map(|table| server.count(table));
    assert!(before.iter().all(|rows| *rows > 0), "{before:?}");
    server.advance(DAY * 4000);
    sweep_now(&server);
    assert_eq!(kept.map(|table| server.count(table)), before);
}

/// More rows than one statement takes go in one run; a row that somebody holds waits for the next, and nobody waits for it.
#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_takes_many_batches_and_waits_for_nobody() {
    let server = Server::start().await;
    server.execute(
        "INSERT INTO login_throttle SELECT sha256(n::text::bytea), 1, '2020-01-01' FROM generate_series(1, 2500) n",
    );
    let mut holder = server.database.connect();
    holder
        .batch_execute("BEGIN; SELECT 1 FROM login_throttle WHERE subject = sha256('7'::bytea) FOR UPDATE")
        .unwrap();
    let began = Instant::now();
    sweep_now(&server);
    assert!(began.elapsed() < Duration::from_secs(5), "the sweep waited");
    assert_eq!(server.count("login_throttle"), 1);
    holder.batch_execute("ROLLBACK").unwrap();
    sweep_now(&server);
    assert_eq!(server.count("login_throttle"), 0);
}

/// CR-01, RFC 6749 §4.1.2, RFC 9700 §4.14.2: a code or a refresh token that comes back weeks later, when its access tokens have long
/// been swept away, is still recognised and ends its grant.
#[tokio::test(flavor = "multi_thread")]
async fn a_replay_weeks_later_still_revokes() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let (app, api) = (server.client(Registration::web()), api(&server));
    let code = app.code(&server, &alice, &[]).await;
    let of_code = app.exchange(&code).await.ok();
    let first = app.tokens(&server, &alice).await;
    let second = app.refresh(first.text("refresh_token")).await.ok();
    for _ in 0..30 {
        server.advance(DAY);
        sweep_now(&server);
    }
    assert_eq!(
        server.count("access_token"),
        0,
        "the access tokens are swept away"
    );
    for (id, replay, because, successor) in [
        (
            "CR-01",
            app.exchange(&code).await,
            "code_replay",
            of_code.text("refresh_token"),
        ),
        (
            "RFC 9700",
            app.refresh(first.text("refresh_token")).await,
            "refresh_reuse",
            second.text("refresh_token"),
        ),
    ] {
        assert_eq!(replay.error(), "400 invalid_grant", "{id}");
        let revoked = format!("oauth_grant WHERE revoked_because = '{because}'");
        assert_eq!(server.count(&revoked), 1, "{id}");
        assert_eq!(app.refresh(successor).await.error(), "400 invalid_grant", "{id}");
    }
    // What was left alone lives on.
    let other = app.tokens(&server, &alice).await;
    for _ in 0..30 {
        server.advance(DAY);
        sweep_now(&server);
    }
    let next = app.refresh(other.text("refresh_token")).await.ok();
    assert!(api.is_active(next.text("access_token")).await);
}
