//! Networks of IP addresses, in CIDR notation (RFC 4632 §3.1, RFC 4291 §2.3).

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net};

use super::{Rule, Shape, quoted};

/// Networks and single addresses. None of them is everything: what is trusted must be named.
pub(in super::super) struct Networks;

impl Rule for Networks {
    type Value = Vec<IpNet>;
    const SHAPE: Shape = Shape::List;

    fn kind(&self) -> String {
        "IP addresses and networks, like 10.0.0.0/8 or fd00::/8".into()
    }

    fn read(&self, text: &str) -> Result<Vec<IpNet>, String> {
        text.split([',', '\n'])
            .map(str::trim)
            .filter(|network| !network.is_empty())
            .map(network)
            .collect()
    }
}

fn network(text: &str) -> Result<IpNet, String> {
    let network = match text.parse::<IpAddr>() {
        Ok(address) => IpNet::from(address),
        Err(_) => text
            .parse::<IpNet>()
            .map_err(|_| format!("has {}, not an IP address or network", quoted(text)))?,
    };
    let network = unmapped(network);
    if network.prefix_len() == 0 {
        return Err(format!(
            "has {text}, which is every address, so that anybody could claim any"
        ));
    }
    if network.addr() != network.network() {
        return Err(format!(
            "has {text}, an address inside a network; write {}",
            network.trunc()
        ));
    }
    Ok(network)
}

/// IPv4 that is written as IPv6 (RFC 4291 §2.5.5.2): addresses are compared in their IPv4 form.
fn unmapped(network: IpNet) -> IpNet {
    let (IpNet::V6(six), Some(prefix)) = (network, network.prefix_len().checked_sub(96)) else {
        return network;
    };
    let four = six.addr().to_ipv4_mapped();
    four.and_then(|four| Ipv4Net::new(four, prefix).ok())
        .map_or(network, IpNet::V4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_named_in_cidr_notation_or_as_one_address() {
        let read = |text| -> Vec<String> {
            let networks = Networks.read(text).unwrap();
            networks.iter().map(ToString::to_string).collect()
        };
        assert_eq!(read(""), [""; 0]);
        assert_eq!(
            read("10.0.0.0/8, 192.0.2.7\n2001:db8::/32,::1"),
            ["10.0.0.0/8", "192.0.2.7/32", "2001:db8::/32", "::1/128"]
        );
        assert_eq!(
            read("::ffff:10.0.0.0/104,::ffff:192.0.2.7"),
            ["10.0.0.0/8", "192.0.2.7/32"]
        );
    }

    #[test]
    fn everybody_and_what_is_no_network_are_refused_with_their_reason() {
        for (bad, reason) in [
            ("0.0.0.0/0", "every address"),
            ("::/0", "every address"),
            ("::ffff:0.0.0.0/96", "every address"),
            ("10.1.2.3/8", "write 10.0.0.0/8"),
            ("2001:db8::1/32", "write 2001:db8::/32"),
            ("10.0.0.0/33", "not an IP address or network"),
            ("10.0.0.0/", "not an IP address or network"),
            ("10.0.0/8", "not an IP address or network"),
            ("localhost", "not an IP address or network"),
            ("fe80::1%eth0", "not an IP address or network"),
            ("10.0.0.0/8;::1", "not an IP address or network"),
        ] {
            let problem = Networks.read(bad).unwrap_err();
            assert!(problem.contains(reason), "{bad}: {problem}");
        }
    }
}
