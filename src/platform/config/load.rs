//! From sources to a configuration.
//!
//! From low to high: the table's defaults, what the subcommand presets, `DATABASE_URL`, the file, the environment,
//! flags.

use std::{fmt, path::PathBuf};

use super::fault::{Faults, Origin};
use super::identity_provider::discovery_of;
use super::layer::Layer;
use super::redacted::REDACTED;
use super::resolve::Values;
use super::rule::Secrecy;
use super::toml_layer::{self, Readable};
use super::{
    ApiSession, Branding, Config, Database, ForwardAuth, ForwardRule, IdentityProvider, Limits, Log, Login,
    Mail, Plan, Proxies, RateLimits, Resource, ScopeEntry, Secrets, Session, Signing, Tokens,
    WorkspaceHeader, agree, own, table as key,
};

/// Where a configuration is read from.
#[derive(Clone, Default)]
pub struct Sources {
    /// The configuration file, if one was named.
    pub file: Option<PathBuf>,
    /// The environment; only `CONSENTRY_…` and `DATABASE_URL` are looked at.
    pub env: Vec<(String, String)>,
    /// Dotted keys that flags set; they win over everything.
    pub overrides: Vec<(String, String)>,
    /// Dotted keys that the subcommand presets beneath the file.
    pub defaults: Vec<(String, String)>,
    /// TOML that the subcommand presets beneath `defaults`, for resources.
    pub default_toml: Option<String>,
}

impl fmt::Debug for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The environment is full of secrets, ours and others'.
        f.debug_struct("Sources")
            .field("file", &self.file)
            .finish_non_exhaustive()
    }
}

/// A configuration, and where each part of it came from.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The configuration.
    pub config: Config,
    origins: Vec<Shown>,
}

/// One line of `config show`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The dotted key, with indices.
    pub key: String,
    /// Its value as it was written, or `[redacted]`.
    pub value: String,
    /// Where it came from.
    pub origin: Origin,
}

impl Loaded {
    /// Every value and its origin, secrets redacted.
    #[must_use]
    pub fn show(&self) -> Vec<Shown> {
        self.origins.clone()
    }
}

impl Config {
    /// Reads and checks everything.
    ///
    /// # Errors
    /// All that is wrong, at once.
    pub fn load(sources: Sources) -> Result<Loaded, Faults> {
        let mut faults = Vec::new();
        let mut layers = Vec::new();
        let mut readable = Readable::Yes;
        if let Some(text) = &sources.default_toml {
            let (layer, whole) = toml_layer::of_text(text, None, &mut faults);
            layers.push(layer);
            readable = whole;
        }
        layers.push(Layer::of_pairs(sources.defaults, &Origin::Preset, &mut faults));
        layers.push(Layer::of_database_url(&sources.env));
        if let Some(file) = sources.file {
            let (layer, whole) = toml_layer::of_file(file, &mut faults);
            layers.push(layer);
            if whole == Readable::No {
                readable = whole;
            }
        }
        layers.push(Layer::of_environment(&sources.env, &mut faults));
        layers.push(Layer::of_pairs(
            sources.overrides,
            &Origin::CommandLine,
            &mut faults,
        ));

        let values = Values::resolve(layers, readable, &mut faults);
        agree::check(&values, &mut faults);
        if !faults.is_empty() {
            return Err(Faults(faults));
        }
        Ok(Loaded {
            config: build(&values),
            origins: values.in_order().map(shown).collect(),
        })
    }
}

fn shown((key, value): (String, &super::resolve::Value)) -> Shown {
    let text = match value.secrecy {
        Secrecy::Secret => REDACTED.to_owned(),
        Secrecy::Open => value.text.to_string(),
    };
    Shown {
        key,
        value: text,
        origin: value.origin.clone(),
    }
}

