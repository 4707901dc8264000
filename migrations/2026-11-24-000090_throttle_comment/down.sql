COMMENT ON COLUMN login_throttle.failures IS NULL;
COMMENT ON TABLE login_throttle IS 'Failed sign-ins by SHA-256 of the e-mail address, whether or not an account has it: a lock tells nothing; and of the network they come from.';
