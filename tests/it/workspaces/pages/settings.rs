//! Members, roles, invitations, name, end and return of a workspace, as people meet them.

use std::time::Duration;

use consentry::platform::config::Role;
use reqwest::StatusCode;

use super::{role_of, send, signed_in};
use crate::support::{Browser, Person, Server};

const MEMBERS: &str = "/w/beta/settings/members";

/// A server with the workspace `beta`, and its people of each role.
async fn beta() -> (Server, [Person; 4]) {
    let server = Server::start().await;
    let people = [
        server.person_in("olga", &[("beta", Role::Owner)]),
        server.person_in("adam", &[("beta", Role::Admin)]),
        server.person_in("mia", &[("beta", Role::Member)]),
        server.person_in("vera", &[("beta", Role::Viewer)]),
    ];
    (server, people)
}

/// Presses *Change role* beside somebody.
async fn change(browser: &Browser, whom: &Person, role: &str) -> crate::support::browser::Answer {
    let page = browser.get(MEMBERS).await;
    let path = format!("{MEMBERS}/{}/role", whom.account.id);
    send(browser, &page, &path, &[("role", role)]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_changes_roles_and_removes_members() {
    let (server, [_, adam, mia, vera]) = beta().await;
    let browser = signed_in(&server, &adam).await;
    let answer = change(&browser, &mia, "viewer").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let list = browser.follow(answer).await;
    assert!(
        list.body.contains("<bdi>mia</bdi> now has the role viewer."),
        "{}",
        list.body
    );
    assert_eq!(role_of(&server, "beta", &mia.email), Some("viewer"));
    // At once, in a browser that was there before.
    let hers = signed_in(&server, &vera).await;
    assert_eq!(hers.get(MEMBERS).await.status, StatusCode::OK);
    let path = format!("{MEMBERS}/{}/remove", vera.account.id);
    let page = browser.get(&path).await;
    assert!(
        page.body.contains("Remove <bdi>vera</bdi> from <bdi>beta</bdi>"),
        "{}",
        page.body
    );
    assert_eq!(
        role_of(&server, "beta", &vera.email),
        Some("viewer"),
        "asked only"
    );
    let form = page.form(&path);
    for pressed in ["once", "twice"] {
        let answer = browser.submit(&form).await;
        let list = browser.follow(answer).await;
        let said = "That person does not belong to this workspace any more.";
        assert!(list.body.contains(said), "{pressed}: {}", list.body);
    }
    assert_eq!(
        hers.get(MEMBERS).await.status,
        StatusCode::NOT_FOUND,
        "the next request"
    );
    assert_eq!(
        server.count("audit_event WHERE kind = 'member.removed'"),
        1,
        "pressed twice, done once"
    );
}

/// AD-04: what is above one's own role can be neither given nor touched, and the page does not offer it.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_gives_or_touches_a_role_above_their_own() {
    let (server, [olga, adam, mia, _]) = beta().await;
    let browser = signed_in(&server, &adam).await;
    let page = browser.get(MEMBERS).await;
    assert!(!page.body.contains("value=\"owner\""), "AD-04: {}", page.body);
    let before = server.rows_but(&["session"]);
    for whom in [&adam, &mia] {
        let answer = change(&browser, whom, "owner").await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "AD-04 {}", whom.email);
    }
    let olgas = format!("{MEMBERS}/{}", olga.account.id);
    assert!(!page.body.contains(&format!("{olgas}/")), "AD-04: {}", page.body);
    let answer = browser.get(&format!("{olgas}/remove")).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "AD-04");
    let path = "/w/beta/settings/invitations";
    let page = browser.get(path).await;
    assert!(!page.body.contains("value=\"owner\""), "AD-04: {}", page.body);
    let answer = send(
        &browser,
        &page,
        path,
        &[("email", "x@people.example"), ("role", "owner")],
    )
    .await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "AD-04");
    assert_eq!(server.rows_but(&["session"]), before, "AD-04");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_owner_stays() {
    let (server, [olga, adam, ..]) = beta().await;
    let browser = signed_in(&server, &olga).await;
    let path = format!("{MEMBERS}/{}/remove", olga.account.id);
    let before = server.rows_but(&["session"]);
    let answer = change(&browser, &olga, "admin").await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(
        answer.body.contains("This is the last owner of the workspace."),
        "{}",
        answer.body
    );
    let page = browser.get(&path).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(
        page.body.contains("Make another member an owner first"),
        "{}",
        page.body
    );
    assert_eq!(server.rows_but(&["session"]), before);
    // With a second one there is nothing in the way; and the form was open when that one went again.
    let answer = change(&browser, &adam, "owner").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let leave = browser.get(&path).await.form(&path);
    change(&browser, &adam, "admin").await;
    let answer = browser.submit(&leave).await;
    assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.body);
    change(&browser, &adam, "owner").await;
    for pressed in ["once", "twice"] {
        let answer = browser.submit(&leave).await;
        assert_eq!(
            answer.location(),
            Some("/workspaces"),
            "{pressed}: {}",
            answer.body
        );
    }
    assert_eq!(role_of(&server, "beta", &olga.email), None);
    let list = browser.get("/workspaces").await;
    assert!(list.body.contains("You belong to no workspace."), "{}", list.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_that_cannot_be_sent_says_why_and_keeps_what_was_typed() {
    let (server, [_, adam, mia, _]) = beta().await;
    let browser = signed_in(&server, &adam).await;
    let path = "/w/beta/settings/invitations";
    let page = browser.get(path).await;
    assert!(page.body.contains("No open invitations."), "{}", page.body);
    let form = page
        .form(path)
        .with("email", "new@people.example")
        .with("role", "viewer");
    // Pressed twice, one mail leaves and both answers are the same.
    for _ in 0..2 {
        let answer = browser.submit(&form).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        let list = browser.follow(answer).await;
        assert!(list.body.contains("is on its way."), "{}", list.body);
    }
    assert_eq!(server.mail().await.len(), 1);
    for (email, role, status, said) in [
        ("not an address", "member", 422, "This is not an e-mail address."),
        ("", "member", 422, "This is not an e-mail address."),
        (
            "New@People.Example",
            "admin",
            409,
            "has an open invitation already.",
        ),
        (
            mia.email.as_str(),
            "member",
            409,
            "belongs to this workspace already.",
        ),
    ] {
        let answer = browser
            .submit(&form.clone().with("email", email).with("role", role))
            .await;
        assert_eq!(answer.status.as_u16(), status, "{email}");
        assert!(answer.body.contains(said), "{email}: {}", answer.body);
        assert!(
            answer.body.contains("<title>Error: Invitations"),
            "{}",
            answer.body
        );
        assert!(
            answer.body.contains(&format!("value=\"{email}\"")),
            "{}",
            answer.body
        );
        let chosen = format!("value=\"{role}\" selected");
        assert!(answer.body.contains(&chosen), "{email}: {}", answer.body);
    }
    assert_eq!(server.mail().await.len(), 1);
    let more = server.config.rate_limits.mails_per_address;
    for _ in 0..more {
        let page = browser.get(path).await;
        let answer = send(&browser, &page, &format!("{path}/"), &[]).await;
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            assert!(
                answer.body.contains("has had many mails from here."),
                "{}",
                answer.body
            );
            return;
        }
    }
    panic!("{more} mails left");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workspace_is_renamed_and_what_is_wrong_with_a_name_is_told() {
    let (server, [olga, ..]) = beta().await;
    server.workspace("gamma");
    let browser = signed_in(&server, &olga).await;
    let page = browser.get("/w/beta/settings/general").await;
    let form = page.form("/w/");
    for (name, slug, said) in [
        ("", "beta", "needs a name"),
        ("Beta", "Beta", "This short name cannot be used."),
        ("Beta", "settings", "This short name cannot be used."),
        ("Beta", "gamma", "This short name is taken."),
    ] {
        let answer = browser
            .submit(&form.clone().with("name", name).with("slug", slug))
            .await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name} {slug}");
        assert!(answer.body.contains(said), "{name} {slug}: {}", answer.body);
        assert!(
            answer.body.contains(&format!("value=\"{slug}\"")),
            "{}",
            answer.body
        );
    }
    let form = form.with("name", "Beta & Co").with("slug", "beta-co");
    for pressed in ["once", "twice"] {
        let answer = browser.submit(&form).await;
        assert_eq!(
            answer.location(),
            Some("/w/beta-co/settings/general?saved=1"),
            "{pressed}: {}",
            answer.body
        );
    }
    let page = browser.visit("/w/beta-co/settings/general").await;
    assert!(page.body.contains("<bdi>Beta &#38; Co</bdi>"), "{}", page.body);
    assert_eq!(
        browser.get("/w/beta/settings").await.status,
        StatusCode::NOT_FOUND
    );
}

