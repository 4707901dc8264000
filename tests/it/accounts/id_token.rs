//! ID tokens of a provider, good ones and hostile ones, as its token endpoint hands them out (`SECURITY-CASES`, group ID).
//! Whatever is refused leaves every table as it was.

use std::{sync::Arc, time::Duration};

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::federate::{at_the_provider, come_back, press};
use crate::support::{
    Server,
    provider::{CLIENT_ID, Key, Provider, encoded},
};

/// Writes a token of a header and claims, in some way of its own.
type Write = fn(&str, &str) -> String;

/// Makes another signature of an honest one.
type Forge = fn(&[u8]) -> Vec<u8>;

/// A server, its provider, and what is tried there.
struct Tried {
    server: Server,
    provider: Provider,
}

impl Tried {
    async fn of(kind: &str, more: &str) -> Self {
        let provider = Provider::start();
        let config = provider.configured("sso", kind, more);
        Self {
            server: Server::start_with(&config).await,
            provider,
        }
    }

    async fn google() -> Self {
        Self::of("google", "").await
    }

    async fn oidc() -> Self {
        Self::of("oidc", "name = \"A\"\nvouches_for_email = true").await
    }

    /// Good claims of somebody new each time, so that what was accepted before does not matter.
    fn claims(&self) -> Value {
        let id = uuid::Uuid::now_v7();
        self.provider
            .vouches(&self.server, &id.to_string(), &format!("{id}@northwind.example"))
    }

    /// The claims with these instead; `null` takes one away.
    fn with(&self, changes: &Value) -> Value {
        let mut claims = self.claims();
        for (name, value) in changes.as_object().unwrap() {
            if value.is_null() {
                claims.as_object_mut().unwrap().remove(name);
            } else {
                claims[name] = value.clone();
            }
        }
        claims
    }

    /// What the server makes of a token that is written when the nonce is known.
    async fn answer(&self, mint: impl Fn(&str) -> String + Send + Sync + 'static) -> StatusCode {
        self.provider.mints(mint);
        let browser = self.server.browser();
        let answer = come_back(&self.server, &browser).await;
        let is_in = browser.cookie("consentry_session").is_some();
        assert_eq!(is_in, answer.status == StatusCode::SEE_OTHER, "{}", answer.body);
        answer.status
    }

    async fn accepts(&self, case: &str, mint: impl Fn(&str) -> String + Send + Sync + 'static) {
        println!("{case}: accepted");
        assert_eq!(self.answer(mint).await, StatusCode::SEE_OTHER, "{case}");
    }

    async fn refuses(&self, case: &str, mint: impl Fn(&str) -> String + Send + Sync + 'static) {
        println!("{case}: refused");
        let before = self.server.facts();
        assert_eq!(self.answer(mint).await, StatusCode::UNAUTHORIZED, "{case}");
        assert_eq!(self.server.changed_since(&before), Vec::<String>::new(), "{case}");
    }

    /// Refuses, or accepts, honestly signed claims.
    async fn takes(&self, case: &str, is_good: bool, claims: Value) {
        let mint = move |nonce: &str| Key::rsa(0).token(&header(), &with_nonce(&claims, nonce));
        if is_good {
            self.accepts(case, mint).await;
        } else {
            self.refuses(case, mint).await;
        }
    }
}

fn header() -> Value {
    json!({"alg": "RS256", "kid": "key-1"})
}

fn with_nonce(claims: &Value, nonce: &str) -> Value {
    let mut claims = claims.clone();
    claims["nonce"] = json!(nonce);
    claims
}

