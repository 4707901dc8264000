//! The loader as a whole: one file per promise.

mod catalogue;
mod every_key;
mod faults;
mod forward_auth;
mod identity_providers;
mod plans;
mod precedence;
mod properties;
mod secrets;

use std::{
    fs,
    path::PathBuf,
    process,
    sync::atomic::{AtomicU32, Ordering},
};

use super::{Config, Fault, Loaded, Sources};

/// What every configuration must have.
const KEY: &str = "0101010101010101010101010101010101010101010101010101010101010101";
const NEEDED: [(&str, &str); 3] = [
    ("issuer", "https://id.example.com"),
    ("database.url", "postgres://app:hunter2@db/app"),
    ("secrets.sealing_keys", KEY),
];

fn pairs(given: &[(&str, &str)]) -> Vec<(String, String)> {
    given
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

/// Sources that lack nothing, for a test to add to.
fn enough() -> Sources {
    Sources {
        defaults: pairs(&NEEDED),
        ..Sources::default()
    }
}

fn faults(sources: Sources) -> Vec<Fault> {
    Config::load(sources)
        .expect_err("the configuration was accepted")
        .0
}

fn origin(loaded: &Loaded, key: &str) -> String {
    loaded
        .show()
        .iter()
        .find(|shown| shown.key == key)
        .unwrap()
        .origin
        .to_string()
}

/// A file that goes when the test ends.
struct Scratch(PathBuf);

impl Scratch {
    fn new(text: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "consentry-config-{}-{}",
            process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        let path = std::env::temp_dir().join(name);
        fs::write(&path, text).unwrap();
        Self(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }

    fn name(&self) -> &str {
        self.0.file_name().unwrap().to_str().unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}
