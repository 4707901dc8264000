//! The issuer identifier (RFC 8414 §2, RFC 9207 §2): this server's own address.

use std::{fmt, net::IpAddr};

use url::{Host, Url};

/// This server's own address: an https origin, or http on a loopback host.
///
/// Clients compare it as a string, so there is one spelling: no path, no trailing slash, no default port, the
/// host in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer {
    text: String,
    host: String,
    https: bool,
}

impl Issuer {
    /// Reads an issuer.
    ///
    /// # Errors
    /// A sentence that says which rule is broken and, where one exists, the spelling to use instead.
    pub fn parse(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|error| format!("is not an absolute URL ({error})"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err("holds a user name or password; an issuer is public".into());
        }
        let https = match url.scheme() {
            "https" => true,
            "http" => false,
            other => return Err(format!("has the scheme {other}; an issuer is https")),
        };
        let host = url.host().ok_or("has no host")?;
        if !https && !is_loopback(&host) {
            return Err(format!(
                "is http, which is allowed only on a loopback host, not on {host}"
            ));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err("has a query or fragment; an issuer has neither (RFC 8414 §2)".into());
        }
        let origin = url.origin().ascii_serialization();
        if url.path() != "/" {
            return Err(format!(
                "has a path; Consentry serves one issuer per origin, so give it an origin of its own, like {origin}"
            ));
        }
        if text != origin {
            return Err(format!("is not in its one spelling; write {origin}"));
        }
        Ok(Self {
            text: origin,
            host: host.to_string(),
            https,
        })
    }

    /// The issuer as it stands in `iss`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The absolute URL of a path of this server. The path begins with `/`.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        debug_assert!(path.starts_with('/'), "a path begins with a slash: {path}");
        format!("{}{path}", self.text)
    }

    /// Whether it is https, and so whether cookies can be `Secure`.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.https
    }

    /// The host without its port, an IPv6 address in brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => IpAddr::V4(*address).is_loopback(),
        Host::Ipv6(address) => IpAddr::V6(*address).is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_an_https_origin_or_http_on_loopback() {
        for good in [
            "https://id.example.com",
            "https://id.example.com:8443",
            "http://127.0.0.1:8080",
            "http://localhost:1",
            "http://[::1]:8080",
        ] {
            let issuer = Issuer::parse(good).unwrap();
            assert_eq!(issuer.as_str(), good);
            assert_eq!(issuer.url("/oauth/token"), format!("{good}/oauth/token"));
            assert_eq!(issuer.is_https(), good.starts_with("https"));
        }
        assert_eq!(Issuer::parse("http://[::1]:8080").unwrap().host(), "[::1]");
    }

    #[test]
    fn anything_else_is_refused_with_its_reason() {
        for (bad, reason) in [
            ("id.example.com", "not an absolute URL"),
            ("ftp://id.example.com", "scheme ftp"),
            ("http://id.example.com", "loopback"),
            ("http://10.0.0.1", "loopback"),
            ("http://localhost.example.com", "loopback"),
            ("https://id.example.com/", "write https://id.example.com"),
            ("https://ID.example.com", "write https://id.example.com"),
            ("https://id.example.com:443", "write https://id.example.com"),
            ("https://id.example.com/auth", "has a path"),
            ("https://id.example.com?x", "query or fragment"),
            ("https://id.example.com#x", "query or fragment"),
            ("https://mara:pw@id.example.com", "user name or password"),
        ] {
            let problem = Issuer::parse(bad).unwrap_err();
            assert!(problem.contains(reason), "{bad}: {problem}");
        }
    }
}
