//! The manners, over real connections where the wire matters.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    sync::mpsc,
    time::Duration,
};

use actix_web::{
    App, HttpResponse, HttpServer,
    body::{BoxBody, MessageBody},
    dev::{self, ServerHandle, ServiceFactory, ServiceRequest, ServiceResponse},
    http::Method,
    middleware::{Next, from_fn},
    test::{TestRequest, call_service, init_service},
    web::{self, Bytes, Data},
};
use serde_json::{Map, Value, json};

use super::{
    assets, body,
    branding::Branding,
    connection::Patience,
    context::RequestContext,
    error_body::Form,
    methods::resource,
    observe::{Manners, PendingJson, observe},
    problem::Problem,
    words::errors,
};
use crate::platform::config::Proxies;
use crate::platform::telemetry::{Format, Lines, recorder_of_a_test, subscriber};

fn app(
    https: bool,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = actix_web::Error,
        InitError = (),
    >,
> {
    App::new()
        .app_data(Data::new(Manners {
            https,
            product_name: "Northwind <ID>".to_owned(),
            branding: Branding::none(),
            origin: "http://127.0.0.1".to_owned(),
            proxies: Proxies::default(),
            patience: Patience::default(),
        }))
        .service(resource("/echo", "POST").route(web::post().to(|body: Bytes| async move { body })))
        .service(resource("/things/{thing}", "GET").route(web::get().to(
            |context: RequestContext| async move {
                HttpResponse::Ok()
                    .insert_header(("cache-control", "private"))
                    .body(context.request_id)
            },
        )))
        .route(
            "/problem",
            web::get().to(|| async { Err::<String, _>(Problem::new(&errors::FORBIDDEN, "You may not.")) }),
        )
        .route("/oauth", web::get().to(oauth_error))
        .route("/panic", web::get().to(panicking))
        .route(
            "/bare",
            web::get()
                .to(|| async { Err::<String, _>(actix_web::error::ErrorInternalServerError("sql: s3cret")) }),
        )
        .configure(assets::routes)
        .wrap(from_fn(observe))
}

async fn oauth_error() -> HttpResponse {
    let body = Map::from_iter([("error".to_owned(), json!("invalid_grant"))]);
    PendingJson {
        body,
        doc: &errors::INVALID_GRANT,
        form: Form::OAuth,
    }
    .into_response(HttpResponse::BadRequest())
}

async fn panicking() -> HttpResponse {
    panic!("as asked")
}

/// A server on a port of its own.
struct Server {
    address: SocketAddr,
    handle: ServerHandle,
}

impl Server {
    fn start() -> Self {
        Self::run(|| {
            let server = HttpServer::new(|| app(false)).workers(1).disable_signals();
            let server = server.bind(("127.0.0.1", 0)).unwrap();
            (server.addrs()[0], server.run())
        })
    }

    fn run(build: impl FnOnce() -> (SocketAddr, dev::Server) + Send + 'static) -> Self {
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let (address, server) = build();
                let handle = server.handle();
                sender.send(Self { address, handle }).unwrap();
                server.await.unwrap();
            });
        });
        receiver.recv_timeout(Duration::from_secs(10)).unwrap()
    }

    fn connect(&self) -> BufReader<TcpStream> {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        BufReader::new(stream)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The command is sent by the call; the future only waits for the end.
        drop(self.handle.stop(false));
    }
}

struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(sent, _)| sent.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

fn send(connection: &mut BufReader<TcpStream>, request: &str) -> Answer {
    connection.get_mut().write_all(request.as_bytes()).unwrap();
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert_ne!(
            connection.read_line(&mut head).unwrap(),
            0,
            "closed after {head:?}"
        );
    }
    let mut answer = Answer {
        status: head[9..12].parse().unwrap(),
        head,
        body: String::new(),
    };
    if request.starts_with("HEAD") {
        return answer;
    }
    let length = answer.header("content-length").unwrap_or("0");
    let mut body = vec![0; length.parse().unwrap()];
    connection.read_exact(&mut body).unwrap();
    answer.body = String::from_utf8(body).unwrap();
    answer
}

fn get(path: &str, headers: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: x\r\n{headers}\r\n")
}

