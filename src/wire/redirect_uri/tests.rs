//! Redirect URI rules, row by row; each prints the id of its case.

use super::{
    ClientKind::{Confidential, Public},
    *,
};

/// The rows of a table whose columns are separated by `|`.
fn rows<const N: usize>(table: &str) -> impl Iterator<Item = [&str; N]> {
    table.trim().lines().map(|line| {
        line.split('|')
            .map(str::trim)
            .collect::<Vec<_>>()
            .try_into()
            .unwrap()
    })
}

fn kind(name: &str) -> ClientKind {
    [Public, Confidential]
        .into_iter()
        .find(|kind| format!("{kind:?}") == name)
        .unwrap()
}

/// id, registered, presented, kind, what comes of it.
const MATCHING: &str = r"
RU-00 | https://rp.example/cb | https://rp.example/cb | Confidential | matches
RU-01 | https://rp.example/cb | https://rp.example/cb/ | Confidential | differs
RU-02 | https://rp.example/cb | https://rp.example/cb?x=1 | Confidential | differs
RU-03 | https://rp.example/cb2?x=1 | https://rp.example/cb2?x=2 | Confidential | differs
RU-04 | https://rp.example/cb2?x=1 | https://rp.example/cb2 | Confidential | differs
RU-05 | https://rp.example/cb2?x=1 | https://rp.example/cb2?x=1 | Confidential | matches
RU-06 | https://rp.example/cb | https://rp.example/cb#frag | Confidential | differs
RU-08 | https://rp.example/cb | https://rp.example/cb/../evil | Confidential | differs
RU-10 | https://rp.example/cb | https://rp.example/%63b | Confidential | differs
RU-12 | https://rp.example/cb | https://rp.example.evil.test/cb | Confidential | differs
RU-13 | https://rp.example/cb | https://evilrp.example/cb | Confidential | differs
RU-14 | https://rp.example/cb | https://evil.test/https://rp.example/cb | Confidential | differs
RU-15 | https://rp.example/cb | https://rp.example@evil.test/cb | Confidential | differs
RU-18 | https://rp.example/cb | https://evil.test\@rp.example/cb | Confidential | differs
RU-18 | https://rp.example/cb | https:\\rp.example\cb | Confidential | differs
RU-20 | https://rp.example/cb | //rp.example/cb | Confidential | differs
RU-20 | https://rp.example/cb | /cb | Confidential | differs
RU-20 | https://rp.example/cb | cb | Confidential | differs
RU-20 | https://rp.example/cb |  | Confidential | differs
RU-21 | https://rp.example/cb | https:rp.example/cb | Confidential | differs
RU-22 | https://rp.example/cb | HTTPS://RP.EXAMPLE/cb | Confidential | differs
RU-23 | https://rp.example/cb | https://rp.example/CB | Confidential | differs
RU-24 | https://rp.example/cb | https://rp.example:443/cb | Confidential | differs
RU-25 | https://rp.example/cb | https://rp.example:444/cb | Public | differs
RU-26 | https://rp.example/cb | http://rp.example/cb | Confidential | differs
RU-27 | https://rp.example/cb | https://rp.example./cb | Confidential | differs
RU-35 | http://127.0.0.1/cb | http://127.0.0.1:53124/cb | Public | matches
RU-35 | http://127.0.0.1:8000/cb?x=1 | http://127.0.0.1:53124/cb?x=1 | Public | matches
RU-35 | http://127.0.0.1:8000/cb | http://127.0.0.1/cb | Public | matches
RU-35 | http://[::1]/cb | http://[::1]:65535/cb | Public | matches
RU-35 | http://127.0.0.1/cb | http://[::1]:53124/cb | Public | differs
RU-35 | http://127.0.0.1/cb | https://127.0.0.1:53124/cb | Public | differs
RU-35 | https://127.0.0.1/cb | https://127.0.0.1:53124/cb | Public | differs
RU-35 | http://127.0.0.1/cb | http://127.0.0.1:65536/cb | Public | differs
RU-35 | http://127.0.0.1/cb | http://127.0.0.1:0/cb | Public | differs
RU-35 | http://127.0.0.1/cb | http://127.0.0.1:080/cb | Public | differs
RU-35 | http://127.0.0.1/cb | http://127.0.0.1:+80/cb | Public | differs
RU-35 | http://127.0.0.1/cb | http://127.0.0.1:/cb | Public | differs
RU-35 | http://127.0.0.1/cb | http://127.0.0.1:80@evil.test/cb | Public | differs
RU-35 | http://127.0.0.1/cb | http://127.0.0.1@evil.test/cb | Public | differs
RU-35 | http://127.0.0.1/cb | http://127.0.0.1.evil.test/cb | Public | differs
RU-35 | http://127.0.0.1/cb | http://127.0.0.1:80\evil.test/cb | Public | differs
RU-35 | http://127.0.0.1/cb | http://user@127.0.0.1:80/cb | Public | differs
RU-36 | http://127.0.0.1/cb | http://localhost:53124/cb | Public | differs
RU-36 | http://localhost:8000/cb | http://localhost:53124/cb | Public | differs
RU-36 | http://localhost:8000/cb | http://localhost:8000/cb | Public | matches
RU-39 | http://127.0.0.1/cb | http://127.0.0.1:9/other | Public | differs
RU-39 | http://127.0.0.1/cb | http://127.0.0.1:9/cb?x=1 | Public | differs
RU-39 | http://127.0.0.1/cb | http://127.0.0.1:9/cb#f | Public | differs
RU-40 | https://rp.example/cb | http://127.0.0.1:9/cb | Confidential | differs
RU-40 | http://127.0.0.1/cb | http://127.0.0.1:9/cb | Confidential | differs
RU-41 | com.example.app:/cb | com.example.app:/cb | Public | matches
RU-41 | com.example.app:/cb | com.example.app://evil/cb | Public | differs
RU-41 | com.example.app:/cb | COM.EXAMPLE.APP:/cb | Public | differs
";

