//! The only place that mints tokens.

use std::time::Duration;

use chrono::SubsecRound;
use diesel::PgConnection;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    api_keys::facts::KeyFacts,
    oauth::{
        client::registration::{Client, TokenFormat},
        credential::{
            access_token::{self, AccessToken},
            refresh_token::{self, RefreshToken},
        },
        grant::StandingGrant,
    },
    platform::{
        clock::Timestamp,
        config::Config,
        db::Internal,
        id::{WorkspaceId, uuid_at},
        secret::{Digest, Kind, Secret},
    },
    signing::jwt::Signer,
    wire::{grant_type::GrantType, scope::Scope},
    workspaces::power::{self, Reach},
};

/// What every grant type comes to.
pub struct Issuance<'a> {
    /// To whom.
    pub client: &'a Client,
    /// For whom it acts.
    pub acting: Acting<'a>,
    /// What the access token may do at most.
    pub scope: &'a Scope,
    /// Its audiences: those asked for, or all.
    pub audience: Vec<String>,
}

/// For whom an access token acts.
#[derive(Clone, Copy)]
pub enum Acting<'a> {
    /// For the person of a grant; with the generation of the refresh token to issue beside it.
    Person(&'a StandingGrant, i32),
    /// The client for itself, in its workspace, which has this plan.
    Client(WorkspaceId, Option<&'a str>),
}

/// RFC 6749 §5.1, with the workspace.
#[derive(Serialize, ToSchema)]
pub struct TokenResponse {
    /// Sent to the API as `Authorization: Bearer`.
    access_token: String,
    /// How it is sent.
    #[schema(pattern = "^Bearer$")]
    token_type: &'static str,
    /// Seconds until it expires.
    expires_in: u64,
    /// Only of a token exchange: what kind of token it is (RFC 8693 §2.2.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, pattern = "^urn:ietf:params:oauth:token-type:access_token$")]
    issued_token_type: Option<&'static str>,
    /// Works once, for the next tokens; absent where nobody's grant stands behind the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    refresh_token: Option<String>,
    /// What the token may do, separated by single blanks: it may be less than was asked for.
    #[schema(value_type = String)]
    scope: Scope,
    /// Where it may do it.
    workspace_id: WorkspaceId,
}

/// Everything that minting needs from around it.
#[derive(Clone, Copy)]
pub struct Mint<'a> {
    /// The configuration.
    pub config: &'a Config,
    /// For `at+jwt`.
    pub signer: &'a Signer,
    /// The request's instant.
    pub now: Timestamp,
}

/// Mints an access token, and a refresh token where a grant and its client have one.
///
/// The caller has decided everything: nothing can be refused here, because what was spent for it is spent by now.
///
/// # Errors
/// The database's; nothing is stored then.
pub fn issue(
    conn: &mut PgConnection,
    mint: Mint<'_>,
    issuance: &Issuance<'_>,
) -> Result<TokenResponse, Internal> {
    let Mint { config, now, .. } = mint;
    let client = issuance.client;
    let reaching = power::within(config, issuance.scope, &issuance.audience);
    let (grant, workspace_id) = match issuance.acting {
        Acting::Person(grant, _) => (Some(grant), grant.workspace_id),
        Acting::Client(workspace_id, _) => (None, workspace_id),
    };
    let scope = match issuance.acting {
        Acting::Person(grant, _) => grant.effective(config, &reaching),
        Acting::Client(_, plan) => power::effective(
            config,
            &reaching.intersection(&client.scope),
            Reach { role: None, plan },
        ),
    };
    // Counted from the whole second that `iat` names: `exp` has no parts of a second either, and a token that outlived what
    // is said of it would be good here and expired elsewhere.
    let issued_at = now.trunc_subsecs(0);
    let end = grant.and_then(|grant| grant.expires_at);
    let lifetime = until(issued_at, client.access_token_lifetime(config), end);

    let mut row = AccessToken {
        id: Uuid::nil(),
        grant_id: grant.map(|grant| grant.id),
        client_id: Some(client.id),
        key_id: None,
        account_id: grant.map(|grant| grant.account_id),
        workspace_id,
        // What was granted, not what the role reaches today: that is asked again at each use.
        scope: reaching,
        audience: issuance.audience.clone(),
        issued_at,
        expires_at: issued_at + lifetime,
    };
    let (access_token, digest) = match client.token_format {
        TokenFormat::Opaque => {
            let secret = Secret::generate(Kind::AccessToken, now);
            row.id = secret.id();
            (secret.reveal(&config.vendor).to_string(), secret.digest())
        }
        TokenFormat::Jwt => {
            row.id = uuid_at(now);
            let token = sign(conn, mint, (client, &row), &scope, grant)?;
            let digest = Digest::of(token.as_bytes());
            (token, digest)
        }
    };
    access_token::create(conn, &row, digest)?;

    let refresh_token = match issuance.acting {
        Acting::Person(grant, generation) if client.may_use(GrantType::RefreshToken) => {
            let lifetime = until(issued_at, client.refresh_token_lifetime(config), end);
            let row = RefreshToken {
                grant_id: grant.id,
                client_id: client.id,
                workspace_id,
                // All of the grant's, whatever the access token was narrowed to (RFC 6749 §6).
                scope: grant.scope.clone(),
                generation,
                issued_at,
                expires_at: issued_at + lifetime,
            };
            let token = refresh_token::create(conn, &row, now)?;
            Some(token.reveal(&config.vendor).to_string())
        }
        Acting::Person(..) | Acting::Client(..) => None,
    };
    Ok(TokenResponse {
        access_token,
        token_type: "Bearer",
        expires_in: lifetime.as_secs(),
        issued_token_type: None,
        refresh_token,
        scope,
        workspace_id,
    })
}

