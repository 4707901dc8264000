DROP TABLE audit_checkpoint;
DROP TABLE audit_seal;
DROP INDEX audit_event_order;
COMMENT ON TABLE audit_event IS 'Facts, appended in the transaction that made them true. Never updated.';

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
