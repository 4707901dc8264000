//! Tokens, by standard input.

use serde_json::json;

use crate::cli::Place;

#[test]
fn what_is_no_token_of_ours_is_inactive_and_cannot_be_ended() {
    let place = Place::new("token");
    for garbage in ["garbage", "cst_at_garbage", "a.b.c", "cst_at_\u{0}"] {
        let answer = place.run_with(garbage, &["token", "introspect"]);
        assert_eq!(answer.json(), json!({"active": false}), "{garbage:?}");
        let refused = place.run_with(garbage, &["token", "revoke"]);
        refused.fails(3, "not_found");
        assert!(!refused.stderr.contains(garbage));
    }
    place.run(&["token", "introspect"]).fails(2, "usage");
    place.run_with("\n", &["token", "revoke"]).fails(2, "usage");
    place
        .run_with(&"x".repeat(20_000), &["token", "introspect"])
        .fails(2, "usage");
}
