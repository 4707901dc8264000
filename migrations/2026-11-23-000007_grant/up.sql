CREATE TABLE consent (
    id           uuid PRIMARY KEY,
    account_id   uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    client_id    uuid NOT NULL REFERENCES client ON DELETE CASCADE,
    workspace_id uuid NOT NULL REFERENCES workspace ON DELETE CASCADE,
    scope        text[] NOT NULL,
    created_at   timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL,
    revoked_at   timestamptz
);
CREATE UNIQUE INDEX consent_standing ON consent (account_id, client_id, workspace_id) WHERE revoked_at IS NULL;
CREATE INDEX consent_account ON consent (account_id);
CREATE INDEX consent_client ON consent (client_id);
CREATE INDEX consent_workspace ON consent (workspace_id);
COMMENT ON TABLE consent IS 'What a person remembers allowing a client in a workspace. Removing access revokes it and, with it, every grant under it.';

CREATE TABLE oauth_grant (
    id                uuid PRIMARY KEY,
    consent_id        uuid NOT NULL REFERENCES consent ON DELETE CASCADE,
    client_id         uuid NOT NULL REFERENCES client ON DELETE CASCADE,
    account_id        uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    workspace_id      uuid NOT NULL REFERENCES workspace ON DELETE CASCADE,
    scope             text[] NOT NULL,
    resource          text[] NOT NULL,
    credentials_epoch integer NOT NULL,
    authenticated_at  timestamptz NOT NULL,
    created_at        timestamptz NOT NULL,
    expires_at        timestamptz,
    last_used_at      timestamptz NOT NULL,
    revoked_at        timestamptz,
    revoked_because   text CHECK (revoked_because IN ('code_replay', 'refresh_reuse', 'client', 'person', 'operator')),
    CHECK ((revoked_at IS NULL) = (revoked_because IS NULL))
);
CREATE INDEX oauth_grant_consent ON oauth_grant (consent_id);
CREATE INDEX oauth_grant_client ON oauth_grant (client_id);
CREATE INDEX oauth_grant_account ON oauth_grant (account_id);
CREATE INDEX oauth_grant_workspace ON oauth_grant (workspace_id);
CREATE INDEX oauth_grant_last_used_at ON oauth_grant (last_used_at);
COMMENT ON TABLE oauth_grant IS 'One completed authorization on one device: the family of its tokens.';
COMMENT ON COLUMN oauth_grant.last_used_at IS 'To the hour: a refresh writes it only when the hour has changed.';

-- Being alive is looked up, never copied: this is the one place that says when a grant stands.
CREATE VIEW standing_grant AS
    SELECT g.id, g.consent_id, g.client_id, g.account_id, g.workspace_id, g.scope, g.resource, g.authenticated_at,
           g.created_at, g.expires_at, g.last_used_at, m.role, a.email, c.scope AS client_scope
    FROM oauth_grant g
    JOIN consent s    ON s.id = g.consent_id AND s.revoked_at IS NULL
    JOIN client c     ON c.id = g.client_id AND c.disabled_at IS NULL AND c.deleted_at IS NULL
    JOIN account a    ON a.id = g.account_id AND a.disabled_at IS NULL AND a.credentials_epoch = g.credentials_epoch
    JOIN membership m ON m.workspace_id = g.workspace_id AND m.account_id = g.account_id
    JOIN workspace w  ON w.id = g.workspace_id AND w.deleted_at IS NULL
    WHERE g.revoked_at IS NULL;

-- The same for a client that acts as itself.
CREATE VIEW standing_client AS
    SELECT c.id, c.workspace_id, c.scope
    FROM client c
    LEFT JOIN workspace w ON w.id = c.workspace_id
    WHERE c.disabled_at IS NULL AND c.deleted_at IS NULL AND w.deleted_at IS NULL;
