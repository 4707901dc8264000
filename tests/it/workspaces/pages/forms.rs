//! Every form of these pages, sent by others than the page that it stands on (CS-01, CS-02, CS-04), and by people who may not (AD-01).

use consentry::platform::config::Role;
use reqwest::StatusCode;

use super::invite;
use crate::support::{Browser, Server, page::Form};

/// A server with two workspaces, `beta` and `gamma`, each with an owner, an admin, a member and a viewer; in each an invitation is open.
struct Two {
    server: Server,
    /// Of beta.
    owner: Browser,
}

impl Two {
    async fn start() -> Self {
        let server = Server::start().await;
        for (slug, of) in [("beta", "b"), ("gamma", "g")] {
            for (name, role) in [
                ("owner", Role::Owner),
                ("admin", Role::Admin),
                ("member", Role::Member),
                ("viewer", Role::Viewer),
            ] {
                server.person_in(&format!("{of}-{name}"), &[(slug, role)]);
            }
        }
        let owner = Self::of(&server, "b-owner").await;
        let other = Self::of(&server, "g-owner").await;
        invite(&server, &owner, "beta", "new@people.example", "member").await;
        invite(&server, &other, "gamma", "new@people.example", "member").await;
        Self { server, owner }
    }

    async fn of(server: &Server, name: &str) -> Browser {
        let browser = server.browser();
        let page = browser.visit("/login").await;
        browser
            .log_in(
                &page,
                &format!("{name}@people.example"),
                crate::support::server::PASSWORD,
            )
            .await;
        browser
    }

    /// Every form of beta's settings, as its owner's browser would send it, filled in with what is right.
    async fn forms(&self) -> Vec<Form> {
        let page = |path: &str| {
            let path = format!("/w/beta/settings/{path}");
            async move { self.owner.get(&path).await }
        };
        let members = page("members").await;
        let account = self.id("account WHERE email = 'b-member@people.example'");
        let role = members.form(&format!("/w/beta/settings/members/{account}/role"));
        let remove = page(&format!("members/{account}/remove")).await;
        let invitations = page("invitations").await;
        let all = "/w/beta/settings/invitations";
        let resend = invitations.form(&format!("{all}/"));
        let withdraw = invitations.form(&resend.action.replace("/resend", "/withdraw"));
        vec![
            role.with("role", "admin"),
            remove.form("/w/beta/settings/members/"),
            invitations
                .form(all)
                .with("email", "another@people.example")
                .with("role", "member"),
            resend,
            withdraw,
            page("general")
                .await
                .form("/w/")
                .with("name", "Beta 2")
                .with("slug", "beta-2"),
            page("delete").await.form("/w/").with("slug", "beta"),
            self.owner
                .get("/workspaces")
                .await
                .form("/workspaces")
                .with("name", "Delta")
                .with("slug", "delta"),
        ]
    }

    /// The id of one row.
    fn id(&self, row: &str) -> String {
        use diesel::RunQueryDsl;
        diesel::select(diesel::dsl::sql::<diesel::sql_types::Text>(&format!(
            "(SELECT id::text FROM {row})"
        )))
        .get_result(&mut self.server.database.connect())
        .unwrap()
    }
}

/// CS-01, CS-02, CS-04: only the page itself, in the browser that it was opened in, for the act that it stands for.
#[tokio::test(flavor = "multi_thread")]
async fn a_form_is_taken_only_from_its_own_page_and_for_its_own_act() {
    let two = Two::start().await;
    let server = &two.server;
    let other = Two::of(server, "b-admin").await;
    let forms = two.forms().await;
    assert_eq!(forms.len(), 8);
    let origin = [("origin", server.origin.as_str())];
    let before = server.rows_but(&[]);
    for (at, form) in forms.iter().enumerate() {
        let action = &form.action;
        let next = forms[(at + 1) % forms.len()].value("csrf_token").unwrap();
        for (case, token) in [
            ("none", None),
            ("junk", Some("x")),
            ("another form's", Some(next)),
        ] {
            let forged = match token {
                Some(token) => form.clone().with("csrf_token", token),
                None => form.clone().without("csrf_token"),
            };
            let answer = two.owner.post(action, &forged.fields, &origin).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "CS-01 {action} {case}");
        }
        let answer = other.post(action, &form.fields, &origin).await;
        assert_eq!(
            answer.status,
            StatusCode::FORBIDDEN,
            "CS-02 {action}: another session's"
        );
        for headers in [
            [("origin", "https://evil.test")],
            [("origin", "null")],
            [("sec-fetch-site", "cross-site")],
        ] {
            let answer = two.owner.post(action, &form.fields, &headers).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "CS-04 {action} {headers:?}");
        }
        let query = crate::support::form(&[("csrf_token", form.value("csrf_token").unwrap())]);
        let answer = two.owner.get(&format!("{action}?{query}")).await;
        assert!(
            answer.status != StatusCode::INTERNAL_SERVER_ERROR,
            "CS-08 {action}"
        );
    }
    assert_eq!(
        server.rows_but(&["session"]),
        without(&before, "session"),
        "CS-01"
    );
    // And each of them is right in itself: the one that deletes comes last.
    let (deletes, others): (Vec<_>, Vec<_>) = forms.iter().partition(|form| form.action.ends_with("/delete"));
    for form in others {
        let before = server.rows_but(&["session"]);
        // Without an origin the token decides.
        let answer = two.owner.post(&form.action, &form.fields, &[]).await;
        let is_over = form.action.ends_with("/role") || answer.status == StatusCode::SEE_OTHER;
        assert!(
            is_over,
            "CS-04 {}: {} {}",
            form.action, answer.status, answer.body
        );
        assert_ne!(
            server.rows_but(&["session"]),
            before,
            "{} does nothing",
            form.action
        );
        if form.action.ends_with("/general") {
            server.execute("UPDATE workspace SET slug = 'beta' WHERE slug = 'beta-2'");
        }
    }
    let answer = two.owner.submit(deletes[0]).await;
    assert_eq!(
        answer.location(),
        Some("/w/beta/settings/restore"),
        "{}",
        answer.body
    );
}

