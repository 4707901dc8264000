//! `GET /login/with/{provider}/callback`: the person comes back from their provider (RFC 6749 §4.1.2, OpenID Connect Core 1.0
//! §3.1.2.5).

use std::sync::Arc;

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path},
};
use zeroize::Zeroizing;

use super::{
    NotSignedIn, Refusal, admit,
    flow::{self, Flow},
    prove,
    upstream::{self, Exchange},
};
use crate::{
    accounts::{
        current::{self, Cookies},
        half_sign_in::{self, FirstFactor},
        id_token::Identity,
        login::{self, Asked, Shared, Visit},
        newcomer::{House, Newcomers},
        provider::{Metadata, Provider, Providers},
        second_factor,
        session::{self, Proved},
    },
    audit::{
        event::Event,
        log::{self, Actor, Origin},
    },
    platform::{
        Platform,
        clock::Timestamp,
        config::TENANT,
        db::Internal,
        secret::{Kind, Secret},
    },
    web::{
        context::RequestContext,
        language::Language,
        layout::Layout,
        params::Params,
        problem::Problem,
        redirect::see_other,
        stale::{self, Stale},
        words::errors,
    },
};

/// What a provider sends back.
struct Answer {
    state: String,
    code: Option<String>,
    error: Option<String>,
    iss: Option<String>,
}

impl Answer {
    fn read(req: &HttpRequest) -> Result<Self, Problem> {
        let malformed = |why: String| Problem::new(&errors::MALFORMED_QUERY, why);
        let query = Params::parse(req.query_string().as_bytes()).map_err(|bad| malformed(bad.to_string()))?;
        let one = |name| {
            let value = query.one(name).map_err(|bad| malformed(bad.to_string()))?;
            Ok::<_, Problem>(value.map(str::to_owned))
        };
        Ok(Self {
            state: one("state")?.unwrap_or_default(),
            code: one("code")?,
            error: one("error")?,
            iss: one("iss")?,
        })
    }

    /// Whether it can be this provider's (RFC 9207 §2.4).
    fn is_of(&self, provider: &Provider, metadata: &Metadata) -> bool {
        match &self.iss {
            None => !metadata.sends_iss,
            // Which tenant it is only the ID token says.
            Some(_) if provider.config.issuer.contains(TENANT) => true,
            Some(iss) => *iss == provider.config.issuer,
        }
    }
}

pub(super) async fn get(
    req: HttpRequest,
    path: Path<String>,
    (platform, providers, destinations, manners): Shared,
    newcomers: Data<Newcomers>,
    context: RequestContext,
    language: Language,
) -> Result<HttpResponse, Problem> {
    let now = platform.clock.now();
    let config = &platform.config;
    let provider = { providers.with_button() }
        .find(|provider| provider.config.id == *path)
        .ok_or_else(Problem::not_found)?;
    let answer = Answer::read(&req)?;
    let cookies = Cookies::read(&req, config);
    // What this browser did not begin changes nothing, also not what it did begin.
    let Some(flow) = Flow::read(&req, config, &cookies, (&path, &answer.state), now) else {
        return Ok(stale::page(
            &Stale::default(),
            &manners,
            language,
            &context.request_id,
        ));
    };
    let asked = Asked {
        request: flow.request.clone(),
        page: flow.page.clone(),
        now,
    };
    let request_id = context.request_id.clone();
    let visit = match Visit::read(&platform, **destinations, &providers, asked, &cookies).await? {
        Ok(visit) => visit,
        Err(over) => return forgotten(stale::page(&over, &manners, language, &request_id), &platform),
    };
    let coming = Coming {
        platform: &platform,
        providers: &providers,
        provider,
        newcomers: *newcomers.get_ref(),
        now,
    };
    let came = (cookies.clone(), visit.return_to().to_owned());
    let response = match coming.signed_in(flow, answer, came, context.into()).await? {
        Ok(half) if half.kind() == Kind::HalfSignIn => {
            login::second_factor::ask(config, &cookies, &half, visit.request.as_deref())?
        }
        Ok(session) => {
            let mut response = see_other(visit.return_to());
            let cookie = current::session_cookie(config, &session);
            response.add_cookie(&cookie).map_err(|_| Problem::internal())?;
            response
        }
        Err(told) => login::told(&visit, &cookies, Layout::of(&manners, language), &told),
    };
    forgotten(response, &platform)
}

