//! Lists in pages: `?cursor=…&limit=…`, answered `{items, nextCursor}`.
//!
//! A page begins after a row, not at a number: what is added or removed meanwhile makes no row come twice and none be left out, and
//! the thousandth page costs what the first does.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use uuid::Uuid;

use crate::web::{params::Params, problem::Problem, words::errors};

/// How many rows a page has, unless the caller says.
const USUAL: i64 = 50;

/// The most.
const MOST: i64 = 100;

/// How a request says which page it wants.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// `nextCursor` of the page before. Without it: the first page.
    #[param(required = false)]
    pub cursor: Option<String>,
    /// How many there are at most on the page.
    #[param(required = false, minimum = 1, maximum = 100, default = 50)]
    pub limit: Option<i64>,
}

/// Which page is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paging {
    after: Option<Uuid>,
    limit: i64,
}

impl Paging {
    /// After which row it begins.
    #[must_use]
    pub fn after<Id: From<Uuid>>(&self) -> Option<Id> {
        self.after.map(Id::from)
    }

    /// How many rows to look for: one more than are shown, to know whether there are any after them.
    #[must_use]
    pub fn look_for(&self) -> i64 {
        self.limit + 1
    }

    /// What is shown of these rows, and the cursor of the next page, if there is one.
    pub fn cut<T>(&self, mut rows: Vec<T>, id: impl Fn(&T) -> Uuid) -> (Vec<T>, Option<String>) {
        let shown = usize::try_from(self.limit).unwrap_or_default();
        let more = rows.len() > shown;
        rows.truncate(shown);
        let last = rows.last().filter(|_| more);
        let cursor = last.map(|last| BASE64_URL_SAFE_NO_PAD.encode(id(last).as_bytes()));
        (rows, cursor)
    }

    fn parse(query: &str) -> Result<Self, Problem> {
        let malformed = |why: String| Problem::new(&errors::MALFORMED_QUERY, why);
        let query = Params::parse(query.as_bytes()).map_err(|bad| malformed(format!("{bad}.")))?;
        let one = |name| query.one(name).map_err(|twice| malformed(format!("{twice}.")));
        let after = one("cursor")?.map(|cursor| {
            let bytes = BASE64_URL_SAFE_NO_PAD.decode(cursor).ok()?;
            Uuid::from_slice(&bytes).ok()
        });
        let limit = one("limit")?.map(|limit| {
            let number = limit.parse().ok()?;
            (1..=MOST).contains(&number).then_some(number)
        });
        match (after, limit) {
            (Some(None), _) => Err(malformed(
                "`cursor`: this is not the `nextCursor` of a page.".to_owned(),
            )),
            (_, Some(None)) => Err(malformed(
                "`limit`: it must be a number from 1 to 100.".to_owned(),
            )),
            (after, limit) => Ok(Self {
                after: after.flatten(),
                limit: limit.flatten().unwrap_or(USUAL),
            }),
        }
    }
}

impl FromRequest for Paging {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::parse(req.query_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_leads_to_what_comes_after_the_last_row_that_was_shown() {
        let ids: Vec<_> = (1..=3).map(Uuid::from_u128).collect();
        let first = Paging::parse("limit=2").unwrap();
        assert_eq!(first.look_for(), 3);
        let (shown, cursor) = first.cut(ids.clone(), |id| *id);
        assert_eq!(shown, ids[..2]);
        let next = Paging::parse(&format!("limit=2&cursor={}", cursor.unwrap())).unwrap();
        assert_eq!(next.after(), Some(ids[1]));
        assert_eq!(next.cut(ids[2..].to_vec(), |id| *id), (ids[2..].to_vec(), None));
        assert_eq!(
            Paging::parse("").unwrap(),
            Paging {
                after: None,
                limit: 50
            }
        );
    }

    #[test]
    fn what_is_no_page_is_refused() {
        for query in [
            "cursor=x",
            "cursor=AAAA",
            "limit=0",
            "limit=101",
            "limit=-1",
            "limit=x",
            "limit=99999999999999999999",
            "limit=1&limit=1",
            "cursor=%zz",
        ] {
            assert_eq!(
                Paging::parse(query).unwrap_err().code,
                &errors::MALFORMED_QUERY,
                "{query}"
            );
        }
    }
}
