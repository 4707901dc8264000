//! What a command reads from standard input: secrets, which must not be in argv, and the word of a person.

use std::io::{self, BufRead, IsTerminal, Read};

use zeroize::Zeroizing;

use crate::cli::{failure::CliError, output};

/// Longest line that is read; a JWT is some hundred bytes.
const LONGEST: u64 = 16 * 1024;

/// Reads one line, a secret, without its line end. `what` names it.
///
/// # Errors
/// There is none, it is too long, or it is not UTF-8; it is never quoted.
pub fn secret_line(what: &str) -> Result<Zeroizing<String>, CliError> {
    let stdin = io::stdin();
    if stdin.is_terminal() {
        output::note(&format!(
            "Type the {what}, then Enter. It will be visible; use a pipe to avoid that."
        ));
    }
    let mut bytes = Zeroizing::new(Vec::new());
    stdin
        .lock()
        .take(LONGEST + 1)
        .read_until(b'\n', &mut bytes)
        .map_err(|error| CliError::failed("input", format!("standard input: {error}")))?;
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
    }
    if bytes.last() == Some(&b'\r') {
        bytes.pop();
    }
    if bytes.is_empty() || bytes.len() as u64 > LONGEST {
        return Err(
            CliError::usage(format!("standard input holds no {what} of a possible length"))
                .fix(format!("pipe the {what} in, as one line")),
        );
    }
    match std::str::from_utf8(&bytes) {
        Ok(text) => Ok(Zeroizing::new(text.to_owned())),
        Err(_) => Err(CliError::usage(format!(
            "the {what} on standard input is not UTF-8"
        ))),
    }
}

/// Lets a person confirm what cannot be undone by typing a name; `yes` stands for it in scripts.
///
/// # Errors
/// They typed something else, or there is nobody to ask.
pub fn confirm(yes: bool, consequence: &str, name: &str) -> Result<(), CliError> {
    if yes {
        return Ok(());
    }
    let stdin = io::stdin();
    if !stdin.is_terminal() {
        return Err(
            CliError::usage(format!("{consequence}, and nobody is here to confirm it"))
                .fix("add --yes if that is what you want"),
        );
    }
    let name = output::plain(name);
    output::note(&format!("{consequence}. Type `{name}` to go on:"));
    let mut typed = String::new();
    stdin
        .lock()
        .take(LONGEST)
        .read_line(&mut typed)
        .map_err(|error| CliError::failed("input", format!("standard input: {error}")))?;
    if typed.trim_end_matches(['\r', '\n']) == name {
        Ok(())
    } else {
        Err(CliError::failed(
            "not_confirmed",
            "that is another name: nothing was changed",
        ))
    }
}
