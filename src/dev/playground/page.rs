//! The playground as a page: what to do now, and everything that was said.

use askama::Template;

use crate::{
    dev::{
        demo::Demo,
        playground::{
            run::{Connection, Ending, Entry, Notice, Run, Stage, Step, Tokens},
            transcript::{EntryView, authorize_url, class, lesson},
        },
    },
    platform::config::{Config, ScopeEntry},
    web::{
        layout::Layout,
        words::{self, ENGLISH},
    },
};

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
    /// What can be asked for; `None` once something is under way.
    scopes: Option<Vec<ScopeChoice>>,
    now: Option<Now>,
    entries: Vec<EntryView>,
    forgotten: Option<String>,
}

/// A scope that can be asked for.
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

impl<'a> PlaygroundPage<'a> {
    /// The page of a run; of none, the beginning, where `scopes` can be asked for.
    pub fn of(
        layout: Layout<'a>,
        run: Option<&Run>,
        demo: &Demo,
        scopes: &[ScopeEntry],
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
            layout,
            words,
            csrf_token,
            notice: run.and_then(|run| run.notice).map(notice),
            steps: words.steps.into_iter().enumerate().map(mark).collect(),
            scopes: connection.is_none().then(|| ScopeChoice::all(scopes)),
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
pub(super) fn offered(config: &Config) -> &[ScopeEntry] {
    config.resources.first().map_or(&[], |resource| &resource.scopes)
}

impl ScopeChoice {
    fn all(scopes: &[ScopeEntry]) -> Vec<Self> {
        let choice = |(index, scope): (usize, &ScopeEntry)| Self {
            name: scope.name.clone(),
            title: scope.title.clone(),
            sentence: scope.sentence.clone(),
            // Not all of them: an app that asks for less is the better example.
            ticked: index < 2 || scope.optional,
        };
        scopes.iter().enumerate().map(choice).collect()
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

#[cfg(test)]
mod tests;
