//! Whether a request may pass: an ordered checklist. What comes first is what costs nothing and tells nothing.

use actix_web::{
    HttpRequest,
    http::header::{AUTHORIZATION, HeaderMap},
    web::Data,
};
use zeroize::Zeroizing;

use crate::{
    access::{
        credential::{Credential, CredentialKind},
        dead,
        forwarded::{self, Forwarded, folded},
        protected_resource,
        resolve::{Dead, From, Question, Resolved, is_plausible, resolve},
        verify::answer,
    },
    platform::{
        Platform,
        config::{Config, ForwardRule, Role, Ruling},
    },
    web::{
        caller::{bearer, invalid_token, named_workspace, origin},
        context::RequestContext,
        limit::{self, Rule, Who},
        params::Params,
        problem::Problem,
        words::errors,
    },
    wire::scope::Scope,
};

/// A request that may not pass.
pub(super) struct Refusal {
    /// What the caller is told.
    pub(super) problem: Problem,
    /// `WWW-Authenticate` (RFC 6750 §3, RFC 9728 §5.1).
    pub(super) challenge: Option<String>,
}

/// Where the request is made to, as far as the configuration tells.
struct Target<'a> {
    /// The API that a credential must be meant for; nothing where no rule is about the request and there are several.
    audience: Option<&'a str>,
    ruling: Ruling<'a>,
}

/// The live credential with which the request may pass.
pub(super) async fn decide(req: &HttpRequest, platform: &Data<Platform>) -> Result<Credential, Refusal> {
    let config = &platform.config;
    let target = target(req, config).map_err(Refusal::plain)?;
    let refuse = |problem| Refusal::of(problem, config, target.audience);

    let presented = presented(req).map_err(refuse)?;
    let workspace = named_workspace(req, &config.workspace_header.names).map_err(refuse)?;
    let credential = match find(req, platform, presented, workspace).await.map_err(refuse)? {
        Ok(credential) => credential,
        Err(dead) => {
            // Only now: who has a good credential never waits for others at its address who have none.
            let counted = limit::count(req, Rule::CredentialFailures, Who::Network);
            let why = || dead::problem(dead, config);
            return Err(refuse(counted.err().map_or_else(why, Problem::from)));
        }
    };
    let counted = limit::count(req, Rule::Verification, Who::Client(credential.id));
    counted.map_err(|over| refuse(over.into()))?;
    if let Some(audience) = target.audience
        && !credential.audience.iter().any(|meant| meant == audience)
    {
        return Err(refuse(invalid_token()));
    }
    if credential.workspace_id.is_none() {
        let detail = format!(
            "Name the workspace with the {} header.",
            config.workspace_header.names[0]
        );
        return Err(refuse(Problem::new(&errors::WORKSPACE_REQUIRED, detail)));
    }
    match target.ruling {
        Ruling::By(rule) => check(rule, &credential).map_err(|unmet| unmet.refusal(config, rule))?,
        Ruling::Unruled if config.forward_auth.rules.is_empty() => {}
        Ruling::Unruled | Ruling::Unclear => {
            let detail = "No rule of the server lets such a request through, whoever makes it.";
            return Err(refuse(Problem::new(&errors::NO_RULE, detail)));
        }
    }
    Ok(credential)
}

/// What the request is, and what it is made to. Nothing of the caller's credential is looked at yet.
fn target<'a>(req: &HttpRequest, config: &'a Config) -> Result<Target<'a>, Problem> {
    let asked = asked_resource(req, config)?;
    injected(req.headers())?;
    let Forwarded { method, path } = forwarded(req.headers())?;
    let ruling = config.forward_auth.ruling(asked, &method, &path);
    let audience = match (ruling, asked, config.resources.as_slice()) {
        (Ruling::Unclear, _, _) => {
            let detail =
                "The address differs from one that has a rule only in case or by a slash at the end.";
            return Err(Problem::new(&errors::BAD_FORWARDED_REQUEST, detail));
        }
        (Ruling::By(rule), _, _) => Some(rule.resource.as_str()),
        (Ruling::Unruled, Some(asked), _) => Some(asked),
        (Ruling::Unruled, None, [only]) => Some(only.audience.as_str()),
        (Ruling::Unruled, None, _) if !config.forward_auth.rules.is_empty() => None,
        // Meant for any of several is meant for none in particular.
        (Ruling::Unruled, None, _) => {
            let detail = "The proxy does not say which API it protects: add ?resource= with its audience.";
            return Err(Problem::new(&errors::BAD_REQUEST, detail));
        }
    };
    Ok(Target { audience, ruling })
}

/// The API that the proxy names. Anything else in the query may be the caller's own, handed on by mistake.
fn asked_resource<'a>(req: &HttpRequest, config: &'a Config) -> Result<Option<&'a str>, Problem> {
    let bad = |detail: &'static str| Problem::new(&errors::BAD_REQUEST, detail);
    let query = Params::parse(req.query_string().as_bytes())
        .map_err(|_| bad("The query of this address cannot be read."))?;
    if !query.many("access_token").is_empty() {
        return Err(bad(
            "A token belongs into the Authorization header, never into the address.",
        ));
    }
    if query.names().any(|name| name != "resource") {
        return Err(bad("This address takes ?resource= and nothing else."));
    }
    let Some(asked) = query
        .one("resource")
        .map_err(|_| bad("resource is given more than once."))?
    else {
        return Ok(None);
    };
    let known = config
        .resource(asked)
        .ok_or_else(|| bad("No API that is configured has that audience."))?;
    Ok(Some(&known.audience))
}

