//! Clients at the command line.

use consentry::{
    oauth::client::secret,
    platform::{clock::Clock, id::ClientId, secret::Secret},
};
use diesel::{Connection, PgConnection};
use serde_json::{Value, json};

use crate::cli::{Outcome, Place};

fn create(place: &Place, rest: &[&str]) -> Outcome {
    place.run(&[&["client", "create", "--name", "Reports", "--json"], rest].concat())
}

const WEB: &[&str] = &[
    "--redirect-uri",
    "https://reports.example/callback",
    "--scope",
    "posts.write analytics.read",
];

fn id(client: &Value) -> &str {
    client["client_id"].as_str().unwrap()
}

/// Whether the server would let the client in with this secret.
fn works(place: &Place, client: &str, presented: &str) -> bool {
    let mut conn = PgConnection::establish(&place.url()).unwrap();
    let presented = Secret::parse("cst", presented).unwrap();
    let (client, now) = (ClientId::parse(client).unwrap(), Clock::system().now());
    let found = secret::find_with_client(&mut conn, client, Some(&presented), now).unwrap();
    found.unwrap().1
}

#[test]
fn a_client_is_printed_in_the_names_of_rfc_7591() {
    let place = Place::new("client-create");
    let workspace = place.workspace("northwind");
    let made = create(&place, &[WEB, &["--default-scope", "analytics.read"]].concat()).json();
    assert!(made["client_id_issued_at"].as_i64().unwrap() > 1_700_000_000);
    assert!(works(&place, id(&made), made["client_secret"].as_str().unwrap()));
    let mut rest = made.clone();
    for random in ["client_id", "client_id_issued_at", "client_secret"] {
        rest.as_object_mut().unwrap().remove(random);
    }
    assert_eq!(
        rest,
        json!({
            "client_secret_expires_at": 0, "client_name": "Reports",
            "redirect_uris": ["https://reports.example/callback"],
            "grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"],
            "token_endpoint_auth_method": "client_secret_basic",
            "scope": "analytics.read posts.write", "default_scope": "analytics.read",
            "workspace_id": null, "require_pkce": false, "token_format": "opaque",
            "access_token_ttl": null, "refresh_token_ttl": null, "grant_ttl": null,
            "audiences": [], "verified": true, "disabled": false,
        })
    );

    let public = create(&place, &[WEB, &["--public"]].concat()).json();
    assert_eq!(public["token_endpoint_auth_method"], "none");
    assert_eq!(public["require_pkce"], true);
    assert_eq!(public.get("client_secret"), None);

    let api = ["--resource-server", "--audience", "https://api.northwind.example"];
    let api = create(&place, &api).json();
    assert_eq!(api["grant_types"], json!([]));
    assert!(api["client_secret"].is_string());

    let robot = create(
        &place,
        &[
            "--workspace",
            "northwind",
            "--grant-type",
            "client_credentials",
            "--scope",
            "analytics.read",
            "--access-token-ttl",
            "600",
            "--token-format",
            "jwt",
        ],
    )
    .json();
    assert_eq!(robot["workspace_id"], json!(workspace));
    assert_eq!(robot["verified"], false);
    assert_eq!(
        (&robot["access_token_ttl"], &robot["token_format"]),
        (&json!(600), &json!("jwt"))
    );
    assert_eq!(robot["response_types"], json!([]));

    let all = place.run(&["client", "list", "--json"]).json();
    assert_eq!(all.as_array().unwrap().len(), 4);
    let own = place
        .run(&["client", "list", "--workspace", "northwind", "--json"])
        .json();
    assert_eq!(
        own.as_array().unwrap().iter().map(id).collect::<Vec<_>>(),
        [id(&robot)]
    );
    assert_eq!(place.count("audit_event WHERE kind = 'client.created'"), 4);

    // Without --json a line for each field, and the warning beside the result.
    let plain = place.run(&[&["client", "create", "--name", "Plain"], WEB].concat());
    assert!(
        plain.stdout.contains("\nclient_secret\tcst_cs_"),
        "{}",
        plain.stdout
    );
    assert!(plain.stderr.contains("shown this once"));
}

/// RU-42, RU-43: what must never be redirected to cannot be registered.
#[test]
fn a_redirect_uri_that_breaks_a_rule_leaves_no_client() {
    let place = Place::new("client-redirect-uri");
    for (case, uri) in [
        ("RU-42", "javascript:alert(1)//"),
        ("RU-42", "JaVaScRiPt:alert(1)"),
        ("RU-42", "data:text/html,<script>alert(1)</script>"),
        ("RU-42", "vbscript:x"),
        ("RU-42", "file:///etc/passwd"),
        ("RU-43", "https://rp.example/cb#f"),
        ("RU-43", "https://*.rp.example/cb"),
        ("RU-43", "https://rp.example*"),
        ("RU-43", "regexp=.*"),
    ] {
        for kind in [&[][..], &["--public"]] {
            let args = [
                &[
                    "--redirect-uri",
                    "https://rp.example/good",
                    uri,
                    "--scope",
                    "posts.write",
                ],
                kind,
            ]
            .concat();
            let refused = create(&place, &args);
            assert_eq!(refused.exit, 1, "{case} {uri}: {}", refused.stderr);
            refused.fails(1, "invalid_redirect_uri");
        }
    }
    assert_eq!(place.count("client"), 0);

    let made = create(&place, WEB).json();
    place
        .run(&[
            "client",
            "update",
            id(&made),
            "--redirect-uri",
            "https://rp.example/cb#f",
        ])
        .fails(1, "invalid_redirect_uri");
    let shown = place.run(&["client", "show", id(&made), "--json"]).json();
    assert_eq!(
        shown["redirect_uris"],
        json!(["https://reports.example/callback"])
    );
}

