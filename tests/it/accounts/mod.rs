//! People, through HTTP. The cases and their ids are those of `SECURITY-CASES`.

mod data;
mod factor_guards;
pub mod federate;
mod federated_factor;
mod fresh_proof;
mod id_token;
mod in_flight;
mod known_device;
mod linking;
mod lockout;
mod login;
mod me;
mod pages;
mod password_rule;
mod recover;
mod register;
mod registration;
mod second_factor;
mod session;
mod spraying;
mod sudo;
mod verify_email;

use reqwest::{StatusCode, header::HeaderMap};
use serde_json::{Value, json};

use crate::support::{Browser, Server, browser::Answer, client::Reply};

/// A password that may be set, other than everybody's.
const NEW_PASSWORD: &str = "wine poem lorry 4";

/// Calls an endpoint that needs no credential.
async fn call(server: &Server, path: &str, body: &Value) -> Reply {
    let request = server.http.post(server.url(path)).json(body);
    Reply::read(request.send().await.unwrap()).await
}

/// Registers by the API.
async fn register(server: &Server, email: &str, password: &str) -> Reply {
    let body = json!({"email": email, "password": password, "name": "Nia"});
    call(server, "/v1/auth/register", &body).await
}

/// Signs in by the API.
async fn sign_in(server: &Server, email: &str, password: &str) -> Reply {
    let body = json!({"provider": "local", "email": email, "password": password});
    call(server, "/v1/auth/session", &body).await
}

/// The status and code of a refusal.
fn refusal(reply: &Reply) -> String {
    let code = reply.json["code"].as_str().unwrap_or("-");
    format!("{} {code}", reply.status.as_u16())
}

/// The token in the newest mail to this address.
async fn token_to(server: &Server, email: &str) -> String {
    let letter = server.mail_to(email).await;
    let (_, token) = letter.path().split_once("?token=").unwrap();
    token.split('&').next().unwrap().to_owned()
}

/// How many mails went to this address.
async fn mails_to(server: &Server, email: &str) -> usize {
    let letters = server.mail().await;
    letters.iter().filter(|letter| letter.to == email).count()
}

/// What an answer says but for what is the request's own: nobody can tell two of them apart.
fn indistinct(status: StatusCode, headers: &HeaderMap, body: &str) -> String {
    let own = [
        "date",
        "x-request-id",
        "x-correlation-id",
        "ratelimit",
        "set-cookie",
    ];
    let mut headers: Vec<String> = headers
        .iter()
        .filter(|(name, _)| !own.contains(&name.as_str()))
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
        .collect();
    headers.sort();
    format!("{status} {headers:?} {body}")
}

/// Tries to sign in at the plain sign-in page, without following where it leads.
async fn try_sign_in(browser: &Browser, email: &str, password: &str) -> Answer {
    let page = browser.get("/login").await;
    let form = page
        .form("/login")
        .with("email", email)
        .with("password", password);
    browser.submit(&form).await
}

/// Who is signed in, as the start page says.
async fn signed_in_as(browser: &Browser) -> Option<String> {
    let page = browser.get("/").await;
    assert_eq!(page.status, StatusCode::OK);
    let (_, rest) = page.body.split_once("You are signed in as <strong><bdi>")?;
    Some(rest.split("</bdi>").next().unwrap().to_owned())
}
