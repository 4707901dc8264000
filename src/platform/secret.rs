//! Credentials that we make and later only recognise: `{vendor}_{kind}_{body}{check}`.
//!
//! `body` is base62 of a UUIDv7 id (16 bytes) and 24 random bytes, as five big-endian 64-bit groups of eleven
//! characters; `check` is six base62 characters of the CRC-32 of all that stands before it. A typo or a foreign string
//! is refused without asking the database, and a secret scanner can tell ours from noise.
//!
//! At rest only SHA-256 of the random part is kept: 192 bits of entropy need no slow hash.

use aws_lc_rs::{constant_time, digest, hmac};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use rand::{TryRng, rngs::SysRng};
use uuid::Uuid;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::platform::{clock::Timestamp, id::uuid_at};

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const GROUP: usize = 11;
const GROUPS: usize = 5;
const CHECK: usize = 6;

/// What a credential is for. Its two letters are part of the credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `at`: an access token.
    AccessToken,
    /// `rt`: a refresh token.
    RefreshToken,
    /// `ac`: an authorization code.
    AuthorizationCode,
    /// `cs`: a client secret.
    ClientSecret,
    /// `st`: the cookie of a signed-in browser.
    BrowserSession,
    /// `bb`: the cookie that binds an authorization request to the browser that began it.
    BrowserBinding,
    /// `sr`: renews the access token of a program's session, once.
    SessionRefresh,
    /// `iv`: an invitation to a workspace.
    Invitation,
    /// `ec`: in a link that was sent by mail.
    EmailCode,
    /// `hs`: of a person whose second factor is awaited.
    HalfSignIn,
    /// `ak`: an API key.
    ApiKey,
    /// `pk`: an API key that stands in web pages, where everybody can read it.
    PublishableKey,
}

impl Kind {
    const ALL: [Self; 12] = [
        Self::AccessToken,
        Self::RefreshToken,
        Self::AuthorizationCode,
        Self::ClientSecret,
        Self::BrowserSession,
        Self::BrowserBinding,
        Self::SessionRefresh,
        Self::Invitation,
        Self::EmailCode,
        Self::HalfSignIn,
        Self::ApiKey,
        Self::PublishableKey,
    ];

    /// The two letters.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::AccessToken => "at",
            Self::RefreshToken => "rt",
            Self::AuthorizationCode => "ac",
            Self::ClientSecret => "cs",
            Self::BrowserSession => "st",
            Self::BrowserBinding => "bb",
            Self::SessionRefresh => "sr",
            Self::Invitation => "iv",
            Self::EmailCode => "ec",
            Self::HalfSignIn => "hs",
            Self::ApiKey => "ak",
            Self::PublishableKey => "pk",
        }
    }
}

/// SHA-256 of what makes a credential secret: the only part of it that is stored.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, diesel::expression::AsExpression, diesel::deserialize::FromSqlRow,
)]
#[diesel(sql_type = diesel::sql_types::Binary)]
pub struct Digest([u8; 32]);

impl Digest {
    /// SHA-256 of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let mut out = [0; 32];
        out.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
        Self(out)
    }

    /// The 32 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Whether both are the same, in time that does not depend on where they differ.
    #[must_use]
    pub fn matches(&self, other: &Self) -> bool {
        constant_time::verify_slices_are_equal(&self.0, &other.0).is_ok()
    }
}

impl diesel::deserialize::FromSql<diesel::sql_types::Binary, diesel::pg::Pg> for Digest {
    fn from_sql(bytes: diesel::pg::PgValue<'_>) -> diesel::deserialize::Result<Self> {
        Ok(Self(bytes.as_bytes().try_into()?))
    }
}

impl diesel::serialize::ToSql<diesel::sql_types::Binary, diesel::pg::Pg> for Digest {
    fn to_sql<'b>(
        &'b self,
        out: &mut diesel::serialize::Output<'b, '_, diesel::pg::Pg>,
    ) -> diesel::serialize::Result {
        <[u8] as diesel::serialize::ToSql<diesel::sql_types::Binary, diesel::pg::Pg>>::to_sql(&self.0, out)
    }
}

