-- One token stored and nothing else: `create` of src/oauth/credential/access_token.rs.
INSERT INTO access_token (id, digest, grant_id, client_id, account_id, workspace_id, scope, audience, issued_at, expires_at)
    VALUES (bench_id(), bench_digest(), NULL, :client, NULL, :workspace, '{analytics.read}', '{https://api.example}',
        date_trunc('second', now()), date_trunc('second', now()) + interval '1 hour');