fn assert_secured(answer: &Answer) {
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("x-frame-options", "DENY"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("content-security-policy", super::headers::POLICY),
        ("cache-control", "no-store"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{}", answer.head);
    }
    assert!(answer.header("permissions-policy").unwrap().contains("camera=()"));
    assert_eq!(answer.header("strict-transport-security"), None);
}

#[test]
fn every_refusal_is_a_problem_with_the_callers_request_id() {
    let server = Server::start();
    let mut connection = server.connect();
    for (request, status, code) in [
        (get("/panic", "x-request-id: mine-1\r\n"), 500, "internal_error"),
        (get("/nowhere", "x-request-id: mine-1\r\n"), 404, "not_found"),
        (
            get("/echo", "x-request-id: mine-1\r\n"),
            405,
            "method_not_allowed",
        ),
        (get("/problem", "x-request-id: mine-1\r\n"), 403, "forbidden"),
        (get("/bare", "x-request-id: mine-1\r\n"), 500, "internal_error"),
    ] {
        let answer = send(&mut connection, &request);
        assert_eq!(answer.status, status, "{request}");
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        assert_eq!(answer.header("x-request-id"), Some("mine-1"));
        assert_eq!(answer.header("x-correlation-id").unwrap().len(), 32);
        let body = answer.json();
        assert_eq!(
            (&body["code"], &body["request_id"], &body["status"]),
            (&json!(code), &json!("mine-1"), &json!(status))
        );
        assert_eq!(body["type"], format!("http://127.0.0.1/docs/errors/{code}"));
        assert!(!answer.body.contains("s3cret"), "{}", answer.body);
        assert_secured(&answer);
        assert_eq!(answer.header("allow"), (status == 405).then_some("POST"));
    }
}

#[test]
fn hostile_ids_are_replaced_and_the_handler_sees_the_same() {
    let server = Server::start();
    let answer = send(
        &mut server.connect(),
        &get("/things/1", "x-request-id: a\"b\r\nx-correlation-id: c-7\r\n"),
    );
    let id = answer.header("x-request-id").unwrap();
    assert_eq!((id.len(), id), (32, answer.body.as_str()));
    assert_eq!(answer.header("x-correlation-id"), Some("c-7"));
    assert_eq!(answer.header("cache-control"), Some("private"));
}

#[test]
fn a_refused_small_body_does_not_cost_the_connection() {
    let server = Server::start();
    let mut connection = server.connect();
    let body = "a".repeat(body::LIMIT);
    for path in ["/nowhere", "/things/1", "/echo"] {
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let answer = send(&mut connection, &request);
        assert_eq!(answer.status == 200, path == "/echo", "{path} {}", answer.head);
        assert_ne!(answer.header("connection"), Some("close"));
        assert!(path != "/echo" || answer.body == body);
    }
    assert_eq!(send(&mut connection, &get("/things/1", "")).status, 200);
}

#[test]
fn a_body_over_the_limit_is_refused_whether_declared_or_not() {
    let server = Server::start();
    let declared = format!(
        "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n",
        body::LIMIT + 1
    );
    let chunk = "a".repeat(body::LIMIT + 1);
    let chunked = format!(
        "POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{chunk}\r\n",
        chunk.len()
    );
    for request in [declared, chunked] {
        let mut connection = server.connect();
        let answer = send(&mut connection, &request);
        assert_eq!(answer.status, 413, "{}", answer.head);
        assert_eq!(answer.json()["code"], "payload_too_large");
        assert_eq!(answer.header("connection"), Some("close"));
        assert_secured(&answer);
    }
}

#[test]
fn a_person_gets_a_page_and_an_oauth_error_stays_json() {
    let server = Server::start();
    let mut connection = server.connect();
    let html = "accept: text/html,*/*;q=0.8\r\nx-request-id: r-1\r\n";
    let answer = send(&mut connection, &get("/nowhere", html));
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (404, Some("text/html; charset=utf-8"))
    );
    for part in [
        "<h1>Page not found</h1>",
        "r-1",
        "not_found",
        "Northwind &#60;ID&#62;",
        assets::stylesheet_href(),
    ] {
        assert!(answer.body.contains(part), "{part} is not in {}", answer.body);
    }
    assert_secured(&answer);
    let answer = send(&mut connection, &get("/oauth", html));
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (400, Some("application/json"))
    );
    assert_eq!(
        answer.json(),
        json!({
            "error": "invalid_grant",
            "error_uri": "http://127.0.0.1/docs/errors/invalid_grant",
            "request_id": "r-1",
        })
    );
}

