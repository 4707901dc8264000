//! The pieces of a URI (RFC 3986), cut strictly and without decoding or repairing anything, so that what was
//! checked is what is stored and compared.

/// The authority of a hierarchical URI (RFC 3986 §3.2).
pub(super) struct Authority<'a> {
    /// Whether there is a user-info part, even an empty one.
    pub(super) has_user_info: bool,
    /// The host; an IP literal keeps its brackets.
    pub(super) host: &'a str,
    /// What follows the colon after the host, unchecked.
    pub(super) port: Option<&'a str>,
}

/// Cuts an absolute URI into its scheme and all behind the colon; `None` where there is no scheme (§3.1).
pub(super) fn split_scheme(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once(':')?;
    let mut bytes = scheme.bytes();
    let first = bytes.next()?;
    let good = first.is_ascii_alphabetic() && bytes.all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    good.then_some((scheme, rest))
}

/// Cuts what follows the scheme into authority and the rest (path and query); `None` without `//` or where an IP
/// literal is not closed or is followed by anything but a port.
pub(super) fn split_authority(after_scheme: &str) -> Option<(Authority<'_>, &str)> {
    let text = after_scheme.strip_prefix("//")?;
    let (authority, rest) = text.split_at(text.find(['/', '?', '#']).unwrap_or(text.len()));
    // The last `@` ends the user-info, as browsers read it.
    let (has_user_info, host_port) = authority
        .rsplit_once('@')
        .map_or((false, authority), |(_, tail)| (true, tail));
    let host_end = if host_port.starts_with('[') {
        host_port.find(']')? + 1
    } else {
        host_port.find(':').unwrap_or(host_port.len())
    };
    let (host, tail) = host_port.split_at(host_end);
    let port = if tail.is_empty() {
        None
    } else {
        Some(tail.strip_prefix(':')?)
    };
    Some((
        Authority {
            has_user_info,
            host,
            port,
        },
        rest,
    ))
}

/// Whether every character is one that a URI may have (§2): no control, space, backslash, quote or non-ASCII, and
/// each `%` before two hex digits.
pub(super) fn has_only_uri_characters(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.iter().enumerate().all(|(at, byte)| match byte {
        b'%' => bytes
            .get(at + 1..at + 3)
            .is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit)),
        byte => byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=".contains(byte),
    })
}

/// Whether this is a port written without ornament: 1 to 65535, no leading zero.
pub(super) fn is_port(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
        && !text.starts_with('0')
        && text.parse::<u16>().is_ok_and(|port| port > 0)
}

/// Whether this is a host name or IPv4 address in the one spelling we keep: lower case, labels of letters, digits,
/// `-` and `_`, no empty label. So it has no character that means something in a header.
pub(super) fn is_plain_host(host: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte);
    host.len() <= 253
        && host
            .split('.')
            .all(|label| (1..=63).contains(&label.len()) && label.bytes().all(good))
}

/// Whether this looks like an IP literal with an IPv6 address; the address itself is checked by who parses it.
pub(super) fn is_ipv6_literal(host: &str) -> bool {
    host.strip_prefix('[')
        .and_then(|inner| inner.strip_suffix(']'))
        .is_some_and(|inner| inner.parse::<std::net::Ipv6Addr>().is_ok())
}
