-- A new family of refresh tokens for every client of pgbench.
TRUNCATE bench_chain;
WITH made AS (
    INSERT INTO refresh_token (id, digest, grant_id, client_id, workspace_id, scope, generation, issued_at, expires_at)
        SELECT bench_id(), bench_digest(), grant_id, client_id, workspace_id, scope, 0, issued_at, expires_at FROM bench_family
        RETURNING id, digest
)
INSERT INTO bench_chain SELECT row_number() OVER () - 1, id, digest FROM made;