/// Deleting asks for the slug and for a recent proof; nobody can use what is deleted; for seven days an owner can have it back.
#[tokio::test(flavor = "multi_thread")]
async fn a_workspace_is_deleted_by_its_slug_and_restored_within_a_week() {
    let (server, [olga, adam, mia, _]) = beta().await;
    server.execute("UPDATE membership SET role = 'owner' WHERE account_id = (SELECT id FROM account WHERE name = 'adam')");
    let (owner, member) = (signed_in(&server, &olga).await, signed_in(&server, &mia).await);
    let path = "/w/beta/settings/delete";
    let form = owner.get(path).await.form(path);
    for typed in ["", "Beta", "beta2"] {
        let answer = owner.submit(&form.clone().with("slug", typed)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed}");
        assert!(
            answer.body.contains("That is not the short name"),
            "{}",
            answer.body
        );
    }
    server.advance(Duration::from_mins(10) + Duration::from_secs(1));
    let confirm = Some("/account/confirm?return_to=/w/beta/settings/delete");
    assert_eq!(owner.get(path).await.location(), confirm);
    let answer = owner.submit(&form.clone().with("slug", "beta")).await;
    assert_eq!(answer.location(), confirm, "a proof that is old deletes nothing");
    assert_eq!(member.get(MEMBERS).await.status, StatusCode::OK);

    let owner = signed_in(&server, &olga).await;
    let form = owner.get(path).await.form(path).with("slug", "beta");
    for pressed in ["once", "twice"] {
        let answer = owner.submit(&form).await;
        assert_eq!(
            answer.location(),
            Some("/w/beta/settings/restore"),
            "{pressed}: {}",
            answer.body
        );
    }
    assert_eq!(member.get(MEMBERS).await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        member.get("/w/beta/settings/restore").await.status,
        StatusCode::NOT_FOUND
    );
    // Each owner finds it where it was.
    let other = signed_in(&server, &adam).await;
    let page = other.visit(MEMBERS).await;
    assert!(page.body.contains("<bdi>beta</bdi> is deleted"), "{}", page.body);
    let form = page.form("/w/beta/settings/restore");
    for pressed in ["once", "twice"] {
        let answer = other.submit(&form).await;
        assert_eq!(
            answer.location(),
            Some("/w/beta/settings"),
            "{pressed}: {}",
            answer.body
        );
    }
    assert_eq!(member.get(MEMBERS).await.status, StatusCode::OK);

    let answer = owner
        .submit(&owner.get(path).await.form(path).with("slug", "beta"))
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    server.advance(Duration::from_hours(7 * 24) + Duration::from_secs(1));
    let late = signed_in(&server, &olga).await;
    assert_eq!(
        late.get("/w/beta/settings/restore").await.status,
        StatusCode::NOT_FOUND
    );
}

