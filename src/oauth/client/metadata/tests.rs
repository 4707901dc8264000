//! Registrations, checked field by field and as a whole.

use super::*;
use crate::platform::config::Sources;

fn config() -> Config {
    let set = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    Config::load(Sources {
        defaults: vec![
            set("issuer", "http://127.0.0.1:8080"),
            set("database.url", "postgres://nobody@127.0.0.1/none"),
            set("secrets.sealing_keys", &"5c".repeat(32)),
        ],
        default_toml: Some(include_str!("../../../dev/catalogue.toml").to_owned()),
        ..Sources::default()
    })
    .unwrap()
    .config
}

fn web() -> Metadata {
    Metadata {
        client_name: Some("Web".to_owned()),
        redirect_uris: Some(vec!["https://app.example/cb".to_owned()]),
        scope: Some("posts.write analytics.read".to_owned()),
        ..Metadata::default()
    }
}

fn now() -> Timestamp {
    Timestamp::from_timestamp_nanos(1_700_000_000_000_000_000)
}

fn register(metadata: &Metadata, kind: Kind, registrar: Registrar) -> Result<NewClient, BadMetadata> {
    metadata.register(kind, registrar, &config(), now())
}

fn workspace() -> Registrar {
    Registrar::Workspace(uuid::Uuid::from_u128(7).into())
}

#[test]
fn an_ordinary_client_gets_codes_and_refresh_tokens_and_no_default_scope() {
    let new = register(&web(), Kind::Confidential, Registrar::Operator).unwrap();
    assert_eq!(new.grant_types, ["authorization_code", "refresh_token"]);
    assert_eq!(new.scope, ["analytics.read", "posts.write"]);
    assert!(new.default_scope.is_empty() && !new.require_pkce);
    assert_eq!(new.verified_at, Some(now()));
}

#[test]
fn a_public_client_always_needs_pkce() {
    assert!(
        register(&web(), Kind::Public, Registrar::Operator)
            .unwrap()
            .require_pkce
    );
    let without = Metadata {
        require_pkce: Some(false),
        ..web()
    };
    assert!(register(&without, Kind::Public, Registrar::Operator).is_err());
}

#[test]
fn a_client_of_a_workspace_starts_unverified() {
    let new = register(&web(), Kind::Confidential, workspace()).unwrap();
    assert_eq!(
        (new.workspace_id, new.verified_at),
        (workspace().workspace(), None)
    );
}

#[test]
fn each_broken_rule_is_refused_with_its_code() {
    use BadMetadataCode::{InvalidClientMetadata, InvalidRedirectUri};
    let credentials = |redirect_uris| Metadata {
        grant_types: Some(vec![GrantType::ClientCredentials]),
        redirect_uris,
        ..web()
    };
    let api = |metadata: Metadata| Metadata {
        audiences: Some(vec!["https://api.northwind.example".to_owned()]),
        client_name: Some("API".to_owned()),
        ..metadata
    };
    let text = |text: &str| Some(text.to_owned());
    let some_uri = || Some(vec!["https://app.example/cb".to_owned()]);
    let seconds = |seconds| Some(Lifetime::Seconds(seconds));
    #[rustfmt::skip]
    let cases = [
        ("no name", Metadata { client_name: None, ..web() }, Kind::Public, Registrar::Operator, InvalidClientMetadata),
        ("a name that turns", Metadata { client_name: text("moc\u{202e}evil"), ..web() }, Kind::Public, Registrar::Operator, InvalidClientMetadata),
        ("no redirect URI", Metadata { redirect_uris: None, ..web() }, Kind::Confidential, Registrar::Operator, InvalidRedirectUri),
        ("a fragment", Metadata { redirect_uris: Some(vec!["https://rp.example/cb#f".to_owned()]), ..web() }, Kind::Confidential, Registrar::Operator, InvalidRedirectUri),
        ("a script as home page", Metadata { client_uri: text("javascript:alert(1)//x"), ..web() }, Kind::Confidential, Registrar::Operator, InvalidClientMetadata),
        ("no scope", Metadata { scope: None, ..web() }, Kind::Confidential, Registrar::Operator, InvalidClientMetadata),
        ("a scope outside the catalogue", Metadata { scope: text("root"), ..web() }, Kind::Confidential, Registrar::Operator, InvalidClientMetadata),
        ("a default outside scope", Metadata { default_scope: text("media.read"), ..web() }, Kind::Confidential, Registrar::Operator, InvalidClientMetadata),
        ("client_credentials without a workspace", credentials(None), Kind::Confidential, Registrar::Operator, InvalidClientMetadata),
        ("client_credentials of a public client", credentials(None), Kind::Public, workspace(), InvalidClientMetadata),
        ("redirect URIs without codes", credentials(some_uri()), Kind::Confidential, workspace(), InvalidRedirectUri),
        ("refresh tokens alone", Metadata { grant_types: Some(vec![GrantType::RefreshToken]), redirect_uris: None, ..web() }, Kind::Confidential, Registrar::Operator, InvalidClientMetadata),
        ("token exchange", Metadata { grant_types: Some(vec![GrantType::AuthorizationCode, GrantType::TokenExchange]), ..web() }, Kind::Confidential, Registrar::Operator, InvalidClientMetadata),
        ("audiences of an app", api(web()), Kind::Confidential, Registrar::Operator, InvalidClientMetadata),
        ("a resource server without audience", Metadata { client_name: text("API"), ..Metadata::default() }, Kind::ResourceServer, Registrar::Operator, InvalidClientMetadata),
        ("an unknown audience", Metadata { audiences: Some(vec!["https://other.example".to_owned()]), ..api(Metadata::default()) }, Kind::ResourceServer, Registrar::Operator, InvalidClientMetadata),
        ("a resource server with redirect URIs", api(Metadata { redirect_uris: some_uri(), ..Metadata::default() }), Kind::ResourceServer, Registrar::Operator, InvalidRedirectUri),
        ("a resource server with scopes", api(Metadata { scope: text("posts.write"), ..Metadata::default() }), Kind::ResourceServer, Registrar::Operator, InvalidClientMetadata),
        ("no life at all", Metadata { access_token_ttl: seconds(0), ..web() }, Kind::Public, Registrar::Operator, InvalidClientMetadata),
        ("too long an access token", Metadata { access_token_ttl: seconds(86_401), ..web() }, Kind::Public, Registrar::Operator, InvalidClientMetadata),
        ("too long a refresh token", Metadata { refresh_token_ttl: seconds(31_536_001), ..web() }, Kind::Public, Registrar::Operator, InvalidClientMetadata),
        ("an endless grant", Metadata { grant_ttl: seconds(u64::MAX), ..web() }, Kind::Public, Registrar::Operator, InvalidClientMetadata),
    ];
    for (case, metadata, kind, registrar, code) in cases {
        let refused = register(&metadata, kind, registrar).expect_err(case);
        assert_eq!(refused.code, code, "{case}: {refused}");
    }
}

#[test]
fn a_refusal_tells_the_corrected_form() {
    let metadata = Metadata {
        redirect_uris: Some(vec!["http://app.example/cb".to_owned()]),
        ..web()
    };
    let refused = register(&metadata, Kind::Confidential, Registrar::Operator).unwrap_err();
    assert_eq!(refused.fix.as_deref(), Some("register https://app.example/cb"));
}
