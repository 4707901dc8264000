//! The one table of keys: known names, rules, defaults and documentation all come from here.

use super::key::Fallback::{Follows, Is, Required};
use super::key::{Key, Known};
use super::rule::{
    AbsoluteUri, Authorities, ConnectionString, Count, Filter, ForeignClient, ForeignClients, HeaderNames,
    HelpAddress, Label, Listen, ListenOrOff, MethodNames, Milliseconds, Networks, OneOf, OptionalAddress,
    OptionalSecret, Origin, OtherConnectionString, PathPattern, PlanName, PlanScopes, Prefix,
    ProviderAddress, ProviderId, ReadableOn, ScopeToken, ScopeTokens, SealingKeys, Seconds, Sender, SmtpUrl,
    Svg, Tenants, YesNo,
};
use super::{
    Colour, Effect, HeaderNeed, Joining, LogFormat, Mode, ProviderKind, ProxyHeader, Role, SigningAlgorithm,
};

/// Each row is a typed key, which the configuration is built from, and a row of `ALL`: none can be forgotten.
macro_rules! table {
    ($($id:ident: $rule:ty = $name:literal, $fallback:expr, $value:expr, $doc:literal;)*) => {
        $(pub(super) static $id: Key<$rule> = Key { name: $name, fallback: $fallback, rule: $value, doc: $doc };)*

        /// Every key, in the order of the documentation.
        pub(super) static ALL: &[&dyn Known] = &[$(&$id),*];
    };
}

const DAY: u32 = 86_400;
const YEAR: u32 = 365 * DAY;

