//! An answer that is longer than what memory should hold: a list, written page by page while its reader takes it.
//!
//! # Decisions
//! * Each page is a look-up of its own, made when the reader has room for it. Who reads slowly, or not at all, holds neither a connection
//!   to the database nor a transaction, and of the whole list one page is in memory.
//! * A page begins after a row, as in [`crate::web::paging`]. The list is no snapshot: what is removed meanwhile may be missing.
//! * The first page is looked up before anything is answered, by the handler: without a database the answer is 503 like every other.
//! * Later nothing can be said any more, so the body breaks off: without its last chunk (RFC 9112 §8), and without what closes the
//!   document. Nobody can take a part for the whole.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use actix_web::{
    body::{BodySize, MessageBody},
    web::Bytes,
};
use diesel::PgConnection;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::platform::db::{Db, Internal};

/// The most that is handed over at once, in bytes: what is handed over waits in memory for its reader.
const MOST_AT_ONCE: usize = 32 * 1024;

/// Some rows of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T, K> {
    /// Some.
    pub rows: Vec<T>,
    /// After what the next ones begin; nothing where these are the last.
    pub next: Option<K>,
}

/// How a row is written.
type Row<T> = fn(&T, &mut Vec<u8>) -> io::Result<()>;

/// How a list is written.
pub struct Form<T> {
    before: Vec<u8>,
    row: Row<T>,
    between: &'static str,
    after: &'static str,
}

impl<T> Form<T> {
    /// Rows that end themselves (CSV, NDJSON), after these bytes. Over HTTP/1.0, which has no chunks, nothing shows that such a list was
    /// broken off.
    #[must_use]
    pub fn lines(before: Vec<u8>, row: Row<T>) -> Self {
        Self {
            before,
            row,
            between: "",
            after: "",
        }
    }
}

impl<T: Serialize> Form<T> {
    /// A JSON object with these members and, at its end, the list.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn json(members: &Map<String, Value>, list: &str) -> Self {
        let name = Value::from(list);
        let mut before = serde_json::to_vec(members).expect("JSON can be written as JSON");
        before.pop();
        if !members.is_empty() {
            before.push(b',');
        }
        before.extend_from_slice(format!("{name}:[").as_bytes());
        Self {
            before,
            row: |row, written| Ok(serde_json::to_writer(written, row)?),
            between: ",",
            after: "]}",
        }
    }
}

impl<T> Form<T> {
    fn write<K>(&self, page: &Page<T, K>, place: Place) -> Result<Bytes, Internal> {
        let mut written = Vec::new();
        let mut between = self.between;
        if place == Place::First {
            written.extend_from_slice(&self.before);
            between = "";
        }
        for row in &page.rows {
            written.extend_from_slice(between.as_bytes());
            between = self.between;
            (self.row)(row, &mut written)
                .map_err(|error| Internal::Fault(format!("a row cannot be written: {error}")))?;
        }
        if page.next.is_none() {
            written.extend_from_slice(self.after.as_bytes());
        }
        Ok(written.into())
    }
}

/// Where a page stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    First,
    /// After one that had rows.
    Later,
}

type Look<T, K> = dyn Fn(&mut PgConnection, K) -> Result<Page<T, K>, Internal> + Send + Sync;

/// The body of an answer that is a list: the first page, and what `look` finds after it. `look` must never answer without rows and yet
/// with a next page.
///
/// # Errors
/// A row of the first page cannot be written.
pub fn pages<T, K>(
    db: &Db,
    first: &Page<T, K>,
    look: impl Fn(&mut PgConnection, K) -> Result<Page<T, K>, Internal> + Send + Sync + 'static,
    form: Form<T>,
) -> Result<impl MessageBody + 'static, Internal>
where
    T: 'static,
    K: Copy + Send + 'static,
{
    Ok(Pages {
        written: form.write(first, Place::First)?,
        rest: Rest::of(first.next),
        db: db.clone(),
        look: Arc::new(look),
        form: Arc::new(form),
        span: tracing::Span::current(),
    })
}

struct Pages<T, K> {
    /// Not yet handed over.
    written: Bytes,
    rest: Rest<K>,
    db: Db,
    look: Arc<Look<T, K>>,
    form: Arc<Form<T>>,
    /// The request's: the body is read when it is over.
    span: tracing::Span,
}

