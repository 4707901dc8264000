//! What the documentation says is what the server does.

use std::{fmt::Write as _, fs, path::Path};

use consentry::platform::config::reference;

/// `docs/configuration.md` is written from the table that the loader reads by. After a change to it:
/// `UPDATE_DOCS=1 cargo test --test it docs`.
#[test]
fn every_configuration_key_is_documented_as_it_is() {
    let mut text = String::from(
        "# Configuration\n\n\
         One TOML file (`--config FILE`) and the environment; the environment wins. Written from the table that the loader reads by.\n\n\
         Every key may also be given as `KEY_file = \"/path\"`, and every variable with `_FILE` at its end: then the value is what\n\
         that file holds. `DATABASE_URL` is read where nothing else names the database. A key that does not exist is an error that names\n\
         the nearest one that does. `consentry config show` prints every value and where it came from, secrets redacted;\n\
         `consentry config check` prints every fault at once.\n\n\
         | key | value | default | environment | |\n|---|---|---|---|---|\n",
    );
    for key in reference() {
        let default = if key.default.is_empty() {
            "\u{2013}".to_owned()
        } else {
            format!("`{}`", key.default)
        };
        let env = key
            .env
            .map_or_else(|| "\u{2013}".to_owned(), |name| format!("`{name}`"));
        writeln!(
            text,
            "| `{}` | {} | {default} | {env} | {} |",
            key.key,
            key.kind,
            key.doc.replace('|', "\\|")
        )
        .unwrap();
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/configuration.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &text).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == text,
        "docs/configuration.md is not up to date: UPDATE_DOCS=1 cargo test --test it docs"
    );
}
