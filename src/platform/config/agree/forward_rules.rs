//! Rules of forward-auth that could never do what they say.

use crate::platform::config::{
    fault::Fault,
    resolve::{Values, path_in},
    table,
};

/// Each rule is about an API that there is, asks for scopes of that API, and can be reached.
pub(super) fn check(values: &Values, faults: &mut Vec<Fault>) {
    let rules = values.items("forward_auth.rules");
    for (at, rule) in rules.iter().enumerate() {
        resource_and_scopes(values, rule, faults);
        let hidden = rules[..at].iter().find(|earlier| hides(values, earlier, rule));
        if let Some(earlier) = hidden {
            let path = path_in(rule, &table::RULE_PATH);
            faults.push(Fault {
                origin: values.origin(&path),
                problem: format!("is never reached: {earlier} comes first and is about all of it"),
                fix: "put the narrower rule first, or leave this one out".into(),
                key: path,
            });
        }
    }
}

fn resource_and_scopes(values: &Values, rule: &str, faults: &mut Vec<Fault>) {
    let path = path_in(rule, &table::RULE_RESOURCE);
    let Some(resource) = values.sound(&path, &table::RULE_RESOURCE) else {
        return;
    };
    let resources = values.items("resources");
    let own = resources.iter().find(|item| {
        let audience = values.sound(
            &path_in(item, &table::RESOURCE_AUDIENCE),
            &table::RESOURCE_AUDIENCE,
        );
        audience.as_ref() == Some(&resource)
    });
    let Some(own) = own else {
        faults.push(Fault {
            origin: values.origin(&path),
            problem: format!("is {resource:?}, which no [[resources]] has as its audience"),
            fix: "name the audience of one of them".into(),
            key: path,
        });
        return;
    };
    let entries = values.items(&format!("{own}.scopes"));
    let catalogue: Vec<String> = { entries.iter() }
        .filter_map(|scope| values.sound(&path_in(scope, &table::SCOPE_NAME), &table::SCOPE_NAME))
        .collect();
    let path = path_in(rule, &table::RULE_SCOPES);
    let scopes = values.sound(&path, &table::RULE_SCOPES).unwrap_or_default();
    for scope in scopes.iter().filter(|scope| !catalogue.contains(scope)) {
        faults.push(Fault {
            key: path.clone(),
            origin: values.origin(&path),
            problem: format!("has {scope:?}, which is no scope of {resource}: nobody could have it there"),
            fix: "name scopes of that resource".into(),
        });
    }
}

/// Whether no request that `later` is about gets past `earlier`. Of several earlier rules together that is not seen.
fn hides(values: &Values, earlier: &str, later: &str) -> bool {
    let resource = |rule| values.sound(&path_in(rule, &table::RULE_RESOURCE), &table::RULE_RESOURCE);
    let methods = |rule| values.sound(&path_in(rule, &table::RULE_METHODS), &table::RULE_METHODS);
    let path = |rule| values.sound(&path_in(rule, &table::RULE_PATH), &table::RULE_PATH);
    let same_resource = resource(earlier).is_some() && resource(earlier) == resource(later);
    let methods = methods(earlier).zip(methods(later));
    let paths = path(earlier).zip(path(later));
    same_resource
        && methods.is_some_and(|(earlier, later)| earlier.cover(&later))
        && paths.is_some_and(|(earlier, later)| earlier.covers(&later))
}
