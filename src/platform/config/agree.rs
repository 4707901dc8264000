//! What values must be to each other.

mod forward_rules;

use std::collections::BTreeMap;

use super::fault::Fault;
use super::key::Key;
use super::resolve::{Values, path_in};
use super::rule::{Rule, Seconds};
use super::{ProviderKind, TENANT, table};

/// Checks what can be checked: where a value is itself at fault, that has been said already.
pub(super) fn check(values: &Values, faults: &mut Vec<Fault>) {
    at_most(values, &table::TOKENS_ACCESS, &table::MAX_ACCESS, faults);
    at_most(values, &table::TOKENS_REFRESH, &table::MAX_REFRESH, faults);

    sender(values, faults);

    let resources = values.items("resources");
    let scopes: Vec<_> = resources
        .iter()
        .flat_map(|resource| values.items(&format!("{resource}.scopes")))
        .collect();
    unique(values, &resources, &table::RESOURCE_AUDIENCE, faults);
    unique(values, &scopes, &table::SCOPE_NAME, faults);

    let plans = values.items("plans");
    unique(values, &plans, &table::PLAN_NAME, faults);
    for plan in &plans {
        of_the_catalogue(values, plan, &scopes, faults);
    }

    let providers = values.items("identity_providers");
    unique(values, &providers, &table::PROVIDER_ID, faults);
    // A person is known by issuer and subject: two providers of one issuer could not be told apart.
    unique(values, &providers, &table::PROVIDER_ISSUER, faults);
    for provider in &providers {
        of_its_kind(values, provider, faults);
    }

    forward_rules::check(values, faults);
}

/// A misspelt scope would be one that the plan does not have, and nobody would see why.
fn of_the_catalogue(values: &Values, plan: &str, scopes: &[String], faults: &mut Vec<Fault>) {
    let path = path_in(plan, &table::PLAN_SCOPES);
    let Some(Some(named)) = values.sound(&path, &table::PLAN_SCOPES) else {
        return;
    };
    let known: Vec<String> = { scopes.iter() }
        .filter_map(|scope| values.sound(&path_in(scope, &table::SCOPE_NAME), &table::SCOPE_NAME))
        .collect();
    for name in named.iter().filter(|name| !known.contains(name)) {
        faults.push(Fault {
            key: path.clone(),
            origin: values.origin(&path),
            problem: format!("names {name:?}, which is no scope of any resource"),
            fix: "name scopes of the catalogue".into(),
        });
    }
}

/// A rule of one kind of provider does nothing at another, and would be thought to hold there.
fn of_its_kind(values: &Values, provider: &str, faults: &mut Vec<Fault>) {
    let Some(kind) = values.sound(&path_in(provider, &table::PROVIDER_KIND), &table::PROVIDER_KIND) else {
        return;
    };
    let issuer = path_in(provider, &table::PROVIDER_ISSUER);
    let tenants = path_in(provider, &table::PROVIDER_TENANTS);
    let vouches = path_in(provider, &table::PROVIDER_VOUCHES);
    let is_for_tenants =
        { values.sound(&issuer, &table::PROVIDER_ISSUER) }.is_some_and(|issuer| issuer.contains(TENANT));
    let names_tenants =
        { values.sound(&tenants, &table::PROVIDER_TENANTS) }.is_some_and(|tenants| !tenants.is_empty());
    let is_vouching = values.sound(&vouches, &table::PROVIDER_VOUCHES) == Some(true);
    let (is_microsoft, is_oidc) = (kind == ProviderKind::Microsoft, kind == ProviderKind::Oidc);
    for (path, is_wrong, only) in [
        (
            issuer,
            is_for_tenants && !is_microsoft,
            "names any tenant, which only kind microsoft has",
        ),
        (
            tenants,
            names_tenants && !is_microsoft,
            "is given, which only kind microsoft has",
        ),
        (
            vouches,
            is_vouching && !is_oidc,
            "is true, which only kind oidc asks for: the others have rules of their own",
        ),
    ] {
        if is_wrong {
            faults.push(Fault {
                origin: values.origin(&path),
                problem: only.into(),
                fix: "leave it out, or give another kind".into(),
                key: path,
            });
        }
    }
}

/// A default above the ceiling would give every client what no client may ask for.
fn at_most(values: &Values, key: &Key<Seconds>, ceiling: &Key<Seconds>, faults: &mut Vec<Fault>) {
    let (Some(value), Some(most)) = (values.sound(key.name, key), values.sound(ceiling.name, ceiling)) else {
        return;
    };
    if value > most {
        faults.push(Fault {
            key: key.name.to_owned(),
            origin: values.origin(key.name),
            problem: format!(
                "is {}, more than {} ({})",
                value.as_secs(),
                ceiling.name,
                most.as_secs()
            ),
            fix: format!("lower it, or raise {}", ceiling.name),
        });
    }
}

/// A mail without a sender is refused by the first server that sees it.
fn sender(values: &Values, faults: &mut Vec<Fault>) {
    let smtp = values
        .sound(table::MAIL_SMTP_URL.name, &table::MAIL_SMTP_URL)
        .flatten();
    let from = values.sound(table::MAIL_FROM.name, &table::MAIL_FROM);
    if let (Some(_), Some(None)) = (smtp, from) {
        faults.push(Fault {
            key: table::MAIL_FROM.name.to_owned(),
            origin: values.origin(table::MAIL_FROM.name),
            problem: "is empty, and mail.smtp_url is set".into(),
            fix: format!("give {}", table::MAIL_FROM.rule.kind()),
        });
    }
}

/// Tokens carry an audience or a scope by name alone: of two with one name, nobody could tell which was meant.
fn unique<R: Rule<Value = String>>(values: &Values, items: &[String], key: &Key<R>, faults: &mut Vec<Fault>) {
    let mut first: BTreeMap<String, String> = BTreeMap::new();
    for item in items {
        let path = path_in(item, key);
        let Some(name) = values.sound(&path, key) else {
            continue;
        };
        if let Some(earlier) = first.get(&name) {
            faults.push(Fault {
                origin: values.origin(&path),
                problem: format!("is {name:?}, which {earlier} is already"),
                fix: "give each its own".into(),
                key: path,
            });
        } else {
            first.insert(name, path);
        }
    }
}
