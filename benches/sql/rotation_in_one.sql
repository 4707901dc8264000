-- A refresh as one statement: spent, looked up and issued in one round trip and one commit. The server does not do it so yet;
-- it is what the database could do. The client is taken as proven.
\if :begun
\else
SELECT token, digest FROM bench_chain WHERE slot = :client_id \gset
\set begun 1
\endif
WITH spent AS (
    UPDATE refresh_token t SET used_at = now()
        WHERE t.id = :token AND t.digest = :digest AND t.client_id = :client AND t.expires_at > now() AND t.used_at IS NULL
        RETURNING t.grant_id, t.client_id, t.workspace_id, t.generation
), standing AS (
    SELECT s.*, g.account_id, g.scope, g.resource
        FROM spent s JOIN standing_grant g ON g.id = s.grant_id AND (g.expires_at IS NULL OR g.expires_at > now())
), access AS (
    INSERT INTO access_token (id, digest, grant_id, client_id, account_id, workspace_id, scope, audience, issued_at, expires_at)
        SELECT bench_id(), bench_digest(), grant_id, client_id, account_id, workspace_id, scope, resource,
            date_trunc('second', now()), date_trunc('second', now()) + interval '1 hour' FROM standing
)
INSERT INTO refresh_token (id, digest, grant_id, client_id, workspace_id, scope, generation, issued_at, expires_at)
    SELECT bench_id(), bench_digest(), grant_id, client_id, workspace_id, scope, generation + 1,
        date_trunc('second', now()), date_trunc('second', now()) + interval '60 days' FROM standing
    RETURNING id AS token, digest \gset
