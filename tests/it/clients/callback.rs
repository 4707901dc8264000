//! Callbacks that are not the answer to this app's own question.

use url::Url;

use super::{EVERY_FILE, Software, app::App};
use crate::support::Server;

/// What somebody did to one parameter of a callback on its way.
#[derive(Clone, Copy, Debug)]
enum Tampered {
    Changed(&'static str),
    Missing,
}

/// A callback with one parameter not as the server wrote it.
fn tamper(callback: &Url, name: &str, how: Tampered) -> Url {
    let mut tampered = callback.clone();
    tampered.query_pairs_mut().clear();
    for (key, value) in callback.query_pairs() {
        match how {
            Tampered::Changed(other) if key == name => tampered.query_pairs_mut().append_pair(&key, other),
            Tampered::Missing if key == name => continue,
            Tampered::Changed(_) | Tampered::Missing => tampered.query_pairs_mut().append_pair(&key, &value),
        };
    }
    assert_ne!(&tampered, callback, "{name} was not there");
    tampered
}

/// Runs an app up to its callback, which arrives tampered with: it must refuse with these words, and must not have asked the
/// server for anything, so that the code is not spent.
async fn refuses(server: &Server, software: &Software, row: usize, name: &str, how: Tampered, words: &str) {
    let case = format!("{}, {name} {how:?}", software.case);
    let person = server.person(&format!("{name}{row}"));
    let mut app = App::start(server, software);
    let callback = app.allowed(server, &person).await;
    let before = server.facts();
    app.deliver(&tamper(&callback, name, how)).await;
    let refusal = app.refusal(&case);
    assert!(refusal.contains(words), "{case}: {refusal}");
    assert_eq!(server.changed_since(&before), Vec::<String>::new(), "{case}");
}

/// RFC 6749 §10.12: a callback with another `state`, or none, is one that somebody else began.
#[tokio::test(flavor = "multi_thread")]
async fn software_of_strangers_refuses_a_callback_with_a_state_that_is_not_its_own() {
    let server = Server::start().await;
    let tampered = [Tampered::Changed("somebody-elses-state"), Tampered::Missing];
    for (row, (software, how)) in EVERY_FILE
        .iter()
        .flat_map(|it| tampered.map(|how| (it, how)))
        .enumerate()
    {
        let words = software.on_wrong_state;
        refuses(&server, software, row, "state", how, words).await;
    }
}

/// RFC 9207 §2.4: an answer of another server, or of one that does not say who it is, is none of ours. What looks at `iss`
/// refuses it; so ours must be right wherever a callback was accepted.
#[tokio::test(flavor = "multi_thread")]
async fn software_of_strangers_that_looks_at_iss_refuses_another_issuer() {
    let server = Server::start().await;
    let tampered = [Tampered::Changed("https://evil.example"), Tampered::Missing];
    let mut rows = 0;
    for software in &EVERY_FILE {
        let Some(words) = software.on_wrong_issuer else {
            continue;
        };
        for how in tampered {
            refuses(&server, software, rows, "iss", how, words).await;
            rows += 1;
        }
    }
    assert_eq!(rows, 6);
}
