//! The door of every endpoint that clients call: who asks, and the proof of it (RFC 6749 §2.3).

use base64::{Engine, prelude::BASE64_STANDARD};
use diesel::PgConnection;
use zeroize::Zeroizing;

use crate::{
    oauth::client::{
        registration::{Client, Kind},
        secret,
    },
    platform::{
        clock::Timestamp,
        db::{Internal, Verdict},
        id::{ApiKeyId, ClientId},
        secret::{Kind as SecretKind, Secret},
    },
    web::params::{self, Params},
    wire::error::OAuthError,
};

/// A client as it presents itself: nothing of it is proven.
pub struct Presented {
    client_id: String,
    proof: Option<Zeroizing<String>>,
}

/// Why a client was not let in; and which, where its name is known, so that the log can say so.
#[derive(Debug)]
pub struct Rejected {
    /// What it is told.
    pub error: OAuthError,
    /// The client whose credentials were wrong.
    pub known: Option<ClientId>,
}

impl From<OAuthError> for Rejected {
    fn from(error: OAuthError) -> Self {
        Self { error, known: None }
    }
}

impl Presented {
    /// Reads `client_secret_basic`, `client_secret_post` or `none`: exactly one of them (§2.3).
    ///
    /// Refuses with `invalid_request` what uses two methods or contradicts itself, with `invalid_client` what names
    /// no client or is malformed.
    pub fn read(authorization: &[&str], query: &str, params: &Params) -> Result<Self, OAuthError> {
        refuse_in_uri(query)?;
        let one = |name| {
            params
                .one(name)
                .map_err(|repeated| OAuthError::invalid_request(repeated.to_string()))
        };
        let body_id = one("client_id")?;
        let body_secret = one("client_secret")?;
        match (authorization, body_secret) {
            ([], _) => {
                let client_id =
                    body_id.ok_or_else(|| OAuthError::invalid_client("no client authentication"))?;
                let proof = body_secret.map(|secret| Zeroizing::new(secret.to_owned()));
                Ok(Self {
                    client_id: client_id.to_owned(),
                    proof,
                })
            }
            ([_], Some(_)) => Err(OAuthError::invalid_request(
                "use one method of client authentication, not two",
            )),
            ([header], None) => {
                let basic = Self::from_basic(header).ok_or_else(|| {
                    OAuthError::invalid_client("the Authorization header is not valid Basic")
                })?;
                if body_id.is_some_and(|id| id != basic.client_id) {
                    return Err(OAuthError::invalid_request(
                        "client_id differs from the client in the Authorization header",
                    ));
                }
                Ok(basic)
            }
            _ => Err(OAuthError::invalid_request("more than one Authorization header")),
        }
    }

    /// What is presented, if its proof is an API key: that, and the id that is said to be the key's. Only the token endpoint asks; to
    /// every other a key is a client that does not exist.
    #[must_use]
    pub fn api_key(&self, vendor: &str) -> Option<(Secret, Option<ApiKeyId>)> {
        let secret = Secret::parse(vendor, self.proof.as_ref()?)?;
        matches!(secret.kind(), SecretKind::ApiKey | SecretKind::PublishableKey)
            .then(|| (secret, ApiKeyId::parse(&self.client_id)))
    }

    /// §2.3.1: both halves are form-encoded first, so the first colon is the separator.
    fn from_basic(header: &str) -> Option<Self> {
        let (scheme, encoded) = header.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let bytes = Zeroizing::new(BASE64_STANDARD.decode(encoded.trim()).ok()?);
        let colon = bytes.iter().position(|&byte| byte == b':')?;
        let client_id = params::decode(&bytes[..colon]).ok()?;
        let secret = Zeroizing::new(params::decode(&bytes[colon + 1..]).ok()?);
        Some(Self {
            client_id,
            proof: (!secret.is_empty()).then_some(secret),
        })
    }
}

