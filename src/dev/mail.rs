//! The mailbox of `consentry dev`: `/dev/mail` for people, `/dev/mail.json` for programs.

use actix_web::{
    HttpResponse, Responder,
    http::header::CACHE_CONTROL,
    web::{Data, Json, ServiceConfig},
};
use askama::Template;
use serde::Serialize;

use crate::{
    platform::{
        Platform,
        clock::Timestamp,
        mail::{
            self,
            mailbox::{Letter, Mailbox},
        },
    },
    web::{
        language::Language,
        layout::Layout,
        methods::read_only,
        observe::Manners,
        page::Page,
        phrase::Phrase,
        words::{self, ENGLISH, date},
    },
};

/// The routes, over this mailbox.
pub fn routes(config: &mut ServiceConfig, mailbox: &Mailbox) {
    config
        .app_data(Data::new(mailbox.clone()))
        .service(read_only("/dev/mail", page))
        .service(read_only("/dev/mail.json", json));
}

/// A mail, for programs.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    to: String,
    subject: String,
    text: String,
    links: Vec<String>,
    at: Timestamp,
    message_id: String,
}

async fn json(mailbox: Data<Mailbox>) -> impl Responder {
    let items: Vec<Item> = mailbox
        .letters()
        .into_iter()
        .map(|letter| Item {
            links: letter.links(),
            to: letter.mail.to,
            subject: letter.mail.subject,
            text: letter.mail.text,
            at: letter.at,
            message_id: letter.message_id,
        })
        .collect();
    // They hold links that let their reader in.
    Json(items).customize().insert_header((CACHE_CONTROL, "no-store"))
}

#[derive(Template)]
#[template(path = "dev/mail.html")]
struct MailPage<'a> {
    layout: Layout<'a>,
    words: &'static words::DevMail,
    letters: Vec<Shown>,
    is_elsewhere: bool,
}

/// A mail, for people: paragraphs of lines of pieces.
struct Shown {
    to: Phrase,
    subject: Phrase,
    at: Phrase,
    paragraphs: Vec<Vec<Vec<Piece>>>,
}

enum Piece {
    Text(Phrase),
    Link(String, Phrase),
}

impl Shown {
    fn of(letter: &Letter) -> Self {
        let text = letter.mail.text.replace("\r\n", "\n");
        let paragraphs = text
            .split("\n\n")
            .filter(|paragraph| !paragraph.trim().is_empty());
        Self {
            to: Phrase::of(&letter.mail.to),
            subject: Phrase::of(&letter.mail.subject),
            at: Phrase::default().time(letter.at, date::ENGLISH.minute),
            paragraphs: paragraphs
                .map(|paragraph| paragraph.trim().lines().map(pieces).collect())
                .collect(),
        }
    }
}

/// A line, cut at its links.
fn pieces(line: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = line;
    for link in mail::links(line) {
        let Some((before, after)) = rest.split_once(&link) else {
            continue;
        };
        if !before.is_empty() {
            pieces.push(Piece::Text(Phrase::of(before)));
        }
        pieces.push(Piece::Link(link.clone(), Phrase::of(&link)));
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(Phrase::of(rest)));
    }
    pieces
}

async fn page(platform: Data<Platform>, manners: Data<Manners>, mailbox: Data<Mailbox>) -> HttpResponse {
    let page = MailPage {
        layout: Layout::of(&manners, Language::English),
        words: ENGLISH.dev_mail,
        letters: mailbox.letters().iter().map(Shown::of).collect(),
        is_elsewhere: platform.config.mail.smtp.is_some(),
    };
    Page::new(page).respond()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{platform::mail::Mail, web::sample};

    fn samples(name: &'static str, _: Language) -> Vec<(&'static str, MailPage<'static>)> {
        let letter = Letter {
            at: Timestamp::from_timestamp(1_777_818_720, 0).unwrap(),
            message_id: "<a@b>".to_owned(),
            mail: Mail {
                to: "mara@northwind.example".to_owned(),
                subject: format!("Join {name}"),
                text: format!(
                    "Northwind\n\n{name}\n\nSee it:\nhttps://id.example/invite?token=a&b=c\n\nOr http://127.0.0.1:1/x, here."
                ),
                html: String::new(),
            },
        };
        let page = |letters: &[Letter], is_elsewhere| MailPage {
            layout: sample::layout(Language::English),
            words: ENGLISH.dev_mail,
            letters: letters.iter().map(Shown::of).collect(),
            is_elsewhere,
        };
        vec![
            ("empty", page(&[], false)),
            ("letters", page(&[letter.clone(), letter], false)),
            ("elsewhere", page(&[], true)),
        ]
    }

    #[test]
    fn every_state_is_a_good_page() {
        sample::check(samples);
    }

    #[test]
    fn a_line_is_cut_at_its_links_and_nothing_is_lost() {
        let line = "Open https://a.example/x, or https://a.example/xy.";
        let mut links = 0;
        let whole: String = pieces(line)
            .into_iter()
            .map(|piece| match piece {
                Piece::Text(text) => text.plain(),
                Piece::Link(href, text) => {
                    links += 1;
                    assert_eq!(href, text.plain());
                    href
                }
            })
            .collect();
        assert_eq!((whole.as_str(), links), (line, 2));
    }
}
