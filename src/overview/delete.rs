//! `GET|POST /account/data/delete`: the end of an account.

use actix_web::{
    HttpResponse,
    http::StatusCode,
    web::{self, Data, ServiceConfig},
};

use diesel::PgConnection;

use crate::{
    accounts::{
        account::{self, Email},
        act::{self, Act, Alert, Field},
        door::{Detour, Posted, SignedIn, SignedInForm},
        nav::Section,
        session,
    },
    audit::{
        event::Event,
        log::{self, Actor, Origin},
        person,
    },
    platform::{Platform, clock::Timestamp, db::Verdict, id::AccountId},
    web::{
        cookie::{self, SESSION},
        language::Language,
        methods::resource,
        observe::Manners,
        phrase::Phrase,
        problem::Problem,
        words::errors,
    },
    workspaces::membership,
};

const PAGE: &str = "/account/data/delete";

const PURPOSE: &str = "delete account";

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(
        resource("/account/data/delete", "GET, HEAD, POST")
            .route(web::get().to(get))
            .route(web::head().to(get))
            .route(web::post().to(post)),
    );
}

fn question(email: &str, typed: &str, language: Language, alert: Option<Alert>) -> Act {
    let words = language.words().data;
    Act {
        heading: Phrase::new(words.delete_heading),
        alert,
        paragraphs: vec![
            Phrase::new(words.delete_consequence),
            Phrase::new(words.delete_final),
        ],
        action: PAGE.to_owned(),
        fields: vec![
            Field::new("email", words.address, "email", "off")
                .with(typed)
                .hinted((words.type_address)(email)),
        ],
        submit: words.delete_submit,
        is_danger: true,
        cancel: Some((Section::Data.path().to_owned(), language.words().account.cancel)),
        ..Act::default()
    }
    .within(Section::Data, language)
}

fn show(who: &SignedIn, manners: &Manners, typed: &str, alert: Option<Alert>) -> HttpResponse {
    let act = Act {
        csrf_token: who.cookies.token(PURPOSE),
        ..question(&who.session.account.email, typed, who.language, alert)
    };
    act::respond(who.layout(manners), act, None)
}

async fn get(who: SignedIn, manners: Data<Manners>) -> Result<HttpResponse, Detour> {
    who.proved_recently(PAGE)?;
    Ok(show(&who, &manners, "", None))
}

/// The person is the only owner of a workspace of this name.
struct LastOwner(String);

async fn post(
    posted: Posted,
    platform: Data<Platform>,
    manners: Data<Manners>,
) -> Result<HttpResponse, Detour> {
    let SignedInForm { who, form } = posted.signed_in(PURPOSE, PAGE).await?;
    who.proved_recently(PAGE)?;
    let words = who.language.words().data;
    let typed = form.value("email").unwrap_or_default();
    if Email::parse(typed) != Email::parse(&who.session.account.email) {
        let alert = Alert::of_field("email", words.not_the_address, words.not_the_address_then);
        return Ok(show(&who, &manners, typed, Some(alert)));
    }
    let (session, now) = (who.session.clone(), who.now);
    // From where it was deleted is the first thing that is forgotten.
    let origin = Origin {
        request_id: who.origin.request_id.clone(),
        ..Origin::default()
    };
    let deleted = platform
        .db
        .write(move |conn| {
            if !session::hold(conn, &session, now)? {
                return Ok(None);
            }
            delete(conn, session.account.id, &origin, now).map(Some)
        })
        .await?
        .ok_or_else(|| Detour::sign_in(PAGE))?;
    if let Err(LastOwner(workspace)) = deleted {
        let alert = Alert {
            what: (words.last_owner)(&workspace),
            field: None,
            doc: Some(&errors::LAST_OWNER),
            status: StatusCode::CONFLICT,
            ..Alert::of_field("email", "", words.last_owner_then)
        };
        return Ok(show(&who, &manners, typed, Some(alert)));
    }
    let layout = who.layout(&manners);
    let way = ("/", words.to_start);
    let mut response = act::tell(layout, words.deleted_heading, Phrase::new(words.deleted), way);
    let cleared = cookie::clear(platform.config.issuer.is_https(), SESSION);
    response.add_cookie(&cleared).map_err(|_| Problem::internal())?;
    Ok(response)
}

fn delete(conn: &mut PgConnection, id: AccountId, origin: &Origin, now: Timestamp) -> Verdict<(), LastOwner> {
    // Takes the workspaces' rows, so that of two owners who leave at once one is told.
    if let Some(workspace) = membership::only_owner_of(conn, id)?.into_iter().next() {
        return Ok(Err(LastOwner(workspace.name)));
    }
    person::forget(conn, id)?;
    if account::delete(conn, id)? {
        let event = Event::AccountDeleted { account: id };
        log::append(conn, Actor::Account(id), origin, &event, now)?;
    }
    Ok(Ok(()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::act::tests::check;

    fn states(name: &'static str, language: Language) -> Vec<(&'static str, Act)> {
        let words = language.words().data;
        let wrong = Alert::of_field("email", words.not_the_address, words.not_the_address_then);
        let last_owner = Alert {
            what: (words.last_owner)(name),
            field: None,
            ..Alert::of_field("email", "", words.last_owner_then)
        };
        vec![
            ("plain", question(name, "", language, None)),
            ("wrong", question(name, name, language, Some(wrong))),
            ("last owner", question(name, name, language, Some(last_owner))),
        ]
    }

    #[test]
    fn every_state_is_a_good_page() {
        check(states);
    }
}
