//! The request that a proxy asks about: which method, which path. What two servers could read in two ways is refused.

use std::borrow::Cow;

/// Longer than any address that an API has; one that needs more is answered by nobody's router the same way.
const LONGEST: usize = 8 * 1024;

/// A request that everybody reads alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forwarded {
    /// Its method, in upper case.
    pub method: String,
    /// The segments of its path, decoded; of `/` one that is empty.
    pub path: Vec<String>,
}

/// Reads what a proxy says of a request: its method and its target, as the caller sent it.
///
/// # Errors
/// One sentence that says what is not clear.
pub fn read(method: &str, target: &str) -> Result<Forwarded, &'static str> {
    // Methods are told apart by case (RFC 9110 §9.1), and some servers do not: an invented one must not pass for a known one.
    let is_method = (1..=20).contains(&method.len())
        && method
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte == b'-');
    if !is_method {
        return Err("The forwarded method is not one in upper case.");
    }
    if target.len() > LONGEST {
        return Err("The forwarded address is longer than 8 kB.");
    }
    if !target.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("The forwarded address has a blank, a control character or one beyond ASCII.");
    }
    if target.contains('#') {
        return Err("The forwarded address has a fragment.");
    }
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let rest = path
        .strip_prefix('/')
        .ok_or("The forwarded address does not begin with a slash.")?;
    // RFC 6750 §2: one way to send a token, and this one stands in every log (§5.3).
    if url::form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == "access_token") {
        return Err("A token belongs into the Authorization header, never into the address.");
    }
    let parts: Vec<&str> = rest.split('/').collect();
    let last = parts.len() - 1;
    let segments = parts.into_iter().enumerate();
    let path = segments
        .map(|(at, part)| segment(part, at == last))
        .collect::<Result<_, _>>()?;
    Ok(Forwarded {
        method: method.to_owned(),
        path,
    })
}

/// One segment, decoded. An escape is taken only for what needs one: anything else has a second spelling that another server may or
/// may not take for the same.
fn segment(part: &str, is_last: bool) -> Result<String, &'static str> {
    match part {
        "" if !is_last => return Err("The forwarded path has two slashes in a row."),
        "." | ".." => return Err("The forwarded path has a dot segment."),
        _ => {}
    }
    let mut decoded = Vec::with_capacity(part.len());
    let mut bytes = part.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let pair = bytes.next().zip(bytes.next());
            decoded.push(escaped(pair)?);
        } else if is_unreserved(byte) || b":@!$&'()*+,=".contains(&byte) {
            decoded.push(byte);
        } else {
            return Err(
                "The forwarded path has a character that a path cannot have, or a semicolon or backslash.",
            );
        }
    }
    let text = String::from_utf8(decoded).map_err(|_| "The forwarded path is not UTF-8.")?;
    if text.chars().any(char::is_control) {
        return Err("The forwarded path has a control character.");
    }
    Ok(text)
}

fn escaped(pair: Option<(u8, u8)>) -> Result<u8, &'static str> {
    let digit = |byte: u8| {
        char::from(byte)
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok())
    };
    let byte = pair
        .and_then(|(high, low)| Some(digit(high)? * 16 + digit(low)?))
        .ok_or("The forwarded path has a % that is not followed by two hex digits.")?;
    match byte {
        b'/' | b'\\' => Err("The forwarded path has an encoded slash."),
        b'%' => Err("The forwarded path is encoded twice."),
        b';' => Err("The forwarded path has a semicolon."),
        byte if is_unreserved(byte) => {
            Err("The forwarded path has an encoded character that needs no encoding.")
        }
        byte => Ok(byte),
    }
}

