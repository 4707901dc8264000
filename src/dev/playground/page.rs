//! The playground as a page: what to do now, and everything that was said.

use askama::Template;
use url::form_urlencoded::Serializer;

use crate::{
    dev::{
        demo::Demo,
        playground::{
            exchange::{Answer, Request, curl_get},
            run::{
                AppKind, Body, Check, Connection, Ending, Entry, Lesson, Notice, Run, Setup, Stage, Step,
                Tokens,
            },
        },
    },
    platform::config::Config,
    web::{
        layout::Layout,
        observe::Manners,
        words::{self, ENGLISH},
    },
};

/// Where the app's requests begin.
const AUTHORIZE: &str = "/oauth/authorize";

/// The page.
#[derive(Template)]
#[template(path = "dev/playground.html")]
pub(super) struct PlaygroundPage<'a> {
    layout: Layout<'a>,
    words: &'static words::Playground,
    csrf_token: String,
    notice: Option<&'static str>,
    /// Label and whether it is `done`, `current` or `later`.
    steps: Vec<(&'static str, &'static str)>,
    choice: Option<Choice>,
    now: Option<Now>,
    entries: Vec<EntryView>,
    forgotten: Option<String>,
}

/// What can be chosen at the beginning.
struct Choice {
    native: bool,
    ask_again: bool,
    scopes: Vec<ScopeChoice>,
}

struct ScopeChoice {
    name: String,
    title: String,
    sentence: String,
    ticked: bool,
}

/// Where the person stands.
struct Now {
    step: Option<String>,
    heading: &'static str,
    lesson: &'static str,
    class: &'static str,
    /// Where the browser is to be sent, and as whom to sign in there.
    link: Option<(String, String)>,
    next: Option<ButtonView>,
    others: Vec<ButtonView>,
}

struct ButtonView {
    path: &'static str,
    words: &'static words::Button,
}

