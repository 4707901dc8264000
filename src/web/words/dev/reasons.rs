//! Why each part of a request or an answer is there.

/// What stands beside a name: why it is there.
pub type Reasons = &'static [(&'static str, &'static str)];

/// What the app makes up.
pub(super) static MADE_UP: Reasons = &[
    ("state", "Bound to this browser. The answer must bring it back."),
    (
        "code_verifier",
        "Goes with the code to the token endpoint, and nowhere before. It proves that who exchanges the code began the flow \
             (RFC 7636 §4.1).",
    ),
    (
        "code_challenge",
        "The SHA-256 of the verifier, in base64url. Only this goes through the browser (RFC 7636 §4.2).",
    ),
];

/// The authorization request.
pub(super) static ASKED: Reasons = &[
    (
        "response_type",
        "The app wants a code. A token would end up in the browser's history (RFC 6749 §4.1.1).",
    ),
    ("client_id", "Which app asks. Not a secret (RFC 6749 §2.2)."),
    (
        "redirect_uri",
        "Where the answer goes. It must be, to the letter, one that the app registered, or codes could be sent to anybody \
             (RFC 9700 §2.1).",
    ),
    (
        "scope",
        "What the app wants to be allowed. You are shown it in plain words (RFC 6749 §3.3).",
    ),
    (
        "state",
        "Comes back with the answer. An answer without it was not asked for by this browser (RFC 6749 §10.12).",
    ),
    (
        "code_challenge",
        "Whoever steals the code lacks the verifier that fits this (RFC 7636 §4.3).",
    ),
    (
        "code_challenge_method",
        "How the challenge was made. Only S256 is accepted (RFC 7636 §4.3).",
    ),
    (
        "prompt",
        "Show the consent page, whatever was allowed before (OpenID Connect Core §3.1.2.1).",
    ),
];

/// The authorization response.
pub(super) static ARRIVED: Reasons = &[
    (
        "code",
        "Stands for what you allowed. Good for a minute, for one use, for this app (RFC 6749 §4.1.2).",
    ),
    (
        "error",
        "Why there is no code, for the program (RFC 6749 §4.1.2.1).",
    ),
    (
        "error_description",
        "The same for its developer. Not for the person.",
    ),
    ("error_uri", "Where the developer can read more."),
    ("state", "What the app sent along, unchanged (RFC 6749 §4.1.2)."),
    (
        "iss",
        "Which server answers, so that an app of many servers cannot mix them up (RFC 9207 §2).",
    ),
];

/// What is sent to the token, introspection and revocation endpoints.
pub(super) static SENT: Reasons = &[
    (
        "Authorization",
        "Who asks: client id and secret, joined by a colon, in base64. No encryption: that is what https is for \
             (RFC 6749 §2.3.1).",
    ),
    (
        "grant_type",
        "What is offered for the tokens (RFC 6749 §4.1.3, §6).",
    ),
    ("code", "What the browser brought."),
    (
        "redirect_uri",
        "The one that was asked with, so that a code from elsewhere does not fit (RFC 6749 §4.1.3).",
    ),
    (
        "code_verifier",
        "The secret behind the challenge. The server hashes it and compares (RFC 7636 §4.6).",
    ),
    (
        "client_id",
        "This app has no secret, so it only says its name. The verifier, or the token itself, is the proof (RFC 6749 §3.2.1).",
    ),
    (
        "refresh_token",
        "Good once: the first request that sends it spends it (RFC 6749 §6, RFC 9700 §4.14.2).",
    ),
    (
        "token",
        "The token in question. In the body: an address would end up in logs.",
    ),
];

/// What they answer.
pub(super) static ANSWERED: Reasons = &[
    (
        "access_token",
        "What the app sends to the API, as Authorization: Bearer (RFC 6750 §2.1).",
    ),
    ("token_type", "How the access token is used."),
    ("error_uri", "Where the developer can read more."),
    ("client_id", "Which app holds the token."),
    ("iss", "Which server says so."),
    ("iat", "When it was issued, in seconds since 1970."),
    ("nbf", "From when on it is good."),
    ("jti", "The id of this token."),
    ("credential", "What kind of credential it is."),
    ("expires_in", "Seconds until the access token is over."),
    (
        "refresh_token",
        "For the next pair. Only ever sent to the token endpoint (RFC 6749 §1.5).",
    ),
    (
        "scope",
        "What was really allowed. It may be less than was asked for (RFC 6749 §5.1).",
    ),
    ("workspace_id", "Where it was allowed."),
    (
        "active",
        "Whether the token is good at this moment (RFC 7662 §2.2).",
    ),
    ("sub", "For whom the app acts."),
    ("role", "The role of that person in the workspace."),
    ("aud", "For which API it is good."),
    ("exp", "When it is over, in seconds since 1970."),
    ("error", "Why not, for the program (RFC 6749 §5.2)."),
    ("error_description", "The same for its developer."),
    ("request_id", "To find this request in the server's log."),
];
