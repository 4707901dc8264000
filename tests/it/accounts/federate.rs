//! Signing in with another provider, through the button of the sign-in page. The provider is a real one on loopback.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::signed_in_as;
use crate::support::{
    Browser, Registration, Server,
    browser::Answer,
    provider::{CLIENT_ID, Provider},
    server::PASSWORD,
};

/// What becomes of the address that the provider sends the browser back to.
type Change = fn(&str) -> String;

/// A server that takes the word of this provider, called `sso`.
pub async fn with(provider: &Provider, kind: &str, more: &str) -> Server {
    Server::start_with(&provider.configured("sso", kind, more)).await
}

/// Presses the button of a page; answers where the browser is sent.
pub async fn press(browser: &Browser, page: &Answer) -> Answer {
    browser.submit(&page.form("/login/with/sso")).await
}

/// Goes to the provider as a browser does, and answers where it sends the browser back to.
pub async fn at_the_provider(server: &Server, sent: &Answer) -> String {
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    let answer = server.http.get(sent.location().unwrap()).send().await.unwrap();
    assert_eq!(
        answer.status(),
        StatusCode::SEE_OTHER,
        "{}",
        answer.text().await.unwrap()
    );
    let back = answer.headers()["location"].to_str().unwrap().to_owned();
    back.strip_prefix(&server.origin)
        .expect("back to the server")
        .to_owned()
}

/// The whole way there and back, from the plain sign-in page.
pub async fn come_back(server: &Server, browser: &Browser) -> Answer {
    let page = browser.get("/login").await;
    let sent = press(browser, &page).await;
    let back = at_the_provider(server, &sent).await;
    browser.get(&back).await
}

fn with_param(address: &str, name: &str, value: Option<&str>) -> String {
    let (path, query) = address.split_once('?').unwrap();
    let mut query: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    query.retain(|(own, _)| own != name);
    if let Some(value) = value {
        query.push((name.to_owned(), value.to_owned()));
    }
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(query)
        .finish();
    format!("{path}?{query}")
}

/// What may change when somebody signs in who came before.
pub fn accounts(server: &Server) -> (i64, i64, i64) {
    (
        server.count("account"),
        server.count("identity"),
        server.count("session WHERE ended_at IS NULL"),
    )
}

/// Somebody new signs in, is sent on to the app that they came for, and is the same account when they come again.
#[tokio::test(flavor = "multi_thread")]
async fn a_person_with_a_provider_signs_in_without_a_password_and_goes_on_to_the_app() {
    let provider = Provider::start();
    let server = with(&provider, "google", "name = \"Acme & Sons\"").await;
    server.workspace("acme");
    let client = server.client(Registration::web());
    let browser = server.browser();
    let mut claims = provider.vouches(&server, "1", "Mara@Northwind.example");
    claims["name"] = json!("Mara");
    provider.signs_in(&claims);

    let page = browser.visit(&client.authorize_path(&[])).await;
    assert!(
        page.body.contains("Continue with <bdi>Acme &#38; Sons</bdi>"),
        "{}",
        page.body
    );
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains(&format!(" {}", provider.issuer)), "{policy}");
    let sent = press(&browser, &page).await;
    let back = at_the_provider(&server, &sent).await;
    let answer = browser.get(&back).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let location = answer.location().unwrap().to_owned();
    assert!(location.starts_with("/oauth/authorize"), "{location}");
    assert_eq!(
        browser.cookie("consentry_federation"),
        None,
        "the state is forgotten"
    );
    assert_eq!(
        signed_in_as(&browser).await.as_deref(),
        Some("mara@northwind.example")
    );
    assert_eq!(accounts(&server), (1, 1, 1));
    assert_eq!(
        server.count("account WHERE verified_at IS NOT NULL AND password_hash IS NULL AND name = 'Mara'"),
        1
    );
    for kind in ["account.created", "identity.linked", "account.signed_in"] {
        assert_eq!(
            server.count(&format!("audit_event WHERE kind = '{kind}'")),
            1,
            "{kind}"
        );
    }

    provider.signs_in(&provider.vouches(&server, "1", "mara@northwind.example"));
    let again = server.browser();
    assert_eq!(come_back(&server, &again).await.location(), Some("/"));
    assert_eq!(accounts(&server), (1, 1, 2));
    // There is no password that could be guessed.
    let tried = super::try_sign_in(&server.browser(), "mara@northwind.example", PASSWORD).await;
    assert_eq!(tried.status, StatusCode::UNPROCESSABLE_ENTITY);
}

