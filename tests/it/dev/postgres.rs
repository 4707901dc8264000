//! A private PostgreSQL runs for exactly as long as somebody uses it.

use std::{
    env, fs,
    io::{BufRead, BufReader, Read},
    os::unix::{fs::MetadataExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
};

use consentry::dev::postgres::{Cluster, Durability, Origin, StartError};
use diesel::{Connection, PgConnection, RunQueryDsl, sql_query};

use crate::support::process::{servers, soon};

/// Names the directory to [`a_child_that_holds_a_cluster`].
const HOLD: &str = "CONSENTRY_TEST_HOLD";

/// A directory for one cluster, gone with the test.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("postgres-{name}"));
        Cluster::reset(&path).unwrap();
        Self(path)
    }

    fn start(&self) -> Cluster {
        Cluster::start(&self.0, Durability::Throwaway).unwrap()
    }

    /// Another process that holds a cluster here, in a process group of its own, once it does.
    fn child(&self) -> Child {
        let mut child = Command::new(env::current_exe().unwrap())
            .args([
                "--exact",
                "dev::postgres::a_child_that_holds_a_cluster",
                "--nocapture",
            ])
            .env(HOLD, &self.0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert!(
            lines.any(|line| line.unwrap().ends_with("holding")),
            "the child did not get its cluster"
        );
        child
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if !thread::panicking() {
            Cluster::reset(&self.0).unwrap();
            fs::remove_dir_all(&self.0).unwrap();
        }
    }
}

/// Not a test but the other process of the tests below, which name the directory in [`HOLD`]. In a run of all tests nothing
/// does, and it returns at once.
#[test]
fn a_child_that_holds_a_cluster() {
    let Some(dir) = env::var_os(HOLD) else {
        return;
    };
    let _cluster = Cluster::start(Path::new(&dir), Durability::Throwaway).unwrap();
    println!("\nholding");
    // Ends when the test that started us closes its end, or dies.
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}

fn kill(pid: &str) {
    assert!(
        Command::new("kill")
            .args(["-9", "--", pid])
            .status()
            .unwrap()
            .success()
    );
}

fn postmaster(files: &Path) -> String {
    fs::read_to_string(files.join("postmaster.pid"))
        .unwrap()
        .lines()
        .next()
        .unwrap()
        .to_owned()
}

fn connect(cluster: &Cluster) -> PgConnection {
    PgConnection::establish(&cluster.url("postgres")).unwrap()
}

#[test]
fn a_cluster_is_new_then_attached_to_then_gone_then_started_with_its_data() {
    let place = Place::new("origins");
    let first = place.start();
    assert_eq!(first.origin(), Origin::New);
    let second = place.start();
    assert_eq!(second.origin(), Origin::Attached);
    sql_query("CREATE TABLE kept (a int)")
        .execute(&mut connect(&second))
        .unwrap();

    let files = first.files();
    drop(first);
    connect(&second); // still there for the other
    assert!(!servers(&files).is_empty());
    drop(second);
    soon("Postgres is gone when nobody uses it", || {
        servers(&files).is_empty()
    });

    let third = place.start();
    assert_eq!(third.origin(), Origin::Started);
    sql_query("SELECT a FROM kept")
        .execute(&mut connect(&third))
        .unwrap();
    assert!(
        third.version().starts_with(|c: char| c.is_ascii_digit()),
        "{}",
        third.version()
    );
    assert!(third.bin_dir().join("initdb").is_file());
}

#[test]
fn two_directories_are_two_clusters() {
    let (here, there) = (Place::new("here"), Place::new("there"));
    let (one, two) = thread::scope(|scope| {
        let one = scope.spawn(|| here.start());
        let two = scope.spawn(|| there.start());
        (one.join().unwrap(), two.join().unwrap())
    });
    sql_query("CREATE TABLE only_here (a int)")
        .execute(&mut connect(&one))
        .unwrap();
    assert!(
        sql_query("SELECT a FROM only_here")
            .execute(&mut connect(&two))
            .is_err()
    );
}

#[test]
fn of_those_who_start_one_directory_at_once_one_creates_it() {
    let place = Place::new("at-once");
    let clusters: Vec<Cluster> = thread::scope(|scope| {
        let starters: Vec<_> = (0..4).map(|_| scope.spawn(|| place.start())).collect();
        starters
            .into_iter()
            .map(|starter| starter.join().unwrap())
            .collect()
    });
    let new = clusters
        .iter()
        .filter(|cluster| cluster.origin() == Origin::New)
        .count();
    let attached = clusters
        .iter()
        .filter(|cluster| cluster.origin() == Origin::Attached)
        .count();
    assert_eq!((new, attached), (1, 3));
}

#[test]
fn kill_9_of_the_last_user_leaves_no_postgres() {
    let place = Place::new("killed");
    let files = place.start().files();
    let mut child = place.child();
    assert!(!servers(&files).is_empty());
    // Its whole process group, as a terminal or a supervisor would.
    kill(&format!("-{}", child.id()));
    child.wait().unwrap();
    soon("Postgres is gone after its user was killed", || {
        servers(&files).is_empty()
    });
    assert_eq!(place.start().origin(), Origin::Started);
}

