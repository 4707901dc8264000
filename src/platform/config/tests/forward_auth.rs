//! Rules of forward-auth: what each setting does, and which could never do what they say.

use super::{enough, faults};
use crate::platform::config::{Config, ForwardRule, Methods, Role, Ruling, Sources};

const CATALOGUE: &str = r#"
[[resources]]
audience = "https://api.example"
name = "API"
scopes = [{ name = "read", title = "T", sentence = "S.", effect = "reads" }]
[[resources]]
audience = "https://other.example"
name = "Other"
scopes = [{ name = "other", title = "T", sentence = "S.", effect = "reads" }]
"#;

fn with(rules: &str) -> Sources {
    Sources {
        default_toml: Some(format!("{CATALOGUE}{rules}")),
        ..enough()
    }
}

fn rule(lines: &str) -> String {
    format!("[[forward_auth.rules]]\nresource = \"https://api.example\"\n{lines}\n")
}

fn loaded(rules: &str) -> Vec<ForwardRule> {
    Config::load(with(rules)).unwrap().config.forward_auth.rules
}

#[test]
fn a_rule_needs_an_api_and_a_path_and_says_what_else_it_asks_for() {
    let usual = &loaded(&rule("path = \"/v1/**\""))[0];
    assert_eq!(usual.methods, Methods::Any);
    assert!(usual.scopes.is_empty() && usual.minimum_role.is_none());
    let lines = "path = \"/v1/posts/{id}\"\nmethods = [\"GET\", \"PUT\"]\nscopes = [\"read\"]\nminimum_role = \"admin\"";
    let whole = &loaded(&rule(lines))[0];
    assert_eq!(whole.resource, "https://api.example");
    assert_eq!(whole.methods, Methods::Of(vec!["GET".into(), "PUT".into()]));
    assert_eq!(whole.path.to_string(), "/v1/posts/*");
    assert_eq!(
        (whole.scopes.as_slice(), whole.minimum_role),
        (["read".to_owned()].as_slice(), Some(Role::Admin))
    );
    assert!(matches!(
        Config::load(with(""))
            .unwrap()
            .config
            .forward_auth
            .ruling(None, "GET", &["v1".into()]),
        Ruling::Unruled
    ));
}

#[test]
fn a_rule_that_cannot_do_what_it_says_is_a_fault() {
    let first = rule("path = \"/v1/**\"\nmethods = [\"GET\"]");
    for (case, rules, key, problem) in [
        ("no path", rule(""), "forward_auth.rules[0].path", "is missing"),
        (
            "bad path",
            rule("path = \"v1\""),
            "forward_auth.rules[0].path",
            "does not begin with a slash",
        ),
        (
            "bad method",
            rule("path = \"/\"\nmethods = [\"get\"]"),
            "forward_auth.rules[0].methods",
            "not a method",
        ),
        (
            "bad role",
            rule("path = \"/\"\nminimum_role = \"boss\""),
            "forward_auth.rules[0].minimum_role",
            "is \"boss\"",
        ),
        (
            "unknown scope",
            rule("path = \"/\"\nscopes = [\"raed\"]"),
            "forward_auth.rules[0].scopes",
            "no scope of",
        ),
        (
            "a scope of another API",
            rule("path = \"/\"\nscopes = [\"read\", \"other\"]"),
            "forward_auth.rules[0].scopes",
            "has \"other\", which is no scope of https://api.example",
        ),
        (
            "unknown API",
            "[[forward_auth.rules]]\nresource = \"https://api.example/\"\npath = \"/\"\n".to_owned(),
            "forward_auth.rules[0].resource",
            "which no [[resources]] has",
        ),
        (
            "never reached",
            format!(
                "{first}{}",
                rule("path = \"/v1/posts\"\nmethods = [\"GET\", \"HEAD\"]")
            ),
            "forward_auth.rules[1].path",
            "is never reached: forward_auth.rules[0] comes first",
        ),
        (
            "unknown key",
            rule("path = \"/\"\nscope = [\"read\"]"),
            "forward_auth.rules[0].scope",
            "is not a known key",
        ),
    ] {
        let told = faults(with(&rules));
        assert_eq!(told.len(), 1, "{case}: {told:?}");
        assert_eq!(told[0].key, key, "{case}");
        assert!(told[0].problem.contains(problem), "{case}: {}", told[0].problem);
    }
}

#[test]
fn a_rule_that_only_overlaps_with_an_earlier_one_is_none() {
    let of_other = "[[forward_auth.rules]]\nresource = \"https://other.example\"\npath = \"/v1/posts\"\n";
    for later in [
        rule("path = \"/v1/posts\""),
        rule("path = \"/**\"\nmethods = [\"GET\"]"),
        of_other.to_owned(),
    ] {
        let rules = format!("{}{later}", rule("path = \"/v1/**\"\nmethods = [\"GET\"]"));
        assert_eq!(loaded(&rules).len(), 2, "{later}");
    }
}
