//! A code for tokens: once, by its client, with what it was made for, within a minute (RFC 6749 §4.1.3, RFC 9700 §4.5).

use std::time::Duration;

use consentry::{oauth::consent, platform::config::Role};

use crate::support::{
    Registered, Registration, Server,
    client::{CALLBACK, CHALLENGE, VERIFIER, api},
    server::{AUDIENCE, OTHER_AUDIENCE},
};

const PKCE: &[(&str, &str)] = &[("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];

/// One character more than a verifier may have (RFC 7636 §4.1).
const LONG_VERIFIER: &str = "0123456789012345678901234567890123456789012345678901234567890123456789\
                             01234567890123456789012345678901234567890123456789012345678";

/// A verifier of good form that no challenge was made from.
const OTHER_VERIFIER: &str = "other-verifier-other-verifier-other-verifier";

/// Parameters to add, replace or leave out.
type Changes = &'static [(&'static str, &'static str)];

const DAY: Duration = Duration::from_hours(24);

/// RFC 7636 §4.6, RFC 9700 §4.8.2 and policy P-1: whoever presents a code wrongly has no second try, and nothing else
/// ends. RFC 6749 §4.1.3 says the same of the redirect URI.
#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_verifier_or_redirect_uri_burns_the_code_and_touches_nothing_else() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let web = server.client(Registration::web());
    let native = server.client(Registration::native().with(|new| {
        new.redirect_uris = vec!["https://native.example/cb".to_owned()];
    }));
    let bystander = web.tokens(&server, &alice).await;

    let with_pkce = |client: &Registered| (client.clone(), PKCE);
    let rows: [(&str, (Registered, Changes), Changes); 9] = [
        ("PK-06 confidential", with_pkce(&web), &[]),
        ("PK-06 public", with_pkce(&native), &[("code_verifier", "")]),
        (
            "PK-07 confidential",
            with_pkce(&web),
            &[("code_verifier", OTHER_VERIFIER)],
        ),
        (
            "PK-07 public",
            with_pkce(&native),
            &[("code_verifier", OTHER_VERIFIER)],
        ),
        ("PK-07 too short", with_pkce(&web), &[("code_verifier", "short")]),
        (
            "PK-07 too long",
            with_pkce(&native),
            &[("code_verifier", LONG_VERIFIER)],
        ),
        ("PK-10", (web.clone(), &[]), &[("code_verifier", VERIFIER)]),
        (
            "CR-08 another of its own",
            (web.clone(), &[]),
            &[("redirect_uri", "https://rp.example/cb2?x=1")],
        ),
        (
            "CR-08 nearly the same",
            (web.clone(), &[]),
            &[("redirect_uri", "https://rp.example/cb/")],
        ),
    ];
    for (case, (client, asked), presented) in rows {
        let code = client.code(&server, &alice, asked).await;
        let before = server.facts();
        let refused = client.exchange_with(&code, presented).await;
        assert_eq!(refused.error(), "400 invalid_grant", "{case}");
        assert_eq!(refused.headers["cache-control"], "no-store", "{case}");
        assert_eq!(
            server.changed_since(&before),
            ["authorization_code"],
            "{case}: burnt"
        );

        let verifier = if asked.is_empty() { "" } else { VERIFIER };
        let before = server.facts();
        let right = client.exchange_with(&code, &[("code_verifier", verifier)]).await;
        assert_eq!(
            right.error(),
            "400 invalid_grant",
            "{case}: a burnt code stays burnt"
        );
        assert_eq!(server.changed_since(&before), [""; 0], "{case}");
    }
    assert_eq!(
        server.count("audit_event WHERE kind = 'authorization_code.burnt'"),
        9,
        "each is told once"
    );
    assert_eq!(server.count("oauth_grant WHERE revoked_at IS NOT NULL"), 0);
    assert!(api(&server).is_active(bystander.text("access_token")).await);
    web.refresh(bystander.text("refresh_token")).await.ok();
}

/// A request that misses a parameter, or has one of the wrong form, is refused before any code is looked for; so is
/// a resource that the grant does not have (RFC 8707 §2.2), the wrong client (CR-05) and the wrong secret (CR-03).
#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_refused_for_another_reason_leaves_the_code_good() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let web = server.client(Registration::web());
    let other = server.client(Registration::web());
    let public = server.client(Registration::native());
    let thief = web.with_secret(other.secret.as_deref());
    let forgetful = web.with_secret(None);
    let code = web.code(&server, &alice, PKCE).await;
    let right = ("code_verifier", VERIFIER);
    let before = server.facts();
    for (case, client, changes, expected) in [
        ("CR-03", &thief, &[right][..], "401 invalid_client"),
        ("CR-03 no secret", &forgetful, &[right], "401 invalid_client"),
        ("CR-05 confidential", &other, &[right], "400 invalid_grant"),
        (
            "CR-05 public",
            &public,
            &[right, ("redirect_uri", CALLBACK)],
            "400 invalid_grant",
        ),
        ("CR-09", &web, &[right, ("redirect_uri", "")], "400 invalid_grant"),
        ("no code", &web, &[right, ("code", "")], "400 invalid_request"),
        (
            "a resource that it does not have",
            &web,
            &[right, ("resource", OTHER_AUDIENCE)],
            "400 invalid_target",
        ),
        (
            "one that it has and one that it has not",
            &web,
            &[right, ("resource", AUDIENCE), ("resource", OTHER_AUDIENCE)],
            "400 invalid_target",
        ),
        (
            "no URI",
            &web,
            &[right, ("resource", "api")],
            "400 invalid_target",
        ),
        (
            "the code of nobody",
            &web,
            &[right, ("code", "cst_ac_0")],
            "400 invalid_grant",
        ),
    ] {
        let refused = client.exchange_with(&code, changes).await;
        assert_eq!(refused.error(), expected, "{case}: {}", refused.text);
        assert_eq!(server.changed_since(&before), [""; 0], "{case}");
    }
    let tokens = web
        .exchange_with(&code, &[right, ("resource", AUDIENCE)])
        .await
        .ok();
    assert_eq!(tokens.text("scope"), "analytics.read posts.write");
}

