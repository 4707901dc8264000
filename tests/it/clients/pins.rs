//! What is run is pinned, by version and by hash, and the documentation names the same versions.

use std::fs;

use serde_json::Value;

use super::app::{documented, pinned};

/// Every package of npm has its hash, and none names the address of a registry that only somebody's own network has.
#[test]
fn every_npm_package_is_pinned_by_its_hash_and_comes_from_the_public_registry() {
    let lock: Value = serde_json::from_str(&pinned("package-lock.json")).unwrap();
    let packages = lock["packages"].as_object().unwrap();
    assert!(packages.len() > 10);
    for (name, package) in packages.iter().filter(|(name, _)| !name.is_empty()) {
        let hash = package["integrity"].as_str().unwrap_or_default();
        assert!(hash.starts_with("sha512-"), "{name}: {hash}");
        if let Some(resolved) = package.get("resolved") {
            let resolved = resolved.as_str().unwrap();
            assert!(
                resolved.starts_with("https://registry.npmjs.org/"),
                "{name}: {resolved}"
            );
        }
    }
}

/// So has every package of `PyPI`.
#[test]
fn every_python_package_is_pinned_by_its_hash() {
    let text = pinned("requirements.txt").replace("\\\n", " ");
    let mut packages = 0;
    for line in text.lines().filter(|line| !line.trim_start().starts_with('#')) {
        assert!(line.contains("=="), "{line}");
        assert!(line.contains("--hash=sha256:"), "{line}");
        assert!(!line.contains("://"), "{line}");
        packages += 1;
    }
    assert!(packages > 5);
}

/// `docs/clients/README.md` says which versions its files are tested with: those that are tested.
#[test]
fn the_documentation_names_the_versions_that_are_run() {
    let readme = fs::read_to_string(documented("README.md")).unwrap();
    let manifest: Value = serde_json::from_str(&pinned("package.json")).unwrap();
    let npm = manifest["dependencies"].as_object().unwrap();
    for (name, version) in npm {
        let named = format!("{name} {}", version.as_str().unwrap());
        assert!(readme.contains(&named), "README.md does not say {named}");
    }
    let requirements = pinned("requirements.txt");
    for name in ["authlib", "requests", "requests-oauthlib"] {
        let line = requirements
            .lines()
            .find_map(|line| line.strip_prefix(&format!("{name}==")));
        let version = line.unwrap().split(' ').next().unwrap();
        let named = format!("{name} {version}");
        assert!(
            readme.to_lowercase().contains(&named),
            "README.md does not say {named}"
        );
    }
    let mut files = 0;
    for entry in fs::read_dir(documented("")).unwrap() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        if file != "README.md" {
            assert!(
                readme.contains(&format!("({file})")),
                "README.md does not name {file}"
            );
            assert!(
                super::EVERY_FILE.iter().any(|software| software.file == file),
                "{file} is not run by any test"
            );
            files += 1;
        }
    }
    assert_eq!(files, super::EVERY_FILE.len());
}
