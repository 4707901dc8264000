//! `-- --growth`: what an endpoint or a page of people and workspaces takes when there are many, beside what it takes when there
//! are hardly any. One request after the other, so that a figure is the time of one; `/health`, which touches nothing, tells how
//! much of a difference is the machine's.

use std::{fmt::Write as _, fs, path::Path, time::Instant};

use diesel::connection::SimpleConnection as _;
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

use crate::{
    Outcome,
    browser::Browser,
    http::{Connection, request},
    placement::Placement,
    postgres::Postgres,
    results::median,
    server::Installation,
    stage::{PASSWORD, Stage},
};

/// How many requests of each kind count, and how many come before them.
const COUNTED: usize = 200;
const WARM_UP: usize = 20;

/// No figure may be more than so many times what it was.
const MOST: f64 = 2.0;

/// What a program asks, with its session.
const ENDPOINTS: &[&str] = &[
    "/v1/auth/session",
    "/v1/me",
    "/v1/me/sessions",
    "/v1/workspaces",
    "/v1/workspaces/current",
    "/v1/workspaces/acme",
    "/v1/workspaces/acme/members",
    "/v1/workspaces/acme/invitations",
];

/// What a signed-in browser asks.
const PAGES: &[&str] = &[
    "/",
    "/account",
    "/account/security",
    "/account/sessions",
    "/settings/integrations",
    "/workspaces",
    "/w/acme/settings/members",
    "/w/acme/settings/invitations",
    "/w/acme/settings/general",
];

/// 10 000 workspaces of ten people; half of the first 10 000 people are in `acme` too, and everybody has a session.
const MANY: &str = "
CREATE FUNCTION bench_id(kind int, n int) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT (lpad(to_hex((extract(epoch FROM timestamptz '2026-01-01') * 1000)::bigint + n), 12, '0') || '7' || lpad(to_hex(kind), 3, '0')
        || '8' || lpad(to_hex(n), 15, '0'))::uuid $$;
INSERT INTO account (id, email, name, password_hash, created_at, verified_at)
    SELECT bench_id(1, n), 'many' || n || '@people.example', 'Person ' || n, NULL, now(), now() FROM generate_series(1, 100000) n;
INSERT INTO workspace (id, slug, name, created_at)
    SELECT bench_id(2, n), 'many-' || n, 'Workspace ' || n, now() FROM generate_series(1, 10000) n;
INSERT INTO membership (workspace_id, account_id, role, created_at)
    SELECT bench_id(2, 1 + n % 10000), bench_id(1, n), 'member', now() FROM generate_series(1, 100000) n;
INSERT INTO membership (workspace_id, account_id, role, created_at)
    SELECT w.id, bench_id(1, n), 'member', now() FROM generate_series(1, 5000) n, workspace w WHERE w.slug = 'acme';
INSERT INTO session (id, digest, account_id, credentials_epoch, authenticated_at, last_seen_at, expires_at, kind, amr, started_at)
    SELECT bench_id(3, n), sha256(n::text::bytea), bench_id(1, n), 0, now(), now(), now() + interval '1 hour', 'browser', '{pwd}', now()
    FROM generate_series(1, 100000) n;
INSERT INTO invitation (id, digest, workspace_id, email, role, created_at, sent_at, expires_at)
    SELECT bench_id(4, n), sha256(n::text::bytea), bench_id(2, n), 'guest' || n || '@people.example', 'member', now(), now(),
        now() + interval '7 days' FROM generate_series(1, 10000) n;
INSERT INTO invitation (id, digest, workspace_id, email, role, created_at, sent_at, expires_at)
    SELECT bench_id(5, n), sha256(n::text::bytea), w.id, 'guest' || n || '@people.example', 'member', now(), now(),
        now() + interval '7 days' FROM generate_series(1, 1000) n, workspace w WHERE w.slug = 'acme';
ANALYZE;
";

/// What is measured, and in what order.
struct Row {
    name: String,
    few_ms: f64,
    many_ms: f64,
}

