CREATE TABLE refresh_token (
    id           uuid NOT NULL PRIMARY KEY,
    digest       bytea NOT NULL CHECK (length(digest) = 32),
    grant_id     uuid NOT NULL,
    client_id    uuid NOT NULL,
    workspace_id uuid NOT NULL,
    scope        text[] NOT NULL,
    generation   integer NOT NULL CHECK (generation >= 0),
    issued_at    timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    used_at      timestamptz
) PARTITION BY RANGE (id);
CREATE TABLE refresh_token_default PARTITION OF refresh_token DEFAULT;
INSERT INTO partition_plan VALUES ('refresh_token', interval '75 days');
COMMENT ON COLUMN refresh_token.generation IS 'How many rotations came before: the order within a grant, which second-granular times cannot give.';

CREATE TABLE access_token (
    id           uuid NOT NULL PRIMARY KEY,
    digest       bytea NOT NULL CHECK (length(digest) = 32),
    grant_id     uuid,
    client_id    uuid NOT NULL,
    account_id   uuid,
    workspace_id uuid NOT NULL,
    scope        text[] NOT NULL,
    audience     text[] NOT NULL,
    issued_at    timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    revoked_at   timestamptz,
    CHECK ((grant_id IS NULL) = (account_id IS NULL))
) PARTITION BY RANGE (id);
CREATE TABLE access_token_default PARTITION OF access_token DEFAULT;
INSERT INTO partition_plan VALUES ('access_token', interval '7 days');
COMMENT ON COLUMN access_token.digest IS 'SHA-256 of the random part of an opaque token, or of the whole of an at+jwt.';
COMMENT ON COLUMN access_token.grant_id IS 'Null for client_credentials: the client acts as itself.';
