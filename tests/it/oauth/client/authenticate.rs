//! How a client proves who it is, the same at every endpoint that clients call (RFC 6749 §2.3, §3.2).

use std::time::Duration;

use base64::{Engine, prelude::BASE64_STANDARD};
use consentry::oauth::client::{
    registration::{self, Changes},
    secret,
};

use crate::support::{
    Registered, Registration, Server,
    client::{Reply, basic},
    form,
    wire::Wire,
};

const FORM: &str = "application/x-www-form-urlencoded";

/// The endpoints, with a form that each of them understands and what it answers when the client is let in.
const DOORS: [(&str, &[(&str, &str)], u16); 3] = [
    (
        "/oauth/token",
        &[("grant_type", "refresh_token"), ("refresh_token", "nothing")],
        400,
    ),
    ("/oauth/token/introspect", &[("token", "nothing")], 200),
    ("/oauth/token/revoke", &[("token", "nothing")], 200),
];

/// Sends a form as it is, with the headers of the test's choice, on a connection that must survive it.
fn send(server: &Server, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
    let mut wire = Wire::open(&server.origin);
    wire.send("POST", path, headers, body);
    let reply = wire.read();
    wire.send("GET", "/health", &[], b"");
    assert_eq!(
        wire.read().status,
        200,
        "keep-alive did not survive {path} {headers:?}: {}",
        reply.text
    );
    reply
}

/// What a refusal or an answer must carry, whatever it says.
fn has_manners(case: &str, reply: &Reply) {
    assert!(
        !reply.status.is_server_error(),
        "{case}: {} {}",
        reply.status,
        reply.text
    );
    assert_eq!(reply.headers["cache-control"], "no-store", "HT-18 {case}");
    assert_eq!(reply.headers["x-content-type-options"], "nosniff", "HT-18 {case}");
    if !reply.text.is_empty() {
        assert_eq!(reply.headers["content-type"], "application/json", "HT-18 {case}");
    }
    // RFC 9110 §11.6.1, and RFC 6749 §5.2 for `invalid_client`.
    let asks = reply
        .headers
        .get("www-authenticate")
        .map(|it| it.to_str().unwrap());
    match reply.status.as_u16() {
        401 => assert!(
            asks.is_some_and(|it| it.starts_with("Basic realm=")),
            "{case}: {asks:?}"
        ),
        _ => assert_eq!(asks, None, "{case}"),
    }
}

/// `Basic` with every byte of both halves percent-encoded, as RFC 6749 §2.3.1 allows.
fn basic_encoded(id: &str, secret: &str) -> String {
    let encode = |text: &str| {
        text.bytes()
            .map(|byte| format!("%{byte:02X}"))
            .collect::<String>()
    };
    basic(&encode(id), &encode(secret))
}

/// What a row expects: to be let in, or this refusal.
const IN: &str = "let in";
const NOT_YOU: &str = "401 invalid_client";
const MALFORMED: &str = "400 invalid_request";

