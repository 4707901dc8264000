//! `GET|POST /oauth/authorize` (RFC 6749 §3.1): the beginning of a request.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{self, Bytes, Data, ServiceConfig},
};

use crate::{
    accounts::current::Cookies,
    audit::log::Origin,
    oauth::{
        authorize::{
            closed::Closed,
            refusal::{Refusal, Unestablished},
            request, respond, stored_request,
            visit::Visit,
        },
        client::registration,
    },
    platform::Platform,
    web::{
        context::RequestContext, form, language::Language, methods::resource, observe::Manners,
        params::Params, problem::Problem, redirect::see_other, stale::Stale,
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

async fn get(
    req: HttpRequest,
    platform: Data<Platform>,
    manners: Data<Manners>,
    context: RequestContext,
    language: Language,
) -> Result<HttpResponse, Problem> {
    let refuse = |refusal: &Refusal| respond::refuse(refusal, &manners, language, &context.request_id);
    let Ok(params) = Params::parse(req.query_string().as_bytes()) else {
        return Ok(refuse(&Refusal::Page(Unestablished::Malformed)));
    };
    let checked = match check(&platform, params).await? {
        Ok(checked) => checked,
        Err(refusal) => return Ok(refuse(&refusal)),
    };
    let (client, checked) = checked;
    let now = platform.clock.now();
    let cookies = Cookies::read(&req, &platform.config).with_browser(now);
    let work = platform.clone();
    let known = cookies.clone();
    let visit = platform
        .db
        .write(move |conn| {
            let Some(browser) = &known.browser else {
                return Ok(Err(Closed::Stale(Stale::default())));
            };
            let lifetime = work.config.limits.authorization_request;
            let stored = stored_request::create(conn, &checked, client.id, browser, lifetime, now)?;
            Visit::of(conn, &work, stored, client.clone(), &known, language, now)
        })
        .await?;
    let visit = match visit {
        Ok(visit) => visit,
        Err(closed) => return Ok(closed.page(&manners, language, &context.request_id)),
    };
    let mut response = visit
        .advance(&platform, &manners, &cookies, Origin::from(context), now)
        .await?;
    if let Some(cookie) = cookies.to_set(&platform.config) {
        response.add_cookie(&cookie).map_err(|_| Problem::internal())?;
    }
    Ok(response)
}

/// The same parameters in a form (OpenID Connect §3.1.2.1). A browser that posts from another site leaves its cookies at
/// home (`SameSite=Lax`), so the request is checked and then begun by a GET, which brings them.
async fn post(
    req: HttpRequest,
    body: Bytes,
    platform: Data<Platform>,
    manners: Data<Manners>,
    context: RequestContext,
    language: Language,
) -> Result<HttpResponse, Problem> {
    let refuse = |refusal: &Refusal| respond::refuse(refusal, &manners, language, &context.request_id);
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
