//! The table and the types cannot drift: a key that is read into nothing would be a setting without effect.

use super::{enough, pairs};
use crate::platform::config::{
    Config, Sources,
    key::{Fallback, is_in_list},
    rule::Shape,
    table,
};

#[test]
fn every_key_with_a_default_reaches_the_configuration() {
    let usual = format!("{:?}", Config::load(enough()).unwrap().config);
    for key in table::ALL {
        let Fallback::Is(default) = key.fallback() else {
            continue;
        };
        if is_in_list(*key) {
            continue;
        }
        // One less keeps every rule of a number and every order between two.
        let other = match (key.shape(), key.name()) {
            (Shape::Whole, _) => (default.parse::<u32>().unwrap() - 1).to_string(),
            (_, "listen" | "metrics_listen") => "127.0.0.1:1".into(),
            (_, "forward_auth.nginx") => "true".into(),
            (_, "mode") => "self_hosted".into(),
            (_, "workspace_header") => "required".into(),
            (_, "workspace_header_names") => "x-acme-workspace".into(),
            (_, "trusted_proxies") => "10.0.0.0/8".into(),
            (_, "trusted_proxies_header") => "forwarded".into(),
            (_, "signing.algorithm") => "EdDSA".into(),
            (_, "log.format") => "json".into(),
            (_, "log.level") => "debug".into(),
            (_, "database.listen_url" | "database.migrate_url") => "postgres://h/db".into(),
            (_, "mail.smtp_url") => "smtps://mail.example.com".into(),
            (_, "mail.ca") => include_str!("authority.pem").into(),
            (_, "mail.from") => "Acme <no-reply@acme.example>".into(),
            (_, "branding.logo") => "<svg></svg>".into(),
            (_, "branding.accent") => "#14663a".into(),
            (_, "branding.accent_dark") => "#7fd8a4".into(),
            (_, "branding.help_url" | "upgrade_url") => "mailto:help@example.com".into(),
            (_, "vendor" | "branding.product_name") => "other".into(),
            (_, name) => panic!("say another value for {name}"),
        };
        let sources = Sources {
            // What one of them cannot be without.
            overrides: match key.name() {
                "mail.smtp_url" => pairs(&[(key.name(), &other), ("mail.from", "a@b.example")]),
                name => pairs(&[(name, &other)]),
            },
            ..enough()
        };
        let changed = format!("{:?}", Config::load(sources).unwrap().config);
        assert_ne!(usual, changed, "{} has no effect", key.name());
    }
}