/// As a service: people make workspaces.
#[tokio::test(flavor = "multi_thread")]
async fn people_make_workspaces_where_the_operator_lets_them() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let browser = signed_in(&server, &alice).await;
    let form = browser
        .get("/workspaces")
        .await
        .form("/workspaces")
        .with("name", "Alice's own")
        .with("slug", "alices");
    for pressed in ["once", "twice"] {
        let answer = browser.submit(&form).await;
        assert_eq!(
            answer.location(),
            Some("/w/alices/settings"),
            "{pressed}: {}",
            answer.body
        );
    }
    assert_eq!(role_of(&server, "alices", &alice.email), Some("owner"));
    let taken = browser.submit(&form.clone().with("slug", "acme")).await;
    assert_eq!(taken.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(taken.body.contains("This short name is taken."), "{}", taken.body);
    assert!(taken.body.contains("value=\"acme\""), "{}", taken.body);
}

/// The one workspace of a self-hosted server is found by its slug: it may be called anything, and stays where it is.
#[tokio::test(flavor = "multi_thread")]
async fn the_one_workspace_of_a_self_hosted_server_is_neither_moved_nor_deleted() {
    let server = Server::start_with("mode = \"self_hosted\"").await;
    let olga = server.person_in("olga", &[("main", Role::Owner)]);
    let browser = signed_in(&server, &olga).await;
    let page = browser.get("/w/main/settings/general").await;
    assert!(
        !page.body.contains("name=\"slug\"") && !page.body.contains("/delete"),
        "{}",
        page.body
    );
    let answer = send(&browser, &page, "/w/", &[("name", "Ours"), ("slug", "other")]).await;
    assert_eq!(
        answer.location(),
        Some("/w/main/settings/general?saved=1"),
        "{}",
        answer.body
    );
    assert_eq!(
        browser.get("/w/main/settings/delete").await.status,
        StatusCode::FORBIDDEN
    );
}

