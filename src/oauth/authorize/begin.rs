//! `GET|POST /oauth/authorize` (RFC 6749 §3.1): the beginning of a request.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{self, Bytes, Data, ServiceConfig},
};

use utoipa::{IntoParams, ToSchema};

use crate::{
    accounts::door::Browser,
    oauth::{
        authorize::{
            closed::Closed,
            refusal::{Refusal, Unestablished},
            request, respond, stored_request,
            visit::Visit,
        },
        client::registration,
    },
    platform::{Platform, id::ClientId},
    web::{
        answers::refusals, form, methods::resource, observe::Manners, params::Params, problem::Problem,
        redirect::see_other, stale::Stale,
    },
};

/// The routes.
pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(
        resource("/oauth/authorize", "GET, HEAD, POST")
            .route(web::get().to(get))
            .route(web::head().to(get))
            .route(web::post().to(post)),
    );
}

/// What an app sends a browser with, as `/openapi.json` describes it.
#[derive(IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
#[expect(
    dead_code,
    reason = "the parameters are read by hand; this says what they are"
)]
pub(crate) struct AuthorizationForm {
    /// `code`: nothing else is answered.
    response_type: String,
    /// Who asks.
    client_id: ClientId,
    /// Where the answer goes: one of those that the client registered, character by character.
    #[param(format = "uri")]
    #[schema(format = "uri")]
    redirect_uri: String,
    /// Handed back with the answer: compare it.
    #[param(nullable = false)]
    #[schema(nullable = false)]
    state: Option<String>,
    /// What the app wants to do, separated by single blanks; the client's default where it is absent.
    #[param(nullable = false)]
    #[schema(nullable = false)]
    scope: Option<String>,
    /// What the `code_verifier` hashes to (RFC 7636); public clients must send it.
    #[param(nullable = false)]
    #[schema(nullable = false)]
    code_challenge: Option<String>,
    /// `S256`, where there is a challenge.
    #[param(nullable = false)]
    #[schema(nullable = false)]
    code_challenge_method: Option<String>,
    /// For which APIs (RFC 8707); may be repeated.
    #[param(nullable = false)]
    #[schema(nullable = false)]
    resource: Option<Vec<String>>,
    /// `none`, `login`, `consent` or `select_account`: what the person must or must not be asked.
    #[param(nullable = false)]
    #[schema(nullable = false)]
    prompt: Option<String>,
}

refusals! {
    PageRefusals: Problem [INVALID_REQUEST, UNKNOWN_CLIENT, INVALID_REDIRECT_URI, CLIENT_DISABLED];
    FormRefusals: Problem [
        INVALID_REQUEST, UNKNOWN_CLIENT, INVALID_REDIRECT_URI, CLIENT_DISABLED, UNSUPPORTED_MEDIA_TYPE, UNSUPPORTED_CHARSET,
    ];
}

