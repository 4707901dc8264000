//! Redirect URIs: which may be registered, which matches, and how an answer is added
//! (RFC 6749 §3.1.2, §4.1.2; RFC 8252 §7; RFC 9700 §2.1, §4.1.3).
//!
//! A code sent to the wrong place is an account given away. So a URI is compared as text, nothing is decoded or
//! normalised on the way, and what browsers and parsers read differently cannot be registered in the first place.

use std::fmt;

use url::{Url, form_urlencoded};

use super::uri;

/// Longest redirect URI, in bytes.
const MAX_BYTES: usize = 2000;

/// Schemes that run, read or open something in the person's browser or on their machine.
const DANGEROUS_SCHEMES: [&str; 16] = [
    "about",
    "blob",
    "chrome",
    "data",
    "file",
    "filesystem",
    "ftp",
    "intent",
    "jar",
    "javascript",
    "mailto",
    "resource",
    "vbscript",
    "view-source",
    "ws",
    "wss",
];

/// Whether a client can keep a secret (RFC 6749 §2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientKind {
    /// It runs on a server and has a secret.
    Confidential,
    /// It runs on the person's device or in their browser and has none.
    Public,
}

/// A URI that may be registered, exactly as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedirectUri(String);

/// Which rule a URI breaks, and the corrected form where one is itself registrable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unregistrable {
    /// More than 2000 bytes.
    #[error("a redirect URI has at most 2000 characters")]
    TooLong,
    /// No scheme, or a web address without `//`.
    #[error("a redirect URI is absolute: it begins with a scheme, as in https://")]
    NotAbsolute(Option<String>),
    /// `javascript:`, `data:` and their like.
    #[error("this scheme runs or reads something on the person's device and is never a redirect URI")]
    DangerousScheme,
    /// A scheme that is neither https, nor http, nor a reversed domain name.
    #[error(
        "a private-use scheme is a domain name you own, reversed, as in com.example.app:/cb (RFC 8252 §7.1)"
    )]
    UnknownScheme,
    /// A `*`.
    #[error("wildcards are not supported: register every redirect URI in full")]
    Wildcard,
    /// A `#`.
    #[error("a redirect URI has no fragment (RFC 6749 §3.1.2)")]
    Fragment(Option<String>),
    /// A control, space, backslash, non-ASCII character, or a `%` without two hex digits.
    #[error("the redirect URI has a character that a URI cannot have (RFC 3986 §2)")]
    Character,
    /// A user name before the host.
    #[error("a redirect URI has no user name or password")]
    UserInfo,
    /// Upper case in scheme or host.
    #[error("write scheme and host in lower case: redirect URIs are compared character by character")]
    Case(Option<String>),
    /// No host, or one that different readers read differently.
    #[error("the host is not a plain host name or IP address")]
    Host(Option<String>),
    /// Not a number from 1 to 65535.
    #[error("the port is not a number from 1 to 65535")]
    Port,
    /// `/./` or `/../`, also percent-encoded.
    #[error("the path has . or .. segments, which browsers resolve before they follow it")]
    DotSegment(Option<String>),
    /// http to another machine: the code would travel in clear.
    #[error("http is for 127.0.0.1, [::1] and localhost only; use https")]
    PlainHttp(Option<String>),
    /// A private-use scheme for a client with a secret.
    #[error(
        "a private-use scheme is for public clients: a client with a secret runs on a server and has an https address"
    )]
    PrivateUseConfidential,
    /// Something other than one slash after a private-use scheme.
    #[error("after a private-use scheme comes exactly one slash (RFC 8252 §7.1)")]
    PrivateUseSlash(Option<String>),
}

impl Unregistrable {
    /// A form of the same URI that may be registered, where there is an obvious one.
    #[must_use]
    pub fn corrected(&self) -> Option<&str> {
        match self {
            Self::NotAbsolute(corrected)
            | Self::Fragment(corrected)
            | Self::Case(corrected)
            | Self::Host(corrected)
            | Self::DotSegment(corrected)
            | Self::PlainHttp(corrected)
            | Self::PrivateUseSlash(corrected) => corrected.as_deref(),
            Self::TooLong
            | Self::DangerousScheme
            | Self::UnknownScheme
            | Self::Wildcard
            | Self::Character
            | Self::UserInfo
            | Self::Port
            | Self::PrivateUseConfidential => None,
        }
    }
}

impl RedirectUri {
    /// Reads a URI that somebody wants to register for a client of this kind.
    pub fn parse_registrable(text: &str, client_kind: ClientKind) -> Result<Self, Unregistrable> {
        let first = Reading {
            client_kind,
            mends_left: MOST_MENDS,
        };
        Self::read(text, first)
    }

