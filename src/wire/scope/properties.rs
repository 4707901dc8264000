//! What holds for every scope and every text that is presented as one.

use proptest::{collection::vec, prelude::*};

use super::*;
use crate::platform::near_miss;

fn token() -> impl Strategy<Value = String> {
    "[!#-\\[\\]-~]{1,12}"
}

/// The grammar of RFC 6749 §3.3 in other words than the code's: `scope-token *( SP scope-token )`.
fn is_scope(text: &str) -> bool {
    let is_nqchar = |c: char| matches!(c, '\u{21}' | '\u{23}'..='\u{5b}' | '\u{5d}'..='\u{7e}');
    text.is_empty()
        || text
            .split(' ')
            .all(|token| (1..=100).contains(&token.chars().count()) && token.chars().all(is_nqchar))
}

proptest! {
    #[test]
    fn what_is_printed_is_read_as_the_same_set(tokens in vec(token(), 0..12)) {
        let scope = Scope::parse(&tokens.join(" ")).unwrap();
        prop_assert_eq!(&Scope::parse(&scope.to_string()).unwrap(), &scope);
        prop_assert_eq!(&Scope::from_stored(scope.to_stored()), &scope);
        prop_assert!(tokens.iter().all(|token| scope.contains(token)));
        prop_assert!(scope.iter().all(|token| tokens.iter().any(|given| given == token)));
    }

    #[test]
    fn a_near_miss_is_a_scope_exactly_where_the_grammar_says_so(
        text in vec(token(), 1..5).prop_flat_map(|tokens| near_miss::of(tokens.join(" "), 4)),
    ) {
        let read = Scope::parse(&text);
        prop_assert_eq!(read.is_ok(), is_scope(&text), "{:?}", read);
        if let Ok(scope) = read {
            // Nothing is dropped, cut, or made another token on the way.
            prop_assert!(text.split(' ').filter(|token| !token.is_empty()).all(|token| scope.contains(token)));
        }
    }

    /// A refresh narrows, never widens (RFC 6749 §6), whatever is asked for.
    #[test]
    fn the_sets_are_sets(one in vec("[abc]{1,2}", 0..5), other in vec("[abc]{1,2}", 0..5)) {
        let (one, other) = (Scope::from(one), Scope::from(other));
        let both = one.intersection(&other);
        prop_assert!(both.is_within(&one) && both.is_within(&other));
        prop_assert_eq!(one.difference(&other).union(&both), one.clone());
        prop_assert_eq!(one.is_within(&other), one.difference(&other).is_empty());
        prop_assert!(one.is_within(&one.union(&other)));
    }

    #[test]
    fn no_text_makes_it_panic(text in ".{0,60}") {
        prop_assert_eq!(Scope::parse(&text).is_ok(), is_scope(&text));
        let _ = Scope::from_stored(vec![text]);
    }
}

#[test]
fn a_text_of_64_kb_is_refused_by_its_length() {
    for part in ["a", "a ", " ", "\""] {
        let long = part.repeat(64 * 1024 / part.len());
        assert_eq!(Scope::parse(&long), Err(BadScope::TooLong), "{part:?}");
    }
}
