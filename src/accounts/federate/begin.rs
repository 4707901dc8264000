//! `POST /login/with/{provider}`: a button of the sign-in page sends the person to their provider.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Bytes, Path},
};

use super::{NotSignedIn, flow::Flow, upstream};
use crate::{
    accounts::{
        current::Cookies,
        login::{self, Shared, Visit},
    },
    web::{
        context::RequestContext,
        form::PostedForm,
        language::Language,
        layout::Layout,
        limit::{self, Rule, Who},
        problem::Problem,
        redirect::see_other,
        stale,
    },
};

/// A form with a token of the sign-in page, and no link: otherwise any page could sign somebody in as whoever is signed in at
/// the provider.
pub(super) async fn post(
    req: HttpRequest,
    path: Path<String>,
    body: Bytes,
    (platform, providers, destinations, manners): Shared,
    context: RequestContext,
    language: Language,
) -> Result<HttpResponse, Problem> {
    let form = PostedForm::read(&req, body, &manners.origin, &[])?;
    let now = platform.clock.now();
    let config = &platform.config;
    let provider = { providers.with_button() }
        .find(|provider| provider.config.id == *path)
        .ok_or_else(Problem::not_found)?;
    let cookies = Cookies::read(&req, config).with_browser(now);
    let asked = Visit::asked(&req, now)?;
    let visit = match Visit::read(&platform, **destinations, &providers, asked, &cookies).await? {
        Ok(visit) => visit,
        Err(over) => return Ok(stale::page(&over, &manners, language, &context.request_id)),
    };
    cookies.check_token(&form, &visit.purpose())?;
    limit::count(&req, Rule::SignIn, Who::Network)?;
    let sent = match provider.metadata(now).await {
        Ok(metadata) => upstream::send(provider, &metadata, &config.issuer).ok_or_else(Problem::not_found)?,
        Err(_) => {
            let told = NotSignedIn::no_answer(provider);
            return Ok(login::told(
                &visit,
                &cookies,
                Layout::of(&manners, language),
                &told,
            ));
        }
    };
    let began = (visit.request, visit.page);
    let flow = Flow::new(
        &provider.config.id,
        (sent.state, sent.nonce, sent.verifier),
        began,
        now,
    );
    let kept = flow.cookie(config, &cookies).ok_or_else(Problem::internal)?;
    let mut response = see_other(sent.to.as_str());
    for cookie in [Some(kept), cookies.to_set(config)].into_iter().flatten() {
        response.add_cookie(&cookie).map_err(|_| Problem::internal())?;
    }
    Ok(response)
}
