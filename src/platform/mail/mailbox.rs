//! A mailbox in memory, for `consentry dev` and tests: mails end here and go no further.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use lettre::message::Mailbox as Party;

use super::{Mail, Stamp, Undelivered, links, message};
use crate::platform::clock::Timestamp;

/// Mails kept. Somebody who lets `dev` run for weeks does not want them all.
const MOST: usize = 200;

/// A mail that arrived.
#[derive(Clone, Debug)]
pub struct Letter {
    /// When it was written.
    pub at: Timestamp,
    /// The same at every attempt.
    pub message_id: String,
    /// What it says.
    pub mail: Mail,
}

impl Letter {
    /// The links in its plain text.
    #[must_use]
    pub fn links(&self) -> Vec<String> {
        links(&self.mail.text)
    }
}

/// The newest mails. Clones share them.
#[derive(Clone, Default)]
pub struct Mailbox(Arc<Mutex<VecDeque<Letter>>>);

impl Mailbox {
    /// What is in it, newest first.
    #[must_use]
    pub fn letters(&self) -> Vec<Letter> {
        let letters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        letters.iter().cloned().collect()
    }

    /// Puts a mail in, and says so in the log: there is no other place where a developer would look.
    pub(super) fn deliver(&self, mail: &Mail, stamp: &Stamp) -> Result<(), Undelivered> {
        let from: Party = "no-reply@localhost"
            .parse()
            .map_err(|_| Undelivered::Never("its sender is no address".to_owned()))?;
        // What no server would take is not taken here either.
        message(mail, from, stamp)?;
        let letter = Letter {
            at: stamp.date,
            message_id: stamp.message_id.clone(),
            mail: mail.clone(),
        };
        tracing::info!(to = mail.to, subject = mail.subject, links = ?letter.links(), "mail");
        let mut letters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        letters.push_front(letter);
        letters.truncate(MOST);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::{clock::Clock, id::JobId};

    #[test]
    fn the_newest_comes_first_and_the_oldest_goes() {
        let mailbox = Mailbox::default();
        let now = Clock::system().now();
        for number in 0..MOST + 5 {
            let mail = Mail {
                to: "bob@b.example".to_owned(),
                subject: number.to_string(),
                text: String::new(),
                html: String::new(),
            };
            mailbox
                .deliver(&mail, &Stamp::new(JobId::generate(now), "localhost", now))
                .unwrap();
        }
        let letters = mailbox.letters();
        assert_eq!(letters.len(), MOST);
        assert_eq!(letters[0].mail.subject, (MOST + 4).to_string());
        assert_eq!(letters[MOST - 1].mail.subject, "5");
    }
}
