//! The pages are the operator's: name, logo, colours, help.

use reqwest::StatusCode;

use crate::support::Server;

const LOGO: &str =
    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1 1\"><path d=\"M0 0h1v1\"/></svg>";

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_carry_the_operators_logo_colours_and_help() {
    let extra = format!(
        "[branding]\nlogo = '{LOGO}'\naccent = \"#14663a\"\naccent_dark = \"#7fd8a4\"\nhelp_url = \"https://help.example.com/?a=1&b=2\"\n"
    );
    let server = Server::start_with(&extra).await;
    let browser = server.browser();
    let page = browser.get("/login").await;
    assert!(
        page.body
            .contains("href=\"https://help.example.com/?a=1&#38;b=2\""),
        "{}",
        page.body
    );
    let after = |mark: &str| {
        let rest = page
            .body
            .split(mark)
            .nth(1)
            .unwrap_or_else(|| panic!("no {mark}: {}", page.body));
        rest.split('"').next().unwrap().to_owned()
    };
    let logo = browser.get(&after("<img class=\"logo\" src=\"")).await;
    assert_eq!((logo.status, logo.body.as_str()), (StatusCode::OK, LOGO));
    assert_eq!(logo.header("content-type"), Some("image/svg+xml"));
    // Opened by itself a picture must not be able to do what the operator did not see in it.
    assert!(
        logo.header("content-security-policy")
            .unwrap()
            .starts_with("default-src 'none'")
    );
    let theme = browser
        .get(&after("<link rel=\"stylesheet\" href=\"/static/theme").replacen('.', "/static/theme.", 1))
        .await;
    assert_eq!(theme.status, StatusCode::OK);
    assert!(
        theme.body.contains("--accent:light-dark(#14663a,#7fd8a4)"),
        "{}",
        theme.body
    );
    assert_eq!(
        theme.header("cache-control"),
        Some("public, max-age=31536000, immutable")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_branding_a_page_needs_one_stylesheet_and_has_an_icon() {
    let server = Server::start().await;
    let browser = server.browser();
    let page = browser.get("/login").await;
    assert_eq!(page.body.matches("rel=\"stylesheet\"").count(), 1);
    assert!(!page.body.contains("<img"), "{}", page.body);
    let icon = page.body.split("type=\"image/svg+xml\" href=\"").nth(1).unwrap();
    let icon = browser.get(icon.split('"').next().unwrap()).await;
    assert_eq!(
        (icon.status, icon.header("content-type")),
        (StatusCode::OK, Some("image/svg+xml"))
    );
    assert!(page.body.contains("write to the people who run Testwind"));
}
