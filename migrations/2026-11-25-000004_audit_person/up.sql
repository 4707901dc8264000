-- What one person did, and what was done to them, is read page by page for the copy of their data: without these each page of a large
-- log is a scan of all of it.
CREATE INDEX audit_event_actor ON audit_event (actor_id, id) WHERE actor_id IS NOT NULL;
CREATE INDEX audit_event_target ON audit_event (target_id, id) WHERE target_kind = 'account';
