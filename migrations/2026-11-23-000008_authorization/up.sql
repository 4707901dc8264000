CREATE TABLE authorization_request (
    id             uuid NOT NULL PRIMARY KEY,
    browser        bytea NOT NULL CHECK (length(browser) = 32),
    client_id      uuid NOT NULL,
    redirect_uri   text NOT NULL,
    scope          text[] NOT NULL,
    state          text,
    code_challenge text,
    resource       text[] NOT NULL,
    prompt         text NOT NULL,
    login_hint     text,
    workspace_hint text,
    created_at     timestamptz NOT NULL,
    expires_at     timestamptz NOT NULL,
    answered_at    timestamptz
) PARTITION BY RANGE (id);
CREATE TABLE authorization_request_default PARTITION OF authorization_request DEFAULT;
INSERT INTO partition_plan VALUES ('authorization_request', interval '1 day');
COMMENT ON TABLE authorization_request IS 'A checked request (RFC 6749 §4.1.1), on its way through sign-in and consent.';
COMMENT ON COLUMN authorization_request.browser IS 'SHA-256 of the browser cookie that began it: no other browser can answer it.';

CREATE TABLE authorization_code (
    id             uuid NOT NULL PRIMARY KEY,
    digest         bytea NOT NULL CHECK (length(digest) = 32),
    grant_id       uuid NOT NULL,
    client_id      uuid NOT NULL,
    workspace_id   uuid NOT NULL,
    redirect_uri   text NOT NULL,
    code_challenge text,
    scope          text[] NOT NULL,
    resource       text[] NOT NULL,
    expires_at     timestamptz NOT NULL,
    redeemed_at    timestamptz,
    burnt_at       timestamptz,
    CHECK (redeemed_at IS NULL OR burnt_at IS NULL)
) PARTITION BY RANGE (id);
CREATE TABLE authorization_code_default PARTITION OF authorization_code DEFAULT;
INSERT INTO partition_plan VALUES ('authorization_code', interval '75 days');
COMMENT ON COLUMN authorization_code.burnt_at IS 'A wrong verifier or redirect URI was presented: refused for good, and nothing is revoked.';