/// A credential in clear. It has no `Debug` and no `Serialize`; [`Secret::reveal`] is the one way out.
#[derive(Clone, ZeroizeOnDrop)]
pub struct Secret {
    #[zeroize(skip)]
    kind: Kind,
    #[zeroize(skip)]
    id: Uuid,
    random: [u8; 24],
}

impl Secret {
    /// A new credential from the operating system's randomness.
    ///
    /// # Panics
    /// If the operating system gives no randomness: nothing that we could do then would be safe.
    #[must_use]
    pub fn generate(kind: Kind, now: Timestamp) -> Self {
        let mut random = [0; 24];
        SysRng
            .try_fill_bytes(&mut random)
            .expect("the operating system's random source failed");
        Self {
            kind,
            id: uuid_at(now),
            random,
        }
    }

    /// Another credential for a row that has had one: the older one is then worth nothing.
    ///
    /// # Panics
    /// As [`Secret::generate`].
    #[must_use]
    pub fn anew(kind: Kind, id: Uuid, now: Timestamp) -> Self {
        let Self { random, .. } = Self::generate(kind, now);
        Self { kind, id, random }
    }

    /// Reads a presented credential. `None`: not ours, mistyped, or not in the one canonical spelling.
    #[must_use]
    pub fn parse(vendor: &str, presented: &str) -> Option<Self> {
        let rest = presented.strip_prefix(vendor)?.strip_prefix('_')?;
        let (tag, body) = rest.split_once('_')?;
        let kind = Kind::ALL.into_iter().find(|kind| kind.tag() == tag)?;
        if body.len() != GROUP * GROUPS + CHECK || !body.is_ascii() {
            return None;
        }
        let (before, check) = presented.split_at(presented.len() - CHECK);
        if check_of(before) != check {
            return None;
        }
        let mut bytes = Zeroizing::new([0; 40]);
        for (group, chunk) in body.as_bytes()[..GROUP * GROUPS]
            .chunks_exact(GROUP)
            .zip(bytes.chunks_exact_mut(8))
        {
            chunk.copy_from_slice(&from_base62(group)?.to_be_bytes());
        }
        let mut random = [0; 24];
        random.copy_from_slice(&bytes[16..]);
        let id = Uuid::from_slice(&bytes[..16]).ok()?;
        Some(Self { kind, id, random })
    }

    /// What it is for.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The id of its row. Not secret.
    #[must_use]
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// What its row keeps.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(&self.random)
    }

    /// The credential as its holder gets it, once.
    #[must_use]
    pub fn reveal(&self, vendor: &str) -> Zeroizing<String> {
        let mut bytes = Zeroizing::new([0; 40]);
        bytes[..16].copy_from_slice(self.id.as_bytes());
        bytes[16..].copy_from_slice(&self.random);
        let mut out = Zeroizing::new(String::with_capacity(vendor.len() + 4 + GROUP * GROUPS + CHECK));
        out.push_str(vendor);
        out.push('_');
        out.push_str(self.kind.tag());
        out.push('_');
        for chunk in bytes.chunks_exact(8) {
            let mut group = [0; 8];
            group.copy_from_slice(chunk);
            push_base62(&mut out, u64::from_be_bytes(group), GROUP);
            group.zeroize();
        }
        let check = check_of(&out);
        out.push_str(&check);
        out
    }

    /// The end of it, by which people recognise it; the check cannot be told apart from it, and neither is worth anything alone.
    #[must_use]
    pub fn last_four(&self, vendor: &str) -> String {
        let whole = self.reveal(vendor);
        whole[whole.len() - 4..].to_owned()
    }

    /// A token that only the holder of this credential can have been given, for one purpose: base64url of
    /// HMAC-SHA256. Used for the CSRF tokens of a browser, which therefore need no storage.
    #[must_use]
    pub fn derive(&self, purpose: &str) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.random);
        BASE64_URL_SAFE_NO_PAD.encode(hmac::sign(&key, purpose.as_bytes()))
    }

    /// Whether `presented` is what [`Secret::derive`] gives for this purpose, in constant time.
    #[must_use]
    pub fn derived(&self, purpose: &str, presented: &str) -> bool {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.random);
        BASE64_URL_SAFE_NO_PAD
            .decode(presented)
            .is_ok_and(|tag| hmac::verify(&key, purpose.as_bytes(), &tag).is_ok())
    }
}

