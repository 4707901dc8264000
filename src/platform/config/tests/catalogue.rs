//! Resources and their scopes.

use super::{Scratch, enough, faults, origin};
use crate::platform::config::{Config, Effect, Role, Sources};

const CATALOGUE: &str = r#"
[[resources]]
audience = "https://api.example.com"
name = "API"
[[resources.scopes]]
name = "posts.read"
title = "Read posts"
sentence = "See your posts."
effect = "reads"
[[resources.scopes]]
name = "posts.write"
title = "Write posts"
sentence = "Write posts for you."
effect = "changes"
[[resources.scopes]]
name = "posts.purge"
title = "Purge posts"
sentence = "Delete all posts."
effect = "changes"
minimum_role = "owner"
optional = true

[[resources]]
audience = "urn:example:media"
name = "Media"
"#;

fn with(toml: &str) -> Sources {
    Sources {
        default_toml: Some(toml.into()),
        ..enough()
    }
}

#[test]
fn a_scope_belongs_to_its_resource_and_takes_its_role_from_its_effect() {
    let loaded = Config::load(with(CATALOGUE)).unwrap();
    let config = &loaded.config;
    let (resource, read) = config.scope("posts.read").unwrap();
    assert_eq!(
        (resource.audience.as_str(), read.effect),
        ("https://api.example.com", Effect::Reads)
    );
    assert_eq!(read.minimum_role, Role::Viewer);
    assert!(!read.optional && !read.browser_safe && !read.reveals_username);
    assert_eq!(config.scope("posts.write").unwrap().1.minimum_role, Role::Member);
    let purge = config.scope("posts.purge").unwrap().1;
    assert!(purge.optional && purge.minimum_role == Role::Owner);
    assert_eq!(config.resource("urn:example:media").unwrap().name, "Media");
    assert!(config.scope("posts").is_none() && config.resource("https://api.example.com/").is_none());
    assert_eq!(origin(&loaded, "resources[0].scopes[0].minimum_role"), "default");
    assert_eq!(
        origin(&loaded, "resources[0].scopes[2].minimum_role"),
        "preset of this command"
    );
}

#[test]
fn roles_are_ordered_from_viewer_to_owner() {
    assert!(Role::Viewer < Role::Member);
    assert!(Role::Member < Role::Admin && Role::Admin < Role::Owner);
}

#[test]
fn the_file_replaces_a_preset_catalogue_whole() {
    let file = Scratch::new("[[resources]]\naudience = \"urn:own\"\nname = \"Own\"\n");
    let config = Config::load(Sources {
        file: Some(file.0.clone()),
        ..with(CATALOGUE)
    })
    .unwrap()
    .config;
    assert_eq!(config.resources.len(), 1);
    assert!(config.resources[0].scopes.is_empty());
    let none = Scratch::new("resources = []\n");
    let config = Config::load(Sources {
        file: Some(none.0.clone()),
        ..with(CATALOGUE)
    })
    .unwrap()
    .config;
    assert!(config.resources.is_empty());
}

#[test]
fn more_than_ten_resources_keep_their_order() {
    let resource = |n| format!("[[resources]]\naudience = \"urn:r:{n}\"\nname = \"R{n}\"\n");
    let many = (0..12).map(resource).collect::<Vec<_>>().concat();
    let config = Config::load(with(&many)).unwrap().config;
    let names: Vec<_> = config
        .resources
        .iter()
        .map(|resource| resource.name.clone())
        .collect();
    assert_eq!(names, (0..12).map(|n| format!("R{n}")).collect::<Vec<_>>());
}

#[test]
fn doubles_gaps_and_unknown_words_are_told_by_their_place() {
    let scope = "[[resources.scopes]]\nname = \"a\"\ntitle = \"A\"\nsentence = \"A.\"\neffect = \"looks\"\n";
    let resource = format!("[[resources]]\naudience = \"urn:a\"\n{scope}");
    let told = faults(with(&format!("{resource}{resource}")));
    let has = |key: &str, words: &str| told.iter().any(|f| f.key == key && f.problem.contains(words));
    assert!(
        has("resources[1].audience", "resources[0].audience is already"),
        "{told:?}"
    );
    assert!(
        has(
            "resources[1].scopes[0].name",
            "resources[0].scopes[0].name is already"
        ),
        "{told:?}"
    );
    assert!(
        has("resources[0].name", "is missing") && has("resources[1].name", "is missing"),
        "{told:?}"
    );
    assert!(has("resources[0].scopes[0].effect", "looks"), "{told:?}");
    assert_eq!(told.len(), 6, "{told:?}");
}
