//! The fields of a registration, each by itself.

use std::fmt;

use url::Url;

use crate::{
    oauth::client::{
        metadata::{BadMetadata, Lifetime},
        registration::Kind,
    },
    platform::config::Config,
    wire::{grant_type::GrantType, redirect_uri::RedirectUri, scope::Scope},
};

/// Longest name, in characters.
const LONGEST_NAME: usize = 100;

/// Longest home page address, in bytes.
const LONGEST_URI: usize = 500;

/// Most redirect URIs of one client.
const MOST_REDIRECT_URIS: usize = 50;

pub(super) fn stored(grant_types: &[GrantType]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for grant_type in GrantType::ALL
        .into_iter()
        .filter(|known| grant_types.contains(known))
    {
        names.push(grant_type.to_string());
    }
    names
}

/// Consent pages show it, so it must not be able to look like something else: no control character, and none of those
/// that turn the direction of what follows.
pub(super) fn name(text: &str) -> Result<String, BadMetadata> {
    let text = text.trim();
    let turns = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    let length = text.chars().count();
    if length == 0 || length > LONGEST_NAME || text.chars().any(|c| c.is_control() || turns(c)) {
        return Err(BadMetadata::client(format!(
            "client_name has 1 to {LONGEST_NAME} visible characters"
        )));
    }
    Ok(text.to_owned())
}

pub(super) fn home_page(text: &str) -> Result<Option<String>, BadMetadata> {
    if text.is_empty() {
        return Ok(None);
    }
    let good = text.len() <= LONGEST_URI
        && !text.contains(|c: char| c.is_control() || c.is_whitespace())
        && Url::parse(text).is_ok_and(|url| {
            matches!(url.scheme(), "https" | "http")
                && url.has_host()
                && url.username().is_empty()
                && url.password().is_none()
        });
    if good {
        Ok(Some(text.to_owned()))
    } else {
        Err(
            BadMetadata::client("client_uri is the address of a web page, at most 500 characters")
                .fix("write it in full, as in https://app.example"),
        )
    }
}

pub(super) fn redirect_uris(given: &[String], kind: Kind) -> Result<Vec<String>, BadMetadata> {
    let mut uris: Vec<String> = Vec::new();
    for text in given {
        let uri = RedirectUri::parse_registrable(text, kind.for_redirects()).map_err(|rule| {
            let refused = BadMetadata::redirect_uri(format!("{rule}: {}", Quoted(text)));
            match rule.corrected() {
                Some(corrected) => refused.fix(format!("register {corrected}")),
                None => refused,
            }
        })?;
        if !uris.iter().any(|known| known == uri.as_str()) {
            uris.push(uri.to_string());
        }
    }
    if uris.len() > MOST_REDIRECT_URIS {
        return Err(BadMetadata::redirect_uri(format!(
            "a client has at most {MOST_REDIRECT_URIS} redirect URIs"
        )));
    }
    Ok(uris)
}

pub(super) fn scope(text: &str, config: &Config) -> Result<Scope, BadMetadata> {
    let scope = Scope::parse(text).map_err(|bad| BadMetadata::client(bad.to_string()))?;
    let unknown = scope.iter().find(|name| config.scope(name).is_none());
    if let Some(unknown) = unknown {
        return Err(
            BadMetadata::client(format!("the scope `{unknown}` is not in the catalogue"))
                .fix(catalogue(config)),
        );
    }
    Ok(scope)
}

pub(super) fn catalogue(config: &Config) -> String {
    let scopes = config.resources.iter().flat_map(|resource| &resource.scopes);
    let names: Vec<_> = scopes.map(|scope| scope.name.as_str()).collect();
    if names.is_empty() {
        "the catalogue is empty: add scopes to `resources` in the configuration".to_owned()
    } else {
        format!("choose from the catalogue: {}", names.join(" "))
    }
}

pub(super) fn audiences(given: &[String], config: &Config) -> Result<Vec<String>, BadMetadata> {
    let mut audiences: Vec<String> = Vec::new();
    for audience in given {
        if config.resource(audience).is_none() {
            let known: Vec<_> = config
                .resources
                .iter()
                .map(|known| known.audience.as_str())
                .collect();
            let refused = BadMetadata::client(format!(
                "no resource of the configuration has the audience {}",
                Quoted(audience)
            ));
            return Err(if known.is_empty() {
                refused.fix("add it to `resources` in the configuration")
            } else {
                refused.fix(format!("choose from {}", known.join(" ")))
            });
        }
        if !audiences.contains(audience) {
            audiences.push(audience.clone());
        }
    }
    Ok(audiences)
}

/// What to store: so many seconds, or nothing for the default.
pub(super) fn lifetime(field: &str, given: Lifetime, most: u64) -> Result<Option<i32>, BadMetadata> {
    let seconds = match given {
        Lifetime::Default => return Ok(None),
        Lifetime::Seconds(seconds) => seconds,
    };
    i32::try_from(seconds)
        .ok()
        .filter(|_| (1..=most).contains(&seconds))
        .map(Some)
        .ok_or_else(|| BadMetadata::client(format!("{field} is 1 to {most} seconds")))
}

/// A text from outside, cut and without control characters, for a sentence.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown: String = self
            .0
            .chars()
            .take(200)
            .map(|c| if c.is_control() { '\u{fffd}' } else { c })
            .collect();
        write!(f, "`{shown}`")
    }
}
