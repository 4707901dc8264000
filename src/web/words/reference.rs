//! What the description of the API says besides its operations. In English only: it is for developers, as are the codes.

/// The words of `/openapi.json` and `/docs/api`.
pub struct Reference {
    /// What the API is, and what holds everywhere in it. In CommonMark.
    pub about: &'static str,
    /// The groups of operations in the order of the page, and what each is for.
    pub tags: &'static [(&'static str, &'static str)],
    /// What the security scheme `session` is.
    pub session: &'static str,
    /// What the security scheme `client` is.
    pub client: &'static str,
}

/// English.
pub static REFERENCE: Reference = Reference {
    about: "Everything behind a product's Authentication page: OAuth 2.0, people, workspaces.\n\n\
            Refusals are problem details (RFC 9457), at the OAuth endpoints the errors of RFC 6749 §5.2. Go by their `code` (`error`): \
            each has a page at /docs/errors that says why it happens and what to do. Every answer carries `X-Request-Id`.",
    tags: &[
        (
            "OAuth",
            "For apps: ask a person for access, get tokens, ask about them, end them.",
        ),
        (
            "Metadata",
            "What this server can do, for programs that find out by themselves.",
        ),
        ("Health", "For load balancers and whoever watches the server."),
    ],
    session: "The `accessToken` of a session.",
    client: "The client id and its secret, each form-encoded first (RFC 6749 §2.3.1).",
};