/// A caller that sends an identity header of its own, in any spelling, hopes that the proxy or the API takes it for ours.
fn injected(headers: &HeaderMap) -> Result<(), Problem> {
    let is_ours = headers
        .keys()
        .any(|name| answer::ALL.contains(&folded(name.as_str()).as_ref()));
    if is_ours {
        let detail = "The request brings a header that only the server sets.";
        return Err(Problem::new(&errors::BAD_FORWARDED_REQUEST, detail));
    }
    Ok(())
}

fn forwarded(headers: &HeaderMap) -> Result<Forwarded, Problem> {
    let bad = |detail| Problem::new(&errors::BAD_FORWARDED_REQUEST, detail);
    let one = |name| {
        let mut lines = headers.get_all(name);
        // Sent twice, once may be the caller's own.
        let only = lines.next().filter(|_| lines.next().is_none());
        only.and_then(|value| value.to_str().ok())
            .ok_or_else(|| bad("x-forwarded-method and x-forwarded-uri must each be there once, in ASCII."))
    };
    forwarded::read(one("x-forwarded-method")?, one("x-forwarded-uri")?).map_err(bad)
}

/// A credential as it was sent.
struct Presented {
    token: Zeroizing<String>,
    by: Header,
}

/// In which header.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Header {
    Authorization,
    ApiKey,
}

/// The one credential. Two of them could be of two people, and the API might look at the other one.
fn presented(req: &HttpRequest) -> Result<Presented, Problem> {
    let mut keys = req.headers().get_all("x-api-key");
    let Some(key) = keys.next() else {
        return Ok(Presented {
            token: bearer(req)?,
            by: Header::Authorization,
        });
    };
    if keys.next().is_some() || req.headers().contains_key(AUTHORIZATION) {
        return Err(Problem {
            // RFC 6750 §3.1.
            challenge: Some("Bearer error=\"invalid_request\""),
            ..Problem::new(
                &errors::BAD_REQUEST,
                "Send one credential: in Authorization, or in x-api-key.",
            )
        });
    }
    let key = key
        .to_str()
        .ok()
        .filter(|key| !key.is_empty())
        .ok_or_else(invalid_token)?;
    Ok(Presented {
        token: Zeroizing::new(key.to_owned()),
        by: Header::ApiKey,
    })
}

/// The live credential, if it is one for APIs, or why there is none.
async fn find(
    req: &HttpRequest,
    platform: &Data<Platform>,
    presented: Presented,
    workspace: Option<String>,
) -> Result<Resolved, Problem> {
    let Presented { token, by } = presented;
    if !is_plausible(&platform.config.vendor, &token) {
        return Ok(Err(Dead::Unknown));
    }
    let (work, now) = (platform.clone(), platform.clock.now());
    let (address, origin) = (RequestContext::found(req).address, origin(req));
    let found = platform.db.read(move |conn| {
        let question = Question {
            token: &token,
            workspace: workspace.as_deref(),
            from: From {
                address,
                origin: origin.as_deref(),
            },
        };
        resolve(conn, &work.config, question, now)
    });
    let found = found.await?;
    Ok(found.and_then(|credential| {
        if is_for_apis(credential.kind, by) {
            Ok(credential)
        } else {
            Err(Dead::Unknown)
        }
    }))
}

/// A refresh token is good at the token endpoint only, and `x-api-key` is for API keys.
fn is_for_apis(kind: CredentialKind, by: Header) -> bool {
    match kind {
        CredentialKind::AccessToken | CredentialKind::Session => by == Header::Authorization,
        CredentialKind::ApiKey => true,
        CredentialKind::RefreshToken => false,
    }
}

/// What a credential lacks.
enum Unmet {
    Scope,
    Role,
}

fn check(needs: &ForwardRule, credential: &Credential) -> Result<(), Unmet> {
    let needed = Scope::from_stored(needs.scopes.clone());
    if !needed.is_within(&credential.scope) {
        return Err(Unmet::Scope);
    }
    let role = credential.role();
    match needs.minimum_role {
        // Of nobody it is known what they are.
        Some(least) if role.is_none_or(|role| role < least) => Err(Unmet::Role),
        _ => Ok(()),
    }
}

impl Unmet {
    fn refusal(&self, config: &Config, rule: &ForwardRule) -> Refusal {
        match self {
            Self::Scope => {
                let scope = rule.scopes.join(" ");
                let detail = format!("This needs the scope {scope}.");
                // A scope-token has neither quote nor backslash (RFC 6749 §3.3), so there is nothing to escape.
                let challenge = format!("Bearer error=\"insufficient_scope\", scope=\"{scope}\"");
                let problem = Problem::new(&errors::INSUFFICIENT_SCOPE, detail);
                Refusal {
                    challenge: Some(with_metadata(&challenge, config, Some(&rule.resource))),
                    problem,
                }
            }
            Self::Role => {
                let least = rule.minimum_role.map_or("", Role::as_str);
                let detail = format!("This needs the role {least} or a higher one.");
                Refusal::plain(Problem::new(&errors::PERMISSION_DENIED, detail))
            }
        }
    }
}

impl Refusal {
    fn plain(problem: Problem) -> Self {
        let challenge = problem.challenge.map(str::to_owned);
        Self { problem, challenge }
    }

    /// With the way to a better credential, if the problem has a challenge.
    fn of(problem: Problem, config: &Config, audience: Option<&str>) -> Self {
        let challenge = { problem.challenge }.map(|challenge| with_metadata(challenge, config, audience));
        Self { problem, challenge }
    }
}

/// A challenge with `resource_metadata` (RFC 9728 §5.1), where it is known which API is meant.
fn with_metadata(challenge: &str, config: &Config, audience: Option<&str>) -> String {
    let Some(audience) = audience else {
        return challenge.to_owned();
    };
    let between = if challenge.contains('=') { ", " } else { " " };
    let address = protected_resource::address(config, audience);
    format!("{challenge}{between}resource_metadata=\"{address}\"")
}
