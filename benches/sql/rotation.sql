-- What a refresh asks of the database: `find_with_client` of src/oauth/client/secret.rs, then one transaction with `spend` of
-- src/oauth/credential/refresh_token.rs, `standing` of src/oauth/grant.rs, and `create` of both tokens. Each client of pgbench
-- goes on with the token that it got, as clients do. Without a row \gset fails, and with it the run: nothing is counted that
-- did not rotate.
\if :begun
\else
SELECT token, digest FROM bench_chain WHERE slot = :client_id \gset
\set begun 1
\endif
SELECT c.id, c.workspace_id, c.name, c.uri, c.kind, c.redirect_uris, c.grant_types, c.scope, c.default_scope, c.audiences,
    c.require_pkce, c.token_format, c.access_token_seconds, c.refresh_token_seconds, c.grant_seconds, c.created_at,
    c.verified_at, c.disabled_at, s.digest
    FROM client c
    LEFT JOIN client_secret s ON s.client_id = c.id AND s.id = :secret AND (s.expires_at IS NULL OR s.expires_at > now())
    LEFT JOIN workspace w ON c.workspace_id = w.id
    WHERE c.id = :client AND c.deleted_at IS NULL AND w.deleted_at IS NULL
    LIMIT 1;
BEGIN;
UPDATE refresh_token t SET used_at = now()
    WHERE t.id = :token AND t.digest = :digest AND t.client_id = :client AND t.expires_at > now()
    AND EXISTS (SELECT FROM standing_grant g
        WHERE g.id = t.grant_id AND (g.expires_at IS NULL OR g.expires_at > now()) AND g.resource @> '{}')
    AND t.scope @> '{}' AND t.used_at IS NULL
    RETURNING t.grant_id, t.client_id AS owner, t.workspace_id, t.scope, t.generation, t.issued_at, t.expires_at \gset
SELECT g.id, g.client_id AS owner, g.account_id, g.workspace_id, g.scope AS grant_scope, g.resource, g.authenticated_at,
    g.expires_at AS ends_at, g.last_used_at, g.role, g.email, g.client_scope
    FROM standing_grant g
    WHERE g.id = :grant_id AND (g.expires_at IS NULL OR g.expires_at > now())
    LIMIT 1 \gset
INSERT INTO access_token (id, digest, grant_id, client_id, account_id, workspace_id, scope, audience, issued_at, expires_at)
    VALUES (bench_id(), bench_digest(), :grant_id, :client, :account_id, :workspace_id, :scope, :resource,
        date_trunc('second', now()), date_trunc('second', now()) + interval '1 hour');
INSERT INTO refresh_token (id, digest, grant_id, client_id, workspace_id, scope, generation, issued_at, expires_at)
    VALUES (bench_id(), bench_digest(), :grant_id, :client, :workspace_id, :grant_scope, :generation::integer + 1,
        date_trunc('second', now()), date_trunc('second', now()) + interval '60 days')
    RETURNING id AS token, digest \gset
COMMIT;
