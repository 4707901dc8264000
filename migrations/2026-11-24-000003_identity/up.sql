CREATE TABLE identity (
    issuer       text NOT NULL,
    subject      text NOT NULL,
    account_id   uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    provider     text NOT NULL,
    email        text,
    created_at   timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX identity_account ON identity (account_id);
COMMENT ON TABLE identity IS 'Who an account is at another provider. Known by issuer and subject alone: an address there may become somebody else''s.';
COMMENT ON COLUMN identity.subject IS 'sub; of Microsoft''s: tid/oid, which every app sees alike.';
COMMENT ON COLUMN identity.provider IS 'The id in the configuration at the last sign-in; for people, decides nothing.';
COMMENT ON COLUMN identity.email IS 'What the provider last said; for people, decides nothing.';

CREATE TABLE used_id_token (
    digest     bytea PRIMARY KEY CHECK (length(digest) = 32),
    expires_at timestamptz NOT NULL
);
CREATE INDEX used_id_token_expires_at ON used_id_token (expires_at);
COMMENT ON TABLE used_id_token IS 'SHA-256 of header and payload of ID tokens that signed somebody in: each does so once. Kept until the token would be refused for its age.';
