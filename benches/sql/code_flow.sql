-- What the code flow asks of the database in its three requests: `begin` and `ask` of src/oauth/authorize, `grant` with the
-- consent, grant and code that it makes, and the exchange, with `redeem` of src/oauth/credential/authorization_code.rs. Each
-- client of pgbench is a person of its own, who is signed in. Without a row \gset fails, and with it the run.
\if :begun
\else
SELECT account_id, workspace_id, scope, resource, credentials_epoch AS epoch, session FROM bench_person WHERE slot = :client_id \gset
\set begun 1
\endif
-- The authorization request, answered with the consent page.
SELECT c.id, c.workspace_id AS owner, c.name, c.uri, c.kind, c.redirect_uris, c.grant_types, c.scope AS may, c.default_scope,
    c.audiences, c.require_pkce, c.token_format, c.access_token_seconds, c.refresh_token_seconds, c.grant_seconds, c.created_at,
    c.verified_at, c.disabled_at
    FROM client c LEFT JOIN workspace w ON c.workspace_id = w.id
    WHERE c.id = :client AND c.deleted_at IS NULL AND w.deleted_at IS NULL
    LIMIT 1;
BEGIN;
INSERT INTO authorization_request (id, browser, client_id, redirect_uri, state, scope, resource, code_challenge, prompt, login_hint,
    workspace_hint, created_at, expires_at)
    VALUES (bench_id(), bench_digest(), :client, 'https://rp.example/cb', 'bench', :scope, '{}', NULL, 'consent', NULL, NULL, now(),
        now() + interval '30 minutes')
    RETURNING id AS request \gset
SELECT s.id, s.digest, s.authenticated_at, s.last_seen_at, s.amr, s.workspace_id, a.id, a.email, a.name,
    a.credentials_epoch, a.disabled_at, a.language, a.verified_at
    FROM session s JOIN account a ON s.account_id = a.id
    WHERE s.id = :session AND s.kind = 'browser' AND s.ended_at IS NULL AND s.expires_at > now()
    AND a.disabled_at IS NULL AND a.verified_at IS NOT NULL AND a.credentials_epoch = s.credentials_epoch
    LIMIT 1;
SELECT w.id, w.slug, w.name, m.role FROM membership m JOIN workspace w ON m.workspace_id = w.id
    WHERE m.account_id = :account_id AND w.deleted_at IS NULL
    ORDER BY m.created_at, m.workspace_id;
SELECT c.id, c.workspace_id, c.scope, c.created_at FROM consent c
    WHERE c.account_id = :account_id AND c.client_id = :client AND c.revoked_at IS NULL
    ORDER BY c.created_at;
COMMIT;
-- The consent, answered with a code.
SELECT r.id, r.browser, r.client_id AS asks, r.redirect_uri, r.scope AS asked, r.state, r.code_challenge, r.resource, r.prompt,
    r.login_hint, r.workspace_hint, r.created_at
    FROM authorization_request r
    WHERE r.id = :request AND r.answered_at IS NULL AND r.expires_at > now()
    LIMIT 1;
SELECT c.id, c.workspace_id AS owner, c.name, c.uri, c.kind, c.redirect_uris, c.grant_types, c.scope AS may, c.default_scope,
    c.audiences, c.require_pkce, c.token_format, c.access_token_seconds, c.refresh_token_seconds, c.grant_seconds, c.created_at,
    c.verified_at, c.disabled_at
    FROM client c LEFT JOIN workspace w ON c.workspace_id = w.id
    WHERE c.id = :client AND c.deleted_at IS NULL AND w.deleted_at IS NULL
    LIMIT 1;
SELECT s.id, s.digest, s.authenticated_at, s.last_seen_at, s.amr, s.workspace_id, a.id, a.email, a.name,
    a.credentials_epoch, a.disabled_at, a.language, a.verified_at
    FROM session s JOIN account a ON s.account_id = a.id
    WHERE s.id = :session AND s.kind = 'browser' AND s.ended_at IS NULL AND s.expires_at > now()
    AND a.disabled_at IS NULL AND a.verified_at IS NOT NULL AND a.credentials_epoch = s.credentials_epoch
    LIMIT 1;
SELECT w.id, w.slug, w.name, m.role FROM membership m JOIN workspace w ON m.workspace_id = w.id
    WHERE m.account_id = :account_id AND w.deleted_at IS NULL
    ORDER BY m.created_at, m.workspace_id;
