//! What workspaces pay for.

use super::{enough, faults};
use crate::platform::config::{Config, Sources};

const CATALOGUE: &str = r#"
[[resources]]
audience = "https://api.example.com"
name = "API"
[[resources.scopes]]
name = "posts.read"
title = "Read posts"
sentence = "See your posts."
effect = "reads"
"#;

fn with(plans: &str) -> Sources {
    Sources {
        default_toml: Some(format!("{CATALOGUE}{plans}")),
        ..enough()
    }
}

#[test]
fn without_plans_there_is_one_that_allows_everything() {
    let config = Config::load(with("")).unwrap().config;
    let plan = config.plan(None).unwrap();
    assert!(plan.can_use_api_access && plan.reaches("posts.read") && plan.max_keys == 1000);
    assert!(config.plan(Some("pro")).is_none());
}

#[test]
fn a_workspace_without_a_plan_has_the_first_and_one_whose_plan_is_gone_has_none() {
    let plans = "[[plans]]\nname = \"free\"\ncan_use_api_access = false\nscopes = [\"posts.read\"]\nmax_keys = 0\n\
                 [[plans]]\nname = \"pro\"\n";
    let config = Config::load(with(plans)).unwrap().config;
    let free = config.plan(None).unwrap();
    assert_eq!(
        (free.name.as_str(), free.can_use_api_access, free.max_keys),
        ("free", false, 0)
    );
    assert!(free.reaches("posts.read") && !free.reaches("posts.write"));
    assert!(config.plan(Some("pro")).unwrap().reaches("posts.write"));
    assert!(config.plan(Some("enterprise")).is_none());
}

#[test]
fn a_plan_names_scopes_that_are_there_and_has_its_own_name() {
    let plans = "[[plans]]\nname = \"free\"\nscopes = [\"posts.raed\"]\n[[plans]]\nname = \"free\"\n";
    let found: Vec<_> = faults(with(plans)).into_iter().map(|fault| fault.key).collect();
    assert_eq!(found, ["plans[1].name", "plans[0].scopes"]);
}
