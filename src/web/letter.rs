//! What mails look like: one form for all of them, as plain text and as HTML.
//!
//! # Decisions
//! * A link is made from the issuer and a path, never from a whole address: no header of a request and no text of a person can
//!   lead the reader elsewhere (UE-06).
//! * Styles stand in the tags and colours of the dark in one rule: programs for mail know little more. No pictures: they would
//!   tell when a mail was read, and are not shown until somebody allows them.
//! * Whoever signs up chooses a name and an address, which may be somebody else's. So a name that could pass for a link is not
//!   greeted: a mail of ours must not carry somebody else's advertisement.

use askama::Template;

use crate::{
    platform::{
        config::{Branding, Issuer},
        mail::Mail,
    },
    web::{phrase::Phrase, words},
};

/// What a mail says. Its texts come from `web::words`.
#[derive(Clone, Debug, Default)]
pub struct Letter {
    /// What it is about; also a good subject.
    pub heading: Phrase,
    /// Who is greeted, if their name is known.
    pub name: Option<String>,
    /// What there is to say before the link.
    pub paragraphs: Vec<Phrase>,
    /// What can be done about it.
    pub link: Option<Link>,
    /// After the link: how long it is good for, and what to do if it was not the reader who asked.
    pub after: Vec<Phrase>,
}

/// The one thing that a mail asks its reader to do.
#[derive(Clone, Debug)]
pub struct Link {
    label: String,
    url: String,
}

impl Link {
    /// To a path of this server, with its query.
    #[must_use]
    pub fn new(label: impl Into<String>, issuer: &Issuer, path: &str) -> Self {
        Self {
            label: label.into(),
            url: issuer.url(path),
        }
    }
}

#[derive(Template)]
#[template(path = "mail/letter.html")]
struct Html<'a> {
    letter: &'a Letter,
    branding: &'a Branding,
    words: &'static words::Letter,
    greeting: Phrase,
}

impl Html<'_> {
    fn title(&self) -> String {
        format!(
            "{} \u{2013} {}",
            self.letter.heading.plain(),
            self.branding.product_name
        )
    }

    fn footer(&self) -> String {
        (self.words.footer)(&self.branding.product_name)
    }
}

impl Letter {
    /// The mail to this address, in the language of these words.
    #[must_use]
    pub fn to_mail(
        &self,
        to: &str,
        subject: &str,
        branding: &Branding,
        words: &'static words::Letter,
    ) -> Mail {
        let page = self.html(branding, words);
        let html = page.render().unwrap_or_else(|error| {
            // A mail that is only text can be read by everybody.
            tracing::error!(%error, "a mail could not be written as HTML");
            String::new()
        });
        Mail {
            to: to.to_owned(),
            subject: one_line(subject),
            text: self.text(&page),
            html,
        }
    }

    fn html<'a>(&'a self, branding: &'a Branding, words: &'static words::Letter) -> Html<'a> {
        let name = self.name.as_deref().filter(|name| may_be_greeted(name));
        Html {
            letter: self,
            branding,
            words,
            greeting: (words.greeting)(name),
        }
    }

    fn text(&self, page: &Html<'_>) -> String {
        let plain = |phrase: &Phrase| one_line(&phrase.plain());
        let mut parts = vec![
            page.branding.product_name.clone(),
            plain(&self.heading),
            plain(&page.greeting),
        ];
        parts.extend(self.paragraphs.iter().map(plain));
        if let Some(link) = &self.link {
            parts.push(format!("{}:\n{}", link.label, link.url));
        }
        parts.extend(self.after.iter().map(plain));
        // The separator of a signature, so that programs fold what follows.
        parts.push(format!("-- \n{}", page.footer()));
        parts.join("\n\n") + "\n"
    }
}

/// No name of a person makes paragraphs of its own.
fn one_line(text: &str) -> String {
    let broken = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    let words: Vec<_> = text
        .split(|c| broken(c) || c == ' ')
        .filter(|it| !it.is_empty())
        .collect();
    words.join(" ")
}

/// A name that others chose, if it may stand in a mail: programs for mail turn whatever looks like an address into a link.
#[must_use]
pub fn harmless(name: &str) -> Option<&str> {
    may_be_greeted(name).then_some(name)
}

