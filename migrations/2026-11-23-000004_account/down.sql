DROP TABLE browser_session;
DROP TABLE login_throttle;
DROP TABLE account;
