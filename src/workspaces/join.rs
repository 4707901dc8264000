//! `GET|POST /invite/{token}`: where the link of an invitation leads. Looking uses nothing up (UE-11): programs that scan mail follow links.
//!
//! The address holds the secret. Nothing on the page is loaded from elsewhere, links to elsewhere carry no `Referer`, and no log has
//! more of the address than its pattern.

use actix_web::{
    HttpResponse,
    http::StatusCode,
    web::{self, Path, ServiceConfig},
};
use askama::Template;
use zeroize::Zeroizing;

use super::settings::{ask::Ask, frame::Alert};
use crate::{
    accounts::{
        account,
        door::Posted,
        logout,
        password_rule::{self, TooWeak},
        proof::PASSWORD,
        session::{self, Proved, Session},
    },
    audit::event::Event,
    platform::secret::{Kind, Secret},
    web::{
        cookie::{self, SESSION},
        layout::Layout,
        limit::{self, Exceeded, Rule, Who},
        methods::resource,
        page::Page,
        phrase::Phrase,
        problem::Problem,
        redirect::see_other,
        words,
    },
    workspaces::{
        accept::{self, Declined, Newcomer, Offer},
        by::By,
        invitation, workspace,
    },
};

/// Where who has joined goes on.
const ONWARD: &str = "/workspaces";

/// The routes.
pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(
        resource("/invite/{token}", "GET, HEAD, POST")
            .route(web::get().to(get))
            .route(web::head().to(get))
            .route(web::post().to(post)),
    );
}

/// Who reads the page, and what they can do.
enum Reader {
    /// Who was invited; with the form's token.
    Invited(String),
    /// Somebody else: who, and the token of the form that signs out.
    Another(Phrase, String),
    /// Nobody is signed in, and the address has an account.
    Known,
    /// Nobody is signed in, and the address has none: the form's token, and the name that was typed.
    New(String, String),
}

#[derive(Template)]
#[template(path = "workspaces/invite.html")]
struct InvitePage<'a> {
    layout: Layout<'a>,
    words: &'static words::Invite,
    heading: Phrase,
    invites: Phrase,
    workspace: Phrase,
    role: &'static str,
    email: Phrase,
    until: Phrase,
    action: String,
    reader: Reader,
    password_hint: &'static str,
    alert: Option<Alert>,
}

impl<'a> InvitePage<'a> {
    fn of(layout: Layout<'a>, offer: &Offer, action: String, reader: Reader, alert: Option<Alert>) -> Self {
        let all = layout.language.words();
        let words = all.invite;
        Self {
            layout,
            words,
            heading: (words.heading)(&offer.workspace.name),
            invites: { offer.invited_by.as_deref() }
                .map_or_else(|| Phrase::new(words.somebody), words.invites),
            workspace: Phrase::of(&offer.workspace.name),
            role: (all.role)(offer.invitation.role),
            email: Phrase::of(&offer.invitation.email),
            until: (words.minute)(offer.invitation.expires_at),
            action,
            reader,
            password_hint: all.password_rule.hint,
            alert,
        }
    }

    fn title(&self) -> String {
        let title = self.layout.title(&self.heading.plain());
        if self.alert.is_some() {
            (self.words.error)(&title)
        } else {
            title
        }
    }

    fn is_wrong(&self, field: &str) -> bool {
        Alert::is_about(self.alert.as_ref(), field)
    }
}

/// Of every link that does not work, whatever it once was: it tells nothing of any workspace (EM-08).
#[derive(Template)]
#[template(path = "workspaces/invite_over.html")]
struct OverPage<'a> {
    layout: Layout<'a>,
    words: &'static words::Invite,
    start: &'static str,
}

fn over(layout: Layout<'_>) -> HttpResponse {
    let all = layout.language.words();
    let template = OverPage {
        layout,
        words: all.invite,
        start: all.error_page.start,
    };
    Page::new(template).status(StatusCode::NOT_FOUND).respond()
}

/// What stands in the address, where it is the secret of an invitation at all.
fn presented(ask: &Ask, token: &str) -> Option<Secret> {
    Secret::parse(&ask.platform.config.vendor, token).filter(|secret| secret.kind() == Kind::Invitation)
}

async fn look(ask: &Ask, presented: &Secret) -> Result<Option<Offer>, Problem> {
    let (presented, now) = (presented.clone(), ask.browser.now);
    let offer = ask
        .platform
        .db
        .read(move |conn| accept::look(conn, &presented, now));
    Ok(offer.await?)
}

