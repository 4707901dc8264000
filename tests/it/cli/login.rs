//! What `consentry login` refuses before it reaches a server.

use crate::cli::run;

#[test]
fn a_login_that_cannot_begin_says_why() {
    let login = |rest: &[&str], input: &str| {
        let args = [
            &["login", "--client-id", "demo", "--data-dir", "/nonexistent"],
            rest,
        ]
        .concat();
        run(&args, &[], input)
    };
    login(&[], "").fails(2, "usage");
    login(&["--issuer", "http://id.example"], "").fails(2, "usage");
    login(&["--client-credentials"], "").fails(2, "usage");
    login(&["--port", "0"], "").fails(2, "usage");
    login(&["--client-secret-stdin", "--issuer", "http://127.0.0.1:9"], "").fails(2, "usage");
    // The discard port: nobody listens there.
    login(&["--issuer", "http://127.0.0.1:9"], "").fails(1, "server_unreachable");
    assert_eq!(run(&["login"], &[], "").exit, 2);
}
