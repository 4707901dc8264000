DROP TABLE invitation;
DROP INDEX workspace_deleted_at;
ALTER TABLE membership DROP COLUMN last_used_at;
