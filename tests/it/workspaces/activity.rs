//! The activity log of a workspace, as its admins read it: by API, on its page, as a file; and who cannot.

use std::time::{Duration, Instant};

use consentry::platform::config::Role;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{invite, pages::signed_in};
use crate::{
    audit::seal_all,
    support::{Bearer, Browser, Person, Server},
};

const LOG: &str = "/v1/workspaces/north/activity";

/// A workspace in which a few things happened, and the admin who did them.
struct Told {
    server: Server,
    olga: Person,
    bearer: Bearer,
    bob: String,
}

impl Told {
    async fn new() -> Self {
        let server = Server::start().await;
        let olga = server.person_in("olga", &[("north", Role::Admin)]);
        let bob = server.person_in("bob", &[("north", Role::Viewer)]);
        let bob = bob.account.id.to_string();
        let bearer = server.session(&olga).await;
        let north = "/v1/workspaces/north";
        let done = bearer.patch(north, &json!({"name": "=North & <b>South"})).await;
        assert_eq!(done.outcome(), "200", "{}", done.text);
        invite(&bearer, "north", "nina@people.example", "member").await;
        let bobs = format!("{north}/members/{bob}");
        assert_eq!(
            bearer.patch(&bobs, &json!({"role": "member"})).await.outcome(),
            "200"
        );
        assert_eq!(bearer.delete(&bobs).await.outcome(), "204");
        seal_all(&server.database).await;
        Self {
            server,
            olga,
            bearer,
            bob,
        }
    }

    async fn ask(&self, query: &str) -> Value {
        let reply = self.bearer.get(&format!("{LOG}?{query}")).await;
        assert_eq!(reply.outcome(), "200", "{query}: {}", reply.text);
        serde_json::from_str(&reply.text).unwrap()
    }

    async fn kinds(&self, query: &str) -> Vec<String> {
        let page = self.ask(query).await;
        let items = page["items"].as_array().unwrap().iter();
        items
            .map(|item| item["kind"].as_str().unwrap().to_owned())
            .collect()
    }

    async fn browser(&self) -> Browser {
        signed_in(&self.server, &self.olga).await
    }
}

const ALL: [&str; 4] = [
    "member.removed",
    "member.role_changed",
    "invitation.sent",
    "workspace.renamed",
];

/// W4: who did what, to whom, from where; the newest first; page after page until the end, and nothing twice.
#[tokio::test(flavor = "multi_thread")]
async fn what_happened_is_told_newest_first_with_who_did_it_from_where() {
    let told = Told::new().await;
    let page = told.ask("").await;
    assert_eq!(told.kinds("").await, ALL);
    assert_eq!(page["nextCursor"], Value::Null);
    let removed = &page["items"][0];
    assert_eq!(removed["sequence"], 4);
    assert_eq!(removed["intact"], true);
    assert_eq!(
        removed["actor"],
        json!({"kind": "account", "id": told.olga.account.id, "name": "olga"})
    );
    assert_eq!(
        removed["target"],
        json!({"kind": "account", "id": told.bob, "name": "bob"})
    );
    assert_eq!(removed["address"], "127.0.0.1");
    assert_eq!(removed["requestId"].as_str().unwrap().len(), 32);
    assert_eq!(
        page["items"][1]["detail"],
        json!({"from": "viewer", "role": "member"})
    );
    assert_eq!(page["items"][2]["target"]["name"], "nina@people.example");

    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = told.ask(&format!("limit=1{cursor}")).await;
        for item in page["items"].as_array().unwrap() {
            seen.push(item["kind"].as_str().unwrap().to_owned());
        }
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, ALL);
}

