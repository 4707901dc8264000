//! What is refused, and how it is told.

use super::{Scratch, enough, faults, pairs};
use crate::platform::config::{Config, Origin, Sources};

/// The one fault of that key, as a line.
fn line(sources: Sources, key: &str) -> String {
    let all = faults(sources);
    let found: Vec<_> = all
        .iter()
        .filter(|fault| fault.key == key)
        .map(ToString::to_string)
        .collect();
    assert_eq!(found.len(), 1, "{key}: {all:?}");
    found[0].clone()
}

#[test]
fn all_faults_are_told_at_once() {
    let file = Scratch::new(
        "isuer = \"https://id.example.com\"\nlisten = 8080\n[tokens]\ncode_seconds = 61\naccess_seconds = 90000\n\
         [database]\npool_size = \"many\"\n",
    );
    let env = pairs(&[
        ("CONSENTRY_VENDR", "abc"),
        ("CONSENTRY_LOG__LEVEL_FILE", "/nowhere/at/all"),
    ]);
    let text = Config::load(Sources {
        file: Some(file.0.clone()),
        env,
        ..Sources::default()
    })
    .unwrap_err()
    .to_string();
    let keys: Vec<_> = text.lines().map(|line| line.split(' ').next().unwrap()).collect();
    for key in [
        "isuer",
        "listen",
        "tokens.code_seconds",
        "tokens.access_seconds",
        "database.pool_size",
        "CONSENTRY_VENDR",
        "log.level",
        "issuer",
        "database.url",
        "secrets.sealing_keys",
    ] {
        assert_eq!(
            keys.iter().filter(|told| **told == key).count(),
            1,
            "{key} in\n{text}"
        );
    }
    assert_eq!(keys.len(), 10, "{text}");
}

#[test]
fn an_unknown_key_names_the_nearest_known_one() {
    let of_toml = |toml: &str| Sources {
        default_toml: Some(toml.into()),
        ..enough()
    };
    for (toml, key, meant) in [
        ("isuer = 1", "isuer", "issuer?"),
        ("[databse]\nurl = \"x\"", "databse.url", "database.url?"),
        (
            "[tokens]\nacces_seconds = 1",
            "tokens.acces_seconds",
            "tokens.access_seconds?",
        ),
        ("\"database.url\" = \"x\"", "\"database.url\"", "database.url?"),
        (
            "[[resources]]\nnmae = \"x\"",
            "resources[0].nmae",
            "resources[].name?",
        ),
    ] {
        assert!(
            line(of_toml(toml), key).contains(&format!("did you mean {meant}")),
            "{toml}"
        );
    }
    for (name, meant) in [
        ("CONSENTRY_DATABASE_URL", "did you mean CONSENTRY_DATABASE__URL?"),
        (
            "CONSENTRY_DATABSE__URL_FILE",
            "did you mean CONSENTRY_DATABASE__URL_FILE?",
        ),
        ("CONSENTRY_Issuer", "did you mean CONSENTRY_ISSUER?"),
        ("CONSENTRY_RESOURCES", "[[resources]]"),
    ] {
        let sources = Sources {
            env: pairs(&[(name, "x")]),
            ..enough()
        };
        assert!(line(sources, name).contains(meant), "{name}");
    }
    let flag = Sources {
        overrides: pairs(&[("listne", "x")]),
        ..enough()
    };
    assert!(line(flag, "listne").contains("did you mean listen? (command line)"));
}

#[test]
fn a_value_in_the_wrong_place_or_of_the_wrong_type_is_told_with_what_to_write() {
    for (toml, key, expected) in [
        (
            "listen = 8080",
            "listen",
            "an integer; give an IP address and port",
        ),
        (
            "[login]\nmax_failures = \"10\"",
            "login.max_failures",
            "a string; give a whole number from 1 to 1000",
        ),
        ("login = 5", "login", "write its keys under [login]"),
        (
            "[resources]\nname = \"x\"",
            "resources",
            "write each as [[resources]]",
        ),
        (
            "[database]\nurl_file = 1",
            "database.url_file",
            "give the path of a file",
        ),
        (
            "[login]\nmax_failures = 0x1_0000",
            "login.max_failures",
            "is 65536, out of range",
        ),
        ("metrics_listen = false", "metrics_listen", "or \"off\""),
    ] {
        let mut sources = Sources {
            default_toml: Some(toml.into()),
            ..enough()
        };
        sources.defaults.retain(|(name, _)| name != "database.url");
        sources.env = if key.starts_with("database.") {
            Vec::new()
        } else {
            pairs(&[("DATABASE_URL", "postgres://h/db")])
        };
        let told = faults(sources);
        assert_eq!(
            told.len(),
            1,
            "{toml}: a faulty value is no missing one: {told:?}"
        );
        assert_eq!(told[0].key, key);
        assert!(told[0].to_string().contains(expected), "{toml}: {}", told[0]);
    }
}

#[test]
fn a_value_given_both_ways_is_refused_in_each_source() {
    let both = [("CONSENTRY_VENDOR", "abc"), ("CONSENTRY_VENDOR_FILE", "/nowhere")];
    assert!(
        faults(Sources {
            env: pairs(&both),
            ..enough()
        })
        .iter()
        .any(|fault| fault.key == "vendor" && fault.problem.contains("both"))
    );
    let toml = "vendor = \"abc\"\nvendor_file = \"/nowhere\"";
    let told = faults(Sources {
        default_toml: Some(toml.into()),
        ..enough()
    });
    assert!(
        told.iter()
            .any(|fault| fault.key == "vendor" && fault.problem.contains("both")),
        "{told:?}"
    );
}

#[test]
fn an_unreadable_file_hides_no_other_fault_and_invents_none() {
    let broken = Scratch::new("issuer = \n[database\n");
    for file in [broken.0.clone(), "/nowhere/consentry.toml".into()] {
        let told = faults(Sources {
            file: Some(file),
            env: pairs(&[("CONSENTRY_VENDOR", "X")]),
            ..Sources::default()
        });
        assert!(told.iter().any(|fault| fault.key == "vendor"), "{told:?}");
        assert!(told.iter().all(|fault| fault.problem != "is missing"), "{told:?}");
        assert!(told.len() > 1);
    }
    let told = faults(Sources {
        file: Some(broken.0.clone()),
        ..enough()
    });
    assert!(
        told.iter()
            .any(|fault| fault.origin == Origin::File(broken.0.clone(), 2)),
        "{told:?}"
    );
}

#[test]
fn a_default_life_above_its_limit_is_refused() {
    for (key, seconds) in [
        ("tokens.access_seconds", "86401"),
        ("tokens.refresh_seconds", "31536001"),
    ] {
        let told = line(
            Sources {
                overrides: pairs(&[(key, seconds)]),
                ..enough()
            },
            key,
        );
        assert!(told.contains("more than limits.max_"), "{told}");
    }
    let raised = pairs(&[
        ("tokens.access_seconds", "86401"),
        ("limits.max_access_seconds", "86401"),
    ]);
    assert!(
        Config::load(Sources {
            overrides: raised,
            ..enough()
        })
        .is_ok()
    );
}