#[test]
fn a_redirect_uri_matches_exactly_or_not_at_all_save_a_native_loopback_port() {
    for [id, registered, presented, kind_name, expected] in rows(MATCHING) {
        println!("{id} {presented}");
        let kind = kind(kind_name);
        assert!(
            RedirectUri::parse_registrable(registered, kind).is_ok(),
            "{id}: {registered}"
        );
        let outcome = if matches(registered, presented, kind) {
            "matches"
        } else {
            "differs"
        };
        assert_eq!(outcome, expected, "{id}: {presented} for {registered}");
    }
    let long = format!("https://rp.example/cb{}", "a".repeat(70_000));
    assert!(!matches("https://rp.example/cb", &long, Public), "RU-47");
}

/// id, presented for registration, kind, the rule it breaks, the corrected form.
const REFUSED: &str = r"
RU-20 | //rp.example/cb | Public | NotAbsolute |
RU-20 |  | Public | NotAbsolute |
RU-21 | https:rp.example/cb | Public | NotAbsolute | https://rp.example/cb
RU-41 | com.example.app://evil/cb | Public | PrivateUseSlash | com.example.app:/evil/cb
RU-41 | COM.EXAMPLE.APP:/cb | Public | Case | com.example.app:/cb
RU-41 | com.example.app:cb | Public | PrivateUseSlash | com.example.app:/cb
RU-41 | com.example.app:/cb | Confidential | PrivateUseConfidential |
RU-41 | myapp:/cb | Public | UnknownScheme |
RU-41 | com..app:/cb | Public | UnknownScheme |
RU-42 | javascript:alert(1)// | Public | DangerousScheme |
RU-42 | JaVaScRiPt:alert(1) | Public | DangerousScheme |
RU-42 | data:text/html,<script> | Public | DangerousScheme |
RU-42 | vbscript:x | Public | DangerousScheme |
RU-42 | file:///etc/passwd | Public | DangerousScheme |
RU-42 | blob:https://rp.example/x | Public | DangerousScheme |
RU-42 | ws://rp.example/cb | Public | DangerousScheme |
RU-43 | https://rp.example/cb#f | Public | Fragment | https://rp.example/cb
RU-43 | http://RP.example./cb# | Public | Fragment | https://rp.example/cb
RU-43 | https://*.rp.example/cb | Public | Wildcard |
RU-43 | https://rp.example* | Public | Wildcard |
RU-43 | regexp=.* | Public | NotAbsolute |
RU-15 | https://rp.example@evil.test/cb | Public | UserInfo |
RU-15 | https://@rp.example/cb | Public | UserInfo |
RU-18 | https://rp.example\cb | Public | Character |
RU-18 | https://rp.example/c b | Public | Character |
RU-18 | https://rp.example/%6 | Public | Character |
RU-18 | https://rp.example/é | Public | Character |
RU-18 | https://rp.example/[x] | Public | Character |
RU-22 | HTTPS://RP.EXAMPLE/CB | Public | Case | https://rp.example/CB
RU-27 | https://rp.example./cb | Public | Host | https://rp.example/cb
RU-08 | https://rp.example/a/%2e./cb | Public | DotSegment | https://rp.example/cb
RU-26 | http://rp.example:80/cb | Public | PlainHttp | https://rp.example/cb
RU-26 | http://127.0.0.1.evil.test/cb | Public | PlainHttp | https://127.0.0.1.evil.test/cb
host | http://127.1:8000/cb | Public | Host | http://127.0.0.1:8000/cb
host | https://rp.example;x/cb | Public | Host |
host | https:///cb | Public | Host |
host | http://[::1]evil/cb | Public | Host |
host | http://[0:0:0:0:0:0:0:1]/cb | Public | Host | http://[::1]/cb
port | https://rp.example:/cb | Public | Port |
port | https://rp.example:65536/cb | Public | Port |
";

