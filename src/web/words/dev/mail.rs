//! The mailbox of `consentry dev`.

/// The mails that the server wrote.
#[expect(missing_docs, reason = "the texts themselves, below, say what they are")]
pub struct DevMail {
    pub heading: &'static str,
    pub what: &'static str,
    pub empty: &'static str,
    pub empty_hint: &'static str,
    pub elsewhere: &'static str,
    pub elsewhere_hint: &'static str,
    pub to: &'static str,
    pub at: &'static str,
    pub start: &'static str,
}

/// English.
pub static ENGLISH: DevMail = DevMail {
    heading: "Mail",
    what: "What this server would have sent, the newest first. Nothing leaves this machine, and nothing outlives a restart.",
    empty: "No mail yet.",
    empty_hint: "A mail appears here a moment after something gave a reason for it. Load the page again.",
    elsewhere: "Mail goes to a mail server.",
    elsewhere_hint: "mail.smtp_url is set, so this server sends its mail and keeps none here.",
    to: "To",
    at: "Written",
    start: "Start page",
};
