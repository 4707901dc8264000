CREATE TABLE job (
    id            uuid PRIMARY KEY,
    kind          text NOT NULL,
    payload       bytea NOT NULL,
    created_at    timestamptz NOT NULL,
    run_at        timestamptz NOT NULL,
    attempts      integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    leased_until  timestamptz,
    failed_at     timestamptz,
    last_error    text,
    CHECK (failed_at IS NULL OR leased_until IS NULL)
);
CREATE INDEX job_due ON job (kind, run_at) WHERE failed_at IS NULL;
CREATE INDEX job_failed ON job (failed_at) WHERE failed_at IS NOT NULL;
COMMENT ON TABLE job IS 'Work that was promised in a transaction and is done after it. A job that was done is deleted.';
COMMENT ON COLUMN job.payload IS 'Sealed: a mail holds a link that lets its reader in.';
COMMENT ON COLUMN job.attempts IS 'Begun, whether or not they ended.';
COMMENT ON COLUMN job.leased_until IS 'Until then it belongs to one worker, who shows this value whenever it writes to the row.';
COMMENT ON COLUMN job.failed_at IS 'Given up; it is kept to be looked at and tried again by hand.';
