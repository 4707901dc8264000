//! The counting, without a server around it.

use std::net::{IpAddr, Ipv4Addr};

use super::*;

fn limiter(quota: u32, most: usize) -> (Limiter, Clock) {
    let clock = Clock::system();
    (Limiter::new(Rule::Token, quota, &clock, most), clock)
}

fn caller(number: u32) -> Key {
    Key::Network(Network::of(IpAddr::V4(Ipv4Addr::from_bits(number))))
}

#[test]
fn rules_are_found_by_their_number() {
    for (at, rule) in Rule::ALL.into_iter().enumerate() {
        assert_eq!(rule as usize, at, "{rule:?}");
    }
}

#[test]
fn what_is_left_counts_down_and_comes_back_with_the_clock() {
    let (limiter, clock) = limiter(3, 10);
    let [one, other] = [caller(1), caller(2)];
    for left in [2, 1, 0] {
        let standing = limiter.count(&one).unwrap();
        assert_eq!((standing.quota, standing.remaining), (3, left));
        let whole = Duration::from_secs(u64::from(3 - left) * 20);
        assert_eq!(standing.reset, whole);
    }
    let refused = limiter.count(&one).unwrap_err();
    assert_eq!(refused.remaining, 0);
    let wait = fields::whole_seconds(refused.reset);
    assert!((1..=20).contains(&wait), "{wait}");
    assert_eq!(limiter.count(&other).unwrap().remaining, 2, "RL-05");
    clock.advance(Duration::from_secs(wait));
    assert_eq!(limiter.count(&one).unwrap().remaining, 0);
    assert!(limiter.count(&one).is_err());
    clock.advance(WINDOW);
    assert_eq!(limiter.count(&one).unwrap().remaining, 2);
}

#[test]
fn the_callers_remembered_are_bounded_and_newcomers_are_still_limited() {
    const MOST: usize = 50;
    let (limiter, clock) = limiter(2, MOST);
    let known = caller(0);
    let _ = limiter.count(&known);
    let strangers = 20_000;
    let mut refused = 0;
    for number in 1..=strangers {
        refused += u32::from(limiter.count(&caller(number)).is_err());
    }
    assert_eq!(limiter.governor.len(), MOST);
    // Each of the shared numbers lets two pass.
    let passed = strangers - refused;
    assert!((8_000..=9_000).contains(&passed), "{passed}");
    // Who was there before is not touched by them, in either direction.
    assert_eq!(limiter.count(&known).unwrap().remaining, 0);
    assert!(limiter.count(&known).is_err());
    // Once their time is over they are forgotten, and there is room again.
    clock.advance(2 * WINDOW);
    assert_eq!(limiter.count(&caller(7)).unwrap().remaining, 1);
    assert_eq!(limiter.governor.len(), 1);
}

#[test]
fn who_still_has_something_counted_is_not_forgotten() {
    let (limiter, clock) = limiter(4, 10);
    for left in [3, 2, 1, 0] {
        assert_eq!(limiter.count(&caller(1)).unwrap().remaining, left);
    }
    // Sweeps happen meanwhile.
    clock.advance(SWEEP);
    let _ = limiter.count(&caller(2));
    assert_eq!(limiter.governor.len(), 2);
    assert_eq!(limiter.count(&caller(1)).unwrap().remaining, 0);
    assert!(limiter.count(&caller(1)).is_err());
}

#[test]
fn a_caller_that_cannot_prove_itself_is_counted_apart_in_each_network() {
    let (limiter, _) = limiter(1, 10);
    let id = Uuid::from_u128(7);
    let here = Network::of(IpAddr::V4(Ipv4Addr::new(203, 0, 113, 9)));
    let there = Network::of(IpAddr::V4(Ipv4Addr::new(203, 0, 113, 10)));
    for key in [
        Key::Claimed(id, here),
        Key::Claimed(id, there),
        Key::Client(id),
        Key::Network(here),
    ] {
        assert!(limiter.count(&key).is_ok(), "{key:?}");
        assert!(limiter.count(&key).is_err(), "{key:?}");
    }
}
