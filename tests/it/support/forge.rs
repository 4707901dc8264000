//! A credential as somebody would write it who knows the id of its row, which is no secret.

/// Characters of the id and of the random part, in base62, and of the checksum.
const ID: usize = 22;
const RANDOM: usize = 33;
const CHECK: usize = 6;

/// Well-formed, of the kind and with the id of one credential and with the random part of another.
pub fn forged(id_of: &str, random_of: &str) -> String {
    let body = |credential: &str| credential.len() - CHECK - RANDOM - ID;
    let (id_of, random_of) = (
        &id_of[..body(id_of) + ID],
        &random_of[body(random_of) + ID..random_of.len() - CHECK],
    );
    let before = format!("{id_of}{random_of}");
    let mut check = crc32fast::hash(before.as_bytes());
    let mut digits = [0; CHECK];
    for digit in digits.iter_mut().rev() {
        *digit = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"[check as usize % 62];
        check /= 62;
    }
    before + str::from_utf8(&digits).unwrap()
}
