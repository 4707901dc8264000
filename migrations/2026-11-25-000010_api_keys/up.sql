ALTER TABLE workspace ADD COLUMN plan text CHECK (plan ~ '^[a-z0-9-]{1,32}$');
COMMENT ON COLUMN workspace.plan IS 'What it pays for: the name of a plan of the configuration. Null: the first of them.';

-- Whom keys belong to that nobody in particular has: they outlive whoever made them.
CREATE TABLE service_account (
    id           uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspace ON DELETE CASCADE,
    name         text NOT NULL,
    role         text NOT NULL CHECK (role IN ('viewer', 'member', 'admin')),
    created_by   uuid REFERENCES account ON DELETE SET NULL,
    created_at   timestamptz NOT NULL,
    deleted_at   timestamptz
);
CREATE INDEX service_account_workspace ON service_account (workspace_id, id);
CREATE INDEX service_account_created_by ON service_account (created_by);
CREATE UNIQUE INDEX service_account_name ON service_account (workspace_id, lower(name)) WHERE deleted_at IS NULL;
COMMENT ON COLUMN service_account.role IS 'Never owner: what only an owner may do is done by a person.';

CREATE TABLE key_policy (
    workspace_id    uuid PRIMARY KEY REFERENCES workspace ON DELETE CASCADE,
    longest_seconds bigint CHECK (longest_seconds > 0),
    never_allowed   boolean NOT NULL,
    scope           text[],
    members_may     boolean NOT NULL,
    on_leak         text NOT NULL CHECK (on_leak IN ('tell', 'roll', 'revoke')),
    updated_at      timestamptz NOT NULL
);
COMMENT ON TABLE key_policy IS 'What a workspace decided about its API keys. No row: as api_keys::policy says.';
COMMENT ON COLUMN key_policy.scope IS 'What keys may have; null: everything that their owners may.';
COMMENT ON COLUMN key_policy.members_may IS 'Whether members and viewers may make keys of their own.';

CREATE TABLE api_key (
    id                  uuid PRIMARY KEY,
    kind                text NOT NULL CHECK (kind IN ('secret', 'publishable')),
    workspace_id        uuid NOT NULL REFERENCES workspace ON DELETE CASCADE,
    account_id          uuid REFERENCES account ON DELETE CASCADE,
    service_account_id  uuid REFERENCES service_account ON DELETE CASCADE,
    name                text NOT NULL,
    scope               text[] NOT NULL,
    origins             text[] NOT NULL,
    networks            cidr[] NOT NULL,
    requests_per_minute integer CHECK (requests_per_minute > 0),
    created_by          uuid REFERENCES account ON DELETE SET NULL,
    created_at          timestamptz NOT NULL,
    expires_at          timestamptz,
    revoked_at          timestamptz,
    revoked_because     text CHECK (revoked_because IN ('person', 'operator', 'leak', 'owner')),
    first_used_at       timestamptz,
    last_used_at        timestamptz,
    CHECK ((account_id IS NULL) <> (service_account_id IS NULL)),
    CHECK ((kind = 'publishable') = (cardinality(origins) > 0)),
    CHECK ((revoked_at IS NULL) = (revoked_because IS NULL))
);
CREATE INDEX api_key_workspace ON api_key (workspace_id, id);
CREATE INDEX api_key_account ON api_key (account_id);
CREATE INDEX api_key_service_account ON api_key (service_account_id);
CREATE INDEX api_key_created_by ON api_key (created_by);
CREATE INDEX api_key_expires_at ON api_key (expires_at) WHERE revoked_at IS NULL;
COMMENT ON TABLE api_key IS 'Lets a program act in one workspace, for a person or a service account of it.';
COMMENT ON COLUMN api_key.networks IS 'From where it may be used; empty: from anywhere.';
COMMENT ON COLUMN api_key.last_used_at IS 'Gathered in memory and written in batches: some seconds behind.';

