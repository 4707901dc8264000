//! Many at once: real connections, opened before, against two nodes over one database.

use reqwest::StatusCode;

use crate::support::{
    Registered, Registration, Server,
    client::{Reply, api},
    cluster::eventually,
    wire::{Post, Wire, race},
};

/// How many race: more than the pool of either node has connections.
const RACERS: usize = 50;

fn exchange(client: &Registered, origin: &str, code: &str) -> Post {
    client.posted(
        origin,
        "/oauth/token",
        &[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &client.redirect_uri),
        ],
    )
}

fn refresh(client: &Registered, origin: &str, token: &str) -> Post {
    client.posted(
        origin,
        "/oauth/token",
        &[("grant_type", "refresh_token"), ("refresh_token", token)],
    )
}

fn revoke(client: &Registered, origin: &str, token: &str) -> Post {
    client.posted(origin, "/oauth/token/revoke", &[("token", token)])
}

/// The one success of a race whose losers were all told `invalid_grant`.
fn winner(case: &str, replies: Vec<Reply>) -> Reply {
    let (won, lost): (Vec<Reply>, Vec<Reply>) = replies
        .into_iter()
        .partition(|reply| reply.status == StatusCode::OK);
    assert_eq!(won.len(), 1, "{case}: exactly one wins");
    for reply in lost {
        assert_eq!(reply.error(), "400 invalid_grant", "{case}: {}", reply.text);
    }
    won.into_iter().next().unwrap()
}

/// RFC 6749 §4.1.2: a code is used once, so of many one gets tokens; and because it was presented more than once, what it
/// got is revoked in the end. Losers cannot be told from a replay.
#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_redemptions_of_one_code_on_two_nodes_one_wins_and_its_tokens_die() {
    let server = Server::start().await;
    let node = server.node();
    let alice = server.person("alice");
    let web = server.client(Registration::web());
    let bystander = web.tokens(&server, &alice).await;
    let code = web.code(&server, &alice, &[]).await;
    let (grants, access, refreshing) = (
        server.count("oauth_grant"),
        server.count("access_token"),
        server.count("refresh_token"),
    );
    let posts: Vec<Post> = (0..RACERS)
        .map(|racer| {
            exchange(
                &web,
                if racer % 2 == 0 {
                    &server.origin
                } else {
                    &node.origin
                },
                &code,
            )
        })
        .collect();
    let won = winner("RC-01", race(&posts));
    assert_eq!(server.count("access_token"), access + 1, "RC-01");
    assert_eq!(server.count("refresh_token"), refreshing + 1, "RC-01");
    assert_eq!(server.count("oauth_grant"), grants, "RC-01");
    assert_eq!(
        server.count("oauth_grant WHERE revoked_because = 'code_replay'"),
        1,
        "RC-01"
    );
    assert_eq!(
        server.count("audit_event WHERE kind = 'authorization_code.replayed'"),
        1,
        "RC-01: told once"
    );
    assert!(!web.is_active(won.text("access_token")).await, "RC-01");
    assert_eq!(
        web.refresh(won.text("refresh_token")).await.error(),
        "400 invalid_grant",
        "RC-01"
    );
    web.refresh(bystander.text("refresh_token")).await.ok();
}

/// RFC 9700 §4.14.2: however many present it, one refresh token has one successor, and the family is revoked.
#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_uses_of_one_refresh_token_on_two_nodes_one_wins_and_the_family_dies() {
    let server = Server::start().await;
    let node = server.node();
    let alice = server.person("alice");
    let web = server.client(Registration::web());
    let bystander = web.tokens(&server, &alice).await;
    let tokens = web.tokens(&server, &alice).await;
    let before = server.count("refresh_token");
    let posts: Vec<Post> = (0..RACERS)
        .map(|racer| {
            let origin = if racer % 2 == 0 {
                &server.origin
            } else {
                &node.origin
            };
            refresh(&web, origin, tokens.text("refresh_token"))
        })
        .collect();
    let won = winner("RC-02", race(&posts));
    assert_eq!(server.count("refresh_token"), before + 1, "RC-02: one successor");
    assert_eq!(server.count("refresh_token WHERE generation = 1"), 1, "RC-02");
    assert_eq!(
        server.count("oauth_grant WHERE revoked_because = 'refresh_reuse'"),
        1,
        "RC-02"
    );
    assert_eq!(
        server.count("audit_event WHERE kind = 'refresh_token.reused'"),
        1,
        "RC-02: told once"
    );
    for dead in [&tokens, &won] {
        assert!(!web.is_active(dead.text("access_token")).await, "RC-02");
        assert_eq!(
            web.refresh(dead.text("refresh_token")).await.error(),
            "400 invalid_grant",
            "RC-02"
        );
    }
    web.refresh(bystander.text("refresh_token")).await.ok();
}

