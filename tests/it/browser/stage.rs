//! What the pages are about: servers, people, and apps in every state that has a page.

use std::collections::BTreeMap;

use consentry::platform::config::Role;

use crate::support::{Registered, Registration, Server};

/// Who looks at a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// Nobody is signed in.
    Stranger,
    /// Member of one workspace, admin of another; has connected apps.
    Alice,
    /// Has connected no app.
    Bob,
    /// Belongs to no workspace.
    Nomad,
    /// The person of the demo.
    Mara,
}

/// Everything is here before the first page is opened.
pub struct Stage {
    pub server: Server,
    /// With another operator's name, logo, colours and help.
    pub branded: Server,
    /// Its database does not answer.
    pub down: Server,
    /// Its database lacks a table.
    pub faulty: Server,
    /// As `consentry dev` serves it.
    pub dev: Server,
    /// Nobody has connected it.
    pub app: Registered,
    /// Alice has connected it, for less than it asks for now.
    pub known: Registered,
    /// Nobody has checked who makes it; with names as long as they come.
    pub unverified: Registered,
    /// It asks for nothing that a person could not refuse.
    pub modest: Registered,
    pub disabled: Registered,
    cookies: BTreeMap<Who, Vec<(String, String)>>,
}

/// As long a name as an operator may choose, a wide logo, colours at the edge of what can be read.
const BRANDING: &str = r##"
[branding]
product_name = "The Great Northern Trading and Weather Observation Company"
logo = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 30"><rect width="90" height="30" rx="6" fill="#0a7"/></svg>'
accent = "#0a7355"
accent_dark = "#4fd1a5"
help_url = "https://help.example.com/"
"##;

/// Tried too often.
pub const LOCKED: &str = "locked@people.example";
/// Switched off by the operator.
pub const DISABLED: &str = "disabled@people.example";

impl Stage {
    pub async fn set() -> Self {
        let (server, branded, down, faulty) = (
            Server::start().await,
            Server::start_with(BRANDING).await,
            Server::start().await,
            Server::start().await,
        );
        let (dev, demo) = Server::start_with_demo().await;

        let app = server.client(Registration::web());
        let known = server.client(Registration::web().with(|new| "Weekly Report".clone_into(&mut new.name)));
        let unverified = server.client(Registration::web().with(|new| {
            "Wandering Albatross Synchronisation and Reconciliation Assistant".clone_into(&mut new.name);
            new.uri =
                Some("https://reconciliation-assistant.wandering-albatross-software.example/".to_owned());
            new.redirect_uris =
                vec!["https://reconciliation-assistant.wandering-albatross-software.example/cb".to_owned()];
            new.verified_at = None;
        }));
        let modest = server.client(Registration::web());
        let disabled = server.client(Registration::web());
        let id = &disabled.id;
        server.execute(&format!(
            "UPDATE client SET disabled_at = now() WHERE id = '{id}'"
        ));

        let people = BTreeMap::from([
            (
                Who::Alice,
                server.person_in("alice", &[("acme", Role::Member), ("beta", Role::Admin)]),
            ),
            (Who::Bob, server.person("bob")),
            (Who::Nomad, server.person_in("nomad", &[])),
        ]);
        let off = server.person("disabled");
        server.execute(&format!(
            "UPDATE account SET disabled_at = now() WHERE id = '{}'",
            off.account.id
        ));
        server.person("locked");
        let alice = &people[&Who::Alice];
        known
            .code(
                &server,
                alice,
                &[("scope", "analytics.read"), ("workspace", "acme")],
            )
            .await;
        let other = server.client(Registration::native());
        other.code(&server, alice, &[("workspace", "beta")]).await;

        let mut cookies = BTreeMap::from([(Who::Stranger, Vec::new())]);
        for (who, person) in &people {
            let browser = server.browser();
            let page = browser.visit("/login").await;
            browser.sign_in(&page, person).await;
            cookies.insert(*who, browser.cookies().into_iter().collect());
        }
        let browser = dev.browser();
        let page = browser.visit("/login").await;
        browser.log_in(&page, demo.email(), demo.password()).await;
        cookies.insert(Who::Mara, browser.cookies().into_iter().collect());
        let browser = server.browser();
        let form = browser.visit("/login").await.form("/login").with("email", LOCKED);
        for _ in 0..10 {
            browser.submit(&form.clone().with("password", "wrong")).await;
        }

        down.database.set_reachable(false);
        faulty.execute("ALTER TABLE client RENAME TO elsewhere");
        Self {
            server,
            branded,
            down,
            faulty,
            dev,
            app,
            known,
            unverified,
            modest,
            disabled,
            cookies,
        }
    }

    /// The cookies of whoever it is.
    pub fn cookies(&self, who: Who) -> &[(String, String)] {
        &self.cookies[&who]
    }
}
