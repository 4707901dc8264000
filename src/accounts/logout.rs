//! Sign-out: `POST /logout`. Never by GET: a picture on a foreign page must not sign anybody out.

use actix_web::{
    HttpResponse,
    web::{self, Data, ServiceConfig},
};

use crate::{
    accounts::{destination, door::Posted, session},
    audit::{
        event::Event,
        log::{self, Actor},
    },
    platform::Platform,
    web::{
        cookie::{self, SESSION},
        methods::resource,
        problem::Problem,
        redirect::see_other,
    },
};

/// What the CSRF token of the form is for.
pub const PURPOSE: &str = "logout";

/// A place besides the start page that sign-out leads to: another sign-in for the same stored request. The other one is an invitation
/// for another account.
const SIGN_IN_AGAIN: &str = "/login?request=";

/// The routes.
pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(resource("/logout", "POST").route(web::post().to(post)));
}

async fn post(posted: Posted, platform: Data<Platform>) -> Result<HttpResponse, Problem> {
    let (browser, form) = posted.unproved()?;
    let mut response = see_other(&return_to(form.value("return_to")));
    if browser.cookies.session.is_none() && browser.cookies.browser.is_some() {
        // The button was pressed twice. No cookie is cleared: nothing proves that this form was ours.
        return Ok(response);
    }
    browser.cookies.check_token(&form, PURPOSE)?;
    let (now, origin) = (browser.now, browser.origin());
    if let Some(session) = browser.cookies.session {
        platform
            .db
            .write(move |conn| {
                if let Some(account) = session::end(conn, &session, now)? {
                    let event = Event::SignedOut { account };
                    log::append(conn, Actor::Account(account), &origin, &event, now)?;
                }
                Ok(())
            })
            .await?;
    }
    let cleared = cookie::clear(platform.config.issuer.is_https(), SESSION);
    response.add_cookie(&cleared).map_err(|_| Problem::internal())?;
    Ok(response)
}

/// Nothing that a form says is an address: only the id or the secret in it is taken, and only if it looks like one.
fn return_to(asked: Option<&str>) -> String {
    if let Some(invitation) = asked.filter(|path| destination::is_invitation(path)) {
        return invitation.to_owned();
    }
    asked
        .and_then(|path| path.strip_prefix(SIGN_IN_AGAIN))
        .filter(|id| id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-'))
        .map_or_else(|| "/".to_owned(), |id| format!("{SIGN_IN_AGAIN}{id}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sign_out_leads_nowhere_but_here() {
        let again = "/login?request=0199-ab";
        assert_eq!(return_to(Some(again)), again);
        let invitation = "/invite/cst_iv_0aZ";
        assert_eq!(return_to(Some(invitation)), invitation);
        for foreign in [
            "https://evil.test",
            "//evil.test",
            "/login?request=//evil",
            "/\\evil",
            "/invite//evil.test",
            "/settings/integrations",
            "/login?request=a\r\nX: y",
        ] {
            assert_eq!(return_to(Some(foreign)), "/", "{foreign}");
        }
        assert_eq!(return_to(None), "/");
    }
}
