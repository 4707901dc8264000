//! Which account a person is who comes with another provider's word (`SECURITY-CASES`, group SL).

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{
    federate::{accounts, at_the_provider, come_back, press, with},
    signed_in_as,
};
use crate::support::{Server, provider::Provider, server::PASSWORD};

const TENANT: &str = "11111111-2222-3333-4444-555555555555";
const OTHER_TENANT: &str = "99999999-2222-3333-4444-555555555555";
const OBJECT: &str = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee";

/// SL-01, SL-02, SL-04, SL-07: an address that nobody vouches for, in so many words, links nothing and tells nothing.
#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_the_provider_does_not_vouch_for_opens_no_account() {
    let base = |provider: &Provider, server: &Server, change: &Value| {
        let mut claims = provider.claims(server, "1");
        claims["email"] = json!("alice@people.example");
        for (name, value) in change.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims
    };
    let of_microsoft = json!({
        "tid": TENANT, "oid": OBJECT, "email_verified": true, "preferred_username": "alice@people.example",
        "upn": "alice@people.example",
    });
    let with = |name: &str, value: Value| {
        let mut all = of_microsoft.clone();
        all[name] = value;
        all
    };
    for (kind, more, rows) in [
        (
            "google",
            "",
            vec![
                ("SL-01", json!({"email_verified": false})),
                ("SL-02", json!({"email_verified": "true"})),
                ("SL-02", json!({"email_verified": 1})),
                ("SL-02", json!({"email_verified": [true]})),
                ("SL-02", json!({"email_verified": null})),
                ("SL-02", json!({})),
                ("SL-04", json!({"xms_edov": true})),
                (
                    "SL-07",
                    json!({"email_verified": true, "email": "a@evil.example@people.example"}),
                ),
                (
                    "SL-07",
                    json!({"email_verified": true, "email": ["alice@people.example"]}),
                ),
                (
                    "SL-07",
                    json!({"email_verified": true, "email": "\"alice\"@people.example"}),
                ),
            ],
        ),
        (
            "microsoft",
            "",
            vec![
                ("SL-04", of_microsoft.clone()),
                ("SL-04", with("xms_edov", json!("true"))),
                ("SL-04", with("xms_edov", json!(1))),
                ("SL-04", with("xms_edov", json!(false))),
            ],
        ),
        (
            "oidc",
            "name = \"A\"",
            vec![("SL-01", json!({"email_verified": true}))],
        ),
        (
            "oidc",
            "name = \"A\"\nvouches_for_email = true",
            vec![("SL-02", json!({"email_verified": "true"})), ("SL-02", json!({}))],
        ),
    ] {
        let provider = Provider::start();
        let server = self::with(&provider, kind, more).await;
        server.person("alice");
        for (case, change) in rows {
            println!("{case} {kind} {change}");
            let mut told = Vec::new();
            for known in [true, false] {
                let mut claims = base(&provider, &server, &change);
                if !known && claims["email"] == "alice@people.example" {
                    claims["email"] = json!("nobody@people.example");
                }
                provider.signs_in(&claims);
                let before = server.facts();
                let browser = server.browser();
                let answer = come_back(&server, &browser).await;
                assert_eq!(
                    answer.status,
                    StatusCode::FORBIDDEN,
                    "{case} {change}: {}",
                    answer.body
                );
                assert!(
                    answer.body.contains("identity_not_linked"),
                    "{case}: {}",
                    answer.body
                );
                assert_eq!(
                    server.changed_since(&before),
                    Vec::<String>::new(),
                    "{case} {change}"
                );
                assert_eq!(browser.cookie("consentry_session"), None, "{case} {change}");
                let body = answer.body;
                let (words, _) = body.split_once("csrf_token").unwrap();
                told.push(words.to_owned());
            }
            assert_eq!(
                told[0], told[1],
                "{case}: the answer tells whether the address is known"
            );
        }
    }
}

