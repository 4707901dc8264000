//! A workspace. Table `workspace`.
//!
//! # Decisions
//! * Deleting one only writes down when. For [`WORKSPACE_UNDO_DAYS`] it can be had back as it was; until then its slug stays taken,
//!   and nothing in it works. Then the row goes, and with it all that hangs from it.
//! * Whoever changes who belongs to a workspace, or whether it is there, first takes its row ([`hold`]). So the last owner is counted
//!   while nobody else can change the count, and of two people who demote each other the second finds that they may not any more.

use diesel::{
    prelude::*,
    result::{DatabaseErrorKind, Error},
};

use crate::{
    jobs::timetable::WORKSPACE_UNDO_DAYS,
    platform::{clock::Timestamp, id::WorkspaceId},
    schema::workspace,
};

/// The part of a workspace's address that people read and type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slug(String);

impl Slug {
    /// Words that stand in addresses where a slug may stand.
    const RESERVED: [&str; 3] = ["current", "new", "settings"];

    /// Two to 63 of `a-z`, `0-9` and single inner hyphens; no word of `RESERVED`, and nothing that could be an id, which
    /// stands in the same places.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let plain = text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        let hyphens = text.starts_with('-') || text.ends_with('-') || text.contains("--");
        let other = Self::RESERVED.contains(&text) || WorkspaceId::parse(text).is_some();
        ((2..=63).contains(&text.len()) && plain && !hyphens && !other).then(|| Self(text.to_owned()))
    }

    /// One that reads like this name. `None`: the name has too few letters that a slug can have.
    #[must_use]
    pub fn like(name: &str) -> Option<Self> {
        let mut slug = String::new();
        for c in name.to_lowercase().chars() {
            match c {
                'a'..='z' | '0'..='9' => slug.push(c),
                'ä' => slug.push_str("ae"),
                'ö' => slug.push_str("oe"),
                'ü' => slug.push_str("ue"),
                'ß' => slug.push_str("ss"),
                _ if slug.is_empty() || slug.ends_with('-') => {}
                _ => slug.push('-'),
            }
        }
        slug.truncate(40);
        Self::parse(slug.trim_end_matches('-'))
    }

    /// One that nobody else has, made from the id of its workspace; it begins like this one.
    #[must_use]
    pub fn unlike(like: Option<&Self>, id: WorkspaceId) -> Self {
        let id = id.uuid().simple().to_string();
        // The end of an id is random; its begin is a time, which many share.
        let random = &id[20..];
        Self(match like {
            Some(Self(like)) => format!("{like}-{}", &random[4..]),
            None => format!("w-{random}"),
        })
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A row of `workspace`.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = workspace, check_for_backend(diesel::pg::Pg))]
pub struct Workspace {
    /// Its id.
    pub id: WorkspaceId,
    /// Its slug.
    pub slug: String,
    /// As people call it.
    pub name: String,
    /// What it pays for: a name for [`Config::plan`](crate::platform::config::Config::plan).
    pub plan: Option<String>,
}

/// What people call themselves and their workspaces: 1 to 100 visible characters, without those that turn the direction of writing.
#[must_use]
pub fn name(text: &str) -> Option<String> {
    let text = text.trim();
    // Zero-width joiners stay: some languages need them within words.
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{feff}')
            || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}')
    };
    let good = (1..=100).contains(&text.chars().count()) && !text.chars().any(hidden);
    good.then(|| text.to_owned())
}

/// Makes a workspace. `None`: the slug is taken.
pub fn create(
    conn: &mut PgConnection,
    slug: &Slug,
    name: &str,
    now: Timestamp,
) -> QueryResult<Option<Workspace>> {
    diesel::insert_into(workspace::table)
        .values((
            workspace::id.eq(WorkspaceId::generate(now)),
            workspace::slug.eq(slug.as_str()),
            workspace::name.eq(name),
            workspace::created_at.eq(now),
        ))
        .on_conflict(workspace::slug)
        .do_nothing()
        .returning(Workspace::as_returning())
        .get_result(conn)
        .optional()
}

/// Makes a workspace of whoever has no slug in mind: one like the name, or one that nobody has.
pub fn create_named(conn: &mut PgConnection, name: &str, now: Timestamp) -> QueryResult<Workspace> {
    let like = Slug::like(name);
    if let Some(like) = &like
        && let Some(made) = create(conn, like, name, now)?
    {
        return Ok(made);
    }
    let unlike = Slug::unlike(like.as_ref(), WorkspaceId::generate(now));
    create(conn, &unlike, name, now)?.ok_or(Error::RollbackTransaction)
}

/// Takes the row until the transaction ends; answers what it is. `None`: it is not there, or deleted.
///
/// Taken by whoever changes who belongs to it. Rows that only refer to it are not kept waiting.
pub fn hold(conn: &mut PgConnection, id: WorkspaceId) -> QueryResult<Option<Workspace>> {
    workspace::table
        .find(id)
        .filter(workspace::deleted_at.is_null())
        .select(Workspace::as_select())
        .for_no_key_update()
        .first(conn)
        .optional()
}

/// The workspace of an id, unless it is deleted.
pub fn living(conn: &mut PgConnection, id: WorkspaceId) -> QueryResult<Option<Workspace>> {
    workspace::table
        .find(id)
        .filter(workspace::deleted_at.is_null())
        .select(Workspace::as_select())
        .first(conn)
        .optional()
}

