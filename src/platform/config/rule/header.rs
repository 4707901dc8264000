//! Names of headers (RFC 9110 §5.1).

use actix_web::http::header::HeaderName;

use super::{Rule, Shape, quoted};

/// One or more names of headers that nothing else reads.
pub(in super::super) struct HeaderNames;

/// What the server, its proxies or HTTP itself read: a workspace cannot be named there.
const TAKEN: &[&str] = &[
    "accept",
    "authorization",
    "connection",
    "content-length",
    "content-type",
    "cookie",
    "forwarded",
    "host",
    "origin",
    "transfer-encoding",
    "x-api-key",
    "x-correlation-id",
    "x-forwarded-for",
    "x-forwarded-method",
    "x-forwarded-proto",
    "x-forwarded-uri",
    "x-request-id",
];

impl Rule for HeaderNames {
    type Value = Vec<String>;
    const SHAPE: Shape = Shape::List;

    fn kind(&self) -> String {
        "names of headers of your own, like x-workspace-id".into()
    }

    fn read(&self, text: &str) -> Result<Vec<String>, String> {
        let names: Vec<String> = text
            .split([',', '\n'])
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .map(name)
            .collect::<Result<_, _>>()?;
        if names.is_empty() {
            return Err("is empty".into());
        }
        Ok(names)
    }
}

fn name(text: &str) -> Result<String, String> {
    let name = HeaderName::from_bytes(text.as_bytes())
        .map_err(|_| format!("has {}, which is no name of a header", quoted(text)))?;
    if TAKEN.contains(&name.as_str()) {
        return Err(format!("has {name}, which has another meaning"));
    }
    Ok(name.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_of_ones_own_is_taken_in_lower_case_and_no_other() {
        assert_eq!(
            HeaderNames.read("X-Workspace-Id, x-acme-workspace").unwrap(),
            ["x-workspace-id", "x-acme-workspace"]
        );
        for bad in [
            "",
            ",",
            "x workspace",
            "x-w\u{e4}",
            "Authorization",
            "x-workspace-id, cookie",
        ] {
            assert!(HeaderNames.read(bad).is_err(), "{bad}");
        }
    }
}