CREATE TABLE api_key_secret (
    id                   uuid PRIMARY KEY,
    key_id               uuid NOT NULL REFERENCES api_key ON DELETE CASCADE,
    digest               bytea NOT NULL CHECK (length(digest) = 32),
    last_four            text NOT NULL CHECK (length(last_four) = 4),
    created_at           timestamptz NOT NULL,
    expires_at           timestamptz,
    last_used_at         timestamptz,
    last_used_address    text,
    last_used_user_agent text
);
CREATE INDEX api_key_secret_key ON api_key_secret (key_id);
CREATE INDEX api_key_secret_expires_at ON api_key_secret (expires_at);
COMMENT ON COLUMN api_key_secret.id IS 'The id inside the secret itself; that of the key is api_key.id.';
COMMENT ON COLUMN api_key_secret.expires_at IS 'Set when a newer secret replaces this one: the end of the overlap.';

-- Tokens that were made with a key belong to it as others belong to a client.
ALTER TABLE access_token
    ALTER COLUMN client_id DROP NOT NULL,
    ADD COLUMN key_id uuid,
    ADD CHECK ((client_id IS NULL) <> (key_id IS NULL)),
    ADD CHECK (key_id IS NULL OR grant_id IS NULL);
CREATE INDEX access_token_key ON access_token (key_id, id) WHERE key_id IS NOT NULL;
COMMENT ON COLUMN access_token.key_id IS 'Made with this API key, and alive only while it is.';

ALTER TABLE audit_event
    DROP CONSTRAINT audit_event_actor_kind_check,
    ADD CONSTRAINT audit_event_actor_kind_check
        CHECK (actor_kind IN ('account', 'service_account', 'client', 'operator', 'nobody')),
    ADD COLUMN credential_kind text,
    ADD COLUMN credential_id uuid,
    ADD COLUMN credential_last_four text;
COMMENT ON COLUMN audit_event.credential_last_four IS 'The end of the API key that was used, as pages show it.';

CREATE OR REPLACE VIEW standing_grant AS
    SELECT g.id, g.consent_id, g.client_id, g.account_id, g.workspace_id, g.scope, g.resource, g.authenticated_at,
           g.created_at, g.expires_at, g.last_used_at, m.role, a.email, c.scope AS client_scope, w.plan
    FROM oauth_grant g
    JOIN consent s    ON s.id = g.consent_id AND s.revoked_at IS NULL
    JOIN client c     ON c.id = g.client_id AND c.disabled_at IS NULL AND c.deleted_at IS NULL
    JOIN account a    ON a.id = g.account_id AND a.disabled_at IS NULL AND a.credentials_epoch = g.credentials_epoch
    JOIN membership m ON m.workspace_id = g.workspace_id AND m.account_id = g.account_id
    JOIN workspace w  ON w.id = g.workspace_id AND w.deleted_at IS NULL
    WHERE g.revoked_at IS NULL;

CREATE OR REPLACE VIEW standing_client AS
    SELECT c.id, c.workspace_id, c.scope, w.plan
    FROM client c
    LEFT JOIN workspace w ON w.id = c.workspace_id
    WHERE c.disabled_at IS NULL AND c.deleted_at IS NULL AND w.deleted_at IS NULL;

-- What a key hangs from, alive or not: api_keys::standing says which of it must hold.
CREATE VIEW key_facts AS
    SELECT k.id, k.kind, k.workspace_id, k.account_id, k.service_account_id, k.name, k.scope, k.origins, k.networks,
           k.requests_per_minute, k.created_at, k.expires_at, k.revoked_at, k.first_used_at,
           coalesce(m.role, s.role) AS role, a.email, w.plan,
           w.deleted_at AS workspace_deleted_at,
           a.disabled_at AS account_disabled_at,
           s.deleted_at AS service_account_deleted_at,
           p.longest_seconds AS policy_longest_seconds,
           p.never_allowed AS policy_never_allowed,
           p.scope AS policy_scope
    FROM api_key k
    JOIN workspace w ON w.id = k.workspace_id
    LEFT JOIN account a ON a.id = k.account_id
    LEFT JOIN membership m ON m.workspace_id = k.workspace_id AND m.account_id = k.account_id
    LEFT JOIN service_account s ON s.id = k.service_account_id AND s.workspace_id = k.workspace_id
    LEFT JOIN key_policy p ON p.workspace_id = k.workspace_id;
