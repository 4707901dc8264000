CREATE TABLE registration (
    id            uuid PRIMARY KEY,
    account_id    uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    name          text NOT NULL,
    password_hash text NOT NULL,
    created_at    timestamptz NOT NULL
);
CREATE INDEX registration_account ON registration (account_id);
COMMENT ON TABLE registration IS 'What somebody typed to register an address that nobody has verified yet. Anybody may have: it counts once the person who reads the mail of the address names its password.';

-- Of those who wait already only the newest is known.
INSERT INTO registration
SELECT gen_random_uuid(), id, name, password_hash, created_at
FROM account
WHERE verified_at IS NULL AND password_hash IS NOT NULL;
