-- What an introspection asks of the database: `find_with_client` of src/oauth/client/secret.rs, then `find` of
-- src/oauth/credential/access_token.rs; no transaction around them.
\set n random(0, 9999)
SELECT c.id, c.workspace_id, c.name, c.uri, c.kind, c.redirect_uris, c.grant_types, c.scope, c.default_scope, c.audiences,
    c.require_pkce, c.token_format, c.access_token_seconds, c.refresh_token_seconds, c.grant_seconds, c.created_at,
    c.verified_at, c.disabled_at, s.digest
    FROM client c
    LEFT JOIN client_secret s ON s.client_id = c.id AND s.id = :secret AND (s.expires_at IS NULL OR s.expires_at > now())
    LEFT JOIN workspace w ON c.workspace_id = w.id
    WHERE c.id = :client AND c.deleted_at IS NULL AND w.deleted_at IS NULL
    LIMIT 1;
SELECT a.id, a.grant_id, a.client_id, a.account_id, a.workspace_id, a.scope, a.audience, a.issued_at, a.expires_at, a.digest,
    g.id, g.client_id, g.account_id, g.workspace_id, g.scope, g.resource, g.authenticated_at, g.expires_at, g.last_used_at, g.role,
    g.email, g.client_scope, c.scope
    FROM access_token a
    LEFT JOIN standing_grant g ON a.grant_id = g.id
    LEFT JOIN standing_client c ON a.client_id = c.id
    WHERE a.id = (:prefix || lpad(to_hex(:n::bigint), 12, '0'))::uuid AND a.revoked_at IS NULL AND a.expires_at > now()
    LIMIT 1;