/// The sign-in is over, however it ended: its state is worth nothing any more.
fn forgotten(mut response: HttpResponse, platform: &Platform) -> Result<HttpResponse, Problem> {
    let over = flow::over(&platform.config);
    response.add_cookie(&over).map_err(|_| Problem::internal())?;
    Ok(response)
}

/// Somebody who comes back from a provider.
struct Coming<'a> {
    platform: &'a Data<Platform>,
    providers: &'a Providers,
    provider: &'a Arc<Provider>,
    newcomers: Newcomers,
    now: Timestamp,
}

impl Coming<'_> {
    /// The cookie of the session, or of a sign-in that waits for its second factor, or what the person is told.
    async fn signed_in(
        &self,
        flow: Flow,
        answer: Answer,
        came: (Cookies, String),
        origin: Origin,
    ) -> Result<Result<Secret, NotSignedIn>, Problem> {
        let provider = self.provider;
        let no_answer = Ok(Err(NotSignedIn::no_answer(provider)));
        let Ok(metadata) = provider.metadata(self.now).await else {
            return no_answer;
        };
        if !answer.is_of(provider, &metadata) {
            tracing::warn!(provider = provider.config.id, "an answer names another issuer");
            return Ok(Err(NotSignedIn::failed(provider)));
        }
        if answer.error.as_deref() == Some("access_denied") {
            return Ok(Err(NotSignedIn::cancelled(provider)));
        }
        let Some(code) = answer.code.filter(|_| answer.error.is_none()) else {
            return Ok(Err(NotSignedIn::failed(provider)));
        };
        let token = match self.id_token(&metadata, (code, flow.verifier)).await {
            Ok(token) => token,
            Err(told) => return Ok(Err(told)),
        };
        let id = &provider.config.id;
        let Ok(proved) = prove(self.providers, id, &token, Some(&flow.nonce), self.now).await else {
            return no_answer;
        };
        let admitted = match proved {
            Ok(person) => self.begin(person, came, origin).await?,
            Err(refusal) => Err(refusal),
        };
        Ok(admitted.map_err(|refusal| NotSignedIn::refused(provider, refusal)))
    }

    async fn id_token(
        &self,
        metadata: &Metadata,
        redeemed: (String, String),
    ) -> Result<Zeroizing<String>, NotSignedIn> {
        let (provider, issuer) = (self.provider, &self.platform.config.issuer);
        match upstream::exchange(provider, metadata, issuer, redeemed).await {
            Exchange::IdToken(token) => Ok(token),
            Exchange::Refused(error) => {
                tracing::warn!(provider = provider.config.id, error, "a provider refused a code");
                Err(NotSignedIn::failed(provider))
            }
            Exchange::NoAnswer(why) => {
                tracing::warn!(
                    provider = provider.config.id,
                    why,
                    "a code could not be exchanged"
                );
                Err(NotSignedIn::no_answer(provider))
            }
        }
    }

    /// Begins the session, as a password does: the one before in this browser ends (CWE-384).
    async fn begin(
        &self,
        person: Identity,
        (cookies, return_to): (Cookies, String),
        origin: Origin,
    ) -> Result<Result<Secret, Refusal>, Problem> {
        let lifetime = self.platform.session_lifetime();
        let (newcomers, now, work) = (self.newcomers, self.now, self.platform.clone());
        let begun = self.platform.db.write(move |conn| {
            let house = House {
                config: &work.config,
                newcomers,
            };
            let account = match admit(conn, &person, house, &origin, now)? {
                Ok(account) => account,
                Err(refusal) => return Ok(Err(refusal)),
            };
            if second_factor::is_needed(conn, account.id, person.methods())? {
                let browser = { cookies.browser.as_ref() }
                    .ok_or_else(|| Internal::Fault("a sign-in came back to no browser".to_owned()))?;
                let first = FirstFactor {
                    account: &account,
                    amr: person.methods(),
                    browser: browser.digest(),
                    return_to: &return_to,
                };
                return Ok(Ok(half_sign_in::begin(conn, first, now)?));
            }
            if let Some(before) = &cookies.session {
                session::end(conn, before, now)?;
            }
            let signed_in = Event::SignedIn { account: account.id };
            log::append(conn, Actor::Account(account.id), &origin, &signed_in, now)?;
            let proved = Proved {
                account: &account,
                amr: person.methods(),
                from: &origin,
            };
            Ok(Ok(session::start(conn, proved, lifetime, now)?))
        });
        let begun = begun.await?;
        let outcome = if begun.is_ok() { "right" } else { "not_linked" };
        metrics::counter!("sign_in_total", "outcome" => outcome).increment(1);
        Ok(begun)
    }
}