/// What is not sealed could still change its place: it is not told yet.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_sealed_is_not_told() {
    let told = Told::new().await;
    let renamed = told
        .bearer
        .patch("/v1/workspaces/north", &json!({"name": "N"}))
        .await;
    assert_eq!(renamed.outcome(), "200");
    assert_eq!(told.kinds("").await, ALL);
    seal_all(&told.server.database).await;
    assert_eq!(told.kinds("").await.len(), ALL.len() + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_shows_what_it_names_and_nothing_else() {
    let told = Told::new().await;
    let (olga, bob) = (told.olga.account.id, &told.bob);
    for (query, kinds) in [
        (format!("actor={olga}"), &ALL[..]),
        ("actor=OLGA@people.example".to_owned(), &ALL[..]),
        (format!("actor={bob}"), &[]),
        ("actor=operator".to_owned(), &[]),
        ("actor=who@people.example".to_owned(), &[]),
        ("kind=member".to_owned(), &ALL[..2]),
        ("kind=member.removed".to_owned(), &ALL[..1]),
        ("kind=mem".to_owned(), &[]),
        ("kind=member_".to_owned(), &[]),
        (format!("target={bob}"), &ALL[..2]),
        (format!("target={bob}&kind=invitation"), &[]),
        (format!("credential={olga}"), &[]),
        ("from=2020-01-01".to_owned(), &ALL[..]),
        ("to=2020-01-01".to_owned(), &[]),
        ("from=2999-01-01".to_owned(), &[]),
        ("from=2020-01-01T00:00:00Z&to=2999-12-31".to_owned(), &ALL[..]),
    ] {
        assert_eq!(told.kinds(&query).await, kinds, "{query}");
    }
}

/// IJ-01, IJ-02, IJ-03: what means nothing is refused, at once; nothing of it reaches SQL as more than a value.
#[tokio::test(flavor = "multi_thread")]
async fn ij_01_a_parameter_that_means_nothing_is_refused_at_once() {
    let told = Told::new().await;
    let browser = told.browser().await;
    for query in [
        "actor='+OR+1=1--",
        "actor=\");+DROP+TABLE+audit_event;--",
        "actor=$1",
        "actor=%25_",
        "kind=member.%25",
        "kind='||pg_sleep(5)||'",
        "target=(select+pg_sleep(5))",
        "credential=00000000-0000-0000-0000-00000000000g",
        "from=now()",
        "from=999999-01-01",
        "to=2026-02-30",
        "cursor=AAAA",
        "cursor=_____________________w",
        "sort=(select+pg_sleep(5))",
        "order=sequence",
        "limit=0",
        "actor=%00",
        "actor=a&actor=b",
        "kind=%ff",
    ] {
        let asked = Instant::now();
        let reply = told.bearer.get(&format!("{LOG}?{query}")).await;
        assert_eq!(reply.outcome(), "400 malformed_query", "{query}: {}", reply.text);
        let export = told.bearer.get(&format!("{LOG}/export?{query}")).await;
        assert_eq!(
            export.outcome(),
            "400 malformed_query",
            "{query}: {}",
            export.text
        );
        let page = browser.get(&format!("/w/north/audit?{query}")).await;
        assert!(
            [200, 400, 422].contains(&page.status.as_u16()),
            "{query}: {}",
            page.status
        );
        assert!(asked.elapsed() < Duration::from_secs(4), "{query}");
    }
    assert_eq!(told.kinds("").await, ALL);
    let bad_format = told.bearer.get(&format!("{LOG}/export?format=xls")).await;
    assert_eq!(bad_format.outcome(), "400 malformed_query");
}

/// LG-10: by API, on the page and as a file, it is for those who manage the workspace, and has nothing of any other.
#[tokio::test(flavor = "multi_thread")]
async fn lg_10_only_admins_and_owners_read_it_and_only_of_their_own_workspace() {
    let told = Told::new().await;
    let server = &told.server;
    let south = server.person_in("sara", &[("south", Role::Owner), ("north", Role::Member)]);
    let stranger = server.person_in("tim", &[("south", Role::Owner)]);
    let pages = ["/w/north/audit", "/w/north/audit/export?format=csv"];
    let nobody = server.browser();
    for page in pages {
        let answer = nobody.get(page).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{page}");
        assert!(answer.location().unwrap().starts_with("/login"), "{page}");
    }
    for (person, status, outcome) in [
        (&south, 403, "403 permission_denied"),
        (&stranger, 404, "404 not_found"),
    ] {
        let browser = signed_in(server, person).await;
        for page in pages {
            let answer = browser.get(page).await;
            assert_eq!(answer.status, status, "{page}");
            assert!(!answer.body.contains("nina@"), "{page}");
        }
        let bearer = server.session(person).await;
        for path in [LOG.to_owned(), format!("{LOG}/export")] {
            assert_eq!(bearer.get(&path).await.outcome(), outcome, "{path}");
        }
    }
    // In their own there is nothing of the other's, whatever is asked for.
    let bearer = server.session(&south).await;
    let bobs = format!("/v1/workspaces/south/activity?target={}", told.bob);
    for path in ["/v1/workspaces/south/activity", &bobs] {
        assert_eq!(
            bearer.get(path).await.text,
            r#"{"items":[],"nextCursor":null}"#,
            "{path}"
        );
    }
    let owner = server
        .session(&server.person_in("otto", &[("north", Role::Owner)]))
        .await;
    assert_eq!(owner.get(LOG).await.outcome(), "200");
}

/// A list of any length; nothing in it is calculated by a spreadsheet.
#[tokio::test(flavor = "multi_thread")]
async fn the_export_has_every_line_and_no_formula() {
    let told = Told::new().await;
    told.server.execute(
        "INSERT INTO audit_event (id, workspace_id, kind, actor_kind, request_id) \
         SELECT ('01938f0e-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, \
                (SELECT id FROM workspace WHERE slug = 'north'), 'workspace.renamed', 'nobody', '=cmd|''/c calc''!A1' \
         FROM generate_series(1, 450) n",
    );
    seal_all(&told.server.database).await;
    let csv = told.bearer.get(&format!("{LOG}/export")).await;
    assert_eq!(csv.outcome(), "200");
    let mut lines = csv.text.split("\r\n");
    assert!(lines.next().unwrap().starts_with("sequence,id,at,kind,"));
    let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
    assert_eq!(lines.len(), 454);
    assert!(
        lines[0].starts_with("\"454\",") && lines[453].starts_with("\"1\","),
        "{}",
        lines[0]
    );
    assert!(lines[0].contains("\"'=cmd|'/c calc'!A1\""), "{}", lines[0]);

    let ndjson = told
        .bearer
        .get(&format!("{LOG}/export?format=ndjson&kind=member"))
        .await;
    let kinds: Vec<Value> = { ndjson.text.lines() }
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["kind"].clone())
        .collect();
    assert_eq!(kinds, ["member.removed", "member.role_changed"]);

    let browser = told.browser().await;
    let file = browser.get("/w/north/audit/export?format=csv&kind=member").await;
    assert_eq!(file.status, StatusCode::OK);
    assert_eq!(file.header("content-type"), Some("text/csv; charset=utf-8"));
    assert_eq!(
        file.header("content-disposition"),
        Some("attachment; filename=\"activity-north.csv\"")
    );
    assert_eq!(file.body.matches("\r\n").count(), 3);
}

