//! What was said, exchange by exchange, as the page shows it.

use url::form_urlencoded::Serializer;

use crate::{
    dev::{
        demo::Demo,
        playground::{
            exchange::{Answer, Request, curl_get},
            run::{Body, Check, Ending, Entry, Lesson, Step},
        },
    },
    web::{
        phrase,
        words::{self, ENGLISH},
    },
};

/// Where the app's requests begin.
const AUTHORIZE: &str = "/oauth/authorize";

/// One exchange.
#[derive(Default)]
pub(super) struct EntryView {
    pub number: String,
    pub title: &'static str,
    pub between: &'static str,
    /// Its outcome in a word, and how it looks.
    pub tag: Option<(String, &'static str)>,
    pub lesson: &'static str,
    pub made_up: Vec<Part>,
    pub request: Option<String>,
    pub request_parts: Vec<Part>,
    /// What was checked, and whether it passed.
    pub checks: Vec<(String, bool)>,
    pub answer: Option<String>,
    pub answer_parts: Vec<Part>,
    pub fault: Option<String>,
    pub curl: Option<String>,
    pub once: bool,
}

/// A parameter, header or member.
pub(super) struct Part {
    pub name: &'static str,
    pub value: Option<String>,
    pub why: &'static str,
}

impl EntryView {
    /// What is shown of an entry.
    pub fn of(entry: &Entry, demo: &Demo) -> Self {
        let words = ENGLISH.playground;
        let (exchange, view) = match &entry.body {
            Body::Built { made_up, asked } => (&words.built, Self::built(made_up, asked, demo)),
            Body::Arrived { at, params, checks } => {
                (&words.arrived, Self::arrived(at, params, checks, entry.lesson))
            }
            Body::Sent {
                step,
                request,
                answer,
            } => {
                let exchange = match step {
                    Step::Exchange => &words.exchanged,
                    Step::Replay => &words.exchanged_again,
                    Step::Introspect => &words.introspected,
                    Step::Refresh => &words.refreshed,
                    Step::Reuse => &words.refreshed_again,
                    Step::Revoke => &words.revoked,
                };
                let view = Self {
                    once: !matches!(step, Step::Introspect | Step::Revoke),
                    ..Self::sent(request, answer.as_ref(), entry.lesson)
                };
                (exchange, view)
            }
        };
        Self {
            number: (words.number)(entry.number),
            title: exchange.title,
            between: exchange.between,
            lesson: lesson(entry.lesson),
            ..view
        }
    }

    fn built(made_up: &[(&'static str, String)], asked: &[(&'static str, String)], demo: &Demo) -> Self {
        let words = ENGLISH.playground;
        let url = authorize_url(demo, asked);
        let (origin, query) = (demo.text("/issuer"), url.split_once('?').map_or("", |it| it.1));
        let host = origin.split_once("://").map_or("", |it| it.1);
        Self {
            made_up: parts(made_up, words.why_made_up),
            request: Some(format!("GET {AUTHORIZE}?{query} HTTP/1.1\nHost: {host}")),
            request_parts: parts(asked, words.why_asked),
            curl: Some(curl_get(&url)),
            ..Self::default()
        }
    }

