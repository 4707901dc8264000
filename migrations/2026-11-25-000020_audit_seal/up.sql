-- The rows of the log are sealed after they were committed: numbered for each workspace, each number with the hash of its row
-- and of the seal before. A row that is changed, removed or pushed in afterwards breaks that chain.

-- In the order of commits, as far as there is one; the sealer reads along it.
CREATE INDEX audit_event_order ON audit_event (cluster_id, xact_id, id);
COMMENT ON TABLE audit_event IS 'Facts, appended in the transaction that made them true. Never updated. A column that is added later is NULL in older rows, without a default: a value would change what was sealed.';

CREATE TABLE audit_seal (
    workspace_id uuid   NOT NULL,
    sequence     bigint NOT NULL CHECK (sequence > 0),
    event_id     uuid   NOT NULL UNIQUE,
    row_hash     bytea  NOT NULL CHECK (length(row_hash) = 32),
    previous     bytea  NOT NULL CHECK (length(previous) = 32),
    hash         bytea  NOT NULL CHECK (length(hash) = 32),
    cluster_id   bigint NOT NULL,
    xact_id      bigint NOT NULL,
    PRIMARY KEY (workspace_id, sequence)
);
CREATE INDEX audit_seal_order ON audit_seal (cluster_id, xact_id);
COMMENT ON TABLE audit_seal IS 'What was committed to audit_event, numbered and chained by one sealer. Never updated, never deleted.';
COMMENT ON COLUMN audit_seal.workspace_id IS 'The nil UUID for facts that belong to no workspace: they are a chain too.';
COMMENT ON COLUMN audit_seal.xact_id IS 'With cluster_id: of the row that is sealed. The highest is how far the sealer has come.';

CREATE TABLE audit_checkpoint (
    id           uuid PRIMARY KEY,
    workspace_id uuid        NOT NULL,
    sequence     bigint      NOT NULL CHECK (sequence > 0),
    hash         bytea       NOT NULL CHECK (length(hash) = 32),
    gone_before  timestamptz NOT NULL,
    sealed       bytea       NOT NULL
);
CREATE INDEX audit_checkpoint_workspace ON audit_checkpoint (workspace_id, sequence);
COMMENT ON TABLE audit_checkpoint IS 'How far each chain had come when old rows of audit_event were let go. Never updated, never deleted.';
COMMENT ON COLUMN audit_checkpoint.gone_before IS 'Rows whose id is of a time before this went by retention.';
COMMENT ON COLUMN audit_checkpoint.sealed IS 'The same under the sealing key of the operator, whom a superuser of the database is not.';

-- As before; and whoever serves requests cannot make the log go before its time, whatever time they say it is.
CREATE OR REPLACE FUNCTION drop_partitions(parent_table text, before timestamptz) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp
    SET lock_timeout = '2s'
    AS $$
DECLARE
    plan    partition_plan;
    child   text;
    dropped integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('consentry.partitions'));
    SELECT * INTO STRICT plan FROM partition_plan WHERE parent = parent_table;
    IF parent_table = 'audit_event' AND NOT pg_has_role(session_user, current_user, 'MEMBER') THEN
        before := least(before, statement_timestamp() - interval '364 days');
    END IF;
    FOR child IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = plan.parent::regclass AND c.relname ~ '_p[0-9]{8}$'
    LOOP
        CONTINUE WHEN (to_date(right(child, 8), 'YYYYMMDD')::timestamp AT TIME ZONE 'UTC') + plan.width > before;
        EXECUTE format('DROP TABLE %I', child);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END $$;
