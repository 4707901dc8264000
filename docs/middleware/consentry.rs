//! For actix-web 4, with reqwest: `App::new().app_data(Data::new(consentry)).wrap(from_fn(guard))`.
use actix_web::error::ErrorServiceUnavailable;
use actix_web::http::StatusCode;
use actix_web::{Error, HttpMessage as _, HttpResponse, body, dev, middleware::Next, web::Data};

/// A client of HTTP that follows no redirect and gives up after two seconds; and where it asks: the address of `/v1/verify`, with
/// `?resource=` where there are several APIs.
pub struct Consentry(pub reqwest::Client, pub String);
/// What Consentry says of who calls, as `x-auth-subject`: in the extensions of a request. None can bring it along.
pub struct Caller(pub reqwest::header::HeaderMap);

/// Lets a request through only if Consentry says so; whom it refuses it tells what Consentry says.
pub async fn guard(
    req: dev::ServiceRequest,
    next: Next<impl body::MessageBody + 'static>,
) -> Result<dev::ServiceResponse<body::BoxBody>, Error> {
    let nobody = || ErrorServiceUnavailable("nobody can say who calls");
    let Consentry(client, verify) = req.app_data::<Data<Consentry>>().ok_or_else(nobody)?.get_ref();
    let ask = client.get(verify);
    let ask = ask.header("x-forwarded-method", req.method().as_str());
    let mut ask = ask.header("x-forwarded-uri", req.uri().to_string());
    for (name, value) in req.headers() {
        if ["authorization", "x-api-key", "x-workspace-id"].contains(&name.as_str()) {
            ask = ask.header(name.as_str(), value.as_bytes());
        }
    }
    let told = ask.send().await.map_err(|_| nobody())?;
    if told.status() == 200 && told.headers().contains_key("x-auth-subject") {
        req.extensions_mut().insert(Caller(told.headers().clone()));
        return Ok(next.call(req).await?.map_into_boxed_body());
    }
    let status = StatusCode::from_u16(told.status().as_u16()).ok();
    let mut refused = HttpResponse::build(status.filter(|it| it.as_u16() >= 400).ok_or_else(nobody)?);
    for (name, value) in told.headers() {
        if ["content-type", "www-authenticate", "retry-after"].contains(&name.as_str()) {
            refused.insert_header((name.as_str(), value.as_bytes()));
        }
    }
    Ok(req.into_response(refused.body(told.bytes().await.map_err(|_| nobody())?)))
}
