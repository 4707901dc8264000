//! A workspace. Table `workspace`.

use diesel::prelude::*;

use crate::{
    platform::{clock::Timestamp, id::WorkspaceId},
    schema::workspace,
};

/// The part of a workspace's address that people read and type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slug(String);

impl Slug {
    /// Two to 63 of `a-z`, `0-9` and single inner hyphens.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let plain = text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        let hyphens = text.starts_with('-') || text.ends_with('-') || text.contains("--");
        ((2..=63).contains(&text.len()) && plain && !hyphens).then(|| Self(text.to_owned()))
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
        ] {
            assert!(Slug::parse(bad).is_none(), "{bad}");
        }
    }
}