/// The session that a browser had ends, and the new one has another cookie (CWE-384).
#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_never_carried_over_a_sign_in_with_a_provider() {
    let provider = Provider::start();
    let server = with(&provider, "google", "").await;
    let alice = server.person("alice");
    let browser = server.browser();
    let page = browser.get("/login").await;
    browser.sign_in(&page, &alice).await;
    let before = browser.copy();
    assert!(signed_in_as(&before).await.is_some());
    provider.signs_in(&provider.vouches(&server, "1", "mara@northwind.example"));
    come_back(&server, &browser).await;
    assert_ne!(
        browser.cookie("consentry_session"),
        before.cookie("consentry_session")
    );
    assert_eq!(
        signed_in_as(&browser).await.as_deref(),
        Some("mara@northwind.example")
    );
    assert_eq!(signed_in_as(&before).await, None);
}

/// SL-10 (RFC 9700 §4.7): nobody is signed in by what this browser did not begin, and what it began works once.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_this_browser_did_not_ask_for_signs_nobody_in() {
    let provider = Provider::start();
    let other_provider = Provider::start();
    let config = format!(
        "{}{}",
        provider.configured("sso", "google", ""),
        other_provider.configured("second", "oidc", "name = \"B\"")
    );
    let server = Server::start_with(&config).await;
    provider.signs_in(&provider.vouches(&server, "1", "mara@northwind.example"));
    other_provider.signs_in(&other_provider.claims(&server, "1"));
    let begun = async || {
        let browser = server.browser();
        let page = browser.get("/login").await;
        let sent = press(&browser, &page).await;
        let back = at_the_provider(&server, &sent).await;
        (browser, back)
    };
    let (browser, back) = begun().await;
    let (stranger, foreign) = begun().await;
    let state_of = |address: &str| {
        let query = address.split_once('?').unwrap().1.to_owned();
        let mut pairs = url::form_urlencoded::parse(query.as_bytes()).into_owned();
        pairs.find(|(name, _)| name == "state").unwrap().1
    };
    let planted = server.browser();
    planted.get("/login").await;
    planted.set_cookie(
        "consentry_federation",
        &stranger.cookie("consentry_federation").unwrap(),
    );
    let half = server.browser();
    half.set_cookie(
        "consentry_federation",
        &stranger.cookie("consentry_federation").unwrap(),
    );
    let before = server.facts();
    for (case, browser, address) in [
        ("no state", &browser, with_param(&back, "state", None)),
        ("empty state", &browser, with_param(&back, "state", Some(""))),
        ("invented state", &browser, with_param(&back, "state", Some("x"))),
        ("state of another browser", &browser, foreign.clone()),
        (
            "own state, another's code",
            &stranger,
            with_param(&foreign, "state", Some(&state_of(&back))),
        ),
        ("a browser that began nothing", &server.browser(), back.clone()),
        ("a planted cookie", &planted, foreign.clone()),
        ("a planted cookie alone", &half, foreign.clone()),
        (
            "at another provider",
            &browser,
            back.replace("/with/sso/", "/with/second/"),
        ),
    ] {
        println!("SL-10 {case}");
        let answer = browser.get(&address).await;
        assert_eq!(
            answer.status,
            StatusCode::BAD_REQUEST,
            "SL-10 {case}: {}",
            answer.body
        );
        assert_eq!(browser.cookie("consentry_session"), None, "SL-10 {case}");
        assert_eq!(
            server.changed_since(&before),
            Vec::<String>::new(),
            "SL-10 {case}"
        );
    }
    for (case, address) in [
        ("twice", format!("{back}&state=x")),
        ("no provider", back.replace("/with/sso/", "/with/none/")),
    ] {
        let status = browser.get(&address).await.status;
        assert!(status.is_client_error(), "SL-10 {case} {status}");
    }
    // None of it has ended what the browser began.
    assert_eq!(browser.get(&back).await.location(), Some("/"), "SL-10");
    let session = browser.cookie("consentry_session");
    println!("SL-10 replayed");
    let before = server.facts();
    let answer = browser.get(&back).await;
    assert_eq!(
        answer.status,
        StatusCode::BAD_REQUEST,
        "SL-10 replayed: {}",
        answer.body
    );
    assert_eq!(browser.cookie("consentry_session"), session, "SL-10 replayed");
    assert_eq!(
        server.changed_since(&before),
        Vec::<String>::new(),
        "SL-10 replayed"
    );
    // And it ends by itself.
    server.advance(std::time::Duration::from_mins(15));
    println!("SL-10 too late");
    assert_eq!(
        stranger.get(&foreign).await.status,
        StatusCode::BAD_REQUEST,
        "SL-10 too late"
    );
}