/// The page says it in plain words, keeps what was filtered for, and leads from page to page and back.
#[tokio::test(flavor = "multi_thread")]
async fn the_page_tells_it_in_plain_words_and_leads_on() {
    let told = Told::new().await;
    let browser = told.browser().await;
    let page = browser.get("/w/north/audit").await;
    for part in [
        "<bdi>olga</bdi> removed <bdi>bob</bdi>",
        "<bdi>olga</bdi> changed the role of <bdi>bob</bdi> from viewer to member",
        "<bdi>olga</bdi> invited <bdi>nina@people.example</bdi> as member",
        "The 4 entries shown are as they were sealed",
        "<code>127.0.0.1</code>",
    ] {
        assert!(page.body.contains(part), "{part}: {}", page.body);
    }
    assert!(!page.body.contains("Clear filters"));
    let settings = browser.get("/w/north/settings/members").await;
    assert!(settings.body.contains("href=\"/w/north/audit\""));

    let filtered = browser
        .get("/w/north/audit?actor=who%40people.example&kind=member&from=2026-05-03")
        .await;
    assert_eq!(filtered.status, StatusCode::OK);
    for part in [
        "Nothing matches.",
        "Clear filters",
        "value=\"who@people.example\"",
        "value=\"member\" selected",
        "value=\"2026-05-03\"",
    ] {
        assert!(filtered.body.contains(part), "{part}: {}", filtered.body);
    }
    // What is neither an address nor an id is nobody's, and no fault of the server's.
    let typed = browser.get("/w/north/audit?actor=Bob").await;
    assert!(typed.status == 200 && typed.body.contains("Nothing matches."));

    told.server.execute(
        "INSERT INTO audit_event (id, workspace_id, kind, actor_kind) \
         SELECT gen_random_uuid(), (SELECT id FROM workspace WHERE slug = 'north'), 'workspace.renamed', 'operator' \
         FROM generate_series(1, 100)",
    );
    seal_all(&told.server.database).await;
    let link = |body: &str, name: &str| {
        let href = body
            .split("href=\"")
            .find(|rest| rest.contains(&format!("\">{name}</a>")) && rest.starts_with("/w/north/audit?"));
        href.map(|href| href.split('"').next().unwrap().replace("&#38;", "&"))
    };
    let newest = browser.get("/w/north/audit").await.body;
    assert_eq!(link(&newest, "Newer"), None);
    let second = browser.get(&link(&newest, "Older").unwrap()).await.body;
    let last = browser.get(&link(&second, "Older").unwrap()).await.body;
    assert_eq!(link(&last, "Older"), None);
    assert!(last.contains("removed <bdi>bob</bdi>"));
    let back = browser.get(&link(&last, "Newer").unwrap()).await.body;
    let rows = |body: &str| body.matches("<details class=\"quiet\"><summary>Details").count();
    assert_eq!(
        (rows(&newest), rows(&second), rows(&last), rows(&back)),
        (50, 50, 4, 50)
    );
    assert_eq!(link(&back, "Older"), link(&second, "Older"));
    let front = browser.get(&link(&back, "Newer").unwrap()).await.body;
    assert_eq!(link(&front, "Newer"), None);
    assert_eq!(link(&front, "Older"), link(&newest, "Older"));
}

