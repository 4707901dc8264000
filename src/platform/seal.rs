//! What we must read back (private signing keys) is sealed at rest: AES-256-GCM under the operator's sealing keys.
//!
//! A sealed value names the key that sealed it, so that keys can be changed: the first key seals, all of them open.
//! The caller's `place` (table, column and row) is authenticated with it: a value moved to another row does not open.

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use zeroize::Zeroizing;

use crate::platform::secret::Digest;

const KEY_ID: usize = 4;
const NONCE: usize = 12;

/// The operator's sealing keys, newest first.
pub struct Seal {
    keys: Vec<([u8; KEY_ID], RandomizedNonceKey)>,
}

/// A sealed value that none of our keys opens: a wrong key, another row's value, or a changed byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a sealed value cannot be opened: none of the configured sealing keys fits it")]
pub struct Unopenable;

impl Seal {
    /// Takes keys of 32 bytes, newest first.
    ///
    /// # Panics
    /// Without a key: the configuration is checked before.
    #[must_use]
    pub fn new<'a>(keys: impl IntoIterator<Item = &'a [u8; 32]>) -> Self {
        let keys: Vec<_> = keys
            .into_iter()
            .map(|key| {
                let made = RandomizedNonceKey::new(&AES_256_GCM, key).expect("32 bytes are an AES-256 key");
                (key_id(key), made)
            })
            .collect();
        assert!(!keys.is_empty(), "at least one sealing key is configured");
        Self { keys }
    }

    /// Seals under the newest key: key id, nonce, ciphertext and tag.
    ///
    /// # Panics
    /// If the operating system gives no randomness for the nonce.
    #[must_use]
    pub fn seal(&self, place: &str, plain: &[u8]) -> Vec<u8> {
        let (id, key) = &self.keys[0];
        let mut inside = plain.to_vec();
        let nonce = key
            .seal_in_place_append_tag(Aad::from(place), &mut inside)
            .expect("AES-GCM seals anything this short");
        [&id[..], nonce.as_ref(), &inside].concat()
    }

    /// Opens what [`Seal::seal`] made for the same place.
    pub fn open(&self, place: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Unopenable> {
        let (id, rest) = sealed.split_at_checked(KEY_ID).ok_or(Unopenable)?;
        let (nonce, inside) = rest.split_at_checked(NONCE).ok_or(Unopenable)?;
        let (_, key) = self
            .keys
            .iter()
            .find(|(known, _)| known == id)
            .ok_or(Unopenable)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Unopenable)?;
        let mut inside = Zeroizing::new(inside.to_vec());
        let length = key
            .open_in_place(nonce, Aad::from(place), &mut inside)
            .map_err(|_| Unopenable)?
            .len();
        inside.truncate(length);
        Ok(inside)
    }
}

fn key_id(key: &[u8; 32]) -> [u8; KEY_ID] {
    let mut id = [0; KEY_ID];
    id.copy_from_slice(&Digest::of(key).as_bytes()[..KEY_ID]);
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: [u8; 32] = [1; 32];
    const NEW: [u8; 32] = [2; 32];

    #[test]
    fn an_older_key_still_opens_after_a_newer_one_is_added() {
        let sealed = Seal::new([&OLD]).seal("signing_key/a", b"private");
        assert_eq!(
            **Seal::new([&NEW, &OLD]).open("signing_key/a", &sealed).unwrap(),
            *b"private"
        );
        assert!(Seal::new([&NEW]).open("signing_key/a", &sealed).is_err());
    }

    #[test]
    fn another_row_and_every_changed_byte_fail_closed() {
        let seal = Seal::new([&OLD]);
        let sealed = seal.seal("signing_key/a", b"private");
        assert!(seal.open("signing_key/b", &sealed).is_err());
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(seal.open("signing_key/a", &changed).is_err(), "byte {at}");
            assert!(seal.open("signing_key/a", &sealed[..at]).is_err(), "cut at {at}");
        }
    }
}
