//! People, through HTTP. The cases and their ids are those of `SECURITY-CASES`.

pub mod id_token;
mod linking;
mod lockout;
mod login;
mod me;
mod pages;
mod second_factor;
mod session;
mod spraying;
mod sudo;

use reqwest::StatusCode;

use crate::support::{Browser, browser::Answer};

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
