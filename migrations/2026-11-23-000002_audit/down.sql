DROP TABLE audit_personal;
DELETE FROM partition_plan WHERE parent = 'audit_event';
DROP TABLE audit_event;
