//! The page for a link whose time is over, or that another browser began.

use actix_web::{HttpResponse, http::StatusCode};
use askama::Template;

use crate::web::{
    language::Language,
    layout::Layout,
    observe::Manners,
    page::Page,
    phrase::Phrase,
    words::{
        self,
        errors::{self, ErrorDoc},
    },
};

/// The link of a request that nobody can answer any more.
#[derive(Clone, Debug, Default)]
pub struct Stale {
    /// Why not.
    pub because: Because,
    /// Who sent the person here, as far as this browser may know it.
    pub app: Option<App>,
}

/// Why a request cannot be answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Because {
    /// There is none of that name, or another browser began it: the two look the same.
    #[default]
    Unknown,
    /// It was open for too long.
    TooOld,
    /// It was answered before: a button was pressed twice, or the page was opened again.
    Answered,
}

impl Because {
    /// What stands on the page as its code.
    const fn doc(self) -> &'static ErrorDoc {
        match self {
            Self::Unknown | Self::TooOld => &errors::REQUEST_EXPIRED,
            Self::Answered => &errors::REQUEST_ANSWERED,
        }
    }
}

/// Where a person may begin anew.
#[derive(Clone, Debug)]
pub struct App {
    /// As it calls itself.
    pub name: String,
    /// Its registered home page, and the host of it.
    pub home: Option<(String, String)>,
}

#[derive(Template)]
#[template(path = "web/stale.html")]
struct StalePage<'a> {
    layout: Layout<'a>,
    words: &'static words::Stale,
    heading: &'static str,
    why: Phrase,
    what_to_do: Phrase,
    /// The address, the words of the link and the host that it leads to.
    back: Option<(&'a str, Phrase, &'a str)>,
    doc: &'static ErrorDoc,
    request_id: &'a str,
}

impl<'a> StalePage<'a> {
    fn of(stale: &'a Stale, layout: Layout<'a>, request_id: &'a str) -> Self {
        let words = layout.language.words().stale;
        let app = stale.app.as_ref();
        let name = app.map(|app| app.name.as_str());
        Self {
            layout,
            words,
            heading: (words.heading)(stale.because),
            why: (words.why)(stale.because, name),
            what_to_do: (words.what_to_do)(stale.because, name),
            back: app.and_then(|app| {
                let (address, host) = app.home.as_ref()?;
                Some((address.as_str(), (words.back)(&app.name), host.as_str()))
            }),
            doc: stale.because.doc(),
            request_id,
        }
    }
}

/// Tells the person to start again where they came from, and leads there where that is known.
#[must_use]
pub fn page(stale: &Stale, manners: &Manners, language: Language, request_id: &str) -> HttpResponse {
    Page::new(StalePage::of(stale, Layout::of(manners, language), request_id))
        .status(StatusCode::BAD_REQUEST)
        .respond()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::sample;

    fn samples(name: &'static str, language: Language) -> Vec<(&'static str, StalePage<'static>)> {
        let page = |because, app| {
            let stale: &'static Stale = Box::leak(Box::new(Stale { because, app }));
            StalePage::of(stale, sample::layout(language), "0193ab")
        };
        let app = |home: Option<&str>| {
            Some(App {
                name: name.to_owned(),
                home: home.map(|host| (format!("https://{host}/start"), host.to_owned())),
            })
        };
        vec![
            ("unknown", page(Because::Unknown, None)),
            ("too old", page(Because::TooOld, app(Some("acme.example")))),
            ("too old, no home", page(Because::TooOld, app(None))),
            ("answered", page(Because::Answered, app(Some("acme.example")))),
            ("answered, no home", page(Because::Answered, app(None))),
        ]
    }

    #[test]
    fn every_state_is_a_good_page() {
        sample::check(samples);
    }
}
