//! What may be read as a form: the type that a body must say it has (RFC 6749 §3.2, Appendix B).

use std::borrow::Cow;

use actix_web::{HttpRequest, http::header::CONTENT_TYPE, web::Bytes};

use crate::web::{csrf, params::Params, problem::Problem, words::errors};

const FORM: &str = "application/x-www-form-urlencoded";

/// Why a body is not read as a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadForm {
    /// There is no `Content-Type`, more than one, or another.
    #[error("The body must be sent as application/x-www-form-urlencoded.")]
    NotAForm,
    /// It has a parameter other than `charset=utf-8`: in another encoding the same bytes would be other parameters.
    #[error("The body must be encoded as UTF-8.")]
    NotUtf8,
}

impl From<BadForm> for Problem {
    fn from(bad: BadForm) -> Self {
        match bad {
            BadForm::NotAForm => Self::new(&errors::UNSUPPORTED_MEDIA_TYPE, bad.to_string()),
            BadForm::NotUtf8 => Self::new(&errors::UNSUPPORTED_CHARSET, bad.to_string()),
        }
    }
}

/// Hands back `body`, the body of `req`, if it says that it is a form.
pub fn read_form(req: &HttpRequest, body: Bytes) -> Result<Bytes, BadForm> {
    let mut types = req.headers().get_all(CONTENT_TYPE);
    let only = types.next().filter(|_| types.next().is_none());
    let text = only
        .and_then(|value| value.to_str().ok())
        .ok_or(BadForm::NotAForm)?;
    let mut parts = text.split(';').map(str::trim);
    if !parts.next().is_some_and(|name| name.eq_ignore_ascii_case(FORM)) {
        return Err(BadForm::NotAForm);
    }
    let is_utf8 = |parameter: &str| {
        parameter.eq_ignore_ascii_case("charset=utf-8") || parameter.eq_ignore_ascii_case("charset=\"utf-8\"")
    };
    // Empty parameters are allowed (RFC 9110 §5.6.6).
    if parts.all(|parameter| parameter.is_empty() || is_utf8(parameter)) {
        Ok(body)
    } else {
        Err(BadForm::NotUtf8)
    }
}

/// A form that one of our own pages sent. Its token is checked by whoever knows what the form is for.
pub struct PostedForm(Params);

impl PostedForm {
    /// Reads it: from our own origin, well-formed, nothing given twice but what `may_repeat`.
    ///
    /// # Errors
    /// 403 `foreign_origin`, 415, or 400 `malformed_form`.
    pub fn read(req: &HttpRequest, body: Bytes, origin: &str, may_repeat: &[&str]) -> Result<Self, Problem> {
        let form = Self::parse(req, body, origin)?;
        form.refuse_repeats(may_repeat)?;
        Ok(form)
    }

    /// The same for a form whose reader says later what may repeat ([`Self::refuse_repeats`]).
    ///
    /// # Errors
    /// 403 `foreign_origin`, 415, or 400 `malformed_form`.
    pub fn parse(req: &HttpRequest, body: Bytes, origin: &str) -> Result<Self, Problem> {
        csrf::check_origin(req, origin)?;
        let body = read_form(req, body)?;
        let params = Params::parse(&body).map_err(|bad| Self::malformed(bad.to_string()))?;
        Ok(Self(params))
    }

    /// Refuses what is given twice but `may_repeat`.
    ///
    /// # Errors
    /// 400 `malformed_form`.
    pub fn refuse_repeats(&self, may_repeat: &[&str]) -> Result<(), Problem> {
        { self.0.refuse_repeats(may_repeat) }.map_err(|bad| Self::malformed(bad.to_string()))
    }

    /// 400 `malformed_form`: a form of ours would not look like this.
    pub fn malformed(why: impl Into<Cow<'static, str>>) -> Problem {
        Problem::new(&errors::MALFORMED_FORM, why)
    }

    /// The value of a field; an empty one counts as omitted.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.0.one(name).ok().flatten()
    }

    /// The values of a field that may repeat.
    #[must_use]
    pub fn values(&self, name: &str) -> Vec<&str> {
        self.0.many(name)
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn read(types: &[&str]) -> Result<Bytes, BadForm> {
        let mut req = TestRequest::post();
        for value in types {
            req = req.append_header((CONTENT_TYPE, *value));
        }
        read_form(&req.to_http_request(), Bytes::from_static(b"a=1"))
    }

    #[test]
    fn ht_01_and_ht_02_only_an_utf_8_form_is_read() {
        for ok in [
            FORM,
            "Application/X-WWW-Form-UrlEncoded",
            "application/x-www-form-urlencoded; charset=UTF-8",
            "application/x-www-form-urlencoded;charset=\"utf-8\"",
            "application/x-www-form-urlencoded;",
        ] {
            assert_eq!(read(&[ok]).unwrap(), "a=1", "{ok}");
        }
        for other in [
            "",
            "text/plain",
            "application/json",
            "multipart/form-data; boundary=x",
            "application/x-www-form-urlencodedx",
        ] {
            assert_eq!(read(&[other]), Err(BadForm::NotAForm), "{other}");
        }
        for charset in [
            "charset=utf-16",
            "charset=utf-7",
            "charset=utf-8; charset=utf-16",
            "boundary=x",
        ] {
            assert_eq!(
                read(&[&format!("{FORM}; {charset}")]),
                Err(BadForm::NotUtf8),
                "{charset}"
            );
        }
        assert_eq!(read(&[]), Err(BadForm::NotAForm));
        assert_eq!(read(&[FORM, "text/plain"]), Err(BadForm::NotAForm));
    }
}