/// One exchange.
#[derive(Default)]
struct EntryView {
    number: String,
    title: &'static str,
    between: &'static str,
    /// Its outcome in a word, and how it looks.
    tag: Option<(String, &'static str)>,
    lesson: &'static str,
    made_up: Vec<Part>,
    request: Option<String>,
    request_parts: Vec<Part>,
    /// What was checked, and whether it passed.
    checks: Vec<(String, bool)>,
    answer: Option<String>,
    answer_parts: Vec<Part>,
    fault: Option<String>,
    curl: Option<String>,
    once: bool,
}

/// A parameter, header or member.
struct Part {
    name: &'static str,
    value: Option<String>,
    why: &'static str,
}

impl<'a> PlaygroundPage<'a> {
    /// The page of a run; of none, the beginning.
    pub fn of(
        run: Option<&Run>,
        demo: &Demo,
        config: &Config,
        manners: &'a Manners,
        csrf_token: String,
    ) -> Self {
        let words = ENGLISH.playground;
        let connection = run.and_then(|run| run.connection.as_ref());
        let at = connection.map_or(0, progress);
        let mark = |(index, label)| {
            let mark = match index {
                index if index == at => "current",
                index if index < at && !connection.is_some_and(|it| was_left_out(index, it)) => "done",
                _ => "later",
            };
            (label, mark)
        };
        let last = run.and_then(|run| run.transcript.back());
        let forgotten = run.map_or(0, |run| run.count - run.transcript.len());
        Self {
            layout: Layout::of(manners),
            words,
            csrf_token,
            notice: run.and_then(|run| run.notice).map(notice),
            steps: words.steps.into_iter().enumerate().map(mark).collect(),
            choice: connection.is_none().then(|| Choice::of(config)),
            now: connection
                .zip(last)
                .map(|(connection, last)| Now::of(connection, last, at, demo)),
            entries: run.map_or_else(Vec::new, |run| {
                let newest_first = run.transcript.iter().rev();
                newest_first.map(|entry| EntryView::of(entry, demo)).collect()
            }),
            forgotten: (forgotten > 0).then(|| (words.forgotten)(forgotten)),
        }
    }
}

/// The scopes that the demo's API knows: the first resource's.
pub(super) fn is_offered(config: &Config, name: &str) -> bool {
    let scopes = config.resources.first().map(|resource| &resource.scopes);
    scopes.is_some_and(|scopes| scopes.iter().any(|scope| scope.name == name))
}

impl Choice {
    fn of(config: &Config) -> Self {
        let scopes = config.resources.iter().take(1).flat_map(|it| it.scopes.iter());
        let scopes = scopes.enumerate().map(|(index, scope)| ScopeChoice {
            name: scope.name.clone(),
            title: scope.title.clone(),
            sentence: scope.sentence.clone(),
            // Not all of them: an app that asks for less is the better example.
            ticked: index < 2 || scope.optional,
        });
        let Setup { app, ask_again, .. } = Setup::default();
        Self {
            native: app == AppKind::Native,
            ask_again,
            scopes: scopes.collect(),
        }
    }
}

/// How many of the seven steps are behind.
fn progress(connection: &Connection) -> usize {
    match &connection.stage {
        Stage::Waiting | Stage::Refused => 1,
        Stage::Code(_) | Stage::Lost => 2,
        Stage::Tokens(tokens) => match **tokens {
            Tokens {
                ended: Some(_),
                asked: true,
                ..
            } => 7,
            Tokens { ended: Some(_), .. } => 6,
            Tokens { asked: false, .. } => 3,
            Tokens { spent: None, .. } => 4,
            Tokens { .. } => 5,
        },
    }
}

/// Whether a step that lies behind was not taken: tokens can end before they were refreshed.
fn was_left_out(step: usize, connection: &Connection) -> bool {
    let Stage::Tokens(tokens) = &connection.stage else {
        return false;
    };
    match step {
        4 => tokens.spent.is_none(),
        5 => tokens.ended != Some(Ending::Reused),
        _ => false,
    }
}

impl Now {
    fn of(connection: &Connection, last: &Entry, at: usize, demo: &Demo) -> Self {
        let words = ENGLISH.playground;
        let step = |step| ButtonView::of(step);
        let again = ButtonView {
            path: "again",
            words: &words.connect_again,
        };
        let (next, mut others) = match &connection.stage {
            Stage::Waiting => (None, Vec::new()),
            Stage::Refused | Stage::Lost => (Some(again), Vec::new()),
            Stage::Code(_) => (Some(step(Step::Exchange)), Vec::new()),
            Stage::Tokens(tokens) => {
                let (next, others): (_, &[Step]) = match at {
                    3 => (
                        step(Step::Introspect),
                        &[Step::Refresh, Step::Replay, Step::Revoke],
                    ),
                    4 => (
                        step(Step::Refresh),
                        &[Step::Introspect, Step::Replay, Step::Revoke],
                    ),
                    5 => (
                        step(Step::Reuse),
                        &[Step::Introspect, Step::Refresh, Step::Replay, Step::Revoke],
                    ),
                    6 => (step(Step::Introspect), &[Step::Refresh]),
                    _ => (again, &[Step::Introspect, Step::Refresh]),
                };
                let can = |step: &&Step| **step != Step::Refresh || tokens.refresh.is_some();
                (
                    Some(next),
                    others.iter().filter(can).map(|it| step(*it)).collect(),
                )
            }
        };
        others.push(ButtonView {
            path: "forget",
            words: &words.start_over,
        });
        let link = matches!(connection.stage, Stage::Waiting).then(|| {
            let sign_in = (words.sign_in_as)(demo.email(), demo.password());
            (authorize_url(demo, &connection.asked), sign_in)
        });
        Self {
            step: (at < words.steps.len()).then(|| (words.step_of)(at + 1)),
            heading: words.steps.get(at).copied().unwrap_or(words.finished),
            lesson: lesson(last.lesson),
            class: class(last.lesson),
            link,
            next,
            others,
        }
    }
}

impl ButtonView {
    fn of(step: Step) -> Self {
        let words = ENGLISH.playground;
        let button = match step {
            Step::Exchange => &words.exchange,
            Step::Replay => &words.exchange_again,
            Step::Introspect => &words.introspect,
            Step::Refresh => &words.refresh,
            Step::Reuse => &words.refresh_again,
            Step::Revoke => &words.revoke,
        };
        Self {
            path: step.path(),
            words: button,
        }
    }
}

impl EntryView {
    fn of(entry: &Entry, demo: &Demo) -> Self {
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
        let tag = match (found("error"), found("code")) {
            (Some((_, error)), _) => Some(error.clone()),
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
        value: Some(value.clone()),
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

fn authorize_url(demo: &Demo, asked: &[(&str, String)]) -> String {
    let query = Serializer::new(String::new()).extend_pairs(asked).finish();
    format!("{}{AUTHORIZE}?{query}", demo.text("/issuer"))
}

fn notice(notice: Notice) -> &'static str {
    let words = &ENGLISH.playground.notices;
    match notice {
        Notice::NothingBegun => words.nothing_begun,
        Notice::NoCode => words.no_code,
        Notice::CodeUsed => words.code_used,
        Notice::ExchangeFirst => words.exchange_first,
        Notice::NoTokens => words.no_tokens,
        Notice::NoRefreshToken => words.no_refresh_token,
        Notice::RefreshFirst => words.refresh_first,
        Notice::NobodyWaits => words.nobody_waits,
    }
}

fn lesson(lesson: Lesson) -> &'static str {
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
fn class(lesson: Lesson) -> &'static str {
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
