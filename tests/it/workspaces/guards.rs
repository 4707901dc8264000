//! What of a workspace ends with the power it stood on, and what stays.

use consentry::platform::config::Role;
use diesel::connection::SimpleConnection as _;
use reqwest::StatusCode;
use serde_json::json;

use super::{invite, invited, pages::signed_in};
use crate::support::{Person, Server, cluster::eventually};

fn path(person: &Person) -> String {
    format!("/v1/workspaces/acme/members/{}", person.account.id)
}

/// The names before the `@` of whoever can still accept.
fn open(server: &Server) -> String {
    let is_open = |name: &&str| {
        let rows = format!("invitation WHERE email = '{name}@people.example' AND withdrawn_at IS NULL");
        server.count(&rows) == 1
    };
    let names = ["a", "b", "c", "d"];
    names.into_iter().filter(is_open).collect()
}

/// AD-04: whoever is lowered or removed leaves no invitation that they could not make any more; all others stay.
#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_lasts_as_long_as_the_power_that_made_it_and_takes_no_other_with_it() {
    let server = Server::start().await;
    let both = [("acme", Role::Owner), ("beta", Role::Owner)];
    let (olga, otto) = (server.person_in("olga", &both), server.person_in("otto", &both));
    let (hers, his) = (server.session(&olga).await, server.session(&otto).await);
    invite(&his, "acme", "a@people.example", "owner").await;
    invite(&his, "acme", "b@people.example", "admin").await;
    invite(&his, "beta", "c@people.example", "owner").await;
    invite(&hers, "acme", "d@people.example", "owner").await;
    assert_eq!(open(&server), "abcd");
    hers.patch(&path(&otto), &json!({"role": "admin"})).await.ok();
    assert_eq!(open(&server), "bcd", "AD-04");
    assert_eq!(hers.delete(&path(&otto)).await.outcome(), "204");
    assert_eq!(open(&server), "cd", "AD-04");
}

/// Who never proved their address cannot sign in, so they are no owner that a workspace could be left to.
#[tokio::test(flavor = "multi_thread")]
async fn an_owner_who_is_not_verified_is_none_to_leave_a_workspace_to() {
    let server = Server::start().await;
    let owner = server.person_in("olga", &[("acme", Role::Owner)]);
    server.person_in("oskar", &[("acme", Role::Owner)]);
    server.execute("UPDATE account SET verified_at = NULL WHERE name = 'oskar'");
    let by_owner = server.session(&owner).await;
    assert_eq!(by_owner.delete(&path(&owner)).await.outcome(), "409 last_owner");
    let lowered = by_owner.patch(&path(&owner), &json!({"role": "admin"})).await;
    assert_eq!(lowered.outcome(), "409 last_owner");
}

/// AD-01, AD-02: the list has a workspace's own invitations alone, and who may not invite does not learn which there are.
#[tokio::test(flavor = "multi_thread")]
async fn invitations_of_one_workspace_are_seen_by_its_admins_alone() {
    let server = Server::start().await;
    let both = [("acme", Role::Owner), ("beta", Role::Owner)];
    let olga = server.session(&server.person_in("olga", &both)).await;
    let vera = server.person_in("vera", &[("acme", Role::Viewer)]);
    let viewer = server.session(&vera).await;
    let own = invite(&olga, "acme", "a@people.example", "viewer").await;
    let other = invite(&olga, "beta", "b@people.example", "viewer").await;
    for (workspace, id) in [("acme", &own), ("beta", &other)] {
        let path = format!("/v1/workspaces/{workspace}/invitations");
        let listed = olga.get(&path).await.ok().json;
        let ids: Vec<_> = { listed["items"].as_array().unwrap().iter() }
            .map(|item| item["id"].as_str().unwrap())
            .collect();
        assert_eq!(ids, [id.as_str()], "AD-01 {workspace}");
    }
    let made_up = "0199c0de-0000-7000-8000-000000000001";
    for id in [own.as_str(), other.as_str(), made_up] {
        let path = format!("/v1/workspaces/acme/invitations/{id}");
        let denied = "403 permission_denied";
        assert_eq!(viewer.delete(&path).await.outcome(), denied, "AD-02 {id}");
        let resent = viewer.post(&format!("{path}/resend"), &json!({})).await;
        assert_eq!(resent.outcome(), denied, "AD-02 {id}");
    }
    // Nor is anybody asked whether to remove somebody whom they may not remove.
    let browser = signed_in(&server, &vera).await;
    let page = "/w/acme/settings/members";
    for whom in [
        server
            .person_in("mia", &[("acme", Role::Member)])
            .account
            .id
            .to_string(),
        made_up.to_owned(),
    ] {
        let answer = browser.get(&format!("{page}/{whom}/remove")).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "AD-02 {whom}");
    }
}

