//! `/docs/api`: all of the document is there, and what it says to copy works.

use reqwest::StatusCode;

use super::document::{described, operations};
use crate::support::{Registration, Server, client::Reply, process::command};

/// The text of a page without its tags, its entities read.
fn plain(html: &str) -> String {
    let mut text = String::new();
    let mut within = false;
    for c in html.chars() {
        match c {
            '<' => within = true,
            '>' => within = false,
            c if !within => text.push(c),
            _ => {}
        }
    }
    ["&#34;\"", "&#39;'", "&#38;&", "&#60;<", "&#62;>"]
        .into_iter()
        .fold(text, |text, entity| text.replace(&entity[..5], &entity[5..]))
}

/// What the page says of an operation.
fn section<'a>(page: &'a str, id: &str) -> &'a str {
    let (_, from) = page
        .split_once(&format!("<section class=\"card operation\" id=\"{id}\""))
        .unwrap_or_else(|| panic!("{id} is not on the page"));
    from.split_once("</section>").unwrap().0
}

fn example(section: &str) -> String {
    let (_, from) = section
        .split_once("<pre class=\"example\" tabindex=\"0\">")
        .unwrap();
    plain(from.split_once("</pre>").unwrap().0)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_is_on_the_page_with_what_it_takes_and_the_codes_that_it_answers() {
    let server = Server::start().await;
    let page = server.browser().get("/docs/api").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(!page.body.contains('`'), "a backquote is left");
    let document = described();
    for (name, operation) in operations(&document) {
        let id = operation["operationId"].as_str().unwrap();
        assert!(
            page.body.contains(&format!("href=\"#{id}\"")),
            "{name}: not in the list"
        );
        let section = section(&page.body, id);
        let text = plain(section);
        assert!(text.contains(&name), "{name}");
        assert!(text.contains(operation["summary"].as_str().unwrap()), "{name}");
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let parameter = parameter["name"].as_str().unwrap();
            assert!(
                section.contains(&format!("<code>{parameter}</code>")),
                "{name}: {parameter}"
            );
        }
        let path = name.split(' ').nth(1).unwrap();
        let example = example(section);
        let asks = |end: char| example.contains(&format!("{path}{end}"));
        assert!(asks('\'') || asks('?'), "{name}: {example}");
    }
    let token = section(&page.body, "issueToken");
    for code in ["invalid_grant", "invalid_client", "invalid_scope"] {
        assert!(token.contains(&format!("href=\"/docs/errors/{code}\"")), "{code}");
    }
    for field in ["grant_type", "code_verifier", "access_token", "workspace_id"] {
        assert!(token.contains(&format!("<code>{field}</code>")), "{field}");
    }
    assert!(
        section(&page.body, "getKeys").contains("<code>keys[].kid</code>"),
        "the members of what is in a list"
    );
}

/// What a shell hands to curl, with nothing but the two variables filled in.
fn arguments(example: &str, id: &str, secret: &str) -> Vec<String> {
    let mut shell = command("sh");
    shell
        .args(["-c", &format!("curl() {{ printf '%s\\n' \"$@\"; }}\n{example}")])
        .env("CLIENT_ID", id)
        .env("CLIENT_SECRET", secret);
    let output = shell.output().unwrap();
    assert!(output.status.success(), "{example}: {output:?}");
    let printed = String::from_utf8(output.stdout).unwrap();
    printed.lines().map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_example_of_the_token_endpoint_gets_a_token() {
    let server = Server::start().await;
    let service = server.client(Registration::service(&server));
    let (id, secret) = (service.id.as_str(), service.secret.as_deref().unwrap());
    let page = server.browser().get("/docs/api").await;
    let example = example(section(&page.body, "issueToken"));
    let arguments = arguments(&example, id, secret);
    let [silent, user, proof, data, form, url] = &arguments[..] else {
        panic!("{arguments:?}");
    };
    assert_eq!([silent, user, data], ["-s", "-u", "-d"]);
    assert_eq!(*proof, format!("{id}:{secret}"));
    let request = server
        .http
        .post(url)
        .basic_auth(id, Some(secret))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form.clone());
    let answer = Reply::read(request.send().await.unwrap()).await.ok();
    assert_eq!(answer.json["token_type"], "Bearer", "{}", answer.text);
}
