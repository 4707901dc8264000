CREATE TABLE audit_event (
    id           uuid NOT NULL PRIMARY KEY,
    workspace_id uuid,
    kind         text NOT NULL,
    actor_kind   text NOT NULL CHECK (actor_kind IN ('account', 'client', 'operator', 'nobody')),
    actor_id     uuid,
    target_kind  text,
    target_id    uuid,
    detail       jsonb NOT NULL DEFAULT '{}',
    request_id   text,
    xact_id      xid8 NOT NULL DEFAULT pg_current_xact_id(),
    cluster_id   bigint NOT NULL DEFAULT (pg_control_system()).system_identifier
) PARTITION BY RANGE (id);
CREATE TABLE audit_event_default PARTITION OF audit_event DEFAULT;
INSERT INTO partition_plan VALUES ('audit_event', interval '75 days');
CREATE INDEX audit_event_workspace ON audit_event (workspace_id, id);
COMMENT ON TABLE audit_event IS 'Facts, appended in the transaction that made them true. Never updated.';
COMMENT ON COLUMN audit_event.xact_id IS 'With cluster_id: the order of commits, which ids do not give.';

CREATE TABLE audit_personal (
    event_id    uuid PRIMARY KEY,
    recorded_at timestamptz NOT NULL,
    address     text,
    user_agent  text
);
CREATE INDEX audit_personal_recorded_at ON audit_personal (recorded_at);
COMMENT ON TABLE audit_personal IS 'From where: kept apart from the event, because it is personal data and may be deleted.';
