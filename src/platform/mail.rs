//! A mail, and the ways it can leave: to the operator's server, or into a mailbox that `consentry dev` shows.
//!
//! # Decisions
//! * Headers are made by `lettre`, which encodes them: what a person chose as a name cannot begin a header of its own.
//! * The Message-ID and the date are those of the job. A mail that is sent again, because nobody knows whether it arrived, is
//!   the same mail, and most mailboxes show it once.
//! * No server's words are kept whole. Some filters quote what they refuse, and that may be a link that lets its reader in.

mod in_clear;
pub mod mailbox;
pub mod smtp;

use std::{fmt, time::SystemTime};

use lettre::{
    Address, Message,
    message::{
        Mailbox as Party, MultiPart,
        header::{Header, HeaderName, HeaderValue},
    },
};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::platform::{clock::Timestamp, id::JobId};

/// What is to be told to whom.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// One address, without a name.
    pub to: String,
    /// One line.
    pub subject: String,
    /// For those who read plain text: all of it.
    pub text: String,
    /// The same, for those who do not.
    pub html: String,
}

impl fmt::Debug for Mail {
    /// Nothing of it: a link in it lets its reader in.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mail")
    }
}

impl Mail {
    /// For the queue.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn to_json(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(serde_json::to_vec(self).expect("four texts can be written as JSON"))
    }

    /// From the queue. `None`: it is none.
    #[must_use]
    pub fn from_json(json: &[u8]) -> Option<Self> {
        serde_json::from_slice(json).ok()
    }
}

/// What is the same at every attempt to send a mail.
#[derive(Clone, Debug)]
pub struct Stamp {
    /// With angle brackets (RFC 5322 §3.6.4).
    pub message_id: String,
    /// When it was written.
    pub date: Timestamp,
}

impl Stamp {
    /// Of a job of this host.
    #[must_use]
    pub fn new(job: JobId, host: &str, date: Timestamp) -> Self {
        Self {
            message_id: format!("<{job}@{host}>"),
            date,
        }
    }
}

/// Why a mail did not leave, without anything that is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undelivered {
    /// It may later.
    Later(String),
    /// It never will.
    Never(String),
}

/// Where mails go.
#[derive(Clone)]
pub enum Transport {
    /// To the operator's server.
    Smtp(smtp::Smtp),
    /// Into memory: only in `consentry dev` and in tests.
    Mailbox(mailbox::Mailbox),
}

impl Transport {
    /// Hands one mail over.
    ///
    /// # Errors
    /// [`Undelivered`]; then it may have arrived all the same, as where the answer was lost.
    pub async fn deliver(&self, mail: &Mail, stamp: &Stamp) -> Result<(), Undelivered> {
        match self {
            Self::Smtp(smtp) => smtp.deliver(mail, stamp).await,
            Self::Mailbox(mailbox) => mailbox.deliver(mail, stamp),
        }
    }
}

/// `Auto-Submitted` (RFC 3834 §5): no holiday answer, please.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// The mail as it goes over the wire: plain text and HTML, of which the reader's program picks one.
fn message(mail: &Mail, from: Party, stamp: &Stamp) -> Result<Message, Undelivered> {
    let Ok(to) = mail.to.parse::<Address>() else {
        return Err(Undelivered::Never("its recipient is no address".to_owned()));
    };
    Message::builder()
        .from(from)
        .to(Party::new(None, to))
        .subject(&mail.subject)
        .date(SystemTime::from(stamp.date))
        .message_id(Some(stamp.message_id.clone()))
        .header(AutoSubmitted)
        .multipart(MultiPart::alternative_plain_html(
            mail.text.clone(),
            mail.html.clone(),
        ))
        .map_err(|error| Undelivered::Never(format!("it cannot be written: {error}")))
}

/// The links in a text, in its order.
#[must_use]
pub fn links(text: &str) -> Vec<String> {
    text.split(|c: char| c.is_whitespace() || "<>\"".contains(c))
        .filter(|word| word.starts_with("http://") || word.starts_with("https://"))
        .map(|link| {
            link.trim_end_matches(['.', ',', ';', ':', ')', '!', '?'])
                .to_owned()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::clock::Clock;

    fn written(mail: &Mail) -> Result<String, Undelivered> {
        let now = Clock::system().now();
        let stamp = Stamp::new(JobId::generate(now), "id.example.com", now);
        let from = "Acme <no-reply@acme.example>".parse().unwrap();
        let bytes = message(mail, from, &stamp)?.formatted();
        Ok(String::from_utf8(bytes).unwrap())
    }

    fn mail(to: &str, subject: &str) -> Mail {
        Mail {
            to: to.to_owned(),
            subject: subject.to_owned(),
            text: "Hello.".to_owned(),
            html: "<p>Hello.</p>".to_owned(),
        }
    }

    #[test]
    fn no_text_of_a_person_begins_a_header() {
        for hostile in [
            "Hi\r\nBcc: eve@evil.example",
            "Hi\nBcc: eve@evil.example",
            "Hi\rBcc: eve@evil.example",
            "Hi\r\n\r\n<script>",
            "Hi\u{2028}Bcc: eve@evil.example",
        ] {
            let text = written(&mail("bob@b.example", hostile)).unwrap();
            let (head, _) = text.split_once("\r\n\r\n").unwrap();
            let names: Vec<_> = head
                .split("\r\n")
                .filter(|line| !line.starts_with([' ', '\t']))
                .map(|line| line.split(':').next().unwrap())
                .collect();
            assert!(!names.contains(&"Bcc"), "{head}");
            assert!(!head.replace("\r\n", "").contains(['\r', '\n']), "{head:?}");
            let undelivered = written(&mail(&format!("bob@b.example{}", &hostile[2..]), "Hi"));
            assert!(
                matches!(undelivered, Err(Undelivered::Never(_))),
                "{undelivered:?}"
            );
        }
    }

    #[test]
    fn links_are_found_as_they_stand() {
        let text = "Open https://id.example/verify?token=a_b-c\n(or http://127.0.0.1:1/x), not ftp://y.";
        assert_eq!(
            links(text),
            ["https://id.example/verify?token=a_b-c", "http://127.0.0.1:1/x"]
        );
    }
}
