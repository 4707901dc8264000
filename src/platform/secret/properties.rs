//! What holds for every credential and every text that is not one.

use proptest::prelude::*;

use super::*;
use crate::platform::near_miss;

const VENDOR: &str = "cst";

/// What a credential is made of. Not the credential: that has no `Debug`, which proptest asks for.
type Parts = (Kind, [u8; 16], [u8; 24]);

fn parts() -> impl Strategy<Value = Parts> {
    (
        proptest::sample::select(Kind::ALL.to_vec()),
        any::<[u8; 16]>(),
        any::<[u8; 24]>(),
    )
}

fn secret((kind, id, random): Parts) -> Secret {
    Secret {
        kind,
        id: Uuid::from_bytes(id),
        random,
    }
}

/// A text of the right form with the right check, whatever its groups hold.
fn well_checked() -> impl Strategy<Value = String> {
    "cst_(at|rt|ac|cs|st|bb|zz|)_([0-9A-Za-z]{55}|[zL-Y0]{55}|[0-9A-Za-z]{0,70})"
        .prop_map(|before| format!("{before}{}", check_of(&before)))
}

proptest! {
    #[test]
    fn every_credential_is_read_back_as_itself(parts in parts(), vendor in "[a-z][a-z0-9]{1,11}") {
        let text = secret(parts).reveal(&vendor);
        let back = Secret::parse(&vendor, &text).map(|back| (back.kind, *back.id.as_bytes(), back.random));
        prop_assert_eq!(back, Some(parts));
    }

    /// Whoever mistypes one character, or swaps two, is told before any look-up. Not by chance: a CRC-32 finds each such slip.
    #[test]
    fn one_slip_is_always_refused(
        (right, slipped) in parts().prop_flat_map(|parts| {
            let text = secret(parts).reveal(VENDOR).to_string();
            near_miss::of(text.clone(), 1).prop_map(move |slipped| (text.clone(), slipped))
        }),
    ) {
        prop_assert_eq!(Secret::parse(VENDOR, &slipped).is_some(), slipped == right);
    }

    /// A credential has one spelling: what is read is what would be written.
    #[test]
    fn whatever_is_read_is_spelled_in_the_one_way(text in well_checked()) {
        if let Some(secret) = Secret::parse(VENDOR, &text) {
            let written = secret.reveal(VENDOR);
            prop_assert_eq!(written.as_str(), text.as_str());
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in ".{0,90}", slipped in well_checked().prop_flat_map(|text| near_miss::of(text, 4))) {
        for vendor in [VENDOR, "c", "cst2"] {
            let _ = Secret::parse(vendor, &text);
            let _ = Secret::parse(vendor, &slipped);
        }
    }
}

#[test]
fn a_text_of_64_kb_is_refused_by_its_length() {
    for long in [
        "0".repeat(64 * 1024),
        "cst_at_".repeat(9 * 1024),
        format!("cst_at_{}", "é".repeat(32 * 1024)),
    ] {
        assert!(Secret::parse(VENDOR, &long).is_none());
    }
}
