//! What holds for every redirect URI and every text that is presented as one.

use proptest::prelude::*;

use super::{
    ClientKind::{Confidential, Public},
    *,
};
use crate::platform::near_miss;

/// URIs that may be registered, of every kind.
fn registrable() -> impl Strategy<Value = String> {
    prop_oneof![
        "https://[a-z]{1,6}(\\.[a-z]{1,4}){0,2}(:[1-9][0-9]{1,3})?(/[a-zA-Z0-9._~-]{1,5}){0,3}/?(\\?[a-z]=[a-z0-9]{0,3})?",
        "http://(127\\.0\\.0\\.1|\\[::1\\]|localhost)(:[1-9][0-9]{0,3})?(/[a-z]{1,5}){0,2}(\\?[a-z]=1)?",
        "[a-z]{2,3}\\.[a-z]{1,5}:/[a-z]{0,5}(/[a-z]{1,3})?",
    ]
    .prop_filter("dot segments are not registrable", |text| {
        RedirectUri::parse_registrable(text, Public).is_ok()
    })
}

/// The rule of RFC 8252 §7.3 in other words than the code's: both are cut into what stands before the port and behind it.
fn differs_in_a_loopback_port_only(registered: &str, presented: &str) -> bool {
    let cut = |text: &str| -> Option<(String, String)> {
        let origin = ["http://127.0.0.1", "http://[::1]"]
            .into_iter()
            .find(|origin| text.starts_with(origin))?;
        let rest = &text[origin.len()..];
        let digits = rest.strip_prefix(':').map_or("", |rest| {
            rest.split(|c: char| !c.is_ascii_digit())
                .next()
                .unwrap_or_default()
        });
        let behind = match rest.strip_prefix(':') {
            Some(after) => {
                let port: u32 = digits.parse().ok()?;
                if digits.starts_with('0') || !(1..=65535).contains(&port) {
                    return None;
                }
                &after[digits.len()..]
            }
            None => rest,
        };
        (behind.is_empty() || behind.starts_with(['/', '?'])).then(|| (origin.to_owned(), behind.to_owned()))
    };
    cut(registered).is_some_and(|one| cut(presented) == Some(one))
}

proptest! {
    /// Small alphabets, so that near misses are frequent.
    #[test]
    fn whatever_matches_is_equal_but_for_a_loopback_port(
        host in "(127\\.0\\.0\\.1|\\[::1\\]|localhost|rp\\.example)", port in "(:[0-9]{0,6})?",
        other in "(:[0-9@.+]{0,6})?", tail in "[/?a@:]{0,3}", other_tail in "[/?a@:]{0,3}",
    ) {
        let (registered, presented) = (format!("http://{host}{port}{tail}"), format!("http://{host}{other}{other_tail}"));
        prop_assert_eq!(matches(&registered, &presented, Confidential), registered == presented);
        if registered != presented && matches(&registered, &presented, Public) {
            let [mut one, mut two] = [registered, presented].map(|text| Url::parse(&text).unwrap());
            prop_assert!(matches!(one.host_str(), Some("127.0.0.1" | "[::1]")));
            one.set_port(None).unwrap();
            two.set_port(None).unwrap();
            prop_assert_eq!(one, two);
        }
    }

    #[test]
    fn whatever_is_registrable_or_proposed_reads_the_same_to_a_browser(text in "(https?|HTTP|com\\.a):/{0,3}[a1.A:@%2e/?#]{0,12}") {
        let good = match RedirectUri::parse_registrable(&text, Public) {
            Ok(good) => good,
            Err(refusal) => match refusal.corrected() {
                Some(corrected) => RedirectUri::parse_registrable(corrected, Public).unwrap(),
                None => return Ok(()),
            },
        };
        let browser = Url::parse(good.as_str()).unwrap();
        let people = host_for_people(good.as_str());
        prop_assert_eq!(browser.host_str().unwrap_or(browser.scheme()), people);
        prop_assert_ne!(origin_for_csp(good.as_str()), "'none'");
    }

    /// RFC 9700 §4.1.3: of two texts that are not the same, only those match that differ in a loopback port.
    #[test]
    fn a_near_miss_matches_only_by_a_loopback_port(
        (registered, presented) in registrable().prop_flat_map(|text| {
            near_miss::of(text.clone(), 4).prop_map(move |slipped| (text.clone(), slipped))
        }),
    ) {
        prop_assert_eq!(matches(&registered, &presented, Confidential), registered == presented);
        let expected = registered == presented || differs_in_a_loopback_port_only(&registered, &presented);
        prop_assert_eq!(matches(&registered, &presented, Public), expected);
    }

    /// Whatever is let in is itself registrable, and a proposal is registrable as it stands.
    #[test]
    fn a_near_miss_is_refused_or_reads_the_same_to_a_browser(
        text in registrable().prop_flat_map(|text| near_miss::of(text, 4)),
    ) {
        let good = match RedirectUri::parse_registrable(&text, Public) {
            Ok(good) => good,
            Err(refusal) => match refusal.corrected() {
                Some(corrected) => RedirectUri::parse_registrable(corrected, Public).unwrap(),
                None => return Ok(()),
            },
        };
        let browser = Url::parse(good.as_str()).unwrap();
        let people = host_for_people(good.as_str());
        prop_assert_eq!(browser.host_str().unwrap_or(browser.scheme()), people);
        prop_assert!(matches(good.as_str(), good.as_str(), Confidential));
    }

    /// RFC 6749 §4.1.2: what was there stays, and the client reads what was added.
    #[test]
    fn an_answer_is_read_back_as_it_was_given(
        uri in registrable(), params in proptest::collection::vec(("[a-z_]{1,8}", ".{0,20}"), 0..4),
    ) {
        let pairs: Vec<(&str, &str)> = params.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let answer = with_query(&uri, &pairs);
        prop_assert!(answer.starts_with(&uri));
        let before = Url::parse(&uri).unwrap().query_pairs().count();
        let read: Vec<(String, String)> = Url::parse(&answer).unwrap().query_pairs().skip(before).map(|(name, value)| {
            (name.into_owned(), value.into_owned())
        }).collect();
        prop_assert_eq!(read, params);
    }

    #[test]
    fn no_text_makes_it_panic(text in ".{0,60}", other in "(https?|com\\.a):.{0,40}") {
        for text in [&text, &other] {
            for kind in [Public, Confidential] {
                if let Err(refusal) = RedirectUri::parse_registrable(text, kind) {
                    let _ = refusal.corrected();
                }
            }
            let _ = (origin_for_csp(text), host_for_people(text), matches(text, &other, Public));
        }
    }
}

/// 64 kB of whatever is worst for a reader take milliseconds.
#[test]
fn a_uri_of_64_kb_is_compared_and_refused_at_once() {
    for part in ["/", "a.", "[", ":", "@", "%2e/", "../", "?", "#"] {
        for start in ["https://a", "http://127.0.0.1", "http://127.0.0.1:", "com.a:/"] {
            let long = format!("{start}{}", part.repeat(64 * 1024 / part.len()));
            let started = std::time::Instant::now();
            assert_eq!(
                RedirectUri::parse_registrable(&long, Public),
                Err(Unregistrable::TooLong)
            );
            assert!(!matches("http://127.0.0.1/cb", &long, Public));
            assert!(
                started.elapsed() < std::time::Duration::from_secs(5),
                "{start}{part}"
            );
        }
    }
}
