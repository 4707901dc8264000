//! The second factor after another provider's word, which is one factor unless the provider says that it asked for several
//! (`amr`, RFC 8176 §2): in a browser and by API.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{
    call,
    federate::{at_the_provider, come_back, press, with},
    refusal, signed_in_as, try_sign_in,
};
use crate::support::{
    Person, Registration, Server,
    client::Reply,
    provider::{Key, Provider},
    server::PASSWORD,
    totp::{App, turn_on},
};

const SESSION: &str = "consentry_session";

/// Alice with the second factor on, at a server that takes this provider's word.
async fn alice(provider: &Provider) -> (Server, Person, App) {
    let server = with(provider, "google", "").await;
    let alice = server.person("alice");
    let browser = server.browser();
    try_sign_in(&browser, &alice.email, PASSWORD).await;
    let (app, _) = turn_on(&server, &browser).await;
    server.advance(Duration::from_mins(1));
    (server, alice, app)
}

fn id_token(claims: &Value) -> String {
    Key::rsa(0).token(&json!({"alg": "RS256", "kid": "key-1"}), claims)
}

async fn open(server: &Server, token: &str, more: &Value) -> Reply {
    let mut body = json!({"provider": "sso", "idToken": token});
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    call(server, "/v1/auth/session", &body).await
}

/// What the access token of an answer says of how its person proved who they are.
fn amr(reply: &Reply) -> Value {
    use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
    let part = reply.text("accessToken").split('.').nth(1).unwrap();
    let claims = BASE64_URL_SAFE_NO_PAD.decode(part).unwrap();
    serde_json::from_slice::<Value>(&claims).unwrap()["amr"].clone()
}

/// S1: without the code there is no session, and the refusal burns neither the ID token nor a code.
#[tokio::test(flavor = "multi_thread")]
async fn an_id_token_alone_opens_no_session_of_a_person_with_a_second_factor() {
    let provider = Provider::start();
    let (server, alice, app) = alice(&provider).await;
    let token = id_token(&provider.vouches(&server, "1", &alice.email));
    let before = server.facts();
    let told = open(&server, &token, &json!({})).await;
    assert_eq!(refusal(&told), "401 second_factor_required");
    assert_eq!(
        server.changed_since(&before),
        Vec::<String>::new(),
        "nothing is burnt"
    );
    let told = open(&server, &token, &json!({"otp": app.wrong(&server)})).await;
    assert_eq!(refusal(&told), "401 invalid_second_factor");
    assert_eq!(server.count("used_id_token"), 0, "a wrong code burns no ID token");
    let code = app.code(&server, 0);
    let opened = open(&server, &token, &json!({"otp": code})).await.ok();
    assert_eq!(opened.json["user"]["id"], json!(alice.account.id));
    assert_eq!(amr(&opened), json!(["fed", "otp", "mfa"]));
    assert_eq!(server.count("session WHERE amr = '{fed,otp,mfa}'"), 1);
    // All was right: the tries at the account are forgotten.
    assert_eq!(
        server.count("login_throttle WHERE failures > 0 AND subject = sha256('alice@people.example')"),
        0
    );
    // Both were spent.
    let again = open(&server, &token, &json!({"otp": app.code(&server, 1)})).await;
    assert_eq!(refusal(&again), "401 invalid_id_token");
    let next = id_token(&provider.vouches(&server, "1", &alice.email));
    let replayed = open(&server, &next, &json!({"otp": code})).await;
    assert_eq!(refusal(&replayed), "401 invalid_second_factor");
}