#[test]
fn the_stylesheet_is_kept_for_a_year_and_confirmed_by_its_tag() {
    let server = Server::start();
    let mut connection = server.connect();
    let head = get(assets::stylesheet_href(), "").replace("GET", "HEAD");
    assert_eq!(send(&mut connection, &head).status, 200);
    let answer = send(&mut connection, &get(assets::stylesheet_href(), ""));
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (200, Some("text/css; charset=utf-8"))
    );
    assert!(answer.header("cache-control").unwrap().contains("immutable"));
    let tag = answer.header("etag").unwrap();
    let again = send(
        &mut connection,
        &get(assets::stylesheet_href(), &format!("if-none-match: {tag}\r\n")),
    );
    assert_eq!((again.status, again.body.as_str()), (304, ""));
    assert_eq!(again.header("etag"), Some(tag));
}

/// Reads the body within a deadline that a test can wait for.
async fn impatient<B: MessageBody + 'static>(
    mut req: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    body::buffer(&mut req, Duration::from_millis(20)).await?;
    next.call(req).await.map(ServiceResponse::map_into_boxed_body)
}

#[test]
fn ht_14_a_body_that_does_not_arrive_in_time_is_refused() {
    let server = Server::run(|| {
        let server = HttpServer::new(|| App::new().wrap(from_fn(impatient)))
            .workers(1)
            .disable_signals();
        let server = server.bind(("127.0.0.1", 0)).unwrap();
        (server.addrs()[0], server.run())
    });
    let half = "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nhalf";
    assert_eq!(send(&mut server.connect(), half).status, 408);
}

#[actix_web::test]
async fn strict_transport_security_is_sent_where_the_issuer_is_https() {
    let app = init_service(app(true)).await;
    let answer = call_service(&app, TestRequest::get().uri("/nowhere").to_request()).await;
    let header = answer.headers().get("strict-transport-security").unwrap();
    assert_eq!(header, "max-age=31536000");
}

#[actix_web::test]
async fn a_request_is_one_line_and_its_values_are_in_no_line_or_number() {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = subscriber(Format::Json, "trace", move || writer.clone()).unwrap();
    let _logging = tracing::subscriber::set_default(subscriber);
    let (recorder, metrics) = recorder_of_a_test();
    let _counting = metrics::set_default_local_recorder(&recorder);

    let app = init_service(app(false)).await;
    for uri in ["/things/p4th?code=qu3ry", "/p4th/p4th?code=qu3ry"] {
        let req = TestRequest::with_uri(uri)
            .insert_header(("authorization", "Bearer h3ader"))
            .insert_header(("x-request-id", "mine-1"))
            .insert_header(("x-correlation-id", "c-7"));
        call_service(&app, req.to_request()).await;
    }
    let invented = TestRequest::with_uri("/things/p4th").method(Method::from_bytes(b"M3THOD").unwrap());
    call_service(&app, invented.to_request()).await;

    let text = lines.text();
    let first: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    assert_eq!(text.lines().count(), 3, "{text}");
    for (name, value) in [
        ("method", json!("GET")),
        ("route", json!("/things/{thing}")),
        ("status", json!(200)),
        ("request_id", json!("mine-1")),
        ("correlation_id", json!("c-7")),
    ] {
        assert_eq!(first[name], value, "{text}");
    }
    assert!(first["duration_ms"].is_number(), "{text}");
    let numbers = metrics.render();
    for series in [
        "http_requests_total{method=\"GET\",route=\"/things/{thing}\",status=\"200\"} 1",
        "http_requests_total{method=\"GET\",route=\"unmatched\",status=\"404\"} 1",
        "http_requests_total{method=\"other\",route=\"/things/{thing}\",status=\"405\"} 1",
        "http_request_duration_seconds_count{route=\"/things/{thing}\"} 2",
    ] {
        assert!(numbers.contains(series), "{series} is not in {numbers}");
    }
    for secret in ["p4th", "qu3ry", "h3ader", "M3THOD"] {
        assert!(
            !text.contains(secret) && !numbers.contains(secret),
            "{secret}: {text} {numbers}"
        );
    }
}