#[test]
fn metadata_that_breaks_a_rule_is_refused_with_a_way_out() {
    let place = Place::new("client-metadata");
    let uri = ["--redirect-uri", "https://reports.example/callback"];
    let without_scope = create(&place, &uri);
    without_scope.fails(1, "invalid_client_metadata");
    for scope in ["analytics.read", "posts.write", "media.read", "reviews.read"] {
        assert!(without_scope.stderr.contains(scope), "{}", without_scope.stderr);
    }
    create(&place, &[&uri[..], &["--scope", "root"]].concat()).fails(1, "invalid_client_metadata");
    create(&place, &[WEB, &["--default-scope", "media.read"]].concat()).fails(1, "invalid_client_metadata");
    create(&place, &[WEB, &["--access-token-ttl", "86401"]].concat()).fails(1, "invalid_client_metadata");
    create(&place, &[WEB, &["--workspace", "nowhere"]].concat()).fails(3, "not_found");
    assert_eq!(place.count("client"), 0);
}

#[test]
fn an_update_changes_what_it_names_and_nothing_else() {
    let place = Place::new("client-update");
    let made = create(&place, &[WEB, &["--grant-ttl", "3600"]].concat()).json();
    let update = |rest: &[&str]| place.run(&[&["client", "update", id(&made), "--json"], rest].concat());

    let mut expected = made.clone();
    for once in ["client_secret", "client_secret_expires_at"] {
        expected.as_object_mut().unwrap().remove(once);
    }
    expected["client_name"] = json!("Renamed");
    expected["disabled"] = json!(true);
    expected["verified"] = json!(false);
    assert_eq!(
        update(&["--name", "Renamed", "--disable", "--unverified"]).json(),
        expected
    );

    expected["disabled"] = json!(false);
    expected["grant_ttl"] = json!(null);
    expected["require_pkce"] = json!(true);
    assert_eq!(
        update(&["--enable", "--grant-ttl", "default", "--require-pkce"]).json(),
        expected
    );
    assert_eq!(update(&["--require-pkce=false"]).json()["require_pkce"], false);

    // What is left must still fit: the default would be outside of the scope.
    assert_eq!(update(&["--default-scope", "posts.write"]).exit, 0);
    update(&["--scope", "analytics.read"]).fails(1, "invalid_client_metadata");
    update(&["--redirect-uri", ""]).fails(1, "invalid_redirect_uri");
    update(&["--audience", "https://api.northwind.example"]).fails(1, "invalid_client_metadata");
    update(&[]).fails(2, "usage");
    place
        .run(&[
            "client",
            "update",
            "01938f0e-5c1b-7c3e-9d7a-0d6f4c2b1a90",
            "--disable",
        ])
        .fails(3, "not_found");
    assert_eq!(place.count("audit_event WHERE kind = 'client.updated'"), 4);
}

#[test]
fn of_rolled_secrets_two_work_and_then_one() {
    let place = Place::new("client-secret");
    let made = create(&place, WEB).json();
    let client = id(&made);
    let roll = |rest: &[&str]| {
        let args = [&["client", "secret", "roll", client, "--json"], rest].concat();
        place.run(&args).json()
    };
    let first = made["client_secret"].as_str().unwrap();
    let rolled = roll(&[]);
    let second = rolled["client_secret"].as_str().unwrap();
    assert!(works(&place, client, first) && works(&place, client, second));
    assert!(rolled["previous_secret_expires_at"].is_i64());
    let shown = place.run(&["client", "show", client, "--json"]);
    assert_eq!(shown.json()["secrets"].as_array().unwrap().len(), 2);
    assert!(!shown.stdout.contains("cst_cs_"));

    let rolled = roll(&["--overlap", "0"]);
    let third = rolled["client_secret"].as_str().unwrap();
    assert_eq!(rolled["previous_secret_expires_at"], json!(null));
    assert_eq!(
        [first, second, third].map(|secret| works(&place, client, secret)),
        [false, false, true]
    );

    let public = create(&place, &[WEB, &["--public"]].concat()).json();
    place
        .run(&["client", "secret", "roll", id(&public)])
        .fails(5, "public_client");
    place
        .run(&["client", "secret", "roll", "garbage"])
        .fails(3, "not_found");
    assert_eq!(place.count("audit_event WHERE kind = 'client.secret_rolled'"), 2);
}

#[test]
fn a_client_is_deleted_only_on_purpose() {
    let place = Place::new("client-delete");
    let made = create(&place, WEB).json();
    place.run(&["client", "delete", id(&made)]).fails(2, "usage");
    assert_eq!(place.run(&["client", "show", id(&made)]).exit, 0);
    let deleted = place
        .run(&["client", "delete", id(&made), "--yes", "--json"])
        .json();
    assert_eq!(deleted, json!({"client_id": id(&made), "deleted": true}));
    place.run(&["client", "show", id(&made)]).fails(3, "not_found");
    place
        .run(&["client", "delete", id(&made), "--yes"])
        .fails(3, "not_found");
    place
        .run(&["client", "update", id(&made), "--enable"])
        .fails(3, "not_found");
    assert_eq!(place.count("audit_event WHERE kind = 'client.deleted'"), 1);
}
