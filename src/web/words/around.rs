//! What stands around every page, and the pages that any room may answer with.

/// What stands around every page.
pub struct Layout {
    /// The language tag (BCP 47).
    pub lang: &'static str,
    /// The link that jumps over what stands before the content.
    pub skip: &'static str,
    /// The title of a browser tab, from the page's heading and the product's name.
    pub title: fn(heading: &str, product_name: &str) -> String,
    /// The footer's word on where to find help, from the product's name.
    pub help: fn(product_name: &str) -> String,
}

/// The page that a refused person gets.
pub struct ErrorPage {
    /// The heading, from the status.
    pub title: fn(status: u16) -> &'static str,
    /// What to do with the two values below it.
    pub report: &'static str,
    /// Before the code.
    pub code: &'static str,
    /// Before the request id.
    pub request_id: &'static str,
}

/// English.
pub(super) static ENGLISH_LAYOUT: Layout = Layout {
    lang: "en",
    skip: "Skip to content",
    title: |heading, product_name| format!("{heading} \u{2013} {product_name}"),
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
    report: "If you ask for help, give these two values. They tell us what happened.",
    code: "Code",
    request_id: "Request id",
};
