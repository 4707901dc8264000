//! What names a provider of identities, and us at it.

use url::{Host, Url};
use uuid::Uuid;

use super::super::SecretText;
use super::{Rule, Secrecy, Shape, quoted};

/// What the API and our addresses call a provider.
pub(in super::super) struct ProviderId;

/// An address of a provider: https, or http on a loopback host. Kept as it is written: `iss` is compared as a string.
pub(in super::super) struct ProviderAddress;

/// The same, or nothing.
pub(in super::super) struct OptionalAddress;

/// A `client_id`, as another server wrote it (RFC 6749 Appendix A.1).
pub(in super::super) struct ForeignClient;

/// Several of them.
pub(in super::super) struct ForeignClients;

/// Tenant ids of Microsoft's.
pub(in super::super) struct Tenants;

/// A secret of ours at another server, or nothing.
pub(in super::super) struct OptionalSecret;

impl Rule for ProviderId {
    type Value = String;

    fn kind(&self) -> String {
        "1 to 32 lower-case ASCII letters, digits and hyphens, but not \"local\"".into()
    }

    fn read(&self, text: &str) -> Result<String, String> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if !(1..=32).contains(&text.len()) || !text.bytes().all(allowed) {
            return Err(format!("is {}, which cannot stand in an address", quoted(text)));
        }
        // `"provider": "local"` means the password.
        if text == "local" {
            return Err("is \"local\", which means accounts with a password".into());
        }
        Ok(text.to_owned())
    }
}

impl Rule for ProviderAddress {
    type Value = String;

    fn kind(&self) -> String {
        "an https address without query or fragment (http only on a loopback host)".into()
    }

    fn read(&self, text: &str) -> Result<String, String> {
        let url = Url::parse(text)
            .ok()
            .filter(|_| text.bytes().all(|byte| byte.is_ascii_graphic()))
            .ok_or_else(|| format!("is {}, not an absolute address", quoted(text)))?;
        if !url.username().is_empty() || url.password().is_some() || text.contains('@') {
            return Err("holds a user name or password".into());
        }
        if text.contains(['?', '#']) {
            return Err(format!("is {}, which has a query or fragment", quoted(text)));
        }
        let loopback = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => return Err(format!("is {}, which has no host", quoted(text))),
        };
        match url.scheme() {
            "https" => Ok(text.to_owned()),
            "http" if loopback => Ok(text.to_owned()),
            // Whoever answers in the provider's place says who everybody is.
            _ => Err(format!("is {}, not https", quoted(text))),
        }
    }
}

impl Rule for OptionalAddress {
    type Value = Option<String>;

    fn kind(&self) -> String {
        format!(
            "{}; empty for what follows from the issuer",
            ProviderAddress.kind()
        )
    }

    fn read(&self, text: &str) -> Result<Option<String>, String> {
        if text.is_empty() {
            return Ok(None);
        }
        ProviderAddress.read(text).map(Some)
    }
}

impl Rule for ForeignClient {
    type Value = String;

    fn kind(&self) -> String {
        "1 to 255 printable ASCII characters without blank or comma".into()
    }

    fn read(&self, text: &str) -> Result<String, String> {
        let allowed = |byte: u8| byte.is_ascii_graphic() && byte != b',';
        if (1..=255).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(text.to_owned())
        } else {
            Err(format!("is {}, not a client id", quoted(text)))
        }
    }
}

impl Rule for ForeignClients {
    type Value = Vec<String>;
    const SHAPE: Shape = Shape::List;

    fn kind(&self) -> String {
        "client ids".into()
    }

    fn read(&self, text: &str) -> Result<Vec<String>, String> {
        listed(text).map(|id| ForeignClient.read(id)).collect()
    }
}

impl Rule for Tenants {
    type Value = Vec<String>;
    const SHAPE: Shape = Shape::List;

    fn kind(&self) -> String {
        "tenant ids, each a UUID in lower case".into()
    }

    fn read(&self, text: &str) -> Result<Vec<String>, String> {
        let tenant = |id: &str| match Uuid::try_parse(id) {
            Ok(uuid) if uuid.hyphenated().to_string() == id => Ok(id.to_owned()),
            _ => Err(format!("has {}, not a tenant id", quoted(id))),
        };
        listed(text).map(tenant).collect()
    }
}

impl Rule for OptionalSecret {
    type Value = Option<SecretText>;
    const SECRECY: Secrecy = Secrecy::Secret;

    fn kind(&self) -> String {
        "1 to 500 printable ASCII characters, best by client_secret_file; empty for none".into()
    }

    fn read(&self, text: &str) -> Result<Option<SecretText>, String> {
        if text.len() > 500 || !text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
            return Err("is not a client secret".into());
        }
        Ok((!text.is_empty()).then(|| SecretText::new(text.to_owned())))
    }
}

fn listed(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', '\n'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorts<R: Rule>(rule: &R, good: &[&str], bad: &[&str]) {
        for text in good {
            assert!(rule.read(text).is_ok(), "{text} was refused");
        }
        for text in bad {
            assert!(rule.read(text).is_err(), "{text} was let in");
        }
    }

    #[test]
    fn a_provider_is_called_what_can_stand_in_an_address_and_never_local() {
        let long = "a".repeat(33);
        sorts(
            &ProviderId,
            &["google", "acme-sso", "a", "1"],
            &["", "local", "Google", "a/b", "a b", "..", "\u{e9}", &long],
        );
    }

    #[test]
    fn a_provider_is_reached_by_https_or_on_this_machine() {
        sorts(
            &ProviderAddress,
            &[
                "https://accounts.google.com",
                "https://login.microsoftonline.com/{tenantid}/v2.0",
                "http://127.0.0.1:9000",
                "http://[::1]:9000/a",
            ],
            &[
                "",
                "accounts.google.com",
                "http://accounts.google.com",
                "http://127.0.0.1.evil.test",
                "https://a@b.example",
                "https://b.example?x=1",
                "https://b.example#",
                "https://b.example/\n",
                "ftp://b.example",
            ],
        );
        assert_eq!(OptionalAddress.read(""), Ok(None));
    }

    #[test]
    fn tenants_and_clients_are_lists_and_a_secret_is_never_quoted() {
        sorts(
            &Tenants,
            &["", "9188040d-6c67-4c5b-b112-36a304b66dad"],
            &[
                "common",
                "9188040D-6c67-4c5b-b112-36a304b66dad",
                "9188040d6c674c5bb11236a304b66dad",
            ],
        );
        assert_eq!(ForeignClients.read("a, b").unwrap(), ["a", "b"]);
        sorts(
            &ForeignClient,
            &["123.apps.example"],
            &["", "a b", "a,b", "\u{e9}"],
        );
        assert!(OptionalSecret.read("").unwrap().is_none());
        assert!(!OptionalSecret.read("hunter2\n").unwrap_err().contains("hunter2"));
    }
}
