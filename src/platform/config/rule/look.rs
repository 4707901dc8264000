//! What pages look like: pictures, colours, the address of help.

use url::Url;

use super::super::Colour;
use super::{Rule, quoted};

/// An SVG document, or nothing.
pub(in super::super) struct Svg;

/// A colour that can be read on these backgrounds.
pub(in super::super) struct ReadableOn(pub(in super::super) &'static [Colour]);

/// Where a person gets help, or nothing.
pub(in super::super) struct HelpAddress;

/// The largest picture, in bytes: every page shows it.
const LARGEST_PICTURE: usize = 64 * 1024;

/// WCAG 2.2, 1.4.3: what text needs.
const READABLE: f64 = 4.5;

impl Rule for Svg {
    type Value = Option<String>;

    fn kind(&self) -> String {
        "an SVG document of at most 64 kB, best by branding.logo_file; empty for none".into()
    }

    fn read(&self, text: &str) -> Result<Option<String>, String> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        if text.len() > LARGEST_PICTURE {
            return Err(format!("has {} bytes, more than 64 kB", text.len()));
        }
        let is_svg = (text.starts_with("<?xml") || text.starts_with("<!--") || text.starts_with("<svg"))
            && text.contains("<svg")
            && text.ends_with("</svg>");
        if !is_svg {
            return Err(format!("is {}, not an SVG document", quoted(text)));
        }
        Ok(Some(text.to_owned()))
    }
}

impl Rule for ReadableOn {
    type Value = Colour;

    fn kind(&self) -> String {
        "a colour as #rrggbb that text can have on the pages (a contrast of 4.5 or more, WCAG 1.4.3)".into()
    }

    fn read(&self, text: &str) -> Result<Colour, String> {
        let colour = Colour::parse(text).ok_or_else(|| format!("is {}, not a colour", quoted(text)))?;
        let least = { self.0.iter() }
            .map(|background| colour.contrast(*background))
            .fold(f64::INFINITY, f64::min);
        if least < READABLE {
            let least = (least * 10.0).floor() / 10.0;
            return Err(format!("is {text}, whose contrast with the pages is {least:.1}"));
        }
        Ok(colour)
    }
}

impl Rule for HelpAddress {
    type Value = Option<String>;

    fn kind(&self) -> String {
        "an https or mailto address; empty for none".into()
    }

    fn read(&self, text: &str) -> Result<Option<String>, String> {
        if text.is_empty() {
            return Ok(None);
        }
        let url = Url::parse(text)
            .ok()
            .filter(|_| text.bytes().all(|byte| byte.is_ascii_graphic()));
        match url.as_ref().map(Url::scheme) {
            Some("https" | "mailto") => Ok(Some(text.to_owned())),
            _ => Err(format!("is {}, neither https nor mailto", quoted(text))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHITE: Colour = Colour(255, 255, 255);

    #[test]
    fn a_colour_that_cannot_be_read_is_refused_with_its_contrast() {
        let rule = ReadableOn(&[WHITE]);
        assert_eq!(rule.read("#1d4fd7"), Ok(Colour(0x1d, 0x4f, 0xd7)));
        let pale = rule.read("#ffcc00").unwrap_err();
        assert!(pale.contains("contrast with the pages is 1.5"), "{pale}");
        for text in [
            "",
            "red",
            "#12345",
            "#1234567",
            "1d4fd70",
            "#1d4fdg",
            "#\u{e9}0000",
        ] {
            assert!(rule.read(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_picture_is_svg_and_small() {
        assert_eq!(Svg.read(" "), Ok(None));
        let picture = "<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>";
        assert_eq!(Svg.read(&format!("{picture}\n")), Ok(Some(picture.to_owned())));
        for text in ["x", "<html></html>", "<svg>", "\u{89}PNG"] {
            assert!(Svg.read(text).is_err(), "{text:?}");
        }
        let large = format!("<svg>{}</svg>", " ".repeat(LARGEST_PICTURE));
        assert!(Svg.read(&large).unwrap_err().contains("64 kB"));
    }

    #[test]
    fn help_is_a_page_or_a_mailbox() {
        assert_eq!(HelpAddress.read(""), Ok(None));
        for ok in ["https://help.example.com/", "mailto:help@example.com"] {
            assert_eq!(HelpAddress.read(ok), Ok(Some(ok.to_owned())));
        }
        for text in [
            "javascript:alert(1)",
            "http://help.example.com",
            "help.example.com",
            "https://a b",
        ] {
            assert!(HelpAddress.read(text).is_err(), "{text:?}");
        }
    }
}