/// ID-01 to ID-04 (RFC 8725 §3.1, §3.10): the header decides neither how nor with which key a token is verified.
#[tokio::test(flavor = "multi_thread")]
async fn the_header_chooses_neither_algorithm_nor_key() {
    use aws_lc_rs::hmac;

    let tried = Tried::google().await;
    tried.takes("good", true, tried.claims()).await;
    for name in ["none", "None", "nOnE", "", "RS384", "PS256", "ES256", "rs256"] {
        let claims = tried.claims();
        let header = json!({"alg": name, "kid": "key-1"});
        let (unsigned, signed) = (header.clone(), claims.clone());
        tried
            .refuses(&format!("ID-01 {name:?}, unsigned"), move |nonce| {
                let claims = with_nonce(&signed, nonce).to_string();
                format!("{}.{}.", encoded(unsigned.to_string()), encoded(claims))
            })
            .await;
        tried
            .refuses(&format!("ID-01 {name:?}, signed"), move |nonce| {
                Key::rsa(0).token(&header, &with_nonce(&claims, nonce))
            })
            .await;
    }
    for alg in [Value::Null, json!(["RS256"]), json!(1)] {
        let claims = tried.claims();
        tried
            .refuses(&format!("ID-01 {alg}"), move |nonce| {
                Key::rsa(0).token(&json!({"alg": alg, "kid": "key-1"}), &with_nonce(&claims, nonce))
            })
            .await;
    }
    let claims = tried.claims();
    tried
        .refuses("ID-01 missing", move |nonce| {
            Key::rsa(0).token(&json!({"kid": "key-1"}), &with_nonce(&claims, nonce))
        })
        .await;

    // The public key as a shared secret, in every text that somebody might take it from.
    let jwk = Key::rsa(0).jwk("key-1");
    for (case, secret) in [
        ("the JWK", jwk.to_string()),
        ("the modulus", jwk["n"].as_str().unwrap().to_owned()),
        ("nothing", String::new()),
    ] {
        let claims = tried.claims();
        tried
            .refuses(&format!("ID-02 HS256 with {case}"), move |nonce| {
                let header = json!({"alg": "HS256", "kid": "key-1"}).to_string();
                let signed = format!(
                    "{}.{}",
                    encoded(header),
                    encoded(with_nonce(&claims, nonce).to_string())
                );
                let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
                format!("{signed}.{}", encoded(hmac::sign(&key, signed.as_bytes())))
            })
            .await;
    }

    let attacker = Provider::start();
    attacker.publish(&[Key::rsa(1).jwk("key-1"), Key::rsa(1).jwk("mine")]);
    for (case, more) in [
        ("ID-03 jwk", json!({"jwk": Key::rsa(1).jwk("key-1")})),
        ("ID-03 x5c", json!({"x5c": ["MIIB"]})),
        ("ID-04 jku", json!({"jku": format!("{}/jwks", attacker.issuer)})),
        ("ID-04 x5u", json!({"x5u": format!("{}/cert", attacker.issuer)})),
        ("ID-03 another's key", json!({})),
        ("crit", json!({"crit": ["x"], "x": 1})),
        ("another typ", json!({"typ": "at+jwt"})),
    ] {
        // By the attacker's key, and by the right one: what tells such things is not listened to.
        for which in [1, 0] {
            if which == 0 && more == json!({}) {
                continue;
            }
            for kid in ["key-1", "mine"] {
                let mut header = json!({"alg": "RS256", "kid": kid});
                for (name, value) in more.as_object().unwrap() {
                    header[name] = value.clone();
                }
                let claims = tried.claims();
                tried
                    .refuses(&format!("{case}, kid {kid}, key {which}"), move |nonce| {
                        Key::rsa(which).token(&header, &with_nonce(&claims, nonce))
                    })
                    .await;
            }
        }
    }
    assert_eq!(
        (attacker.key_fetches(), attacker.asked_elsewhere()),
        (0, 0),
        "ID-04 zero outbound connections"
    );
}

