//! People: their accounts, their sessions in browsers, and how they sign in.
//!
//! # Decisions
//! * An attempt to sign in is counted *before* the password is checked and forgiven when it was right. Counting
//!   afterwards would let a burst of parallel guesses all pass the check before the first of them is recorded.
//! * The count belongs to the address, whether or not an account has it, so that a lock tells nothing.
//! * Failures are also counted by the network that they come from (an IPv4 address, a /64 of IPv6), so that one password is not
//!   tried on every account. A network that is locked adds nothing to the counts of the addresses that it tries, so that one
//!   place can lock out few people. Whom somebody locks out keeps the sessions that they have, may sign in where they did before
//!   ([`known_device`]), and anywhere when the window ends.
//! * Two cookies stay: one binds an unfinished authorization to its browser, one is the session. The session's is new at
//!   every sign-in, so a cookie planted before is never the one that gets authenticated. A third outlives the session and proves
//!   nothing: [`known_device`]. Two more wait, for minutes, for a second factor and for another provider's answer.

pub mod account;
pub mod act;
mod ask_for_mail;
pub mod current;
pub mod destination;
mod device;
pub mod door;
pub mod email_code;
pub mod federate;
pub mod half_sign_in;
pub mod home;
pub mod id_token;
pub mod identity;
pub mod known_device;
mod letters;
mod login;
pub mod logout;
mod mail_link;
mod me;
pub mod nav;
pub mod newcomer;
mod pages;
pub mod password_rule;
pub mod proof;
pub mod provider;
pub mod provider_buttons;
pub mod recovery_code;
mod register;
pub mod registration;
mod reset_password;
mod scene;
pub mod second_factor;
pub mod session;
pub mod session_refresh_token;
pub mod session_token;
pub mod sudo;
pub mod throttle;
pub mod totp;
mod used_id_token;
mod verify_email;

use actix_web::web::{self, ServiceConfig};
use utoipa::OpenApi;

use crate::{accounts::mail_link::Link, web::methods::resource};

/// What `/openapi.json` says of this room.
#[derive(OpenApi)]
#[openapi(paths(
    me::get,
    me::patch,
    me::sessions::list,
    me::sessions::end,
    me::sessions::end_others,
    register::api,
    verify_email::api,
    ask_for_mail::resend,
    ask_for_mail::forgot,
    reset_password::api
))]
pub struct Operations;

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    home::routes(config);
    federate::routes(config);
    login::routes(config);
    logout::routes(config);
    me::routes(config);
    pages::routes(config);
    sudo::routes(config);
    config
        .service(resource("/v1/auth/register", "POST").route(web::post().to(register::api)))
        .service(resource("/v1/auth/verify-email", "POST").route(web::post().to(verify_email::api)))
        .service(resource("/v1/auth/resend-verification", "POST").route(web::post().to(ask_for_mail::resend)))
        .service(resource("/v1/auth/forgot-password", "POST").route(web::post().to(ask_for_mail::forgot)))
        .service(resource("/v1/auth/reset-password", "POST").route(web::post().to(reset_password::api)))
        .service(
            resource("/register", "GET, HEAD, POST")
                .route(web::get().to(register::get))
                .route(web::head().to(register::get))
                .route(web::post().to(register::post)),
        )
        .service(
            resource("/verify", "GET, HEAD, POST")
                .route(web::get().to(|req, shared| mail_link::get(req, shared, Link::Verify)))
                .route(web::head().to(|req, shared| mail_link::get(req, shared, Link::Verify)))
                .route(
                    web::post()
                        .to(|req, body, new, shared| mail_link::post(req, body, new, shared, Link::Verify)),
                ),
        )
        .service(
            resource("/verify/resend", "GET, HEAD, POST")
                .route(web::get().to(ask_for_mail::get_resend))
                .route(web::head().to(ask_for_mail::get_resend))
                .route(web::post().to(ask_for_mail::post_resend)),
        )
        .service(
            resource("/forgot", "GET, HEAD, POST")
                .route(web::get().to(ask_for_mail::get_forgot))
                .route(web::head().to(ask_for_mail::get_forgot))
                .route(web::post().to(ask_for_mail::post_forgot)),
        )
        .service(
            resource("/reset", "GET, HEAD, POST")
                .route(web::get().to(|req, shared| mail_link::get(req, shared, Link::Reset)))
                .route(web::head().to(|req, shared| mail_link::get(req, shared, Link::Reset)))
                .route(
                    web::post()
                        .to(|req, body, new, shared| mail_link::post(req, body, new, shared, Link::Reset)),
                ),
        );
}