const ACCEPT: &str = "/v1/auth/accept-invite";

/// The connections of the server that wait for a lock.
const WAITING: &str = "pg_stat_activity WHERE datname = current_database() AND application_name = 'consentry' \
                       AND wait_event_type = 'Lock'";

fn newcomer(token: &str) -> serde_json::Value {
    json!({"token": token, "name": "Nina", "password": "lichtungen im moor"})
}

/// EM-05: of two requests that have both found an invitation good one uses it.
#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_that_two_requests_found_good_is_used_by_one() {
    let server = Server::start().await;
    let olga = server
        .session(&server.person_in("olga", &[("acme", Role::Owner)]))
        .await;
    let bob = server.person_in("bob", &[]);
    let by_bob = server.session(&bob).await;
    invite(&olga, "acme", &bob.email, "member").await;
    let body = json!({"token": invited(&server, &bob.email).await});
    let mut holder = server.database.connect();
    holder
        .batch_execute("BEGIN; LOCK TABLE invitation IN SHARE MODE")
        .unwrap();
    let joining: Vec<_> = (0..2)
        .map(|_| {
            let (by, body) = (by_bob.clone(), body.clone());
            tokio::spawn(async move { by.post(ACCEPT, &body).await.outcome() })
        })
        .collect();
    eventually("both wait", async || (server.count(WAITING) == 2).then_some(())).await;
    holder.batch_execute("COMMIT").unwrap();
    let mut outcomes = Vec::new();
    for joined in joining {
        outcomes.push(joined.await.unwrap());
    }
    outcomes.sort();
    assert_eq!(outcomes, ["200", "404 invitation_not_found"]);
    assert_eq!(server.count("audit_event WHERE kind = 'invitation.accepted'"), 1);
}

/// EM-06: an account that is verified while its invitation is being accepted without signing in keeps its password.
#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_is_verified_meanwhile_is_not_taken_over() {
    let server = Server::start().await;
    let olga = server
        .session(&server.person_in("olga", &[("acme", Role::Owner)]))
        .await;
    let nina = server.person_in("nina", &[]);
    server.execute("UPDATE account SET verified_at = NULL WHERE name = 'nina'");
    invite(&olga, "acme", &nina.email, "member").await;
    let body = newcomer(&invited(&server, &nina.email).await);
    let mut holder = server.database.connect();
    holder
        .batch_execute("BEGIN; UPDATE account SET verified_at = now() WHERE name = 'nina'")
        .unwrap();
    let joining = tokio::spawn({
        let nobody = server.nobody();
        async move { nobody.post(ACCEPT, &body).await.outcome() }
    });
    eventually("it waits", async || (server.count(WAITING) == 1).then_some(())).await;
    holder.batch_execute("COMMIT").unwrap();
    assert_eq!(joining.await.unwrap(), "401 unauthorized", "EM-06");
    let joined = server.session(&nina).await.get("/v1/workspaces/acme").await;
    assert_eq!(joined.outcome(), "404 not_found", "EM-06");
}

