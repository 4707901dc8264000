ALTER TABLE membership ADD COLUMN last_used_at timestamptz;
COMMENT ON COLUMN membership.last_used_at IS 'When a session last began here: where the next one begins that names no workspace.';
CREATE INDEX workspace_deleted_at ON workspace (deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE invitation (
    id           uuid PRIMARY KEY,
    digest       bytea NOT NULL CHECK (length(digest) = 32),
    workspace_id uuid NOT NULL REFERENCES workspace ON DELETE CASCADE,
    email        text NOT NULL,
    role         text NOT NULL CHECK (role IN ('viewer', 'member', 'admin', 'owner')),
    invited_by   uuid REFERENCES account ON DELETE SET NULL,
    created_at   timestamptz NOT NULL,
    sent_at      timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    used_at      timestamptz,
    withdrawn_at timestamptz,
    CHECK (used_at IS NULL OR withdrawn_at IS NULL)
);
CREATE UNIQUE INDEX invitation_open ON invitation (workspace_id, email) WHERE used_at IS NULL AND withdrawn_at IS NULL;
CREATE INDEX invitation_workspace ON invitation (workspace_id);
CREATE INDEX invitation_invited_by ON invitation (invited_by);
CREATE INDEX invitation_expires_at ON invitation (expires_at);
COMMENT ON TABLE invitation IS 'Asks whoever reads the mail of an address to join a workspace. Sending it again gives it a new secret.';
