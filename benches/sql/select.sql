-- The look-up of an access token with all that it stands on: `find` of src/oauth/credential/access_token.rs.
\set n random(0, 9999)
SELECT a.id, a.grant_id, a.client_id, a.account_id, a.workspace_id, a.scope, a.audience, a.issued_at, a.expires_at, a.digest,
    g.id, g.client_id, g.account_id, g.workspace_id, g.scope, g.resource, g.authenticated_at, g.expires_at, g.last_used_at, g.role,
    g.email, g.client_scope, c.scope
    FROM access_token a
    LEFT JOIN standing_grant g ON a.grant_id = g.id
    LEFT JOIN standing_client c ON a.client_id = c.id
    WHERE a.id = (:prefix || lpad(to_hex(:n::bigint), 12, '0'))::uuid AND a.revoked_at IS NULL AND a.expires_at > now()
    LIMIT 1;
