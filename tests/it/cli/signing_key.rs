//! The life of signing keys at the command line.

use consentry::{
    platform::{clock::Clock, seal::Seal},
    signing::key::{self, Algorithm},
};
use diesel::{Connection, PgConnection};
use serde_json::json;

use crate::cli::Place;

#[test]
fn a_key_is_announced_listed_and_ended() {
    let place = Place::new("signing-key");
    assert_eq!(place.run(&["signing-key", "list", "--json"]).json(), json!([]));
    place.run(&["signing-key", "rotate"]).fails(5, "no_signing_key");
    place
        .run(&["signing-key", "retire", "nobody"])
        .fails(3, "not_found");

    // What the start of a server does.
    let mut conn = PgConnection::establish(&place.url()).unwrap();
    key::ensure(
        &mut conn,
        &Seal::new([&[7; 32]]),
        Algorithm::Es256,
        Clock::system().now(),
    )
    .unwrap();

    let begun = place.run(&["signing-key", "rotate", "--json"]).json();
    place
        .run(&["signing-key", "rotate"])
        .fails(5, "rotation_under_way");
    let keys = place.run(&["signing-key", "list", "--json"]).json();
    assert_eq!(keys[0]["state"], "active");
    assert_eq!(keys[1]["state"], "announced");
    assert_eq!(keys[1]["kid"], begun["kid"]);
    assert_eq!(keys[1]["active_at"], begun["active_at"]);

    let kid = begun["kid"].as_str().unwrap();
    let ended = place.run(&["signing-key", "retire", kid, "--json"]).json();
    assert_eq!(ended["successor"], json!(null));
    place
        .run(&["signing-key", "retire", kid])
        .fails(5, "already_gone");
    assert_eq!(
        place.count("audit_event WHERE actor_kind = 'operator' AND kind LIKE 'signing_key.%'"),
        2
    );
}
