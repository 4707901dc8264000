//! Whom a request comes from when proxies stand before the server: `Forwarded` (RFC 7239) and `X-Forwarded-For`.
//!
//! Each proxy appends what it saw, so the list is read from the right, where the last proxy wrote, and only as far as the
//! writers are trusted. Everything to the left of the first stranger is what that stranger made up.

use std::net::IpAddr;

use crate::platform::config::{Proxies, ProxyHeader};

/// Whom a request comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client {
    /// The nearest end that is no trusted proxy, or the farthest that is known. An IPv4 address is never in its IPv6 form.
    pub address: IpAddr,
    /// How it asked, where a trusted proxy says so.
    pub scheme: Option<Scheme>,
}

/// How somebody asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// In clear.
    Http,
    /// Over TLS.
    Https,
}

/// Finds the client behind `peer`, the other end of the connection.
///
/// `lines_of` gives the values of a header; it is asked only if the peer is trusted. A hop that cannot be read, or that hides
/// itself (`unknown`, `_hidden`: RFC 7239 §6.2, §6.3), ends the search at the last one that can be named.
pub fn client<'a>(
    peer: IpAddr,
    proxies: &Proxies,
    lines_of: impl Fn(&'static str) -> Vec<&'a [u8]>,
) -> Client {
    let is_trusted = |address: IpAddr| proxies.trusted.iter().any(|network| network.contains(&address));
    let mut client = Client {
        address: peer.to_canonical(),
        scheme: None,
    };
    if !is_trusted(client.address) {
        return client;
    }
    let lines = match proxies.header {
        ProxyHeader::XForwardedFor => {
            client.scheme = first_scheme(&lines_of("x-forwarded-proto"));
            lines_of("x-forwarded-for")
        }
        ProxyHeader::Forwarded => lines_of("forwarded"),
    };
    // Several lines are one list (RFC 9110 §5.3).
    let elements = lines
        .into_iter()
        .rev()
        .flat_map(|line| FromTheRight::of(line, proxies.header));
    for element in elements {
        let hop = match proxies.header {
            ProxyHeader::XForwardedFor => address_of(element).map(Hop::at),
            ProxyHeader::Forwarded => element_of_rfc_7239(element),
        };
        let Some(hop) = hop else { break };
        if proxies.header == ProxyHeader::Forwarded {
            client.scheme = hop.scheme;
        }
        let Some(address) = hop.address else { break };
        client.address = address;
        if !is_trusted(address) {
            break;
        }
    }
    client
}

/// What one proxy says of who asked it.
#[derive(Default)]
struct Hop {
    /// Nothing if it hides who that was.
    address: Option<IpAddr>,
    scheme: Option<Scheme>,
}

impl Hop {
    fn at(address: IpAddr) -> Self {
        Self {
            address: Some(address),
            scheme: None,
        }
    }
}

impl Scheme {
    fn parse(text: &str) -> Option<Self> {
        if text.eq_ignore_ascii_case("http") {
            Some(Self::Http)
        } else if text.eq_ignore_ascii_case("https") {
            Some(Self::Https)
        } else {
            None
        }
    }
}

/// `X-Forwarded-Proto` names the client's scheme first where it is a list at all. A caller who forges it forges it against
/// itself: the answer can only be a refusal.
fn first_scheme(lines: &[&[u8]]) -> Option<Scheme> {
    let text = str::from_utf8(lines.first()?).ok()?;
    Scheme::parse(text.split(',').next()?.trim_matches(BLANK))
}

/// Optional white space of HTTP (RFC 9110 §5.6.3).
const BLANK: [char; 2] = [' ', '\t'];

/// The elements of a list, the last first, each without the blanks around it.
struct FromTheRight<'a> {
    rest: Option<&'a [u8]>,
    quotes: Quotes,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Quotes {
    /// A comma between them separates nothing.
    Count,
    /// They are characters like any other.
    AreNothing,
}

impl<'a> FromTheRight<'a> {
    fn of(line: &'a [u8], header: ProxyHeader) -> Self {
        Self {
            rest: Some(line),
            quotes: match header {
                ProxyHeader::XForwardedFor => Quotes::AreNothing,
                ProxyHeader::Forwarded => Quotes::Count,
            },
        }
    }
}