    fn read(text: &str, reading: Reading) -> Result<Self, Unregistrable> {
        if text.len() > MAX_BYTES {
            return Err(Unregistrable::TooLong);
        }
        let (scheme, rest) = uri::split_scheme(text).ok_or(Unregistrable::NotAbsolute(None))?;
        if DANGEROUS_SCHEMES
            .iter()
            .any(|dangerous| scheme.eq_ignore_ascii_case(dangerous))
        {
            return Err(Unregistrable::DangerousScheme);
        }
        if text.contains('*') {
            return Err(Unregistrable::Wildcard);
        }
        if let Some((before, _)) = text.split_once('#') {
            return Err(Unregistrable::Fragment(repaired(before, reading)));
        }
        if !uri::has_only_uri_characters(text) {
            return Err(Unregistrable::Character);
        }
        if scheme.bytes().any(|byte| byte.is_ascii_uppercase()) {
            let lower = format!("{}:{rest}", scheme.to_ascii_lowercase());
            return Err(Unregistrable::Case(repaired(&lower, reading)));
        }
        if scheme == "https" || scheme == "http" {
            check_web(scheme, rest, reading)?;
        } else {
            check_private_use(scheme, rest, reading)?;
        }
        Ok(Self(text.to_owned()))
    }

    /// The URI as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RedirectUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How often a refused URI is mended, at most, on the way to a proposal. A person's slip needs one or two; what needs more was
/// written by nobody. Without a bound a URI that a browser keeps writing in a form that we refuse (`com.a:/.//b`) would be
/// mended forever.
const MOST_MENDS: u8 = 8;

/// For whom a URI is read, and how often it may yet be mended.
#[derive(Clone, Copy)]
struct Reading {
    client_kind: ClientKind,
    mends_left: u8,
}

/// The candidate, mended further where need be, if that ends in something registrable.
fn repaired(candidate: &str, reading: Reading) -> Option<String> {
    let mends_left = reading.mends_left.checked_sub(1)?;
    match RedirectUri::read(
        candidate,
        Reading {
            mends_left,
            ..reading
        },
    ) {
        Ok(good) => Some(good.0),
        Err(fault) => fault.corrected().map(str::to_owned),
    }
}

fn check_web(scheme: &str, rest: &str, reading: Reading) -> Result<(), Unregistrable> {
    let mended = |candidate: String| repaired(&candidate, reading);
    if !rest.starts_with("//") {
        let slashed = (!rest.is_empty()).then(|| format!("{scheme}://{}", rest.trim_start_matches('/')));
        return Err(Unregistrable::NotAbsolute(slashed.and_then(mended)));
    }
    let (authority, tail) = uri::split_authority(rest).ok_or(Unregistrable::Host(None))?;
    if authority.has_user_info {
        return Err(Unregistrable::UserInfo);
    }
    let host = authority.host;
    let colon_port = authority.port.map(|port| format!(":{port}")).unwrap_or_default();
    if host.bytes().any(|byte| byte.is_ascii_uppercase()) {
        let lower = format!("{scheme}://{}{colon_port}{tail}", host.to_ascii_lowercase());
        return Err(Unregistrable::Case(mended(lower)));
    }
    if let Some(stem) = host.strip_suffix('.') {
        return Err(Unregistrable::Host(mended(format!(
            "{scheme}://{stem}{colon_port}{tail}"
        ))));
    }
    if !uri::is_plain_host(host) && !uri::is_ipv6_literal(host) {
        return Err(Unregistrable::Host(None));
    }
    if authority.port.is_some_and(|port| !uri::is_port(port)) {
        return Err(Unregistrable::Port);
    }
    // What a browser makes of it must be what we read: `127.1` and `0x7f.1` are 127.0.0.1 to a browser.
    let browser = Url::parse(&format!("{scheme}:{rest}")).map_err(|_| Unregistrable::Host(None))?;
    if browser.host_str() != Some(host) {
        return Err(Unregistrable::Host(mended(browser.into())));
    }
    check_path(tail, &browser, reading)?;
    if scheme == "http" && !matches!(host, "127.0.0.1" | "[::1]" | "localhost") {
        let port = if authority.port == Some("80") {
            ""
        } else {
            &colon_port
        };
        return Err(Unregistrable::PlainHttp(mended(format!(
            "https://{host}{port}{tail}"
        ))));
    }
    Ok(())
}

fn check_private_use(scheme: &str, rest: &str, reading: Reading) -> Result<(), Unregistrable> {
    if !is_private_use(scheme) {
        return Err(Unregistrable::UnknownScheme);
    }
    if reading.client_kind == ClientKind::Confidential {
        return Err(Unregistrable::PrivateUseConfidential);
    }
    // With `//` the first segment would be a host that nobody owns.
    if !rest.starts_with('/') || rest.starts_with("//") {
        let one_slash = format!("{scheme}:/{}", rest.trim_start_matches('/'));
        return Err(Unregistrable::PrivateUseSlash(repaired(&one_slash, reading)));
    }
    let browser = Url::parse(&format!("{scheme}:{rest}")).map_err(|_| Unregistrable::Character)?;
    check_path(rest, &browser, reading)
}

/// Refuses a path that a browser would change, and brackets, which belong to hosts only.
fn check_path(path_and_query: &str, browser: &Url, reading: Reading) -> Result<(), Unregistrable> {
    if path_and_query.contains(['[', ']']) {
        return Err(Unregistrable::Character);
    }
    let path = path_and_query.split('?').next().unwrap_or_default();
    if !path.is_empty() && path != browser.path() {
        return Err(Unregistrable::DotSegment(repaired(browser.as_str(), reading)));
    }
    Ok(())
}

/// A scheme of RFC 8252 §7.1: a reversed domain name, so with a dot, in lower case.
fn is_private_use(scheme: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"+-".contains(&byte);
    scheme.contains('.')
        && scheme
            .split('.')
            .all(|label| !label.is_empty() && label.bytes().all(good))
}

/// Whether a presented redirect URI is the registered one.
///
/// Equal byte for byte (RFC 9700 §2.1). Only the port of a public client's `http://127.0.0.1` or `http://[::1]` may
/// differ or be absent, because a native app gets whatever port is free (RFC 8252 §7.3); `localhost` is a name that
/// can be pointed elsewhere (§8.3), so its port never varies.
#[must_use]
pub fn matches(registered: &str, presented: &str, kind: ClientKind) -> bool {
    if registered == presented {
        return true;
    }
    kind == ClientKind::Public
        && ["http://127.0.0.1", "http://[::1]"].into_iter().any(|origin| {
            let [registered, presented] =
                [registered, presented].map(|text| behind_port(text.strip_prefix(origin)?));
            registered.is_some() && registered == presented
        })
}

/// What follows the port, or the host where there is none; `None` if what stands there is no port, or if the host
/// goes on (`http://127.0.0.1.evil.test`, `http://127.0.0.1:80@evil.test`).
fn behind_port(after_host: &str) -> Option<&str> {
    let (authority_rest, tail) = after_host.split_at(after_host.find(['/', '?']).unwrap_or(after_host.len()));
    match authority_rest.strip_prefix(':') {
        Some(port) => uri::is_port(port).then_some(tail),
        None => authority_rest.is_empty().then_some(tail),
    }
}

/// Appends parameters to a registered redirect URI, in `application/x-www-form-urlencoded` (RFC 6749 §4.1.2). What is
/// there stays byte for byte, an existing query included (§3.1.2).
#[must_use]
pub fn with_query(uri: &str, params: &[(&str, &str)]) -> String {
    let mut answer = uri.to_owned();
    for (name, value) in params {
        match answer.find('?') {
            None => answer.push('?'),
            Some(at) if at + 1 < answer.len() && !answer.ends_with('&') => answer.push('&'),
            Some(_) => {}
        }
        answer.extend(form_urlencoded::byte_serialize(name.as_bytes()));
        answer.push('=');
        answer.extend(form_urlencoded::byte_serialize(value.as_bytes()));
    }
    answer
}

/// The Content-Security-Policy source expression that lets a form end at this URI.
///
/// `'none'` for anything that could not have been registered, so that no text can break out of the header. An IPv6
/// address is given by its scheme alone: CSP has no grammar for it, and a browser would ignore the source.
#[must_use]
pub fn origin_for_csp(uri: &str) -> String {
    let expression = || {
        let (scheme, rest) = uri::split_scheme(uri)?;
        if scheme != "https" && scheme != "http" {
            return is_private_use(scheme).then(|| format!("{scheme}:"));
        }
        let (authority, _) = uri::split_authority(rest)?;
        if authority.has_user_info || authority.port.is_some_and(|port| !uri::is_port(port)) {
            return None;
        }
        if uri::is_ipv6_literal(authority.host) {
            return Some(format!("{scheme}:"));
        }
        let colon_port = authority.port.map(|port| format!(":{port}")).unwrap_or_default();
        uri::is_plain_host(authority.host).then(|| format!("{scheme}://{}{colon_port}", authority.host))
    };
    expression().unwrap_or_else(|| "'none'".to_owned())
}

/// Where a person is about to land: the host, or the scheme of an app; the whole text where there is neither.
#[must_use]
pub fn host_for_people(uri: &str) -> String {
    let Some((scheme, rest)) = uri::split_scheme(uri) else {
        return uri.to_owned();
    };
    uri::split_authority(rest)
        .map_or(scheme, |(authority, _)| authority.host)
        .to_owned()
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
