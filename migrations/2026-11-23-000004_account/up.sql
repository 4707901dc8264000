CREATE TABLE account (
    id                uuid PRIMARY KEY,
    email             text NOT NULL UNIQUE,
    name              text NOT NULL,
    password_hash     text NOT NULL,
    credentials_epoch integer NOT NULL DEFAULT 0,
    created_at        timestamptz NOT NULL,
    disabled_at       timestamptz
);
COMMENT ON COLUMN account.email IS 'Canonical: trimmed and lower-cased.';
COMMENT ON COLUMN account.credentials_epoch IS 'Copied into sessions and grants at their start; they live only while it is equal.';

CREATE TABLE login_throttle (
    subject           bytea PRIMARY KEY CHECK (length(subject) = 32),
    failures          integer NOT NULL,
    window_started_at timestamptz NOT NULL
);
CREATE INDEX login_throttle_window_started_at ON login_throttle (window_started_at);
COMMENT ON TABLE login_throttle IS 'Failed sign-ins by SHA-256 of the e-mail address, whether or not an account has it: a lock tells nothing; and of the network they come from.';

CREATE TABLE browser_session (
    id                uuid PRIMARY KEY,
    digest            bytea NOT NULL CHECK (length(digest) = 32),
    account_id        uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    credentials_epoch integer NOT NULL,
    authenticated_at  timestamptz NOT NULL,
    last_seen_at      timestamptz NOT NULL,
    expires_at        timestamptz NOT NULL,
    ended_at          timestamptz
);
CREATE INDEX browser_session_account ON browser_session (account_id);
CREATE INDEX browser_session_expires_at ON browser_session (expires_at);