fn without(rows: &[(String, String)], table: &str) -> Vec<(String, String)> {
    rows.iter().filter(|(name, _)| name != table).cloned().collect()
}

/// AD-01: each page and each act of a workspace, for each who may not. Whoever does not belong to it learns nothing, not even that it
/// is there.
#[tokio::test(flavor = "multi_thread")]
async fn no_page_or_act_of_a_workspace_is_anybody_elses() {
    let two = Two::start().await;
    let server = &two.server;
    let forms = two.forms().await;
    let account = two.id("account WHERE email = 'b-member@people.example'");
    let pages = [
        "",
        "/members",
        &format!("/members/{account}/remove"),
        "/invitations",
        "/general",
        "/delete",
        "/restore",
    ];
    let before = server.rows_but(&["session"]);
    for (who, sees) in [
        ("g-owner", [404; 7]),
        ("b-viewer", [303, 200, 403, 200, 200, 403, 303]),
        ("b-member", [303, 200, 200, 200, 200, 403, 303]),
        ("b-admin", [303, 200, 200, 200, 200, 403, 303]),
    ] {
        let browser = Two::of(server, who).await;
        for (page, status) in pages.iter().zip(sees) {
            let answer = browser.get(&format!("/w/beta/settings{page}")).await;
            assert_eq!(
                answer.status.as_u16(),
                status,
                "AD-01 {who} {page}: {}",
                answer.body
            );
            if status == 404 {
                let nothing = browser.get(&format!("/w/nothing/settings{page}")).await;
                let same = |body: &str| body.split("request_id").next().unwrap().to_owned();
                assert_eq!(same(&answer.body), same(&nothing.body), "AD-01 {who} {page}");
            }
            let is_told = who != "b-admin" && answer.status == StatusCode::OK && !page.ends_with("/remove");
            if is_told {
                assert!(
                    answer.body.contains("Only admins can change this."),
                    "{who} {page}: {}",
                    answer.body
                );
                // The one in the header is the person's own: it signs out.
                let (_, page_of_its_own) = answer.body.split_once("</header>").unwrap();
                let forms = page_of_its_own.matches("<form").count();
                assert_eq!(forms, 0, "{who} {page}: {}", answer.body);
            }
        }
        assert!(
            !browser
                .get("/w/beta/settings/invitations")
                .await
                .body
                .contains("new@people")
                || who == "b-admin"
        );
    }
    // Whoever forges a form: with a token of their own, for that address.
    for (who, status) in [("g-owner", 404), ("b-viewer", 403)] {
        let browser = Two::of(server, who).await;
        let cookie = browser.cookie("consentry_session").unwrap();
        let secret = consentry::platform::secret::Secret::parse("cst", &cookie).unwrap();
        for form in forms.iter().filter(|form| form.action != "/workspaces") {
            let forged = form.clone().with("csrf_token", &secret.derive(&form.action));
            let answer = browser.submit(&forged).await;
            assert_eq!(
                answer.status.as_u16(),
                status,
                "AD-01 {who} {}: {}",
                form.action,
                answer.body
            );
        }
    }
    // The ids of another workspace, under the address of one's own.
    let browser = Two::of(server, "g-owner").await;
    let cookie = browser.cookie("consentry_session").unwrap();
    let secret = consentry::platform::secret::Secret::parse("cst", &cookie).unwrap();
    for form in forms.iter().filter(|form| form.action.matches('/').count() > 4) {
        let action = form.action.replace("/beta/", "/gamma/");
        let mut forged = form.clone().with("csrf_token", &secret.derive(&action));
        forged.action.clone_from(&action);
        let answer = browser.submit(&forged).await;
        let nothing = answer.status == StatusCode::NOT_FOUND || answer.status == StatusCode::SEE_OTHER;
        assert!(nothing, "AD-01 {action}: {} {}", answer.status, answer.body);
        if let Some(to) = answer.location() {
            let told = browser.get(to).await.body;
            assert!(
                !told.contains("b-member") && !told.contains("beta"),
                "AD-01 {action}: {told}"
            );
        }
    }
    assert_eq!(server.rows_but(&["session"]), before, "AD-01");
    // And nobody who is not signed in.
    for page in pages {
        let path = format!("/w/beta/settings{page}");
        let answer = server.browser().get(&path).await;
        assert_eq!(
            answer.location(),
            Some(format!("/login?return_to={path}").as_str()),
            "AD-01 {page}"
        );
    }
}
