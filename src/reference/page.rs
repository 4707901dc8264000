//! `GET /docs/api`: the API for people to read, from the same document that programs get.

use actix_web::{
    HttpResponse,
    web::{Data, ServiceConfig},
};
use askama::Template;

use crate::{
    platform::Platform,
    reference::{
        openapi::document,
        outline::{Group, outline},
    },
    web::{
        answers::ANYWHERE,
        error_docs::pieces,
        language::Language,
        layout::Layout,
        methods::read_only,
        observe::Manners,
        page::Page,
        problem::Problem,
        words::{self, REFERENCE, errors::ErrorDoc},
    },
};

/// The route.
pub fn routes(config: &mut ServiceConfig) {
    config.service(read_only("/docs/api", get));
}

#[derive(Template)]
#[template(path = "reference/api.html")]
struct ApiPage<'a> {
    layout: Layout<'a>,
    words: &'static words::Reference,
    groups: Vec<Group>,
    anywhere: &'static [&'static ErrorDoc],
}

async fn get(platform: Data<Platform>, manners: Data<Manners>) -> Result<HttpResponse, Problem> {
    let document = serde_json::to_value(document(&platform.config.issuer)).map_err(|error| {
        tracing::error!(%error, "the description of the API could not be written");
        Problem::internal()
    })?;
    Ok(Page::new(ApiPage {
        layout: Layout::of(&manners, Language::English),
        words: &REFERENCE,
        groups: outline(&document),
        anywhere: ANYWHERE,
    })
    .respond())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{platform::config::Issuer, web::sample};

    fn samples(_: &'static str, _: Language) -> Vec<(&'static str, ApiPage<'static>)> {
        let issuer = Issuer::parse("https://id.northwind.example").unwrap();
        let document = serde_json::to_value(document(&issuer)).unwrap();
        let page = ApiPage {
            layout: sample::layout(Language::English),
            words: &REFERENCE,
            groups: outline(&document),
            anywhere: ANYWHERE,
        };
        vec![("all", page)]
    }

    #[test]
    fn it_is_a_good_page() {
        sample::check(samples);
    }
}
