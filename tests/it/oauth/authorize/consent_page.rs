//! What the consent page shows, and the headers of the pages on the way to it.

use consentry::platform::config::Role;
use reqwest::StatusCode;

use super::{STATE, asks_for_consent, assert_refused};
use crate::support::{Registration, Server, client::asked, server::PASSWORD};

const CB: &str = "https://rp.example/cb";

/// O2: who asks, for what in plain words and by name, where, for how long, and where it leads afterwards.
#[tokio::test(flavor = "multi_thread")]
async fn the_page_says_who_asks_for_what_and_where() {
    let server = Server::start().await;
    let alice = server.person_in("alice", &[("acme", Role::Member), ("beta", Role::Viewer)]);
    let client = server.client(Registration::web());
    let browser = server.browser();
    let scope = "analytics.read posts.write reviews.read members.write";
    let page = browser.visit(&client.authorize_path(&[("scope", scope)])).await;
    let sent_by = "to continue to <bdi>Acme Sync</bdi> <span class=\"domain\">rp.example</span>";
    assert!(page.body.contains(sent_by), "{}", page.body);
    let page = browser.sign_in(&page, &alice).await;
    assert_eq!(page.status, StatusCode::OK);
    for text in [
        "<title>Acme Sync wants to use your Testwind account \u{2013} Testwind</title>",
        "<h1><bdi>Acme Sync</bdi> wants to use your Testwind account</h1>",
        "<strong><bdi>Acme Sync</bdi></strong> <span class=\"domain\">rp.example</span>",
        "Signed in as <strong><bdi>alice@people.example</bdi></strong>",
        "<button class=\"btn sm\">Not you?</button>",
        "<option value=\"acme\" selected>acme (member)</option>",
        "<option value=\"beta\">beta (viewer)</option>",
        "It will be able to",
        "See analytics",
        "See the numbers. <code>analytics.read</code>",
        "Write posts",
        "Create and change posts. <code>posts.write</code>",
        "See what customers wrote. <code>reviews.read</code>",
        "Invite and remove. <code>members.write</code>",
        "Works only where your role is admin or higher.",
        "when the app has not used it for 60 days",
        "Afterwards you go to <bdi>rp.example</bdi>.",
        "<button class=\"btn\" name=\"decision\" value=\"deny\">Don&#39;t allow</button>\
         <button class=\"btn primary\" name=\"decision\" value=\"allow\">Allow</button>",
        "You can remove access any time under <a href=\"/settings/integrations\">Connected apps</a>.",
    ] {
        let shown = page
            .body
            .replace(" selected", "")
            .contains(&text.replace(" selected", ""));
        assert!(shown, "{text} is not in {}", page.body);
    }
    assert!(
        !page.body.contains("Nobody has checked"),
        "it is verified: {}",
        page.body
    );
    // One mark for each scope that changes something, none for those that only read.
    assert_eq!(page.body.matches("Can change data").count(), 2, "{}", page.body);
    for (name, changes, optional) in [
        ("See analytics", false, false),
        ("Write posts", true, false),
        ("See reviews", false, true),
        ("Manage members", true, false),
    ] {
        let label = page
            .body
            .split("<li class=\"scope\">")
            .find(|label| label.contains(&format!(">{name}")))
            .unwrap();
        let label = label.split("</li>").next().unwrap();
        assert_eq!(label.contains("Can change data"), changes, "{name}: {label}");
        assert_eq!(label.contains("Optional"), optional, "{name}: {label}");
    }
    assert_eq!(page.body.matches("type=\"checkbox\"").count(), 1, "{}", page.body);
    // Nothing of the request can be changed on the way: the form has none of it.
    let form = page.form("/oauth/authorize/");
    let mut names: Vec<&str> = form.fields.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["csrf_token", "scope", "workspace"]);
}

