//! What stands around every page, and the pages that any room may answer with.

/// What stands around every page.
pub struct Layout {
    /// The language tag (BCP 47).
    pub lang: &'static str,
    /// The link that jumps over what stands before the content.
    pub skip: &'static str,
    /// The title of a browser tab, from the page's heading and the product's name.
    pub title: fn(heading: &str, product_name: &str) -> String,
    /// Before the code of a refusal, which leads to the code's page.
    pub code: &'static str,
    /// Before the request id.
    pub request_id: &'static str,
    /// The footer's link to help.
    pub help_link: &'static str,
    /// The footer's word on where to find help, from the product's name.
    pub help: fn(product_name: &str) -> String,
}

/// The pages that say what the codes of refusals mean; the texts of each code are in [`super::errors`].
#[expect(missing_docs, reason = "the texts themselves, below, say what they are")]
pub struct ErrorDocs {
    pub heading: &'static str,
    pub intro: &'static str,
    pub status: &'static str,
    pub by_redirect: &'static str,
    pub what: &'static str,
    pub why: &'static str,
    pub fix: &'static str,
    pub wrong: &'static str,
    pub right: &'static str,
    pub all: &'static str,
}

/// The page that a refused person gets.
pub struct ErrorPage {
    /// The heading, from the status.
    pub title: fn(status: u16) -> &'static str,
    /// The way out: to the start page.
    pub start: &'static str,
    /// What to do with the two values below it.
    pub report: &'static str,
}

/// English.
pub(super) static ENGLISH_LAYOUT: Layout = Layout {
    lang: "en",
    skip: "Skip to content",
    code: "Code",
    request_id: "Request id",
    title: |heading, product_name| format!("{heading} \u{2013} {product_name}"),
    help_link: "Help",
    help: |product_name| format!("Help: write to the people who run {product_name}."),
};

/// English.
pub(super) static ENGLISH_ERROR_PAGE: ErrorPage = ErrorPage {
    title: |status| match status {
        401 => "Sign in first",
        403 => "This is not allowed",
        404 => "Page not found",
        405 => "This page cannot be used that way",
        408 => "The request took too long",
        413 => "That was too much to read",
        429 => "Too many tries",
        503 => "Not available right now",
        500.. => "Something went wrong on our side",
        _ => "The request cannot be understood",
    },
    start: "Go to the start page",
    report: "If you ask for help, give these two values. They tell us what happened.",
};

/// English.
pub(super) static ENGLISH_ERROR_DOCS: ErrorDocs = ErrorDocs {
    heading: "Error codes",
    intro: "Every refusal names one of these codes. They do not change; the sentences beside them may. An answer also has a \
            request id: give it to the people who run this server if you need their help.",
    status: "HTTP status",
    by_redirect: "Sent to your redirect URI, not as a status of its own",
    what: "What happened",
    why: "Why",
    fix: "What to do",
    wrong: "A request that meets it",
    right: "As it should be",
    all: "All error codes",
};