/// ID-05, ID-14 (OpenID Connect Core 1.0 §10.1.1): whoever invents key ids makes us ask once a minute; a new key works when that
/// is over, and one that was taken back is believed for an hour at most.
#[tokio::test(flavor = "multi_thread")]
async fn keys_are_asked_for_when_they_change_and_not_when_somebody_invents_one() {
    let tried = Tried::google().await;
    tried.takes("good", true, tried.claims()).await;
    assert_eq!(tried.provider.key_fetches(), 1);
    tried.server.advance(Duration::from_mins(1));
    for kid in [
        json!("../../dev/null"),
        json!("' OR 1=1 --"),
        json!("k".repeat(10_000)),
        json!(["key-1"]),
        json!({"kid": "key-1"}),
        json!(1),
        json!(""),
        Value::Null,
        json!("unknown"),
        json!("unknown too"),
    ] {
        let claims = tried.claims();
        let case = format!("ID-05 {kid:.40}");
        tried
            .refuses(&case, move |nonce| {
                Key::rsa(0).token(&json!({"alg": "RS256", "kid": kid}), &with_nonce(&claims, nonce))
            })
            .await;
    }
    let claims = tried.claims();
    tried
        .refuses("ID-05 missing", move |nonce| {
            Key::rsa(0).token(&json!({"alg": "RS256"}), &with_nonce(&claims, nonce))
        })
        .await;
    assert_eq!(tried.provider.key_fetches(), 2, "ID-05 one fetch in a cool-down");

    // A key that is new a moment after that fetch.
    tried.provider.publish(&[Key::rsa(1).jwk("key-2")]);
    let by_new = |tried: &Tried| {
        let claims = tried.claims();
        move |nonce: &str| {
            Key::rsa(1).token(
                &json!({"alg": "RS256", "kid": "key-2"}),
                &with_nonce(&claims, nonce),
            )
        }
    };
    tried
        .refuses("ID-14 new key, within the cool-down", by_new(&tried))
        .await;
    tried
        .takes("ID-14 old key, still believed", true, tried.claims())
        .await;
    tried.server.advance(Duration::from_mins(1));
    tried
        .accepts("ID-14 new key, after the cool-down", by_new(&tried))
        .await;
    assert_eq!(tried.provider.key_fetches(), 3, "ID-14");
    // That fetch took the old one away at once.
    tried.takes("ID-14 removed key", false, tried.claims()).await;

    // A key that nothing made us ask about goes with the hour.
    tried.provider.publish(&[Key::rsa(2).jwk("key-3")]);
    tried.server.advance(Duration::from_mins(59));
    tried.accepts("ID-14 removed key, kept", by_new(&tried)).await;
    tried.server.advance(Duration::from_mins(2));
    tried
        .refuses("ID-14 removed key, after its cache life", by_new(&tried))
        .await;
    // Where the provider cannot be asked then, nobody can tell: not 401, and not in.
    tried.server.advance(Duration::from_hours(2));
    let browser = tried.server.browser();
    let page = browser.get("/login").await;
    assert_eq!(page.status, StatusCode::OK);
    tried.provider.publish(&[json!("no key")]);
    tried.provider.says("jwks_uri", json!("http://127.0.0.1:9/jwks"));
    tried.server.advance(Duration::from_hours(2));
    assert_eq!(
        tried.answer(by_new(&tried)).await,
        StatusCode::SERVICE_UNAVAILABLE,
        "ID-14"
    );
}

/// ID-07 (OpenID Connect Core 1.0 §3.1.3.7, steps 3 to 5).
#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_for_us_and_for_nobody_beside_us() {
    let tried = Tried::of("google", "audiences = [\"our-app\"]").await;
    for (is_good, changes) in [
        (true, json!({"aud": "our-app"})),
        (true, json!({"aud": [CLIENT_ID]})),
        (true, json!({"aud": [CLIENT_ID, "our-app"], "azp": "our-app"})),
        (true, json!({"azp": "our-app"})),
        (false, json!({"aud": "another"})),
        (false, json!({"aud": CLIENT_ID.to_uppercase()})),
        (false, json!({"aud": format!("{CLIENT_ID} ")})),
        (false, json!({"aud": [CLIENT_ID, "another"]})),
        (false, json!({"aud": [CLIENT_ID, "another"], "azp": CLIENT_ID})),
        (false, json!({"aud": [CLIENT_ID, "our-app"]})),
        (false, json!({"aud": [CLIENT_ID, "our-app"], "azp": "another"})),
        (false, json!({"azp": "another"})),
        (false, json!({"azp": 1})),
        (false, json!({"aud": []})),
        (false, json!({"aud": [[CLIENT_ID]]})),
        (false, json!({"aud": {CLIENT_ID: 1}})),
        (false, json!({"aud": null})),
    ] {
        tried
            .takes(&format!("ID-07 {changes}"), is_good, tried.with(&changes))
            .await;
    }
}

