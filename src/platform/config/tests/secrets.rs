//! No secret is ever told.

use super::{KEY, Scratch, enough, faults, pairs};
use crate::platform::config::{Config, Faults, Sources};

#[test]
fn show_and_debug_redact_what_is_secret_and_nothing_else() {
    let sources = enough();
    let sources_printed = format!("{sources:?}");
    let loaded = Config::load(sources).unwrap();
    let shown = loaded.show();
    let value = |key| {
        shown
            .iter()
            .find(|shown| shown.key == key)
            .unwrap()
            .value
            .as_str()
    };
    assert_eq!(value("database.url"), "[redacted]");
    assert_eq!(value("mail.smtp_url"), "[redacted]");
    assert_eq!(value("secrets.sealing_keys"), "[redacted]");
    assert_eq!(value("issuer"), "https://id.example.com");
    for printed in [format!("{loaded:?}"), format!("{shown:?}"), sources_printed] {
        assert!(
            !printed.contains("hunter2") && !printed.contains(KEY),
            "{printed}"
        );
    }
}

#[test]
fn no_fault_quotes_a_secret() {
    let named = Scratch::new("hunter2");
    for sources in [
        Sources {
            env: pairs(&[("CONSENTRY_DATABASE__URL", "mysql://u:hunter2@h")]),
            ..enough()
        },
        Sources {
            env: pairs(&[("CONSENTRY_MAIL__SMTP_URL", "smtp://u:hunter2@h/x")]),
            ..enough()
        },
        Sources {
            env: pairs(&[("DATABASE_URL", "hunter2")]),
            ..Sources::default()
        },
        Sources {
            env: pairs(&[("CONSENTRY_SECRETS__SEALING_KEYS", "hunter2")]),
            ..enough()
        },
        Sources {
            env: pairs(&[("CONSENTRY_SECRETS__SEALING_KEYS_FILE", named.path())]),
            ..enough()
        },
        // The secret where the name of its file belongs.
        Sources {
            env: pairs(&[("CONSENTRY_DATABASE__URL_FILE", "postgres://u:hunter2@h/db")]),
            ..enough()
        },
        Sources {
            env: pairs(&[("CONSENTRY_SECRETS__SEALING_KEYS_FILE", "hunter2")]),
            ..enough()
        },
        Sources {
            env: pairs(&[("CONSENTRY_SECRETS__SEALING_KEY", "hunter2")]),
            ..enough()
        },
        Sources {
            default_toml: Some("[secrets]\nsealing_keys = \"hunter2".into()),
            ..enough()
        },
        Sources {
            default_toml: Some("[database]\nurl = postgres://u:hunter2@h/db".into()),
            ..enough()
        },
        Sources {
            default_toml: Some("[database]\nurl = [\"hunter2\"]".into()),
            ..enough()
        },
        Sources {
            default_toml: Some("[database]\npassword = \"hunter2\"".into()),
            ..enough()
        },
    ] {
        let told = faults(sources);
        let printed = format!("{told:?} {}", Faults(told.clone()));
        assert!(!printed.contains("hunter2"), "{printed}");
    }
}