fn may_be_greeted(name: &str) -> bool {
    let mut inside = name.trim().chars().collect::<Vec<_>>();
    // A dot at the end, or before a blank, is that of an initial.
    inside.push(' ');
    let is_dotted = { inside.windows(2) }.any(|pair| pair[0] == '.' && !pair[1].is_whitespace());
    !name.trim().is_empty() && !is_dotted && !name.contains(['/', '@', ':', '\\'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        platform::config::Colour,
        web::{sample, words::ENGLISH},
    };

    fn branding() -> Branding {
        Branding {
            product_name: "Northwind".to_owned(),
            logo: None,
            accent: Colour(0x1d, 0x4f, 0xd7),
            accent_dark: Colour(0x8f, 0xb0, 0xff),
            help_url: None,
        }
    }

    fn letter(name: &str) -> Letter {
        let issuer = Issuer::parse("https://id.northwind.example").unwrap();
        Letter {
            heading: Phrase::new("Join ").name(name),
            name: Some(name.to_owned()),
            paragraphs: vec![Phrase::of(name).text(" invites you.")],
            link: Some(Link::new("See the invitation", &issuer, "/invite?token=a&x=b")),
            after: vec![Phrase::new("The link is good for 7 days.")],
        }
    }

    #[test]
    fn every_state_is_a_good_letter() {
        static WORDS: &[&words::Letter] = &[ENGLISH.letter, words::GERMAN_LETTER];
        let branding: &'static Branding = Box::leak(Box::new(branding()));
        sample::check_letters(|name| {
            // Not every name is greeted, and who is not has no tag of their own.
            let whole: &'static Letter = Box::leak(Box::new(Letter {
                name: Some("Mara".to_owned()),
                ..letter(name)
            }));
            let bare: &'static Letter = Box::leak(Box::new(Letter {
                heading: Phrase::new("Your password was changed"),
                ..Letter::default()
            }));
            let pages = WORDS
                .iter()
                .flat_map(|words| [whole, bare].map(|letter| letter.html(branding, words)));
            pages.map(|page| ("letter", page)).collect()
        });
    }

    #[test]
    fn the_text_says_all_that_the_html_says() {
        let mail = letter("Mara").to_mail("bob@b.example", "Join\r\nMara", &branding(), ENGLISH.letter);
        assert_eq!(mail.subject, "Join Mara");
        assert_eq!(
            mail.text,
            "Northwind\n\nJoin Mara\n\nHello Mara,\n\nMara invites you.\n\nSee the invitation:\n\
             https://id.northwind.example/invite?token=a&x=b\n\nThe link is good for 7 days.\n\n\
             -- \nNorthwind sent this mail by itself. Nobody reads answers to it.\n"
        );
        assert!(
            mail.html
                .contains("href=\"https://id.northwind.example/invite?token=a&#38;x=b\"")
        );
    }

    #[test]
    fn a_name_that_could_pass_for_a_link_is_not_greeted() {
        for hostile in [
            "Win at https://evil.example",
            "evil.example",
            "mail eve@evil.example",
            "www.evil.example/x",
            "",
            " ",
        ] {
            let mail = letter(hostile).to_mail("bob@b.example", "Hi", &branding(), ENGLISH.letter);
            assert!(mail.text.contains("\n\nHello,\n\n"), "{hostile}: {}", mail.text);
        }
        for good in [
            "Mara",
            "J. R. Ewing",
            "M\u{fc}ller-L\u{fc}denscheidt",
            "O'Neill Jr.",
        ] {
            let mail = letter(good).to_mail("bob@b.example", "Hi", &branding(), ENGLISH.letter);
            assert!(mail.text.contains(&format!("Hello {good},")), "{}", mail.text);
        }
    }

    #[test]
    fn a_name_makes_no_paragraph_of_its_own() {
        let mail = letter("Mara\r\n\r\nPay here").to_mail("bob@b.example", "Hi", &branding(), ENGLISH.letter);
        assert!(!mail.text.contains("\n\nPay here"), "{}", mail.text);
    }
}
