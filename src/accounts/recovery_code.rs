//! Codes on paper that stand in for the second factor, once each. Table `recovery_code`.
//!
//! Eighty random bits need no slow hash: SHA-256 of them is kept.

use diesel::prelude::*;
use zeroize::Zeroizing;

use crate::{
    platform::{
        clock::Timestamp,
        id::AccountId,
        secret::{self, Digest},
    },
    schema::recovery_code as t,
};

/// How many a person gets at once.
pub const MANY: usize = 10;

/// Eighty bits.
const BYTES: usize = 10;

/// Crockford's: no letter that could be taken for a digit or another letter.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Makes new ones; the old ones are worth nothing. They are shown once.
pub fn replace(
    conn: &mut PgConnection,
    account: AccountId,
    now: Timestamp,
) -> QueryResult<Vec<Zeroizing<String>>> {
    remove(conn, account)?;
    let codes: Vec<_> = (0..MANY).map(|_| secret::random::<BYTES>()).collect();
    let rows: Vec<_> = codes
        .iter()
        .map(|code| {
            (
                t::account_id.eq(account),
                t::digest.eq(Digest::of(&**code)),
                t::created_at.eq(now),
            )
        })
        .collect();
    diesel::insert_into(t::table).values(rows).execute(conn)?;
    Ok(codes.iter().map(|code| written(code)).collect())
}

/// Spends one, at most once however many requests race.
pub fn spend(
    conn: &mut PgConnection,
    account: AccountId,
    presented: &str,
    now: Timestamp,
) -> QueryResult<bool> {
    let Some(code) = read(presented) else {
        return Ok(false);
    };
    diesel::update(t::table.find((account, Digest::of(&*code))))
        .filter(t::used_at.is_null())
        .set(t::used_at.eq(now))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// How many a person has left.
pub fn left(conn: &mut PgConnection, account: AccountId) -> QueryResult<i64> {
    t::table
        .filter(t::account_id.eq(account))
        .filter(t::used_at.is_null())
        .count()
        .get_result(conn)
}

/// All of a person's go.
pub fn remove(conn: &mut PgConnection, account: AccountId) -> QueryResult<()> {
    diesel::delete(t::table.filter(t::account_id.eq(account)))
        .execute(conn)
        .map(drop)
}

/// Four groups of four.
fn written(code: &[u8; BYTES]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(19));
    let mut number = code.iter().fold(0_u128, |sum, byte| sum << 8 | u128::from(*byte)) << 48;
    for at in 0..16 {
        if at > 0 && at % 4 == 0 {
            text.push('-');
        }
        let digit = usize::try_from(number >> 123).unwrap_or(0);
        text.push(char::from(ALPHABET[digit]));
        number <<= 5;
    }
    text
}

/// As people type it: in any case, with or without hyphens, with the letters that look like digits.
fn read(presented: &str) -> Option<Zeroizing<[u8; BYTES]>> {
    let typed = presented.chars().filter(|c| *c != '-' && !c.is_whitespace());
    let mut number = 0_u128;
    let mut digits = 0;
    for character in typed {
        let meant = match character.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        };
        let digit = ALPHABET.iter().position(|known| char::from(*known) == meant)?;
        digits += 1;
        if digits > 16 {
            return None;
        }
        number = number << 5 | u128::try_from(digit).ok()?;
    }
    if digits != 16 {
        return None;
    }
    let mut code = Zeroizing::new([0; BYTES]);
    code.copy_from_slice(&number.to_be_bytes()[16 - BYTES..]);
    Some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_back_however_it_is_typed() {
        let code = *secret::random::<BYTES>();
        let text = written(&code);
        assert_eq!(text.len(), 19);
        assert_eq!(*read(&text).unwrap(), code);
        assert_eq!(*read(&text.to_lowercase().replace('-', " ")).unwrap(), code);
        let zeroes = written(&[0; BYTES]);
        assert_eq!(*zeroes, "0000-0000-0000-0000");
        assert_eq!(*read(&zeroes.replace('0', "o")).unwrap(), [0; BYTES]);
        assert_eq!(*written(&[255; BYTES]), "ZZZZ-ZZZZ-ZZZZ-ZZZZ");
        for other in [
            "",
            "0000",
            "0000-0000-0000-0000-0",
            "000U-0000-0000-0000",
            "\u{e9}000-0000-0000-0000",
        ] {
            assert!(read(other).is_none(), "{other}");
        }
    }
}
