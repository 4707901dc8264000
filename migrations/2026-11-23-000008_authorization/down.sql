DELETE FROM partition_plan WHERE parent IN ('authorization_request', 'authorization_code');
DROP TABLE authorization_code;
DROP TABLE authorization_request;
