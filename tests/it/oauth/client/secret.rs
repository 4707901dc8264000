//! A client's secrets: two at once, so that one is rolled without downtime.

use std::time::Duration;

use consentry::oauth::client::secret;

use crate::support::{Registered, Registration, Server};

/// Two secrets live at once, so that one is rolled without downtime; the older has an end, and a third roll ends the
/// first at once.
#[tokio::test(flavor = "multi_thread")]
async fn two_secrets_overlap_and_the_older_dies_at_its_time() {
    let server = Server::start().await;
    let web = server.client(Registration::web());
    let roll = |overlap| {
        let mut conn = server.database.connect();
        let secret = secret::roll(
            &mut conn,
            web.client_id(),
            Duration::from_secs(overlap),
            server.clock.now(),
        )
        .unwrap();
        web.with_secret(Some(&secret.reveal(&server.config.vendor)))
    };
    let works = async |client: &Registered| {
        let reply = client.introspect("nothing").await;
        match reply.error().as_str() {
            "200 -" => true,
            "401 invalid_client" => false,
            other => panic!("{other}"),
        }
    };
    let hour = Duration::from_hours(1);
    let first = web.clone();
    let second = roll(2 * 3600);
    assert!(works(&first).await && works(&second).await, "overlap");
    server.advance(hour);
    assert!(works(&first).await && works(&second).await, "still");
    server.advance(hour);
    assert!(!works(&first).await, "the end of the overlap");
    assert!(works(&second).await);

    let third = roll(2 * 3600);
    assert!(works(&second).await && works(&third).await);
    let fourth = roll(3600);
    assert!(!works(&second).await, "the third secret of three dies at once");
    assert!(works(&third).await && works(&fourth).await);
    server.advance(hour);
    assert!(!works(&third).await);
    let fifth = roll(0);
    assert!(!works(&fourth).await, "no overlap");
    assert!(works(&fifth).await);
    assert_eq!(
        server.count("client_secret"),
        5,
        "what expired is kept for a while"
    );
}
