//! What makes the pages the operator's: logo, colours, the address of help.
//!
//! The strict policy has no place for styles inside a page, so the colours are a stylesheet of their own, over the tokens of
//! `static/app.css`.

use std::sync::Arc;

use actix_web::{
    HttpRequest, HttpResponse,
    web::{self, Data},
};

use crate::{
    platform::config::{Branding as Chosen, Colour},
    web::{
        assets::{self, fingerprint},
        methods::read_only,
        observe::Manners,
    },
};

/// The mark in a browser's tab where the operator has no logo.
static MARK: &[u8] = include_bytes!("../../static/mark.svg");

/// The accent that `static/app.css` has, in light and dark.
pub const OWN_ACCENT: (Colour, Colour) = (Colour(0x1d, 0x4f, 0xd7), Colour(0x8f, 0xb0, 0xff));

/// A file that pages refer to.
#[derive(Clone, Debug)]
struct File {
    href: String,
    content: Arc<[u8]>,
    media_type: &'static str,
}

impl File {
    fn new(name: &str, extension: &str, media_type: &'static str, content: &[u8]) -> Self {
        Self {
            href: format!("/static/{name}.{}.{extension}", fingerprint(content)),
            content: content.into(),
            media_type,
        }
    }
}

/// The operator's look.
#[derive(Clone, Debug)]
pub struct Branding {
    mark: File,
    logo: Option<File>,
    theme: Option<File>,
    help_url: Option<String>,
}

impl Branding {
    /// Puts together what the operator chose.
    #[must_use]
    pub fn new(chosen: &Chosen) -> Self {
        let logo = chosen.logo.as_deref().map(str::as_bytes);
        let accent = (chosen.accent, chosen.accent_dark);
        Self {
            mark: File::new("mark", "svg", "image/svg+xml", logo.unwrap_or(MARK)),
            logo: logo.map(|logo| File::new("logo", "svg", "image/svg+xml", logo)),
            theme: (accent != OWN_ACCENT).then(|| {
                File::new(
                    "theme",
                    "css",
                    "text/css; charset=utf-8",
                    theme(accent).as_bytes(),
                )
            }),
            help_url: chosen.help_url.clone(),
        }
    }

    /// No look of anybody's own.
    #[cfg(test)]
    pub(crate) fn none() -> Self {
        let (accent, accent_dark) = OWN_ACCENT;
        Self::new(&Chosen {
            product_name: String::new(),
            logo: None,
            accent,
            accent_dark,
            help_url: None,
        })
    }

    /// The address of the picture for a browser's tab.
    #[must_use]
    pub fn mark_href(&self) -> &str {
        &self.mark.href
    }

    /// The address of the operator's logo.
    #[must_use]
    pub fn logo_href(&self) -> Option<&str> {
        self.logo.as_ref().map(|file| file.href.as_str())
    }

    /// The address of the operator's colours.
    #[must_use]
    pub fn theme_href(&self) -> Option<&str> {
        self.theme.as_ref().map(|file| file.href.as_str())
    }

    /// Where a person gets help: an https or mailto address.
    #[must_use]
    pub fn help_url(&self) -> Option<&str> {
        self.help_url.as_deref()
    }

    /// Serves the files.
    pub fn configure(&self, config: &mut web::ServiceConfig) {
        for file in [Some(&self.mark), self.logo.as_ref(), self.theme.as_ref()]
            .into_iter()
            .flatten()
        {
            config.service(read_only(&file.href, serve));
        }
    }
}

/// The colours over the tokens. Text on the accent needs no choice: an accent that can be read on the pages can have their
/// background as text on it.
fn theme((light, dark): (Colour, Colour)) -> String {
    format!(
        ":root{{--accent:light-dark({light},{dark});--accent-soft:color-mix(in srgb,var(--accent) 12%,var(--surface))}}\n"
    )
}

async fn serve(req: HttpRequest, manners: Data<Manners>) -> HttpResponse {
    let branding = &manners.branding;
    let files = [
        Some(&branding.mark),
        branding.logo.as_ref(),
        branding.theme.as_ref(),
    ];
    match files.into_iter().flatten().find(|file| file.href == req.path()) {
        Some(file) => assets::answer(&req, file.media_type, &file.content),
        None => HttpResponse::NotFound().finish(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The stylesheet is not read by the loader, so this keeps the two together.
    #[test]
    fn the_default_accent_is_the_stylesheets_own() {
        let stylesheet = include_str!("../../static/app.css");
        let (light, dark) = OWN_ACCENT;
        assert!(stylesheet.contains(&format!("--accent:light-dark({light},{dark})")));
        let reference = crate::platform::config::reference();
        let default = |key| reference.iter().find(|row| row.key == key).unwrap().default;
        assert_eq!(Colour::parse(default("branding.accent")), Some(light));
        assert_eq!(Colour::parse(default("branding.accent_dark")), Some(dark));
    }
}