SELECT c.id, c.workspace_id, c.scope, c.created_at FROM consent c
    WHERE c.account_id = :account_id AND c.client_id = :client AND c.revoked_at IS NULL
    ORDER BY c.created_at;
BEGIN;
UPDATE authorization_request r SET answered_at = now()
    WHERE r.id = :request AND r.answered_at IS NULL AND r.expires_at > now();
INSERT INTO consent (id, account_id, client_id, workspace_id, scope, created_at, updated_at)
    VALUES (bench_id(), :account_id, :client, :workspace_id, :scope, now(), now())
    ON CONFLICT (account_id, client_id, workspace_id) WHERE revoked_at IS NULL DO UPDATE SET updated_at = now()
    RETURNING id AS consent \gset
INSERT INTO oauth_grant (id, consent_id, client_id, account_id, workspace_id, scope, resource, credentials_epoch, authenticated_at,
    created_at, last_used_at)
    VALUES (bench_id(), :consent, :client, :account_id, :workspace_id, :scope, :resource, :epoch, now(), now(), now())
    RETURNING id AS grant \gset
INSERT INTO authorization_code (id, digest, grant_id, client_id, workspace_id, redirect_uri, code_challenge, scope, resource, expires_at)
    VALUES (bench_id(), bench_digest(), :grant, :client, :workspace_id, 'https://rp.example/cb', NULL, :scope, :resource,
        now() + interval '1 minute')
    RETURNING id AS code, digest \gset
INSERT INTO audit_event (id, workspace_id, kind, actor_kind, actor_id, target_kind, target_id, detail, request_id)
    VALUES (bench_id(), :workspace_id, 'consent.given', 'account', :account_id, 'consent', :consent, '{"scope": "analytics.read"}', 'bench')
    RETURNING id AS event \gset
INSERT INTO audit_personal (event_id, recorded_at, address, user_agent) VALUES (:event, now(), '127.0.0.1', 'bench');
COMMIT;
-- The code, answered with tokens.
SELECT c.id, c.workspace_id AS owner, c.name, c.uri, c.kind, c.redirect_uris, c.grant_types, c.scope AS may, c.default_scope,
    c.audiences, c.require_pkce, c.token_format, c.access_token_seconds, c.refresh_token_seconds, c.grant_seconds, c.created_at,
    c.verified_at, c.disabled_at, s.digest
    FROM client c
    LEFT JOIN client_secret s ON s.client_id = c.id AND s.id = :secret AND (s.expires_at IS NULL OR s.expires_at > now())
    LEFT JOIN workspace w ON c.workspace_id = w.id
    WHERE c.id = :client AND c.deleted_at IS NULL AND w.deleted_at IS NULL
    LIMIT 1;
BEGIN;
UPDATE authorization_code c SET redeemed_at = now()
    WHERE c.id = :code AND c.digest = :digest AND c.client_id = :client AND c.redeemed_at IS NULL AND c.burnt_at IS NULL
    AND c.expires_at > now() AND c.expires_at <= now() + interval '70 seconds'
    AND EXISTS (SELECT FROM standing_grant g WHERE g.id = c.grant_id AND (g.expires_at IS NULL OR g.expires_at > now()))
    AND c.redirect_uri = 'https://rp.example/cb' AND c.code_challenge IS NOT DISTINCT FROM NULL AND c.resource @> '{}'
    RETURNING c.grant_id \gset
SELECT g.id, g.client_id AS owner, g.account_id AS person, g.workspace_id AS place, g.scope AS grant_scope, g.resource AS granted,
    g.authenticated_at, g.expires_at AS ends_at, g.last_used_at, g.role, g.email, g.client_scope
    FROM standing_grant g
    WHERE g.id = :grant_id AND (g.expires_at IS NULL OR g.expires_at > now())
    LIMIT 1 \gset
INSERT INTO access_token (id, digest, grant_id, client_id, account_id, workspace_id, scope, audience, issued_at, expires_at)
    VALUES (bench_id(), bench_digest(), :grant_id, :client, :account_id, :workspace_id, :scope, :resource,
        date_trunc('second', now()), date_trunc('second', now()) + interval '1 hour');
INSERT INTO refresh_token (id, digest, grant_id, client_id, workspace_id, scope, generation, issued_at, expires_at)
    VALUES (bench_id(), bench_digest(), :grant_id, :client, :workspace_id, :scope, 0, date_trunc('second', now()),
        date_trunc('second', now()) + interval '60 days');
COMMIT;
