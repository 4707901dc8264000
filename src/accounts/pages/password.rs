//! `GET|POST /account/security/password`: a new password. The old one is asked for; who has none proves themselves another way.

use actix_web::{
    HttpRequest, HttpResponse,
    cookie::Cookie,
    web::{self, Data, ServiceConfig},
};
use zeroize::Zeroizing;

use super::notice;
use crate::{
    accounts::{
        account,
        act::{self, Act, Alert, Field},
        current,
        door::{Detour, Posted, SignedIn, SignedInForm},
        email_code::{self, Purpose},
        nav::Section,
        password_rule,
        proof::{self, Attempt, Proof, Refused},
        session,
    },
    audit::{
        event::Event,
        log::{self, Actor},
    },
    platform::Platform,
    web::{
        language::Language,
        limit::{self, Exceeded, Rule, Who},
        methods::resource,
        observe::Manners,
        phrase::Phrase,
        problem::Problem,
        redirect::see_other,
    },
};

const PAGE: &str = "/account/security/password";

const PURPOSE: &str = "password";

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(
        resource("/account/security/password", "GET, HEAD, POST")
            .route(web::get().to(get))
            .route(web::head().to(get))
            .route(web::post().to(post)),
    );
}

fn form(has_password: bool, language: Language, alert: Option<Alert>) -> Act {
    let words = language.words().security;
    let mut fields = Vec::new();
    if has_password {
        fields.push(Field::new(
            "old_password",
            words.old_password,
            "password",
            "current-password",
        ));
    }
    fields.push(
        Field::new("new_password", words.new_password, "password", "new-password")
            .hinted(Phrase::new(words.new_password_hint)),
    );
    Act {
        heading: Phrase::new(words.password_heading),
        alert,
        paragraphs: vec![Phrase::new(words.password_what)],
        action: PAGE.to_owned(),
        fields,
        submit: if has_password {
            words.change_password
        } else {
            words.set_password
        },
        cancel: Some((
            Section::Security.path().to_owned(),
            language.words().account.cancel,
        )),
        ..Act::default()
    }
    .within(Section::Security, language)
}

async fn has_password(who: &SignedIn, platform: &Platform) -> Result<bool, Detour> {
    let id = who.session.account.id;
    let has_password = platform
        .db
        .read(move |conn| Ok(account::has_password(conn, id)?))
        .await?;
    if !has_password {
        who.proved_recently(PAGE)?;
    }
    Ok(has_password)
}

fn show(who: &SignedIn, manners: &Manners, act: Act) -> HttpResponse {
    let act = Act {
        csrf_token: who.cookies.token(PURPOSE),
        username: Some(who.session.account.email.clone()),
        ..act
    };
    act::respond(who.layout(manners), act, None)
}

async fn get(
    who: SignedIn,
    platform: Data<Platform>,
    manners: Data<Manners>,
) -> Result<HttpResponse, Detour> {
    let has_password = has_password(&who, &platform).await?;
    Ok(show(&who, &manners, form(has_password, who.language, None)))
}

async fn post(
    req: HttpRequest,
    posted: Posted,
    platform: Data<Platform>,
    manners: Data<Manners>,
) -> Result<HttpResponse, Detour> {
    let SignedInForm { who, form: typed } = posted.signed_in(PURPOSE, PAGE).await?;
    let has_password = has_password(&who, &platform).await?;
    let words = who.language.words();
    let account = &who.session.account;
    let new = Zeroizing::new(typed.value("new_password").unwrap_or_default().to_owned());
    let refused = |alert| {
        Ok(show(
            &who,
            &manners,
            form(has_password, who.language, Some(alert)),
        ))
    };
    let about = [account.email.as_str(), &account.name, &manners.product_name];
    if let Err(weak) = password_rule::check(&new, &about) {
        let sentence = weak.sentence(words.password_rule);
        return refused(Alert::of_field(
            "new_password",
            sentence,
            words.security.too_weak_then,
        ));
    }
    let known_device = who.cookies.known_device(&platform.seal, who.now);
    let attempt = Attempt::new(&account.email, who.context.clone(), who.now).in_browser(known_device);
    if has_password {
        let old = Zeroizing::new(typed.value("old_password").unwrap_or_default().to_owned());
        let proof = match limit::count(&req, Rule::SignIn, Who::Network) {
            Ok(()) => proof::prove(&platform, &attempt, old).await?,
            Err(Exceeded { retry_after }) => Proof::Refused(Refused::Locked {
                until: who.now + retry_after,
                now: who.now,
            }),
        };
        if let Proof::Refused(why) = proof {
            let wrong = (words.security.old_wrong, words.security.old_wrong_then);
            return refused(Alert::of_proof(&why, "old_password", wrong, who.language));
        }
    }
    let hash = platform
        .passwords
        .hash(new)
        .await
        .map_err(|_| Problem::unavailable())?;
    let Some(kept) = keep(&platform, &who, attempt, has_password, hash).await? else {
        return Err(Detour::sign_in(PAGE));
    };
    let mut response = see_other("/account/security?done=password");
    for cookie in kept {
        response.add_cookie(&cookie).map_err(|_| Problem::internal())?;
    }
    Ok(response)
}

/// Every session and grant ends that began under the old password, and no browser is known any more. Only this session goes on, and
/// its browser is known: the cookies of both. `None`: the session ended meanwhile.
async fn keep(
    platform: &Data<Platform>,
    who: &SignedIn,
    attempt: Attempt,
    proved: bool,
    hash: String,
) -> Result<Option<[Cookie<'static>; 2]>, Problem> {
    let (work, session) = (platform.clone(), who.session.clone());
    let kept = platform.db.write(move |conn| {
        let (account, now) = (&session.account, attempt.now);
        if !session::hold(conn, &session, now)? {
            return Ok(None);
        }
        if proved {
            attempt.proved_again(conn, account.id)?;
        }
        account::set_password(conn, account.id, &hash)?;
        // What was asked for under the old password is worth nothing beside a new one: who knew it may have begun to move the account
        // to an address of theirs.
        for purpose in [Purpose::Reset, Purpose::Change] {
            email_code::end(conn, account.id, purpose, now)?;
        }
        let event = Event::PasswordChanged { account: account.id };
        log::append(conn, Actor::Account(account.id), &attempt.origin, &event, now)?;
        let words = account.language.unwrap_or_default().words().security;
        let told = (words.mail_password, Phrase::new(words.mail_password_what));
        notice::send(conn, &work, (account, &account.email), told, now)?;
        let kept = session::proved_again(conn, session.id, now)?;
        let Some((secret, account)) = kept.zip(account::find(conn, account.id)?) else {
            return Ok(None);
        };
        let known = attempt.known_device.clone().cookie(&work, &account, now);
        Ok(Some([current::session_cookie(&work.config, &secret), known]))
    });
    Ok(kept.await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::act::tests::check;

    fn states(_: &'static str, language: Language) -> Vec<(&'static str, Act)> {
        let words = language.words().security;
        let wrong = Alert::of_field("old_password", words.old_wrong, words.old_wrong_then);
        let weak = Alert::of_field(
            "new_password",
            language.words().password_rule.guessable,
            words.too_weak_then,
        );
        vec![
            ("plain", form(true, language, None)),
            ("wrong", form(true, language, Some(wrong))),
            ("weak", form(true, language, Some(weak))),
            ("first", form(false, language, None)),
        ]
    }

    #[test]
    fn every_state_is_a_good_page() {
        check(states);
    }
}
