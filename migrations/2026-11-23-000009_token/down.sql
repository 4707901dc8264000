DELETE FROM partition_plan WHERE parent IN ('refresh_token', 'access_token');
DROP TABLE access_token;
DROP TABLE refresh_token;