/// ID-08 (OpenID Connect Core 1.0 §2).
#[tokio::test(flavor = "multi_thread")]
async fn the_issuer_is_compared_as_it_is_written() {
    let google = Tried::google().await;
    let oidc = Tried::oidc().await;
    for (tried, is_google) in [(&google, true), (&oidc, false)] {
        let issuer = &tried.provider.issuer;
        let bare = issuer.trim_start_matches("http://").to_owned();
        for (is_good, iss) in [
            (true, json!(issuer)),
            (is_google, json!(bare)),
            (false, json!(format!("{issuer}/"))),
            (false, json!(format!("https://{bare}"))),
            (false, json!(format!("HTTP://{bare}"))),
            (false, json!(format!("{issuer}.evil.example"))),
            (false, json!(format!("http://evil.example@{bare}"))),
            (false, json!("accounts.google.com")),
            (false, json!([issuer])),
            (false, json!("")),
            (false, Value::Null),
        ] {
            tried
                .takes(&format!("ID-08 {iss}"), is_good, tried.with(&json!({"iss": iss})))
                .await;
        }
    }
    // Both spellings are one issuer.
    let issuer = &google.provider.issuer;
    let others = google
        .server
        .count(&format!("identity WHERE issuer <> '{issuer}'"));
    assert_eq!(others, 0, "ID-08");
}

/// ID-10, ID-11: times are whole seconds within a minute of ours, and a person has a name.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_of_now_and_about_somebody() {
    let tried = Tried::google().await;
    let now = tried.server.clock.now().timestamp();
    let day = 86_400;
    for (is_good, changes) in [
        (true, json!({"exp": now - 30})),
        (false, json!({"exp": now - 61})),
        (true, json!({"iat": now + 30})),
        (false, json!({"iat": now + 90})),
        (false, json!({"iat": now + day})),
        (true, json!({"iat": now - day})),
        (false, json!({"iat": now - day - 90})),
        (false, json!({"iat": null})),
        (true, json!({"nbf": now + 30})),
        (false, json!({"nbf": now + 90})),
        (false, json!({"nbf": "0"})),
        (true, json!({"exp": now + 10 * 365 * day})),
    ] {
        tried
            .takes(&format!("ID-10 {changes}"), is_good, tried.with(&changes))
            .await;
    }
    for changes in [
        json!({"exp": (now + 600).to_string()}),
        json!({"exp": 4_000_000_000.5_f64}),
        json!({"exp": 4e9_f64}),
        json!({"exp": -1}),
        json!({"exp": u64::MAX}),
        json!({"exp": [now + 600]}),
        json!({"exp": true}),
        json!({"exp": null}),
        json!({"sub": null}),
        json!({"sub": ""}),
        json!({"sub": 7}),
        json!({"sub": ["7"]}),
        json!({"sub": "7".repeat(300)}),
        json!({"sub": "7\u{0}"}),
    ] {
        tried
            .takes(&format!("ID-11 {changes:.60}"), false, tried.with(&changes))
            .await;
    }
    for number in ["1e400", "-1e400", "4e9999", "0x7fffffff", "+4000000000", "NaN"] {
        let claims = tried.with(&json!({"exp": 4_000_000_000_u64}));
        tried
            .refuses(&format!("ID-11 exp {number}"), move |nonce| {
                let text = with_nonce(&claims, nonce)
                    .to_string()
                    .replace("4000000000", number);
                Key::rsa(0).token_of(&header().to_string(), &text)
            })
            .await;
    }
    // Remembered no longer than it could be accepted.
    assert_eq!(
        tried
            .server
            .count("used_id_token WHERE expires_at > now() + interval '1 day 2 minutes'"),
        0
    );
}

