//! The page in its states.

use serde_json::json;

use super::*;
use crate::{
    dev::playground::{
        exchange::{Answer, Request, Sender},
        run::{Body, Check, Lesson, Setup},
    },
    platform::config::{Effect, Role},
    web::{language::Language, sample},
};

fn demo() -> Demo {
    Demo {
        json: json!({
            "issuer": "http://127.0.0.1:8080",
            "user": {"email": "mara@northwind.example", "password": "correct-horse-7Q2"},
        }),
    }
}

fn scopes() -> [ScopeEntry; 1] {
    [ScopeEntry {
        name: "posts.write".to_owned(),
        title: "Write posts".to_owned(),
        sentence: "Create and change posts.".to_owned(),
        effect: Effect::Changes,
        optional: false,
        minimum_role: Role::Member,
        browser_safe: false,
        reveals_username: false,
    }]
}

fn begun() -> Run {
    let mut run = Run::default();
    let setup = Setup {
        scopes: vec!["posts.write".to_owned()],
        ..Setup::default()
    };
    run.begin(setup, "0199", "http://127.0.0.1:8080/dev/playground/callback");
    run
}

/// The browser came back with this answer.
fn arrived(name: &'static str, value: &str, lesson: Lesson, stage: Stage) -> Run {
    let mut run = begun();
    let check = |name, passed| Check {
        name,
        expected: "x".to_owned(),
        passed,
    };
    let body = Body::Arrived {
        at: "http://127.0.0.1:8080/dev/playground/callback".to_owned(),
        params: vec![(name, value.to_owned())],
        checks: [check("state", true), check("iss", false)],
    };
    run.append(body, lesson);
    run.connection.as_mut().unwrap().stage = stage;
    run
}

/// The code was exchanged, or nobody answered.
fn sent(answer: Result<Answer, String>, lesson: Lesson) -> Run {
    let mut run = arrived("code", "cst_ac_1", Lesson::CodeArrived, Stage::Lost);
    let sender = Sender::Secret {
        id: "0199",
        secret: "cst_cs_1",
    };
    let fields = [("grant_type", "authorization_code"), ("code", "cst_ac_1")];
    let body = Body::Sent {
        step: Step::Exchange,
        request: Request::new("http://127.0.0.1:8080", "/oauth/token", sender, &fields),
        answer,
    };
    run.append(body, lesson);
    let tokens = Tokens {
        code: "cst_ac_1".to_owned(),
        access: "cst_at_1".to_owned(),
        refresh: Some("cst_rt_1".to_owned()),
        spent: None,
        asked: false,
        ended: None,
    };
    run.connection.as_mut().unwrap().stage = Stage::Tokens(Box::new(tokens));
    run.notice = Some(Notice::CodeUsed);
    run
}

fn samples(error: &'static str, _: Language) -> Vec<(&'static str, PlaygroundPage<'static>)> {
    let page = |run: Option<Run>| {
        PlaygroundPage::of(
            sample::layout(Language::English),
            run.as_ref(),
            &demo(),
            &scopes(),
            "token".to_owned(),
        )
    };
    let answer = Answer {
        status: 200,
        reason: "OK",
        headers: vec![("Cache-Control", "no-store".to_owned())],
        body: "{\n  \"access_token\": \"cst_at_1\"\n}".to_owned(),
        json: json!({"access_token": "cst_at_1"}),
    };
    vec![
        ("the beginning", page(None)),
        ("the request is built", page(Some(begun()))),
        (
            "refused",
            page(Some(arrived(
                "error",
                error,
                Lesson::ErrorArrived,
                Stage::Refused,
            ))),
        ),
        ("exchanged", page(Some(sent(Ok(answer), Lesson::Exchanged)))),
        (
            "nobody answers",
            page(Some(sent(Err("connection refused".to_owned()), Lesson::NoAnswer))),
        ),
    ]
}

#[test]
fn every_state_is_a_good_page() {
    sample::check(samples);
}
