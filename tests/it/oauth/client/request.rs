//! What a client sends: one well-formed form, by `POST`, in which nothing repeats (RFC 6749 §3.2, Appendix B).

use super::{DOORS, FORM, IN, MALFORMED, has_manners, send};
use crate::support::{Registration, Server, client::basic, form, wire::Wire};

/// RFC 6749 §3.2, §3.1 and Appendix B: one well-formed UTF-8 form, in which nothing repeats; the query is not read.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_well_formed_form_is_refused_and_changes_nothing() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let web = server.client(Registration::web());
    let tokens = web.tokens(&server, &alice).await;
    let own = basic(&web.id, web.secret.as_ref().unwrap());
    let secret = web.secret.clone().unwrap();
    let before = server.facts();
    for (path, params, let_in) in DOORS {
        let good = form(params);
        let first = good.split('&').next().unwrap().to_owned();
        let json = serde_json::to_string(
            &params
                .iter()
                .copied()
                .collect::<std::collections::BTreeMap<_, _>>(),
        )
        .unwrap();
        let names: Vec<String> = (0..1_000).map(|number| format!("&p{number}=1")).collect();
        let many = names.concat();
        for (case, types, query, body, expected) in [
            ("a form", &[FORM][..], "", good.clone().into_bytes(), IN),
            (
                "HT-01 text/plain",
                &["text/plain"],
                "",
                good.clone().into_bytes(),
                MALFORMED,
            ),
            (
                "HT-01 JSON",
                &["application/json"],
                "",
                json.into_bytes(),
                MALFORMED,
            ),
            (
                "HT-01 multipart",
                &["multipart/form-data; boundary=x"],
                "",
                good.clone().into_bytes(),
                MALFORMED,
            ),
            ("HT-01 no type", &[], "", good.clone().into_bytes(), MALFORMED),
            (
                "HT-01 two types",
                &[FORM, "text/plain"],
                "",
                good.clone().into_bytes(),
                MALFORMED,
            ),
            (
                "HT-02 UTF-16",
                &["application/x-www-form-urlencoded; charset=utf-16"],
                "",
                good.clone().into_bytes(),
                MALFORMED,
            ),
            (
                "HT-02 UTF-7",
                &["application/x-www-form-urlencoded; charset=utf-7"],
                "",
                good.clone().into_bytes(),
                MALFORMED,
            ),
            (
                "HT-02 UTF-8",
                &["application/x-www-form-urlencoded; charset=UTF-8"],
                "",
                good.clone().into_bytes(),
                IN,
            ),
            (
                "HT-03 the same twice",
                &[FORM],
                "",
                format!("{good}&{first}").into_bytes(),
                MALFORMED,
            ),
            (
                "HT-03 once empty",
                &[FORM],
                "",
                format!("{good}&{}=", first.split('=').next().unwrap()).into_bytes(),
                MALFORMED,
            ),
            (
                "HT-03 an unknown one twice",
                &[FORM],
                "",
                format!("{good}&x=1&x=2").into_bytes(),
                MALFORMED,
            ),
            (
                "HT-03 the name encoded",
                &[FORM],
                "",
                format!("{good}&x=1&%78=2").into_bytes(),
                MALFORMED,
            ),
            ("HT-03 only in the query", &[FORM], &good, Vec::new(), MALFORMED),
            (
                "HT-03 also in the query",
                &[FORM],
                &good,
                good.clone().into_bytes(),
                IN,
            ),
            (
                "HT-04",
                &[FORM],
                "",
                format!("{good}&grant_type=a&grant_type=b").into_bytes(),
                MALFORMED,
            ),
            (
                "HT-05 %ff%fe",
                &[FORM],
                "",
                format!("{good}&x=%ff%fe").into_bytes(),
                MALFORMED,
            ),
            (
                "HT-05 raw ff",
                &[FORM],
                "",
                [good.as_bytes(), b"&x=\xff"].concat(),
                MALFORMED,
            ),
            (
                "HT-05 overlong",
                &[FORM],
                "",
                format!("{good}&x=%c0%af").into_bytes(),
                MALFORMED,
            ),
            (
                "HT-05 a surrogate",
                &[FORM],
                "",
                format!("{good}&x=%ed%a0%80").into_bytes(),
                MALFORMED,
            ),
            (
                "HT-05 lone %",
                &[FORM],
                "",
                format!("{good}&x=%").into_bytes(),
                MALFORMED,
            ),
            (
                "HT-05 half a %",
                &[FORM],
                "",
                format!("{good}&x=%4").into_bytes(),
                MALFORMED,
            ),
            (
                "HT-05 NUL",
                &[FORM],
                "",
                format!("{good}&x=%00").into_bytes(),
                MALFORMED,
            ),
            (
                "HT-05 NUL in a name",
                &[FORM],
                "",
                format!("{good}&x%00=1").into_bytes(),
                MALFORMED,
            ),
            (
                "HT-07 too many",
                &[FORM],
                "",
                format!("{good}{many}").into_bytes(),
                MALFORMED,
            ),
            (
                "HT-06 empty ones",
                &[FORM],
                "",
                format!("{good}&scope=&x=&&").into_bytes(),
                IN,
            ),
            ("an empty body", &[FORM], "", Vec::new(), MALFORMED),
            (
                "CA-08",
                &[FORM],
                &format!("client_secret={secret}"),
                good.clone().into_bytes(),
                MALFORMED,
            ),
            (
                "CA-08 in a query that is no form",
                &[FORM],
                &format!("client_secret={secret}&%"),
                good.clone().into_bytes(),
                MALFORMED,
            ),
        ] {
            let case = format!("{case} at {path}");
            let mut headers = vec![("authorization", own.as_str())];
            headers.extend(types.iter().map(|value| ("content-type", *value)));
            let target = if query.is_empty() {
                path.to_owned()
            } else {
                format!("{path}?{query}")
            };
            let reply = send(&server, &target, &headers, &body);
            has_manners(&case, &reply);
            if expected == IN {
                assert_eq!(reply.status, let_in, "{case}: {}", reply.text);
            } else {
                assert_eq!(reply.error(), expected, "{case}: {}", reply.text);
            }
        }
    }
    for (path, params, _) in DOORS {
        let large = format!("{}&x={}", form(params), "a".repeat(70_000));
        let mut wire = Wire::open(&server.origin);
        wire.send(
            "POST",
            path,
            &[("authorization", &own), ("content-type", FORM)],
            large.as_bytes(),
        );
        assert_eq!(wire.read().status, 413, "HT-07 {path}");
    }
    assert_eq!(server.changed_since(&before), [""; 0]);
    web.refresh(tokens.text("refresh_token")).await.ok();
}