/// The page for whoever reads it; `typed`: the name, and why they have not joined.
fn page(
    ask: &Ask,
    session: Option<&Session>,
    offer: &Offer,
    status: StatusCode,
    typed: Option<(&str, Alert)>,
) -> Result<HttpResponse, Problem> {
    let cookies = ask.browser.cookies.clone().with_browser(ask.browser.now);
    let action = ask.req.path().to_owned();
    let layout = ask.bare_layout(session);
    let words = layout.language.words().invite;
    let (name, alert) = typed.unzip();
    let reader = match session {
        Some(session) if session.account.email == offer.invitation.email => {
            Reader::Invited(cookies.token(&action))
        }
        Some(session) => Reader::Another(
            (words.another)(&session.account.email, &offer.invitation.email),
            cookies.token(logout::PURPOSE),
        ),
        None if offer.account.is_some() => Reader::Known,
        None => Reader::New(cookies.token(&action), name.unwrap_or_default().to_owned()),
    };
    let template = InvitePage::of(layout, offer, action, reader, alert);
    let mut response = Page::new(template).status(status).form().respond();
    if let Some(cookie) = cookies.to_set(&ask.platform.config) {
        response.add_cookie(&cookie).map_err(|_| Problem::internal())?;
    }
    Ok(response)
}

async fn get(ask: Ask, token: Path<String>) -> Result<HttpResponse, Problem> {
    let session = ask.browser.session().await?;
    let offer = match presented(&ask, &token) {
        Some(presented) => look(&ask, &presented).await?,
        None => None,
    };
    match offer {
        Some(offer) => page(&ask, session.as_ref(), &offer, StatusCode::OK, None),
        None => Ok(over(ask.bare_layout(session.as_ref()))),
    }
}

async fn post(ask: Ask, token: Path<String>, posted: Posted) -> Result<HttpResponse, Problem> {
    let (_, form) = posted.unproved()?;
    let session = ask.browser.session().await?;
    let Some(presented) = presented(&ask, &token) else {
        return Ok(over(ask.bare_layout(session.as_ref())));
    };
    if let Some(session) = &session
        && was_accepted(&ask, &presented, session).await?
    {
        // Pressed twice: nothing is done, and they are in.
        return Ok(see_other(ONWARD));
    }
    ask.browser.cookies.check_token(&form, ask.req.path())?;
    let Some(offer) = look(&ask, &presented).await? else {
        return Ok(over(ask.bare_layout(session.as_ref())));
    };
    if let Err(Exceeded { retry_after }) = limit::count(&ask.req, Rule::Invite, Who::Network) {
        let words = ask.bare_layout(session.as_ref()).language.words().invite;
        let alert = Alert {
            what: (words.too_fast)(ask.browser.now + retry_after),
            then: words.too_fast_then,
            field: None,
        };
        let typed = Some((form.value("name").unwrap_or_default(), alert));
        return page(
            &ask,
            session.as_ref(),
            &offer,
            StatusCode::TOO_MANY_REQUESTS,
            typed,
        );
    }
    if let Some(session) = session {
        return join(&ask, &session, &offer, presented).await;
    }
    if offer.account.is_some() {
        return page(&ask, None, &offer, StatusCode::CONFLICT, None);
    }
    let typed = form.value("name").unwrap_or_default();
    let secret = Zeroizing::new(form.value("password").unwrap_or_default().to_owned());
    match newcomer(&ask, &offer, typed, &secret) {
        Ok(name) => begin(&ask, &offer, presented, name, secret).await,
        Err(alert) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            page(&ask, None, &offer, status, Some((typed, alert)))
        }
    }
}

/// Whether this person has joined by this link.
async fn was_accepted(ask: &Ask, presented: &Secret, session: &Session) -> Result<bool, Problem> {
    let (presented, email) = (presented.clone(), session.account.email.clone());
    let accepted = ask
        .platform
        .db
        .read(move |conn| Ok(invitation::was_accepted(conn, &presented, &email)?));
    Ok(accepted.await?)
}

/// Who is signed in joins, if it is they who were invited (EM-06).
async fn join(
    ask: &Ask,
    session: &Session,
    offer: &Offer,
    presented: Secret,
) -> Result<HttpResponse, Problem> {
    let (account, by) = (session.account.id, ask.by(session));
    let joined = ask
        .platform
        .db
        .write(move |conn| accept::signed_in(conn, &presented, account, &by.origin, by.now))
        .await?;
    match joined {
        Ok(_) => Ok(see_other(ONWARD)),
        Err(Declined::NotFound) => Ok(over(ask.bare_layout(Some(session)))),
        Err(Declined::SignInFirst | Declined::AnotherAddress) => {
            page(ask, Some(session), offer, StatusCode::FORBIDDEN, None)
        }
    }
}

/// The name of somebody new, whose password may be set.
fn newcomer(ask: &Ask, offer: &Offer, name: &str, secret: &str) -> Result<String, Alert> {
    let layout = ask.bare_layout(None);
    let all = layout.language.words();
    let words = all.invite;
    let good =
        workspace::name(name).ok_or_else(|| Alert::about("name", words.no_name, words.no_name_then))?;
    let about = [offer.invitation.email.as_str(), &good, layout.product_name];
    let weak = |weak: TooWeak| Alert::about("password", weak.sentence(all.password_rule), "");
    password_rule::check(secret, &about).map_err(weak)?;
    Ok(good)
}

