DROP VIEW standing_client;
DROP VIEW standing_grant;
DROP TABLE oauth_grant;
DROP TABLE consent;
