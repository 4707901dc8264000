//! What the pages are about: servers, people, and apps in every state that has a page.

use std::collections::BTreeMap;

use consentry::{
    accounts::account,
    app,
    audit::{
        event::Event,
        log::{self, Actor, Origin},
    },
    jobs,
    platform::{config::Role, mail::Mail},
    web::language::Language,
};

use crate::{
    audit::seal_all,
    support::{Person, Registered, Registration, Server, server::PASSWORD, totp},
};

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
    /// Answered one request, let another grow old, removed one app, and has one that is switched off.
    Quinn,
    /// Has the second factor on.
    Tess,
    /// Tess, after the first step of sign-in.
    HalfTess,
    /// Signed in a while ago, and has proved nothing since.
    Sam,
    /// The person of the demo.
    Mara,
    /// Nobody is signed in; the browser asks for German.
    GermanStranger,
    /// As Alice, and her account says German.
    Greta,
    /// Owns a workspace with people and invitations in it, one that is deleted, and looks at a third.
    Olga,
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
    /// Pages of Quinn's, as paths.
    pub past: Past,
    /// The paths of the links of invitations: to nobody yet, and to Alice.
    pub invited: [String; 2],
    pub links: Links,
    cookies: BTreeMap<Who, Vec<(String, String)>>,
}

/// What mails lead to, as paths.
pub struct Links {
    /// To verify an address.
    pub verify: String,
    /// To set a password anew.
    pub reset: String,
}

impl Links {
    async fn of(server: &Server) -> Self {
        server.person("forgetful");
        let register = server.http.post(server.url("/v1/auth/register"));
        let body = serde_json::json!({"email": UNVERIFIED, "password": PASSWORD, "name": "Una"});
        register.json(&body).send().await.unwrap();
        let ask = async |path: &str, email: &str| {
            let browser = server.browser();
            let form = browser.get(path).await.form(path).with("email", email);
            browser.submit(&form).await;
            server.mail_to(email).await.path().to_owned()
        };
        Self {
            // The only mail: one that is asked for again ends the link of the one before, whichever of both arrives first.
            verify: server.mail_to(UNVERIFIED).await.path().to_owned(),
            reset: ask("/forgot", "forgetful@people.example").await,
        }
    }
}

/// Where what is over leads.
pub struct Past {
    /// The consent page of a request that was answered.
    pub answered: String,
    /// And of one that grew too old.
    pub expired: String,
    /// The list, after an app was removed from it.
    pub removed: String,
}

impl Past {
    async fn of(server: &Server) -> (Self, Vec<(String, String)>) {
        let quinn = server.person("quinn");
        let browser = server.browser();
        browser.sign_in(&browser.visit("/login").await, &quinn).await;
        let [kept, asked, removed, off] = [(); 4].map(|()| server.client(Registration::web()));
        let page = browser.visit(&kept.authorize_path(&[])).await;
        browser.decide(&page, "allow").await;
        let answered = page.form("/oauth/authorize/").action;
        let page = browser.visit(&asked.authorize_path(&[])).await;
        let expired = page.form("/oauth/authorize/").action;
        let id = expired.split('/').nth(3).unwrap();
        server.execute(&format!(
            "UPDATE authorization_request SET expires_at = now() - interval '1 minute' WHERE id = '{id}'"
        ));
        browser.connect(&off, &quinn, &[]).await;
        let id = &off.id;
        server.execute(&format!(
            "UPDATE client SET disabled_at = now() WHERE id = '{id}'"
        ));
        browser.connect(&removed, &quinn, &[]).await;
        let list = browser.visit("/settings/integrations").await;
        let newest = list.body.split("href=\"").find(|it| it.contains("/remove\""));
        let path = newest.unwrap().split('"').next().unwrap();
        let form = browser.get(path).await.form("/settings/integrations");
        let removed = browser.submit(&form).await.location().unwrap().to_owned();
        let past = Self {
            answered,
            expired,
            removed,
        };
        (past, browser.cookies().into_iter().collect())
    }
}

/// Fills Olga's workspaces with people of every role, and with invitations; answers where two of them lead.
async fn people_of_gamma(server: &Server, olgas: &[(String, String)]) -> [String; 2] {
    server.execute("UPDATE workspace SET deleted_at = now() WHERE slug = 'delta'");
    server.execute(
        "UPDATE workspace SET name = 'Gamma Weather Observation and Trading Company' WHERE slug = 'gamma'",
    );
    for (name, role) in [
        ("adam", Role::Admin),
        ("mia", Role::Member),
        ("vera", Role::Viewer),
    ] {
        server.person_in(name, &[("gamma", role)]);
    }
    let browser = server.browser();
    for (name, value) in olgas {
        browser.set_cookie(name, value);
    }
    let path = "/w/gamma/settings/invitations";
    let mut links = Vec::new();
    let addresses = [
        "expired@people.example",
        "nina.with-quite-a-long-address@subsidiary.wandering-albatross.example",
        "alice@people.example",
    ];
    for (email, role) in addresses.into_iter().zip(["viewer", "member", "admin"]) {
        let form = browser.get(path).await.form(path);
        browser
            .submit(&form.with("email", email).with("role", role))
            .await;
        links.push(server.mail_to(email).await.path().to_owned());
    }
    server
        .execute("UPDATE invitation SET expires_at = now() - interval '1 hour' WHERE email LIKE 'expired%'");
    [links.swap_remove(1), links.swap_remove(1)]
}

