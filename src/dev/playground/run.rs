//! What the playground keeps for one browser: where it stands, and everything that was said. In memory only, bounded, for an
//! hour.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use oauth2::{CsrfToken, PkceCodeChallenge};

use crate::{
    dev::playground::exchange::{Answer, Request},
    platform::{clock::Timestamp, secret::Digest},
};

/// Browsers at the same time; the one that was idle longest makes room.
const MOST_RUNS: usize = 100;

/// What is not used for so long is forgotten.
const IDLE: Duration = Duration::from_hours(1);

/// Exchanges that are shown; the oldest makes room.
const MOST_EXCHANGES: usize = 40;

/// Which of the demo's apps is played.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum AppKind {
    /// It has a server, which keeps a secret.
    #[default]
    Web,
    /// It is on people's own machines and keeps none.
    Native,
}

/// What the person chose at the beginning.
#[derive(Clone, Default)]
pub(super) struct Setup {
    pub app: AppKind,
    pub scopes: Vec<String>,
    /// `prompt=consent`.
    pub ask_again: bool,
}

/// One browser's playground. Without `Debug`, as all that is in it: it holds credentials.
#[derive(Default)]
pub(super) struct Run {
    /// `None`: nothing was begun.
    pub connection: Option<Connection>,
    /// What was said, oldest first.
    pub transcript: VecDeque<Entry>,
    /// How many exchanges there were, forgotten ones included.
    pub count: usize,
    /// Why the last button did nothing.
    pub notice: Option<Notice>,
}

/// One authorization request and what came of it.
pub(super) struct Connection {
    pub setup: Setup,
    pub state: String,
    pub code_verifier: String,
    /// Name and value of each parameter.
    pub asked: Vec<(&'static str, String)>,
    pub stage: Stage,
}

/// How far it came.
pub(super) enum Stage {
    /// The browser is to be sent, or was sent and is not back.
    Waiting,
    /// The person or the server said no.
    Refused,
    /// There is a code, not exchanged.
    Code(String),
    /// The code was refused: a new one is needed.
    Lost,
    /// There are tokens.
    Tokens(Box<Tokens>),
}

/// What the app was given.
pub(super) struct Tokens {
    pub code: String,
    pub access: String,
    pub refresh: Option<String>,
    /// The refresh token before that one.
    pub spent: Option<String>,
    /// Whether the API asked about them as they now are.
    pub asked: bool,
    /// Why they are worth nothing any more.
    pub ended: Option<Ending>,
}

/// Why tokens are over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    Reused,
    Replayed,
    Revoked,
}

/// Why a button did nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Notice {
    NothingBegun,
    NoCode,
    CodeUsed,
    ExchangeFirst,
    NoTokens,
    NoRefreshToken,
    RefreshFirst,
    NobodyWaits,
}

/// One exchange.
pub(super) struct Entry {
    pub number: usize,
    pub body: Body,
    pub lesson: Lesson,
}

/// Who said what to whom.
pub(super) enum Body {
    /// The app made up its secrets and the authorization request.
    Built {
        made_up: Vec<(&'static str, String)>,
        asked: Vec<(&'static str, String)>,
    },
    /// The browser came back with these.
    Arrived {
        /// The redirect URI.
        at: String,
        params: Vec<(&'static str, String)>,
        checks: [Check; 2],
    },
    /// A request of the app, or of the API.
    Sent {
        step: Step,
        request: Request,
        answer: Result<Answer, String>,
    },
}

/// A value of the answer that must be the one that the app knows.
pub(super) struct Check {
    pub name: &'static str,
    pub expected: String,
    pub passed: bool,
}

/// What an exchange teaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lesson {
    Built,
    CodeArrived,
    Denied,
    ErrorArrived,
    WrongState,
    WrongIssuer,
    NothingArrived,
    Exchanged,
    CodeRefused,
    CodeReplayed,
    Active,
    Inactive(Option<Ending>),
    Refreshed,
    RefreshRefused,
    ReuseRefused,
    Revoked,
    NoAnswer,
    Unexpected,
}

/// What a button does: a request to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The code for tokens.
    Exchange,
    /// The same code once more.
    Replay,
    /// The API asks what the access token means.
    Introspect,
    /// The refresh token for new tokens.
    Refresh,
    /// The spent refresh token once more.
    Reuse,
    /// The app gives the access back.
    Revoke,
}

impl Step {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Exchange,
        Self::Replay,
        Self::Introspect,
        Self::Refresh,
        Self::Reuse,
        Self::Revoke,
    ];

    /// The last part of its address.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Exchange => "exchange",
            Self::Replay => "exchange-again",
            Self::Introspect => "introspect",
            Self::Refresh => "refresh",
            Self::Reuse => "refresh-again",
            Self::Revoke => "revoke",
        }
    }
}

