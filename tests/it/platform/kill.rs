//! `kill -9` at any moment (FA-07, FA-08, FA-09): a code or refresh token is either unspent, or spent with its successors
//! stored; and whatever a client was told is true afterwards.

use std::{fs, process::Command, sync::Arc, time::Duration};

use diesel::{Connection, PgConnection};
use reqwest::StatusCode;
use tokio::task::JoinSet;

use super::{
    ledger::Ledger,
    load::{Answers, Known, Load, Spent},
};
use crate::support::process::{Dev, Dir};

/// How the server ends, round by round, and then from the beginning. A killed database takes seconds to recover, hence few
/// of those.
const ENDS: [End; 8] = [
    End::Alone,
    End::Group,
    End::WithItsDatabase,
    End::Alone,
    End::Group,
    End::Alone,
    End::WithItsDatabase,
    End::Group,
];

const REFRESHERS: usize = 8;
const CONNECTORS: usize = 4;
const REVOKERS: usize = 2;

/// Deterministic per seed (splitmix64): a round that failed can be tried again.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}

/// Of the first round, the others count on from it. `CONSENTRY_TEST_SEED` repeats a run.
fn seed() -> u64 {
    std::env::var("CONSENTRY_TEST_SEED").map_or_else(
        |_| rand::random::<u32>().into(),
        |seed| seed.parse().expect("a number"),
    )
}

/// How many: [`ENDS`] once, or as `CONSENTRY_KILL_ROUNDS` says.
fn rounds() -> usize {
    std::env::var("CONSENTRY_KILL_ROUNDS").map_or(ENDS.len(), |rounds| rounds.parse().expect("a number"))
}

/// Compares what clients know with the recovered server.
async fn compare(dev: &Dev, ledger: &mut Ledger, known: Vec<Known>) {
    let (app, api) = (dev.client(), dev.resource_server());
    for one in known {
        match &one {
            Known::Told { access, refresh } => {
                assert!(!ledger.refresh_token_is_spent(refresh), "{one:?}");
                assert!(api.is_active(access).await, "{one:?}");
                assert!(
                    app.introspect(refresh).await.ok().json["active"] == true,
                    "{one:?}"
                );
            }
            Known::AskedRefresh { refresh } => {
                let spent = ledger.refresh_token_is_spent(refresh);
                let reply = app.refresh(refresh).await;
                // FA-08: the answer was lost after the commit. Strict: the grant ends.
                let expected = if spent { "400 invalid_grant" } else { "200 -" };
                assert_eq!(reply.error(), expected, "{one:?}");
            }
            Known::AskedCode { code } => {
                let spent = ledger.code_is_spent(code);
                let reply = app.exchange(code).await;
                let expected = if spent { "400 invalid_grant" } else { "200 -" };
                assert_eq!(reply.error(), expected, "{one:?}");
            }
            Known::Revoked { access, refresh } => {
                assert!(!api.is_active(access).await, "{one:?}");
                assert_eq!(app.refresh(refresh).await.error(), "400 invalid_grant", "{one:?}");
            }
            Known::AskedRevocation { access, refresh } => {
                // Wholly or not at all.
                let active = api.is_active(access).await;
                let reply = app.refresh(refresh).await;
                assert_eq!(reply.status == StatusCode::OK, active, "{one:?}");
            }
        }
    }
}

/// How the server ends.
#[derive(Clone, Copy, Debug)]
enum End {
    Alone,
    Group,
    WithItsDatabase,
}

