//! What every endpoint that clients call does first: reads the form, then lets the client in.

use actix_web::{
    HttpRequest,
    http::header::AUTHORIZATION,
    web::{Bytes, Data},
};

use utoipa::ToSchema;

use crate::{
    audit::{log::Origin, refusals::Refusals},
    oauth::{
        client::{
            authenticate::{Presented, authenticate},
            registration::{Client, Kind},
        },
        refused::Refused,
    },
    platform::{Platform, clock::Timestamp, db::Db, id::ClientId},
    web::{
        context::RequestContext,
        form,
        limit::{self, Rule, Who},
        params::Params,
    },
    wire::{
        error::{ErrorCode, OAuthError},
        grant_type::GrantType,
    },
};

/// The form that names a token, as `/openapi.json` describes it.
#[derive(ToSchema)]
pub struct TokenToLookUp {
    /// An access token or a refresh token.
    #[schema(min_length = 1)]
    pub token: String,
    /// Which of both it may be. Not needed: a token says what it is.
    #[schema(nullable = false)]
    pub token_type_hint: Option<String>,
    /// Who asks, unless the Authorization header says it. Empty counts as absent, as everywhere in OAuth.
    #[schema(nullable = false)]
    pub client_id: Option<String>,
    /// Its proof, unless the Authorization header has it.
    #[schema(format = Password, nullable = false)]
    pub client_secret: Option<String>,
}

/// An authenticated request of a client.
pub struct ClientRequest {
    /// Who asks, proven.
    pub client: Client,
    /// The form; nothing in it repeats but `resource`.
    pub params: Params,
    /// The request's instant.
    pub now: Timestamp,
    /// For the log.
    pub origin: Origin,
    /// The database, for what is left of this request's time.
    pub db: Db,
}

impl ClientRequest {
    /// Reads the form, authenticates the client and counts the request by this rule.
    ///
    /// Refuses with `invalid_request` what is no well-formed form, with `invalid_client` whom it does not let in, and with
    /// `too_many_requests` who is let in too often. Whoever fails too often from one network gets that instead of `invalid_client`.
    pub async fn read(
        req: &HttpRequest,
        body: Bytes,
        platform: &Data<Platform>,
        refusals: &Refusals,
        rule: Rule,
    ) -> Result<Self, Refused> {
        let params = read_params(req, body)?;
        Self::proven(req, params, platform, refusals, rule).await
    }

    /// The same, of a form that is read already.
    pub async fn proven(
        req: &HttpRequest,
        params: Params,
        platform: &Data<Platform>,
        refusals: &Refusals,
        rule: Rule,
    ) -> Result<Self, Refused> {
        match Self::authenticated(req, params, platform, refusals).await {
            Ok(request) => {
                let who = match request.client.kind {
                    Kind::Public => Who::Claimed(request.client.id.uuid()),
                    Kind::Confidential | Kind::ResourceServer => Who::Client(request.client.id.uuid()),
                };
                limit::count(req, rule, who)
                    .map_err(|over| noted(refusals, request.client.id, over.into()))?;
                Ok(request)
            }
            // Only now: who proves itself never waits for others at its address who cannot.
            Err(Refused(error)) if error.code == ErrorCode::InvalidClient => {
                limit::count(req, Rule::CredentialFailures, Who::Network).map_err(OAuthError::from)?;
                Err(Refused(error))
            }
            Err(refused) => Err(refused),
        }
    }

    async fn authenticated(
        req: &HttpRequest,
        params: Params,
        platform: &Data<Platform>,
        refusals: &Refusals,
    ) -> Result<Self, Refused> {
        let presented = presented(req, &params)?;
        let now = platform.clock.now();
        let vendor = platform.config.vendor.clone();
        let db = platform.db.for_one_request();
        let outcome = db
            .read(move |conn| authenticate(conn, &vendor, &presented, now))
            .await?;
        let client = outcome.map_err(|rejected| {
            metrics::counter!("client_rejected_total").increment(1);
            if let Some(known) = rejected.known {
                refusals.note(known, rejected.error.code.as_str());
            }
            rejected.error
        })?;
        Ok(Self {
            client,
            params,
            now,
            origin: Origin::from(RequestContext::found(req)),
            db,
        })
    }

    /// The value of a parameter that may be there.
    pub fn optional(&self, name: &'static str) -> Result<Option<&str>, OAuthError> {
        self.params
            .one(name)
            .map_err(|repeated| OAuthError::invalid_request(repeated.to_string()))
    }

    /// The value of a parameter that must be there.
    pub fn required(&self, name: &'static str) -> Result<&str, OAuthError> {
        self.optional(name)?
            .ok_or_else(|| OAuthError::invalid_request(format!("{name} is missing")))
    }
}

/// Reads the form. Nothing in it repeats but what may: `resource` (RFC 8707 §2), and `audience` where it has a meaning (RFC 8693 §2.1).
pub fn read_params(req: &HttpRequest, body: Bytes) -> Result<Params, OAuthError> {
    let bytes = form::read_form(req, body).map_err(|bad| OAuthError::invalid_request(bad.to_string()))?;
    let params = Params::parse(&bytes).map_err(|bad| OAuthError::invalid_request(bad.to_string()))?;
    let is_exchange = params
        .one("grant_type")
        .is_ok_and(|named| named.and_then(GrantType::parse) == Some(GrantType::TokenExchange));
    let repeat: &[&str] = if is_exchange {
        &["resource", "audience"]
    } else {
        &["resource"]
    };
    params
        .refuse_repeats(repeat)
        .map_err(|bad| OAuthError::invalid_request(bad.to_string()))?;
    Ok(params)
}

/// Who says that they sent this.
pub fn presented(req: &HttpRequest, params: &Params) -> Result<Presented, OAuthError> {
    let authorization: Vec<&str> = req
        .headers()
        .get_all(AUTHORIZATION)
        .map(|value| {
            value
                .to_str()
                .map_err(|_| OAuthError::invalid_client("the Authorization header is malformed"))
        })
        .collect::<Result<_, _>>()?;
    Presented::read(&authorization, req.query_string(), params)
}

/// Notes a refusal of a known client, on its way out.
pub fn noted(refusals: &Refusals, client: ClientId, error: OAuthError) -> Refused {
    refusals.note(client, error.code.as_str());
    Refused(error)
}
