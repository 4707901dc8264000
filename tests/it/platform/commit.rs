//! A COMMIT and its answer on a bad wire: what was asked is done wholly or not at all, and 503 is never said of what may be done.

use std::time::{Duration, Instant};

use diesel::{Connection, PgConnection};
use reqwest::StatusCode;

use super::{
    acts::{Act, Told, acts},
    ledger::Ledger,
};
use crate::support::{
    Person, Registered, Registration, Server,
    client::api,
    cluster::eventually,
    proxy::{Proxy, Trick},
};

/// Within its deadline and what it waits for a COMMIT: 2.75 s.
const AT_MOST: Duration = Duration::from_millis(3250);

async fn start(extra: &str) -> (Server, Proxy) {
    let proxy = Proxy::new();
    let server = Server::start_through(|database| proxy.before(database), extra).await;
    (server, proxy)
}

fn ledger(server: &Server) -> Ledger {
    Ledger(PgConnection::establish(&server.database.url).unwrap())
}

/// It is told that nobody knows, and nothing more.
fn is_a_fault(told: &Told, case: &str) {
    assert_eq!(
        told.status,
        StatusCode::INTERNAL_SERVER_ERROR,
        "{case}: {}",
        told.body
    );
    let said: serde_json::Value = serde_json::from_str(&told.body).unwrap();
    let code = said["error"].as_str().or(said["code"].as_str());
    assert!(
        matches!(code, Some("server_error" | "internal_error")),
        "{case}: {}",
        told.body
    );
    assert!(said["request_id"].is_string(), "{case}: {}", told.body);
    assert!(!told.retry_after && !told.location, "{case}: {}", told.body);
    for secret in ["token\":", "COMMIT", "server closed", "libpq"] {
        assert!(!told.body.contains(secret), "LG-04 {case}: {}", told.body);
    }
}

/// FA-05, FA-08: whatever a COMMIT was for, when it or its answer is lost the caller is told of a fault, and not that the same may
/// be sent again; the database holds all of it or nothing; and the server goes on.
#[tokio::test(flavor = "multi_thread")]
async fn fa_08_an_unanswered_commit_is_a_fault_and_what_it_was_for_is_whole() {
    for (trick, committed) in [(Trick::LoseCommit, false), (Trick::LoseAnswer, true)] {
        let (server, proxy) = start("").await;
        let alice = server.person("alice");
        let app = server.client(Registration::web());
        for (what, act) in acts(&server, &alice, &app).await {
            let case = format!("FA-08 {trick:?} {what}");
            let before = server.digest();
            proxy.next(trick);
            is_a_fault(&act.send().await, &case);
            assert!(proxy.struck(), "{case}: there was no COMMIT");
            assert_eq!(server.digest() != before, committed, "{case}");
            ledger(&server).holds();
        }
        let again = app.tokens(&server, &alice).await;
        assert!(
            api(&server).is_active(again.text("access_token")).await,
            "{trick:?}: the server goes on"
        );
    }
}

/// FA-08: a client that sends its refresh token or code again after such a fault gets tokens if it was not spent, and a refusal
/// that ends the grant if it was: never two live families.
#[tokio::test(flavor = "multi_thread")]
async fn fa_08_the_same_request_again_succeeds_or_ends_the_grant_as_the_lost_commit_did_or_did_not() {
    let (server, proxy) = start("").await;
    let alice = server.person("alice");
    let (app, api) = (server.client(Registration::web()), api(&server));
    for (trick, answer) in [
        (Trick::LoseCommit, "200 -"),
        (Trick::LoseAnswer, "400 invalid_grant"),
    ] {
        let first = app.tokens(&server, &alice).await;
        let refresh = first.text("refresh_token");
        proxy.next(trick);
        assert_eq!(
            app.refresh(refresh).await.error(),
            "500 server_error",
            "{trick:?}"
        );
        let again = app.refresh(refresh).await;
        assert_eq!(again.error(), answer, "FA-08 {trick:?} refresh");
        let lives = again.status == StatusCode::OK;
        assert_eq!(
            api.is_active(first.text("access_token")).await,
            lives,
            "FA-08 {trick:?}"
        );

        let code = app.code(&server, &alice, &[]).await;
        proxy.next(trick);
        assert_eq!(app.exchange(&code).await.error(), "500 server_error", "{trick:?}");
        assert_eq!(app.exchange(&code).await.error(), answer, "FA-08 {trick:?} code");
        ledger(&server).holds();
    }
    let ended = server.count("oauth_grant WHERE revoked_at IS NOT NULL");
    assert_eq!(ended, 2, "FA-08: those of the two lost answers");
}

