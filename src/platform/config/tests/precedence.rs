//! Which of several sources holds.

use std::time::Duration;

use super::{NEEDED, Scratch, enough, origin, pairs};
use crate::platform::config::{Config, Sources};

#[test]
fn each_source_wins_over_those_beneath_it() {
    let file = Scratch::new("vendor = \"file\"\n[login]\nmax_failures = 3\n");
    let mut sources = enough();
    let vendor = |sources: &Sources| {
        let loaded = Config::load(sources.clone()).unwrap();
        (loaded.config.vendor.clone(), origin(&loaded, "vendor"))
    };
    assert_eq!(vendor(&sources), ("cst".into(), "default".into()));
    sources.default_toml = Some("vendor = \"toml\"".into());
    assert_eq!(vendor(&sources), ("toml".into(), "preset of this command".into()));
    sources.defaults.extend(pairs(&[("vendor", "preset")]));
    assert_eq!(vendor(&sources).0, "preset");
    sources.file = Some(file.0.clone());
    assert_eq!(
        vendor(&sources),
        ("file".into(), format!("file {} line 1", file.path()))
    );
    sources.env = pairs(&[("CONSENTRY_VENDOR", "env")]);
    assert_eq!(
        vendor(&sources),
        ("env".into(), "environment CONSENTRY_VENDOR".into())
    );
    sources.overrides = pairs(&[("vendor", "flag")]);
    assert_eq!(vendor(&sources), ("flag".into(), "command line".into()));
    // What the upper sources leave alone still comes from the file.
    let config = Config::load(sources).unwrap().config;
    assert_eq!(config.login.max_failures, 3);
}

#[test]
fn database_url_ranks_above_presets_and_below_the_file_and_its_own_variable() {
    let url = |sources: &Sources| {
        Config::load(sources.clone())
            .unwrap()
            .config
            .database
            .url
            .expose()
            .to_owned()
    };
    let file = Scratch::new("[database]\nurl = \"postgres://file/db\"");
    let mut sources = enough();
    sources.env = pairs(&[("DATABASE_URL", "")]);
    assert_eq!(url(&sources), NEEDED[1].1);
    sources.env = pairs(&[("DATABASE_URL", "postgres://shell/db")]);
    assert_eq!(url(&sources), "postgres://shell/db");
    sources.file = Some(file.0.clone());
    assert_eq!(url(&sources), "postgres://file/db");
    sources
        .env
        .extend(pairs(&[("CONSENTRY_DATABASE__URL", "postgres://own/db")]));
    assert_eq!(url(&sources), "postgres://own/db");
}

#[test]
fn a_value_can_come_from_the_file_that_a_variable_names() {
    let url = Scratch::new("postgres://mounted/db\n");
    let mut sources = enough();
    sources.env = pairs(&[("CONSENTRY_DATABASE__URL_FILE", url.path())]);
    let loaded = Config::load(sources).unwrap();
    assert_eq!(loaded.config.database.url.expose(), "postgres://mounted/db");
    assert_eq!(
        origin(&loaded, "database.url"),
        "file named by CONSENTRY_DATABASE__URL_FILE"
    );
}

#[test]
fn a_file_named_in_the_file_is_looked_for_beside_it() {
    let failures = Scratch::new("7\n");
    let file = Scratch::new(&format!("[login]\nmax_failures_file = {:?}", failures.name()));
    let loaded = Config::load(Sources {
        file: Some(file.0.clone()),
        ..enough()
    })
    .unwrap();
    assert_eq!(loaded.config.login.max_failures, 7);
    assert_eq!(
        origin(&loaded, "login.max_failures"),
        "file named by login.max_failures_file"
    );
}

#[test]
fn a_list_is_an_array_in_toml_and_has_commas_in_the_environment() {
    let (new, old) = ("02".repeat(32), "01".repeat(32));
    let mut sources = enough();
    sources.default_toml = Some(format!("[secrets]\nsealing_keys = [{new:?}, {old:?}]"));
    sources.defaults.retain(|(key, _)| key != "secrets.sealing_keys");
    let from_toml = Config::load(sources.clone()).unwrap().config.secrets.sealing_keys;
    sources.env = pairs(&[("CONSENTRY_SECRETS__SEALING_KEYS", &format!("{old}, {new}"))]);
    let from_env = Config::load(sources).unwrap().config.secrets.sealing_keys;
    assert_eq!(
        (from_toml[0].expose(), from_toml[1].expose()),
        (&[2; 32], &[1; 32])
    );
    assert_eq!((from_env[0].expose(), from_env[1].expose()), (&[1; 32], &[2; 32]));
}

#[test]
fn units_arrive_as_durations() {
    let config = Config::load(enough()).unwrap().config;
    assert_eq!(config.tokens.refresh, Duration::from_hours(60 * 24));
    assert_eq!(config.database.deadline, Duration::from_millis(2500));
}
