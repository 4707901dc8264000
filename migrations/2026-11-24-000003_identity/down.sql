DROP TABLE used_id_token;
DROP TABLE identity;
