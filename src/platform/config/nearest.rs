//! The known name that an unknown one was probably meant to be.

/// So much of an unknown name is compared, in bytes: twice the longest that is known.
const LONGEST_COMPARED: usize = 100;

/// What the last part alone may count less than the whole name.
const OTHER_SECTION: f64 = 0.1;

/// The nearest of `known`: by typing errors over the whole name, or over its last part alone, so that
/// `access_seconds` outside its section still finds `tokens.access_seconds`.
///
/// Errors count in relation to length; else a short name is near to everything that was cut off.
pub(super) fn nearest<'a>(unknown: &str, known: impl Iterator<Item = &'a str>) -> &'a str {
    // Every name is compared with every known one, letter by letter.
    let unknown = &unknown[..unknown.floor_char_boundary(LONGEST_COMPARED)];
    known
        .max_by(|a, b| likeness(unknown, a).total_cmp(&likeness(unknown, b)))
        .unwrap_or_default()
}

fn likeness(unknown: &str, known: &str) -> f64 {
    let whole = strsim::normalized_damerau_levenshtein(unknown, known);
    let last = strsim::normalized_damerau_levenshtein(last_part(unknown), last_part(known));
    whole.max(last - OTHER_SECTION)
}

fn last_part(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_forgives_typing_and_a_forgotten_section() {
        let known = [
            "issuer",
            "listen",
            "database.url",
            "login.window_seconds",
            "tokens.access_seconds",
            "resources[].scopes[].name",
        ];
        for (unknown, meant) in [
            ("isuer", "issuer"),
            ("databse.url", "database.url"),
            ("url", "database.url"),
            ("login_window", "login.window_seconds"),
            ("access_seconds", "tokens.access_seconds"),
            ("tokens.acess_seconds", "tokens.access_seconds"),
        ] {
            assert_eq!(nearest(unknown, known.into_iter()), meant, "{unknown}");
        }
    }
}
