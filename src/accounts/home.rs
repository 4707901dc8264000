//! The start page, `GET /`: who is signed in here, and the way in or out.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, ServiceConfig},
};
use askama::Template;

use crate::{
    accounts::{
        current::{self, Cookies},
        logout,
    },
    platform::Platform,
    web::{
        layout::Layout,
        methods::read_only,
        observe::Manners,
        page::Page,
        problem::Problem,
        words::{self, ENGLISH},
    },
};

/// The route.
pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(read_only("/", get));
}

#[derive(Template)]
#[template(path = "accounts/home.html")]
struct HomePage<'a> {
    layout: Layout<'a>,
    words: &'static words::Home,
    heading: &'a str,
    email: Option<&'a str>,
    logout_token: String,
}

async fn get(
    req: HttpRequest,
    platform: Data<Platform>,
    manners: Data<Manners>,
) -> Result<HttpResponse, Problem> {
    let cookies = Cookies::read(&req, &platform.config);
    let session = current::session(&platform, &cookies, platform.clock.now()).await?;
    let template = HomePage {
        layout: Layout::of(&manners),
        words: ENGLISH.home,
        heading: &manners.product_name,
        email: session.as_ref().map(|session| session.account.email.as_str()),
        logout_token: cookies.token(logout::PURPOSE),
    };
    Ok(Page::new(template).form().respond())
}