/// An app that a workspace made is not vouched for until somebody has: it is shown where its answer goes, not where it
/// says that it is at home.
#[tokio::test(flavor = "multi_thread")]
async fn an_unverified_client_is_marked_and_cannot_borrow_a_domain() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let client = server.client(Registration::web().with(|new| {
        new.verified_at = None;
        new.uri = Some("https://bank.example/".to_owned());
    }));
    let browser = server.browser();
    let login = browser.visit(&client.authorize_path(&[])).await;
    let page = browser.sign_in(&login, &alice).await;
    assert!(
        page.body.contains("Nobody has checked who makes this app."),
        "{}",
        page.body
    );
    for page in [&login, &page] {
        assert!(
            page.body.contains("<span class=\"domain\">rp.example</span>")
                && !page.body.contains("bank.example"),
            "{}",
            page.body
        );
    }
}

/// Where there is one workspace nothing is to be chosen; where there are several the page never guesses silently.
#[tokio::test(flavor = "multi_thread")]
async fn a_workspace_is_chosen_only_where_there_are_several() {
    let server = Server::start().await;
    let one = server.person("one");
    let two = server.person_in("two", &[("acme", Role::Member), ("beta", Role::Owner)]);
    let client = server.client(Registration::web());
    let (_, page) = asked(&server, &client, &one).await;
    assert!(!page.body.contains("<select"), "{}", page.body);
    let named = "In the workspace <strong><bdi>acme</bdi></strong> <span class=\"muted\">(member)</span>";
    assert!(page.body.contains(named), "{}", page.body);
    assert_eq!(page.form("/oauth/authorize/").value("workspace"), Some("acme"));
    let (_, page) = asked(&server, &client, &two).await;
    assert!(
        page.body
            .contains("<label for=\"workspace\">In the workspace</label>"),
        "{}",
        page.body
    );
    assert_eq!(page.body.matches("<option").count(), 2, "{}", page.body);
}

/// What is said about the end of access and the place to land follows the registration.
#[tokio::test(flavor = "multi_thread")]
async fn the_page_says_how_long_and_where_to_for_every_kind_of_client() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let web = Registration::web;
    let once = web().with(|new| new.grant_types = vec!["authorization_code".to_owned()]);
    let limited = web().with(|new| new.grant_seconds = Some(30 * 86_400));
    let native = server.client(Registration::native());
    for (case, client, redirect_uri, shown) in [
        (
            "no refresh token",
            &server.client(once),
            CB,
            "Access ends after 1 hour, or when you remove it.",
        ),
        (
            "a grant that ends",
            &server.client(limited),
            CB,
            "for 60 days, and in any case after 30 days.",
        ),
        (
            "loopback",
            &native,
            "http://127.0.0.1:4711/cb",
            "Afterwards you go back to the program on this device.",
        ),
        (
            "scheme",
            &native,
            "com.example.app:/cb",
            "Afterwards the app on this device that opens <bdi>com.example.app</bdi> links opens.",
        ),
    ] {
        let browser = server.browser();
        let path = client.authorize_path(&[("redirect_uri", redirect_uri)]);
        let page = browser.visit(&path).await;
        let page = browser.sign_in(&page, &alice).await;
        assert!(asks_for_consent(&page), "{case}: {}", page.body);
        assert!(page.body.contains(shown), "{case}: {}", page.body);
    }
}

/// An answer that was none is told where it is looked for first, and leads to the field; what was chosen stays chosen.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_was_none_says_why_and_keeps_what_was_chosen() {
    let server = Server::start().await;
    let alice = server.person_in("alice", &[("acme", Role::Member), ("beta", Role::Viewer)]);
    let client = server.client(Registration::web());
    let (browser, page) = asked(&server, &client, &alice).await;
    let form = page.form("/oauth/authorize/").with("workspace", "beta");
    for (case, form, link) in [
        ("no answer", form.clone(), "<p>Choose whether to allow"),
        (
            "no workspace",
            form.clone().with("workspace", "gamma").with("decision", "allow"),
            "<a href=\"#workspace\">Choose the workspace",
        ),
    ] {
        let again = browser.submit(&form).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{case}");
        for shown in [
            "<title>Error: Acme Sync wants to use",
            "role=\"alert\" tabindex=\"-1\" autofocus>",
            "Nothing was allowed yet",
            link,
        ] {
            assert!(again.body.contains(shown), "{case}: {shown} in {}", again.body);
        }
        let kept = again.form("/oauth/authorize/");
        let expected = if case == "no answer" { "beta" } else { "acme" };
        assert_eq!(kept.value("workspace"), Some(expected), "{case}");
    }
}

