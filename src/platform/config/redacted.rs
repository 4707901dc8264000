//! Secrets that come from outside: never printed, wiped when dropped.

use std::fmt;

use aws_lc_rs::digest;
use zeroize::Zeroize;

/// What every secret prints as.
pub(super) const REDACTED: &str = "[redacted]";

/// A text that must not be printed, such as a connection string with a password.
#[derive(Clone)]
pub struct SecretText(String);

impl SecretText {
    /// Takes the text into keeping.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text itself, for the one place that needs it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

impl Drop for SecretText {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// A 256-bit key under which the server seals what it must read back.
#[derive(Clone)]
pub struct SealingKey([u8; 32]);

impl SealingKey {
    /// Takes the key into keeping.
    #[must_use]
    pub fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// The key itself, for the cipher.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// The first 8 hex digits of the key's SHA-256: names it without telling it.
    #[must_use]
    pub fn id(&self) -> String {
        let digest = digest::digest(&digest::SHA256, &self.0);
        let start = digest
            .as_ref()
            .iter()
            .take(4)
            .fold(0_u32, |start, byte| start << 8 | u32::from(*byte));
        format!("{start:08x}")
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

impl Drop for SealingKey {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_print_as_redacted() {
        let printed = format!(
            "{:?} {:?}",
            SecretText::new("hunter2".into()),
            SealingKey::new([7; 32])
        );
        assert_eq!(printed, "[redacted] [redacted]");
    }

    #[test]
    fn a_sealing_key_is_named_by_the_start_of_its_sha256() {
        assert_eq!(SealingKey::new([0; 32]).id(), "66687aad");
    }
}
