//! The description of the API, without a server and without its database.

use consentry::{platform::config::Issuer, reference::openapi::document};
use serde_json::Value;

use crate::cli::run;

#[test]
fn it_is_the_document_that_the_server_of_this_configuration_would_serve() {
    let env = [
        // Nobody listens on port 1.
        ("DATABASE_URL", "postgres://127.0.0.1:1/none"),
        ("CONSENTRY_ISSUER", "https://id.example"),
        (
            "CONSENTRY_SECRETS__SEALING_KEYS",
            "5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c",
        ),
    ];
    let outcome = run(&["openapi"], &env, "");
    assert_eq!(outcome.exit, 0, "{}", outcome.stderr);
    let printed: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let issuer = Issuer::parse("https://id.example").unwrap();
    assert_eq!(printed, serde_json::to_value(document(&issuer)).unwrap());
}