/// Where both ends prove the address, the person is that account.
#[tokio::test(flavor = "multi_thread")]
async fn a_vouched_address_links_to_the_verified_account_that_has_it() {
    for (kind, more, change) in [
        ("google", "", json!({"email_verified": true})),
        (
            "microsoft",
            "",
            json!({"tid": TENANT, "oid": OBJECT, "xms_edov": true}),
        ),
        (
            "oidc",
            "name = \"A\"\nvouches_for_email = true",
            json!({"email_verified": true}),
        ),
    ] {
        let provider = Provider::start();
        let server = with(&provider, kind, more).await;
        let alice = server.person("alice");
        let mut claims = provider.claims(&server, "1");
        claims["email"] = json!("Alice@People.example");
        for (name, value) in change.as_object().unwrap() {
            claims[name] = value.clone();
        }
        provider.signs_in(&claims);
        let browser = server.browser();
        assert_eq!(come_back(&server, &browser).await.location(), Some("/"), "{kind}");
        assert_eq!(signed_in_as(&browser).await, Some(alice.email.clone()), "{kind}");
        assert_eq!(server.count("account"), 1, "{kind}");
        // The password stays: it was theirs.
        let answer = super::try_sign_in(&server.browser(), &alice.email, PASSWORD).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{kind}");
    }
}

/// SL-03: whoever registered the address of somebody else without verifying it keeps nothing when that person comes.
#[tokio::test(flavor = "multi_thread")]
async fn an_unverified_registration_gives_way_to_the_person_whose_address_it_is() {
    println!("SL-03");
    let provider = Provider::start();
    let server = with(&provider, "google", "").await;
    let squatter = server.person("mara");
    server.execute("UPDATE account SET verified_at = NULL, name = 'Squatter'");
    let mut claims = provider.vouches(&server, "1", &squatter.email);
    claims["name"] = json!("Mara");
    provider.signs_in(&claims);
    let browser = server.browser();
    assert_eq!(come_back(&server, &browser).await.location(), Some("/"), "SL-03");
    assert_eq!(
        signed_in_as(&browser).await,
        Some(squatter.email.clone()),
        "SL-03"
    );
    assert_eq!(
        server.count("account WHERE password_hash IS NULL AND credentials_epoch = 1 AND verified_at IS NOT NULL AND name = 'Mara'"),
        1,
        "SL-03"
    );
    assert_eq!(
        server.count("audit_event WHERE kind = 'account.claimed'"),
        1,
        "SL-03"
    );
    let answer = super::try_sign_in(&server.browser(), &squatter.email, PASSWORD).await;
    assert_eq!(
        answer.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "SL-03: the squatter's password"
    );
}

/// SL-05: one object in two tenants is two people; one in one tenant is one, whatever `sub` the app gets.
#[tokio::test(flavor = "multi_thread")]
async fn a_person_of_microsofts_is_a_tenant_and_an_object() {
    let provider = Provider::start();
    let extra = format!("tenants = [\"{TENANT}\", \"{OTHER_TENANT}\"]");
    let server = with(&provider, "microsoft", &extra).await;
    let signs_in = async |tid: &str, oid: &str, sub: &str, email: &str| {
        let mut claims = provider.claims(&server, sub);
        claims["tid"] = json!(tid);
        claims["oid"] = json!(oid);
        claims["email"] = json!(email);
        claims["xms_edov"] = json!(true);
        provider.signs_in(&claims);
        let browser = server.browser();
        let answer = come_back(&server, &browser).await;
        (answer.status, signed_in_as(&browser).await)
    };
    let other = "bbbbbbbb-bbbb-cccc-dddd-eeeeeeeeeeee";
    for (case, tid, oid, sub, email, expected) in [
        (
            "the first",
            TENANT,
            OBJECT,
            "1",
            "a@one.example",
            Some("a@one.example"),
        ),
        (
            "SL-05",
            OTHER_TENANT,
            OBJECT,
            "1",
            "b@two.example",
            Some("b@two.example"),
        ),
        (
            "SL-05 again",
            TENANT,
            OBJECT,
            "2",
            "c@three.example",
            Some("a@one.example"),
        ),
        (
            "another object",
            TENANT,
            other,
            "1",
            "d@four.example",
            Some("d@four.example"),
        ),
        ("a tenant that may not", other, OBJECT, "1", "a@one.example", None),
        ("no tenant id", "common", OBJECT, "1", "a@one.example", None),
        ("no object id", TENANT, "../1", "1", "a@one.example", None),
    ] {
        println!("{case}");
        let (status, who) = signs_in(tid, oid, sub, email).await;
        assert_eq!(who.as_deref(), expected, "{case} {status}");
    }
    assert_eq!(server.count("account"), 3);
}

