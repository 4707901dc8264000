//! The pages of `consentry dev`.

pub(super) mod mail;
pub(super) mod playground;
mod reasons;

/// Where the demo client's answers arrive.
#[expect(missing_docs, reason = "the texts themselves, below, say what they are")]
pub struct DevCallback {
    pub heading: &'static str,
    pub refused: &'static str,
    pub again: &'static str,
    pub what: &'static str,
    pub exchange: &'static str,
    pub introspect: &'static str,
    pub step_by_step: &'static str,
}

/// English.
pub(super) static ENGLISH_DEV_CALLBACK: DevCallback = DevCallback {
    heading: "The demo app got an answer",
    refused: "The answer is an error:",
    again: "Start again",
    what: "This page stands in for a third-party app. It was given a code, which is good for 60 seconds and for one use. \
           These are the two commands that come next.",
    exchange: "1. The app exchanges the code for tokens",
    introspect: "2. The API that gets the access token asks what it means",
    step_by_step: "Rather click through it, with each request explained",
};
