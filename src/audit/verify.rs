//! Whether the log is as it was written: each chain is followed from its beginning, and each row compared with its seal.
//!
//! It proves that nothing was changed, removed or pushed in after it was sealed, unless by somebody who made all seals after it anew.
//! Against them helps a head that was kept elsewhere ([`Kept`]).

use diesel::PgConnection;

use crate::{
    audit::{
        chain::{self, Found, Head, RowState},
        checkpoint::{self, Checkpoint},
    },
    platform::{
        db::Internal,
        id::{AuditEventId, WorkspaceId},
        seal::Seal,
        secret::Digest,
    },
};

/// Seals looked at in one statement.
const BATCH: i64 = 1000;

/// What is wrong with a row or its seal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The row says something else than when it was sealed.
    RowChanged,
    /// The row is gone, and not by retention.
    RowRemoved,
    /// The seal of this number is gone.
    SealRemoved,
    /// The seal is not the one that was made.
    SealChanged,
    /// The row is not sealed although younger ones are: it was pushed in, or its seal was taken.
    NotSealed,
    /// The checkpoint at this number was changed, or the key that sealed it is not configured any more.
    CheckpointChanged,
    /// The chain is not the one whose head was kept at this number.
    NotAsKept,
}

impl Fault {
    /// For programs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RowChanged => "row_changed",
            Self::RowRemoved => "row_removed",
            Self::SealRemoved => "seal_removed",
            Self::SealChanged => "seal_changed",
            Self::NotSealed => "not_sealed",
            Self::CheckpointChanged => "checkpoint_changed",
            Self::NotAsKept => "not_as_kept",
        }
    }
}

/// The first row of a chain that is not as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Its number in the chain; none where it has none.
    pub sequence: Option<i64>,
    /// The row; none where nothing says which it was.
    pub event: Option<AuditEventId>,
    /// What is wrong.
    pub fault: Fault,
}

/// What came out for one chain.
#[derive(Clone, Debug)]
pub struct Chain {
    /// Whose; none for the facts of no workspace.
    pub workspace: Option<WorkspaceId>,
    /// Its end, or the last seal before it breaks.
    pub head: Head,
    /// How many rows were compared with their seals.
    pub compared: u64,
    /// How many are gone by retention.
    pub let_go: u64,
    /// Where it breaks, if it does.
    pub broken: Option<Broken>,
}

/// A head that somebody kept outside of the database.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Of whose chain.
    pub workspace: Option<WorkspaceId>,
    /// The number of its last row then.
    pub sequence: i64,
    /// The hash of its last seal then, as it was [`printed`].
    pub hash: String,
}

/// What is known of a chain besides its seals: the hash at a number, and what is wrong where it is another.
struct Known {
    sequence: i64,
    hash: String,
    otherwise: Fault,
}

/// Follows one chain, or all that have begun or are in `kept`. One look at the database: what is written meanwhile is not seen.
///
/// # Errors
/// The database's.
pub fn verify(
    conn: &mut PgConnection,
    seal: &Seal,
    only: Option<Option<WorkspaceId>>,
    kept: &[Kept],
) -> Result<Vec<Chain>, Internal> {
    conn.build_transaction()
        .read_only()
        .repeatable_read()
        .run(|conn| {
            let only = only.map(chain::chain_of);
            let mut chains = match only {
                Some(chain) => vec![chain],
                None => chain::all(conn)?,
            };
            let passed_by = chain::passed_by(conn, only)?;
            let more = kept.iter().map(|kept| chain::chain_of(kept.workspace));
            chains.extend(more.filter(|chain| only.is_none_or(|only| only == *chain)));
            chains.extend(passed_by.as_ref().map(chain::PassedBy::chain));
            chains.sort_unstable();
            chains.dedup();
            let mut found = Vec::new();
            for chain in chains {
                let kept = { kept.iter() }.filter(|kept| chain::chain_of(kept.workspace) == chain);
                let mut result = follow(conn, seal, chain, kept)?;
                let not_sealed = { passed_by.as_ref() }.filter(|row| row.chain() == chain);
                result.broken = result.broken.or_else(|| {
                    not_sealed.map(|row| Broken {
                        sequence: None,
                        event: Some(row.id),
                        fault: Fault::NotSealed,
                    })
                });
                found.push(result);
            }
            Ok(found)
        })
}

