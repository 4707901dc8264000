//! One completed authorization, stored as the server stores it: what the operator sees of it, and how they end it.

use chrono::TimeDelta;
use consentry::{
    accounts::account::{self, Email},
    oauth::{
        consent,
        credential::{
            access_token::{self, AccessToken},
            refresh_token::{self, RefreshToken},
        },
        grant::{self, NewGrant},
    },
    platform::{
        clock::Clock,
        id::{ClientId, GrantId, WorkspaceId},
        secret::{Kind, Secret},
    },
    wire::scope::Scope,
};
use diesel::{Connection, PgConnection};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::cli::Place;

/// A person's grant to a client, with a live token of each kind.
struct Family {
    place: Place,
    client: String,
    consent: String,
    access: String,
    refresh: String,
}

impl Family {
    fn new(name: &str) -> Self {
        let place = Place::new(name);
        let workspace = place.workspace("northwind");
        let user = place.run_with(
            "correct horse",
            &[
                "user",
                "create",
                "--email",
                "mara@northwind.example",
                "--name",
                "Mara",
                "--workspace",
                "northwind",
                "--role",
                "member",
                "--password-stdin",
            ],
        );
        assert_eq!(user.exit, 0, "{}", user.stderr);
        let client = place
            .run(&[
                "client",
                "create",
                "--name",
                "Reports",
                "--scope",
                "posts.write",
                "--redirect-uri",
                "https://reports.example/callback",
                "--json",
            ])
            .json();
        let client = client["client_id"].as_str().unwrap().to_owned();

        let mut conn = PgConnection::establish(&place.url()).unwrap();
        let now = Clock::system().now();
        let soon = now + TimeDelta::hours(1);
        let scope = Scope::parse("posts.write").unwrap();
        let audience = vec!["https://api.northwind.example".to_owned()];
        let client_id = ClientId::parse(&client).unwrap();
        let workspace_id = WorkspaceId::parse(&workspace).unwrap();
        let email = Email::parse("mara@northwind.example").unwrap();
        let mara = account::find_with_password(&mut conn, &email).unwrap().unwrap().0;
        let consent_id = consent::remember(&mut conn, mara.id, client_id, workspace_id, &scope, now).unwrap();
        let new = NewGrant {
            id: GrantId::generate(now),
            consent_id,
            client_id,
            account_id: mara.id,
            workspace_id,
            scope: scope.to_stored(),
            resource: audience.clone(),
            credentials_epoch: mara.credentials_epoch,
            authenticated_at: now,
            created_at: now,
            expires_at: None,
            last_used_at: now,
        };
        grant::create(&mut conn, &new).unwrap();
        let refresh = RefreshToken {
            grant_id: new.id,
            client_id,
            workspace_id,
            scope: scope.clone(),
            generation: 0,
            issued_at: now,
            expires_at: soon,
        };
        let refresh = refresh_token::create(&mut conn, &refresh, now).unwrap();
        let access = Secret::generate(Kind::AccessToken, now);
        let stored = AccessToken {
            id: access.id(),
            grant_id: Some(new.id),
            client_id: Some(client_id),
            key_id: None,
            account_id: Some(mara.id),
            workspace_id,
            scope,
            audience,
            issued_at: now,
            expires_at: soon,
        };
        access_token::create(&mut conn, &stored, access.digest()).unwrap();
        Self {
            place,
            client,
            consent: consent_id.to_string(),
            access: access.reveal("cst").to_string(),
            refresh: refresh.reveal("cst").to_string(),
        }
    }

    fn introspect(&self, token: &str) -> Value {
        self.place.run_with(token, &["token", "introspect"]).json()
    }

    /// Whether the access token and the refresh token are alive.
    fn alive(&self) -> (bool, bool) {
        let [access, refresh] =
            [&self.access, &self.refresh].map(|token| self.introspect(token)["active"].as_bool().unwrap());
        (access, refresh)
    }

    fn revoke(&self, token: &str) -> Value {
        self.place.run_with(token, &["token", "revoke", "--json"]).json()
    }

    fn audited(&self, kind: &str) -> i64 {
        let from = format!("audit_event WHERE actor_kind = 'operator' AND kind = '{kind}'");
        self.place.count(&from)
    }
}

#[test]
fn the_operator_is_told_everything_of_a_live_token() {
    let family = Family::new("introspect");
    let access = family.introspect(&family.access);
    for (name, value) in [
        ("active", json!(true)),
        ("client_id", json!(family.client)),
        ("scope", json!("posts.write")),
        // Although no scope of the token reveals it.
        ("username", json!("mara@northwind.example")),
        ("aud", json!("https://api.northwind.example")),
        ("role", json!("member")),
        ("credential", json!("access_token")),
        ("token_type", json!("Bearer")),
    ] {
        assert_eq!(access[name], value, "{name}");
    }
    assert_eq!(family.introspect(&family.refresh)["credential"], "refresh_token");
    // A line end of the other kind is no part of a token.
    assert_eq!(
        family.introspect(&format!("{}\r\n", family.access))["active"],
        true
    );
    // The client is the parent of both.
    let disabled = family
        .place
        .run(&["client", "update", &family.client, "--disable"]);
    assert_eq!((disabled.exit, family.alive()), (0, (false, false)));
}

#[test]
fn an_access_token_ends_by_itself_and_a_refresh_token_with_its_grant() {
    let family = Family::new("revoke");
    assert_eq!(family.alive(), (true, true));
    assert_eq!(family.revoke(&family.access), json!({"revoked": true}));
    assert_eq!(family.alive(), (false, true));
    assert_eq!(family.revoke(&family.access), json!({"revoked": false}));
    assert_eq!(family.revoke(&family.refresh), json!({"revoked": true}));
    assert_eq!(family.alive(), (false, false));
    assert_eq!(family.revoke(&family.refresh), json!({"revoked": false}));
    assert_eq!(
        family
            .place
            .count("oauth_grant WHERE revoked_because = 'operator'"),
        1
    );
    assert_eq!(
        (
            family.audited("access_token.revoked"),
            family.audited("grant.revoked")
        ),
        (1, 1)
    );
    // Of our form, and nobody's.
    let stranger = Secret::generate(Kind::AccessToken, Clock::system().now());
    let stranger = stranger.reveal("cst");
    family
        .place
        .run_with(&stranger, &["token", "revoke"])
        .fails(3, "not_found");
}

#[test]
fn a_revoked_consent_ends_every_token_under_it() {
    let family = Family::new("consent-revoke");
    let list = |rest: &[&str]| {
        let args = [&["consent", "list", "--json"], rest].concat();
        family.place.run(&args).json()
    };
    let listed = list(&["--user", "Mara@northwind.example", "--client", &family.client]);
    assert_eq!(listed[0]["id"], json!(family.consent));
    assert_eq!(listed[0]["workspace"], "northwind");
    assert_eq!(list(&["--user", "tom@northwind.example"]), json!([]));

    let unknown = Uuid::nil().to_string();
    family
        .place
        .run(&["consent", "revoke", &unknown])
        .fails(3, "not_found");
    assert_eq!(family.alive(), (true, true));
    let revoked = family.place.run(&["consent", "revoke", &family.consent]);
    assert_eq!(revoked.exit, 0, "{}", revoked.stderr);
    assert_eq!(family.alive(), (false, false));
    assert_eq!((list(&[]), family.audited("consent.revoked")), (json!([]), 1));
    family
        .place
        .run(&["consent", "revoke", &family.consent])
        .fails(3, "not_found");
}