/// ID-12: each issuer's tokens are verified with its own keys.
#[tokio::test(flavor = "multi_thread")]
async fn the_key_of_another_trusted_issuer_is_no_key() {
    println!("ID-12");
    let (one, two) = (Provider::start(), Provider::start());
    two.publish(&[Key::rsa(1).jwk("key-2")]);
    let config = format!(
        "{}{}",
        one.configured("sso", "google", ""),
        two.configured("two", "oidc", "name = \"B\"")
    );
    let tried = Tried {
        server: Server::start_with(&config).await,
        provider: one,
    };
    for (case, kid, iss) in [
        ("the other's key", "key-2", tried.provider.issuer.clone()),
        (
            "the other's key under our kid",
            "key-1",
            tried.provider.issuer.clone(),
        ),
        ("all of the other's", "key-2", two.issuer.clone()),
    ] {
        let claims = tried.with(&json!({"iss": iss}));
        tried
            .refuses(&format!("ID-12 {case}"), move |nonce| {
                Key::rsa(1).token(&json!({"alg": "RS256", "kid": kid}), &with_nonce(&claims, nonce))
            })
            .await;
    }
    assert_eq!(two.key_fetches(), 0, "ID-12");
}

/// ID-18: a token has one spelling, and its members one reading.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_two_readers_could_read_differently_is_refused() {
    let tried = Tried::google().await;
    let honest: Write = |header, claims| Key::rsa(0).token_of(header, claims);
    let twice: [(&str, Write); 14] = [
        ("aud twice", |h, c| {
            Key::rsa(0).token_of(h, &c.replacen('{', "{\"aud\":\"another\",", 1))
        }),
        ("aud twice, escaped", |h, c| {
            Key::rsa(0).token_of(h, &c.replacen('{', "{\"\\u0061ud\":\"another\",", 1))
        }),
        ("a claim twice within", |h, c| {
            Key::rsa(0).token_of(h, &c.replacen('{', "{\"x\":{\"a\":1,\"a\":2},", 1))
        }),
        ("alg twice", |h, c| {
            Key::rsa(0).token_of(&h.replacen('{', "{\"alg\":\"RS256\",", 1), c)
        }),
        ("kid twice", |h, c| {
            Key::rsa(0).token_of(&h.replacen('{', "{\"kid\":\"key-2\",", 1), c)
        }),
        ("bytes after the claims", |h, c| {
            Key::rsa(0).token_of(h, &format!("{c}{{}}"))
        }),
        ("claims as a list", |h, c| {
            Key::rsa(0).token_of(h, &format!("[{c}]"))
        }),
        ("a fourth part", |h, c| Key::rsa(0).token_of(h, c) + ".AA"),
        ("a dot behind", |h, c| Key::rsa(0).token_of(h, c) + "."),
        ("a line end behind", |h, c| Key::rsa(0).token_of(h, c) + "\n"),
        ("a blank before", |h, c| {
            format!(" {}", Key::rsa(0).token_of(h, c))
        }),
        ("padding", |h, c| Key::rsa(0).token_of(h, c) + "=="),
        ("the other alphabet", |h, c| {
            Key::rsa(0).token_of(h, c).replace('-', "+").replace('_', "/")
        }),
        // 256 bytes leave two meaningless bits in the last character.
        ("bits that mean nothing", |h, c| {
            let token = Key::rsa(0).token_of(h, c);
            let (start, last) = token.split_at(token.len() - 1);
            let other = match last {
                "A" => "B",
                "Q" => "R",
                "g" => "h",
                _ => "x",
            };
            format!("{start}{other}")
        }),
    ];
    let claims = tried.claims();
    tried
        .accepts("ID-18 as it should be", move |nonce| {
            honest(&header().to_string(), &with_nonce(&claims, nonce).to_string())
        })
        .await;
    for (case, write) in twice {
        let claims = tried.claims();
        tried
            .refuses(&format!("ID-18 {case}"), move |nonce| {
                write(&header().to_string(), &with_nonce(&claims, nonce).to_string())
            })
            .await;
    }
}

