//! A request that nobody can answer: which page says so.

use actix_web::HttpResponse;
use diesel::PgConnection;

use crate::{
    accounts::door::Browser,
    oauth::{
        authorize::{
            refusal::Unestablished,
            respond,
            stored_request::{self, Answered},
        },
        client::registration::{self, Client},
        place,
    },
    platform::{db::Internal, id::AuthorizationRequestId, secret::Secret},
    web::{
        observe::Manners,
        stale::{self, App, Because, Stale},
    },
};

/// Why nobody can answer a request.
#[derive(Debug)]
pub enum Closed {
    /// It is over, or not this browser's.
    Stale(Stale),
    /// Its client or its redirect URI are not what they were when it began.
    Broken(Unestablished),
}

impl Closed {
    /// The page that says so.
    #[must_use]
    pub fn page(&self, manners: &Manners, browser: &Browser) -> HttpResponse {
        let (language, request_id) = (browser.language, browser.context.request_id.as_str());
        match self {
            Self::Stale(stale) => stale::page(stale, manners, language, request_id),
            Self::Broken(why) => respond::refuse_page(*why, manners, language, request_id),
        }
    }
}

/// What to tell this browser about a request that it cannot answer. Of a request of another browser it learns nothing, not
/// even that there is one.
///
/// # Errors
/// The database's.
pub fn explain(
    conn: &mut PgConnection,
    id: AuthorizationRequestId,
    browser: &Secret,
) -> Result<Stale, Internal> {
    let Some((client_id, answered)) = stored_request::over(conn, id, browser)? else {
        return Ok(Stale::default());
    };
    let client = registration::find(conn, client_id)?;
    Ok(Stale {
        because: match answered {
            Answered::Yes => Because::Answered,
            Answered::No => Because::TooOld,
        },
        app: client.as_ref().map(app),
    })
}

/// The same for a request that was answered while this answer was on its way.
#[must_use]
pub fn answered(client: &Client) -> Stale {
    Stale {
        because: Because::Answered,
        app: Some(app(client)),
    }
}

/// The client as a place to go back to: by https only, so that nobody on the way can put another page there, and not if the
/// operator switched it off.
fn app(client: &Client) -> App {
    let home = client
        .uri
        .as_deref()
        .filter(|uri| uri.starts_with("https://") && client.disabled_at.is_none())
        .and_then(|uri| Some((uri.to_owned(), place::host(uri)?)));
    App {
        name: client.name.clone(),
        home,
    }
}
