//! People who do not simply allow what an app asks for.

use super::{EVERY_FILE, app::App, journey::scope};
use crate::support::Server;

/// RFC 6749 §4.1.2.1: when the person refuses, each library knows our answer for what it is.
#[tokio::test(flavor = "multi_thread")]
async fn software_of_strangers_understands_that_the_person_refused() {
    let server = Server::start().await;
    for (row, software) in EVERY_FILE.iter().enumerate() {
        let person = server.person(&format!("person{row}"));
        let mut app = App::start(&server, software);
        let url = app.authorization_url().await;
        let (browser, page) = App::consent_page(&server, &url, &person).await;
        let callback = app.callback(&browser.decide(&page, "deny").await);
        app.deliver(&callback).await;
        let refusal = app.refusal(software.case);
        assert!(
            refusal.contains(software.on_denial),
            "{}: {refusal}",
            software.case
        );
    }
}

/// RFC 6749 §3.3, §6: a person who leaves out what is optional breaks nothing, although some libraries take less than they asked
/// for as an error, or ask for all of it again when they refresh, which no server may grant.
#[tokio::test(flavor = "multi_thread")]
async fn software_of_strangers_lives_with_less_than_it_asked_for() {
    let server = Server::start().await;
    for (row, software) in EVERY_FILE.iter().enumerate() {
        let case = software.case;
        let person = server.person(&format!("person{row}"));
        let mut app = App::start(&server, software);
        let url = app.authorization_url().await;
        let (browser, page) = App::consent_page(&server, &url, &person).await;
        let form = page.form("/oauth/authorize/");
        assert_eq!(
            form.value("scope"),
            Some("reviews.read"),
            "{case}: it is optional"
        );
        let form = form.without("scope").with("decision", "allow");
        let callback = app.callback(&browser.submit(&form).await);
        app.deliver(&callback).await;
        assert_eq!(scope(&app.says("tokens")), "analytics.read posts.write", "{case}");
        if !software.refreshes_by_itself() {
            app.visit("/refresh").await;
        }
        assert_eq!(
            scope(&app.says("refreshed")),
            "analytics.read posts.write",
            "{case}"
        );
    }
}
