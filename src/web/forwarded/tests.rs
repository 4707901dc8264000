//! The lists that proxies write, row by row; then whatever anybody could write.

use proptest::prelude::*;

use super::*;

/// Proxies at 10.0.0.0/8, 192.0.2.60 and `fd00::/8`, which write this header.
fn proxies(header: ProxyHeader) -> Proxies {
    Proxies {
        trusted: ["10.0.0.0/8", "192.0.2.60/32", "fd00::/8"]
            .map(|network| network.parse().unwrap())
            .to_vec(),
        header,
    }
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// The client that a list leads to, asked by a trusted proxy unless another peer is named.
fn behind(peer: &str, header: ProxyHeader, lines: &[&[u8]]) -> Client {
    client(ip(peer), &proxies(header), |name| match (header, name) {
        (ProxyHeader::XForwardedFor, "x-forwarded-for") | (ProxyHeader::Forwarded, "forwarded") => {
            lines.to_vec()
        }
        _ => Vec::new(),
    })
}

const PEER: &str = "10.0.0.1";

#[test]
fn rl_02_x_forwarded_for_is_read_from_the_right_as_far_as_it_is_trusted() {
    for (list, expected) in [
        // Nobody said anything: the proxy itself asks.
        ("", PEER),
        ("203.0.113.7", "203.0.113.7"),
        // What the client itself sent stands on the left.
        ("1.1.1.1, 203.0.113.7", "203.0.113.7"),
        ("1.1.1.1, 203.0.113.7, 10.2.3.4", "203.0.113.7"),
        ("203.0.113.7,10.2.3.4,192.0.2.60", "203.0.113.7"),
        // All trusted: the farthest.
        ("10.9.9.9, 10.2.3.4", "10.9.9.9"),
        // IPv6, ports, brackets, blanks.
        ("2001:db8::1", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("[2001:db8::1]:4711", "2001:db8::1"),
        ("203.0.113.7:4711", "203.0.113.7"),
        ("\t 203.0.113.7 \t,fd00::9", "203.0.113.7"),
        ("2001:DB8:0::1,FD00:0::9", "2001:db8::1"),
        // One address has one form.
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("[::ffff:203.0.113.7]:1", "203.0.113.7"),
        ("203.0.113.7, ::ffff:10.2.3.4", "203.0.113.7"),
        // Junk ends the search where it was.
        ("203.0.113.7, junk", PEER),
        ("203.0.113.7, unknown, 10.2.3.4", "10.2.3.4"),
        ("203.0.113.7, _hidden, 10.2.3.4", "10.2.3.4"),
        ("203.0.113.7, , 10.2.3.4", "10.2.3.4"),
        ("203.0.113.7,", PEER),
        ("203.0.113.7, 10.2.3.4:", PEER),
        ("203.0.113.7, 10.2.3.4:x", PEER),
        ("203.0.113.7, 10.2.3.4:123456", PEER),
        ("203.0.113.7, [10.2.3.4]", PEER),
        ("203.0.113.7, [fd00::9", PEER),
        ("203.0.113.7, [fd00::9]x", PEER),
        ("203.0.113.7, fe80::1%eth0", PEER),
        ("203.0.113.7, 010.2.3.4", PEER),
        ("203.0.113.7, 10.2.3", PEER),
        ("203.0.113.7, 0x0a020304", PEER),
        ("203.0.113.7, \"10.2.3.4\"", PEER),
        ("203.0.113.7 10.2.3.4", PEER),
        ("for=203.0.113.7", PEER),
        ("203.0.113.7, 10.2.3.4\u{a0}", PEER),
    ] {
        let found = behind(PEER, ProxyHeader::XForwardedFor, &[list.as_bytes()]);
        assert_eq!(found.address, ip(expected), "RL-02 {list:?}");
    }
    let lines: [&[u8]; 2] = [b"1.1.1.1, 203.0.113.7", b"10.2.3.4"];
    assert_eq!(
        behind(PEER, ProxyHeader::XForwardedFor, &lines).address,
        ip("203.0.113.7"),
        "RL-02: two lines are one list"
    );
    let not_text: [&[u8]; 1] = [b"203.0.113.7, \xff"];
    assert_eq!(
        behind(PEER, ProxyHeader::XForwardedFor, &not_text).address,
        ip(PEER)
    );
}

/// The examples of RFC 7239 §4, §6 and §7.1, and what is not as §4 says.
#[test]
fn rl_02_forwarded_is_read_as_rfc_7239_says() {
    use Scheme::{Http, Https};
    for (list, expected, scheme) in [
        ("for=\"_gazonk\"", PEER, None),
        ("For=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17", None),
        (
            "for=203.0.113.43;proto=http;by=203.0.113.60",
            "203.0.113.43",
            Some(Http),
        ),
        ("for=192.0.2.43, for=198.51.100.17", "198.51.100.17", None),
        (
            "for=192.0.2.43,for=\"[2001:db8:cafe::17]\",for=unknown",
            PEER,
            None,
        ),
        (
            "for=_hidden, for=_SEVKISEK;proto=https;by=10.2.3.4",
            PEER,
            Some(Https),
        ),
        ("for=\"192.0.2.43:47011\"", "192.0.2.43", None),
        (
            "for=192.0.2.43, for=\"[2001:db8:cafe::17]\"",
            "2001:db8:cafe::17",
            None,
        ),
        (
            "for=192.0.2.43, for=198.51.100.17;by=203.0.113.60;proto=http;host=example.com",
            "198.51.100.17",
            Some(Http),
        ),
        // Over several trusted hops the scheme is that of the outermost.
        (
            "for=1.1.1.1;proto=http, for=203.0.113.7;proto=https, for=10.2.3.4;proto=http",
            "203.0.113.7",
            Some(Https),
        ),
        ("for=203.0.113.7, for=10.2.3.4;proto=http", "203.0.113.7", None),
        (
            "FOR=203.0.113.7;PROTO=HTTPS;ext=\"a,b;c\\\"d\"",
            "203.0.113.7",
            Some(Https),
        ),
        (
            "for=1.1.1.1, for=203.0.113.7;host=\"a,for=2.2.2.2\"",
            "203.0.113.7",
            None,
        ),
        ("for=\"203.0.113.7:_port\"", "203.0.113.7", None),
        ("for=\"[::ffff:203.0.113.7]\"", "203.0.113.7", None),
        ("for=\"203.\\0.113.7\"", "203.0.113.7", None),
        (";for=203.0.113.7;", "203.0.113.7", None),
        // A quote that the client left open swallows nothing that a proxy wrote.
        ("for=\", for=203.0.113.7", "203.0.113.7", None),
        ("for=\"\\, for=\"[2001:db8::7]\"", "2001:db8::7", None),
        ("x=\"for=1.1.1.1, for=\"203.0.113.7:80\"", "203.0.113.7", None),
        // Not as §4 says: the search ends where it was.
        ("", PEER, None),
        ("for=203.0.113.7,", PEER, None),
        ("for=1.1.1.1;for=203.0.113.7", PEER, None),
        ("for=203.0.113.7;proto=https;proto=http", PEER, None),
        ("203.0.113.7", PEER, None),
        ("proto=https", PEER, Some(Https)),
        ("for=203.0.113.7;proto=gopher", "203.0.113.7", None),
        ("for=203.0.113.7 ;proto=https", PEER, None),
        ("for = 203.0.113.7", PEER, None),
        ("for=\"203.0.113.7", PEER, None),
        ("for=\"203.0.113.7\"x", PEER, None),
        ("for=203.0.113.7:80", PEER, None),
        ("for=[2001:db8::1]", PEER, None),
        ("for=2001:db8::1", PEER, None),
        ("for=\"2001:db8::1\"", PEER, None),
        ("for=", PEER, None),
        ("=203.0.113.7", PEER, None),
    ] {
        let found = behind(PEER, ProxyHeader::Forwarded, &[list.as_bytes()]);
        assert_eq!(
            (found.address, found.scheme),
            (ip(expected), scheme),
            "RL-02 {list:?}"
        );
    }
}

#[test]
fn rl_01_nobody_but_a_trusted_proxy_is_asked() {
    for header in [ProxyHeader::XForwardedFor, ProxyHeader::Forwarded] {
        let found = client(ip("203.0.113.9"), &proxies(header), |_| panic!("RL-01: read"));
        assert_eq!(found.address, ip("203.0.113.9"), "RL-01");
        let found = client(ip(PEER), &Proxies::default(), |_| panic!("RL-01: read"));
        assert_eq!(found.address, ip(PEER), "RL-01");
    }
    // The header that the proxies do not write comes from the client.
    for (header, other) in [
        (ProxyHeader::XForwardedFor, "forwarded"),
        (ProxyHeader::Forwarded, "x-forwarded-for"),
    ] {
        let found = client(ip(PEER), &proxies(header), |name| {
            assert!(name != other, "RL-01 {name}");
            Vec::new()
        });
        assert_eq!(found.address, ip(PEER), "RL-01");
    }
    // A peer of a socket for both families is its IPv4 address.
    assert_eq!(
        behind("::ffff:10.0.0.1", ProxyHeader::XForwardedFor, &[b"203.0.113.7"]).address,
        ip("203.0.113.7")
    );
}

#[test]
fn ht_24_x_forwarded_proto_names_the_clients_scheme_first() {
    for (lines, scheme) in [
        (vec!["http"], Some(Scheme::Http)),
        (vec!["HTTPS"], Some(Scheme::Https)),
        (vec![" http , https"], Some(Scheme::Http)),
        (vec!["https", "http"], Some(Scheme::Https)),
        (vec![], None),
        (vec![""], None),
        (vec!["wss"], None),
    ] {
        let lines: Vec<&[u8]> = lines.iter().map(|line| line.as_bytes()).collect();
        let found = client(
            ip(PEER),
            &proxies(ProxyHeader::XForwardedFor),
            |name| match name {
                "x-forwarded-proto" => lines.clone(),
                _ => Vec::new(),
            },
        );
        assert_eq!(found.scheme, scheme, "HT-24 {lines:?}");
    }
}

/// An address as a proxy may write it: itself, and its spellings in both headers.
fn spelled() -> impl Strategy<Value = (IpAddr, String, String)> {
    (any::<IpAddr>(), proptest::option::of(any::<u16>())).prop_map(|(address, port)| {
        let colon_port = port.map(|port| format!(":{port}")).unwrap_or_default();
        let node = match address {
            IpAddr::V4(four) => format!("{four}{colon_port}"),
            IpAddr::V6(six) => format!("[{six}]{colon_port}"),
        };
        let plain = if port.is_none() {
            address.to_string()
        } else {
            node.clone()
        };
        (address.to_canonical(), plain, format!("for=\"{node}\""))
    })
}

/// What a client may have sent: anything, and what looks like a part of the list.
fn sent() -> impl Strategy<Value = Vec<u8>> {
    let word = prop_oneof![
        "for=|FOR=|by=|proto=|http|https|unknown|_hidden|;|,|\"|\\\\|=| |\t|:|\\[|\\]|10\\.0\\.0\\.1|fd00::1|203\\.0\\.113\\.7",
        "[0-9a-f.:]{0,8}",
        ".{0,3}",
    ];
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..60),
        proptest::collection::vec(word, 0..20).prop_map(|words| words.concat().into_bytes()),
    ]
}