/// ID-09 (OpenID Connect Core 1.0 §15.5.2), RFC 9207 §2.4, RFC 6749 §4.1.2.1: what else may come back.
#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_came_to_nothing_leads_back_to_the_page_and_says_so() {
    let provider = Provider::start();
    let server = with(&provider, "google", "").await;
    let good = || provider.vouches(&server, "1", "mara@northwind.example");
    let cases: [(&str, Value, Change, StatusCode, &str); 8] = [
        (
            "ID-09 missing nonce",
            json!({"nonce": null}),
            str::to_owned,
            StatusCode::UNAUTHORIZED,
            "did not work",
        ),
        (
            "ID-09 other nonce",
            json!({"nonce": "x"}),
            str::to_owned,
            StatusCode::UNAUTHORIZED,
            "did not work",
        ),
        (
            "ID-09 nonce as list",
            json!({"nonce": ["x"]}),
            str::to_owned,
            StatusCode::UNAUTHORIZED,
            "did not work",
        ),
        (
            "another iss",
            json!({}),
            |to| with_param(to, "iss", Some("https://evil.example")),
            StatusCode::UNAUTHORIZED,
            "did not work",
        ),
        (
            "a wrong code",
            json!({}),
            |to| with_param(to, "code", Some("x")),
            StatusCode::UNAUTHORIZED,
            "did not work",
        ),
        (
            "no code",
            json!({}),
            |to| with_param(to, "code", None),
            StatusCode::UNAUTHORIZED,
            "did not work",
        ),
        (
            "an error and a code",
            json!({}),
            |to| with_param(to, "error", Some("server_error")),
            StatusCode::UNAUTHORIZED,
            "did not work",
        ),
        (
            "access_denied",
            json!({}),
            |to| with_param(to, "error", Some("access_denied")),
            StatusCode::OK,
            "You stopped signing in",
        ),
    ];
    for (case, change, returned, status, words) in cases {
        println!("{case}");
        let mut claims = good();
        for (name, value) in change.as_object().unwrap() {
            claims[name] = value.clone();
        }
        provider.signs_in(&claims);
        let browser = server.browser();
        let page = browser.get("/login?return_to=/settings/integrations").await;
        let before = server.facts();
        let sent = press(&browser, &page).await;
        let back = returned(&at_the_provider(&server, &sent).await);
        let answer = browser.get(&back).await;
        assert_eq!(answer.status, status, "{case}: {}", answer.body);
        assert!(answer.body.contains(words), "{case}: {}", answer.body);
        assert_eq!(server.changed_since(&before), Vec::<String>::new(), "{case}");
        assert_eq!(browser.cookie("consentry_session"), None, "{case}");
        // The page works, and knows where the person was going.
        provider.signs_in(&good());
        let sent = press(&browser, &answer).await;
        let back = at_the_provider(&server, &sent).await;
        assert_eq!(
            browser.get(&back).await.location(),
            Some("/settings/integrations"),
            "{case}"
        );
        server.execute("TRUNCATE account CASCADE");
    }
}

/// ID-09: a nonce is good for one token: a token of another browser's sign-in, injected into ours, has another one.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_another_sign_in_is_refused() {
    println!("ID-09 of another browser");
    let provider = Provider::start();
    let server = with(&provider, "google", "").await;
    let first = std::sync::Arc::new(std::sync::Mutex::new(None::<String>));
    let claims = provider.vouches(&server, "1", "mara@northwind.example");
    let kept = std::sync::Arc::clone(&first);
    provider.mints(move |nonce| {
        let mut claims = claims.clone();
        claims["nonce"] = json!(nonce);
        let token =
            crate::support::provider::Key::rsa(0).token(&json!({"alg": "RS256", "kid": "key-1"}), &claims);
        // The first token, to whoever asks.
        kept.lock().unwrap().get_or_insert(token).clone()
    });
    assert_eq!(
        come_back(&server, &server.browser()).await.location(),
        Some("/"),
        "ID-09"
    );
    let browser = server.browser();
    let answer = come_back(&server, &browser).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "ID-09 {}", answer.body);
    assert_eq!(browser.cookie("consentry_session"), None, "ID-09");
}

