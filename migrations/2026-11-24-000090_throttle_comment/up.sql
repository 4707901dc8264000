COMMENT ON TABLE login_throttle IS 'Tries at an account, and mails to one address by what they are about: by SHA-256 of the e-mail address, whether or not an account has it, so that a lock tells nothing. Failed sign-ins also by the network they come from.';
COMMENT ON COLUMN login_throttle.failures IS 'Tries that were not forgiven, or mails.';
