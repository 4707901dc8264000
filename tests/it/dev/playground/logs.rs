//! The playground shows secrets to its one reader, and to nobody else.

use base64::{Engine, prelude::BASE64_STANDARD};
use consentry::platform::telemetry::Format;

use crate::support::logged::{log_of, settled, tell};

use super::{Play, newest, shown};

/// LG-01: what the page shows to its one reader is in no log, however much is logged.
#[test]
fn lg_01_no_secret_of_the_playground_is_in_the_log() {
    let test = "dev::playground::logs::lg_01_no_secret_of_the_playground_is_in_the_log";
    let Some(log) = log_of(test, Format::Json) else {
        return tokio::runtime::Runtime::new().unwrap().block_on(async {
            let play = Play::start().await;
            settled(&play.server).await;
            let asked = newest(&play.press_with("begin", &[("scope", "analytics.read")]).await);
            for name in ["state", "code_verifier"] {
                let before = format!("<code>{name}</code></dt><dd><code class=\"value\">");
                let value = asked.split(&before);
                tell("secret", value.last().unwrap().split('<').next().unwrap());
            }
            let arrived = newest(&play.decide("allow").await);
            tell(
                "secret",
                arrived.split("?code=").nth(1).unwrap().split('&').next().unwrap(),
            );
            for step in ["exchange", "refresh"] {
                let entry = newest(&play.press(step).await);
                tell("secret", &shown(&entry, "access_token"));
                tell("secret", &shown(&entry, "refresh_token"));
                let basic = entry.split("Authorization: Basic ").nth(1).unwrap();
                tell("secret", basic.split_whitespace().next().unwrap());
            }
            for step in ["introspect", "refresh-again", "exchange-again", "revoke"] {
                play.press(step).await;
            }
            for client in ["client", "resource_server"] {
                tell(
                    "secret",
                    play.demo.json[client]["client_secret"].as_str().unwrap(),
                );
            }
        });
    };
    assert!(
        log.text.contains("/dev/playground/{step}") && log.text.contains("/oauth/token/introspect"),
        "this is no log of the journey: {}",
        log.text
    );
    let secrets = log.told("secret");
    assert_eq!(secrets.len(), 11);
    for secret in secrets {
        assert!(secret.len() >= 20, "too short to be searched for: {secret}");
        let encoded = BASE64_STANDARD.encode(secret);
        let line = log
            .text
            .lines()
            .find(|line| line.contains(secret) || line.contains(&encoded));
        assert_eq!(line, None, "LG-01: {secret} is in the log");
    }
}
