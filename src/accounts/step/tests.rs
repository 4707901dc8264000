//! Every state of these pages, as good pages.

use super::*;
use crate::{
    accounts::{
        ask_for_mail::{self, Ask},
        email_code::Purpose,
        password_rule::TooWeak,
        register::{self, Wrong},
        reset_password, verify_email,
    },
    web::{language::Language, sample},
};

fn samples(name: &'static str, language: Language) -> Vec<(&'static str, Step<'static>)> {
    let layout = sample::layout(language);
    let words = language.words().steps;
    let registering = |wrong: &Wrong| {
        let (action, token) = ("/register".to_owned(), "token".to_owned());
        register::form(layout, (name, name), action, token, wrong)
            .link("/login".to_owned(), words.have_account)
    };
    let resetting = |weak| {
        let form = ("/reset".to_owned(), "token".to_owned());
        reset_password::ask(layout, name, "cst_ec_0", form, weak)
    };
    let asking = |ask| ask_for_mail::form(layout, ask, name, "/forgot".to_owned(), "token".to_owned());
    let everything = Wrong {
        name: true,
        email: true,
        password: Some(TooWeak::Guessable),
    };
    let mut pages = vec![
        ("register", registering(&Wrong::default())),
        ("register, all wrong", registering(&everything)),
        ("registered", register::sent(layout, name, str::to_owned)),
        ("registration closed", register::closed(layout)),
        (
            "verify",
            verify_email::ask(
                layout,
                name,
                "cst_ec_0",
                ("/verify".to_owned(), "token".to_owned()),
            ),
        ),
        ("verified", verify_email::done(layout, "/login".to_owned())),
        (
            "verify, over",
            verify_email::worthless(layout, Purpose::Verify, str::to_owned),
        ),
        ("resend", asking(Ask::Verify)),
        ("resent", ask_for_mail::sent(layout, Ask::Verify, name)),
        ("forgot", asking(Ask::Reset)),
        ("reset sent", ask_for_mail::sent(layout, Ask::Reset, name)),
        ("reset", resetting(None)),
        ("reset done", reset_password::done(layout, "/login".to_owned())),
        (
            "reset, over",
            verify_email::worthless(layout, Purpose::Reset, str::to_owned),
        ),
    ];
    for weak in [TooWeak::TooShort, TooWeak::TooLong, TooWeak::Control] {
        pages.push(("reset, weak", resetting(Some(weak))));
    }
    pages
}

#[test]
fn every_state_is_a_good_page() {
    sample::check(samples);
}
