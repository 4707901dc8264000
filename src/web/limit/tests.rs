//! The counting, without a server around it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use actix_web::{
    App, HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER},
    },
    middleware::from_fn,
    test::{TestRequest, call_service, init_service},
    web::{self, Data},
};

use super::*;
use crate::{
    platform::config::Proxies,
    web::{
        branding::Branding,
        connection::Patience,
        observe::{Manners, observe},
    },
};

fn limiter(quota: u32, most: usize) -> (Limiter, Clock) {
    let clock = Clock::system();
    (Limiter::new(Rule::Token, quota, &clock, most), clock)
}

fn caller(number: u32) -> Key {
    Key::Network(Network::of(IpAddr::V4(Ipv4Addr::from_bits(number))))
}

#[test]
fn rules_are_found_by_their_number() {
    for (at, rule) in Rule::ALL.into_iter().enumerate() {
        assert_eq!(rule as usize, at, "{rule:?}");
    }
}

#[test]
fn what_is_left_counts_down_and_comes_back_with_the_clock() {
    let (limiter, clock) = limiter(3, 10);
    let [one, other] = [caller(1), caller(2)];
    for left in [2, 1, 0] {
        let standing = limiter.count(&one).unwrap();
        assert_eq!((standing.quota, standing.remaining), (3, left));
        let whole = Duration::from_secs(u64::from(3 - left) * 20);
        assert_eq!(standing.reset, whole);
    }
    let refused = limiter.count(&one).unwrap_err();
    assert_eq!(refused.remaining, 0);
    let wait = fields::whole_seconds(refused.reset);
    assert!((1..=20).contains(&wait), "{wait}");
    assert_eq!(limiter.count(&other).unwrap().remaining, 2, "RL-05");
    clock.advance(Duration::from_secs(wait));
    assert_eq!(limiter.count(&one).unwrap().remaining, 0);
    assert!(limiter.count(&one).is_err());
    clock.advance(WINDOW);
    assert_eq!(limiter.count(&one).unwrap().remaining, 2);
}

#[test]
fn the_callers_remembered_are_bounded_and_newcomers_are_still_limited() {
    const MOST: usize = 50;
    let (limiter, clock) = limiter(2, MOST);
    let known = caller(0);
    let _ = limiter.count(&known);
    let strangers = 20_000;
    let mut refused = 0;
    for number in 1..=strangers {
        refused += u32::from(limiter.count(&caller(number)).is_err());
    }
    assert_eq!(limiter.governor.len(), MOST);
    // Each of the shared numbers lets two pass.
    let passed = strangers - refused;
    assert!((8_000..=9_000).contains(&passed), "{passed}");
    // Who was there before is not touched by them, in either direction.
    assert_eq!(limiter.count(&known).unwrap().remaining, 0);
    assert!(limiter.count(&known).is_err());
    // Once their time is over they are forgotten, and there is room again.
    clock.advance(2 * WINDOW);
    assert_eq!(limiter.count(&caller(7)).unwrap().remaining, 1);
    assert_eq!(limiter.governor.len(), 1);
}

#[test]
fn who_still_has_something_counted_is_not_forgotten() {
    let (limiter, clock) = limiter(4, 10);
    for left in [3, 2, 1, 0] {
        assert_eq!(limiter.count(&caller(1)).unwrap().remaining, left);
    }
    // Sweeps happen meanwhile.
    clock.advance(SWEEP);
    let _ = limiter.count(&caller(2));
    assert_eq!(limiter.governor.len(), 2);
    assert_eq!(limiter.count(&caller(1)).unwrap().remaining, 0);
    assert!(limiter.count(&caller(1)).is_err());
}

#[test]
fn a_caller_that_cannot_prove_itself_is_counted_apart_in_each_network() {
    let (limiter, _) = limiter(1, 10);
    let id = Uuid::from_u128(7);
    let here = Network::of(IpAddr::V4(Ipv4Addr::new(203, 0, 113, 9)));
    let there = Network::of(IpAddr::V4(Ipv4Addr::new(203, 0, 113, 10)));
    for key in [
        Key::Claimed(id, here),
        Key::Claimed(id, there),
        Key::Client(id),
        Key::Network(here),
    ] {
        assert!(limiter.count(&key).is_ok(), "{key:?}");
        assert!(limiter.count(&key).is_err(), "{key:?}");
    }
}

