//! The tables, as diesel sees them.

// @generated automatically by Diesel CLI.

diesel::table! {
    access_token (id) {
        id -> Uuid,
        digest -> Bytea,
        grant_id -> Nullable<Uuid>,
        client_id -> Nullable<Uuid>,
        account_id -> Nullable<Uuid>,
        workspace_id -> Uuid,
        scope -> Array<Text>,
        audience -> Array<Text>,
        issued_at -> Timestamptz,
        expires_at -> Timestamptz,
        revoked_at -> Nullable<Timestamptz>,
        key_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    account (id) {
        id -> Uuid,
        email -> Text,
        name -> Text,
        password_hash -> Nullable<Text>,
        credentials_epoch -> Int4,
        created_at -> Timestamptz,
        disabled_at -> Nullable<Timestamptz>,
        language -> Nullable<Text>,
        verified_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    api_key (id) {
        id -> Uuid,
        kind -> Text,
        workspace_id -> Uuid,
        account_id -> Nullable<Uuid>,
        service_account_id -> Nullable<Uuid>,
        name -> Text,
        scope -> Array<Text>,
        origins -> Array<Text>,
        networks -> Array<Cidr>,
        requests_per_minute -> Nullable<Int4>,
        created_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
        expires_at -> Nullable<Timestamptz>,
        revoked_at -> Nullable<Timestamptz>,
        revoked_because -> Nullable<Text>,
        first_used_at -> Nullable<Timestamptz>,
        last_used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    api_key_secret (id) {
        id -> Uuid,
        key_id -> Uuid,
        digest -> Bytea,
        last_four -> Text,
        created_at -> Timestamptz,
        expires_at -> Nullable<Timestamptz>,
        last_used_at -> Nullable<Timestamptz>,
        last_used_address -> Nullable<Text>,
        last_used_user_agent -> Nullable<Text>,
    }
}

diesel::table! {
    audit_checkpoint (id) {
        id -> Uuid,
        workspace_id -> Uuid,
        sequence -> Int8,
        hash -> Bytea,
        gone_before -> Timestamptz,
        sealed -> Bytea,
    }
}

diesel::table! {
    audit_event (id) {
        id -> Uuid,
        workspace_id -> Nullable<Uuid>,
        kind -> Text,
        actor_kind -> Text,
        actor_id -> Nullable<Uuid>,
        target_kind -> Nullable<Text>,
        target_id -> Nullable<Uuid>,
        detail -> Jsonb,
        request_id -> Nullable<Text>,
        credential_kind -> Nullable<Text>,
        credential_id -> Nullable<Uuid>,
        credential_last_four -> Nullable<Text>,
    }
}

diesel::table! {
    audit_personal (event_id) {
        event_id -> Uuid,
        recorded_at -> Timestamptz,
        address -> Nullable<Text>,
        user_agent -> Nullable<Text>,
    }
}

diesel::table! {
    audit_seal (workspace_id, sequence) {
        workspace_id -> Uuid,
        sequence -> Int8,
        event_id -> Uuid,
        row_hash -> Bytea,
        previous -> Bytea,
        hash -> Bytea,
        cluster_id -> Int8,
        xact_id -> Int8,
    }
}

diesel::table! {
    authorization_code (id) {
        id -> Uuid,
        digest -> Bytea,
        grant_id -> Uuid,
        client_id -> Uuid,
        workspace_id -> Uuid,
        redirect_uri -> Text,
        code_challenge -> Nullable<Text>,
        scope -> Array<Text>,
        resource -> Array<Text>,
        expires_at -> Timestamptz,
        redeemed_at -> Nullable<Timestamptz>,
        burnt_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    authorization_request (id) {
        id -> Uuid,
        browser -> Bytea,
        client_id -> Uuid,
        redirect_uri -> Text,
        scope -> Array<Text>,
        state -> Nullable<Text>,
        code_challenge -> Nullable<Text>,
        resource -> Array<Text>,
        prompt -> Text,
        login_hint -> Nullable<Text>,
        workspace_hint -> Nullable<Text>,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        answered_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    client (id) {
        id -> Uuid,
        workspace_id -> Nullable<Uuid>,
        name -> Text,
        uri -> Nullable<Text>,
        kind -> Text,
        redirect_uris -> Array<Text>,
        grant_types -> Array<Text>,
        scope -> Array<Text>,
        default_scope -> Array<Text>,
        audiences -> Array<Text>,
        require_pkce -> Bool,
        token_format -> Text,
        access_token_seconds -> Nullable<Int4>,
        refresh_token_seconds -> Nullable<Int4>,
        grant_seconds -> Nullable<Int4>,
        created_at -> Timestamptz,
        verified_at -> Nullable<Timestamptz>,
        disabled_at -> Nullable<Timestamptz>,
        deleted_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    client_secret (id) {
        id -> Uuid,
        client_id -> Uuid,
        digest -> Bytea,
        created_at -> Timestamptz,
        expires_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    consent (id) {
        id -> Uuid,
        account_id -> Uuid,
        client_id -> Uuid,
        workspace_id -> Uuid,
        scope -> Array<Text>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        revoked_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    email_code (id) {
        id -> Uuid,
        digest -> Bytea,
        account_id -> Uuid,
        purpose -> Text,
        email -> Text,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    half_sign_in (id) {
        id -> Uuid,
        digest -> Bytea,
        browser -> Bytea,
        account_id -> Uuid,
        credentials_epoch -> Int4,
        amr -> Array<Text>,
        return_to -> Text,
        expires_at -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    identity (issuer, subject) {
        issuer -> Text,
        subject -> Text,
        account_id -> Uuid,
        provider -> Text,
        email -> Nullable<Text>,
        created_at -> Timestamptz,
        last_used_at -> Timestamptz,
    }
}

diesel::table! {
    invitation (id) {
        id -> Uuid,
        digest -> Bytea,
        workspace_id -> Uuid,
        email -> Text,
        role -> Text,
        invited_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
        sent_at -> Timestamptz,
        expires_at -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
        withdrawn_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    job (id) {
        id -> Uuid,
        kind -> Text,
        payload -> Bytea,
        created_at -> Timestamptz,
        run_at -> Timestamptz,
        attempts -> Int4,
        leased_until -> Nullable<Timestamptz>,
        failed_at -> Nullable<Timestamptz>,
        last_error -> Nullable<Text>,
    }
}

diesel::table! {
    /// The view that gathers what a key hangs from: see the migration that makes it.
    key_facts (id) {
        id -> Uuid,
        kind -> Text,
        workspace_id -> Uuid,
        account_id -> Nullable<Uuid>,
        service_account_id -> Nullable<Uuid>,
        name -> Text,
        scope -> Array<Text>,
        origins -> Array<Text>,
        networks -> Array<Cidr>,
        requests_per_minute -> Nullable<Int4>,
        created_at -> Timestamptz,
        expires_at -> Nullable<Timestamptz>,
        revoked_at -> Nullable<Timestamptz>,
        first_used_at -> Nullable<Timestamptz>,
        role -> Nullable<Text>,
        email -> Nullable<Text>,
        plan -> Nullable<Text>,
        workspace_deleted_at -> Nullable<Timestamptz>,
        account_disabled_at -> Nullable<Timestamptz>,
        service_account_deleted_at -> Nullable<Timestamptz>,
        policy_longest_seconds -> Nullable<Int8>,
        policy_never_allowed -> Nullable<Bool>,
        policy_scope -> Nullable<Array<Text>>,
    }
}

diesel::table! {
    key_policy (workspace_id) {
        workspace_id -> Uuid,
        longest_seconds -> Nullable<Int8>,
        never_allowed -> Bool,
        scope -> Nullable<Array<Text>>,
        members_may -> Bool,
        on_leak -> Text,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    login_throttle (subject) {
        subject -> Bytea,
        failures -> Int4,
        window_started_at -> Timestamptz,
    }
}

diesel::table! {
    membership (workspace_id, account_id) {
        workspace_id -> Uuid,
        account_id -> Uuid,
        role -> Text,
        created_at -> Timestamptz,
        last_used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    oauth_grant (id) {
        id -> Uuid,
        consent_id -> Uuid,
        client_id -> Uuid,
        account_id -> Uuid,
        workspace_id -> Uuid,
        scope -> Array<Text>,
        resource -> Array<Text>,
        credentials_epoch -> Int4,
        authenticated_at -> Timestamptz,
        created_at -> Timestamptz,
        expires_at -> Nullable<Timestamptz>,
        last_used_at -> Timestamptz,
        revoked_at -> Nullable<Timestamptz>,
        revoked_because -> Nullable<Text>,
    }
}

diesel::table! {
    recovery_code (account_id, digest) {
        account_id -> Uuid,
        digest -> Bytea,
        created_at -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    refresh_token (id) {
        id -> Uuid,
        digest -> Bytea,
        grant_id -> Uuid,
        client_id -> Uuid,
        workspace_id -> Uuid,
        scope -> Array<Text>,
        generation -> Int4,
        issued_at -> Timestamptz,
        expires_at -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    registration (id) {
        id -> Uuid,
        account_id -> Uuid,
        name -> Text,
        password_hash -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    service_account (id) {
        id -> Uuid,
        workspace_id -> Uuid,
        name -> Text,
        role -> Text,
        created_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
        deleted_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    session (id) {
        id -> Uuid,
        digest -> Nullable<Bytea>,
        account_id -> Uuid,
        credentials_epoch -> Int4,
        authenticated_at -> Timestamptz,
        last_seen_at -> Timestamptz,
        expires_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
        kind -> Text,
        amr -> Array<Text>,
        workspace_id -> Nullable<Uuid>,
        address -> Nullable<Text>,
        user_agent -> Nullable<Text>,
        started_at -> Timestamptz,
    }
}

diesel::table! {
    session_refresh_token (id) {
        id -> Uuid,
        digest -> Bytea,
        session_id -> Uuid,
        generation -> Int4,
        issued_at -> Timestamptz,
        expires_at -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    signing_key (kid) {
        kid -> Text,
        algorithm -> Text,
        public_jwk -> Jsonb,
        sealed_private -> Bytea,
        announced_at -> Timestamptz,
        active_at -> Timestamptz,
        retiring_at -> Nullable<Timestamptz>,
        gone_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// The view that says whether a client stands.
    standing_client (id) {
        id -> Uuid,
        workspace_id -> Nullable<Uuid>,
        scope -> Array<Text>,
        plan -> Nullable<Text>,
    }
}

diesel::table! {
    /// The view that says whether a grant stands: see the migration that makes it.
    standing_grant (id) {
        id -> Uuid,
        consent_id -> Uuid,
        client_id -> Uuid,
        account_id -> Uuid,
        workspace_id -> Uuid,
        scope -> Array<Text>,
        resource -> Array<Text>,
        authenticated_at -> Timestamptz,
        created_at -> Timestamptz,
        expires_at -> Nullable<Timestamptz>,
        last_used_at -> Timestamptz,
        role -> Text,
        email -> Text,
        client_scope -> Array<Text>,
        plan -> Nullable<Text>,
    }
}

diesel::table! {
    totp (account_id) {
        account_id -> Uuid,
        sealed_secret -> Bytea,
        created_at -> Timestamptz,
        confirmed_at -> Nullable<Timestamptz>,
        last_step -> Nullable<Int8>,
    }
}

diesel::table! {
    used_id_token (digest) {
        digest -> Bytea,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    workspace (id) {
        id -> Uuid,
        slug -> Text,
        name -> Text,
        created_at -> Timestamptz,
        deleted_at -> Nullable<Timestamptz>,
        plan -> Nullable<Text>,
    }
}

diesel::joinable!(api_key -> service_account (service_account_id));
diesel::joinable!(api_key -> workspace (workspace_id));
diesel::joinable!(api_key_secret -> api_key (key_id));
diesel::joinable!(client_secret -> client (client_id));
diesel::joinable!(consent -> account (account_id));
diesel::joinable!(consent -> client (client_id));
diesel::joinable!(consent -> workspace (workspace_id));
diesel::joinable!(email_code -> account (account_id));
diesel::joinable!(half_sign_in -> account (account_id));
diesel::joinable!(identity -> account (account_id));
diesel::joinable!(invitation -> account (invited_by));
diesel::joinable!(invitation -> workspace (workspace_id));
diesel::joinable!(key_policy -> workspace (workspace_id));
diesel::joinable!(membership -> account (account_id));
diesel::joinable!(membership -> workspace (workspace_id));
diesel::joinable!(recovery_code -> account (account_id));
diesel::joinable!(registration -> account (account_id));
diesel::joinable!(service_account -> workspace (workspace_id));
diesel::joinable!(session -> account (account_id));
diesel::joinable!(session -> workspace (workspace_id));
diesel::joinable!(totp -> account (account_id));

diesel::allow_tables_to_appear_in_same_query!(
    access_token,
    account,
    api_key,
    api_key_secret,
    audit_event,
    audit_personal,
    authorization_code,
    client,
    client_secret,
    consent,
    email_code,
    half_sign_in,
    identity,
    invitation,
    key_facts,
    key_policy,
    membership,
    oauth_grant,
    recovery_code,
    refresh_token,
    registration,
    service_account,
    session,
    session_refresh_token,
    standing_client,
    standing_grant,
    totp,
    workspace,
);
