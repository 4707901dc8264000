//! Goes around every request: its ids, its log line, its numbers, its headers, the body of its refusal.

use std::{
    borrow::Cow,
    future::poll_fn,
    net::IpAddr,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::{Arc, Once},
    task::Poll,
    time::Instant,
};

use actix_web::{
    Error, HttpMessage as _, HttpRequest, HttpResponse,
    body::{self as bodies, BodySize, BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    error::InternalError,
    http::{
        ConnectionType, Method, Version,
        header::{HeaderName, HeaderValue},
    },
    middleware::Next,
    web::Data,
};
use tracing::Instrument as _;

use crate::platform::config::Proxies;
pub use crate::web::error_body::PendingJson;
use crate::web::{
    body,
    branding::Branding,
    connection::{Connection, Patience, Watched},
    context::{CORRELATION_ID, REQUEST_ID, RequestContext},
    error_body::{self, Reader},
    headers,
    language::Language,
    limit,
    problem::Problem,
    transport,
};

/// What the manners of this server depend on: the app carries one as [`Data`].
#[derive(Clone, Debug)]
pub struct Manners {
    /// Whether the issuer is https.
    pub https: bool,
    /// The operator's name for the product, shown on pages.
    pub product_name: String,
    /// The operator's look.
    pub branding: Branding,
    /// The issuer's origin: scheme, host, and port where it is not the scheme's own.
    pub origin: String,
    /// Whose word is taken for where a request came from.
    pub proxies: Proxies,
    /// How long a client is waited for.
    pub patience: Patience,
}

/// The middleware: `App::new().app_data(manners).wrap(from_fn(observe))`, outermost.
///
/// # Errors
/// When a request ended without telling which request it was (a panic): with a response that is complete.
pub async fn observe<B: MessageBody + 'static>(
    manners: Data<Manners>,
    req: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let connection = req.conn_data::<Arc<Connection>>().cloned();
    let _under_way = connection.clone().map(Connection::begin);
    let exchange = Exchange {
        started: Instant::now(),
        method: method(req.method()),
        reader: Reader::of(req.headers()),
        language: Language::of(req.headers()),
        context: RequestContext::of(req.head(), &manners.proxies),
        manners,
    };
    tell_of_unnamed_proxies(&req, &exchange.manners);
    // A span of the highest level: whatever level is logged, each line names its request.
    let span = tracing::error_span!(
        "request",
        request_id = exchange.context.request_id,
        correlation_id = exchange.context.correlation_id,
    );
    req.extensions_mut().insert(exchange.context.clone());

    match answer(req, next, &exchange).instrument(span.clone()).await {
        Ok(answered) => {
            let route = answered.request().match_pattern();
            let route = route.map_or(Cow::Borrowed("unmatched"), Cow::Owned);
            let (req, response) = answered.into_parts();
            let mut response = span.in_scope(|| exchange.finish(response));
            let told = req.extensions_mut().remove::<limit::Told>();
            if let Some(told) = told {
                let status = response.status();
                limit::write(response.headers_mut(), status, &told);
            }
            exchange.report(route, &response);
            let response = match response.body().size() {
                BodySize::Stream => streamed(&req, response, connection),
                BodySize::None | BodySize::Sized(_) => response,
            };
            Ok(ServiceResponse::new(req, response))
        }
        Err(error) => {
            let response = span.in_scope(|| exchange.finish(HttpResponse::from_error(error)));
            exchange.report(Cow::Borrowed("unknown"), &response);
            Err(InternalError::from_response("request ended early", response).into())
        }
    }
}

/// An answer whose length is not known when it begins.
fn streamed(
    req: &HttpRequest,
    mut response: HttpResponse<BoxBody>,
    connection: Option<Arc<Connection>>,
) -> HttpResponse<BoxBody> {
    if req.method() == Method::HEAD {
        // The framework would make all of it, for nobody.
        return response.set_body(BoxBody::new(bodies::None::new()));
    }
    if req.version() < Version::HTTP_11 {
        // RFC 9112 §6.1: no chunks for who does not know them, so the end of the connection is the end of the body.
        let head = response.head_mut();
        head.no_chunking(true);
        head.set_connection_type(ConnectionType::Close);
    }
    match connection {
        Some(connection) => response.map_body(|_, body| BoxBody::new(Watched::new(body, connection))),
        None => response,
    }
}

