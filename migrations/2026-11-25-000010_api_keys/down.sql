DROP VIEW key_facts;
DROP VIEW standing_client;
CREATE VIEW standing_client AS
    SELECT c.id, c.workspace_id, c.scope
    FROM client c
    LEFT JOIN workspace w ON w.id = c.workspace_id
    WHERE c.disabled_at IS NULL AND c.deleted_at IS NULL AND w.deleted_at IS NULL;
DROP VIEW standing_grant;
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

DELETE FROM audit_event WHERE actor_kind = 'service_account';
ALTER TABLE audit_event
    DROP COLUMN credential_last_four,
    DROP COLUMN credential_id,
    DROP COLUMN credential_kind,
    DROP CONSTRAINT audit_event_actor_kind_check,
    ADD CONSTRAINT audit_event_actor_kind_check CHECK (actor_kind IN ('account', 'client', 'operator', 'nobody'));

-- Tokens that were made with keys mean nothing without them.
DELETE FROM access_token WHERE key_id IS NOT NULL;
ALTER TABLE access_token DROP COLUMN key_id, ALTER COLUMN client_id SET NOT NULL;
DROP TABLE api_key_secret;
DROP TABLE api_key;
DROP TABLE key_policy;
DROP TABLE service_account;
ALTER TABLE workspace DROP COLUMN plan;
