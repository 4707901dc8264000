//! What is in the database is worth nothing to whoever reads it: of every secret that we hand out only a digest is kept.

use consentry::{oauth::client::registration::TokenFormat, platform::secret::Digest};
use diesel::{RunQueryDsl, sql_types::Text};

use crate::support::{
    Registration, Server,
    client::{CHALLENGE, VERIFIER},
    hex as hex_between,
    server::PASSWORD,
};

fn hex(bytes: &[u8]) -> String {
    hex_between(bytes, "")
}

/// Every row of every table as text; `bytea` is hex there.
fn dump(server: &Server) -> String {
    #[derive(diesel::QueryableByName)]
    struct Line {
        #[diesel(sql_type = Text)]
        text: String,
    }
    let mut conn = server.database.connect();
    let tables: Vec<Line> = diesel::sql_query(
        "SELECT c.oid::regclass::text AS text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE c.relkind = 'r' AND n.nspname = 'public'",
    )
    .load(&mut conn)
    .unwrap();
    let mut all = String::new();
    for Line { text: table } in tables {
        let rows: Vec<Line> = diesel::sql_query(format!("SELECT t::text AS text FROM {table} t"))
            .load(&mut conn)
            .unwrap();
        for Line { text } in rows {
            all.push_str(&text);
            all.push('\n');
        }
    }
    all
}

/// The 24 random bytes of a credential of ours, and how they are written in it: three groups of eleven base62 characters.
fn random_part(secret: &str) -> (Vec<u8>, String) {
    let body = secret.rsplit('_').next().unwrap();
    let written = &body[22..55];
    let value = |digit: u8| match digit {
        b'0'..=b'9' => digit - b'0',
        b'A'..=b'Z' => digit - b'A' + 10,
        _ => digit - b'a' + 36,
    };
    let bytes = written.as_bytes().chunks(11).flat_map(|group| {
        let number = group
            .iter()
            .fold(0_u128, |number, digit| number * 62 + u128::from(value(*digit)));
        u64::try_from(number).unwrap().to_be_bytes()
    });
    (bytes.collect(), written.to_owned())
}

/// RFC 6819 §5.1.4.1.3: whole, random part only, as text, hex or base64, in whatever table.
#[tokio::test(flavor = "multi_thread")]
async fn no_secret_that_was_handed_out_is_in_any_table() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let web = server.client(Registration::web());
    let signing = server.client(Registration::web().with(|new| new.token_format = TokenFormat::Jwt.as_str()));
    let browser = server.browser();
    let pkce = [("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];
    let answer = browser.connect(&web, &alice, &pkce).await;
    let code = answer.callback().remove("code").unwrap();
    let unredeemed = web.code(&server, &alice, &[]).await;
    let first = web
        .exchange_with(&code, &[("code_verifier", VERIFIER)])
        .await
        .ok();
    let second = web.refresh(first.text("refresh_token")).await.ok();
    let jwt = signing.tokens(&server, &alice).await;
    let all = browser.cookies().into_values();
    let cookies: Vec<String> = all.filter(|value| value.starts_with("cst_")).collect();
    assert!(
        cookies.iter().any(|it| it.starts_with("cst_st_")),
        "CS-20: the session's cookie"
    );
    assert!(
        cookies.iter().any(|it| it.starts_with("cst_bb_")),
        "the binding's cookie"
    );

    let dumped = dump(&server);
    let mut ours = vec![
        ("CR-11 code", code),
        ("CR-11 unredeemed code", unredeemed),
        ("access token", first.text("access_token").to_owned()),
        ("access token", second.text("access_token").to_owned()),
        ("RT-13 refresh token", first.text("refresh_token").to_owned()),
        ("RT-13 refresh token", second.text("refresh_token").to_owned()),
        ("RT-13 refresh token", jwt.text("refresh_token").to_owned()),
        ("client secret", web.secret.clone().unwrap()),
    ];
    ours.extend(cookies.into_iter().map(|cookie| ("CS-20 cookie", cookie)));
    for (case, secret) in &ours {
        let (bytes, written) = random_part(secret);
        let digest = hex(Digest::of(&bytes).as_bytes());
        assert!(
            dumped.contains(&digest),
            "{case}: its digest is there, so that this test looks in the right place"
        );
        for (form, text) in [
            ("whole", secret.clone()),
            ("random part", written),
            ("random part in hex", hex(&bytes)),
            ("whole in hex", hex(secret.as_bytes())),
        ] {
            assert!(!dumped.contains(&text), "{case}: {form}");
        }
    }
    let token = jwt.text("access_token");
    assert!(
        dumped.contains(&hex(Digest::of(token.as_bytes()).as_bytes())),
        "the digest of a JWT"
    );
    let (signed, signature) = token.rsplit_once('.').unwrap();
    for (case, text) in [
        ("a JWT", token),
        ("a JWT but its signature", signed),
        ("the signature of a JWT", signature),
        ("a code verifier", VERIFIER),
        ("a password", PASSWORD),
    ] {
        assert!(!dumped.contains(text), "{case}");
        assert!(!dumped.contains(&hex(text.as_bytes())), "{case} in hex");
    }
}
