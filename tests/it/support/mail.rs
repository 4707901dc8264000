//! The mails that a server wrote.

use serde::Deserialize;

use super::Server;

/// A mail, as `/dev/mail.json` tells it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Letter {
    pub to: String,
    pub subject: String,
    pub text: String,
    /// The links in its text, in order.
    pub links: Vec<String>,
    pub at: String,
    pub message_id: String,
}

impl Letter {
    /// The path and query of its one link to the server.
    pub fn path(&self) -> &str {
        let [link] = &self.links[..] else {
            panic!("{} links in {}", self.links.len(), self.text);
        };
        let (_, rest) = link.split_once("://").unwrap();
        &rest[rest.find('/').unwrap()..]
    }
}

impl Server {
    /// Every mail until now, newest first. What was promised is done before: nothing is waited for.
    pub async fn mail(&self) -> Vec<Letter> {
        self.app().do_what_is_due().await.unwrap();
        let answer = self.http.get(self.url("/dev/mail.json")).send().await.unwrap();
        assert_eq!(answer.status(), reqwest::StatusCode::OK);
        answer.json().await.unwrap()
    }

    /// The newest mail to this address.
    pub async fn mail_to(&self, to: &str) -> Letter {
        let letters = self.mail().await;
        let found = letters.iter().find(|letter| letter.to == to);
        found
            .unwrap_or_else(|| panic!("no mail to {to} in {letters:?}"))
            .clone()
    }
}
