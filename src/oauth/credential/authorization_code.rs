//! The authorization code (RFC 6749 §4.1.2): 60 seconds, one use. Table `authorization_code`.

use diesel::{dsl::exists, prelude::*};

use crate::{
    oauth::grant,
    platform::{
        clock::Timestamp,
        id::{ClientId, GrantId, WorkspaceId},
        secret::{Kind, Secret},
    },
    schema::{authorization_code, standing_grant},
    wire::pkce::CodeChallenge,
};

/// What a code is made for.
#[derive(Clone, Debug)]
pub struct NewCode<'a> {
    /// The grant that begins with it.
    pub grant_id: GrantId,
    /// Who may redeem it.
    pub client_id: ClientId,
    /// Where the grant is.
    pub workspace_id: WorkspaceId,
    /// As presented in the authorization request, to be repeated exactly (§4.1.3).
    pub redirect_uri: &'a str,
    /// What the verifier must hash to; `None`: none may be presented.
    pub code_challenge: Option<&'a str>,
    /// For audits: what the grant may do.
    pub scope: Vec<String>,
    /// For audits: where.
    pub resource: Vec<String>,
    /// When it stops working.
    pub expires_at: Timestamp,
}

/// What presenting a code came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redemption {
    /// Its one use; it is redeemed now.
    First(GrantId),
    /// It was redeemed before, so somebody holds a copy (RFC 6749 §4.1.2, §10.5).
    Again(GrantId),
    /// It came with a wrong verifier or redirect URI: from now on it is worth nothing. Nothing is revoked, because
    /// nothing was issued.
    Burnt(GrantId, WorkspaceId),
    /// It is live, but was presented for audiences that it does not have; it is not redeemed.
    WrongTarget,
    /// No live code of this client has that secret.
    Unknown,
}

/// A `code_verifier` as it was presented (RFC 7636 §4.5).
#[derive(Clone, Debug)]
pub enum Verifier {
    /// There was none.
    Absent,
    /// One of the right form, and what it hashes to.
    Hashing(CodeChallenge),
    /// Something else: a failed check like any other, so it burns the code like any other (policy P-1).
    Malformed,
}

impl Verifier {
    /// What the code's challenge must be equal to.
    fn challenge(&self) -> Option<&str> {
        match self {
            Self::Absent => None,
            Self::Hashing(challenge) => Some(challenge.as_str()),
            // A stored challenge has 43 characters: this is equal to none.
            Self::Malformed => Some(""),
        }
    }
}

/// What is presented with a code.
#[derive(Clone, Copy, Debug)]
pub struct Presentation<'a> {
    /// Must be the one of the authorization request, byte for byte.
    pub redirect_uri: &'a str,
    /// The presented verifier; one for a code without a challenge is refused as well (RFC 9700
    /// §4.8.2, the downgrade).
    pub verifier: &'a Verifier,
    /// Narrower audiences; empty: all of them.
    pub resource: &'a [String],
}

/// How far ahead the end of a code can be: a minute is the longest life that can be configured, and clocks of two nodes are a
/// little apart. One that ends later was made before the clock was set back, and may have been over already.
const FURTHEST_END: chrono::Duration = chrono::Duration::seconds(60 + 10);

/// Makes a code.
pub fn create(conn: &mut PgConnection, new: &NewCode<'_>, now: Timestamp) -> QueryResult<Secret> {
    use authorization_code as t;
    let code = Secret::generate(Kind::AuthorizationCode, now);
    diesel::insert_into(t::table)
        .values((
            (t::id.eq(code.id()), t::digest.eq(code.digest())),
            (
                t::grant_id.eq(new.grant_id),
                t::client_id.eq(new.client_id),
                t::workspace_id.eq(new.workspace_id),
            ),
            (
                t::redirect_uri.eq(new.redirect_uri),
                t::code_challenge.eq(new.code_challenge),
            ),
            (t::scope.eq(&new.scope), t::resource.eq(&new.resource)),
            t::expires_at.eq(new.expires_at),
        ))
        .execute(conn)?;
    Ok(code)
}

/// Redeems the presented code, at most once however many requests race.
///
/// The `UPDATE` is the check: of two concurrent calls the second waits for the row, then matches nothing.
pub fn redeem(
    conn: &mut PgConnection,
    presented: &Secret,
    client_id: ClientId,
    with: &Presentation<'_>,
    now: Timestamp,
) -> QueryResult<Redemption> {
    use authorization_code as t;
    if presented.kind() != Kind::AuthorizationCode {
        return Ok(Redemption::Unknown);
    }
    let challenge = with.verifier.challenge();
    let own = || {
        t::id
            .eq(presented.id())
            .and(t::digest.eq(presented.digest()))
            .and(t::client_id.eq(client_id))
    };
    let unspent = || {
        t::redeemed_at
            .is_null()
            .and(t::burnt_at.is_null())
            .and(t::expires_at.gt(now))
            .and(t::expires_at.le(now + FURTHEST_END))
    };
    let standing = exists(
        standing_grant::table
            .filter(standing_grant::id.eq(t::grant_id))
            .filter(grant::not_ended(now)),
    );

    let first: Option<GrantId> = diesel::update(t::table.filter(own()).filter(unspent()).filter(standing))
        .filter(t::redirect_uri.eq(with.redirect_uri))
        .filter(t::code_challenge.is_not_distinct_from(challenge))
        .filter(t::resource.contains(with.resource))
        .set(t::redeemed_at.eq(now))
        .returning(t::grant_id)
        .get_result(conn)
        .optional()?;
    if let Some(grant_id) = first {
        return Ok(Redemption::First(grant_id));
    }

    // A statement of its own: only a new snapshot sees what the winner of a race has committed.
    let missed: Option<Missed> = t::table
        .filter(own())
        .select(Missed::as_select())
        .first(conn)
        .optional()?;
    let Some(code) = missed else {
        return Ok(Redemption::Unknown);
    };
    // Also after its expiry: a copy that turns up weeks later is a copy all the same.
    if code.redeemed_at.is_some() {
        return Ok(Redemption::Again(code.grant_id));
    }
    if code.redirect_uri == with.redirect_uri && code.code_challenge.as_deref() == challenge {
        let covered = with
            .resource
            .iter()
            .all(|audience| code.resource.contains(audience));
        return Ok(if covered {
            Redemption::Unknown
        } else {
            Redemption::WrongTarget
        });
    }
    let burnt = diesel::update(t::table.filter(own()).filter(unspent()))
        .set(t::burnt_at.eq(now))
        .execute(conn)?;
    Ok(if burnt == 1 {
        Redemption::Burnt(code.grant_id, code.workspace_id)
    } else {
        Redemption::Unknown
    })
}

/// A code that could not be redeemed: what says why.
#[derive(Queryable, Selectable)]
#[diesel(table_name = authorization_code, check_for_backend(diesel::pg::Pg))]
struct Missed {
    grant_id: GrantId,
    workspace_id: WorkspaceId,
    redirect_uri: String,
    code_challenge: Option<String>,
    resource: Vec<String>,
    redeemed_at: Option<Timestamp>,
}
