DROP TABLE membership;
DROP TABLE workspace;
