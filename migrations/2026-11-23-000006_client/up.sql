CREATE TABLE client (
    id                         uuid PRIMARY KEY,
    workspace_id               uuid REFERENCES workspace ON DELETE CASCADE,
    name                       text NOT NULL,
    uri                        text,
    kind                       text NOT NULL CHECK (kind IN ('confidential', 'public', 'resource_server')),
    redirect_uris              text[] NOT NULL,
    grant_types                text[] NOT NULL CHECK (grant_types <@ ARRAY['authorization_code', 'refresh_token', 'client_credentials']),
    scope                      text[] NOT NULL,
    default_scope              text[] NOT NULL CHECK (default_scope <@ scope),
    audiences                  text[] NOT NULL,
    require_pkce               boolean NOT NULL,
    token_format               text NOT NULL CHECK (token_format IN ('opaque', 'jwt')),
    access_token_seconds       integer CHECK (access_token_seconds > 0),
    refresh_token_seconds      integer CHECK (refresh_token_seconds > 0),
    grant_seconds              integer CHECK (grant_seconds > 0),
    created_at                 timestamptz NOT NULL,
    verified_at                timestamptz,
    disabled_at                timestamptz,
    deleted_at                 timestamptz,
    CHECK (kind <> 'public' OR require_pkce),
    CHECK (kind <> 'public' OR NOT 'client_credentials' = ANY (grant_types)),
    CHECK (workspace_id IS NOT NULL OR NOT 'client_credentials' = ANY (grant_types)),
    CHECK ((kind = 'resource_server') = (cardinality(audiences) > 0)),
    CHECK (kind <> 'resource_server' OR cardinality(redirect_uris) = 0)
);
CREATE INDEX client_workspace ON client (workspace_id);
COMMENT ON COLUMN client.workspace_id IS 'Null: made by the operator, for every workspace.';
COMMENT ON COLUMN client.grant_seconds IS 'Absolute lifetime of a grant, from its start; null: only the idle lifetime of its refresh tokens ends it.';

CREATE TABLE client_secret (
    id           uuid PRIMARY KEY,
    client_id    uuid NOT NULL REFERENCES client ON DELETE CASCADE,
    digest       bytea NOT NULL CHECK (length(digest) = 32),
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz
);
CREATE INDEX client_secret_client ON client_secret (client_id);
COMMENT ON COLUMN client_secret.expires_at IS 'Set when a newer secret replaces this one: the end of the overlap.';
