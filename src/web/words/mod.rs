//! Every text that a page shows, in one place for each language; templates hold none.

mod account;
mod accounts;
mod activity;
mod around;
mod connected_apps;
pub mod date;
mod dev;
pub mod errors;
mod federate;
mod invite;
mod invite_letter;
mod letter;
mod oauth;
mod people;
mod reference;
mod role;
mod settings;
mod stale;

pub use account::{Account, data::Data, email::EmailChange, second_factor::SecondFactor, security::Security};
pub use accounts::{Home, Login};
pub use activity::{Activity, Said};
pub use around::{ErrorDocs, ErrorPage, Layout};
pub use connected_apps::ConnectedApps;
pub use dev::{
    DevCallback,
    mail::DevMail,
    playground::{Button, Exchange, Lessons, Notices, Playground, Reasons},
};
pub use federate::Federate;
pub use invite::Invite;
pub use invite_letter::InviteLetter;
pub use letter::{GERMAN_LETTER, Letter};
pub use oauth::{Broken, Consent};
pub use people::{Letters, PasswordRule, Steps};
pub use reference::{REFERENCE, Reference};
pub use settings::{Around, End, General, Invitations, Members, Settings, Workspaces};
pub use stale::Stale;

use crate::platform::config::Role;

/// The texts of one language, page by page.
pub struct Words {
    /// Points in time.
    pub date: &'static date::Dates,
    /// What a role in a workspace is called.
    pub role: fn(Role) -> &'static str,
    /// What stands around every page.
    pub layout: &'static Layout,
    /// The pages that say what the codes of refusals mean: for developers, English in every language.
    pub error_docs: &'static ErrorDocs,
    /// The page that a refused person gets.
    pub error_page: &'static ErrorPage,
    /// The page of a link whose time is over.
    pub stale: &'static Stale,
    /// The start page.
    pub home: &'static Home,
    /// Sign-in.
    pub login: &'static Login,
    /// What the account's pages share, and some of them.
    pub account: &'static Account,
    /// The second factor.
    pub second_factor: &'static SecondFactor,
    /// Password and second factor at a glance.
    pub security: &'static Security,
    /// Another address.
    pub email_change: &'static EmailChange,
    /// A person's data.
    pub data: &'static Data,
    /// Why a password may not be set.
    pub password_rule: &'static PasswordRule,
    /// Register, confirm an address, set a forgotten password anew.
    pub steps: &'static Steps,
    /// The mails of that.
    pub letters: &'static Letters,
    /// Sign-in with another provider.
    pub federate: &'static Federate,
    /// Consent.
    pub consent: &'static Consent,
    /// The page of an authorization request that cannot be answered.
    pub broken: &'static Broken,
    /// The pages of workspaces.
    pub settings: &'static Settings,
    /// A workspace's activity log.
    pub activity: &'static Activity,
    /// The page that the link of an invitation leads to.
    pub invite: &'static Invite,
    /// The apps that a person allowed in.
    pub connected_apps: &'static ConnectedApps,
    /// Where the demo client's answers arrive: English in every language.
    pub dev_callback: &'static DevCallback,
    /// The mailbox of `dev`.
    pub dev_mail: &'static DevMail,
    /// What stands around the text of every mail.
    pub letter: &'static Letter,
    /// The mail that invites somebody.
    pub invite_letter: &'static InviteLetter,
    /// The playground of `dev`: English in every language.
    pub playground: &'static Playground,
}

/// English.
pub static ENGLISH: Words = Words {
    date: &date::ENGLISH,
    role: role::english,
    home: &accounts::ENGLISH_HOME,
    login: &accounts::ENGLISH_LOGIN,
    account: &account::ENGLISH_ACCOUNT,
    second_factor: &account::second_factor::ENGLISH,
    security: &account::security::ENGLISH,
    email_change: &account::email::ENGLISH,
    data: &account::data::ENGLISH,
    password_rule: &people::ENGLISH_PASSWORD_RULE,
    steps: &people::ENGLISH_STEPS,
    letters: &people::ENGLISH_LETTERS,
    federate: &federate::ENGLISH,
    layout: &around::ENGLISH_LAYOUT,
    error_docs: &around::ENGLISH_ERROR_DOCS,
    error_page: &around::ENGLISH_ERROR_PAGE,
    stale: &stale::ENGLISH_STALE,
    dev_callback: &dev::ENGLISH_DEV_CALLBACK,
    dev_mail: &dev::mail::ENGLISH,
    letter: letter::ENGLISH_LETTER,
    invite_letter: &invite_letter::ENGLISH,
    playground: &dev::playground::ENGLISH,
    consent: &oauth::ENGLISH_CONSENT,
    broken: &oauth::ENGLISH_BROKEN,
    connected_apps: &connected_apps::ENGLISH_CONNECTED_APPS,
    settings: &settings::ENGLISH_SETTINGS,
    activity: &activity::ENGLISH,
    invite: &invite::ENGLISH_INVITE,
};

/// German.
pub static GERMAN: Words = Words {
    date: &date::GERMAN,
    role: role::german,
    home: &accounts::GERMAN_HOME,
    login: &accounts::GERMAN_LOGIN,
    account: &account::GERMAN_ACCOUNT,
    second_factor: &account::second_factor::GERMAN,
    security: &account::security::GERMAN,
    email_change: &account::email::GERMAN,
    data: &account::data::GERMAN,
    password_rule: &people::GERMAN_PASSWORD_RULE,
    steps: &people::GERMAN_STEPS,
    letters: &people::GERMAN_LETTERS,
    federate: &federate::GERMAN,
    layout: &around::GERMAN_LAYOUT,
    error_page: &around::GERMAN_ERROR_PAGE,
    stale: &stale::GERMAN_STALE,
    consent: &oauth::GERMAN_CONSENT,
    broken: &oauth::GERMAN_BROKEN,
    connected_apps: &connected_apps::GERMAN_CONNECTED_APPS,
    settings: &settings::GERMAN_SETTINGS,
    activity: &activity::GERMAN,
    invite: &invite::GERMAN_INVITE,
    error_docs: ENGLISH.error_docs,
    dev_callback: ENGLISH.dev_callback,
    playground: ENGLISH.playground,
    dev_mail: &dev::mail::ENGLISH,
    letter: letter::GERMAN_LETTER,
    invite_letter: &invite_letter::GERMAN,
};