/// Asks a person whether the app may have access.
///
/// RFC 6749 §4.1.1. For browsers: send one here. The person signs in and decides; then the browser comes back to `redirect_uri` with a
/// `code`, or with an `error`, and with `state` and `iss`.
#[utoipa::path(
    get,
    path = "/oauth/authorize",
    tag = "OAuth",
    operation_id = "authorize",
    params(AuthorizationForm),
    responses(
        (status = 200, description = "The page that asks the person.", body = String, content_type = "text/html"),
        (status = 303, description = "On to sign-in, or back to the app with its answer.", headers(("Location" = String, description = "Where to."))),
        PageRefusals,
    ),
)]
pub(crate) async fn get(
    req: HttpRequest,
    browser: Browser,
    platform: Data<Platform>,
    manners: Data<Manners>,
) -> Result<HttpResponse, Problem> {
    let refuse = |refusal: &Refusal| refuse(refusal, &manners, &browser);
    let Ok(params) = Params::parse(req.query_string().as_bytes()) else {
        return Ok(refuse(&Refusal::Page(Unestablished::Malformed)));
    };
    let (client, checked) = match check(&platform, params).await? {
        Ok(checked) => checked,
        Err(refusal) => return Ok(refuse(&refusal)),
    };
    let browser = browser.with_cookie();
    let (work, known) = (platform.clone(), browser.clone());
    let visit = platform
        .db
        .write(move |conn| {
            let Some(cookie) = &known.cookies.browser else {
                return Ok(Err(Closed::Stale(Stale::default())));
            };
            let lifetime = work.config.limits.authorization_request;
            let stored = stored_request::create(conn, &checked, client.id, cookie, lifetime, known.now)?;
            Visit::of(conn, &work, stored, client.clone(), &known)
        })
        .await?;
    let visit = match visit {
        Ok(visit) => visit,
        Err(closed) => return Ok(closed.page(&manners, &browser)),
    };
    let mut response = visit.advance(&platform, &manners, &browser).await?;
    if let Some(cookie) = browser.cookies.to_set(&platform.config) {
        response.add_cookie(&cookie).map_err(|_| Problem::internal())?;
    }
    Ok(response)
}

fn refuse(refusal: &Refusal, manners: &Manners, browser: &Browser) -> HttpResponse {
    respond::refuse(refusal, manners, browser.language, &browser.context.request_id)
}

/// The same parameters in a form (OpenID Connect §3.1.2.1). A browser that posts from another site leaves its cookies at
/// home (`SameSite=Lax`), so the request is checked and then begun by a GET, which brings them.
#[utoipa::path(
    post,
    path = "/oauth/authorize",
    tag = "OAuth",
    operation_id = "authorizeByForm",
    summary = "Asks the same, with the parameters in a form.",
    description = "OpenID Connect Core §3.1.2.1. For browsers, where the parameters are too long for an address.",
    request_body(content = AuthorizationForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 303, description = "On to the same request as an address, or back to the app with its answer.", headers(("Location" = String, description = "Where to."))),
        FormRefusals,
    ),
)]
pub(crate) async fn post(
    req: HttpRequest,
    body: Bytes,
    browser: Browser,
    platform: Data<Platform>,
    manners: Data<Manners>,
) -> Result<HttpResponse, Problem> {
    let refuse = |refusal: &Refusal| refuse(refusal, &manners, &browser);
    let body = form::read_form(&req, body)?;
    let Ok(params) = Params::parse(&body) else {
        return Ok(refuse(&Refusal::Page(Unestablished::Malformed)));
    };
    let Ok(query) = std::str::from_utf8(&body) else {
        return Ok(refuse(&Refusal::Page(Unestablished::Malformed)));
    };
    let location = format!("/oauth/authorize?{}", ascii(query));
    Ok(match check(&platform, params).await? {
        Ok(_) => see_other(&location),
        Err(refusal) => refuse(&refusal),
    })
}

/// A well-formed form body as a query string: what may not stand in a URI is percent-encoded, the rest is left as it is.
fn ascii(body: &str) -> String {
    use std::fmt::Write as _;
    body.bytes()
        .fold(String::with_capacity(body.len()), |mut out, byte| {
            if byte.is_ascii_alphanumeric() || b"-._~%+&=!$'()*,;:@/?".contains(&byte) {
                out.push(char::from(byte));
            } else {
                let _ = write!(out, "%{byte:02X}");
            }
            out
        })
}

type Checked = (registration::Client, request::AuthorizationRequest);

async fn check(platform: &Data<Platform>, params: Params) -> Result<Result<Checked, Refusal>, Problem> {
    let id = match request::client_id(&params) {
        Ok(id) => id,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let Some(client) = platform
        .db
        .read(move |conn| Ok(registration::find(conn, id)?))
        .await?
    else {
        return Ok(Err(Refusal::Page(Unestablished::UnknownClient)));
    };
    Ok(request::check(&params, &client, &platform.config).map(|checked| (client, checked)))
}