/// ID-19, ID-20 (RFC 8725 §3.5, CVE-2022-21449): a signature is of the right form, by a key that is strong enough and made for it.
#[tokio::test(flavor = "multi_thread")]
async fn a_signature_has_its_form_and_a_key_its_strength() {
    let tried = Tried::oidc().await;
    let (p256, ed25519) = (Key::p256(), Key::ed25519());
    // e = 1: every padded digest is its own signature.
    let mut no_power = Key::rsa(0).jwk("no-power");
    no_power["e"] = json!("AQ");
    let mut p384 = p256.jwk("p384");
    p384["crv"] = json!("P-384");
    let mut for_encryption = p256.jwk("for-encryption");
    for_encryption["use"] = json!("enc");
    tried.provider.publish(&[
        Key::rsa(0).jwk("key-1"),
        p256.jwk("p256"),
        ed25519.jwk("ed25519"),
        no_power,
        p384,
        for_encryption,
        json!({"kty": "oct", "kid": "shared", "k": "c2VjcmV0"}),
    ]);
    for (kid, key) in [
        ("key-1", Key::rsa(0)),
        ("p256", Arc::clone(&p256)),
        ("ed25519", ed25519),
    ] {
        let claims = tried.claims();
        tried
            .accepts(&format!("ID-19 {kid}"), move |nonce| {
                key.token(
                    &json!({"alg": key.alg(), "kid": kid}),
                    &with_nonce(&claims, nonce),
                )
            })
            .await;
    }
    let order = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
    assert_eq!(order.len(), 64);
    let forgeries: [(&str, Forge); 8] = [
        ("DER", |signature| {
            let number = |bytes: &[u8]| [&[2, 33, 0][..], bytes].concat();
            let both = [number(&signature[..32]), number(&signature[32..])].concat();
            [&[0x30, 70][..], &both].concat()
        }),
        ("r = s = 0", |_| vec![0; 64]),
        ("r = 0", |signature| [&[0; 32], &signature[32..]].concat()),
        ("s = 0", |signature| [&signature[..32], &[0; 32]].concat()),
        ("r > n", |signature| [&[0xff; 32], &signature[32..]].concat()),
        ("63 bytes", |signature| signature[..63].to_vec()),
        ("65 bytes", |signature| [signature, &[0]].concat()),
        ("empty", |_| Vec::new()),
    ];
    for (case, forge) in forgeries {
        let (key, claims) = (Arc::clone(&p256), tried.claims());
        tried
            .refuses(&format!("ID-19 {case}"), move |nonce| {
                let header = json!({"alg": "ES256", "kid": "p256"}).to_string();
                let signed = format!(
                    "{}.{}",
                    encoded(header),
                    encoded(with_nonce(&claims, nonce).to_string())
                );
                format!("{signed}.{}", encoded(forge(&key.sign(signed.as_bytes()))))
            })
            .await;
    }
    let claims = tried.claims();
    tried
        .refuses("ID-20 e = 1", move |nonce| {
            let header = json!({"alg": "RS256", "kid": "no-power"}).to_string();
            let signed = format!(
                "{}.{}",
                encoded(header),
                encoded(with_nonce(&claims, nonce).to_string())
            );
            format!("{signed}.{}", encoded(padded_digest(signed.as_bytes())))
        })
        .await;
    for (case, alg, kid) in [
        ("ID-20 P-384", "ES256", "p384"),
        ("ID-20 a key for encryption", "ES256", "for-encryption"),
        ("ID-20 a key of another kind", "RS256", "p256"),
        ("ID-20 a shared key", "HS256", "shared"),
    ] {
        let (key, claims) = (Arc::clone(&p256), tried.claims());
        tried
            .refuses(case, move |nonce| {
                key.token(&json!({"alg": alg, "kid": kid}), &with_nonce(&claims, nonce))
            })
            .await;
    }
}

