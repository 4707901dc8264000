DROP INDEX invitation_workspace;
CREATE INDEX invitation_workspace ON invitation (workspace_id);