/// Whoever reads the page sees that an entry on it is not what it was, or that it is gone.
#[tokio::test(flavor = "multi_thread")]
async fn an_entry_that_was_changed_or_taken_out_is_shown_as_that() {
    let told = Told::new().await;
    let browser = told.browser().await;
    told.server
        .execute("UPDATE audit_event SET actor_id = gen_random_uuid() WHERE kind = 'member.removed'");
    let page = browser.get("/w/north/audit").await.body;
    assert!(
        page.contains("Entry 4 was changed outside of this product."),
        "{page}"
    );
    assert!(!page.contains("as they were sealed"), "{page}");
    let items = told.ask("").await["items"].clone();
    let intact: Vec<bool> = { items.as_array().unwrap().iter() }
        .map(|item| item["intact"].as_bool().unwrap())
        .collect();
    assert_eq!(intact, [false, true, true, true]);

    told.server
        .execute("DELETE FROM audit_event WHERE kind = 'member.role_changed'");
    let page = browser.get("/w/north/audit").await.body;
    assert!(
        page.contains("This entry was taken out of the database."),
        "{page}"
    );
    assert!(page.contains("Entry 3 was changed"), "{page}");
    assert_eq!(told.ask("").await["items"][1]["kind"], Value::Null);

    // And a seal that does not follow the one before it.
    told.server
        .execute("UPDATE audit_seal SET hash = sha256('x') WHERE sequence = 1 AND workspace_id <> '00000000-0000-0000-0000-000000000000'");
    let items = told.ask("").await["items"].clone();
    assert_eq!(items[2]["intact"], false);
    assert_eq!(items[3]["intact"], false);
}