#[test]
fn kill_9_of_one_user_leaves_postgres_to_the_other() {
    let place = Place::new("other-user");
    let mut child = place.child();
    let cluster = place.start();
    assert_eq!(cluster.origin(), Origin::Attached);
    kill(&child.id().to_string());
    child.wait().unwrap();
    connect(&cluster);
    let files = cluster.files();
    drop(cluster);
    soon("Postgres is gone with its second user", || {
        servers(&files).is_empty()
    });
}

#[test]
fn a_start_while_the_last_user_goes_gets_a_running_cluster() {
    let place = Place::new("turnstile");
    for _ in 0..5 {
        let mut child = place.child();
        kill(&child.id().to_string());
        child.wait().unwrap();
        // The guard is stopping Postgres, or is about to.
        let cluster = place.start();
        connect(&cluster);
    }
}

#[test]
fn a_killed_postgres_is_started_again_with_all_that_was_committed() {
    let place = Place::new("crashed");
    let start = || Cluster::start(&place.0, Durability::Durable).unwrap();
    let lost = start();
    let files = lost.files();
    sql_query("CREATE TABLE kept AS SELECT 1")
        .execute(&mut connect(&lost))
        .unwrap();
    kill(&postmaster(&files));
    let again = start();
    assert_eq!(again.origin(), Origin::Started);
    sql_query("SELECT * FROM kept")
        .execute(&mut connect(&again))
        .unwrap();
    drop((lost, again));
    soon("the restarted Postgres is gone too", || {
        servers(&files).is_empty()
    });
}

#[test]
fn a_killed_postgres_whose_pid_is_another_process_now_is_started_again() {
    let place = Place::new("stale-pid");
    let lost = place.start();
    let files = lost.files();
    let dead = postmaster(&files);
    kill(&dead);
    soon("the killed Postgres is gone", || servers(&files).is_empty());
    // Still the file of its user, which Postgres asks for.
    let file = files.join("postmaster.pid");
    let text = fs::read_to_string(&file).unwrap();
    // Of the same user, which is the one case that Postgres takes for a live server.
    let other = servers_user_runs_cat(&files);
    fs::write(&file, text.replacen(&dead, &other.id().to_string(), 1)).unwrap();
    assert_eq!(place.start().origin(), Origin::Started);
    end(other);
}

/// A process that is no server, of the user who owns `files`.
fn servers_user_runs_cat(files: &Path) -> Child {
    let owner = fs::metadata(files).unwrap();
    let mut command = Command::new("cat");
    if fs::metadata("/proc/self").unwrap().uid() == 0 {
        command.uid(owner.uid()).gid(owner.gid());
    }
    command.stdin(Stdio::piped()).spawn().unwrap()
}

fn end(mut cat: Child) {
    drop(cat.stdin.take());
    cat.wait().unwrap();
}

#[test]
fn an_unfinished_initdb_is_thrown_away() {
    let place = Place::new("unfinished");
    let files = place.start().files();
    fs::rename(&files, files.with_extension("new")).unwrap();
    assert_eq!(place.start().origin(), Origin::New);
}

#[test]
fn a_path_too_long_or_too_odd_for_a_socket_works() {
    for name in ["long-".repeat(24), "odd ',\\ é%41".to_owned()] {
        let place = Place::new(&name);
        let cluster = place.start();
        cluster.ensure_database("a name/that needs \"quoting\"").unwrap();
        cluster.ensure_database("a name/that needs \"quoting\"").unwrap();
        PgConnection::establish(&cluster.url("a name/that needs \"quoting\"")).unwrap();
    }
}

#[test]
fn files_of_another_major_version_are_refused_with_the_way_out() {
    let place = Place::new("version");
    let files = place.start().files();
    fs::write(files.join("PG_VERSION"), "9\n").unwrap();
    let error = Cluster::start(&place.0, Durability::Throwaway).unwrap_err();
    assert!(
        matches!(&error, StartError::VersionMismatch { made_by, .. } if made_by == "9"),
        "{error}"
    );
    assert!(error.to_string().contains("--reset"), "{error}");
    Cluster::reset(&place.0).unwrap();
    assert_eq!(place.start().origin(), Origin::New);
}

#[test]
fn a_directory_of_somebody_else_is_neither_used_nor_reset() {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("postgres-foreign");
    fs::create_dir_all(&dir).unwrap();
    fs::write(dir.join("thesis.txt"), "").unwrap();
    let started = Cluster::start(&dir, Durability::Throwaway).unwrap_err();
    let reset = Cluster::reset(&dir).unwrap_err();
    assert!(matches!(started, StartError::NotOurs { .. }), "{started}");
    assert!(matches!(reset, StartError::NotOurs { .. }), "{reset}");
    assert_eq!(fs::read_dir(&dir).unwrap().count(), 1, "nothing was put there");
    fs::remove_dir_all(&dir).unwrap();
}

#[test]
fn a_cluster_in_use_is_not_reset() {
    let place = Place::new("in-use");
    let cluster = place.start();
    let error = Cluster::reset(&place.0).unwrap_err();
    assert!(matches!(error, StartError::InUse { .. }), "{error}");
    connect(&cluster);
}