#[test]
fn what_may_not_be_registered_is_refused_by_its_rule_with_the_corrected_form() {
    for [id, text, kind_name, rule, corrected] in rows(REFUSED) {
        println!("{id} {text}");
        let refusal = RedirectUri::parse_registrable(text, kind(kind_name)).unwrap_err();
        let name = format!("{refusal:?}");
        assert_eq!(name.split('(').next(), Some(rule), "{id}: {text}");
        assert_eq!(refusal.corrected().unwrap_or_default(), corrected, "{id}: {text}");
    }
    for text in [
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "https://rp.example/\t",
    ] {
        println!("RU-42 {text:?}");
        assert!(
            RedirectUri::parse_registrable(text, Public).is_err(),
            "RU-42: {text:?}"
        );
    }
    let limit = format!("https://rp.example/{}", "a".repeat(1981));
    assert!(RedirectUri::parse_registrable(&limit, Confidential).is_ok());
    assert_eq!(
        RedirectUri::parse_registrable(&(limit + "a"), Confidential),
        Err(Unregistrable::TooLong),
        "RU-47"
    );
}

#[test]
fn an_answer_is_appended_and_never_changes_what_is_there() {
    for (uri, expected) in [
        (
            "https://rp.example/cb",
            "https://rp.example/cb?state=a%26b+%C3%A9%0D%0A&iss=x",
        ),
        (
            "https://rp.example/cb2?x=1",
            "https://rp.example/cb2?x=1&state=a%26b+%C3%A9%0D%0A&iss=x",
        ),
        (
            "https://rp.example?",
            "https://rp.example?state=a%26b+%C3%A9%0D%0A&iss=x",
        ),
        (
            "https://rp.example/?x=%7e&",
            "https://rp.example/?x=%7e&state=a%26b+%C3%A9%0D%0A&iss=x",
        ),
        (
            "com.example.app:/cb",
            "com.example.app:/cb?state=a%26b+%C3%A9%0D%0A&iss=x",
        ),
    ] {
        assert_eq!(
            with_query(uri, &[("state", "a&b \u{e9}\r\n"), ("iss", "x")]),
            expected
        );
        assert_eq!(with_query(uri, &[]), uri);
    }
}

#[test]
fn a_landing_place_is_named_for_browsers_and_for_people() {
    for (uri, csp, people) in [
        ("https://rp.example/cb?x=1", "https://rp.example", "rp.example"),
        (
            "https://rp.example:8443?x",
            "https://rp.example:8443",
            "rp.example",
        ),
        ("http://127.0.0.1:9000/cb", "http://127.0.0.1:9000", "127.0.0.1"),
        ("http://[::1]:9000/cb", "http:", "[::1]"),
        ("com.example.app:/cb", "com.example.app:", "com.example.app"),
    ] {
        assert_eq!(
            (origin_for_csp(uri).as_str(), host_for_people(uri).as_str()),
            (csp, people),
            "{uri}"
        );
    }
    for hostile in [
        "https://a;script-src/",
        "https://a,b/",
        "https://a b/",
        "https://a:1;x/",
        "https://u@a/",
        "x",
    ] {
        assert_eq!(origin_for_csp(hostile), "'none'", "{hostile}");
    }
}

/// A browser writes such a path with a dot segment again, however often it is mended.
#[test]
fn what_no_mending_makes_registrable_is_refused_without_a_proposal() {
    for text in [
        "com.a:/.//b",
        "com.a:/..//b",
        "com.a:/x/..//b",
        "com.a:/%2e//b",
        "com.a:/.//",
        "com.a:/././/./b",
    ] {
        let refused = RedirectUri::parse_registrable(text, Public).unwrap_err();
        assert_eq!(refused.corrected(), None, "{text}");
    }
}
