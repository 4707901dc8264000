//! How mail leaves.

use lettre::{
    message::Mailbox,
    transport::smtp::client::{Certificate, CertificateStore, TlsParameters},
};

use super::super::SmtpServer;
use super::{Rule, Secrecy, quoted};

/// The URL of a mail server, or nothing.
pub(in super::super) struct SmtpUrl;

/// Certificates of authorities in PEM (RFC 7468), or nothing.
pub(in super::super) struct Authorities;

/// Who mails are from, or nothing.
pub(in super::super) struct Sender;

impl Rule for SmtpUrl {
    type Value = Option<SmtpServer>;
    const SECRECY: Secrecy = Secrecy::Secret;

    fn kind(&self) -> String {
        "smtps://user:password@host:465, or smtp://user:password@host:587 (with STARTTLS, except on a loopback address); \
         empty for none"
            .into()
    }

    fn read(&self, text: &str) -> Result<Option<SmtpServer>, String> {
        if text.is_empty() {
            return Ok(None);
        }
        SmtpServer::parse(text).map(Some)
    }
}

impl Rule for Authorities {
    type Value = Option<Certificate>;

    fn kind(&self) -> String {
        "certificates in PEM, best by mail.ca_file; empty for none".into()
    }

    /// Nothing of it is quoted in a refusal: the key may stand beside the certificate.
    fn read(&self, text: &str) -> Result<Option<Certificate>, String> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        if !text.contains("-----BEGIN CERTIFICATE-----") {
            return Err("holds no certificate in PEM".into());
        }
        let refused = |_| "holds a certificate that cannot be read".to_owned();
        let authorities = Certificate::from_pem(text.as_bytes()).map_err(refused)?;
        // Only who uses them looks into them.
        TlsParameters::builder("localhost".to_owned())
            .certificate_store(CertificateStore::None)
            .add_root_certificate(authorities.clone())
            .build()
            .map_err(refused)?;
        Ok(Some(authorities))
    }
}

impl Rule for Sender {
    type Value = Option<Mailbox>;

    fn kind(&self) -> String {
        "an address like Acme <no-reply@acme.example>".into()
    }

    fn read(&self, text: &str) -> Result<Option<Mailbox>, String> {
        if text.is_empty() {
            return Ok(None);
        }
        if text.contains(char::is_control) {
            return Err("is not on one line".into());
        }
        let refused = |_| format!("is {}, not an e-mail address", quoted(text));
        text.parse().map(Some).map_err(refused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authorities_are_certificates_that_can_be_read() {
        let good = include_str!("../tests/authority.pem");
        for good in [good, &format!("\n{good}\n{good}")] {
            assert!(Authorities.read(good).unwrap().is_some(), "{good}");
        }
        assert!(Authorities.read(" \n").unwrap().is_none());
        let half = good
            .lines()
            .filter(|line| !line.starts_with("MI"))
            .collect::<Vec<_>>();
        for bad in [
            "/etc/ssl/hunter2.pem".to_owned(),
            "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----".to_owned(),
            "-----BEGIN CERTIFICATE-----\nhunter2\n-----END CERTIFICATE-----".to_owned(),
            half.join("\n"),
            format!("{good}\n{}", half.join("\n")),
        ] {
            let problem = Authorities.read(&bad).map(drop).unwrap_err();
            assert!(!problem.contains("hunter2"), "{problem}");
        }
    }

    #[test]
    fn a_sender_is_an_address_with_or_without_a_name() {
        for good in [
            "a@b.example",
            "Acme <a@b.example>",
            "\"Acme, Inc.\" <a@b.example>",
        ] {
            assert!(Sender.read(good).unwrap().is_some(), "{good}");
        }
        for bad in ["Acme", "a@", "Acme <a@b.example>\r\nBcc: x@y.example"] {
            assert!(Sender.read(bad).is_err(), "{bad}");
        }
        assert!(Sender.read("").unwrap().is_none());
    }
}
