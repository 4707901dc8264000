//! `GET /w/{slug}/audit`: the activity log of a workspace, and `…/export`: what it shows as a file.

use actix_web::{
    HttpResponse,
    http::StatusCode,
    web::{Data, Path},
};
use askama::Template;

use super::{
    export::{self, Format},
    filter::{Asked, Meaningless},
    line::{Line, Lines, Party},
    names::Things,
};
use crate::{
    accounts::door::Detour,
    audit::reading::Start,
    platform::clock::Timestamp,
    web::{
        layout::Layout,
        page::Page,
        params::Params,
        phrase::{self, Phrase},
        problem::Problem,
        words::{self, Said, errors},
    },
    workspaces::{
        permission::{Permission, may},
        refused::Refused,
        settings::{
            ask::Ask,
            frame::{Alert, Frame, Tab},
        },
    },
};

/// How many entries one page shows.
const SHOWN: usize = 50;

/// One entry, as the page shows it.
struct Row {
    sequence: i64,
    sentence: Phrase,
    time: Option<Phrase>,
    is_broken: bool,
    address: String,
    request: String,
    credential: String,
    details_of: String,
    /// What there is to say besides: raw names and values, as the API has them.
    details: Vec<(&'static str, Phrase)>,
    changed: Vec<(Phrase, Phrase)>,
}

impl Row {
    fn of(line: &Line, layout: Layout<'_>, workspace: &str) -> Self {
        let words = layout.language.words();
        let text = words.activity;
        let credential = line.credential.as_ref().map_or_else(String::new, |it| {
            let ending = it.last_four.as_deref().map(text.ending);
            [Some(it.kind.clone()), ending]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(", ")
        });
        let party = |party: &Option<Party>| {
            let party = party.as_ref()?;
            let id = party.id.map(|id| id.to_string());
            Some(
                [Some(party.kind.clone()), id]
                    .into_iter()
                    .flatten()
                    .collect::<Vec<_>>()
                    .join(" "),
            )
        };
        let details = [
            (text.what, line.kind.clone()),
            (text.actor, party(&line.actor)),
            (text.target, party(&line.target)),
            (text.software, line.user_agent.clone()),
            (text.event, Some(line.id.to_string())),
        ];
        Self {
            sequence: line.sequence,
            sentence: sentence(line, words, workspace),
            time: line.at.map(|at| Phrase::default().time(at, words.date.minute)),
            is_broken: !line.intact,
            address: line.address.clone().unwrap_or_default(),
            request: line.request_id.clone().unwrap_or_default(),
            credential,
            details_of: (text.details_of)(line.sequence),
            details: details
                .into_iter()
                .filter_map(|(name, value)| Some((name, Phrase::of(&value?))))
                .collect(),
            changed: changed(line),
        }
    }
}

/// The members of its detail.
fn changed(line: &Line) -> Vec<(Phrase, Phrase)> {
    let members = line.detail.as_object().into_iter().flatten();
    members
        .map(|(name, value)| {
            let value = match value {
                serde_json::Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            (Phrase::of(name), Phrase::of(&value))
        })
        .collect()
}

fn sentence(line: &Line, words: &words::Words, workspace: &str) -> Phrase {
    let text = words.activity;
    let Some(kind) = &line.kind else {
        return Phrase::new(text.removed);
    };
    let called = |party: Option<&Party>| match party {
        Some(Party { name: Some(name), .. }) => Phrase::of(name),
        Some(party) => Phrase::new(match party.kind.as_str() {
            "operator" => text.operator,
            "nobody" => text.nobody,
            "workspace" => return Phrase::of(workspace),
            "account" | "invitation" => text.somebody,
            "client" => text.an_app,
            _ => text.something,
        }),
        None => Phrase::new(text.something),
    };
    let role = |name: &str| {
        let role = line.detail.get(name).and_then(serde_json::Value::as_str);
        role.and_then(crate::platform::config::Role::parse)
            .map_or("?", words.role)
    };
    let said = Said {
        actor: called(line.actor.as_ref()),
        target: called(line.target.as_ref()),
        app: called(line.app.as_ref()),
        role: role("role"),
        role_before: role("from"),
    };
    let unknown = || said.actor.clone().text(format!(": {kind}"));
    (text.sentence)(kind, &said).unwrap_or_else(unknown)
}

/// A kind that can be chosen.
struct Kind {
    value: String,
    name: String,
    is_chosen: bool,
}

/// What was looked for and found.
struct Found {
    lines: Vec<Line>,
    start: Start,
    has_more: bool,
}

#[derive(Template)]
#[template(path = "workspaces/activity.html")]
struct ActivityPage<'a> {
    layout: Layout<'a>,
    words: &'static words::Activity,
    frame: Frame,
    asked: Asked,
    kinds: Vec<Kind>,
    rows: Vec<Row>,
    checked: Option<Phrase>,
    broken: Option<String>,
    older: Option<String>,
    newer: Option<String>,
    alert: Option<Alert>,
    notice: Option<Phrase>,
}

impl<'a> ActivityPage<'a> {
    fn of(
        layout: Layout<'a>,
        frame: Frame,
        workspace: &str,
        asked: Asked,
        found: Found,
        now: Timestamp,
    ) -> Self {
        let words = layout.language.words().activity;
        let Found {
            lines,
            start,
            has_more,
        } = found;
        let path = format!("/w/{}/audit", frame.slug);
        let link = |name, line: Option<&Line>| {
            line.map(|line| format!("{path}?{}", asked.query(&[(name, &line.sequence.to_string())])))
        };
        let (has_older, has_newer) = match start {
            Start::Newest => (has_more, false),
            Start::Before(_) => (has_more, true),
            Start::After(_) => (true, has_more),
        };
        let first_broken = lines
            .iter()
            .rev()
            .find(|line| !line.intact)
            .map(|line| line.sequence);
        Self {
            older: link("before", lines.last().filter(|_| has_older)),
            newer: link("after", lines.first().filter(|_| has_newer)),
            checked: (first_broken.is_none() && !lines.is_empty()).then(|| (words.checked)(lines.len(), now)),
            broken: first_broken.map(words.broken),
            kinds: kinds(words, asked.value("kind")),
            rows: lines
                .iter()
                .map(|line| Row::of(line, layout, workspace))
                .collect(),
            layout,
            words,
            frame,
            asked,
            alert: None,
            notice: None,
        }
    }

