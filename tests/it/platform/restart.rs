//! Postgres restarts, crashes and stops under load (FA-03, FA-04): what is answered is right or says to try again, and then the
//! same request succeeds; nobody restarts us.

use std::{
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use consentry::dev::postgres::Cluster;
use diesel::{Connection, PgConnection, RunQueryDsl, sql_query};
use reqwest::StatusCode;
use tokio::task::JoinSet;

use super::ledger::Ledger;
use crate::support::{
    Registered,
    client::Reply,
    process::{Dev, Dir, servers, signal, soon},
};

/// The deadline of a request, what it waits for a COMMIT, and the time that a busy machine takes.
const AT_MOST: Duration = Duration::from_secs(4);

const FAMILIES: usize = 8;

/// What all clients together have seen.
#[derive(Default)]
struct Seen {
    answered: AtomicU64,
    /// Told to try again.
    refused: AtomicU64,
    /// Told that nobody knows.
    undecided: AtomicU64,
    over: AtomicBool,
}

impl Seen {
    fn answered(&self) -> u64 {
        self.answered.load(Ordering::SeqCst)
    }
}

/// What one client knows when it is over.
struct Family {
    /// As 200s said.
    spent: Vec<String>,
    /// What it holds; none if its grant ended because nobody knew.
    holds: Option<String>,
}

/// Refreshes until it is over, and sends the same again whenever it is told to.
async fn refreshes(app: Registered, mut refresh: String, seen: Arc<Seen>) -> Family {
    let mut spent = Vec::new();
    let mut unsure = false;
    while !seen.over.load(Ordering::SeqCst) {
        let began = Instant::now();
        let reply = app.refresh(&refresh).await;
        assert!(began.elapsed() < AT_MOST, "{:?}: {}", began.elapsed(), reply.text);
        match reply.error().as_str() {
            "200 -" => {
                seen.answered.fetch_add(1, Ordering::SeqCst);
                spent.push(std::mem::replace(
                    &mut refresh,
                    reply.text("refresh_token").to_owned(),
                ));
                unsure = false;
            }
            "503 temporarily_unavailable" => {
                assert!(reply.headers.contains_key("retry-after"), "{}", reply.text);
                seen.refused.fetch_add(1, Ordering::SeqCst);
            }
            "500 server_error" => {
                assert!(reply.text.contains("not known"), "{}", reply.text);
                seen.undecided.fetch_add(1, Ordering::SeqCst);
                unsure = true;
            }
            // After a 503 this would be a lie of ours: it said that nothing was done.
            "400 invalid_grant" if unsure => return Family { spent, holds: None },
            other => panic!("{other}: {}", reply.text),
        }
    }
    Family {
        spent,
        holds: (!unsure).then_some(refresh),
    }
}

/// Asks about a token that lives until it is over: it is never said not to.
async fn introspects(api: Registered, access: String, seen: Arc<Seen>) {
    while !seen.over.load(Ordering::SeqCst) {
        let reply = api.introspect(&access).await;
        match reply.status {
            StatusCode::OK => assert_eq!(reply.json["active"], true, "FA-02: {}", reply.text),
            StatusCode::SERVICE_UNAVAILABLE => {
                assert!(reply.headers.contains_key("retry-after"), "{}", reply.text);
            }
            _ => panic!("{} {}", reply.status, reply.text),
        }
    }
}

/// A server under load.
struct Load {
    dev: Dev,
    /// After the server, which works in it.
    dir: Dir,
    seen: Arc<Seen>,
    families: JoinSet<Family>,
    askers: JoinSet<()>,
}

impl Load {
    async fn start(name: &str) -> Self {
        let dir = Dir::new(name);
        let dev = dir.start(&[]).await;
        let (app, api) = (dev.client(), dev.resource_server());
        let browser = dev.browser();
        let seen = Arc::new(Seen::default());
        let (mut families, mut askers) = (JoinSet::new(), JoinSet::new());
        for _ in 0..FAMILIES {
            let tokens = app.exchange(&dev.code(&browser, &app).await).await.ok();
            let refresh = tokens.text("refresh_token").to_owned();
            families.spawn(refreshes(app.clone(), refresh, Arc::clone(&seen)));
        }
        let lives = app.exchange(&dev.code(&browser, &app).await).await.ok();
        for _ in 0..2 {
            let access = lives.text("access_token").to_owned();
            askers.spawn(introspects(api.clone(), access, Arc::clone(&seen)));
        }
        Self {
            dev,
            dir,
            seen,
            families,
            askers,
        }
    }

    /// Waits for so many more answers.
    async fn goes_on(&mut self, what: &str) {
        let wanted = self.seen.answered() + 60;
        let deadline = Instant::now() + Duration::from_secs(20);
        while self.seen.answered() < wanted {
            assert!(Instant::now() < deadline, "FA-03 {what}: no answers");
            assert!(self.dev.process.runs(), "FA-03 {what}: our server ended");
            if let Some(ended) = self.askers.try_join_next() {
                ended.unwrap();
            }
            if let Some(ended) = self.families.try_join_next() {
                // It ended because nobody knew; another takes its place.
                let ended = ended.unwrap();
                assert!(ended.holds.is_none());
                let (app, browser) = (self.dev.client(), self.dev.browser());
                let tokens = app.exchange(&self.dev.code(&browser, &app).await).await.ok();
                let refresh = tokens.text("refresh_token").to_owned();
                self.families
                    .spawn(refreshes(app, refresh, Arc::clone(&self.seen)));
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Stops the load, and compares what clients know with the database.
    async fn end(mut self) {
        self.seen.over.store(true, Ordering::SeqCst);
        while let Some(ended) = self.askers.join_next().await {
            ended.unwrap();
        }
        let cluster = self.dir.cluster();
        let mut ledger = Ledger(PgConnection::establish(&cluster.url("consentry")).unwrap());
        let app = self.dev.client();
        while let Some(family) = self.families.join_next().await {
            let family = family.unwrap();
            for token in &family.spent {
                assert!(
                    ledger.refresh_token_is_spent(token),
                    "a 200 was not true: {token}"
                );
            }
            if let Some(holds) = family.holds {
                assert!(!ledger.refresh_token_is_spent(&holds), "{holds}");
                let _ = app.refresh(&holds).await.ok();
            }
        }
        ledger.holds();
        println!(
            "{} answered, {} told to try again, {} that nobody knows",
            self.seen.answered(),
            self.seen.refused.load(Ordering::SeqCst),
            self.seen.undecided.load(Ordering::SeqCst)
        );
    }
}

fn postmaster(files: &Path) -> String {
    let text = fs::read_to_string(files.join("postmaster.pid")).unwrap();
    text.lines().next().unwrap().to_owned()
}

fn terminate_backends(cluster: &Cluster) {
    let mut conn = PgConnection::establish(&cluster.url("postgres")).unwrap();
    sql_query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'consentry'")
        .execute(&mut conn)
        .unwrap();
}

/// One of the server's connections, as a process.
fn a_backend(cluster: &Cluster) -> i32 {
    let mut conn = PgConnection::establish(&cluster.url("consentry")).unwrap();
    diesel::select(diesel::dsl::sql::<diesel::sql_types::Integer>(
        "pid FROM pg_stat_activity WHERE application_name = 'consentry' LIMIT 1",
    ))
    .get_result(&mut conn)
    .unwrap()
}

/// FA-03: Postgres is shut down (fast, immediate) and started again, crashes, or drops its connections, under a load of refreshes
/// and introspections: each answer is right, or 503 after which the same request succeeds, or says that nobody knows.
#[tokio::test(flavor = "multi_thread")]
async fn fa_03_postgres_restarts_under_load_and_every_answer_is_right_or_says_to_try_again() {
    let mut load = Load::start("restart").await;
    let files = load.dir.postgres_files();
    load.goes_on("before").await;
    for (what, name) in [("fast", "-INT"), ("immediate", "-QUIT"), ("fast again", "-INT")] {
        let pid = postmaster(&files);
        signal(name, &pid);
        soon("Postgres is gone", || servers(&files).is_empty());
        let refused = load.seen.refused.load(Ordering::SeqCst);
        tokio::time::timeout(Duration::from_secs(20), async {
            while load.seen.refused.load(Ordering::SeqCst) < refused + 8 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        })
        .await
        .unwrap_or_else(|_| panic!("FA-01 {what}: nobody was told to try again"));
        let _cluster = load.dir.cluster();
        load.goes_on(what).await;
    }
    for _ in 0..5 {
        terminate_backends(&load.dir.cluster());
        load.goes_on("connections dropped").await;
    }
    // One server process dies, so Postgres throws all others away and recovers.
    let pid = a_backend(&load.dir.cluster());
    signal("-KILL", &pid.to_string());
    load.goes_on("a server process of Postgres killed").await;
    load.end().await;
}

/// Kilobytes of memory in use.
fn resident(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// FA-04: Postgres hangs, its connections stay open: every request is answered by its deadline, the server says that it is not
/// ready, takes no more memory than its queue is long, and goes on when Postgres does.
#[tokio::test(flavor = "multi_thread")]
async fn fa_04_a_postgres_that_hangs_costs_each_request_its_deadline_and_nothing_else() {
    let mut load = Load::start("hang").await;
    let files = load.dir.postgres_files();
    load.goes_on("before").await;
    let api = load.dev.resource_server();
    let pid = load.dev.process.id();
    let before = resident(pid);

    // The postmaster first: it starts no more.
    let hanging: Vec<String> = std::iter::once(postmaster(&files))
        .chain(servers(&files).iter().map(u32::to_string))
        .collect();
    for pid in &hanging {
        signal("-STOP", pid);
    }
    for round in 0..2 {
        let mut crowd = JoinSet::new();
        for _ in 0..200 {
            let api = api.clone();
            crowd.spawn(async move {
                let began = Instant::now();
                (
                    api.introspect("cst_at_x").await,
                    api.revoke("x").await,
                    began.elapsed(),
                )
            });
        }
        while let Some(told) = crowd.join_next().await {
            let (introspected, revoked, took) = told.unwrap();
            for reply in [introspected, revoked] {
                is_unavailable(round, &reply);
            }
            assert!(took < 2 * AT_MOST, "FA-04 {round}: {took:?}");
        }
        let ready = load
            .dev
            .http
            .get(load.dev.url("/health/ready"))
            .send()
            .await
            .unwrap();
        assert_eq!(ready.status(), StatusCode::SERVICE_UNAVAILABLE, "FA-04 health");
        let alive = load.dev.http.get(load.dev.url("/health")).send().await.unwrap();
        assert_eq!(alive.status(), StatusCode::OK, "FA-04 health");
    }
    let grown = resident(pid).saturating_sub(before);
    assert!(grown < 100_000, "FA-04: {grown} kB more");
    for pid in &hanging {
        signal("-CONT", pid);
    }
    load.goes_on("after the hang").await;
    let told = load
        .dev
        .http
        .get(load.dev.url("/health/ready"))
        .send()
        .await
        .unwrap();
    assert_eq!(told.status(), StatusCode::OK, "FA-03");
    load.end().await;
}

fn is_unavailable(round: usize, reply: &Reply) {
    assert_eq!(
        reply.error(),
        "503 temporarily_unavailable",
        "FA-04 {round}: {}",
        reply.text
    );
    assert!(reply.headers.contains_key("retry-after"), "FA-04 {round}");
}