/// SL-14: the address at the provider becomes somebody else's.
#[tokio::test(flavor = "multi_thread")]
async fn who_came_before_is_the_same_account_whatever_address_the_provider_names_now() {
    println!("SL-14");
    let provider = Provider::start();
    let server = with(&provider, "google", "").await;
    let alice = server.person("alice");
    for (sub, email, expected) in [
        ("1", "mara@northwind.example", "mara@northwind.example"),
        ("1", alice.email.as_str(), "mara@northwind.example"),
        ("1", "new@northwind.example", "mara@northwind.example"),
        // Whoever has Mara's old address there now is not Mara: the address here is still hers, and the provider says it is theirs.
        ("2", "other@northwind.example", "other@northwind.example"),
    ] {
        provider.signs_in(&provider.vouches(&server, sub, email));
        let browser = server.browser();
        come_back(&server, &browser).await;
        assert_eq!(
            signed_in_as(&browser).await.as_deref(),
            Some(expected),
            "SL-14 {sub} {email}"
        );
    }
    assert_eq!(
        server.count(&format!("identity WHERE account_id = '{}'", alice.account.id)),
        0,
        "SL-14"
    );
    // Also without any address: who it is does not hang from it.
    provider.signs_in(&provider.claims(&server, "1"));
    let browser = server.browser();
    come_back(&server, &browser).await;
    assert_eq!(
        signed_in_as(&browser).await.as_deref(),
        Some("mara@northwind.example"),
        "SL-14"
    );
}

/// Who may make an account is for the operator to say; who has one signs in all the same. A disabled account stays so.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_new_is_let_in_where_registration_is_by_invitation_and_nobody_whose_account_is_disabled() {
    let provider = Provider::start();
    let config = format!(
        "registration = \"invitation\"\n{}",
        provider.configured("sso", "google", "")
    );
    let server = Server::start_with(&config).await;
    let alice = server.person("alice");
    provider.signs_in(&provider.vouches(&server, "2", "mara@northwind.example"));
    let before = server.facts();
    let answer = come_back(&server, &server.browser()).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(answer.body.contains("registration_closed"), "{}", answer.body);
    assert_eq!(server.changed_since(&before), Vec::<String>::new());
    for (sub, case) in [("1", "linked before"), ("3", "by the address")] {
        server.execute("UPDATE account SET disabled_at = NULL");
        if sub == "1" {
            provider.signs_in(&provider.vouches(&server, sub, &alice.email));
            assert_eq!(
                come_back(&server, &server.browser()).await.location(),
                Some("/"),
                "{case}"
            );
        }
        server.execute("UPDATE account SET disabled_at = now()");
        provider.signs_in(&provider.vouches(&server, sub, &alice.email));
        let before = server.facts();
        let answer = come_back(&server, &server.browser()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{case}");
        assert!(
            answer.body.contains("account_disabled"),
            "{case}: {}",
            answer.body
        );
        assert_eq!(server.changed_since(&before), Vec::<String>::new(), "{case}");
    }
}

/// Two browsers of one new person at once: one account, two sessions.
#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_comes_for_the_first_time_twice_at_once_is_one_account() {
    let provider = Provider::start();
    let server = with(&provider, "google", "").await;
    let mut backs = Vec::new();
    for _ in 0..6 {
        let browser = server.browser();
        let page = browser.get("/login").await;
        let sent = press(&browser, &page).await;
        let back = at_the_provider(&server, &sent).await;
        backs.push((browser, back));
    }
    // Each with a token of its own.
    let claims = provider.vouches(&server, "1", "mara@northwind.example");
    provider.signs_in(&claims);
    let all = backs
        .into_iter()
        .map(|(browser, back)| tokio::spawn(async move { browser.get(&back).await }));
    for answer in all.collect::<Vec<_>>() {
        let answer = answer.await.unwrap();
        assert_eq!(answer.location(), Some("/"), "{}", answer.body);
    }
    assert_eq!(accounts(&server), (1, 1, 6));
}