/// Pre-hijacking: the links that somebody had sent who registered the address of another end when that person joins.
#[tokio::test(flavor = "multi_thread")]
async fn the_links_of_an_unverified_registration_end_when_its_address_is_invited_and_joins() {
    let server = Server::start().await;
    let olga = server
        .session(&server.person_in("olga", &[("acme", Role::Owner)]))
        .await;
    let (nobody, email) = (server.nobody(), "nina@people.example");
    let register = json!({"email": email, "name": "Mallory", "password": "wine poem lorry 4"});
    nobody.post("/v1/auth/register", &register).await;
    let token = async || {
        let letter = server.mail_to(email).await;
        letter.path().split_once("?token=").unwrap().1.to_owned()
    };
    let verify = token().await;
    nobody
        .post("/v1/auth/forgot-password", &json!({"email": email}))
        .await;
    let reset = token().await;
    invite(&olga, "acme", email, "member").await;
    let body = newcomer(&invited(&server, email).await);
    nobody.post(ACCEPT, &body).await.ok();
    let before = server.rows_but(&["session", "login_throttle"]);
    for (path, body) in [
        ("/v1/auth/verify-email", json!({"token": verify})),
        (
            "/v1/auth/reset-password",
            json!({"token": reset, "password": "another poem of 9 words"}),
        ),
    ] {
        let outcome = nobody.post(path, &body).await.outcome();
        assert!(outcome.ends_with(" code_not_valid"), "{path}: {outcome}");
    }
    assert_eq!(server.rows_but(&["session", "login_throttle"]), before);
}

/// CS-01, CS-02: nobody is made to join by a form that is not the page's own.
#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_is_accepted_only_from_its_own_page() {
    let server = Server::start().await;
    let olga = server
        .session(&server.person_in("olga", &[("acme", Role::Owner)]))
        .await;
    let bob = server.person_in("bob", &[]);
    let browser = signed_in(&server, &bob).await;
    invite(&olga, "acme", &bob.email, "member").await;
    let path = server.mail_to(&bob.email).await.path().to_owned();
    let form = browser.get(&path).await.form(&path);
    let other = browser.get("/account").await.form("/account");
    let before = server.rows_but(&["session"]);
    for (case, form) in [
        ("CS-01", form.clone().without("csrf_token")),
        ("CS-02", form.clone().with("csrf_token", "x")),
        (
            "CS-02",
            form.clone()
                .with("csrf_token", other.value("csrf_token").unwrap()),
        ),
    ] {
        assert_eq!(
            browser.submit(&form).await.status,
            StatusCode::FORBIDDEN,
            "{case}"
        );
    }
    assert_eq!(server.rows_but(&["session"]), before);
    assert_eq!(browser.submit(&form).await.location(), Some("/workspaces"));
}

/// RL-05: each door of invitations counts for its network.
#[tokio::test(flavor = "multi_thread")]
async fn every_door_of_invitations_counts_for_the_network() {
    let server = Server::start_with("[rate_limits]\ninvite = 2").await;
    let olga = server.person_in("olga", &[("acme", Role::Owner)]);
    let browser = signed_in(&server, &olga).await;
    let page = "/w/acme/settings/invitations";
    let form = browser.get(page).await.form(page).with("role", "viewer");
    for (at, status) in [(0, 303), (1, 303), (2, 429)] {
        let email = format!("n{at}@people.example");
        let answer = browser.submit(&form.clone().with("email", &email)).await;
        assert_eq!(answer.status.as_u16(), status, "RL-05 {at}");
    }
    let resend = browser.get(page).await.form(&format!("{page}/"));
    assert_eq!(
        browser.submit(&resend).await.status,
        StatusCode::TOO_MANY_REQUESTS,
        "RL-05"
    );
    let link = server.mail_to("n0@people.example").await.path().to_owned();
    let stranger = server.browser();
    let form = stranger.get(&link).await.form(&link);
    let form = form.with("name", "Nina").with("password", "lichtungen im moor");
    assert_eq!(
        stranger.submit(&form).await.status,
        StatusCode::TOO_MANY_REQUESTS,
        "RL-05"
    );
    let token = link.strip_prefix("/invite/").unwrap();
    let told = server.nobody().post(ACCEPT, &newcomer(token)).await;
    assert_eq!(told.outcome(), "429 too_many_requests", "RL-05");
}