/// Measures both, prints the table, and writes `docs/growth.md` if it is told where.
pub fn run(dir: &Path, docs: Option<&Path>) -> Outcome<()> {
    fs::create_dir_all(dir)?;
    let placement = Placement::find();
    placement.take_place()?;
    let postgres = Postgres::start(&dir.join("database"))?;
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let installation = Installation::new(dir, &postgres.url())?;
    let (_server, _) = installation.start(&runtime, placement)?;
    let stage = Stage::new(&installation)?;
    let mut conn = postgres.connect()?;
    let mut people = stage.people(&mut conn, &runtime, 1, &installation)?;
    let person = people.pop().ok_or("nobody")?;
    conn.batch_execute("UPDATE membership SET role = 'owner'; ANALYZE")?;
    let mut asking = Asking {
        runtime,
        installation: &installation,
        browser: person.browser,
        authorization: basic_of(&stage),
        session: String::new(),
    };
    asking.sign_in()?;
    let few = asking.all()?;
    eprintln!("bench: 10 000 workspaces, 100 000 people");
    conn.batch_execute(MANY)?;
    let many = asking.all()?;
    let rows: Vec<Row> = few
        .into_iter()
        .zip(many)
        .map(|((name, few_ms), (_, many_ms))| Row {
            name,
            few_ms,
            many_ms,
        })
        .collect();
    let table = table(&rows)?;
    println!("{table}");
    if let Some(docs) = docs {
        let text = format!(
            "# Growth\n\nWhat a request takes with one workspace and one person, and with 10 000 workspaces, 100 000 people and \
             their sessions, of whom 5 000 are in the workspace that is asked about. Medians of {COUNTED} requests, one after the \
             other; `/health` touches nothing and tells how much is the machine's. The goal: at most {MOST} times. \
             `cargo bench --bench bench -- --growth --write-docs` writes this file.\n\n{table}"
        );
        fs::write(docs.join("growth.md"), text)?;
    }
    Ok(())
}

fn basic_of(stage: &Stage) -> String {
    stage.api.authorization.clone()
}

fn table(rows: &[Row]) -> Outcome<String> {
    let mut text = "| request | few, ms | many, ms | times |\n|---|---:|---:|---:|\n".to_owned();
    for Row {
        name,
        few_ms,
        many_ms,
    } in rows
    {
        let times = many_ms / few_ms;
        let mark = if times > MOST { " (above the goal)" } else { "" };
        writeln!(
            text,
            "| `{name}` | {few_ms:.2} | {many_ms:.2} | {times:.2}{mark} |"
        )?;
    }
    Ok(text)
}

/// Who asks.
struct Asking<'a> {
    runtime: Runtime,
    installation: &'a Installation,
    browser: Browser,
    /// Of the API that asks about tokens.
    authorization: String,
    /// The access token of a program's session.
    session: String,
}

impl Asking<'_> {
    fn host(&self) -> String {
        self.installation.address.to_string()
    }

    fn sign_in(&mut self) -> Outcome<()> {
        let body = format!(
            "{{\"provider\": \"local\", \"email\": \"person0@people.example\", \"password\": \"{PASSWORD}\"}}"
        );
        let address = self.installation.address;
        let head = format!(
            "POST /v1/auth/session HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let token = self.runtime.block_on(async {
            let mut connection = Connection::open(address).await?;
            let reply = connection
                .send(head.as_bytes())
                .await?
                .expect(200, "accessToken")?;
            let json: Value = serde_json::from_str(reply.body)?;
            Ok::<_, Box<dyn std::error::Error>>(json["accessToken"].as_str().unwrap_or_default().to_owned())
        })?;
        self.session = token;
        Ok(())
    }

    /// The median of each, in milliseconds.
    fn all(&mut self) -> Outcome<Vec<(String, f64)>> {
        let host = self.host();
        let bearer = format!("Bearer {}", self.session);
        let cookies = self.browser.cookies();
        let mut found = vec![(
            "GET /health".to_owned(),
            self.one(&request(&host, "/health", &[], None))?,
        )];
        for path in ENDPOINTS {
            let asked = request(&host, path, &[("authorization", &bearer)], None);
            found.push((format!("GET {path}"), self.one(&asked)?));
        }
        let body = format!("token={}", self.session);
        let headers = [("authorization", self.authorization.as_str())];
        let asked = request(&host, "/oauth/token/introspect", &headers, Some(&body));
        found.push((
            "POST /oauth/token/introspect (a session)".to_owned(),
            self.one(&asked)?,
        ));
        for path in PAGES {
            let asked = request(
                &host,
                path,
                &[("accept", "text/html"), ("cookie", &cookies)],
                None,
            );
            found.push((format!("GET {path}"), self.one(&asked)?));
        }
        Ok(found)
    }

    fn one(&self, request: &[u8]) -> Outcome<f64> {
        let address = self.installation.address;
        self.runtime.block_on(async {
            let mut connection = Connection::open(address).await?;
            let mut times = Vec::with_capacity(COUNTED);
            for number in 0..WARM_UP + COUNTED {
                let began = Instant::now();
                connection.send(request).await?.expect(200, "")?;
                if number >= WARM_UP {
                    times.push(began.elapsed().as_secs_f64() * 1000.0);
                }
            }
            median(times).ok_or_else(|| "nothing was measured".into())
        })
    }
}