/// Bytes from the operating system's randomness: for the few secrets that are no credential of ours, because another program or a
/// person's hand has to carry them.
///
/// # Panics
/// If the operating system gives no randomness: nothing that we could do then would be safe.
#[must_use]
pub fn random<const N: usize>() -> Zeroizing<[u8; N]> {
    let mut bytes = Zeroizing::new([0; N]);
    SysRng
        .try_fill_bytes(&mut *bytes)
        .expect("the operating system's random source failed");
    bytes
}

fn check_of(before: &str) -> String {
    let mut check = String::with_capacity(CHECK);
    push_base62(&mut check, u64::from(crc32fast::hash(before.as_bytes())), CHECK);
    check
}

/// Writes `value` as exactly `width` characters, most significant first.
fn push_base62(out: &mut String, mut value: u64, width: usize) {
    let mut digits = Zeroizing::new([b'0'; GROUP]);
    for digit in digits[..width].iter_mut().rev() {
        *digit = ALPHABET[usize::try_from(value % 62).unwrap_or(0)];
        value /= 62;
    }
    out.extend(digits[..width].iter().map(|&digit| char::from(digit)));
}

/// Reads one group; `None` for a foreign character or a value beyond 64 bits, so that each value has one spelling.
fn from_base62(group: &[u8]) -> Option<u64> {
    group.iter().try_fold(0_u64, |value, &character| {
        let digit = match character {
            b'0'..=b'9' => character - b'0',
            b'A'..=b'Z' => character - b'A' + 10,
            b'a'..=b'z' => character - b'a' + 36,
            _ => return None,
        };
        value.checked_mul(62)?.checked_add(u64::from(digit))
    })
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::clock::Clock;

    #[test]
    fn a_revealed_secret_is_read_back_as_itself() {
        let secret = Secret::generate(Kind::RefreshToken, Clock::system().now());
        let text = secret.reveal("cst");
        assert!(text.starts_with("cst_rt_"));
        assert_eq!(text.len(), 7 + 55 + 6);
        let back = Secret::parse("cst", &text).unwrap();
        assert_eq!(back.id(), secret.id());
        assert!(back.digest().matches(&secret.digest()));
        assert_eq!(back.kind(), Kind::RefreshToken);
    }

    #[test]
    fn every_changed_character_is_refused_before_any_look_up() {
        let text = Secret::generate(Kind::AccessToken, Clock::system().now()).reveal("cst");
        for at in 0..text.len() {
            let mut typo = text.as_bytes().to_vec();
            typo[at] = if typo[at] == b'x' { b'y' } else { b'x' };
            assert!(
                Secret::parse("cst", std::str::from_utf8(&typo).unwrap()).is_none(),
                "position {at}"
            );
        }
        assert!(Secret::parse("acme", &text).is_none());
        assert!(Secret::parse("cst", "cst_at_é").is_none());
        assert!(Secret::parse("cst", "").is_none());
    }

    #[test]
    fn a_group_beyond_64_bits_is_refused_even_with_a_right_check() {
        let mut forged = format!("cst_at_{}", "z".repeat(GROUP * GROUPS));
        forged.push_str(&check_of(&forged));
        assert!(Secret::parse("cst", &forged).is_none());
    }

    #[test]
    fn a_derived_token_is_bound_to_holder_and_purpose() {
        let (mine, other) = {
            let now = Clock::system().now();
            (
                Secret::generate(Kind::BrowserBinding, now),
                Secret::generate(Kind::BrowserBinding, now),
            )
        };
        let token = mine.derive("consent 1");
        assert!(mine.derived("consent 1", &token));
        assert!(!mine.derived("consent 2", &token));
        assert!(!other.derived("consent 1", &token));
    }

    #[test]
    fn random_parts_never_repeat() {
        let now = Clock::system().now();
        let seen: std::collections::HashSet<_> = (0..10_000)
            .map(|_| Secret::generate(Kind::AuthorizationCode, now).random)
            .collect();
        assert_eq!(seen.len(), 10_000);
    }
}
