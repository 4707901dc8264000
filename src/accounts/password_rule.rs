//! Which passwords may be set. One rule for every door that sets one: register, reset, change, invitation, command line.
//!
//! # Decisions
//! * No classes of characters: they make passwords that people write down. A password may be anything that is long enough and that
//!   zxcvbn holds for beyond guessing at a server that counts tries (three of its four points), knowing the person's own name and
//!   address and the name of the product.
//! * Characters are taken as they arrive and none is cut off: a password is another one where its 73rd byte is. Whoever types "é" in
//!   two parts has another password than who types it in one; keyboards do it in one.
//! * Control characters are refused: nobody types them into a form, and what stands before a NUL is not always all that is compared.

use zxcvbn::Score;

use crate::web::words;

/// Fewest characters.
pub const SHORTEST: usize = 8;

/// Most characters. With four bytes each they are [`password::LONGEST`](crate::platform::password::LONGEST).
pub const LONGEST: usize = 256;

/// What zxcvbn looks at of a text that a person gave about themselves: it must not cost more than the password.
const LONGEST_HINT: usize = 100;

/// Why a password may not be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TooWeak {
    /// Fewer than [`SHORTEST`] characters.
    TooShort,
    /// More than [`LONGEST`] characters.
    TooLong,
    /// It holds a control character.
    Control,
    /// Somebody who tries the likely ones, or knows the person, would find it.
    Guessable,
}

impl TooWeak {
    /// The sentence for the person, in the language of these words.
    #[must_use]
    pub fn sentence(self, words: &'static words::PasswordRule) -> &'static str {
        match self {
            Self::TooShort => words.too_short,
            Self::TooLong => words.too_long,
            Self::Control => words.control,
            Self::Guessable => words.guessable,
        }
    }

    /// The sentence for a developer: the detail of `invalid_value`.
    #[must_use]
    pub const fn detail(self) -> &'static str {
        match self {
            Self::TooShort => "`password`: it must have at least 8 characters.",
            Self::TooLong => "`password`: it must have at most 256 characters.",
            Self::Control => "`password`: it must not hold a control character.",
            Self::Guessable => "`password`: it is too easy to guess. A few unrelated words make a good one.",
        }
    }
}

/// Whether a password may be set by the person about whom these texts are: their address, their name, the name of the product.
///
/// # Errors
/// Why not.
pub fn check(password: &str, about: &[&str]) -> Result<(), TooWeak> {
    // No further than the longest that may be set: whoever sends a megabyte pays for the sending only.
    let length = password.chars().take(LONGEST + 1).count();
    if length < SHORTEST {
        return Err(TooWeak::TooShort);
    }
    if length > LONGEST {
        return Err(TooWeak::TooLong);
    }
    if password.chars().any(char::is_control) {
        return Err(TooWeak::Control);
    }
    let known = known(about);
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    if zxcvbn::zxcvbn(password, &known).score() < Score::Three {
        return Err(TooWeak::Guessable);
    }
    Ok(())
}

/// The texts, and each word of them: `mara.olsen@northwind.example` makes `mara`, `olsen` and `northwind` easy to guess too.
fn known(about: &[&str]) -> Vec<String> {
    let mut known = Vec::new();
    for text in about {
        let text: String = text.chars().take(LONGEST_HINT).collect::<String>().to_lowercase();
        known.extend(
            text.split(|c: char| !c.is_alphanumeric())
                .filter(|word| word.chars().count() > 2)
                .map(str::to_owned),
        );
        known.push(text);
    }
    known
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARA: &[&str] = &["mara.olsen@northwind.example", "Mara Olsen", "Larkspur"];

    #[test]
    fn a_password_has_8_to_256_characters_whatever_their_bytes() {
        let good = "vR4!kq~Zw";
        assert_eq!(check(good, MARA), Ok(()));
        assert_ne!(check(&good[..8], MARA), Err(TooWeak::TooShort));
        assert_eq!(check(&good[..7], MARA), Err(TooWeak::TooShort));
        // Characters, not bytes.
        assert_eq!(check("\u{1f984}\u{1f984}", MARA), Err(TooWeak::TooShort));
        let long: String = good.chars().cycle().take(LONGEST).collect();
        let wide = "\u{1f984}\u{1f40b}\u{1f335}\u{1f9c0}".repeat(64);
        assert_eq!(wide.len(), crate::platform::password::LONGEST);
        assert_ne!(check(&long, MARA), Err(TooWeak::TooLong));
        assert_ne!(check(&wide, MARA), Err(TooWeak::TooLong));
        assert_eq!(check(&format!("{long}x"), MARA), Err(TooWeak::TooLong));
        assert_eq!(check(&"x".repeat(1_000_000), MARA), Err(TooWeak::TooLong));
    }

    #[test]
    fn what_many_would_guess_is_refused() {
        for weak in ["password1", "12345678", "qwertyuiop", "aaaaaaaaaaaa", "iloveyou2"] {
            assert_eq!(check(weak, &[]), Err(TooWeak::Guessable), "{weak}");
        }
        for good in ["correct-horse-battery", "wine poem lorry 4", "lichtungen im moor"] {
            assert_eq!(check(good, MARA), Ok(()), "{good}");
        }
    }

    #[test]
    fn what_those_would_guess_who_know_the_person_is_refused() {
        for own in ["northwind2026", "mara.olsen@northwind.example", "Larkspur-77"] {
            assert_eq!(check(own, &[]), Ok(()), "{own}");
            assert_eq!(check(own, MARA), Err(TooWeak::Guessable), "{own}");
        }
    }

    #[test]
    fn a_control_character_is_refused() {
        for control in ["vR4!kq~Z\0xyz", "vR4!kq~Z\n", "vR4!\u{7f}kq~Z"] {
            assert_eq!(check(control, MARA), Err(TooWeak::Control), "{control:?}");
        }
    }
}