/// RFC 6749 §4.1.2, §10.5: a code that is presented twice was copied, so what came of it ends, however much later.
#[tokio::test(flavor = "multi_thread")]
async fn a_code_presented_again_ends_everything_that_came_of_it_even_weeks_later() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let web = server.client(Registration::web().with(|new| new.access_token_seconds = Some(80_000)));
    let api = api(&server);
    let bystander = web.tokens(&server, &alice).await;
    for (case, later, rotations) in [
        ("CR-01", Duration::ZERO, 0),
        ("CR-01 after the minute of the code", Duration::from_mins(10), 0),
        ("CR-02", Duration::ZERO, 1),
        ("CR-02 twice", Duration::ZERO, 2),
        ("CR-01 weeks later", 30 * DAY, 1),
    ] {
        let code = web.code(&server, &alice, &[]).await;
        let mut all = vec![web.exchange(&code).await.ok()];
        server.advance(later);
        for _ in 0..rotations {
            let last = all.last().unwrap().text("refresh_token").to_owned();
            all.push(web.refresh(&last).await.ok());
        }
        let last = all.last().unwrap().clone();
        assert!(
            api.is_active(last.text("access_token")).await || rotations == 0,
            "{case}"
        );

        let replays = "audit_event WHERE kind = 'authorization_code.replayed'";
        let told = server.count(replays);
        let before = server.facts();
        assert_eq!(web.exchange(&code).await.error(), "400 invalid_grant", "{case}");
        assert_eq!(server.changed_since(&before), ["oauth_grant"], "{case}");
        assert_eq!(server.count(replays), told + 1, "{case}");
        for tokens in &all {
            assert!(!api.is_active(tokens.text("access_token")).await, "{case}");
            let refused = web.refresh(tokens.text("refresh_token")).await;
            assert_eq!(refused.error(), "400 invalid_grant", "{case}");
        }
        let before = server.facts();
        assert_eq!(web.exchange(&code).await.error(), "400 invalid_grant", "{case}");
        assert_eq!(server.changed_since(&before), [""; 0], "{case}: dead already");
    }
    web.refresh(bystander.text("refresh_token")).await.ok();
}

/// Otherwise anybody who saw a spent code could log people out: the answer to a stranger changes nothing (CR-03).
#[tokio::test(flavor = "multi_thread")]
async fn a_spent_code_presented_by_anyone_else_ends_nothing() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let web = server.client(Registration::web());
    let other = server.client(Registration::web());
    let code = web.code(&server, &alice, &[]).await;
    let tokens = web.exchange(&code).await.ok();
    let before = server.facts();
    for (case, client, expected) in [
        (
            "CR-03 wrong secret",
            web.with_secret(other.secret.as_deref()),
            "401 invalid_client",
        ),
        ("CR-03 no secret", web.with_secret(None), "401 invalid_client"),
        ("CR-05 another client", other.clone(), "400 invalid_grant"),
    ] {
        assert_eq!(client.exchange(&code).await.error(), expected, "{case}");
        assert_eq!(server.changed_since(&before), [""; 0], "{case}");
    }
    assert!(web.is_active(tokens.text("access_token")).await);
    web.refresh(tokens.text("refresh_token")).await.ok();
}