/// RFC 3986 §2.3.
const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// A header's name as those servers read it that hand headers on as variables: `X_Auth.Role` is `x-auth-role` there (RFC 3875 §4.1.18).
#[must_use]
pub fn folded(name: &str) -> Cow<'_, str> {
    let is_folded = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if name.bytes().all(is_folded) {
        return Cow::Borrowed(name);
    }
    let fold = |byte: u8| match byte.to_ascii_lowercase() {
        byte if byte.is_ascii_alphanumeric() => char::from(byte),
        _ => '-',
    };
    Cow::Owned(name.bytes().map(fold).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::platform::near_miss;

    fn path(target: &str) -> Result<Vec<String>, &'static str> {
        read("GET", target).map(|request| request.path)
    }

    #[test]
    fn a_clear_path_is_read_segment_by_segment() {
        for (target, expected) in [
            ("/", &[""][..]),
            ("/v1/posts", &["v1", "posts"]),
            ("/v1/posts/", &["v1", "posts", ""]),
            ("/v1/posts?x=/../%2f", &["v1", "posts"]),
            ("/v1/a%20b/%C3%A4", &["v1", "a b", "\u{e4}"]),
            ("/v1/bob%40example.com/a:b", &["v1", "bob@example.com", "a:b"]),
            ("/v1/...", &["v1", "..."]),
        ] {
            assert_eq!(path(target).unwrap(), expected, "{target}");
        }
    }

    #[test]
    fn what_two_servers_could_read_in_two_ways_is_refused() {
        let long = format!("/{}", "a".repeat(LONGEST));
        for (case, target) in [
            ("empty", ""),
            ("no slash", "v1/posts"),
            ("absolute form", "http://api.example/v1/posts"),
            ("asterisk form", "*"),
            ("authority form", "api.example:443"),
            ("HT-15 two slashes", "//v1/posts"),
            ("HT-15 two slashes inside", "/v1//posts"),
            ("HT-15 dot segment", "/./v1/posts"),
            ("HT-15 dot segments", "/v1/../admin"),
            ("HT-15 dot segments at the end", "/v1/.."),
            ("HT-15 encoded dots", "/v1/%2e%2e/admin"),
            ("HT-15 encoded letter", "/v1/%70osts"),
            ("HT-15 parameter", "/v1/posts;x"),
            ("HT-15 parameter of a dot segment", "/v1/..;/admin"),
            ("encoded semicolon", "/v1/posts%3Bx"),
            ("encoded slash", "/v1%2fposts"),
            ("encoded slash, upper case", "/v1%2Fposts"),
            ("encoded backslash", "/v1%5cposts"),
            ("encoded twice", "/v1/%252e%252e/admin"),
            ("overlong slash", "/v1%c0%afposts"),
            ("backslash", "/v1\\posts"),
            ("NUL", "/v1/posts%00"),
            ("encoded line end", "/v1/posts%0d%0ax"),
            ("encoded delete", "/v1/%7f"),
            ("control character beyond ASCII", "/v1/%C2%85"),
            ("line end", "/v1/posts\r\nx"),
            ("blank", "/v1/ posts"),
            ("beyond ASCII", "/v1/\u{e4}"),
            ("half an escape", "/v1/%2"),
            ("no escape", "/v1/%zz"),
            ("fragment", "/v1/posts#x"),
            ("fragment in the query", "/v1/posts?x#y"),
            ("brackets", "/v1/[posts]"),
            ("too long", &long),
            ("HT-12 token in the query", "/v1/posts?access_token=abc"),
            ("HT-12 its name encoded", "/v1/posts?x=1&%61ccess_token=abc"),
        ] {
            assert!(path(target).is_err(), "{case}: {target:?} was let in");
        }
        for method in [
            "",
            "get",
            "GET POST",
            "G\u{c9}T",
            "ABCDEFGHIJKLMNOPQRSTU",
            "GET\n",
        ] {
            assert!(read(method, "/").is_err(), "{method:?} was let in");
        }
    }

    #[test]
    fn other_spellings_of_a_header_are_the_same_name() {
        for (name, expected) in [
            ("x-auth-role", "x-auth-role"),
            ("X-Auth-Role", "x-auth-role"),
            ("x_auth_role", "x-auth-role"),
            ("x.auth-role", "x-auth-role"),
            ("x-authrole", "x-authrole"),
        ] {
            assert_eq!(folded(name), expected);
        }
    }

    proptest! {
        /// Whatever comes: it is refused, or nothing in it is left for another server to resolve.
        #[test]
        fn properties_no_segment_that_is_let_in_can_be_resolved_further(
            target in prop_oneof![".{0,40}", near_miss::of("/v1/posts/a%20b?x=1".to_owned(), 4)],
        ) {
            let Ok(path) = path(&target) else { return Ok(()) };
            let (last, before) = path.split_last().unwrap();
            prop_assert!(before.iter().all(|part| !part.is_empty()), "{}", target);
            for part in before.iter().chain([last]) {
                prop_assert!(part != "." && part != "..", "{}", target);
                prop_assert!(!part.contains(['/', '\\', '%', ';']), "{}", target);
                prop_assert!(!part.chars().any(char::is_control), "{}", target);
            }
        }
    }
}
