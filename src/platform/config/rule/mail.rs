//! How mail leaves.

use lettre::message::Mailbox;

use super::super::SmtpServer;
use super::{Rule, Secrecy, quoted};

/// The URL of a mail server, or nothing.
pub(in super::super) struct SmtpUrl;

/// Who mails are from, or nothing.
pub(in super::super) struct Sender;

impl Rule for SmtpUrl {
    type Value = Option<SmtpServer>;
    const SECRECY: Secrecy = Secrecy::Secret;

    fn kind(&self) -> String {
        "smtps://user:password@host:465, or smtp://user:password@host:587 (with STARTTLS, except on a loopback address); \
         empty for none"
            .into()
    }

    fn read(&self, text: &str) -> Result<Option<SmtpServer>, String> {
        if text.is_empty() {
            return Ok(None);
        }
        SmtpServer::parse(text).map(Some)
    }
}

impl Rule for Sender {
    type Value = Option<Mailbox>;

    fn kind(&self) -> String {
        "an address like Acme <no-reply@acme.example>".into()
    }

    fn read(&self, text: &str) -> Result<Option<Mailbox>, String> {
        if text.is_empty() {
            return Ok(None);
        }
        if text.contains(char::is_control) {
            return Err("is not on one line".into());
        }
        let refused = |_| format!("is {}, not an e-mail address", quoted(text));
        text.parse().map(Some).map_err(refused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_is_an_address_with_or_without_a_name() {
        for good in [
            "a@b.example",
            "Acme <a@b.example>",
            "\"Acme, Inc.\" <a@b.example>",
        ] {
            assert!(Sender.read(good).unwrap().is_some(), "{good}");
        }
        for bad in ["Acme", "a@", "Acme <a@b.example>\r\nBcc: x@y.example"] {
            assert!(Sender.read(bad).is_err(), "{bad}");
        }
        assert!(Sender.read("").unwrap().is_none());
    }
}
