//! The language of the database's messages. Some faults can be told apart only by their words, which we know in English.

use std::sync::atomic::{AtomicBool, Ordering};

use diesel::{PgConnection, RunQueryDsl, dsl::sql, select, sql_types::Text};

/// Asks for messages without translation. Only a superuser, or who was granted it, may: for others the setting stays.
pub(super) const IN_ENGLISH: &str = "DO $$ BEGIN \
     IF current_setting('lc_messages') <> 'C' THEN PERFORM set_config('lc_messages', 'C', false); END IF; \
     EXCEPTION WHEN insufficient_privilege THEN NULL; END $$";

/// Once a process is enough.
static TOLD: AtomicBool = AtomicBool::new(false);

/// Tells the operator, once, if the database speaks another language, and what to do.
pub(super) fn check(connection: &mut PgConnection) {
    let language = select(sql::<Text>("current_setting('lc_messages')")).get_result::<String>(connection);
    if let Ok(language) = language
        && !is_english(&language)
        && !TOLD.swap(true, Ordering::Relaxed)
    {
        tracing::warn!(
            lc_messages = language,
            "the database's messages are not in English, so that a deadlock or a full disk is answered 500 instead of \
             503; as a superuser: ALTER ROLE … SET lc_messages = 'C'"
        );
    }
}

fn is_english(language: &str) -> bool {
    ["C", "POSIX"].contains(&language)
        || ["C.", "en", "English"]
            .iter()
            .any(|start| language.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::is_english;

    #[test]
    fn only_untranslated_messages_are_taken_for_english() {
        for english in [
            "C",
            "POSIX",
            "C.UTF-8",
            "en_US.UTF-8",
            "en",
            "English_United States.1252",
        ] {
            assert!(is_english(english), "{english}");
        }
        for other in ["", "de_DE.UTF-8", "fr_FR", "Czech_Czechia.1250"] {
            assert!(!is_english(other), "{other}");
        }
    }
}