    fn title(&self) -> String {
        let title = self.layout.title(self.words.heading);
        if self.alert.is_some() || self.broken.is_some() {
            (self.frame.words.error)(&title)
        } else {
            title
        }
    }

    fn is_wrong(&self, field: &str) -> bool {
        Alert::is_about(self.alert.as_ref(), field)
    }

    fn path(&self) -> String {
        format!("/w/{}/audit", self.frame.slug)
    }

    fn export(&self, format: &str) -> String {
        format!(
            "{}/export?{}",
            self.path(),
            self.asked.query(&[("format", format)])
        )
    }
}

fn kinds(words: &words::Activity, chosen: &str) -> Vec<Kind> {
    let mut kinds: Vec<Kind> = { words.kinds.iter() }
        .map(|(value, name)| Kind {
            value: (*value).to_owned(),
            name: (*name).to_owned(),
            is_chosen: *value == chosen,
        })
        .collect();
    // A link may name one that no list has.
    if !chosen.is_empty() && kinds.iter().all(|kind| !kind.is_chosen) {
        kinds.push(Kind {
            value: chosen.to_owned(),
            name: phrase::plain(chosen),
            is_chosen: true,
        });
    }
    kinds
}

fn query(ask: &Ask) -> Result<Params, Problem> {
    Params::parse(ask.req.query_string().as_bytes())
        .map_err(|bad| Problem::new(&errors::MALFORMED_QUERY, format!("{bad}.")))
}

/// A parameter that is the number of an entry.
fn number(ask: &Ask, name: &str) -> Result<Option<i64>, Problem> {
    let value = ask.param(name)?;
    let read = |value: String| {
        value.parse().map_err(|_| {
            let why = format!("`{name}`: it must be the number of an entry.");
            Problem::new(&errors::MALFORMED_QUERY, why)
        })
    };
    value.map(read).transpose()
}

pub(super) async fn get(ask: Ask, slug: Path<String>, things: Data<Things>) -> Result<HttpResponse, Detour> {
    let visitor = ask.enter(&slug).await?;
    let layout = ask.layout(&visitor.session);
    let frame = Frame::around(layout, &visitor, Tab::Activity);
    let workspace = visitor.membership.workspace.name.clone();
    let asked = Asked::read(&query(&ask)?)?;
    let start = match (number(&ask, "before")?, number(&ask, "after")?) {
        (Some(before), _) => Start::Before(before),
        (None, Some(after)) => Start::After(after),
        (None, None) => Start::Newest,
    };
    let nothing = Found {
        lines: Vec::new(),
        start: Start::Newest,
        has_more: false,
    };
    if !may(visitor.membership.role, Permission::SeeActivity) {
        let page = ActivityPage::of(
            layout,
            frame,
            &workspace,
            Asked::default(),
            nothing,
            ask.browser.now,
        );
        return Ok(Page::new(page).status(StatusCode::FORBIDDEN).respond());
    }
    let (found, wrong) = match asked.meant() {
        Ok(meant) => {
            let lines = Lines::new(visitor.membership.workspace.id, **things, meant);
            (look(&ask, lines, start).await?, None)
        }
        Err(Meaningless(field @ ("from" | "to"))) => (nothing, Some(field)),
        // What somebody typed that is no address and no id: nothing is called so.
        Err(_) => (nothing, None),
    };
    let mut page = ActivityPage::of(layout, frame, &workspace, asked, found, ask.browser.now);
    let mut status = StatusCode::OK;
    if let Some(field) = wrong {
        page.alert = Some(Alert::about(field, page.words.no_day, page.words.no_day_then));
        status = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(Page::new(page).status(status).respond())
}

async fn look(ask: &Ask, lines: Lines, start: Start) -> Result<Found, Problem> {
    let most = i64::try_from(SHOWN + 1).unwrap_or(i64::MAX);
    let mut lines = ask
        .platform
        .db
        .read(move |conn| Ok(lines.look(conn, start, most)?))
        .await?;
    let has_more = lines.len() > SHOWN;
    if has_more {
        // The one too many is the one that lies farthest.
        match start {
            Start::After(_) => drop(lines.remove(0)),
            Start::Newest | Start::Before(_) => lines.truncate(SHOWN),
        }
    }
    Ok(Found {
        lines,
        start,
        has_more,
    })
}

pub(super) async fn export(
    ask: Ask,
    slug: Path<String>,
    things: Data<Things>,
) -> Result<HttpResponse, Detour> {
    let visitor = ask.enter(&slug).await?;
    if !may(visitor.membership.role, Permission::SeeActivity) {
        return Err(Refused::Lacks(Permission::SeeActivity).into());
    }
    let meant = Asked::read(&query(&ask)?)?.meant().map_err(Problem::from)?;
    let workspace = &visitor.membership.workspace;
    let lines = Lines::new(workspace.id, **things, meant);
    let format = Format::read(ask.param("format")?.as_deref())?;
    Ok(export::export(&ask.platform.db, lines, &workspace.slug, format).await?)
}

#[cfg(test)]
mod tests;
