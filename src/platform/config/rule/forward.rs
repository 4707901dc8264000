//! What a rule of `[[forward_auth.rules]]` consists of.

use super::super::forward_auth::Methods;
use super::super::path_pattern;
use super::{Rule, ScopeToken, Shape, quoted};

/// Methods of HTTP, or all of them.
pub(in super::super) struct MethodNames;

/// Which paths; see [`path_pattern::PathPattern`].
pub(in super::super) struct PathPattern;

/// Scope-tokens (RFC 6749 §3.3).
pub(in super::super) struct ScopeTokens;

impl Rule for MethodNames {
    type Value = Methods;
    const SHAPE: Shape = Shape::List;

    fn kind(&self) -> String {
        "methods in upper case, like GET; * for any".into()
    }

    fn read(&self, text: &str) -> Result<Methods, String> {
        let names: Vec<&str> = listed(text).collect();
        match names.as_slice() {
            [] => Err("is empty".into()),
            ["*"] => Ok(Methods::Any),
            names => names
                .iter()
                .map(|name| method(name))
                .collect::<Result<_, _>>()
                .map(Methods::Of),
        }
    }
}

fn method(name: &str) -> Result<String, String> {
    if (1..=20).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'-') {
        Ok(name.to_owned())
    } else {
        Err(format!("has {}, not a method in upper case", quoted(name)))
    }
}

impl Rule for PathPattern {
    type Value = path_pattern::PathPattern;

    fn kind(&self) -> String {
        "a path: * or {name} for one segment, ** at the end for the rest, like /v1/posts/{id}".into()
    }

    fn read(&self, text: &str) -> Result<path_pattern::PathPattern, String> {
        path_pattern::PathPattern::parse(text)
            .map_err(|problem| format!("is {}, which {problem}", quoted(text)))
    }
}

impl Rule for ScopeTokens {
    type Value = Vec<String>;
    const SHAPE: Shape = Shape::List;

    fn kind(&self) -> String {
        "names of scopes".into()
    }

    fn read(&self, text: &str) -> Result<Vec<String>, String> {
        listed(text).map(|name| ScopeToken.read(name)).collect()
    }
}

fn listed(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', '\n'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_are_written_in_upper_case_and_a_star_stands_alone() {
        assert_eq!(MethodNames.read("*"), Ok(Methods::Any));
        let both = Methods::Of(vec!["GET".into(), "M-SEARCH".into()]);
        assert_eq!(MethodNames.read("GET, M-SEARCH"), Ok(both));
        for bad in ["", ",", "get", "GET,*", "G T", "GET1", "ABCDEFGHIJKLMNOPQRSTU"] {
            assert!(MethodNames.read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_path_that_is_no_pattern_is_quoted_with_what_is_wrong() {
        let problem = PathPattern.read("/a/**/b").unwrap_err();
        assert_eq!(problem, "is \"/a/**/b\", which has ** before its end");
        assert_eq!(ScopeTokens.read("").unwrap(), [""; 0]);
        assert!(ScopeTokens.read("a,b\"").is_err());
    }
}