/// A COMMIT that takes longer than the request may: the caller is told in time that nobody knows, not that nothing was done; and
/// then it comes true.
#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_outlasts_its_request_is_no_503() {
    let (server, proxy) = start("").await;
    let alice = server.person("alice");
    let app = server.client(Registration::web());
    for trick in [Trick::HoldCommit, Trick::HoldAnswer] {
        let refresh = app.tokens(&server, &alice).await.text("refresh_token").to_owned();
        proxy.next(trick);
        let began = Instant::now();
        let params = vec![
            ("grant_type", "refresh_token".to_owned()),
            ("refresh_token", refresh.clone()),
        ];
        let told = Act::Token(app.clone(), params).send().await;
        is_a_fault(&told, &format!("{trick:?}"));
        assert!(began.elapsed() < AT_MOST, "{trick:?} {:?}", began.elapsed());
        proxy.release();
        eventually("the COMMIT comes true", async || {
            ledger(&server).refresh_token_is_spent(&refresh).then_some(())
        })
        .await;
        ledger(&server).holds();
    }
}

/// A wire on which each message takes longer: whoever is not answered in time is told 503 in time, and nothing of theirs is done,
/// so that the same request succeeds when the wire is well again.
#[tokio::test(flavor = "multi_thread")]
async fn on_a_slow_wire_a_request_is_answered_in_time_or_told_503_and_loses_nothing() {
    let (server, proxy) = start("").await;
    let alice = server.person("alice");
    let (app, api) = (server.client(Registration::web()), api(&server));
    let tokens = app.tokens(&server, &alice).await;
    let mut refresh = tokens.text("refresh_token").to_owned();
    let code = app.code(&server, &alice, &[]).await;
    for delay in [150, 1500] {
        proxy.slow_down(Duration::from_millis(delay));
        for _ in 0..2 {
            let began = Instant::now();
            let reply = app.refresh(&refresh).await;
            assert!(began.elapsed() < AT_MOST, "{delay} {:?}", began.elapsed());
            match reply.error().as_str() {
                "200 -" => reply.text("refresh_token").clone_into(&mut refresh),
                "503 temporarily_unavailable" => {
                    assert!(reply.headers.contains_key("retry-after"), "{delay}");
                    assert!(
                        !ledger(&server).refresh_token_is_spent(&refresh),
                        "{delay}: 503, and spent"
                    );
                }
                // The COMMIT itself was under way at the deadline.
                "500 server_error" => {
                    assert!(reply.text.contains("not known"), "{delay}: {}", reply.text);
                    refresh = app_tokens(&server, &alice, &app, &proxy).await;
                }
                other => panic!("{delay}: {other} {}", reply.text),
            }
        }
    }
    let began = Instant::now();
    let told = api.introspect(&refresh).await;
    assert_eq!(told.error(), "503 temporarily_unavailable");
    assert!(began.elapsed() < AT_MOST, "{:?}", began.elapsed());
    proxy.slow_down(Duration::ZERO);
    eventually("well again", async || {
        let ready = server.browser().get("/health/ready").await.status;
        (ready == StatusCode::OK).then_some(())
    })
    .await;
    let _ = app.refresh(&refresh).await.ok();
    // The code has waited for longer than it lives, perhaps.
    assert!(["200 -", "400 invalid_grant"].contains(&app.exchange(&code).await.error().as_str()));
    ledger(&server).holds();
}

/// Another family, got on a wire that is well for a moment.
async fn app_tokens(server: &Server, alice: &Person, app: &Registered, proxy: &Proxy) -> String {
    proxy.slow_down(Duration::ZERO);
    app.tokens(server, alice).await.text("refresh_token").to_owned()
}
