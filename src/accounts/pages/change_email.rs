//! Another address: `/account/email`. The old one stays until somebody who reads the mail of the new one says so (EM-04).

use actix_web::{
    HttpRequest, HttpResponse,
    web::{self, Bytes, Data, ServiceConfig},
};

use super::{done, notice};
use crate::{
    accounts::{
        account::{self, Email},
        act::{self, Act, Alert, Field},
        current::{self, Cookies},
        door::{Detour, Posted, SignedIn, SignedInForm},
        email_code::{self, Purpose},
        nav::Section,
        session::{self, Session},
        throttle::{self, Posting},
    },
    audit::{
        event::Event,
        log::{self, Actor, Origin},
    },
    jobs::mail,
    platform::{Platform, clock::Timestamp, db::Internal, secret::Secret},
    web::{
        context::RequestContext,
        form::PostedForm,
        language::Language,
        layout::Layout,
        letter::{Letter, Link},
        limit::{self, Rule, Who},
        methods::resource,
        observe::Manners,
        params::Params,
        phrase::Phrase,
        problem::Problem,
        redirect::see_other,
    },
};

const PURPOSE: &str = "email";

const CONFIRM: &str = "confirm email";

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(
            resource("/account/email", "GET, HEAD, POST")
                .route(web::get().to(get))
                .route(web::head().to(get))
                .route(web::post().to(post)),
        )
        .service(
            resource("/account/email/confirm", "GET, HEAD, POST")
                .route(web::get().to(ask))
                .route(web::head().to(ask))
                .route(web::post().to(confirm)),
        );
}

fn form(now_is: &str, typed: &str, language: Language, alert: Option<Alert>) -> Act {
    let words = language.words().email_change;
    Act {
        heading: Phrase::new(words.heading),
        lead: Some((words.now)(now_is)),
        alert,
        paragraphs: vec![Phrase::new(words.how)],
        action: Section::Email.path().to_owned(),
        fields: vec![Field::new("email", words.new, "email", "email").with(typed)],
        submit: words.submit,
        ..Act::default()
    }
    .within(Section::Email, language)
}

fn show(who: &SignedIn, manners: &Manners, act: Act) -> HttpResponse {
    let csrf_token = who.cookies.token(PURPOSE);
    act::respond(who.layout(manners), Act { csrf_token, ..act }, None)
}

async fn get(req: HttpRequest, who: SignedIn, manners: Data<Manners>) -> Result<HttpResponse, Detour> {
    who.proved_recently(Section::Email.path())?;
    let is_asked = done(&req).is_some_and(|done| done == "asked");
    let act = Act {
        done: is_asked.then(|| Phrase::new(who.language.words().email_change.asked)),
        ..form(&who.session.account.email, "", who.language, None)
    };
    Ok(show(&who, &manners, act))
}

async fn post(
    req: HttpRequest,
    posted: Posted,
    platform: Data<Platform>,
    manners: Data<Manners>,
) -> Result<HttpResponse, Detour> {
    let page = Section::Email.path();
    let SignedInForm { who, form: typed } = posted.signed_in(PURPOSE, page).await?;
    who.proved_recently(page)?;
    let typed = typed.value("email").unwrap_or_default();
    let current = &who.session.account.email;
    let Some(email) = Email::parse(typed).filter(|email| email.as_str() != current) else {
        let words = who.language.words().email_change;
        let alert = Alert::of_field("email", words.bad, words.bad_then);
        return Ok(show(
            &who,
            &manners,
            form(current, typed, who.language, Some(alert)),
        ));
    };
    limit::count(&req, Rule::Verify, Who::Network).map_err(Problem::from)?;
    let (work, now) = (platform.clone(), who.now);
    platform
        .db
        .write(move |conn| {
            if !session::hold(conn, &who.session, now)? {
                return Ok(None);
            }
            begin(conn, &work, (&who.session, &who.origin), &email, now).map(Some)
        })
        .await?
        .ok_or_else(|| Detour::sign_in(page))?;
    Ok(see_other("/account/email?done=asked"))
}

/// What happens is the same for the person, whether or not another account has the address: who has it is nobody's business.
fn begin(
    conn: &mut diesel::PgConnection,
    platform: &Platform,
    (session, origin): (&Session, &Origin),
    email: &Email,
    now: Timestamp,
) -> Result<(), Internal> {
    let (account, config) = (&session.account, &platform.config);
    let most = config.rate_limits.mails_per_address;
    let posting = throttle::mail(conn, throttle::Mail::Verify, email, most, now)?;
    let words = account.language.unwrap_or_default().words();
    let texts = words.email_change;
    let event = Event::EmailChangeAsked { account: account.id };
    log::append(conn, Actor::Account(account.id), origin, &event, now)?;
    let told = (texts.mail_notice, (texts.mail_notice_what)(email.as_str()));
    notice::send(conn, platform, (account, &account.email), told, now)?;
    if posting != Posting::Send || account::find_with_password(conn, email)?.is_some() {
        return Ok(());
    }
    let code = email_code::issue(conn, account.id, Purpose::Change, email, now)?;
    let code = code.reveal(&config.vendor);
    let lasting = (words.date.lasting)(Purpose::Change.lifetime());
    let path = format!("/account/email/confirm?token={}", *code);
    let letter = Letter {
        heading: Phrase::new(texts.mail_confirm),
        // The name is the account's, and the address may be somebody else's.
        name: None,
        paragraphs: vec![Phrase::new(texts.mail_confirm_what)],
        link: Some(Link::new(texts.mail_confirm_link, &config.issuer, &path)),
        after: vec![Phrase::new((texts.mail_confirm_after)(&lasting))],
    };
    let mail = letter.to_mail(email.as_str(), texts.mail_confirm, &config.branding, words.letter);
    Ok(mail::send(conn, &platform.seal, &mail, now)?)
}

