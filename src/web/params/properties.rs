//! What holds for every form and query string, and for all bytes that are none.

use actix_web::{http::header::CONTENT_TYPE, test::TestRequest, web::Bytes};
use proptest::{collection::vec, prelude::*};
use url::form_urlencoded::{self, Serializer};

use super::*;
use crate::{
    platform::near_miss,
    web::form::{BadForm, read_form},
};

fn form() -> impl Strategy<Value = String> {
    let name = prop_oneof!["[a-z_]{1,8}", "[^\0]{1,6}"];
    vec((name, "[^\0]{0,12}"), 0..6)
        .prop_map(|pairs| Serializer::new(String::new()).extend_pairs(pairs).finish())
}

/// What another reader of the same bytes sees.
fn seen_by_another(raw: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(raw).into_owned().collect()
}

proptest! {
    #[test]
    fn whatever_a_client_encodes_is_what_is_read(pairs in vec(("[^\0]{1,20}", "[^\0]{0,40}"), 0..8)) {
        let encoded = Serializer::new(String::new()).extend_pairs(&pairs).finish();
        prop_assert_eq!(Params::parse(encoded.as_bytes()).unwrap().0, pairs);
    }

    /// Two readers of one request never disagree: what is not refused reads as the URL standard says.
    #[test]
    fn a_near_miss_is_refused_or_read_as_every_other_reader_does(
        text in form().prop_flat_map(|text| near_miss::of(text, 4)),
    ) {
        if let Ok(params) = Params::parse(text.as_bytes()) {
            prop_assert_eq!(&params.0, &seen_by_another(text.as_bytes()));
            // Read, written and read again it is the same.
            let written = Serializer::new(String::new()).extend_pairs(&params.0).finish();
            prop_assert_eq!(&Params::parse(written.as_bytes()).unwrap().0, &params.0);
            for (name, _) in &params.0 {
                let times = params.0.iter().filter(|(other, _)| other == name).count();
                prop_assert_eq!(params.one(name).is_err(), times > 1);
            }
            let repeats = params.0.iter().any(|(name, _)| params.one(name).is_err());
            prop_assert_eq!(params.refuse_repeats(&[]).is_err(), repeats);
        }
    }

    #[test]
    fn any_bytes_are_refused_or_read_as_every_other_reader_does(
        raw in vec(prop_oneof![4 => proptest::sample::select(b"a=&%+0fF;".to_vec()), 1 => any::<u8>()], 0..60),
    ) {
        if let Ok(params) = Params::parse(&raw) {
            prop_assert_eq!(params.0, seen_by_another(&raw));
        }
    }

    /// A value that is refused is in no message: secrets are sent in forms.
    #[test]
    fn no_message_repeats_a_value(name in "[a-z]{1,50}", bad in "(%|%f|%00|%ff|%zz)") {
        let raw = format!("{name}=hunter2{bad}hunter2&{name}=hunter2");
        let told = match Params::parse(raw.as_bytes()) {
            Err(fault) => fault.to_string(),
            Ok(params) => params.refuse_repeats(&[]).unwrap_err().to_string(),
        };
        prop_assert!(!told.contains("hunter2"), "{}", told);
    }

    /// RFC 6749 §3.2: a body is a form if it says so, in one way.
    #[test]
    fn a_near_miss_of_the_type_is_no_form_or_means_the_same(
        text in near_miss::of("application/x-www-form-urlencoded; charset=utf-8".to_owned(), 3),
    ) {
        let Ok(value) = actix_web::http::header::HeaderValue::from_str(&text) else { return Ok(()) };
        let req = TestRequest::post().insert_header((CONTENT_TYPE, value)).to_http_request();
        match read_form(&req, Bytes::from_static(b"a=1")) {
            Ok(body) => {
                prop_assert_eq!(body, "a=1");
                let squeezed = text.to_ascii_lowercase().replace([' ', '\t', ';', '"'], "");
                let is_meant = ["application/x-www-form-urlencoded", "application/x-www-form-urlencodedcharset=utf-8"];
                let twice = format!("{}charset=utf-8", is_meant[1]);
                prop_assert!(is_meant.contains(&squeezed.as_str()) || squeezed == twice, "{}", text);
            }
            Err(BadForm::NotAForm | BadForm::NotUtf8) => {}
        }
    }
}

/// 64 kB of whatever is worst for a reader take milliseconds.
#[test]
fn a_body_of_64_kb_is_read_or_refused_at_once() {
    for part in ["a=b&", "&", "=", "%41", "%", "+", "a", "\u{e9}"] {
        let raw = part.repeat(MAX_BYTES / part.len());
        let started = std::time::Instant::now();
        if let Ok(params) = Params::parse(raw.as_bytes()) {
            let _ = params.refuse_repeats(&[]);
        }
        assert!(started.elapsed() < std::time::Duration::from_secs(5), "{part}");
    }
}