/// Nothing in it is looked at through a pin but what is pinned on its own.
impl<T, K> Unpin for Pages<T, K> {}

type Looking<K> = Pin<Box<dyn Future<Output = Result<(Bytes, Option<K>), Internal>>>>;

/// What comes after what is written.
enum Rest<K> {
    After(K),
    Looking(Looking<K>),
    Nothing,
}

impl<K> Rest<K> {
    fn of(next: Option<K>) -> Self {
        next.map_or(Self::Nothing, Self::After)
    }
}

/// The body ends before its end. Its cause is in the log.
#[derive(Debug, thiserror::Error)]
#[error("the answer breaks off")]
pub struct BrokenOff;

impl<T: 'static, K: Copy + Send + 'static> Pages<T, K> {
    fn look(&self, after: K) -> Looking<K> {
        let (db, look, form) = (self.db.clone(), Arc::clone(&self.look), Arc::clone(&self.form));
        Box::pin(async move {
            // Also the writing, which would keep other requests from this thread.
            let work = move |conn: &mut PgConnection| {
                let page = look(conn, after)?;
                Ok((form.write(&page, Place::Later)?, page.next))
            };
            db.read(work).await
        })
    }
}

impl<T: 'static, K: Copy + Send + 'static> MessageBody for Pages<T, K> {
    type Error = BrokenOff;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, BrokenOff>>> {
        loop {
            if !self.written.is_empty() {
                let length = self.written.len().min(MOST_AT_ONCE);
                return Poll::Ready(Some(Ok(self.written.split_to(length))));
            }
            self.rest = match &mut self.rest {
                Rest::Nothing => return Poll::Ready(None),
                Rest::After(row) => {
                    let row = *row;
                    Rest::Looking(self.look(row))
                }
                Rest::Looking(looking) => match ready!(looking.as_mut().poll(cx)) {
                    Ok((written, next)) => {
                        self.written = written;
                        Rest::of(next)
                    }
                    Err(cause) => {
                        self.rest = Rest::Nothing;
                        self.span
                            .in_scope(|| tracing::warn!(%cause, "an answer breaks off"));
                        return Poll::Ready(Some(Err(BrokenOff)));
                    }
                },
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written<T>(form: &Form<T>, pages: [Page<T, u8>; 2]) -> String {
        let [first, last] = pages;
        let first = form.write(&first, Place::First).unwrap();
        let last = form.write(&last, Place::Later).unwrap();
        String::from_utf8([first, last].concat()).unwrap()
    }

    fn in_two_pages() -> [Page<&'static str, u8>; 2] {
        [(vec!["a", "b\n\""], Some(1)), (vec!["c"], None)].map(|(rows, next)| Page { rows, next })
    }

    #[test]
    fn a_list_is_the_last_member_of_an_object() {
        for members in [
            serde_json::json!({}),
            serde_json::json!({"z": 1, "a": {"b": "]}"}}),
        ] {
            let form = Form::json(members.as_object().unwrap(), "it\"ems");
            let whole: Value = serde_json::from_str(&written(&form, in_two_pages())).unwrap();
            let mut expected = members;
            expected["it\"ems"] = serde_json::json!(["a", "b\n\"", "c"]);
            assert_eq!(whole, expected);
            let empty = Page::<&str, u8> {
                rows: Vec::new(),
                next: None,
            };
            let empty: Value = serde_json::from_slice(&form.write(&empty, Place::First).unwrap()).unwrap();
            assert_eq!(empty["it\"ems"], serde_json::json!([]));
        }
    }

    #[test]
    fn without_its_last_page_a_list_is_no_document() {
        let form = Form::json(&Map::new(), "items");
        let part = form.write(&in_two_pages()[0], Place::First).unwrap();
        assert!(serde_json::from_slice::<Value>(&part).is_err());
    }

    #[test]
    fn lines_follow_their_head() {
        let form = Form::lines(b"head\n".to_vec(), |row: &&str, written| {
            written.extend_from_slice(row.as_bytes());
            written.push(b'\n');
            Ok(())
        });
        assert_eq!(written(&form, in_two_pages()), "head\na\nb\n\"\nc\n");
    }
}
