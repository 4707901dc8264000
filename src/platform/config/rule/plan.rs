//! What belongs to plans: their names, and the scopes that they have.

use super::{Rule, ScopeToken, Shape, quoted};

/// What a plan is called, here and in the database.
pub(in super::super) struct PlanName;

/// Scopes, or all of them.
pub(in super::super) struct PlanScopes;

impl Rule for PlanName {
    type Value = String;

    fn kind(&self) -> String {
        "1 to 32 lower-case ASCII letters, digits and hyphens".into()
    }

    fn read(&self, text: &str) -> Result<String, String> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if (1..=32).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(text.to_owned())
        } else {
            Err(format!("is {}, not the name of a plan", quoted(text)))
        }
    }
}

impl Rule for PlanScopes {
    type Value = Option<Vec<String>>;
    const SHAPE: Shape = Shape::List;

    fn kind(&self) -> String {
        "scopes of the catalogue; empty for all of them".into()
    }

    fn read(&self, text: &str) -> Result<Option<Vec<String>>, String> {
        let scopes: Vec<String> = text
            .split([',', '\n'])
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(|name| ScopeToken.read(name))
            .collect::<Result<_, _>>()?;
        Ok((!scopes.is_empty()).then_some(scopes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_has_a_plain_name_and_some_scopes_or_all() {
        for bad in ["", "Pro", "a b", "a/b", &"a".repeat(33)] {
            assert!(PlanName.read(bad).is_err(), "{bad}");
        }
        assert_eq!(PlanName.read("pro-2").as_deref(), Ok("pro-2"));
        assert_eq!(PlanScopes.read(" "), Ok(None));
        assert_eq!(
            PlanScopes.read("a.read, b.write"),
            Ok(Some(vec!["a.read".to_owned(), "b.write".to_owned()]))
        );
        assert!(PlanScopes.read("a\"b").is_err());
    }
}