/// What is to be changed. `None`: it stays.
#[derive(Clone, Copy, Debug, Default)]
pub struct Change<'a> {
    /// As people call it.
    pub name: Option<&'a str>,
    /// Its slug.
    pub slug: Option<&'a Slug>,
}

/// Gives a workspace another name or slug. `None`: the slug is taken.
pub fn change(
    conn: &mut PgConnection,
    id: WorkspaceId,
    change: Change<'_>,
) -> QueryResult<Option<Workspace>> {
    // In a transaction of its own within the caller's: a slug that is taken must not end that one.
    let changed = conn.transaction(|conn| {
        if let Some(slug) = change.slug {
            diesel::update(workspace::table.find(id))
                .set(workspace::slug.eq(slug.as_str()))
                .execute(conn)?;
        }
        if let Some(name) = change.name {
            diesel::update(workspace::table.find(id))
                .set(workspace::name.eq(name))
                .execute(conn)?;
        }
        workspace::table
            .find(id)
            .select(Workspace::as_select())
            .first(conn)
    });
    match changed {
        Ok(changed) => Ok(Some(changed)),
        Err(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Deletes a workspace, until it is restored. `false`: it was deleted already.
pub fn delete(conn: &mut PgConnection, id: WorkspaceId, now: Timestamp) -> QueryResult<bool> {
    diesel::update(workspace::table.find(id))
        .filter(workspace::deleted_at.is_null())
        .set(workspace::deleted_at.eq(now))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Until when one that was deleted then can be had back.
#[must_use]
pub fn restorable_until(deleted_at: Timestamp) -> Timestamp {
    deleted_at + chrono::Duration::days(i64::from(WORKSPACE_UNDO_DAYS))
}

/// Has a workspace back. `None`: it was not deleted, or too long ago.
pub fn restore(conn: &mut PgConnection, id: WorkspaceId, now: Timestamp) -> QueryResult<Option<Workspace>> {
    diesel::update(workspace::table.find(id))
        .filter(workspace::deleted_at.gt(now - chrono::Duration::days(i64::from(WORKSPACE_UNDO_DAYS))))
        .set(workspace::deleted_at.eq(None::<Timestamp>))
        .returning(Workspace::as_returning())
        .get_result(conn)
        .optional()
}

/// The workspace of a slug that was deleted and can be had back.
pub fn find_deleted(conn: &mut PgConnection, slug: &str, now: Timestamp) -> QueryResult<Option<Workspace>> {
    workspace::table
        .filter(workspace::slug.eq(slug))
        .filter(workspace::deleted_at.gt(now - chrono::Duration::days(i64::from(WORKSPACE_UNDO_DAYS))))
        .select(Workspace::as_select())
        .first(conn)
        .optional()
}

/// A workspace as the operator sees it in a list.
#[derive(Clone, Debug, Queryable)]
pub struct Listed {
    /// Its id.
    pub id: WorkspaceId,
    /// Its slug.
    pub slug: String,
    /// As people call it.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was deleted, if it was.
    pub deleted_at: Option<Timestamp>,
}

/// All workspaces, deleted ones too, the oldest first, from after this one.
pub fn list(conn: &mut PgConnection, after: Option<WorkspaceId>, limit: i64) -> QueryResult<Vec<Listed>> {
    let mut rows = workspace::table
        .order(workspace::id)
        .limit(limit)
        .select((
            workspace::id,
            workspace::slug,
            workspace::name,
            workspace::created_at,
            workspace::deleted_at,
        ))
        .into_boxed();
    if let Some(after) = after {
        rows = rows.filter(workspace::id.gt(after));
    }
    rows.load(conn)
}

/// The workspace of a slug.
pub fn find(conn: &mut PgConnection, slug: &str) -> QueryResult<Option<Workspace>> {
    workspace::table
        .filter(workspace::slug.eq(slug))
        .filter(workspace::deleted_at.is_null())
        .select(Workspace::as_select())
        .first(conn)
        .optional()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_short_plain_and_unambiguous() {
        for good in ["northwind", "a1", "a-b-c"] {
            assert!(Slug::parse(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "a",
            "-ab",
            "ab-",
            "a--b",
            "Ab",
            "a_b",
            "a b",
            "é1",
            &"a".repeat(64),
            "current",
            "0199c0de-0000-7000-8000-000000000001",
        ] {
            assert!(Slug::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_name_gives_a_slug_that_reads_like_it() {
        for (name, slug) in [
            ("Northwind Traders", Some("northwind-traders")),
            ("  Müller & Söhne GmbH ", Some("mueller-soehne-gmbh")),
            ("東京", None),
            ("Current", None),
            ("-", None),
        ] {
            assert_eq!(Slug::like(name).as_ref().map(Slug::as_str), slug, "{name}");
        }
        let long = Slug::like(&"ab ".repeat(50)).unwrap();
        let id = WorkspaceId::generate(crate::platform::clock::Clock::system().now());
        for unlike in [Slug::unlike(Some(&long), id), Slug::unlike(None, id)] {
            assert_eq!(Slug::parse(unlike.as_str()), Some(unlike));
        }
    }

    #[test]
    fn a_name_is_visible() {
        assert_eq!(name(" Mara ").as_deref(), Some("Mara"));
        for bad in ["", " ", "a\nb", "a\u{202e}b", "\u{200b}", &"a".repeat(101)] {
            assert_eq!(name(bad), None, "{bad:?}");
        }
    }
}
