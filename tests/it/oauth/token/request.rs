//! What may be asked of the token endpoint, and by whom (RFC 6749 §5.2).

use crate::support::{Registration, Server, client::api, server::PASSWORD};

/// Which grant types there are (RFC 9700 §2.4: no password, no implicit), and which of them this client has.
#[tokio::test(flavor = "multi_thread")]
async fn only_a_grant_type_of_the_clients_registration_is_served() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let web = server.client(Registration::web());
    let service = server.client(Registration::service(&server));
    let api = api(&server);
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
                ("password", PASSWORD),
                ("scope", "analytics.read"),
            ])
            .await;
        assert_eq!(refused.error(), expected, "{case} {grant_type}: {}", refused.text);
        assert_eq!(server.changed_since(&before), [""; 0], "{case} {grant_type}");
    }
    web.exchange(&code).await.ok();
}
