//! Where a form was sent from. The first of two checks; the second is the form's own token (RFC 9700 §4.7).

use actix_web::{HttpRequest, http::header::ORIGIN};

use crate::web::{problem::Problem, words::errors};

/// Refuses with `foreign_origin` what the browser says was sent from another site, or from nowhere it would name.
///
/// A request without `Origin` passes unless `Sec-Fetch-Site` tells on it: not every client sends them, and the token decides.
pub fn check_origin(req: &HttpRequest, origin: &str) -> Result<(), Problem> {
    let headers = req.headers();
    let foreign = if headers.contains_key(ORIGIN) {
        headers
            .get_all(ORIGIN)
            .any(|sent| sent.as_bytes() != origin.as_bytes())
    } else {
        let ours = ["same-origin", "none"].map(str::as_bytes);
        headers
            .get_all("sec-fetch-site")
            .any(|site| !ours.contains(&site.as_bytes()))
    };
    if foreign {
        let detail = "This form was sent from another site. Open the page again and send it from there.";
        return Err(Problem::new(&errors::FOREIGN_ORIGIN, detail));
    }
    Ok(())
}

/// 403 `csrf_token`: the form's token is missing, another browser's, or another form's.
#[must_use]
pub fn refused() -> Problem {
    let detail = "This form is too old, or it was not opened in this browser. Open the page again and send it from there.";
    Problem::new(&errors::CSRF_TOKEN, detail)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn cs_04_only_our_own_pages_may_send_forms() {
        const OURS: &str = "https://id.example";
        for (origin, site, passes) in [
            (Some(OURS), None, true),
            (Some(OURS), Some("same-origin"), true),
            (Some("null"), None, false),
            (Some("null"), Some("same-origin"), false),
            (Some(""), None, false),
            (Some("https://evil.example"), None, false),
            (Some("https://evil.example"), Some("same-origin"), false),
            (Some("http://id.example"), None, false),
            (Some("https://id.example:8443"), None, false),
            (Some("https://id.example.evil.example"), None, false),
            (None, None, true),
            (None, Some("same-origin"), true),
            (None, Some("none"), true),
            (None, Some("same-site"), false),
            (None, Some("cross-site"), false),
            (None, Some("news-to-us"), false),
        ] {
            let mut req = TestRequest::post();
            if let Some(origin) = origin {
                req = req.insert_header((ORIGIN, origin));
            }
            if let Some(site) = site {
                req = req.insert_header(("sec-fetch-site", site));
            }
            let outcome = check_origin(&req.to_http_request(), OURS);
            assert_eq!(
                outcome.is_ok(),
                passes,
                "Origin {origin:?}, Sec-Fetch-Site {site:?}"
            );
            assert!(
                outcome
                    .err()
                    .is_none_or(|problem| problem.code == &errors::FOREIGN_ORIGIN)
            );
        }
    }

    #[test]
    fn cs_04_two_origins_are_foreign_even_if_one_is_ours() {
        let req = TestRequest::post()
            .append_header((ORIGIN, "https://id.example"))
            .append_header((ORIGIN, "https://evil.example"))
            .to_http_request();
        assert!(check_origin(&req, "https://id.example").is_err());
    }
}
