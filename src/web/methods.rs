//! Which methods an address answers.

use actix_web::{FromRequest, Handler, HttpResponse, Resource, Responder, http::header::ALLOW, web};

/// A resource that answers other methods than its routes' with 405 and `Allow` (RFC 9110 §15.5.6).
///
/// `allow` lists the methods of the routes that the caller adds, such as `"GET, POST"`. To be preferred to
/// `ServiceConfig::route`, which answers another method with 404.
#[must_use]
pub fn resource(path: &str, allow: &'static str) -> Resource {
    web::resource(path).default_service(web::to(move || async move {
        HttpResponse::MethodNotAllowed()
            .insert_header((ALLOW, allow))
            .finish()
    }))
}

/// A resource that is only read: `GET`, and `HEAD` as RFC 9110 §9.1 requires, whose body is not sent.
#[must_use]
pub fn read_only<F, Args>(path: &str, handler: F) -> Resource
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    resource(path, "GET, HEAD")
        .route(web::get().to(handler.clone()))
        .route(web::head().to(handler))
}
