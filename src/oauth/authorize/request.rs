//! The authorization request (RFC 6749 §4.1.1), checked once, one rule after the other.
//!
//! The order is the rule: before client and redirect URI are established nothing may be sent anywhere (§4.1.2.1), so
//! they come first; everything after them is told to the client.

use crate::{
    oauth::{
        authorize::refusal::{Callback, Refusal, Unestablished},
        client::registration::Client,
    },
    platform::{config::Config, id::ClientId},
    web::params::{Params, Repeated},
    wire::{
        error::OAuthError, grant_type::GrantType, pkce::CodeChallenge, prompt::Prompt, resource::ResourceUri,
        scope::Scope,
    },
    workspaces::power,
};

/// Longest `state`, in bytes.
const LONGEST_STATE: usize = 2048;

/// Longest `login_hint` and `workspace`, in bytes; they are hints, so a longer one is as good as none.
const LONGEST_HINT: usize = 320;

/// A request that passed every check.
#[derive(Debug)]
pub struct AuthorizationRequest {
    /// Where its answer goes.
    pub callback: Callback,
    /// What is asked for.
    pub scope: Scope,
    /// S256, or nothing (policy P-2).
    pub code_challenge: Option<CodeChallenge>,
    /// The audiences asked for; empty: those of the scopes (RFC 8707).
    pub resource: Vec<String>,
    /// How the person is to be asked.
    pub prompt: Prompt,
    /// Whom the client expects.
    pub login_hint: Option<String>,
    /// Which workspace the client expects: id or slug.
    pub workspace_hint: Option<String>,
}

/// Which client the request names.
pub fn client_id(params: &Params) -> Result<ClientId, Refusal> {
    let named = params.one("client_id").ok().flatten();
    named
        .and_then(ClientId::parse)
        .ok_or(Refusal::Page(Unestablished::UnknownClient))
}

/// Checks everything but who the client is, which the caller has looked up.
pub fn check(params: &Params, client: &Client, config: &Config) -> Result<AuthorizationRequest, Refusal> {
    // 1. Client and redirect URI, before all else.
    let page = |why| Refusal::Page(why);
    let redirect_uri = params
        .one("redirect_uri")
        .ok()
        .flatten()
        .ok_or(page(Unestablished::UnregisteredRedirectUri))?;
    // A repeated or oversized state cannot be echoed; that it is refused comes below.
    let state = params
        .one("state")
        .ok()
        .flatten()
        .filter(|state| state.len() <= LONGEST_STATE)
        .map(str::to_owned);
    let callback = Callback::established(client, redirect_uri, state)
        .ok_or(page(Unestablished::UnregisteredRedirectUri))?;
    if client.disabled_at.is_some() {
        return Err(page(Unestablished::DisabledClient));
    }
    // 2. Everything else is told to the client.
    match read(params, client, config, &callback) {
        Ok(request) => Ok(request),
        Err(error) => Err(Refusal::Redirect(callback, error)),
    }
}

