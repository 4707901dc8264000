//! The log as a file, written while its reader takes it.

use std::io::{self, Write};

use actix_web::{
    HttpResponse,
    http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE},
};

use super::line::{Line, Lines};
use crate::{
    audit::reading::Start,
    platform::db::{Db, Internal},
    web::{
        problem::Problem,
        stream::{self, Form, Page},
        words::{date, errors},
    },
};

/// Rows looked up at once.
const AT_ONCE: i64 = 200;

/// How the file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::workspaces) enum Format {
    /// For spreadsheets (RFC 4180).
    Csv,
    /// For programs: a JSON object in each line.
    Ndjson,
}

impl Format {
    /// The format of this name; CSV where none is named.
    pub(in crate::workspaces) fn read(name: Option<&str>) -> Result<Self, Problem> {
        match name {
            None | Some("csv") => Ok(Self::Csv),
            Some("ndjson") => Ok(Self::Ndjson),
            Some(_) => Err(Problem::new(
                &errors::MALFORMED_QUERY,
                "`format`: it must be `csv` or `ndjson`.",
            )),
        }
    }

    const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Ndjson => "application/x-ndjson",
        }
    }

    const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
        }
    }

    fn form(self) -> Form<Line> {
        match self {
            Self::Csv => Form::lines(format!("{}\r\n", COLUMNS.join(",")).into_bytes(), csv),
            Self::Ndjson => Form::lines(Vec::new(), |line, written| {
                serde_json::to_writer(&mut *written, line)?;
                written.write_all(b"\n")
            }),
        }
    }
}

/// The file: the newest first. `slug` is part of its name.
pub(in crate::workspaces) async fn export(
    db: &Db,
    lines: Lines,
    slug: &str,
    format: Format,
) -> Result<HttpResponse, Problem> {
    let look = move |conn: &mut _, start| -> Result<Page<Line, Start>, Internal> {
        let rows = lines.look(conn, start, AT_ONCE)?;
        let is_full = i64::try_from(rows.len()).is_ok_and(|length| length == AT_ONCE);
        let last = rows.last().filter(|_| is_full);
        Ok(Page {
            next: last.map(|last| Start::Before(last.sequence)),
            rows,
        })
    };
    let first = look.clone();
    let first = db.read(move |conn| first(conn, Start::Newest)).await?;
    let body = stream::pages(db, &first, look, format.form())?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, format.media_type()))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((
            CONTENT_DISPOSITION,
            format!("attachment; filename=\"activity-{slug}.{}\"", format.extension()),
        ))
        .body(body))
}

const COLUMNS: [&str; 17] = [
    "sequence",
    "id",
    "at",
    "kind",
    "actor_kind",
    "actor_id",
    "actor_name",
    "credential_kind",
    "credential_id",
    "credential_last_four",
    "target_kind",
    "target_id",
    "target_name",
    "address",
    "user_agent",
    "request_id",
    "detail",
];

fn csv(line: &Line, written: &mut Vec<u8>) -> io::Result<()> {
    let party = |party: &Option<super::line::Party>| match party {
        Some(party) => (
            party.kind.clone(),
            party.id.map(|id| id.to_string()).unwrap_or_default(),
            party.name.clone().unwrap_or_default(),
        ),
        None => Default::default(),
    };
    let (actor, target) = (party(&line.actor), party(&line.target));
    let credential = line.credential.as_ref();
    let cells: [String; 17] = [
        line.sequence.to_string(),
        line.id.to_string(),
        line.at.map(date::exact).unwrap_or_default(),
        line.kind.clone().unwrap_or_default(),
        actor.0,
        actor.1,
        actor.2,
        credential.map(|it| it.kind.clone()).unwrap_or_default(),
        credential
            .and_then(|it| it.id)
            .map(|id| id.to_string())
            .unwrap_or_default(),
        credential.and_then(|it| it.last_four.clone()).unwrap_or_default(),
        target.0,
        target.1,
        target.2,
        line.address.clone().unwrap_or_default(),
        line.user_agent.clone().unwrap_or_default(),
        line.request_id.clone().unwrap_or_default(),
        if line.detail.is_null() {
            String::new()
        } else {
            line.detail.to_string()
        },
    ];
    let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
    write!(written, "{}\r\n", cells.join(","))
}

/// A cell that holds its text and nothing that a spreadsheet would calculate: names, and what software calls itself, come from others.
fn quoted(cell: &str) -> String {
    let calculates = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    let apostrophe = if calculates { "'" } else { "" };
    format!("\"{apostrophe}{}\"", cell.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_cell_is_calculated_or_ends_it() {
        for (cell, written) in [
            ("Mara", "\"Mara\""),
            ("", "\"\""),
            ("=1+1", "\"'=1+1\""),
            ("+49", "\"'+49\""),
            ("-1", "\"'-1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("\t=1", "\"'\t=1\""),
            ("\r=1", "\"'\r=1\""),
            ("a\"b,c\nd", "\"a\"\"b,c\nd\""),
        ] {
            assert_eq!(quoted(cell), written);
        }
    }
}
