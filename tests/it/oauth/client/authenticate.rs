//! How a client proves who it is, the same at every endpoint that clients call (RFC 6749 §2.3).

use base64::{Engine, prelude::BASE64_STANDARD};
use consentry::oauth::client::registration::{self, Changes};

use super::{DOORS, FORM, IN, MALFORMED, NOT_YOU, has_manners, send};
use crate::support::{
    Registered, Registration, Server,
    client::{api, basic},
    form, hex,
};

/// The case, its `Authorization` headers, its parameters, what comes back.
type Row<'a> = (&'a str, Vec<String>, Vec<(&'a str, &'a str)>, &'a str);

/// `Basic` with every byte of both halves percent-encoded, as RFC 6749 §2.3.1 allows.
fn basic_encoded(id: &str, secret: &str) -> String {
    let [id, secret] = [id, secret].map(|text| format!("%{}", hex(text.as_bytes(), "%")));
    basic(&id, &secret)
}

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

/// A disabled client is shut out with all its tokens, and let in again with all of them.
#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_client_and_its_tokens_rest_until_it_is_enabled() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let web = server.client(Registration::web());
    let api = api(&server);
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
