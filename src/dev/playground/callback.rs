//! `GET /dev/playground/callback`: where the answers to the playground's app arrive (RFC 6749 §4.1.2), and what an app must check
//! before it believes one (RFC 9700 §2.1, §4.4).

use crate::{
    dev::playground::run::{Body, Check, Lesson, Notice, Run, Stage},
    web::params::Params,
};

/// The parameters that are read.
const KNOWN: [&str; 6] = ["code", "error", "error_description", "error_uri", "state", "iss"];

/// The longest value that is kept: anybody can make up an answer.
const LONGEST: usize = 600;

/// Takes the answer, if it is the one that the app waits for.
pub(super) fn arrive(run: &mut Run, params: &Params, issuer: &str) {
    run.notice = None;
    let waiting = run
        .connection
        .as_mut()
        .filter(|connection| matches!(connection.stage, Stage::Waiting));
    let Some(connection) = waiting else {
        run.notice = Some(Notice::NobodyWaits);
        return;
    };
    // Given twice, it counts as absent: nobody can tell which one is meant.
    let one = |name| params.one(name).ok().flatten();
    let check = |name, expected: &str| Check {
        name,
        expected: expected.to_owned(),
        passed: one(name) == Some(expected),
    };
    let checks = [check("state", &connection.state), check("iss", issuer)];
    let lesson = match (&checks, one("error"), one("code")) {
        ([Check { passed: false, .. }, _], _, _) => Lesson::WrongState,
        ([_, Check { passed: false, .. }], _, _) => Lesson::WrongIssuer,
        (_, Some(error), _) => {
            connection.stage = Stage::Refused;
            if error == "access_denied" {
                Lesson::Denied
            } else {
                Lesson::ErrorArrived
            }
        }
        (_, None, Some(code)) if code.len() <= LONGEST => {
            connection.stage = Stage::Code(code.to_owned());
            Lesson::CodeArrived
        }
        (_, None, _) => Lesson::NothingArrived,
    };
    let params = KNOWN
        .into_iter()
        .filter_map(|name| Some((name, shortened(one(name)?))))
        .collect();
    let at = connection.redirect_uri().to_owned();
    run.append(Body::Arrived { at, params, checks }, lesson);
}

fn shortened(value: &str) -> String {
    let end = value.floor_char_boundary(LONGEST);
    let mut kept = value[..end].to_owned();
    if end < value.len() {
        kept.push('\u{2026}');
    }
    kept
}
