//! The playground, in words.

use super::reasons;
pub use super::reasons::Reasons;

/// A button of the playground, and what it does.
pub struct Button {
    /// On it.
    pub label: &'static str,
    /// Beside it.
    pub hint: &'static str,
}

/// The playground.
#[expect(missing_docs, reason = "the texts themselves, below, say what they are")]
pub struct Playground {
    pub heading: &'static str,
    pub lead: &'static str,
    pub actors_heading: &'static str,
    /// Who takes part: a name, and what it does.
    pub actors: &'static [(&'static str, &'static str)],
    pub flow: &'static str,
    pub choose_heading: &'static str,
    pub choose_app: &'static str,
    pub web_app: &'static str,
    pub native_app: &'static str,
    pub choose_scopes: &'static str,
    pub ask_again: &'static str,
    pub ask_again_hint: &'static str,
    pub build: &'static str,
    /// The steps, for the list above the page.
    pub steps: [&'static str; 7],
    pub step_of: fn(number: usize) -> String,
    pub done: &'static str,
    pub finished: &'static str,
    pub happened: &'static str,
    pub next: &'static str,
    pub also: &'static str,
    pub send_browser: Button,
    pub sign_in_as: fn(email: &str, password: &str) -> String,
    pub exchange: Button,
    pub exchange_again: Button,
    pub introspect: Button,
    pub refresh: Button,
    pub refresh_again: Button,
    pub revoke: Button,
    pub connect_again: Button,
    pub start_over: Button,
    pub transcript: &'static str,
    pub forgotten: fn(count: usize) -> String,
    pub number: fn(number: usize) -> String,
    pub request: &'static str,
    pub answer: &'static str,
    pub made_up: &'static str,
    pub parts: &'static str,
    pub checks: &'static str,
    pub check_passed: fn(name: &str, expected: &str) -> String,
    pub check_failed: fn(name: &str, expected: &str) -> String,
    pub passed: &'static str,
    pub failed: &'static str,
    pub curl: &'static str,
    pub curl_once: &'static str,
    pub no_answer: &'static str,
    pub no_body: &'static str,
    pub built: Exchange,
    pub arrived: Exchange,
    pub exchanged: Exchange,
    pub exchanged_again: Exchange,
    pub introspected: Exchange,
    pub refreshed: Exchange,
    pub refreshed_again: Exchange,
    pub revoked: Exchange,
    pub lessons: Lessons,
    pub notices: Notices,
    pub why_made_up: Reasons,
    pub why_asked: Reasons,
    pub why_arrived: Reasons,
    pub why_sent: Reasons,
    pub why_answered: Reasons,
}

/// An exchange: what happens in it, and who speaks to whom.
#[expect(missing_docs, reason = "the texts themselves, below, say what they are")]
pub struct Exchange {
    pub title: &'static str,
    pub between: &'static str,
}

/// What an exchange teaches.
#[expect(missing_docs, reason = "the texts themselves, below, say what they are")]
pub struct Lessons {
    pub built: &'static str,
    pub code_arrived: &'static str,
    pub denied: &'static str,
    pub error_arrived: &'static str,
    pub wrong_state: &'static str,
    pub wrong_issuer: &'static str,
    pub nothing_arrived: &'static str,
    pub exchanged: &'static str,
    pub code_refused: &'static str,
    pub code_replayed: &'static str,
    pub active: &'static str,
    pub inactive: &'static str,
    pub inactive_since_reuse: &'static str,
    pub inactive_since_replay: &'static str,
    pub inactive_since_revocation: &'static str,
    pub refreshed: &'static str,
    pub refresh_refused: &'static str,
    pub reuse_refused: &'static str,
    pub revoked: &'static str,
    pub no_answer: &'static str,
    pub unexpected: &'static str,
}

/// Why a button did nothing.
#[expect(missing_docs, reason = "the texts themselves, below, say what they are")]
pub struct Notices {
    pub nothing_begun: &'static str,
    pub no_code: &'static str,
    pub code_used: &'static str,
    pub exchange_first: &'static str,
    pub no_tokens: &'static str,
    pub no_refresh_token: &'static str,
    pub refresh_first: &'static str,
    pub nobody_waits: &'static str,
}

/// English.
pub(in crate::web::words) static ENGLISH: Playground = Playground {
    heading: "Playground",
    lead: "Play a third-party app that asks for access with OAuth 2.0. Each button makes one real request; you see what was sent, \
           what came back, and what it is for. All ids, secrets and tokens here are made up and good on this machine only.",
    actors_heading: "Who takes part",
    actors: &[
        ("You", "A person with an account. You decide what the app may do."),
        (
            "The app",
            "Somebody else's software that wants to act for you. It never sees your password. Here this page plays its part.",
        ),
        (
            "The authorization server",
            "This Consentry. It knows you, asks you, and gives the app tokens.",
        ),
        (
            "The API",
            "What the app wants to use. It gets the app's token and asks the authorization server what the token means.",
        ),
    ],
    flow: "The app sends your browser to the authorization server. You sign in and allow. Your browser comes back with a code, \
           the app exchanges the code for tokens, and uses them at the API. This is the authorization code flow of RFC 6749 §4.1.",
    choose_heading: "What the app will ask for",
    choose_app: "Which app",
    web_app: "Web app, with a secret",
    native_app: "Desktop or phone app, without",
    choose_scopes: "Scopes: what it wants to be allowed",
    ask_again: "Ask me, whatever I allowed before",
    ask_again_hint: "An app may ask for the consent page. Here you see it every time anyway: an app at a 127.0.0.1 address is never remembered (RFC 8252 §8.6).",
    build: "Build the authorization request",
    steps: [
        "Build the request",
        "Ask the person",
        "Exchange the code",
        "Ask what the token means",
        "Refresh",
        "Use a spent token again",
        "See that it is over",
    ],
    step_of: |number| format!("Step {number} of 7"),
    done: "done",
    finished: "You have seen the whole life of an access",
    happened: "What just happened",
    next: "Next",
    also: "You can also",
    send_browser: Button {
        label: "Send my browser there",
        hint: "You leave the app: sign in, look at what it asks for, and allow or refuse. Both are worth a try.",
    },
    sign_in_as: |email, password| {
        format!("If you are asked to sign in: {email} with the password {password}")
    },
    exchange: Button {
        label: "Exchange the code",
        hint: "The app asks for tokens directly, without your browser. Do it within a minute: codes are short-lived.",
    },
    exchange_again: Button {
        label: "Exchange the same code again",
        hint: "As somebody would who stole the code. It ends these tokens.",
    },
    introspect: Button {
        label: "Ask what the token means",
        hint: "The API asks, with the access token that the app sent to it.",
    },
    refresh: Button {
        label: "Refresh",
        hint: "The app gets new tokens for its refresh token, without asking you again.",
    },
    refresh_again: Button {
        label: "Use the old refresh token again",
        hint: "As somebody would who stole it. It ends these tokens.",
    },
    revoke: Button {
        label: "Revoke",
        hint: "The app gives its access back, as it should when you disconnect it.",
    },
    connect_again: Button {
        label: "Connect again",
        hint: "A new request with the same choices.",
    },
    start_over: Button {
        label: "Start over",
        hint: "Forgets everything on this page.",
    },
    transcript: "Everything that was said, newest first",
    forgotten: |count| match count {
        1 => "The oldest exchange is not kept any more.".to_owned(),
        count => format!("The oldest {count} exchanges are not kept any more."),
    },
    number: |number| format!("{number}."),
    request: "Request",
    answer: "Answer",
    made_up: "What the app makes up and remembers",
    parts: "What each part is for",
    checks: "What the app checks before it believes this",
    check_passed: |name, expected| format!("{name} is {expected}, as it must be"),
    check_failed: |name, expected| format!("{name} is not {expected}, as it must be"),
    passed: "Equal",
    failed: "Not equal",
    curl: "The same in a terminal",
    curl_once: "What it sends may be good for one use. Sent again, it can end these tokens, as the buttons on this page show.",
    no_answer: "There was no answer:",
    no_body: "(no body)",
    built: Exchange {
        title: "The app builds the authorization request",
        between: "App \u{2192} your browser \u{2192} authorization server",
    },
    arrived: Exchange {
        title: "Your browser comes back with the answer",
        between: "Authorization server \u{2192} your browser \u{2192} app",
    },
    exchanged: Exchange {
        title: "The app exchanges the code",
        between: "App \u{2192} authorization server",
    },
    exchanged_again: Exchange {
        title: "Somebody exchanges the same code again",
        between: "App, or a thief \u{2192} authorization server",
    },
    introspected: Exchange {
        title: "The API asks what the access token means",
        between: "API \u{2192} authorization server",
    },
    refreshed: Exchange {
        title: "The app refreshes its tokens",
        between: "App \u{2192} authorization server",
    },
    refreshed_again: Exchange {
        title: "Somebody uses the old refresh token again",
        between: "App, or a thief \u{2192} authorization server",
    },
    revoked: Exchange {
        title: "The app revokes its access",
        between: "App \u{2192} authorization server",
    },
    lessons: Lessons {
        built: "The app made up two secrets for this one attempt, and an address at the authorization server. Nothing was sent yet.",
        code_arrived: "You allowed it, and your browser brought a code. The code is no token: it went through your browser, so it is \
                       worth nothing without what only the app has. The checks below passed, so the app may go on.",
        denied: "You refused, and the app was told so with access_denied (RFC 6749 §4.1.2.1). It got no code and can do nothing. A good \
                 app says so kindly and goes on without.",
        error_arrived: "The authorization server could not do what the app asked for, and says why with an error code \
                        (RFC 6749 §4.1.2.1). There is no code.",
        wrong_state: "An answer arrived with a state that this app did not make up for this browser. Somebody may be trying to connect \
                      you to an account of theirs. The app ignores it and keeps waiting (RFC 6749 §10.12).",
        wrong_issuer: "An answer arrived that does not name the server that was asked. It may be mixed up with another server's. The app \
                       ignores it and keeps waiting (RFC 9207 §2.4).",
        nothing_arrived: "An answer arrived with neither a code nor an error. The app ignores it and keeps waiting.",
        exchanged: "The app proved who it is and that it began this flow, and got an access token for the API and a refresh token for \
                    later (RFC 6749 §4.1.4). The code is used up.",
        code_refused: "The code was refused. It may be older than a minute, or your access was taken back. The app must begin again.",
        code_replayed: "A code is good for one use. A second one means that somebody copied it, and nobody can tell who was first, so \
                        all tokens that came of it are dead now (RFC 6749 §4.1.2). Let the API ask about the access token and see.",
        active: "The token is alive. The API reads who is calling, for whom, in which workspace and with which role, and decides. \
                 The answer is computed at this moment: a removed member or a lowered role shows at once (RFC 7662 §2.2).",
        inactive: "Not active, and nothing else: the token is unknown, expired or revoked. The API answers the app with 401 \
                   (RFC 7662 §2.2).",
        inactive_since_reuse: "Not active, and nothing else: the second use of the refresh token ended this access, on the very next \
                               request. The thief has nothing, and you can connect again (RFC 9700 §4.14.2).",
        inactive_since_replay: "Not active, and nothing else: the second use of the code ended this access, on the very next request \
                                (RFC 6749 §4.1.2).",
        inactive_since_revocation: "Not active, and nothing else: the app gave its access back, and that holds from the very next \
                                    request (RFC 7009 §2).",
        refreshed: "A new pair. The refresh token that was sent is spent and must never be used again: each works once \
                    (RFC 9700 §4.14.2).",
        refresh_refused: "The refresh token was refused: the access that it belongs to is over. The app must ask you again.",
        reuse_refused: "Refused, and more: a refresh token that comes twice was stolen, from the app or by it. Nobody can tell which of the \
                        two is the app, so the access is over for both (RFC 9700 §4.14.2). Let the API ask about the access token and see.",
        revoked: "Done. The answer has no body, and would look the same for an unknown token: it tells nobody anything \
                  (RFC 7009 §2.2). Let the API ask about the access token and see.",
        no_answer: "The server cannot answer right now, so nothing is decided. A good app waits and tries again.",
        unexpected: "The server refused this. Its error code below says why.",
    },
    notices: Notices {
        nothing_begun: "Nothing is under way in this browser: it was over an hour ago, or the server was started anew. Begin here.",
        no_code: "There is no code to exchange. Send your browser to the authorization server first.",
        code_used: "This code is exchanged already, and nothing was sent. To see what a second use does, choose \u{201c}Exchange the same \
                    code again\u{201d}.",
        exchange_first: "There are no tokens yet. Exchange the code first.",
        no_tokens: "There are no tokens yet. Get a code first, and exchange it.",
        no_refresh_token: "The app got no refresh token, so there is nothing to refresh.",
        refresh_first: "No refresh token is spent yet. Refresh first.",
        nobody_waits: "An answer arrived that nobody waits for, so the app ignored it. This is what happens when you reload its address, \
                       or when somebody sends you a made-up one.",
    },
    why_made_up: reasons::MADE_UP,
    why_asked: reasons::ASKED,
    why_arrived: reasons::ARRIVED,
    why_sent: reasons::SENT,
    why_answered: reasons::ANSWERED,
};