/// Self-hosted: nobody makes workspaces.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_makes_workspaces_on_a_self_hosted_server() {
    let server = Server::start_with("mode = \"self_hosted\"").await;
    let alice = server.person("alice");
    let browser = signed_in(&server, &alice).await;
    let page = browser.get("/workspaces").await;
    assert!(!page.body.contains("action=\"/workspaces\""), "{}", page.body);
    let cookie = browser.cookie("consentry_session").unwrap();
    let secret = consentry::platform::secret::Secret::parse("cst", &cookie).unwrap();
    let token = secret.derive("/workspaces");
    let fields = [("csrf_token", token.as_str()), ("name", "Own"), ("slug", "own")];
    let fields: Vec<_> = fields
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
    let answer = browser.post("/workspaces", &fields, &[]).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}

/// A long list comes in pages; no page holds all.
#[tokio::test(flavor = "multi_thread")]
async fn many_members_come_in_pages() {
    let (server, [olga, ..]) = beta().await;
    server.execute(
        "WITH new AS (INSERT INTO account (id, email, name, created_at, verified_at, credentials_epoch) \
         SELECT gen_random_uuid(), 'p' || n || '@people.example', 'p' || n, now(), now(), 0 FROM generate_series(1, 100) n RETURNING id) \
         INSERT INTO membership (workspace_id, account_id, role, created_at) \
         SELECT w.id, new.id, 'member', now() FROM new, workspace w WHERE w.slug = 'beta'",
    );
    let browser = signed_in(&server, &olga).await;
    let (mut path, mut seen, mut pages) = (MEMBERS.to_owned(), 0, 0);
    loop {
        let page = browser.get(&path).await;
        assert_eq!(page.status, StatusCode::OK);
        seen += page.body.matches("class=\"who-it-is\"").count();
        pages += 1;
        let Some(rest) = page.body.split(&format!("{MEMBERS}?after=")).nth(1) else {
            break;
        };
        path = format!("{MEMBERS}?after={}", rest.split('"').next().unwrap());
    }
    assert_eq!((seen, pages), (104, 5));
}
