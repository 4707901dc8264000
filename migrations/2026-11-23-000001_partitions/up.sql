-- Short-lived rows sit in tables partitioned by their time-ordered id (UUIDv7: the first 48 bits are milliseconds),
-- so that retention is DROP TABLE and never DELETE.

CREATE TABLE partition_plan (
    parent text PRIMARY KEY,
    width  interval NOT NULL CHECK (width >= interval '1 day')
);
COMMENT ON TABLE partition_plan IS 'Which tables are partitioned by their id, and how much time one partition holds.';

-- The smallest UUIDv7 that can be made at this instant.
CREATE FUNCTION first_id_at(at timestamptz) RETURNS uuid
    LANGUAGE sql IMMUTABLE STRICT
    SET search_path = pg_catalog
    AS $$ SELECT (lpad(to_hex(floor(extract(epoch FROM at) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid $$;

-- Makes the partition that holds `at` and the one after it, for every planned table. Rows that had to wait in the
-- default partition move over in the same transaction. SECURITY DEFINER: the serving role may not run DDL itself.
CREATE FUNCTION ensure_partitions(at timestamptz) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp
    SET lock_timeout = '2s'
    AS $$
DECLARE
    plan   partition_plan;
    wide   numeric;
    starts timestamptz;
    ends   timestamptz;
    child  text;
    made   integer := 0;
BEGIN
    -- Two nodes that start at once take turns.
    PERFORM pg_advisory_xact_lock(hashtext('consentry.partitions'));
    FOR plan IN SELECT * FROM partition_plan ORDER BY parent LOOP
        wide := extract(epoch FROM plan.width);
        FOR step IN 0..1 LOOP
            starts := to_timestamp((floor(extract(epoch FROM at) / wide) + step) * wide);
            ends := starts + plan.width;
            child := plan.parent || '_p' || to_char(starts AT TIME ZONE 'UTC', 'YYYYMMDD');
            CONTINUE WHEN to_regclass('public.' || quote_ident(child)) IS NOT NULL;
            EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', plan.parent);
            EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', child, plan.parent);
            EXECUTE format(
                'WITH moved AS (DELETE FROM %I WHERE id >= %L AND id < %L RETURNING *) INSERT INTO %I SELECT * FROM moved',
                plan.parent || '_default', first_id_at(starts), first_id_at(ends), child);
            EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                plan.parent, child, first_id_at(starts), first_id_at(ends));
            made := made + 1;
        END LOOP;
    END LOOP;
    RETURN made;
END $$;

-- Drops the partitions of one planned table that hold nothing younger than `before`.
CREATE FUNCTION drop_partitions(parent_table text, before timestamptz) RETURNS integer
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

REVOKE ALL ON FUNCTION ensure_partitions(timestamptz), drop_partitions(text, timestamptz) FROM PUBLIC;
