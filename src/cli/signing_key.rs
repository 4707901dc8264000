//! `consentry signing-key`: the life of the keys that sign JWTs.

use clap::Subcommand;
use serde_json::json;

use crate::{
    audit::{
        event::Event,
        log::{self, Actor, Origin},
    },
    cli::{CliError, Global, output},
    platform::{clock::Timestamp, db},
    signing::{
        key::{self, SigningKey},
        life::{Retirement, Rotation},
    },
};

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// List the keys, oldest first
    #[command(after_help = "Example:\n  consentry signing-key list --json")]
    List,
    /// Announce a new key, which takes over from the present one after `signing.announce_seconds`
    #[command(after_help = "\
Until then verifiers learn the new key; the old one stays published while tokens that it signed may \
live. So a rotation disturbs nobody.

Example:
  consentry signing-key rotate --config /etc/consentry.toml")]
    Rotate,
    /// End a key at once, because others may know it; what it signed is worth nothing from then on
    #[command(after_help = "\
For planned changes use `rotate`. If the key was the one that signs, the announced one takes over, or \
a new one is made.

Example:
  consentry signing-key retire --config /etc/consentry.toml \\
    NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs")]
    Retire {
        /// The kid that `signing-key list` shows
        #[arg(value_name = "KID")]
        kid: String,
    },
}

pub(super) fn run(global: &Global, command: &Command) -> Result<(), CliError> {
    match command {
        Command::List => list(global),
        Command::Rotate => rotate(global),
        Command::Retire { kid } => retire(global, kid),
    }
}

fn list(global: &Global) -> Result<(), CliError> {
    let mut context = global.open()?;
    let keys = key::list(&mut context.conn)?;
    let time = |at: Option<Timestamp>| at.map(output::time);
    let items: Vec<_> = keys
        .iter()
        .map(|key| {
            json!({
                "kid": key.kid, "algorithm": key.algorithm.as_str(), "state": key.state(context.now).as_str(),
                "announced_at": output::time(key.announced_at), "active_at": output::time(key.active_at),
                "retiring_at": time(key.retiring_at), "gone_at": time(key.gone_at),
            })
        })
        .collect();
    let row = |key: &SigningKey| {
        vec![
            key.kid.clone(),
            key.algorithm.as_str().to_owned(),
            key.state(context.now).as_str().to_owned(),
            output::time(key.announced_at),
            output::time(key.active_at),
            time(key.retiring_at).unwrap_or_default(),
            time(key.gone_at).unwrap_or_default(),
        ]
    };
    output::list(
        global,
        &items,
        &output::Rows {
            headings: &[
                "kid",
                "algorithm",
                "state",
                "announced_at",
                "active_at",
                "retiring_at",
                "gone_at",
            ],
            rows: keys.iter().map(row).collect(),
        },
    )
}

fn rotate(global: &Global) -> Result<(), CliError> {
    let mut context = global.open()?;
    let (seal, config, now) = (context.seal(), &context.config, context.now);
    let rotation = db::write_on(&mut context.conn, |conn| {
        let rotation = key::rotate(
            conn,
            &seal,
            config.signing.algorithm,
            config.signing.announce,
            config.limits.max_access,
            now,
        )?;
        if let Rotation::Begun(begun) = &rotation {
            let event = Event::SigningKeyRotated {
                kid: begun.new_kid.clone(),
            };
            log::append(conn, Actor::Operator, &Origin::default(), &event, now)?;
        }
        Ok(rotation)
    })?;
    match rotation {
        Rotation::Begun(begun) => output::one(
            global,
            &json!({
                "kid": begun.new_kid, "active_at": output::time(begun.active_at),
                "old_kid": begun.old_kid, "old_gone_at": output::time(begun.gone_at),
            }),
            &[
                ("kid", begun.new_kid),
                ("active_at", output::time(begun.active_at)),
                ("old_kid", begun.old_kid),
                ("old_gone_at", output::time(begun.gone_at)),
            ],
        ),
        Rotation::AlreadyAnnounced { kid, active_at } => Err(CliError::conflict(
            "rotation_under_way",
            format!(
                "the key {kid} is announced already and signs from {}",
                output::time(active_at)
            ),
        )
        .fix("wait until then; to call it off, retire that key")),
        Rotation::NoActiveKey => Err(CliError::conflict(
            "no_signing_key",
            "no key signs yet, so there is none to follow",
        )
        .fix("start the server once: it makes the first key")),
    }
}

fn retire(global: &Global, kid: &str) -> Result<(), CliError> {
    let mut context = global.open()?;
    let (seal, config, now) = (context.seal(), &context.config, context.now);
    let retirement = db::write_on(&mut context.conn, |conn| {
        let retirement = key::retire(conn, &seal, config.signing.algorithm, kid, now)?;
        if matches!(retirement, Retirement::Retired { .. }) {
            let event = Event::SigningKeyRetired { kid: kid.to_owned() };
            log::append(conn, Actor::Operator, &Origin::default(), &event, now)?;
        }
        Ok(retirement)
    })?;
    match retirement {
        Retirement::Retired { successor } => output::one(
            global,
            &json!({"kid": kid, "gone_at": output::time(now), "successor": successor}),
            &[
                ("kid", kid.to_owned()),
                ("gone_at", output::time(now)),
                ("successor", successor.unwrap_or_default()),
            ],
        ),
        Retirement::AlreadyGone { gone_at } => Err(CliError::conflict(
            "already_gone",
            format!("that key is gone since {}", output::time(gone_at)),
        )),
        Retirement::Unknown => Err(CliError::not_found(format!(
            "no signing key has the kid `{}`",
            output::plain(kid)
        ))
        .fix("`consentry signing-key list` shows them")),
    }
}