fn header() -> impl Strategy<Value = ProxyHeader> {
    prop_oneof![Just(ProxyHeader::XForwardedFor), Just(ProxyHeader::Forwarded)]
}

proptest! {
    /// The one property that counts: whatever stands to the left of what a proxy wrote changes nothing.
    #[test]
    fn nothing_that_a_client_sends_changes_the_address_that_a_proxy_appends(
        (address, plain, element) in spelled(), sent in sent(), header in header(),
        own_line in any::<bool>(), proto in "(;proto=https?)?", host in "(;host=\"[a-z,;=\\[\\]]{0,9}\")?",
    ) {
        let known = proxies(header);
        prop_assume!(!known.trusted.iter().any(|network| network.contains(&address)));
        let appended = match header {
            ProxyHeader::XForwardedFor => plain,
            ProxyHeader::Forwarded => element + &proto + &host,
        };
        let lines = if own_line {
            vec![sent, appended.into_bytes()]
        } else {
            vec![[sent.as_slice(), b", ", appended.as_bytes()].concat()]
        };
        let lines: Vec<&[u8]> = lines.iter().map(Vec::as_slice).collect();
        prop_assert_eq!(behind(PEER, header, &lines).address, address);
    }

    #[test]
    fn no_list_makes_it_panic_and_an_untrusted_peer_is_itself(
        lines in proptest::collection::vec(sent(), 0..4), header in header(), peer in any::<IpAddr>(),
    ) {
        let lines: Vec<&[u8]> = lines.iter().map(Vec::as_slice).collect();
        let found = client(peer, &proxies(header), |_| lines.clone());
        prop_assert_eq!(found.address, found.address.to_canonical());
        let trusted = proxies(header).trusted;
        if !trusted.iter().any(|network| network.contains(&peer.to_canonical())) {
            prop_assert_eq!(found, Client { address: peer.to_canonical(), scheme: None });
        }
        let _ = behind(PEER, header, &lines);
    }
}

/// 64 kB of whatever is worst for a reader take milliseconds; a pass for each character would take minutes.
#[test]
fn a_list_of_64_kb_is_read_in_one_pass() {
    let names = (0..8000)
        .map(|number| format!("a{number}=b"))
        .collect::<Vec<_>>()
        .join(";");
    let words = [
        "10.0.0.1,",
        "\"",
        "\\\"",
        "\\",
        "for=10.0.0.1,",
        ",",
        ";",
        "for=\"\\\\\",",
        "a=b;",
    ];
    let lists = words.map(|word| word.repeat(64 * 1024 / word.len()));
    for list in lists.iter().chain([&names]) {
        for header in [ProxyHeader::XForwardedFor, ProxyHeader::Forwarded] {
            let started = std::time::Instant::now();
            behind(PEER, header, &[list.as_bytes()]);
            assert!(
                started.elapsed() < std::time::Duration::from_secs(5),
                "{}",
                &list[..9]
            );
        }
    }
}
