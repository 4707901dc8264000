//! For actix-web 4, with reqwest: `App::new().app_data(Data::new(consentry)).wrap(from_fn(guard))`.
use actix_web::{Error, HttpMessage as _, HttpResponse, body, dev, error, http, middleware::Next, web::Data};

const ASKED_WITH: &str = "authorization x-api-key x-workspace-id origin x-forwarded-for";
/// A client of HTTP without redirects and with a timeout of two seconds; the address of `/v1/verify`, with `?resource=` of your API.
pub struct Consentry(pub reqwest::Client, pub String);
/// What Consentry says of who calls, as `x-auth-subject`: in the extensions of a request. None can bring it along.
pub struct Caller(pub reqwest::header::HeaderMap);

/// Lets a request through only if Consentry says so; whom it refuses it tells what Consentry says.
pub async fn guard(
    req: dev::ServiceRequest,
    next: Next<impl body::MessageBody + 'static>,
) -> Result<dev::ServiceResponse<body::BoxBody>, Error> {
    let nobody = || error::ErrorServiceUnavailable("nobody can say who calls");
    let Consentry(client, verify) = req.app_data::<Data<Consentry>>().ok_or_else(nobody)?.get_ref();
    let mut ask = client.get(verify);
    for name in ASKED_WITH.split(' ') {
        for value in req.headers().get_all(name) {
            ask = ask.header(name, value.as_bytes());
        }
    }
    let peer = req.peer_addr().map(|peer| peer.to_string());
    ask = ask.header("x-forwarded-for", peer.unwrap_or_default());
    ask = ask.header("x-forwarded-method", req.method().as_str());
    ask = ask.header("x-forwarded-uri", req.uri().to_string());
    let told = ask.send().await.map_err(|_| nobody())?;
    if told.status() == 200 && told.headers().contains_key("x-auth-subject") {
        req.extensions_mut().insert(Caller(told.headers().clone()));
        return Ok(next.call(req).await?.map_into_boxed_body());
    }
    let status = http::StatusCode::from_u16(told.status().as_u16()).ok();
    let mut refused = HttpResponse::build(status.filter(|it| it.as_u16() >= 400).ok_or_else(nobody)?);
    for name in ["content-type", "www-authenticate", "retry-after"] {
        if let Some(value) = told.headers().get(name) {
            refused.insert_header((name, value.as_bytes()));
        }
    }
    Ok(req.into_response(refused.body(told.bytes().await.map_err(|_| nobody())?)))
}