fn one_each() -> RateLimits {
    RateLimits {
        token: 1,
        introspection: 1,
        verification: 1,
        revocation: 1,
        credential_failures: 1,
        sign_in: 1,
        register: 1,
        reset: 1,
        verify: 1,
        invite: 1,
        mails_per_address: 1,
    }
}

/// Counted twice, by network and by caller: refused by either.
async fn twice(req: HttpRequest) -> Result<HttpResponse, Problem> {
    count(&req, Rule::Register, Who::Network)?;
    count(&req, Rule::Invite, Who::Client(Uuid::from_u128(1)))?;
    Ok(HttpResponse::Created().finish())
}

/// Keeps to itself whether it did anything.
async fn silent(req: HttpRequest) -> HttpResponse {
    let _ = count(&req, Rule::Reset, Who::Network);
    HttpResponse::Accepted().finish()
}

#[actix_web::test]
async fn a_problem_says_when_and_every_policy_is_named_and_a_silent_handler_stays_silent() {
    let app = App::new()
        .app_data(Data::new(Manners {
            https: false,
            product_name: "Northwind".to_owned(),
            branding: Branding::none(),
            origin: "http://127.0.0.1".to_owned(),
            proxies: Proxies::default(),
            patience: Patience::default(),
        }))
        .app_data(Data::new(Limits::new(&one_each(), &Clock::system())))
        .route("/twice", web::get().to(twice))
        .route("/silent", web::get().to(silent))
        .wrap(from_fn(observe));
    let app = init_service(app).await;
    let ask = async |path: &str, from: Option<[u8; 4]>| {
        let mut request = TestRequest::get().uri(path);
        if let Some(from) = from {
            request = request.peer_addr(SocketAddr::from((from, 443)));
        }
        let answer = call_service(&app, request.to_request()).await;
        (answer.status(), answer.headers().clone())
    };
    let text = |headers: &HeaderMap, name: &str| headers.get(name).map(|it| it.to_str().unwrap().to_owned());
    let (here, there) = (Some([203, 0, 113, 9]), Some([203, 0, 113, 10]));

    let (status, headers) = ask("/twice", here).await;
    assert_eq!(status, StatusCode::CREATED);
    let policies = "\"register\";q=1;w=60, \"invite\";q=1;w=60";
    assert_eq!(text(&headers, "ratelimit-policy").as_deref(), Some(policies));
    let limits = "\"register\";r=0;t=60, \"invite\";r=0;t=60";
    assert_eq!(text(&headers, "ratelimit").as_deref(), Some(limits));
    assert_eq!(text(&headers, "retry-after"), None);
    // By network; from elsewhere, by caller.
    for (from, named) in [(here, 1), (there, 2)] {
        let (status, headers) = ask("/twice", from).await;
        assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(headers.get(CONTENT_TYPE).unwrap(), "application/problem+json");
        let wait: u64 = text(&headers, RETRY_AFTER.as_str()).unwrap().parse().unwrap();
        assert!((1..=60).contains(&wait), "{wait}");
        let limits = text(&headers, "ratelimit").unwrap();
        assert_eq!(limits.split(", ").count(), named, "{limits}");
        assert!(limits.ends_with(&format!(";r=0;t={wait}")), "{limits} {wait}");
    }
    for _ in 0..3 {
        let (status, headers) = ask("/silent", here).await;
        assert_eq!(status, StatusCode::ACCEPTED);
        assert_eq!(text(&headers, "retry-after"), None);
    }
    // Over what has no address there is no network to count by.
    for _ in 0..2 {
        let (status, headers) = ask("/silent", None).await;
        assert_eq!(
            (status, text(&headers, "ratelimit")),
            (StatusCode::ACCEPTED, None)
        );
    }
}
