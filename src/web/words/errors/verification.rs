//! Codes of forward-auth: what a proxy in front of an API is told, and hands back.

use super::{ErrorDoc, errors};

errors! {
    BAD_FORWARDED_REQUEST: 400 "The request cannot be judged" {
        code: "bad_forwarded_request",
        what: "The request was not let through to the API, because two servers could read it in two ways, or because the proxy does not say what it is.",
        why: [
            "Its path has an encoded slash, a dot segment, two slashes in a row, a semicolon, a backslash, or an encoded character that needs no encoding.",
            "Its path differs from one that has a rule only in case or by a slash at the end.",
            "It brings a header that only the server sets, like x-auth-role, in one spelling or another.",
            "It has a token in its address.",
            "Operators: the proxy does not send x-forwarded-method and x-forwarded-uri, or sends them beside those of the caller.",
        ],
        fix: "Send the path as the API's documentation writes it. Operators: compare the proxy's configuration with docs/forward-auth.",
        wrong: "GET /v1/posts%2F..%2Fadmin",
        right: "GET /v1/posts",
    }
    NO_RULE: 403 "No rule lets this request through" {
        code: "no_rule",
        what: "The credential is good. The operator's rules say of no such request that it may pass, whoever makes it.",
        why: [
            "The path or the method has a typo.",
            "Operators: the address is new, and no [[forward_auth.rules]] is about it yet.",
        ],
        fix: "Use an address and a method that the API's documentation names.",
        wrong: "DELETE /v1/statistics",
        right: "GET /v1/statistics",
    }
    INSUFFICIENT_SCOPE: 403 "The credential may not do this" {
        code: "insufficient_scope",
        what: "The credential is good, and what it can do at this moment does not include this (RFC 6750 §3.1). Nothing was done.",
        why: [
            "It was not given the scope: the app did not ask for it, or the person left it out.",
            "The role of whoever it acts for does not reach the scope any more, or the workspace's plan does not.",
        ],
        fix: "Use a credential that has the scope; WWW-Authenticate says which. An app asks for it in a new authorization request.",
        wrong: "POST /v1/posts\nAuthorization: Bearer (a token with analytics.read)",
        right: "POST /v1/posts\nAuthorization: Bearer (a token with posts.write)",
    }
}