/// Account, membership and session in one go: the link proves the address, so no second mail does. The session is a new one, and so is
/// its cookie: what was in the browser before is not what gets signed in (CWE-384).
async fn begin(
    ask: &Ask,
    offer: &Offer,
    presented: Secret,
    name: String,
    secret: Zeroizing<String>,
) -> Result<HttpResponse, Problem> {
    let Ok(hash) = ask.platform.passwords.hash(secret).await else {
        return Err(Problem::unavailable());
    };
    let work = ask.platform.clone();
    let (now, origin, before) = (
        ask.browser.now,
        ask.browser.origin(),
        ask.browser.cookies.session.clone(),
    );
    let lifetime = ask.platform.session_lifetime();
    let begun = ask
        .platform
        .db
        .write(move |conn| {
            let new = Newcomer {
                name: &name,
                password_hash: &hash,
            };
            let id = match accept::new_account(conn, &work.config, &presented, new, &origin, now)? {
                Ok((account, _)) => account.id,
                Err(declined) => return Ok(Err(declined)),
            };
            if let Some(before) = &before {
                session::end(conn, before, now)?;
            }
            // As it is now: the session lives as long as the credentials are these.
            let Some(account) = account::find(conn, id)? else {
                return Ok(Err(Declined::SignInFirst));
            };
            By::account(id, origin.clone(), now).note(conn, &Event::SignedIn { account: id })?;
            let proved = Proved {
                account: &account,
                amr: &[PASSWORD],
                from: &origin,
            };
            Ok(Ok(session::start(conn, proved, lifetime, now)?))
        })
        .await?;
    match begun {
        Ok(cookie) => {
            let config = &ask.platform.config;
            let value = cookie.reveal(&config.vendor);
            let mut response = see_other(ONWARD);
            response
                .add_cookie(&cookie::set(config.issuer.is_https(), SESSION, &value, None))
                .map_err(|_| Problem::internal())?;
            Ok(response)
        }
        Err(Declined::SignInFirst | Declined::AnotherAddress) => {
            page(ask, None, offer, StatusCode::CONFLICT, None)
        }
        Err(Declined::NotFound) => Ok(over(ask.bare_layout(None))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        platform::{
            clock::Timestamp,
            config::Role,
            id::{AccountId, InvitationId, WorkspaceId},
        },
        web::{language::Language, sample},
        workspaces::{invitation::Invitation, workspace::Workspace},
    };

    fn offer(name: &str, invited_by: Option<&str>) -> Offer {
        let at = Timestamp::from_timestamp(1_777_818_720, 0).unwrap();
        let workspace = Workspace {
            id: WorkspaceId::generate(at),
            slug: "acme".to_owned(),
            name: name.to_owned(),
            plan: None,
        };
        Offer {
            invitation: Invitation {
                id: InvitationId::generate(at),
                workspace_id: workspace.id,
                email: name.to_owned(),
                role: Role::Admin,
                invited_by: None,
                created_at: at,
                sent_at: at,
                expires_at: at,
            },
            workspace,
            invited_by: invited_by.map(str::to_owned),
            account: Some(AccountId::generate(at)),
        }
    }

    fn samples(name: &'static str, language: Language) -> Vec<(&'static str, InvitePage<'static>)> {
        let words = language.words();
        let text = words.invite;
        let page = |by, reader, alert| {
            let path = "/invite/cst_iv_0".to_owned();
            InvitePage::of(sample::layout(language), &offer(name, by), path, reader, alert)
        };
        let token = || "token".to_owned();
        let new = || Reader::New(token(), name.to_owned());
        let weak = TooWeak::Guessable.sentence(words.password_rule);
        let until = Timestamp::from_timestamp(1_777_818_720, 0).unwrap();
        let too_fast = Alert {
            what: (text.too_fast)(until),
            then: text.too_fast_then,
            field: None,
        };
        vec![
            ("to join", page(Some(name), Reader::Invited(token()), None)),
            (
                "as another",
                page(None, Reader::Another((text.another)(name, name), token()), None),
            ),
            ("to sign in", page(Some(name), Reader::Known, None)),
            ("new", page(Some(name), new(), None)),
            (
                "no name",
                page(
                    None,
                    new(),
                    Some(Alert::about("name", text.no_name, text.no_name_then)),
                ),
            ),
            (
                "weak",
                page(None, new(), Some(Alert::about("password", weak, ""))),
            ),
            ("too fast", page(None, Reader::Invited(token()), Some(too_fast))),
        ]
    }

    fn over(_: &'static str, language: Language) -> Vec<(&'static str, OverPage<'static>)> {
        let words = language.words();
        let page = OverPage {
            layout: sample::layout(language),
            words: words.invite,
            start: words.error_page.start,
        };
        vec![("over", page)]
    }

    #[test]
    fn every_state_is_a_good_page() {
        sample::check(samples);
        sample::check(over);
    }
}
