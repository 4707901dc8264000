//! `consentry token`: what a token is, and its end. The token comes by standard input.

use clap::Subcommand;
use serde_json::json;

use crate::{
    access::{
        answer::Answer,
        resolve::{Dead, From, Question, resolve},
    },
    audit::log::{Actor, Origin},
    cli::{CliError, Global, input, output},
    oauth::{
        credential::{
            access_token,
            presented::{Presented, TokenKind},
            refresh_token,
        },
        grant::Because,
        revoke,
    },
    platform::db,
};

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Print all that is known of an access or refresh token, as JSON (RFC 7662)
    #[command(after_help = "\
The token is one line on standard input. What is not a live token is answered {\"active\": false}.

Example:
  consentry token introspect < token.txt")]
    Introspect,
    /// End an access token, or a refresh token with its whole grant (RFC 7009)
    #[command(after_help = "\
The token is one line on standard input. One that had ended before is no error.

Example:
  consentry token revoke < token.txt")]
    Revoke,
}

pub(super) fn run(global: &Global, command: &Command) -> Result<(), CliError> {
    match command {
        Command::Introspect => introspect(global),
        Command::Revoke => end(global),
    }
}

fn introspect(global: &Global) -> Result<(), CliError> {
    let token = input::secret_line("token")?;
    let mut context = global.open()?;
    let question = Question {
        token: token.trim(),
        workspace: None,
        from: From::default(),
    };
    match resolve(&mut context.conn, &context.config, question, context.now)? {
        Ok(credential) => output::json(&Answer::to_operator(&credential, &context.config)),
        Err(Dead::Unknown) => output::json(&json!({"active": false})),
        Err(dead) => output::json(&json!({"active": false, "code": dead.code()})),
    }
}

fn end(global: &Global) -> Result<(), CliError> {
    let token = input::secret_line("token")?;
    let mut context = global.open()?;
    let now = context.now;
    let unknown = || CliError::not_found("this server has no such token");
    let presented = Presented::parse(&context.config.vendor, token.trim()).ok_or_else(unknown)?;
    let ended = db::write_on(&mut context.conn, |conn| {
        let owner = match &presented.kind {
            TokenKind::Access => access_token::owner(conn, presented.id, &presented.digest)?,
            TokenKind::Refresh(secret) => refresh_token::owner(conn, secret)?,
        };
        let Some(owner) = owner else {
            return Ok(None);
        };
        let (by, because) = (Actor::Operator, Because::Operator);
        revoke::end(conn, &presented, owner, by, because, &Origin::default(), now).map(Some)
    })?;
    let ended = ended.ok_or_else(unknown)?;
    let told = match &presented.kind {
        _ if !ended => "it had ended before",
        TokenKind::Access => "the access token ended",
        TokenKind::Refresh(_) => "the grant ended, and every token of it",
    };
    if global.json {
        return output::json(&json!({"revoked": ended}));
    }
    output::line(told)
}
