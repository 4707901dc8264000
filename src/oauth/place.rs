//! Where an app is: the domain to show beside its name, and where a person lands.

use std::collections::BTreeSet;

use url::Url;

use crate::wire::redirect_uri::host_for_people;

/// Where a redirect URI leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A site, by its host.
    Site(String),
    /// A program that listens on the person's own machine (RFC 8252 §7.3).
    Loopback,
    /// An app that has this scheme (RFC 8252 §7.1).
    Scheme(String),
}

impl Place {
    /// Where this redirect URI leads.
    #[must_use]
    pub fn of(redirect_uri: &str) -> Self {
        let place = host_for_people(redirect_uri);
        if !redirect_uri.starts_with("https://") && !redirect_uri.starts_with("http://") {
            return Self::Scheme(place);
        }
        match place.as_str() {
            "localhost" | "127.0.0.1" | "[::1]" => Self::Loopback,
            _ => Self::Site(place),
        }
    }
}

/// The domain to show beside the name of an app; `None`: it runs on the person's own device.
///
/// What a registration says about its home page is believed where somebody has vouched for it. Otherwise an app could call
/// itself by another's name *and* domain; so it is shown where the answer really goes.
#[must_use]
pub fn domain(home: Option<&str>, is_verified: bool, redirect_uri: &str) -> Option<String> {
    home.filter(|_| is_verified)
        .and_then(host)
        .or_else(|| match Place::of(redirect_uri) {
            Place::Site(host) => Some(host),
            Place::Loopback | Place::Scheme(_) => None,
        })
}

/// The same for an app of which no answer is under way, that may go to any of these: all sites it may go to, so that a
/// harmless one cannot hide another.
#[must_use]
pub fn domains(home: Option<&str>, is_verified: bool, redirect_uris: &[String]) -> Option<String> {
    let each = redirect_uris
        .iter()
        .filter_map(|uri| domain(home, is_verified, uri));
    let all: BTreeSet<String> = each.collect();
    { !all.is_empty() }.then(|| all.into_iter().collect::<Vec<_>>().join(", "))
}

/// The host of a web page, in ASCII: letters of other scripts that look like Latin ones would deceive.
#[must_use]
pub fn host(uri: &str) -> Option<String> {
    let url = Url::parse(uri).ok()?;
    { matches!(url.scheme(), "https" | "http") }.then(|| url.host_str().map(str::to_owned))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_that_nobody_vouched_for_is_shown_where_its_answer_goes() {
        const CB: &str = "https://evil.example/cb";
        let home = Some("https://bank.example/");
        for (home, is_verified, redirect_uri, shown) in [
            (home, true, CB, Some("bank.example")),
            (home, false, CB, Some("evil.example")),
            (None, true, CB, Some("evil.example")),
            (Some("javascript:alert(1)"), true, CB, Some("evil.example")),
            (
                Some("https://b\u{430}nk.example"),
                true,
                CB,
                Some("xn--bnk-6cd.example"),
            ),
            (home, false, "http://127.0.0.1/cb", None),
            (None, true, "com.example.app:/cb", None),
        ] {
            assert_eq!(
                domain(home, is_verified, redirect_uri).as_deref(),
                shown,
                "{home:?} {redirect_uri}"
            );
        }
    }

    #[test]
    fn no_site_that_an_app_may_answer_to_hides_behind_another() {
        let uris = |uris: &[&str]| uris.iter().map(|uri| (*uri).to_owned()).collect::<Vec<_>>();
        let of = |list: &[&str], is_verified| domains(Some("https://bank.example"), is_verified, &uris(list));
        let two = ["https://evil.example/cb", "https://bank.example/x"];
        assert_eq!(of(&two, false).unwrap(), "bank.example, evil.example");
        assert_eq!(of(&two, true).unwrap(), "bank.example");
        assert_eq!(
            of(&["http://127.0.0.1/cb", "https://evil.example/cb"], false).unwrap(),
            "evil.example"
        );
        assert_eq!(of(&["http://127.0.0.1/cb"], false), None);
    }

    #[test]
    fn a_person_lands_on_a_site_in_a_program_or_in_an_app() {
        for (uri, place) in [
            (
                "https://rp.example:8443/cb?x",
                Place::Site("rp.example".to_owned()),
            ),
            ("http://127.0.0.1:4711/cb", Place::Loopback),
            ("http://[::1]/cb", Place::Loopback),
            ("com.example.app:/cb", Place::Scheme("com.example.app".to_owned())),
        ] {
            assert_eq!(Place::of(uri), place, "{uri}");
        }
    }
}