/// What an API key is exchanged for.
pub struct KeyIssuance<'a> {
    /// Which key.
    pub key: &'a KeyFacts,
    /// What the token can do, which the key can do now.
    pub scope: Scope,
    /// Its audiences.
    pub audience: Vec<String>,
    /// When the key ends, if it does.
    pub end: Option<Timestamp>,
    /// `issued_token_type`, where the answer has one (RFC 8693 §2.2.1).
    pub issued_token_type: Option<&'static str>,
}

/// Mints an access token that hangs from an API key, and answers its id too. There is never a refresh token: the key is what gets the
/// next one. Always opaque: a signed one would still be believed by whoever verifies it alone after the key was revoked.
///
/// # Errors
/// The database's; nothing is stored then.
pub fn issue_with_key(
    conn: &mut PgConnection,
    mint: Mint<'_>,
    issuance: KeyIssuance<'_>,
) -> Result<(Uuid, TokenResponse), Internal> {
    let Mint { config, now, .. } = mint;
    let issued_at = now.trunc_subsecs(0);
    let longest = config.tokens.access.min(config.limits.max_access);
    let lifetime = until(issued_at, longest, issuance.end);
    let secret = Secret::generate(Kind::AccessToken, now);
    let workspace_id = issuance.key.workspace_id;
    let row = AccessToken {
        id: secret.id(),
        grant_id: None,
        client_id: None,
        key_id: Some(issuance.key.id),
        // Whose key it is, is asked at each use, as everything else about the key.
        account_id: None,
        workspace_id,
        scope: issuance.scope,
        audience: issuance.audience,
        issued_at,
        expires_at: issued_at + lifetime,
    };
    access_token::create(conn, &row, secret.digest())?;
    let response = TokenResponse {
        access_token: secret.reveal(&config.vendor).to_string(),
        token_type: "Bearer",
        expires_in: lifetime.as_secs(),
        issued_token_type: issuance.issued_token_type,
        refresh_token: None,
        scope: row.scope,
        workspace_id,
    };
    Ok((row.id, response))
}

/// A lifetime, cut short by the absolute end of what the token hangs from, in whole seconds.
fn until(issued_at: Timestamp, lifetime: Duration, end: Option<Timestamp>) -> Duration {
    let left = end.and_then(|end| (end - issued_at).to_std().ok());
    Duration::from_secs(left.map_or(lifetime, |left| left.min(lifetime)).as_secs())
}

/// RFC 9068 §2.2. `workspace_id` is ours; a role is left out on purpose: it is looked up, never carried.
fn sign(
    conn: &mut PgConnection,
    mint: Mint<'_>,
    (client, row): (&Client, &AccessToken),
    scope: &Scope,
    grant: Option<&StandingGrant>,
) -> Result<String, Internal> {
    let client = client.id;
    let subject = row
        .account_id
        .map_or_else(|| client.to_string(), |account| account.to_string());
    let mut claims = json!({
        "iss": mint.config.issuer.as_str(),
        "sub": subject,
        "aud": row.audience,
        "client_id": client,
        "iat": row.issued_at.timestamp(),
        "exp": row.expires_at.timestamp(),
        "jti": row.id,
        "scope": scope,
        "workspace_id": row.workspace_id,
    });
    if let Some(grant) = grant {
        claims["auth_time"] = grant.authenticated_at.timestamp().into();
    }
    mint.signer.sign(conn, mint.now, "at+jwt", &claims)
}