    fn arrived(at: &str, params: &[(&'static str, String)], checks: &[Check], lesson: Lesson) -> Self {
        let words = ENGLISH.playground;
        let query = Serializer::new(String::new()).extend_pairs(params).finish();
        let found = |name| params.iter().find(|(own, _)| *own == name);
        // Anybody can make up an answer: a word of the field is shown as one, anything else only among the parameters.
        let is_word = |text: &str| {
            text.len() <= 40 && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
        };
        let tag = match (found("error"), found("code")) {
            (Some((_, error)), _) if is_word(error) => Some(error.clone()),
            (Some(_), _) => Some("error".to_owned()),
            (None, Some(_)) => Some("code".to_owned()),
            (None, None) => None,
        };
        let checked = |check: &Check| {
            let text = if check.passed {
                words.check_passed
            } else {
                words.check_failed
            };
            (text(check.name, &check.expected), check.passed)
        };
        Self {
            tag: tag.map(|tag| (tag, class(lesson))),
            answer: Some(format!("HTTP/1.1 303 See Other\nLocation: {at}?{query}")),
            answer_parts: parts(params, words.why_arrived),
            checks: checks.iter().map(checked).collect(),
            ..Self::default()
        }
    }

    fn sent(request: &Request, answer: Result<&Answer, &String>, lesson: Lesson) -> Self {
        let words = ENGLISH.playground;
        let lines = |headers: &[(&str, String)]| -> String {
            let lines = headers.iter().map(|(name, value)| format!("\n{name}: {value}"));
            lines.collect()
        };
        let said = request.headers.iter().chain(&request.form);
        let mut view = Self {
            request: Some(format!(
                "POST {} HTTP/1.1{}\n\n{}",
                request.path,
                lines(&request.headers),
                request.body()
            )),
            request_parts: explained(said.map(|(name, _)| *name), words.why_sent),
            curl: Some(request.curl.clone()),
            ..Self::default()
        };
        match answer {
            Ok(answer) => {
                let status = format!("{} {}", answer.status, answer.reason);
                let body = match answer.body.as_str() {
                    "" => words.no_body,
                    body => body,
                };
                view.answer = Some(format!("HTTP/1.1 {status}{}\n\n{body}", lines(&answer.headers)));
                let known = words.why_answered.iter().map(|(name, _)| *name);
                let members = known.filter(|name| answer.json.get(name).is_some());
                view.answer_parts = explained(members, words.why_answered);
                view.tag = Some((status, class(lesson)));
            }
            Err(fault) => view.fault = Some(fault.clone()),
        }
        view
    }
}

/// Names with their values and why they are there.
fn parts(pairs: &[(&'static str, String)], reasons: words::Reasons) -> Vec<Part> {
    let part = |(name, value): &(&'static str, String)| Part {
        name,
        value: Some(phrase::plain(value)),
        why: why(name, reasons),
    };
    pairs.iter().map(part).collect()
}

/// Names of which something is to be said, and what.
fn explained(names: impl Iterator<Item = &'static str>, reasons: words::Reasons) -> Vec<Part> {
    let part = |name| Part {
        name,
        value: None,
        why: why(name, reasons),
    };
    names.map(part).filter(|part| !part.why.is_empty()).collect()
}

fn why(name: &str, reasons: words::Reasons) -> &'static str {
    let found = reasons.iter().find(|(known, _)| *known == name);
    found.map_or("", |(_, why)| why)
}

/// Where a request of the app sends the browser.
pub(super) fn authorize_url(demo: &Demo, asked: &[(&str, String)]) -> String {
    let query = Serializer::new(String::new()).extend_pairs(asked).finish();
    format!("{}{AUTHORIZE}?{query}", demo.text("/issuer"))
}

/// What an exchange teaches, in words.
pub(super) fn lesson(lesson: Lesson) -> &'static str {
    let words = &ENGLISH.playground.lessons;
    match lesson {
        Lesson::Built => words.built,
        Lesson::CodeArrived => words.code_arrived,
        Lesson::Denied => words.denied,
        Lesson::ErrorArrived => words.error_arrived,
        Lesson::WrongState => words.wrong_state,
        Lesson::WrongIssuer => words.wrong_issuer,
        Lesson::NothingArrived => words.nothing_arrived,
        Lesson::Exchanged => words.exchanged,
        Lesson::CodeRefused => words.code_refused,
        Lesson::CodeReplayed => words.code_replayed,
        Lesson::Active => words.active,
        Lesson::Inactive(None) => words.inactive,
        Lesson::Inactive(Some(Ending::Reused)) => words.inactive_since_reuse,
        Lesson::Inactive(Some(Ending::Replayed)) => words.inactive_since_replay,
        Lesson::Inactive(Some(Ending::Revoked)) => words.inactive_since_revocation,
        Lesson::Refreshed => words.refreshed,
        Lesson::RefreshRefused => words.refresh_refused,
        Lesson::ReuseRefused => words.reuse_refused,
        Lesson::Revoked => words.revoked,
        Lesson::NoAnswer => words.no_answer,
        Lesson::Unexpected => words.unexpected,
    }
}

/// How a lesson looks.
pub(super) fn class(lesson: Lesson) -> &'static str {
    match lesson {
        Lesson::Built => "",
        Lesson::CodeArrived | Lesson::Exchanged | Lesson::Active | Lesson::Refreshed | Lesson::Revoked => {
            "good"
        }
        Lesson::Denied
        | Lesson::CodeReplayed
        | Lesson::Inactive(_)
        | Lesson::ReuseRefused
        | Lesson::NoAnswer => "warn",
        Lesson::ErrorArrived
        | Lesson::WrongState
        | Lesson::WrongIssuer
        | Lesson::NothingArrived
        | Lesson::CodeRefused
        | Lesson::RefreshRefused
        | Lesson::Unexpected => "bad",
    }
}
