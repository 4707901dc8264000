//! Mail to the operator's server (RFC 5321, RFC 6409).
//!
//! # Decisions
//! * One connection a mail, and no pool: a dialogue that is given up half-way must never be continued with the next mail.
//! * One deadline for the whole dialogue, up to the answer that takes the mail. What comes after it, the farewell, is not
//!   waited for: a server that hangs there has the mail already.
//! * Only a refusal of this very mail is final. A server that does not let us in at all does so until somebody mends it, and
//!   then what waited is sent.

use std::time::Duration;

use lettre::{
    message::Mailbox as Party,
    transport::smtp::{
        Error,
        authentication::{Credentials, Mechanism},
        client::{AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters},
        commands::Quit,
        extension::ClientId,
    },
};
use tokio::{net::TcpStream, time::timeout};

use super::{Mail, Stamp, Undelivered, in_clear::InClear, message};
use crate::platform::config::{Protection, SmtpServer};

/// How long a server is given to take leave.
const FAREWELL: Duration = Duration::from_secs(2);

/// 5xx that speak of us and not of the mail (RFC 4954 §6): the operator can mend them.
const OURS: [u16; 4] = [530, 534, 535, 538];

/// The longest word of a server that is kept: what is longer may be a token.
const LONGEST_WORD: usize = 20;

/// The most of a server's answer that is kept, in bytes.
const LONGEST_ANSWER: usize = 200;

/// The way to a mail server.
#[derive(Clone)]
pub struct Smtp {
    server: SmtpServer,
    tls: Result<TlsParameters, String>,
    from: Party,
    hello: ClientId,
    deadline: Duration,
}

/// How far a dialogue came.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Connection, TLS, who we are.
    Door,
    /// The mail itself.
    Mail,
}

impl Smtp {
    /// To this server, which these authorities vouch for, or else those of the system; with mails from `from`, introducing itself
    /// as `host`.
    #[must_use]
    pub fn new(
        server: SmtpServer,
        authorities: Option<Certificate>,
        from: Party,
        host: &str,
        deadline: Duration,
    ) -> Self {
        let mut tls = TlsParameters::builder(server.host.clone());
        if let Some(authorities) = authorities {
            tls = tls
                .certificate_store(CertificateStore::None)
                .add_root_certificate(authorities);
        }
        // Told at every attempt: the server of pages and tokens need not stand still for it.
        let tls = tls.build().map_err(|error| error.to_string());
        Self {
            server,
            tls,
            from,
            hello: hello(host),
            deadline,
        }
    }

    pub(super) async fn deliver(&self, mail: &Mail, stamp: &Stamp) -> Result<(), Undelivered> {
        let message = message(mail, self.from.clone(), stamp)?;
        let (envelope, bytes) = (message.envelope().clone(), message.formatted());
        let mut stage = Stage::Door;
        let dialogue = async {
            let mut conn = self.connect().await?;
            stage = Stage::Mail;
            conn.send(&envelope, &bytes)
                .await
                .map_err(|error| refused(&error))?;
            Ok(conn)
        };
        let ended = timeout(self.deadline, dialogue).await;
        let mut conn = match ended {
            Ok(Ok(conn)) => conn,
            Ok(Err(Undelivered::Never(why))) if stage == Stage::Door => return Err(Undelivered::Later(why)),
            Ok(Err(undelivered)) => return Err(undelivered),
            Err(_) => {
                return Err(Undelivered::Later(
                    "the mail server did not answer in time".to_owned(),
                ));
            }
        };
        tokio::spawn(async move { timeout(FAREWELL, conn.command(Quit)).await });
        Ok(())
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Undelivered> {
        let refused = |error: Error| refused(&error);
        let tls =
            || { self.tls.clone() }.map_err(|why| Undelivered::Later(format!("TLS cannot be used: {why}")));
        let address = (self.server.host.as_str(), self.server.port);
        let mut conn = match self.server.protection {
            Protection::StartTls => {
                let socket = TcpStream::connect(address).await;
                let socket = socket.map_err(|error| Undelivered::Later(unreachable(&error.to_string())))?;
                let in_clear = Box::new(InClear::new(socket));
                let mut conn = AsyncSmtpConnection::connect_with_transport(in_clear, &self.hello)
                    .await
                    .map_err(refused)?;
                conn.starttls(tls()?, &self.hello).await.map_err(refused)?;
                conn
            }
            protection @ (Protection::Tls | Protection::None) => {
                let tls = (protection == Protection::Tls).then(tls).transpose()?;
                AsyncSmtpConnection::connect_tokio1(address, Some(self.deadline), &self.hello, tls, None)
                    .await
                    .map_err(refused)?
            }
        };
        if let Some(known) = &self.server.credentials {
            let credentials = Credentials::new(known.user.clone(), known.password.expose().to_owned());
            conn.auth(&[Mechanism::Plain, Mechanism::Login], &credentials)
                .await
                .map_err(refused)?;
        }
        Ok(conn)
    }
}

fn hello(host: &str) -> ClientId {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    match bare.parse() {
        Ok(std::net::IpAddr::V4(address)) => ClientId::Ipv4(address),
        Ok(std::net::IpAddr::V6(address)) => ClientId::Ipv6(address),
        Err(_) => ClientId::Domain(host.to_owned()),
    }
}

fn refused(error: &Error) -> Undelivered {
    let code = error.status().map(u16::from);
    let said = std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string);
    let why = match code {
        Some(code) => format!("the mail server said {code} {}", harmless(&said)),
        None => unreachable(&said),
    };
    if error.is_permanent() && !code.is_some_and(|code| OURS.contains(&code)) {
        Undelivered::Never(why)
    } else {
        Undelivered::Later(why)
    }
}

fn unreachable(why: &str) -> String {
    format!(
        "the mail server cannot be reached or understood: {}",
        harmless(why)
    )
}

/// What a server said, without words that may be out of the mail: links, tokens, addresses.
fn harmless(said: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-.,;:()'\"!".contains(c);
    let kept = said.split_whitespace().map(|word| {
        if word.len() <= LONGEST_WORD && word.chars().all(plain) && !word.contains("..") {
            word
        } else {
            "[\u{2026}]"
        }
    });
    let mut told = String::new();
    for word in kept {
        if told.len() + word.len() >= LONGEST_ANSWER {
            break;
        }
        if !told.is_empty() {
            told.push(' ');
        }
        told.push_str(word);
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_quotes_the_mail_is_not_quoted() {
        let said = "5.7.1 Blocked: link https://id.example/reset?token=cst_pr_0aBcDeFgHiJkLmNoPqRsTuVwXyZ listed for \
                    bob@b.example, see cst_pr_0aBcDeFgHiJkLmNoPqRsTuVwXyZ";
        assert_eq!(
            harmless(said),
            "5.7.1 Blocked: link [\u{2026}] listed for [\u{2026}] see [\u{2026}]"
        );
        assert!(harmless(&"word ".repeat(1000)).len() <= LONGEST_ANSWER);
    }

    #[test]
    fn an_address_says_hello_as_an_address() {
        assert!(matches!(hello("127.0.0.1"), ClientId::Ipv4(_)));
        assert!(matches!(hello("[::1]"), ClientId::Ipv6(_)));
        assert!(matches!(hello("id.example.com"), ClientId::Domain(_)));
    }
}
