//! What the description of the API says besides its operations. In English only: it is for developers, as are the codes.

/// The words of `/openapi.json` and `/docs/api`.
pub struct Reference {
    /// What the API is, and what holds everywhere in it. In CommonMark.
    pub about: &'static str,
    /// The groups of operations in the order of the page, and what each is for. A group without operations is not shown.
    pub tags: &'static [(&'static str, &'static str)],
    /// What the security scheme `session` is.
    pub session: &'static str,
    /// What the security scheme `credential` is.
    pub credential: &'static str,
    /// What the security scheme `client` is.
    pub client: &'static str,
    /// The heading of the page.
    pub heading: &'static str,
    /// Before the link to the document.
    pub for_programs: &'static str,
    /// Before the link to all codes.
    pub for_codes: &'static str,
    /// What the list of links is, for ears.
    pub contents: &'static str,
    /// The heading of who may call.
    pub callers_heading: &'static str,
    /// How the callers of each security scheme prove who they are.
    pub callers: &'static [(&'static str, &'static str)],
    /// Who may call where nothing is proven.
    pub anybody: &'static str,
    /// The heading of parameters.
    pub parameters: &'static str,
    /// The heading of the body's members, before its type.
    pub body: &'static str,
    /// After the type of what must be there.
    pub required: &'static str,
    /// Between the kind of a member and `null`.
    pub or: &'static str,
    /// The heading of a call.
    pub example: &'static str,
    /// The heading of the answers.
    pub answers: &'static str,
    /// The heading of what every operation may answer.
    pub anywhere: &'static str,
    /// When that is.
    pub anywhere_about: &'static str,
}

/// English.
pub static REFERENCE: Reference = Reference {
    about: "Everything behind a product's Authentication page: OAuth 2.0, people, workspaces.\n\n\
            Refusals are problem details (RFC 9457), at the OAuth endpoints the errors of RFC 6749 §5.2. Go by their `code` (`error`): \
            each has a page that says why it happens and what to do. Every answer carries `X-Request-Id`.",
    tags: &[
        (
            "Sessions",
            "For your app: sign a person in and out, and find out who is signed in.",
        ),
        (
            "Accounts",
            "For people without a session: register, verify an address, set a new password.",
        ),
        ("Me", "For people: their profile and their sessions."),
        (
            "Workspaces",
            "For people: workspaces, their members and invitations.",
        ),
        (
            "API keys",
            "For people: the keys of a workspace, and the tokens that were made with them.",
        ),
        (
            "OAuth",
            "For apps: ask a person for access, get tokens, ask about them, end them.",
        ),
        (
            "Verification",
            "For proxies and middlewares in front of your API: may this request pass, and who makes it?",
        ),
        (
            "Metadata",
            "What this server can do, for programs that find out by themselves.",
        ),
        ("Health", "For load balancers and whoever watches the server."),
    ],
    session: "The `accessToken` of a session.",
    credential: "The access token of an app, the `accessToken` of a session, or an API key.",
    client: "The client id and its secret, each form-encoded first (RFC 6749 §2.3.1).",
    heading: "API",
    for_programs: "For programs, as OpenAPI 3.1:",
    for_codes: "Every code of a refusal:",
    contents: "Operations",
    callers_heading: "Who may call it",
    callers: &[
        (
            "credential",
            "Whoever holds a credential for your API, with `Authorization: Bearer`.",
        ),
        (
            "client",
            "A client, with `Authorization: Basic`, or with `client_id` and `client_secret` in the form.",
        ),
        (
            "session",
            "A person, with `Authorization: Bearer` and the `accessToken` of a session.",
        ),
    ],
    anybody: "Anybody.",
    parameters: "Parameters",
    body: "Body",
    required: "required",
    or: "or",
    example: "Example",
    answers: "Answers",
    anywhere: "What every operation may answer",
    anywhere_about: "Before it looks at what was asked, or when the fault is the server's. 421 is known in development only.",
};
