CREATE TABLE signing_key (
    kid            text PRIMARY KEY,
    algorithm      text NOT NULL CHECK (algorithm IN ('ES256', 'EdDSA')),
    public_jwk     jsonb NOT NULL,
    sealed_private bytea NOT NULL,
    announced_at   timestamptz NOT NULL,
    active_at      timestamptz NOT NULL,
    retiring_at    timestamptz,
    gone_at        timestamptz,
    CHECK ((retiring_at IS NULL) = (gone_at IS NULL))
);
COMMENT ON TABLE signing_key IS 'Announced in the JWKS, then active (signs), then retiring (verifies only), then gone. The state is read from the times.';