impl<'a> Iterator for FromTheRight<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let rest = self.rest?;
        let element = match last_comma(rest, self.quotes) {
            Some(at) => {
                self.rest = Some(&rest[..at]);
                &rest[at + 1..]
            }
            None => {
                self.rest = None;
                rest
            }
        };
        Some(element)
    }
}

/// Where the last element begins. Quotes are counted from the right: a quote that a client left open to the left of what a
/// proxy wrote cannot swallow it.
fn last_comma(line: &[u8], quotes: Quotes) -> Option<usize> {
    let mut is_quoted = false;
    for (at, byte) in line.iter().enumerate().rev() {
        match byte {
            b'"' if quotes == Quotes::Count && !is_escaped(line, at) => is_quoted = !is_quoted,
            b',' if !is_quoted => return Some(at),
            _ => {}
        }
    }
    None
}

/// Whether an odd number of backslashes stands before the byte.
fn is_escaped(line: &[u8], at: usize) -> bool {
    line[..at].iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 1
}

/// Reads an address as proxies write it into `X-Forwarded-For`: with or without a port, IPv6 with or without brackets.
fn address_of(element: &[u8]) -> Option<IpAddr> {
    let text = str::from_utf8(element).ok()?.trim_matches(BLANK);
    let bare = text.parse::<IpAddr>().ok().map(|address| address.to_canonical());
    bare.or_else(|| node_address(text))
}

/// Reads the address of a node (RFC 7239 §6): IPv4, or IPv6 in brackets, with or without a port.
fn node_address(node: &str) -> Option<IpAddr> {
    let (address, port): (IpAddr, &str) = if let Some(rest) = node.strip_prefix('[') {
        let (address, port) = rest.split_once(']')?;
        (IpAddr::V6(address.parse().ok()?), port)
    } else {
        let (address, port) = node.split_at(node.find(':').unwrap_or(node.len()));
        (IpAddr::V4(address.parse().ok()?), port)
    };
    let is_port = |port: &str| match port.strip_prefix('_') {
        Some(hidden) => !hidden.is_empty() && hidden.bytes().all(is_in_hidden_name),
        None => (1..=5).contains(&port.len()) && port.bytes().all(|byte| byte.is_ascii_digit()),
    };
    (port.is_empty() || port.strip_prefix(':').is_some_and(is_port)).then(|| address.to_canonical())
}

/// A character of `obfnode` and `obfport` (RFC 7239 §6.3).
fn is_in_hidden_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"._-".contains(&byte)
}

/// More parameters than any proxy writes; each is compared with all before it.
const MOST_PARAMETERS: usize = 16;

/// Reads one `forwarded-element` (RFC 7239 §4); nothing if it is not one, or names a parameter twice.
fn element_of_rfc_7239(element: &[u8]) -> Option<Hop> {
    let mut rest = str::from_utf8(element).ok()?.trim_matches(BLANK);
    let mut hop = Hop::default();
    let mut seen: Vec<String> = Vec::new();
    // An empty element was written by somebody who saw nothing: nobody to go on from.
    if rest.is_empty() {
        return None;
    }
    loop {
        if !rest.is_empty() && !rest.starts_with(';') {
            let (name, after) = rest.split_once('=')?;
            let (value, after) = value(after)?;
            let name = name.to_ascii_lowercase();
            if !is_token(&name) || seen.contains(&name) || seen.len() == MOST_PARAMETERS {
                return None;
            }
            match name.as_str() {
                "for" => hop.address = node_address(&value),
                "proto" => hop.scheme = Scheme::parse(&value),
                _ => {}
            }
            seen.push(name);
            rest = after;
        }
        if rest.is_empty() {
            return Some(hop);
        }
        rest = rest.strip_prefix(';')?;
    }
}

/// Reads a token or a quoted string (RFC 9110 §5.6.2, §5.6.4) from the start of a text; answers what follows it too.
fn value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let (token, rest) = text.split_at(text.find(';').unwrap_or(text.len()));
        return is_token(token).then(|| (token.to_owned(), rest));
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, &quoted[at + 1..])),
            '\\' => value.push(characters.next()?.1),
            character => value.push(character),
        }
    }
    None
}

fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

#[cfg(test)]
mod tests;