table! {
    ISSUER: Origin = "issuer", Required, Origin,
        "The server's own address, as clients and tokens name it.";
    LISTEN: Listen = "listen", Is("127.0.0.1:8080"), Listen,
        "Where pages and endpoints are served.";
    METRICS_LISTEN: ListenOrOff = "metrics_listen", Is("127.0.0.1:9090"), ListenOrOff,
        "Where /metrics is served; keep it away from the public.";
    TRUSTED_PROXIES: Networks = "trusted_proxies", Is(""), Networks,
        "The proxies in front of the server: only they are believed when they say whom a request came from.";
    TRUSTED_PROXIES_HEADER: OneOf<ProxyHeader> = "trusted_proxies_header", Is("x-forwarded-for"),
        OneOf(&[("x-forwarded-for", ProxyHeader::XForwardedFor), ("forwarded", ProxyHeader::Forwarded)]),
        "The header that those proxies write; the other one is whatever a caller sent, and is not read.";
    VENDOR: Prefix = "vendor", Is("cst"), Prefix,
        "What every credential begins with, so that leaks can be searched for. Changing it ends all credentials.";

    MODE: OneOf<Mode> = "mode", Is("saas"),
        OneOf(&[("saas", Mode::Saas), ("self_hosted", Mode::SelfHosted)]),
        "Whether people make workspaces of their own (saas), or everybody works in the one that the server makes (self_hosted).";
    REGISTRATION: OneOf<Joining> = "registration",
        Follows { on: "mode", then: default_joining, told: "open in saas, invitation in self_hosted" },
        OneOf(JOINING),
        "Whether anybody may make an account, or only who was invited to a workspace.";
    WORKSPACE_HEADER: OneOf<HeaderNeed> = "workspace_header", Is("optional"),
        OneOf(&[("optional", HeaderNeed::Optional), ("required", HeaderNeed::Required)]),
        "Whether a credential that may act in several workspaces must name one with each request, or has its default.";
    WORKSPACE_HEADER_NAMES: HeaderNames = "workspace_header_names", Is("x-workspace-id"), HeaderNames,
        "The headers in which a request may name its workspace.";

    DATABASE_URL: ConnectionString = "database.url", Required, ConnectionString,
        "Where PostgreSQL is. DATABASE_URL is read where neither the file nor this variable says.";
    DATABASE_POOL_SIZE: Count = "database.pool_size", Is("10"), Count(1, 200),
        "How many connections a node keeps.";
    DATABASE_WAIT: Milliseconds = "database.wait_ms", Is("1000"), Milliseconds(1, 60_000),
        "How long a request waits for a free connection before it is answered 503.";
    DATABASE_DEADLINE: Milliseconds = "database.deadline_ms", Is("2500"), Milliseconds(1, 60_000),
        "When a request's work in the database is given up and answered 503.";
    DATABASE_LISTEN_URL: OtherConnectionString = "database.listen_url", Is(""), OtherConnectionString,
        "The way to the same database past a pooler that hands out connections by the transaction: LISTEN needs one of its \
         own. Where it is empty, database.url is used.";
    DATABASE_MIGRATE_URL: OtherConnectionString = "database.migrate_url", Is(""), OtherConnectionString,
        "The way to the same database as the role that owns its tables: consentry migrate up works as that role, and grants to the one \
         of database.url what it needs to serve. That one cannot change or remove what is in the audit log. Where it is empty, one \
         role does everything.";

    SEALING_KEYS: SealingKeys = "secrets.sealing_keys", Required, SealingKeys,
        "Keys for what the server must read back, newest first: the first seals, all of them open.";

    PRODUCT_NAME: Label = "branding.product_name", Is("Consentry"), Label(60),
        "The product's name on pages and in mail.";
    LOGO: Svg = "branding.logo", Is(""), Svg,
        "The logo on pages, beside the name.";
    ACCENT: ReadableOn = "branding.accent", Is("#1d4fd7"), ReadableOn(LIGHT_PAGES),
        "The colour of links and main buttons on light pages.";
    ACCENT_DARK: ReadableOn = "branding.accent_dark", Is("#8fb0ff"), ReadableOn(DARK_PAGES),
        "The colour of links and main buttons on dark pages.";
    HELP_URL: HelpAddress = "branding.help_url", Is(""), HelpAddress,
        "Where the pages send people who need help.";

    MAIL_SMTP_URL: SmtpUrl = "mail.smtp_url", Is(""), SmtpUrl,
        "The server that takes the mail. Without one mails wait in the queue; consentry dev shows them at /dev/mail instead.";
    MAIL_CA: Authorities = "mail.ca", Is(""), Authorities,
        "The authorities that vouch for the mail server, and no others. Without them those count that the system trusts.";
    MAIL_FROM: Sender = "mail.from", Is(""), Sender,
        "Who mails are from; needed where mail.smtp_url is set.";
    MAIL_TIMEOUT: Seconds = "mail.timeout_seconds", Is("30"), Seconds(1, 60),
        "How long the mail server may take for one mail before it is tried again later.";

    LOGIN_MAX_FAILURES: Count = "login.max_failures", Is("10"), Count(1, 1000),
        "So many failed sign-ins within the window lock an account.";
    LOGIN_MAX_FAILURES_PER_ADDRESS: Count = "login.max_failures_per_address", Is("100"), Count(1, 1_000_000),
        "So many failed sign-ins from one address (of IPv6: one /64) within the window lock it. Behind a proxy it must be \
         known whose address is meant, or all people share one.";
    LOGIN_WINDOW: Seconds = "login.window_seconds", Is("900"), Seconds(1, DAY),
        "How far back failed sign-ins count.";

    SESSION_IDLE: Seconds = "session.idle_seconds", Is("7200"), Seconds(60, YEAR),
        "A browser's session that is not used for so long ends.";
    SESSION_ABSOLUTE: Seconds = "session.absolute_seconds", Is("43200"), Seconds(60, YEAR),
        "A browser's session ends so long after sign-in, used or not.";

    API_SESSION_ACCESS: Seconds = "api_session.access_seconds", Is("3600"), Seconds(60, DAY),
        "How long the access token of a program's session lives.";
    API_SESSION_IDLE: Seconds = "api_session.idle_seconds", Is("2592000"), Seconds(60, YEAR),
        "A program's session that is not renewed for so long ends.";
    API_SESSION_ABSOLUTE: Seconds = "api_session.absolute_seconds", Is("7776000"), Seconds(60, YEAR),
        "A program's session ends so long after sign-in, renewed or not.";

    TOKENS_CODE: Seconds = "tokens.code_seconds", Is("60"), Seconds(1, 60),
        "How long an authorization code can be exchanged.";
    TOKENS_ACCESS: Seconds = "tokens.access_seconds", Is("3600"), Seconds(1, YEAR),
        "How long an access token lives where its client says nothing else.";
    TOKENS_REFRESH: Seconds = "tokens.refresh_seconds", Is("5184000"), Seconds(1, 10 * YEAR),
        "How long an unused refresh token lives where its client says nothing else.";

    MAX_ACCESS: Seconds = "limits.max_access_seconds", Is("86400"), Seconds(1, YEAR),
        "The longest life of an access token that a client may have.";
    MAX_REFRESH: Seconds = "limits.max_refresh_seconds", Is("31536000"), Seconds(1, 10 * YEAR),
        "The longest idle life of a refresh token that a client may have.";
    AUTHORIZATION_REQUEST: Seconds = "limits.authorization_request_seconds", Is("1800"), Seconds(60, DAY),
        "How long a person has from arriving to deciding.";

    RATE_TOKEN: Count = "rate_limits.token", Is("600"), A_MINUTE,
        "So many requests to the token endpoint one client may make in a minute. This and the next nine are counted by each \
         node for itself; a client that holds no secret is counted apart in each network (of IPv6: one /64).";
    RATE_INTROSPECTION: Count = "rate_limits.introspection", Is("600000"), A_MINUTE,
        "So many tokens one client may introspect in a minute.";
    RATE_VERIFICATION: Count = "rate_limits.verification", Is("600000"), A_MINUTE,
        "So many requests with one credential are let through by /v1/verify in a minute.";
    RATE_REVOCATION: Count = "rate_limits.revocation", Is("600"), A_MINUTE,
        "So many tokens one client may revoke in a minute.";
    RATE_CREDENTIAL_FAILURES: Count = "rate_limits.credential_failures", Is("60"), A_MINUTE,
        "So many wrong credentials of clients from one network in a minute are answered 401, the rest 429. Right ones are never \
         refused for it.";
    RATE_SIGN_IN: Count = "rate_limits.sign_in", Is("120"), A_MINUTE,
        "So many sign-ins, right or wrong, one network may try in a minute.";
    RATE_REGISTER: Count = "rate_limits.register", Is("20"), A_MINUTE,
        "So many accounts one network may ask for in a minute.";
    RATE_RESET: Count = "rate_limits.reset", Is("20"), A_MINUTE,
        "So many times in a minute one network may say that a password was forgotten.";
    RATE_VERIFY: Count = "rate_limits.verify", Is("60"), A_MINUTE,
        "So many times in a minute one network may prove an e-mail address, or ask for another mail.";
    RATE_INVITE: Count = "rate_limits.invite", Is("60"), A_MINUTE,
        "So many invitations one network may send or accept in a minute.";
    RATE_MAILS: Count = "rate_limits.mails_per_address", Is("5"), Count(1, 1000),
        "So many mails of one kind one e-mail address is sent in an hour, whoever asks for them, at all nodes together.";

    SIGNING_ALGORITHM: OneOf<SigningAlgorithm> = "signing.algorithm", Is("ES256"),
        OneOf(&[("ES256", SigningAlgorithm::Es256), ("EdDSA", SigningAlgorithm::EdDsa)]),
        "The algorithm of new signing keys.";
    SIGNING_ANNOUNCE: Seconds = "signing.announce_seconds", Is("3600"), Seconds(0, 30 * DAY),
        "How long a new key is published before it signs; longer than verifiers cache the key set.";

    LOG_FORMAT: OneOf<LogFormat> = "log.format", Is("auto"),
        OneOf(&[("auto", LogFormat::Auto), ("human", LogFormat::Human), ("json", LogFormat::Json)]),
        "The form of a log line; auto is human on a terminal and JSON otherwise.";
    LOG_LEVEL: Filter = "log.level", Is("info"), Filter,
        "What is logged.";

    RESOURCE_AUDIENCE: AbsoluteUri = "resources[].audience", Required, AbsoluteUri,
        "The API's identifier: `aud` of its tokens and the `resource` clients ask for.";
    RESOURCE_NAME: Label = "resources[].name", Required, Label(80),
        "What people call the API.";
    SCOPE_NAME: ScopeToken = "resources[].scopes[].name", Required, ScopeToken,
        "The scope as clients ask for it; unique over all resources.";
    SCOPE_TITLE: Label = "resources[].scopes[].title", Required, Label(80),
        "A few words for lists.";
    SCOPE_SENTENCE: Label = "resources[].scopes[].sentence", Required, Label(300),
        "What a person allows with it, in plain words.";
    SCOPE_EFFECT: OneOf<Effect> = "resources[].scopes[].effect", Required,
        OneOf(&[("reads", Effect::Reads), ("changes", Effect::Changes)]),
        "Whether it can change anything.";
    SCOPE_OPTIONAL: YesNo = "resources[].scopes[].optional", Is("false"), YesNo,
        "Whether the person may leave it out.";
    SCOPE_MINIMUM_ROLE: OneOf<Role> = "resources[].scopes[].minimum_role",
        Follows { on: "effect", then: default_role, told: "viewer if it reads, member if it changes" },
        OneOf(ROLES),
        "The lowest role in a workspace that reaches it.";
    SCOPE_BROWSER_SAFE: YesNo = "resources[].scopes[].browser_safe", Is("false"), YesNo,
        "Whether a key inside a web page may hold it.";
    SCOPE_REVEALS_USERNAME: YesNo = "resources[].scopes[].reveals_username", Is("false"), YesNo,
        "Whether introspection of a token with it tells `username`.";

    FORWARD_AUTH_NGINX: YesNo = "forward_auth.nginx", Is("false"), YesNo,
        "Whether /v1/verify puts its refusals as nginx's auth_request can take them: 401 stays, any other is 403, and \
         `x-auth-status` says which it is.";
    RULE_RESOURCE: AbsoluteUri = "forward_auth.rules[].resource", Required, AbsoluteUri,
        "The audience of the API that the rule is about; a credential must be meant for it.";
    RULE_METHODS: MethodNames = "forward_auth.rules[].methods", Is("*"), MethodNames,
        "The methods that the rule is about; GET includes HEAD.";
    RULE_PATH: PathPattern = "forward_auth.rules[].path", Required, PathPattern,
        "The paths that the rule is about. The first rule about a request counts; as soon as there is one rule, what none is about is refused.";
    RULE_SCOPES: ScopeTokens = "forward_auth.rules[].scopes", Is(""), ScopeTokens,
        "The scopes that the credential must have, all of them.";
    RULE_MINIMUM_ROLE: OneOf<Option<Role>> = "forward_auth.rules[].minimum_role", Is("none"), OneOf(LEAST_ROLE),
        "The lowest role that whoever it acts for must have in the workspace; an app that acts as itself has none.";

    UPGRADE_URL: HelpAddress = "upgrade_url", Is(""), HelpAddress,
        "Where people go for a plan that allows more: `plan_required` names it.";
    PLAN_NAME: PlanName = "plans[].name", Required, PlanName,
        "What a plan is called; unique. The first is what a workspace has that was given none. `consentry workspace plan` gives one.";
    PLAN_API_ACCESS: YesNo = "plans[].can_use_api_access", Is("true"), YesNo,
        "Whether API keys can be made and used in its workspaces. OAuth apps work without it.";
    PLAN_SCOPES: PlanScopes = "plans[].scopes", Is(""), PlanScopes,
        "What any credential can do at most in its workspaces.";
    PLAN_MAX_KEYS: Count = "plans[].max_keys", Is("1000"), Count(0, 1_000_000),
        "How many API keys one of its workspaces may have at once.";

    PROVIDER_ID: ProviderId = "identity_providers[].id", Required, ProviderId,
        "What the API calls the provider (`provider`), and what stands in addresses; unique.";
    PROVIDER_KIND: OneOf<ProviderKind> = "identity_providers[].kind", Required,
        OneOf(&[
            ("google", ProviderKind::Google),
            ("microsoft", ProviderKind::Microsoft),
            ("oidc", ProviderKind::Oidc),
        ]),
        "Whose rules its ID tokens follow; oidc is any other issuer of OpenID Connect.";
    PROVIDER_NAME: Label = "identity_providers[].name",
        Follows { on: "kind", then: provider_name, told: "Google or Microsoft; required for oidc" }, Label(40),
        "What people call it, as in \"Continue with …\".";
    PROVIDER_ISSUER: ProviderAddress = "identity_providers[].issuer",
        Follows { on: "kind", then: provider_issuer, told: "Google's, or Microsoft's for all tenants; required for oidc" },
        ProviderAddress,
        "Its `iss`, exactly. Microsoft's for all tenants is https://login.microsoftonline.com/{tenantid}/v2.0.";
    PROVIDER_CLIENT_ID: ForeignClient = "identity_providers[].client_id", Required, ForeignClient,
        "Our registration there: the `aud` of its ID tokens.";
    PROVIDER_CLIENT_SECRET: OptionalSecret = "identity_providers[].client_secret", Is(""), OptionalSecret,
        "Our secret there. Without it there is no button, and its ID tokens are accepted through the API only.";
    PROVIDER_AUDIENCES: ForeignClients = "identity_providers[].audiences", Is(""), ForeignClients,
        "More registrations there whose ID tokens are accepted, as of a mobile app.";
    PROVIDER_TENANTS: Tenants = "identity_providers[].tenants", Is(""), Tenants,
        "Microsoft: the tenants whose people may sign in; empty for any.";
    PROVIDER_DISCOVERY: OptionalAddress = "identity_providers[].discovery", Is(""), OptionalAddress,
        "Where its metadata is, if not at /.well-known/openid-configuration below the issuer (for all tenants: below common).";
    PROVIDER_VOUCHES: YesNo = "identity_providers[].vouches_for_email", Is("false"), YesNo,
        "oidc: whether its `email_verified` is believed. Whoever runs it can then sign in as anybody with a verified address here.";
}