/// Seals what happened so far, in beta a little and not all of it as it was.
async fn activity_of_beta(server: &Server, alice: &Person) {
    let beta = server.workspace("beta").id;
    let mut conn = server.database.connect();
    for role in ["member", "admin", "viewer"] {
        let event = Event::MemberRoleChanged {
            workspace: beta,
            account: alice.account.id,
            from: "viewer",
            role,
        };
        let by = Actor::Account(alice.account.id);
        log::append(&mut conn, by, &Origin::default(), &event, server.clock.now()).unwrap();
    }
    seal_all(&server.database).await;
    server.execute(&format!(
        "UPDATE audit_event SET actor_kind = 'operator', actor_id = NULL WHERE id = \
         (SELECT event_id FROM audit_seal WHERE workspace_id = '{beta}' AND sequence = 2)"
    ));
    server.execute(&format!(
        "DELETE FROM audit_event WHERE id = \
         (SELECT event_id FROM audit_seal WHERE workspace_id = '{beta}' AND sequence = 1)"
    ));
}

/// As long a name as an operator may choose, a wide logo, colours at the edge of what can be read; people join by invitation.
const BRANDING: &str = r##"
registration = "invitation"
[branding]
product_name = "The Great Northern Trading and Weather Observation Company"
logo = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 30"><rect width="90" height="30" rx="6" fill="#0a7"/></svg>'
accent = "#0a7355"
accent_dark = "#4fd1a5"
help_url = "https://help.example.com/"
"##;

/// Tried too often.
pub const LOCKED: &str = "locked@people.example";
/// Nobody has opened the mail that was sent there.
pub const UNVERIFIED: &str = "unverified@people.example";
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
            (
                Who::Greta,
                server.person_in("greta", &[("acme", Role::Member), ("beta", Role::Admin)]),
            ),
            (Who::Bob, server.person("bob")),
            (Who::Tess, server.person("tess")),
            (Who::Sam, server.person("sam")),
            (Who::Nomad, server.person_in("nomad", &[])),
            (
                Who::Olga,
                server.person_in(
                    "olga",
                    &[
                        ("gamma", Role::Owner),
                        ("delta", Role::Owner),
                        ("acme", Role::Viewer),
                    ],
                ),
            ),
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
        let greta = &people[&Who::Greta];
        account::set_language(
            &mut server.database.connect(),
            greta.account.id,
            Some(Language::German),
        )
        .unwrap();
        known
            .code(
                &server,
                greta,
                &[("scope", "analytics.read"), ("workspace", "acme")],
            )
            .await;
        let other = server.client(Registration::native());
        other.code(&server, alice, &[("workspace", "beta")]).await;

        let mut cookies = BTreeMap::from([(Who::Stranger, Vec::new()), (Who::GermanStranger, Vec::new())]);
        for (who, person) in &people {
            let browser = server.browser();
            let page = browser.visit("/login").await;
            browser.sign_in(&page, person).await;
            cookies.insert(*who, browser.cookies().into_iter().collect());
        }
        let invited = people_of_gamma(&server, &cookies[&Who::Olga]).await;
        activity_of_beta(&server, &people[&Who::Alice]).await;
        let browser = server.browser();
        let page = browser.visit("/login").await;
        let tess = &people[&Who::Tess];
        browser.sign_in(&page, tess).await;
        totp::turn_on(&server, &browser).await;
        cookies.insert(Who::Tess, browser.cookies().into_iter().collect());
        let browser = server.browser();
        let page = browser.visit("/login").await;
        browser.log_in(&page, &tess.email, PASSWORD).await;
        cookies.insert(Who::HalfTess, browser.cookies().into_iter().collect());
        // However long the pictures take, everybody has just proved who they are, but Sam.
        server.execute("UPDATE session SET authenticated_at = now() + interval '1 day'");
        server.execute("UPDATE half_sign_in SET expires_at = now() + interval '1 day'");
        server.execute(&format!(
            "UPDATE session SET authenticated_at = now() - interval '1 hour' WHERE account_id = '{}'",
            people[&Who::Sam].account.id
        ));
        let (past, quinns) = Past::of(&server).await;
        let links = Links::of(&server).await;
        cookies.insert(Who::Quinn, quinns);
        let mail = Mail {
            to: demo.email().to_owned(),
            subject: "Join Northwind Traders".to_owned(),
            text: "Testwind\n\nMara invites you.\n\nSee the invitation:\n\
                   https://id.example/invite?token=cst_iv_0123456789abcdefghijklmnopqrstuvwxyz0123456789\n\nThe link is good for 7 days.\n"
                .to_owned(),
            html: String::new(),
        };
        for _ in 0..2 {
            let (seal, now) = (app::seal(&dev.config), dev.clock.now());
            jobs::mail::send(&mut dev.database.connect(), &seal, &mail, now).unwrap();
        }
        assert_eq!(dev.mail_to(demo.email()).await.subject, mail.subject);
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
            past,
            invited,
            links,
            cookies,
        }
    }

    /// What a browser says of its person's languages.
    pub const fn asks_for(who: Who) -> &'static str {
        match who {
            Who::GermanStranger => "de-AT,de;q=0.9,en;q=0.5",
            _ => "en",
        }
    }

    /// The cookies of whoever it is.
    pub fn cookies(&self, who: Who) -> &[(String, String)] {
        &self.cookies[&who]
    }
}