/// RFC 6749 §2.3: one method, with the right secret, of a client that is good; anything else is `invalid_client`, or
/// `invalid_request` where the request contradicts itself. The same at the token endpoint, introspection and revocation.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_is_let_in_with_exactly_one_proof_of_its_own() {
    let server = Server::start().await;
    let web = server.client(Registration::web());
    let other = server.client(Registration::web());
    let native = server.client(Registration::native());
    let disabled = server.client(Registration::web());
    let deleted = server.client(Registration::web());
    let in_deleted = {
        let globex = server.workspace("globex");
        let client = server.client(Registration::web().with(|new| new.workspace_id = Some(globex.id)));
        server.execute("UPDATE workspace SET deleted_at = created_at WHERE slug = 'globex'");
        client
    };
    let now = server.clock.now();
    let mut conn = server.database.connect();
    let off = Changes {
        disabled_at: Some(Some(now)),
        ..Changes::default()
    };
    registration::update(&mut conn, disabled.client_id(), &off)
        .unwrap()
        .unwrap();
    registration::delete(&mut conn, deleted.client_id(), now)
        .unwrap()
        .unwrap();

    let key = |client: &Registered| client.secret.clone().unwrap();
    let own = |client: &Registered| basic(&client.id, &key(client));
    let (id, secret) = (web.id.as_str(), key(&web));
    let unknown = "01938a5e-7c00-7000-8000-0123456789ab";
    let shouted = own(&web).replacen("Basic", "bASIC", 1);
    let upper = basic(&id.to_uppercase(), &secret);
    let plus = basic(&format!("{id}+"), &secret);
    let spaced = own(&web).replacen("Basic ", "Basic  ", 1);
    let cut = own(&web)[..20].to_owned();
    let split = BASE64_STANDARD.encode(format!("{id}:{secret}:more"));
    let latin = BASE64_STANDARD.encode([id.as_bytes(), b":\xe9"].concat());
    let accented = basic(id, "%C3%A9");
    let last_changed = {
        let mut changed = secret.clone();
        let last = changed.pop().unwrap();
        changed.push(if last == '0' { '1' } else { '0' });
        changed
    };

    type Row<'a> = (&'a str, Vec<String>, Vec<(&'a str, &'a str)>, &'a str);
    let rows: Vec<Row<'_>> = vec![
        ("basic", vec![own(&web)], vec![], IN),
        (
            "post",
            vec![],
            vec![("client_id", id), ("client_secret", &secret)],
            IN,
        ),
        (
            "basic, and its own client_id",
            vec![own(&web)],
            vec![("client_id", id)],
            IN,
        ),
        ("public", vec![], vec![("client_id", &native.id)], IN),
        ("the scheme in any case", vec![shouted], vec![], IN),
        (
            "CA-09 both halves encoded",
            vec![basic_encoded(id, &secret)],
            vec![],
            IN,
        ),
        ("CA-09 + is a space", vec![plus], vec![], NOT_YOU),
        ("CA-09 an accent", vec![accented], vec![], NOT_YOU),
        ("CA-09 not UTF-8", vec![format!("Basic {latin}")], vec![], NOT_YOU),
        ("CA-09 a lone %", vec![basic(id, "%")], vec![], NOT_YOU),
        ("CA-09 NUL", vec![basic(id, "%00")], vec![], NOT_YOU),
        (
            "CA-09 the first colon splits",
            vec![format!("Basic {split}")],
            vec![],
            NOT_YOU,
        ),
        ("CA-01 unknown secret", vec![basic(id, "wrong")], vec![], NOT_YOU),
        (
            "CA-01 last character changed",
            vec![basic(id, &last_changed)],
            vec![],
            NOT_YOU,
        ),
        (
            "CA-01 another client's secret",
            vec![basic(id, &key(&other))],
            vec![],
            NOT_YOU,
        ),
        (
            "CA-02",
            vec![],
            vec![("client_id", id), ("client_secret", "wrong")],
            NOT_YOU,
        ),
        (
            "CA-02 another client's secret",
            vec![],
            vec![
                ("client_id", id),
                ("client_secret", other.secret.as_deref().unwrap()),
            ],
            NOT_YOU,
        ),
        (
            "CA-03",
            vec![own(&web)],
            vec![("client_secret", &secret)],
            MALFORMED,
        ),
        (
            "CA-03 both whole",
            vec![own(&web)],
            vec![("client_id", id), ("client_secret", &secret)],
            MALFORMED,
        ),
        ("CA-03 two headers", vec![own(&web), own(&web)], vec![], MALFORMED),
        (
            "CA-04",
            vec![own(&web)],
            vec![("client_id", &other.id)],
            MALFORMED,
        ),
        ("CA-05", vec![], vec![("client_id", id)], NOT_YOU),
        (
            "CA-06",
            vec![],
            vec![("client_id", &native.id), ("client_secret", "anything")],
            NOT_YOU,
        ),
        (
            "CA-06 a good secret of another",
            vec![],
            vec![("client_id", &native.id), ("client_secret", &secret)],
            NOT_YOU,
        ),
        (
            "CA-06 basic",
            vec![basic(&native.id, "anything")],
            vec![],
            NOT_YOU,
        ),
        (
            "CA-07 confidential",
            vec![],
            vec![("client_id", id), ("client_secret", "")],
            NOT_YOU,
        ),
        ("CA-07 confidential, basic", vec![basic(id, "")], vec![], NOT_YOU),
        (
            "CA-07 public",
            vec![],
            vec![("client_id", &native.id), ("client_secret", "")],
            IN,
        ),
        ("nobody", vec![], vec![], NOT_YOU),
        ("empty client_id", vec![], vec![("client_id", "")], NOT_YOU),
        ("unknown client", vec![basic(unknown, &secret)], vec![], NOT_YOU),
        (
            "unknown public client",
            vec![],
            vec![("client_id", unknown)],
            NOT_YOU,
        ),
        (
            "no id of ours",
            vec![],
            vec![("client_id", "' OR 1=1--")],
            NOT_YOU,
        ),
        ("its id in another spelling", vec![upper], vec![], NOT_YOU),
        ("disabled", vec![own(&disabled)], vec![], NOT_YOU),
        ("deleted", vec![own(&deleted)], vec![], NOT_YOU),
        ("of a deleted workspace", vec![own(&in_deleted)], vec![], NOT_YOU),
        (
            "another scheme",
            vec![format!("Bearer {secret}")],
            vec![],
            NOT_YOU,
        ),
        ("no scheme", vec![secret.clone()], vec![], NOT_YOU),
        ("basic cut short", vec![cut], vec![], NOT_YOU),
        ("two spaces", vec![spaced], vec![], IN),
    ];
    let before = server.facts();
    for (path, params, let_in) in DOORS {
        for (case, authorization, extra, expected) in &rows {
            let case = format!("{case} at {path}");
            let mut headers = vec![("content-type", FORM)];
            headers.extend(
                authorization
                    .iter()
                    .map(|value| ("authorization", value.as_str())),
            );
            let body = form(&[params, extra].concat());
            let reply = send(&server, path, &headers, body.as_bytes());
            has_manners(&case, &reply);
            if *expected == IN {
                assert_eq!(reply.status, let_in, "{case}: {}", reply.text);
                assert_ne!(reply.json["error"], "invalid_client", "{case}");
            } else {
                assert_eq!(reply.error(), *expected, "{case}: {}", reply.text);
            }
            assert!(!reply.text.contains(&secret), "{case}: repeats the secret");
        }
    }
    assert_eq!(server.changed_since(&before), [""; 0]);
}

