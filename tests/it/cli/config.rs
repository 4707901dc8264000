//! Which configuration and which database; the schema.

use crate::cli::{Place, run};

const KEY: &str = "5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c";

#[test]
fn show_tells_value_and_origin_and_redacts_secrets() {
    let env = [
        ("DATABASE_URL", "postgres://consentry:hunter2@127.0.0.1:1/none"),
        ("CONSENTRY_ISSUER", "https://id.example"),
        ("CONSENTRY_SECRETS__SEALING_KEYS", KEY),
    ];
    for format in [&[][..], &["--json"]] {
        let shown = run(&[&["config", "show"], format].concat(), &env, "");
        assert_eq!(shown.exit, 0, "{}", shown.stderr);
        assert!(!shown.stdout.contains("hunter2") && !shown.stdout.contains(KEY));
        assert!(shown.stdout.contains("[redacted]"));
    }
    let shown = run(&["config", "show"], &env, "").stdout;
    assert!(shown.contains("issuer\thttps://id.example\tenvironment CONSENTRY_ISSUER\n"));
    assert!(shown.contains("tokens.access_seconds\t3600\tdefault\n"));
    assert_eq!(run(&["config", "check"], &env, "").exit, 0);

    // Nobody listens on port 1.
    let down = run(&["client", "list"], &env, "");
    down.fails(1, "database_unavailable");
    assert!(!down.stderr.contains("hunter2"), "{}", down.stderr);
}

#[test]
fn every_fault_is_named_at_once() {
    let env = [
        ("DATABASE_URL", "postgres://127.0.0.1:1/none"),
        ("CONSENTRY_ISSUER", "http://id.example"),
        ("CONSENTRY_SECRETS__SEALING_KEYS", "hunter2"),
        ("CONSENTRY_TOKENS__CODE_SECONDS", "61"),
    ];
    let refused = run(&["config", "check"], &env, "");
    refused.fails(1, "invalid_configuration");
    for key in ["issuer", "secrets.sealing_keys", "tokens.code_seconds"] {
        assert!(
            refused.stderr.contains(&format!("\n  {key} ")),
            "{}",
            refused.stderr
        );
    }
    assert!(!refused.stderr.contains("hunter2"));
    run(&["config", "check", "--config", "/nonexistent.toml"], &[], "").fails(1, "invalid_configuration");
}

/// A database that the operator names is never changed behind their back.
#[test]
fn a_named_database_is_migrated_only_when_asked() {
    let place = Place::new("migrate");
    let url = place.url();
    let env = [
        ("DATABASE_URL", url.as_str()),
        ("CONSENTRY_ISSUER", "https://id.example"),
        ("CONSENTRY_SECRETS__SEALING_KEYS", KEY),
    ];
    run(&["client", "list"], &env, "").fails(1, "migrations_pending");
    let status = run(&["migrate", "status"], &env, "");
    assert_eq!(status.exit, 1);
    assert!(status.stdout.starts_with("pending "), "{}", status.stdout);

    let up = run(&["migrate", "up"], &env, "");
    assert!(up.exit == 0 && up.stdout.starts_with("applied "), "{}", up.stderr);
    assert_eq!(
        run(&["migrate", "up"], &env, "").stdout,
        "the schema is current\n"
    );
    assert_eq!(run(&["migrate", "status"], &env, "").exit, 0);
    assert_eq!(run(&["client", "list", "--json"], &env, "").stdout, "[]\n");
}

/// Nobody has to start a database for a command, and none is left behind.
#[test]
fn a_private_database_is_started_migrated_and_stopped() {
    let mut place = Place::new("cold");
    place.stop();
    place.workspace("northwind");
    let again = place.run(&["workspace", "create", "--slug", "northwind", "--name", "Other"]);
    again.fails(5, "workspace_exists");
    // It is refused to whoever would take a directory in use: so nobody uses it.
    place.reset();
}