/// EMSA-PKCS1-v1_5 of SHA-256 in 256 bytes (RFC 8017 §9.2): what a signature is a root of.
fn padded_digest(message: &[u8]) -> Vec<u8> {
    const PREFIX: [u8; 19] = [
        0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00,
        0x04, 0x20,
    ];
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, message);
    let padding = vec![0xff; 256 - 3 - PREFIX.len() - 32];
    [&[0, 1][..], &padding, &[0], &PREFIX, digest.as_ref()].concat()
}

/// OpenID Connect Discovery 1.0 §4.3: an issuer speaks for itself, over TLS or on this machine.
#[tokio::test(flavor = "multi_thread")]
async fn metadata_of_another_issuer_or_with_a_way_out_of_this_machine_is_refused() {
    for (name, value) in [
        ("issuer", json!("https://accounts.google.com")),
        ("jwks_uri", json!("http://keys.example/jwks")),
        ("token_endpoint", json!("ftp://127.0.0.1/token")),
        ("authorization_endpoint", json!("javascript:alert(1)")),
    ] {
        let tried = Tried::google().await;
        tried.provider.says(name, value);
        let browser = tried.server.browser();
        let page = browser.get("/login").await;
        let answer = browser.submit(&page.form("/login/with/sso")).await;
        assert_eq!(
            answer.status,
            StatusCode::SERVICE_UNAVAILABLE,
            "{name}: {}",
            answer.body
        );
    }
}

/// A token signs somebody in once: the same browser cannot use it again with a second code of the same sign-in, and not with
/// another signature that fits it too.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_signs_somebody_in_once() {
    let tried = Tried::oidc().await;
    let p256 = Key::p256();
    tried.provider.publish(&[p256.jwk("p256")]);
    let first = Arc::new(std::sync::Mutex::new(None::<String>));
    let (kept, claims) = (Arc::clone(&first), tried.claims());
    let key = Arc::clone(&p256);
    tried.provider.mints(move |nonce| {
        let signed = kept
            .lock()
            .unwrap()
            .get_or_insert_with(|| {
                let header = json!({"alg": "ES256", "kid": "p256"}).to_string();
                format!(
                    "{}.{}",
                    encoded(header),
                    encoded(with_nonce(&claims, nonce).to_string())
                )
            })
            .clone();
        // ECDSA signs one text in another way each time.
        format!("{signed}.{}", encoded(key.sign(signed.as_bytes())))
    });
    let browser = tried.server.browser();
    let page = browser.get("/login").await;
    let sent = press(&browser, &page).await;
    // Two codes of one sign-in, and two copies of the browser that began it.
    let mut backs = Vec::new();
    for _ in 0..6 {
        backs.push((browser.copy(), at_the_provider(&tried.server, &sent).await));
    }
    let racing = backs.into_iter().map(|(browser, back)| {
        tokio::spawn(async move {
            (
                browser.get(&back).await.status,
                browser.cookie("consentry_session").is_some(),
            )
        })
    });
    let mut won = 0;
    for answer in racing.collect::<Vec<_>>() {
        match answer.await.unwrap() {
            (StatusCode::SEE_OTHER, true) => won += 1,
            (StatusCode::UNAUTHORIZED, false) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(won, 1);
    for rows in ["session", "identity", "account", "used_id_token"] {
        assert_eq!(tried.server.count(rows), 1, "{rows}");
    }
}