impl Run {
    /// Makes up an authorization request (RFC 6749 §4.1.1, RFC 7636 §4.1).
    pub fn begin(&mut self, setup: Setup, client_id: &str, redirect_uri: &str) {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let state = CsrfToken::new_random().into_secret();
        let mut asked = vec![
            ("response_type", "code".to_owned()),
            ("client_id", client_id.to_owned()),
            ("redirect_uri", redirect_uri.to_owned()),
        ];
        // An empty value is an omitted one (RFC 6749 §3.1).
        if !setup.scopes.is_empty() {
            asked.push(("scope", setup.scopes.join(" ")));
        }
        asked.push(("state", state.clone()));
        asked.push(("code_challenge", challenge.as_str().to_owned()));
        asked.push(("code_challenge_method", challenge.method().to_string()));
        if setup.ask_again {
            asked.push(("prompt", "consent".to_owned()));
        }
        let code_verifier = verifier.into_secret();
        let body = Body::Built {
            made_up: vec![
                ("state", state.clone()),
                ("code_verifier", code_verifier.clone()),
                ("code_challenge", challenge.as_str().to_owned()),
            ],
            asked: asked.clone(),
        };
        self.connection = Some(Connection {
            setup,
            state,
            code_verifier,
            asked,
            stage: Stage::Waiting,
        });
        self.append(body, Lesson::Built);
    }

    /// Adds an exchange to what was said.
    pub fn append(&mut self, body: Body, lesson: Lesson) {
        self.count += 1;
        if self.transcript.len() == MOST_EXCHANGES {
            self.transcript.pop_front();
        }
        self.transcript.push_back(Entry {
            number: self.count,
            body,
            lesson,
        });
    }
}

impl Connection {
    /// Where the answer arrives.
    pub fn redirect_uri(&self) -> &str {
        let found = self.asked.iter().find(|(name, _)| *name == "redirect_uri");
        found.map_or("", |(_, value)| value)
    }
}

/// A run that one request at a time works on: a button pressed twice waits, and then finds that its step is done.
pub(super) type Slot = Arc<tokio::sync::Mutex<Run>>;

/// All runs, by the digest of their browser's cookie.
#[derive(Default)]
pub(super) struct Store(Mutex<HashMap<[u8; 32], (Timestamp, Slot)>>);

impl Store {
    /// The run of a browser, if it has one.
    pub fn find(&self, browser: Digest, now: Timestamp) -> Option<Slot> {
        let mut runs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        runs.retain(|_, (used_at, _)| is_fresh(*used_at, now));
        let (used_at, slot) = runs.get_mut(browser.as_bytes())?;
        *used_at = now;
        Some(slot.clone())
    }

    /// The run of a browser, an empty one if it has none.
    pub fn open(&self, browser: Digest, now: Timestamp) -> Slot {
        if let Some(slot) = self.find(browser, now) {
            return slot;
        }
        let mut runs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if runs.len() >= MOST_RUNS {
            let oldest = runs.iter().min_by_key(|(_, (used_at, _))| *used_at);
            if let Some(oldest) = oldest.map(|(browser, _)| *browser) {
                runs.remove(&oldest);
            }
        }
        let (_, slot) = runs
            .entry(*browser.as_bytes())
            .or_insert_with(|| (now, Slot::default()));
        slot.clone()
    }
}

fn is_fresh(used_at: Timestamp, now: Timestamp) -> bool {
    now.signed_duration_since(used_at).to_std().unwrap_or_default() < IDLE
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::clock::Clock;

    fn browser(number: usize) -> Digest {
        Digest::of(&number.to_be_bytes())
    }

    #[test]
    fn the_number_of_runs_is_bounded_and_the_idlest_makes_room() {
        let (store, clock) = (Store::default(), Clock::system());
        let at = |seconds| clock.now() + Duration::from_secs(seconds);
        for number in 0..MOST_RUNS {
            store.open(browser(number), at(0));
        }
        assert!(store.find(browser(0), at(1)).is_some());
        for number in MOST_RUNS..2 * MOST_RUNS - 1 {
            store.open(browser(number), at(2));
        }
        assert_eq!(store.0.lock().unwrap().len(), MOST_RUNS);
        assert!(store.find(browser(0), at(3)).is_some(), "it was used last");
        assert!(store.find(browser(1), at(3)).is_none());
    }

    #[test]
    fn a_run_is_forgotten_after_an_hour_without_use() {
        let (store, now) = (Store::default(), Clock::system().now());
        store.open(browser(1), now);
        assert!(store.find(browser(1), now + Duration::from_mins(59)).is_some());
        let later = now + Duration::from_mins(59) + IDLE;
        assert!(store.find(browser(1), later).is_none());
    }

    #[test]
    fn what_was_said_is_bounded() {
        let mut run = Run::default();
        for _ in 0..=MOST_EXCHANGES {
            run.begin(Setup::default(), "id", "uri");
        }
        assert_eq!(run.transcript.len(), MOST_EXCHANGES);
        assert_eq!(run.transcript[0].number, 2);
        assert_eq!(run.count, MOST_EXCHANGES + 1);
    }
}