/// P-6: a client that lost the answer cannot be told from a thief; both are asked to have the person connect again.
#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_whose_answer_was_lost_and_is_tried_again_ends_the_grant() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let web = server.client(Registration::web());
    let tokens = web.tokens(&server, &alice).await;
    let mut wire = Wire::open(&server.origin);
    refresh(&web, &server.origin, tokens.text("refresh_token")).send(&mut wire);
    drop(wire);
    eventually("RC-06: the use of the token", async || {
        (server.count("refresh_token WHERE used_at IS NOT NULL") == 1).then_some(())
    })
    .await;
    assert_eq!(
        server.count("refresh_token"),
        2,
        "RC-06: spent only together with a successor"
    );
    let again = web.refresh(tokens.text("refresh_token")).await;
    assert_eq!(again.error(), "400 invalid_grant", "RC-06");
    assert_eq!(
        server.count("oauth_grant WHERE revoked_because = 'refresh_reuse'"),
        1,
        "RC-06"
    );
    assert!(!web.is_active(tokens.text("access_token")).await, "RC-06");
}

/// RFC 7009 §2.1: whichever comes first, nothing that the refresh made survives the revocation.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_survives_a_revocation_that_races_with_a_refresh() {
    let server = Server::start().await;
    let node = server.node();
    let alice = server.person("alice");
    let web = server.client(Registration::web());
    let api = api(&server);
    let browser = server.browser();
    let mut refreshed = 0;
    for round in 0..60 {
        let answer = browser.connect(&web, &alice, &[]).await;
        let tokens = web.exchange(&answer.callback()["code"]).await.ok();
        let token = tokens.text("refresh_token");
        let mut posts = [
            refresh(&web, &server.origin, token),
            revoke(&web, &node.origin, token),
        ];
        if round % 2 == 1 {
            posts.reverse();
        }
        for reply in race(&posts) {
            if reply.text.is_empty() {
                assert_eq!(
                    reply.status,
                    StatusCode::OK,
                    "RC-10 round {round}: the revocation"
                );
            } else if reply.status == StatusCode::OK {
                refreshed += 1;
                assert!(
                    !api.is_active(reply.text("access_token")).await,
                    "RC-10 round {round}"
                );
                let next = web.refresh(reply.text("refresh_token")).await;
                assert_eq!(next.error(), "400 invalid_grant", "RC-10 round {round}");
            } else {
                assert_eq!(reply.error(), "400 invalid_grant", "RC-10 round {round}");
            }
        }
        assert!(
            !api.is_active(tokens.text("access_token")).await,
            "RC-10 round {round}"
        );
    }
    assert_eq!(server.count("oauth_grant WHERE revoked_at IS NULL"), 0, "RC-10");
    assert!(
        refreshed > 0,
        "RC-10: no refresh ever came first, so nothing was tried"
    );
}

/// Locks taken in different orders would deadlock; whatever the database says of that, no caller hears of it.
#[tokio::test(flavor = "multi_thread")]
async fn refreshes_reuses_and_revocations_of_one_person_never_meet_a_fault() {
    let server = Server::start().await;
    let node = server.node();
    let alice = server.person("alice");
    let web = server.client(Registration::web());
    let browser = server.browser();
    for round in 0..5 {
        let mut posts = Vec::new();
        for device in 0..10 {
            let answer = browser.connect(&web, &alice, &[]).await;
            let code = answer.callback().remove("code").unwrap();
            let tokens = web.exchange(&code).await.ok();
            let origin = if device % 2 == 0 {
                &server.origin
            } else {
                &node.origin
            };
            let token = tokens.text("refresh_token");
            posts.push(refresh(&web, origin, token));
            posts.push(revoke(&web, &node.origin, tokens.text("access_token")));
            // The second use, the replay of the code and the revocation all end the same grant.
            posts.push(refresh(&web, &node.origin, token));
            posts.push(exchange(&web, &server.origin, &code));
            if device % 3 == 0 {
                posts.push(revoke(&web, origin, token));
            }
        }
        for reply in race(&posts) {
            let known = reply.status == StatusCode::OK || reply.error() == "400 invalid_grant";
            assert!(known, "RC-21 round {round}: {} {}", reply.status, reply.text);
        }
    }
    assert_eq!(server.count("oauth_grant WHERE revoked_at IS NULL"), 0, "RC-21");
}
