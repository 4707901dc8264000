//! Help is whole, and a wrong command line is told so.

use crate::cli::run;

const COMMANDS: &[&str] = &[
    "",
    "migrate",
    "migrate up",
    "migrate status",
    "client",
    "client create",
    "client list",
    "client show",
    "client update",
    "client secret",
    "client secret roll",
    "client delete",
    "user create",
    "workspace create",
    "consent list",
    "consent revoke",
    "token introspect",
    "token revoke",
    "signing-key list",
    "signing-key rotate",
    "signing-key retire",
    "job list",
    "job retry",
    "config show",
    "config check",
    "openapi",
    "login",
];

#[test]
fn every_command_has_help() {
    for command in COMMANDS {
        let mut args: Vec<_> = command.split_whitespace().collect();
        args.push("--help");
        let help = run(&args, &[], "");
        assert_eq!((help.exit, help.stderr.as_str()), (0, ""), "{command}");
        assert!(help.stdout.contains("Usage: consentry"), "{command}");
        assert!(help.stdout.contains("--data-dir <DIR>"), "{command}");
    }
}

#[test]
fn a_wrong_command_line_is_a_usage_error() {
    for args in [
        &[][..],
        &["fly"],
        &["client"],
        &["client", "create"],
        &["client", "create", "--name"],
        &["client", "create", "--name", "x", "--public", "--resource-server"],
        &["client", "create", "--name", "x", "--resource-server"],
        &["client", "create", "--name", "x", "--grant-type", "password"],
        &["client", "create", "--name", "x", "--token-format", "paseto"],
        &["client", "create", "--name", "x", "--access-token-ttl", "soon"],
        &["client", "update", "x", "--enable", "--disable"],
        &["client", "secret", "roll", "x", "--overlap", "2592001"],
        &["workspace", "create", "--slug", "No Slug", "--name", "x"],
        &["workspace", "create", "--slug", "ok", "--name", ""],
        &["job", "retry"],
        &["job", "retry", "x", "--all-failed"],
        &["config"],
    ] {
        let outcome = run(args, &[], "");
        assert_eq!(outcome.exit, 2, "{args:?}: {}", outcome.stderr);
        assert_eq!(outcome.stdout, "", "{args:?}");
    }
}

#[test]
fn a_secret_in_the_wrong_place_is_not_repeated() {
    for args in [
        &["token", "introspect", "hunter2"][..],
        &["token", "introspect", "--token=hunter2"],
        &["login", "--client-id", "x", "--client-secret=hunter2"],
        &["login", "--client-id", "x", "--client-secret-stdin=hunter2"],
        &["user", "create", "--password", "hunter2"],
        &["token", "hunter2"],
    ] {
        let outcome = run(args, &[], "");
        assert_eq!(outcome.exit, 2, "{args:?}");
        assert!(
            !outcome.stderr.contains("hunter2"),
            "{args:?}: {}",
            outcome.stderr
        );
    }
}
