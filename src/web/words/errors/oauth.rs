//! Codes of the OAuth endpoints (RFC 6749 §4.1.2.1, §5.2 and the RFCs that extend them).

use super::{ErrorDoc, errors};

errors! {
    INVALID_REQUEST: 400 "The request is incomplete or malformed" {
        code: "invalid_request",
        what: "A parameter is missing, is given more than once, or has a value that cannot be read (RFC 6749 §4.1.2.1 and §5.2). `error_description` names it.",
        why: [
            "The body is not application/x-www-form-urlencoded in UTF-8.",
            "A required parameter is missing: empty counts as missing.",
            "A parameter stands twice in the request.",
            "The client proves itself in two ways at once.",
            "`code_challenge` is missing although this client must send one, or `code_challenge_method` is not S256 (RFC 7636).",
            "In a token exchange: `subject_token` is missing, or is no API key that lives and may be used from there (RFC 8693 §2.2.2).",
        ],
        fix: "Send each parameter once, in the body of a POST at the token endpoint, and authenticate in one way only.",
        wrong: "POST /oauth/token\nContent-Type: application/json\n\n{\"grant_type\": \"refresh_token\"}",
        right: "POST /oauth/token\nContent-Type: application/x-www-form-urlencoded\nAuthorization: Basic …\n\ngrant_type=refresh_token&refresh_token=…",
    }
    INVALID_CLIENT: 401 "The client did not prove itself" {
        code: "invalid_client",
        what: "The server does not believe that the request comes from the client that it names (RFC 6749 §5.2). The answer is the same for an unknown client and for a wrong secret.",
        why: [
            "The client id or the secret is wrong, or the secret was removed.",
            "The client is disabled or deleted.",
            "An API key stands for a client at `/oauth/token` only, with the key's own id as `client_id`, and while it lives; a publishable key never does.",
            "The client uses another method than it is registered with.",
            "In `Authorization: Basic` id and secret must be form-encoded before they are joined (RFC 6749 §2.3.1); special characters go wrong without it.",
        ],
        fix: "Check id, secret and method with `consentry client show`. `consentry client secret roll` makes a new one; the one before works on for a while.",
        wrong: "POST /oauth/token\n\ngrant_type=client_credentials&client_id=…&client_secret=old",
        right: "POST /oauth/token\nAuthorization: Basic base64(client_id:client_secret)\n\ngrant_type=client_credentials",
    }
    INVALID_GRANT: 400 "The code or refresh token is not good for this request" {
        code: "invalid_grant",
        what: "The code or refresh token was refused (RFC 6749 §5.2). No token was issued.",
        why: [
            "It was used before: each works once. Then somebody may hold a copy, so all tokens of that grant were ended too (RFC 9700 §4.14.2).",
            "It expired: a code after a minute at most, a refresh token when it was not used for its whole life.",
            "It was issued to another client.",
            "`redirect_uri` is not the one of the authorization request, or `code_verifier` does not fit its `code_challenge`.",
            "The person removed the app's access, left the workspace, or was disabled.",
        ],
        fix: "Send the person through the authorization endpoint again. Store the new refresh token before you use the new access token, and let only one process refresh at a time.",
        wrong: "grant_type=refresh_token&refresh_token=(the one that was used before)",
        right: "grant_type=refresh_token&refresh_token=(the one in the latest answer)",
    }
    UNAUTHORIZED_CLIENT: 400 "The client may not do this" {
        code: "unauthorized_client",
        what: "The client is known, but not registered for this grant type or response type (RFC 6749 §4.1.2.1 and §5.2).",
        why: [
            "Public clients have no `client_credentials`: they hold no secret.",
            "The grant type is not among those the client was created with.",
            "An API key was exchanged (RFC 8693) with a client beside it: the key comes alone.",
        ],
        fix: "Add the grant type to the client with `consentry client update`, or use another client.",
        wrong: "grant_type=client_credentials, by a client made for authorization_code",
        right: "grant_type=client_credentials, by a client whose grant types include it",
    }
    UNSUPPORTED_GRANT_TYPE: 400 "There is no such grant type here" {
        code: "unsupported_grant_type",
        what: "The token endpoint does not know the grant type (RFC 6749 §5.2).",
        why: [
            "It has a typo.",
            "It is `password` or `implicit`: both are gone from OAuth for good reasons (RFC 9700 §2.1.2 and §2.4).",
        ],
        fix: "Use one of `grant_types_supported` in the server's metadata.",
        wrong: "grant_type=password&username=…&password=…",
        right: "grant_type=authorization_code&code=…&redirect_uri=…&code_verifier=…",
    }
    INVALID_SCOPE: 400 "The scope cannot be granted" {
        code: "invalid_scope",
        what: "A scope is unknown, malformed, or more than may be asked for (RFC 6749 §3.3 and §5.2).",
        why: [
            "The scope is not in the operator's catalogue, or not among those of the client.",
            "At refresh: the scope is more than the person allowed. It can be narrowed, never widened (RFC 6749 §6). Some libraries ask again for what they first asked for: tell them the scope of the answer.",
            "The scopes belong to another resource than the one in `resource`.",
            "Of an API key: the scope is more than the key, its owner's role and the workspace's plan allow now, or one of Consentry's own, which only the key itself can use.",
        ],
        fix: "Ask for scopes of `scopes_supported` in the server's metadata that your client is registered for, separated by single blanks.",
        wrong: "scope=posts.read,posts.write",
        right: "scope=posts.read%20posts.write",
    }
    INVALID_TARGET: 400 "The resource is not known" {
        code: "invalid_target",
        what: "`resource` does not name an API of this server, or not one of this grant (RFC 8707 §2).",
        why: [
            "The value is not the exact identifier of a configured API.",
            "It is a relative address, or has a fragment.",
            "At refresh: the resource was not part of what the person allowed.",
        ],
        fix: "Send the API's identifier, character by character, or leave the parameter out.",
        wrong: "resource=api.example.com",
        right: "resource=https%3A%2F%2Fapi.example.com",
    }
    ACCESS_DENIED: 303 "The person did not allow it" {
        code: "access_denied",
        what: "The person chose not to allow the app, or belongs to no workspace in which the app can be used and went back (RFC 6749 §4.1.2.1). It is sent to your redirect URI.",
        why: ["That is their decision; nothing is wrong with the request."],
        fix: "Go on without the access, and say what it is needed for before you ask again.",
        right: "A button in your app that starts again, when the person wants to",
    }
    UNSUPPORTED_RESPONSE_TYPE: 303 "There is no such response type here" {
        code: "unsupported_response_type",
        what: "The authorization endpoint answers only with a code (RFC 6749 §4.1.2.1).",
        why: ["`token` and `id_token` would put tokens into addresses, where they leak (RFC 9700 §2.1.2)."],
        fix: "Use `response_type=code` with PKCE, also in single-page and native apps.",
        wrong: "GET /oauth/authorize?response_type=token&…",
        right: "GET /oauth/authorize?response_type=code&code_challenge=…&code_challenge_method=S256&…",
    }
    LOGIN_REQUIRED: 303 "Nobody is signed in" {
        code: "login_required",
        what: "The request said `prompt=none`, so no page may be shown, but the person must sign in first (OpenID Connect Core §3.1.2.6).",
        why: ["There is no session in this browser, or it ended."],
        fix: "Send the same request without `prompt=none`.",
        wrong: "GET /oauth/authorize?prompt=none&…",
        right: "GET /oauth/authorize?…",
    }
    CONSENT_REQUIRED: 303 "Consent is missing" {
        code: "consent_required",
        what: "The request said `prompt=none`, so no page may be shown, but the person has not allowed all of it (OpenID Connect Core §3.1.2.6).",
        why: [
            "The person never allowed this app, or removed its access.",
            "The request asks for more than was allowed.",
            "The app is a public client, or its redirect URI is not https: then the person is asked every time (RFC 8252 §8.6).",
            "The person allowed it in several workspaces.",
        ],
        fix: "Send the same request without `prompt=none`.",
        wrong: "GET /oauth/authorize?prompt=none&scope=(more than before)&…",
        right: "GET /oauth/authorize?scope=(more than before)&…",
    }
    INTERACTION_REQUIRED: 303 "The person must be asked something" {
        code: "interaction_required",
        what: "The request said `prompt=none`, so no page may be shown, but a question must be asked (OpenID Connect Core §3.1.2.6).",
        why: ["The person belongs to no workspace in which this app can be used."],
        fix: "Send the same request without `prompt=none`: the page tells the person what to do. They can use the app once somebody adds them to a workspace.",
        wrong: "GET /oauth/authorize?prompt=none&…",
        right: "GET /oauth/authorize?…",
    }
    REQUEST_NOT_SUPPORTED: 303 "Request objects are not read" {
        code: "request_not_supported",
        what: "The parameter `request` is not supported (OpenID Connect Core §3.1.2.6). To ignore it would mean to ignore what it restricts.",
        why: ["The client packs its parameters into a signed JWT."],
        fix: "Send the parameters themselves.",
        wrong: "GET /oauth/authorize?client_id=…&request=eyJ…",
        right: "GET /oauth/authorize?client_id=…&response_type=code&redirect_uri=…&state=…",
    }
    REQUEST_URI_NOT_SUPPORTED: 303 "Request objects are not fetched" {
        code: "request_uri_not_supported",
        what: "The parameter `request_uri` is not supported (OpenID Connect Core §3.1.2.6).",
        why: ["The client stores its parameters elsewhere and sends only their address."],
        fix: "Send the parameters themselves.",
        wrong: "GET /oauth/authorize?client_id=…&request_uri=https%3A%2F%2F…",
        right: "GET /oauth/authorize?client_id=…&response_type=code&redirect_uri=…&state=…",
    }
    SERVER_ERROR: 500 "Something went wrong on our side" {
        code: "server_error",
        what: "The server met a fault of its own (RFC 6749 §4.1.2.1). No token was issued with this answer.",
        why: [
            "This should not happen. The cause stands in the server's log under the request id.",
            "`error_description` says that it is not known whether this was done: the database was lost while it committed. A code or refresh token may be spent.",
        ],
        fix: "Try the same request once. If it is refused with `invalid_grant`, send the person through the authorization endpoint again. Give the request id to the people who run the server.",
        right: "The same request, with the x-request-id of the answer in your report",
    }
    TEMPORARILY_UNAVAILABLE: 503 "The server cannot answer right now" {
        code: "temporarily_unavailable",
        what: "The server is alive but too busy, or its database does not answer (RFC 6749 §4.1.2.1).",
        why: [
            "The database is being restarted or replaced.",
            "More requests arrive than it can take.",
        ],
        fix: "Wait for as long as the Retry-After header says, then send the same request again. After a refresh with no answer, try the same refresh token once: if it is refused, send the person through the authorization endpoint again.",
        right: "The same request, after the seconds in Retry-After",
    }
    UNKNOWN_CLIENT: 400 "The app is not registered here" {
        code: "unknown_client",
        what: "The authorization request names no client of this server. The person sees a page and is not sent anywhere, since nobody knows where to (RFC 6749 §4.1.2.1).",
        why: [
            "`client_id` is missing or has a typo.",
            "The client was deleted, or belongs to another environment.",
        ],
        fix: "Copy the client id from `consentry client list`.",
        wrong: "GET /oauth/authorize?client_id=my-app&…",
        right: "GET /oauth/authorize?client_id=0199…&…",
    }
    INVALID_REDIRECT_URI: 400 "The redirect URI is not registered" {
        code: "invalid_redirect_uri",
        what: "`redirect_uri` is none of the client's registered URIs. The person sees a page and is never sent there: it might be an attacker's (RFC 9700 §2.1).",
        why: [
            "URIs are compared character by character: a slash at the end, another port, http for https or a parameter more make another URI.",
            "Only the port of a loopback address of a native app may differ (RFC 8252 §7.3).",
            "The parameter is missing; it is always required.",
        ],
        fix: "Register the exact URI with `consentry client update`, or send the one that is registered.",
        wrong: "redirect_uri=https%3A%2F%2Frp.example%2Fcb%2F",
        right: "redirect_uri=https%3A%2F%2Frp.example%2Fcb",
    }
    CLIENT_DISABLED: 400 "The app is switched off" {
        code: "client_disabled",
        what: "The client is registered, and disabled. Nobody can allow it anything, and its tokens do not work.",
        why: ["An operator disabled it, for instance because its secret leaked."],
        fix: "Ask the people who run the server. They enable it again with `consentry client update`.",
        wrong: "GET /oauth/authorize?client_id=(a disabled client)&…",
        right: "The same request, after the client was enabled",
    }
}