/// Says once that a proxy seems to stand before the server that the configuration does not name. Whoever sends such a header from
/// afar may be anybody, so only what comes from near counts.
fn tell_of_unnamed_proxies(req: &ServiceRequest, manners: &Manners) {
    static TOLD: Once = Once::new();
    if TOLD.is_completed() || !manners.proxies.trusted.is_empty() {
        return;
    }
    let is_near = req
        .head()
        .peer_addr
        .is_some_and(|peer| match peer.ip().to_canonical() {
            IpAddr::V4(address) => address.is_loopback() || address.is_private(),
            IpAddr::V6(address) => address.is_loopback() || address.is_unique_local(),
        });
    let says_whom = ["x-forwarded-for", "forwarded"]
        .iter()
        .any(|name| req.headers().contains_key(*name));
    if is_near && says_whom {
        TOLD.call_once(|| {
            tracing::warn!(
                "requests come through a proxy that trusted_proxies does not name: all people behind it share one address, \
                 and one limit of failed sign-ins"
            );
        });
    }
}

/// The answer of whoever is responsible, or a refusal because of the body.
async fn answer<B: MessageBody + 'static>(
    mut req: ServiceRequest,
    next: Next<B>,
    exchange: &Exchange,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if let Err(problem) = body::buffer(&mut req, exchange.manners.patience.body).await {
        let mut refused = req.error_response(problem);
        let head = refused.response_mut().head_mut();
        head.set_connection_type(ConnectionType::Close);
        return Ok(refused);
    }
    if let Some(refused) = transport::refuse(&req, &exchange.context, &exchange.manners) {
        return Ok(req.into_response(refused));
    }
    let mut rest = pin!(next.call(req));
    // Without this a panic would end the connection, and its client would never learn that anything happened. What
    // the handler shared with others is behind the database's transactions.
    let outcome = poll_fn(
        |context| match catch_unwind(AssertUnwindSafe(|| rest.as_mut().poll(context))) {
            Ok(poll) => poll.map(Some),
            Err(_) => Poll::Ready(None),
        },
    );
    match outcome.await {
        Some(answered) => answered.map(ServiceResponse::map_into_boxed_body),
        None => Err(Problem::internal().into()),
    }
}

/// What is known of a request while it is answered.
struct Exchange {
    started: Instant,
    method: &'static str,
    reader: Reader,
    language: Language,
    context: RequestContext,
    manners: Data<Manners>,
}

impl Exchange {
    fn finish(&self, response: HttpResponse<BoxBody>) -> HttpResponse<BoxBody> {
        let mut response = error_body::fill(
            response,
            self.reader,
            self.language,
            &self.context.request_id,
            &self.manners,
        );
        let headers = response.headers_mut();
        headers::add(headers, &self.manners);
        for (name, id) in [
            (REQUEST_ID, &self.context.request_id),
            (CORRELATION_ID, &self.context.correlation_id),
        ] {
            let id = HeaderValue::from_str(id).expect("ids hold only letters, digits and ._-");
            headers.insert(HeaderName::from_static(name), id);
        }
        response
    }

    /// One line and two numbers. The route is a pattern: a path may hold an id, a query string may hold a secret.
    fn report(&self, route: Cow<'static, str>, response: &HttpResponse<BoxBody>) {
        let took = self.started.elapsed();
        let status = response.status();
        tracing::info!(
            method = self.method,
            %route,
            status = status.as_u16(),
            duration_ms = took.as_secs_f64() * 1000.0,
            request_id = self.context.request_id,
            correlation_id = self.context.correlation_id,
            "answered"
        );
        let route = route.into_owned();
        metrics::counter!(
            "http_requests_total",
            "method" => self.method, "route" => route.clone(), "status" => status.as_str().to_owned()
        )
        .increment(1);
        metrics::histogram!("http_request_duration_seconds", "route" => route).record(took);
    }
}

/// The method's name, if it is one of the common ones: anybody can invent methods, and each would be a new time series.
fn method(method: &Method) -> &'static str {
    const KNOWN: [&str; 9] = [
        "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT",
    ];
    KNOWN
        .into_iter()
        .find(|known| method.as_str() == *known)
        .unwrap_or("other")
}