fn read(
    params: &Params,
    client: &Client,
    config: &Config,
    callback: &Callback,
) -> Result<AuthorizationRequest, OAuthError> {
    let repeated = |error: Repeated| OAuthError::invalid_request(error.to_string());
    let one = |name| params.one(name).map_err(repeated);
    // §3.1: a known parameter twice is an error; an unknown one is ignored, however often it comes.
    for name in [
        "response_type",
        "response_mode",
        "scope",
        "state",
        "code_challenge",
        "code_challenge_method",
        "prompt",
        "login_hint",
        "workspace",
    ] {
        one(name)?;
    }
    // RFC 9101 is not supported, and nothing is ever fetched from where a request points (OpenID Connect §6.1).
    if one("request")?.is_some() {
        return Err(OAuthError::request_not_supported(
            "request objects are not supported",
        ));
    }
    if one("request_uri")?.is_some() {
        return Err(OAuthError::request_uri_not_supported(
            "request_uri is not supported",
        ));
    }
    match one("response_type")? {
        None => return Err(OAuthError::invalid_request("response_type is missing")),
        Some("code") => {}
        Some(_) => {
            return Err(OAuthError::unsupported_response_type(
                "response_type must be code",
            ));
        }
    }
    if one("response_mode")?.is_some_and(|mode| mode != "query") {
        return Err(OAuthError::invalid_request("response_mode must be query"));
    }
    if !client.may_use(GrantType::AuthorizationCode) {
        return Err(OAuthError::unauthorized_client(
            "this client may not use authorization_code",
        ));
    }
    if one("state")?.is_some() && callback.state().is_none() {
        return Err(OAuthError::invalid_request("state is longer than 2048 bytes"));
    }
    Ok(AuthorizationRequest {
        callback: callback.clone(),
        scope: scope(one("scope")?, client, config)?,
        code_challenge: code_challenge(one("code_challenge")?, one("code_challenge_method")?, client)?,
        resource: resource(params, config)?,
        prompt: one("prompt")?
            .map(Prompt::parse)
            .transpose()
            .map_err(|bad| OAuthError::invalid_request(bad.to_string()))?
            .unwrap_or_default(),
        login_hint: hint(one("login_hint")?),
        workspace_hint: hint(one("workspace")?),
    })
    .and_then(|request| {
        let reaches = request.resource.is_empty()
            || !power::within(config, &request.scope, &request.resource).is_empty();
        reaches
            .then_some(request)
            .ok_or_else(|| OAuthError::invalid_target("none of the scopes belongs to the requested resource"))
    })
}

/// §3.3: what is asked for, or else the client's default; all of it known, all of it the client's.
fn scope(asked: Option<&str>, client: &Client, config: &Config) -> Result<Scope, OAuthError> {
    let scope = match asked {
        Some(text) => Scope::parse(text).map_err(|bad| OAuthError::invalid_scope(bad.to_string()))?,
        None => client.default_scope.clone(),
    };
    if scope.is_empty() {
        return Err(OAuthError::invalid_scope(
            "scope is missing, and this client has no default",
        ));
    }
    if scope.iter().any(|name| config.scope(name).is_none()) {
        return Err(OAuthError::invalid_scope("a requested scope does not exist"));
    }
    if !scope.is_within(&client.scope) {
        return Err(OAuthError::invalid_scope(
            "this client may not ask for all of these scopes",
        ));
    }
    Ok(scope)
}

/// RFC 7636 §4.3, §4.4.1, and policy P-2: S256 only; required of public clients and of those that said so.
fn code_challenge(
    challenge: Option<&str>,
    method: Option<&str>,
    client: &Client,
) -> Result<Option<CodeChallenge>, OAuthError> {
    match (challenge, method) {
        (Some(challenge), method) => CodeChallenge::parse(challenge, method)
            .map(Some)
            .map_err(|bad| OAuthError::invalid_request(bad.to_string())),
        (None, Some(_)) => Err(OAuthError::invalid_request("code_challenge is missing")),
        (None, None) if client.require_pkce => Err(OAuthError::invalid_request(
            "code_challenge is missing; this client must use PKCE (S256)",
        )),
        (None, None) => Ok(None),
    }
}

/// RFC 8707 §2: the one parameter that may repeat; each must be a configured resource.
fn resource(params: &Params, config: &Config) -> Result<Vec<String>, OAuthError> {
    let mut audiences = Vec::new();
    for text in params
        .many("resource")
        .into_iter()
        .filter(|text| !text.is_empty())
    {
        let uri = ResourceUri::parse(text).map_err(|bad| OAuthError::invalid_target(bad.to_string()))?;
        if config.resource(uri.as_str()).is_none() {
            return Err(OAuthError::invalid_target("a requested resource does not exist"));
        }
        if !audiences.iter().any(|known| known == uri.as_str()) {
            audiences.push(uri.as_str().to_owned());
        }
    }
    Ok(audiences)
}

fn hint(text: Option<&str>) -> Option<String> {
    text.filter(|text| text.len() <= LONGEST_HINT).map(str::to_owned)
}