/// An unknown client and a wrong secret are one answer, so that nobody learns which client ids exist.
#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_client_and_a_wrong_secret_look_the_same() {
    let server = Server::start().await;
    let web = server.client(Registration::web());
    for (path, params, _) in DOORS {
        let told = [
            "01938a5e-7c00-7000-8000-0123456789ab",
            web.id.as_str(),
            "nonsense",
        ]
        .map(|id| {
            let headers = [("content-type", FORM), ("authorization", &basic(id, "wrong"))];
            let mut reply = send(&server, path, &headers, form(params).as_bytes());
            reply.json.as_object_mut().unwrap().remove("request_id").unwrap();
            (reply.status, reply.json)
        });
        assert_eq!(told[0], told[1], "{path}");
        assert_eq!(told[1], told[2], "{path}");
    }
}

/// RFC 6749 §3.2, §3.1 and Appendix B: one well-formed UTF-8 form, in which nothing repeats; the query is not read.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_well_formed_form_is_refused_and_changes_nothing() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let web = server.client(Registration::web());
    let tokens = web.tokens(&server, &alice).await;
    let own = basic(&web.id, web.secret.as_ref().unwrap());
    let secret = web.secret.clone().unwrap();
    let before = server.facts();
    for (path, params, let_in) in DOORS {
        let good = form(params);
        let first = good.split('&').next().unwrap().to_owned();
        let json = serde_json::to_string(
            &params
                .iter()
                .copied()
                .collect::<std::collections::BTreeMap<_, _>>(),
        )
        .unwrap();
        let many: String = (0..1_000).map(|i| format!("&p{i}=1")).collect();
        for (case, types, query, body, expected) in [
            ("a form", &[FORM][..], "", good.clone().into_bytes(), IN),
            (
                "HT-01 text/plain",
                &["text/plain"],
                "",
                good.clone().into_bytes(),
                MALFORMED,
            ),
            (
                "HT-01 JSON",
                &["application/json"],
                "",
                json.into_bytes(),
                MALFORMED,
            ),
            (
                "HT-01 multipart",
                &["multipart/form-data; boundary=x"],
                "",
                good.clone().into_bytes(),
                MALFORMED,
            ),
            ("HT-01 no type", &[], "", good.clone().into_bytes(), MALFORMED),
            (
                "HT-01 two types",
                &[FORM, "text/plain"],
                "",
                good.clone().into_bytes(),
                MALFORMED,
            ),
            (
                "HT-02 UTF-16",
                &["application/x-www-form-urlencoded; charset=utf-16"],
                "",
                good.clone().into_bytes(),
                MALFORMED,
            ),
            (
                "HT-02 UTF-7",
                &["application/x-www-form-urlencoded; charset=utf-7"],
                "",
                good.clone().into_bytes(),
                MALFORMED,
            ),
            (
                "HT-02 UTF-8",
                &["application/x-www-form-urlencoded; charset=UTF-8"],
                "",
                good.clone().into_bytes(),
                IN,
            ),
            (
                "HT-03 the same twice",
                &[FORM],
                "",
                format!("{good}&{first}").into_bytes(),
                MALFORMED,
            ),
            (
                "HT-03 once empty",
                &[FORM],
                "",
                format!("{good}&{}=", first.split('=').next().unwrap()).into_bytes(),
                MALFORMED,
            ),
            (
                "HT-03 an unknown one twice",
                &[FORM],
                "",
                format!("{good}&x=1&x=2").into_bytes(),
                MALFORMED,
            ),
            (
                "HT-03 the name encoded",
                &[FORM],
                "",
                format!("{good}&x=1&%78=2").into_bytes(),
                MALFORMED,
            ),
            ("HT-03 only in the query", &[FORM], &good, Vec::new(), MALFORMED),
            (
                "HT-03 also in the query",
                &[FORM],
                &good,
                good.clone().into_bytes(),
                IN,
            ),
            (
                "HT-04",
                &[FORM],
                "",
                format!("{good}&grant_type=a&grant_type=b").into_bytes(),
                MALFORMED,
            ),
            (
                "HT-05 %ff%fe",
                &[FORM],
                "",
                format!("{good}&x=%ff%fe").into_bytes(),
                MALFORMED,
            ),
            (
                "HT-05 raw ff",
                &[FORM],
                "",
                [good.as_bytes(), b"&x=\xff"].concat(),
                MALFORMED,
            ),
            (
                "HT-05 overlong",
                &[FORM],
                "",
                format!("{good}&x=%c0%af").into_bytes(),
                MALFORMED,
            ),
            (
                "HT-05 a surrogate",
                &[FORM],
                "",
                format!("{good}&x=%ed%a0%80").into_bytes(),
                MALFORMED,
            ),
            (
                "HT-05 lone %",
                &[FORM],
                "",
                format!("{good}&x=%").into_bytes(),
                MALFORMED,
            ),
            (
                "HT-05 half a %",
                &[FORM],
                "",
                format!("{good}&x=%4").into_bytes(),
                MALFORMED,
            ),
            (
                "HT-05 NUL",
                &[FORM],
                "",
                format!("{good}&x=%00").into_bytes(),
                MALFORMED,
            ),
            (
                "HT-05 NUL in a name",
                &[FORM],
                "",
                format!("{good}&x%00=1").into_bytes(),
                MALFORMED,
            ),
            (
                "HT-07 too many",
                &[FORM],
                "",
                format!("{good}{many}").into_bytes(),
                MALFORMED,
            ),
            (
                "HT-06 empty ones",
                &[FORM],
                "",
                format!("{good}&scope=&x=&&").into_bytes(),
                IN,
            ),
            ("an empty body", &[FORM], "", Vec::new(), MALFORMED),
            (
                "CA-08",
                &[FORM],
                &format!("client_secret={secret}"),
                good.clone().into_bytes(),
                MALFORMED,
            ),
            (
                "CA-08 in a query that is no form",
                &[FORM],
                &format!("client_secret={secret}&%"),
                good.clone().into_bytes(),
                MALFORMED,
            ),
        ] {
            let case = format!("{case} at {path}");
            let mut headers = vec![("authorization", own.as_str())];
            headers.extend(types.iter().map(|value| ("content-type", *value)));
            let target = if query.is_empty() {
                path.to_owned()
            } else {
                format!("{path}?{query}")
            };
            let reply = send(&server, &target, &headers, &body);
            has_manners(&case, &reply);
            if expected == IN {
                assert_eq!(reply.status, let_in, "{case}: {}", reply.text);
            } else {
                assert_eq!(reply.error(), expected, "{case}: {}", reply.text);
            }
        }
    }
    for (path, params, _) in DOORS {
        let large = format!("{}&x={}", form(params), "a".repeat(70_000));
        let mut wire = Wire::open(&server.origin);
        wire.send(
            "POST",
            path,
            &[("authorization", &own), ("content-type", FORM)],
            large.as_bytes(),
        );
        assert_eq!(wire.read().status, 413, "HT-07 {path}");
    }
    assert_eq!(server.changed_since(&before), [""; 0]);
    web.refresh(tokens.text("refresh_token")).await.ok();
}

