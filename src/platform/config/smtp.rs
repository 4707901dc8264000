//! The mail server that the operator names in one URL.

use std::net::IpAddr;

use url::{Host, Url};

use super::SecretText;

/// Where mail is handed over, and how the way there is protected.
#[derive(Clone, Debug)]
pub struct SmtpServer {
    /// A name, or an address without brackets.
    pub host: String,
    /// The port; 465 for `smtps`, 587 for `smtp` where the URL names none.
    pub port: u16,
    /// What stands between us and who listens.
    pub protection: Protection,
    /// Who we say we are, if the server asks.
    pub credentials: Option<Credentials>,
}

/// How a connection to a mail server is protected. There is nothing opportunistic: who could make us fall back could read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// TLS from the first byte (RFC 8314 §3.3): `smtps://`.
    Tls,
    /// TLS before anything is said that matters, or nothing is said (RFC 3207): `smtp://`.
    StartTls,
    /// None: `smtp://` to a loopback address, which nobody else can hear.
    None,
}

/// A user name and password (RFC 4954).
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The name.
    pub user: String,
    /// The password.
    pub password: SecretText,
}

impl SmtpServer {
    /// Reads the URL. Nothing of it is quoted in a refusal: it may hold a password.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let refused = |why: &str| Err(format!("is not the URL of a mail server: {why}"));
        let Ok(url) = Url::parse(text) else {
            return refused("it cannot be read");
        };
        let Some(host) = url.host_str().filter(|host| !host.is_empty()) else {
            return refused("it names no host");
        };
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return refused("something follows the host");
        }
        // In a URL of this scheme an address is a name like any other, unless it is one of IPv6.
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let (protection, port) = match url.scheme() {
            "smtps" => (Protection::Tls, 465),
            "smtp" if is_loopback(host) => (Protection::None, 587),
            "smtp" => (Protection::StartTls, 587),
            _ => return refused("its scheme is neither smtp nor smtps"),
        };
        if Host::parse(host).is_err() && host.parse::<IpAddr>().is_err() {
            return refused("its host is none");
        }
        let credentials = match (url.username(), url.password()) {
            ("", None) => None,
            (user, Some(password)) if !user.is_empty() => {
                let (Some(user), Some(password)) = (decoded(user), decoded(password)) else {
                    return refused("its user name or password is not percent-encoded text");
                };
                let password = SecretText::new(password);
                Some(Credentials { user, password })
            }
            _ => return refused("a user name and a password belong together"),
        };
        Ok(Self {
            host: host.to_owned(),
            port: url.port().unwrap_or(port),
            protection,
            credentials,
        })
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Percent-decoded (RFC 3986 §2.1), where that is text.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let mut digit = || char::from(rest.next()?).to_digit(16);
            let (high, low) = (digit()?, digit()?);
            bytes.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    let text = String::from_utf8(bytes).ok()?;
    (!text.contains(char::is_control)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_says_where_and_how() {
        for (url, host, port, protection) in [
            (
                "smtps://mail.example.com",
                "mail.example.com",
                465,
                Protection::Tls,
            ),
            (
                "smtp://mail.example.com",
                "mail.example.com",
                587,
                Protection::StartTls,
            ),
            (
                "smtp://mail.example.com:25",
                "mail.example.com",
                25,
                Protection::StartTls,
            ),
            ("smtp://10.0.0.1:25", "10.0.0.1", 25, Protection::StartTls),
            ("smtp://127.0.0.1:1025", "127.0.0.1", 1025, Protection::None),
            ("smtp://localhost:1025/", "localhost", 1025, Protection::None),
            ("smtp://[::1]:1025", "::1", 1025, Protection::None),
            ("smtps://[2001:db8::1]", "2001:db8::1", 465, Protection::Tls),
        ] {
            let server = SmtpServer::parse(url).unwrap();
            assert_eq!((server.host.as_str(), server.port), (host, port), "{url}");
            assert_eq!(server.protection, protection, "{url}");
            assert!(server.credentials.is_none(), "{url}");
        }
    }

    #[test]
    fn a_password_may_hold_anything_and_is_never_printed() {
        let server = SmtpServer::parse("smtps://mara%40a.example:hun%2Fter%3A2+@mail.example.com").unwrap();
        let printed = format!("{server:?}");
        let credentials = server.credentials.unwrap();
        assert_eq!(credentials.user, "mara@a.example");
        assert_eq!(credentials.password.expose(), "hun/ter:2+");
        assert!(!printed.contains("hun"), "{printed}");
    }

    #[test]
    fn anything_else_is_refused_unquoted() {
        for bad in [
            "hunter2",
            "http://u:hunter2@h",
            "smtp://",
            "smtp://u@h",
            "smtp://:hunter2@h",
            "smtp://u:hunter2@h/path",
            "smtp://u:hunter2@h?tls=required",
            "smtp://u:hunter2%0d@h",
            "smtp://u:hunter2%f@h",
        ] {
            let problem = SmtpServer::parse(bad).unwrap_err();
            assert!(!problem.contains("hunter2"), "{problem}");
        }
    }
}
