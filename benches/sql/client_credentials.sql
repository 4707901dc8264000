-- What client_credentials asks of the database: `find_with_client` of src/oauth/client/secret.rs, then one transaction with
-- `create` of src/oauth/credential/access_token.rs.
SELECT c.id, c.workspace_id, c.name, c.uri, c.kind, c.redirect_uris, c.grant_types, c.scope, c.default_scope, c.audiences,
    c.require_pkce, c.token_format, c.access_token_seconds, c.refresh_token_seconds, c.grant_seconds, c.created_at,
    c.verified_at, c.disabled_at, s.digest
    FROM client c
    LEFT JOIN client_secret s ON s.client_id = c.id AND s.id = :secret AND (s.expires_at IS NULL OR s.expires_at > now())
    LEFT JOIN workspace w ON c.workspace_id = w.id
    WHERE c.id = :client AND c.deleted_at IS NULL AND w.deleted_at IS NULL
    LIMIT 1;
BEGIN;
INSERT INTO access_token (id, digest, grant_id, client_id, account_id, workspace_id, scope, audience, issued_at, expires_at)
    VALUES (bench_id(), bench_digest(), NULL, :client, NULL, :workspace, '{analytics.read}', '{https://api.example}',
        date_trunc('second', now()), date_trunc('second', now()) + interval '1 hour');
COMMIT;