/// RFC 6749 §3.2, RFC 7662 §4, RFC 7009 §2.1: `POST` and nothing else, because addresses are logged.
#[tokio::test(flavor = "multi_thread")]
async fn only_post_is_answered_and_no_header_makes_another_method_of_it() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let web = server.client(Registration::web());
    let tokens = web.tokens(&server, &alice).await;
    let own = basic(&web.id, web.secret.as_ref().unwrap());
    let before = server.facts();
    for (path, _, _) in DOORS {
        for method in ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"] {
            let case = format!("CA-18 HT-13 {method} {path}");
            let query = form(&[
                ("token", tokens.text("access_token")),
                ("grant_type", "refresh_token"),
                ("refresh_token", tokens.text("refresh_token")),
            ]);
            let mut wire = Wire::open(&server.origin);
            wire.send(
                method,
                &format!("{path}?{query}"),
                &[
                    ("authorization", &own),
                    ("content-type", FORM),
                    ("x-http-method-override", "POST"),
                ],
                b"",
            );
            let reply = wire.read();
            assert_eq!(reply.status, 405, "{case}: {}", reply.text);
            assert_eq!(reply.headers["allow"], "POST", "{case}");
            assert!(reply.json.get("active").is_none(), "{case}");
        }
    }
    assert_eq!(server.changed_since(&before), [""; 0]);
    assert!(web.is_active(tokens.text("access_token")).await);
}