fn provider_name(kind: &str) -> Option<&'static str> {
    match kind {
        "google" => Some("Google"),
        "microsoft" => Some("Microsoft"),
        _ => None,
    }
}

fn provider_issuer(kind: &str) -> Option<&'static str> {
    match kind {
        "google" => Some("https://accounts.google.com"),
        "microsoft" => Some("https://login.microsoftonline.com/{tenantid}/v2.0"),
        _ => None,
    }
}

/// The lists of tables, as they stand in the file.
pub(super) const LISTS: &[&str] = &["resources", "forward_auth.rules", "plans", "identity_providers"];

/// A million a second: nobody's machine.
const A_MINUTE: Count = Count(1, 60_000_000);

/// What `static/app.css` puts text on: `--bg`, `--surface`, `--sunken`.
const LIGHT_PAGES: &[Colour] = &[
    Colour(0xf7, 0xf7, 0xf5),
    Colour(0xff, 0xff, 0xff),
    Colour(0xef, 0xef, 0xec),
];
const DARK_PAGES: &[Colour] = &[
    Colour(0x11, 0x13, 0x15),
    Colour(0x19, 0x1c, 0x1f),
    Colour(0x0c, 0x0e, 0x0f),
];

const ROLES: &[(&str, Role)] = &[
    ("viewer", Role::Viewer),
    ("member", Role::Member),
    ("admin", Role::Admin),
    ("owner", Role::Owner),
];

const LEAST_ROLE: &[(&str, Option<Role>)] = &[
    ("none", None),
    ("viewer", Some(Role::Viewer)),
    ("member", Some(Role::Member)),
    ("admin", Some(Role::Admin)),
    ("owner", Some(Role::Owner)),
];

const JOINING: &[(&str, Joining)] = &[("open", Joining::Open), ("invitation", Joining::Invitation)];

/// Who runs the server for one organisation does not want strangers in it.
fn default_joining(mode: &str) -> Option<&'static str> {
    use super::rule::Rule;

    Some(match MODE.rule.read(mode).ok()? {
        Mode::Saas => "open",
        Mode::SelfHosted => "invitation",
    })
}

/// The name of the role that follows from an effect; none where the effect itself is faulty.
fn default_role(effect: &str) -> Option<&'static str> {
    use super::rule::Rule;

    let role = SCOPE_EFFECT.rule.read(effect).ok()?.default_role();
    ROLES
        .iter()
        .find(|(_, known)| *known == role)
        .map(|(name, _)| *name)
}
