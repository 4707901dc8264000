//! `RateLimit-Policy` and `RateLimit` as a strict reader of structured fields reads them (RFC 9651 §4.2): Lists of Strings with
//! Integers for parameters. What is not exactly that fails the test.

use reqwest::header::HeaderMap;

/// An item of `RateLimit-Policy`.
#[derive(Debug, PartialEq, Eq)]
pub struct Policy {
    pub name: String,
    pub quota: u64,
    pub window: u64,
}

/// An item of `RateLimit`.
#[derive(Debug, PartialEq, Eq)]
pub struct Limit {
    pub name: String,
    pub remaining: u64,
    pub reset: u64,
}

/// What `RateLimit-Policy` says.
pub fn policies(headers: &HeaderMap) -> Vec<Policy> {
    let items = list(headers, "ratelimit-policy").into_iter();
    items
        .map(|(name, [quota, window])| Policy { name, quota, window })
        .collect()
}

/// What `RateLimit` says, of the same policies in the same order.
pub fn limits(headers: &HeaderMap) -> Vec<Limit> {
    let items = list(headers, "ratelimit").into_iter();
    let limits: Vec<_> = items
        .map(|(name, [remaining, reset])| Limit {
            name,
            remaining,
            reset,
        })
        .collect();
    let policies = policies(headers);
    let names = |at: usize| {
        (
            limits.get(at).map(|it| &it.name),
            policies.get(at).map(|it| &it.name),
        )
    };
    for at in 0..limits.len().max(policies.len()) {
        let (limit, policy) = names(at);
        assert_eq!(limit, policy, "a limit without its policy");
        assert!(limits[at].remaining <= policies[at].quota);
    }
    limits
}

fn list(headers: &HeaderMap, name: &str) -> Vec<(String, [u64; 2])> {
    let lines: Vec<_> = headers.get_all(name).iter().collect();
    let [line] = &lines[..] else {
        panic!("{} lines of {name}", lines.len());
    };
    let keys = if name == "ratelimit" {
        ["r", "t"]
    } else {
        ["q", "w"]
    };
    let line = line.to_str().unwrap();
    line.split(", ").map(|text| item(text, keys)).collect()
}

/// `"name";key=1;key=2`
fn item(text: &str, keys: [&str; 2]) -> (String, [u64; 2]) {
    let rest = text
        .strip_prefix('"')
        .unwrap_or_else(|| panic!("no String: {text}"));
    let (name, rest) = rest.split_once('"').unwrap_or_else(|| panic!("no end: {text}"));
    // Printable ASCII, without what would have to be escaped.
    assert!(
        name.bytes()
            .all(|byte| (0x20..0x7f).contains(&byte) && byte != b'\\'),
        "{text}"
    );
    let params: Vec<_> = rest.split(';').collect();
    let ["", first, second] = params[..] else {
        panic!("two parameters: {text}");
    };
    let number = |param: &str, key: &str| {
        let digits = param.strip_prefix(key).and_then(|it| it.strip_prefix('='));
        let digits = digits.unwrap_or_else(|| panic!("no {key}: {text}"));
        assert!(
            digits.len() <= 15 && digits.bytes().all(|byte| byte.is_ascii_digit()),
            "{text}"
        );
        digits.parse().unwrap_or_else(|_| panic!("no Integer: {text}"))
    };
    (name.to_owned(), [number(first, keys[0]), number(second, keys[1])])
}
