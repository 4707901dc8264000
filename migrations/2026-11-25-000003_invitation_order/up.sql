-- The list of a workspace's invitations is read page by page in the order of their ids: the index has that order, so that nothing is sorted.
DROP INDEX invitation_workspace;
CREATE INDEX invitation_workspace ON invitation (workspace_id, id);