/// Somebody who came by the link. They need not be signed in: whoever reads the mail may be at another device.
struct Visitor {
    cookies: Cookies,
    language: Language,
    code: Option<Secret>,
    token: String,
    now: Timestamp,
}

impl Visitor {
    async fn read(platform: &Platform, req: &HttpRequest) -> Result<Self, Problem> {
        let now = platform.clock.now();
        let cookies = Cookies::read(req, &platform.config).with_browser(now);
        let session = current::session(platform, &cookies, now).await?;
        let token = Params::parse(req.query_string().as_bytes())
            .ok()
            .and_then(|query| query.one("token").ok().flatten().map(str::to_owned))
            .unwrap_or_default();
        Ok(Self {
            language: current::language(session.as_ref(), Language::of(req.headers())),
            cookies,
            code: Secret::parse(&platform.config.vendor, &token),
            token,
            now,
        })
    }

    fn respond(&self, platform: &Platform, manners: &Manners, act: Act) -> Result<HttpResponse, Problem> {
        let mut response = act::respond(Layout::of(manners, self.language), act, None);
        if let Some(cookie) = self.cookies.to_set(&platform.config) {
            response.add_cookie(&cookie).map_err(|_| Problem::internal())?;
        }
        Ok(response)
    }

    /// The page of a link that is worth nothing any more, or of one that was just used.
    fn told(&self, manners: &Manners, heading: &'static str, what: Phrase) -> HttpResponse {
        act::tell(
            Layout::of(manners, self.language),
            heading,
            what,
            (
                Section::Email.path(),
                self.language.words().email_change.to_account,
            ),
        )
    }

    fn over(&self, manners: &Manners) -> HttpResponse {
        let words = self.language.words().email_change;
        self.told(manners, words.over_heading, Phrase::new(words.over))
    }
}

fn question(email: &str, token: &str, language: Language) -> Act {
    let words = language.words().email_change;
    Act {
        heading: Phrase::new(words.confirm_heading),
        paragraphs: vec![(words.confirm_what)(email)],
        action: format!("/account/email/confirm?token={token}"),
        submit: words.confirm,
        ..Act::default()
    }
}

/// Opening the link changes nothing: programs that look into mails open it too.
async fn ask(
    req: HttpRequest,
    platform: Data<Platform>,
    manners: Data<Manners>,
) -> Result<HttpResponse, Problem> {
    let visitor = Visitor::read(&platform, &req).await?;
    let Some(code) = visitor.code.clone() else {
        return Ok(visitor.over(&manners));
    };
    let now = visitor.now;
    let found = platform
        .db
        .read(move |conn| Ok(email_code::look(conn, &code, Purpose::Change, now)?))
        .await?;
    let Some(found) = found else {
        return Ok(visitor.over(&manners));
    };
    let act = Act {
        csrf_token: visitor.cookies.token(CONFIRM),
        ..question(&found.email, &visitor.token, visitor.language)
    };
    visitor.respond(&platform, &manners, act)
}

async fn confirm(
    req: HttpRequest,
    body: Bytes,
    platform: Data<Platform>,
    manners: Data<Manners>,
    context: RequestContext,
) -> Result<HttpResponse, Problem> {
    let form = PostedForm::read(&req, body, &manners.origin, &[])?;
    let visitor = Visitor::read(&platform, &req).await?;
    visitor.cookies.check_token(&form, CONFIRM)?;
    let Some(code) = visitor.code.clone() else {
        return Ok(visitor.over(&manners));
    };
    let (work, now, origin) = (platform.clone(), visitor.now, Origin::from(context));
    let changed = platform
        .db
        .write(move |conn| {
            let Some(spent) = email_code::spend(conn, &code, Purpose::Change, now)? else {
                return Ok(None);
            };
            let (Some(account), Some(email)) =
                (account::find(conn, spent.account_id)?, Email::parse(&spent.email))
            else {
                return Ok(None);
            };
            if !account::set_email(conn, account.id, &email)? {
                return Ok(None);
            }
            let event = Event::EmailChanged { account: account.id };
            log::append(conn, Actor::Account(account.id), &origin, &event, now)?;
            let words = account.language.unwrap_or_default().words().email_change;
            let told = (words.mail_changed, (words.mail_changed_what)(email.as_str()));
            notice::send(conn, &work, (&account, &account.email), told, now)?;
            Ok(Some(spent.email))
        })
        .await?;
    let words = visitor.language.words().email_change;
    Ok(match changed {
        Some(email) => visitor.told(&manners, words.changed, (words.changed_what)(&email)),
        None => visitor.over(&manners),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::act::tests::check;

    fn states(name: &'static str, language: Language) -> Vec<(&'static str, Act)> {
        let words = language.words().email_change;
        let wrong = Alert::of_field("email", words.bad, words.bad_then);
        let asked = Act {
            done: Some(Phrase::new(words.asked)),
            ..form(name, "", language, None)
        };
        vec![
            ("plain", form(name, "", language, None)),
            ("wrong", form(name, name, language, Some(wrong))),
            ("asked", asked),
            ("confirm", question(name, "cst_ec_1", language)),
        ]
    }

    #[test]
    fn every_state_is_a_good_page() {
        check(states);
    }
}
