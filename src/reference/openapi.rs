//! `GET /openapi.json`: what every endpoint takes and answers (OpenAPI 3.1.0).

use std::collections::BTreeSet;

use actix_web::{
    HttpResponse,
    http::header::CACHE_CONTROL,
    web::{Data, ServiceConfig},
};
use utoipa::{
    OpenApi as _, PartialSchema as _, ToSchema as _,
    openapi::{
        Components, ExternalDocs, HttpMethod, Info, License, OpenApi, RefOr, ServerBuilder,
        path::{Operation, PathItem},
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
        tag::TagBuilder,
    },
};

use crate::{
    access, accounts, oauth,
    platform::{Platform, config::Issuer},
    signing::jwks,
    web::{
        answers::{self, OAuthErrorBody, ProblemBody},
        health,
        methods::read_only,
        words::REFERENCE,
    },
    workspaces,
};

/// The route.
pub fn routes(config: &mut ServiceConfig) {
    config.service(read_only("/openapi.json", get));
}

#[derive(utoipa::OpenApi)]
#[openapi(paths(get))]
struct Operations;

/// Describes every endpoint in OpenAPI 3.1.
///
/// This document. It is made from the handlers themselves.
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "Metadata",
    operation_id = "describeApi",
    responses((status = 200, description = "The document.", body = Object)),
)]
async fn get(platform: Data<Platform>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "public, max-age=300"))
        .json(document(&platform.config.issuer))
}

/// The API of a server at this address.
#[must_use]
pub fn document(issuer: &Issuer) -> OpenApi {
    let rooms = [
        health::Operations::openapi(),
        jwks::Operations::openapi(),
        accounts::Operations::openapi(),
        workspaces::Operations::openapi(),
        oauth::Operations::openapi(),
        access::Operations::openapi(),
        Operations::openapi(),
    ];
    let mut info = Info::new("Consentry", env!("CARGO_PKG_VERSION"));
    info.description = Some(REFERENCE.about.to_owned());
    let mut license = License::new(env!("CARGO_PKG_LICENSE"));
    license.identifier = Some(env!("CARGO_PKG_LICENSE").to_owned());
    info.license = Some(license);

    let mut document = rooms.into_iter().fold(
        OpenApi::new(info, utoipa::openapi::Paths::new()),
        OpenApi::merge_from,
    );
    document.servers = Some(vec![ServerBuilder::new().url(issuer.as_str()).build()]);
    document.external_docs = Some(ExternalDocs::new(issuer.url("/docs/errors")));
    let used: BTreeSet<String> = { document.paths.paths.values_mut() }
        .flat_map(operations_mut)
        .flat_map(|(_, operation)| operation.tags.clone().unwrap_or_default())
        .collect();
    document.tags = Some(
        REFERENCE
            .tags
            .iter()
            .filter(|(name, _)| used.contains(*name))
            .map(|(name, about)| TagBuilder::new().name(*name).description(Some(*about)).build())
            .collect(),
    );
    share(document.components.get_or_insert_default());
    for item in document.paths.paths.values_mut() {
        for (method, operation) in operations_mut(item) {
            answers::complete(&method, operation);
        }
    }
    document
}

/// What the operations refer to.
fn share(components: &mut Components) {
    components
        .schemas
        .insert(ProblemBody::name().into_owned(), ProblemBody::schema());
    components
        .schemas
        .insert(OAuthErrorBody::name().into_owned(), OAuthErrorBody::schema());
    components.headers.extend(answers::shared_headers());
    components.responses.extend(answers::shared_answers());
    let session = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some(REFERENCE.session));
    let client = HttpBuilder::new()
        .scheme(HttpAuthScheme::Basic)
        .description(Some(REFERENCE.client));
    let credential = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some(REFERENCE.credential));
    for (name, scheme) in [
        ("session", session),
        ("credential", credential),
        ("client", client),
    ] {
        let scheme = RefOr::T(SecurityScheme::Http(scheme.build()));
        components.security_schemes.insert(name.to_owned(), scheme);
    }
}

fn operations_mut(item: &mut PathItem) -> impl Iterator<Item = (HttpMethod, &mut Operation)> {
    [
        (HttpMethod::Get, item.get.as_mut()),
        (HttpMethod::Post, item.post.as_mut()),
        (HttpMethod::Put, item.put.as_mut()),
        (HttpMethod::Patch, item.patch.as_mut()),
        (HttpMethod::Delete, item.delete.as_mut()),
    ]
    .into_iter()
    .filter_map(|(method, operation)| Some((method, operation?)))
}