fn follow<'a>(
    conn: &mut PgConnection,
    seal: &Seal,
    chain: WorkspaceId,
    kept: impl Iterator<Item = &'a Kept>,
) -> Result<Chain, Internal> {
    let checkpoints = checkpoint::of(conn, chain)?;
    let mut result = Chain {
        workspace: chain::workspace_of(chain),
        head: Head::of_nothing(),
        compared: 0,
        let_go: 0,
        broken: None,
    };
    if let Some(forged) = checkpoints.iter().find(|it| !it.is_genuine(seal)) {
        result.broken = Some(at(forged.sequence, Fault::CheckpointChanged));
        return Ok(result);
    }
    // What was known of this chain elsewhere: it must still go through all of it.
    let mut known: Vec<Known> = { checkpoints.iter() }
        .map(|it| Known {
            sequence: it.sequence,
            hash: printed(&it.hash),
            otherwise: Fault::SealChanged,
        })
        .chain(kept.map(|it| Known {
            sequence: it.sequence,
            hash: it.hash.clone(),
            otherwise: Fault::NotAsKept,
        }))
        .collect();
    known.sort_by_key(|known| known.sequence);
    loop {
        let some = chain::following(conn, chain, result.head.sequence, BATCH)?;
        for found in &some {
            if let Some(broken) = step(&mut result, found, &checkpoints, &known) {
                result.broken = Some(broken);
                return Ok(result);
            }
        }
        if some.is_empty() {
            break;
        }
    }
    // It may have been cut off before what was known of it.
    let beyond = known.iter().find(|known| known.sequence > result.head.sequence);
    result.broken = beyond.map(|known| match known.otherwise {
        Fault::NotAsKept => at(result.head.sequence + 1, Fault::NotAsKept),
        _ => at(result.head.sequence + 1, Fault::SealRemoved),
    });
    Ok(result)
}

/// Goes on to the next seal, unless that is where the chain breaks.
fn step(result: &mut Chain, found: &Found, checkpoints: &[Checkpoint], known: &[Known]) -> Option<Broken> {
    let link = &found.link;
    let broken = |fault| {
        Some(Broken {
            sequence: Some(link.sequence),
            event: Some(link.event_id),
            fault,
        })
    };
    if link.sequence != result.head.sequence + 1 {
        return Some(at(result.head.sequence + 1, Fault::SealRemoved));
    }
    if link.hash != link.expected() {
        return broken(Fault::SealChanged);
    }
    if link.previous != result.head.hash {
        // It is whole and names another one before it: the one before it is not what it was.
        return Some(at((link.sequence - 1).max(1), Fault::SealChanged));
    }
    let differs = |known: &&Known| known.sequence == link.sequence && known.hash != printed(&link.hash);
    if let Some(known) = known.iter().find(differs) {
        return broken(known.otherwise);
    }
    match found.row_state() {
        RowState::Same => result.compared += 1,
        RowState::Gone if checkpoints.iter().any(|it| it.excuses(link)) => result.let_go += 1,
        RowState::Gone => return broken(Fault::RowRemoved),
        RowState::Changed => return broken(Fault::RowChanged),
    }
    result.head = Head {
        sequence: link.sequence,
        hash: link.hash,
    };
    None
}

fn at(sequence: i64, fault: Fault) -> Broken {
    Broken {
        sequence: Some(sequence),
        event: None,
        fault,
    }
}

/// A hash as it is printed.
#[must_use]
pub fn printed(hash: &Digest) -> String {
    use std::fmt::Write as _;
    hash.as_bytes().iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