/// Which grant types there are (RFC 9700 §2.4: no password, no implicit), and which of them this client has.
#[tokio::test(flavor = "multi_thread")]
async fn only_a_grant_type_of_the_clients_registration_is_served() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let web = server.client(Registration::web());
    let service = server.client(Registration::service(&server));
    let api = crate::support::client::api(&server);
    let login_only = server.client(Registration::web().with(|new| {
        new.grant_types = vec!["authorization_code".to_owned()];
    }));
    let code = web.code(&server, &alice, &[]).await;
    let before = server.facts();
    for (case, client, grant_type, expected) in [
        ("CA-20 missing", &web, "", "400 invalid_request"),
        (
            "CA-20 unknown",
            &web,
            "urn:example:unknown",
            "400 unsupported_grant_type",
        ),
        ("CA-20", &web, "password", "400 unsupported_grant_type"),
        ("CA-20", &web, "implicit", "400 unsupported_grant_type"),
        (
            "CA-20 other case",
            &web,
            "Authorization_Code",
            "400 unsupported_grant_type",
        ),
        (
            "CA-20 spaces",
            &web,
            "authorization_code ",
            "400 unsupported_grant_type",
        ),
        ("CA-21", &web, "client_credentials", "400 unauthorized_client"),
        ("CA-21", &login_only, "refresh_token", "400 unauthorized_client"),
        ("CA-21", &service, "authorization_code", "400 unauthorized_client"),
        ("CA-21", &service, "refresh_token", "400 unauthorized_client"),
        (
            "CA-21 a resource server",
            &api,
            "authorization_code",
            "400 unauthorized_client",
        ),
        (
            "CA-21 a resource server",
            &api,
            "client_credentials",
            "400 unauthorized_client",
        ),
    ] {
        let refused = client
            .token(&[
                ("grant_type", grant_type),
                ("code", &code),
                ("redirect_uri", &web.redirect_uri),
                ("refresh_token", "nothing"),
                ("username", &alice.email),
                ("password", crate::support::server::PASSWORD),
                ("scope", "analytics.read"),
            ])
            .await;
        assert_eq!(refused.error(), expected, "{case} {grant_type}: {}", refused.text);
        assert_eq!(server.changed_since(&before), [""; 0], "{case} {grant_type}");
    }
    web.exchange(&code).await.ok();
}

