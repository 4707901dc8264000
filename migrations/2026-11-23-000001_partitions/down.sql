DROP FUNCTION drop_partitions(text, timestamptz);
DROP FUNCTION ensure_partitions(timestamptz);
DROP FUNCTION first_id_at(timestamptz);
DROP TABLE partition_plan;
