//! What a request to one of the operator's APIs needs: what `/v1/verify` goes by.

use super::{
    Role,
    path_pattern::{Fit, PathPattern},
};

/// How a proxy asks about a request, and what requests need.
#[derive(Clone, Debug)]
pub struct ForwardAuth {
    /// Whether refusals are put as nginx's `auth_request` can take them. Key `nginx`, default false.
    pub nginx: bool,
    /// The first that is about a request counts. Default none: then every request needs a credential and nothing more.
    pub rules: Vec<ForwardRule>,
}

/// What the requests to some addresses of an API need.
#[derive(Clone, Debug)]
pub struct ForwardRule {
    /// The audience of the API. No default.
    pub resource: String,
    /// The methods that it is about. Default any.
    pub methods: Methods,
    /// The paths. No default.
    pub path: PathPattern,
    /// All of them are needed. Default none.
    pub scopes: Vec<String>,
    /// At least this role, which an app that acts as itself has not. Default none.
    pub minimum_role: Option<Role>,
}

/// Methods of HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Methods {
    /// Every one.
    Any,
    /// These; `HEAD` is answered wherever `GET` is (RFC 9110 §9.3.2).
    Of(Vec<String>),
}

/// What the rules say of a request.
#[derive(Clone, Copy, Debug)]
pub enum Ruling<'a> {
    /// This one is about it.
    By(&'a ForwardRule),
    /// One is nearly about it: whether it is, is for the API to say and not to be guessed.
    Unclear,
    /// None is about it.
    Unruled,
}

impl ForwardAuth {
    /// The first rule about a request, of one API's rules or of all.
    #[must_use]
    pub fn ruling(&self, resource: Option<&str>, method: &str, path: &[String]) -> Ruling<'_> {
        let own = |rule: &&ForwardRule| resource.is_none_or(|resource| rule.resource == resource);
        for rule in self
            .rules
            .iter()
            .filter(own)
            .filter(|rule| rule.methods.has(method))
        {
            match rule.path.fit(path) {
                Fit::Exact => return Ruling::By(rule),
                Fit::Near => return Ruling::Unclear,
                Fit::No => {}
            }
        }
        Ruling::Unruled
    }
}

impl Methods {
    /// Whether this is one of them.
    #[must_use]
    pub fn has(&self, method: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Of(names) => {
                let has = |method: &str| names.iter().any(|name| name == method);
                has(method) || method == "HEAD" && has("GET")
            }
        }
    }

    /// Whether each of the others is one of them.
    #[must_use]
    pub fn cover(&self, others: &Self) -> bool {
        match others {
            Self::Any => *self == Self::Any,
            Self::Of(names) => names.iter().all(|name| self.has(name)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(resource: &str, methods: &[&str], path: &str) -> ForwardRule {
        ForwardRule {
            resource: resource.into(),
            methods: match methods {
                [] => Methods::Any,
                names => Methods::Of(names.iter().map(|name| (*name).to_owned()).collect()),
            },
            path: PathPattern::parse(path).unwrap(),
            scopes: Vec::new(),
            minimum_role: None,
        }
    }

    #[test]
    fn the_first_rule_counts_and_a_near_one_stops_the_search() {
        let rules = ForwardAuth {
            nginx: false,
            rules: vec![
                rule("one", &["GET"], "/admin/**"),
                rule("two", &[], "/admin/**"),
                rule("one", &[], "/**"),
            ],
        };
        let asked = |resource, method, path: &str| {
            let path: Vec<String> = path[1..].split('/').map(str::to_owned).collect();
            match rules.ruling(resource, method, &path) {
                Ruling::By(rule) => format!("{} {}", rule.resource, rule.path),
                other => format!("{other:?}"),
            }
        };
        for (resource, method, path, expected) in [
            (None, "GET", "/admin/x", "one /admin/**"),
            (None, "HEAD", "/admin/x", "one /admin/**"),
            (None, "POST", "/admin/x", "two /admin/**"),
            (Some("one"), "POST", "/admin/x", "one /**"),
            (Some("two"), "GET", "/other", "Unruled"),
            (Some("three"), "GET", "/other", "Unruled"),
            (None, "GET", "/Admin/x", "Unclear"),
            (Some("one"), "POST", "/Admin/x", "one /**"),
        ] {
            assert_eq!(
                asked(resource, method, path),
                expected,
                "{resource:?} {method} {path}"
            );
        }
    }

    #[test]
    fn methods_cover_what_is_among_them() {
        let of = |names: &[&str]| Methods::Of(names.iter().map(|name| (*name).to_owned()).collect());
        for (one, other, covers) in [
            (Methods::Any, Methods::Any, true),
            (Methods::Any, of(&["GET"]), true),
            (of(&["GET"]), Methods::Any, false),
            (of(&["GET"]), of(&["HEAD"]), true),
            (of(&["HEAD"]), of(&["GET"]), false),
            (of(&["GET", "POST"]), of(&["POST"]), true),
        ] {
            assert_eq!(one.cover(&other), covers, "{one:?} {other:?}");
        }
    }
}
