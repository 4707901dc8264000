-- What the floors stand on, beside the product's own tables. Only in the database of a benchmark.

-- A time-ordered id, as the server makes them (UUIDv7: the first 48 bits are milliseconds).
CREATE FUNCTION bench_id() RETURNS uuid LANGUAGE sql VOLATILE AS $$
    SELECT (lpad(to_hex(floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || '7' ||
        substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid
$$;

-- The digest of a token that nobody has.
CREATE FUNCTION bench_digest() RETURNS bytea LANGUAGE sql VOLATILE AS $$ SELECT sha256(uuid_send(gen_random_uuid())) $$;

-- One refresh token of every person's grant, as the real flow made it: what further families are copied from.
CREATE TABLE bench_family AS
    SELECT (row_number() OVER (ORDER BY grant_id) - 1)::integer AS slot, r.* FROM refresh_token r WHERE used_at IS NULL;

-- Where each client of pgbench begins its chain of rotations.
CREATE TABLE bench_chain (slot integer PRIMARY KEY, token uuid NOT NULL, digest bytea NOT NULL);

-- The people of those grants, each with a session: who goes through the code flow.
CREATE TABLE bench_person AS
    SELECT DISTINCT ON (f.slot) f.slot, g.account_id, g.workspace_id, g.scope, g.resource, g.credentials_epoch, s.id AS session
    FROM bench_family f JOIN oauth_grant g ON g.id = f.grant_id JOIN session s ON s.account_id = g.account_id
    ORDER BY f.slot, s.id DESC;
CREATE UNIQUE INDEX ON bench_person (slot);

-- Access tokens that the look-ups choose among: copies of those that the real flow made, with ids that can be counted
-- through. `:prefix` is the first 20 digits, milliseconds of now included.
INSERT INTO access_token (id, digest, grant_id, client_id, account_id, workspace_id, scope, audience, issued_at, expires_at)
    SELECT (:prefix || lpad(to_hex(n), 12, '0'))::uuid, bench_digest(), grant_id, client_id, account_id, workspace_id, scope,
        audience, issued_at, expires_at
    FROM generate_series(0, 9999) n
    JOIN (SELECT row_number() OVER () - 1 AS slot, count(*) OVER () AS slots, a.* FROM access_token a) made ON made.slot = n % slots;
