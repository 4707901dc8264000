DROP INDEX audit_event_target;
DROP INDEX audit_event_actor;