/// A client of a workspace is for its members; who has no workspace for a client can only go back.
#[tokio::test(flavor = "multi_thread")]
async fn who_has_no_workspace_for_a_client_may_only_go_back() {
    let server = Server::start().await;
    let beta = server.workspace("beta");
    let open = server.client(Registration::web());
    let own = server.client(Registration::web().with(|new| new.workspace_id = Some(beta.id)));
    let outsider = server.person("outsider");
    let nomad = server.person_in("nomad", &[]);
    let member = server.person_in("member", &[("acme", Role::Owner), ("beta", Role::Viewer)]);
    for (case, client, person) in [
        ("a client of another workspace", &own, &outsider),
        ("a client of a workspace, no workspace", &own, &nomad),
        ("no workspace", &open, &nomad),
    ] {
        let (browser, page) = asked(&server, client, person).await;
        assert!(asks_for_consent(&page), "{case}");
        assert!(
            page.body
                .contains("<h1>You cannot use <bdi>Acme Sync</bdi> yet</h1>"),
            "{case}: {}",
            page.body
        );
        assert!(!page.body.contains("value=\"allow\""), "{case}: {}", page.body);
        assert!(!page.body.contains("beta"), "{case}: {}", page.body);
        let before = server.rows_but(&[]);
        let id = beta.id.to_string();
        for workspace in [None, Some("beta"), Some("acme"), Some(id.as_str())] {
            let mut form = page.form("/oauth/authorize/").with("decision", "allow");
            if let Some(workspace) = workspace {
                form = form.with("workspace", workspace);
            }
            let answer = browser.submit(&form).await;
            assert_eq!(
                answer.status,
                StatusCode::UNPROCESSABLE_ENTITY,
                "{case} {workspace:?}"
            );
            assert_eq!(answer.location(), None, "{case} {workspace:?}");
        }
        assert_eq!(server.rows_but(&[]), before, "{case}");
        let back = browser.decide(&page, "deny").await;
        assert_refused(case, &back, &server, CB, Some(STATE), "access_denied");
    }
    let (browser, page) = asked(&server, &own, &member).await;
    assert!(
        !page.body.contains("acme"),
        "only the workspace of the client: {}",
        page.body
    );
    let code = browser
        .decide(&page, "allow")
        .await
        .callback()
        .remove("code")
        .unwrap();
    assert_eq!(
        own.exchange(&code).await.ok().json["workspace_id"],
        beta.id.to_string()
    );
}