fn build(values: &Values) -> Config {
    Config {
        issuer: values.get(&key::ISSUER),
        listen: values.get(&key::LISTEN),
        metrics_listen: values.get(&key::METRICS_LISTEN),
        proxies: Proxies {
            trusted: values.get(&key::TRUSTED_PROXIES),
            header: values.get(&key::TRUSTED_PROXIES_HEADER),
        },
        vendor: values.get(&key::VENDOR),
        mode: values.get(&key::MODE),
        registration: values.get(&key::REGISTRATION),
        workspace_header: WorkspaceHeader {
            need: values.get(&key::WORKSPACE_HEADER),
            names: values.get(&key::WORKSPACE_HEADER_NAMES),
        },
        database: Database {
            url: values.get(&key::DATABASE_URL),
            pool_size: values.get(&key::DATABASE_POOL_SIZE),
            wait: values.get(&key::DATABASE_WAIT),
            deadline: values.get(&key::DATABASE_DEADLINE),
            listen_url: values.get(&key::DATABASE_LISTEN_URL),
            migrate_url: values.get(&key::DATABASE_MIGRATE_URL),
        },
        secrets: Secrets {
            sealing_keys: values.get(&key::SEALING_KEYS),
        },
        branding: Branding {
            product_name: values.get(&key::PRODUCT_NAME),
            logo: values.get(&key::LOGO),
            accent: values.get(&key::ACCENT),
            accent_dark: values.get(&key::ACCENT_DARK),
            help_url: values.get(&key::HELP_URL),
        },
        mail: Mail {
            smtp: values.get(&key::MAIL_SMTP_URL),
            authorities: values.get(&key::MAIL_CA),
            from: values.get(&key::MAIL_FROM),
            timeout: values.get(&key::MAIL_TIMEOUT),
        },
        login: Login {
            max_failures: values.get(&key::LOGIN_MAX_FAILURES),
            max_failures_per_address: values.get(&key::LOGIN_MAX_FAILURES_PER_ADDRESS),
            window: values.get(&key::LOGIN_WINDOW),
        },
        session: Session {
            idle: values.get(&key::SESSION_IDLE),
            absolute: values.get(&key::SESSION_ABSOLUTE),
        },
        api_session: ApiSession {
            access: values.get(&key::API_SESSION_ACCESS),
            idle: values.get(&key::API_SESSION_IDLE),
            absolute: values.get(&key::API_SESSION_ABSOLUTE),
        },
        tokens: Tokens {
            code: values.get(&key::TOKENS_CODE),
            access: values.get(&key::TOKENS_ACCESS),
            refresh: values.get(&key::TOKENS_REFRESH),
        },
        limits: Limits {
            max_access: values.get(&key::MAX_ACCESS),
            max_refresh: values.get(&key::MAX_REFRESH),
            authorization_request: values.get(&key::AUTHORIZATION_REQUEST),
        },
        rate_limits: RateLimits {
            token: values.get(&key::RATE_TOKEN),
            introspection: values.get(&key::RATE_INTROSPECTION),
            verification: values.get(&key::RATE_VERIFICATION),
            revocation: values.get(&key::RATE_REVOCATION),
            credential_failures: values.get(&key::RATE_CREDENTIAL_FAILURES),
            sign_in: values.get(&key::RATE_SIGN_IN),
            register: values.get(&key::RATE_REGISTER),
            reset: values.get(&key::RATE_RESET),
            verify: values.get(&key::RATE_VERIFY),
            invite: values.get(&key::RATE_INVITE),
            mails_per_address: values.get(&key::RATE_MAILS),
        },
        signing: Signing {
            algorithm: values.get(&key::SIGNING_ALGORITHM),
            announce: values.get(&key::SIGNING_ANNOUNCE),
        },
        resources: values
            .items("resources")
            .iter()
            .map(|item| resource(values, item))
            .collect(),
        forward_auth: forward_auth(values),
        identity_providers: values
            .items("identity_providers")
            .iter()
            .map(|item| identity_provider(values, item))
            .collect(),
        own: own::resource(&values.get(&key::ISSUER)),
        plans: plans(values),
        upgrade_url: values.get(&key::UPGRADE_URL),
        log: Log {
            format: values.get(&key::LOG_FORMAT),
            level: values.get(&key::LOG_LEVEL),
        },
    }
}

fn plans(values: &Values) -> Vec<Plan> {
    let items = values.items("plans");
    let plans: Vec<Plan> = items
        .iter()
        .map(|item| Plan {
            name: values.get_in(item, &key::PLAN_NAME),
            can_use_api_access: values.get_in(item, &key::PLAN_API_ACCESS),
            scopes: values.get_in(item, &key::PLAN_SCOPES),
            max_keys: values.get_in(item, &key::PLAN_MAX_KEYS),
        })
        .collect();
    if plans.is_empty() {
        vec![Plan::standard()]
    } else {
        plans
    }
}

fn resource(values: &Values, item: &str) -> Resource {
    Resource {
        audience: values.get_in(item, &key::RESOURCE_AUDIENCE),
        name: values.get_in(item, &key::RESOURCE_NAME),
        scopes: values
            .items(&format!("{item}.scopes"))
            .iter()
            .map(|item| scope(values, item))
            .collect(),
    }
}

fn scope(values: &Values, item: &str) -> ScopeEntry {
    ScopeEntry {
        name: values.get_in(item, &key::SCOPE_NAME),
        title: values.get_in(item, &key::SCOPE_TITLE),
        sentence: values.get_in(item, &key::SCOPE_SENTENCE),
        effect: values.get_in(item, &key::SCOPE_EFFECT),
        optional: values.get_in(item, &key::SCOPE_OPTIONAL),
        minimum_role: values.get_in(item, &key::SCOPE_MINIMUM_ROLE),
        browser_safe: values.get_in(item, &key::SCOPE_BROWSER_SAFE),
        reveals_username: values.get_in(item, &key::SCOPE_REVEALS_USERNAME),
    }
}

fn forward_auth(values: &Values) -> ForwardAuth {
    ForwardAuth {
        nginx: values.get(&key::FORWARD_AUTH_NGINX),
        rules: values
            .items("forward_auth.rules")
            .iter()
            .map(|item| forward_rule(values, item))
            .collect(),
    }
}

fn forward_rule(values: &Values, item: &str) -> ForwardRule {
    ForwardRule {
        resource: values.get_in(item, &key::RULE_RESOURCE),
        methods: values.get_in(item, &key::RULE_METHODS),
        path: values.get_in(item, &key::RULE_PATH),
        scopes: values.get_in(item, &key::RULE_SCOPES),
        minimum_role: values.get_in(item, &key::RULE_MINIMUM_ROLE),
    }
}

fn identity_provider(values: &Values, item: &str) -> IdentityProvider {
    let issuer = values.get_in(item, &key::PROVIDER_ISSUER);
    IdentityProvider {
        id: values.get_in(item, &key::PROVIDER_ID),
        kind: values.get_in(item, &key::PROVIDER_KIND),
        name: values.get_in(item, &key::PROVIDER_NAME),
        client_id: values.get_in(item, &key::PROVIDER_CLIENT_ID),
        client_secret: values.get_in(item, &key::PROVIDER_CLIENT_SECRET),
        audiences: values.get_in(item, &key::PROVIDER_AUDIENCES),
        tenants: values.get_in(item, &key::PROVIDER_TENANTS),
        discovery: values
            .get_in(item, &key::PROVIDER_DISCOVERY)
            .unwrap_or_else(|| discovery_of(&issuer)),
        vouches_for_email: values.get_in(item, &key::PROVIDER_VOUCHES),
        issuer,
    }
}