/// RFC 6749 §4.1.2: a code lives for a minute at most.
#[tokio::test(flavor = "multi_thread")]
async fn a_code_works_for_a_minute_and_no_longer() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let web = server.client(Registration::web());
    let bystander = web.tokens(&server, &alice).await;
    for (case, age, works) in [
        ("CR-10 at 50 s", 50, true),
        ("CR-10 at 60 s", 60, false),
        ("CR-10 at 61 s", 61, false),
        ("CR-10 at a day", 86_400, false),
    ] {
        let code = web.code(&server, &alice, &[]).await;
        server.advance(Duration::from_secs(age));
        let before = server.facts();
        let answer = web.exchange(&code).await;
        if works {
            answer.ok();
        } else {
            assert_eq!(answer.error(), "400 invalid_grant", "{case}");
            assert_eq!(server.changed_since(&before), [""; 0], "{case}");
        }
    }
    web.refresh(bystander.text("refresh_token")).await.ok();
}

/// Being alive is looked up, never copied: whatever ended between the consent and the exchange counts.
#[tokio::test(flavor = "multi_thread")]
async fn a_code_whose_person_place_or_consent_has_gone_gives_nothing() {
    let server = Server::start().await;
    let workspace = server.workspace("acme").id;
    for (case, end) in [
        (
            "left the workspace",
            "DELETE FROM membership WHERE account_id = '{account}'",
        ),
        (
            "account disabled",
            "UPDATE account SET disabled_at = created_at WHERE id = '{account}'",
        ),
        ("account deleted", "DELETE FROM account WHERE id = '{account}'"),
        (
            "password reset",
            "UPDATE account SET credentials_epoch = credentials_epoch + 1 WHERE id = '{account}'",
        ),
        (
            "consent revoked",
            "UPDATE consent SET revoked_at = created_at WHERE account_id = '{account}'",
        ),
        // Last: it ends everybody's.
        (
            "workspace deleted",
            "UPDATE workspace SET deleted_at = created_at WHERE id = '{workspace}'",
        ),
    ] {
        let person = server.person_in(&case.replace(' ', "-"), &[("acme", Role::Member)]);
        let web = server.client(Registration::web());
        let code = web.code(&server, &person, &[]).await;
        server.execute(
            &end.replace("{account}", &person.account.id.to_string())
                .replace("{workspace}", &workspace.to_string()),
        );
        let before = server.facts();
        assert_eq!(web.exchange(&code).await.error(), "400 invalid_grant", "{case}");
        assert_eq!(server.changed_since(&before), [""; 0], "{case}");
    }
}

/// *Remove access* ends the consent and every grant under it, through the door that people have.
#[tokio::test(flavor = "multi_thread")]
async fn removing_access_ends_a_code_and_every_token_of_that_client() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let web = server.client(Registration::web());
    let other = server.client(Registration::web());
    let elsewhere = other.tokens(&server, &alice).await;
    let tokens = web.tokens(&server, &alice).await;
    let code = web.code(&server, &alice, &[]).await;
    let mut conn = server.database.connect();
    for standing in consent::standing(&mut conn, alice.account.id, web.client_id()).unwrap() {
        consent::revoke(&mut conn, standing.id, server.clock.now())
            .unwrap()
            .unwrap();
    }
    assert_eq!(web.exchange(&code).await.error(), "400 invalid_grant");
    assert!(!web.is_active(tokens.text("access_token")).await);
    assert_eq!(
        web.refresh(tokens.text("refresh_token")).await.error(),
        "400 invalid_grant"
    );
    assert!(other.is_active(elsewhere.text("access_token")).await);
}

/// RFC 9700 §4.2: the page after the redirect gets no address with a code in it, and nothing shows the code.
#[tokio::test(flavor = "multi_thread")]
async fn the_redirect_with_the_code_tells_it_to_nobody_else() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let web = server.client(Registration::web());
    let answer = server.browser().connect(&web, &alice, &[]).await;
    let code = answer.callback().remove("code").unwrap();
    assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "CR-16");
    assert_eq!(answer.header("cache-control"), Some("no-store"), "CR-16");
    assert!(!answer.body.contains(&code), "CR-16: {}", answer.body);
}
