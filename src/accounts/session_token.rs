//! The access token of a program's session: a JWT that names the session and says nothing of roles.
//!
//! It is good for as long as the session lives, which whoever asks us is told at once. Who verifies it with the published keys alone
//! learns of an end only when it expires.

use diesel::PgConnection;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    platform::{
        clock::Timestamp,
        config::Config,
        db::Internal,
        id::{AccountId, SessionId, WorkspaceId, uuid_at},
    },
    signing::{jwt::Signer, verify},
};

/// Its own `typ`: it can be taken for no other token of ours (RFC 8725 §3.11).
pub const TYP: &str = "session+jwt";

/// What it says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Claims {
    /// The issuer.
    pub iss: String,
    /// The person.
    pub sub: AccountId,
    /// The issuer and every API of the operator: a session is meant for all of them.
    pub aud: Vec<String>,
    /// The session.
    pub sid: SessionId,
    /// Where a request acts that names no workspace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workspace_id: Option<WorkspaceId>,
    /// When the person last proved who they are.
    pub auth_time: i64,
    /// How (RFC 8176).
    pub amr: Vec<String>,
    /// Since when.
    pub iat: i64,
    /// Until when, at most.
    pub exp: i64,
    /// Its id.
    pub jti: Uuid,
}

/// A session to make a token of.
#[derive(Clone, Copy, Debug)]
pub struct Of<'a> {
    /// Which.
    pub session: SessionId,
    /// Whose.
    pub account: AccountId,
    /// Its default.
    pub workspace: Option<WorkspaceId>,
    /// When the person proved who they are.
    pub authenticated_at: Timestamp,
    /// How.
    pub amr: &'a [String],
}

/// Makes one.
///
/// # Errors
/// [`Internal::Fault`] where no key can sign.
pub fn mint(
    conn: &mut PgConnection,
    signer: &Signer,
    config: &Config,
    of: Of<'_>,
    now: Timestamp,
) -> Result<String, Internal> {
    let issuer = config.issuer.as_str().to_owned();
    let resources = config.resources.iter().map(|resource| resource.audience.clone());
    let claims = Claims {
        aud: [issuer.clone()].into_iter().chain(resources).collect(),
        iss: issuer,
        sub: of.account,
        sid: of.session,
        workspace_id: of.workspace,
        auth_time: of.authenticated_at.timestamp(),
        amr: of.amr.to_vec(),
        iat: now.timestamp(),
        exp: (now + config.api_session.access).timestamp(),
        jti: uuid_at(now),
    };
    signer.sign(conn, now, TYP, &claims)
}

/// What a presented token says, if it is one of ours and has not expired. Whether its session lives is for the caller to look up.
///
/// # Errors
/// The database's.
pub fn read(
    conn: &mut PgConnection,
    config: &Config,
    token: &str,
    now: Timestamp,
) -> Result<Option<Claims>, Internal> {
    let claims: Option<Claims> = verify::verify(conn, TYP, token, now)?;
    // RFC 7519 §4.1.4: on or after `exp` it is over.
    Ok(claims.filter(|claims| claims.iss == config.issuer.as_str() && now.timestamp() < claims.exp))
}
