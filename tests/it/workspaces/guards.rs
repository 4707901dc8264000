//! What of a workspace ends with the power it stood on, and what stays.

use consentry::platform::config::Role;
use reqwest::StatusCode;
use serde_json::json;

use super::{invite, pages::signed_in};
use crate::support::{Person, Server};

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
