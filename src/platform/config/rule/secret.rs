//! Secrets: nothing here quotes what it refuses.

use base64::{
    Engine,
    alphabet::{STANDARD, URL_SAFE},
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use zeroize::Zeroizing;

use super::super::{SealingKey, SecretText};
use super::{Rule, Secrecy, Shape};

/// Where the database is, as libpq understands it: a URL (also of several hosts), or keywords.
pub(in super::super) struct ConnectionString;

/// Another way to the database, or nothing.
pub(in super::super) struct OtherConnectionString;

/// The sealing keys, newest first.
pub(in super::super) struct SealingKeys;

impl Rule for ConnectionString {
    type Value = SecretText;
    const SECRECY: Secrecy = Secrecy::Secret;

    fn kind(&self) -> String {
        "a connection string, like postgres://user@host/name or \"host=/run/postgresql dbname=name\"".into()
    }

    fn read(&self, text: &str) -> Result<SecretText, String> {
        // Not parsed as a URL: libpq takes several hosts with ports, which are not one.
        let is_url = ["postgres://", "postgresql://"]
            .iter()
            .any(|scheme| text.starts_with(scheme));
        let is_keywords = text.contains('=') && !text.contains("://");
        if text.contains(char::is_control) || !(is_url || is_keywords) {
            return Err("is not a PostgreSQL connection string".into());
        }
        Ok(SecretText::new(text.to_owned()))
    }
}

impl Rule for OtherConnectionString {
    type Value = Option<SecretText>;
    const SECRECY: Secrecy = Secrecy::Secret;

    fn kind(&self) -> String {
        format!("{}; empty for none", ConnectionString.kind())
    }

    fn read(&self, text: &str) -> Result<Option<SecretText>, String> {
        if text.is_empty() {
            return Ok(None);
        }
        ConnectionString.read(text).map(Some)
    }
}

impl Rule for SealingKeys {
    type Value = Vec<SealingKey>;
    const SECRECY: Secrecy = Secrecy::Secret;
    const SHAPE: Shape = Shape::List;

    fn kind(&self) -> String {
        "at least one key of 32 bytes, newest first, each as 64 hex digits or base64 (openssl rand -hex 32)"
            .into()
    }

    fn read(&self, text: &str) -> Result<Vec<SealingKey>, String> {
        // A file may hold one a line.
        let given = text
            .split([',', '\n'])
            .map(str::trim)
            .filter(|key| !key.is_empty());
        let mut keys: Vec<SealingKey> = Vec::new();
        for (index, key) in given.enumerate() {
            let nth = index + 1;
            let key =
                sealing_key(key).ok_or_else(|| format!("has a key (number {nth}) that is not 32 bytes"))?;
            if keys.iter().any(|known| known.expose() == key.expose()) {
                return Err(format!("has the same key twice (number {nth})"));
            }
            keys.push(key);
        }
        if keys.is_empty() {
            Err("has no key".into())
        } else {
            Ok(keys)
        }
    }
}

/// 64 digits can only be hex and 43 or 44 characters only base64, so neither is mistaken for the other.
fn sealing_key(text: &str) -> Option<SealingKey> {
    let bytes = Zeroizing::new(if text.len() == 64 {
        from_hex(text)?
    } else {
        from_base64(text)?
    });
    let key: &[u8; 32] = bytes.as_slice().try_into().ok()?;
    Some(SealingKey::new(*key))
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Zeroizing<Vec<u8>> = Zeroizing::new(
        text.chars()
            .map(|c| u8::try_from(c.to_digit(16)?).ok())
            .collect::<Option<_>>()?,
    );
    Some(
        digits
            .chunks_exact(2)
            .map(|pair| pair[0] << 4 | pair[1])
            .collect(),
    )
}

fn from_base64(text: &str) -> Option<Vec<u8>> {
    let lenient = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let alphabet = if text.contains(['-', '_']) {
        URL_SAFE
    } else {
        STANDARD
    };
    GeneralPurpose::new(&alphabet, lenient).decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealing_key_is_hex_or_base64_of_32_bytes() {
        let hex = "ff".repeat(32);
        let standard = "//////////////////////////////////////////8=";
        let url_safe = "__________________________________________8";
        for text in [hex.as_str(), standard, url_safe] {
            assert_eq!(SealingKeys.read(text).unwrap()[0].expose(), &[255; 32], "{text}");
        }
        let two = SealingKeys
            .read(&format!("{hex}\n{}\n", "0a".repeat(32)))
            .unwrap();
        assert_eq!((two[0].expose(), two[1].expose()), (&[255; 32], &[10; 32]));
    }

    #[test]
    fn a_short_a_repeated_and_no_key_are_refused_unquoted() {
        let key = "ff".repeat(32);
        for bad in [
            "",
            ",",
            "hunter2",
            &key[2..],
            &format!("{key},{key}"),
            &format!("{key},é"),
        ] {
            let problem = SealingKeys.read(bad).unwrap_err();
            assert!(
                !problem.contains("hunter2") && !problem.contains("ffff"),
                "{problem}"
            );
        }
    }

    #[test]
    fn a_connection_string_is_whatever_libpq_takes() {
        for good in [
            "postgres://u:p@h/db",
            "postgresql://h1:5432,h2:5432/db?target_session_attrs=read-write",
            "postgresql:///db?host=/run/pg",
            "host=/run/pg dbname=db",
        ] {
            assert_eq!(ConnectionString.read(good).unwrap().expose(), good);
        }
        for bad in ["", "hunter2", "mysql://u:hunter2@h/db?a=b", "postgres://h/db\0"] {
            assert!(
                !ConnectionString.read(bad).unwrap_err().contains("hunter2"),
                "{bad}"
            );
        }
    }
}
