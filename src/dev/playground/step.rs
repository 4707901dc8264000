//! What each button does: the request that it makes, and what its answer changes.

use serde_json::Value;

use crate::dev::{
    demo::Demo,
    playground::{
        exchange::{Answer, Http, Request, Sender},
        run::{AppKind, Body, Connection, Ending, Lesson, Notice, Run, Stage, Step, Tokens},
    },
};

const TOKEN: &str = "/oauth/token";
const INTROSPECT: &str = "/oauth/token/introspect";
const REVOKE: &str = "/oauth/token/revoke";

/// Takes one step, or notes why it cannot be taken now.
pub(super) async fn take(run: &mut Run, step: Step, demo: &Demo, http: &Http) {
    run.notice = None;
    let Some(connection) = &mut run.connection else {
        run.notice = Some(Notice::NothingBegun);
        return;
    };
    let request = match request(step, connection, demo) {
        Ok(request) => request,
        Err(notice) => {
            run.notice = Some(notice);
            return;
        }
    };
    let answer = http.send(&request).await;
    let lesson = match &answer {
        Ok(answer) if answer.status < 500 => learn(step, connection, answer),
        Ok(_) | Err(_) => Lesson::NoAnswer,
    };
    let body = Body::Sent {
        step,
        request,
        answer,
    };
    run.append(body, lesson);
}

/// The request of a step.
fn request(step: Step, connection: &Connection, demo: &Demo) -> Result<Request, Notice> {
    let app = match connection.setup.app {
        AppKind::Web => Sender::Secret {
            id: demo.text("/client/client_id"),
            secret: demo.text("/client/client_secret"),
        },
        AppKind::Native => Sender::Named {
            id: demo.text("/public_client/client_id"),
        },
    };
    let api = Sender::Secret {
        id: demo.text("/resource_server/client_id"),
        secret: demo.text("/resource_server/client_secret"),
    };
    let of_app = |path, fields: &[_]| Request::new(demo.text("/issuer"), path, app, fields);
    // RFC 6749 §4.1.3, RFC 7636 §4.5.
    let exchange = |code| {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", connection.redirect_uri()),
            ("code_verifier", connection.code_verifier.as_str()),
        ];
        of_app(TOKEN, &fields)
    };
    // RFC 6749 §6.
    let refresh = |token| {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", token)];
        of_app(TOKEN, &fields)
    };
    let tokens = match (&connection.stage, step) {
        (Stage::Code(code), Step::Exchange) => return Ok(exchange(code)),
        (Stage::Tokens(_), Step::Exchange) => return Err(Notice::CodeUsed),
        (Stage::Tokens(tokens), _) => tokens,
        (Stage::Code(_), _) => return Err(Notice::ExchangeFirst),
        (Stage::Waiting | Stage::Refused | Stage::Lost, Step::Exchange | Step::Replay) => {
            return Err(Notice::NoCode);
        }
        (Stage::Waiting | Stage::Refused | Stage::Lost, _) => return Err(Notice::NoTokens),
    };
    let last = tokens.refresh.as_deref();
    match step {
        Step::Exchange | Step::Replay => Ok(exchange(&tokens.code)),
        // RFC 7662 §2.1.
        Step::Introspect => {
            let fields = [("token", tokens.access.as_str())];
            Ok(Request::new(demo.text("/issuer"), INTROSPECT, api, &fields))
        }
        Step::Refresh => last.map(refresh).ok_or(Notice::NoRefreshToken),
        Step::Reuse => tokens.spent.as_deref().map(refresh).ok_or(Notice::RefreshFirst),
        // RFC 7009 §2.1: a refresh token takes the whole grant with it.
        Step::Revoke => Ok(of_app(REVOKE, &[("token", last.unwrap_or(&tokens.access))])),
    }
}

/// What an answer changes, and what it teaches.
fn learn(step: Step, connection: &mut Connection, answer: &Answer) -> Lesson {
    let granted = answer.status == 200;
    let text = |name| answer.json.get(name).and_then(Value::as_str).map(str::to_owned);
    let refused = answer.status == 400 && text("error").as_deref() == Some("invalid_grant");
    if let (Stage::Code(code), Step::Exchange) = (&mut connection.stage, step) {
        let (Some(access), true) = (text("access_token"), granted) else {
            connection.stage = Stage::Lost;
            return Lesson::CodeRefused;
        };
        connection.stage = Stage::Tokens(Box::new(Tokens {
            code: std::mem::take(code),
            access,
            refresh: text("refresh_token"),
            spent: None,
            asked: false,
            ended: None,
        }));
        return Lesson::Exchanged;
    }
    let Stage::Tokens(tokens) = &mut connection.stage else {
        return Lesson::Unexpected;
    };
    let lesson = match step {
        Step::Introspect if granted => {
            tokens.asked = true;
            if answer.json.get("active") == Some(&Value::Bool(true)) {
                Lesson::Active
            } else {
                Lesson::Inactive(tokens.ended)
            }
        }
        Step::Refresh if granted => {
            let Some(access) = text("access_token") else {
                return Lesson::Unexpected;
            };
            tokens.access = access;
            tokens.spent = std::mem::replace(&mut tokens.refresh, text("refresh_token"));
            Lesson::Refreshed
        }
        Step::Refresh if refused => Lesson::RefreshRefused,
        Step::Replay if refused => Lesson::CodeReplayed,
        Step::Reuse if refused => Lesson::ReuseRefused,
        Step::Revoke if granted => Lesson::Revoked,
        _ => Lesson::Unexpected,
    };
    let ending = match lesson {
        Lesson::CodeReplayed => Some(Ending::Replayed),
        Lesson::ReuseRefused => Some(Ending::Reused),
        Lesson::Revoked => Some(Ending::Revoked),
        _ => None,
    };
    // What ended once stays ended for that reason.
    if ending.is_some() && tokens.ended.is_none() {
        tokens.ended = ending;
        tokens.asked = false;
    }
    lesson
}
