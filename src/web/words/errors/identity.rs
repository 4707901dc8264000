//! Codes of signing in with another provider's word.

use super::{ErrorDoc, errors};

errors! {
    UNKNOWN_PROVIDER: 400 "The provider is not known here" {
        code: "unknown_provider",
        what: "The request names a provider of identities that this server does not take the word of. Nobody was signed in.",
        why: ["`provider` has a typo, or the operator has not set that provider up."],
        fix: "Use the id of a provider in the configuration, under [[identity_providers]].",
        wrong: "POST /v1/auth/session\nContent-Type: application/json\n\n{\"provider\": \"gogle\", \"idToken\": \"…\"}",
        right: "POST /v1/auth/session\nContent-Type: application/json\n\n{\"provider\": \"google\", \"idToken\": \"…\"}",
    }
    INVALID_ID_TOKEN: 401 "The ID token is not accepted" {
        code: "invalid_id_token",
        what: "The ID token does not prove who the person is. Nobody was signed in.",
        why: [
            "It is expired, or was used before: each is accepted once.",
            "It was made for another app: its `aud` is not the client id that the operator configured, nor one of `audiences`.",
            "It is not signed by a key of the provider, or not of the form of OpenID Connect Core 1.0 §2.",
        ],
        fix: "Get a new ID token from the provider, for the client id of this server, and send it at once. The server's log says under the request id which rule it broke.",
        wrong: "The ID token of an earlier sign-in, a second time",
        right: "POST /v1/auth/session\nContent-Type: application/json\n\n{\"provider\": \"google\", \"idToken\": \"eyJhbGciOiJSUzI1NiIsImtpZCI6…\"}",
    }
    IDENTITY_NOT_LINKED: 403 "The address belongs to an account that is not linked" {
        code: "identity_not_linked",
        what: "An account with this e-mail address exists, and the provider does not vouch that the address is this person's. Nobody was signed in.",
        why: [
            "The provider says an address that nobody has verified, as Microsoft does by default.",
            "The operator does not believe this provider's word on addresses.",
        ],
        fix: "Sign in with your password, then link the provider from your account.",
        wrong: "POST /v1/auth/session\nContent-Type: application/json\n\n{\"provider\": \"microsoft\", \"idToken\": \"…\"}, before it is linked",
        right: "POST /v1/auth/session\nContent-Type: application/json\n\n{\"provider\": \"local\", \"email\": \"…\", \"password\": \"…\"}",
    }
    REGISTRATION_CLOSED: 403 "New accounts are not made here" {
        code: "registration_closed",
        what: "The person has no account here, and the operator lets nobody make one. Nobody was signed in.",
        why: ["People join this server by invitation only."],
        fix: "Ask somebody in the workspace for an invitation, and sign in with the address that it was sent to.",
        wrong: "POST /v1/auth/session\nContent-Type: application/json\n\n{\"provider\": \"google\", \"idToken\": \"…\"}, of somebody without an account",
        right: "The same, after accepting an invitation",
    }
    PROVIDER_UNAVAILABLE: 503 "The provider does not answer" {
        code: "provider_unavailable",
        what: "The server could not get the keys of the provider of the account, so it cannot tell whether the sign-in is good. Nothing was done.",
        why: [
            "The provider is down, or cannot be reached from the server.",
            "Operators: the issuer or the discovery address of the provider may be wrong; the log says what came back.",
        ],
        fix: "Wait for as long as the Retry-After header says, then try again. Whoever has a password can sign in with it meanwhile.",
        right: "The same request, after the seconds in Retry-After",
    }
}