/// RFC 6749 §3.2, RFC 7662 §4, RFC 7009 §2.1: `POST` and nothing else, because addresses are logged.
#[tokio::test(flavor = "multi_thread")]
async fn only_post_is_answered_and_no_header_makes_another_method_of_it() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let web = server.client(Registration::web());
    let tokens = web.tokens(&server, &alice).await;
    let own = basic(&web.id, web.secret.as_ref().unwrap());
    let before = server.facts();
    for (path, _, _) in DOORS {
        for method in ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"] {
            let case = format!("CA-18 HT-13 {method} {path}");
            let query = form(&[
                ("token", tokens.text("access_token")),
                ("grant_type", "refresh_token"),
                ("refresh_token", tokens.text("refresh_token")),
            ]);
            let mut wire = Wire::open(&server.origin);
            wire.send(
                method,
                &format!("{path}?{query}"),
                &[
                    ("authorization", &own),
                    ("content-type", FORM),
                    ("x-http-method-override", "POST"),
                ],
                b"",
            );
            let reply = wire.read();
            assert_eq!(reply.status, 405, "{case}: {}", reply.text);
            assert_eq!(reply.headers["allow"], "POST", "{case}");
            assert!(reply.json.get("active").is_none(), "{case}");
        }
    }
    assert_eq!(server.changed_since(&before), [""; 0]);
    assert!(web.is_active(tokens.text("access_token")).await);
}
