-- An account is good for nothing before its address is verified; one that only another provider vouches for has no password.
ALTER TABLE account
    ALTER COLUMN password_hash DROP NOT NULL,
    ADD COLUMN verified_at timestamptz;
UPDATE account SET verified_at = created_at;
COMMENT ON COLUMN account.verified_at IS 'When somebody proved to read the mail of this address. Null: nobody can sign in.';
COMMENT ON COLUMN account.password_hash IS 'Null: signs in through another provider only.';

ALTER TABLE browser_session RENAME TO session;
ALTER INDEX browser_session_pkey RENAME TO session_pkey;
ALTER INDEX browser_session_account RENAME TO session_account;
ALTER INDEX browser_session_expires_at RENAME TO session_expires_at;
ALTER TABLE session RENAME CONSTRAINT browser_session_account_id_fkey TO session_account_id_fkey;
ALTER TABLE session RENAME CONSTRAINT browser_session_digest_check TO session_digest_check;
ALTER TABLE session
    ADD COLUMN kind         text NOT NULL DEFAULT 'browser' CHECK (kind IN ('browser', 'api')),
    ADD COLUMN amr          text[] NOT NULL DEFAULT '{pwd}',
    ADD COLUMN workspace_id uuid REFERENCES workspace ON DELETE SET NULL,
    ADD COLUMN address      text,
    ADD COLUMN user_agent   text,
    ADD COLUMN started_at   timestamptz,
    ALTER COLUMN digest DROP NOT NULL,
    ADD CHECK ((kind = 'browser') = (digest IS NOT NULL));
UPDATE session SET started_at = authenticated_at;
ALTER TABLE session
    ALTER COLUMN started_at SET NOT NULL,
    ALTER COLUMN kind DROP DEFAULT,
    ALTER COLUMN amr DROP DEFAULT;
CREATE INDEX session_workspace ON session (workspace_id);
COMMENT ON TABLE session IS 'A person signed in: in a browser, or in a program that uses the API.';
COMMENT ON COLUMN session.digest IS 'Of the browser''s cookie. A program has access tokens that name the session, and refresh tokens.';
COMMENT ON COLUMN session.amr IS 'How the person proved who they are (RFC 8176).';
COMMENT ON COLUMN session.workspace_id IS 'Where a program''s requests act that name no workspace.';

CREATE TABLE session_refresh_token (
    id         uuid NOT NULL PRIMARY KEY,
    digest     bytea NOT NULL CHECK (length(digest) = 32),
    session_id uuid NOT NULL,
    generation integer NOT NULL CHECK (generation >= 0),
    issued_at  timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz
) PARTITION BY RANGE (id);
CREATE TABLE session_refresh_token_default PARTITION OF session_refresh_token DEFAULT;
INSERT INTO partition_plan VALUES ('session_refresh_token', interval '75 days');
COMMENT ON TABLE session_refresh_token IS 'Renews the access token of a program''s session, once each. One that comes back ends the session.';

CREATE TABLE email_code (
    id         uuid PRIMARY KEY,
    digest     bytea NOT NULL CHECK (length(digest) = 32),
    account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    purpose    text NOT NULL CHECK (purpose IN ('verify', 'reset', 'change')),
    email      text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz
);
CREATE INDEX email_code_account ON email_code (account_id);
CREATE INDEX email_code_expires_at ON email_code (expires_at);
COMMENT ON TABLE email_code IS 'The secret in a link that was sent by mail: proves that somebody reads the mail of that address.';
COMMENT ON COLUMN email_code.email IS 'Where it was sent. It is worth nothing once the account has, or asks for, another address.';

CREATE TABLE totp (
    account_id    uuid PRIMARY KEY REFERENCES account ON DELETE CASCADE,
    sealed_secret bytea NOT NULL,
    created_at    timestamptz NOT NULL,
    confirmed_at  timestamptz,
    last_step     bigint
);
COMMENT ON TABLE totp IS 'A second factor (RFC 6238). Until it is confirmed nobody is asked for it.';
COMMENT ON COLUMN totp.last_step IS 'The time step of the last code that was accepted: none is accepted twice (RFC 6238 §5.2).';

CREATE TABLE recovery_code (
    account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    digest     bytea NOT NULL CHECK (length(digest) = 32),
    created_at timestamptz NOT NULL,
    used_at    timestamptz,
    PRIMARY KEY (account_id, digest)
);
COMMENT ON TABLE recovery_code IS 'Stands in for the second factor, once each.';

CREATE TABLE half_sign_in (
    id                uuid PRIMARY KEY,
    digest            bytea NOT NULL CHECK (length(digest) = 32),
    browser           bytea NOT NULL CHECK (length(browser) = 32),
    account_id        uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    credentials_epoch integer NOT NULL,
    amr               text[] NOT NULL,
    return_to         text NOT NULL,
    expires_at        timestamptz NOT NULL,
    used_at           timestamptz
);
CREATE INDEX half_sign_in_account ON half_sign_in (account_id);
CREATE INDEX half_sign_in_expires_at ON half_sign_in (expires_at);
COMMENT ON TABLE half_sign_in IS 'A person in a browser whose first factor was right, and whose second is awaited.';