/// §2.3.1: credentials never travel in the URI. It is in logs and histories by the time we see it.
///
/// Pair by pair: what stands beside it, well-formed or not, makes it no better. Refuses with `invalid_request`.
pub fn refuse_in_uri(query: &str) -> Result<(), OAuthError> {
    let names = query
        .split('&')
        .map(|pair| pair.split('=').next().unwrap_or(pair));
    let mut decoded = names.map(|name| params::decode(name.as_bytes()));
    if decoded.any(|name| name.as_deref() == Ok("client_secret")) {
        return Err(OAuthError::invalid_request(
            "client credentials must not be in the request URI",
        ));
    }
    Ok(())
}

/// Proves the presented client, in one look-up.
///
/// Refuses with `invalid_client`, in the same words for an unknown client and a wrong secret.
pub fn authenticate(
    conn: &mut PgConnection,
    vendor: &str,
    presented: &Presented,
    now: Timestamp,
) -> Verdict<Client, Rejected> {
    let refused = |known| Rejected {
        error: OAuthError::invalid_client("client authentication failed"),
        known,
    };
    let Some(id) = ClientId::parse(&presented.client_id) else {
        return Ok(Err(refused(None)));
    };
    let secret = presented
        .proof
        .as_ref()
        .and_then(|proof| Secret::parse(vendor, proof));
    let Some((client, proved)) =
        secret::find_with_client(conn, id, secret.as_ref(), now).map_err(Internal::from)?
    else {
        return Ok(Err(refused(None)));
    };
    let let_in = match client.kind {
        // A secret from a client that has none is a mistake or a probe; never "authenticated".
        Kind::Public => presented.proof.is_none(),
        Kind::Confidential | Kind::ResourceServer => proved,
    };
    Ok(if let_in && client.disabled_at.is_none() {
        Ok(client)
    } else {
        Err(refused(Some(id)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(authorization: &[&str], body: &str) -> Result<(String, Option<String>), String> {
        Presented::read(authorization, "", &Params::parse(body.as_bytes()).unwrap())
            .map(|it| (it.client_id, it.proof.map(|proof| proof.to_string())))
            .map_err(|error| error.code.as_str().to_owned())
    }

    fn basic(pair: &str) -> String {
        format!("Basic {}", BASE64_STANDARD.encode(pair))
    }

    #[test]
    fn the_example_of_rfc_6749_2_3_1_is_read() {
        assert_eq!(
            read(&["Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3"], ""),
            Ok(("s6BhdRkqt3".to_owned(), Some("7Fjfp0ZBr1KtDRbnfVdmIw".to_owned())))
        );
    }

    #[test]
    fn both_halves_of_basic_are_form_decoded_after_the_first_colon() {
        let read_basic = |pair| read(&[&basic(pair)], "");
        assert_eq!(
            read_basic("a%3Ab:c%25%C3%A9+d"),
            Ok(("a:b".to_owned(), Some("c%é d".to_owned())))
        );
        assert_eq!(read_basic("a:b:c"), Ok(("a".to_owned(), Some("b:c".to_owned()))));
        assert_eq!(read_basic("a:"), Ok(("a".to_owned(), None)));
        for malformed in ["a", "a:%", "a:%ff"] {
            assert_eq!(
                read_basic(malformed),
                Err("invalid_client".to_owned()),
                "{malformed}"
            );
        }
    }

    #[test]
    fn two_methods_or_two_clients_in_one_request_are_refused() {
        let header = basic("a:b");
        let invalid_request = Err("invalid_request".to_owned());
        assert_eq!(read(&[&header], "client_secret=b"), invalid_request, "CA-03");
        assert_eq!(read(&[&header], "client_id=other"), invalid_request, "CA-04");
        assert_eq!(read(&[&header, &header], ""), invalid_request);
        assert_eq!(read(&[&header], "client_id=a").unwrap().0, "a");
        assert_eq!(
            read(&[], "client_id=a&client_secret="),
            Ok(("a".to_owned(), None)),
            "CA-07"
        );
        assert_eq!(read(&["Bearer x"], ""), Err("invalid_client".to_owned()));
        let query = Presented::read(&[], "client_secret=x", &Params::parse(b"client_id=a").unwrap());
        assert_eq!(query.err().unwrap().code.as_str(), "invalid_request", "CA-08");
    }
}