/// A provider that asked for several factors has asked for the second one.
#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_vouches_for_several_factors_is_asked_for_no_code() {
    let provider = Provider::start();
    let (server, alice, _) = alice(&provider).await;
    for (named, expected) in [
        (json!(["pwd", "mfa"]), "200"),
        (json!(["pwd"]), "401 second_factor_required"),
        (json!(["otp"]), "401 second_factor_required"),
        (json!(["MFA"]), "401 second_factor_required"),
        (json!([]), "401 second_factor_required"),
    ] {
        let mut claims = provider.vouches(&server, "1", &alice.email);
        claims["amr"] = named.clone();
        let told = open(&server, &id_token(&claims), &json!({})).await;
        let outcome = match told.status {
            StatusCode::OK => "200".to_owned(),
            _ => refusal(&told),
        };
        assert_eq!(outcome, expected, "{named}");
        if expected == "200" {
            assert_eq!(amr(&told), json!(["fed", "mfa"]), "{named}");
        }
    }
    let mut claims = provider.vouches(&server, "1", &alice.email);
    claims["amr"] = json!(["mfa"]);
    provider.signs_in(&claims);
    let browser = server.browser();
    assert_eq!(come_back(&server, &browser).await.location(), Some("/"));
    assert_eq!(signed_in_as(&browser).await, Some(alice.email));
}

/// UE-15: whoever has an ID token guesses no more codes than whoever has the password.
#[tokio::test(flavor = "multi_thread")]
async fn wrong_codes_beside_id_tokens_lock_where_wrong_passwords_do() {
    let provider = Provider::start();
    let (server, alice, app) = alice(&provider).await;
    let token = id_token(&provider.vouches(&server, "1", &alice.email));
    for at in 1..=10 {
        let told = open(&server, &token, &json!({"otp": app.wrong(&server)})).await;
        assert_eq!(refusal(&told), "401 invalid_second_factor", "UE-15 {at}");
    }
    let told = open(&server, &token, &json!({"otp": app.code(&server, 0)})).await;
    assert_eq!(refusal(&told), "429 too_many_requests", "UE-15");
    let told = try_sign_in(&server.browser(), &alice.email, PASSWORD).await;
    assert_eq!(told.status, StatusCode::TOO_MANY_REQUESTS, "UE-15");
}

/// The button of the sign-in page leads through the second step, in the same browser, and on to the app.
#[tokio::test(flavor = "multi_thread")]
async fn who_comes_back_from_a_provider_is_asked_for_the_code_and_goes_on_to_the_app() {
    let provider = Provider::start();
    let (server, alice, app) = alice(&provider).await;
    let client = server.client(Registration::web());
    let browser = server.browser();
    // Somebody else was signed in here: only whoever ends the second step takes their place.
    let bob = server.person("bob");
    try_sign_in(&browser, &bob.email, PASSWORD).await;
    let was = browser.copy();
    provider.signs_in(&provider.vouches(&server, "1", &alice.email));
    let page = browser
        .visit(&client.authorize_path(&[("prompt", "login")]))
        .await;
    let sent = press(&browser, &page).await;
    let back = at_the_provider(&server, &sent).await;
    let answer = browser.get(&back).await;
    let to = answer.location().unwrap().to_owned();
    assert!(
        to.starts_with("/login/second-factor?request="),
        "{to} {}",
        answer.body
    );
    assert_eq!(browser.cookie(SESSION), was.cookie(SESSION), "no session yet");
    assert_eq!(server.count("session WHERE amr @> '{fed}'"), 0);
    assert_eq!(browser.cookie("consentry_federation"), None);
    // In another browser it is worth nothing (CS-15).
    let thief = server.browser();
    thief.get("/login").await;
    let half = "consentry_half_sign_in";
    thief.set_cookie(half, &browser.cookie(half).unwrap());
    assert!(
        thief.get(&to).await.location().unwrap().starts_with("/login"),
        "CS-15"
    );

    let page = browser.get(&to).await;
    let form = page.form("/login/second-factor");
    let wrong = browser
        .submit(&form.clone().with("code", &app.wrong(&server)))
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let answer = browser.submit(&form.with("code", &app.code(&server, 0))).await;
    assert!(
        answer.location().unwrap().starts_with("/oauth/authorize"),
        "{}",
        answer.body
    );
    assert_eq!(signed_in_as(&browser).await, Some(alice.email));
    assert_eq!(
        signed_in_as(&was).await,
        None,
        "the session before has ended (CWE-384)"
    );
    assert_eq!(server.count("session WHERE amr = '{fed,otp,mfa}'"), 1);
}