/// Two secrets live at once, so that one is rolled without downtime; the older has an end, and a third roll ends the
/// first at once.
#[tokio::test(flavor = "multi_thread")]
async fn two_secrets_overlap_and_the_older_dies_at_its_time() {
    let server = Server::start().await;
    let web = server.client(Registration::web());
    let roll = |overlap| {
        let mut conn = server.database.connect();
        let secret = secret::roll(
            &mut conn,
            web.client_id(),
            Duration::from_secs(overlap),
            server.clock.now(),
        )
        .unwrap();
        web.with_secret(Some(&secret.reveal(&server.config.vendor)))
    };
    let works = async |client: &Registered| {
        let reply = client.introspect("nothing").await;
        match reply.error().as_str() {
            "200 -" => true,
            "401 invalid_client" => false,
            other => panic!("{other}"),
        }
    };
    let hour = Duration::from_hours(1);
    let first = web.clone();
    let second = roll(2 * 3600);
    assert!(works(&first).await && works(&second).await, "overlap");
    server.advance(hour);
    assert!(works(&first).await && works(&second).await, "still");
    server.advance(hour);
    assert!(!works(&first).await, "the end of the overlap");
    assert!(works(&second).await);

    let third = roll(2 * 3600);
    assert!(works(&second).await && works(&third).await);
    let fourth = roll(3600);
    assert!(!works(&second).await, "the third secret of three dies at once");
    assert!(works(&third).await && works(&fourth).await);
    server.advance(hour);
    assert!(!works(&third).await);
    let fifth = roll(0);
    assert!(!works(&fourth).await, "no overlap");
    assert!(works(&fifth).await);
    assert_eq!(
        server.count("client_secret"),
        5,
        "what expired is kept for a while"
    );
}

/// A disabled client is shut out with all its tokens, and let in again with all of them.
#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_client_and_its_tokens_rest_until_it_is_enabled() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let web = server.client(Registration::web());
    let api = crate::support::client::api(&server);
    let tokens = web.tokens(&server, &alice).await;
    let code = web.code(&server, &alice, &[]).await;
    let set = |disabled_at| {
        let changes = Changes {
            disabled_at: Some(disabled_at),
            ..Changes::default()
        };
        registration::update(&mut server.database.connect(), web.client_id(), &changes)
            .unwrap()
            .unwrap()
    };
    set(Some(server.clock.now()));
    for reply in [
        web.exchange(&code).await,
        web.refresh(tokens.text("refresh_token")).await,
        web.introspect(tokens.text("access_token")).await,
        web.revoke(tokens.text("refresh_token")).await,
    ] {
        assert_eq!(reply.error(), "401 invalid_client");
        has_manners("disabled", &reply);
    }
    assert!(!api.is_active(tokens.text("access_token")).await);
    set(None);
    assert!(api.is_active(tokens.text("access_token")).await);
    web.exchange(&code).await.ok();
    web.refresh(tokens.text("refresh_token")).await.ok();
}