/// Login CSRF: a sign-in begins with a form of this browser's own sign-in page, and with nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_begins_with_a_form_of_the_sign_in_page_only() {
    let provider = Provider::start();
    let server = with(&provider, "google", "").await;
    let browser = server.browser();
    let page = browser.get("/login").await;
    let form = page.form("/login/with/sso");
    let origin = server.origin.clone();
    for (case, fields, headers, status) in [
        (
            "no token",
            vec![],
            vec![("origin", origin.as_str())],
            StatusCode::FORBIDDEN,
        ),
        (
            "foreign origin",
            form.fields.clone(),
            vec![("origin", "https://evil.example")],
            StatusCode::FORBIDDEN,
        ),
    ] {
        let answer = browser.post(&form.action, &fields, &headers).await;
        assert_eq!(answer.status, status, "{case}: {}", answer.body);
        assert_eq!(browser.cookie("consentry_federation"), None, "{case}");
    }
    assert_eq!(
        server.browser().submit(&form).await.status,
        StatusCode::FORBIDDEN,
        "another browser's token"
    );
    assert_eq!(
        browser.get("/login/with/sso").await.status,
        StatusCode::METHOD_NOT_ALLOWED
    );
    let sent = browser.submit(&form).await;
    let to = url::Url::parse(sent.location().unwrap()).unwrap();
    assert_eq!(to.origin().ascii_serialization(), provider.issuer);
    let asked: std::collections::BTreeMap<_, _> = to.query_pairs().into_owned().collect();
    assert_eq!(asked["client_id"], CLIENT_ID);
    assert_eq!(asked["redirect_uri"], format!("{origin}/login/with/sso/callback"));
    assert_eq!(asked["code_challenge_method"], "S256");
    let cookie = browser.cookie("consentry_federation").unwrap();
    for secret in ["state", "nonce"] {
        assert!(
            asked[secret].len() >= 20 && !cookie.contains(&asked[secret]),
            "{secret}"
        );
    }
}

/// A provider that is down takes nobody's password away, and comes back by itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_does_not_answer_is_told_and_tried_again() {
    let provider = Provider::start();
    let server = with(&provider, "google", "").await;
    let alice = server.person("alice");
    provider.is_down(true);
    let browser = server.browser();
    let page = browser.get("/login").await;
    assert_eq!(page.status, StatusCode::OK);
    let answer = press(&browser, &page).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(
        answer
            .body
            .contains("<bdi>Google</bdi> does not answer right now."),
        "{}",
        answer.body
    );
    let signed_in = browser.copy();
    signed_in.sign_in(&answer, &alice).await;
    assert_eq!(signed_in_as(&signed_in).await, Some(alice.email));
    provider.is_down(false);
    server.advance(std::time::Duration::from_secs(10));
    provider.signs_in(&provider.vouches(&server, "1", "mara@northwind.example"));
    assert_eq!(come_back(&server, &browser).await.location(), Some("/"));
    // Where the code cannot be exchanged, it is the provider too.
    let browser = server.browser();
    let page = browser.get("/login").await;
    let sent = press(&browser, &page).await;
    let back = at_the_provider(&server, &sent).await;
    provider.is_down(true);
    assert_eq!(browser.get(&back).await.status, StatusCode::SERVICE_UNAVAILABLE);
}

/// Where no provider has a secret, there is no button, and no way to begin.
#[tokio::test(flavor = "multi_thread")]
async fn a_provider_without_a_secret_has_no_button() {
    let provider = Provider::start();
    let config = provider.configured("sso", "google", "");
    let config: String = config
        .lines()
        .filter(|line| !line.starts_with("client_secret"))
        .fold(String::new(), |all, line| all + line + "\n");
    let server = Server::start_with(&config).await;
    let browser = server.browser();
    let page = browser.get("/login").await;
    assert!(!page.body.contains("/login/with/"), "{}", page.body);
    let token = page.form("/login").fields;
    let answer = browser
        .post("/login/with/sso", &token, &[("origin", &server.origin)])
        .await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert_eq!(provider.discoveries(), 0);
}
