DROP TABLE half_sign_in;
DROP TABLE recovery_code;
DROP TABLE totp;
DROP TABLE email_code;
DELETE FROM partition_plan WHERE parent = 'session_refresh_token';
DROP TABLE session_refresh_token;
DELETE FROM session WHERE kind <> 'browser';
ALTER TABLE session
    DROP COLUMN kind,
    DROP COLUMN amr,
    DROP COLUMN workspace_id,
    DROP COLUMN address,
    DROP COLUMN user_agent,
    DROP COLUMN started_at,
    ALTER COLUMN digest SET NOT NULL;
ALTER TABLE session RENAME CONSTRAINT session_digest_check TO browser_session_digest_check;
ALTER TABLE session RENAME CONSTRAINT session_account_id_fkey TO browser_session_account_id_fkey;
ALTER INDEX session_expires_at RENAME TO browser_session_expires_at;
ALTER INDEX session_account RENAME TO browser_session_account;
ALTER INDEX session_pkey RENAME TO browser_session_pkey;
ALTER TABLE session RENAME TO browser_session;
DELETE FROM account WHERE password_hash IS NULL OR verified_at IS NULL;
ALTER TABLE account
    DROP COLUMN verified_at,
    ALTER COLUMN password_hash SET NOT NULL;
