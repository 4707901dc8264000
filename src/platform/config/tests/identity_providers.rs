//! Providers of identities: what follows from their kind, and what each setting does.

use super::{Scratch, enough, faults};
use crate::platform::config::{Config, IdentityProvider, ProviderKind, Sources};

fn with(toml: &str) -> Sources {
    Sources {
        default_toml: Some(toml.into()),
        ..enough()
    }
}

fn provider(lines: &str) -> String {
    format!("[[identity_providers]]\nid = \"sso\"\nclient_id = \"us\"\n{lines}\n")
}

fn loaded(toml: &str) -> Vec<IdentityProvider> {
    Config::load(with(toml)).unwrap().config.identity_providers
}

#[test]
fn google_and_microsoft_need_no_more_than_a_client_id() {
    let google = &loaded(&provider("kind = \"google\""))[0];
    assert_eq!((google.id.as_str(), google.name.as_str()), ("sso", "Google"));
    assert_eq!(google.issuer, "https://accounts.google.com");
    assert_eq!(
        google.discovery,
        "https://accounts.google.com/.well-known/openid-configuration"
    );
    assert!(google.client_secret.is_none() && google.audiences.is_empty() && !google.vouches_for_email);
    let microsoft = &loaded(&provider("kind = \"microsoft\""))[0];
    assert_eq!(microsoft.kind, ProviderKind::Microsoft);
    assert_eq!(
        microsoft.issuer,
        "https://login.microsoftonline.com/{tenantid}/v2.0"
    );
    assert_eq!(
        microsoft.discovery,
        "https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration"
    );
}

#[test]
fn another_issuer_says_its_name_and_address() {
    let told = faults(with(&provider("kind = \"oidc\"")));
    let keys: Vec<_> = told.iter().map(|fault| fault.key.as_str()).collect();
    assert_eq!(
        keys,
        ["identity_providers[0].name", "identity_providers[0].issuer"],
        "{told:?}"
    );
    assert!(told.iter().all(|fault| fault.problem == "is missing"), "{told:?}");
    // Of a kind that is not known nothing is missing: what follows from it cannot be told.
    let told = faults(with(&provider("kind = \"gogle\"")));
    assert_eq!(told.len(), 1, "{told:?}");
}

#[test]
fn every_setting_of_a_provider_has_an_effect() {
    let secret = Scratch::new("shh\n");
    let base = "kind = \"microsoft\"";
    let usual = format!("{:?}", loaded(&provider(base)));
    for line in [
        "name = \"Work account\"".to_owned(),
        "issuer = \"https://login.example.com\"".to_owned(),
        "client_secret = \"shh\"".to_owned(),
        format!("client_secret_file = {:?}", secret.path()),
        "audiences = [\"app\"]".to_owned(),
        "tenants = [\"9188040d-6c67-4c5b-b112-36a304b66dad\"]".to_owned(),
        "discovery = \"https://login.example.com/x\"".to_owned(),
    ] {
        let changed = loaded(&provider(&format!("{base}\n{line}")));
        assert_ne!(usual, format!("{changed:?}"), "{line} has no effect");
        assert!(!format!("{changed:?}").contains("shh"), "{line}");
    }
    let oidc = "kind = \"oidc\"\nname = \"A\"\nissuer = \"https://a.example\"";
    assert!(!loaded(&provider(oidc))[0].vouches_for_email);
    assert!(loaded(&provider(&format!("{oidc}\nvouches_for_email = true")))[0].vouches_for_email);
}

#[test]
fn a_secret_in_a_file_is_read_and_never_shown() {
    let secret = Scratch::new("shh\n");
    let toml = provider(&format!(
        "kind = \"google\"\nclient_secret_file = {:?}",
        secret.path()
    ));
    let loaded = Config::load(with(&toml)).unwrap();
    let given = &loaded.config.identity_providers[0].client_secret;
    assert_eq!(given.as_ref().unwrap().expose(), "shh");
    assert!(!format!("{:?}", loaded.show()).contains("shh"));
}

#[test]
fn two_providers_of_one_name_or_issuer_and_rules_of_another_kind_are_refused() {
    let google = provider("kind = \"google\"");
    let told = faults(with(&format!("{google}{google}")));
    let keys: Vec<_> = told.iter().map(|fault| fault.key.as_str()).collect();
    assert_eq!(keys, ["identity_providers[1].id", "identity_providers[1].issuer"]);
    for (lines, key) in [
        (
            "kind = \"google\"\ntenants = [\"9188040d-6c67-4c5b-b112-36a304b66dad\"]",
            "tenants",
        ),
        ("kind = \"google\"\nvouches_for_email = true", "vouches_for_email"),
        (
            "kind = \"microsoft\"\nvouches_for_email = true",
            "vouches_for_email",
        ),
        (
            "kind = \"google\"\nissuer = \"https://a.example/{tenantid}\"",
            "issuer",
        ),
    ] {
        let told = faults(with(&provider(lines)));
        assert_eq!(told.len(), 1, "{lines}: {told:?}");
        assert_eq!(told[0].key, format!("identity_providers[0].{key}"));
    }
}

#[test]
fn one_list_of_the_file_replaces_the_same_preset_list_and_no_other() {
    let file = Scratch::new(&provider("kind = \"google\""));
    let preset = "[[resources]]\naudience = \"urn:a\"\nname = \"A\"\n[[identity_providers]]\nid = \"a\"\nkind = \"microsoft\"\nclient_id = \"x\"\n[[identity_providers]]\nid = \"b\"\nkind = \"oidc\"\n";
    let sources = Sources {
        file: Some(file.0.clone()),
        ..with(preset)
    };
    let config = Config::load(sources).unwrap().config;
    assert_eq!(config.resources.len(), 1);
    assert_eq!(config.identity_providers.len(), 1);
    assert_eq!(config.identity_provider("sso").unwrap().name, "Google");
}
