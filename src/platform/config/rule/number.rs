//! Numbers, durations, addresses, yes and no.

use std::{net::SocketAddr, time::Duration};

use super::{Rule, Shape, quoted};

/// A whole number from the first to the second.
pub(in super::super) struct Count(pub(in super::super) u32, pub(in super::super) u32);

/// Whole seconds from the first to the second.
pub(in super::super) struct Seconds(pub(in super::super) u32, pub(in super::super) u32);

/// Whole milliseconds from the first to the second.
pub(in super::super) struct Milliseconds(pub(in super::super) u32, pub(in super::super) u32);

/// An address and port to serve on.
pub(in super::super) struct Listen;

/// An address and port to serve on, or `off`.
pub(in super::super) struct ListenOrOff;

/// `true` or `false`.
pub(in super::super) struct YesNo;

impl Rule for Count {
    type Value = u32;
    const SHAPE: Shape = Shape::Whole;

    fn kind(&self) -> String {
        format!("a whole number from {} to {}", self.0, self.1)
    }

    fn read(&self, text: &str) -> Result<u32, String> {
        whole(text, self.0, self.1)
    }
}

impl Rule for Seconds {
    type Value = Duration;
    const SHAPE: Shape = Shape::Whole;

    fn kind(&self) -> String {
        format!("whole seconds from {} to {}", self.0, self.1)
    }

    fn read(&self, text: &str) -> Result<Duration, String> {
        whole(text, self.0, self.1).map(|seconds| Duration::from_secs(seconds.into()))
    }
}

impl Rule for Milliseconds {
    type Value = Duration;
    const SHAPE: Shape = Shape::Whole;

    fn kind(&self) -> String {
        format!("whole milliseconds from {} to {}", self.0, self.1)
    }

    fn read(&self, text: &str) -> Result<Duration, String> {
        whole(text, self.0, self.1).map(|ms| Duration::from_millis(ms.into()))
    }
}

/// Digits only, so that neither `+5` nor ` 5` nor a number too large for any machine slips through.
fn whole(text: &str, least: u32, most: u32) -> Result<u32, String> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!("is {}, not a whole number", quoted(text)));
    }
    match text.parse() {
        Ok(number) if (least..=most).contains(&number) => Ok(number),
        _ => Err(format!("is {text}, out of range")),
    }
}

impl Rule for Listen {
    type Value = SocketAddr;

    fn kind(&self) -> String {
        "an IP address and port, like 127.0.0.1:8080 or [::]:8080".into()
    }

    fn read(&self, text: &str) -> Result<SocketAddr, String> {
        text.parse()
            .map_err(|_| format!("is {}, not an IP address and port", quoted(text)))
    }
}

impl Rule for ListenOrOff {
    type Value = Option<SocketAddr>;

    fn kind(&self) -> String {
        format!("{}, or \"off\"", Listen.kind())
    }

    fn read(&self, text: &str) -> Result<Option<SocketAddr>, String> {
        if text == "off" {
            Ok(None)
        } else {
            Listen.read(text).map(Some)
        }
    }
}

impl Rule for YesNo {
    type Value = bool;
    const SHAPE: Shape = Shape::Boolean;

    fn kind(&self) -> String {
        "true or false".into()
    }

    fn read(&self, text: &str) -> Result<bool, String> {
        text.parse()
            .map_err(|_| format!("is {}, not true or false", quoted(text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_hold_their_bounds() {
        let rule = Count(1, 200);
        assert_eq!(rule.read("1"), Ok(1));
        assert_eq!(rule.read("200"), Ok(200));
        for out in ["0", "201", "-1", "99999999999999999999"] {
            assert!(rule.read(out).unwrap_err().contains("out of range"), "{out}");
        }
        for odd in ["", "ten", "1.5", "+5", " 5", "-"] {
            assert!(
                rule.read(odd).unwrap_err().contains("not a whole number"),
                "{odd}"
            );
        }
    }

    #[test]
    fn metrics_can_be_off_and_the_server_cannot() {
        assert_eq!(ListenOrOff.read("off"), Ok(None));
        assert!(Listen.read("off").is_err());
        assert!(Listen.read("localhost:8080").is_err());
    }
}
