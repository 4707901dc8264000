//! The mailbox of `dev`: what the server would have sent, for people and for programs, and for nobody else.

use consentry::{app, jobs, platform::mail::Mail};
use reqwest::StatusCode;

use crate::support::Server;

fn send(server: &Server, subject: &str, text: &str) {
    let mail = Mail {
        to: "bob@people.example".to_owned(),
        subject: subject.to_owned(),
        text: text.to_owned(),
        html: String::new(),
    };
    let (seal, now) = (app::seal(&server.config), server.clock.now());
    jobs::mail::send(&mut server.database.connect(), &seal, &mail, now).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_can_be_read_and_its_link_followed() {
    let server = Server::start().await;
    let empty = server.browser().get("/dev/mail").await;
    assert!(empty.body.contains("No mail yet."), "{}", empty.body);
    send(&server, "First", "Hello.");
    assert_eq!(server.mail().await.len(), 1);
    let link = server.url("/login?a=1&b=2");
    send(&server, "<b>Second</b>", &format!("Hello.\n\nOpen it:\n{link}\n"));
    let letters = server.mail().await;
    let subjects: Vec<_> = letters.iter().map(|letter| letter.subject.as_str()).collect();
    assert_eq!(subjects, ["<b>Second</b>", "First"]);
    let second = &letters[0];
    assert_eq!(
        (second.to.as_str(), &second.links[..]),
        ("bob@people.example", &[link][..])
    );
    assert_eq!(second.path(), "/login?a=1&b=2");
    assert!(second.text.starts_with("Hello.\n\nOpen it:"), "{}", second.text);
    assert!(
        second.message_id.ends_with("@127.0.0.1>"),
        "{}",
        second.message_id
    );
    assert!(second.at < server.clock.now().to_rfc3339() && letters[1].at < second.at);

    let page = server.browser().get("/dev/mail").await;
    let href = format!("<a href=\"{}\">", server.url("/login?a=1&#38;b=2"));
    assert!(page.body.contains(&href), "{}", page.body);
    assert!(page.body.contains("&#60;b&#62;Second"), "{}", page.body);
    assert_eq!(page.header("cache-control"), Some("no-store"));
}

/// A rebound DNS name must not let a foreign page read links that let their reader in.
#[tokio::test(flavor = "multi_thread")]
async fn no_other_name_of_this_server_shows_the_mail() {
    let (server, _) = Server::start_with_demo().await;
    send(&server, "First", "Hello.");
    server.mail().await;
    for path in ["/dev/mail", "/dev/mail.json"] {
        let asked = server.http.get(server.url(path)).header("host", "evil.example");
        let answer = asked.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{path}");
        assert!(!answer.text().await.unwrap().contains("First"), "{path}");
    }
    let post = server
        .http
        .post(server.url("/dev/mail.json"))
        .send()
        .await
        .unwrap();
    assert_eq!(post.status(), StatusCode::METHOD_NOT_ALLOWED);
}
