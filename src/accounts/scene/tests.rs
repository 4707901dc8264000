//! Every state of these pages, as good pages.

use crate::{
    accounts::{
        act::{Act, Alert, tests::check},
        ask_for_mail::{self, Ask},
        mail_link::Link,
        password_rule::TooWeak,
        provider_buttons::{Offered, ProviderButtons},
        register::{self, Wrong},
    },
    platform::clock::Timestamp,
    web::{language::Language, limit::Exceeded},
};

fn states(name: &'static str, language: Language) -> Vec<(&'static str, Act)> {
    let words = language.words();
    let path = str::to_owned;
    let too_many = || {
        let exceeded = Exceeded {
            retry_after: std::time::Duration::from_secs(40),
        };
        let now = Timestamp::from_timestamp(1_777_818_000, 0).unwrap();
        Some(Alert::too_many(&exceeded, now, language))
    };
    let wrong = |what| Some(Alert::of_field("password", what, ""));
    let registering = |alert| Act {
        after: vec![("/login".to_owned(), words.steps.have_account)],
        ..register::question((name, name), alert, language)
    };
    let everything = Wrong {
        name: true,
        email: true,
        password: Some(TooWeak::Guessable),
    };
    let offered = ["google", "sso"].map(|id| Offered::sample(id, name));
    let asking = |ask, alert| ask_for_mail::question(ask, name, alert, language);
    let sent = |ask| ask_for_mail::sent(ask, name, "/login".to_owned(), language);
    let led = |link: Link, alert| link.question(name, alert, path, language);
    let done = |link: Link| link.done("/login".to_owned(), language);
    let over = |link: Link| link.worthless(path, language);
    let verifying = || led(Link::Verify, None);
    let with_form = vec![
        ("register", registering(None)),
        ("register, all wrong", registering(everything.alert(language))),
        ("register, too many", registering(too_many())),
        (
            "register, with providers",
            Act {
                providers: ProviderButtons::of(&offered, "token".to_owned(), language, path),
                ..registering(None)
            },
        ),
        ("verify", verifying()),
        (
            "verify, for an app",
            Act {
                domain: Some("acme.example".to_owned()),
                lead: Some((words.login.continue_to)(name)),
                ..verifying()
            },
        ),
        (
            "verify, another's",
            led(Link::Verify, wrong(words.steps.not_registered_with)),
        ),
        ("verify, too many", led(Link::Verify, too_many())),
        ("resend", asking(Ask::Verify, None)),
        ("forgot", asking(Ask::Reset, None)),
        ("forgot, too many", asking(Ask::Reset, too_many())),
        ("reset", led(Link::Reset, None)),
    ];
    let weak = [TooWeak::TooShort, TooWeak::TooLong, TooWeak::Control].map(|weak| {
        let alert = wrong(weak.sentence(words.password_rule));
        ("reset, weak", led(Link::Reset, alert))
    });
    let with_form = with_form.into_iter().chain(weak).map(|(state, act)| {
        let act = Act {
            action: "/register".to_owned(),
            token: Some("cst_ec_0".to_owned()),
            username: Some(name.to_owned()),
            ..act
        };
        (state, act)
    });
    let without = [
        ("registered", register::sent(name, path, language)),
        (
            "registration closed",
            register::closed("Northwind", "/login".to_owned(), language),
        ),
        ("verified", done(Link::Verify)),
        ("verify, over", over(Link::Verify)),
        ("resent", sent(Ask::Verify)),
        ("reset sent", sent(Ask::Reset)),
        ("reset done", done(Link::Reset)),
        ("reset, over", over(Link::Reset)),
    ];
    with_form.chain(without).collect()
}

#[test]
fn every_state_is_a_good_page() {
    check(states);
}