/// Puts load on the server until it is killed at a moment of chance. Answers what the clients then know, and what they
/// spent.
async fn round(dir: &Dir, dev: &mut Dev, end: End, chance: &mut Chance) -> (Vec<Known>, Spent) {
    let app = dev.client();
    let browser = dev.browser();
    let mut families = Vec::new();
    for _ in 0..REFRESHERS {
        let code = dev.code(&browser, &app).await;
        let tokens = app.exchange(&code).await.ok();
        families.push(tokens.text("refresh_token").to_owned());
    }
    let cookies = ["consentry_session", "consentry_browser"]
        .map(|name| format!("{name}={}", browser.cookie(name).unwrap_or_default()))
        .join("; ");
    let answers = Arc::new(Answers::default());
    let load = Load {
        origin: dev.origin().to_owned(),
        client: app,
        http: dev.http.clone(),
        answers: Arc::clone(&answers),
    };
    let mut tasks = JoinSet::new();
    for refresh in families {
        tasks.spawn(load.clone().refreshes(refresh));
    }
    for _ in 0..CONNECTORS {
        tasks.spawn(load.clone().connects(cookies.clone()));
    }
    for _ in 0..REVOKERS {
        tasks.spawn(load.clone().revokes(cookies.clone()));
    }

    let postmaster = fs::read_to_string(dir.postgres_files().join("postmaster.pid")).unwrap();
    let postmaster = postmaster.lines().next().unwrap();
    let moment = 1 + chance.below(200);
    println!("{end:?} after {moment} answers");
    tokio::time::timeout(Duration::from_secs(20), answers.reach(moment))
        .await
        .expect("the server answers under load");
    match end {
        End::Alone => dev.process.kill(),
        End::Group => dev.process.kill_group(),
        End::WithItsDatabase => {
            let killed = Command::new("kill").args(["-KILL", postmaster]).status().unwrap();
            assert!(killed.success());
            dev.process.kill();
        }
    }
    let (mut known, mut spent) = (Vec::new(), Vec::new());
    while let Some(task) = tasks.join_next().await {
        let (of_one, spent_by_one) = task.unwrap();
        known.extend(of_one);
        spent.extend(spent_by_one);
    }
    (known, spent)
}

/// FA-07, FA-08, FA-09, bounded: `kill -9` of the server, its process group, or it and its database, under a load of
/// refreshes, exchanges and revocations.
#[tokio::test(flavor = "multi_thread")]
async fn fa_07_08_09_killed_at_any_moment_it_has_spent_nothing_without_its_successors() {
    let seed = seed();
    let dir = Dir::new("kill");
    // An address of this test alone: nobody takes its port between two starts.
    let mut dev = dir.start(&["--listen", "127.0.0.8:0"]).await;
    let address = dev.origin().trim_start_matches("http://").to_owned();
    let mut revoked = Vec::new();
    let mut asked = 0;
    for (end, round_seed) in ENDS.into_iter().cycle().take(rounds()).zip(seed..) {
        println!("CONSENTRY_TEST_SEED={round_seed}");
        let (known, spent) = round(&dir, &mut dev, end, &mut Chance(round_seed)).await;
        drop(dev);
        dev = dir.start(&["--listen", &address]).await;
        {
            let cluster = dir.cluster();
            let mut ledger = Ledger(PgConnection::establish(&cluster.url("consentry")).unwrap());
            ledger.holds();
            assert_eq!(ledger.count("consent WHERE revoked_at IS NULL"), 1, "FA-09");
            assert_eq!(ledger.count("signing_key WHERE gone_at IS NULL"), 1, "FA-09");
            for token in &spent {
                assert!(
                    ledger.refresh_token_is_spent(token),
                    "FA-08 a 200 was not true: {token}"
                );
            }
            asked += known
                .iter()
                .filter(|one| !matches!(one, Known::Told { .. } | Known::Revoked { .. }))
                .count();
            revoked.extend(known.iter().filter_map(|one| match one {
                Known::Revoked { access, .. } => Some(access.clone()),
                _ => None,
            }));
            println!("{} families, {} refreshes answered", known.len(), spent.len());
            compare(&dev, &mut ledger, known).await;
            ledger.holds();
        }
    }
    let api = dev.resource_server();
    for access in &revoked {
        assert!(!api.is_active(access).await, "FA-09 a revocation was lost");
    }
    assert!(asked > 0, "no request was ever under way: the load is too light");
}
