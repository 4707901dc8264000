//! The cookies of this server: their names and attributes (RFC 6265bis).

use std::time::Duration;

use actix_web::{
    HttpRequest,
    cookie::{Cookie, SameSite, time},
    http::header::COOKIE,
};

/// A cookie's name, without the prefix that it has where the issuer is https.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CookieName(&'static str);

/// The session of a person who signed in.
pub const SESSION: CookieName = CookieName("consentry_session");

/// One browser, before and after signing in: what forms and stored requests are bound to.
pub const BROWSER: CookieName = CookieName("consentry_browser");

/// A sign-in that waits for its second factor.
pub const HALF_SIGN_IN: CookieName = CookieName("consentry_half_sign_in");

/// Which accounts were signed in in this browser before, sealed: it proves nothing, and only chooses where tries are counted.
pub const KNOWN_DEVICE: CookieName = CookieName("consentry_known_device");

/// A sign-in under way at another provider, sealed.
pub const FEDERATION: CookieName = CookieName("consentry_federation");

impl CookieName {
    /// The name as it is sent. With `__Host-` a browser accepts it only over TLS, for this host and all paths, so that no
    /// neighbouring subdomain can plant one.
    #[must_use]
    pub fn sent(self, https: bool) -> String {
        let prefix = if https { "__Host-" } else { "" };
        format!("{prefix}{}", self.0)
    }
}

/// A cookie to be kept for `max_age`, or else until the browser closes.
#[must_use]
pub fn set(https: bool, name: CookieName, value: &str, max_age: Option<Duration>) -> Cookie<'static> {
    let mut cookie = Cookie::build(name.sent(https), value.to_owned())
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(https)
        .finish();
    cookie.set_max_age(
        max_age.map(|age| time::Duration::seconds(i64::try_from(age.as_secs()).unwrap_or(i64::MAX))),
    );
    cookie
}

/// Makes the browser forget it.
#[must_use]
pub fn clear(https: bool, name: CookieName) -> Cookie<'static> {
    set(https, name, "", Some(Duration::ZERO))
}

/// Its value, if it was sent exactly once: of two with one name, one was planted, and nobody can tell which.
#[must_use]
pub fn read(req: &HttpRequest, https: bool, name: CookieName) -> Option<String> {
    let wanted = name.sent(https);
    // Bytes, not text: a neighbour's cookie that is no ASCII must not hide ours.
    let mut values = req
        .headers()
        .get_all(COOKIE)
        .flat_map(|line| line.as_bytes().split(|byte| *byte == b';'))
        .filter_map(|pair| {
            let equals = pair.iter().position(|byte| *byte == b'=')?;
            let (sent, value) = pair.split_at(equals);
            (sent.trim_ascii() == wanted.as_bytes()).then_some(value[1..].trim_ascii())
        });
    let only = values.next().filter(|_| values.next().is_none())?;
    str::from_utf8(only).ok().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn read_from(lines: &[&str], https: bool) -> Option<String> {
        let mut req = TestRequest::default();
        for line in lines {
            req = req.append_header((COOKIE, *line));
        }
        read(&req.to_http_request(), https, SESSION)
    }

    #[test]
    fn cs_13_an_https_cookie_is_bound_to_its_host() {
        assert_eq!(
            set(true, SESSION, "v", None).to_string(),
            "__Host-consentry_session=v; HttpOnly; SameSite=Lax; Secure; Path=/"
        );
        let plain = set(false, BROWSER, "v", Some(Duration::from_mins(1))).to_string();
        assert_eq!(
            plain,
            "consentry_browser=v; HttpOnly; SameSite=Lax; Path=/; Max-Age=60"
        );
        let cleared = clear(true, SESSION).to_string();
        assert!(
            cleared.starts_with("__Host-consentry_session=;") && cleared.ends_with("; Max-Age=0"),
            "{cleared}"
        );
    }

    #[test]
    fn a_cookie_sent_twice_counts_as_absent() {
        let ours = "__Host-consentry_session=a";
        assert_eq!(
            read_from(&[&format!("x=1; {ours}; y=\u{e4}")], true).as_deref(),
            Some("a")
        );
        assert_eq!(read_from(&["x=1", ours], true).as_deref(), Some("a"));
        assert_eq!(
            read_from(&[&format!("{ours}; __Host-consentry_session=b")], true),
            None
        );
        assert_eq!(read_from(&[ours, ours], true), None);
    }

    #[test]
    fn over_https_a_cookie_without_the_prefix_is_not_read() {
        assert_eq!(read_from(&["consentry_session=a"], true), None);
        assert_eq!(read_from(&["consentry_session=a"], false).as_deref(), Some("a"));
        assert_eq!(read_from(&["consentry_session"], false), None);
    }
}