/// IJ-04, IJ-05: what others wrote is shown as they wrote it, as text.
#[tokio::test(flavor = "multi_thread")]
async fn names_that_look_like_html_or_templates_are_shown_as_text() {
    const HOSTILE: &str =
        "</title><script>alert(1)</script>{{7*7}}{% raw %}${7*7}\"'><img src=x onerror=alert(1)>";
    const SHOWN: &str = "&#60;/title&#62;&#60;script&#62;alert(1)&#60;/script&#62;{{7*7}}{% raw %}${7*7}&#34;&#39;&#62;\
                         &#60;img src=x onerror=alert(1)&#62;";
    let server = Server::start_with(
        r#"
[branding]
product_name = "<b>{{7*7}}</b>"
[[resources]]
audience = "https://api.example"
name = "API"
scopes = [
  { name = "analytics.read", title = "<i>{{7*7}}</i>", sentence = "<script>alert(2)</script>${7*7}", effect = "reads", optional = true },
  { name = "posts.write", title = "Write", sentence = "Write.", effect = "changes" },
]
"#,
    )
    .await;
    let alice = server.person("alice");
    let client = server.client(Registration::web().with(|new| {
        new.name = HOSTILE.to_owned();
        new.uri = Some("javascript:alert(1)".to_owned());
    }));
    server.execute("UPDATE workspace SET name = '<script>alert(3)</script>{{7*7}}'");
    let browser = server.browser();
    let login = browser.visit(&client.authorize_path(&[])).await;
    let consent = browser.sign_in(&login, &alice).await;
    assert!(asks_for_consent(&consent));
    for (page, shown) in [
        (&login, SHOWN),
        (&consent, SHOWN),
        (&consent, "&#60;i&#62;{{7*7}}&#60;/i&#62;"),
        (&consent, "&#60;script&#62;alert(2)&#60;/script&#62;${7*7}"),
        (&consent, "&#60;script&#62;alert(3)&#60;/script&#62;{{7*7}}"),
        (&login, "&#60;b&#62;{{7*7}}&#60;/b&#62;"),
        (&consent, "&#60;b&#62;{{7*7}}&#60;/b&#62;"),
    ] {
        assert!(page.body.contains(shown), "IJ-04: {shown} in {}", page.body);
    }
    for page in [&login, &consent, &browser.get("/").await] {
        for live in ["<script", "<img", "<b>", "<i>", "javascript:"] {
            assert!(!page.body.contains(live), "IJ-05: {live} in {}", page.body);
        }
    }
}

/// CS-10, CS-11, CS-12: no page can be framed, runs a script, or sends its form anywhere but here and to the client.
#[tokio::test(flavor = "multi_thread")]
async fn the_pages_of_a_request_may_lead_to_its_client_and_nowhere_else() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let web = server.client(Registration::web());
    let native = server.client(Registration::native());
    for (client, uri, source) in [
        (&web, CB, "https://rp.example"),
        (&web, "https://rp.example/cb2?x=1", "https://rp.example"),
        (&native, "http://127.0.0.1:4711/cb", "http://127.0.0.1:4711"),
        (&native, "com.example.app:/cb", "com.example.app:"),
    ] {
        let browser = server.browser();
        let login = browser
            .visit(&client.authorize_path(&[("redirect_uri", uri)]))
            .await;
        let form = login.form("/login").with("email", &alice.email);
        let wrong = browser.submit(&form.clone().with("password", "wrong")).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        let answer = browser.submit(&form.with("password", PASSWORD)).await;
        let consent = browser.follow(answer).await;
        let unsure = browser.decide(&consent, "perhaps").await;
        assert_eq!(unsure.status, StatusCode::UNPROCESSABLE_ENTITY);
        for page in [&login, &wrong, &consent, &unsure] {
            for (name, value) in [
                ("x-frame-options", "DENY"),
                ("x-content-type-options", "nosniff"),
                ("cross-origin-opener-policy", "same-origin"),
                // The browser says where the form came from, and tells nobody else.
                ("referrer-policy", "same-origin"),
                ("cache-control", "no-store"),
            ] {
                assert_eq!(page.header(name), Some(value), "CS-12 {name} at {}", page.at);
            }
            assert!(page.header("permissions-policy").is_some(), "CS-12");
            assert_eq!(
                page.header("content-security-policy"),
                Some(
                    format!(
                        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' {source}; \
                         base-uri 'none'; frame-ancestors 'none'"
                    )
                    .as_str()
                ),
                "CS-11 {uri} at {}",
                page.at
            );
        }
    }
    // Without a request there is no client to go to.
    let policy = server.browser().get("/login").await;
    let policy = policy.header("content-security-policy").unwrap().to_owned();
    assert!(policy.contains("form-action 'self';"), "CS-11: {policy}");
}
